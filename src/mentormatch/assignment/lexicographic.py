"""Lexicographic (preemptive) optimisation: each goal on the optimal face of those before it, then tie-breaking.

Invariant: the current face holds exactly the answers that are optimal in all stages done so far, so a later stage
cannot cost an earlier one (Isermann 1982). Ties are broken by isolating weights in rounds, until one answer is left.
"""

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
"""One round breaks all but one tie in a million; so many are only needed if two people share a key."""


class TimeLimitReached(Exception):  # noqa: N818 - it is no error: the time limit ends a stage
    """The time was up before a stage was done."""


@dataclass(slots=True)
class LexicographicState:
    """The current ``face``, the answer ``chosen`` (e,) on the face ``before`` it, the duals by stage, the goals done.

    ``pending``: the last optimum with its profit, while the face is not yet restricted to it.
    """

    face: OptimalFace
    before: OptimalFace
    chosen: BoolVector
    prices: list[DualSolution] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    pending: tuple[PrimalDual, IntVector] | None = None

    def take(self, optimum: PrimalDual, profit: IntVector) -> None:
        """Make ``optimum`` the incumbent; raise EngineError unless its duals prove it."""
        # The certificate of strong duality, at every stage
        if not self.face.certifies(optimum, profit):
            raise EngineError("The prices do not prove the assignment")
        self.before, self.chosen, self.pending = self.face, optimum.chosen, (optimum, profit)

    def optimal_face(self) -> OptimalFace:
        """Return the face of the answers that tie with the incumbent; it is worked out when it is first needed."""
        if self.pending is not None:
            self.face, self.pending = self.face.restrict_to_optimum(*self.pending), None
        return self.face

    def ask(self, best: FaceSolver, profit: IntVector) -> PrimalDual:
        """Solve the next stage on the optimal face by ``best``, make its optimum the incumbent, and return it."""
        face = self.optimal_face()
        optimum = best(face, profit) if len(face) else empty_optimum(face)
        if optimum is None:
            raise EngineError("An answer was lost between two stages")
        self.take(optimum, profit)
        return optimum

    def remember(self, stage: ScalarObjective, optimum: PrimalDual) -> None:
        """Keep the duals that prove a stage."""
        self.prices.append(DualSolution(stage.weights, optimum.left, optimum.right))
        self.done |= {goal for goal, _ in stage.weights}

    def climb(self, problem: AssignmentProblem, leximin: LeximinStages, best: FaceSolver) -> None:
        """Restrict the face to its leximin answers, a few score levels a stage, from the lowest score up."""
        last = BELOW_ALL
        while len(face := self.optimal_face()):
            # The lowest score levels that are not done, as digits of one number
            step = leximin.next_stage(problem.scores.at(face.lefts, face.rights), last)
            if step is None:
                break
            profit, last = step
            self.ask(best, profit)
        self.done.add("leximin")

    def pairs(self) -> IntMatrix:
        """Return (k, 2) the pairs of the incumbent, sorted."""
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
        The goals, sums first.
    opening
        The optimum of the first stage, on a face that holds at least its tight pairs.
    best
        Returns the optimum of any face.
    """
    # The first stage is solved already, with a face of at least its tight pairs
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
    """Return the canonical solution by the remaining stages, or the incumbent at the time limit."""
    try:
        # Each stage on the optimal face of those before
        for stage in stages:
            if isinstance(stage, LeximinStages):
                work.climb(problem, stage, best)
            else:
                face = work.optimal_face()
                work.remember(stage, work.ask(best, stage.profit(problem, face.lefts, face.rights)))
            run.on_incumbent(partial(_solution, problem, work, Status.FEASIBLE))
        # Then one answer of those that tie in all goals
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
    """Return a solver that raises TimeLimitReached when the time is up, else does as ``best``."""

    def solve_in_time(face: OptimalFace, profit: IntVector) -> PrimalDual | None:
        if run.timed_out:
            raise TimeLimitReached
        return best(face, profit)

    return solve_in_time


def _break_ties(work: LexicographicState, run: SolveOptions, best: FaceSolver) -> Status:
    """Maximise the hashes of round after round on the optimal face, until one answer is left."""
    for turn in range(MOST_ROUNDS):
        face = work.optimal_face()
        # The face is one answer
        if not len(face):
            return Status.PROVED
        if not run.has_time_for_keys(face.people):
            raise TimeLimitReached
        # Isolating weights as one more stage
        work.ask(best, run.tie_breaker.of(face.lefts, face.rights, turn))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _solution(problem: AssignmentProblem, work: LexicographicState, status: Status) -> Solution:
    pairs = work.pairs()
    tiers = (
        replace(tier, bound=tier.value if tier.goal in work.done else None)
        for tier in evaluate_tiers(problem, pairs, {})
    )
    return Solution(status, pairs, tuple(tiers), prices=tuple(work.prices))
