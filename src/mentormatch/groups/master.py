"""Column generation for one goal: restricted master LP, integer dual bound, reduced-cost fixing, final MILP.

The duals of the linear program, rounded to integers, bound every choice: a column counts for no more than its prices
and what it has above them (Gilmore and Gomory, 1961). A choice that is better than the best known holds no column far
below its prices, so the few others decide (reduced cost fixing).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

import numpy as np

from mentormatch.assignment.mip.dispatch import solve_program
from mentormatch.assignment.mip.program_model import Basis, LinearConstraint, Program, SolverResult, SolverStatus
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.groups.columns import Columns, FormBound, LinearForm, concatenate_columns
from mentormatch.groups.oracle import GroupOracle

ROOM, FINEST = 1 << 52, 1 << 30
"""Sums of prices stay below the one, far within int64, and are rounded to the other part of a unit at best."""
FRESH = 400
"""So many columns join the linear program at a time."""
PATIENCE = 60.0
"""Seconds that one program takes at most where nobody said how long it may take."""
ENOUGH = 1e-3
"""A column that is worth less than that above its prices does not raise the linear program."""
NEAR, MOST, SOME = 300_000, 10_000, 3_000
"""Columns that a better choice may hold are looked for up to the first number. Up to the second all are asked for the
best choice; of more, the third number of the best, for a better choice that leaves fewer."""


@dataclass(frozen=True)
class MasterProblem:
    """One goal, as a form that is to be as great as can be, under rows; from ``source``, until ``ends``.

    ``helped``: a row may be short of its least, at a price of one; this asks whether there is any choice at all.
    """

    goal: LinearForm
    rows: Sequence[FormBound]
    source: GroupOracle
    number: int
    ends: float | None = None
    helped: bool = False


@dataclass(frozen=True)
class GroupDuals:
    """Prices of all rows, ``parts`` to a unit, as a form: what a column counts for above them, and what they bound.

    ``total`` is what all prices come to; ``above`` the most that a column counts for above its prices.
    """

    reduced: LinearForm
    total: int
    parts: int
    above: int = 0

    def bound(self, number: int) -> int:
        """Return what no choice of so many columns exceeds."""
        return (self.total + number * max(self.above, 0)) // self.parts

    def threshold(self, number: int, value: int) -> int:
        """Return what each column of a choice of this value has above its prices at least."""
        return value * self.parts - self.total - (number - 1) * max(self.above, 0)


@dataclass
class GroupMaster:
    """The columns that take part in the linear program so far, and what they count for in each row and in the goal."""

    asked: MasterProblem
    columns: Columns
    worth: IntVector = field(init=False)
    counts: IntMatrix = field(init=False)
    basis: Basis | None = None
    known: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.worth, self.counts = self._counted(self.columns)
        self.known.update(self.columns.marks())

    def new(self, columns: Columns) -> Columns:
        """Return those that are not in the program yet."""
        return columns.take(np.array([mark not in self.known for mark in columns.marks()], dtype=bool))

    def _counted(self, columns: Columns) -> tuple[IntVector, IntMatrix]:
        return self.asked.goal.of(columns), np.array([row.form.of(columns) for row in self.asked.rows])

    def join(self, fresh: Columns) -> None:
        """Take more columns."""
        worth, counts = self._counted(fresh)
        self.columns = concatenate_columns([self.columns, fresh])
        self.known.update(fresh.marks())
        self.worth = np.append(self.worth, worth)
        self.counts = np.concatenate([self.counts, counts], axis=1)

    def program(self, *, whole: bool) -> Program:
        """Return the program on these columns, and on a help for each row that asks for a least where one is given."""
        rows, count = self.asked.rows, len(self.columns)
        helped = [place for place, row in enumerate(rows) if (row.least or 0) > 0] if self.asked.helped else []
        sums = []
        for place, row in enumerate(rows):
            inside = np.flatnonzero(self.counts[place])
            counts = self.counts[place][inside]
            if place in helped:
                inside = np.append(inside, count + helped.index(place))
                counts = np.append(counts, row.least or 0)
            sums.append(LinearConstraint(inside, counts, row.least, row.most))
        names = [f"c{place}" for place in range(count)] + [f"h{place}" for place in helped]
        worth = np.append(self.worth, np.full(len(helped), -1, dtype=np.int64))
        keys = [row.key for row in rows]
        return Program(names, worth, np.zeros(len(names), dtype=bool), sums, whole, keys, self.basis)


@dataclass(frozen=True)
class MasterResult:
    """The best choice, None if none was found, its value, a bound on all, and the last duals."""

    chosen: Columns | None
    value: int | None
    bound: int | None
    duals: GroupDuals | None

    @property
    def proved(self) -> bool:
        """Return whether no choice does better."""
        return self.value is not None and self.value == self.bound


def maximise(asked: MasterProblem, start: Columns) -> MasterResult:
    """Return the best choice of columns for a goal; ``start`` holds a choice, unless the program is helped."""
    pool = GroupMaster(asked, start)
    best = GroupIncumbent(asked)
    best.take(pool, np.ones(len(start), dtype=bool))
    duals = generate_columns(pool, best)
    if not best.proved:
        solve_survivors(pool, best, duals)
    return MasterResult(best.chosen, best.value, best.bound, duals)


class GroupIncumbent:
    """The best choice so far and the best bound."""

    def __init__(self, asked: MasterProblem) -> None:
        self.asked = asked
        self.chosen: Columns | None = None
        self.value: int | None = None
        self.bound: int | None = None

    @property
    def proved(self) -> bool:
        """Return whether no choice does better."""
        return self.value is not None and self.bound is not None and self.value >= self.bound

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return PATIENCE if self.asked.ends is None else max(self.asked.ends - monotonic(), 0.0)

    def take(self, pool: GroupMaster, taken: BoolVector) -> None:
        """Keep a choice if it keeps every row and is better."""
        totals = pool.counts[:, taken].sum(axis=1)
        kept = all(
            (row.least is None or total >= row.least) and (row.most is None or total <= row.most)
            for row, total in zip(self.asked.rows, totals.tolist(), strict=True)
        )
        value = int(pool.worth[taken].sum())
        if kept and (self.value is None or value > self.value):
            self.chosen, self.value = pool.columns.take(taken), value

    def bounded(self, bound: int) -> None:
        """Keep a bound if it is better."""
        self.bound = bound if self.bound is None else min(self.bound, bound)


def generate_columns(pool: GroupMaster, best: GroupIncumbent) -> GroupDuals | None:
    """Return the last duals of the linear program, once no column is worth more than its prices, or time is over."""
    duals = None
    while not best.proved and best.left != 0:
        answer = solve_program(pool.program(whole=False), best.left)
        if answer.word is not SolverStatus.OPTIMAL:
            return duals
        pool.basis = answer.basis
        found = round_duals(pool, answer)
        over = int(found.parts * ENOUGH)
        unmet = price_heuristically(pool, found, over)
        if not len(unmet):
            fresh = pool.asked.source.price(found.reduced, over, FRESH)
            unmet = pool.new(fresh.columns)
            if fresh.most is not None:
                duals = replace(found, above=fresh.most)
                best.bounded(duals.bound(pool.asked.number))
            if not len(unmet):
                return duals
        pool.join(unmet)
    return duals


def price_heuristically(pool: GroupMaster, found: GroupDuals, over: int) -> Columns:
    """Return new columns that are worth more than their prices, of those that are found in little time."""
    quick = pool.asked.source.heuristic(found.reduced)
    if quick is None:
        return pool.columns.take(np.arange(0))
    return pool.new(quick.take(found.reduced.of(quick) > over))


def round_duals(pool: GroupMaster, answer: SolverResult) -> GroupDuals:
    """Return the solver's duals as prices in integers, 0 where the sign calls for a bound that is not there."""
    assert answer.duals is not None
    heaviest = np.abs(pool.counts).max(axis=1, initial=1)
    reach = float(np.abs(answer.duals) @ heaviest) + float(np.abs(pool.worth).max(initial=1))
    parts = int(min(max(ROOM / reach, 1), FINEST))
    reduced, total = pool.asked.goal.times(parts), 0
    for row, dual in zip(pool.asked.rows, np.rint(answer.duals * parts).astype(np.int64).tolist(), strict=True):
        end = row.most if dual > 0 else row.least
        if dual and end is not None:
            reduced = reduced.plus(row.form, -dual)
            total += dual * end
    return GroupDuals(reduced, total, parts)


