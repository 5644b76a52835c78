"""Engine ``wide``: pairs that are worked out whenever they are asked for, and never all held."""

from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import ClassVar

import numpy as np

from mentormatch.assignment.engine import Engine, Run
from mentormatch.assignment.face import Face, Optimum, open_bounds, pins_hold
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.settle import OutOfTime, opening_stage, settle, timed
from mentormatch.assignment.solution import Solution, Status, without_pairs
from mentormatch.assignment.sparse import FLOAT_EXACT, best
from mentormatch.assignment.stages import Stage, merged, reached
from mentormatch.assignment.wide.computed import ComputedScores
from mentormatch.assignment.wide.pricing import best_wide
from mentormatch.assignment.wide.scan import Look
from mentormatch.assignment.wide.swift import Swift
from mentormatch.assignment.wide.tiles import Tiles
from mentormatch.assignment.wide.view import View
from mentormatch.columns import IntVector
from mentormatch.errors import EngineError

INT_EXACT = 1 << 57
"""What a pair is worth stays below this, and all that the search for paths adds up below 2^62."""
BINDS = "a rule that couples pairs binds, which is not solved for so many pairs"
NEEDS = "the goals of so many pairs take integers beyond 2^53, for which the extra 'scale' is needed"


class Wide(Engine):
    """Exact on markets of which the pairs do not fit in memory, by prices and looks at all pairs.

    A rule that couples pairs is left out at first; where the answer keeps it all the same, it is that of the problem.
    """

    kind: ClassVar[str] = "wide"
    rank: ClassVar[int] = 1

    def takes(self, problem: AssignmentProblem) -> bool:
        if not isinstance(problem.scores, ComputedScores):
            return False
        free = not any(side.least.any() for side in (problem.mentors, problem.mentees))
        return free and any(bounds.most.max(initial=0) <= 1 for bounds in open_bounds(problem))

    def quick(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        return True

    def solve(self, problem: AssignmentProblem, run: Run) -> Solution:
        found = self._without_rows(replace(problem, rows=()), run)
        kept = all(row.holds(found.pairs, problem.shape) for row in problem.rows)
        return found if kept or found.status is Status.INFEASIBLE else without_pairs(Status.FAILED, self.kind, (BINDS,))

    def _without_rows(self, problem: AssignmentProblem, run: Run) -> Solution:
        if not pins_hold(problem):
            return without_pairs(Status.INFEASIBLE, self.kind)
        solver = Solver(problem, run, compiled=find_spec("numba") is not None)
        try:
            opening = best_wide(View.of(problem, solver.stage, solver.ready), solver.best, solver.hear)
            solution = settle(problem, run, [solver.stage], opening, timed(best, run))
        except OutOfTime:
            return solver.heard or without_pairs(Status.STOPPED, self.kind)
        return replace(solution, engine=self.kind)


@dataclass(slots=True)
class Solver:
    """Solves some of the pairs of a problem at a time; ``partners`` and prices of the last solve begin the next."""

    problem: AssignmentProblem
    run: Run
    compiled: bool
    heard: Solution | None = None
    stage: Stage = field(init=False)
    begin: object = None

    def __post_init__(self) -> None:
        exact = INT_EXACT if self.compiled else FLOAT_EXACT // 3
        stages = merged(self.problem, lambda reach: reach < exact)
        if len(stages) > 1:
            raise EngineError(NEEDS)
        self.stage = opening_stage(stages)

    def ready(self, tiles: Tiles) -> Look | None:
        """Return the compiled way to look at tiles, where there is one."""
        return Swift.of(tiles).look if self.compiled else None

    def best(self, face: Face, profit: IntVector) -> Optimum:
        """Return the optimum of a face."""
        if self.run.over:
            raise OutOfTime
        return self._by_paths(face, profit) if self.compiled else _by_scipy(face, profit)

    def _by_paths(self, face: Face, profit: IntVector) -> Optimum:
        from mentormatch.assignment.paths.best import best as best_by_paths
        from mentormatch.assignment.paths.starting import Start

        turned = bool(face.left.most[face.lefts].max(initial=0) > 1)
        way = face.flipped() if turned else face
        begin = self.begin if isinstance(self.begin, Start) else None
        optimum = best_by_paths(way, profit, begin, lambda: self.run.over)
        self.begin = Start.of(way, optimum)
        return Optimum(optimum.chosen, optimum.right, optimum.left) if turned else optimum

    def hear(self, face: Face, optimum: Optimum, bound: int) -> None:
        """Tell an answer, with the bounds that prices prove."""
        chosen = np.column_stack([face.lefts[optimum.chosen], face.rights[optimum.chosen]])
        pairs = np.concatenate([face.settled, chosen])
        pairs = pairs[np.lexsort(pairs.T[::-1])]
        values = {tier.goal: tier.value for tier in reached(self.problem, pairs, {})}
        tiers = tuple(reached(self.problem, pairs, self._bounds(values, bound, len(face.settled))))
        self.heard = Solution(Status.FEASIBLE, pairs, tiers, "wide")
        told = self.heard
        self.run.tell(lambda: told)

    def _bounds(self, values: dict[str, int], bound: int, pinned: int) -> dict[str, int]:
        """Return the bound of the first goal that is not reached, and of those before it, by that of all together."""
        left, found = bound, dict[str, int]()
        for goal, weight in self.stage.weights if not pinned else ():
            found[goal] = left // weight
            if found[goal] != values[goal]:
                return found
            left -= weight * values[goal]
        return found


def _by_scipy(face: Face, profit: IntVector) -> Optimum:
    found = best(face, profit)
    if found is None:
        raise EngineError("An answer was lost among few pairs")
    return found
