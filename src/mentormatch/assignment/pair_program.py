"""Pairs and side constraints -> a 0-1 program, and its LP duals rounded to a valid integer bound.

A person whose minimum binds only if they are used gets an indicator variable (Wolsey, *Integer Programming*, fixed
charges). Each of their pairs is linked to it by a row of its own, ``x <= u``: the disaggregated form, whose LP bound is
much better than that of one row for all pairs.

Duals of a solver are floats. Rounded to integers of the right signs they still give a valid bound, by weak duality (a
safe dual bound, cf. Neumaier & Shcherbina 2004).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from mentormatch.assignment.mip.program_model import LinearConstraint, Program, degree_constraints
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import terms_of_rows
from mentormatch.assignment.model.solution import DualSolution, Links
from mentormatch.base.arrays import BoolVector, FloatVector, IntMatrix, IntVector

_KEYS = count()


@dataclass(frozen=True, slots=True)
class PairConstraint:
    """A bound on a weighted sum over the pairs of a model: coefficients ``weights``, not 0, of the pairs ``places``.

    ``origin``: the index of the problem's row that it states, or the goal whose value it keeps; None: neither. ``key``
    is the same in models that restrict a model.
    """

    places: IntVector
    weights: IntVector
    least: int | None = None
    most: int | None = None
    origin: int | str | None = None
    key: int = field(default_factory=partial(next, _KEYS), compare=False)

    @property
    def is_knapsack(self) -> bool:
        """Return whether it is a row of the problem that limits a sum of different coefficients, none below 0."""
        own = self.weights
        varied = len(own) > 1 and bool(0 < own.min() < own.max())
        return isinstance(self.origin, int) and varied and self.most is not None and self.most >= 0

    @classmethod
    def at_least(cls, weights: IntVector, least: int, origin: str | None = None) -> "PairConstraint":
        """Return the lower bound of a sum with a coefficient, in ``weights`` (e,), for every pair of the model."""
        places = np.flatnonzero(weights)
        return cls(places, weights[places], least, origin=origin)

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether the chosen pairs, (e,) bool, satisfy the constraint."""
        total = int(self.weights[chosen[self.places]].sum()) if len(self.places) else 0
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)

    def among(self, kept: BoolVector, numbers: IntVector) -> "PairConstraint":
        """Return the constraint on the pairs that are kept, which are renumbered by ``numbers`` (e,)."""
        still = kept[self.places]
        return replace(self, places=numbers[self.places[still]], weights=self.weights[still])


