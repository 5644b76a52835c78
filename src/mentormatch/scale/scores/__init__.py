"""Criteria and rules -> the score of every pair, computed in blocks, never stored."""
