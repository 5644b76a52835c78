"""Survey tools, one module each: the form of their exports, and the way to a table with one row per response."""
