"""Linear and 0-1 programs as arrays, and what solves them: simplex, branch and bound, PuLP."""
