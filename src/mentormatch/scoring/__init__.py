"""People -> the score of a pair: criteria, each one file, and the table of scores they make together."""
