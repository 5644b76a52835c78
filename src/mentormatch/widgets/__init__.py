"""Parts shared by the staff page and notebooks: the board for pairs, the form, and the progress of long work."""
