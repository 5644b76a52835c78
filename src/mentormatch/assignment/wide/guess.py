"""Where to begin: the pairs that lose least at the prices of a small market, drawn from the people of the whole one.

The drawn people are matched among themselves. Their prices are about those of the whole market, and tell the price of
everybody else: the most that is left to them by one of the drawn.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.wide.listing import FAR, Listing
from mentormatch.assignment.wide.scan import STRIP
from mentormatch.assignment.wide.view import Both, View
from mentormatch.columns import IntVector

LEADING = 48
"""So many pairs a person are solved first."""
DRAWN, SHARE, MOST = 1_024, 8, 12_500
"""So many people of the larger side are drawn: one in eight, but no fewer than the first and no more than the last."""
OTHERS, FEW, WIDTH = 32, 8, 1 << 12
"""So many times a few mentors, with so many mentees or some more, tell how many pairs lose how much."""

type Solve = Callable[[Face, IntVector, Both | None], Optimum]
"""Solves a face, from guessed prices of both sides; None: from where the last solve ended."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Some ``mentors`` and ``mentees`` of a view, as large a share of both sides; and a few mentors here and there.

    ``own`` are the pairs of the drawn mentors with all mentees, the sides exchanged.
    """

    view: View
    own: View
    mentors: IntVector
    mentees: IntVector
    few: Sequence[range]

    @classmethod
    def of(cls, view: View) -> "Sample":
        """Draw people."""
        (n, m), draw = view.scores.shape, np.random.default_rng(0)
        share = min(min(max(DRAWN, max(n, m) // SHARE), MOST) / max(n, m, 1), 1.0)
        mentors, mentees = (np.sort(draw.choice(size, round(size * share), replace=False)) for size in (n, m))
        starts = draw.permutation(range(0, n, STRIP))[:OTHERS].tolist()
        few = [range(start, min(start + FEW, n)) for start in starts]
        return cls(view, view.flipped().of_mentees(mentors).holding(), mentors, mentees, few)

    def drawn(self) -> View:
        """Return the market of the drawn people."""
        return self.own.flipped().of_mentees(self.mentees)

    def listing(self, mentors: IntVector) -> Listing:
        """Return the pairs to begin with, by the prices of the drawn mentors."""
        mentees = most_left(self.own, mentors)
        prices = most_left(self.view.of_mentees(self.mentees), mentees[self.mentees]), mentees
        return Listing.of(self.view, prices, self.level(prices), 4 * self.view.few(LEADING))

    def level(self, prices: Both) -> int:
        """Return which loss is exceeded by all but ``LEADING`` pairs a person, as a few mentors tell."""
        n, m = self.view.scores.shape
        mentees = np.arange(0, m, max(m // WIDTH, 1))
        some = self.view.of_mentees(mentees)
        losses = [prices[1][mentees] - margin for few in self.few for margin in margins(some, prices[0], few)]
        flat = np.concatenate([np.empty(0, dtype=np.int64), *losses])
        place = self.view.few(LEADING) * isqrt(n * m) * len(flat) // max(n * m, 1)
        return int(min(np.partition(flat, place - 1)[place - 1], FAR // 2)) if 0 < place <= len(flat) else 0


def margins(view: View, mentors: IntVector, strip: range) -> Iterator[IntVector]:
    """Yield (m,) for each mentor what pairs are worth above the prices of mentors, ``-FAR`` where there is none.

    What is yielded is good until the next is asked for.
    """
    margin = np.empty(view.scores.shape[1], dtype=np.int64)
    closed, least = np.where(view.scores.mentees, view.stage.mentee, -FAR), view.scores.tiles.least
    for own, scores in zip(strip, view.scores.tiles.rows(strip.start, strip.stop), strict=True):
        np.multiply(scores, view.stage.score, out=margin, casting="unsafe")
        margin += view.mentor[own] - mentors[own] if view.scores.mentors[own] else -FAR
        margin += closed
        np.copyto(margin, -FAR, where=scores < least)
        yield margin


def most_left(view: View, mentees: IntVector) -> IntVector:
    """Return (n,) the most that a mentee leaves to each mentor, by the prices of mentees."""
    nobody = np.full(view.scores.shape[0], FAR)
    return np.maximum(view.look((nobody, mentees), 0, 1).best, 0)
