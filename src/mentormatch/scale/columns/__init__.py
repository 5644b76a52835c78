"""Column generation over all pairs: candidate lists, restricted master, identical people, ties."""
