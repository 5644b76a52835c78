"""Readers: one file for each kind of source, found by its ``kind``."""
