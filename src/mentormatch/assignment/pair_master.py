"""The linear relaxation of a pair model as one live program: column generation, safe duals, iterative refinement.

Column generation (Gilmore and Gomory 1961; Dantzig and Wolfe 1960): the program has the leading pairs of each person.
Its duals, rounded to integers, price all pairs; those of a positive reduced profit are added until there are none. The
program stays loaded. The next goal, or a round of ties, changes costs and bounds in place, and the dual simplex goes on
from the last basis.

Any duals bound every choice, in integers (Neumaier and Shcherbina 2004). Costs reach the solver scaled to 20 bits, so
its tolerances do not depend on the size of scores; what the scale loses, iterative refinement finds (Gleixner, Steffy
and Wolter 2016). Sums of duals stay in int64, since a problem refuses greater numbers (``MAX_SUM``), so no integers of
Python are needed: ``at_the_bound`` in ``tests/oracles/magnitudes.py`` draws the greatest scores. A row that the first
columns may not satisfy has an elastic column. If such columns are used in the end, phase 1 looks for columns that
satisfy the rows; an integer bound below 0 there proves that there is no choice.
"""

from collections.abc import Sequence

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

PENALTY = 64.0
"""An elastic column costs so many times the greatest profit."""
MISSING = 1e-6
"""Elastic columns of this sum and more are used."""
COARSE = 1000
"""A pair is worth adding from this part of a unit of reduced profit on."""
REFINEMENTS = 3
"""Duals are refined so often at most."""
MAX_REFINED_COST = 1e7
"""Pairs of a greater reduced profit do not change the duals."""
CERTAIN = 1e-3
"""A dual that is greater than this part of the scale of costs is not 0."""
DISTINCT = 2
"""Costs are perturbed, which helps where many are equal, unless one column in so many has a cost of its own."""


class RelaxationStopped(Exception):  # noqa: N818 - it is no error: the time limit ends a relaxation
    """The time was up before a relaxation was solved."""


def terms_among(
    limits: Sequence[PairConstraint], chosen: IntVector, count: int
) -> tuple[IntVector, IntVector, IntVector]:
    """Return the terms of linear constraints on some of ``count`` pairs: constraints, places in ``chosen``, weights."""
    number = np.full(count, -1, dtype=np.int64)
    number[chosen] = np.arange(len(chosen))
    none = np.zeros(0, dtype=np.int64)
    owners, places, weights = [none], [none], [none]
    # Constraints on few pairs all at once; of those on more pairs than are chosen, the chosen ones are looked up
    few = [place for place, limit in enumerate(limits) if len(limit.places) <= len(chosen)]
    if few:
        found = number[np.concatenate([limits[place].places for place in few])]
        own = found >= 0
        owners.append(np.repeat(few, [len(limits[place].places) for place in few])[own])
        places.append(found[own])
        weights.append(np.concatenate([limits[place].weights for place in few])[own])
    for place in sorted(set(range(len(limits))) - set(few)):
        limit = limits[place]
        at = np.minimum(np.searchsorted(limit.places, chosen), len(limit.places) - 1)
        own = np.flatnonzero(limit.places[at] == chosen)
        owners.append(np.full(len(own), place))
        places.append(own)
        weights.append(limit.weights[at[own]])
    return np.concatenate(owners), np.concatenate(places), np.concatenate(weights)


