"""Canonical ties among identical people: column generation on the hashes of tied pairs, kept as blocks of classes.

If two classes are tight, all pairs of their people are, which may be a million. The canonical answer is the tied one of
the largest sum of keyed hashes; it takes hardly any pair but those with about the largest hash of its people. So these
are listed first, the assignment problem with hashes as profits is solved, and its duals price the other tied pairs
(column generation, see ``generation``). What is tight in the hashes too is little more than the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Self

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.assignment.tie_breaking import MAX_HASH, AnonymousTieBreaker
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.base.progress import CheckDeadline
from mentormatch.errors import EngineError
from mentormatch.scale.columns.generation import CandidateList
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricingProblem
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses
from mentormatch.scale.scan.blocks import BlockScanner, ScanHits, Scanner, keep_top, scan_all
from mentormatch.scale.scan.implicit_scores import ImplicitScores

if TYPE_CHECKING:
    from mentormatch.scale.scan.kernels import TieBlocks

TIED_CANDIDATES, BLOCK_CANDIDATES = 16, 3
"""About so many tied pairs a person are listed first, and in each block of two classes so many a person of the larger.
"""
ADDED = 16
"""So many pairs a person join at most after a scan of all of them."""
INITIAL_HITS, ROW_CROWD = 1 << 14, 64
"""So many hits of a block there is room for at first.

A mentor records so many times more than are wanted on average.
"""

type Solve = Callable[[OptimalFace, IntVector], PrimalDual | None]


@dataclass(frozen=True, slots=True)
class ClassBlocks:
    """The tight pairs of classes: those of mentor class c with ``others`` from ``starts[c]`` to ``starts[c + 1]``.

    ``min_hash`` (b,): pairs of a block with a smaller hash are skipped.
    """

    starts: IntVector
    others: IntVector
    min_hash: IntVector

    @classmethod
    def of(cls, flow: ClassFlow, classes: int) -> Self:
        """Return the blocks of a flow between ``classes`` classes of mentors, with no pair skipped."""
        order = np.lexsort((flow.rights, flow.lefts))
        starts = np.searchsorted(flow.lefts[order], np.arange(classes + 1))
        return cls(starts, flow.rights[order], np.zeros(len(order), dtype=np.int64))

    @property
    def lefts(self) -> IntVector:
        """Return (b,) the class of mentors of each block."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def count(self, sizes: PerSide) -> int:
        """Return how many pairs of people there are in all blocks."""
        return int((sizes[0][self.lefts] * sizes[1][self.others]).sum())

    def top_pairs(self, sizes: PerSide) -> "ClassBlocks":
        """Return the blocks with only the pairs of the largest hashes: those of the first list."""
        mine, theirs = sizes[0][self.lefts], sizes[1][self.others]
        some = np.bincount(self.lefts, theirs)[self.lefts], np.bincount(self.others, mine)[self.others]
        # Hashes are uniform: the share of pairs wanted in a block is the share of the range of hashes.
        share = np.maximum(TIED_CANDIDATES / np.minimum(*some), BLOCK_CANDIDATES / np.maximum(mine, theirs))
        return replace(self, min_hash=np.maximum(MAX_HASH - (MAX_HASH * share).astype(np.int64), 0))


