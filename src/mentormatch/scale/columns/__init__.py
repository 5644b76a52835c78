"""Column generation over all pairs: candidate lists, restricted master, symmetry, ties."""
