"""Column generation for one goal: restricted master LP, integer dual bound, reduced-cost fixing, final MILP.

The problem is set packing over groups (columns).

1. Simplex solves the restricted master LP. Its duals are rounded to integers, and the pricing oracle returns columns
   with positive reduced profit (Gilmore and Gomory 1961).
2. If a choice has at most K columns, the dual objective plus K times the greatest reduced profit is a bound (Lasdon
   1970). It is exact in integers for any duals.
3. A choice better than the incumbent contains no column with a reduced profit below a threshold (reduced-cost fixing).
   A MILP on the other columns decides.

The live program of ``pair_master`` prices pairs, and cannot be used if OR-Tools prevents this process from loading
HiGHS. Each program begins with the previous basis: ten problems of 22 to 40 people took 56.5 s of processor time with
it and 60.5 s without, 1.20 and 1.63 s at most apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

import numpy as np

from mentormatch.assignment.mip.dispatch import solve_program
from mentormatch.assignment.mip.program_model import Basis, LinearConstraint, Program, SolverResult, SolverStatus
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.groups.columns import Columns, LinearForm, MasterRow, concatenate_columns
from mentormatch.groups.oracle import GroupOracle


@dataclass(frozen=True, slots=True)
class MasterOptions:
    """Limits of the programs of groups and of their columns."""

    max_dual_sum: int = 1 << 52  # sums of duals stay below, far within int64
    max_denominator: int = 1 << 30  # duals are rounded to this part of a unit at best
    columns_per_pricing: int = 400
    program_limit_s: float = 60.0  # if there is no time limit
    min_reduced_profit: float = 1e-3  # a column of a smaller one does not join the master
    max_listed_columns: int = 300_000  # columns that pass reduced-cost fixing are listed up to this number;
    max_milp_columns: int = 10_000  # up to this number, one MILP on all of them decides;
    incumbent_columns: int = 3_000  # of more, a MILP on so many of the best looks for an incumbent that leaves fewer


MASTER_OPTIONS = MasterOptions()


@dataclass(frozen=True)
class MasterProblem:
    """One goal, a form to maximise, under ``rows``, over up to ``number`` columns of the oracle.

    ``phase_one``: an artificial variable of profit -1 in each row with a lower bound; a feasible choice then has the
    value 0. ``deadline`` is in seconds of the monotonic clock.
    """

    goal: LinearForm
    rows: Sequence[MasterRow]
    oracle: GroupOracle
    number: int
    deadline: float | None = None
    phase_one: bool = False


@dataclass(frozen=True)
class GroupDuals:
    """Duals of all rows, as integers over ``denominator``.

    ``reduced`` is the reduced profit of a column, as a form; ``total`` is the dual objective of the rows.
    ``max_reduced_profit`` is the greatest reduced profit of any column.
    """

    reduced: LinearForm
    total: int
    denominator: int
    max_reduced_profit: int = 0

    def bound(self, number: int) -> int:
        """Return the dual bound on choices of up to ``number`` columns, in whole units."""
        return (self.total + number * max(self.max_reduced_profit, 0)) // self.denominator

    def threshold(self, number: int, value: int) -> int:
        """Return the minimum reduced profit of a column in a choice with this ``value`` or a greater one."""
        return value * self.denominator - self.total - (number - 1) * max(self.max_reduced_profit, 0)


@dataclass
class GroupMaster:
    """The restricted master: its columns, and their coefficients in the goal (``worth``) and in the rows."""

    problem: MasterProblem
    columns: Columns
    worth: IntVector = field(init=False)
    coefficients: IntMatrix = field(init=False)
    basis: Basis | None = None
    known: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.worth, self.coefficients = self._coefficients(self.columns)
        self.known.update(self.columns.identities())

    def new(self, columns: Columns) -> Columns:
        """Return the columns that are not in the master yet."""
        is_new = np.array([identity not in self.known for identity in columns.identities()], dtype=bool)
        return columns.take(is_new)

    def _coefficients(self, columns: Columns) -> tuple[IntVector, IntMatrix]:
        """Return (c,) and (r, c): the coefficients of columns in the goal and in the rows."""
        return self.problem.goal.of(columns), np.array([row.form.of(columns) for row in self.problem.rows])

    def add_columns(self, fresh: Columns) -> None:
        worth, coefficients = self._coefficients(fresh)
        self.columns = concatenate_columns([self.columns, fresh])
        self.known.update(fresh.identities())
        self.worth = np.append(self.worth, worth)
        self.coefficients = np.concatenate([self.coefficients, coefficients], axis=1)

    def program(self, *, whole: bool) -> Program:
        """Return the program: the artificial variables of phase 1, then the columns, 0-1 if ``whole``."""
        rows, phase_one, constraints = self.problem.rows, self.phase_one, []
        for index, row in enumerate(rows):
            nonzero = np.flatnonzero(self.coefficients[index])
            coefficients = self.coefficients[index][nonzero]
            nonzero += len(phase_one)
            if index in phase_one:
                # The artificial variable fills the row by itself
                nonzero = np.append(phase_one.index(index), nonzero)
                coefficients = np.append(row.least or 0, coefficients)
            constraints.append(LinearConstraint(nonzero, coefficients, row.least, row.most))
        worth = np.append(np.full(len(phase_one), -1, dtype=np.int64), self.worth)
        return Program(worth, np.zeros(len(worth), dtype=bool), constraints, whole, self.basis)

    @property
    def phase_one(self) -> list[int]:
        """The indices of the rows that have an artificial variable."""
        rows = enumerate(self.problem.rows) if self.problem.phase_one else ()
        return [index for index, row in rows if (row.least or 0) > 0]


@dataclass(frozen=True)
class MasterResult:
    """The incumbent and its value (None if none was found), the upper bound, and the last duals."""

    chosen: Columns | None
    value: int | None
    bound: int | None
    duals: GroupDuals | None

    @property
    def proved(self) -> bool:
        """Whether the incumbent is proved optimal."""
        return self.value is not None and self.value == self.bound


def maximise(problem: MasterProblem, start: Columns) -> MasterResult:
    """Return the optimal choice of columns; ``start`` is feasible, except in phase 1."""
    master = GroupMaster(problem, start)
    incumbent = GroupIncumbent(problem)
    # In phase 1 the start need not be feasible
    incumbent.take(master, np.ones(len(start), dtype=bool))
    # LP by column generation; if a gap remains, a MILP on the columns that are not excluded
    duals = generate_columns(master, incumbent)
    if not incumbent.proved:
        solve_remaining_columns(master, incumbent, duals)
    return MasterResult(incumbent.chosen, incumbent.value, incumbent.bound, duals)


class GroupIncumbent:
    """The best feasible choice and the smallest upper bound so far."""

    def __init__(self, problem: MasterProblem) -> None:
        self.problem = problem
        self.chosen: Columns | None = None
        self.value: int | None = None
        self.bound: int | None = None

    @property
    def proved(self) -> bool:
        """Whether the incumbent is proved optimal."""
        return self.value is not None and self.bound is not None and self.value >= self.bound

    @property
    def remaining_s(self) -> float:
        """The seconds before the deadline; a default limit if there is no deadline."""
        deadline = self.problem.deadline
        return MASTER_OPTIONS.program_limit_s if deadline is None else max(deadline - monotonic(), 0.0)

    def take(self, master: GroupMaster, is_chosen: BoolVector) -> None:
        """Replace the incumbent if the choice satisfies every row and has a greater value."""
        totals = master.coefficients[:, is_chosen].sum(axis=1)
        is_feasible = all(
            (row.least is None or total >= row.least) and (row.most is None or total <= row.most)
            for row, total in zip(self.problem.rows, totals.tolist(), strict=True)
        )
        value = int(master.worth[is_chosen].sum())
        if is_feasible and (self.value is None or value > self.value):
            self.chosen, self.value = master.columns.take(is_chosen), value

    def tighten(self, bound: int) -> None:
        self.bound = bound if self.bound is None else min(self.bound, bound)


def generate_columns(master: GroupMaster, incumbent: GroupIncumbent) -> GroupDuals | None:
    """Generate columns until none has a positive reduced profit, or until the deadline.

    Return the last duals whose bound is proved; None if there are none.
    """
    duals = None
    while not incumbent.proved and incumbent.remaining_s != 0:
        # Restricted master
        result = solve_program(master.program(whole=False), incumbent.remaining_s)
        if result.status is not SolverStatus.OPTIMAL:
            return duals
        master.basis = result.basis
        rounded = round_duals(master, result)
        min_profit = int(rounded.denominator * MASTER_OPTIONS.min_reduced_profit)
        # Pricing: the heuristic first, the exact oracle if the heuristic finds nothing
        new_columns = price_heuristically(master, rounded, min_profit)
        if not len(new_columns):
            priced = master.problem.oracle.price(rounded.reduced, min_profit, MASTER_OPTIONS.columns_per_pricing)
            new_columns = master.new(priced.columns)
            # The greatest reduced profit gives the dual bound
            if priced.most is not None:
                duals = replace(rounded, max_reduced_profit=priced.most)
                incumbent.tighten(duals.bound(master.problem.number))
            if not len(new_columns):
                return duals
        master.add_columns(new_columns)
    return duals


def price_heuristically(master: GroupMaster, duals: GroupDuals, min_profit: int) -> Columns:
    """Return new columns with a reduced profit above ``min_profit``, from a heuristic."""
    columns = master.problem.oracle.heuristic(duals.reduced)
    if columns is None:
        return master.columns.take(np.arange(0))
    return master.new(columns.take(duals.reduced.of(columns) > min_profit))


def round_duals(master: GroupMaster, result: SolverResult) -> GroupDuals:
    """Return the solver's duals rounded to integers; 0 if the row lacks the bound that the sign refers to."""
    assert result.duals is not None
    # The largest denominator with which every reduced profit stays exact
    heaviest = np.abs(master.coefficients).max(axis=1, initial=1)
    largest_sum = float(np.abs(result.duals) @ heaviest) + float(np.abs(master.worth).max(initial=1))
    denominator = int(min(max(MASTER_OPTIONS.max_dual_sum / largest_sum, 1), MASTER_OPTIONS.max_denominator))
    reduced, total = master.problem.goal.times(denominator), 0
    for row, dual in zip(
        master.problem.rows, np.rint(result.duals * denominator).astype(np.int64).tolist(), strict=True
    ):
        # The active bound; None: the dual is numerical noise
        bound = row.most if dual > 0 else row.least
        if dual and bound is not None:
            reduced = reduced.plus(row.form, -dual)
            total += dual * bound
    return GroupDuals(reduced, total, denominator)