class PairMaster:
    """The live program of the pairs of ``base`` and of all models that restrict it.

    Rows: the degrees of mentors, then of mentees, then the minimums of people who have an indicator; as they come, the
    linear constraints, and the links of pairs to indicators.
    """

    def __init__(self, base: PairModel) -> None:
        self._base, self._keys, self._n = base, base.keys(), len(base.sides[0])
        people = sum(map(len, base.sides))
        free = np.full(people, np.inf)
        self._program = ColumnProgram(-free, free)
        self._units, self._elastic = np.ones(people), np.zeros((2, people), dtype=bool)
        self._column_of = np.full(len(base), -1, dtype=np.int64)
        # Of each column: its pair, or -1; whether it is elastic
        self._pairs, self._is_elastic = np.zeros(0, np.int64), np.zeros(0, dtype=bool)
        # Of each link: its row, the side and the pair
        self._links = np.zeros((0, 3), np.int64)
        self._limit_rows: dict[int, tuple[int, BoolVector]] = {}
        self._add_indicators()

    @property
    def count(self) -> int:
        """The number of columns."""
        return len(self._pairs)

    def relax(  # noqa: PLR0913 - a model, its objective, where to begin and when to end
        self,
        pool: PairModel,
        worth: IntVector,
        lead: IntVector,
        known: BoolVector | None,
        seconds: float | None,
        stopped: Stop,
    ) -> PairRelaxation:
        """Return the linear relaxation of a model that restricts the base.

        Parameters
        ----------
        worth
            (e,) int64: the profit of each pair of the model.
        lead
            (e,) int64: the first columns are the pairs that lead in it.
        known
            A feasible choice, whose pairs become columns.
        """
        self._seconds, self._stopped = seconds, stopped
        self._load(pool)
        first = pool.fixed_to_one if known is None else pool.fixed_to_one | known
        if len(pool) <= FEW_PAIRS:
            first = np.ones(len(pool), dtype=bool)
        elif not (self._pairs >= 0).any():
            first = first | leading_columns(pool.mentors, pool.mentees, lead, np.ones(len(pool), dtype=bool))
        self._add_pairs(np.flatnonzero(first & ~self._inside))
        try:
            return self._relax(worth, elastic=known is None)
        except RelaxationStopped:
            return PairRelaxation()

    def _relax(self, worth: IntVector, *, elastic: bool) -> PairRelaxation:
        if (self._low > self._high).any():
            return PairRelaxation(infeasible=True)
        duals, reduced = self._generate(worth, elastic=elastic)
        if self._missing > MISSING:
            # Phase 1: maximise minus what rows fall short of
            none = np.zeros_like(worth)
            proof, rest = self._generate(none, phase=1)
            if proof.bound(self._pool, rest) < 0:
                return PairRelaxation(infeasible=True)
            if self._missing <= MISSING:
                duals, reduced = self._generate(worth, elastic=False)
        ceiling, choice = duals.bound(self._pool, reduced), self._choice()
        found = PairRelaxation(duals, reduced, ceiling, choice)
        exact = choice is not None and ceiling // duals.parts == int(worth[choice].sum())
        return found if exact or cost_scale(worth) == 1.0 else self._refine(worth, found)

    def _generate(self, worth: IntVector, *, phase: int = 2, elastic: bool = True) -> tuple[ScaledDuals, IntVector]:
        """Return the duals and reduced profits of an optimum over all pairs, by column generation."""
        pool, scale = self._pool, cost_scale(worth)
        while True:
            self._price(worth / scale, phase, elastic=elastic)
            given = self._run() * scale
            # Pricing by the rounded duals
            duals = self._round(worth, given)
            reduced = duals.reduced_profit(pool, worth)
            # Columns that could improve the optimum by more than a trifle
            missing = (reduced > duals.parts // COARSE) & ~self._inside
            if not missing.any():
                return duals, reduced
            self._add_pairs(np.flatnonzero(leading_columns(pool.mentors, pool.mentees, reduced, missing)))

    def _refine(self, worth: IntVector, found: PairRelaxation) -> PairRelaxation:
        """Return the relaxation with duals corrected by programs whose costs are the reduced profits."""
        lost = CERTAIN * cost_scale(worth)
        for _ in range(REFINEMENTS):
            assert found.duals is not None
            assert found.reduced is not None
            parts, near = found.duals.parts, np.sort(np.abs(found.reduced[self._inside]))
            # Pairs that may be chosen have the least reduced profits; their digits count
            count = min(2 * sum(map(len, self._pool.sides)), len(near) - 1)
            scale = cost_scale(near[count : count + 1])
            self._price(np.clip(found.reduced / scale, -MAX_REFINED_COST, MAX_REFINED_COST), elastic=False)
            # Complementary slackness: a row whose dual is certain is at that end, and its dual may fall as well as rise
            given = self._given(found.duals)
            low = np.where(given > lost, self._high, self._low)
            self._program.bound_rows(low, np.where(given < -lost, self._low, self._high))
            try:
                given += self._run() * (scale / parts)
            except EngineError:
                break
            lost = min(lost, CERTAIN * scale / parts)
            duals = self._round(worth, given)
            reduced = duals.reduced_profit(self._pool, worth)
            ceiling = duals.bound(self._pool, reduced)
            if ceiling * parts >= found.ceiling * duals.parts:
                break
            found = PairRelaxation(duals, reduced, ceiling, self._choice() if found.choice is None else found.choice)
        return found

    def _load(self, pool: PairModel) -> None:
        """Make the bounds of rows and columns those of a model."""
        whole = len(pool) == len(self._base)
        self._pool = pool
        self._places = np.arange(len(pool)) if whole else np.searchsorted(self._keys, pool.keys())
        self._inside = self._column_of[self._places] >= 0
        # The last place is that of columns without a pair
        self._position = np.full(len(self._base) + 1, -1, dtype=np.int64)
        self._position[self._places] = np.arange(len(pool))
        self._rows_of_limits = self._find_limit_rows()
        height, people = len(self._units), sum(map(len, pool.sides))
        low, high = np.full(height, -np.inf), np.full(height, np.inf)
        low[:people] = np.concatenate([side.firm_minimum for side in pool.sides])
        high[:people] = np.concatenate([side.most for side in pool.sides])
        low[self._waived], high[self._waived], low[self._low_rows] = -np.inf, 0.0, 0.0
        high[self._links[:, 0]] = 0.0
        units = self._units[self._rows_of_limits]
        low[self._rows_of_limits] = [-np.inf if limit.least is None else limit.least for limit in pool.limits] / units
        high[self._rows_of_limits] = [np.inf if limit.most is None else limit.most for limit in pool.limits] / units
        self._low, self._high = low, high
        # Elastic columns where the pairs that are fixed do not satisfy a row
        sums, forced = np.zeros(height), pool.fixed_to_one
        if forced.any():
            sums[:people] = np.bincount(np.append(pool.mentors[forced], self._n + pool.mentees[forced]), None, people)
            owners, _, weights = terms_among(pool.limits, np.flatnonzero(forced), len(pool))
            totals = np.bincount(owners, weights, len(pool.limits))
            sums[self._rows_of_limits] = totals / units
        short, above = low > sums, high < sums
        short[self._low_rows] = True
        self._add_elastic(0, short)
        self._add_elastic(1, above)
        self._program.bound_rows(low, high)

    def _find_limit_rows(self) -> IntVector:
        """Return the row of each linear constraint of the model; those that have none, or lack pairs, get one."""
        limits, rows, checked = self._pool.limits, dict[int, tuple[int, BoolVector]](), dict[int, bool]()
        for limit in limits:
            row, cover = self._limit_rows.get(limit.key, (-1, None))
            if cover is not None and checked.setdefault(id(cover), bool(cover[self._places].all())):
                rows[limit.key] = row, cover
        new = np.flatnonzero([limit.key not in rows for limit in limits])
        if len(new):
            cover = np.zeros(len(self._base), dtype=bool)
            cover[self._places] = True
            fresh = [limits[place] for place in new.tolist()]
            rows |= {limit.key: (len(self._units) + number, cover) for number, limit in enumerate(fresh)}
            inside = np.flatnonzero(self._inside)
            owners, places, weights = terms_among(fresh, inside, len(self._pool))
            heaviest = [float(np.abs(limit.weights).max(initial=1)) for limit in fresh]
            units, order = np.exp2(np.floor(np.log2(heaviest))), np.argsort(owners, kind="stable")
            columns, sizes = self._column_of[self._places[inside[places]]], np.bincount(owners, minlength=len(fresh))
            self._add_rows(sizes, columns[order], (weights / units[owners])[order], units)
        self._limit_rows = rows
        return np.array([rows[limit.key][0] for limit in limits], dtype=np.int64)

    def _add_indicators(self) -> None:
        """Add an indicator u for each person of a conditional minimum: ``least u <= degree <= most u``."""
        sides = self._base.sides
        waived = np.concatenate([side.conditional for side in sides])
        self._waived = np.flatnonzero(waived)
        count, start = len(self._waived), len(waived)
        self._low_rows = start + np.arange(count)
        self._indicators = np.full(start, -1, dtype=np.int64)
        self._indicators[self._waived] = np.arange(count)
        if count:
            least, most = (
                np.concatenate(ends)[self._waived]
                for ends in ([side.least for side in sides], [side.most for side in sides])
            )
            none = np.zeros(0, np.int64)
            self._add_rows(np.zeros(count, np.int64), none, none / 1.0, np.ones(count))
            rows = np.column_stack([self._waived, self._low_rows]).ravel()
            self._add_columns(np.full(count, 2), rows, -np.column_stack([most, least]).ravel() / 1.0)

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
        """Give an elastic column to some rows: side 0 adds to the sum of a row, side 1 takes from it."""
        fresh = np.flatnonzero(rows & ~self._elastic[side])
        if len(fresh):
            self._elastic[side, fresh] = True
            signs = np.full(len(fresh), -1.0 if side else 1.0)
            self._add_columns(np.ones(len(fresh), np.int64), fresh, signs, elastic=True)

    def _add_pairs(self, chosen: IntVector) -> None:
        """Add pairs of the model, by their positions, as columns."""
        if not len(chosen):
            return
        pool = self._pool
        owners, counted, weights = terms_among(pool.limits, chosen, len(pool))
        owned = self._rows_of_limits[owners]
        people = np.concatenate([pool.mentors[chosen], self._n + pool.mentees[chosen]])
        columns = np.tile(np.arange(len(chosen)), 2)
        linked = np.flatnonzero(self._indicators[people] >= 0)
        links = self._add_links(people[linked], self._places[chosen][columns[linked]])
        rows = np.concatenate([people, owned, self._low_rows[self._indicators[people[linked]]], links])
        columns = np.concatenate([columns, counted, columns[linked], columns[linked]])
        values = np.ones(len(rows))
        values[len(people) : len(people) + len(owned)] = weights / self._units[owned]
        order = np.argsort(columns, kind="stable")
        self._column_of[self._places[chosen]] = len(self._pairs) + np.arange(len(chosen))
        self._inside[chosen] = True
        sizes = np.bincount(columns, minlength=len(chosen))
        self._add_columns(sizes, rows[order], values[order], self._places[chosen])

    def _add_links(self, people: IntVector, pairs: IntVector) -> IntVector:
        """Return a new row ``x <= u`` for each pair of a person who has an indicator u."""
        count, ones = len(people), np.ones(len(people))
        rows = len(self._units) + np.arange(count)
        if count:
            self._add_rows(ones.astype(np.int64), self._indicators[people], -ones, ones)
            self._links = np.concatenate([self._links, np.column_stack([rows, people >= self._n, pairs])])
            self._low, self._high = np.append(self._low, -np.inf * ones), np.append(self._high, 0 * ones)
            self._program.bound_rows(self._low, self._high)
        return rows

    def _price(self, profit: FloatVector, phase: int = 2, *, elastic: bool = True) -> None:
        """Set costs and bounds of all columns: those of pairs by ``profit`` (e,), those beyond the model closed."""
        at = self._position[self._pairs]
        inside = at >= 0
        cost, most, least = np.zeros(len(at)), np.ones(len(at)), np.zeros(len(at))
        cost[inside] = profit[at[inside]]
        most[self._pairs >= 0] = inside[self._pairs >= 0]
        least[inside] = self._pool.fixed_to_one[at[inside]]
        penalty = PENALTY * (np.abs(cost).max(initial=0.0) + 1.0) if phase > 1 else 1.0
        cost[self._is_elastic] = -penalty
        most[self._is_elastic] = np.inf if elastic else 0.0
        levels = len(np.unique(cost[inside]))
        self._program.perturb(costs=DISTINCT * levels < int(np.count_nonzero(inside)))
        self._program.set_costs(cost)
        self._program.set_column_bounds(least, most)

    def _run(self) -> FloatVector:
        """Solve; return the duals of rows, set the columns at the optimum. Raises RelaxationStopped, EngineError."""
        for _ in range(2):
            word = self._program.solve_lp(self._seconds, self._stopped)
            if word is SolverStatus.STOPPED:
                raise RelaxationStopped
            if word is SolverStatus.OPTIMAL:
                values, duals = self._program.solution()
                if np.isfinite(values).all() and np.isfinite(duals).all():
                    self._values, self._missing = values, float(values[self._is_elastic].sum())
                    return duals / self._units
            self._program.forget_basis()
        raise EngineError("HiGHS gave up")

    def _round(self, worth: IntVector, given: FloatVector) -> ScaledDuals:
        """Return duals of the rows as integers of the signs that their bounds ask for; any rounding is valid."""
        pool, n, people = self._pool, self._n, sum(map(len, self._pool.sides))
        sizes = np.ones(len(given))
        sizes[:n], sizes[n:people] = (max(int(side.most.max(initial=1)), 1) for side in pool.sides)
        sizes[self._low_rows] = sizes[:people].max(initial=1.0)
        sizes[self._rows_of_limits] = 2 * self._units[self._rows_of_limits]
        given = np.where((given > 0) & (self._high == np.inf) | (given < 0) & (self._low == -np.inf), 0.0, given)
        given, parts = denominator_of_duals(pool, worth, given, sizes)
        rounded = np.rint(given * parts).astype(np.int64)
        rounded[self._waived] += rounded[self._low_rows]
        links = np.zeros((2, len(pool)), dtype=np.int64)
        if len(self._links):
            rows, sides, pairs = self._links.T
            at = self._position[pairs]
            links[sides[at >= 0], at[at >= 0]] = rounded[rows[at >= 0]]
        return ScaledDuals((rounded[:n], rounded[n:people]), links, rounded[self._rows_of_limits], parts)

    def _given(self, duals: ScaledDuals) -> FloatVector:
        """Return integer duals as those of the rows."""
        given = np.zeros(len(self._units))
        given[: sum(map(len, duals.sides))] = np.concatenate(duals.sides)
        given[self._rows_of_limits] = duals.limits
        negative = np.minimum(given[self._waived], 0.0)
        given[self._low_rows], given[self._waived] = negative, given[self._waived] - negative
        if len(self._links):
            rows, sides, pairs = self._links.T
            at = self._position[pairs]
            given[rows[at >= 0]] = duals.links[sides[at >= 0], at[at >= 0]]
        return given / duals.parts

    def _choice(self) -> BoolVector | None:
        """Return the pairs at 1, if all are 0 or 1 and the choice is feasible."""
        if self._missing > MISSING:
            return None
        at = self._position[self._pairs]
        own = at >= 0
        shares = self._values[own]
        taken = shares > 0.5
        if np.abs(shares - taken).max(initial=0.0) >= INTEGRALITY_TOLERANCE:
            return None
        choice = np.zeros(len(self._pool), dtype=bool)
        choice[at[own]] = taken
        return choice if self._pool.holds(choice) else None
