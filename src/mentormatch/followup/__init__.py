"""Pairs + the answers of the year -> who meets no more, who should be called, and what became of it, described."""
