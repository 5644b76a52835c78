"""The solution: pairs, values and bounds by goal, duals; and the incumbent of a solve that is still at work."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar

import numpy as np

from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality

INTERRUPTED = "interrupted"
"""The note of an answer that somebody did not wait for."""
GREEDY = "greedy"
"""The engine of an answer that no engine had any part in: the end of the search left no better one."""
ROUNDED_ALIKE = "rounded_alike: differences between scores that are lost as they are rounded: {count}"
"""The note of an answer to a problem whose scores told more apart than is looked at."""


class Status(StrEnum):
    """What is known of an answer. It is our own verdict, never a solver's word."""

    PROVED = "proved"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tier:
    """One goal: the ``value`` reached, and the proven ``bound`` that no answer goes beyond (None: not known).

    Both hold among the answers that do as well in the goals before. More is better, but in ``changes``, where the value
    is the number of former pairs that are broken. For ``leximin`` the value is the score of the worst pair, and
    ``vector`` has the scores of all pairs in ascending order.
    """

    goal: str
    value: int
    bound: int | None
    vector: tuple[int, ...] = ()

    @property
    def proved(self) -> bool:
        """Return whether no answer does better in this goal."""
        return self.bound == self.value

    @property
    def gap(self) -> int | None:
        """Return by how much a better answer could exceed the value, in the unit of the goal."""
        return None if self.bound is None else abs(self.bound - self.value)


type Links = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class DualSolution(ContentEquality):
    """Dual values behind a stage of the proof, in ``parts`` of a unit: ``weights`` by goal name, and prices.

    A pair is worth ``parts * sum(weights[g] * value of the pair in g)``. Each person has a price, and each coupling row
    in ``rows``. Goals in ``kept`` have one too: a row that says that the goal is worth no less than it was found to be.
    ``links`` are mentor, mentee and price, 0 or more, of pairs of a mentor, and then of a mentee, whose minimum binds
    only if they are used: what the pair costs beside the price of that person. Without rows that bind, no open pair is
    worth more than the prices of its two people together. ``least``: only pairs of this score or more are looked at.
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
        """Return whether people have prices and nothing else has."""
        return not (any(self.rows) or any(self.linking_duals) or self.goal_duals)


NO_ANSWER = "rules"
"""In place of a goal: the proof that no answer keeps the rules."""
TIES = "ties"
"""In place of a goal: the proof that no other optimal answer is before this one in the order that settles ties."""

type TieWords = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]
"""Mentors, and mentees, each with the 64 bits that the seed and their key give: see ``AnonymousTieBreaker``."""
NO_WORDS: TieWords = ((), ())


@dataclass(frozen=True, slots=True)
class GoalProof:
    """A proof that no answer goes beyond a bound in one goal, among those that do as well in the goals before.

    Attributes
    ----------
    goal
        The goal, ``NO_ANSWER``, or ``TIES``.
    bound
        The bound that is proved, as in ``Tier``; for ``TIES``, the number of rounds of hashes that are compared.
    systems
        JSON texts: the steps that ``refutation.refute`` reads, for each system that has no solution.
    """

    goal: str
    bound: int
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Solution(ContentEquality):
    """The chosen pairs and what is known of them.

    ``pairs`` is (k, 2) int64, mentor and mentee, sorted. ``tiers`` follow the goals of the problem. ``gap`` is 0 for
    a proved answer, None where nothing is known, and otherwise the gap of the first tier that is not proved.
    ``notes`` say in words why an engine failed, and what to know besides. ``settled``: the hash has chosen among
    answers that are tied in every goal. ``proofs`` are of the goals whose bound the duals in ``prices`` do not prove,
    and of ties if that was requested; ``tie_words`` are of the people whose pairs duals do not fix.
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

    @property
    def canonical(self) -> bool:
        """Return whether the same people and seed give these pairs everywhere: all is proved, and ties are settled."""
        return self.status is Status.PROVED and self.settled

    @property
    def greedy(self) -> bool:
        """Return whether the end of the search left no better answer than a greedy one."""
        return self.engine == GREEDY

    @property
    def interrupted(self) -> bool:
        """Return whether somebody interrupted the solve, which ended with the best answer so far or none."""
        return INTERRUPTED in self.notes

    @property
    def gap(self) -> int | None:
        """Return the gap of the first tier that is not proved; None where there is no answer or no bound."""
        if self.status not in (Status.PROVED, Status.FEASIBLE):
            return None
        return next((tier.gap for tier in self.tiers if not tier.proved), 0)


