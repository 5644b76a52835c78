"""The best assignment on a list of open pairs, for a hundred thousand people a side and more, in integers.

Bids make a start, and shortest augmenting paths an optimum of it; no number is rounded. Prices and an answer of fewer
pairs, or of other ones, are as good a start: whatever they do not prove any more is solved again, and no more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.paths.bidding import bid
from mentormatch.assignment.paths.layout import NOBODY, ShortVector, Side, State, seat, sided, state_of, turned
from mentormatch.assignment.paths.searching import Search, fill_empty, lower, match_free, search_among
from mentormatch.assignment.settle import OutOfTime
from mentormatch.columns import IntVector
from mentormatch.errors import EngineError

type Over = Callable[[], bool]
type Step = Callable[[Side, State, Search, IntVector, int], int]

MOST = 1 << 60
"""With no number beyond this, the sum of any four that are met is exact in int64."""
BIDS = 8
"""So many bids a person; where it takes more, they raise prices by too little."""
AT_ONCE = 1 << 24
"""Steps looked at between two looks at the clock: some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Start:
    """Prices (m,) of the right side, and the partner (n,) of each person on the left, -1 for nobody."""

    prices: IntVector
    partner: ShortVector

    @classmethod
    def of(cls, face: Face, optimum: Optimum) -> Self:
        """Return what the optimum of a face tells about one of other pairs of the same people."""
        partner = np.full(len(face.left.most), NOBODY, dtype=np.int32)
        partner[face.lefts[optimum.chosen]] = face.rights[optimum.chosen]
        return cls(optimum.right, partner)


def never() -> bool:
    """Return that there is time."""
    return False


def best(face: Face, profit: IntVector, start: Start | None = None, over: Over = never) -> Optimum:
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
    places = np.minimum(face.right.most, np.bincount(face.rights, minlength=len(face.right.most)))
    side = sided(face.lefts, face.rights, profit, (face.left.most, places))
    start = _bids(side, places) if start is None else start
    state = state_of(np.clip(start.prices, 0, int(profit.max(initial=0))), places, len(face.left.most))
    seat(side, state, start.partner)
    _search(side, state, over)
    return Optimum(state.partner[face.lefts] == face.rights, state.left, state.right)


def _search(side: Side, state: State, over: Over) -> None:
    """Make a state optimal."""
    search = search_among(len(state.right))
    free = np.flatnonzero((state.partner == NOBODY) & (state.left > 0))
    _work_off(match_free, (side, state, search), free, over)
    empty = np.flatnonzero((state.right > 0) & (state.load < np.diff(state.first)))
    if len(empty):
        _work_off(fill_empty, (turned(side, len(state.right)), state, search), empty, over)
    _go_on(over)
    lower(side, state, search)


def _work_off(step: Step, work: tuple[Side, State, Search], todo: IntVector, over: Over) -> None:
    while len(todo):
        _go_on(over)
        todo = todo[: step(*work, todo, AT_ONCE)]


def _bids(side: Side, places: IntVector) -> Start:
    """Return what bids lead to."""
    people = len(side.starts) - 1
    state = state_of(np.zeros(len(places), dtype=np.int64), places, people)
    wanted = np.full(people, NOBODY, dtype=np.int32)
    bid(side, state, np.zeros(len(state.seats), dtype=np.int64), wanted, BIDS * people)
    return Start(state.right, wanted)


def _go_on(over: Over) -> None:
    if over():
        raise OutOfTime


def _refuse(face: Face, profit: IntVector) -> None:
    """Refuse numbers that would not stay exact, and faces of another kind."""
    if len(profit) and (profit.max() > MOST or profit.min() < -MOST):
        raise EngineError("A pair is worth more than int64 can reckon with")
    if face.left.least.any() or face.right.least.any() or (face.left.most > 1).any():
        raise EngineError("A minimum, or a second partner on the left, is for another solver")
