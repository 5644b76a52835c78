"""What pairs pay for rules that couple them, so that the best pairs keep the rules by themselves.

Whatever is paid, the optimum of the pairs less what they pay, and what the bounds are worth at these tolls, bound every
answer that keeps the rules (a Lagrangian relaxation). The search is for the tolls that bound it least. Each optimum on
the way bounds what any others can come to, and the next tolls are those at which all of these bounds together are the
least (cutting planes, Kelley 1960), not too far from the best so far (Marsten 1975).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy.optimize import linprog

from mentormatch.assignment.face import Face, Optimum, total
from mentormatch.assignment.wide.quotas import Quotas, Tolls
from mentormatch.assignment.wide.view import Both
from mentormatch.columns import IntVector

FINER = 1 << 16
"""A linear program is solved again so many times closer around its corner, until that is whole to the unit."""
FARTHER = 16
"""So many times farther tolls may move, where they were best as far away as they might."""
MOST_ROUNDED = 6
"""Of so many tolls all ways to round are tried."""
FEWEST_HELD = 100
"""So many cuts are kept in any case."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What some pairs are worth, and by how much they count less than each bound: no tolls bound answers closer."""

    worth: int
    spare: tuple[int, ...]

    def at(self, tolls: Tolls) -> int:
        """Return what the bound is no less than."""
        return self.worth + sum(spare * toll for spare, toll in zip(self.spare, tolls, strict=True))

    def settles(self, tolls: Tolls) -> bool:
        """Return whether the pairs keep all bounds, and reach those that are paid for: they are then the best."""
        pays = zip(self.spare, tolls, strict=True)
        return all(spare == 0 or (spare > 0 and toll == 0) for spare, toll in pays)


@dataclass(frozen=True, slots=True)
class Trial:
    """The optimum at some tolls, with the prices of people alone."""

    tolls: Tolls
    optimum: Optimum
    cut: Cut

    @property
    def bound(self) -> int:
        """Return what no answer that keeps the bounds is worth more than, among the pairs that were tried."""
        return self.cut.at(self.tolls)


type Best = Callable[[Face, IntVector, Both | None], Optimum]
type Shift = Callable[[Both], None]
type Heard = Callable[[Face, Optimum], None]
"""Takes an answer that keeps the quotas."""


@dataclass(slots=True)
class Search:
    """Tolls as good as any for the pairs that were listed last.

    ``most``: tolls stay below, or what pairs pay is not exact. ``empty``: a bound below which there is no answer.
    """

    quotas: Quotas
    solve: Best
    shift: Shift
    hear: Heard
    scales: list[int]
    most: int
    empty: int
    tolls: Tolls = ()
    last: Tolls = ()
    trial: Trial | None = None
    cuts: list[Cut] = field(default_factory=list)
    solved: int = 0
    wide: int = 0

    def __post_init__(self) -> None:
        self.last = self.tolls = (0,) * len(self.quotas.most)

    def best(self, face: Face, profit: IntVector, prices: Both | None = None) -> Optimum:
        """Return the optimum of a face at the best tolls, with prices of pairs before they pay.

        One that does not keep the minimums of people is returned as soon as it is found.
        """
        self.wide = 0
        best = self.tried(face, profit, self.tolls, prices)
        while face.holds(best.optimum) and best.bound >= self.empty and not best.cut.settles(best.tolls):
            tolls = self._next(best)
            if tolls is None:
                break
            other = self.tried(face, profit, tolls)
            if not face.holds(other.optimum):
                best = other
            elif other.bound < best.bound:
                self._widen(best.tolls, tolls)
                best = other
        self.trial, self.tolls = best, best.tolls
        return self.quotas.beside(best.optimum, best.tolls)

    def tried(self, face: Face, profit: IntVector, tolls: Tolls, prices: Both | None = None) -> Trial:
        """Return what comes of some tolls."""
        before, after = self.quotas.paid(self.last), self.quotas.paid(tolls)
        if prices is None:
            self.shift((after[0] - before[0], after[1] - before[1]))
        optimum = self.solve(face, self.quotas.left(face, profit, tolls), prices)
        self.last = tolls
        cut = Cut(total(profit[optimum.chosen]), self.quotas.spare(face, optimum.chosen))
        self.solved += 1
        if face.holds(optimum):
            self.cuts.append(cut)
            if min(cut.spare) >= 0:
                self.hear(face, optimum)
        return Trial(tolls, optimum, cut)

    @property
    def reach(self) -> int:
        """Return how far from the best so far the next tolls are looked for."""
        place = min(self.wide, len(self.scales) - 1)
        return self.scales[place] * FARTHER ** (self.wide - place)

    def _widen(self, before: Tolls, after: Tolls) -> None:
        """Look farther if tolls moved as far as they might."""
        if max(abs(one - other) for one, other in zip(before, after, strict=True)) >= self.reach:
            self.wide += 1

    def _next(self, best: Trial) -> Tolls | None:
        """Return the tolls at which all cuts together are least, None if they are not less by one than the best."""
        low = [max(toll - self.reach, 0) for toll in best.tolls]
        high = [min(toll + self.reach, self.most) for toll in best.tolls]
        tolls = lowest(self.cuts, best.tolls, (low, high))
        return tolls if max(cut.at(tolls) for cut in self.cuts) < best.bound else None


