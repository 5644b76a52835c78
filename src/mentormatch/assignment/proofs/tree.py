"""A 0-1 system without a solution -> the steps that show it: root duals, fixing, lifted covers, strong branching.

The system is known to have no solution (from the solve), so the order in which boxes are closed does not matter: the
tree is searched depth first. A wrong step would be refused by the checker.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import Any, Protocol

import numpy as np

from mentormatch.assignment.mip.cutting_planes import broken_cut
from mentormatch.assignment.mip.program_model import FAR, never
from mentormatch.assignment.proofs.blocks import BlockProver, find_blocks
from mentormatch.assignment.proofs.relaxation import BudgetError, LinearRelaxation, Multipliers, Node, broken_row
from mentormatch.assignment.verification.claims import Claims
from mentormatch.assignment.verification.refutation import MAX_PACK_COEFFICIENT, ProofError, System, Work
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector

type Steps = list[list[Any]]


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """Tuning of the tree and of its linear programs."""

    max_first_columns: int = 4_000  # a system of no more columns is put into the first program whole;
    first_pairs_per_person: int = 10  # that of a larger one has so many pairs per person
    min_new_columns: int = 500  # pricing adds at least so many, or half of the present number
    pricing_tolerance: float = 1e-7
    strong_candidates: int = 4  # the number of columns, and of rows, that strong branching tries
    fraction_tolerance: float = 1e-6
    activity_tolerance: float = 1e-5
    max_short_hours: int = 24  # with more units per person, cuts are tried before loads, whose table grows with them
    max_cut_rounds: int = 30
    max_poor_rounds: int = 3  # rounds that move the bound
    poor_round_share: float = 0.01  # by less than this share of the change of all rounds
    min_cut_dual: float = 1e-7  # a cut with a smaller one is dropped


TREE_OPTIONS = TreeOptions()


@dataclass(slots=True)
class Budget:
    """The limits of one proof.

    Attributes
    ----------
    deadline
        Seconds of the monotonic clock, None: no limit.
    stopped
        Returns whether the caller no longer waits.
    leaves, work
        The leaves, and the work of linear programs, that remain: the same on every machine.
    """

    deadline: float | None = None
    stopped: Callable[[], bool] = never
    leaves: int = 2_000
    work: int = 1_000_000  # linear programs may take about a second: see ``LinearRelaxation.work``

    def spend(self, *, leaves: int = 0, work: int = 0) -> None:
        """Subtract leaves and work. Raises BudgetError if more than the rest is spent, time is over, or on a stop."""
        self.leaves -= leaves
        self.work -= work
        if self.leaves < 0 or self.work < 0 or self.stopped() or (self.deadline and monotonic() > self.deadline):
            raise BudgetError


class ColumnGuide(Protocol):
    """The score of each column and two of its people, all (e,) int64, for the choice of the first columns."""

    @property
    def mentors(self) -> IntVector: ...
    @property
    def mentees(self) -> IntVector: ...
    @property
    def scores(self) -> IntVector: ...


@dataclass(slots=True)
class Prover:
    """Proves that a system has no solution. Blocks are used only for ``Claims``, whose columns are pairs.

    Attributes
    ----------
    chosen
        (e,) bool: the answer, if there is one.
    root
        The duals of the linear program of the whole system, empty before that is solved.
    plain
        Whether the steps are to be ``leaf``, ``fix`` and ``split`` of one column alone, without blocks.
    program
        The linear program of a system that shares the rows before its target, as a start; then that of this system.
    aim
        The target row if it is not the last one.
    """

    claims: Claims | ColumnGuide
    system: System
    chosen: BoolVector | None = None
    budget: Budget = field(default_factory=Budget)
    steps: Steps = field(default_factory=list)
    root: Multipliers = field(default_factory=list)
    plain: bool = False
    program: LinearRelaxation | None = None
    aim: int | None = None

    @property
    def target(self) -> int:
        """The row whose sum the linear programs maximise."""
        return len(self.system.lower) - 1 if self.aim is None else self.aim

    def prove(self) -> Steps:
        """Return the steps. Raises BudgetError if the budget does not suffice, as for a system with a solution."""
        broken = broken_row(self.system)
        if broken is not None:
            self.root = [broken]
            return [["leaf", self.root]]
        node = self._fix(Node.root(self.system), self._sums_of_one_pair())
        self.system = node.system
        relaxation, is_optimal = self._root_program(node)
        self.program = relaxation
        leaf = relaxation.leaf(node, is_optimal=is_optimal)
        if leaf is not None:
            self.root = leaf
            return [*self.steps, ["leaf", leaf]]
        if not is_optimal:
            self._walk(node, relaxation)
            return self.steps
        self.root = relaxation.fixing(node)
        loads, pairs = self._loads(relaxation), partial(self._prove_by_pairs, node)
        if loads is None:
            return [*self.steps, *pairs()]
        is_short = loads.blocks.hours.max() <= TREE_OPTIONS.max_short_hours
        first, second = (loads.prove, pairs) if is_short else (pairs, loads.prove)
        return [*self.steps, *self._prove_by_either(first, second)]

    def _loads(self, relaxation: LinearRelaxation) -> BlockProver | None:
        """Return the prover by loads if hours couple the pairs of each mentor.

        None otherwise, for a plain proof, and without a known answer.
        """
        claims = self.claims
        if self.plain or self.chosen is None or not isinstance(claims, Claims):
            return None
        blocks = find_blocks(self.system, self.target, claims.mentors, claims.problem.shape[0])
        if blocks is None:
            return None
        target = self.target, relaxation.sign, relaxation.profit, relaxation.goal
        return BlockProver(self.system, blocks, *target, relaxation.duals, self.chosen, self._spend)

    def _prove_by_either(self, first: Callable[[], Steps], second: Callable[[], Steps]) -> Steps:
        """Return the steps of the first proof; if half of the budget does not suffice, those of the second."""
        whole = self.budget
        self.budget = replace(whole, work=whole.work // 2, leaves=whole.leaves // 2)
        try:
            return first()
        except BudgetError:
            whole.work -= whole.work // 2 - max(self.budget.work, 0)  # the work of the attempt
            self.budget = whole
            return second()
        finally:
            self.budget = whole

    def _prove_by_pairs(self, node: Node) -> Steps:
        """Return the steps of a proof over pairs: fixing by the duals of the root, cuts, and a tree."""
        before = self.steps
        self.steps = []
        try:
            node = self._fix(node, self.root)
            relaxation = LinearRelaxation(node, self.target, np.flatnonzero(node.system.most))
            if not self.plain:
                node, relaxation = self._cut(node, relaxation)
            self._walk(node, relaxation)
            return self.steps
        finally:
            self.steps = before

    def _spend(self, *, leaves: int = 0, work: int = 0) -> None:
        self.budget.spend(leaves=leaves, work=work)

    def _solve(self, relaxation: LinearRelaxation, node: Node | None = None) -> bool:
        before = relaxation.work
        is_optimal = relaxation.solve(node)
        self.budget.spend(work=relaxation.work - before)
        return is_optimal

    def _root_program(self, node: Node) -> tuple[LinearRelaxation, bool]:
        """Return a linear program optimal over all columns (column generation), and whether it has an optimum."""
        relaxation = self._start(node)
        while True:
            columns = relaxation.columns
            is_optimal = self._solve(relaxation, node)
            is_outside = self.system.most.copy()
            is_outside[columns] = False
            others = np.flatnonzero(is_outside)
            if not len(others):
                return relaxation, is_optimal
            if not is_optimal:
                relaxation = LinearRelaxation(node, self.target, np.flatnonzero(self.system.most))
                continue
            reduced = relaxation.reduced(self.system)
            lacking = others[reduced[others] > TREE_OPTIONS.pricing_tolerance * relaxation.scale]
            if not len(lacking):
                return relaxation, True
            count = max(len(columns) // 2, TREE_OPTIONS.min_new_columns)
            more = lacking[np.argsort(-reduced[lacking], kind="stable")[:count]]
            relaxation = LinearRelaxation(node, self.target, np.union1d(columns, more))

    def _start(self, node: Node) -> LinearRelaxation:
        """Return the first linear program: ``program`` if it has all required columns, over half of its own open."""
        least, most = self.system.least, self.system.most
        if self.program is not None:
            columns = self.program.columns
            is_complete = np.count_nonzero(least[columns]) == np.count_nonzero(least)
            if is_complete and 2 * np.count_nonzero(most[columns]) > len(columns):
                self.program.advance(node, self.target)
                return self.program
        return LinearRelaxation(node, self.target, self._first_columns())

    def _first_columns(self) -> IntVector:
        system, pairs = self.system, len(self.claims.scores)
        columns = np.flatnonzero(system.most)
        if len(columns) <= TREE_OPTIONS.max_first_columns:
            return columns
        own = columns[columns < pairs]
        guide = self.claims.scores[own]
        best = own[np.argsort(-guide, kind="stable")[: TREE_OPTIONS.max_first_columns // 2]]
        parts = [best, columns[columns >= pairs], np.flatnonzero(system.least)]
        if self.chosen is not None:
            # With the answer among them the first program has an optimum
            parts.append(np.flatnonzero(self.chosen))
        for people in (self.claims.mentors[own], self.claims.mentees[own]):
            order = np.lexsort((-guide, people))
            rank = np.arange(len(order)) - np.searchsorted(people[order], people[order])
            parts.append(own[order[rank < TREE_OPTIONS.first_pairs_per_person]])
        return np.unique(np.concatenate(parts))

    def _sums_of_one_pair(self) -> Multipliers:
        """Return multipliers that exclude, for mentees with one place and a required sum, the pairs of too low a score.

        With the sum ``s x >= least`` and the degree ``x <= 1``, no pair with a score below ``least`` can be chosen.
        Empty if no mentee has such a row.
        """
        claims, system = self.claims, self.system
        if not isinstance(claims, Claims):
            return []
        height, people = len(system.lower), claims.problem.shape[1]
        terms = np.flatnonzero((system.rows >= len(claims.rules.lower)) & (system.columns < len(claims.scores)))
        rows, mentees = system.rows[terms], claims.mentees[system.columns[terms]]
        lowest, highest = np.full(height, people), np.full(height, -1)
        np.minimum.at(lowest, rows, mentees)
        np.maximum.at(highest, rows, mentees)
        found = dict[int, tuple[int, int]]()
        for row in np.flatnonzero(lowest == highest).tolist():
            degree, least = claims.problem.shape[0] + int(lowest[row]), system.lower[row]
            if least is not None and least > 0 and system.upper[degree] == 1:
                found[degree] = row, least
        return sorted(pair for degree, (row, least) in found.items() for pair in ([degree, least], [row, -1]))

    def _fix(self, node: Node, multipliers: Multipliers) -> Node:
        """Narrow the box by multipliers (reduced-cost fixing), if they fix anything."""
        try:
            system = node.system.fix(multipliers, [], Work())
        except ProofError:
            return node
        if (system.least == node.system.least).all() and (system.most == node.system.most).all():
            return node
        self.steps.append(["fix", multipliers])
        return Node(system, node.lower, node.upper, node.lower_row, node.upper_row)

    def _walk(self, root: Node, relaxation: LinearRelaxation) -> None:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            is_optimal = self._solve(relaxation, node)
            leaf = relaxation.leaf(node, is_optimal=is_optimal)
            if leaf is not None:
                self.budget.spend(leaves=1)
                self.steps.append(["leaf", leaf])
                continue
            step, below, above = self._branch(relaxation, node, is_optimal=is_optimal)
            self.steps.append(step)
            waiting += [above, below]

    def _branch(self, relaxation: LinearRelaxation, node: Node, *, is_optimal: bool) -> tuple[list[Any], Node, Node]:
        """Return the split whose two boxes lower the bound most, among some fractional columns and rows."""
        system, columns = node.system, relaxation.columns
        free = system.least[columns] != system.most[columns]
        fraction = np.minimum(relaxation.values, 1 - relaxation.values) if is_optimal else np.zeros(len(columns))
        parted = np.flatnonzero((fraction > TREE_OPTIONS.fraction_tolerance) & free)
        if not len(parted):
            # No relaxation, or an integral one that rounding does not close: any free column
            if not free.any():
                raise BudgetError
            return split_column(node, int(columns[np.flatnonzero(free)[0]]))
        value, gap = relaxation.value, relaxation.value - relaxation.goal + 1
        best_columns = parted[np.argsort(-fraction[parted], kind="stable")[: TREE_OPTIONS.strong_candidates]]
        candidates = [split_column(node, column) for column in columns[best_columns].tolist()]
        activity = relaxation.activity()
        distance = np.abs(activity - np.rint(activity))
        mass = np.bincount(relaxation.rows, fraction[relaxation.places], len(activity))
        sizes = np.bincount(relaxation.rows, minlength=len(activity))
        rows = np.flatnonzero((distance > TREE_OPTIONS.activity_tolerance) & (sizes > 1))
        best_rows = rows[np.argsort(-(distance * mass)[rows], kind="stable")[: TREE_OPTIONS.strong_candidates]]
        if not self.plain:
            candidates += [split_row(node, row, int(np.floor(activity[row]))) for row in best_rows.tolist()]
        best, best_score = candidates[0], -1.0
        for candidate in candidates:
            falls = []
            for child in candidate[1:]:
                solved = self._solve(relaxation, child)
                falls.append(min(max(value - relaxation.value, gap * 1e-6), gap) if solved else gap)
            score = falls[0] * falls[1]
            if score > best_score:
                best, best_score = candidate, score
            if min(falls) >= gap:
                break
        return best

    def _cut(self, node: Node, relaxation: LinearRelaxation) -> tuple[Node, LinearRelaxation]:
        """Return the node, and its relaxation, with lifted covers of knapsack rows that bind; these become steps.

        Each round adds covers to one linear program, which is solved again. Only the covers that bind are checked.
        """
        knapsacks, cuts = self._knapsacks(relaxation), list[list[Any]]()
        live, values, poor, is_optimal = node, list[float](), 0, False
        while len(knapsacks) and poor < TREE_OPTIONS.max_poor_rounds and len(values) < TREE_OPTIONS.max_cut_rounds:
            is_optimal = self._solve(relaxation, live)
            if not is_optimal or relaxation.value < relaxation.goal:
                break
            values.append(relaxation.value)
            if len(values) > 1:
                is_poor = values[-2] - values[-1] <= TREE_OPTIONS.poor_round_share * (values[0] - values[-1])
                poor = poor + 1 if is_poor else 0
            is_optimal = False  # for the program with the covers of this round
            reduced = relaxation.reduced(live.system)
            covers = [cut for row in knapsacks if (cut := self._cover(node, relaxation, row, reduced)) is not None]
            if not covers:
                break
            cuts += covers
            live = with_cuts(live, covers)
            relaxation.extend(live)
        if not cuts:
            return node, relaxation
        if is_optimal or self._solve(relaxation, live):
            binds = np.abs(relaxation.duals[len(node.lower) :]) > TREE_OPTIONS.min_cut_dual
            cuts = [cut for cut, keeps in zip(cuts, binds, strict=True) if keeps]
        system = node.system
        for _, row, sign, terms, most in cuts:
            system = system.pack(row, sign, terms, most, Work())
        node = replace(with_cuts(node, cuts), system=system)
        self.steps += cuts
        relaxation = LinearRelaxation(node, self.target, np.flatnonzero(system.most))
        if self._solve(relaxation, node) and relaxation.value >= relaxation.goal:
            # A tree follows; the tighter bound fixes more columns
            node = self._fix(node, relaxation.fixing(node))
            relaxation = LinearRelaxation(node, self.target, np.flatnonzero(node.system.most))
        return node, relaxation

    def _knapsacks(self, relaxation: LinearRelaxation) -> list[int]:
        """Return the rows but the target with positive weights, not all equal, whose sum exceeds the upper bound."""
        rows, weights, height = relaxation.rows, relaxation.coefficients, len(relaxation.upper)
        lightest, heaviest = np.full(height, FAR), np.zeros(height, dtype=np.int64)
        np.minimum.at(lightest, rows, weights)
        np.maximum.at(heaviest, rows, weights)
        is_positive = (lightest > 0) & (lightest < heaviest)
        sums = np.bincount(rows, np.where(is_positive[rows], weights, 0), height)
        fits_not = is_positive & (relaxation.upper >= 0) & (relaxation.upper < sums)
        fits_not[self.target] = False
        return [*map(int, np.flatnonzero(fits_not))]

    @staticmethod
    def _cover(node: Node, relaxation: LinearRelaxation, row: int, reduced: FloatVector) -> list[Any] | None:
        own = np.flatnonzero(relaxation.rows == row)
        places, weights = relaxation.places[own], relaxation.coefficients[own]
        columns = relaxation.columns[places]
        is_taken = node.system.least[columns]
        room = int(relaxation.upper[row]) - int(weights[is_taken].sum())
        is_open = ~is_taken & node.system.most[columns] & (weights <= room)
        shares = np.clip(relaxation.values[places[is_open]], 0, 1)
        cut = broken_cut(shares, reduced[columns[is_open]], weights[is_open], room)
        if cut is None or cut[0].max() > MAX_PACK_COEFFICIENT:
            return None
        coefficients, most = cut
        some = coefficients > 0
        terms = sorted(zip(columns[is_open][some].tolist(), coefficients[some].tolist(), strict=True))
        return ["pack", row, 1, [list(term) for term in terms], int(most)]


def with_cuts(node: Node, cuts: Steps) -> Node:
    """Return the node with a row per cut; the cuts are not checked."""
    count, first = len(cuts), len(node.system.lower)
    rows = []
    for _, _, _, terms, most in cuts:
        columns, coefficients = np.array(terms, dtype=np.int64).T
        rows.append((columns, coefficients, None, most))
    numbers = np.arange(first, first + count)
    return Node(
        node.system.with_rows(rows),
        np.append(node.lower, np.full(count, -FAR)),
        np.append(node.upper, np.array([cut[4] for cut in cuts], dtype=np.int64)),
        np.append(node.lower_row, numbers),
        np.append(node.upper_row, numbers),
    )


def split_column(node: Node, column: int) -> tuple[list[Any], Node, Node]:
    """Return the step of a column at 0 or 1, and its two boxes."""
    terms: Multipliers = [[column, 1]]
    return ["split", terms, 0], *node.split(terms, 0, None)


def split_row(node: Node, row: int, k: int) -> tuple[list[Any], Node, Node]:
    """Return the step of a row at k or less, or k + 1 or more, and its two boxes."""
    own = node.system.rows == row
    pairs = sorted(zip(node.system.columns[own].tolist(), node.system.values[own].tolist(), strict=True))
    terms = [list(pair) for pair in pairs]
    return ["split", terms, k], *node.split(terms, k, row)
