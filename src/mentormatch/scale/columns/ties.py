"""Canonical ties among identical people: column generation on the hashes of tied pairs, stored as blocks of classes.

If two classes are tight, all pairs of their people are, possibly a million. The canonical solution is the tied solution
with the largest sum of keyed hashes. It rarely uses pairs other than those with the largest hashes of their people. So
these are listed first, the assignment problem with hashes as profits is solved, and its duals price the other tied
pairs (column generation, see ``generation``). The pairs that are tight in the hashes are few more than the solution.
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
from mentormatch.scale.columns.subproblem import PairList, PricingProblem, SideVectors
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses
from mentormatch.scale.scan.blocks import BlockScanner, ScanHits, Scanner, keep_top, scan_all
from mentormatch.scale.scan.implicit_scores import ImplicitScores

if TYPE_CHECKING:
    from mentormatch.scale.scan.kernels import TieBlocks


@dataclass(frozen=True, slots=True)
class TieOptions:
    """Numbers that decide which tied pairs are listed; none of them changes the solution."""

    # Pairs of the first list per person, and per person of the smaller class of each block
    tied_pairs_per_person: int = 16
    tied_pairs_per_block: int = 3
    # Pairs added per person after a scan of all tied pairs
    pairs_added_per_person: int = 16
    # Size of the first hit buffer of a block
    initial_hits: int = 1 << 14
    # The most hits of one mentor, as a multiple of the average wanted
    row_hit_factor: int = 64


TIE_OPTIONS = TieOptions()

type SolveMaster = Callable[[OptimalFace, IntVector], PrimalDual | None]


@dataclass(frozen=True, slots=True)
class ClassBlocks:
    """The tight pairs of classes: mentor class c with the mentee classes ``mentee_classes[starts[c]:starts[c + 1]]``.

    ``min_hash`` (b,): pairs of a block with a smaller hash are skipped.
    """

    starts: IntVector
    mentee_classes: IntVector
    min_hash: IntVector

    @classmethod
    def of(cls, flow: ClassFlow, classes: int) -> Self:
        """Return the blocks of a flow from ``classes`` classes of mentors, with no pair skipped."""
        order = np.lexsort((flow.rights, flow.lefts))
        starts = np.searchsorted(flow.lefts[order], np.arange(classes + 1))
        return cls(starts, flow.rights[order], np.zeros(len(order), dtype=np.int64))

    @property
    def lefts(self) -> IntVector:
        """The class of mentors of each block, (b,)."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def count(self, sizes: SideVectors) -> int:
        """Return the number of pairs of people in all blocks."""
        return int((sizes[0][self.lefts] * sizes[1][self.mentee_classes]).sum())

    def top_pairs(self, sizes: SideVectors) -> "ClassBlocks":
        """Return the blocks restricted to the pairs with the largest hashes, the first list."""
        mentors, mentees = sizes[0][self.lefts], sizes[1][self.mentee_classes]
        partners = (
            np.bincount(self.lefts, mentees)[self.lefts],
            np.bincount(self.mentee_classes, mentors)[self.mentee_classes],
        )
        # Hashes are uniform: a share of the pairs of a block is the same share of the range of hashes
        share = np.maximum(
            TIE_OPTIONS.tied_pairs_per_person / np.minimum(*partners),
            TIE_OPTIONS.tied_pairs_per_block / np.maximum(mentors, mentees),
        )
        return replace(self, min_hash=np.maximum(MAX_HASH - (MAX_HASH * share).astype(np.int64), 0))


@dataclass(frozen=True, kw_only=True)
class TieScores(ImplicitScores):
    """The hashes of tied pairs as implicit scores; pairs that are in no block are forbidden.

    ``classes``: of both sides. ``ids`` (m,): columns of mentees in ``matrix``. ``excluded``, sorted: keys (mentor *
    width + id) of pairs that differ from the pairs of their classes.
    """

    hashes: AnonymousTieBreaker
    classes: SideVectors
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
        """The mentees sorted by class."""
        return np.argsort(self.classes[1], kind="stable")

    @cached_property
    def class_starts(self) -> IntVector:
        """The start of each class of mentees in ``order``."""
        classes = int(self.blocks.mentee_classes.max(initial=-1)) + 1
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
        """The largest number of excluded pairs of one mentor; a scan lists them, and they are removed afterwards."""
        mentors = self.excluded // max(self.matrix.shape[1], 1)
        return int(np.bincount(mentors, minlength=1).max())

    def drop_excluded(self, hits: IntMatrix) -> IntMatrix:
        """Return the columns of ``hits``, whose first rows are mentors and mentees, without excluded pairs."""
        if not len(self.excluded):
            return hits
        keys = hits[0] * self.matrix.shape[1] + self.ids[hits[1]]
        positions = np.minimum(np.searchsorted(self.excluded, keys), len(self.excluded) - 1)
        return hits[:, self.excluded[positions] != keys]

    def partners(self, class_index: int) -> tuple[IntVector, IntVector]:
        """Return the mentees who are tied with a class of mentors, and the smallest hash to list with each."""
        start, stop = self.blocks.starts[class_index : class_index + 2]
        first, last = (self.class_starts[self.blocks.mentee_classes[start:stop] + offset] for offset in (0, 1))
        sizes = last - first
        positions = np.arange(int(sizes.sum())) + np.repeat(last - np.cumsum(sizes), sizes)
        return self.order[positions], np.repeat(self.blocks.min_hash[start:stop], sizes)


