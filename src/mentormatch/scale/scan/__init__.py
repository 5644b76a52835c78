"""One pass over all pairs at given duals: in NumPy, compiled, in threads, in other processes."""
