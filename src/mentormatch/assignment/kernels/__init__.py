"""Algorithms in machine code, by numba where it is there: dense assignment, strongly connected components."""
