"""The Lagrangian dual in integers: cutting planes (Kelley 1960) within a box (Marsten, Hogan and Blankenship 1975).

For multipliers w >= 0 the relaxation L(w) = max of penalised profit + w * bounds is an upper bound on every feasible
answer (Geoffrion 1974; Fisher 1981). L is convex and piecewise linear. The optimum at a point gives a cut: its value
and its slack are value and subgradient. The model is the maximum of all cuts so far, a lower bound on L. Each round
minimises the model within a box around the best point (boxstep, a trust region), solves the relaxation there, and moves
or shrinks the box. Cuts stay valid as more pairs are listed.

Multipliers are whole: a linear program in floating point is solved again around its own solution until that is exact to
the unit (iterative refinement, Gleixner, Steffy and Wolter 2016).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, exact_dot
from mentormatch.base.arrays import IntVector
from mentormatch.scale.columns.subproblem import SideVectors
from mentormatch.scale.constraints.rows import DualisedRows, Multipliers

REFINEMENT = 1 << 16
"""A linear program is solved again so many times closer around its solution, until that is whole to the unit."""
MAX_ROUNDED = 6
"""Of so many multipliers all ways to round up or down are tried."""

type Box = tuple[Multipliers, Multipliers]
"""The least and the greatest of each multiplier."""


@dataclass(frozen=True, slots=True)
class DualCut:
    """A cutting plane: the ``value`` of an answer, and its ``slack`` in each bound.

    At multipliers w it says L(w) >= value + slack * w.
    """

    value: int
    slack: tuple[int, ...]

    @property
    def feasible(self) -> bool:
        """Return whether the answer keeps all bounds."""
        return min(self.slack, default=0) >= 0

    def evaluate(self, multipliers: Multipliers) -> int:
        """Return the height of the cut at some multipliers."""
        return self.value + sum(slack * multiplier for slack, multiplier in zip(self.slack, multipliers, strict=True))

    def slope(self, before: Multipliers, after: Multipliers) -> int:
        """Return by how much the cut rises from some multipliers to others."""
        return self.evaluate(after) - self.evaluate(before)

    def proves_optimal(self, multipliers: Multipliers) -> bool:
        """Return whether the answer is optimal.

        Feasible, and no slack where a multiplier is above 0 (complementary slackness).
        """
        return self.feasible and self.evaluate(multipliers) == self.value


def evaluate_model(cuts: Sequence[DualCut], multipliers: Multipliers) -> int:
    """Return the height of the model: of the highest cut at some multipliers."""
    return max(cut.evaluate(multipliers) for cut in cuts)


def clip_box(multipliers: Multipliers, radius: int, within: Box) -> Box:
    """Return the box of what is at most ``radius`` from some multipliers, and in another box."""
    sides = list(zip(multipliers, *within, strict=True))
    low, high = zip(*((max(at - radius, least), min(at + radius, most)) for at, least, most in sides), strict=True)
    return low, high


def minimise_model(cuts: Sequence[DualCut], multipliers: Multipliers, box: Box) -> Multipliers:
    """Return whole multipliers in a box at which the model is about least, beginning at some in it.

    A linear program in floating point is solved around what the last one found, with all numbers taken from there and
    hence small, until a unit is no longer small (iterative refinement).
    """
    # The first pass spans the box; later ones are REFINEMENT times finer.
    start, width = multipliers, max(max(most - least for least, most in zip(*box, strict=True)), 1)
    inner = box
    # Each pass scales the problem around its solution by REFINEMENT more.
    while width > 1:
        steps = _solve_lp(cuts, multipliers, inner, width)
        multipliers = _clip(
            [multiplier + round(step * width) for multiplier, step in zip(multipliers, steps, strict=True)], inner
        )
        width = max(width // REFINEMENT, 1)
        inner = clip_box(multipliers, width, box)
    # At the scale of a unit: try the ways to round.
    found = min(
        _round_steps(multipliers, _solve_lp(cuts, multipliers, inner, 1), inner),
        key=lambda each: evaluate_model(cuts, each),
    )
    return _keep_unmoved(cuts, start, found)


def _keep_unmoved(cuts: Sequence[DualCut], before: Multipliers, after: Multipliers) -> Multipliers:
    """Return multipliers of which none has moved that need not, so that the next solve starts close by."""
    for place, multiplier in enumerate(before):
        best_value = (*after[:place], multiplier, *after[place + 1 :])
        after = best_value if evaluate_model(cuts, best_value) <= evaluate_model(cuts, after) else after
    return after


def _solve_lp(cuts: Sequence[DualCut], multipliers: Multipliers, box: Box, width: int) -> list[float]:
    """Return by how many widths to move each multiplier for the model to be least; 0 where the solver gives up.

    Minimise t over steps within the box, subject to t >= each cut, all relative to the model at ``multipliers``.
    """
    from scipy.optimize import linprog

    # All heights relative to the model here: small numbers, exact enough in float64.
    top = evaluate_model(cuts, multipliers)
    heights = np.array([(cut.evaluate(multipliers) - top) / width for cut in cuts])
    slopes = np.array([cut.slack for cut in cuts], dtype=np.float64)
    # Scale slopes to 1.
    unit = max(float(np.abs(slopes).max(initial=0)), 1.0)
    rows = np.column_stack([slopes / unit, -np.ones(len(cuts))])
    sides = [
        ((least - multiplier) / width, (most - multiplier) / width)
        for multiplier, least, most in zip(multipliers, *box, strict=True)
    ]
    goal = [*(0.0 for _ in multipliers), 1.0]
    found = linprog(goal, A_ub=rows, b_ub=-heights / unit, bounds=[*sides, (None, None)])
    return [0.0] * len(multipliers) if found.x is None else found.x[:-1].tolist()


def _round_steps(multipliers: Multipliers, steps: Sequence[float], box: Box) -> Iterator[Multipliers]:
    """Yield whole multipliers around some steps from others; these first."""
    # 2^6 corners are few; beyond that round each to the nearest.
    all_ways = len(multipliers) <= MAX_ROUNDED
    ways = [{int(np.floor(step)), int(np.ceil(step))} if all_ways else {round(step)} for step in steps]
    yield multipliers
    for moves in product(*ways):
        yield _clip([multiplier + move for multiplier, move in zip(multipliers, moves, strict=True)], box)


def _clip(multipliers: Sequence[int], box: Box) -> Multipliers:
    """Return multipliers moved into a box."""
    return tuple(min(max(multiplier, least), most) for multiplier, least, most in zip(multipliers, *box, strict=True))


INITIAL_PART, MIN_GROWTH, MAX_GROWTH, SHRINK, LARGE_PART = 1_000, 2, 64, 4, 8
"""The radius of the box begins at this part of what a pair is worth.

