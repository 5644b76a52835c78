"""Lists of pairs where nothing is compiled: as a flow that costs least, by OR-Tools, or as rows and columns, by scipy.

A unit flows from everybody on the left to somebody on the right, or to nobody (cost scaling, Goldberg 1997). OR-Tools
tells no prices, so they are worked out from the pairs, which proves them; it refuses numbers that scipy does not. Where
worths are few scipy is quicker; where they are many the flow is, the more so the scarcer places are.
"""

import inspect
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from importlib.util import find_spec
from io import BytesIO

import numpy as np

from mentormatch.assignment import sparse_assignment
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.assignment.verification.reduced_costs import max_abs
from mentormatch.base.columns import IntVector
from mentormatch.scale.flow import min_cost_flow_main
from mentormatch.scale.scan.blocks import CheckDeadline

LISTED = 1 << 17
"""With fewer pairs it takes longer to start OR-Tools than it saves."""
MOST = 1 << 61
"""What a pair is worth, times the number of people, stays below this: OR-Tools reckons with such products."""
WAIT_S = 0.1
"""So long a wait between two looks at the clock."""
PATH = "import sys; sys.path[:] = sys.argv[1:]\n"
"""The other process finds the same modules."""


def best_uncompiled(face: OptimalFace, profit: IntVector, heed: CheckDeadline) -> PrimalDual | None:
    """Return the optimum of a face on which one side takes at most one partner each; None if no answer holds.

    ``heed`` ends the work if the time is up, which scipy does not ask.
    """
    found = best_by_flow(face, profit, heed) if flows(face, profit) else None
    return sparse_assignment.solve_sparse(face, profit) if found is None else found


def flows(face: OptimalFace, profit: IntVector) -> bool:
    """Return whether the flow is there, exact and quicker."""
    n, m = len(face.left.most), len(face.right.most)
    if len(face) < LISTED or max_abs(profit) * (n + m + 2) > MOST or find_spec("ortools") is None:
        return False
    needed = face.left.least.any() or face.right.least.any()
    return not needed and len(np.unique(profit)) >= max(n, m)


def best_by_flow(face: OptimalFace, profit: IntVector, heed: CheckDeadline) -> PrimalDual | None:
    """Return the optimum of a face without minimums, with the smallest prices of the side that takes several partners.

    None if the flow does not end in an optimum.
    """
    if face.left.most.max(initial=0) > 1:
        found = best_by_flow(face.flipped(), profit, heed)
        return None if found is None else PrimalDual(found.chosen, found.right, found.left)
    worth = np.flatnonzero(profit > 0)
    told = _told([face.lefts[worth], face.rights[worth], profit[worth], face.left.most, face.right.most], heed)
    if not told:
        return None
    pairs = worth[np.load(BytesIO(told))]
    return sparse_assignment.recover_duals(face, profit, (face.lefts[pairs], face.rights[pairs]))


def _told(asked: list[IntVector], heed: CheckDeadline) -> bytes:
    """Return what a process of its own tells of a flow: nothing if it cannot be started, dies or finds none."""
    content = BytesIO()
    np.savez(content, *asked)
    program, pipe = PATH + inspect.getsource(min_cost_flow_main), subprocess.PIPE
    command = [sys.executable, "-I", *["-B"] * sys.dont_write_bytecode, "-c", program, *sys.path]
    try:
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    except OSError:
        return b""
    with child, ThreadPoolExecutor(1) as talk:
        try:
            told = talk.submit(child.communicate, content.getvalue())
            while not told.done():
                heed()
                wait([told], WAIT_S)
            return told.result()[0] if child.returncode == 0 else b""
        finally:
            child.kill()
