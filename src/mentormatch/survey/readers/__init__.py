"""Readers of sources, one module per kind of source, found by ``kind``."""
