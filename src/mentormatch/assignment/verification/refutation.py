"""Check a proof that a 0-1 system has no solution: integer multipliers, cuts and a branch-and-bound tree; no solver.

A proof is a list of steps, read once, with a stack of boxes that are still open. Multipliers are ``[row, integer]``
pairs. For multipliers ``y``, every ``x`` within the rows satisfies::

    (y A) x  <=  sum of y_r upper_r (y_r > 0) or y_r lower_r (y_r < 0)  =: ceiling

The least value of ``(y A) x`` over the box is its ``base``. A box with base > ceiling is empty (Farkas 1902). Since all
columns have bounds, any rounded duals of a linear program give a valid base (Neumaier and Shcherbina 2004).

========================================  ==============================================================================
step                                      meaning
========================================  ==============================================================================
``["fix", y, blocks]``                    reduced-cost fixing: columns that can have one value only get it
``["round", y, d]``                       a Chvatal-Gomory cut: the combination of rows, divided by d and rounded down
``["pack", row, sign, terms, most]``      a cut ``terms x <= most`` that a knapsack implies, checked by a table
``["split", terms, k]``                   two boxes: ``terms x <= k`` comes first, then ``terms x >= k + 1``
``["leaf", y, blocks]``                   the box is empty; the next open box is taken from the stack
``["keep", y]``                           ``fix`` before the target row is added: it remains for the systems that follow
========================================  ==============================================================================

``blocks`` may be left out: lists of rows that share no column with each other. The base is then the least over all
``x`` that satisfy these rows, too, computed by a table per block (Lagrangean bound, Geoffrion 1974).

Invariant: after each step, every 0-1 solution of the system is in the current box or in a box on the stack. Rows are
numbered from 0; a cut or the row of a split gets the next number, and is gone when its box is closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

type IntVector = NDArray[np.int64]
type BoolVector = NDArray[np.bool_]

EXACT_INT64 = 1 << 62
"""Sums below this bound are exact in int64; beyond it, Python integers are used."""
MAX_COEFFICIENT = 1 << 38
"""No coefficient of a cut or of a split is greater."""
MAX_PACK_COEFFICIENT = 1_000
"""The table of a knapsack cut grows with its coefficients."""
MAX_BLOCK_STATES = 100_000
"""A block whose table has more states is refused."""
MAX_STEPS = 200_000
"""A proof of more steps is refused."""
MAX_WORK = 50_000_000
"""Table transitions, and terms read / ``TERMS_PER_WORK``, of one proof: a small file must not take hours."""
TERMS_PER_WORK = 50
"""Terms that numpy adds in the time of one transition of a table."""
MAX_OPEN_BYTES = 1 << 29
"""Open boxes that need more memory are refused."""


class ProofError(Exception):
    """The proof is wrong or malformed."""


def existing(bound: int | None) -> int:
    """Return a bound that a proof needs; raise ProofError if its row has none."""
    if bound is None:
        raise ProofError("a bound is needed that its row does not have")
    return bound


def require(condition: object, reason: str) -> None:
    """Raise ProofError unless the condition is true."""
    if not condition:
        raise ProofError(reason)


@dataclass(slots=True)
class Work:
    """Counts the work of the check of one proof."""

    done: int = 0

    def add(self, count: int) -> None:
        """Count work; raise ProofError beyond the limit."""
        self.done += count
        require(self.done <= MAX_WORK, "the check of the proof takes too long")


@dataclass(frozen=True, slots=True)
class System:
    """Rows ``lower <= A x <= upper`` over 0-1 columns, and a box.

    Attributes
    ----------
    rows, columns, values
        (t,) int64: the terms of A, at most one per row and column.
    lower, upper
        The bounds of each row, None: no bound.
    least, most
        (c,) bool: the bounds of each column. A column with ``least`` and not ``most`` makes the box empty.
    """

    rows: IntVector
    columns: IntVector
    values: IntVector
    lower: tuple[int | None, ...]
    upper: tuple[int | None, ...]
    least: BoolVector
    most: BoolVector

    @classmethod
    def free(cls, count: int) -> "System":
        """Return the system of ``count`` columns without a row."""
        none = np.zeros(0, dtype=np.int64)
        return cls(none, none, none, (), (), np.zeros(count, dtype=bool), np.ones(count, dtype=bool))

    @property
    def size_bytes(self) -> int:
        """The memory of the system, about."""
        return 24 * len(self.rows) + 2 * len(self.least)

    @property
    def is_empty(self) -> bool:
        """Whether some column has no value left."""
        return bool((self.least & ~self.most).any())

    def with_row(self, columns: ArrayLike, values: ArrayLike, lower: int | None, upper: int | None) -> "System":
        """Return the system with one more row; columns are distinct."""
        return self.with_rows([(np.asarray(columns, np.int64), np.asarray(values, np.int64), lower, upper)])

    def with_rows(self, rows: Iterable[tuple[IntVector, IntVector, int | None, int | None]]) -> "System":
        """Return the system with more rows: columns, values, lower and upper bound of each."""
        more = list(rows)
        if not more:
            return self
        columns, values, lower, upper = zip(*more, strict=True)
        numbers = np.repeat(np.arange(len(more)), [len(each) for each in columns])
        return self.with_terms((numbers, np.concatenate(columns), np.concatenate(values)), lower, upper)

    def with_terms(
        self, terms: tuple[IntVector, IntVector, IntVector], lower: Sequence[int | None], upper: Sequence[int | None]
    ) -> "System":
        """Return the system with more rows, by all their terms at once; these number the new rows from 0."""
        rows, columns, values = terms
        return replace(
            self,
            rows=np.concatenate([self.rows, rows + len(self.lower)]),
            columns=np.concatenate([self.columns, columns]),
            values=np.concatenate([self.values, values]),
            lower=(*self.lower, *lower),
            upper=(*self.upper, *upper),
        )

    def within(self, least: BoolVector, most: BoolVector) -> "System":
        """Return the system in another box; the terms of columns that are 0 are dropped if these are many."""
        kept = most[self.columns]
        if 2 * np.count_nonzero(kept) > len(kept):
            return replace(self, least=least, most=most)
        terms = self.rows[kept], self.columns[kept], self.values[kept]
        return System(*terms, self.lower, self.upper, least, most)

    def combine(self, multipliers: Any) -> tuple[NDArray[Any], int]:
        """Return ``y A`` as (c,) exact integers, int64 or Python's, and the ceiling of ``(y A) x``."""
        require(isinstance(multipliers, list) and multipliers, "multipliers are no list")
        ceiling, seen = 0, set[int]()
        for pair in multipliers:
            require(is_integer_pair(pair), "a multiplier is not a row and an integer")
            row, dual = pair
            require(0 <= row < len(self.lower), "a multiplier belongs to no row")
            require(row not in seen, "a multiplier is given twice")
            seen.add(row)
            ceiling += dual * self._bound(row, dual)
        greatest = max(abs(dual) for _, dual in multipliers)
        bound = greatest * int(np.abs(self.values).max(initial=1)) * (len(multipliers) + 1) * (len(self.least) + 1)
        y = np.zeros(len(self.lower), dtype=object if bound >= EXACT_INT64 else np.int64)
        for row, dual in multipliers:
            y[row] = dual
        used = np.flatnonzero(y[self.rows] != 0)
        total = np.zeros(len(self.least), dtype=y.dtype)
        np.add.at(total, self.columns[used], y[self.rows[used]] * self.values[used])
        return total, ceiling

    def _bound(self, row: int, dual: int) -> int:
        """Return the bound of a row that a multiplier pays; 0 pays none."""
        return existing(self.upper[row] if dual > 0 else self.lower[row] if dual < 0 else None)

    def slack(self, multipliers: Any, blocks: Any, work: Work) -> tuple[NDArray[Any], int]:
        """Return ``y A`` and ceiling - base; if the latter is below 0, the box holds no solution."""
        require(isinstance(blocks, list), "blocks are no list")
        total, ceiling = self.combine(multipliers)
        cheapest = np.zeros_like(total)
        some = np.flatnonzero(total)
        parts = total[some]
        cheapest[some] = np.where(self.least[some], parts, np.where(self.most[some], np.minimum(parts, 0), 0))
        room, seen = ceiling - int(cheapest[some].sum()), np.zeros(len(cheapest), dtype=bool)
        if not blocks:
            return total, room
        order = np.flatnonzero((self.most | self.least)[self.columns])
        order = order[np.argsort(self.rows[order], kind="stable")]
        numbers = np.arange(len(self.lower))
        starts, ends = (np.searchsorted(self.rows[order], numbers, side) for side in ("left", "right"))
        for block in blocks:
            limits = self._block_limits(block)
            terms = [order[starts[row] : ends[row]] for row in block]
            members = np.unique(self.columns[np.concatenate(terms)])
            uses = np.zeros((len(block), len(members)), dtype=np.int64)
            for place, row_terms in enumerate(terms):
                uses[place, np.searchsorted(members, self.columns[row_terms])] = self.values[row_terms]
            require((uses >= 0).all(), "a coefficient of a block is below 0")
            require(not seen[members].any(), "blocks share a column")
            seen[members] = True
            # A column that only adds to the cost is left out unless the box requires it
            listed = np.flatnonzero((cheapest[members] != 0) | self.least[members]).tolist()
            items = [
                (uses[:, place].tolist(), int(total[members[place]]), bool(self.least[members[place]]))
                for place in listed
            ]
            least_cost = cheapest_within(items, limits, work)
            if least_cost is None:
                return total, -1
            room -= least_cost - int(cheapest[members].sum())
        return total, room

    def _block_limits(self, block: Any) -> list[int]:
        require(isinstance(block, list) and block, "a block is no list of rows")
        require(all(type(row) is int and 0 <= row < len(self.lower) for row in block), "a block has an unknown row")
        require(len(set(block)) == len(block), "a block has a row twice")
        return [existing(self.upper[row]) for row in block]

    def fix(self, multipliers: Any, blocks: Any, work: Work) -> "System":
        """Return the smaller box: a column whose other value costs more than ceiling - base keeps one value."""
        total, room = self.slack(multipliers, blocks, work)
        require(room >= 0, "a box that is to be narrowed is empty")
        least, most = self.least.copy(), self.most.copy()
        free = np.flatnonzero(total)
        free = free[most[free] & ~least[free]]
        most[free[total[free] > room]] = False
        if not blocks:  # with blocks, the base already counts what a column costs among the others of its block
            least[free[-total[free] > room]] = True
        return self.within(least, most)

    def round(self, multipliers: Any, divisor: Any) -> "System":
        """Return the system with a Chvatal-Gomory cut."""
        require(type(divisor) is int and divisor > 0, "a divisor is not a positive integer")
        total, ceiling = self.combine(multipliers)
        cut = [value // divisor for value in total.tolist()]
        require(all(abs(value) <= MAX_COEFFICIENT for value in cut), "a rounded row has too great a coefficient")
        columns = [place for place, value in enumerate(cut) if value]
        return self.with_row(columns, [cut[place] for place in columns], None, ceiling // divisor)

    def pack(self, row: Any, sign: Any, terms: Any, most: Any, work: Work) -> "System":
        """Return the system with ``terms x <= most``, if the weights of a row leave room for no more."""
        require(type(row) is int and 0 <= row < len(self.lower), "a knapsack cut belongs to no row")
        require(type(sign) is int and sign in (1, -1) and type(most) is int, "a knapsack cut is malformed")
        bound = self._bound(row, sign)
        row_terms = self.rows == row
        weights = np.zeros(len(self.least), dtype=object)
        np.add.at(weights, self.columns[row_terms], sign * self.values[row_terms].astype(object))
        # What the row leaves beyond the least weight that the box can have
        lightest = np.where(self.least, weights, np.where(self.most, np.minimum(weights, 0), 0))
        room = sign * bound - sum(lightest.tolist())
        columns, worths = read_terms(terms, len(self.least))
        require(all(0 < worth <= MAX_PACK_COEFFICIENT for worth in worths), "a knapsack coefficient is out of range")
        fixed_worth, items = 0, list[tuple[int, int]]()
        for column, worth in zip(columns, worths, strict=True):
            if self.least[column]:
                fixed_worth += worth
            elif self.most[column]:
                items.append((worth, max(weights[column], 0)))
        require(fixed_worth + greatest_worth(items, room, work) <= most, "a knapsack leaves room for more")
        return self.with_row(columns, worths, None, most)

    def split(self, terms: Any, k: Any) -> tuple["System", "System"]:
        """Return the boxes ``terms x <= k`` and ``terms x >= k + 1``; a single column at 0 adds no row."""
        columns, values = read_terms(terms, len(self.least))
        require(type(k) is int, "a split is not at an integer")
        if values == [1] and k == 0:
            zero, one = self.most.copy(), self.least.copy()
            zero[columns], one[columns] = False, True
            return replace(self, most=zero), replace(self, least=one)
        return self.with_row(columns, values, None, k), self.with_row(columns, values, k + 1, None)


def cheapest_within(items: Sequence[tuple[list[int], int, bool]], limits: list[int], work: Work) -> int | None:
    """Return the least cost of a set of items within the limits; None if the required items exceed them.

    An item is its use of each limit, its cost, and whether it is required. The table maps the total use to the
    least cost (Bellman 1957).
    """
    states = {(0,) * len(limits): 0}
    for uses, cost, is_required in items:
        work.add(len(states))
        longer = dict[tuple[int, ...], int]()
        for used, total in states.items():
            after = tuple(map(int.__add__, used, uses))
            if all(map(int.__le__, after, limits)):
                longer[after] = total + cost
        if not is_required:
            for used, total in states.items():
                longer[used] = min(total, longer.get(used, total))
        states = longer
        require(len(states) <= MAX_BLOCK_STATES, "a block has too many states")
    return min(states.values(), default=None)


def greatest_worth(items: Sequence[tuple[int, int]], room: int, work: Work) -> int:
    """Return the greatest worth of items (worth, weight >= 0) whose weights sum to ``room`` at most; 0 of none."""
    lightest = {0: 0}
    for worth, weight in items:
        work.add(len(lightest))
        for total, used in list(lightest.items()):
            if used + weight <= room:
                after = total + worth
                lightest[after] = min(used + weight, lightest.get(after, used + weight))
    return max(lightest)


def is_integer_pair(value: Any) -> bool:
    """Return whether a value of JSON is a list of two integers."""
    return isinstance(value, list) and len(value) == 2 and type(value[0]) is type(value[1]) is int


def read_terms(terms: Any, count: int) -> tuple[list[int], list[int]]:
    """Return the columns, ascending, and the coefficients of ``[column, coefficient]`` pairs."""
    require(isinstance(terms, list) and terms, "terms are no list")
    require(all(map(is_integer_pair, terms)), "a term is not a column and an integer")
    columns, values = [column for column, _ in terms], [value for _, value in terms]
    require(all(low < high for low, high in pairwise(columns)), "columns do not ascend")
    require(columns[0] >= 0 and columns[-1] < count, "a term belongs to no column")
    require(all(abs(value) <= MAX_COEFFICIENT for value in values), "a coefficient is too great")
    return columns, values


def narrow(system: System, steps: Any) -> tuple[System, Any]:
    """Return the box that leading ``keep`` steps leave of a system, for all that follows, and the other steps.

    Raises ProofError if such a step is malformed or wrong.
    """
    work, count = Work(), 0
    for step in steps if isinstance(steps, list) else ():
        match step:
            case ["keep", multipliers]:
                work.add(1 + len(system.rows) // TERMS_PER_WORK)
                system = system.fix(multipliers, [], work)
                count += 1
            case _:
                break
    return system, steps[count:] if count else steps


def refute(system: System, steps: Any) -> int:
    """Check that steps close every box of a system; return the number of leaves.

    Raises
    ------
    ProofError
        If a step is malformed or wrong, or a box stays open. Nothing else is raised, whatever ``steps`` is.

    Examples
    --------
    Two columns of which one at most, and both, are required:

    >>> system = System.free(2).with_row([0, 1], [1, 1], None, 1).with_row([0, 1], [1, 1], 2, None)
    >>> refute(system, [["leaf", [[0, 1], [1, -1]]]])
    1
    """
    require(isinstance(steps, list), "steps are no list")
    require(len(steps) <= MAX_STEPS, "the proof has too many steps")
    boxes, open_bytes, work, leaves = [system], system.size_bytes, Work(), 0
    for step in steps:
        require(isinstance(step, list), "a step is no list")
        require(boxes, "steps follow the last box")
        box = boxes.pop()
        open_bytes -= box.size_bytes
        work.add(1 + len(box.rows) // TERMS_PER_WORK)
        match [*step, []] if len(step) == 2 else step:
            case ["fix", multipliers, blocks]:
                narrowed = [box.fix(multipliers, blocks, work)]
            case ["round", multipliers, divisor]:
                narrowed = [box.round(multipliers, divisor)]
            case ["pack", row, sign, terms, most]:
                narrowed = [box.pack(row, sign, terms, most, work)]
            case ["split", terms, k]:
                narrowed = [*reversed(box.split(terms, k))]
            case ["leaf", multipliers, blocks]:
                if not box.is_empty:
                    _, slack = box.slack(multipliers, blocks, work)
                    require(slack < 0, "a box that a leaf closes is not empty")
                leaves += 1
                narrowed = []
            case _:
                raise ProofError("a step is unknown")
        boxes += narrowed
        open_bytes += sum(part.size_bytes for part in narrowed)
        require(open_bytes <= MAX_OPEN_BYTES, "too many boxes are open")
    require(not boxes, "a box is left open")
    return leaves
