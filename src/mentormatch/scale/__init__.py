"""Markets too wide for a block of all pairs: scores are worked out strip by strip whenever they are asked for."""
