"""Sparse assignment with capacities on one side: warm start or auction, augmenting paths, minimal duals.

Bids make a start, and shortest augmenting paths an optimum of it; no number is rounded. Prices and an answer of fewer
pairs, or of other ones, are as good a start: whatever they do not prove any more is solved again, and no more.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.flow.initial_duals import AssignmentGraph, Over, WarmStart, choose_start, go_on, run_warm
from mentormatch.scale.flow.layout import NOBODY, Adjacency, AssignmentState
from mentormatch.scale.flow.paths import STEPS, SearchHeap, augment_left, augment_right, minimise_duals, search_among

type StartStep = Callable[[Adjacency, AssignmentState, SearchHeap, IntVector, tuple[int, int]], int]

MOST = 1 << 60
"""With no number beyond this, the sum of any four that are met is exact in int64."""
AT_ONCE = 1 << 24
"""Steps looked at between two looks at the clock: some hundredths of a second."""


def skip_deadline() -> bool:
    """Return that there is time."""
    return False


def solve_assignment(
    face: OptimalFace, profit: IntVector, start: WarmStart | None = None, over: Over = skip_deadline
) -> PrimalDual:
    """Return the optimum of a face without minimums, with the smallest prices of the right side that prove it.

    Parameters
    ----------
    face
        Open pairs; nobody on the left takes more than one.
    profit
        (e,) int64, what each open pair is worth, of any sign.
    start
        What is known of a similar face. It saves time, and changes nothing else but which of several optima is found.
    over
        Returns whether the time is up; it is asked every tenth of a second or so, on large faces every second.

    Raises
    ------
    EngineError
        If a profit is beyond 2^60, if somebody has a minimum, or somebody on the left more than one place.
    OutOfTime
        If the time is up.
    """
    _refuse(face, profit)
    go_on(over)
    market = AssignmentGraph.of(face, profit)
    state = _solved(market, profit, start, over)
    return PrimalDual(state.partner[face.lefts] == face.rights, state.left, state.right)


def _solved(market: AssignmentGraph, profit: IntVector, start: WarmStart | None, over: Over) -> AssignmentState:
    if start is not None:
        for begun in _near(market, start, over):
            state = market.state(_clipped(begun, profit))
            if _search(market, state, over, start.patience * len(profit)):
                return state
    state = market.state(_clipped(choose_start(market, over), profit))
    _search(market, state, over, MOST)
    return state


def _near(market: AssignmentGraph, start: WarmStart, over: Over) -> Iterator[WarmStart]:
    """Yield what is known, and what comes of it if both sides bid at its prices: many prices may have jumped."""
    if start.seated:
        yield start
    yield run_warm(market, start.prices, over)


def _clipped(start: WarmStart, profit: IntVector) -> WarmStart:
    """Return the start with no price below 0 or above all profits."""
    return replace(start, prices=np.clip(start.prices, 0, int(profit.max(initial=0))))


def _search(market: AssignmentGraph, state: AssignmentState, over: Over, steps: int) -> bool:
    """Make a state optimal, and return whether that took no more than so many steps; else it is given up."""
    search = search_among(len(market.places))
    free = np.flatnonzero((state.partner == NOBODY) & (state.left > 0))
    steps = _work_off(augment_left, (market.side, state, search), free, (over, steps))
    empty = np.flatnonzero((state.right > 0) & (state.load < market.places))
    if len(empty) and steps >= 0:
        steps = _work_off(augment_right, (market.back, state, search), empty, (over, steps))
    if steps < 0:
        return False
    go_on(over)
    minimise_duals(market.side, state, search)
    return True


def _work_off(
    step: StartStep, work: tuple[Adjacency, AssignmentState, SearchHeap], todo: IntVector, limits: tuple[Over, int]
) -> int:
    """Do what is to do, as long as there are time and steps; return how many of the steps are left."""
    over, steps = limits
    while len(todo) and steps >= 0:
        go_on(over)
        todo = todo[: step(*work, todo, (0, min(AT_ONCE, steps + 1)))]
        steps -= int(work[2].now[STEPS])
    return steps


def _refuse(face: OptimalFace, profit: IntVector) -> None:
    """Refuse numbers that would not stay exact, and faces of another kind."""
    if len(profit) and (profit.max() > MOST or profit.min() < -MOST):
        raise EngineError("A pair is worth more than int64 can reckon with")
    if face.left.least.any() or face.right.least.any() or (face.left.most > 1).any():
        raise EngineError("A minimum, or a second partner on the left, is for another solver")
