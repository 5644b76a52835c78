"""One file a rule; each is found by its ``kind``."""
