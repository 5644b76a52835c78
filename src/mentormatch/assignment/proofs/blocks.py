"""A system with knapsacks of single people -> a proof by loads: sets of pairs that one person can have.

The degree row and a row of hours of one person form a block. Dantzig-Wolfe decomposition (1960) gives duals of all
other rows: a restricted master over loads, priced by one dynamic program over all blocks. A fixing by these duals
leaves few pairs; all their loads are listed, and a tree with one split pair per node, bounded by the master, closes the
rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Any, Self

import highspy
import numpy as np

from mentormatch.assignment.mip.highs import HighsProgram, row_scales
from mentormatch.assignment.mip.program_model import SparseRows
from mentormatch.assignment.mip.simplex import cost_scale
from mentormatch.assignment.proofs.relaxation import (
    ITERATION_WORK,
    LINES_PER_WORK,
    NO_OPTIMUM,
    RAY_TOLERANCE,
    BudgetError,
    Multipliers,
    dual_ray,
    ends_of,
    scaled_ends,
    scaled_rays,
)
from mentormatch.assignment.verification.refutation import ProofError, System, Work
from mentormatch.base.arrays import BoolMatrix, BoolVector, FloatMatrix, FloatVector, IntMatrix, IntVector


@dataclass(frozen=True, slots=True)
class BlockOptions:
    """Limits and tolerances of a proof by loads."""

    max_hours: int = 200  # in units of the greatest common divisor; with more, the table is not made
    max_table_steps: int = 20_000_000  # people x items x degrees x hours of one table
    table_steps_per_work: int = 200  # in the time of one unit of work, a microsecond
    max_rounds: int = 40  # of pricing
    dual_smoothing: float = 0.6  # the weight of the best duals so far in those that are priced (Wentges 1997)
    close_units: float = 0.5  # the master is solved if the bound is this close to its value
    fixing_parts: int = 1 << 10  # of a unit, to which the duals of a fixing are rounded
    leaf_parts: tuple[int, ...] = (1, 16, 1 << 10, 1 << 20)  # the same for a leaf, one after the other
    max_loads: int = 40_000
    loads_per_person: int = 4  # that a round of pricing adds
    listed_per_work: int = 100  # pairs of listed loads that are priced in the time of one unit of work
    pricing_tolerance: float = 1e-7
    share_tolerance: float = 1e-6  # a pair with a smaller distance to 0 and 1 is not branched on


BLOCK_OPTIONS = BlockOptions()


@dataclass(frozen=True, slots=True)
class Blocks:
    """The rows of each mentor, and the hours of each pair.

    Attributes
    ----------
    owners
        (e,) int64: the person of each pair.
    rows
        The degree row of each person, and the row of their hours if there is one.
    needs
        (e,) int64: the hours of each pair, in units.
    degrees, hours
        (people,) int64: the limits of each person, hours in units.
    outside
        (r,) bool: the rows of the system that belong to no block, without the target row.
    """

    owners: IntVector
    rows: list[list[int]]
    needs: IntVector
    degrees: IntVector
    hours: IntVector
    outside: BoolVector


def find_blocks(system: System, target: int, people: IntVector, count: int) -> Blocks | None:
    """Return the blocks of ``count`` people whose degrees are the first rows; None if nobody has a row of hours.

    ``people`` (e,) is the person of each pair. Also None with indicators, or with more than ``max_hours`` units.
    """
    if len(system.least) != len(people):
        return None
    height = len(system.lower)
    degree_rows = np.arange(count)
    owner_low, owner_high = np.full(height, count), np.full(height, -1)
    np.minimum.at(owner_low, system.rows, people[system.columns])
    np.maximum.at(owner_high, system.rows, people[system.columns])
    lightest = np.zeros(height, dtype=np.int64)
    np.minimum.at(lightest, system.rows, system.values)
    order = np.argsort(system.rows, kind="stable")
    starts = np.searchsorted(system.rows[order], np.arange(height + 1))
    rows, hours = [[int(row)] for row in degree_rows], np.zeros(count, dtype=np.int64)
    needs, inside = np.zeros(len(people), dtype=np.int64), np.isin(np.arange(height), degree_rows)
    for row in np.flatnonzero((owner_low == owner_high) & ~inside & (lightest >= 0)).tolist():
        upper, person = system.upper[row], int(owner_low[row])
        if row == target or upper is None or upper < 0 or len(rows[person]) > 1:
            continue
        own = order[starts[row] : starts[row + 1]]
        needs[system.columns[own]] = system.values[own]
        rows[person].append(row)
        hours[person] = upper
        inside[row] = True
    if all(len(block) == 1 for block in rows):
        return None
    unit = gcd(*needs.tolist()) or 1
    needs, hours = needs // unit, hours // unit
    if hours.max() > BLOCK_OPTIONS.max_hours:
        return None
    degrees = np.array([system.upper[row] or 0 for row in degree_rows], dtype=np.int64)
    inside[target] = True
    return Blocks(people, rows, needs, np.minimum(degrees, hours.max() + count), hours, ~inside)


@dataclass(slots=True)
class LoadPricer:
    """Finds the load of greatest profit of each person, by one table over all of them (Bellman 1957)."""

    blocks: Blocks
    work: int = 0

    def price(self, profit: FloatVector, is_open: BoolVector) -> tuple[FloatVector, list[IntVector]]:
        """Return the greatest profit of each person, and the pairs of that load.

        Raises BudgetError if the table would exceed ``max_table_steps``.
        """
        blocks = self.blocks
        people, useful = len(blocks.degrees), np.flatnonzero(is_open & (profit > 0))
        order = useful[np.argsort(blocks.owners[useful], kind="stable")]
        counts = np.bincount(blocks.owners[order], minlength=people)
        items, hours = int(counts.max(initial=0)), int(blocks.hours.max())
        place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        listed: IntMatrix = np.full((people, items), -1)
        listed[blocks.owners[order], place] = order
        worth: FloatMatrix = np.where(listed >= 0, profit[listed], 0.0)
        needs: IntMatrix = np.where(listed >= 0, blocks.needs[listed], 0)
        # How many of the shortest pairs fit: a higher degree never binds, and if none binds the table has no degrees
        used = np.cumsum(np.sort(np.where(listed >= 0, needs, hours + 1), axis=1), axis=1)
        fits = np.count_nonzero(used <= blocks.hours[:, None], axis=1)
        is_bound = bool((fits > blocks.degrees).any())
        limits = np.minimum(blocks.degrees, fits) if is_bound else np.zeros(people, dtype=np.int64)
        layers = max(int(limits.max(initial=0)), 1)
        steps = items * people * layers * (hours + 1)
        self.work += steps // BLOCK_OPTIONS.table_steps_per_work
        if steps > BLOCK_OPTIONS.max_table_steps:
            raise BudgetError
        best = np.zeros((people, layers + is_bound, hours + 1))
        fewer, more = best[:, :layers], best[:, best.shape[1] - layers :]  # the same without degrees
        taken = np.zeros((items, people, layers, hours + 1), dtype=bool)
        units = np.arange(hours + 1)
        for item in range(items):
            before = units[None, :] - needs[:, item, None]
            shifted = np.take_along_axis(fewer, np.maximum(before, 0)[:, None, :], axis=2)
            candidate = np.where((before >= 0)[:, None, :], shifted + worth[:, item, None, None], -np.inf)
            taken[item] = candidate > more
            more[:] = np.maximum(candidate, more)
        return self._read(best, taken, limits, (listed, needs))

    def _read(
        self, best: FloatMatrix, taken: BoolMatrix, limits: IntVector, items: tuple[IntMatrix, IntMatrix]
    ) -> tuple[FloatVector, list[IntVector]]:
        """Return the greatest profit of each person, and the pairs of that load, by the steps of the table.

        ``limits``: the degree of each person where the table has degrees. ``items``: the pairs of each person, and
        their hours.
        """
        listed, needs = items
        people, is_bound = np.arange(len(listed)), best.shape[1] > taken.shape[2]
        degree, hours = limits, self.blocks.hours.copy()
        value = best[people, degree, hours]
        chosen: BoolMatrix = np.zeros(listed.shape, dtype=bool)
        for item in range(len(taken) - 1, -1, -1):
            takes = taken[item, people, np.maximum(degree - 1, 0), hours]
            if is_bound:
                takes &= degree > 0
                degree = degree - takes
            chosen[:, item] = takes
            hours = hours - np.where(takes, needs[:, item], 0)
        return value, [listed[person][chosen[person]] for person in people]


@dataclass(frozen=True, slots=True)
class Loads:
    """Sets of pairs of one person each.

    Attributes
    ----------
    people
        (l,) int64: the person of each load.
    pairs
        (l, d) int64: the pairs of each load, ascending, then -1.
    """

    people: IntVector
    pairs: IntMatrix

    @classmethod
    def of(cls, loads: Sequence[tuple[int, tuple[int, ...]]]) -> Self:
        """Return loads as arrays."""
        pairs: IntMatrix = np.full((len(loads), max((len(own) for _, own in loads), default=0)), -1)
        for place, (_, own) in enumerate(loads):
            pairs[place, : len(own)] = own
        return cls(np.array([person for person, _ in loads], dtype=np.int64), pairs)

    def allowed(self, system: System, owners: IntVector) -> BoolVector:
        """Return (l,) bool: whether each load is in a box, with all required and no excluded pairs of its person."""
        required = np.bincount(owners[system.least], minlength=int(self.people.max(initial=-1)) + 1)
        own = np.append(system.least, False)[self.pairs].sum(axis=1)
        is_open = np.append(system.most, True)[self.pairs].all(axis=1)
        return np.asarray(is_open & (own == required[self.people]))

    def sums(self, numbers: FloatVector) -> FloatVector:
        """Return the sum of (e,) numbers over the pairs of each load."""
        return np.asarray(np.append(numbers, 0.0)[self.pairs].sum(axis=1))


class LoadProgram(HighsProgram):
    """The master: columns are loads; rows are the rows outside the blocks, and one load per person.

    Attributes
    ----------
    loads
        The person and the pairs of each column.
    values, duals
        The optimum of the last solve: values of the loads, duals of the rows outside and then of the people. Without an
        optimum, ``duals`` are a ray that shows it: the combination of the bounds is below 0.
    work
        As of ``LinearRelaxation``.
    """

    def __init__(self, system: System, blocks: Blocks, profit: IntVector) -> None:
        super().__init__(presolve="off")
        self.profit, self.scale = profit, cost_scale(profit)
        self.rows = np.flatnonzero(blocks.outside)
        place = np.full(len(system.lower), -1)
        place[self.rows] = np.arange(len(self.rows))
        order = np.argsort(system.columns, kind="stable")
        kept = order[place[system.rows[order]] >= 0]
        self._starts = np.searchsorted(system.columns[kept], np.arange(len(system.least) + 1))
        self._term_rows, people = place[system.rows[kept]], len(blocks.rows)
        ends = (end[self.rows] for end in ends_of(system))
        rows = SparseRows(self._term_rows, system.columns[kept], system.values[kept], *ends)
        units = row_scales(rows)
        self._term_values, self._units = rows.values / units[rows.rows], np.append(units, np.ones(people))
        self._model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._lower, self._upper = (np.append(end, np.ones(people)) for end in scaled_ends(rows, units))
        height, none = len(self._lower), np.zeros(0, dtype=np.int32)
        starts = np.zeros(height, dtype=np.int32)
        self._model.addRows(height, self._lower, self._upper, 0, starts, none, np.zeros(0))
        self.loads = dict[tuple[int, tuple[int, ...]], None]()
        self.work, self.values, self.duals = 0, np.zeros(0), np.zeros(height)

    def add(self, loads: Iterable[tuple[int, tuple[int, ...]]]) -> int:
        """Add the loads that are new, each a person and their pairs. Return the number of these."""
        fresh = [load for load in dict.fromkeys(loads) if load not in self.loads]
        starts, rows, values, costs = list[int](), list[int](), list[float](), list[float]()
        for person, pairs in fresh:
            starts.append(len(rows))
            totals = dict[int, float]()
            for pair in pairs:
                for term in range(int(self._starts[pair]), int(self._starts[pair + 1])):
                    row = int(self._term_rows[term])
                    totals[row] = totals.get(row, 0.0) + float(self._term_values[term])
            totals[len(self.rows) + person] = 1.0
            rows += totals
            values += totals.values()
            costs.append(sum(int(self.profit[pair]) for pair in pairs) / self.scale)
        count = len(fresh)
        ends = np.zeros(count), np.full(count, np.inf)
        if count:
            first, index = np.array(starts, np.int32), np.array(rows, np.int32)
            self._model.addCols(count, np.array(costs), *ends, len(rows), first, index, np.array(values))
        self.loads.update(dict.fromkeys(fresh))
        return count

    def solve(self) -> float | None:
        """Return the optimum; None if there is none. Raises BudgetError if the solver gives up."""
        self._model.run()
        self.work += self._model.getInfo().simplex_iteration_count * ITERATION_WORK + len(self.loads) // LINES_PER_WORK
        status = self._model.getModelStatus()
        if status in NO_OPTIMUM:
            self.duals = self._ray() / self._units
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise BudgetError
        end = self._model.getSolution()
        self.values, self.duals = np.array(end.col_value), np.array(end.row_dual) / self._units * self.scale
        return float(self._model.getInfo().objective_function_value) * self.scale

    def _ray(self) -> FloatVector:
        """Return a dual ray, scaled to a greatest entry of 1, in the direction in which the bounds combine to below 0.

        Raises BudgetError if the solver has none.
        """
        ray = dual_ray(self._model)
        if ray is None:
            raise BudgetError
        ray /= np.abs(ray).max()
        ray[np.abs(ray) < RAY_TOLERANCE] = 0
        plus, minus = ray > 0, ray < 0
        ceiling = float(ray[plus] @ self._upper[plus] + ray[minus] @ self._lower[minus])
        return ray if ceiling < 0 else -ray

    def restrict(self, system: System, owners: IntVector) -> None:
        """Allow only the loads within a box."""
        every = np.arange(len(self.loads), dtype=np.int32)
        most = np.where(Loads.of(list(self.loads)).allowed(system, owners), np.inf, 0.0)
        self._model.changeColsBounds(len(every), every, np.zeros(len(every)), most)


@dataclass(slots=True)
class BlockProver:
    """Proves a system by loads.

    Attributes
    ----------
    target, sign, profit, goal
        The target row, as in ``LinearRelaxation``.
    duals
        (r,) duals of the linear program over pairs, as a start.
    chosen
        (e,) bool: the answer, which satisfies all rows but the target.
    spend
        As ``Budget.spend``.
    """

    system: System
    blocks: Blocks
    target: int
    sign: int
    profit: IntVector
    goal: int
    duals: FloatVector
    chosen: BoolVector
    spend: Any
    steps: list[list[Any]] = field(default_factory=list)

    def prove(self) -> list[list[Any]]:
        """Return the steps. Raises BudgetError if the budget does not suffice."""
        pricer = LoadPricer(self.blocks)
        program = LoadProgram(self.system, self.blocks, self.profit)
        duals = self._decompose(pricer, program)
        multipliers = self._multipliers(duals, BLOCK_OPTIONS.fixing_parts)
        _, room = self.system.slack(multipliers, self.blocks.rows, Work())
        if room < 0:
            return [["leaf", multipliers, self.blocks.rows]]
        try:
            system = self.system.fix(multipliers, self.blocks.rows, Work())
        except ProofError:
            raise BudgetError from None
        self.steps.append(["fix", multipliers, self.blocks.rows])
        self._walk(program, system)
        return self.steps

    def _decompose(self, pricer: LoadPricer, program: LoadProgram) -> FloatVector:
        """Return (r,) duals of the rows outside, 0 for others, by column generation over loads with smoothed duals."""
        by_person: list[list[int]] = [[] for _ in self.blocks.rows]
        for pair in np.flatnonzero(self.chosen).tolist():
            by_person[int(self.blocks.owners[pair])].append(pair)
        program.add([load for person, pairs in enumerate(by_person) for load in ((person, tuple(pairs)), (person, ()))])
        best_duals, best_bound = self.duals[program.rows], np.inf
        trial = best_duals
        for _ in range(BLOCK_OPTIONS.max_rounds):
            before = pricer.work + program.work
            bound, loads = self._price(pricer, program, trial)
            if bound < best_bound:
                best_bound, best_duals = bound, trial
            added = program.add(loads)
            value = program.solve()
            self.spend(work=pricer.work + program.work - before)
            if value is None or best_bound - value < BLOCK_OPTIONS.close_units or best_bound < self.goal:
                break
            own = program.duals[: len(program.rows)]
            smoothing = BLOCK_OPTIONS.dual_smoothing
            trial = smoothing * best_duals + (1 - smoothing) * own if added else own
        found = np.zeros(len(self.system.lower))
        found[program.rows] = best_duals
        return found

    def _price(
        self, pricer: LoadPricer, program: LoadProgram, duals: FloatVector
    ) -> tuple[float, list[tuple[int, tuple[int, ...]]]]:
        """Return the bound of some duals (Lagrange), and the best load of each person."""
        reduced = self._reduced(program, duals)
        values, loads = pricer.price(reduced, self.system.most)
        ends = (self.system.lower, self.system.upper)
        priced = zip(program.rows.tolist(), duals.tolist(), strict=True)
        paid = sum(dual * (ends[int(dual > 0)][row] or 0) for row, dual in priced)
        return paid + float(values.sum()), [(person, tuple(pairs.tolist())) for person, pairs in enumerate(loads)]

    def _multipliers(self, duals: FloatVector, parts: int, *, with_target: bool = True) -> Multipliers:
        ends = (self.system.lower, self.system.upper)
        rounded = [(row, round(float(duals[row]) * parts)) for row in np.flatnonzero(duals).tolist()]
        kept = [[row, dual] for row, dual in rounded if dual and ends[int(dual > 0)][row] is not None]
        return sorted([*kept, [self.target, -parts * self.sign]] if with_target else kept)

    def _walk(self, program: LoadProgram, root: System) -> None:
        """Close the box by a tree, each node bounded by the program over loads. Raises BudgetError if that fails."""
        loads, waiting = self._list_loads(root), [root]
        while waiting:
            system = waiting.pop()
            value = self._solve(program, loads, system)
            leaf = self._leaf(system, program, value)
            if leaf is None and value is None:
                raise BudgetError
            if leaf is not None:
                self.steps.append(["leaf", leaf, self.blocks.rows])
                self.spend(leaves=1)
                continue
            share = np.zeros(len(root.least))
            for (_, pairs), part in zip(program.loads, program.values.tolist(), strict=True):
                share[list(pairs)] += part
            distance = np.minimum(share, 1 - share)
            pair = int(np.argmax(distance))
            if distance[pair] < BLOCK_OPTIONS.share_tolerance:
                raise BudgetError
            below, above = system.split([[pair, 1]], 0)
            self.steps.append(["split", [[pair, 1]], 0])
            waiting += [above, below]

    def _solve(self, program: LoadProgram, loads: Loads, system: System) -> float | None:
        """Solve the program over the loads within a box, by column generation; return its optimum, None if none.

        The value may be below the optimum if the duals show that the optimum is below the goal.
        """
        blocks, is_allowed = self.blocks, loads.allowed(system, self.blocks.owners)
        program.restrict(system, blocks.owners)
        while True:
            before = program.work
            value = program.solve()
            program.work += loads.pairs.size // BLOCK_OPTIONS.listed_per_work
            self.spend(work=program.work - before)
            reduced = self._reduced(program, program.duals, with_profit=value is not None)
            excess = np.where(is_allowed, loads.sums(reduced) - program.duals[len(program.rows) :][loads.people], 0.0)
            lacking = np.flatnonzero(excess > BLOCK_OPTIONS.pricing_tolerance * (1 if value is None else program.scale))
            order = lacking[np.lexsort((-excess[lacking], loads.people[lacking]))]
            rank = np.arange(len(order)) - np.searchsorted(loads.people[order], loads.people[order])
            if value is not None and value + float(excess[order[rank == 0]].sum()) < self.goal:
                return value
            best = order[rank < BLOCK_OPTIONS.loads_per_person]
            rows = zip(loads.people[best].tolist(), loads.pairs[best].tolist(), strict=True)
            if not program.add((person, tuple(pair for pair in pairs if pair >= 0)) for person, pairs in rows):
                return value

    def _reduced(self, program: LoadProgram, duals: FloatVector, *, with_profit: bool = True) -> FloatVector:
        """Return the reduced profit of each pair by duals of the rows outside."""
        full, system = np.zeros(len(self.system.lower)), self.system
        full[program.rows] = duals[: len(program.rows)]
        costs = np.bincount(system.columns, system.values * full[system.rows], len(system.least))
        return self.profit - costs if with_profit else -costs

    def _leaf(self, system: System, program: LoadProgram, value: float | None) -> Multipliers | None:
        if system.is_empty:
            return []
        if value is not None and value >= self.goal:
            return None
        # The duals of an optimum, or the ray of an infeasible program, in which the target row has no part
        duals = np.zeros(len(system.lower))
        duals[program.rows] = program.duals[: len(program.rows)]
        tries = [(duals, parts) for parts in BLOCK_OPTIONS.leaf_parts] if value is not None else scaled_rays(duals)
        for each, parts in tries:
            multipliers = self._multipliers(each, parts, with_target=value is not None)
            if multipliers and system.slack(multipliers, self.blocks.rows, Work())[1] < 0:
                return multipliers
        return None

    def _list_loads(self, system: System) -> Loads:
        """Return every load in the box. Raises BudgetError if more than ``max_loads`` were listed."""
        blocks, listed, count = self.blocks, list[tuple[int, IntMatrix]](), 0
        open_pairs, depth = np.flatnonzero(system.most), max(int(blocks.degrees.max()), 0)
        for person in range(len(blocks.rows)):
            own = open_pairs[blocks.owners[open_pairs] == person]
            needs, grown, used = blocks.needs[own], np.zeros((1, 0), dtype=np.int64), np.zeros(1, dtype=np.int64)
            for size in range(int(blocks.degrees[person]) + 1):
                pairs: IntMatrix = np.full((len(grown), depth), -1)
                pairs[:, :size] = own[grown]
                listed.append((person, pairs))
                count += len(grown)
                if count > BLOCK_OPTIONS.max_loads:
                    raise BudgetError
                # Each load of this size, and one pair more after its last one
                last = grown[:, -1] if size else np.full(1, -1)
                fits = (np.arange(len(own)) > last[:, None]) & (used[:, None] + needs <= blocks.hours[person])
                first, more = np.nonzero(fits)
                grown, used = np.column_stack([grown[first], more]), used[first] + needs[more]
        people = np.repeat([person for person, _ in listed], [len(pairs) for _, pairs in listed])
        loads = Loads(people, np.concatenate([pairs for _, pairs in listed]))
        kept = loads.allowed(system, blocks.owners)
        return Loads(people[kept], loads.pairs[kept])