@dataclass(frozen=True, slots=True)
class PairModel:
    """Free 0-1 variables, one a pair ``mentors[e]``, ``mentees[e]``, those fixed to one, and their constraints.

    ``limits`` are the linear constraints, ``sides`` the degree bounds of mentors and of mentees.
    """

    mentors: IntVector
    mentees: IntVector
    fixed_to_one: BoolVector
    limits: tuple[PairConstraint, ...]
    sides: tuple[DegreeBounds, DegreeBounds]

    def __len__(self) -> int:
        return len(self.mentors)

    @classmethod
    def of(
        cls,
        problem: AssignmentProblem,
        pairs: tuple[IntVector, IntVector] | None = None,
        rows: Sequence[int] | None = None,
    ) -> "PairModel":
        """Return the model of a problem: all allowed pairs, or some, sorted by mentor and mentee; pins fixed to one.

        ``rows``: the places of those that are stated, None: all.
        """
        mentors, mentees = problem.scores.pairs() if pairs is None else pairs
        stated = range(len(problem.rows)) if rows is None else rows
        m = problem.shape[1]
        pinned = np.array([mentor * m + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        terms = terms_of_rows([problem.rows[row] for row in stated], mentors, mentees, problem.shape)
        limits = tuple(
            PairConstraint(places, weights, problem.rows[row].least, problem.rows[row].most, row)
            for row, (places, weights) in zip(stated, terms, strict=True)
        )
        forced = np.isin(mentors * m + mentees, pinned)
        return cls(mentors, mentees, forced, limits, (problem.mentors, problem.mentees))

    def restrict(self, kept: BoolVector, forced: BoolVector) -> "PairModel":
        """Return the model on the pairs that are kept, (e,) bool, with those ``forced`` fixed to one."""
        return PairModel(self.mentors[kept], self.mentees[kept], forced[kept], self.limits_among(kept), self.sides)

    def limits_among(self, kept: BoolVector) -> tuple[PairConstraint, ...]:
        """Return the linear constraints on the pairs that are kept."""
        numbers = np.cumsum(kept) - 1
        return tuple(limit.among(kept, numbers) for limit in self.limits)

    def with_constraint(self, limit: PairConstraint) -> "PairModel":
        """Return the model with one more linear constraint (a cut, or the value of a goal)."""
        return replace(self, limits=(*self.limits, limit))

    def people(self) -> tuple[IntVector, IntVector]:
        """Return the mentor and the mentee of each pair."""
        return self.mentors, self.mentees

    def with_indicators(self, chosen: BoolVector) -> BoolVector:
        """Return a choice of the pairs, then the indicators of the people who have one, as in ``build_program``."""
        parts = [chosen]
        for people, loads in zip(self.people(), self.sides, strict=True):
            waived = np.intersect1d(np.flatnonzero(loads.conditional), people)
            parts.append(np.isin(waived, people[chosen]))
        return np.concatenate(parts)

    def keys(self) -> IntVector:
        """Return a number for each pair."""
        return self.mentors * len(self.sides[1]) + self.mentees

    def restrict_slack(self, duals: "ScaledDuals", loss: int) -> "PairModel":
        """Return the model of the choices that lose no more than ``loss`` parts by the slack of any row with a dual.

        By complementary slackness a choice falls short of the dual bound by each dual times the slack of its row.
        """
        sides = [_restrict_degrees(loads, prices, loss) for loads, prices in zip(self.sides, duals.sides, strict=True)]
        limits = []
        for limit, price in zip(self.limits, duals.limits.tolist(), strict=True):
            if price > 0 and limit.most is not None:
                least = limit.most - loss // price
                limit = replace(limit, least=least if limit.least is None else max(limit.least, least))
            elif price < 0 and limit.least is not None:
                most = limit.least + loss // -price
                limit = replace(limit, most=most if limit.most is None else min(limit.most, most))
            limits.append(limit)
        return replace(self, limits=tuple(limits), sides=(sides[0], sides[1]))

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether a choice, (e,) bool, is feasible, in integers."""
        for people, loads in zip(self.people(), self.sides, strict=True):
            taken = np.bincount(people[chosen], minlength=len(loads))
            # A conditional minimum binds only those who take somebody
            enough = (taken >= loads.least) | (loads.optional & (taken == 0))
            if not (enough & (taken <= loads.most)).all():
                return False
        return bool(chosen[self.fixed_to_one].all()) and all(limit.holds(chosen) for limit in self.limits)


def _restrict_degrees(loads: DegreeBounds, prices: IntVector, loss: int) -> DegreeBounds:
    """Return the degree bounds of people who may lose ``loss`` at most; a minimum that may not bind stays as it is."""
    slack = np.where(prices != 0, loss // np.maximum(np.abs(prices), 1), 0)
    full, few = (prices > 0) & ~loads.conditional, (prices < 0) & ~loads.conditional
    least = np.where(full, np.maximum(loads.firm_minimum, loads.most - slack), loads.least)
    most = np.where(few, np.minimum(loads.most, loads.firm_minimum + slack), loads.most)
    return DegreeBounds(least, most, loads.optional & ~(full & (least > loads.firm_minimum)))


ROOM = 1 << 56
"""Sums of rounded duals stay below this, far within int64."""
FINEST = 1 << 20
"""Duals are rounded to this part of a unit at best, and more coarsely where profits are great."""
HEAVY = 1 << 16
"""A coefficient from which on a rounded dual loses too much at that part; duals are then as fine as they can be."""
LIMIT = 2
"""The ``side`` of a linear constraint; mentors are 0 and mentees 1."""


@dataclass(frozen=True, slots=True)
class ConstraintRef:
    """What a row states: the degree of person ``place`` of a side, limit ``place``, or the link of ``pair``."""

    side: int
    place: int
    pair: int | None = None


@dataclass(frozen=True, slots=True)
class ScaledDuals:
    """Duals of the degree, linking and linear constraints, as integers over the common denominator ``parts``.

    ``sides``: (n,) and (m,). ``links`` (2, e), 0 or more: of the pairs of people with a conditional minimum, by side.
    ``limits``: one for each linear constraint of the model.
    """

    sides: tuple[IntVector, IntVector]
    links: IntMatrix
    limits: IntVector
    parts: int

    def reduced_profit(self, pool: PairModel, worth: IntVector) -> IntVector:
        """Return (e,) int64: the reduced profit of each pair, in parts."""
        # Profit less the duals of both people and of the links, then of the constraints
        rest = worth * self.parts
        for prices, people, links, loads in zip(self.sides, pool.people(), self.links, pool.sides, strict=True):
            rest -= prices[people]
            if loads.conditional.any():
                rest -= links
        for price, limit in zip(self.limits.tolist(), pool.limits, strict=True):
            rest[limit.places] -= price * limit.weights
        return rest

    def bound(self, pool: PairModel, reduced: IntVector) -> int:
        """Return the dual bound on the profit of any choice, in parts; it holds for any duals of the right signs."""
        # Pairs, at most once each; people, at the better end of their degrees; constraints, at the bound that binds
        total: int = sum(reduced[(reduced > 0) | pool.fixed_to_one].tolist())
        for people, prices, links, loads in zip(pool.people(), self.sides, self.links, pool.sides, strict=True):
            full = np.maximum(
                np.where(loads.conditional, loads.least, loads.firm_minimum) * prices, loads.most * prices
            )
            # With an indicator the links of a person count once, if the person is used, and only if that
            # helps the bound
            if loads.conditional.any():
                np.add.at(full, people, links)
            total += int(np.where(loads.conditional, np.maximum(full, 0), full).sum())
        for price, limit in zip(self.limits.tolist(), pool.limits, strict=True):
            # The bound of the constraint that its dual is paid for
            end = limit.most if price > 0 else limit.least
            total += price * (end or 0)
        return total

    def divide_by(self, divisor: int, factor: int, parts: int) -> "ScaledDuals":
        """Return the duals, times ``factor`` and divided by ``divisor``, rounded to ``parts`` of a unit."""
        scale = factor * parts / (divisor * self.parts)

        def scaled(values: Any) -> Any:
            return np.rint(values * scale).astype(np.int64)

        return ScaledDuals(
            (scaled(self.sides[0]), scaled(self.sides[1])), scaled(self.links), scaled(self.limits), parts
        )

    def prices_waived(self, pool: PairModel) -> bool:
        """Return whether a link, or a person whose minimum may not bind, has a dual: their slack is no row of pairs."""
        sides = zip(self.sides, pool.sides, strict=True)
        return bool(self.links.any() or any((prices[loads.conditional] != 0).any() for prices, loads in sides))


@dataclass(frozen=True, slots=True)
class DualProof:
    """Duals of a model, as the proof of a bound."""

    pool: PairModel
    duals: ScaledDuals

    def bound(self, worth: IntVector) -> int:
        """Return the bound on the profit ``worth`` (e,), in parts."""
        return self.duals.bound(self.pool, self.duals.reduced_profit(self.pool, worth))

    def prices(self, goal: str, rows: int) -> DualSolution | None:
        """Return the proof of a goal in terms of the problem; None if a constraint with a dual is not the problem's."""
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
    """Return the better of two duals that need no solver: on one side, the profit of one more slot for each person.

    They bound any choice by the best pairs of each person on that side, and relax the degrees of the other side.
    """
    found = []
    for side, (people, loads) in enumerate(zip(pool.people(), pool.sides, strict=True)):
        prices = np.zeros(len(pool.sides[0]), dtype=np.int64), np.zeros(len(pool.sides[1]), dtype=np.int64)
        prices[side][:] = _marginal_profits(pool, people, worth, loads.most)
        duals = ScaledDuals(prices, np.zeros((2, len(pool)), np.int64), np.zeros(len(pool.limits), np.int64), 1)
        found.append((duals.bound(pool, duals.reduced_profit(pool, worth)), duals))
    return min(found, key=lambda each: each[0])[1]


def _marginal_profits(pool: PairModel, people: IntVector, worth: IntVector, most: IntVector) -> IntVector:
    """Return for each person the profit of the best pair beyond their slots, or 0 if that is greater."""
    # Each person's pairs, those fixed to one first, then by profit
    order = np.lexsort((-worth, ~pool.fixed_to_one, people))
    ranked = people[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    next_one = rank == most[ranked]
    gains = np.zeros(len(most), dtype=np.int64)
    gains[ranked[next_one]] = np.maximum(worth[order][next_one], 0)
    return gains


@dataclass(frozen=True, slots=True)
class PairRelaxation:
    """The linear relaxation of a pair model at its optimum, over all pairs (e,).

    Attributes
    ----------
    duals, reduced, ceiling
        Rounded duals, the reduced profits, and the bound on every choice, in ``duals.parts``; no duals if the solve was
        stopped.
    choice
        The pairs at 1, if all are 0 or 1 and the choice is feasible.
    infeasible
        Whether it is proved that there is no choice.
    """

    duals: ScaledDuals | None = None
    reduced: IntVector | None = None
    ceiling: int = 0
    choice: BoolVector | None = None
    infeasible: bool = False


@dataclass(frozen=True, slots=True)
class PairProgram:
    """A program on some pairs of a model, and what each of its rows states."""

    program: Program
    owners: list[ConstraintRef]


def denominator_of_duals(
    pool: PairModel, worth: IntVector, given: FloatVector, sizes: FloatVector
) -> tuple[FloatVector, int]:
    """Return duals ``given`` (rows,) and their finest denominator with which no sum leaves the exact range.

    ``sizes`` (rows,): the greatest number by which the dual of each row is multiplied. Duals beyond that range are 0.
    """
    reach = float(np.abs(given) @ sizes)
    if not reach <= ROOM:
        given, reach = np.zeros_like(given), 0.0
    finest = FINEST if sizes.max(initial=0.0) <= HEAVY else ROOM
    places = min(int(loads.most.sum()) for loads in pool.sides) + 1
    greatest = int(np.abs(worth).max(initial=1))
    return given, max(min(ROOM // (places * greatest), int(ROOM / max(reach, 1.0)), finest), 1)


def build_program(pool: PairModel, worth: IntVector, columns: BoolVector, *, whole: bool) -> PairProgram:
    """Return the program on the ``columns`` (e,) of a model: 0-1 if ``whole``, else its LP relaxation.

    ``worth`` (e,) is the profit.
    """
    places = np.flatnonzero(columns)
    count = len(places)
    rows: list[tuple[ConstraintRef, LinearConstraint]] = []
    # Degree constraints, with an indicator for each person of a conditional minimum, and their linking constraints
    for side, (people, loads) in enumerate(zip(pool.people(), pool.sides, strict=True)):
        # An indicator for each person with a conditional minimum who has a column
        waived = np.intersect1d(np.flatnonzero(loads.conditional), people[places]).tolist()
        used = {person: count + place for place, person in enumerate(waived)}
        count += len(waived)
        for person, row in degree_constraints(people[places], loads, loads.firm_minimum, used):
            rows.append((ConstraintRef(side, person), row))
        rows += _linking_constraints(side, people, places, used)
    rows += _linear_constraints(pool, columns)
    extra = count - len(places)
    # Indicators have no profit
    padded = np.append(worth[places], np.zeros(extra, dtype=np.int64))
    forced = np.append(pool.fixed_to_one[places], np.zeros(extra, dtype=bool))
    return PairProgram(Program(padded, forced, [row for _, row in rows], whole), [owner for owner, _ in rows])


def _linking_constraints(
    side: int, people: IntVector, places: IntVector, used: dict[int, int]
) -> Iterator[tuple[ConstraintRef, LinearConstraint]]:
    """Yield the row ``x - u <= 0`` for each pair of a person with an indicator u in ``used``."""
    for column, pair in enumerate(places.tolist() if used else ()):
        person = int(people[pair])
        if person in used:
            yield (
                ConstraintRef(side, person, pair),
                LinearConstraint(np.array([column, used[person]]), np.array([1, -1]), None, 0),
            )


def _linear_constraints(pool: PairModel, columns: BoolVector) -> Iterator[tuple[ConstraintRef, LinearConstraint]]:
    """Yield the linear constraints on some columns."""
    for place, inside in enumerate(pool.limits_among(columns)):
        yield ConstraintRef(LIMIT, place), LinearConstraint(inside.places, inside.weights, inside.least, inside.most)
