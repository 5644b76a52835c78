"""OR-Tools' min-cost flow at work: run by a Python that has it, with a file of pairs, seconds on the output.

A unit goes from each person on the left to one on the right, or to nobody, at the least cost; the building of the graph
is not counted.
"""

import json
import sys
from importlib.metadata import version
from time import monotonic, process_time

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow


def main() -> None:
    """Solve, and tell the seconds and what the pairs are worth together."""
    with np.load(sys.argv[1]) as asked:
        lefts, rights, profit, left, right = (asked[name] for name in ("lefts", "rights", "profit", "left", "right"))
    n, m = len(left), len(right)
    source, sink = n + m, n + m + 1
    flow, nodes = SimpleMinCostFlow(), np.arange(n + m)
    tails = np.concatenate([lefts, np.full(n, source), n + np.arange(m), [source]])
    heads = np.concatenate([n + rights, nodes[:n], np.full(m, sink), [sink]])
    most = np.concatenate([np.ones_like(lefts), left, right, [left.sum()]])
    costs = np.concatenate([-profit, np.zeros(n + m + 1, dtype=np.int64)])
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, most, costs)
    flow.set_nodes_supplies(np.array([source, sink]), np.array([left.sum(), -left.sum()]))
    wall, processor = monotonic(), process_time()
    status = flow.solve()
    spent = {"wall_s": monotonic() - wall, "processor_s": process_time() - processor}
    optimal = status == flow.OPTIMAL
    worth = str(-flow.optimal_cost()) if optimal else ""
    json.dump({**spent, "optimal": optimal, "worth": worth, "version": version("ortools")}, sys.stdout)


if __name__ == "__main__":
    main()
