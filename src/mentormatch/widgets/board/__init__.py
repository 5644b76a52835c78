"""A session in which staff revise a matching: each move solves anew, says what changed, and can be undone."""
