"""Leximin at scale: exchanges level by level, lexicographic potentials, and column generation over both."""
