"""A flow that costs least, worked out by OR-Tools in a process of its own, which is run from the source of this file.

OR-Tools and highspy bring a HiGHS each, of two versions, and whichever is loaded second breaks: no process holds both.
"""

import sys
from io import BytesIO
from typing import Any

import numpy as np


def main() -> None:
    """Write on the output which of the pairs something flows through, if there is a flow that costs least."""
    with np.load(BytesIO(sys.stdin.buffer.read())) as asked:
        chosen = flowing(*asked.values())
    if chosen is None:
        sys.exit(1)
    told = BytesIO()
    np.save(told, chosen)
    sys.stdout.buffer.write(told.getbuffer())


def flowing(lefts: Any, rights: Any, profit: Any, left: Any, right: Any) -> Any:
    """Return (k,) the positions of the pairs through which something flows; None if OR-Tools refuses the numbers.

    ``lefts``, ``rights``, ``profit`` (e,): the people of each pair and what it is worth, more than 0; ``left`` (n,) and
    ``right`` (m,): the places of everybody. From each place on the left a unit flows to the end, through a pair or not.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    n, people = len(left), np.arange(len(left) + len(right))
    end = len(people)
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.append(lefts, people),
        np.append(rights + n, np.full(end, end)),
        np.concatenate([np.ones_like(lefts), left, right]),
        np.append(-profit, np.zeros_like(people)),
    )
    flow.set_nodes_supplies(np.append(people[:n], end), np.append(left, -left.sum()))
    return np.flatnonzero(flow.flows(np.arange(len(lefts)))) if flow.solve() == flow.OPTIMAL else None


if __name__ == "__main__":
    main()
