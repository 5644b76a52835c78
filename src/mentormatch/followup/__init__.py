"""Pairs + follow-up answers -> pairs that stopped meeting, people to call, and outcomes by criterion."""
