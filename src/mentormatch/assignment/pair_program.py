"""Pairs and side constraints -> a 0-1 program, and its LP duals rounded to a valid integer bound.

A person whose minimum binds only if they are used gets an indicator variable (Wolsey, *Integer Programming*, fixed
charges). Each pair of the person is linked to it by a separate row, ``x <= u``: the disaggregated form, whose LP bound
is much tighter than that of one row for all pairs.

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
    """A bound on a weighted sum over the pairs of a model: ``weights``, not 0, of the pairs with indices ``pairs``.

    ``origin``: the index of the row of the problem, or the goal whose value is kept; None: neither. ``key`` is the same
    in all models that restrict a model.
    """

    pairs: IntVector
    weights: IntVector
    least: int | None = None
    most: int | None = None
    origin: int | str | None = None
    key: int = field(default_factory=partial(next, _KEYS), compare=False)

    @property
    def is_knapsack(self) -> bool:
        """Whether it is a row of the problem that limits a sum with different coefficients, none below 0."""
        weights = self.weights
        is_varied = len(weights) > 1 and bool(0 < weights.min() < weights.max())
        return isinstance(self.origin, int) and is_varied and self.most is not None and self.most >= 0

    @classmethod
    def at_least(cls, weights: IntVector, least: int, origin: str | None = None) -> "PairConstraint":
        """Return the lower bound of a sum with a coefficient, in ``weights`` (e,), for every pair of the model."""
        pairs = np.flatnonzero(weights)
        return cls(pairs, weights[pairs], least, origin=origin)

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether the chosen pairs, (e,) bool, satisfy the constraint."""
        return self.contains(int(self.weights[chosen[self.pairs]].sum()) if len(self.pairs) else 0)

    def contains(self, total: int) -> bool:
        """Return whether a sum is within the bounds."""
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)

    def restrict(self, remaining: BoolVector, numbers: IntVector) -> "PairConstraint":
        """Return the constraint on the ``remaining`` pairs (e,) bool, renumbered by ``numbers`` (e,)."""
        is_remaining = remaining[self.pairs]
        return replace(self, pairs=numbers[self.pairs[is_remaining]], weights=self.weights[is_remaining])


# From this number of constraints on, all terms are handled in one pass, and not constraint by constraint. Hours of
# 1,000 x 600 people with 50 candidates are one constraint per mentor: .36 s and not .41 without proofs, with three
# goals .97 and not 1.22. A few constraints may contain all pairs, and joining their terms takes longer
MANY_CONSTRAINTS = 100


