"""Prices of the items: by pairs at first, then by a master of sets that comes closer (Dantzig and Wolfe 1960).

The master chooses among the sets listed so far; its duals, smoothed towards those of the best bound (Wentges 1997),
are the next prices, under which every owner lists the sets that lose little.
"""

from dataclasses import dataclass, field

import numpy as np

from mentormatch.assignment.column_generation import cheapest_columns, leading_columns
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.mip.column_program import ColumnProgram
from mentormatch.assignment.mip.program_model import INTEGRALITY_TOLERANCE, SolverStatus
from mentormatch.assignment.whole_sets.knapsack_sets import Multipliers, SetList
from mentormatch.assignment.whole_sets.set_model import SetModel
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector

TRIFLE = 1e-3
"""A pair is worth adding to the linear program from this part of a unit on."""
FINEST, ROOM = 12, 56
"""Bits below the unit that prices have at best, and bits that sums of all of them may have."""
OUTSIDE = 4
"""An item that goes without costs so many times the greatest profit in the master."""


@dataclass(frozen=True, slots=True)
class PairRelaxation:
    """The optimum of the linear program on pairs: ``shares`` (e,), its multipliers, the price of an hour (n,).

    ``bound``: what no choice exceeds, in parts. ``reduced`` (e,): the reduced profit of each pair, in parts.
    """

    shares: FloatVector
    prices: Multipliers
    hourly: IntVector
    bound: int
    reduced: IntVector


def parts_of(model: SetModel) -> int:
    """Return the parts of a unit in which prices are counted, 0 if not even whole ones stay exact."""
    greatest = (OUTSIDE + 1) * max(int(np.abs(model.profit).max(initial=1)), 1)
    bits = ROOM - (greatest * int(model.places.sum() + model.most.sum() + sum(model.shape) + 1)).bit_length()
    return 1 << min(bits, FINEST) if bits >= 0 else 0


def relax_pairs(model: SetModel, parts: int, run: SolveOptions) -> PairRelaxation | None:
    """Return the optimum of the linear program on pairs, by column generation; None if there is none."""
    program = PairColumns.of(model)
    new = cheapest_columns(model.owners, model.items, model.profit)
    while True:
        program.add(new)
        word = program.linear.run(run.remaining_s)
        if word is SolverStatus.STOPPED or run.timed_out:
            raise TimeLimitReached
        if word is SolverStatus.INFEASIBLE and not program.columns.all():
            new = ~program.columns
            continue
        if word is not SolverStatus.OPTIMAL:
            return None
        duals, reduced = program.duals()
        missing = (reduced > TRIFLE) & ~program.columns
        if not missing.any():
            return _round_duals(model, parts, program.shares(), duals)
        new = leading_columns(model.owners, model.items, np.rint(reduced / TRIFLE).astype(np.int64), missing)


@dataclass(slots=True)
class PairColumns:
    """The linear program on pairs: rows are items, places of owners, hours of owners in units of ``scale`` (n,).

    ``columns`` (e,) bool: the pairs in it, which came in this ``order``.
    """

    model: SetModel
    linear: ColumnProgram
    scale: FloatVector
    columns: BoolVector
    order: IntVector

    @classmethod
    def of(cls, model: SetModel) -> "PairColumns":
        """Return the program without pairs; the solver's tolerances belong near 1, where hours are scaled to."""
        scale = np.ones(model.shape[0])
        np.maximum.at(scale, model.owners, model.needs.astype(np.float64))
        free = np.full(2 * model.shape[0], -np.inf)
        least = np.concatenate([np.where(model.least > 0, model.least, -np.inf), free])
        linear = ColumnProgram(least, np.concatenate([model.most, model.places, model.hours / scale]))
        return cls(model, linear, scale, np.zeros(len(model.owners), dtype=bool), np.zeros(0, np.int64))

    def add(self, new: BoolVector) -> None:
        """Add pairs."""
        model, (n, m), places = self.model, self.model.shape, np.flatnonzero(new)
        owners, ones = model.owners[places], np.ones(len(places))
        rows = np.column_stack([model.items[places], m + owners, m + n + owners]).ravel()
        values = np.column_stack([ones, ones, model.needs[places] / self.scale[owners]]).ravel()
        sizes = np.full(len(places), 3)
        self.linear.add(model.profit[places].astype(np.float64), ones, sizes, rows, values)
        self.columns, self.order = self.columns | new, np.append(self.order, places)

    def duals(self) -> tuple[tuple[FloatVector, FloatVector, FloatVector], FloatVector]:
        """Return the duals of items, of places and of an hour, and the reduced profit of every pair."""
        model, (n, m), found = self.model, self.model.shape, self.linear.duals
        items, owner_prices, hourly = found[:m], found[m : m + n], found[m + n :] / self.scale
        paid = items[model.items] + owner_prices[model.owners] + hourly[model.owners] * model.needs
        return (items, owner_prices, hourly), model.profit - paid

    def shares(self) -> FloatVector:
        """Return how much of each pair the optimum takes."""
        found = np.zeros(len(self.columns))
        found[self.order] = self.linear.values
        return found


