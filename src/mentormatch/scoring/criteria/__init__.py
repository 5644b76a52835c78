"""One file a criterion; each is found by its ``kind``."""
