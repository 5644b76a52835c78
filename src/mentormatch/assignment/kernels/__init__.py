"""The door to numba, for algorithms in machine code."""
