"""How time and memory grow with the number of people: least squares on logarithms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Law:
    """``y = constant * x ** exponent``; ``steepest`` and ``flattest`` are the exponents between neighbouring sizes.

    ``off`` is by what factor a size is off the law at most; ``within`` the sizes that it was fitted on.
    """

    exponent: float
    constant: float
    flattest: float
    steepest: float
    off: float
    within: tuple[float, float]

    def at(self, size: float) -> float:
        """Return what the law says of a size."""
        return float(self.constant * size**self.exponent)


def fitted(sizes: Sequence[float], figures: Sequence[float]) -> Law:
    """Return the law that fits best, of two sizes at least.

    >>> law = fitted([1, 10, 100], [3, 300, 30_000])
    >>> round(law.exponent, 6), round(law.constant, 6), round(law.at(1_000))
    (2.0, 3.0, 3000000)
    """
    x, y = np.log(np.asarray(sizes, dtype=float)), np.log(np.asarray(figures, dtype=float))
    slope, start = np.polyfit(x, y, 1)
    steps, off = np.diff(y) / np.diff(x), np.exp(np.abs(y - (slope * x + start)).max())
    span = float(min(sizes)), float(max(sizes))
    return Law(float(slope), float(np.exp(start)), float(steps.min()), float(steps.max()), float(off), span)
