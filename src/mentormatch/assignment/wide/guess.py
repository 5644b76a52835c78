"""Where to begin: the pairs that lose least at the prices of a small market, drawn from the people of the whole one.

The drawn people are matched among themselves. Their prices are about those of the whole market, and tell the price of
everybody else: the most that is left to them by one of the drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.wide.level import level
from mentormatch.assignment.wide.listing import FAR, Listing
from mentormatch.assignment.wide.view import Both, View
from mentormatch.columns import IntVector

LEADING = 48
"""So many pairs a person are solved first."""
DRAWN, SHARE, MOST = 1_024, 10, 10_000
"""So many people of the larger side are drawn: one in ten, but no fewer than the first and no more than the last."""

type Solve = Callable[[Face, IntVector, Both | None], Optimum]
"""Solves a face, from guessed prices of both sides; None: from where the last solve ended."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Some ``mentors`` and ``mentees`` of a view, as large a share of both sides.

    ``own`` are the pairs of the drawn mentors with all mentees, the sides exchanged.
    """

    view: View
    own: View
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(cls, view: View) -> "Sample":
        """Draw people."""
        (n, m), draw = view.scores.shape, np.random.default_rng(0)
        share = min(min(max(DRAWN, max(n, m) // SHARE), MOST) / max(n, m, 1), 1.0)
        mentors, mentees = (np.sort(draw.choice(size, round(size * share), replace=False)) for size in (n, m))
        return cls(view, view.flipped().of_mentees(mentors).holding(), mentors, mentees)

    def drawn(self) -> View:
        """Return the market of the drawn people."""
        return self.own.flipped().of_mentees(self.mentees)

    def listing(self, mentors: IntVector) -> Listing:
        """Return the pairs to begin with, by the prices of the drawn mentors."""
        mentees = most_left(self.own, mentors)
        prices = most_left(self.view.of_mentees(self.mentees), mentees[self.mentees]), mentees
        return Listing.of(
            self.view, prices, level(self.view, prices, self.view.few(LEADING)), 4 * self.view.few(LEADING)
        )


def most_left(view: View, mentees: IntVector) -> IntVector:
    """Return (n,) the most that a mentee leaves to each mentor, by the prices of mentees."""
    nobody = np.full(view.scores.shape[0], FAR)
    return np.maximum(view.look((nobody, mentees), 0, 1).best, 0)