def solve_survivors(pool: GroupMaster, best: GroupIncumbent, duals: GroupDuals | None) -> None:
    """Look for the best choice among all columns that a better one may hold; where they are too many, among some."""
    while not best.proved and best.left != 0:
        value = -1 if best.value is None else best.value  # a choice with help is worth less than nothing
        near = None
        if duals is not None:
            near = pool.asked.source.columns_within(duals.reduced, duals.threshold(pool.asked.number, value + 1), NEAR)
        whole = near is not None and len(near) <= MOST
        if near is None or duals is None:
            near = pool.columns
        elif not whole:
            near = near.take(np.argsort(-duals.reduced.of(near), kind="stable")[:SOME])
        if solve_milp(GroupMaster(pool.asked, near), best) and whole:
            best.bounded(value if best.value is None else best.value)
        if whole or best.value in (None, value):
            return


def solve_milp(pool: GroupMaster, best: GroupIncumbent) -> bool:
    """Ask for the best choice among some columns, and keep it; return whether it is known that none is better."""
    if not len(pool.columns):
        return True
    program = pool.program(whole=True)
    answer = solve_program(program, best.left)
    taken, worth = answer.taken(), answer.worth(program)
    if taken is not None:
        best.take(pool, taken[: len(pool.columns)])
    value = -1 if best.value is None else best.value
    return answer.word is SolverStatus.INFEASIBLE or (answer.word is SolverStatus.OPTIMAL and worth < value + 1)
