"""Leximin at scale: exchanges level by level, lexicographic potentials, column generation."""