After a step to its edge that lowered L, the radius grows to where the curvature would end the fall, 2 to 64 times;
after one that did not, it shrinks by 4. Beyond an 8th of what a pair is worth a step is long: solves start warm, and
take long after large changes.
"""
MAX_TRIALS = 500
"""After so many points on one list the best has to do; it then leaves a gap."""

type SolveFace = Callable[[OptimalFace, IntVector, SideVectors | None], PrimalDual]
"""Solves a face with penalised profits, from some duals or from where the last solve ended."""
type ShiftDuals = Callable[[SideVectors], None]
"""Is told how much more each mentor and each mentee pays in the next solve."""
type Report = Callable[[OptimalFace, PrimalDual], None]
"""Takes an answer that keeps the bounds."""
type Restart = Callable[[OptimalFace, PrimalDual], None]
"""Is told where the next solve begins, if not where the last one ended."""


@dataclass(frozen=True, slots=True)
class DualPoint:
    """A point of the search: the optimum of the relaxation at some multipliers, with the duals of people alone."""

    multipliers: Multipliers
    optimum: PrimalDual
    cut: DualCut

    @property
    def bound(self) -> int:
        """Return L at the point: no answer that keeps the bounds is worth more, of the pairs on the list."""
        return self.cut.evaluate(self.multipliers)


@dataclass(frozen=True, slots=True)
class SolveHooks:
    """What the search needs of the restricted master: to solve, to shift or restart its duals, to report."""

    solve: SolveFace
    shift: ShiftDuals
    restart: Restart
    report: Report


@dataclass(slots=True)
class MultiplierSearch:
    """The search for the best multipliers; it goes on where it ended as more pairs are listed.

    ``radius``: of the box. ``goal_scales``: the profit of one pair in the last goal, the one before, and so on;
    multipliers strictly between two scales are rarely best and slow to solve, so longer steps snap to the next scale.
    ``jump``: a step, tried once, to just below the weight of the first goal. ``most``: the largest multiplier for which
    penalties stay exact. No answer has a value below ``least_value``. ``point``: the best, ``last_solved``: the
    multipliers of the last solve.
    """

    rows: DualisedRows
    hooks: SolveHooks
    goal_scales: tuple[int, ...]
    most: int
    least_value: int
    jump: int = 0
    point: DualPoint | None = None
    last_solved: Multipliers = ()
    cuts: list[DualCut] = field(default_factory=list)
    radius: int = 0
    best_value: int | None = None

    def __post_init__(self) -> None:
        self.last_solved = (0,) * len(self.rows.most)

    def minimise(self, face: OptimalFace, profit: IntVector, prices: SideVectors | None = None) -> PrimalDual:
        """Return the optimum of a face at the best multipliers, with duals of people that also pay the penalties.

        An optimum that does not keep the minimum loads is returned as soon as it is found: the penalty of these must
        grow.
        """
        # Begin at the best multipliers of the shorter list.
        best = self._evaluate(face, profit, self.point.multipliers if self.point else self.last_solved, prices)
        self.radius = self._initial_radius
        for _ in range(MAX_TRIALS):
            multipliers = (
                # Next point: the minimum of the model in the box, None where the model proves the best point.
                self._minimise_in_box(best) if face.holds(best.optimum) and not self._is_optimal(best) else None
            )
            if multipliers is None:
                break
            other = self._evaluate(face, profit, multipliers)
            best = self._compare(best, other) if face.holds(other.optimum) else other
            if best is not other and self._distance(best.multipliers, other.multipliers) > self.goal_scales[0]:
                # A long step that failed leaves duals that are far off: go back to those of the best point.
                self.hooks.restart(face, best.optimum)
                self.last_solved = best.multipliers
        self.point = best
        return self.rows.add_penalties(best.optimum, best.multipliers)

    def _evaluate(
        self, face: OptimalFace, profit: IntVector, multipliers: Multipliers, prices: SideVectors | None = None
    ) -> DualPoint:
        """Solve the relaxation at some multipliers, and add its cut to the model."""
        # Warm start: shift duals by the change of penalties.
        if prices is None:
            self.hooks.shift(self.rows.compare_penalties(self.last_solved, multipliers))
        optimum = self.hooks.solve(face, self.rows.penalise(face, profit, multipliers), prices)
        # Value and slack of the optimum: a supporting plane of L.
        cut = DualCut(exact_dot(profit[optimum.chosen]), self.rows.compute_slack(face, optimum.chosen))
        self.last_solved = multipliers
        if face.holds(optimum):
            self._add_cut(face, optimum, cut)
        return DualPoint(multipliers, optimum, cut)

    def _add_cut(self, face: OptimalFace, optimum: PrimalDual, cut: DualCut) -> None:
        """Add a cut, and report its answer if it is feasible and the best so far."""
        self.cuts.append(cut)
        if cut.feasible and (self.best_value is None or cut.value > self.best_value):
            self.best_value = cut.value
            self.hooks.report(face, optimum)

    def _is_optimal(self, best: DualPoint) -> bool:
        """Return whether no multipliers are better, or there is no feasible answer at all."""
        return best.bound < self.least_value or best.cut.proves_optimal(best.multipliers)

    def _compare(self, best: DualPoint, other: DualPoint) -> DualPoint:
        """Return the better of two points, and set the radius by how the step went."""
        moved = self._distance(best.multipliers, other.multipliers)
        better = other.bound < best.bound
        # The one jump: afterwards the box begins anew.
        if moved == self.jump:
            self.jump, self.radius = 0, self._initial_radius if better else self._large_radius
        # A serious step to the edge of the box: grow.
        elif better and moved >= self.radius:
            self.radius = self._extrapolate(best, other, moved)
        # A null step: shrink.
        elif not better and moved <= self.goal_scales[0]:
            self.radius = max(moved // SHRINK, 1)
        return other if better else best

    @staticmethod
    def _distance(one: Multipliers, other: Multipliers) -> int:
        """Return the largest difference of two multipliers of the same bound."""
        return max(abs(here - there) for here, there in zip(one, other, strict=True))

    def _extrapolate(self, best: DualPoint, other: DualPoint, moved: int) -> int:
        """Return the next radius after a step to the edge, by how much the slope along it has flattened."""
        # Slopes along the step before and after it: their difference is the curvature.
        was, now = (one.cut.slope(best.multipliers, other.multipliers) for one in (best, other))
        radius = moved * min(max(now // min(was - now, -1), MIN_GROWTH), MAX_GROWTH)
        return self.jump if radius > self._large_radius and self.jump else self._snap_to_scale(radius)

    @property
    def _large_radius(self) -> int:
        """Return the radius from which on a step counts as long."""
        return max(self.goal_scales[0] // LARGE_PART, 1)

    @property
    def _initial_radius(self) -> int:
        """Return the radius to begin with."""
        return max(self.goal_scales[0] // INITIAL_PART, 1)

    def _snap_to_scale(self, radius: int) -> int:
        """Return a radius beyond the first scale rounded up to one of the scales."""
        return (
            radius
            if radius <= self.goal_scales[0]
            else min((scale for scale in self.goal_scales if scale >= radius), default=radius)
        )

    def _minimise_in_box(self, best: DualPoint) -> Multipliers | None:
        """Return the next multipliers to try, None if the model has none better nearby."""
        for radius in (self.radius, max(self.radius, self._initial_radius)):
            self.radius, multipliers = (
                radius,
                minimise_model(self.cuts, best.multipliers, self._box(best.multipliers, radius)),
            )
            # Predicted decrease: the model promises a lower bound there.
            if evaluate_model(self.cuts, multipliers) < best.bound:
                return multipliers
        return None

    def _box(self, multipliers: Multipliers, radius: int) -> Box:
        """Return the box around some multipliers, within 0 and the largest exact ones."""
        return clip_box(multipliers, radius, ((0,) * len(multipliers), (self.most,) * len(multipliers)))
