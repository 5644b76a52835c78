"""From the optimum of the first stage to the one canonical answer: the other goals, then hashes until one is left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from mentormatch.assignment.engine import Run
from mentormatch.assignment.face import Face, Optimum, nothing
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.scores import IntMatrix
from mentormatch.assignment.solution import Prices, Solution, Status, Tier
from mentormatch.assignment.stages import Stage, values
from mentormatch.columns import BoolVector, IntVector
from mentormatch.errors import EngineError

type Best = Callable[[Face, IntVector], Optimum | None]

MOST_ROUNDS = 64
"""One round settles all but one tie in a million; so many are only needed if two people share a key."""


class OutOfTime(Exception):  # noqa: N818 - it is no error: the time limit ends a stage
    """The time was up before a stage was done."""


@dataclass(slots=True)
class Settling:
    """The face that is left, the last answer on the face before it, and the prices so far."""

    face: Face
    before: Face
    chosen: BoolVector
    prices: list[Prices] = field(default_factory=list)

    def take(self, optimum: Optimum, profit: IntVector) -> None:
        """Narrow the face to the answers that are worth as much as ``optimum``, if its prices prove it."""
        if not self.face.proves(optimum, profit):
            raise EngineError("The prices do not prove the assignment")
        self.before, self.chosen = self.face, optimum.chosen
        self.face = self.face.narrowed(optimum, profit)

    def ask(self, best: Best, profit: IntVector) -> Optimum:
        """Narrow the face by the optimum that ``best`` finds on it, and return it."""
        optimum = best(self.face, profit) if len(self.face) else nothing(self.face)
        if optimum is None:
            raise EngineError("An answer was lost between two stages")
        self.take(optimum, profit)
        return optimum

    def remember(self, stage: Stage, optimum: Optimum) -> None:
        """Keep the prices that prove a stage."""
        self.prices.append(Prices(stage.weights, optimum.left, optimum.right))

    def pairs(self) -> IntMatrix:
        """Return the last answer, sorted."""
        lefts, rights = self.before.lefts[self.chosen].tolist(), self.before.rights[self.chosen].tolist()
        listed = sorted([*self.before.settled, *zip(lefts, rights, strict=True)])
        return np.array(listed, dtype=np.int64).reshape(-1, 2)


def settle(
    problem: AssignmentProblem, run: Run, stages: Sequence[Stage], opening: tuple[Face, Optimum], best: Best
) -> Solution:
    """Return the canonical solution, or the last answer within the time limit.

    Parameters
    ----------
    stages
        The goals; ``opening`` is the optimum of the first, on a face that holds at least its tight pairs.
    best
        Returns the optimum of any face.
    """
    work = Settling(opening[0], opening[0], opening[1].chosen)
    work.take(opening[1], stages[0].worth(problem, work.face.lefts, work.face.rights))
    work.remember(stages[0], opening[1])
    try:
        for stage in stages[1:]:
            work.remember(stage, work.ask(best, stage.worth(problem, work.face.lefts, work.face.rights)))
        status = _break_ties(work, run, best)
    except OutOfTime:
        status = Status.FEASIBLE
    return _solution(problem, work, status)


def timed(best: Best, run: Run) -> Best:
    """Return ``best``, which raises OutOfTime when it is asked after the time limit."""

    def asked(face: Face, profit: IntVector) -> Optimum | None:
        if run.over:
            raise OutOfTime
        return best(face, profit)

    return asked


def _break_ties(work: Settling, run: Run, best: Best) -> Status:
    """Ask round after round of hashes until one answer is left."""
    for turn in range(MOST_ROUNDS):
        if not len(work.face):
            return Status.PROVED
        work.ask(best, run.hashes.of(work.face.lefts, work.face.rights, turn))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _solution(problem: AssignmentProblem, work: Settling, status: Status) -> Solution:
    pairs = work.pairs()
    known = {goal for prices in work.prices for goal, _ in prices.weights}
    tiers = tuple(
        Tier(goal, value, value if goal in known else None) for goal, value in values(problem, pairs[:, 0], pairs[:, 1])
    )
    return Solution(status, pairs, tiers, prices=tuple(work.prices))