def _round_duals(
    model: SetModel, parts: int, shares: FloatVector, duals: tuple[FloatVector, FloatVector, FloatVector]
) -> PairRelaxation:
    """Return the relaxation with its duals as integers of the right signs: these bound every choice."""
    items, owner_prices, hourly = (np.rint(each * parts).astype(np.int64) for each in duals)
    prices = Multipliers(whole_prices(model, items), np.maximum(owner_prices, 0), parts)
    hourly = np.maximum(hourly, 0)
    reduced = prices.gains(model) - hourly[model.owners] * model.needs
    bound = prices.flat(model) + int((hourly * model.hours).sum()) + int(reduced[reduced > 0].sum())
    return PairRelaxation(shares, prices, hourly, bound, reduced)


def whole_prices(model: SetModel, items: IntVector) -> IntVector:
    """Return prices of items without those below 0 of items that need no owner."""
    return np.where(model.least > 0, items, np.maximum(items, 0))


@dataclass(slots=True)
class SetMaster:
    """The master of sets; ``words`` (e,) tell sets apart, ``known`` are those that it has.

    ``value``: of the last optimum, minus infinity if an item goes without that must not. ``sets``, ``shares``: the sets
    in it, list by list, and how much of each the optimum takes. ``spare``: its first columns, which are no sets.
    """

    model: SetModel
    linear: ColumnProgram
    words: IntVector
    known: IntVector = field(default_factory=lambda: np.zeros(0, np.int64))
    sets: list[SetList] = field(default_factory=list)
    value: float = -np.inf
    duals: FloatVector = field(default_factory=lambda: np.zeros(0))
    shares: FloatVector = field(default_factory=lambda: np.zeros(0))
    spare: int = 0

    @classmethod
    def of(cls, model: SetModel) -> "SetMaster":
        """Return the master without sets: an owner may take none, an item that needs owners goes without at a cost."""
        ones = np.ones(model.shape[0])
        least = np.concatenate([np.where(model.least > 0, model.least, -np.inf), -np.inf * ones])
        linear = ColumnProgram(least, np.concatenate([model.most, ones]).astype(np.float64), columns_come=True)
        dear = -float(OUTSIDE * max(int(np.abs(model.profit).max(initial=1)), 1))
        short = np.flatnonzero(model.least > 0)
        # An item too few or too many, where that is ruled out
        for sign in (1.0, -1.0):
            single = np.ones(len(short), np.int64)
            linear.add(np.full(len(short), dear), np.full(len(short), np.inf), single, short, np.full(len(short), sign))
        words = np.random.default_rng(0).integers(-(1 << 62), 1 << 62, len(model.owners))
        return cls(model, linear, words, spare=2 * len(short))

    def add(self, sets: SetList) -> None:
        """Add the sets that are not in it yet."""
        keys = sets.sums(self.words) + sets.owners
        keys, first = np.unique(keys, return_index=True)
        new = np.zeros(len(sets), dtype=bool)
        new[first[~np.isin(keys, self.known)]] = True
        self.known = np.union1d(self.known, keys)
        fresh = sets.among(new)
        if not len(fresh):
            return
        m, sizes = self.model.shape[1], fresh.sizes + 1
        rows = np.empty(int(sizes.sum()), np.int64)
        lasts = np.cumsum(sizes) - 1
        inner = np.ones(len(rows), dtype=bool)
        inner[lasts] = False
        rows[inner], rows[lasts] = self.model.items[fresh.members], m + fresh.owners
        cost = fresh.sums(self.model.profit).astype(np.float64)
        self.linear.add(cost, np.full(len(fresh), np.inf), sizes, rows)
        self.sets.append(fresh)

    def solve(self, run: SolveOptions) -> bool:
        """Solve the master; return whether there is an optimum."""
        word = self.linear.run(run.remaining_s)
        if word is SolverStatus.STOPPED or run.timed_out:
            raise TimeLimitReached
        if word is not SolverStatus.OPTIMAL:
            return False
        values = self.linear.values
        short = values[: self.spare].max(initial=0.0) > INTEGRALITY_TOLERANCE
        self.value, self.duals = -np.inf if short else self.linear.value, self.linear.duals[: self.model.shape[1]]
        self.shares = values[self.spare :]
        return True

    def pair_shares(self) -> tuple[FloatVector, bool]:
        """Return how much of each pair the optimum takes, and whether that is whole."""
        members = np.concatenate([sets.members for sets in self.sets])
        sizes = np.concatenate([sets.sizes for sets in self.sets])
        found = np.bincount(members, np.repeat(self.shares, sizes), minlength=len(self.model.owners))
        return found, not self._is_fractional(found).any()

    def _is_fractional(self, shares: FloatVector) -> BoolVector:
        return np.asarray(np.abs(shares - np.rint(shares)) > INTEGRALITY_TOLERANCE)
