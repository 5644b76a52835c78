"""What came in, before anything is solved: each row, each question, what was assumed, and who could meet whom."""
