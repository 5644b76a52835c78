"""Criteria and rules -> the score of every pair, worked out in blocks, never all held."""
