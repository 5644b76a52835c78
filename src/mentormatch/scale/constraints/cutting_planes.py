"""The cutting-plane model of the Lagrangian dual (Kelley 1960), minimised in integers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from mentormatch.scale.constraints.rows import Multipliers

FINER = 1 << 16
"""A linear program is solved again so many times closer around its corner, until that is whole to the unit."""
MOST_ROUNDED = 6
"""Of so many tolls all ways to round are tried."""

type Box = tuple[Multipliers, Multipliers]
"""The least and the greatest of each toll."""


@dataclass(frozen=True, slots=True)
class DualCut:
    """What some pairs are worth, and by how much they count less than each bound: no tolls bound answers closer."""

    worth: int
    spare: tuple[int, ...]

    @property
    def keeps(self) -> bool:
        """Return whether the pairs keep all bounds."""
        return min(self.spare, default=0) >= 0

    def at(self, tolls: Multipliers) -> int:
        """Return what the bound is no less than."""
        return self.worth + sum(spare * toll for spare, toll in zip(self.spare, tolls, strict=True))

    def slope(self, before: Multipliers, after: Multipliers) -> int:
        """Return by how much it rises from some tolls to others."""
        return self.at(after) - self.at(before)

    def settles(self, tolls: Multipliers) -> bool:
        """Return whether the pairs keep all bounds and reach those that are paid for: then none are better."""
        return self.keeps and self.at(tolls) == self.worth


def evaluate_model(cuts: Sequence[DualCut], tolls: Multipliers) -> int:
    """Return what all cuts together say of some tolls."""
    return max(cut.at(tolls) for cut in cuts)


def clip_box(tolls: Multipliers, reach: int, within: Box) -> Box:
    """Return the box of what is no farther than ``reach``, and in another box."""
    sides = list(zip(tolls, *within, strict=True))
    low, high = zip(*((max(at - reach, least), min(at + reach, most)) for at, least, most in sides), strict=True)
    return low, high


def minimise_model(cuts: Sequence[DualCut], tolls: Multipliers, box: Box) -> Multipliers:
    """Return whole tolls in a box at which all cuts together are about the least, beginning at some in it.

    A linear program in floating point is solved again around what it finds, all numbers being taken from there and
    hence small, until a unit is no longer small (iterative refinement, Gleixner, Steffy and Wolter 2016).
    """
    start, width = tolls, max(max(most - least for least, most in zip(*box, strict=True)), 1)
    inner = box
    while width > 1:
        steps = _steps(cuts, tolls, inner, width)
        tolls = _clipped([toll + round(step * width) for toll, step in zip(tolls, steps, strict=True)], inner)
        width = max(width // FINER, 1)
        inner = clip_box(tolls, width, box)
    found = min(_rounded(tolls, _steps(cuts, tolls, inner, 1), inner), key=lambda each: evaluate_model(cuts, each))
    return _only_needed(cuts, start, found)


def _only_needed(cuts: Sequence[DualCut], before: Multipliers, after: Multipliers) -> Multipliers:
    """Return tolls of which none has moved without need."""
    for place, toll in enumerate(before):
        kept = (*after[:place], toll, *after[place + 1 :])
        after = kept if evaluate_model(cuts, kept) <= evaluate_model(cuts, after) else after
    return after


def _steps(cuts: Sequence[DualCut], tolls: Multipliers, box: Box, width: int) -> list[float]:
    """Return by how many widths to move each toll, for all cuts together to be least; none if the solver gives up."""
    from scipy.optimize import linprog

    top = evaluate_model(cuts, tolls)
    heights = np.array([(cut.at(tolls) - top) / width for cut in cuts])
    slopes = np.array([cut.spare for cut in cuts], dtype=np.float64)
    unit = max(float(np.abs(slopes).max(initial=0)), 1.0)
    rows = np.column_stack([slopes / unit, -np.ones(len(cuts))])
    sides = [((least - toll) / width, (most - toll) / width) for toll, least, most in zip(tolls, *box, strict=True)]
    goal = [*(0.0 for _ in tolls), 1.0]
    found = linprog(goal, A_ub=rows, b_ub=-heights / unit, bounds=[*sides, (None, None)])
    return [0.0] * len(tolls) if found.x is None else found.x[:-1].tolist()


def _rounded(tolls: Multipliers, steps: Sequence[float], box: Box) -> Iterator[Multipliers]:
    """Yield whole tolls around some steps from others, the others among them."""
    all_ways = len(tolls) <= MOST_ROUNDED
    ways = [{int(np.floor(step)), int(np.ceil(step))} if all_ways else {round(step)} for step in steps]
    yield tolls
    for moves in product(*ways):
        yield _clipped([toll + move for toll, move in zip(tolls, moves, strict=True)], box)


def _clipped(tolls: Sequence[int], box: Box) -> Multipliers:
    return tuple(min(max(toll, least), most) for toll, least, most in zip(tolls, *box, strict=True))