def solve_remaining_columns(master: GroupMaster, incumbent: GroupIncumbent, duals: GroupDuals | None) -> None:
    """Solve the MILP on the columns that pass reduced-cost fixing; if too many, on the best ones."""
    while not incumbent.proved and incumbent.remaining_s != 0:
        value = (
            -1 if incumbent.value is None else incumbent.value
        )  # phase 1: below 0 while artificial variables are used
        candidates = None
        if duals is not None:
            # Reduced-cost fixing: all columns that a better choice can contain
            candidates = master.problem.oracle.columns_within(
                duals.reduced, duals.threshold(master.problem.number, value + 1), MASTER_OPTIONS.max_listed_columns
            )
        is_complete = candidates is not None and len(candidates) <= MASTER_OPTIONS.max_milp_columns
        if candidates is None or duals is None:
            candidates = master.columns
        # Too many columns: the best ones, for a better incumbent and a smaller gap
        elif not is_complete:
            best_first = np.argsort(-duals.reduced.of(candidates), kind="stable")
            candidates = candidates.take(best_first[: MASTER_OPTIONS.incumbent_columns])
        # All candidates were included and none is better: the incumbent is optimal
        if solve_milp(GroupMaster(master.problem, candidates), incumbent) and is_complete:
            incumbent.tighten(value if incumbent.value is None else incumbent.value)
        if is_complete or incumbent.value in (None, value):
            return


def solve_milp(master: GroupMaster, incumbent: GroupIncumbent) -> bool:
    """Solve the 0-1 program on some columns; return whether it proves that no choice of them is better."""
    if not len(master.columns):
        return True
    program = master.program(whole=True)
    result = solve_program(program, incumbent.remaining_s)
    is_chosen, profit = result.integral_choice(), result.profit(program)
    if is_chosen is not None:
        incumbent.take(master, is_chosen[len(master.phase_one) :])
    value = -1 if incumbent.value is None else incumbent.value
    return result.status is SolverStatus.INFEASIBLE or (result.status is SolverStatus.OPTIMAL and profit < value + 1)
