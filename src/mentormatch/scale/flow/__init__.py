"""Assignments of a hundred thousand people a side, by shortest augmenting paths in compiled code (extra ``scale``)."""
