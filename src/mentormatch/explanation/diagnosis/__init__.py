"""Diagnosis of programmes without a solution, or with unmatched people, and the smallest changes that help."""
