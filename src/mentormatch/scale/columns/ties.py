"""Tie-breaking among identical people: tied pairs as blocks, column generation on their hashes.

If two kinds lose nothing with each other, all their people do, and that may be a million pairs. Hashes tell these
apart: an answer that is the best in them takes hardly any pair but those with about the best of its people. So these
are solved first, and prices tell which of the others matter (see ``pricing``). What is left are the pairs that lose
nothing in the hashes either, few beside those that are chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Self

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED, IntMatrix, ScanQuery
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.assignment.tie_breaking import GREATEST, AnonymousTieBreaker
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.candidates import CandidateList
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricingProblem
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses
from mentormatch.scale.scan.blocks import BlockScanner, CheckDeadline, ScanHits, Scanner, keep_largest, scan_all
from mentormatch.scale.scan.implicit_scores import ImplicitScores

if TYPE_CHECKING:
    from mentormatch.scale.scan.kernels import TieBlocks

LEADING, BLOCK = 16, 3
"""So many pairs a person are listed first, and of each two kinds so many for each of the larger."""
ADDED = 16
"""So many pairs a person join at most after a look at all of them."""
ROOM, CROWD = 1 << 14, 64
"""Pairs for which there is room at first in a strip; a mentor notes so many times more than are wanted on average."""

type Solve = Callable[[OptimalFace, IntVector], PrimalDual | None]


@dataclass(frozen=True, slots=True)
class ClassBlocks:
    """Of each kind of mentors the kinds of mentees from ``starts`` (u + 1,) on in ``others`` lose nothing with it.

    ``least`` (b,) are hashes below which pairs of these kinds are passed over.
    """

    starts: IntVector
    others: IntVector
    least: IntVector

    @classmethod
    def of(cls, flow: ClassFlow, kinds: int) -> Self:
        """Return the blocks of kinds who lose nothing with each other, no pair of them passed over."""
        order = np.lexsort((flow.rights, flow.lefts))
        starts = np.searchsorted(flow.lefts[order], np.arange(kinds + 1))
        return cls(starts, flow.rights[order], np.zeros(len(order), dtype=np.int64))

    @property
    def lefts(self) -> IntVector:
        """Return (b,) the kind of mentors of each block."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def count(self, sizes: PerSide) -> int:
        """Return how many pairs there are in all blocks."""
        return int((sizes[0][self.lefts] * sizes[1][self.others]).sum())

    def leading(self, sizes: PerSide) -> "ClassBlocks":
        """Return the blocks with so many pairs as are listed first, those of the greatest hashes."""
        mine, theirs = sizes[0][self.lefts], sizes[1][self.others]
        some = np.bincount(self.lefts, theirs)[self.lefts], np.bincount(self.others, mine)[self.others]
        share = np.maximum(LEADING / np.minimum(*some), BLOCK / np.maximum(mine, theirs))
        return replace(self, least=np.maximum(GREATEST - (GREATEST * share).astype(np.int64), 0))


@dataclass(frozen=True, kw_only=True)
class TieScores(ImplicitScores):
    """The hashes of pairs in ``blocks`` as scores, other pairs being forbidden; ``kinds``: those of both sides.

    ``names`` (m,) are numbers of mentees below ``width``. Pairs are not among those of their kinds if their number,
    which is mentor times width plus name, is ``barred``: these numbers are in order.
    """

    hashes: AnonymousTieBreaker
    kinds: PerSide
    blocks: ClassBlocks
    names: IntVector
    barred: IntVector
    glance: "Callable[[TieScores], BlockScanner]"
    heed: CheckDeadline

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.mentors), len(self.mentees)

    @cached_property
    def order(self) -> IntVector:
        """The mentees by kind."""
        return np.argsort(self.kinds[1], kind="stable")

    @cached_property
    def edges(self) -> IntVector:
        """Where each kind of mentees begins in that order."""
        kinds = int(self.blocks.others.max(initial=-1)) + 1
        return np.searchsorted(self.kinds[1][self.order], np.arange(kinds + 1))

    def of_mentees(self, some: IntVector) -> "TieScores":
        hashes = replace(self.hashes, mentees=self.hashes.mentees[some])
        kinds = self.kinds[0], self.kinds[1][some]
        return replace(self, mentees=self.mentees[some], hashes=hashes, kinds=kinds, names=self.names[some])

    def within(self, cut: ScanQuery, look: Scanner | None = None) -> ScanHits:
        return scan_all(self.glance(self), self.shape[0], cut.among(self.mentors, self.mentees), self.heed)

    @cached_property
    def crowd(self) -> int:
        """The most barred pairs of a mentor, which are found and passed over."""
        mentors = self.barred // max(self.tiles.shape[1], 1)
        return int(np.bincount(mentors, minlength=1).max())

    def fit(self, found: IntMatrix) -> IntMatrix:
        """Return those of the pairs found, whose mentors and mentees come first, that are not barred."""
        if not len(self.barred):
            return found
        numbers = found[0] * self.tiles.shape[1] + self.names[found[1]]
        place = np.minimum(np.searchsorted(self.barred, numbers), len(self.barred) - 1)
        return found[:, self.barred[place] != numbers]

    def partners(self, kind: int) -> tuple[IntVector, IntVector]:
        """Return the mentees who are tied with a kind of mentors, and the least hashes of pairs with them."""
        start, stop = self.blocks.starts[kind : kind + 2]
        first, last = (self.edges[self.blocks.others[start:stop] + more] for more in (0, 1))
        sizes = last - first
        places = np.arange(int(sizes.sum())) + np.repeat(last - np.cumsum(sizes), sizes)
        return self.order[places], np.repeat(self.blocks.least[start:stop], sizes)


