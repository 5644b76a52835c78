"""Set packing by branch and bound: one set for each owner, every item within its bounds (Ryan & Foster 1981).

A node allows some of the sets. Its linear program gives prices of the items; rounded to integers they bound the node
exactly: what the items cost at their dearer end, and for each owner the best set that is allowed. Sets that this bound
rules out are dropped. Branching is on whether an owner has an item.

Invariant: every choice that is worth the threshold is in an open node, or was found. So with a threshold that is the
best value itself, the tree ends with all choices that are tied for it.

Prices of the items: by pairs at first, then by a master of sets that comes closer (Dantzig and Wolfe 1960).

The master chooses among the sets listed so far; its duals, smoothed towards those of the best bound (Wentges 1997),
are the next prices, under which every owner lists the sets that lose little.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from typing import Self

import numpy as np

from mentormatch.assignment.column_generation import cheapest_columns, leading_columns
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.mip.column_program import ColumnProgram
from mentormatch.assignment.mip.program_model import EXACT, INTEGRALITY_TOLERANCE, SolverStatus, round_within
from mentormatch.assignment.mip.simplex import cost_scale
from mentormatch.assignment.whole_sets.set_model import Multipliers, SetList, SetModel, segment_sums
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
        if not np.isfinite(reduced).all():
            return None
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
) -> PairRelaxation | None:
    """Return the relaxation with its duals as integers of the right signs: these bound every choice.

    None if they are no numbers, or sums of them would leave the exact range.
    """
    sizes = [np.abs(each) * parts for each in duals]
    paid = sizes[0][model.items] + sizes[1][model.owners] + sizes[2][model.owners] * model.needs
    flat = sizes[0] @ model.most + sizes[1] @ model.places + sizes[2] @ model.hours
    if not paid.sum() + flat + parts * np.abs(model.profit).sum(dtype=np.float64) < EXACT:
        return None
    items, owner_prices, hourly = (np.rint(each * parts).astype(np.int64) for each in duals)
    prices = Multipliers(whole_prices(model, items), np.maximum(owner_prices, 0), parts)
    hourly = np.maximum(hourly, 0)
    reduced = prices.gains(model) - hourly[model.owners] * model.needs
    bound = prices.flat(model) + int((hourly * model.hours).sum()) + int(reduced[reduced > 0].sum())
    return PairRelaxation(shares, prices, hourly, bound, reduced)


def round_prices(prices: FloatVector, counted: int) -> IntVector:
    """Return prices of items as integers; ``counted``: how many of them a sum has at most.

    Raises NotBySets if they are no numbers, or so great that a sum of them leaves the exact range.
    """
    rounded = round_within(prices, EXACT / (4 * (counted + 1)))
    if rounded is None:
        raise NotBySets
    return rounded


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


FINE = 16
"""Prices of a node are rounded to this part of the unit of a choice."""
MOST_NODES, MOST_TIED = 4_000, 1_000
SHRUNK = 2
"""If the first node leaves fewer than one set in so many, the others are dropped."""
HALF = 0.5


class NotBySets(Exception):  # noqa: N818 - it is no error: another way is taken
    """Whole sets are not the way: they, nodes or tied choices are too many, or numbers too great."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Fine units: ``scale`` of them are a part of a unit of profit, and a pair is worth ``extra`` (e,) of them more."""

    scale: int
    extra: IntVector


