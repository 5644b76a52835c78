"""Lexicographic (preemptive) optimisation: each goal on the optimal face of those before it, then tie-breaking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import DualSolution, Solution, Status
from mentormatch.assignment.objective import BELOW_ALL, LeximinStages, ScalarObjective, evaluate_tiers
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, empty_optimum
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.errors import EngineError

type FaceSolver = Callable[[OptimalFace, IntVector], PrimalDual | None]

MOST_ROUNDS = 64
"""One round settles all but one tie in a million; so many are only needed if two people share a key."""


class TimeLimitReached(Exception):  # noqa: N818 - it is no error: the time limit ends a stage
    """The time was up before a stage was done."""


@dataclass(slots=True)
class LexicographicState:
    """The face that is left, the last answer on the face before it, the prices so far, and the goals done with."""

    face: OptimalFace
    before: OptimalFace
    chosen: BoolVector
    prices: list[DualSolution] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    pending: tuple[PrimalDual, IntVector] | None = None

    def take(self, optimum: PrimalDual, profit: IntVector) -> None:
        """Keep ``optimum`` as the last answer, if its prices prove it."""
        if not self.face.certifies(optimum, profit):
            raise EngineError("The prices do not prove the assignment")
        self.before, self.chosen, self.pending = self.face, optimum.chosen, (optimum, profit)

    def left(self) -> OptimalFace:
        """Return the face of the answers that are worth as much as the last; it is narrowed only if asked for."""
        if self.pending is not None:
            self.face, self.pending = self.face.restrict_to_optimum(*self.pending), None
        return self.face

    def ask(self, best: FaceSolver, profit: IntVector) -> PrimalDual:
        """Take the optimum that ``best`` finds on the face that is left, and return it."""
        face = self.left()
        optimum = best(face, profit) if len(face) else empty_optimum(face)
        if optimum is None:
            raise EngineError("An answer was lost between two stages")
        self.take(optimum, profit)
        return optimum

    def remember(self, stage: ScalarObjective, optimum: PrimalDual) -> None:
        """Keep the prices that prove a stage."""
        self.prices.append(DualSolution(stage.weights, optimum.left, optimum.right))
        self.done |= {goal for goal, _ in stage.weights}

    def climb(self, problem: AssignmentProblem, leximin: LeximinStages, best: FaceSolver) -> None:
        """Narrow the face to the answers that are leximin on it."""
        last = BELOW_ALL
        while len(face := self.left()):
            step = leximin.next_stage(problem.scores.at(face.lefts, face.rights), last)
            if step is None:
                break
            worth, last = step
            self.ask(best, worth)
        self.done.add("leximin")

    def pairs(self) -> IntMatrix:
        """Return the last answer, sorted."""
        return self.before.answer(self.chosen)


def optimize_lexicographically(
    problem: AssignmentProblem,
    run: SolveOptions,
    stages: Sequence[ScalarObjective | LeximinStages],
    opening: tuple[OptimalFace, PrimalDual],
    best: FaceSolver,
) -> Solution:
    """Return the canonical solution, or the last answer within the time limit.

    Parameters
    ----------
    stages
        The goals, sums first; ``opening`` is the optimum of the first, on a face that holds at least its tight pairs.
    best
        Returns the optimum of any face.
    """
    work = LexicographicState(opening[0], opening[0], opening[1].chosen)
    first = opening_stage(stages)
    work.take(opening[1], first.profit(problem, opening[0].lefts, opening[0].rights))
    work.remember(first, opening[1])
    run.on_incumbent(partial(_solution, problem, work, Status.FEASIBLE))
    return resume_lexicographic(problem, run, work, stages[1:], best)


def resume_lexicographic(
    problem: AssignmentProblem,
    run: SolveOptions,
    work: LexicographicState,
    stages: Sequence[ScalarObjective | LeximinStages],
    best: FaceSolver,
) -> Solution:
    """Return the canonical solution by the stages that are left, or the last answer within the time limit."""
    try:
        for stage in stages:
            if isinstance(stage, LeximinStages):
                work.climb(problem, stage, best)
            else:
                face = work.left()
                work.remember(stage, work.ask(best, stage.profit(problem, face.lefts, face.rights)))
            run.on_incumbent(partial(_solution, problem, work, Status.FEASIBLE))
        status = _break_ties(work, run, best) if run.ties else Status.PROVED
    except TimeLimitReached:
        status = Status.FEASIBLE
    return _solution(problem, work, status)


def opening_stage(stages: Sequence[ScalarObjective | LeximinStages]) -> ScalarObjective:
    """Return the first stage, which is a sum: leximin compares answers of as many pairs."""
    if isinstance(stages[0], LeximinStages):
        raise EngineError("Leximin has no goal before it")
    return stages[0]


def check_time(best: FaceSolver, run: SolveOptions) -> FaceSolver:
    """Return ``best``, which raises OutOfTime when it is asked after the time limit."""

    def asked(face: OptimalFace, profit: IntVector) -> PrimalDual | None:
        if run.timed_out:
            raise TimeLimitReached
        return best(face, profit)

    return asked


def _break_ties(work: LexicographicState, run: SolveOptions, best: FaceSolver) -> Status:
    """Ask round after round of hashes until one answer is left."""
    for turn in range(MOST_ROUNDS):
        face = work.left()
        if not len(face):
            return Status.PROVED
        work.ask(best, run.tie_breaker.of(face.lefts, face.rights, turn))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _solution(problem: AssignmentProblem, work: LexicographicState, status: Status) -> Solution:
    pairs = work.pairs()
    tiers = (
        replace(tier, bound=tier.value if tier.goal in work.done else None)
        for tier in evaluate_tiers(problem, pairs, {})
    )
    return Solution(status, pairs, tuple(tiers), prices=tuple(work.prices))
