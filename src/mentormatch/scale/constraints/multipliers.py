"""The search for Lagrangian multipliers: cutting planes in a box (Marsten, Hogan and Blankenship 1975).

Whatever is paid, the optimum of what pairs are worth less what they pay, with what the bounds are worth at these tolls,
bounds every answer that keeps the rules (a Lagrangian relaxation). The search is for the tolls that bound it the
closest. Each optimum on the way bounds what all other tolls can come to; the next ones are those at which all of these
bounds together are the least (Kelley 1960), not too far from the best so far (Marsten, Hogan and Blankenship 1975).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, exact_dot
from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.subproblem import PerSide
from mentormatch.scale.constraints.rows import DualisedRows, Multipliers

REFINEMENT = 1 << 16
"""A linear program is solved again so many times closer around its corner, until that is whole to the unit."""
MAX_ROUNDED = 6
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
        steps = _solve_lp(cuts, tolls, inner, width)
        tolls = _clip([toll + round(step * width) for toll, step in zip(tolls, steps, strict=True)], inner)
        width = max(width // REFINEMENT, 1)
        inner = clip_box(tolls, width, box)
    found = min(
        _round_steps(tolls, _solve_lp(cuts, tolls, inner, 1), inner), key=lambda each: evaluate_model(cuts, each)
    )
    return _keep_unmoved(cuts, start, found)


def _keep_unmoved(cuts: Sequence[DualCut], before: Multipliers, after: Multipliers) -> Multipliers:
    """Return tolls of which none has moved without need."""
    for place, toll in enumerate(before):
        kept = (*after[:place], toll, *after[place + 1 :])
        after = kept if evaluate_model(cuts, kept) <= evaluate_model(cuts, after) else after
    return after


def _solve_lp(cuts: Sequence[DualCut], tolls: Multipliers, box: Box, width: int) -> list[float]:
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


def _round_steps(tolls: Multipliers, steps: Sequence[float], box: Box) -> Iterator[Multipliers]:
    """Yield whole tolls around some steps from others, the others among them."""
    all_ways = len(tolls) <= MAX_ROUNDED
    ways = [{int(np.floor(step)), int(np.ceil(step))} if all_ways else {round(step)} for step in steps]
    yield tolls
    for moves in product(*ways):
        yield _clip([toll + move for toll, move in zip(tolls, moves, strict=True)], box)


def _clip(tolls: Sequence[int], box: Box) -> Multipliers:
    return tuple(min(max(toll, least), most) for toll, least, most in zip(tolls, *box, strict=True))


CLOSE, FAR, FARTHER, CLOSER, LONG = 1_000, 2, 64, 4, 8
"""Tolls move by this part of what a pair is worth at first. Where tolls were better that moved as far as they might,
the next may move as far as the bound would go on falling if it bent as it did, from two to so many times as far; where
they were worse, so many times less far. A solve begins where the last one ended, and takes long if much has changed.
"""
TRIALS = 500
"""After so many trials on one list the best tolls have to do; they then leave a gap."""

type Best = Callable[[OptimalFace, IntVector, PerSide | None], PrimalDual]
type ShiftDuals = Callable[[PerSide], None]
"""Is told by how much less pairs are worth in the next solve, by their mentor and their mentee."""
type Hear = Callable[[OptimalFace, PrimalDual], None]
"""Takes an answer that keeps the bounds."""
type Back = Callable[[OptimalFace, PrimalDual], None]
"""Is told where the next solve begins, if not where the last one ended."""


@dataclass(frozen=True, slots=True)
class DualPoint:
    """The optimum at some tolls, with the prices of people alone."""

    multipliers: Multipliers
    optimum: PrimalDual
    cut: DualCut

    @property
    def bound(self) -> int:
        """Return what no answer that keeps the bounds is worth more than, of the pairs among which this is one."""
        return self.cut.at(self.multipliers)


@dataclass(frozen=True, slots=True)
class SolveHooks:
    """How to solve a face, from where the last solve ended but for a shift, or farther back; who hears of answers."""

    solve: Best
    shift: ShiftDuals
    back: Back
    hear: Hear


@dataclass(slots=True)
class MultiplierSearch:
    """The search for tolls, which goes on where it ended as more pairs are listed.

    ``reach``: how far tolls may move next. ``scales``: what one pair is worth in the last goal, in the one before, and
    so on: a toll between two of them is seldom the best, and takes long to solve. ``most``: no toll is greater, or else
    what pairs pay is not exact. An answer that is worth less than ``empty`` does not exist.
    """

    rows: DualisedRows
    asking: SolveHooks
    goal_scales: tuple[int, ...]
    most: int
    empty: int
    jump: int = 0
    trial: DualPoint | None = None
    last: Multipliers = ()
    cuts: list[DualCut] = field(default_factory=list)
    radius: int = 0
    kept: int | None = None

    def __post_init__(self) -> None:
        self.last = (0,) * len(self.rows.most)

    def best(self, face: OptimalFace, profit: IntVector, prices: PerSide | None = None) -> PrimalDual:
        """Return the optimum of a face at the best tolls, with prices of people that pay for tolls too.

        An optimum that does not keep the minimums of people is returned as soon as it is found.
        """
        best = self._tried(face, profit, self.trial.multipliers if self.trial else self.last, prices)
        self.radius = self._begin
        for _ in range(TRIALS):
            tolls = self._next(best) if face.holds(best.optimum) and not self._done(best) else None
            if tolls is None:
                break
            other = self._tried(face, profit, tolls)
            best = self._better(best, other) if face.holds(other.optimum) else other
            if best is not other and self._apart(best.multipliers, other.multipliers) > self.goal_scales[0]:
                self.asking.back(face, best.optimum)
                self.last = best.multipliers
        self.trial = best
        return self.rows.add_penalties(best.optimum, best.multipliers)

    def _tried(
        self, face: OptimalFace, profit: IntVector, tolls: Multipliers, prices: PerSide | None = None
    ) -> DualPoint:
        """Return what comes of some tolls."""
        if prices is None:
            self.asking.shift(self.rows.shifted(self.last, tolls))
        optimum = self.asking.solve(face, self.rows.penalise(face, profit, tolls), prices)
        cut = DualCut(exact_dot(profit[optimum.chosen]), self.rows.compute_slack(face, optimum.chosen))
        self.last = tolls
        if face.holds(optimum):
            self._keep(face, optimum, cut)
        return DualPoint(tolls, optimum, cut)

    def _keep(self, face: OptimalFace, optimum: PrimalDual, cut: DualCut) -> None:
        """Keep what an answer says of all tolls, and tell it if it is one and the best so far."""
        self.cuts.append(cut)
        if cut.keeps and (self.kept is None or cut.worth > self.kept):
            self.kept = cut.worth
            self.asking.hear(face, optimum)

    def _done(self, best: DualPoint) -> bool:
        """Return whether no tolls are better, or there is no answer at all."""
        return best.bound < self.empty or best.cut.settles(best.multipliers)

    def _better(self, best: DualPoint, other: DualPoint) -> DualPoint:
        """Return the better of two trials, and have the next ones move as far as that suggests."""
        moved = self._apart(best.multipliers, other.multipliers)
        better = other.bound < best.bound
        if moved == self.jump:
            self.jump, self.radius = 0, self._begin if better else self._long
        elif better and moved >= self.radius:
            self.radius = self._farther(best, other, moved)
        elif not better and moved <= self.goal_scales[0]:
            self.radius = max(moved // CLOSER, 1)
        return other if better else best

    @staticmethod
    def _apart(one: Multipliers, other: Multipliers) -> int:
        """Return by how much some tolls differ from others at most."""
        return max(abs(here - there) for here, there in zip(one, other, strict=True))

    def _farther(self, best: DualPoint, other: DualPoint, moved: int) -> int:
        """Return how far tolls may move next that were better where they moved as far as they might."""
        was, now = (one.cut.slope(best.multipliers, other.multipliers) for one in (best, other))
        reach = moved * min(max(now // min(was - now, -1), FAR), FARTHER)
        return self.jump if reach > self._long and self.jump else self._leap(reach)

    @property
    def _long(self) -> int:
        return max(self.goal_scales[0] // LONG, 1)

    @property
    def _begin(self) -> int:
        return max(self.goal_scales[0] // CLOSE, 1)

    def _leap(self, reach: int) -> int:
        """Return how far to go instead: beyond the first of the scales, as far as one of them."""
        return (
            reach
            if reach <= self.goal_scales[0]
            else min((scale for scale in self.goal_scales if scale >= reach), default=reach)
        )

    def _next(self, best: DualPoint) -> Multipliers | None:
        """Return the tolls to try next, None if none of those close by can be better."""
        for reach in (self.radius, max(self.radius, self._begin)):
            self.radius, tolls = reach, minimise_model(self.cuts, best.multipliers, self._box(best.multipliers, reach))
            if evaluate_model(self.cuts, tolls) < best.bound:
                return tolls
        return None

    def _box(self, tolls: Multipliers, reach: int) -> Box:
        return clip_box(tolls, reach, ((0,) * len(tolls), (self.most,) * len(tolls)))
