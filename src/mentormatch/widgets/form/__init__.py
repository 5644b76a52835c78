"""The form of a programme on the staff page and in notebooks: its contents and its requests."""
