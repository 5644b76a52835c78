"""The incumbent: the best solution so far of a solve that is still at work, for when it does not end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from mentormatch.assignment.model.solution import Solution, Status, Tier, empty_solution

type LazySolution = Callable[[], Solution]
"""Makes an answer that keeps every rule, with the bounds proved so far; only called if somebody wants it."""
type IncumbentCallback = Callable[[LazySolution], None]
"""Takes an answer that does no worse than the one told before, in the goals that have been reached so far."""


def ignore_incumbent(told: LazySolution) -> None:
    """Take no notice of an answer."""


@dataclass(slots=True)
class Incumbent:
    """Keeps the last answer told of a solve that ``engine`` was asked; each goes to ``heard`` too, if that is there."""

    engine: str = ""
    told: LazySolution | None = None
    heard: Callable[[Solution], None] | None = None

    def tell(self, told: LazySolution) -> None:
        """Keep an answer instead of the one before."""
        self.told = told
        if self.heard is not None:
            self.heard(told())

    def offer(self, solution: Solution | None) -> None:
        """Keep an answer, if it is one and no worse than the one before."""
        if solution is None or not solution.tiers:
            return
        if self.heard is not None:
            self.heard(solution)
        if self.told is None or lexicographic_key(solution) >= lexicographic_key(self.told()):
            self.told = lambda: solution

    def answer(self, otherwise: Status, note: str = "") -> Solution:
        """Return the answer kept, as ``feasible``; if there is none, a solution of another status without pairs."""
        notes = (note,) if note else ()
        if self.told is None:
            return empty_solution(otherwise, self.engine, notes)
        return replace(self.told(), status=Status.FEASIBLE, engine=self.engine, notes=notes)


def lexicographic_key(solution: Solution) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return what is greater for the better of two answers to a problem.

    >>> nothing = empty_solution(Status.FEASIBLE, "plain")
    >>> few, many = (replace(nothing, tiers=(Tier("changes", broken, None),)) for broken in (1, 3))
    >>> lexicographic_key(few) > lexicographic_key(many)
    True
    """
    return tuple((_of_tier(tier), tier.vector) for tier in solution.tiers)


def _of_tier(tier: Tier) -> int:
    """Return the value of a goal, more being better; for leximin the number of pairs, which go before scores."""
    if tier.goal == "leximin":
        return len(tier.vector)
    return -tier.value if tier.goal == "changes" else tier.value
