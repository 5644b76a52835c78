"""Leximin by column generation: exchanges on a list, and pricing of all pairs by potentials; then later goals and ties.

1. Start with an optimum of the goals before leximin, its candidate list and its integer duals.
2. Improve it on the list, level by level (``exchange``); the potentials that prove it are the duals.
3. Price all pairs that are tight in those goals: a pair enters if the mentor's potentials come after the mentee's in
   lexicographic order and its score is at least their split level (``optimum``). Above the split level the pair
   improves the solution, at it the pair may tie.
4. Repeat until no pair enters. The list then contains all leximin optima; later goals and ties are solved on their
   face.
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


@dataclass(frozen=True, slots=True)
class LeximinOptions:
    """Numbers that decide which pairs are listed; none of them changes the solution."""

    # Mentors with adjacent ranks that are scanned together
    block_mentors: int = 64
    # A truncated scan without an entering pair is repeated for this many times more pairs
    rescan_growth: int = 8
    # Pairs added per mentor after each of the first scans, and their growth after each later scan
    pairs_added_per_mentor: int = 16
    added_growth: int = 4
    # At the first scans, pairs that score up to these points below their split level are added too: they enter next
    first_margins: tuple[int, ...] = (MILLION // 33, MILLION // 50, MILLION // 100, MILLION // 100)


LEXIMIN_OPTIONS = LeximinOptions()

type PotentialGroups = tuple[IntVector, IntVector]  # (n,), (m,): pairs have equal groups; below 0: takes no part


@dataclass(frozen=True, slots=True)
class LeximinPricing:
    """The pairs that enter: equal group, mentor rank above mentee rank, score at least the split level."""

    groups: PotentialGroups
    ranks: tuple[IntVector, IntVector]
    order: PotentialOrder

    @classmethod
    def of(cls, groups: PotentialGroups, order: PotentialOrder) -> Self:
        n, m = map(len, groups)
        return cls(groups, (order.ranks[:n], order.ranks[n : n + m]), order)

    def blocks(self) -> Iterator[IntVector]:
        """Yield blocks of mentors of one group with adjacent ranks; one empty block if no mentor takes part."""
        order = np.lexsort((self.ranks[0], self.groups[0]))
        order = order[self.groups[0][order] >= 0]
        edges = np.flatnonzero(np.diff(self.groups[0][order])) + 1
        for group in np.split(order, edges):
            yield from np.split(group, range(LEXIMIN_OPTIONS.block_mentors, len(group), LEXIMIN_OPTIONS.block_mentors))

    def query(self, block: IntVector, max_per_mentor: int, margin: int) -> ScanQuery | None:
        """Return the query of a block: mentees of its group below its highest rank, score >= split level - ``margin``.

        Unless its hits are truncated, they include all entering pairs, as split levels are those of the highest rank.
        None if no mentee qualifies.
        """
        highest, mentee_ranks = int(self.ranks[0][block].max(initial=0)), self.ranks[1]
        qualifies = (self.groups[1] == self.groups[0][block[:1]]) & (mentee_ranks < highest)
        if not qualifies.any():
            return None
        limits, mentees = np.full(len(self.ranks[0]), -EXCLUDED), np.full(len(mentee_ranks), EXCLUDED)
        # score - split level >= -margin, as a query with column offsets
        limits[block] = -margin
        mentees[qualifies] = -self.order.below(highest)[mentee_ranks[qualifies]]
        return ScanQuery(limits, mentees, per_row=max_per_mentor)

    def excess(self, pairs: PairList) -> IntVector:
        """Return (e,) the score of each pair of one group less its split level; negative if it does not enter."""
        low, high = self.ranks[1][pairs.mentees], self.ranks[0][pairs.mentors]
        return np.where(low < high, pairs.scores - self.order.between(np.minimum(low, high), high), -INFINITE)


class ScanSize(NamedTuple):
    """The most pairs to list per mentor, and the largest ``margin`` of their scores below the split level."""

    max_per_mentor: int
    margin: int


@dataclass(frozen=True, slots=True)
class LeximinScan:
    """A scan of all pairs for pairs that enter, or nearly enter, and are not ``known``."""

    order_pricing: LeximinPricing
    scanner: BlockScanner
    known: PairList
    size: ScanSize
    check_deadline: CheckDeadline

    def scan(self) -> PairList:
        """Return some pairs that are not known, including entering pairs if there are any."""
        n, m = map(len, self.order_pricing.groups)
        blocks, pairs_of_blocks = [block for block in self.order_pricing.blocks() if len(block)], list[PairList]()
        with track_scan(n * m) as advance, thread_pool(cpu_count() or 1) as threads:
            for block, entering in zip(blocks, threads.map(self._scan_block, blocks), strict=True):
                self.check_deadline()
                pairs_of_blocks.append(entering)
                advance(len(block) * m)
        return merge_blocks(pairs_of_blocks)

    def _scan_block(self, block: IntVector) -> PairList:
        """Return the pairs to list of a block of mentors."""
        max_per_mentor = self.size.max_per_mentor
        while (query := self.order_pricing.query(block, max_per_mentor, self.size.margin)) is not None:
            hits = self.scanner(query)(0, len(query.row_limits))
            pairs = self._drop_known(PairList(hits.mentors, hits.mentees, hits.scores))
            excess = self.order_pricing.excess(pairs)
            if (excess >= 0).any() or (hits.rest_max[block] < 0).all():
                return pairs.select(self._select_top(pairs.mentors, excess))
            # The hits were truncated, and none of them enters
            max_per_mentor *= LEXIMIN_OPTIONS.rescan_growth
        return PairList.empty()

    def _drop_known(self, pairs: PairList) -> PairList:
        width = len(self.order_pricing.groups[1])
        known_keys, keys = (part.mentors * width + part.mentees for part in (self.known, pairs))
        positions = np.minimum(np.searchsorted(known_keys, keys), max(len(known_keys) - 1, 0))
        return pairs.select(known_keys[positions] != keys) if len(known_keys) else pairs

    def _select_top(self, mentors: IntVector, excess: IntVector) -> BoolVector:
        """Return a mask of the pairs to list: within the margin, and of the largest excess of their mentor."""
        order = np.lexsort((-excess, mentors))
        rank_within_mentor = np.arange(len(order)) - np.searchsorted(mentors[order], mentors[order])
        is_listed = np.zeros(len(order), dtype=bool)
        is_listed[order] = rank_within_mentor < self.size.max_per_mentor
        return is_listed & (excess >= -self.size.margin)


def merge_blocks(pairs_of_blocks: list[PairList]) -> PairList:
    """Return the pairs of several blocks as one sorted list."""
    columns = [np.concatenate(column) for column in zip(*(pairs.columns for pairs in pairs_of_blocks), strict=True)]
    order = np.lexsort((columns[1], columns[0])) if columns else None
    return PairList.empty() if order is None else PairList(*(column[order] for column in columns))


type BlockScan = Callable[[int, int], ScanHits]


@dataclass(frozen=True, slots=True)
class GoalDuals:
    """Integer ``duals`` of one goal before leximin, or of all; the ``profit`` of people that they bound; the bound."""

    duals: SideVectors
    profit: SideVectors
    bound: int

    @classmethod
    def of(cls, problem: AssignmentProblem, duals: DualSolution) -> "GoalDuals":
        """Return the duals with the profits of their goals; an earlier goal has minus its dual as weight, 0 or more."""
        weights = [*((goal, -weight) for goal, weight in duals.goal_duals), *duals.weights]
        stages = [objective_of(problem, goal).scaled(weight) for goal, weight in weights]
        per_pair = sum(stage.per_pair for stage in stages)
        mentor = reduce(np.add, (stage.mentor for stage in stages))
        mentee = reduce(np.add, (stage.mentee for stage in stages))
        bound = dual_bound(problem, replace(duals, goal_duals=()))
        return cls((duals.mentors, duals.mentees), (mentor + per_pair, mentee), bound)

    def is_reached(self, pairs: IntMatrix) -> bool:
        """Return whether pairs without pins reach the dual bound."""
        return int(self.profit[0][pairs[:, 0]].sum() + self.profit[1][pairs[:, 1]].sum()) == self.bound

    @property
    def keys(self) -> SideVectors:
        """One integer per person; the integers of two people are equal if and only if their pair is tight."""
        return self.duals[0] - self.profit[0], self.profit[1] - self.duals[1]


@dataclass(frozen=True, slots=True)
class LeximinStart:
    """An optimum of the goals before leximin: pairs ``answer`` (k, 2) among the listed ``pairs``, and ``duals``.

    ``exact_order``: the weights of these goals are preemptive.
    """

    pricing: PricingProblem
    pairs: PairList
    answer: IntMatrix
    duals: DualSolution
    exact_order: bool


@dataclass(frozen=True, slots=True)
class LeximinSolve:
    """The leximin solve of a ``problem``, from an optimum of the earlier goals, which ``master`` solved."""

    problem: AssignmentProblem
    run: SolveOptions
    master: RestrictedMaster
    start: LeximinStart
    scanner: BlockScanner

    def solution(self) -> Solution:
        """Return the canonical solution, or the incumbent if the time is over in the goals after leximin.

        Raises TimeLimitReached if the time is over earlier.
        """
        duals, width = self._duals(), self.problem.shape[1]
        load_bounds, groups = self._load_bounds(duals), self._groups(duals)
        pairs, solution = self.start.pairs, self.start.answer
        # Complementary slackness of the earlier goals: only their tight pairs may be chosen
        pairs = pairs.select(groups[0][pairs.mentors] == groups[1][pairs.mentees])
        scan_number = 0
        while True:
            chosen = np.zeros(len(pairs.scores), dtype=bool)
            chosen[np.searchsorted(pairs.mentors * width + pairs.mentees, solution[:, 0] * width + solution[:, 1])] = (
                True
            )
            # Restricted master: leximin on the list
            optimum = LeximinOptimum.of(load_bounds, pairs, chosen, lambda: self.run.timed_out)
            solution = np.column_stack([pairs.mentors, pairs.mentees])[optimum.chosen]
            self._report(solution)
            # Pricing by the order of potentials
            order = PotentialOrder.of(optimum.potentials)
            order_pricing = LeximinPricing.of(groups, order)
            entering = LeximinScan(
                order_pricing, self._prepare_scan, pairs, self._scan_size(scan_number), self.master.check_deadline
            ).scan()
            if not (order_pricing.excess(entering) >= 0).any():
                return self._settle_later_goals(optimum, order)
            pairs, scan_number = pairs.merge(entering, width), scan_number + 1

    def _scan_size(self, scan_number: int) -> ScanSize:
        """Return the size of a scan: first few pairs within a margin, then growing numbers of entering pairs."""
        pair_count = self.start.pricing.list_length(LEXIMIN_OPTIONS.pairs_added_per_mentor)
        growth_steps = max(scan_number - len(LEXIMIN_OPTIONS.first_margins), 0)
        return ScanSize(
            min(pair_count * LEXIMIN_OPTIONS.added_growth**growth_steps, self.problem.shape[1]),
            0
            if growth_steps or scan_number == len(LEXIMIN_OPTIONS.first_margins)
            else LEXIMIN_OPTIONS.first_margins[scan_number],
        )

    def _duals(self) -> list[GoalDuals]:
        """Return integer duals of each earlier goal, or of all in one if their weights are preemptive.

        Raises EngineError if they do not prove the optimum of these goals.
        """
        start_duals, problem = self.start.duals, self.master.problem
        duals = [
            GoalDuals.of(problem, goal_duals)
            for goal_duals in (
                [round_duals(problem, start_duals)] if self.start.exact_order else duals_by_goal(start_duals)
            )
        ]
        if not all(goal_duals.is_reached(self.start.answer) for goal_duals in duals):
            raise EngineError("The prices do not prove the assignment")
        return duals

    def _prepare_scan(self, query: ScanQuery) -> BlockScan:
        scores = self.start.pricing.scores
        return self.scanner(query.among(scores.mentors, scores.mentees))

    def _load_bounds(self, duals: Sequence[GoalDuals]) -> LoadBounds:
        """Return the load bounds; people with a dual in an earlier goal have a fixed load."""
        has_dual = [np.any([goal_duals.duals[side] != 0 for goal_duals in duals], axis=0) for side in (0, 1)]
        return LoadBounds(self.start.pricing.bounds, (has_dual[0], has_dual[1]))

    def _groups(self, duals: Sequence[GoalDuals]) -> PotentialGroups:
        """Return the groups of people whose pairs are tight in all earlier goals."""
        keys = [np.concatenate(goal_duals.keys) for goal_duals in duals]
        _, group = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
        n = self.problem.shape[0]
        takes_part = self.start.pricing.scores.mentors, self.start.pricing.scores.mentees
        sides = zip(takes_part, np.split(group.ravel(), [n]), strict=True)
        mentors, mentees = (np.where(mask, groups, -1) for mask, groups in sides)
        return mentors, np.where(mentees < 0, -2, mentees)

    def _report(self, chosen: IntMatrix) -> None:
        """Report a solution that is optimal in the earlier goals."""
        pairs = np.concatenate([self.start.pricing.pins, chosen])
        pairs = pairs[np.lexsort(pairs.T[::-1])]
        values = {tier.goal: tier.value for tier in evaluate_tiers(self.master.problem, pairs, {})}
        solution = Solution(
            Status.FEASIBLE,
            pairs,
            tuple(evaluate_tiers(self.problem, pairs, values)),
            "wide",
            prices=(self.start.duals,),
        )
        self.master.incumbent = solution
        self.run.on_incumbent(lambda: solution)

    def _settle_later_goals(self, optimum: LeximinOptimum, order: PotentialOrder) -> Solution:
        """Return the canonical solution in the goals after leximin, or the incumbent at the time limit."""
        face = self._face(optimum, order)
        state = LexicographicState(
            face,
            face,
            known_incumbent(face),
            [self.start.duals],
            {*goals_before_leximin(self.problem.goals), "leximin", "total"},
        )
        return resume_lexicographic(self.problem, self.run, state, list(self._later_stages()), self.master.solve_ties)

    def _later_stages(self) -> Iterator[ScalarObjective]:
        """Yield the objectives after leximin. The total is constant over all leximin optima."""
        goals = [
            goal
            for goal in self.problem.goals
            if goal not in {*goals_before_leximin(self.problem.goals), "leximin", "total"}
        ]
        if goals:
            stages = scalarize(replace(self.problem, goals=tuple(goals)), self.master.max_profit)
            yield from (stage for stage in stages if not isinstance(stage, LeximinStages))

    def _face(self, optimum: LeximinOptimum, order: PotentialOrder) -> OptimalFace:
        """Return the face of all leximin optima."""
        # Complementary slackness: tight pairs, and loads that all optima have in common
        is_tight = optimum.tight_pairs(order)
        is_listed = is_tight | optimum.chosen
        face, n = self.start.pricing.face(optimum.pairs.select(is_listed)), self.problem.shape[0]
        left, right = np.split(optimum.fixed_loads(order)[:-1].astype(np.int64), [n])
        profit = left[face.lefts] + right[face.rights] + ~is_tight[is_listed]
        return face.restrict_to_optimum(PrimalDual(optimum.chosen[is_listed], left, right), profit)


def known_incumbent(face: OptimalFace) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return the incumbent of a restricted face. Raises EngineError if there is none."""
    if face.incumbent is None:
        raise EngineError("A restricted face has no incumbent")
    return face.incumbent
