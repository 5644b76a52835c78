"""Thirty cohorts with programmes, proved optima and certificates, and what others reach on them; see README.md."""
