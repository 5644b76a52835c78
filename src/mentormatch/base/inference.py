"""Statistics of few people: the exact effect of a graded cause, how many more it takes, and Holm's correction.

The effect is that of conditional logistic regression (Cox 1970), exact (Hirji, Mehta and Patel 1987): in each stratum
the results are as if dealt anew among those who are there, so that the test is a permutation test, and nothing rests on
large numbers. Whatever is peculiar to a stratum, as its year, drops out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf, log

import numpy as np
from numpy.typing import NDArray

LEAST_SHOWN = 5
"""People of whom something is told, at least."""
LEVEL = 0.05
"""What happens by chance more rarely than this is called clear."""
STEPS = 20
"""Steps of a cause between 0 and 1: it is rounded to these."""
REACH = 60.0
"""Log odds beyond which an effect is taken to have no bound."""
POWER = 0.8
"""How often what is there shall be seen."""
MOVED = 0.8
"""The effect of which it is said how many it takes to see it: that which moves half to this share."""

type Stratum = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""(n,) the cause between 0 and 1, and (n,) the result, of those of one stratum."""


def correct_levels(levels: Sequence[float]) -> list[float]:
    """Return probabilities corrected for looking at all of them (Holm 1979).

    >>> correct_levels([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    found, highest = [0.0] * len(levels), 0.0
    for rank, place in enumerate(sorted(range(len(levels)), key=levels.__getitem__)):
        highest = max(highest, min(1.0, (len(levels) - rank) * levels[place]))
        found[place] = highest
    return found


@dataclass(frozen=True)
class ExactEffect:
    """What a cause does to a result: its sum over those who reached it, under every deal of the results.

    ``total`` is that sum as it was, in steps; ``chances`` (t,) are those of each sum 0, 1 ... if there is no effect.
    """

    total: int
    chances: NDArray[np.float64]

    @classmethod
    def of(cls, strata: Sequence[Stratum]) -> "ExactEffect":
        """Return the effect in some strata together.

        >>> effect = ExactEffect.of([(np.array([0.0, 0, 0, 1, 1, 1]), np.array([False] * 3 + [True] * 3))])
        >>> round(effect.level, 6)
        0.1
        """
        total, chances = 0, np.ones(1)
        for cause, result in strata:
            steps = np.rint(cause * STEPS).astype(np.int64)
            total += int(steps[result].sum())
            chances = np.convolve(chances, dealt(steps, int(result.sum())))
        return cls(total, chances)

    @property
    def level(self) -> float:
        """How probable so great an effect, in either direction, is by chance."""
        return min(1.0, 2 * min(self.at_least(0.0), self.at_most(0.0)))

    @cached_property
    def log_odds(self) -> tuple[float, float]:
        """The 95 % interval of the effect: by how much the log odds differ between the cause 0 and 1."""
        tail = LEVEL / 2
        return crossing(lambda e: self.at_least(e) - tail), crossing(lambda e: tail - self.at_most(e))

    @property
    def interval(self) -> tuple[float, float]:
        """The same as shares: to what the cause moves a half. No effect is a half itself."""
        from scipy.special import expit  # statistics are loaded where they are needed

        low, high = (float(expit(effect)) for effect in self.log_odds)
        return low, high

    def at_least(self, effect: float) -> float:
        """Return how probable a sum as it was, or a greater one, is under an effect."""
        return float(self._tilt(effect)[self.total :].sum())

    def at_most(self, effect: float) -> float:
        """Return how probable a sum as it was, or a smaller one, is under an effect."""
        return float(self._tilt(effect)[: self.total + 1].sum())

    def _tilt(self, effect: float) -> NDArray[np.float64]:
        with np.errstate(divide="ignore"):
            logs = np.log(self.chances) + effect * np.arange(len(self.chances)) / STEPS
        odds = np.exp(logs - logs.max())
        return np.asarray(odds / odds.sum())


def dealt(steps: NDArray[np.int64], reached: int) -> NDArray[np.float64]:
    """Return (t,) how probable each sum of ``steps`` is, where so many of them are dealt a result, all deals alike.

    >>> dealt(np.array([0, 0, 1]), 1)
    array([0.66666667, 0.33333333])
    """
    most = int(np.sort(steps)[len(steps) - reached :].sum())
    chances = np.zeros((reached + 1, most + 1))
    chances[0, 0] = 1.0
    for step in steps.tolist():
        with_one = np.zeros_like(chances)
        with_one[1:, step:] = chances[:-1, : most + 1 - step]
        chances = (chances + with_one) / 2  # the ways there are, halved each time so that they stay small
    ways = chances[reached]
    return np.asarray(ways / ways.sum())


def crossing(rising: Callable[[float], float]) -> float:
    """Return where a function of an effect crosses zero, without bound where it does so nowhere within ``REACH``."""
    from scipy.optimize import brentq  # noqa: TID251 - the root of one function, no solver

    if rising(-REACH) >= 0:
        return -inf
    if rising(REACH) <= 0:
        return inf
    return float(brentq(rising, -REACH, REACH, xtol=1e-6))


def people_needed(strata: Sequence[NDArray[np.float64]], share: float, looks: int) -> int | None:
    """Return about how many people it takes to see, ``POWER`` of the time, an effect that moves a half to ``MOVED``.

    ``strata`` hold the cause between 0 and 1 of those who are there, as which the others are taken to be; ``share`` of
    them reach the result; ``looks`` are how many effects are looked at. By the information of the score test
    (Whittemore 1981). None: the cause is the same for all in every stratum, and no number would do.
    """
    from scipy.stats import norm

    many = sum(map(len, strata))
    spread = sum(float(((each - each.mean()) ** 2).sum()) for each in strata if len(each)) / max(many, 1)
    if spread < 1 / STEPS**2:
        return None
    quantiles = norm.isf(LEVEL / 2 / looks) + norm.ppf(POWER)
    effect = log(MOVED / (1 - MOVED))
    return ceil((quantiles / effect) ** 2 / (spread * share * (1 - share)))
