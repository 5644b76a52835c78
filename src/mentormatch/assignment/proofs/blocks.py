"""A system with knapsacks of single people -> a proof by loads: sets of pairs that one person can have.

Rows that concern the pairs of one person form a block. Dantzig-Wolfe decomposition (1960) gives duals of all other
rows: a restricted master over loads, priced by one dynamic program over all blocks. A fixing by these duals leaves few
pairs; all their loads are listed, and a tree over loads closes the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import gcd
from typing import Any

import highspy
import numpy as np

from mentormatch.assignment.mip.highs import HighsProgram, row_scales
from mentormatch.assignment.mip.program_model import SparseRows
from mentormatch.assignment.mip.simplex import cost_scale
from mentormatch.assignment.proofs.relaxation import (
    NO_OPTIMUM,
    BudgetError,
    Multipliers,
    dual_ray,
    ends_of,
    scaled_ends,
    scaled_rays,
)
from mentormatch.assignment.verification.refutation import ProofError, System, Work
from mentormatch.base.arrays import BoolMatrix, BoolVector, FloatMatrix, FloatVector, IntMatrix, IntVector

MAX_GRID = 200
"""Hours are counted in units of their greatest common divisor; with more units the table is not made."""
MAX_TABLE = 20_000_000
"""Persons x items x degrees x hours of one table."""
MAX_ROUNDS = 40
DUAL_SMOOTHING = 0.6
"""The weight of the best duals so far in the duals that are priced (Wentges 1997)."""
CLOSE_UNITS = 0.5
"""The master is solved if the bound is this close to its value."""
FIXING_PARTS = 1 << 10
LEAF_PARTS = (1, 16, 1 << 10, 1 << 20)
MAX_LOADS = 40_000
TABLE_STEPS_PER_WORK = 200
"""Steps of the table in the time of one unit of work, a microsecond."""
SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Blocks:
    """The rows of each person of one side, and the hours of each pair.

    Attributes
    ----------
    owners
        (e,) int64: the person of each pair.
    rows
        The degree row of each person, and the row of their hours if there is one.
    needs
        (e,) int64: the hours of each pair, in units.
    degrees, hours
        (people,) int64: the limits of each person.
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
    """Return the blocks of ``count`` people whose degrees are the first rows; None if there are none.

    ``people`` (e,) is the person of each pair. There are none with indicators, or with hours on too fine a grid.
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
    if hours.max() > MAX_GRID:
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
        """Return the greatest profit of each person, and the pairs of that load."""
        blocks = self.blocks
        people, useful = len(blocks.degrees), np.flatnonzero(is_open & (profit > 0))
        order = useful[np.argsort(blocks.owners[useful], kind="stable")]
        counts = np.bincount(blocks.owners[order], minlength=people)
        items, degree, hours = int(counts.max(initial=0)), int(blocks.degrees.max()), int(blocks.hours.max())
        steps = items * people * degree * (hours + 1)
        self.work += steps // TABLE_STEPS_PER_WORK
        if steps > MAX_TABLE:
            raise BudgetError
        place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        listed: IntMatrix = np.full((people, items), -1)
        listed[blocks.owners[order], place] = order
        worth: FloatMatrix = np.where(listed >= 0, profit[listed], 0.0)
        needs: IntMatrix = np.where(listed >= 0, blocks.needs[listed], 0)
        best = np.zeros((people, degree + 1, hours + 1))
        taken = np.zeros((items, people, degree, hours + 1), dtype=bool)
        units = np.arange(hours + 1)
        for item in range(items):
            before = units[None, :] - needs[:, item, None]
            shifted = np.take_along_axis(best[:, :-1], np.maximum(before, 0)[:, None, :], axis=2)
            candidate = np.where((before >= 0)[:, None, :], shifted + worth[:, item, None, None], -np.inf)
            taken[item] = candidate > best[:, 1:]
            best[:, 1:] = np.maximum(candidate, best[:, 1:])
        return self._read(best, taken, listed, needs)

    def _read(
        self, best: FloatMatrix, taken: BoolMatrix, listed: IntMatrix, needs: IntMatrix
    ) -> tuple[FloatVector, list[IntVector]]:
        people = np.arange(len(listed))
        degree, hours = np.minimum(self.blocks.degrees, best.shape[1] - 1), self.blocks.hours.copy()
        value = best[people, degree, hours]
        chosen: BoolMatrix = np.zeros(listed.shape, dtype=bool)
        for item in range(len(taken) - 1, -1, -1):
            takes = (degree > 0) & taken[item, people, np.maximum(degree - 1, 0), hours]
            chosen[:, item] = takes
            hours = hours - np.where(takes, needs[:, item], 0)
            degree = degree - takes
        return value, [listed[person][chosen[person]] for person in people]


class LoadProgram(HighsProgram):
    """The master: columns are loads; rows are the rows outside the blocks, and one load per person."""

    def __init__(self, system: System, blocks: Blocks, profit: IntVector) -> None:
        super().__init__(presolve="off")
        self.system, self.blocks, self.profit = system, blocks, profit
        self.scale = cost_scale(profit)
        self.rows = np.flatnonzero(blocks.outside)
        self.place = np.full(len(system.lower), -1)
        self.place[self.rows] = np.arange(len(self.rows))
        order = np.argsort(system.columns, kind="stable")
        kept = order[self.place[system.rows[order]] >= 0]
        self.starts = np.searchsorted(system.columns[kept], np.arange(len(system.least) + 1))
        self.term_rows, people = self.place[system.rows[kept]], len(blocks.rows)
        ends = (end[self.rows] for end in ends_of(system))
        rows = SparseRows(self.term_rows, system.columns[kept], system.values[kept], *ends)
        units = row_scales(rows)
        lower, upper = scaled_ends(rows, units)
        self.term_values, self.units = rows.values / units[rows.rows], np.append(units, np.ones(people))
        self.height = len(self.rows) + people
        self.model = self._model
        self.model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        lower, upper = (np.append(end, np.ones(people)) for end in (lower, upper))
        none = np.zeros(0, dtype=np.int32)
        self.model.addRows(self.height, lower, upper, 0, np.zeros(self.height, dtype=np.int32), none, np.zeros(0))
        self.loads: list[tuple[int, tuple[int, ...]]] = []
        self.known = set[tuple[int, tuple[int, ...]]]()
        self.work, self.values, self.duals = 0, np.zeros(0), np.zeros(0)

    def add(self, loads: list[tuple[int, tuple[int, ...]]]) -> int:
        """Add the loads that are new, each a person and their pairs. Return the number of these."""
        fresh = [load for load in dict.fromkeys(loads) if load not in self.known]
        starts, rows, values, costs = list[int](), list[int](), list[float](), list[float]()
        for person, pairs in fresh:
            starts.append(len(rows))
            totals = dict[int, float]()
            for pair in pairs:
                for term in range(int(self.starts[pair]), int(self.starts[pair + 1])):
                    row = int(self.term_rows[term])
                    totals[row] = totals.get(row, 0.0) + float(self.term_values[term])
            totals[len(self.rows) + person] = 1.0
            rows += totals
            values += totals.values()
            costs.append(sum(int(self.profit[pair]) for pair in pairs) / self.scale)
        count = len(fresh)
        ends = np.zeros(count), np.full(count, np.inf)
        if count:
            first, index = np.array(starts, np.int32), np.array(rows, np.int32)
            self.model.addCols(count, np.array(costs), *ends, len(rows), first, index, np.array(values))
        self.loads += fresh
        self.known.update(fresh)
        return count

    def solve(self) -> float | None:
        """Return the optimum; None if there is none. ``duals`` are those of the rows outside, then of the people."""
        self.model.run()
        self.work += self.model.getInfo().simplex_iteration_count * 25 + len(self.loads) // 3
        status = self.model.getModelStatus()
        if status in NO_OPTIMUM:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise BudgetError
        end = self.model.getSolution()
        self.values, self.duals = np.array(end.col_value), np.array(end.row_dual) / self.units * self.scale
        return float(self.model.getInfo().objective_function_value) * self.scale

    def ray(self) -> FloatVector | None:
        """Return the dual ray of an infeasible master; None if the solver has none."""
        values = dual_ray(self.model)
        return None if values is None else values / self.units

    def restrict(self, may: BoolVector) -> None:
        """Allow only some of the loads."""
        every = np.arange(len(self.loads), dtype=np.int32)
        self.model.changeColsBounds(len(every), every, np.zeros(len(every)), np.where(may, np.inf, 0.0))


@dataclass(slots=True)
class BlockProver:
    """Proves a system by loads.

    Attributes
    ----------
    target, sign, profit, goal
        The target row, as in ``Relaxation``.
    duals
        Those of the pair program.
    chosen
        (e,) bool: the answer, which keeps all rows but the target.
    spend
        Counts work and leaves, and raises BudgetError if nothing is left.
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
        duals = self._decompose(pricer)
        multipliers = self._multipliers(duals, FIXING_PARTS)
        _, room = self.system.slack(multipliers, self.blocks.rows, Work())
        if room < 0:
            return [["leaf", multipliers, self.blocks.rows]]
        try:
            system = self.system.fix(multipliers, self.blocks.rows, Work())
        except ProofError:
            raise BudgetError from None
        self.steps.append(["fix", multipliers, self.blocks.rows])
        self._walk(system)
        return self.steps

    def _decompose(self, pricer: LoadPricer) -> FloatVector:
        """Return duals of the rows outside, by column generation over loads with smoothed duals."""
        program = LoadProgram(self.system, self.blocks, self.profit)
        by_person: list[list[int]] = [[] for _ in self.blocks.rows]
        for pair in np.flatnonzero(self.chosen).tolist():
            by_person[int(self.blocks.owners[pair])].append(pair)
        program.add([load for person, pairs in enumerate(by_person) for load in ((person, tuple(pairs)), (person, ()))])
        best_duals, best_bound = self.duals[program.rows], np.inf
        trial = best_duals
        for _ in range(MAX_ROUNDS):
            before = pricer.work + program.work
            bound, loads = self._price(pricer, program, trial)
            if bound < best_bound:
                best_bound, best_duals = bound, trial
            added = program.add(loads)
            value = program.solve()
            self.spend(work=pricer.work + program.work - before)
            if value is None or best_bound - value < CLOSE_UNITS or best_bound < self.goal:
                break
            own = program.duals[: len(program.rows)]
            trial = own if not added else DUAL_SMOOTHING * best_duals + (1 - DUAL_SMOOTHING) * own
        found = np.zeros(len(self.system.lower))
        found[program.rows] = best_duals
        return found

    def _price(
        self, pricer: LoadPricer, program: LoadProgram, duals: FloatVector
    ) -> tuple[float, list[tuple[int, tuple[int, ...]]]]:
        """Return the bound of some duals (Lagrange), and the best load of each person."""
        full = np.zeros(len(self.system.lower))
        full[program.rows] = duals
        reduced = self.profit - np.bincount(
            self.system.columns, self.system.values * full[self.system.rows], len(self.system.least)
        )
        values, loads = pricer.price(reduced, self.system.most)
        ends = zip(full.tolist(), self.system.lower, self.system.upper, strict=True)
        paid = sum(dual * ((upper if dual > 0 else lower) or 0) for dual, lower, upper in ends if dual)
        return paid + float(values.sum()), [(person, tuple(pairs.tolist())) for person, pairs in enumerate(loads)]

    def _multipliers(self, duals: FloatVector, parts: int, *, with_target: bool = True) -> Multipliers:
        ends = (self.system.lower, self.system.upper)
        rounded = [(row, round(float(duals[row]) * parts)) for row in np.flatnonzero(duals).tolist()]
        kept = [[row, dual] for row, dual in rounded if dual and ends[int(dual > 0)][row] is not None]
        return sorted([*kept, [self.target, -parts * self.sign]] if with_target else kept)

    def _walk(self, root: System) -> None:
        """Close the box by a tree over its loads."""
        loads = list(self._list_loads(root))
        program = LoadProgram(root, self.blocks, self.profit)
        program.add(loads)
        with_pair: dict[int, list[int]] = {}
        of_person: dict[int, list[int]] = {}
        for place, (person, pairs) in enumerate(loads):
            of_person.setdefault(person, []).append(place)
            for pair in pairs:
                with_pair.setdefault(pair, []).append(place)
        waiting = [(root, np.ones(len(loads), dtype=bool))]
        while waiting:
            system, may = waiting.pop()
            program.restrict(may)
            before = program.work
            value = program.solve()
            self.spend(work=program.work - before)
            leaf = self._leaf(system, program, value)
            if leaf is None and value is None:
                raise BudgetError
            if leaf is not None:
                self.steps.append(["leaf", leaf, self.blocks.rows])
                self.spend(leaves=1)
                continue
            share = np.zeros(len(root.least))
            for place in np.flatnonzero(program.values > SHARE_TOLERANCE).tolist():
                share[list(loads[place][1])] += program.values[place]
            distance = np.minimum(share, 1 - share)
            pair = int(np.argmax(distance))
            if distance[pair] < SHARE_TOLERANCE:
                raise BudgetError
            below, above = system.split([[pair, 1]], 0)
            without, having = may.copy(), may.copy()
            without[with_pair[pair]] = False
            having[of_person[int(self.blocks.owners[pair])]] = False
            having[with_pair[pair]] = may[with_pair[pair]]
            self.steps.append(["split", [[pair, 1]], 0])
            waiting += [(above, having), (below, without)]

    def _leaf(self, system: System, program: LoadProgram, value: float | None) -> Multipliers | None:
        if system.is_empty:
            return []
        if value is not None and value >= self.goal:
            return None
        # The duals of an optimum, or the ray of an infeasible program, in which the target row has no part
        found = program.duals if value is not None else program.ray()
        if found is None:
            return None
        duals = np.zeros(len(system.lower))
        duals[program.rows] = found[: len(program.rows)]
        tries = [(duals, parts) for parts in LEAF_PARTS] if value is not None else scaled_rays(duals)
        for each, parts in tries:
            multipliers = self._multipliers(each, parts, with_target=value is not None)
            if multipliers and system.slack(multipliers, self.blocks.rows, Work())[1] < 0:
                return multipliers
        return None

    def _list_loads(self, system: System) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield every load of the pairs that are left. Raises BudgetError if these are too many."""
        blocks, count = self.blocks, 0
        open_pairs = np.flatnonzero(system.most)
        for person in range(len(blocks.rows)):
            grown: list[tuple[tuple[int, ...], int]] = [((), 0)]
            for pair in open_pairs[blocks.owners[open_pairs] == person].tolist():
                need, limit = int(blocks.needs[pair]), int(blocks.hours[person])
                room = [(pairs, used) for pairs, used in grown if len(pairs) < blocks.degrees[person]]
                grown += [((*pairs, pair), used + need) for pairs, used in room if used + need <= limit]
                if count + len(grown) > MAX_LOADS:
                    raise BudgetError
            count += len(grown)
            must = {pair for pair in np.flatnonzero(system.least).tolist() if blocks.owners[pair] == person}
            yield from ((person, pairs) for pairs, _ in grown if must <= set(pairs))
