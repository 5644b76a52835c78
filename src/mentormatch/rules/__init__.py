"""Cohort + rules of the programme -> which pairs are allowed, how many partners each may have, bounded sums."""
