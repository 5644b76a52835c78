"""Three problems of arrays, each by OR-Tools and by mentormatch: the same optimum, stated in both ways."""

# isort: off
from ortools.graph.python import min_cost_flow  # first: then the solver of mentormatch has a process of its own
from ortools.sat.python import cp_model

# isort: on
import numpy as np

import mentormatch as mm

draw = np.random.default_rng(0)

# Reviewer assignment: 12 papers want three of 8 reviewers each, who read five papers at most
affinity = draw.integers(0, 100, (8, 12))
flow = min_cost_flow.SimpleMinCostFlow()
reviewer, paper = (index.ravel() for index in np.indices(affinity.shape))
flow.add_arcs_with_capacity_and_unit_cost(reviewer, 8 + paper, np.ones(96, dtype=int), -affinity.ravel())
flow.add_arcs_with_capacity_and_unit_cost(np.full(8, 20), np.arange(8), np.full(8, 5), np.zeros(8, dtype=int))
flow.set_nodes_supplies(np.arange(21), np.array([0] * 8 + [-3] * 12 + [36]))
assert flow.solve() == flow.OPTIMAL

goals = ("matched", "total")
reviews = mm.AssignmentProblem.from_scores(affinity, mentor_capacity=5, mentee_capacity=3, goals=goals)
assert mm.solve(reviews).tiers[-1].value == -flow.optimal_cost()

# Generalised assignment: 20 jobs for 4 agents, each pair with its own cost and hours
costs, hours = draw.integers(10, 50, (4, 20)), draw.integers(5, 25, (4, 20))
limit = hours.sum(axis=1) // 5
model = cp_model.CpModel()
done = np.array([[model.new_bool_var(f"{agent}, {job}") for job in range(20)] for agent in range(4)])
for job in done.T:
    model.add_exactly_one(job)
for agent, most in enumerate(limit):
    model.add(cp_model.LinearExpr.weighted_sum(done[agent], hours[agent]) <= most)
model.minimize(cp_model.LinearExpr.weighted_sum(done.ravel(), costs.ravel()))
solver = cp_model.CpSolver()
assert solver.solve(model) == cp_model.OPTIMAL

jobs = mm.AssignmentProblem.from_scores(
    costs, sense="min", mentor_capacity=20, hours=hours, mentor_hours=limit, goals=goals
)
assert mm.solve(jobs).tiers[-1].value == -solver.objective_value

# Maximally diverse grouping: three groups of three, far from each other
points = draw.random((9, 2))
distances = (1_000 * np.linalg.norm(points[:, None] - points[None], axis=2)).astype(int)
model = cp_model.CpModel()
inside = [[model.new_bool_var(f"{person} in {group}") for group in range(3)] for person in range(9)]
for places in inside:
    model.add_exactly_one(places)
for group in zip(*inside, strict=True):
    model.add(sum(group) == 3)
worth = []
for one, other in zip(*np.triu_indices(9, 1), strict=True):
    for group in range(3):
        both = model.new_bool_var(f"{one} and {other} in {group}")
        model.add_implication(both, inside[one][group])
        model.add_implication(both, inside[other][group])
        worth.append(distances[one, other] * both)
model.maximize(sum(worth))
assert solver.solve(model) == cp_model.OPTIMAL

groups = mm.form_groups(mm.GroupProblem.from_scores(distances, sizes=[3, 3, 3]))
assert groups.tiers[-1].value == solver.objective_value
