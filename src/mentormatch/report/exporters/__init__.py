"""One file an exporter; each is found by its ``kind``, the suffix of what it writes."""
