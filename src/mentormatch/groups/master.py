"""Column generation for one goal: restricted master LP, integer dual bound, reduced-cost fixing, final MILP.

Set packing over groups (columns). The restricted master LP is solved by simplex, its duals are rounded to integers, and
the pricing oracle looks for columns of positive reduced profit (Gilmore and Gomory 1961). With K columns in a choice
the dual bound is the dual objective plus K times the greatest reduced profit (Lasdon 1970), exact in integers for any
duals. A choice better than the incumbent holds no column whose reduced profit is below a threshold (reduced-cost
fixing), so a MILP on the few others decides. The live program of ``pair_master`` prices pairs, and cannot be used where
OR-Tools keeps this process from loading HiGHS. Each program begins with the basis of the last one: ten problems of 22
to 40 people took 56.5 s of processor time with it and 60.5 s without, 1.20 and 1.63 s at most apart.
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
"""Sums of duals stay below the first, far within int64; they are rounded to the second part of a unit at best."""
FRESH = 400
"""So many columns join the master in one round of pricing."""
PATIENCE = 60.0
"""Seconds that one program may take where there is no time limit."""
ENOUGH = 1e-3
"""A column of a smaller reduced profit does not join the master."""
NEAR, MOST, SOME = 300_000, 10_000, 3_000
"""Columns that pass reduced-cost fixing are listed up to the first number. Up to the second, one MILP on all of them
decides; of more, a MILP on the third number of them, the best, looks for an incumbent that leaves fewer."""


@dataclass(frozen=True)
class MasterProblem:
    """One goal, a form to maximise, under ``rows``, over the columns of ``source``; ``number`` of them at most.

    ``helped``: phase 1, with an artificial variable of profit -1 in each row that asks for a least; a feasible choice
    has the value 0. ``ends``: the deadline, in seconds of the monotonic clock.
    """

    goal: LinearForm
    rows: Sequence[FormBound]
    source: GroupOracle
    number: int
    ends: float | None = None
    helped: bool = False


@dataclass(frozen=True)
class GroupDuals:
    """Duals of all rows, as integers over the denominator ``parts``.

    ``reduced`` is the reduced profit of a column, as a form; ``total`` the dual objective of the rows; ``above`` the
    greatest reduced profit of any column.
    """

    reduced: LinearForm
    total: int
    parts: int
    above: int = 0

    def bound(self, number: int) -> int:
        """Return the dual bound on a choice of ``number`` columns at most, in whole units."""
        return (self.total + number * max(self.above, 0)) // self.parts

    def threshold(self, number: int, value: int) -> int:
        """Return the least reduced profit of a column in a choice of this ``value`` or more."""
        return value * self.parts - self.total - (number - 1) * max(self.above, 0)


@dataclass
class GroupMaster:
    """The restricted master: its columns, their coefficients in the goal (``worth``) and in the rows (``counts``)."""

    problem: MasterProblem
    columns: Columns
    worth: IntVector = field(init=False)
    counts: IntMatrix = field(init=False)
    basis: Basis | None = None
    known: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.worth, self.counts = self._coefficients(self.columns)
        self.known.update(self.columns.marks())

    def new(self, columns: Columns) -> Columns:
        """Return the columns that are not in the master yet."""
        return columns.take(np.array([mark not in self.known for mark in columns.marks()], dtype=bool))

    def _coefficients(self, columns: Columns) -> tuple[IntVector, IntMatrix]:
        """Return (c,) and (r, c): the coefficients of columns in the goal and in the rows."""
        return self.problem.goal.of(columns), np.array([row.form.of(columns) for row in self.problem.rows])

    def join(self, fresh: Columns) -> None:
        """Add columns."""
        worth, counts = self._coefficients(fresh)
        self.columns = concatenate_columns([self.columns, fresh])
        self.known.update(fresh.marks())
        self.worth = np.append(self.worth, worth)
        self.counts = np.concatenate([self.counts, counts], axis=1)

    def program(self, *, whole: bool) -> Program:
        """Return the program: the artificial variables of phase 1, then these columns, 0-1 if ``whole``."""
        rows, helped, sums = self.problem.rows, self.helped, []
        for place, row in enumerate(rows):
            inside = np.flatnonzero(self.counts[place])
            counts = self.counts[place][inside]
            inside += len(helped)
            if place in helped:
                # The artificial variable fills the row by itself
                inside = np.append(helped.index(place), inside)
                counts = np.append(row.least or 0, counts)
            sums.append(LinearConstraint(inside, counts, row.least, row.most))
        worth = np.append(np.full(len(helped), -1, dtype=np.int64), self.worth)
        return Program(worth, np.zeros(len(worth), dtype=bool), sums, whole, self.basis)

    @property
    def helped(self) -> list[int]:
        """The rows that have an artificial variable."""
        rows = enumerate(self.problem.rows) if self.problem.helped else ()
        return [place for place, row in rows if (row.least or 0) > 0]


@dataclass(frozen=True)
class MasterResult:
    """The incumbent, None if none was found, its value, the upper bound, and the last duals."""

    chosen: Columns | None
    value: int | None
    bound: int | None
    duals: GroupDuals | None

    @property
    def proved(self) -> bool:
        """Return whether no choice does better."""
        return self.value is not None and self.value == self.bound


def maximise(problem: MasterProblem, start: Columns) -> MasterResult:
    """Return the optimal choice of columns for a goal; ``start`` is a feasible one, or in phase 1 any columns."""
    pool = GroupMaster(problem, start)
    best = GroupIncumbent(problem)
    # The start is an incumbent, or in phase 1 only columns
    best.take(pool, np.ones(len(start), dtype=bool))
    # LP by column generation; if there is a gap, the MILP on the columns that remain
    duals = generate_columns(pool, best)
    if not best.proved:
        solve_remaining_columns(pool, best, duals)
    return MasterResult(best.chosen, best.value, best.bound, duals)


class GroupIncumbent:
    """The best feasible choice and the best upper bound so far."""

    def __init__(self, problem: MasterProblem) -> None:
        self.problem = problem
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
        return PATIENCE if self.problem.ends is None else max(self.problem.ends - monotonic(), 0.0)

    def take(self, pool: GroupMaster, taken: BoolVector) -> None:
        """Take a choice as the incumbent if it satisfies every row and is better."""
        totals = pool.counts[:, taken].sum(axis=1)
        kept = all(
            (row.least is None or total >= row.least) and (row.most is None or total <= row.most)
            for row, total in zip(self.problem.rows, totals.tolist(), strict=True)
        )
        value = int(pool.worth[taken].sum())
        if kept and (self.value is None or value > self.value):
            self.chosen, self.value = pool.columns.take(taken), value

    def tighten(self, bound: int) -> None:
        """Take an upper bound if it is closer."""
        self.bound = bound if self.bound is None else min(self.bound, bound)


def generate_columns(pool: GroupMaster, best: GroupIncumbent) -> GroupDuals | None:
    """Generate columns until none has a positive reduced profit, or the time is up; return the last proved duals."""
    duals = None
    while not best.proved and best.left != 0:
        # Restricted master
        answer = solve_program(pool.program(whole=False), best.left)
        if answer.status is not SolverStatus.OPTIMAL:
            return duals
        pool.basis = answer.basis
        found = round_duals(pool, answer)
        over = int(found.parts * ENOUGH)
        # Pricing: the heuristic first, the exact oracle where it finds nothing
        unmet = price_heuristically(pool, found, over)
        if not len(unmet):
            fresh = pool.problem.source.price(found.reduced, over, FRESH)
            unmet = pool.new(fresh.columns)
            # The greatest reduced profit gives the dual bound
            if fresh.most is not None:
                duals = replace(found, above=fresh.most)
                best.tighten(duals.bound(pool.problem.number))
            if not len(unmet):
                return duals
        pool.join(unmet)
    return duals


def price_heuristically(pool: GroupMaster, found: GroupDuals, over: int) -> Columns:
    """Return new columns of a reduced profit above ``over``, of those that a heuristic finds."""
    quick = pool.problem.source.heuristic(found.reduced)
    if quick is None:
        return pool.columns.take(np.arange(0))
    return pool.new(quick.take(found.reduced.of(quick) > over))


def round_duals(pool: GroupMaster, answer: SolverResult) -> GroupDuals:
    """Return the solver's duals rounded to integers, 0 where the sign calls for a bound that the row does not have."""
    assert answer.duals is not None
    # The finest denominator with which no reduced profit leaves the exact range
    heaviest = np.abs(pool.counts).max(axis=1, initial=1)
    reach = float(np.abs(answer.duals) @ heaviest) + float(np.abs(pool.worth).max(initial=1))
    parts = int(min(max(ROOM / reach, 1), FINEST))
    reduced, total = pool.problem.goal.times(parts), 0
    for row, dual in zip(pool.problem.rows, np.rint(answer.duals * parts).astype(np.int64).tolist(), strict=True):
        # The bound that the dual is paid for; none: the dual is noise of the solver
        end = row.most if dual > 0 else row.least
        if dual and end is not None:
            reduced = reduced.plus(row.form, -dual)
            total += dual * end
    return GroupDuals(reduced, total, parts)