@dataclass(frozen=True, slots=True)
class PairModel:
    """A 0-1 variable per pair ``mentors[e]``, ``mentees[e]``, the pairs fixed to one, and constraints.

    ``constraints`` are the linear ones, ``sides`` the degree bounds of mentors and of mentees.
    """

    mentors: IntVector
    mentees: IntVector
    fixed_to_one: BoolVector
    constraints: tuple[PairConstraint, ...]
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

        ``rows``: the indices of the rows that become constraints, None: all.
        """
        mentors, mentees = problem.scores.pairs() if pairs is None else pairs
        indices = range(len(problem.rows)) if rows is None else rows
        m = problem.shape[1]
        pinned = np.array([mentor * m + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        terms = terms_of_rows([problem.rows[row] for row in indices], mentors, mentees, problem.shape)
        constraints = tuple(
            PairConstraint(pair_indices, weights, problem.rows[row].least, problem.rows[row].most, row)
            for row, (pair_indices, weights) in zip(indices, terms, strict=True)
        )
        is_pinned = np.isin(mentors * m + mentees, pinned)
        return cls(mentors, mentees, is_pinned, constraints, (problem.mentors, problem.mentees))

    def restrict(self, remaining: BoolVector, forced: BoolVector) -> "PairModel":
        """Return the model on the ``remaining`` pairs, (e,) bool, with the pairs ``forced`` fixed to one."""
        constraints = self.constraints_on(remaining)
        return PairModel(self.mentors[remaining], self.mentees[remaining], forced[remaining], constraints, self.sides)

    def constraints_on(self, remaining: BoolVector) -> tuple[PairConstraint, ...]:
        """Return the linear constraints on the ``remaining`` pairs, (e,) bool."""
        numbers = np.cumsum(remaining) - 1
        if len(self.constraints) < MANY_CONSTRAINTS:
            return tuple(constraint.restrict(remaining, numbers) for constraint in self.constraints)
        pairs, weights, ends = self._terms()
        is_remaining = remaining[pairs]
        new_pairs, new_weights = numbers[pairs[is_remaining]], weights[is_remaining]
        new_ends = np.append(0, np.cumsum(is_remaining))[ends].tolist()
        return tuple(
            PairConstraint(new_pairs[start:end], new_weights[start:end], old.least, old.most, old.origin, old.key)
            for old, start, end in zip(self.constraints, [0, *new_ends], new_ends, strict=False)
        )

    def _terms(self) -> tuple[IntVector, IntVector, IntVector]:
        """Return the pairs and the weights of all constraints, one after another, and the end of each constraint."""
        return (
            np.concatenate([constraint.pairs for constraint in self.constraints]),
            np.concatenate([constraint.weights for constraint in self.constraints]),
            np.cumsum([len(constraint.pairs) for constraint in self.constraints]),
        )

    def with_constraint(self, constraint: PairConstraint) -> "PairModel":
        """Return the model with one more linear constraint (a cut, or the value of a goal)."""
        return replace(self, constraints=(*self.constraints, constraint))

    def people(self) -> tuple[IntVector, IntVector]:
        """Return the mentor and the mentee of each pair."""
        return self.mentors, self.mentees

    def with_indicators(self, chosen: BoolVector) -> BoolVector:
        """Return a choice of the pairs, then the indicators of people, as columns of ``build_program``."""
        parts = [chosen]
        for people, loads in zip(self.people(), self.sides, strict=True):
            with_indicator = np.intersect1d(np.flatnonzero(loads.conditional), people)
            parts.append(np.isin(with_indicator, people[chosen]))
        return np.concatenate(parts)

    def keys(self) -> IntVector:
        """Return a number for each pair, the same in all models of a problem."""
        return self.mentors * len(self.sides[1]) + self.mentees

    def restrict_slack(self, duals: "ScaledDuals", loss: int) -> "PairModel":
        """Return the model of the choices that lose at most ``loss`` by the slack of any single row with a dual.

        ``loss`` is in units of 1 / denominator. By complementary slackness, the profit of a choice is below the dual
        bound by each dual times the slack of its row.
        """
        sides = [
            _restrict_degrees(loads, side_duals, loss)
            for loads, side_duals in zip(self.sides, duals.sides, strict=True)
        ]
        constraints = []
        for constraint, dual in zip(self.constraints, duals.constraints.tolist(), strict=True):
            if dual > 0 and constraint.most is not None:
                lower = constraint.most - loss // dual
                constraint = replace(
                    constraint, least=lower if constraint.least is None else max(constraint.least, lower)
                )
            elif dual < 0 and constraint.least is not None:
                upper = constraint.least + loss // -dual
                constraint = replace(constraint, most=upper if constraint.most is None else min(constraint.most, upper))
            constraints.append(constraint)
        return replace(self, constraints=tuple(constraints), sides=(sides[0], sides[1]))

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether a choice, (e,) bool, is feasible, in integers."""
        for people, loads in zip(self.people(), self.sides, strict=True):
            degrees = np.bincount(people[chosen], minlength=len(loads))
            # A conditional minimum binds only people who are used
            meets_minimum = (degrees >= loads.least) | (loads.optional & (degrees == 0))
            if not (meets_minimum & (degrees <= loads.most)).all():
                return False
        if not chosen[self.fixed_to_one].all():
            return False
        if len(self.constraints) < MANY_CONSTRAINTS:
            return all(constraint.holds(chosen) for constraint in self.constraints)
        pairs, weights, ends = self._terms()
        # A running sum may exceed int64, but its differences are exact: int64 wraps around
        sums = np.append(0, np.cumsum(np.where(chosen[pairs], weights, 0)))
        totals = np.diff(sums[ends], prepend=0)
        return all(map(PairConstraint.contains, self.constraints, totals.tolist()))


