"""Leximin by column generation: exchange on the list, price all pairs by potentials, again; then ties.

An answer that is the best in these goals is improved on a list of pairs, level by level: see ``rising``. The marks by
which nothing on the list improves it further then tell which of all pairs would, or would do as well; these join, and
so on until there are none. All that is as good is then listed, and what other goals and ties ask for is settled on it.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce
from os import cpu_count
from typing import NamedTuple, Self

import numpy as np

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.lexicographic import LexicographicState, resume_lexicographic
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import EXCLUDED, IntMatrix, ScanQuery
from mentormatch.assignment.model.solution import DualSolution, Solution, Status
from mentormatch.assignment.objective import (
    LeximinStages,
    ScalarObjective,
    evaluate_tiers,
    fits_before_leximin,
    objective_of,
    scalarize,
)
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, dual_bound, duals_by_goal, round_duals
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.base.progress import track_scan
from mentormatch.errors import EngineError
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricingProblem
from mentormatch.scale.leximin.optimum import LeximinOptimum, LoadBounds
from mentormatch.scale.leximin.potentials import INFINITE, PotentialOrder
from mentormatch.scale.scan.blocks import BlockScanner, CheckDeadline, ScanHits
from mentormatch.scoring.score import MILLION

BLOCK_MENTORS = 64
"""So many mentors who stand together in the order of marks are looked at together."""
RESCAN_GROWTH = 8
"""Where too many pairs were noted to tell whether one of them matters, so many times more are."""
type PotentialGroups = tuple[IntVector, IntVector]
"""Only people of the same group may have each other, (n,) and (m,); those of group -1 take no part."""


@dataclass(frozen=True, slots=True)
class LeximinPricing:
    """Which pairs matter: of the same group, the mentor after the mentee, at the level that parts them or above."""

    groups: PotentialGroups
    places: tuple[IntVector, IntVector]
    order: PotentialOrder

    @classmethod
    def of(cls, groups: PotentialGroups, order: PotentialOrder) -> Self:
        """Return the parting by the ranks of mentors, mentees and the sink."""
        n, m = map(len, groups)
        return cls(groups, (order.places[:n], order.places[n : n + m]), order)

    def blocks(self) -> Iterator[IntVector]:
        """Yield mentors of the same group who stand together."""
        order = np.lexsort((self.places[0], self.groups[0]))
        order = order[self.groups[0][order] >= 0]
        edges = np.flatnonzero(np.diff(self.groups[0][order])) + 1
        for some in np.split(order, edges):
            yield from np.split(some, range(BLOCK_MENTORS, len(some), BLOCK_MENTORS))

    def query(self, block: IntVector, most: int, margin: int) -> ScanQuery | None:
        """Return what is looked for in a block, which is somewhat more than matters by ``margin``; None: nothing does."""
        last, places = int(self.places[0][block].max(initial=0)), self.places[1]
        some = (self.groups[1] == self.groups[0][block[:1]]) & (places < last)
        if not some.any():
            return None
        limits, mentees = np.full(len(self.places[0]), -EXCLUDED), np.full(len(places), EXCLUDED)
        limits[block] = -margin
        mentees[some] = -self.order.below(last)[places[some]]
        return ScanQuery(limits, mentees, per_row=most)

    def excess(self, pairs: PairList) -> IntVector:
        """Return by how much pairs exceed the level that parts their people: below 0 where they do not matter."""
        low, high = self.places[1][pairs.mentees], self.places[0][pairs.mentors]
        return np.where(low < high, pairs.scores - self.order.between(np.minimum(low, high), high), -INFINITE)


class ScanSize(NamedTuple):
    """So many pairs of a mentor are listed at ``most``, and those too that fall short by no more than ``margin``."""

    most: int
    margin: int


@dataclass(frozen=True, slots=True)
class LeximinScan:
    """A look at all pairs by a ``scanner``: those that matter, or all but do, and are not ``known``."""

    order_pricing: LeximinPricing
    scanner: BlockScanner
    known: PairList
    size: ScanSize
    check_deadline: CheckDeadline

    def scan(self) -> PairList:
        """Return pairs that are not known: some that matter if there are any."""
        n, m = map(len, self.order_pricing.groups)
        blocks, parts = [block for block in self.order_pricing.blocks() if len(block)], list[PairList]()
        with track_scan(n * m) as advance, ThreadPoolExecutor(cpu_count() or 1) as threads:
            for block, part in zip(blocks, threads.map(self._scan_block, blocks), strict=True):
                self.check_deadline()
                parts.append(part)
                advance(len(block) * m)
        return sort_by_rank(parts)

    def _scan_block(self, block: IntVector) -> PairList:
        """Return what matters in a block."""
        most = self.size.most
        while (query := self.order_pricing.query(block, most, self.size.margin)) is not None:
            scan = self.scanner(query)(0, len(query.row_limits))
            pairs = self._drop_known(PairList(scan.mentors, scan.mentees, scan.scores))
            excess = self.order_pricing.excess(pairs)
            if (excess >= 0).any() or (scan.rest_max[block] < 0).all():
                return pairs.select(self._select_top(pairs.mentors, excess))
            most *= RESCAN_GROWTH
        return PairList.empty()

    def _drop_known(self, pairs: PairList) -> PairList:
        """Return the pairs that are not known."""
        width = len(self.order_pricing.groups[1])
        known, asked = (each.mentors * width + each.mentees for each in (self.known, pairs))
        place = np.minimum(np.searchsorted(known, asked), max(len(known) - 1, 0))
        return pairs.select(known[place] != asked) if len(known) else pairs

    def _select_top(self, mentors: IntVector, excess: IntVector) -> BoolVector:
        """Return which pairs are listed, of each mentor those that exceed the level that parts their people most."""
        order = np.lexsort((-excess, mentors))
        within = np.arange(len(order)) - np.searchsorted(mentors[order], mentors[order])
        leading = np.zeros(len(order), dtype=bool)
        leading[order] = within < self.size.most
        return leading & (excess >= -self.size.margin)


def sort_by_rank(parts: list[PairList]) -> PairList:
    """Return pairs of several mentors each as one, in order."""
    columns = [np.concatenate(column) for column in zip(*(part.columns for part in parts), strict=True)]
    order = np.lexsort((columns[1], columns[0])) if columns else None
    return PairList.empty() if order is None else PairList(*(column[order] for column in columns))


ADDED = 16
"""So many pairs of a mentor join at most after one of the first looks at all of them."""
GROWTH = 4
"""So many times more after each later look."""
FIRST_MARGINS = (MILLION // 33, MILLION // 50, MILLION // 100, MILLION // 100)
"""Pairs that score so little less than would matter join too at the first looks: they are those that matter next."""

type BlockScan = Callable[[int, int], ScanHits]


@dataclass(frozen=True, slots=True)
class GoalDuals:
    """Whole prices of a goal that counts people, or of several in one number, and what people are worth in them."""

    prices: PerSide
    profit: PerSide
    bound: int

    @classmethod
    def of(cls, problem: AssignmentProblem, found: DualSolution) -> "GoalDuals":
        """Return prices, with what a pair counts in their goals: those that are kept are among these."""
        weights = [*((goal, -weight) for goal, weight in found.goal_duals), *found.weights]
        stages = [objective_of(problem, goal).times(weight) for goal, weight in weights]
        flat = sum(stage.per_pair for stage in stages)
        mentor = reduce(np.add, (stage.mentor for stage in stages))
        mentee = reduce(np.add, (stage.mentee for stage in stages))
        most = dual_bound(problem, replace(found, goal_duals=()))
        return cls((found.mentors, found.mentees), (mentor + flat, mentee), most)

    def is_reached(self, pairs: IntMatrix) -> bool:
        """Return whether pairs, beside the pins, are worth as much as any."""
        return int(self.profit[0][pairs[:, 0]].sum() + self.profit[1][pairs[:, 1]].sum()) == self.bound

    @property
    def keys(self) -> PerSide:
        """Return what is the same for both people of a pair that loses nothing."""
        return self.prices[0] - self.profit[0], self.profit[1] - self.prices[1]


@dataclass(frozen=True, slots=True)
class LeximinStart:
    """The optimum of the goals before, on a ``pricing``.

    An ``answer`` (k, 2) on the listed ``pairs``, and its ``prices``.

    ``exact_order``: put together in one number, these goals keep their order.
    """

    pricing: PricingProblem
    pairs: PairList
    answer: IntMatrix
    prices: DualSolution
    exact_order: bool


@dataclass(frozen=True, slots=True)
class LeximinSolve:
    """The search for the leximin answer of a ``problem`` from an opening; ``master`` is that of the goals before."""

    problem: AssignmentProblem
    run: SolveOptions
    master: RestrictedMaster
    start: LeximinStart
    scanner: BlockScanner

    def solution(self) -> Solution:
        """Return the canonical solution; raise OutOfTime if the time is up."""
        duals, width = self._duals(), self.problem.shape[1]
        load_bounds, groups = self._load_bounds(duals), self._groups(duals)
        pairs, answer = self.start.pairs, self.start.answer
        pairs = pairs.select(groups[0][pairs.mentors] == groups[1][pairs.mentees])
        turn = 0
        while True:
            chosen = np.zeros(len(pairs.scores), dtype=bool)
            chosen[np.searchsorted(pairs.mentors * width + pairs.mentees, answer[:, 0] * width + answer[:, 1])] = True
            optimum = LeximinOptimum.of(load_bounds, pairs, chosen, lambda: self.run.timed_out)
            answer = np.column_stack([pairs.mentors, pairs.mentees])[optimum.chosen]
            self._report(answer)
            order = PotentialOrder.of(optimum.potentials)
            order_pricing = LeximinPricing.of(groups, order)
            entering = LeximinScan(
                order_pricing, self._prepare_scan, pairs, self._scan_size(turn), self.master.check_deadline
            ).scan()
            if not (order_pricing.excess(entering) >= 0).any():
                return self._settle_later_goals(optimum, order)
            pairs, turn = pairs.merge(entering, width), turn + 1

    def _scan_size(self, turn: int) -> ScanSize:
        """Return how many pairs of a mentor join, and how near: more and more where few are left but for ties."""
        few, later = self.start.pricing.list_length(ADDED), max(turn - len(FIRST_MARGINS), 0)
        return ScanSize(
            min(few * GROWTH**later, self.problem.shape[1]),
            0 if later or turn == len(FIRST_MARGINS) else FIRST_MARGINS[turn],
        )

    def _duals(self) -> list[GoalDuals]:
        """Return whole prices of each goal before, or of all if they are sure to keep their order."""
        prices, problem = self.start.prices, self.master.problem
        duals = [
            GoalDuals.of(problem, each)
            for each in ([round_duals(problem, prices)] if self.start.exact_order else duals_by_goal(prices))
        ]
        if not all(each.is_reached(self.start.answer) for each in duals):
            raise EngineError("The prices do not prove the assignment")
        return duals

    def _prepare_scan(self, query: ScanQuery) -> BlockScan:
        scores = self.start.pricing.scores
        return self.scanner(query.among(scores.mentors, scores.mentees))

    def _load_bounds(self, duals: Sequence[GoalDuals]) -> LoadBounds:
        """Return who may take how many, those who have a price as many as they do."""
        priced = [np.any([each.prices[side] != 0 for each in duals], axis=0) for side in (0, 1)]
        return LoadBounds(self.start.pricing.bounds, (priced[0], priced[1]))

    def _groups(self, duals: Sequence[GoalDuals]) -> PotentialGroups:
        """Return who may have each other by the goals before."""
        keys = [np.concatenate(each.keys) for each in duals]
        _, group = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
        n = self.problem.shape[0]
        taking = self.start.pricing.scores.mentors, self.start.pricing.scores.mentees
        sides = zip(taking, np.split(group.ravel(), [n]), strict=True)
        mentors, mentees = (np.where(some, own, -1) for some, own in sides)
        return mentors, np.where(mentees < 0, -2, mentees)

    def _report(self, answer: IntMatrix) -> None:
        """Tell an answer that is the best in the goals before."""
        pairs = np.concatenate([self.start.pricing.pins, answer])
        pairs = pairs[np.lexsort(pairs.T[::-1])]
        values = {tier.goal: tier.value for tier in evaluate_tiers(self.master.problem, pairs, {})}
        told = Solution(
            Status.FEASIBLE,
            pairs,
            tuple(evaluate_tiers(self.problem, pairs, values)),
            "wide",
            prices=(self.start.prices,),
        )
        self.master.incumbent = told
        self.run.on_incumbent(lambda: told)

    def _settle_later_goals(self, optimum: LeximinOptimum, order: PotentialOrder) -> Solution:
        """Return the solution in the goals after leximin, ties settled."""
        face = self._face(optimum, order)
        work = LexicographicState(
            face,
            face,
            known_duals(face),
            [self.start.prices],
            {*fits_before_leximin(self.problem.goals), "leximin", "total"},
        )
        return resume_lexicographic(self.problem, self.run, work, list(self._later_stages()), self.master.solve_ties)

    def _later_stages(self) -> Iterator[ScalarObjective]:
        """Yield the stages after leximin: the total is that of all answers as good."""
        goals = [
            goal
            for goal in self.problem.goals
            if goal not in {*fits_before_leximin(self.problem.goals), "leximin", "total"}
        ]
        if goals:
            found = scalarize(replace(self.problem, goals=tuple(goals)), lambda reach: reach < self.master.max_profit)
            yield from (stage for stage in found if not isinstance(stage, LeximinStages))

    def _face(self, optimum: LeximinOptimum, order: PotentialOrder) -> OptimalFace:
        """Return the answers that are as good."""
        tight = optimum.tight_pairs(order)
        kept = tight | optimum.chosen
        face, n = self.start.pricing.face(optimum.pairs.select(kept)), self.problem.shape[0]
        left, right = np.split(optimum.fixed_loads(order)[:-1].astype(np.int64), [n])
        profit = left[face.lefts] + right[face.rights] + ~tight[kept]
        return face.restrict_to_optimum(PrimalDual(optimum.chosen[kept], left, right), profit)


def known_duals(face: OptimalFace) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return the answer that a narrowed face comes with."""
    if face.incumbent is None:
        raise EngineError("An answer was lost between two stages")
    return face.incumbent
