"""Proofs that no answer is better, made after a solve; the checker in ``verification`` need not trust them."""
