"""A session in which staff revise a matching: each move solves again, reports the changes, and can be undone."""
