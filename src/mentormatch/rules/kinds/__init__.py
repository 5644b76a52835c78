"""Kinds of rules, grouped by idea in files; each kind is found by its ``kind``."""
