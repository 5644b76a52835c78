"""Engine ``wide``: pairs that are worked out whenever they are asked for, and never all held."""

from dataclasses import replace
from importlib.util import find_spec
from typing import ClassVar

from mentormatch.assignment.engine import Engine, Run
from mentormatch.assignment.engines.plain import best
from mentormatch.assignment.face import Face, Optimum, open_bounds, pins_allowed
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.settle import opening_stage, settle, timed
from mentormatch.assignment.solution import Solution, Status, without_pairs
from mentormatch.assignment.stages import merged
from mentormatch.assignment.wide.computed import ComputedScores
from mentormatch.assignment.wide.pricing import best_wide
from mentormatch.assignment.wide.view import View
from mentormatch.columns import IntVector
from mentormatch.errors import EngineError


class Wide(Engine):
    """Exact on markets of which the block of pairs does not fit in memory, by prices and a look at all pairs."""

    kind: ClassVar[str] = "wide"
    rank: ClassVar[int] = 1

    def takes(self, problem: AssignmentProblem) -> bool:
        if not isinstance(problem.scores, ComputedScores) or problem.rows:
            return False
        free = not any(side.least.any() for side in (problem.mentors, problem.mentees))
        return free and any(bounds.most.max(initial=0) <= 1 for bounds in open_bounds(problem))

    def quick(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        return True

    def solve(self, problem: AssignmentProblem, run: Run) -> Solution:
        assert isinstance(problem.scores, ComputedScores)
        stages = merged(problem, lambda reach: reach < 1 << 57)
        if len(stages) > 1:
            raise EngineError("The goals do not fit in one number")
        stage = opening_stage(stages)
        opening = best_wide(View.of(problem, problem.scores, stage), _solve, print_gap)
        if opening is None:
            return without_pairs(Status.INFEASIBLE, self.kind)
        return replace(settle(problem, run, stages, opening, timed(best, run)), engine=self.kind)


def _solve(face: Face, profit: IntVector, begin: "Start | None") -> "tuple[Optimum, Start | None] | None":
    if not find_spec("numba"):
        found = best(face, profit)
        return None if found is None else (found, None)
    from mentormatch.assignment.paths.best import Start, best as best_by_paths

    import time
    t=time.process_time()
    turned = face.left.most[face.lefts].max(initial=0) > 1
    way = face.flipped() if turned else face
    optimum = best_by_paths(way, profit, begin)
    print('  solve',time.process_time()-t,len(face))
    left, right = (optimum.right, optimum.left) if turned else (optimum.left, optimum.right)
    return Optimum(optimum.chosen, left, right), Start.of(way, optimum)


def print_gap(face: Face, optimum: Optimum, bound: int) -> None:
    import time
    print("round", time.process_time(), len(face), int(optimum.chosen.sum()), bound)
