"""Pairs and side constraints -> a 0-1 program, and its LP duals rounded to a valid integer bound.

A person whose minimum binds only if they are used gets a column that says "used". Each of their pairs is linked to it
by a row of its own: without these the linear program would use people in parts, and prove little.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.mip.program_model import Basis, LinearConstraint, Program, degree_constraints
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import DualSolution, Links
from mentormatch.base.arrays import BoolVector, FloatVector, IntMatrix, IntVector


@dataclass(frozen=True, slots=True)
class PairConstraint:
    """A bound on a weighted sum over the pairs of a pool; those at ``places`` count with their ``weights``, not 0.

    ``origin``: the place of the row that asks for it, or the goal whose value it keeps; None: neither.
    """

    places: IntVector
    weights: IntVector
    least: int | None = None
    most: int | None = None
    origin: int | str | None = None

    @classmethod
    def on(
        cls, weights: IntVector, least: int | None = None, most: int | None = None, origin: int | str | None = None
    ) -> "PairConstraint":
        """Return the bound on a sum in which every pair of the pool has a weight."""
        places = np.flatnonzero(weights)
        return cls(places, weights[places], least, most, origin)

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether the chosen pairs keep the bound."""
        total = int(self.weights[chosen[self.places]].sum())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)

    def among(self, kept: BoolVector, numbers: IntVector) -> "PairConstraint":
        """Return the same bound in the pool of the pairs that are kept, which have these ``numbers`` there."""
        still = kept[self.places]
        return PairConstraint(numbers[self.places[still]], self.weights[still], self.least, self.most, self.origin)