def solve_remaining_columns(pool: GroupMaster, best: GroupIncumbent, duals: GroupDuals | None) -> None:
    """Solve the MILP on all columns that pass reduced-cost fixing; while they are too many, on the best of them."""
    while not best.proved and best.left != 0:
        value = -1 if best.value is None else best.value  # phase 1: below 0 while artificial variables are used
        near = None
        if duals is not None:
            # Reduced-cost fixing: all columns that a better choice can hold
            near = pool.problem.source.columns_within(
                duals.reduced, duals.threshold(pool.problem.number, value + 1), NEAR
            )
        whole = near is not None and len(near) <= MOST
        if near is None or duals is None:
            near = pool.columns
        # Too many: the best of them, for a better incumbent and a smaller gap
        elif not whole:
            near = near.take(np.argsort(-duals.reduced.of(near), kind="stable")[:SOME])
        # All were in and none is better: the incumbent is optimal
        if solve_milp(GroupMaster(pool.problem, near), best) and whole:
            best.tighten(value if best.value is None else best.value)
        if whole or best.value in (None, value):
            return


def solve_milp(pool: GroupMaster, best: GroupIncumbent) -> bool:
    """Solve the 0-1 program on some columns for a better incumbent; return whether none is better is proved."""
    if not len(pool.columns):
        return True
    program = pool.program(whole=True)
    answer = solve_program(program, best.left)
    taken, worth = answer.integral_choice(), answer.profit(program)
    if taken is not None:
        best.take(pool, taken[len(pool.helped) :])
    value = -1 if best.value is None else best.value
    return answer.status is SolverStatus.INFEASIBLE or (answer.status is SolverStatus.OPTIMAL and worth < value + 1)
