"""The form of a programme, on the staff page and in a notebook: what it shows, and what is asked of it."""
