"""One file an engine; each is found by its ``kind``."""