@dataclass(frozen=True, slots=True)
class PairModel:
    """The pairs that may still be chosen, those of them that must be, and everything that bounds them."""

    mentors: IntVector
    mentees: IntVector
    fixed_to_one: BoolVector
    limits: tuple[PairConstraint, ...]
    sides: tuple[DegreeBounds, DegreeBounds]

    def __len__(self) -> int:
        return len(self.mentors)

    @classmethod
    def of(cls, problem: AssignmentProblem) -> "PairModel":
        """Return all allowed pairs of a problem, pins forced."""
        mentors, mentees = problem.scores.pairs()
        m = problem.shape[1]
        pinned = np.array([mentor * m + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        limits = tuple(
            PairConstraint.on(row.coefficients_of(mentors, mentees, problem.shape), row.least, row.most, place)
            for place, row in enumerate(problem.rows)
        )
        forced = np.isin(mentors * m + mentees, pinned)
        return cls(mentors, mentees, forced, limits, (problem.mentors, problem.mentees))

    def restrict(self, kept: BoolVector, forced: BoolVector) -> "PairModel":
        """Return the pool of the pairs that are kept."""
        return PairModel(self.mentors[kept], self.mentees[kept], forced[kept], self.limits_among(kept), self.sides)

    def limits_among(self, kept: BoolVector) -> tuple[PairConstraint, ...]:
        """Return the limits in the pool of the pairs that are kept."""
        numbers = np.cumsum(kept) - 1
        return tuple(limit.among(kept, numbers) for limit in self.limits)

    def limited(self, limit: PairConstraint) -> "PairModel":
        """Return the pool with one more limit."""
        return replace(self, limits=(*self.limits, limit))

    def people(self) -> tuple[IntVector, IntVector]:
        """Return who is in each pair, side by side."""
        return self.mentors, self.mentees

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether a choice keeps every bound."""
        for people, loads in zip(self.people(), self.sides, strict=True):
            taken = np.bincount(people[chosen], minlength=len(loads))
            enough = (taken >= loads.least) | (loads.optional & (taken == 0))
            if not (enough & (taken <= loads.most)).all():
                return False
        return bool(chosen[self.fixed_to_one].all()) and all(limit.holds(chosen) for limit in self.limits)


ROOM = 1 << 56
"""Sums of rounded prices stay below this, far within int64."""
FINEST = 1 << 20
"""Prices are rounded to this part of a unit at best, and more coarsely where worths are great."""
LIMIT = 2
"""Where the sides are 0 and 1, this says that a row is a limit."""


@dataclass(frozen=True, slots=True)
class ConstraintRef:
    """What a row bounds: the load of person ``place`` of a side, limit ``place``; with ``pair``, the pair's link."""

    side: int
    place: int
    pair: int | None = None


@dataclass(frozen=True, slots=True)
class ScaledDuals:
    """Prices of both sides, of the links of pairs and of the limits, in parts of a unit; ``parts`` to the unit.

    ``links`` (2, e): a price for each pair of a person with a waivable minimum, side by side, 0 or more.
    """

    sides: tuple[IntVector, IntVector]
    links: IntMatrix
    limits: IntVector
    parts: int

    def reduced(self, pool: PairModel, worth: IntVector) -> IntVector:
        """Return (e,) int64: what each pair is worth above its prices, in parts."""
        rest = worth * self.parts - self.sides[0][pool.mentors] - self.sides[1][pool.mentees] - self.links.sum(axis=0)
        for price, limit in zip(self.limits.tolist(), pool.limits, strict=True):
            rest[limit.places] -= price * limit.weights
        return rest

    def bound(self, pool: PairModel, reduced: IntVector) -> int:
        """Return a bound on what any choice is worth, in parts; it holds for any prices of the right signs."""
        total: int = sum(reduced[(reduced > 0) | pool.fixed_to_one].tolist())
        for people, prices, links, loads in zip(pool.people(), self.sides, self.links, pool.sides, strict=True):
            full = np.maximum(
                np.where(loads.conditional, loads.least, loads.firm_minimum) * prices, loads.most * prices
            )
            np.add.at(full, people, links)
            total += int(np.where(loads.conditional, np.maximum(full, 0), full).sum())
        for price, limit in zip(self.limits.tolist(), pool.limits, strict=True):
            end = limit.most if price > 0 else limit.least
            total += price * (end or 0)
        return total


@dataclass(frozen=True, slots=True)
class DualProof:
    """The prices that bound what is worth most in a pool."""

    pool: PairModel
    duals: ScaledDuals

    def bound(self, worth: IntVector) -> int:
        """Return the bound in parts."""
        return self.duals.bound(self.pool, self.duals.reduced(self.pool, worth))

    def prices(self, goal: str, rows: int) -> DualSolution | None:
        """Return the prices of a goal by what they are paid for; None if one is for no row and for no goal."""
        priced = list(zip(self.pool.limits, self.duals.limits.tolist(), strict=True))
        if any(limit.origin is None and price for limit, price in priced):
            return None
        by_origin = {limit.origin: price for limit, price in priced}
        return DualSolution(
            ((goal, 1),),
            *self.duals.sides,
            tuple(by_origin.get(row, 0) for row in range(rows)),
            tuple((kept, price) for kept, price in by_origin.items() if isinstance(kept, str) and price),
            (self._links(0), self._links(1)),
            self.duals.parts,
        )

    def _links(self, side: int) -> Links:
        links = self.duals.links[side]
        places = np.flatnonzero(links)
        found = np.column_stack([self.pool.mentors[places], self.pool.mentees[places], links[places]])
        return tuple((mentor, mentee, price) for mentor, mentee, price in found.tolist())


def trivial_duals(pool: PairModel, worth: IntVector) -> ScaledDuals:
    """Return the better of two sets of prices that need no solver: on one side, what each could gain by a place more.

    They bound any choice by what each person of that side could have at best, whoever else wants the same.
    """
    found = []
    for side, (people, loads) in enumerate(zip(pool.people(), pool.sides, strict=True)):
        prices = np.zeros(len(pool.sides[0]), dtype=np.int64), np.zeros(len(pool.sides[1]), dtype=np.int64)
        prices[side][:] = _next_gains(pool, people, worth, loads.most)
        duals = ScaledDuals(prices, np.zeros((2, len(pool)), np.int64), np.zeros(len(pool.limits), np.int64), 1)
        found.append((duals.bound(pool, duals.reduced(pool, worth)), duals))
    return min(found, key=lambda each: each[0])[1]


def _next_gains(pool: PairModel, people: IntVector, worth: IntVector, most: IntVector) -> IntVector:
    """Return for each person the worth of their best pair beyond those that they have places for, 0 if it is less."""
    order = np.lexsort((-worth, ~pool.fixed_to_one, people))
    ranked = people[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    next_one = rank == most[ranked]
    gains = np.zeros(len(most), dtype=np.int64)
    gains[ranked[next_one]] = np.maximum(worth[order][next_one], 0)
    return gains


@dataclass(frozen=True, slots=True)
class PairProgram:
    """A program on some pairs of a pool, and what each of its rows bounds."""

    program: Program
    owners: list[ConstraintRef]

    def duals(self, pool: PairModel, worth: IntVector, given: FloatVector) -> ScaledDuals:
        """Return the solver's duals as prices in integers; rounding, or no price at all, leaves the bound valid."""
        reach = float(np.abs(given) @ self._heaviest(pool))
        if not reach <= ROOM:
            given, reach = np.zeros_like(given), 0.0
        parts = max(min(_parts(pool, worth), int(ROOM / max(reach, 1.0))), 1)
        scaled = given * parts
        sides = tuple(np.zeros(len(loads), dtype=np.int64) for loads in pool.sides)
        links, limits = np.zeros((2, len(pool)), dtype=np.int64), np.zeros(len(pool.limits), dtype=np.int64)
        for owner, row, rounded in zip(self.owners, self.program.constraints, np.rint(scaled).tolist(), strict=True):
            price = _with_sign(int(rounded), row)
            if owner.side == LIMIT:
                limits[owner.place] += price
            elif owner.pair is None:
                sides[owner.side][owner.place] += price
            else:
                links[owner.side, owner.pair] += price
        return ScaledDuals((sides[0], sides[1]), links, limits, parts)

    def _heaviest(self, pool: PairModel) -> FloatVector:
        """Return the greatest number that the price of each row is multiplied with."""
        most = [int(loads.most.max(initial=1)) for loads in pool.sides]
        found = [
            max(int(np.abs(row.coefficients).max(initial=1)), 1 if owner.side == LIMIT else most[owner.side])
            for owner, row in zip(self.owners, self.program.constraints, strict=True)
        ]
        return np.array(found, dtype=np.float64)


def build_program(
    pool: PairModel, worth: IntVector, columns: BoolVector, *, whole: bool, start: Basis | None = None
) -> PairProgram:
    """Return the program on some pairs of the pool, begun where a similar one ended."""
    places = np.flatnonzero(columns)
    names = [f"{i}_{k}" for i, k in zip(pool.mentors[places].tolist(), pool.mentees[places].tolist(), strict=True)]
    rows: list[tuple[ConstraintRef, LinearConstraint]] = []
    for side, (people, loads) in enumerate(zip(pool.people(), pool.sides, strict=True)):
        waived = np.intersect1d(np.flatnonzero(loads.conditional), people[places]).tolist()
        used = {person: len(names) + place for place, person in enumerate(waived)}
        names += [f"u{side}_{person}" for person in waived]
        for person, row in degree_constraints(people[places], loads, loads.firm_minimum, used):
            rows.append((ConstraintRef(side, person), row))
        rows += _links(side, people, places, used)
    rows += _limits(pool, columns)
    extra = len(names) - len(places)
    padded = np.append(worth[places], np.zeros(extra, dtype=np.int64))
    forced = np.append(pool.fixed_to_one[places], np.zeros(extra, dtype=bool))
    owners = [owner for owner, _ in rows]
    keys = [(owner, row.least is None) for owner, row in rows]
    program = Program(names, padded, forced, [row for _, row in rows], whole, keys, start)
    return PairProgram(program, owners)


def _links(
    side: int, people: IntVector, places: IntVector, used: dict[int, int]
) -> Iterator[tuple[ConstraintRef, LinearConstraint]]:
    """Yield, for each pair of a person with a "used" column, the row that takes the pair only if they are used."""
    for column, pair in enumerate(places.tolist() if used else ()):
        person = int(people[pair])
        if person in used:
            yield (
                ConstraintRef(side, person, pair),
                LinearConstraint(np.array([column, used[person]]), np.array([1, -1]), None, 0),
            )


def _limits(pool: PairModel, columns: BoolVector) -> Iterator[tuple[ConstraintRef, LinearConstraint]]:
    for place, inside in enumerate(pool.limits_among(columns)):
        yield ConstraintRef(LIMIT, place), LinearConstraint(inside.places, inside.weights, inside.least, inside.most)


def _with_sign(price: int, row: LinearConstraint) -> int:
    """Return the price, or 0 where its sign calls for a bound that is not there."""
    return 0 if (row.most if price > 0 else row.least) is None else price


def _parts(pool: PairModel, worth: IntVector) -> int:
    places = min(int(loads.most.sum()) for loads in pool.sides) + 1
    greatest = int(np.abs(worth).max(initial=1))
    return int(min(max(ROOM // (places * greatest), 1), FINEST))