def with_stated_tiers(solution: Solution) -> Solution:
    """Return an answer as it is told: proved where every goal is, also if there was no time to settle ties.

    >>> none, reached = np.empty((0, 2), dtype=np.int64), Tier("matched", 3, 3)
    >>> told = with_stated_tiers(Solution(Status.FEASIBLE, none, (reached,)))
    >>> str(told.status), told.canonical
    ('proved', False)
    """
    if solution.status is Status.FEASIBLE and solution.tiers and all(tier.proved for tier in solution.tiers):
        return replace(solution, status=Status.PROVED, settled=False)
    return solution


def empty_solution(status: Status, engine: str, notes: tuple[str, ...] = ()) -> Solution:
    """Return a solution that holds no answer."""
    return Solution(status, np.empty((0, 2), dtype=np.int64), engine=engine, notes=notes)


type LazySolution = Callable[[], Solution]
"""Makes an answer that keeps every rule, with the bounds proved so far; only called if somebody wants it."""
type IncumbentCallback = Callable[[LazySolution], None]
"""Takes an answer that does no worse than the one told before, in the goals that have been reached so far."""


def ignore_incumbent(incumbent: LazySolution) -> None:
    """Take no notice of an answer."""


@dataclass(slots=True)
class Incumbent:
    """Keeps the last answer told of a solve that ``engine`` was asked; each goes to ``heard`` too, if that is there."""

    engine: str = ""
    latest: LazySolution | None = None
    heard: Callable[[Solution], None] | None = None

    def report(self, incumbent: LazySolution) -> None:
        """Keep an answer instead of the one before."""
        self.latest = incumbent
        if self.heard is not None:
            self.heard(incumbent())

    def offer(self, solution: Solution | None) -> None:
        """Keep an answer, if it is one and no worse than the one before."""
        if solution is None or not solution.tiers:
            return
        if self.heard is not None:
            self.heard(solution)
        if self.latest is None or lexicographic_key(solution) >= lexicographic_key(self.latest()):
            self.latest = lambda: solution

    def answer(self, otherwise: Status, note: str = "") -> Solution:
        """Return the answer kept, as ``feasible``; if there is none, a solution of another status without pairs."""
        notes = (note,) if note else ()
        if self.latest is None:
            return empty_solution(otherwise, self.engine, notes)
        kept = self.latest()
        return replace(kept, status=Status.FEASIBLE, engine=GREEDY if kept.greedy else self.engine, notes=notes)


def lexicographic_key(solution: Solution) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return what is greater for the better of two answers to a problem.

    >>> nothing = empty_solution(Status.FEASIBLE, "plain")
    >>> few, many = (replace(nothing, tiers=(Tier("changes", broken, None),)) for broken in (1, 3))
    >>> lexicographic_key(few) > lexicographic_key(many)
    True
    """
    return tuple((_tier_key(tier), tier.vector) for tier in solution.tiers)


def _tier_key(tier: Tier) -> int:
    """Return the value of a goal, more being better; for leximin the number of pairs, which go before scores."""
    if tier.goal == "leximin":
        return len(tier.vector)
    return -tier.value if tier.goal == "changes" else tier.value


def better_of(found: Solution, greedy: Solution | None) -> Solution:
    """Return the greedy result if it is better, with the notes of the other and its bounds as far as they hold."""
    if greedy is None or (found.tiers and lexicographic_key(found) >= lexicographic_key(greedy)):
        return found
    pairs = zip(found.tiers, greedy.tiers, strict=False)
    place = next((place for place, (mine, its) in enumerate(pairs) if _tier_key(mine) != _tier_key(its)), None)
    # A bound holds among the answers that do as well in the goals before: up to the first goal with another value
    if place is None or found.tiers[place].bound is None:
        return replace(greedy, notes=found.notes)
    bounds = [tier.bound for tier in found.tiers[: place + 1]] + [None] * (len(found.tiers) - place - 1)
    tiers = tuple(replace(tier, bound=bound) for tier, bound in zip(greedy.tiers, bounds, strict=True))
    return replace(greedy, tiers=tiers, prices=found.prices, notes=found.notes)
