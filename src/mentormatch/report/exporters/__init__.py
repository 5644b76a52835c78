"""One exporter per file format; each is found by its ``kind``, the suffix of its files."""