def choose_tie_scanner(*, compiled: bool) -> Callable[[TieScores], BlockScanner]:
    return make_kernel_scanner if compiled else make_numpy_tie_scanner


def make_numpy_tie_scanner(scores: TieScores) -> BlockScanner:
    return lambda query: partial(scan_tie_block, scores, query)


def scan_tie_block(scores: TieScores, query: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return the hits of a query among mentors ``start`` to ``stop`` - 1."""
    hits, listed = ScanHits.empty(stop - start), [np.empty((4, 0), dtype=np.int64)]
    partners = dict[int, tuple[IntVector, IntVector]]()
    for mentor in query.open(start, stop).tolist():
        class_index = int(scores.classes[0][mentor])
        mentees, min_hash = partners[class_index] = partners.get(class_index) or scores.partners(class_index)
        hashes = scores.hashes.of(np.full(1, mentor), mentees, 0)
        profit = hashes + query.column_offsets[mentees]
        hits.row_best[mentor - start] = profit.max(initial=2 * EXCLUDED)
        positions = np.flatnonzero((profit >= query.row_limits[mentor]) & (hashes >= min_hash))
        excess = profit[positions] - query.row_limits[mentor]
        listed.append(np.stack([np.full(len(positions), mentor), mentees[positions], hashes[positions], excess]))
    return keep_top_ties(scores.drop_excluded(np.concatenate(listed, axis=1)), hits, query.per_row)


def make_kernel_scanner(scores: TieScores) -> BlockScanner:
    return lambda query: partial(_scan_compiled, scores, query, _pack_blocks(scores, query))


def _pack_blocks(scores: TieScores, query: ScanQuery) -> "TieBlocks":
    from mentormatch.scale.scan.kernels import TieBlocks

    blocks, order = scores.blocks, scores.order
    columns = scores.hashes.mentees[order], query.column_offsets[order]
    return TieBlocks(blocks.starts, blocks.mentee_classes, blocks.min_hash, scores.class_starts, *columns)


def _scan_compiled(scores: TieScores, query: ScanQuery, ties: "TieBlocks", start: int, stop: int) -> ScanHits:
    """Return the hits of a query among some mentors; if the buffer is too small, scan again with a larger buffer."""
    from mentormatch.scale.scan.kernels import TieBuffer, TieRows, scan_ties

    hits, mentors, capacity = ScanHits.empty(stop - start), query.open(start, stop), TIE_OPTIONS.initial_hits
    max_hits = TIE_OPTIONS.row_hit_factor * query.per_row + scores.max_excluded
    tie_rows = TieRows(scores.classes[0][mentors], scores.hashes.mentor_halves(mentors, 0), query.row_limits[mentors])
    while True:
        buffer = np.empty((3, capacity), dtype=np.int64)
        best = np.full(len(mentors), 2 * EXCLUDED)
        counts = np.zeros(len(mentors), np.int64)
        total = np.zeros(1, np.int64)
        scan_ties(ties, tie_rows, TieBuffer(buffer, best, counts, total, max_hits))
        if total[0] <= capacity:
            break
        capacity = 2 * int(total[0])
    rows, mentees, hashes = buffer[0, : total[0]], scores.order[buffer[1, : total[0]]], buffer[2, : total[0]]
    hits.row_best[mentors - start] = best
    hits.rest_max[mentors[counts >= max_hits] - start] = MAX_HASH - EXCLUDED
    excess = hashes + query.column_offsets[mentees] - tie_rows.limits[rows]
    return keep_top_ties(scores.drop_excluded(np.stack([mentors[rows], mentees, hashes, excess])), hits, query.per_row)


def keep_top_ties(listed: IntMatrix, hits: ScanHits, max_per_mentor: int) -> ScanHits:
    """Return the hits to list, in order, given hits (4, e): mentor, mentee, hash, excess.

    About ``max_per_mentor`` are listed on average: hits of equal excess are all listed, or none of them.
    """
    mentors, mentees, hashes, excess = listed
    is_listed, unlisted_max = keep_top(excess, max_per_mentor * len(hits.row_best))
    mentors, mentees, hashes = mentors[is_listed], mentees[is_listed], hashes[is_listed]
    order = np.lexsort((mentees, mentors))
    np.maximum(hits.rest_max, unlisted_max, out=hits.rest_max)
    return replace(hits, mentors=mentors[order], mentees=mentees[order], scores=hashes[order])


@dataclass(frozen=True, slots=True)
class TieFace:
    """The face of all solutions tied with ``answer``: pairs of people of tight classes, and tight ``override_pairs``.

    Pairs that have an override do not belong to the pairs of their classes.
    """

    classes: PeopleClasses
    flow: ClassFlow
    answer: OptimalFace
    hashes: AnonymousTieBreaker
    override_pairs: tuple[IntVector, IntVector]

    def settle(
        self, solve: SolveMaster, make_scanner: Callable[[TieScores], BlockScanner], check_deadline: CheckDeadline
    ) -> tuple[OptimalFace, PrimalDual]:
        """Return a face with all tied solutions that maximise the first round of hashes, and one of them.

        Its duals are those of the goals, not of the hashes.
        """
        pricing, duals = self._hash_problem(make_scanner, check_deadline), self.classes.duals(self.flow)
        face, chosen = _generate_columns(self._first_candidates(pricing), solve)
        bounds = self.classes.pricing.bounds
        return replace(face, left=bounds[0], right=bounds[1]), PrimalDual(chosen, *duals)

    def _hash_problem(
        self, make_scanner: Callable[[TieScores], BlockScanner], check_deadline: CheckDeadline
    ) -> PricingProblem:
        """Return the pricing problem whose profits are hashes; people with a dual other than 0 have a fixed degree."""
        pricing, duals = self.classes.pricing, self.classes.duals(self.flow)
        loads = self.answer.loads(np.ones(len(self.answer), dtype=bool))
        # Complementary slackness: a person with a dual other than 0 has the same degree in every tied solution
        fixed = [
            bounds.fix_degrees(load, side_duals)
            for bounds, load, side_duals in zip(pricing.bounds, loads, duals, strict=True)
        ]
        scores = TieScores(
            matrix=pricing.scores.matrix,
            mentors=pricing.scores.mentors,
            mentees=pricing.scores.mentees,
            list_divisor=pricing.scores.list_divisor,
            hashes=self.hashes,
            classes=self.classes.codes,
            blocks=ClassBlocks.of(self.flow, self.classes.shape[0]),
            ids=np.arange(pricing.scores.shape[1]),
            excluded=self._excluded,
            make_scanner=make_scanner,
            check_deadline=check_deadline,
        )
        no_profit = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        stage = ScalarObjective((("hash", 1),), 0, no_profit[0], no_profit[1], 1, 1, MAX_HASH)
        return PricingProblem(
            scores,
            stage,
            (fixed[0], fixed[1]),
            lambda _: None,
            PairList.empty(),
            pricing.pins,
            np.zeros(scores.shape[0], dtype=np.int64),
        )

    @property
    def _excluded(self) -> IntVector:
        """The sorted keys of the pairs that have overrides; none if classes were split by overrides."""
        matrix = self.classes.pricing.scores.matrix
        overrides = matrix.overrides
        return (
            overrides.mentors * matrix.shape[1] + overrides.mentees
            if self.classes.has_overrides
            else np.empty(0, dtype=np.int64)
        )

    def top_pairs(self, make_scanner: Callable[[TieScores], BlockScanner], check_deadline: CheckDeadline) -> PairList:
        """Return the tied pairs with the largest hashes, with the hashes as scores."""
        scores = self._hash_problem(make_scanner, check_deadline).scores
        assert isinstance(scores, TieScores)
        return self._top_pairs(scores)

    def _top_pairs(self, scores: TieScores) -> PairList:
        zeros = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        top = replace(scores, blocks=scores.blocks.top_pairs(self.classes.sizes))
        hits = top.scan(ScanQuery(zeros[0], zeros[1], 1, scores.shape[1]))
        return PairList(hits.mentors, hits.mentees, hits.scores)

    def _first_candidates(self, pricing: PricingProblem) -> CandidateList:
        """Return the first list: the pairs with the largest hashes, the solution, and tight pairs with overrides."""
        scores, (n, m) = pricing.scores, pricing.scores.shape
        assert isinstance(scores, TieScores)
        pairs = self._top_pairs(scores)
        # The solution makes the restricted master feasible
        for listed in ((self.answer.lefts, self.answer.rights), self.override_pairs):
            pairs = pairs.merge(PairList(*listed, self.hashes.of(*listed, 0)), m)
        zeros = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
        return CandidateList(pricing, pairs, np.full(n, -MAX_HASH), zeros, 0)


def _generate_columns(candidates: CandidateList, solve: SolveMaster) -> tuple[OptimalFace, BoolVector]:
    while True:
        pricing = candidates.pricing
        face, profit = pricing.face(candidates.pairs), pricing.profit(candidates.pairs)
        optimum = solve(face, profit)
        if optimum is None:
            raise EngineError("The restricted master of ties has become infeasible")
        is_tight = pricing.reduced_cost(candidates.pairs, (optimum.left, optimum.right)) == 0
        # If no pair prices out, the tight pairs contain every optimum
        if not candidates.price_out(
            (optimum.left, optimum.right), 0, pricing.list_length(TIE_OPTIONS.pairs_added_per_person)
        ):
            return pricing.face(candidates.pairs.select(is_tight)), optimum.chosen[is_tight]
