"""One file an operation: what is sent, what is answered, and the work between."""
