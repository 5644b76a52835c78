"""The optimum of all pairs by way of few of them, none of the others being kept.

The promising pairs are solved first, in integers. The prices that prove their optimum then tell which of all pairs could
improve it; these join, and so on until there are none (column generation, Gilmore and Gomory 1961). The prices are then
those of all pairs, and no tolerance is in it. Each look at all pairs also bounds what any answer is worth (Farley
1990): a mentor's price is raised to the best that they can have, and weak duality does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.wide.guess import promising
from mentormatch.assignment.wide.view import Pairs, View
from mentormatch.columns import BoolVector, IntVector

type Solve = Callable[[Face, IntVector, Warm | None], Optimum | None]
type Hear = Callable[[Face, Optimum, int], None]
"""Takes an answer with the bound that no answer exceeds."""

ADDED = 8
"""So many pairs a person join at most after a look at all of them."""


@dataclass(frozen=True, slots=True)
class Warm:
    """What a solve may begin with: the prices of mentees, and the answer before among the pairs there were then."""

    mentors: IntVector
    mentees: IntVector
    chosen: BoolVector


def best_wide(view: View, solve: Solve, hear: Hear) -> tuple[Face, Optimum] | None:
    """Return the face of all pairs that an optimum leaves tight, and the optimum on it; None if no answer is possible.

    ``hear`` takes each answer before the last, with what it is short of at most.
    """
    pairs, warm = promising(view), None
    while True:
        face = view.face(pairs)
        optimum = solve(face, view.worth(pairs), warm)
        if optimum is None:
            return None
        seen, best = view.look((optimum.left, optimum.right), 0, ADDED)
        better = view.worth(seen) > optimum.left[seen.mentors] + optimum.right[seen.mentees]
        if not better.any():
            return _tight(view, pairs, optimum, seen)
        hear(face, optimum, view.bound(best, optimum.right))
        pairs, old = pairs.joined(seen, view.scores.shape[1])
        chosen = np.zeros(len(old), dtype=bool)
        chosen[old] = optimum.chosen
        warm = Warm(optimum.left, optimum.right, chosen)


def _tight(view: View, pairs: Pairs, optimum: Optimum, tight: Pairs) -> tuple[Face, Optimum]:
    """Return the tight pairs, the chosen ones being among them, as a face with its optimum."""
    width = view.scores.shape[1]
    taken = pairs.mentors[optimum.chosen] * width + pairs.mentees[optimum.chosen]
    chosen = np.isin(tight.mentors * width + tight.mentees, taken, assume_unique=True)
    return view.face(tight), Optimum(chosen, optimum.left, optimum.right)
