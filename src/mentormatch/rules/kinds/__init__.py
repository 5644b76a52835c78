"""Kinds of rules, those of one idea in one file; each is found by its ``kind``."""
