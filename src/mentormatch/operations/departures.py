"""What is left of a plan when people leave: how many mentees keep or get a partner where nobody else is moved.

Every departure of so many people is looked at. Pairs of people who are both still there stay; mentees without a partner
get the free places, as many as can be. A rule that a departure itself breaks is not broken any further by new pairs.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from math import comb
from time import monotonic

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row, are_satisfied
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import BoolMatrix, IntMatrix
from mentormatch.errors import EngineError
from mentormatch.rules.rule import usable_places

type Departure = tuple[tuple[int, ...], tuple[int, ...]]
"""Who leaves, by position: mentors, and mentees."""

MOST_CHOICES = 2_000
"""So many choices of new pairs are all tried; beyond, the engine is asked."""


@dataclass(frozen=True, slots=True, order=True)
class HeldCounts:
    """How many mentees have a partner after a departure: at ``worst``, and the ``total`` over all departures."""

    worst: int
    total: int


class FreePlaces:
    """Places that mentees without a partner are given, as many mentees as can be, by augmenting paths (Kuhn 1955).

    ``reach`` has for each mentee a bit for each mentor whom they may have; ``room`` the places of each mentor, and
    ``given`` who has been given them. Whom a search that failed has reached lead nowhere later either.
    """

    __slots__ = ("dead", "free", "given", "reach", "room")

    def __init__(self, reach: Sequence[int], room: list[int], free: int, gone: int = 0) -> None:
        """Start with nobody placed; ``free`` has a bit for each mentor with room, ``gone`` for each who is not there.

        >>> places = FreePlaces([0b01, 0b11], [1, 1], 0b11)
        >>> places.place([1, 0]), places.given
        (2, {0: [0], 1: [1]})
        """
        self.reach, self.room, self.free, self.dead = reach, room, free & ~gone, gone
        self.given: dict[int, list[int]] = {}

    def place(self, seekers: Sequence[int]) -> int:
        """Give a place to as many more as can be; return how many they are."""
        placed = 0
        for mentee in seekers:
            if self.reach[mentee] & ~self.dead:
                seen = self._search(mentee, self.dead)
                placed += seen is None
                self.dead = self.dead if seen is None else seen
        return placed

    def _search(self, mentee: int, seen: int) -> int | None:
        """Place one mentee, moving those placed here before; return all mentors reached where it cannot be."""
        direct = self.reach[mentee] & self.free & ~seen
        if direct:
            mentor = (direct & -direct).bit_length() - 1
            self.given.setdefault(mentor, []).append(mentee)
            self.room[mentor] -= 1
            if not self.room[mentor]:
                self.free &= ~(1 << mentor)
            return None
        while ahead := self.reach[mentee] & ~seen:
            mentor = (ahead & -ahead).bit_length() - 1
            seen |= 1 << mentor
            for place, other in enumerate(self.given.get(mentor, ())):
                found = self._search(other, seen)
                if found is None:
                    self.given[mentor][place] = mentee
                    return None
                seen = found
        return seen

    def copy_without(self, gone: int, mentees: Sequence[int]) -> tuple["FreePlaces", list[int]]:
        """Return what is left when some leave, and the mentees who lose their place by it."""
        left = FreePlaces(self.reach, self.room.copy(), self.free, gone)
        left.given = {mentor: some.copy() for mentor, some in self.given.items() if not gone >> mentor & 1}
        lost = [mentee for mentor, some in self.given.items() if gone >> mentor & 1 for mentee in some]
        for mentor, some in left.given.items():
            for mentee in [mentee for mentee in some if mentee in mentees]:
                some.remove(mentee)
                left.room[mentor] += 1
                left.free |= 1 << mentor
        return left, [mentee for mentee in lost if mentee not in mentees]


@dataclass(frozen=True)
class DepartureMarket:
    """All departures of ``k`` of those who take part in a problem; work ends at ``deadline`` (monotonic clock).

    ``known`` are the repairs under rules that were looked at. Raises TimeoutError from what is not done by then.
    """

    problem: AssignmentProblem
    k: int
    deadline: float | None = None
    known: dict[object, int] = field(default_factory=dict, compare=False)

    @cached_property
    def allowed(self) -> BoolMatrix:
        """(n, m) bool: who may have whom."""
        n, m = self.problem.shape
        return self.problem.scores.allows_block(np.arange(n), np.arange(m))

    @cached_property
    def places(self) -> list[int]:
        """The places of each mentor, of those whom a mentee may have."""
        found: list[int] = usable_places(self.problem.mentors, self.problem.scores).tolist()
        return found

    @cached_property
    def reach(self) -> list[int]:
        """For each mentee a bit for each mentor whom they may have."""
        found = [0] * self.problem.shape[1]
        for mentor, mentee in np.argwhere(self.allowed).tolist():
            found[mentee] |= (1 << mentor) if self.places[mentor] and self.problem.mentees.most[mentee] else 0
        return found

    @cached_property
    def people(self) -> tuple[list[int], list[int]]:
        """Who takes part and may have somebody: mentors, and mentees; nobody misses the others."""
        taking = self.problem.mentees.most > 0
        able = (self.allowed & taking[None, :]).any(axis=1)
        mentors = [row for row, count in enumerate(self.places) if count and able[row]]
        return mentors, [mentee for mentee, mentors in enumerate(self.reach) if mentors]

    @property
    def count(self) -> int:
        """How many departures there are."""
        return comb(sum(map(len, self.people)), self.k)

    @property
    def departures(self) -> Iterator[Departure]:
        """All departures."""
        sides = [*((0, one) for one in self.people[0]), *((1, one) for one in self.people[1])]
        for leaving in combinations(sides, self.k):
            self.check_time()
            yield tuple(one for side, one in leaving if side == 0), tuple(one for side, one in leaving if side == 1)

    def check_time(self) -> None:
        """Raise TimeoutError where the time is up."""
        if self.deadline is not None and monotonic() > self.deadline:
            raise TimeoutError

    def count_held_after(self, pairs: IntMatrix) -> HeldCounts:
        """Return how many mentees keep or get a partner after each departure from a plan (p, 2); exact."""
        plan = HeldPlan(self, pairs)
        return add_counts([plan.count_held_after(departure) for departure in self.departures])

    def bound(self) -> HeldCounts:
        """Return what no plan goes beyond: after each departure everybody may be moved, and rules of more than two."""
        places = FreePlaces(self.reach, self.places.copy(), sum(1 << row for row in self.people[0]))
        most = places.place(self.people[1])
        waiting = sorted(set(self.people[1]) - {mentee for some in places.given.values() for mentee in some})
        held = []
        for mentors, mentees in self.departures:
            left, lost = places.copy_without(sum(1 << row for row in mentors), mentees)
            stay = most - len(lost) - sum(one not in waiting for one in mentees)
            held.append(stay + left.place([*lost, *(one for one in waiting if one not in mentees)]))
        return add_counts(held)


def add_counts(held: Sequence[int]) -> HeldCounts:
    """Return the counts of all departures in one."""
    return HeldCounts(min(held), sum(held))


class HeldPlan:
    """A plan that people leave."""

    def __init__(self, market: DepartureMarket, pairs: IntMatrix) -> None:
        """Take the pairs (p, 2) of a plan."""
        n, m = market.problem.shape
        self.market, self.pairs = market, pairs
        self.mentees_of: list[list[int]] = [[] for _ in range(n)]
        self.mentors_of: list[list[int]] = [[] for _ in range(m)]
        for mentor, mentee in pairs.tolist():
            self.mentees_of[mentor].append(mentee)
            self.mentors_of[mentee].append(mentor)
        self.room = [max(places - len(some), 0) for places, some in zip(market.places, self.mentees_of, strict=True)]
        self.free = sum(1 << row for row in market.people[0] if self.room[row])
        self.placed = sum(map(bool, self.mentors_of))
        self.waiting = [mentee for mentee in market.people[1] if not self.mentors_of[mentee]]
        bounds = market.problem.mentors
        shape = market.problem.shape
        counts = [row.coefficients_of(pairs[:, 0], pairs[:, 1], shape) for row in market.problem.rows]
        self.counts = np.array(counts, dtype=np.int64).reshape(len(counts), len(pairs))
        self.several = {int(row) for row in np.flatnonzero(bounds.conditional & (bounds.most > 0))}

    def count_held_after(self, departure: Departure) -> int:
        """Return how many mentees have a partner once some left and the free places are given."""
        mentors, mentees = departure
        room, free = self.room.copy(), self.free
        touched = {mentee for mentor in mentors for mentee in self.mentees_of[mentor]}
        lost = [one for one in sorted(touched) if one not in mentees and set(self.mentors_of[one]) <= set(mentors)]
        for mentee in mentees:
            for mentor in self.mentors_of[mentee]:
                room[mentor] += 1
                free |= 1 << mentor
        gone = sum(1 << mentor for mentor in mentors)
        seekers = [*lost, *(one for one in self.waiting if one not in mentees)]
        kept = self.placed - len(lost) - sum(bool(self.mentors_of[one]) for one in mentees)
        places = FreePlaces(self.market.reach, room.copy(), free, gone)
        more = places.place(seekers)
        if more and (self.several or self.market.problem.rows):
            room = [0 if gone >> mentor & 1 else count for mentor, count in enumerate(room)]
            more = self.count_under_rules(departure, places.given, seekers, room)
        return kept + more

    def needing_several(self, departure: Departure) -> frozenset[int]:
        """Return the mentors who have nobody, and take several or nobody."""
        left = self.several - set(departure[0])
        return frozenset(one for one in left if not set(self.mentees_of[one]) - set(departure[1]))

    def rows_after(self, departure: Departure) -> tuple[Row, ...]:
        """Return what the rules of several pairs leave to new pairs; what is broken already may stay as it is."""
        gone = np.isin(self.pairs[:, 0], departure[0]) | np.isin(self.pairs[:, 1], departure[1])
        found = []
        for row, kept in zip(self.market.problem.rows, self.counts[:, ~gone].sum(axis=1).tolist(), strict=True):
            least = None if row.least is None else min(row.least - kept, 0)
            most = None if row.most is None else max(row.most - kept, 0)
            found.append(replace(row, least=least, most=most))
        return tuple(found)

    def count_under_rules(
        self, departure: Departure, given: dict[int, list[int]], seekers: Sequence[int], room: Sequence[int]
    ) -> int:
        """Return how many mentees can be placed where rules bind more than two people; ``given`` breaks such maybe."""
        rules = NewPairRules(self.market.problem, self.rows_after(departure), self.needing_several(departure))
        new = [(mentor, mentee) for mentor, some in given.items() for mentee in some]
        if rules.are_kept_by(new):
            return len(new)
        seeking = tuple(one for one in seekers if any(self.market.reach[one] >> i & 1 for i in np.flatnonzero(room)))
        limits = tuple((row.least, row.most) for row in rules.rows)
        market = seeking, tuple(room), limits, rules.several
        if market not in self.market.known:
            pairs = [
                (int(mentor), mentee)
                for mentee in seeking
                for mentor in np.flatnonzero(room)
                if self.market.reach[mentee] >> int(mentor) & 1
            ]
            self.market.known[market] = self.most_placed(rules, pairs, room, len(new))
        return self.market.known[market]

    def most_placed(
        self, rules: "NewPairRules", pairs: Sequence[tuple[int, int]], room: Sequence[int], most: int
    ) -> int:
        """Return how many of some new pairs, ``most`` or fewer, can be chosen at once."""
        for size in range(most, 0, -1):
            if comb(len(pairs), size) > MOST_CHOICES:
                return self.count_by_engine(rules, pairs, room)
            for chosen in combinations(pairs, size):
                loads = Counter(mentor for mentor, _ in chosen)
                fits = len({mentee for _, mentee in chosen}) == size and all(room[i] >= loads[i] for i in loads)
                if fits and rules.are_kept_by(chosen):
                    return size
        return 0

    def count_by_engine(self, rules: "NewPairRules", pairs: Sequence[tuple[int, int]], room: Sequence[int]) -> int:
        """Return how many of some new pairs can be chosen at once, where they are too many to try all."""
        n, m = self.market.problem.shape
        allowed = np.zeros((n, m), dtype=bool)
        allowed[tuple(np.array(pairs).T)] = True
        several = np.isin(np.arange(n), list(rules.several))
        problem = AssignmentProblem(
            pack_scores(np.zeros((n, m), dtype=np.int32), allowed),
            DegreeBounds(np.where(several, self.market.problem.mentors.least, 0), np.array(room), several),
            DegreeBounds(np.zeros(m, dtype=np.int64), np.ones(m, dtype=np.int64), np.zeros(m, dtype=bool)),
            rules.rows,
            goals=("matched",),
        )
        found = solve(problem, time_limit_s=self.seconds_left, proofs="none")
        if found.status in (Status.FEASIBLE, Status.STOPPED):
            raise TimeoutError
        if found.status is not Status.PROVED:
            raise EngineError("A repair after a departure could not be solved")
        return len(found.pairs)

    @property
    def seconds_left(self) -> float | None:
        """The seconds that are left, None without a limit."""
        return None if self.market.deadline is None else max(self.market.deadline - monotonic(), 0.001)


@dataclass(frozen=True, slots=True)
class NewPairRules:
    """What binds more than two people as new pairs are chosen: ``rows``, and mentors who take ``several`` or nobody."""

    problem: AssignmentProblem
    rows: tuple[Row, ...]
    several: frozenset[int]

    def are_kept_by(self, pairs: Sequence[tuple[int, int]]) -> bool:
        """Say whether new pairs keep all of it."""
        loads = Counter(mentor for mentor, _ in pairs)
        if any(0 < loads[mentor] < self.problem.mentors.least[mentor] for mentor in self.several):
            return False
        new = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return are_satisfied(self.rows, new, self.problem.shape)
