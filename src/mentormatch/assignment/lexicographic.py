"""From the optimum of the first stage to the one canonical answer: the other goals, then hashes until one is left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from mentormatch.assignment.engine import Run
from mentormatch.assignment.leximin import BELOW_ALL, Leximin
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.model.solution import Prices, Solution, Status
from mentormatch.assignment.objective import Stage, reached
from mentormatch.assignment.optimal_face import Face, Optimum, nothing
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.errors import EngineError

type Best = Callable[[Face, IntVector], Optimum | None]

MOST_ROUNDS = 64
"""One round settles all but one tie in a million; so many are only needed if two people share a key."""


class OutOfTime(Exception):  # noqa: N818 - it is no error: the time limit ends a stage
    """The time was up before a stage was done."""


@dataclass(slots=True)
class Settling:
    """The face that is left, the last answer on the face before it, the prices so far, and the goals done with."""

    face: Face
    before: Face
    chosen: BoolVector
    prices: list[Prices] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    pending: tuple[Optimum, IntVector] | None = None

    def take(self, optimum: Optimum, profit: IntVector) -> None:
        """Keep ``optimum`` as the last answer, if its prices prove it."""
        if not self.face.proves(optimum, profit):
            raise EngineError("The prices do not prove the assignment")
        self.before, self.chosen, self.pending = self.face, optimum.chosen, (optimum, profit)

    def left(self) -> Face:
        """Return the face of the answers that are worth as much as the last; it is narrowed only if asked for."""
        if self.pending is not None:
            self.face, self.pending = self.face.narrowed(*self.pending), None
        return self.face

    def ask(self, best: Best, profit: IntVector) -> Optimum:
        """Take the optimum that ``best`` finds on the face that is left, and return it."""
        face = self.left()
        optimum = best(face, profit) if len(face) else nothing(face)
        if optimum is None:
            raise EngineError("An answer was lost between two stages")
        self.take(optimum, profit)
        return optimum

    def remember(self, stage: Stage, optimum: Optimum) -> None:
        """Keep the prices that prove a stage."""
        self.prices.append(Prices(stage.weights, optimum.left, optimum.right))
        self.done |= {goal for goal, _ in stage.weights}

    def climb(self, problem: AssignmentProblem, leximin: Leximin, best: Best) -> None:
        """Narrow the face to the answers that are leximin on it."""
        last = BELOW_ALL
        while len(face := self.left()):
            step = leximin.worth(problem.scores.at(face.lefts, face.rights), last)
            if step is None:
                break
            worth, last = step
            self.ask(best, worth)
        self.done.add("leximin")

    def pairs(self) -> IntMatrix:
        """Return the last answer, sorted."""
        return self.before.answer(self.chosen)


def settle(
    problem: AssignmentProblem,
    run: Run,
    stages: Sequence[Stage | Leximin],
    opening: tuple[Face, Optimum],
    best: Best,
) -> Solution:
    """Return the canonical solution, or the last answer within the time limit.

    Parameters
    ----------
    stages
        The goals, sums first; ``opening`` is the optimum of the first, on a face that holds at least its tight pairs.
    best
        Returns the optimum of any face.
    """
    work = Settling(opening[0], opening[0], opening[1].chosen)
    first = opening_stage(stages)
    work.take(opening[1], first.worth(problem, opening[0].lefts, opening[0].rights))
    work.remember(first, opening[1])
    run.tell(partial(_solution, problem, work, Status.FEASIBLE))
    return settled_from(problem, run, work, stages[1:], best)


def settled_from(
    problem: AssignmentProblem, run: Run, work: Settling, stages: Sequence[Stage | Leximin], best: Best
) -> Solution:
    """Return the canonical solution by the stages that are left, or the last answer within the time limit."""
    try:
        for stage in stages:
            if isinstance(stage, Leximin):
                work.climb(problem, stage, best)
            else:
                face = work.left()
                work.remember(stage, work.ask(best, stage.worth(problem, face.lefts, face.rights)))
            run.tell(partial(_solution, problem, work, Status.FEASIBLE))
        status = _break_ties(work, run, best) if run.ties else Status.PROVED
    except OutOfTime:
        status = Status.FEASIBLE
    return _solution(problem, work, status)


def opening_stage(stages: Sequence[Stage | Leximin]) -> Stage:
    """Return the first stage, which is a sum: leximin compares answers of as many pairs."""
    if isinstance(stages[0], Leximin):
        raise EngineError("Leximin has no goal before it")
    return stages[0]


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
        face = work.left()
        if not len(face):
            return Status.PROVED
        work.ask(best, run.hashes.of(face.lefts, face.rights, turn))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _solution(problem: AssignmentProblem, work: Settling, status: Status) -> Solution:
    pairs = work.pairs()
    tiers = (
        replace(tier, bound=tier.value if tier.goal in work.done else None) for tier in reached(problem, pairs, {})
    )
    return Solution(status, pairs, tuple(tiers), prices=tuple(work.prices))
