"""The number of mentees with a partner after people leave a plan, over all departures of a given size.

Pairs of people who remain are not changed; free places go to as many mentees without a partner as possible. A rule
that the departure itself breaks must not be broken further by new pairs.
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
"""The people who leave, by position: mentors, and mentees."""

MAX_ENUMERATED = 2_000
"""Up to this number of combinations of new pairs are enumerated; beyond, the engine solves them."""


@dataclass(frozen=True, slots=True, order=True)
class RetentionCounts:
    """Mentees with a partner after a departure: in the ``worst`` case, and ``total`` over all departures."""

    worst: int
    total: int


class PlaceMatching:
    """A maximum matching of mentees to free places, by augmenting paths (Kuhn 1955).

    ``allowed_mask`` contains per mentee a bit for each allowed mentor, ``room`` the free places per mentor, which
    decrease in place, and ``given`` the mentees placed with each mentor. Mentors reached by a failed search (``dead``)
    are on no later augmenting path.
    """

    __slots__ = ("allowed_mask", "dead", "free", "given", "room")

    def __init__(self, allowed_mask: Sequence[int], room: list[int], free: int, absent: int = 0) -> None:
        """Start without placed mentees; ``free`` has a bit per mentor with room, ``absent`` per absent mentor.

        >>> places = PlaceMatching([0b01, 0b11], [1, 1], 0b11)
        >>> places.place([1, 0]), places.given
        (2, {0: [0], 1: [1]})
        """
        self.allowed_mask, self.room, self.free, self.dead = allowed_mask, room, free & ~absent, absent
        self.given: dict[int, list[int]] = {}

    def place(self, seekers: Sequence[int]) -> int:
        """Place as many of the mentees as possible; return their number."""
        placed = 0
        for mentee in seekers:
            if self.allowed_mask[mentee] & ~self.dead:
                visited = self._search(mentee, self.dead)
                placed += visited is None
                self.dead = self.dead if visited is None else visited
        return placed

    def _search(self, mentee: int, visited: int) -> int | None:
        """Place one mentee, and move mentees placed before if needed.

        Return None on success, else the bit set of all mentors that the search visited.
        """
        direct = self.allowed_mask[mentee] & self.free & ~visited
        if direct:
            mentor = (direct & -direct).bit_length() - 1
            self.given.setdefault(mentor, []).append(mentee)
            self.room[mentor] -= 1
            if not self.room[mentor]:
                self.free &= ~(1 << mentor)
            return None
        while ahead := self.allowed_mask[mentee] & ~visited:
            mentor = (ahead & -ahead).bit_length() - 1
            visited |= 1 << mentor
            for place, placed in enumerate(self.given.get(mentor, ())):
                failed = self._search(placed, visited)
                if failed is None:
                    self.given[mentor][place] = mentee
                    return None
                visited = failed
        return visited

    def copy_without(self, absent: int, mentees: Sequence[int]) -> tuple["PlaceMatching", list[int]]:
        """Return the matching without some people, and the mentees who lose their place."""
        remaining = PlaceMatching(self.allowed_mask, self.room.copy(), self.free, absent)
        remaining.given = {mentor: placed.copy() for mentor, placed in self.given.items() if not absent >> mentor & 1}
        lost = [mentee for mentor, placed in self.given.items() if absent >> mentor & 1 for mentee in placed]
        for mentor, placed in remaining.given.items():
            for mentee in [mentee for mentee in placed if mentee in mentees]:
                placed.remove(mentee)
                remaining.room[mentor] += 1
                remaining.free |= 1 << mentor
        return remaining, [mentee for mentee in lost if mentee not in mentees]


@dataclass(frozen=True)
class DepartureMarket:
    """All departures of ``k`` participants of a problem; ``deadline`` is on the monotonic clock.

    ``known`` caches solved repairs under coupling rules. Methods that examine departures raise TimeoutError once the
    deadline has passed.
    """

    problem: AssignmentProblem
    k: int
    deadline: float | None = None
    known: dict[object, int] = field(default_factory=dict, compare=False)

    @cached_property
    def allowed(self) -> BoolMatrix:
        """(n, m) bool: the allowed pairs."""
        n, m = self.problem.shape
        return self.problem.scores.allows_block(np.arange(n), np.arange(m))

    @cached_property
    def places(self) -> list[int]:
        """The usable places of each mentor."""
        places: list[int] = usable_places(self.problem.mentors, self.problem.scores).tolist()
        return places

    @cached_property
    def allowed_mask(self) -> list[int]:
        """Per mentee, a bit for each allowed mentor with a place; 0 for a mentee without a place."""
        mentors_by_mentee = [0] * self.problem.shape[1]
        for mentor, mentee in np.argwhere(self.allowed).tolist():
            mentors_by_mentee[mentee] |= (
                (1 << mentor) if self.places[mentor] and self.problem.mentees.most[mentee] else 0
            )
        return mentors_by_mentee

    @cached_property
    def people(self) -> tuple[list[int], list[int]]:
        """The mentors and the mentees with an allowed partner; others are in no pair that the rules allow."""
        taking = self.problem.mentees.most > 0
        able = (self.allowed & taking[None, :]).any(axis=1)
        mentors = [row for row, count in enumerate(self.places) if count and able[row]]
        return mentors, [mentee for mentee, mentors in enumerate(self.allowed_mask) if mentors]

    @property
    def count(self) -> int:
        """The number of departures."""
        return comb(sum(map(len, self.people)), self.k)

    @property
    def departures(self) -> Iterator[Departure]:
        sides = [*((0, row) for row in self.people[0]), *((1, row) for row in self.people[1])]
        for leaving in combinations(sides, self.k):
            self.check_time()
            yield tuple(row for side, row in leaving if side == 0), tuple(row for side, row in leaving if side == 1)

    def check_time(self) -> None:
        """Raise TimeoutError if the deadline has passed."""
        if self.deadline is not None and monotonic() > self.deadline:
            raise TimeoutError

    def count_retained(self, pairs: IntMatrix) -> RetentionCounts:
        """Return the exact counts over all departures from a plan (p, 2)."""
        plan = PlanAfterDepartures(self, pairs)
        return add_counts([plan.count_retained(departure) for departure in self.departures])

    def bound(self) -> RetentionCounts:
        """Return upper bounds for any plan: all pairs may change after each departure, without coupling rules."""
        places = PlaceMatching(self.allowed_mask, self.places.copy(), sum(1 << row for row in self.people[0]))
        max_placed = places.place(self.people[1])
        waiting = sorted(set(self.people[1]) - {mentee for placed in places.given.values() for mentee in placed})
        counts = []
        for mentors, mentees in self.departures:
            remaining, lost = places.copy_without(sum(1 << row for row in mentors), mentees)
            unmoved = max_placed - len(lost) - sum(person not in waiting for person in mentees)
            counts.append(unmoved + remaining.place([*lost, *(person for person in waiting if person not in mentees)]))
        return add_counts(counts)


def add_counts(counts: Sequence[int]) -> RetentionCounts:
    return RetentionCounts(min(counts), sum(counts))


class PlanAfterDepartures:
    """A plan (p, 2) and its state after departures: free places, mentees without a partner, usage of each row."""

    def __init__(self, market: DepartureMarket, pairs: IntMatrix) -> None:
        n, m = market.problem.shape
        self.market, self.pairs = market, pairs
        self.mentees_of: list[list[int]] = [[] for _ in range(n)]
        self.mentors_of: list[list[int]] = [[] for _ in range(m)]
        for mentor, mentee in pairs.tolist():
            self.mentees_of[mentor].append(mentee)
            self.mentors_of[mentee].append(mentor)
        self.room = [
            max(places - len(partners), 0) for places, partners in zip(market.places, self.mentees_of, strict=True)
        ]
        self.free = sum(1 << row for row in market.people[0] if self.room[row])
        self.placed = sum(map(bool, self.mentors_of))
        self.waiting = [mentee for mentee in market.people[1] if not self.mentors_of[mentee]]
        bounds = market.problem.mentors
        shape = market.problem.shape
        counts = [row.coefficients_of(pairs[:, 0], pairs[:, 1], shape) for row in market.problem.rows]
        self.counts = np.array(counts, dtype=np.int64).reshape(len(counts), len(pairs))
        self.several = {int(row) for row in np.flatnonzero(bounds.conditional & (bounds.most > 0))}

    def count_retained(self, departure: Departure) -> int:
        """Return the number of mentees with a partner after a departure, with as many free places filled as possible.

        Raises TimeoutError after the deadline, and EngineError if a repair under coupling rules is not solved.
        """
        mentors, mentees = departure
        room, free = self.room.copy(), self.free
        touched = {mentee for mentor in mentors for mentee in self.mentees_of[mentor]}
        lost = [row for row in sorted(touched) if row not in mentees and set(self.mentors_of[row]) <= set(mentors)]
        for mentee in mentees:
            for mentor in self.mentors_of[mentee]:
                room[mentor] += 1
                free |= 1 << mentor
        absent = sum(1 << mentor for mentor in mentors)
        seekers = [*lost, *(row for row in self.waiting if row not in mentees)]
        retained = self.placed - len(lost) - sum(bool(self.mentors_of[row]) for row in mentees)
        places = PlaceMatching(self.market.allowed_mask, room.copy(), free, absent)
        newly_placed = places.place(seekers)
        if newly_placed and (self.several or self.market.problem.rows):
            room = [0 if absent >> mentor & 1 else count for mentor, count in enumerate(room)]
            newly_placed = self.count_under_rules(departure, places.given, seekers, room)
        return retained + newly_placed

    def conditional_mentors(self, departure: Departure) -> frozenset[int]:
        """Return the mentors without a remaining mentee who take several mentees or none."""
        remaining = self.several - set(departure[0])
        return frozenset(mentor for mentor in remaining if not set(self.mentees_of[mentor]) - set(departure[1]))

    def rows_after(self, departure: Departure) -> tuple[Row, ...]:
        """Return the coupling rules as bounds on new pairs; a rule that is broken already may stay so."""
        is_ended = np.isin(self.pairs[:, 0], departure[0]) | np.isin(self.pairs[:, 1], departure[1])
        rows = []
        for row, used in zip(self.market.problem.rows, self.counts[:, ~is_ended].sum(axis=1).tolist(), strict=True):
            lower = None if row.least is None else min(row.least - used, 0)
            upper = None if row.most is None else max(row.most - used, 0)
            rows.append(replace(row, least=lower, most=upper))
        return tuple(rows)

    def count_under_rules(
        self, departure: Departure, placement: dict[int, list[int]], seekers: Sequence[int], room: Sequence[int]
    ) -> int:
        """Return the number of mentees that can be placed under coupling rules.

        ``placement`` is a largest one without these rules, given the free places ``room`` of present mentors.
        """
        rules = NewPairRules(self.market.problem, self.rows_after(departure), self.conditional_mentors(departure))
        new = [(mentor, mentee) for mentor, mentees in placement.items() for mentee in mentees]
        if rules.are_kept_by(new):
            return len(new)
        seeking = tuple(
            seeker for seeker in seekers if any(self.market.allowed_mask[seeker] >> i & 1 for i in np.flatnonzero(room))
        )
        limits = tuple((row.least, row.most) for row in rules.rows)
        market = seeking, tuple(room), limits, rules.several
        if market not in self.market.known:
            pairs = [
                (int(mentor), mentee)
                for mentee in seeking
                for mentor in np.flatnonzero(room)
                if self.market.allowed_mask[mentee] >> int(mentor) & 1
            ]
            self.market.known[market] = self.most_placed(rules, pairs, room, len(new))
        return self.market.known[market]

    def most_placed(
        self, rules: "NewPairRules", pairs: Sequence[tuple[int, int]], room: Sequence[int], max_size: int
    ) -> int:
        """Return the largest number of new pairs, up to ``max_size``, that can be chosen together."""
        for size in range(max_size, 0, -1):
            if comb(len(pairs), size) > MAX_ENUMERATED:
                return self.count_by_engine(rules, pairs, room)
            for new_pairs in combinations(pairs, size):
                loads = Counter(mentor for mentor, _ in new_pairs)
                fits = len({mentee for _, mentee in new_pairs}) == size and all(room[i] >= loads[i] for i in loads)
                if fits and rules.are_kept_by(new_pairs):
                    return size
        return 0

    def count_by_engine(self, rules: "NewPairRules", pairs: Sequence[tuple[int, int]], room: Sequence[int]) -> int:
        """Return the largest number of new pairs that can be chosen together, by an integer program."""
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
        solution = solve(problem, time_limit_s=self.seconds_left, proofs="none")
        if solution.status in (Status.FEASIBLE, Status.STOPPED):
            raise TimeoutError
        if solution.status is not Status.PROVED:
            raise EngineError("A repair after a departure could not be solved")
        return len(solution.pairs)

    @property
    def seconds_left(self) -> float | None:
        return None if self.market.deadline is None else max(self.market.deadline - monotonic(), 0.001)


@dataclass(frozen=True, slots=True)
class NewPairRules:
    """The coupling rules on new pairs: ``rows``, and mentors who take ``several`` mentees or none."""

    problem: AssignmentProblem
    rows: tuple[Row, ...]
    several: frozenset[int]

    def are_kept_by(self, pairs: Sequence[tuple[int, int]]) -> bool:
        """Return whether new pairs satisfy all of these rules."""
        loads = Counter(mentor for mentor, _ in pairs)
        if any(0 < loads[mentor] < self.problem.mentors.least[mentor] for mentor in self.several):
            return False
        new = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return are_satisfied(self.rows, new, self.problem.shape)
