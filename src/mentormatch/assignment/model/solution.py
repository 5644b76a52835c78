"""Solutions of an assignment problem: pairs, values and bounds by goal, duals; and the incumbent of a running solve."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from logging import Logger
from typing import ClassVar, Protocol

import numpy as np

from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr

INTERRUPTED = "interrupted"  # note of a solution whose solve the caller interrupted
GREEDY = "greedy"  # engine of a solution that the greedy heuristic found when time was up
ROUNDED_ALIKE = "rounded_alike: differences between scores that are lost as they are rounded: {count}"


class Status(StrEnum):
    """What is known of a solution: the verdict of this library, never the status of a solver."""

    PROVED = "proved"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tier:
    """The result in one goal: the ``value`` reached, and a ``bound`` on it that the engine states (None: unknown).

    The bound holds among the solutions with the same values in the goals before. More is better, except in ``changes``,
    the number of former pairs that are broken, and in ``meetings`` of groups, the number of repeated meetings. For
    ``leximin`` the value is the score of the worst pair, and ``vector`` contains the scores of all pairs in ascending
    order; the bound is the value if the whole vector is optimal.
    """

    goal: str
    value: int
    bound: int | None
    vector: tuple[int, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether the bound is reached: no solution with the same values in the goals before is better."""
        return self.bound == self.value

    @property
    def gap(self) -> int | None:
        """The greatest possible improvement of the value, in the unit of the goal; None without a bound."""
        return None if self.bound is None else abs(self.bound - self.value)


type Links = tuple[tuple[int, int, int], ...]
# Mentor, mentee and dual of each pair whose linking constraint has a positive dual


@dataclass(frozen=True, slots=True, eq=False)
class DualSolution(ContentEquality):
    """Duals that bound the profit of one stage of goals.

    Attributes
    ----------
    weights
        Weight of each goal of the stage. A pair has the profit ``denominator * sum(weights[g] * its value in g)``.
    mentors, mentees
        One dual per person, in units of 1 / ``denominator``, as all duals.
    rows
        One dual per coupling row.
    goal_duals
        The dual of the row that keeps an earlier goal at the value reached.
    linking_duals
        Duals, 0 or more, of pairs of a mentor, and of a mentee, whose minimum binds only if the person is used. The
        pair pays this amount in addition to the dual of that person.
    score_threshold
        Only pairs with at least this score are allowed; None: all allowed pairs.

    A pair is chosen at most once, so its profit may exceed the sum of its duals: that excess adds to the bound.
    """

    weights: tuple[tuple[str, int], ...]
    mentors: IntVector
    mentees: IntVector
    rows: tuple[int, ...] = ()
    goal_duals: tuple[tuple[str, int], ...] = ()
    linking_duals: tuple[Links, Links] = ((), ())
    denominator: int = 1
    score_threshold: int | None = None

    @property
    def degrees_only(self) -> bool:
        """Whether only people have duals that are not 0."""
        return not (any(self.rows) or any(self.linking_duals) or self.goal_duals)


NO_ANSWER = "rules"  # in place of a goal: proves that no solution satisfies the rules
TIES = "ties"  # in place of a goal: proves that no other optimum precedes this one in the tie-breaking order

# Mentors, and mentees, each with 64 bits derived from the seed and the key: see ``AnonymousTieBreaker``
type TieWords = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]
NO_WORDS: TieWords = ((), ())


@dataclass(frozen=True, slots=True)
class GoalProof:
    """A proof that no solution exceeds a bound in one goal, among those with the same values in the goals before.

    Attributes
    ----------
    goal
        The goal, ``NO_ANSWER``, or ``TIES``.
    bound
        The proved bound, as in ``Tier``; for ``TIES``, the number of rounds of hashes that are compared.
    systems
        JSON texts with the steps that ``refutation.refute`` reads, one per system without a solution.
    """

    goal: str
    bound: int
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Solution(ContentEquality):
    """The chosen pairs and what is known of them.

    ``pairs`` is (k, 2) int64, mentor and mentee, sorted. ``tiers`` follow the goals of the problem. ``notes`` explain
    why an engine failed, and what else staff should know. ``settled``: the hash chose among solutions tied in every
    goal. ``prices`` are the duals of the stages. ``proofs`` concern goals whose bound the duals do not prove, and ties
    if requested; ``tie_words`` belong to the people whose pairs the duals do not fix.
    """

    made_by: ClassVar[str] = "mm.solve(problem)"

    status: Status
    pairs: IntMatrix
    tiers: tuple[Tier, ...] = ()
    engine: str = ""
    seconds: float = field(default=0.0, compare=False)
    prices: tuple[DualSolution, ...] = ()
    notes: tuple[str, ...] = ()
    settled: bool = True
    proofs: tuple[GoalProof, ...] = ()
    tie_words: TieWords = NO_WORDS

    def __repr__(self) -> str:
        return f"Solution({', '.join([str(self.status), f'{len(self.pairs)} pairs', *map(_goal_text, self.tiers)])})"

    @property
    def canonical(self) -> bool:
        """Whether all goals are proved and ties settled: the same people and seed then give the same pairs."""
        return self.status is Status.PROVED and self.settled

    @property
    def greedy(self) -> bool:
        """Whether the solve ended without a better solution than a greedy one."""
        return self.engine == GREEDY

    @property
    def interrupted(self) -> bool:
        """Whether the caller interrupted the solve, which then returned the incumbent, if any."""
        return INTERRUPTED in self.notes

    @property
    def gap(self) -> int | None:
        """The gap of the first goal that is not proved, 0 if all are; None without a solution or a bound."""
        if self.status not in (Status.PROVED, Status.FEASIBLE):
            return None
        return next((tier.gap for tier in self.tiers if not tier.proved), 0)