@dataclass(frozen=True, slots=True)
class SetProgram:
    """What a choice of one set an owner is worth: ``flat``, ``gains`` (s,) of the sets, ``waste`` (m,) of the items.

    All in a fine unit. An item takes ``least`` to ``most`` (m,) owners. Each one less than most costs its ``waste``;
    where that is not above 0, each one more than least costs as much.
    """

    sets: SetList
    items: IntVector
    gains: IntVector
    flat: int
    least: IntVector
    most: IntVector
    waste: IntVector

    @classmethod
    def of(cls, model: SetModel, sets: SetList, prices: Multipliers, slack: int, fold: "Fold") -> Self | None:
        """Return the program of all sets that lose no more than ``slack``, in parts, of their owner's best one.

        It holds for choices that lose no more than that. None if numbers would not stay exact.
        """
        if (slack + 1) * fold.scale * FINE * (sum(model.shape) + 1) >= EXACT:
            return None
        # What every choice has of an owner is set apart: numbers are small
        own = sets.sums(model.profit * prices.parts - prices.prices[model.items])
        firsts = first_of_each(sets.owners)
        best = np.maximum.reduceat(own, firsts)
        lost = np.repeat(best, np.diff(np.append(firsts, len(own)))) - own
        # Sets are listed by gains less the price of a place; without that some of them lose more than the slack
        if (lost > slack).any():
            return cls.of(model, sets.among(lost <= slack), prices, slack, fold)
        ends = np.maximum(model.least * prices.prices, model.most * prices.prices)
        # Who has an item short of full, or beyond what it needs, loses its price: complementary slackness
        firm = np.abs(prices.prices) > slack
        full = np.where(prices.prices > 0, model.most, model.least)
        least, most = np.where(firm, full, model.least), np.where(firm, full, model.most)
        waste = np.where(firm, 0, prices.prices) * fold.scale
        flat = (int(ends.sum()) + int(best.sum())) * fold.scale
        gains = sets.sums(fold.extra) - lost * fold.scale
        return cls(sets, model.items[sets.members], gains, flat, least, most, waste)

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of sets and of items."""
        return len(self.sets), len(self.most)

    def worth(self, taken: BoolVector) -> int | None:
        """Return what the sets taken are worth, None unless every item is within its bounds."""
        served = np.bincount(self.items[np.repeat(taken, self.sets.sizes)], minlength=len(self.most))
        if ((served < self.least) | (served > self.most)).any():
            return None
        short = np.where(self.waste > 0, self.most - served, self.least - served)
        return self.flat + int(self.gains[taken].sum()) - int((short * self.waste).sum())

    def price(self, duals: IntVector, allowed: BoolVector) -> tuple[int, IntVector]:
        """Return the bound of a node in ``FINE`` parts, and what each allowed set loses of its owner's best one.

        ``duals`` (m,), in ``FINE`` parts of the fine unit: prices of the items beside those that there are.
        """
        reduced = self._reduced_gains(self.gains, duals, allowed)
        firsts = first_of_each(self.sets.owners)
        best = np.maximum.reduceat(reduced, firsts)
        whole = duals + self.waste * FINE
        ends = np.maximum(self.least * whole, self.most * whole).sum()
        own = np.maximum(self.least * self.waste, self.most * self.waste).sum() * FINE
        lost = np.repeat(best, np.diff(np.append(firsts, len(reduced)))) - reduced
        return self.flat * FINE + int(ends - own) + int(best.sum()), lost

    def most_of(self, gains: IntVector, duals: IntVector, allowed: BoolVector) -> int:
        """Return a bound, in ``FINE`` parts, on the sum of other gains (s,) of a choice of the allowed sets."""
        best = np.maximum.reduceat(self._reduced_gains(gains, duals, allowed), first_of_each(self.sets.owners))
        return int(np.maximum(self.least * duals, self.most * duals).sum() + best.sum())

    def _reduced_gains(self, gains: IntVector, duals: IntVector, allowed: BoolVector) -> IntVector:
        """Return (s,) what sets gain less the prices of their items, in ``FINE`` parts; far below 0 if not allowed."""
        reduced = gains * FINE - segment_sums(duals[self.items], self.sets.sizes)
        return np.where(allowed, reduced, -EXACT)

    def among(self, kept: BoolVector) -> Self:
        """Return the program of some of the sets."""
        return replace(
            self, sets=self.sets.among(kept), items=self.items[np.repeat(kept, self.sets.sizes)], gains=self.gains[kept]
        )


def first_of_each(owners: IntVector) -> IntVector:
    """Return the place of the first set of each owner, sets being sorted by owner."""
    return np.flatnonzero(np.diff(owners, prepend=-1))


@dataclass(frozen=True, slots=True)
class SetNode:
    """A node: the sets that are ``allowed`` (s,) bool, and a bound on what a choice of them is worth, None at first."""

    allowed: BoolVector
    bound: int | None = None


@dataclass(slots=True)
class SetTree:
    """The tree over a program: choices worth ``threshold`` or more are looked for; ``found``: the best, (s,) bool each.

    A better choice is worth ``step`` more at least. With ``ties`` all that are as good are found too. ``duals``: those
    of the first node.
    """

    program: SetProgram
    threshold: int
    step: int
    run: SolveOptions
    ties: bool
    value: int | None = None
    found: list[BoolVector] = field(default_factory=list)
    duals: IntVector | None = None
    open: list[tuple[int, int, SetNode]] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)

    def search(self) -> list[SetList]:
        """Return the best choices as the sets taken; none if no choice is worth the threshold.

        Raises
        ------
        TimeLimitReached
            If the time is up.
        NotBySets
            If there are too many nodes, or the solver gives up.
        """
        program = self.program
        if not self._covers(np.ones(len(program.sets), dtype=bool)):
            return []
        linear = NodeProgram(program)
        heappush(self.open, (0, next(self.turns), SetNode(np.ones(len(program.sets), dtype=bool), None)))
        while self.open:
            _, turn, node = heappop(self.open)
            if node.bound is not None and node.bound < self.threshold * FINE:
                break
            if turn > MOST_NODES or len(self.found) > MOST_TIED:
                raise NotBySets
            allowed = self._solve(node, linear)
            if turn == 0 and allowed is not None and SHRUNK * np.count_nonzero(allowed) < len(allowed):
                # What the first node leaves is a program of its own
                self._shrink(allowed)
                linear = NodeProgram(self.program)
        return [self.program.sets.among(taken) for taken in self.found]

    def _solve(self, node: SetNode, linear: "NodeProgram") -> BoolVector | None:
        """Solve the linear program of a node, bound it in integers, take its choice, and branch.

        Return the sets that may still be in a choice that is looked for; None if there is no such choice.
        """
        program = self.program
        self._check(linear.run(node.allowed, self.run.remaining_s))
        duals = linear.item_duals()
        if duals is None:
            return None
        self.duals = duals if self.duals is None else self.duals
        bound, lost = program.price(duals, node.allowed)
        weights = linear.values()
        whole = not ((weights > INTEGRALITY_TOLERANCE) & (weights < 1 - INTEGRALITY_TOLERANCE)).any()
        if whole:
            self._take(weights > HALF)
        # Reduced-cost fixing: sets that lose more than what the bound is above the threshold
        allowed = node.allowed & (lost <= bound - self.threshold * FINE)
        if not self._covers(allowed) or (whole and self._is_alone(weights > HALF, allowed, linear)):
            return None
        branch = self._branch(np.where(allowed, weights, 0.0), allowed)
        if branch is None:
            self._take(allowed)
            return None
        for child in self._children(allowed, *branch):
            if self._covers(child):
                heappush(self.open, (-bound, next(self.turns), SetNode(child, bound)))
        return allowed

    def _check(self, word: SolverStatus | None) -> None:
        """Raise what ends the search if the solver did not come to an end."""
        if word is SolverStatus.STOPPED or self.run.timed_out:
            raise TimeLimitReached
        if word is None:
            raise NotBySets

    def _is_alone(self, taken: BoolVector, allowed: BoolVector, linear: "NodeProgram") -> bool:
        """Return whether no choice of the allowed sets is another one than that taken.

        The most owners that may have another set, as a linear program: less than one is none.
        """
        others = (~taken).astype(np.int64)
        self._check(linear.run(allowed, self.run.remaining_s, others))
        duals = linear.item_duals()
        return duals is not None and self.program.most_of(others, duals, allowed) < FINE

    def _shrink(self, allowed: BoolVector) -> None:
        """Go on with some of the sets alone."""
        self.program = self.program.among(allowed)
        self.found = [taken[allowed] for taken in self.found]
        self.open = [(key, turn, replace(node, allowed=node.allowed[allowed])) for key, turn, node in self.open]

    def _covers(self, allowed: BoolVector) -> bool:
        """Return whether every owner has a set that is allowed."""
        owners = self.program.sets.owners
        return len(first_of_each(owners[allowed])) == len(first_of_each(owners))

    def _take(self, taken: BoolVector) -> None:
        """Keep a choice of one set an owner, if it is good enough and not known yet."""
        worth = self.program.worth(taken)
        if worth is None or worth < self.threshold or any((taken == other).all() for other in self.found):
            return
        if self.value is None or worth > self.value:
            self.found, self.value = [], worth
        self.found.append(taken)
        self.threshold = worth if self.ties else worth + self.step

    def _branch(self, weights: FloatVector, allowed: BoolVector) -> tuple[int, int] | None:
        """Return an owner and an item of which it is to be settled whether they go together; None if all is settled."""
        program, (_, m) = self.program, self.program.shape
        owners = np.repeat(program.sets.owners, program.sets.sizes)
        inside = np.repeat(allowed, program.sets.sizes)
        cells = owners[inside] * m + program.items[inside]
        names, where = np.unique(cells, return_inverse=True)
        # How many allowed sets of the owner have the item, and how much of it the linear program takes
        have = np.bincount(where)
        share = np.bincount(where, np.repeat(weights, program.sets.sizes)[inside])
        sets = np.bincount(program.sets.owners[allowed], minlength=int(program.sets.owners[-1]) + 1)
        doubtful = have < sets[names // m]
        if not doubtful.any():
            return None
        distance = np.where(doubtful, np.minimum(share, 1 - share), -1.0)
        best = int(names[np.argmax(distance)])
        return best // m, best % m

    def _children(self, allowed: BoolVector, owner: int, item: int) -> Iterator[BoolVector]:
        """Yield the sets that are allowed where the owner has the item, and where not."""
        program = self.program
        has = np.bincount(
            np.repeat(np.arange(len(program.sets)), program.sets.sizes)[program.items == item],
            minlength=len(program.sets),
        ).astype(bool)
        own = program.sets.owners == owner
        others = ~has if program.most[item] == 1 else np.ones_like(has)
        yield allowed & np.where(own, has, others)
        yield allowed & ~(own & has)


class NodeProgram:
    """The linear program of the nodes: sets of which some are bound to 0, and what items have short of full or beyond.

    The solver's tolerances are absolute: costs are scaled.
    """

    def __init__(self, program: SetProgram) -> None:
        self._program = program
        self._word: SolverStatus | None = None
        self._scale = 1.0
        self._wide = np.append(program.gains, -np.abs(program.waste))
        m, owners = len(program.most), np.unique(program.sets.owners, return_inverse=True)[1]
        full = np.where(program.waste > 0, program.most, program.least).astype(np.float64)
        rows = np.append(full, np.ones(int(owners[-1]) + 1))
        self._linear = ColumnProgram(rows, rows)
        sizes = program.sets.sizes + 1
        entries = np.empty(int(sizes.sum()), np.int64)
        lasts = np.cumsum(sizes) - 1
        inner = np.ones(len(entries), dtype=bool)
        inner[lasts] = False
        entries[inner], entries[lasts] = program.items, m + owners
        # Sets; then one of an item less than full, or one more, at its cost
        self._room = (program.most - program.least).astype(np.float64)
        self._linear.add(np.zeros(len(sizes)), np.full(len(sizes), np.inf), sizes, entries)
        ways = np.where(program.waste > 0, 1.0, -1.0)
        self._linear.add(np.zeros(m), self._room, np.ones(m, np.int64), np.arange(m), ways)

    def run(self, allowed: BoolVector, seconds: float | None, others: IntVector | None = None) -> SolverStatus | None:
        """Solve the program of a node; with ``others`` (s,) instead of the gains, and nothing for what is short."""
        cost = self._wide if others is None else np.append(others, np.zeros(len(self._room), np.int64))
        self._scale = cost_scale(cost)
        self._linear.price(cost / self._scale)
        self._linear.bound(np.append(np.where(allowed, np.inf, 0.0), self._room))
        self._word = self._linear.run(seconds)
        return self._word

    def item_duals(self) -> IntVector | None:
        """Return the prices of the items, in ``FINE`` parts of the fine unit, rounded; None if there is no optimum.

        Raises NotBySets if they are no numbers, or so great that sums of them leave the exact range.
        """
        if self._word is not SolverStatus.OPTIMAL:
            return None
        counted = int(self._program.most.sum()) + len(self._program.items)
        return round_prices(self._linear.duals[: len(self._room)] * (self._scale * FINE), counted)

    def values(self) -> FloatVector:
        """Return how much of each set is taken."""
        return self._linear.values[: len(self._program.sets)]