@dataclass(frozen=True, kw_only=True)
class TieScores(ImplicitScores):
    """The hashes of tied pairs as implicit scores; pairs in no block are not allowed. ``classes``: those of both sides.

    ``ids`` (m,) are numbers of mentees below the width of the market. ``excluded``, sorted: pairs (mentor * width + id)
    that are not what their classes are.
    """

    hashes: AnonymousTieBreaker
    classes: PerSide
    blocks: ClassBlocks
    ids: IntVector
    excluded: IntVector
    make_scanner: "Callable[[TieScores], BlockScanner]"
    check_deadline: CheckDeadline

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.mentors), len(self.mentees)

    @cached_property
    def order(self) -> IntVector:
        """The mentees by class."""
        return np.argsort(self.classes[1], kind="stable")

    @cached_property
    def edges(self) -> IntVector:
        """Where each class of mentees begins in that order."""
        classes = int(self.blocks.others.max(initial=-1)) + 1
        return np.searchsorted(self.classes[1][self.order], np.arange(classes + 1))

    def select_mentees(self, some: IntVector) -> "TieScores":
        hashes = replace(self.hashes, mentees=self.hashes.mentees[some])
        classes = self.classes[0], self.classes[1][some]
        return replace(self, mentees=self.mentees[some], hashes=hashes, classes=classes, ids=self.ids[some])

    def scan(self, query: ScanQuery, scanner: Scanner | None = None) -> ScanHits:
        return scan_all(
            self.make_scanner(self), self.shape[0], query.among(self.mentors, self.mentees), self.check_deadline
        )

    @cached_property
    def max_excluded(self) -> int:
        """The most excluded pairs of a mentor, which a scan finds and drops."""
        mentors = self.excluded // max(self.matrix.shape[1], 1)
        return int(np.bincount(mentors, minlength=1).max())

    def drop_excluded(self, found: IntMatrix) -> IntMatrix:
        """Return the columns of ``found``, whose first rows are mentors and mentees, that are not excluded pairs."""
        if not len(self.excluded):
            return found
        numbers = found[0] * self.matrix.shape[1] + self.ids[found[1]]
        place = np.minimum(np.searchsorted(self.excluded, numbers), len(self.excluded) - 1)
        return found[:, self.excluded[place] != numbers]

    def partners(self, class_index: int) -> tuple[IntVector, IntVector]:
        """Return the mentees who are tied with a class of mentors, and the least hash of pairs with each."""
        start, stop = self.blocks.starts[class_index : class_index + 2]
        first, last = (self.edges[self.blocks.others[start:stop] + more] for more in (0, 1))
        sizes = last - first
        places = np.arange(int(sizes.sum())) + np.repeat(last - np.cumsum(sizes), sizes)
        return self.order[places], np.repeat(self.blocks.min_hash[start:stop], sizes)


def choose_tie_scanner(*, compiled: bool) -> Callable[[TieScores], BlockScanner]:
    """Return what makes a scanner of ties: the kernel where compiled code is used, else NumPy."""
    return make_kernel_scanner if compiled else make_numpy_tie_scanner


def make_numpy_tie_scanner(scores: TieScores) -> BlockScanner:
    """Return the scanner of ties in NumPy."""
    return lambda query: partial(scan_tie_block, scores, query)


