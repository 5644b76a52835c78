"""Leximin as lexicographic bottleneck assignment (Burkard and Rendl 1991): counts per score, packed as digits.

Among answers with the same number of pairs, the sorted scores are lexicographically greatest where the lowest score is
taken by the fewest pairs, given that the next lowest is, and so forth. Each such count is a sum over pairs. Counts of
neighbouring scores are digits of one number: a score that few open pairs have takes few bits, so one stage does many.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.base.columns import IntVector

BELOW_ALL = -(1 << 62)
"""Less than any score."""
PEOPLE = frozenset({"matched", "priority"})
"""The goals that count people alone."""
MOST_DIGITS = 64
"""A digit takes a bit at least, so no number has more."""


def fits_before_leximin(goals: Sequence[str]) -> tuple[str, ...]:
    """Return the goals before leximin.

    >>> fits_before_leximin(("matched", "leximin", "total"))
    ('matched',)
    """
    return tuple(goals[: goals.index("leximin")])


@dataclass(frozen=True, slots=True)
class LeximinStages:
    """The stages of leximin, in each of which a pair is worth at most ``max_weight`` in magnitude."""

    max_weight: int

    def next_stage(self, scores: IntVector, above: int = BELOW_ALL) -> tuple[IntVector, int] | None:
        """Return what open pairs are worth in the stage of the lowest scores that exceed ``above``.

        Parameters
        ----------
        scores
            (e,) int64, the scores of the open pairs.
        above
            The last score that is done with.

        Returns
        -------
        (e,) int64, none above 0, and the last score that this stage does; None if no score is left.

        Examples
        --------
        >>> worth, last = LeximinStages(max_weight=4).next_stage(np.array([5, 3, 9, 3, 7]))
        >>> worth.tolist(), last
        ([-2, -4, 0, -4, -1], 7)
        """
        levels, counts = np.unique(scores[scores > above], return_counts=True)
        if not len(levels):
            return None
        used = self._fitting(counts.tolist())
        levels, bases = levels[:used], counts[:used] + 1
        weights = np.cumprod(np.append(1, bases[:0:-1]))[::-1]
        place = np.minimum(np.searchsorted(levels, scores), used - 1)
        return np.where(levels[place] == scores, -weights[place], 0), int(levels[-1])

    def _fitting(self, counts: list[int]) -> int:
        """Return how many digits fit: each takes as many values as its count and one, the first as many as it needs."""
        size = 1
        for used, count in enumerate(counts[1:MOST_DIGITS], 1):
            size *= count + 1
            if size > self.max_weight:
                return used
        return min(len(counts), MOST_DIGITS)