def _restrict_degrees(loads: DegreeBounds, duals: IntVector, loss: int) -> DegreeBounds:
    """Return degree bounds given that a person loses at most ``loss``; those of conditional minimums are unchanged."""
    slack = np.where(duals != 0, loss // np.maximum(np.abs(duals), 1), 0)
    at_most, at_least = (duals > 0) & ~loads.conditional, (duals < 0) & ~loads.conditional
    lower = np.where(at_most, np.maximum(loads.firm_minimum, loads.most - slack), loads.least)
    upper = np.where(at_least, np.minimum(loads.most, loads.firm_minimum + slack), loads.most)
    return DegreeBounds(lower, upper, loads.optional & ~(at_most & (lower > loads.firm_minimum)))


@dataclass(frozen=True, slots=True)
class DualRounding:
    """Limits on rounded duals."""

    max_dual_sum: int = 1 << 56  # bound on sums of rounded duals, well within int64
    max_denominator: int = 1 << 20  # smaller if profits are large
    # Above this coefficient, that denominator is too coarse, and duals have the greatest denominator possible
    large_coefficient: int = 1 << 16


ROUNDING = DualRounding()
LINEAR_SIDE = 2  # the ``side`` of a linear constraint; mentors are 0 and mentees 1


@dataclass(frozen=True, slots=True)
class ConstraintRef:
    """The meaning of a row: the degree of person ``index`` of a side, constraint ``index``, or the link of ``pair``."""

    side: int
    index: int
    pair: int | None = None


@dataclass(frozen=True, slots=True)
class ScaledDuals:
    """Duals of the degree, linking and linear constraints, as integers over a common ``denominator``.

    ``sides``: (n,) and (m,). ``links`` (2, e), 0 or more: of the pairs of people with a conditional minimum, by side.
    ``constraints``: one dual per linear constraint of the model.
    """

    sides: tuple[IntVector, IntVector]
    links: IntMatrix
    constraints: IntVector
    denominator: int

    def reduced_profit(self, model: PairModel, profit: IntVector) -> IntVector:
        """Return (e,) int64: the reduced profit of each pair, in units of 1 / denominator."""
        # Profit less the duals of both people and of the links, then of the constraints
        reduced = profit * self.denominator
        for side_duals, people, links, loads in zip(self.sides, model.people(), self.links, model.sides, strict=True):
            reduced -= side_duals[people]
            if loads.conditional.any():
                reduced -= links
        for dual, constraint in zip(self.constraints.tolist(), model.constraints, strict=True):
            reduced[constraint.pairs] -= dual * constraint.weights
        return reduced

    def bound(self, model: PairModel, reduced: IntVector) -> int:
        """Return the bound on the profit of any choice, in units of 1 / denominator, for any duals of valid sign."""
        # Pairs at most once each; people at the better of their degree bounds; constraints at the bound that binds
        total: int = sum(reduced[(reduced > 0) | model.fixed_to_one].tolist())
        for people, side_duals, links, loads in zip(model.people(), self.sides, self.links, model.sides, strict=True):
            terms = np.maximum(
                np.where(loads.conditional, loads.least, loads.firm_minimum) * side_duals, loads.most * side_duals
            )
            # With an indicator, links count once per person, if the person is used, and only if that helps the bound
            if loads.conditional.any():
                np.add.at(terms, people, links)
            total += int(np.where(loads.conditional, np.maximum(terms, 0), terms).sum())
        for dual, constraint in zip(self.constraints.tolist(), model.constraints, strict=True):
            # The bound of the constraint by the sign of its dual
            row_bound = constraint.most if dual > 0 else constraint.least
            total += dual * (row_bound or 0)
        return total

    def divide_by(self, divisor: int, factor: int, denominator: int) -> "ScaledDuals":
        """Return the duals, times ``factor`` and divided by ``divisor``, rounded to another denominator."""
        scale = factor * denominator / (divisor * self.denominator)

        def scaled(values: Any) -> Any:
            return np.rint(values * scale).astype(np.int64)

        sides = scaled(self.sides[0]), scaled(self.sides[1])
        return ScaledDuals(sides, scaled(self.links), scaled(self.constraints), denominator)

    def prices_conditional_minimums(self, model: PairModel) -> bool:
        """Return whether a link, or a person with a conditional minimum, has a dual: their slack is no row of pairs."""
        sides = zip(self.sides, model.sides, strict=True)
        return bool(self.links.any() or any((duals[loads.conditional] != 0).any() for duals, loads in sides))


@dataclass(frozen=True, slots=True)
class DualProof:
    """Duals of a model, which prove a bound."""

    model: PairModel
    duals: ScaledDuals

    def bound(self, profit: IntVector) -> int:
        """Return the bound on the ``profit`` (e,), in units of 1 / denominator."""
        return self.duals.bound(self.model, self.duals.reduced_profit(self.model, profit))

    def as_dual_solution(self, goal: str, rows: int) -> DualSolution | None:
        """Return the proof of a goal for the problem; None if a constraint with a dual is not the problem's."""
        priced = list(zip(self.model.constraints, self.duals.constraints.tolist(), strict=True))
        if any(constraint.origin is None and dual for constraint, dual in priced):
            return None
        by_origin = {constraint.origin: dual for constraint, dual in priced}
        return DualSolution(
            ((goal, 1),),
            *self.duals.sides,
            tuple(by_origin.get(row, 0) for row in range(rows)),
            tuple((origin, dual) for origin, dual in by_origin.items() if isinstance(origin, str) and dual),
            (self._links(0), self._links(1)),
            self.duals.denominator,
        )

    def _links(self, side: int) -> Links:
        links = self.duals.links[side]
        pairs = np.flatnonzero(links)
        entries = np.column_stack([self.model.mentors[pairs], self.model.mentees[pairs], links[pairs]])
        return tuple((mentor, mentee, dual) for mentor, mentee, dual in entries.tolist())


def trivial_duals(model: PairModel, profit: IntVector) -> ScaledDuals:
    """Return duals without a solver: on one side, the marginal profit of each person; the side with the better bound.

    They bound any choice by the best pairs of each person on that side, and relax the degrees of the other side.
    """
    candidates = []
    for side, (people, loads) in enumerate(zip(model.people(), model.sides, strict=True)):
        side_duals = np.zeros(len(model.sides[0]), dtype=np.int64), np.zeros(len(model.sides[1]), dtype=np.int64)
        side_duals[side][:] = _marginal_profits(model, people, profit, loads.most)
        zeros = np.zeros((2, len(model)), np.int64), np.zeros(len(model.constraints), np.int64)
        duals = ScaledDuals(side_duals, *zeros, 1)
        candidates.append((duals.bound(model, duals.reduced_profit(model, profit)), duals))
    return min(candidates, key=lambda candidate: candidate[0])[1]


def _marginal_profits(model: PairModel, people: IntVector, profit: IntVector, capacities: IntVector) -> IntVector:
    """Return, per person, the profit of the best pair beyond the capacity, at least 0."""
    # The pairs of each person, those fixed to one first, then by profit
    order = np.lexsort((-profit, ~model.fixed_to_one, people))
    ranked = people[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    is_next = rank == capacities[ranked]
    gains = np.zeros(len(capacities), dtype=np.int64)
    gains[ranked[is_next]] = np.maximum(profit[order][is_next], 0)
    return gains


@dataclass(frozen=True, slots=True)
class PairRelaxation:
    """The LP relaxation of a pair model at its optimum, over all pairs (e,).

    Attributes
    ----------
    duals, reduced, scaled_bound
        Rounded duals, the reduced profits, and the bound on every choice, in units of 1 / ``duals.denominator``; no
        duals if the solve was stopped.
    choice
        The pairs at 1, if all are 0 or 1 and the choice is feasible; else None.
    infeasible
        Whether it is proved that there is no choice.
    """

    duals: ScaledDuals | None = None
    reduced: IntVector | None = None
    scaled_bound: int = 0
    choice: BoolVector | None = None
    infeasible: bool = False


@dataclass(frozen=True, slots=True)
class PairProgram:
    """A program on some pairs of a model, and the meaning of each row."""

    program: Program
    constraint_refs: list[ConstraintRef]


def denominator_of_duals(
    model: PairModel, profit: IntVector, row_duals: FloatVector, sizes: FloatVector
) -> tuple[FloatVector, int]:
    """Return the duals (rows,) of a solver and their greatest denominator with which all sums stay exact.

    ``sizes`` (rows,): the greatest number that multiplies the dual of each row. All duals become 0 if their sum is
    beyond the exact range.
    """
    total = float(np.abs(row_duals) @ sizes)
    if not total <= ROUNDING.max_dual_sum:
        row_duals, total = np.zeros_like(row_duals), 0.0
    max_denominator = (
        ROUNDING.max_denominator if sizes.max(initial=0.0) <= ROUNDING.large_coefficient else ROUNDING.max_dual_sum
    )
    max_pairs = min(int(loads.most.sum()) for loads in model.sides) + 1
    largest = int(np.abs(profit).max(initial=1))
    return row_duals, max(
        min(
            ROUNDING.max_dual_sum // (max_pairs * largest),
            int(ROUNDING.max_dual_sum / max(total, 1.0)),
            max_denominator,
        ),
        1,
    )


def build_program(model: PairModel, profit: IntVector, columns: BoolVector, *, integral: bool) -> PairProgram:
    """Return the program on the ``columns`` (e,) bool of a model: 0-1 if ``integral``, else its LP relaxation."""
    pairs = np.flatnonzero(columns)
    count = len(pairs)
    rows: list[tuple[ConstraintRef, LinearConstraint]] = []
    # Degree constraints, with an indicator for each person with a conditional minimum, and linking constraints
    for side, (people, loads) in enumerate(zip(model.people(), model.sides, strict=True)):
        # An indicator for each such person who has a column
        with_indicator = np.intersect1d(np.flatnonzero(loads.conditional), people[pairs]).tolist()
        used = {person: count + offset for offset, person in enumerate(with_indicator)}
        count += len(with_indicator)
        for person, row in degree_constraints(people[pairs], loads, loads.firm_minimum, used):
            rows.append((ConstraintRef(side, person), row))
        rows += _linking_constraints(side, people, pairs, used)
    rows += _linear_constraints(model, columns)
    indicator_count = count - len(pairs)
    # Indicators have no profit
    padded = np.append(profit[pairs], np.zeros(indicator_count, dtype=np.int64))
    forced = np.append(model.fixed_to_one[pairs], np.zeros(indicator_count, dtype=bool))
    return PairProgram(Program(padded, forced, [row for _, row in rows], integral), [ref for ref, _ in rows])


def _linking_constraints(
    side: int, people: IntVector, pairs: IntVector, used: dict[int, int]
) -> Iterator[tuple[ConstraintRef, LinearConstraint]]:
    """Yield the row ``x - u <= 0`` for each pair of a person with an indicator u in ``used``."""
    for column, pair in enumerate(pairs.tolist() if used else ()):
        person = int(people[pair])
        if person in used:
            yield (
                ConstraintRef(side, person, pair),
                LinearConstraint(np.array([column, used[person]]), np.array([1, -1]), None, 0),
            )


def _linear_constraints(model: PairModel, columns: BoolVector) -> Iterator[tuple[ConstraintRef, LinearConstraint]]:
    """Yield the linear constraints on some columns."""
    for index, constraint in enumerate(model.constraints_on(columns)):
        row = LinearConstraint(constraint.pairs, constraint.weights, constraint.least, constraint.most)
        yield ConstraintRef(LINEAR_SIDE, index), row
