"""Side constraints at scale: Lagrangian multipliers, what is left of the gap, and a repair heuristic."""
