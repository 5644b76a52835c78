"""Ties of a market of kinds: which pairs a first round of hashes leaves of all that lose nothing, none of these listed.

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

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.assignment.tie_breaking import GREATEST, AnonymousTieBreaker
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.candidates import Listing
from mentormatch.scale.columns.subproblem import Both, Pairs, View
from mentormatch.scale.columns.symmetry import Alike, Flow
from mentormatch.scale.scan.blocks import CLOSED, Cut, Glance, Heed, Look, Seen, kept, scanned
from mentormatch.scale.scan.implicit_scores import ComputedScores

if TYPE_CHECKING:
    from mentormatch.scale.scan.tie_kernels import Ties

LEADING, BLOCK = 16, 3
"""So many pairs a person are listed first, and of each two kinds so many for each of the larger."""
ADDED = 16
"""So many pairs a person join at most after a look at all of them."""
ROOM, CROWD = 1 << 14, 64
"""Pairs for which there is room at first in a strip; a mentor notes so many times more than are wanted on average."""

type Solve = Callable[[OptimalFace, IntVector], PrimalDual | None]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Of each kind of mentors the kinds of mentees from ``starts`` (u + 1,) on in ``others`` lose nothing with it.

    ``least`` (b,) are hashes below which pairs of these kinds are passed over.
    """

    starts: IntVector
    others: IntVector
    least: IntVector

    @classmethod
    def of(cls, flow: Flow, kinds: int) -> Self:
        """Return the blocks of kinds who lose nothing with each other, no pair of them passed over."""
        order = np.lexsort((flow.rights, flow.lefts))
        starts = np.searchsorted(flow.lefts[order], np.arange(kinds + 1))
        return cls(starts, flow.rights[order], np.zeros(len(order), dtype=np.int64))

    @property
    def lefts(self) -> IntVector:
        """Return (b,) the kind of mentors of each block."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def count(self, sizes: Both) -> int:
        """Return how many pairs there are in all blocks."""
        return int((sizes[0][self.lefts] * sizes[1][self.others]).sum())

    def leading(self, sizes: Both) -> "Blocks":
        """Return the blocks with so many pairs as are listed first, those of the greatest hashes."""
        mine, theirs = sizes[0][self.lefts], sizes[1][self.others]
        some = np.bincount(self.lefts, theirs)[self.lefts], np.bincount(self.others, mine)[self.others]
        share = np.maximum(LEADING / np.minimum(*some), BLOCK / np.maximum(mine, theirs))
        return replace(self, least=np.maximum(GREATEST - (GREATEST * share).astype(np.int64), 0))


@dataclass(frozen=True, kw_only=True)
class TiedScores(ComputedScores):
    """The hashes of pairs in ``blocks`` as scores, other pairs being forbidden; ``kinds``: those of both sides.

    ``names`` (m,) are numbers of mentees below ``width``. Pairs are not among those of their kinds if their number,
    which is mentor times width plus name, is ``barred``: these numbers are in order.
    """

    hashes: AnonymousTieBreaker
    kinds: Both
    blocks: Blocks
    names: IntVector
    barred: IntVector
    glance: "Callable[[TiedScores], Glance]"
    heed: Heed

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

    def of_mentees(self, some: IntVector) -> "TiedScores":
        hashes = replace(self.hashes, mentees=self.hashes.mentees[some])
        kinds = self.kinds[0], self.kinds[1][some]
        return replace(self, mentees=self.mentees[some], hashes=hashes, kinds=kinds, names=self.names[some])

    def within(self, cut: Cut, look: Look | None = None) -> Seen:
        return scanned(self.glance(self), self.shape[0], cut.among(self.mentors, self.mentees), self.heed)

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


def quickest(*, compiled: bool) -> Callable[[TiedScores], Glance]:
    """Return the quickest way to look at ties there is, with numba or without."""
    return by_code if compiled else plain


def plain(scores: TiedScores) -> Glance:
    """Return the way to look that needs no more than NumPy."""
    return lambda cut: partial(look, scores, cut)


def look(scores: TiedScores, cut: Cut, start: int, stop: int) -> Seen:
    """Return what there is in a strip."""
    seen, found = Seen.nothing(stop - start), [np.empty((4, 0), dtype=np.int64)]
    partners = dict[int, tuple[IntVector, IntVector]]()
    for mentor in cut.open(start, stop).tolist():
        kind = int(scores.kinds[0][mentor])
        mentees, least = partners[kind] = partners.get(kind) or scores.partners(kind)
        hashes = scores.hashes.of(np.full(1, mentor), mentees, 0)
        worth = hashes + cut.mentees[mentees]
        seen.best[mentor - start] = worth.max(initial=2 * CLOSED)
        some = np.flatnonzero((worth >= cut.limits[mentor]) & (hashes >= least))
        excess = worth[some] - cut.limits[mentor]
        found.append(np.stack([np.full(len(some), mentor), mentees[some], hashes[some], excess]))
    return sifted(scores.fit(np.concatenate(found, axis=1)), seen, cut.most)


def by_code(scores: TiedScores) -> Glance:
    """Return the same in compiled code."""
    return lambda cut: partial(_by_code, scores, cut, _ties(scores, cut))


def _ties(scores: TiedScores, cut: Cut) -> "Ties":
    """Return what is known of mentees."""
    from mentormatch.scale.scan.tie_kernels import Ties

    blocks, order = scores.blocks, scores.order
    words = scores.hashes.mentees[order], cut.mentees[order]
    return Ties(blocks.starts, blocks.others, blocks.least, scores.edges, *words)


def _by_code(scores: TiedScores, cut: Cut, ties: "Ties", start: int, stop: int) -> Seen:
    from mentormatch.scale.scan.tie_kernels import Asked, Noted, look_at_ties

    seen, mentors, room = Seen.nothing(stop - start), cut.open(start, stop), ROOM
    most = CROWD * cut.most + scores.crowd
    asked = Asked(scores.kinds[0][mentors], scores.hashes.begun(mentors, 0), cut.limits[mentors])
    while True:
        found = np.empty((3, room), dtype=np.int64)
        best, counts, total = np.full(len(mentors), 2 * CLOSED), np.zeros(len(mentors), np.int64), np.zeros(1, np.int64)
        look_at_ties(ties, asked, Noted(found, best, counts, total, most))
        if total[0] <= room:
            break
        room = 2 * int(total[0])
    rows, mentees, hashes = found[0, : total[0]], scores.order[found[1, : total[0]]], found[2, : total[0]]
    seen.best[mentors - start] = best
    seen.beyond[mentors[counts >= most] - start] = GREATEST - CLOSED
    excess = hashes + cut.mentees[mentees] - asked.limits[rows]
    return sifted(scores.fit(np.stack([mentors[rows], mentees, hashes, excess])), seen, cut.most)


def sifted(found: IntMatrix, seen: Seen, most: int) -> Seen:
    """Return the pairs found in a strip, (4, e): mentor, mentee, hash and excess; ``most`` a mentor, in order."""
    mentors, mentees, hashes, excess = found
    some, beyond = kept(excess, most * len(seen.best))
    mentors, mentees, hashes = mentors[some], mentees[some], hashes[some]
    order = np.lexsort((mentees, mentors))
    np.maximum(seen.beyond, beyond, out=seen.beyond)
    return replace(seen, mentors=mentors[order], mentees=mentees[order], scores=hashes[order])


@dataclass(frozen=True, slots=True)
class Tied:
    """The answers of a market of kinds that are worth as much as ``answer``, a face of its pairs alone.

    Pairs of people who are named together are not what their kinds are: those that lose nothing are ``beside``.
    """

    alike: Alike
    flow: Flow
    answer: OptimalFace
    hashes: AnonymousTieBreaker
    beside: tuple[IntVector, IntVector]

    def left(self, solve: Solve, glance: Callable[[TiedScores], Glance], heed: Heed) -> tuple[OptimalFace, PrimalDual]:
        """Return a face that holds all of these answers that are the best in a first round of hashes, and one of them.

        Its prices are those of the market, not of the hashes.
        """
        view, prices = self._view(glance, heed), self.alike.prices(self.flow)
        face, chosen = _solved(self._listing(view), solve)
        bounds = self.alike.view.bounds
        return replace(face, left=bounds[0], right=bounds[1]), PrimalDual(chosen, *prices)

    def _view(self, glance: Callable[[TiedScores], Glance], heed: Heed) -> View:
        view, prices = self.alike.view, self.alike.prices(self.flow)
        loads = self.answer.loads(np.ones(len(self.answer), dtype=bool))
        held = [bounds.held(load, price) for bounds, load, price in zip(view.bounds, loads, prices, strict=True)]
        scores = TiedScores(
            tiles=view.scores.tiles,
            mentors=view.scores.mentors,
            mentees=view.scores.mentees,
            shorter=view.scores.shorter,
            hashes=self.hashes,
            kinds=self.alike.codes,
            blocks=Blocks.of(self.flow, self.alike.shape[0]),
            names=np.arange(view.scores.shape[1]),
            barred=self._barred,
            glance=glance,
            heed=heed,
        )
        none = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        stage = ScalarObjective((("hash", 1),), 0, none[0], none[1], 1, 1, GREATEST)
        return View(
            scores,
            stage,
            (held[0], held[1]),
            lambda _: None,
            Pairs.none(),
            view.pins,
            np.zeros(scores.shape[0], dtype=np.int64),
        )

    @property
    def _barred(self) -> IntVector:
        """The numbers of pairs that are not what their kinds are."""
        tiles = self.alike.view.scores.tiles
        each = tiles.exceptions
        return each.mentors * tiles.shape[1] + each.mentees if self.alike.named else np.empty(0, dtype=np.int64)

    def leading(self, glance: Callable[[TiedScores], Glance], heed: Heed) -> Pairs:
        """Return some of the tied pairs, of the greatest hashes, which are their scores."""
        scores = self._view(glance, heed).scores
        assert isinstance(scores, TiedScores)
        return self._leading(scores)

    def _leading(self, scores: TiedScores) -> Pairs:
        none = [np.zeros(count, dtype=np.int64) for count in scores.shape]
        some = replace(scores, blocks=scores.blocks.leading(self.alike.sizes))
        seen = some.within(Cut(none[0], none[1], 1, scores.shape[1]))
        return Pairs(seen.mentors, seen.mentees, seen.scores)

    def _listing(self, view: View) -> Listing:
        """Return the pairs to begin with: those of the greatest hashes, those of the answer, and those beside."""
        scores, (n, m) = view.scores, view.scores.shape
        assert isinstance(scores, TiedScores)
        pairs = self._leading(scores)
        for known in ((self.answer.lefts, self.answer.rights), self.beside):
            pairs = pairs.joined(Pairs(*known, self.hashes.of(*known, 0)), m)
        none = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
        return Listing(view, pairs, np.full(n, -GREATEST), none, 0)


def _solved(listing: Listing, solve: Solve) -> tuple[OptimalFace, BoolVector]:
    """Return the pairs that lose nothing in hashes, with the best answer."""
    while True:
        view = listing.view
        face, worth = view.face(listing.pairs), view.worth(listing.pairs)
        optimum = solve(face, worth)
        if optimum is None:
            raise EngineError("An answer was lost among ties")
        tight = view.loss(listing.pairs, (optimum.left, optimum.right)) == 0
        if not listing.look((optimum.left, optimum.right), 0, view.few(ADDED)):
            return view.face(listing.pairs.of(tight)), optimum.chosen[tight]
