"""Scores and rules -> a solution: the problem, its engines, and the checker that trusts none of them."""
