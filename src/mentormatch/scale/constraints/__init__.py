"""Side constraints at scale: Lagrangian multipliers, duality gap, repair heuristic."""