def lowest(cuts: list[Cut], at: Tolls, box: tuple[list[int], list[int]]) -> Tolls:
    """Return whole tolls in a box at which the greatest of some cuts is about the least.

    Solved in floating point, then again around what was found, numbers being taken from there and hence small
    (iterative refinement, Gleixner, Steffy and Wolter 2016).
    """
    low, high = box
    width = max(max(top - bottom for bottom, top in zip(low, high, strict=True)), 1)
    while True:
        moved = _moved(cuts, at, (low, high), width)
        if width == 1:
            return _rounded(cuts, at, moved, box)
        at = tuple(
            min(max(toll + round(step * width), bottom), top)
            for toll, step, bottom, top in zip(at, moved, *box, strict=True)
        )
        width = max(width // FINER, 1)
        low = [max(toll - width, bottom) for toll, bottom in zip(at, box[0], strict=True)]
        high = [min(toll + width, top) for toll, top in zip(at, box[1], strict=True)]


def _moved(cuts: list[Cut], at: Tolls, box: tuple[list[int], list[int]], width: int) -> list[float]:
    """Return by how many widths to move each toll, for the greatest of the cuts to be least."""
    values = [cut.at(at) for cut in cuts]
    greatest = max(values)
    heights = [(value - greatest) / width for value in values]
    slopes = np.array([cut.spare for cut in cuts], dtype=np.float64)
    sides = [((bottom - toll) / width, (top - toll) / width) for toll, bottom, top in zip(at, *box, strict=True)]
    unit = max(np.abs(slopes).max(), 1.0)
    rows = np.column_stack([slopes / unit, -np.ones(len(cuts))])
    goal = [*[0.0] * len(at), 1.0]
    found = linprog(goal, A_ub=rows, b_ub=-np.array(heights) / unit, bounds=[*sides, (None, None)])
    return [0.0] * len(at) if found.x is None else found.x[:-1].tolist()


def _rounded(cuts: list[Cut], at: Tolls, moved: list[float], box: tuple[list[int], list[int]]) -> Tolls:
    """Return the best whole tolls around what was found."""
    exact = [toll + step for toll, step in zip(at, moved, strict=True)]
    ways = [(int(np.floor(step)), int(np.ceil(step))) if len(at) <= MOST_ROUNDED else (round(step),) for step in moved]
    del exact
    choices = (
        tuple(
            min(max(toll + step, bottom), top) for toll, step, bottom, top in zip(at, steps, *box, strict=True)
        )
        for steps in product(*ways)
    )
    return min(choices, key=lambda tolls: max(cut.at(tolls) for cut in cuts))
