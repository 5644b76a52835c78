"""The optimum of all pairs by way of few of them, none of the others being kept.

The promising pairs are solved first, in integers. The prices that prove their optimum then tell which of all pairs
could improve it; these join, and so on until there are none (column generation, Gilmore and Gomory 1961). The prices
are then those of all pairs, and no tolerance is in it. Each look also bounds what any answer is worth
(Farley 1990): a mentor's price is raised to the best that they can have, and weak duality does the rest.
"""

from collections.abc import Callable

import numpy as np

from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.wide.guess import Solve, guessed
from mentormatch.assignment.wide.view import Pairs, View
from mentormatch.scoring.score import MILLION

type Hear = Callable[[Face, Optimum, int], None]
"""Takes an answer with the bound that no answer exceeds."""

ADDED = 32
"""So many pairs a person join at most after a look at all of them."""
NEAR = (0, MILLION // 20, MILLION // 100)
"""Pairs that lose so little at the first looks join too: they are those that lose nothing at the next prices."""


def best_wide(view: View, solve: Solve, hear: Hear) -> tuple[Face, Optimum]:
    """Return the face of all pairs that an optimum leaves tight, and the optimum on it.

    ``hear`` takes each answer before the last, with what it is short of at most.
    """
    guess = guessed(view, solve)
    pairs, bound, losses, starts = guess.pairs, guess.bound, [view.stage.score * near for near in NEAR], [guess.prices]
    while True:
        face = view.face(pairs)
        optimum = solve(face, view.worth(pairs), starts.pop() if starts else None)
        hear(face, optimum, bound)
        loss = losses.pop(0) if losses else 0
        seen, best = view.look((optimum.left, optimum.right), loss, view.few(ADDED))
        if not loss and not view.better(seen, optimum).any():
            return _tight(view, pairs, optimum, seen)
        bound = min(bound, view.bound(best, optimum.right))
        pairs = pairs.joined(seen, view.scores.shape[1])


def _tight(view: View, pairs: Pairs, optimum: Optimum, tight: Pairs) -> tuple[Face, Optimum]:
    """Return the tight pairs, the chosen ones being among them, as a face with its optimum."""
    width = view.scores.shape[1]
    taken = pairs.mentors[optimum.chosen] * width + pairs.mentees[optimum.chosen]
    chosen = np.isin(tight.mentors * width + tight.mentees, taken, assume_unique=True)
    return view.face(tight), Optimum(chosen, optimum.left, optimum.right)
