"""Where to begin: the pairs that lose least at prices that a sample of people suggests."""

from collections.abc import Iterator
from math import isqrt, prod

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.wide.scan import STRIP
from mentormatch.assignment.wide.view import Pairs, View
from mentormatch.columns import IntVector

LEADING = 16
"""So many pairs a person are solved first."""
SAMPLE, STRIPS = 2_048, 16
"""So many mentees, and strips of mentors, stand for all of them."""
LOW = -(1 << 60)


def promising(view: View) -> Pairs:
    """Return about ``LEADING`` pairs a person: those that lose least at guessed prices."""
    draw = np.random.default_rng(0)
    mentors = _of_mentors(view, draw)
    strips = draw.permutation(range(0, len(mentors), STRIP))[:STRIPS].tolist()
    mentees = np.full(view.scores.shape[1], LOW)
    for margin in _margins(view, mentors, strips):
        np.maximum(mentees, margin.max(axis=0), out=mentees)
    mentees = np.where(mentees == LOW, 0, mentees)
    levels = [_level(view, mentees - margin) for margin in _margins(view, mentors, strips)]
    found, _ = view.look((mentors, mentees), int(np.median(levels)), 4 * _leading(view))
    return found


def _leading(view: View) -> int:
    """Return how many pairs a person are solved first."""
    return max(LEADING // view.scores.shorter, 1)


def _of_mentors(view: View, draw: np.random.Generator) -> IntVector:
    """Return the most that each mentor can have of a sample of mentees."""
    m = view.scores.shape[1]
    some = np.sort(draw.choice(m, min(SAMPLE, m), replace=False))
    _, best = view.of_mentees(some).look(
        (np.full(view.scores.shape[0], -LOW), np.zeros(len(some), dtype=np.int64)), 0, 1
    )
    return np.maximum(best, 0)


def _margins(view: View, mentors: IntVector, strips: list[int]) -> Iterator[NDArray[np.int64]]:
    """Yield what the pairs of some strips are worth above the prices of mentors, and ``LOW`` where there is no pair."""
    for start in strips:
        scores, stop = view.scores.tiles.rows(start, min(start + STRIP, len(mentors))), min(start + STRIP, len(mentors))
        margin = np.multiply(scores, view.stage.score, dtype=np.int64)
        margin += (view.mentor - mentors)[start:stop, None] + view.stage.mentee
        closed = (scores < view.scores.tiles.least) | ~view.scores.mentees | ~view.scores.mentors[start:stop, None]
        yield np.where(closed, LOW, margin)


def _level(view: View, losses: NDArray[np.int64]) -> int:
    """Return which loss is exceeded by all but ``LEADING`` pairs a person, as far as one strip tells."""
    wanted = _leading(view) * isqrt(prod(view.scores.shape)) * len(losses) // max(view.scores.shape[0], 1)
    flat = losses.ravel()
    place = min(max(wanted, 1), len(flat)) - 1
    return int(min(np.partition(flat, place)[place], -LOW // 2)) if len(flat) else 0