class Outcome(Protocol):
    """What ``log_outcome`` reads of a solution, of pairs or of groups."""

    @property
    def status(self) -> Status:
        """How the solve ended."""

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The result in each goal."""

    @property
    def engine(self) -> str:
        """The name of the engine; empty without one."""


def log_outcome(logger: Logger, level: int, size: str, outcome: Outcome, seconds: float) -> None:
    """Log how the solve of a problem of some ``size`` ended: status, engine, time, goals. No key is logged."""
    if logger.isEnabledFor(level):
        goals = map(_goal_text, outcome.tiers)
        engine = outcome.engine or "no engine"
        logger.log(level, "%s: %s by %s in %.3f s; %s", size, outcome.status, engine, seconds, ", ".join(goals) or "-")


def _goal_text(tier: Tier) -> str:
    return f"{tier.goal} {tier.value}" + ("" if tier.proved else f" (bound {tier.bound})")


def promote_if_proved(solution: Solution) -> Solution:
    """Return the solution as proved if every goal is, even if there was no time to settle ties.

    >>> no_pairs, reached = np.empty((0, 2), dtype=np.int64), Tier("matched", 3, 3)
    >>> promoted = promote_if_proved(Solution(Status.FEASIBLE, no_pairs, (reached,)))
    >>> str(promoted.status), promoted.canonical
    ('proved', False)
    """
    if solution.status is Status.FEASIBLE and solution.tiers and all(tier.proved for tier in solution.tiers):
        return replace(solution, status=Status.PROVED, settled=False)
    return solution


def empty_solution(status: Status, engine: str, notes: tuple[str, ...] = ()) -> Solution:
    """Return a solution without pairs."""
    return Solution(status, np.empty((0, 2), dtype=np.int64), engine=engine, notes=notes)


# Builds a feasible solution with the bounds proved so far; called only if a caller wants it
type LazySolution = Callable[[], Solution]
# Receives a solution that is no worse than the previous one in the goals reached so far
type IncumbentCallback = Callable[[LazySolution], None]


def ignore_incumbent(incumbent: LazySolution) -> None:
    """Do nothing with an incumbent."""


@dataclass(slots=True)
class Incumbent:
    """The latest incumbent of a solve by ``engine``; ``on_solution``, if given, is called with each incumbent."""

    engine: str = ""
    latest: LazySolution | None = None
    on_solution: Callable[[Solution], None] | None = None

    def report(self, incumbent: LazySolution) -> None:
        """Replace the incumbent, which is no worse than the one before."""
        self.latest = incumbent
        if self.on_solution is not None:
            self.on_solution(incumbent())

    def offer(self, solution: Solution | None) -> None:
        """Replace the incumbent if the solution has tiers and is no worse; ``on_solution`` gets any one with tiers."""
        if solution is None or not solution.tiers:
            return
        if self.on_solution is not None:
            self.on_solution(solution)
        if self.latest is None or lexicographic_key(solution) >= lexicographic_key(self.latest()):
            self.latest = lambda: solution

    def as_solution(self, otherwise: Status, note: str = "") -> Solution:
        """Return the incumbent with status ``feasible``; without one, a solution of another status without pairs."""
        notes = (note,) if note else ()
        if self.latest is None:
            return empty_solution(otherwise, self.engine, notes)
        solution = self.latest()
        return replace(solution, status=Status.FEASIBLE, engine=GREEDY if solution.greedy else self.engine, notes=notes)


def lexicographic_key(solution: Solution) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return a key that is greater for the better of two solutions of a problem.

    >>> empty = empty_solution(Status.FEASIBLE, "plain")
    >>> one, three = (replace(empty, tiers=(Tier("changes", broken, None),)) for broken in (1, 3))
    >>> lexicographic_key(one) > lexicographic_key(three)
    True
    """
    return tuple((_tier_key(tier), tier.vector) for tier in solution.tiers)


def _tier_key(tier: Tier) -> int:
    """Return a number that is greater for a better tier. For leximin, the number of pairs precedes the scores."""
    if tier.goal == "leximin":
        return len(tier.vector)
    return -tier.value if tier.goal == "changes" else tier.value


def better_of(solution: Solution, greedy: Solution | None) -> Solution:
    """Return the greedy solution if it is better or the only one, with the notes and valid bounds of the other."""
    if greedy is None or (solution.tiers and lexicographic_key(solution) >= lexicographic_key(greedy)):
        return solution
    keys = zip(lexicographic_key(solution), lexicographic_key(greedy), strict=False)
    index = next((index for index, (key, greedy_key) in enumerate(keys) if key != greedy_key), None)
    # A bound holds among solutions with the same values in the goals before: up to the first goal with another value
    if index is None or solution.tiers[index].bound is None:
        return replace(greedy, notes=solution.notes)
    bounds = [tier.bound for tier in solution.tiers[: index + 1]] + [None] * (len(solution.tiers) - index - 1)
    tiers = tuple(replace(tier, bound=bound) for tier, bound in zip(greedy.tiers, bounds, strict=True))
    return replace(greedy, tiers=tiers, prices=solution.prices, notes=solution.notes)


def solve_error(where: str, actual: str, expected: str) -> RequestError:
    """Return the error for an option of a solve that does not suit the problem."""
    return RequestError(tr("Le problème ne peut pas être résolu comme demandé"), [Problem(where, actual, expected)])
