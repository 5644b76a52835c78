"""The people of an edition: their answers as columns, and those who leave and arrive."""
