"""Report on incoming answers before matching: rows, questions, assumptions, and possible partners."""
