"""Exact inference for small samples: the effect of a graded cause, sample sizes, and Holm's correction.

The effect is that of exact conditional logistic regression (Cox 1970; Hirji, Mehta and Patel 1987). In each stratum the
results are permuted among its members, so the test is a permutation test and needs no large-sample approximation.
Whatever is common to a stratum, such as its year, cancels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf, log

import numpy as np
from numpy.typing import NDArray

LEAST_SHOWN = 5  # people in a published figure, at least
SIGNIFICANCE_LEVEL = 0.05  # level of significance
CAUSE_STEPS = 20  # a cause between 0 and 1 is rounded to these steps
MAX_LOG_ODDS = 60.0  # log odds; a larger effect counts as unbounded
TARGET_POWER = 0.8  # of the test for which a sample size is given
DETECTED_SHARE = 0.8  # that test detects an effect that changes a share of 1/2 to this

# (n,) the cause between 0 and 1, and (n,) the result, of the members of one stratum
type Stratum = tuple[NDArray[np.float64], NDArray[np.bool_]]


def correct_levels(levels: Sequence[float]) -> list[float]:
    """Return p-values corrected for multiple comparisons (Holm 1979).

    >>> correct_levels([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected, highest = [0.0] * len(levels), 0.0
    for rank, index in enumerate(sorted(range(len(levels)), key=levels.__getitem__)):
        highest = max(highest, min(1.0, (len(levels) - rank) * levels[index]))
        corrected[index] = highest
    return corrected


@dataclass(frozen=True)
class ExactEffect:
    """The effect of a cause on a result: the sum of the cause over the positive results, and its null distribution.

    ``total`` is the observed sum, in steps; ``chances`` (t,) are the probabilities of the sums 0, 1 ... without an
    effect.
    """

    total: int
    chances: NDArray[np.float64]

    @classmethod
    def of(cls, strata: Sequence[Stratum]) -> "ExactEffect":
        """Return the common effect in some strata.

        >>> effect = ExactEffect.of([(np.array([0.0, 0, 0, 1, 1, 1]), np.array([False] * 3 + [True] * 3))])
        >>> round(effect.level, 6)
        0.1
        """
        total, chances = 0, np.ones(1)
        for cause, result in strata:
            steps = np.rint(cause * CAUSE_STEPS).astype(np.int64)
            total += int(steps[result].sum())
            chances = np.convolve(chances, permutation_distribution(steps, int(result.sum())))
        return cls(total, chances)

    @property
    def level(self) -> float:
        """The two-sided p-value."""
        return min(1.0, 2 * min(self.at_least(0.0), self.at_most(0.0)))

    @cached_property
    def log_odds(self) -> tuple[float, float]:
        """The 95 % confidence interval of the difference in log odds between cause 0 and cause 1."""
        tail = SIGNIFICANCE_LEVEL / 2
        return find_root(lambda e: self.at_least(e) - tail), find_root(lambda e: tail - self.at_most(e))

    @property
    def interval(self) -> tuple[float, float]:
        """The confidence interval as shares: the effect changes a share of 1/2 to these; 1/2 means no effect."""
        from scipy.special import expit  # statistics are loaded where they are needed

        low, high = (float(expit(effect)) for effect in self.log_odds)
        return low, high

    def at_least(self, effect: float) -> float:
        """Return the probability, under an effect, of a sum as great as the observed one or greater."""
        return float(self._tilt(effect)[self.total :].sum())

    def at_most(self, effect: float) -> float:
        """Return the probability, under an effect, of a sum as small as the observed one or smaller."""
        return float(self._tilt(effect)[: self.total + 1].sum())

    def _tilt(self, effect: float) -> NDArray[np.float64]:
        with np.errstate(divide="ignore"):
            logs = np.log(self.chances) + effect * np.arange(len(self.chances)) / CAUSE_STEPS
        odds = np.exp(logs - logs.max())
        return np.asarray(odds / odds.sum())


def permutation_distribution(steps: NDArray[np.int64], reached: int) -> NDArray[np.float64]:
    """Return (t,) the probabilities of the sums of ``reached`` of the ``steps``, all selections being equally likely.

    >>> permutation_distribution(np.array([0, 0, 1]), 1)
    array([0.66666667, 0.33333333])
    """
    greatest_sum = int(np.sort(steps)[len(steps) - reached :].sum())
    # Row k has the distribution for k of the first n steps: the last is among them with probability k / n
    chances = np.zeros((reached + 1, greatest_sum + 1))
    chances[0, 0] = 1.0
    counts = np.arange(reached + 1)[:, None]
    for n, step in enumerate(steps.tolist(), 1):
        with_last = np.zeros_like(chances)
        with_last[1:, step:] = chances[:-1, : greatest_sum + 1 - step]
        chances = ((n - counts) * chances + counts * with_last) / n
    return np.asarray(chances[reached])


def find_root(rising: Callable[[float], float]) -> float:
    """Return the root of an increasing function of an effect; infinite if none is within ``MAX_LOG_ODDS``."""
    from scipy.optimize import brentq  # noqa: TID251 - the root of one function, no solver

    if rising(-MAX_LOG_ODDS) >= 0:
        return -inf
    if rising(MAX_LOG_ODDS) <= 0:
        return inf
    return float(brentq(rising, -MAX_LOG_ODDS, MAX_LOG_ODDS, xtol=1e-6))


def people_needed(strata: Sequence[NDArray[np.float64]], share: float, looks: int) -> int | None:
    """Return the approximate number of people for which the test detects ``DETECTED_SHARE`` with ``TARGET_POWER``.

    ``strata`` contain the causes, between 0 and 1, of the present people, taken as representative; ``share`` is the
    share of positive results, above 0 and below 1; ``looks`` is the number of comparisons. From the information of the
    score test (Whittemore 1981). None if the standard deviation of the cause within strata is below one step.
    """
    from scipy.stats import norm

    people_count = sum(map(len, strata))
    variance = sum(float(((causes - causes.mean()) ** 2).sum()) for causes in strata if len(causes)) / max(
        people_count, 1
    )
    if variance < 1 / CAUSE_STEPS**2:
        return None
    quantiles = norm.isf(SIGNIFICANCE_LEVEL / 2 / looks) + norm.ppf(TARGET_POWER)
    effect = log(DETECTED_SHARE / (1 - DETECTED_SHARE))
    return ceil((quantiles / effect) ** 2 / (variance * share * (1 - share)))