def choose_tie_scanner(*, compiled: bool) -> Callable[[TieScores], BlockScanner]:
    """Return the quickest way to look at ties there is, with numba or without."""
    return by_code if compiled else make_numpy_tie_scanner


def make_numpy_tie_scanner(scores: TieScores) -> BlockScanner:
    """Return the way to look that needs no more than NumPy."""
    return lambda cut: partial(scan_tie_block, scores, cut)


def scan_tie_block(scores: TieScores, cut: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return what there is in a strip."""
    seen, found = ScanHits.nothing(stop - start), [np.empty((4, 0), dtype=np.int64)]
    partners = dict[int, tuple[IntVector, IntVector]]()
    for mentor in cut.open(start, stop).tolist():
        kind = int(scores.kinds[0][mentor])
        mentees, least = partners[kind] = partners.get(kind) or scores.partners(kind)
        hashes = scores.hashes.of(np.full(1, mentor), mentees, 0)
        worth = hashes + cut.column_offsets[mentees]
        seen.row_best[mentor - start] = worth.max(initial=2 * EXCLUDED)
        some = np.flatnonzero((worth >= cut.row_limits[mentor]) & (hashes >= least))
        excess = worth[some] - cut.row_limits[mentor]
        found.append(np.stack([np.full(len(some), mentor), mentees[some], hashes[some], excess]))
    return keep_largest_ties(scores.fit(np.concatenate(found, axis=1)), seen, cut.per_row)


def by_code(scores: TieScores) -> BlockScanner:
    """Return the same in compiled code."""
    return lambda cut: partial(_by_code, scores, cut, _ties(scores, cut))


def _ties(scores: TieScores, cut: ScanQuery) -> "TieBlocks":
    """Return what is known of mentees."""
    from mentormatch.scale.scan.kernels import TieBlocks

    blocks, order = scores.blocks, scores.order
    words = scores.hashes.mentees[order], cut.column_offsets[order]
    return TieBlocks(blocks.starts, blocks.others, blocks.least, scores.edges, *words)


def _by_code(scores: TieScores, cut: ScanQuery, ties: "TieBlocks", start: int, stop: int) -> ScanHits:
    from mentormatch.scale.scan.kernels import TieBuffer, TieRows, scan_ties

    seen, mentors, room = ScanHits.nothing(stop - start), cut.open(start, stop), ROOM
    most = CROWD * cut.per_row + scores.crowd
    asked = TieRows(scores.kinds[0][mentors], scores.hashes.begun(mentors, 0), cut.row_limits[mentors])
    while True:
        found = np.empty((3, room), dtype=np.int64)
        best, counts, total = (
            np.full(len(mentors), 2 * EXCLUDED),
            np.zeros(len(mentors), np.int64),
            np.zeros(1, np.int64),
        )
        scan_ties(ties, asked, TieBuffer(found, best, counts, total, most))
        if total[0] <= room:
            break
        room = 2 * int(total[0])
    rows, mentees, hashes = found[0, : total[0]], scores.order[found[1, : total[0]]], found[2, : total[0]]
    seen.row_best[mentors - start] = best
    seen.rest_max[mentors[counts >= most] - start] = GREATEST - EXCLUDED
    excess = hashes + cut.column_offsets[mentees] - asked.limits[rows]
    return keep_largest_ties(scores.fit(np.stack([mentors[rows], mentees, hashes, excess])), seen, cut.per_row)


def keep_largest_ties(found: IntMatrix, seen: ScanHits, most: int) -> ScanHits:
    """Return the pairs found in a strip, (4, e): mentor, mentee, hash and excess; ``most`` a mentor, in order."""
    mentors, mentees, hashes, excess = found
    some, beyond = keep_largest(excess, most * len(seen.row_best))
    mentors, mentees, hashes = mentors[some], mentees[some], hashes[some]
    order = np.lexsort((mentees, mentors))
    np.maximum(seen.rest_max, beyond, out=seen.rest_max)
    return replace(seen, mentors=mentors[order], mentees=mentees[order], scores=hashes[order])


@dataclass(frozen=True, slots=True)
class TieFace:
    """The answers of a market of kinds that are worth as much as ``answer``, a face of its pairs alone.

    Pairs of people who are named together are not what their kinds are: those that lose nothing are ``beside``.
    """

    alike: PeopleClasses
    flow: ClassFlow
    answer: OptimalFace
    hashes: AnonymousTieBreaker
    beside: tuple[IntVector, IntVector]

    def left(
        self, solve: Solve, glance: Callable[[TieScores], BlockScanner], heed: CheckDeadline
    ) -> tuple[OptimalFace, PrimalDual]:
        """Return a face that holds all of these answers that are the best in a first round of hashes, and one of them.

        Its prices are those of the market, not of the hashes.
        """
        view, prices = self._view(glance, heed), self.alike.prices(self.flow)
        face, chosen = _solved(self._listing(view), solve)
        bounds = self.alike.view.bounds
        return replace(face, left=bounds[0], right=bounds[1]), PrimalDual(chosen, *prices)

    def _view(self, glance: Callable[[TieScores], BlockScanner], heed: CheckDeadline) -> PricingProblem:
        view, prices = self.alike.view, self.alike.prices(self.flow)
        loads = self.answer.loads(np.ones(len(self.answer), dtype=bool))
        held = [bounds.held(load, price) for bounds, load, price in zip(view.bounds, loads, prices, strict=True)]
        scores = TieScores(
            tiles=view.scores.tiles,
            mentors=view.scores.mentors,
            mentees=view.scores.mentees,
            list_divisor=view.scores.list_divisor,
            hashes=self.hashes,
            kinds=self.alike.codes,
            blocks=ClassBlocks.of(self.flow, self.alike.shape[0]),
            names=np.arange(view.scores.shape[1]),
            barred=self._barred,
            glance=glance,
            heed=heed,
        )
        none = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        stage = ScalarObjective((("hash", 1),), 0, none[0], none[1], 1, 1, GREATEST)
        return PricingProblem(
            scores,
            stage,
            (held[0], held[1]),
            lambda _: None,
            PairList.none(),
            view.pins,
            np.zeros(scores.shape[0], dtype=np.int64),
        )

    @property
    def _barred(self) -> IntVector:
        """The numbers of pairs that are not what their kinds are."""
        tiles = self.alike.view.scores.tiles
        each = tiles.exceptions
        return each.mentors * tiles.shape[1] + each.mentees if self.alike.named else np.empty(0, dtype=np.int64)

    def leading(self, glance: Callable[[TieScores], BlockScanner], heed: CheckDeadline) -> PairList:
        """Return some of the tied pairs, of the greatest hashes, which are their scores."""
        scores = self._view(glance, heed).scores
        assert isinstance(scores, TieScores)
        return self._leading(scores)

    def _leading(self, scores: TieScores) -> PairList:
        none = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        some = replace(scores, blocks=scores.blocks.leading(self.alike.sizes))
        seen = some.within(ScanQuery(none[0], none[1], 1, scores.shape[1]))
        return PairList(seen.mentors, seen.mentees, seen.scores)

    def _listing(self, view: PricingProblem) -> CandidateList:
        """Return the pairs to begin with: those of the greatest hashes, those of the answer, and those beside."""
        scores, (n, m) = view.scores, view.scores.shape
        assert isinstance(scores, TieScores)
        pairs = self._leading(scores)
        for known in ((self.answer.lefts, self.answer.rights), self.beside):
            pairs = pairs.merge(PairList(*known, self.hashes.of(*known, 0)), m)
        none = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
        return CandidateList(view, pairs, np.full(n, -GREATEST), none, 0)


def _solved(listing: CandidateList, solve: Solve) -> tuple[OptimalFace, BoolVector]:
    """Return the pairs that lose nothing in hashes, with the best answer."""
    while True:
        view = listing.view
        face, worth = view.face(listing.pairs), view.profit(listing.pairs)
        optimum = solve(face, worth)
        if optimum is None:
            raise EngineError("An answer was lost among ties")
        tight = view.reduced_cost(listing.pairs, (optimum.left, optimum.right)) == 0
        if not listing.price_out((optimum.left, optimum.right), 0, view.list_length(ADDED)):
            return view.face(listing.pairs.of(tight)), optimum.chosen[tight]
