"""Where to begin: the pairs that lose least at the prices of a small market, drawn from the people of the whole one.

The drawn people are matched among themselves. Their prices are about those of the whole market, and tell the price of
everybody else: the most that is left to them by one of the drawn.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import isqrt
from os import cpu_count

import numpy as np

from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.wide.scan import STRIP
from mentormatch.assignment.wide.view import Pairs, View
from mentormatch.columns import IntVector

LEADING = 16
"""So many pairs a person are solved first."""
DRAWN = 1_024
"""So many people of the larger side are drawn."""
OTHERS, FEW, WIDTH = 32, 8, 1 << 13
"""So many times a few other mentors, with so many mentees or some more, tell how many pairs lose how much."""
LOW = -(1 << 60)

type Both = tuple[IntVector, IntVector]
type Solve = Callable[[Face, IntVector, Both | None], Optimum]
"""Solves a face, from guessed prices of both sides; None: from where the last solve ended."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A market of people drawn from a ``view``: strips of mentors, and some mentees; and ``other`` mentors."""

    view: View
    strips: Sequence[range]
    mentees: IntVector
    other: Sequence[range]

    @classmethod
    def of(cls, view: View) -> "Sample":
        """Draw as large a share of both sides."""
        (n, m), draw = view.scores.shape, np.random.default_rng(0)
        share = min(DRAWN / max(n, m, 1), 1.0)
        edges = [range(start, min(start + STRIP, n)) for start in range(0, n, STRIP)]
        order = [edges[at] for at in draw.permutation(len(edges)).tolist()]
        count = max(round(n * share / STRIP), 1)
        mentees = np.sort(draw.choice(m, round(m * share), replace=False))
        others = [strip[:FEW] for strip in order[count : count + OTHERS] or order]
        return cls(view, order[:count], mentees, others)

    def pairs(self) -> Pairs:
        """Return the pairs of the drawn people."""
        scores = self.view.scores.of_mentees(self.mentees)
        found = [np.empty((3, 0), dtype=np.int64)]
        for strip in self.strips:
            rows = scores.tiles.rows(strip.start, strip.stop)
            open_ = (rows >= scores.tiles.least) & scores.mentees & scores.mentors[strip.start : strip.stop, None]
            mentors, mentees = np.nonzero(open_)
            found.append(np.stack([mentors + strip.start, self.mentees[mentees], rows[open_]]))
        pairs = np.concatenate(found, axis=1)
        return Pairs(*pairs[:, np.argsort(pairs[0], kind="stable")])

    def mentors_by(self, mentees: IntVector) -> IntVector:
        """Return (n,) the most that one of the drawn mentees leaves to each mentor."""
        part, n = self.view.of_mentees(self.mentees), self.view.scores.shape[0]
        _, best = part.look((np.full(n, -LOW), mentees[self.mentees]), 0, 1)
        return np.maximum(best, 0)

    def margins(self, mentors: IntVector, strip: range) -> Iterator[IntVector]:
        """Yield (m,) for each mentor what pairs are worth above the prices of mentors, ``LOW`` where there is none.

        What is yielded is good until the next is asked for.
        """
        view, margin = self.view, np.empty(self.view.scores.shape[1], dtype=np.int64)
        closed, least = np.where(view.scores.mentees, view.stage.mentee, LOW), view.scores.tiles.least
        for own, scores in zip(strip, view.scores.tiles.rows(strip.start, strip.stop), strict=True):
            np.multiply(scores, view.stage.score, out=margin, casting="unsafe")
            margin += view.mentor[own] - mentors[own] if view.scores.mentors[own] else LOW
            margin += closed
            np.copyto(margin, LOW, where=scores < least)
            yield margin

    def mentees_by(self, mentors: IntVector) -> IntVector:
        """Return (m,) the most that one of the drawn mentors leaves to each mentee."""

        def through(strip: range) -> IntVector:
            most = np.zeros(self.view.scores.shape[1], dtype=np.int64)
            for margin in self.margins(mentors, strip):
                np.maximum(most, margin, out=most)
            return most

        with ThreadPoolExecutor(cpu_count() or 1) as threads:
            return np.asarray(np.maximum.reduce(list(threads.map(through, self.strips))))

    def level(self, mentors: IntVector, mentees: IntVector) -> int:
        """Return which loss is exceeded by all but ``LEADING`` pairs a person, as a few other mentors tell."""
        n, m = self.view.scores.shape
        step = max(m // WIDTH, 1)
        losses = [(mentees - margin)[::step] for few in self.other for margin in self.margins(mentors, few)]
        flat = np.concatenate([np.empty(0, dtype=np.int64), *losses])
        place = self.view.few(LEADING) * isqrt(n * m) * len(flat) // max(n * m, 1)
        return int(min(np.partition(flat, place - 1)[place - 1], -LOW // 2)) if 0 < place <= len(flat) else 0


@dataclass(frozen=True, slots=True)
class Guess:
    """About ``LEADING`` pairs a person, those that lose least at guessed ``prices`` of both sides, and their bound."""

    pairs: Pairs
    prices: Both
    bound: int


def guessed(view: View, solve: Solve) -> Guess:
    """Return where to begin."""
    sample = Sample.of(view)
    pairs = sample.pairs()
    mentees = sample.mentees_by(solve(view.face(pairs), view.worth(pairs), None).left)
    mentors = sample.mentors_by(mentees)
    found, best = view.look((mentors, mentees), sample.level(mentors, mentees), 4 * view.few(LEADING))
    return Guess(found, (mentors, mentees), view.bound(best, mentees))
