"""Leximin by column generation: exchanges on a list, pricing of all pairs by potentials, again.

Then later goals and ties.

1. Begin with an optimum of the goals before leximin, on its candidate list, and its whole duals. 2. Improve it on the
list, level by level (``exchange``); the potentials that prove it are the duals. 3. Price all pairs by these: a pair
enters if the left person's potentials come after the right one's and it scores at least their split level
(``potentials``). Above it the pair improves the answer, at it the pair may tie. 4. Repeat until none enters. All
leximin optima are then on the list; later goals and ties are settled on their face.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from os import cpu_count
from typing import NamedTuple, Self

import numpy as np

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.lexicographic import LexicographicState, resume_lexicographic
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.assignment.model.solution import DualSolution, Solution, Status
from mentormatch.assignment.objective import (
    LeximinStages,
    ScalarObjective,
    evaluate_tiers,
    goals_before_leximin,
    objective_of,
    scalarize,
)
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, dual_bound, duals_by_goal, round_duals
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.base.progress import CheckDeadline, track_scan
from mentormatch.base.threads import thread_pool
from mentormatch.errors import EngineError
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PricingProblem, SideVectors
from mentormatch.scale.leximin.optimum import INFINITE, LeximinOptimum, LoadBounds, PotentialOrder
from mentormatch.scale.scan.blocks import BlockScanner, ScanHits
from mentormatch.scoring.scores import MILLION

BLOCK_MENTORS = 64
"""So many mentors that stand together in the order of potentials are scanned together."""
RESCAN_GROWTH = 8
"""Where a scan was too short to tell whether a pair enters, so many times more pairs are asked for."""
type PotentialGroups = tuple[IntVector, IntVector]
"""(n,) and (m,): only people of the same group may be paired; those below 0 take no part."""


@dataclass(frozen=True, slots=True)
class LeximinPricing:
    """Which pairs enter: of the same group, mentor rank above mentee rank, score at their split level or above."""

    groups: PotentialGroups
    places: tuple[IntVector, IntVector]
    order: PotentialOrder

    @classmethod
    def of(cls, groups: PotentialGroups, order: PotentialOrder) -> Self:
        """Return the pricing by the ranks of mentors, mentees and the sink."""
        n, m = map(len, groups)
        return cls(groups, (order.places[:n], order.places[n : n + m]), order)

    def blocks(self) -> Iterator[IntVector]:
        """Yield mentors of the same group who stand together in the order."""
        order = np.lexsort((self.places[0], self.groups[0]))
        order = order[self.groups[0][order] >= 0]
        edges = np.flatnonzero(np.diff(self.groups[0][order])) + 1
        for some in np.split(order, edges):
            yield from np.split(some, range(BLOCK_MENTORS, len(some), BLOCK_MENTORS))

    def query(self, block: IntVector, most: int, margin: int) -> ScanQuery | None:
        """Return the query of a block: mentees of its group before its last mentor, score >= split level - ``near``.

        It finds a superset of what enters, as the split level is taken from the last mentor. None: no mentee qualifies.
        """
        last, places = int(self.places[0][block].max(initial=0)), self.places[1]
        some = (self.groups[1] == self.groups[0][block[:1]]) & (places < last)
        if not some.any():
            return None
        limits, mentees = np.full(len(self.places[0]), -EXCLUDED), np.full(len(places), EXCLUDED)
        # score - split level >= -near, as a query of scores with column offsets.
        limits[block] = -margin
        mentees[some] = -self.order.below(last)[places[some]]
        return ScanQuery(limits, mentees, per_row=most)

    def excess(self, pairs: PairList) -> IntVector:
        """Return (e,) by how much pairs exceed the split level of their people: below 0 where they do not enter."""
        low, high = self.places[1][pairs.mentees], self.places[0][pairs.mentors]
        return np.where(low < high, pairs.scores - self.order.between(np.minimum(low, high), high), -INFINITE)


class ScanSize(NamedTuple):
    """How many pairs of a mentor are listed ``most``, and how far below the split level (``margin``) they may score."""

    most: int
    margin: int


@dataclass(frozen=True, slots=True)
class LeximinScan:
    """A scan of all pairs for those that enter, or nearly, and are not ``known``."""

    order_pricing: LeximinPricing
    scanner: BlockScanner
    known: PairList
    size: ScanSize
    check_deadline: CheckDeadline

    def scan(self) -> PairList:
        """Return pairs that are not known: some that enter if there are any."""
        n, m = map(len, self.order_pricing.groups)
        blocks, parts = [block for block in self.order_pricing.blocks() if len(block)], list[PairList]()
        with track_scan(n * m) as advance, thread_pool(cpu_count() or 1) as threads:
            for block, part in zip(blocks, threads.map(self._scan_block, blocks), strict=True):
                self.check_deadline()
                parts.append(part)
                advance(len(block) * m)
        return sort_by_rank(parts)

    def _scan_block(self, block: IntVector) -> PairList:
        """Return what enters from a block of mentors."""
        most = self.size.most
        while (query := self.order_pricing.query(block, most, self.size.margin)) is not None:
            scan = self.scanner(query)(0, len(query.row_limits))
            pairs = self._drop_known(PairList(scan.mentors, scan.mentees, scan.scores))
            excess = self.order_pricing.excess(pairs)
            if (excess >= 0).any() or (scan.rest_max[block] < 0).all():
                return pairs.select(self._select_top(pairs.mentors, excess))
            # The list was cut off and nothing on it enters: ask for more.
            most *= RESCAN_GROWTH
        return PairList.empty()

    def _drop_known(self, pairs: PairList) -> PairList:
        """Return the pairs that are not known."""
        width = len(self.order_pricing.groups[1])
        known, wanted = (each.mentors * width + each.mentees for each in (self.known, pairs))
        place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        return pairs.select(known[place] != wanted) if len(known) else pairs

    def _select_top(self, mentors: IntVector, excess: IntVector) -> BoolVector:
        """Return a mask of the pairs to list: of each mentor those that exceed the split level most."""
        order = np.lexsort((-excess, mentors))
        within = np.arange(len(order)) - np.searchsorted(mentors[order], mentors[order])
        leading = np.zeros(len(order), dtype=bool)
        leading[order] = within < self.size.most
        return leading & (excess >= -self.size.margin)


def sort_by_rank(parts: list[PairList]) -> PairList:
    """Return the pairs of several blocks as one sorted list."""
    columns = [np.concatenate(column) for column in zip(*(part.columns for part in parts), strict=True)]
    order = np.lexsort((columns[1], columns[0])) if columns else None
    return PairList.empty() if order is None else PairList(*(column[order] for column in columns))


ADDED = 16
"""So many pairs of a mentor join at most after one of the first scans."""
GROWTH = 4
"""So many times more after each later scan."""
FIRST_MARGINS = (MILLION // 33, MILLION // 50, MILLION // 100, MILLION // 100)
"""Pairs that score so little below their split level join too at the first scans: they enter next."""

type BlockScan = Callable[[int, int], ScanHits]


@dataclass(frozen=True, slots=True)
class GoalDuals:
    """Whole duals (``prices``) of goals before leximin, the ``profit`` of people in them, and the dual bound."""

    prices: SideVectors
    profit: SideVectors
    bound: int

    @classmethod
    def of(cls, problem: AssignmentProblem, found: DualSolution) -> "GoalDuals":
        """Return the duals of a solution with the profits that its goals give.

        Goals that are fixed count against it.
        """
        weights = [*((goal, -weight) for goal, weight in found.goal_duals), *found.weights]
        stages = [objective_of(problem, goal).scaled(weight) for goal, weight in weights]
        flat = sum(stage.per_pair for stage in stages)
        mentor = reduce(np.add, (stage.mentor for stage in stages))
        mentee = reduce(np.add, (stage.mentee for stage in stages))
        most = dual_bound(problem, replace(found, goal_duals=()))
        return cls((found.mentors, found.mentees), (mentor + flat, mentee), most)

    def is_reached(self, pairs: IntMatrix) -> bool:
        """Return whether pairs, beside the pins, reach the dual bound."""
        return int(self.profit[0][pairs[:, 0]].sum() + self.profit[1][pairs[:, 1]].sum()) == self.bound

    @property
    def keys(self) -> SideVectors:
        """Return per side a number that is equal for two people iff their pair is tight."""
        return self.prices[0] - self.profit[0], self.profit[1] - self.prices[1]


@dataclass(frozen=True, slots=True)
class LeximinStart:
    """An optimum of the goals before: an ``answer`` (k, 2) on the listed ``pairs``, and its ``prices`` (duals).

    ``exact_order``: weighted in one objective, these goals keep their order.
    """

    pricing: PricingProblem
    pairs: PairList
    answer: IntMatrix
    prices: DualSolution
    exact_order: bool


@dataclass(frozen=True, slots=True)
class LeximinSolve:
    """The leximin answer of a ``problem`` from an optimum of the goals before, which ``master`` solved."""

    problem: AssignmentProblem
    run: SolveOptions
    master: RestrictedMaster
    start: LeximinStart
    scanner: BlockScanner

    def solution(self) -> Solution:
        """Return the canonical solution; raise TimeLimitReached if the time is up."""
        duals, width = self._duals(), self.problem.shape[1]
        load_bounds, groups = self._load_bounds(duals), self._groups(duals)
        pairs, answer = self.start.pairs, self.start.answer
        # Complementary slackness of the goals before: only their tight pairs may be chosen.
        pairs = pairs.select(groups[0][pairs.mentors] == groups[1][pairs.mentees])
        turn = 0
        while True:
            chosen = np.zeros(len(pairs.scores), dtype=bool)
            chosen[np.searchsorted(pairs.mentors * width + pairs.mentees, answer[:, 0] * width + answer[:, 1])] = True
            # Restricted master: leximin on the list.
            optimum = LeximinOptimum.of(load_bounds, pairs, chosen, lambda: self.run.timed_out)
            answer = np.column_stack([pairs.mentors, pairs.mentees])[optimum.chosen]
            self._report(answer)
            # Pricing by the order of potentials.
            order = PotentialOrder.of(optimum.potentials)
            order_pricing = LeximinPricing.of(groups, order)
            entering = LeximinScan(
                order_pricing, self._prepare_scan, pairs, self._scan_size(turn), self.master.check_deadline
            ).scan()
            if not (order_pricing.excess(entering) >= 0).any():
                return self._settle_later_goals(optimum, order)
            pairs, turn = pairs.merge(entering, width), turn + 1

    def _scan_size(self, turn: int) -> ScanSize:
        """Return how many pairs of a mentor join, and how near: more and more, once only ties are left."""
        few, later = self.start.pricing.list_length(ADDED), max(turn - len(FIRST_MARGINS), 0)
        return ScanSize(
            min(few * GROWTH**later, self.problem.shape[1]),
            0 if later or turn == len(FIRST_MARGINS) else FIRST_MARGINS[turn],
        )

    def _duals(self) -> list[GoalDuals]:
        """Return whole duals of each goal before, or of all in one if they are sure to keep their order."""
        prices, problem = self.start.prices, self.master.problem
        duals = [
            GoalDuals.of(problem, each)
            for each in ([round_duals(problem, prices)] if self.start.exact_order else duals_by_goal(prices))
        ]
        if not all(each.is_reached(self.start.answer) for each in duals):
            raise EngineError("The prices do not prove the assignment")
        return duals

    def _prepare_scan(self, query: ScanQuery) -> BlockScan:
        """Return the scan of blocks for a query, among people who take part."""
        scores = self.start.pricing.scores
        return self.scanner(query.among(scores.mentors, scores.mentees))

    def _load_bounds(self, duals: Sequence[GoalDuals]) -> LoadBounds:
        """Return the load bounds; whoever has a dual in a goal before keeps their load."""
        priced = [np.any([each.prices[side] != 0 for each in duals], axis=0) for side in (0, 1)]
        return LoadBounds(self.start.pricing.bounds, (priced[0], priced[1]))

    def _groups(self, duals: Sequence[GoalDuals]) -> PotentialGroups:
        """Return who may be paired by the goals before: people whose pairs are tight in all of them."""
        keys = [np.concatenate(each.keys) for each in duals]
        _, group = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
        n = self.problem.shape[0]
        taking = self.start.pricing.scores.mentors, self.start.pricing.scores.mentees
        sides = zip(taking, np.split(group.ravel(), [n]), strict=True)
        mentors, mentees = (np.where(some, own, -1) for some, own in sides)
        return mentors, np.where(mentees < 0, -2, mentees)

    def _report(self, answer: IntMatrix) -> None:
        """Report an answer that is optimal in the goals before."""
        pairs = np.concatenate([self.start.pricing.pins, answer])
        pairs = pairs[np.lexsort(pairs.T[::-1])]
        values = {tier.goal: tier.value for tier in evaluate_tiers(self.master.problem, pairs, {})}
        solution = Solution(
            Status.FEASIBLE,
            pairs,
            tuple(evaluate_tiers(self.problem, pairs, values)),
            "wide",
            prices=(self.start.prices,),
        )
        self.master.incumbent = solution
        self.run.on_incumbent(lambda: solution)

    def _settle_later_goals(self, optimum: LeximinOptimum, order: PotentialOrder) -> Solution:
        """Return the solution in the goals after leximin, ties settled."""
        face = self._face(optimum, order)
        work = LexicographicState(
            face,
            face,
            known_duals(face),
            [self.start.prices],
            {*goals_before_leximin(self.problem.goals), "leximin", "total"},
        )
        return resume_lexicographic(self.problem, self.run, work, list(self._later_stages()), self.master.solve_ties)

    def _later_stages(self) -> Iterator[ScalarObjective]:
        """Yield the objectives after leximin; the total is the same in all leximin optima."""
        goals = [
            goal
            for goal in self.problem.goals
            if goal not in {*goals_before_leximin(self.problem.goals), "leximin", "total"}
        ]
        if goals:
            found = scalarize(replace(self.problem, goals=tuple(goals)), self.master.max_profit)
            yield from (stage for stage in found if not isinstance(stage, LeximinStages))

    def _face(self, optimum: LeximinOptimum, order: PotentialOrder) -> OptimalFace:
        """Return the face of all leximin optima."""
        # Complementary slackness: tight pairs, and loads that every optimum has.
        tight = optimum.tight_pairs(order)
        kept = tight | optimum.chosen
        face, n = self.start.pricing.face(optimum.pairs.select(kept)), self.problem.shape[0]
        left, right = np.split(optimum.fixed_loads(order)[:-1].astype(np.int64), [n])
        profit = left[face.lefts] + right[face.rights] + ~tight[kept]
        return face.restrict_to_optimum(PrimalDual(optimum.chosen[kept], left, right), profit)


def known_duals(face: OptimalFace) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return the answer that a restricted face comes with."""
    if face.incumbent is None:
        raise EngineError("An answer was lost between two stages")
    return face.incumbent
