"""Adjacency in compressed rows (CSR) from either side; the primal and dual state of an assignment."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.columns import IntVector

type ShortVector = NDArray[np.int32]

NOBODY = -1


class Adjacency(NamedTuple):
    """The pairs of each person i of a side: ``others`` and ``worth`` from ``starts[i]`` to ``starts[i + 1]``."""

    starts: IntVector
    others: ShortVector
    worth: IntVector


class AssignmentState(NamedTuple):
    """Who is matched, and the prices of both sides.

    ``partner`` (n,): whom each person on the left has, or -1. ``seats``: whom each person k on the right has, from
    ``first[k]`` to ``first[k] + load[k]``, in the places up to ``first[k + 1]``. ``apply_start`` (n,): where one sits.
    """

    left: IntVector
    right: IntVector
    partner: ShortVector
    seat: IntVector
    first: IntVector
    load: IntVector
    seats: ShortVector


def state_of(prices: IntVector, places: IntVector, people: int) -> AssignmentState:
    """Return the state in which nobody is matched, at some prices of the right side."""
    first = np.concatenate([[0], np.cumsum(places)])
    return AssignmentState(
        np.zeros(people, dtype=np.int64),
        prices.copy(),
        np.full(people, NOBODY, dtype=np.int32),
        np.zeros(people, dtype=np.int64),
        first,
        np.zeros(len(places), dtype=np.int64),
        np.full(first[-1], NOBODY, dtype=np.int32),
    )


@jit
def build_adjacency(
    people: IntVector, others: IntVector, worth: IntVector, places: tuple[IntVector, IntVector]
) -> Adjacency:
    """Return, by person, the pairs that are worth something and whose people have places."""
    own, theirs = places
    starts = np.zeros(len(own) + 1, dtype=np.int64)
    for pair in range(len(people)):
        if worth[pair] > 0 and own[people[pair]] > 0 and theirs[others[pair]] > 0:
            starts[people[pair] + 1] += 1
    for person in range(len(own)):
        starts[person + 1] += starts[person]
    side = Adjacency(starts, np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1], dtype=np.int64))
    fill = starts[:-1].copy()
    for pair in range(len(people)):
        if worth[pair] > 0 and own[people[pair]] > 0 and theirs[others[pair]] > 0:
            place = fill[people[pair]]
            side.others[place] = others[pair]
            side.worth[place] = worth[pair]
            fill[people[pair]] = place + 1
    return side


@jit
def transpose_adjacency(side: Adjacency, count: int) -> Adjacency:
    """Return the same pairs by the people of the other side, of whom there are ``count``."""
    starts = np.zeros(count + 1, dtype=np.int64)
    for other in side.others:
        starts[other + 1] += 1
    for person in range(count):
        starts[person + 1] += starts[person]
    back = Adjacency(starts, np.empty(len(side.others), dtype=np.int32), np.empty(len(side.others), dtype=np.int64))
    fill = starts[:-1].copy()
    for person in range(len(side.starts) - 1):
        for pair in range(side.starts[person], side.starts[person + 1]):
            place = fill[side.others[pair]]
            back.others[place] = person
            back.worth[place] = side.worth[pair]
            fill[side.others[pair]] = place + 1
    return back


@jit
def apply_start(side: Adjacency, state: AssignmentState, wanted: ShortVector, slack: int) -> None:
    """Match with whom they ``wanted`` those who lose no more than ``slack`` by it, and set the prices of the left.

    These are what is left to each by the partner they have, or would be left by the best they could have.
    """
    for person in range(len(wanted)):
        most, own = np.int64(0), np.int64(NOBODY)
        for pair in range(side.starts[person], side.starts[person + 1]):
            margin = side.worth[pair] - state.right[side.others[pair]]
            most = max(most, margin)
            if side.others[pair] == wanted[person]:
                own = margin
        state.left[person] = most
        place = wanted[person]
        if own >= 0 and most - own <= slack and state.load[place] < state.first[place + 1] - state.first[place]:
            state.left[person] = own
            state.partner[person], state.seat[person] = place, state.first[place] + state.load[place]
            state.seats[state.seat[person]] = person
            state.load[place] += 1
