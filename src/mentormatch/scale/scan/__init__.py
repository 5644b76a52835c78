"""One pass over all pairs at given duals: in NumPy, in machine code, in threads, in other processes."""
