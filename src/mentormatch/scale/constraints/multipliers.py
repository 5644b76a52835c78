"""Lagrangian dual in integers: cutting planes (Kelley 1960) in a box (Marsten, Hogan and Blankenship 1975).

For multipliers w >= 0, the relaxation L(w) = max of penalised profit + w * bounds is an upper bound on every feasible
solution (Geoffrion 1974; Fisher 1981). L is convex and piecewise linear. The optimum at a point gives a cut: a linear
function that equals L there, with the slack as slope. The model, the maximum of all cuts, is a lower bound on L. Each
round minimises the model in a box around the best point (boxstep, a trust region), solves the relaxation there, and
moves or shrinks the box. Cuts stay valid when more pairs are listed.

Multipliers are integers: an LP in floating point is solved repeatedly around its own solution until that is exact to
the unit (iterative refinement; Gleixner, Steffy and Wolter 2016).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, exact_dot
from mentormatch.base.arrays import IntVector
from mentormatch.scale.columns.subproblem import SideVectors
from mentormatch.scale.constraints.rows import DualisedRows, Multipliers


@dataclass(frozen=True, slots=True)
class BoxstepOptions:
    """Numbers that tune the search for multipliers; none of them changes what is proved."""

    # Each LP of the iterative refinement has a box smaller by this factor
    refinement_factor: int = 1 << 16
    # Up to this number of multipliers, all roundings are tried
    max_enumerated: int = 6
    # The first radius of the box, and the radius from which a step is long, as parts of the profit of a pair; solves
    # start warm and take long after long steps
    initial_radius_divisor: int = 1_000
    large_radius_divisor: int = 8
    # After a serious step to its edge, the radius grows to where the slope would reach 0, within these factors
    min_growth: int = 2
    max_growth: int = 64
    # After a null step, the radius shrinks by this factor
    shrink_divisor: int = 4
    # Points per list of pairs, after which the best point is accepted; there may then be a gap
    max_points: int = 500


BOXSTEP_OPTIONS = BoxstepOptions()

type Box = tuple[Multipliers, Multipliers]  # lower and upper bounds


@dataclass(frozen=True, slots=True)
class DualCut:
    """A cutting plane: L(w) >= value + slack * w.

    ``value`` is the profit of a solution, ``slack`` its slack in each bound.
    """

    value: int
    slack: tuple[int, ...]

    @property
    def feasible(self) -> bool:
        """Whether the solution satisfies all bounds."""
        return min(self.slack, default=0) >= 0

    def evaluate(self, multipliers: Multipliers) -> int:
        return self.value + sum(slack * multiplier for slack, multiplier in zip(self.slack, multipliers, strict=True))

    def slope(self, before: Multipliers, after: Multipliers) -> int:
        return self.evaluate(after) - self.evaluate(before)

    def proves_optimal(self, multipliers: Multipliers) -> bool:
        # Complementary slackness: feasible, and no slack where a multiplier is positive
        return self.feasible and self.evaluate(multipliers) == self.value


def evaluate_model(cuts: Sequence[DualCut], multipliers: Multipliers) -> int:
    return max(cut.evaluate(multipliers) for cut in cuts)


def clip_box(multipliers: Multipliers, radius: int, within: Box) -> Box:
    """Return the box with a radius around some multipliers, clipped to another box."""
    coordinates = list(zip(multipliers, *within, strict=True))
    lower, upper = zip(
        *(
            (max(centre - radius, least_value), min(centre + radius, largest_value))
            for centre, least_value, largest_value in coordinates
        ),
        strict=True,
    )
    return lower, upper


def minimise_model(cuts: Sequence[DualCut], multipliers: Multipliers, box: Box) -> Multipliers:
    """Return integer multipliers in a box that approximately minimise the model.

    Each LP is centred at the last solution, in units of the width of its box, so that its numbers are small and exact
    enough. The width shrinks to 1 (iterative refinement). The search starts at ``multipliers``.
    """
    start, width = multipliers, max(max(high - low for low, high in zip(*box, strict=True)), 1)
    inner = box
    # The first LP spans the box, each later one a smaller box around the solution
    while width > 1:
        steps = _solve_lp(cuts, multipliers, inner, width)
        multipliers = _clip(
            [multiplier + round(step * width) for multiplier, step in zip(multipliers, steps, strict=True)], inner
        )
        width = max(width // BOXSTEP_OPTIONS.refinement_factor, 1)
        inner = clip_box(multipliers, width, box)
    # At the scale of a unit: the best rounding
    rounded = min(
        _round_steps(multipliers, _solve_lp(cuts, multipliers, inner, 1), inner),
        key=lambda candidate: evaluate_model(cuts, candidate),
    )
    return _keep_unmoved(cuts, start, rounded)


def _keep_unmoved(cuts: Sequence[DualCut], before: Multipliers, after: Multipliers) -> Multipliers:
    """Return ``after`` with multipliers reset to ``before`` if that is no worse, so that the next solve is short."""
    for index, multiplier in enumerate(before):
        candidate = (*after[:index], multiplier, *after[index + 1 :])
        after = candidate if evaluate_model(cuts, candidate) <= evaluate_model(cuts, after) else after
    return after


def _solve_lp(cuts: Sequence[DualCut], multipliers: Multipliers, box: Box, width: int) -> list[float]:
    """Return the steps to the minimum of the model in a box, in units of ``width``; zeros if the solver fails.

    Minimise t over steps in the box subject to t >= each cut, relative to the model at ``multipliers``.
    """
    from scipy.optimize import linprog

    # Relative to the model at the start, numbers are small
    model_value = evaluate_model(cuts, multipliers)
    heights = np.array([(cut.evaluate(multipliers) - model_value) / width for cut in cuts])
    slopes = np.array([cut.slack for cut in cuts], dtype=np.float64)
    scale = max(float(np.abs(slopes).max(initial=0)), 1.0)
    rows = np.column_stack([slopes / scale, -np.ones(len(cuts))])
    bounds = [
        ((low - multiplier) / width, (high - multiplier) / width)
        for multiplier, low, high in zip(multipliers, *box, strict=True)
    ]
    objective = [*(0.0 for _ in multipliers), 1.0]
    result = linprog(objective, A_ub=rows, b_ub=-heights / scale, bounds=[*bounds, (None, None)])
    return [0.0] * len(multipliers) if result.x is None else result.x[:-1].tolist()


def _round_steps(multipliers: Multipliers, steps: Sequence[float], box: Box) -> Iterator[Multipliers]:
    """Yield ``multipliers``, then ``multipliers`` plus ``steps``, rounded in one way or all ways, clipped to a box."""
    # Few multipliers: all corners; else the nearest integers
    enumerates = len(multipliers) <= BOXSTEP_OPTIONS.max_enumerated
    roundings = [{int(np.floor(step)), int(np.ceil(step))} if enumerates else {round(step)} for step in steps]
    yield multipliers
    for moves in product(*roundings):
        yield _clip([multiplier + move for multiplier, move in zip(multipliers, moves, strict=True)], box)


def _clip(multipliers: Sequence[int], box: Box) -> Multipliers:
    return tuple(min(max(multiplier, low), high) for multiplier, low, high in zip(multipliers, *box, strict=True))


@dataclass(frozen=True, slots=True)
class DualPoint:
    """The optimum of the relaxation at some multipliers, with duals of people that do not include penalties."""

    multipliers: Multipliers
    optimum: PrimalDual
    cut: DualCut

    @property
    def bound(self) -> int:
        """L at this point: an upper bound on feasible solutions over the listed pairs, if minimums hold."""
        return self.cut.evaluate(self.multipliers)


@dataclass(frozen=True, slots=True)
class SolveHooks:
    """Functions that the search calls: to solve, to prepare the next solve, and to report a feasible solution."""

    # (face, penalised profits, start duals or None for a warm start) -> optimum
    solve: Callable[[OptimalFace, IntVector, SideVectors | None], PrimalDual]
    # Takes the increase of penalties before the next solve
    shift: Callable[[SideVectors], None]
    # Takes the solution and duals from which the next solve starts
    restart: Callable[[OptimalFace, PrimalDual], None]
    # Takes a solution that satisfies the bounds
    report: Callable[[OptimalFace, PrimalDual], None]


@dataclass(slots=True)
class MultiplierSearch:
    """The search for the best multipliers; it continues when more pairs are listed.

    ``goal_scales``: the profit of one pair in the last goal, twice that in the goal before it, and so on. Multipliers
    strictly between two scales are rarely optimal and slow to solve, so larger radii are rounded up to the next scale.
    ``jump``: a step, tried once, to just below the weight of the first goal; 0 for none. ``most``: the largest
    multiplier for which penalties are exact. ``least_value``: a lower bound on the value of every solution. ``point``:
    the best point of the last list. ``last_solved``: the multipliers of the last solve. ``radius``: of the box.
    ``best_value``: of the feasible solutions so far.
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
        """Return the optimum of a face at the best multipliers, with duals that include penalties.

        An optimum that violates minimum degrees is returned immediately, because their penalty must grow.
        """
        # Start at the best multipliers of the shorter list
        best = self._evaluate(face, profit, self.point.multipliers if self.point else self.last_solved, prices)
        self.radius = self._initial_radius
        for _ in range(BOXSTEP_OPTIONS.max_points):
            multipliers = (
                # The minimum of the model in the box; None if the best point is proved optimal
                self._minimise_in_box(best) if face.holds(best.optimum) and not self._is_optimal(best) else None
            )
            if multipliers is None:
                break
            candidate = self._evaluate(face, profit, multipliers)
            best = self._accept_step(best, candidate) if face.holds(candidate.optimum) else candidate
            if best is not candidate and self._distance(best.multipliers, candidate.multipliers) > self.goal_scales[0]:
                # After a long failed step, the duals are far off: restart from those of the best point
                self.hooks.restart(face, best.optimum)
                self.last_solved = best.multipliers
        self.point = best
        return self.rows.add_penalties(best.optimum, best.multipliers)

    def _evaluate(
        self, face: OptimalFace, profit: IntVector, multipliers: Multipliers, prices: SideVectors | None = None
    ) -> DualPoint:
        """Return the relaxation solved at some multipliers; its cut is added to the model if minimums hold."""
        # Warm start: shift duals by the change of penalties
        if prices is None:
            self.hooks.shift(self.rows.compare_penalties(self.last_solved, multipliers))
        optimum = self.hooks.solve(face, self.rows.penalise(face, profit, multipliers), prices)
        # Value and slack of the optimum: a supporting plane of L
        cut = DualCut(exact_dot(profit[optimum.chosen]), self.rows.compute_slack(face, optimum.chosen))
        self.last_solved = multipliers
        if face.holds(optimum):
            self._add_cut(face, optimum, cut)
        return DualPoint(multipliers, optimum, cut)

    def _add_cut(self, face: OptimalFace, optimum: PrimalDual, cut: DualCut) -> None:
        """Add a cut, and report its solution if it is feasible and better than all before."""
        self.cuts.append(cut)
        if cut.feasible and (self.best_value is None or cut.value > self.best_value):
            self.best_value = cut.value
            self.hooks.report(face, optimum)

    def _is_optimal(self, best: DualPoint) -> bool:
        # Below ``least_value``, no solution is feasible
        return best.bound < self.least_value or best.cut.proves_optimal(best.multipliers)

    def _accept_step(self, best: DualPoint, candidate: DualPoint) -> DualPoint:
        """Return the better of two points, and set the radius according to the step."""
        distance = self._distance(best.multipliers, candidate.multipliers)
        is_better = candidate.bound < best.bound
        # The jump: it is tried once, and the radius is reset
        if distance == self.jump:
            self.jump, self.radius = 0, self._initial_radius if is_better else self._large_radius
        # Serious step to the edge of the box: grow
        elif is_better and distance >= self.radius:
            self.radius = self._extrapolate(best, candidate, distance)
        # Null step: shrink
        elif not is_better and distance <= self.goal_scales[0]:
            self.radius = max(distance // BOXSTEP_OPTIONS.shrink_divisor, 1)
        return candidate if is_better else best

    @staticmethod
    def _distance(before: Multipliers, after: Multipliers) -> int:
        return max(abs(a - b) for a, b in zip(before, after, strict=True))

    def _extrapolate(self, best: DualPoint, candidate: DualPoint, distance: int) -> int:
        """Return the next radius after a step to the edge: where the slope along the step would reach 0."""
        # The difference of the slopes along the step is the curvature
        slope_before, slope_after = (
            point.cut.slope(best.multipliers, candidate.multipliers) for point in (best, candidate)
        )
        radius = distance * min(
            max(slope_after // min(slope_before - slope_after, -1), BOXSTEP_OPTIONS.min_growth),
            BOXSTEP_OPTIONS.max_growth,
        )
        return self.jump if radius > self._large_radius and self.jump else self._snap_to_scale(radius)

    @property
    def _large_radius(self) -> int:
        return max(self.goal_scales[0] // BOXSTEP_OPTIONS.large_radius_divisor, 1)

    @property
    def _initial_radius(self) -> int:
        return max(self.goal_scales[0] // BOXSTEP_OPTIONS.initial_radius_divisor, 1)

    def _snap_to_scale(self, radius: int) -> int:
        return (
            radius
            if radius <= self.goal_scales[0]
            else min((scale for scale in self.goal_scales if scale >= radius), default=radius)
        )

    def _minimise_in_box(self, best: DualPoint) -> Multipliers | None:
        """Return the next multipliers to evaluate; None if the model has no better ones nearby."""
        for radius in (self.radius, max(self.radius, self._initial_radius)):
            self.radius, multipliers = (
                radius,
                minimise_model(self.cuts, best.multipliers, self._box(best.multipliers, radius)),
            )
            # The model predicts a decrease
            if evaluate_model(self.cuts, multipliers) < best.bound:
                return multipliers
        return None

    def _box(self, multipliers: Multipliers, radius: int) -> Box:
        return clip_box(multipliers, radius, ((0,) * len(multipliers), (self.most,) * len(multipliers)))
