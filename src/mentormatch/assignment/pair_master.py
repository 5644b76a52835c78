"""LP relaxation of a pair model as one live program: column generation, safe duals, iterative refinement.

Column generation (Gilmore and Gomory 1961; Dantzig and Wolfe 1960): the program starts with the leading pairs of each
person. Its duals, rounded to integers, price all pairs; pairs with positive reduced profit are added until there are
none. The program stays loaded: the next goal, or a round of ties, changes costs and bounds in place, and the dual
simplex continues from the last basis.

Any duals bound every choice, in integers (Neumaier and Shcherbina 2004). Costs are scaled to 20 bits for the solver, so
its tolerances do not depend on the size of scores; iterative refinement recovers the lost digits (Gleixner, Steffy and
Wolter 2016). Sums of duals fit in int64, since a problem refuses greater numbers (``MAX_SUM``), so Python's integers
are not needed: ``at_the_bound`` in ``tests/oracles/magnitudes.py`` draws the greatest scores. A row that the first
columns may violate has an elastic column. If such columns are used at the end, phase 1 searches for columns that
satisfy the rows; an integer bound below 0 there proves that there is no choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.column_generation import FEW_PAIRS, leading_columns
from mentormatch.assignment.mip.column_program import ColumnProgram
from mentormatch.assignment.mip.program_model import INTEGRALITY_TOLERANCE, SolverStatus, Stop
from mentormatch.assignment.mip.simplex import cost_scale
from mentormatch.assignment.pair_program import (
    PairConstraint,
    PairModel,
    PairRelaxation,
    ScaledDuals,
    denominator_of_duals,
)
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector
from mentormatch.errors import EngineError


@dataclass(frozen=True, slots=True)
class MasterOptions:
    """Parameters of column generation and of refinement."""

    elastic_penalty: float = 64.0  # cost of an elastic column, as a multiple of the greatest profit
    violation_tolerance: float = 1e-6  # sum of elastic columns from which rows count as violated
    pricing_divisor: int = 1000  # a pair is added from this part of a unit of reduced profit on
    max_refinements: int = 3
    max_refined_cost: float = 1e7  # pairs with a greater reduced profit do not change the duals
    certain_dual: float = 1e-3  # a dual above this share of the cost scale is not 0
    # Costs are perturbed, which helps if many are equal, unless more than one column in so many has a distinct cost
    distinct_divisor: int = 2


MASTER = MasterOptions()


class RelaxationStopped(Exception):  # noqa: N818 - it is no error: the time limit ends a relaxation
    """The time limit was reached, or the solve was cancelled, before a relaxation was solved."""


def terms_among(
    constraints: Sequence[PairConstraint], pairs: IntVector, count: int
) -> tuple[IntVector, IntVector, IntVector]:
    """Return the terms of constraints on some of ``count`` pairs: constraints, indices in ``pairs``, weights."""
    number = np.full(count, -1, dtype=np.int64)
    number[pairs] = np.arange(len(pairs))
    empty = np.zeros(0, dtype=np.int64)
    owners, indices, weights = [empty], [empty], [empty]
    # Constraints on few pairs all at once; in those on more, ``pairs`` are searched for
    small_constraints = [index for index, constraint in enumerate(constraints) if len(constraint.pairs) <= len(pairs)]
    if small_constraints:
        positions = number[np.concatenate([constraints[index].pairs for index in small_constraints])]
        is_chosen = positions >= 0
        owners.append(
            np.repeat(small_constraints, [len(constraints[index].pairs) for index in small_constraints])[is_chosen]
        )
        indices.append(positions[is_chosen])
        weights.append(np.concatenate([constraints[index].weights for index in small_constraints])[is_chosen])
    for index in sorted(set(range(len(constraints))) - set(small_constraints)):
        constraint = constraints[index]
        nearest = np.minimum(np.searchsorted(constraint.pairs, pairs), len(constraint.pairs) - 1)
        matches = np.flatnonzero(constraint.pairs[nearest] == pairs)
        owners.append(np.full(len(matches), index))
        indices.append(matches)
        weights.append(constraint.weights[nearest[matches]])
    return np.concatenate(owners), np.concatenate(indices), np.concatenate(weights)


class PairMaster:
    """The live program of the pairs of ``base``, for all models that restrict it.

    Rows: the degrees of mentors, then of mentees, then the minimums of people with an indicator; then, as they are
    added, the linear constraints, and the links of pairs to indicators.
    """

    def __init__(self, base: PairModel) -> None:
        self._base, self._keys, self._n = base, base.keys(), len(base.sides[0])
        people = sum(map(len, base.sides))
        free = np.full(people, np.inf)
        self._program = ColumnProgram(-free, free)
        self._units, self._elastic = np.ones(people), np.zeros((2, people), dtype=bool)
        self._column_of = np.full(len(base), -1, dtype=np.int64)
        # The pair of each column, or -1, and whether the column is elastic
        self._pairs, self._is_elastic = np.zeros(0, np.int64), np.zeros(0, dtype=bool)
        # The row, the side and the pair of each link
        self._links = np.zeros((0, 3), np.int64)
        self._constraint_rows: dict[int, tuple[int, BoolVector]] = {}
        self._add_indicators()

    @property
    def count(self) -> int:
        """The number of columns."""
        return len(self._pairs)

    def relax(  # noqa: PLR0913 - a model, its objective, where to begin and when to end
        self,
        model: PairModel,
        profit: IntVector,
        lead: IntVector,
        known: BoolVector | None,
        seconds: float | None,
        stopped: Stop,
    ) -> PairRelaxation:
        """Return the LP relaxation of a model that restricts the base.

        Parameters
        ----------
        profit
            (e,) int64: the profit of each pair of the model.
        lead
            (e,) int64: the first columns are the pairs that are leading by this number.
        known
            A feasible choice, whose pairs become columns.
        """
        self._seconds, self._stopped = seconds, stopped
        self._load(model)
        columns = model.fixed_to_one if known is None else model.fixed_to_one | known
        if len(model) <= FEW_PAIRS:
            columns = np.ones(len(model), dtype=bool)
        elif not (self._pairs >= 0).any():
            columns = columns | leading_columns(model.mentors, model.mentees, lead, np.ones(len(model), dtype=bool))
        self._add_pairs(np.flatnonzero(columns & ~self._in_program))
        try:
            return self._relax(profit, elastic=known is None)
        except RelaxationStopped:
            return PairRelaxation()

    def _relax(self, profit: IntVector, *, elastic: bool) -> PairRelaxation:
        if (self._lower > self._upper).any():
            return PairRelaxation(infeasible=True)
        duals, reduced = self._generate(profit, elastic=elastic)
        if self._missing > MASTER.violation_tolerance:
            # Phase 1: minimise the violations of rows
            zeros = np.zeros_like(profit)
            phase_one_duals, phase_one_profit = self._generate(zeros, phase=1)
            if phase_one_duals.bound(self._model, phase_one_profit) < 0:
                return PairRelaxation(infeasible=True)
            if self._missing <= MASTER.violation_tolerance:
                duals, reduced = self._generate(profit, elastic=False)
        scaled_bound, choice = duals.bound(self._model, reduced), self._choice()
        relaxation = PairRelaxation(duals, reduced, scaled_bound, choice)
        is_proved = choice is not None and scaled_bound // duals.denominator == int(profit[choice].sum())
        return relaxation if is_proved or cost_scale(profit) == 1.0 else self._refine(profit, relaxation)

    def _generate(self, profit: IntVector, *, phase: int = 2, elastic: bool = True) -> tuple[ScaledDuals, IntVector]:
        """Return the duals and reduced profits of an optimum over all pairs, by column generation."""
        model, scale = self._model, cost_scale(profit)
        while True:
            self._set_columns(profit / scale, phase, elastic=elastic)
            row_duals = self._run() * scale
            # Pricing by the rounded duals
            duals = self._round(profit, row_duals)
            reduced = duals.reduced_profit(model, profit)
            # Columns that could noticeably improve the optimum
            missing = (reduced > duals.denominator // MASTER.pricing_divisor) & ~self._in_program
            if not missing.any():
                return duals, reduced
            self._add_pairs(np.flatnonzero(leading_columns(model.mentors, model.mentees, reduced, missing)))

    def _refine(self, profit: IntVector, relaxation: PairRelaxation) -> PairRelaxation:
        """Return the relaxation with duals corrected by programs whose costs are the reduced profits."""
        uncertainty = MASTER.certain_dual * cost_scale(profit)
        for _ in range(MASTER.max_refinements):
            assert relaxation.duals is not None
            assert relaxation.reduced is not None
            denominator, magnitudes = (
                relaxation.duals.denominator,
                np.sort(np.abs(relaxation.reduced[self._in_program])),
            )
            # Pairs that may be chosen have the smallest reduced profits, so the scale preserves their digits
            count = min(2 * sum(map(len, self._model.sides)), len(magnitudes) - 1)
            scale = cost_scale(magnitudes[count : count + 1])
            self._set_columns(
                np.clip(relaxation.reduced / scale, -MASTER.max_refined_cost, MASTER.max_refined_cost), elastic=False
            )
            # Complementary slackness: a row whose dual is certain is at that bound, and its dual may rise or fall
            row_duals = self._row_duals(relaxation.duals)
            lower = np.where(row_duals > uncertainty, self._upper, self._lower)
            self._program.bound_rows(lower, np.where(row_duals < -uncertainty, self._lower, self._upper))
            try:
                row_duals += self._run() * (scale / denominator)
            except EngineError:
                break
            uncertainty = min(uncertainty, MASTER.certain_dual * scale / denominator)
            duals = self._round(profit, row_duals)
            reduced = duals.reduced_profit(self._model, profit)
            scaled_bound = duals.bound(self._model, reduced)
            if scaled_bound * denominator >= relaxation.scaled_bound * duals.denominator:
                break
            relaxation = PairRelaxation(
                duals, reduced, scaled_bound, self._choice() if relaxation.choice is None else relaxation.choice
            )
        return relaxation

    def _load(self, model: PairModel) -> None:
        """Set the bounds of rows and columns to those of a model."""
        is_base = len(model) == len(self._base)
        self._model = model
        self._places = np.arange(len(model)) if is_base else np.searchsorted(self._keys, model.keys())
        self._in_program = self._column_of[self._places] >= 0
        # The last position is that of columns without a pair
        self._position = np.full(len(self._base) + 1, -1, dtype=np.int64)
        self._position[self._places] = np.arange(len(model))
        self._rows_of_constraints = self._find_constraint_rows()
        height, people = len(self._units), sum(map(len, model.sides))
        lower, upper = np.full(height, -np.inf), np.full(height, np.inf)
        lower[:people] = np.concatenate([side.firm_minimum for side in model.sides])
        upper[:people] = np.concatenate([side.most for side in model.sides])
        lower[self._conditional], upper[self._conditional], lower[self._low_rows] = -np.inf, 0.0, 0.0
        upper[self._links[:, 0]] = 0.0
        units = self._units[self._rows_of_constraints]
        lower[self._rows_of_constraints] = [
            -np.inf if constraint.least is None else constraint.least for constraint in model.constraints
        ] / units
        upper[self._rows_of_constraints] = [
            np.inf if constraint.most is None else constraint.most for constraint in model.constraints
        ] / units
        self._lower, self._upper = lower, upper
        # Elastic columns for rows that the fixed pairs do not satisfy
        sums, forced = np.zeros(height), model.fixed_to_one
        if forced.any():
            sums[:people] = np.bincount(np.append(model.mentors[forced], self._n + model.mentees[forced]), None, people)
            owners, _, weights = terms_among(model.constraints, np.flatnonzero(forced), len(model))
            totals = np.bincount(owners, weights, len(model.constraints))
            sums[self._rows_of_constraints] = totals / units
        below, above = lower > sums, upper < sums
        below[self._low_rows] = True
        self._add_elastic(0, below)
        self._add_elastic(1, above)
        self._program.bound_rows(lower, upper)

    def _find_constraint_rows(self) -> IntVector:
        """Return the row of each constraint of the model; constraints without a row, or with missing pairs, get one."""
        constraints, rows, checked = self._model.constraints, dict[int, tuple[int, BoolVector]](), dict[int, bool]()
        for constraint in constraints:
            row, cover = self._constraint_rows.get(constraint.key, (-1, None))
            if cover is not None and checked.setdefault(id(cover), bool(cover[self._places].all())):
                rows[constraint.key] = row, cover
        new = np.flatnonzero([constraint.key not in rows for constraint in constraints])
        if len(new):
            cover = np.zeros(len(self._base), dtype=bool)
            cover[self._places] = True
            new_constraints = [constraints[index] for index in new.tolist()]
            rows |= {
                constraint.key: (len(self._units) + offset, cover) for offset, constraint in enumerate(new_constraints)
            }
            in_program = np.flatnonzero(self._in_program)
            owners, indices, weights = terms_among(new_constraints, in_program, len(self._model))
            heaviest = [float(np.abs(constraint.weights).max(initial=1)) for constraint in new_constraints]
            units, order = np.exp2(np.floor(np.log2(heaviest))), np.argsort(owners, kind="stable")
            columns, sizes = (
                self._column_of[self._places[in_program[indices]]],
                np.bincount(owners, minlength=len(new_constraints)),
            )
            self._add_rows(sizes, columns[order], (weights / units[owners])[order], units)
        self._constraint_rows = rows
        return np.array([rows[constraint.key][0] for constraint in constraints], dtype=np.int64)

    def _add_indicators(self) -> None:
        """Add an indicator u for each person with a conditional minimum: ``least u <= degree <= most u``."""
        sides = self._base.sides
        is_conditional = np.concatenate([side.conditional for side in sides])
        self._conditional = np.flatnonzero(is_conditional)
        count, start = len(self._conditional), len(is_conditional)
        self._low_rows = start + np.arange(count)
        self._indicators = np.full(start, -1, dtype=np.int64)
        self._indicators[self._conditional] = np.arange(count)
        if count:
            min_degrees, max_degrees = (
                np.concatenate(bounds)[self._conditional]
                for bounds in ([side.least for side in sides], [side.most for side in sides])
            )
            empty = np.zeros(0, np.int64)
            self._add_rows(np.zeros(count, np.int64), empty, empty / 1.0, np.ones(count))
            rows = np.column_stack([self._conditional, self._low_rows]).ravel()
            self._add_columns(np.full(count, 2), rows, -np.column_stack([max_degrees, min_degrees]).ravel() / 1.0)

    def _add_rows(self, sizes: IntVector, columns: IntVector, values: FloatVector, units: FloatVector) -> None:
        free = np.full(len(sizes), np.inf)
        self._program.add_rows(-free, free, sizes, columns, values)
        self._units = np.append(self._units, units)
        self._elastic = np.concatenate([self._elastic, np.zeros((2, len(sizes)), dtype=bool)], axis=1)

    def _add_columns(
        self, sizes: IntVector, rows: IntVector, values: FloatVector, pairs: IntVector | None = None, *,
        elastic: bool = False,
    ) -> None:  # fmt: skip
        ones = np.ones(len(sizes))
        self._program.add_columns(0 * ones, ones, sizes, rows, values)
        self._pairs = np.append(self._pairs, np.full(len(sizes), -1) if pairs is None else pairs)
        self._is_elastic = np.append(self._is_elastic, np.full(len(sizes), elastic))

    def _add_elastic(self, side: int, rows: BoolVector) -> None:
        """Add an elastic column to some rows: side 0 adds to the sum of a row, side 1 subtracts from it."""
        new_rows = np.flatnonzero(rows & ~self._elastic[side])
        if len(new_rows):
            self._elastic[side, new_rows] = True
            signs = np.full(len(new_rows), -1.0 if side else 1.0)
            self._add_columns(np.ones(len(new_rows), np.int64), new_rows, signs, elastic=True)

    def _add_pairs(self, new_pairs: IntVector) -> None:
        """Add pairs of the model, by position, as columns."""
        if not len(new_pairs):
            return
        model = self._model
        constraints, indices, weights = terms_among(model.constraints, new_pairs, len(model))
        constraint_rows = self._rows_of_constraints[constraints]
        people = np.concatenate([model.mentors[new_pairs], self._n + model.mentees[new_pairs]])
        columns = np.tile(np.arange(len(new_pairs)), 2)
        linked = np.flatnonzero(self._indicators[people] >= 0)
        links = self._add_links(people[linked], self._places[new_pairs][columns[linked]])
        rows = np.concatenate([people, constraint_rows, self._low_rows[self._indicators[people[linked]]], links])
        columns = np.concatenate([columns, indices, columns[linked], columns[linked]])
        values = np.ones(len(rows))
        values[len(people) : len(people) + len(constraint_rows)] = weights / self._units[constraint_rows]
        order = np.argsort(columns, kind="stable")
        self._column_of[self._places[new_pairs]] = len(self._pairs) + np.arange(len(new_pairs))
        self._in_program[new_pairs] = True
        sizes = np.bincount(columns, minlength=len(new_pairs))
        self._add_columns(sizes, rows[order], values[order], self._places[new_pairs])

    def _add_links(self, people: IntVector, pairs: IntVector) -> IntVector:
        """Return a new row ``x <= u`` for each pair of a person with an indicator u."""
        count, ones = len(people), np.ones(len(people))
        rows = len(self._units) + np.arange(count)
        if count:
            self._add_rows(ones.astype(np.int64), self._indicators[people], -ones, ones)
            self._links = np.concatenate([self._links, np.column_stack([rows, people >= self._n, pairs])])
            self._lower, self._upper = np.append(self._lower, -np.inf * ones), np.append(self._upper, 0 * ones)
            self._program.bound_rows(self._lower, self._upper)
        return rows

    def _set_columns(self, profit: FloatVector, phase: int = 2, *, elastic: bool = True) -> None:
        """Set costs and bounds of all columns; pairs cost ``profit`` (e,), and pairs outside the model are closed."""
        position = self._position[self._pairs]
        in_model = position >= 0
        cost, upper, lower = np.zeros(len(position)), np.ones(len(position)), np.zeros(len(position))
        cost[in_model] = profit[position[in_model]]
        upper[self._pairs >= 0] = in_model[self._pairs >= 0]
        lower[in_model] = self._model.fixed_to_one[position[in_model]]
        penalty = MASTER.elastic_penalty * (np.abs(cost).max(initial=0.0) + 1.0) if phase > 1 else 1.0
        cost[self._is_elastic] = -penalty
        upper[self._is_elastic] = np.inf if elastic else 0.0
        levels = len(np.unique(cost[in_model]))
        self._program.perturb(costs=MASTER.distinct_divisor * levels < int(np.count_nonzero(in_model)))
        self._program.set_costs(cost)
        self._program.set_column_bounds(lower, upper)

    def _run(self) -> FloatVector:
        """Solve, store the values of columns, and return the duals of rows. Raises RelaxationStopped, EngineError."""
        for _ in range(2):
            status = self._program.solve_lp(self._seconds, self._stopped)
            if status is SolverStatus.STOPPED:
                raise RelaxationStopped
            if status is SolverStatus.OPTIMAL:
                values, duals = self._program.solution()
                if np.isfinite(values).all() and np.isfinite(duals).all():
                    self._values, self._missing = values, float(values[self._is_elastic].sum())
                    return duals / self._units
            self._program.forget_basis()
        raise EngineError("HiGHS gave up")

    def _round(self, profit: IntVector, row_duals: FloatVector) -> ScaledDuals:
        """Return integer duals of rows, with the signs that their bounds require; any rounding is valid."""
        model, n, people = self._model, self._n, sum(map(len, self._model.sides))
        sizes = np.ones(len(row_duals))
        sizes[:n], sizes[n:people] = (max(int(side.most.max(initial=1)), 1) for side in model.sides)
        sizes[self._low_rows] = sizes[:people].max(initial=1.0)
        sizes[self._rows_of_constraints] = 2 * self._units[self._rows_of_constraints]
        row_duals = np.where(
            (row_duals > 0) & (self._upper == np.inf) | (row_duals < 0) & (self._lower == -np.inf), 0.0, row_duals
        )
        row_duals, denominator = denominator_of_duals(model, profit, row_duals, sizes)
        rounded = np.rint(row_duals * denominator).astype(np.int64)
        rounded[self._conditional] += rounded[self._low_rows]
        links = np.zeros((2, len(model)), dtype=np.int64)
        if len(self._links):
            rows, sides, pairs = self._links.T
            position = self._position[pairs]
            links[sides[position >= 0], position[position >= 0]] = rounded[rows[position >= 0]]
        return ScaledDuals((rounded[:n], rounded[n:people]), links, rounded[self._rows_of_constraints], denominator)

    def _row_duals(self, duals: ScaledDuals) -> FloatVector:
        """Return integer duals as duals of the rows."""
        row_duals = np.zeros(len(self._units))
        row_duals[: sum(map(len, duals.sides))] = np.concatenate(duals.sides)
        row_duals[self._rows_of_constraints] = duals.constraints
        negative = np.minimum(row_duals[self._conditional], 0.0)
        row_duals[self._low_rows], row_duals[self._conditional] = negative, row_duals[self._conditional] - negative
        if len(self._links):
            rows, sides, pairs = self._links.T
            position = self._position[pairs]
            row_duals[rows[position >= 0]] = duals.links[sides[position >= 0], position[position >= 0]]
        return row_duals / duals.denominator

    def _choice(self) -> BoolVector | None:
        """Return the pairs at 1 if all are 0 or 1 and the choice is feasible; else None."""
        if self._missing > MASTER.violation_tolerance:
            return None
        position = self._position[self._pairs]
        in_model = position >= 0
        shares = self._values[in_model]
        is_chosen = shares > 0.5
        if np.abs(shares - is_chosen).max(initial=0.0) >= INTEGRALITY_TOLERANCE:
            return None
        choice = np.zeros(len(self._model), dtype=bool)
        choice[position[in_model]] = is_chosen
        return choice if self._model.holds(choice) else None
