"""The pairs that are listed first, solved by shortest augmenting paths and by OR-Tools' min-cost flow on the same list.

OR-Tools is no dependency: it is measured where an interpreter of ``MENTORMATCH_RIVALS`` has it.
"""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.scale.cohorts import Market
from benchmarks.scale.measuring import timed
from benchmarks.scale.records import Row
from benchmarks.scale.rivals import interpreters
from mentormatch.assignment.canonical import PairHash
from mentormatch.assignment.engine import Run
from mentormatch.assignment.face import Face
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.wide.beside import Rules
from mentormatch.assignment.wide.pricing import begun
from mentormatch.assignment.wide.solving import Solver
from mentormatch.assignment.wide.view import View
from mentormatch.columns import IntVector

PATIENCE_S = 600.0
WARM = 300


def solver_of(problem: AssignmentProblem) -> Solver:
    """Return what solves lists of a problem."""
    run = Run(PairHash(0, problem.mentor_keys, problem.mentee_keys))
    return Solver(problem, run, compiled=True, rules=Rules.of(problem, ()))


def solved(market: Market) -> Row:
    """Return how long the first list takes, from nothing and from the prices of the drawn market, and beside."""
    problem = market.posed()
    solver = solver_of(problem)
    view = View.of(problem, solver.stage, solver.ready)
    listing = begun(view, solver)
    face, profit = view.face(listing.pairs), view.worth(listing.pairs)
    solver.begin = None
    optimum, anew = timed(lambda: solver.best(face, profit))
    _, guessed = timed(lambda: solver.best(face, profit, listing.prices))
    row: Row = {
        "name": market.name,
        "listed": len(face) / market.mentees,
        "anew_s": anew["processor_s"],
        "guessed_s": guessed["processor_s"],
    }
    return row | beside(face, profit, str(int(profit[optimum.chosen].sum())))


def beside(face: Face, profit: IntVector, worth: str) -> Row:
    """Return how long OR-Tools takes where an interpreter has it, and whether it finds the same."""
    own = face.flipped() if face.turns else face
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.npz"
        np.savez(path, lefts=own.lefts, rights=own.rights, profit=profit, left=own.left.most, right=own.right.most)
        for python in interpreters():
            asked = [str(python), str(Path(__file__).with_name("or_tools.py")), str(path)]
            done = subprocess.run(asked, capture_output=True, check=False, timeout=PATIENCE_S)
            if done.returncode == 0:
                told = json.loads(done.stdout)
                found = {"rival_s": told["processor_s"], "rival": f"OR-Tools {told['version']}"}
                return found | {"same": told["worth"] == worth if told["optimal"] else "refused"}
    return {}


def beside_flow(market: Market) -> Row:
    """Return the same once compiled code is loaded."""
    solved(Market(WARM, WARM, market.kind))
    return solved(market)