def scan_tie_block(scores: TieScores, query: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return the hits of a query among mentors ``start`` to ``stop`` - 1."""
    hits, found = ScanHits.empty(stop - start), [np.empty((4, 0), dtype=np.int64)]
    partners = dict[int, tuple[IntVector, IntVector]]()
    # Hashes of one mentor with all tied mentees at a time.
    for mentor in query.open(start, stop).tolist():
        class_index = int(scores.classes[0][mentor])
        mentees, min_hash = partners[class_index] = partners.get(class_index) or scores.partners(class_index)
        hashes = scores.hashes.of(np.full(1, mentor), mentees, 0)
        profit = hashes + query.column_offsets[mentees]
        hits.row_best[mentor - start] = profit.max(initial=2 * EXCLUDED)
        some = np.flatnonzero((profit >= query.row_limits[mentor]) & (hashes >= min_hash))
        excess = profit[some] - query.row_limits[mentor]
        found.append(np.stack([np.full(len(some), mentor), mentees[some], hashes[some], excess]))
    return keep_largest_ties(scores.drop_excluded(np.concatenate(found, axis=1)), hits, query.per_row)


def make_kernel_scanner(scores: TieScores) -> BlockScanner:
    """Return the scanner of ties in machine code."""
    return lambda query: partial(_scan_compiled, scores, query, _pack_blocks(scores, query))


def _pack_blocks(scores: TieScores, query: ScanQuery) -> "TieBlocks":
    """Return what the kernel needs to know of the mentees at the offsets of a query."""
    from mentormatch.scale.scan.kernels import TieBlocks

    blocks, order = scores.blocks, scores.order
    words = scores.hashes.mentees[order], query.column_offsets[order]
    return TieBlocks(blocks.starts, blocks.others, blocks.min_hash, scores.edges, *words)


def _scan_compiled(scores: TieScores, query: ScanQuery, ties: "TieBlocks", start: int, stop: int) -> ScanHits:
    """Return the hits of a query among some mentors; where room for hits runs out, scan again with more."""
    from mentormatch.scale.scan.kernels import TieBuffer, TieRows, scan_ties

    hits, mentors, room = ScanHits.empty(stop - start), query.open(start, stop), INITIAL_HITS
    most = ROW_CROWD * query.per_row + scores.max_excluded
    tie_rows = TieRows(scores.classes[0][mentors], scores.hashes.mentor_halves(mentors, 0), query.row_limits[mentors])
    while True:
        found = np.empty((3, room), dtype=np.int64)
        best, counts, total = (
            np.full(len(mentors), 2 * EXCLUDED),
            np.zeros(len(mentors), np.int64),
            np.zeros(1, np.int64),
        )
        scan_ties(ties, tie_rows, TieBuffer(found, best, counts, total, most))
        # All hits fitted: else double the room and scan again.
        if total[0] <= room:
            break
        room = 2 * int(total[0])
    rows, mentees, hashes = found[0, : total[0]], scores.order[found[1, : total[0]]], found[2, : total[0]]
    hits.row_best[mentors - start] = best
    hits.rest_max[mentors[counts >= most] - start] = MAX_HASH - EXCLUDED
    excess = hashes + query.column_offsets[mentees] - tie_rows.limits[rows]
    return keep_largest_ties(
        scores.drop_excluded(np.stack([mentors[rows], mentees, hashes, excess])), hits, query.per_row
    )


def keep_largest_ties(found: IntMatrix, hits: ScanHits, most: int) -> ScanHits:
    """Return hits (4, e) of a block, mentor, mentee, hash and excess, in order: ``most`` a mentor on average."""
    mentors, mentees, hashes, excess = found
    some, beyond = keep_top(excess, most * len(hits.row_best))
    mentors, mentees, hashes = mentors[some], mentees[some], hashes[some]
    # Hits in order, as every scanner returns them.
    order = np.lexsort((mentees, mentors))
    np.maximum(hits.rest_max, beyond, out=hits.rest_max)
    return replace(hits, mentors=mentors[order], mentees=mentees[order], scores=hashes[order])


@dataclass(frozen=True, slots=True)
class TieFace:
    """The face of all answers as good as ``answer``.

    Pairs of people of tight classes, and the tight ``override_pairs``.

    With overrides, pairs of people who have one are not what their classes are.
    """

    people: PeopleClasses
    flow: ClassFlow
    answer: OptimalFace
    hashes: AnonymousTieBreaker
    override_pairs: tuple[IntVector, IntVector]

    def settle(
        self, solve: Solve, make_scanner: Callable[[TieScores], BlockScanner], check_deadline: CheckDeadline
    ) -> tuple[OptimalFace, PrimalDual]:
        """Return a face that holds all tied answers that are best in a first round of hashes, and one of them.

        Its duals are those of the market, not of the hashes.
        """
        pricing, duals = self._hash_problem(make_scanner, check_deadline), self.people.duals(self.flow)
        face, chosen = _generate_columns(self._first_candidates(pricing), solve)
        bounds = self.people.pricing.bounds
        return replace(face, left=bounds[0], right=bounds[1]), PrimalDual(chosen, *duals)

    def _hash_problem(
        self, make_scanner: Callable[[TieScores], BlockScanner], check_deadline: CheckDeadline
    ) -> PricingProblem:
        """Return the pricing problem whose profits are hashes, loads being fixed where a dual is not 0."""
        pricing, duals = self.people.pricing, self.people.duals(self.flow)
        loads = self.answer.loads(np.ones(len(self.answer), dtype=bool))
        # Complementary slackness: whoever has a dual keeps their load in every tied answer.
        held = [
            bounds.fix_degrees(load, price) for bounds, load, price in zip(pricing.bounds, loads, duals, strict=True)
        ]
        scores = TieScores(
            matrix=pricing.scores.matrix,
            mentors=pricing.scores.mentors,
            mentees=pricing.scores.mentees,
            list_divisor=pricing.scores.list_divisor,
            hashes=self.hashes,
            classes=self.people.codes,
            blocks=ClassBlocks.of(self.flow, self.people.shape[0]),
            ids=np.arange(pricing.scores.shape[1]),
            excluded=self._excluded,
            make_scanner=make_scanner,
            check_deadline=check_deadline,
        )
        none = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        # One goal: the sum of hashes; scores are hashes.
        stage = ScalarObjective((("hash", 1),), 0, none[0], none[1], 1, 1, MAX_HASH)
        return PricingProblem(
            scores,
            stage,
            (held[0], held[1]),
            lambda _: None,
            PairList.empty(),
            pricing.pins,
            np.zeros(scores.shape[0], dtype=np.int64),
        )

    @property
    def _excluded(self) -> IntVector:
        """The pairs that are not what their classes are, as sorted numbers."""
        matrix = self.people.pricing.scores.matrix
        each = matrix.overrides
        return (
            each.mentors * matrix.shape[1] + each.mentees if self.people.has_overrides else np.empty(0, dtype=np.int64)
        )

    def top_pairs(self, make_scanner: Callable[[TieScores], BlockScanner], check_deadline: CheckDeadline) -> PairList:
        """Return tied pairs of the largest hashes, which are their scores."""
        scores = self._hash_problem(make_scanner, check_deadline).scores
        assert isinstance(scores, TieScores)
        return self._top_pairs(scores)

    def _top_pairs(self, scores: TieScores) -> PairList:
        """Return the same of some tie scores."""
        none = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        some = replace(scores, blocks=scores.blocks.top_pairs(self.people.sizes))
        hits = some.scan(ScanQuery(none[0], none[1], 1, scores.shape[1]))
        return PairList(hits.mentors, hits.mentees, hits.scores)

    def _first_candidates(self, pricing: PricingProblem) -> CandidateList:
        """Return the first list: pairs of the largest hashes, of the answer, and with overrides."""
        scores, (n, m) = pricing.scores, pricing.scores.shape
        assert isinstance(scores, TieScores)
        pairs = self._top_pairs(scores)
        # The answer makes the restricted master feasible.
        for known in ((self.answer.lefts, self.answer.rights), self.override_pairs):
            pairs = pairs.merge(PairList(*known, self.hashes.of(*known, 0)), m)
        none = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
        return CandidateList(pricing, pairs, np.full(n, -MAX_HASH), none, 0)


def _generate_columns(candidates: CandidateList, solve: Solve) -> tuple[OptimalFace, BoolVector]:
    """Return the face of the tight pairs and which are chosen, by column generation on hashes."""
    while True:
        pricing = candidates.pricing
        face, profit = pricing.face(candidates.pairs), pricing.profit(candidates.pairs)
        # Restricted master on hashes.
        optimum = solve(face, profit)
        if optimum is None:
            raise EngineError("An answer was lost among ties")
        tight = pricing.reduced_cost(candidates.pairs, (optimum.left, optimum.right)) == 0
        # Pricing on hashes; none prices out: the tight pairs hold every best answer.
        if not candidates.price_out((optimum.left, optimum.right), 0, pricing.list_length(ADDED)):
            return pricing.face(candidates.pairs.select(tight)), optimum.chosen[tight]
