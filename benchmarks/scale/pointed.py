"""The criteria of the example programme pair by pair, in plain Python, as rules of mentor-match would have them.

Each takes what a mentor and a mentee answered, what the answers are measured by and the neutral value, and gives a
value between 0 and 1. Nothing else is imported, so that a Python without this project can read it.
"""

from collections.abc import Callable
from typing import Any


def coverage(ours: Any, theirs: Any, scale: Any, neutral: float) -> float:
    """Return the part of all needs that is met."""
    met = sum(
        need * (neutral if (given := ours.get(item, 0)) is None else given / scale) for item, need in theirs.items()
    )
    wanted = sum(theirs.values())
    return met / wanted if wanted else 0.0


def overlap(ours: Any, theirs: Any, scale: Any, neutral: float) -> float:
    """Return what both have staked, over what either has."""
    least = sum(min(stake, theirs[item]) for item, stake in ours.items() if item in theirs)
    either = sum(ours.values()) + sum(theirs.values()) - least
    return least / either if either else 0.0


VALUES: dict[str, Callable[[Any, Any, Any, float], float]] = {
    "coverage": coverage,
    "overlap": overlap,
    "wishes": lambda ours, theirs, scale, neutral: theirs.get(ours, 0.0),
    "same": lambda ours, theirs, scale, neutral: float(ours == theirs),
    "table": lambda ours, theirs, scale, neutral: scale[ours][theirs],
    "closeness": lambda ours, theirs, scale, neutral: max(0.0, 1 - abs(ours - theirs) / scale),
    "availability": lambda ours, theirs, scale, neutral: min(1.0, len(ours & theirs) / scale),
}
