"""What is kept of a decision: a file that proves it without a name in it, and a chained log of who did what and why."""
