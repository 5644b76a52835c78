"""Lexicographic (preemptive) optimisation: each goal on the optimal face of those before it, then tie-breaking.

Invariant: the current face contains exactly the solutions that are optimal in all stages done so far, so a later stage
cannot worsen an earlier one (Isermann 1982). Ties are broken by isolating weights in rounds, until one solution
remains.
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

MAX_TIE_ROUNDS = 64  # a round leaves one tie in a million


class TimeLimitReached(Exception):  # noqa: N818 - it is no error: the time limit ends a stage
    """The time limit was reached before a stage was done."""


@dataclass(slots=True)
class LexicographicState:
    """The state between two stages.

    Attributes
    ----------
    face
        The optimal face of the stages before ``pending``, or of all stages if there is none.
    incumbent_face, chosen
        The face of the incumbent, and its chosen pairs (e,) there.
    prices
        The duals by stage.
    done_goals
        The goals optimised so far.
    pending
        The last optimum with its profit, until the face is restricted to it.
    """

    face: OptimalFace
    incumbent_face: OptimalFace
    chosen: BoolVector
    prices: list[DualSolution] = field(default_factory=list)
    done_goals: set[str] = field(default_factory=set)
    pending: tuple[PrimalDual, IntVector] | None = None

    def set_incumbent(self, optimum: PrimalDual, profit: IntVector) -> None:
        """Make ``optimum`` the incumbent. Raises EngineError unless its duals prove it."""
        # Strong duality, checked at every stage
        if not self.face.certifies(optimum, profit):
            raise EngineError("The prices do not prove the assignment")
        self.incumbent_face, self.chosen, self.pending = self.face, optimum.chosen, (optimum, profit)

    def optimal_face(self) -> OptimalFace:
        """Return the face of the solutions that tie with the incumbent; computed at the first use."""
        if self.pending is not None:
            self.face, self.pending = self.face.restrict_to_optimum(*self.pending), None
        return self.face

    def solve_stage(self, best: FaceSolver, profit: IntVector) -> PrimalDual:
        """Solve the next stage on the optimal face, make its optimum the incumbent, and return it."""
        face = self.optimal_face()
        optimum = best(face, profit) if len(face) else empty_optimum(face)
        if optimum is None:
            raise EngineError("An optimal face became empty between two stages")
        self.set_incumbent(optimum, profit)
        return optimum

    def record_stage(self, stage: ScalarObjective, optimum: PrimalDual) -> None:
        """Store the duals that prove a stage."""
        self.prices.append(DualSolution(stage.weights, optimum.left, optimum.right))
        self.done_goals |= {goal for goal, _ in stage.weights}

    def solve_leximin(self, problem: AssignmentProblem, leximin: LeximinStages, best: FaceSolver) -> None:
        """Restrict the face to leximin optima, a few score levels per stage, lowest first."""
        last_level = BELOW_ALL
        while len(face := self.optimal_face()):
            # The lowest score levels that remain, as digits of one number
            stage = leximin.next_stage(problem.scores.at(face.lefts, face.rights), last_level)
            if stage is None:
                break
            profit, last_level = stage
            self.solve_stage(best, profit)
        self.done_goals.add("leximin")

    def pairs(self) -> IntMatrix:
        """Return (k, 2) the pairs of the incumbent, sorted."""
        return self.incumbent_face.solution_pairs(self.chosen)


def optimize_lexicographically(
    problem: AssignmentProblem,
    run: SolveOptions,
    stages: Sequence[ScalarObjective | LeximinStages],
    opening: tuple[OptimalFace, PrimalDual],
    best: FaceSolver,
) -> Solution:
    """Return the canonical solution, or the incumbent at the time limit.

    Parameters
    ----------
    stages
        The goals, sums first.
    opening
        The optimum of the first stage, on a face that contains at least its tight pairs.
    best
        Returns the optimum of a face.
    """
    face, optimum = opening
    state = LexicographicState(face, face, optimum.chosen)
    opening_objective = first_stage(stages)
    state.set_incumbent(optimum, opening_objective.profit(problem, face.lefts, face.rights))
    state.record_stage(opening_objective, optimum)
    run.on_incumbent(partial(_solution, problem, state, Status.FEASIBLE))
    return resume_lexicographic(problem, run, state, stages[1:], best)


def resume_lexicographic(
    problem: AssignmentProblem,
    run: SolveOptions,
    state: LexicographicState,
    stages: Sequence[ScalarObjective | LeximinStages],
    best: FaceSolver,
) -> Solution:
    """Return the canonical solution by the remaining stages, or the incumbent at the time limit."""
    try:
        # Each stage on the optimal face of those before
        for stage in stages:
            if isinstance(stage, LeximinStages):
                state.solve_leximin(problem, stage, best)
            else:
                face = state.optimal_face()
                state.record_stage(stage, state.solve_stage(best, stage.profit(problem, face.lefts, face.rights)))
            run.on_incumbent(partial(_solution, problem, state, Status.FEASIBLE))
        # One of the solutions that tie in all goals
        status = _break_ties(state, run, best) if run.ties else Status.PROVED
    except TimeLimitReached:
        status = Status.FEASIBLE
    return _solution(problem, state, status)


def first_stage(stages: Sequence[ScalarObjective | LeximinStages]) -> ScalarObjective:
    """Return the first stage, which must be additive: leximin compares solutions with the same number of pairs."""
    if isinstance(stages[0], LeximinStages):
        raise EngineError("Leximin has no goal before it")
    return stages[0]


def with_deadline(best: FaceSolver, run: SolveOptions) -> FaceSolver:
    """Return the solver ``best``, which then raises TimeLimitReached when the time is up."""

    def solve_in_time(face: OptimalFace, profit: IntVector) -> PrimalDual | None:
        if run.timed_out:
            raise TimeLimitReached
        return best(face, profit)

    return solve_in_time


def _break_ties(state: LexicographicState, run: SolveOptions, best: FaceSolver) -> Status:
    """Maximise the hashes of round after round on the optimal face, until one solution remains."""
    for tie_round in range(MAX_TIE_ROUNDS):
        face = state.optimal_face()
        # An empty face has one solution
        if not len(face):
            return Status.PROVED
        if not run.has_time_for_keys(face.people):
            raise TimeLimitReached
        # Isolating weights as a further stage
        state.solve_stage(best, run.tie_breaker.of(face.lefts, face.rights, tie_round))
    raise EngineError(f"Ties are left after {MAX_TIE_ROUNDS} rounds")


def _solution(problem: AssignmentProblem, state: LexicographicState, status: Status) -> Solution:
    pairs = state.pairs()
    tiers = (
        replace(tier, bound=tier.value if tier.goal in state.done_goals else None)
        for tier in evaluate_tiers(problem, pairs, {})
    )
    return Solution(status, pairs, tuple(tiers), prices=tuple(state.prices))
