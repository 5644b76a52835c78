"""Assignments on long lists of pairs, by shortest augmenting paths in compiled code (extra ``scale``)."""
