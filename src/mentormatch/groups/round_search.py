"""One round of groups in which few meet again: iterated local search (Lourenço, Martin and Stützle 2003).

A rotation forms many rounds, each in little time. The replicas of ``replica_exchange`` are no substitute: over 24
rotations of 15 to 40 people they took 35 s of processor time instead of 20, with 462 repeated meetings instead of 411.

Neighbourhood: swaps of two people and moves of one. Best improvement: gains are exact integers and each step improves,
so there are no cycles. Perturbation: some people are swapped at random, by a seed; acceptance: no worse than the
incumbent. Broken rules cost a penalty above all meetings.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.groups.check import violations
from mentormatch.groups.energy import assign_seats, count_violations, sizes_for
from mentormatch.groups.problem import Group, GroupProblem, GroupSolution, SizeRange, pairs_in

BIGGEST = 1 << 61


@dataclass(frozen=True)
class PenaltyWeights:
    """The objective: weights ``pairs`` (n, n) of two people in one group, costs ``out`` (n,) of leaving a person out.

    ``rule``: the penalty of breaking a rule once.
    """

    pairs: IntMatrix
    out: IntVector
    rule: int

    @classmethod
    def of(cls, problem: GroupProblem, met: IntMatrix) -> Self:
        """Return the weights of people placed, then priorities, then ``met``: how often two people met before."""
        n = len(problem)
        first = np.zeros(n, dtype=np.int64) if problem.priority is None else problem.priority
        # Lexicographic weights, and penalties above all goals, as far as 62 bits allow
        pairs = max(problem.number.most, 1) * pairs_in(problem.sizes.most) + 1
        priority = int(met.max(initial=0)) * pairs + 2
        placed = priority * (int(first.sum()) + 1)
        rule = min(placed * (n + 1), BIGGEST // (pairs * 4 + n))
        block = -met - problem.apart * rule
        for people in problem.together:
            block[np.ix_(people, people)] += rule
        np.fill_diagonal(block, 0)
        return cls(block, placed + first * priority, rule)


FORBIDDEN: Final = -(1 << 62)
"""The gain of a step that is not allowed."""


class LocalSearchState:
    """n people in g groups: ``place`` (n,), where g is to be left out.

    ``gains`` (n, g + 1): the weight of each person with the members of each group, kept up to date by every step.
    """

    def __init__(
        self, problem: GroupProblem, weights: PenaltyWeights, spans: list[SizeRange], place: IntVector
    ) -> None:
        self.problem, self.weights, self.place = problem, weights, place
        self.spans, self.number = spans, len(spans)
        self.least = np.array([span.least for span in spans] + [0])
        self.most = np.array([span.most for span in spans] + [len(problem)])
        self.leaders = assign_seats(problem, self.number)
        self.tables = [
            count_violations(count.least, count.most, len(problem), none=count.none) for count in problem.counts
        ]
        self._compute_gains()

    def _compute_gains(self) -> None:
        """Set the sizes and gains from scratch."""
        inside = (self.place[:, None] == np.arange(self.number)[None, :]).astype(np.int64)
        self.sizes = np.append(inside.sum(axis=0), (self.place == self.number).sum())
        self.gains = np.column_stack([self.weights.pairs @ inside, -self.weights.out])
        if self.problem.leaders is not None:
            self.gains[:, : self.number] -= self.weights.rule * ~self.problem.leaders.may[self.leaders].T

    def at(self, place: IntVector) -> "LocalSearchState":
        """Return the state with other places."""
        return LocalSearchState(self.problem, self.weights, self.spans, place)

    def groups(self) -> list[Group]:
        """Return the members of each group."""
        return [tuple(np.flatnonzero(self.place == group).tolist()) for group in range(self.number)]

    def swaps(self) -> IntMatrix:
        """Return (n, n) int64: the gain of each swap of two people."""
        n, ours = len(self.place), self.place
        here = self.gains[np.arange(n), ours]
        there = self.gains[:, ours]
        inside = (ours != self.number).astype(np.int64)
        # Both leave their groups and join the other's; their own pair is counted in both groups and taken off
        change = there + there.T - here[:, None] - here[None, :]
        change -= self.weights.pairs * (inside[:, None] + inside[None, :])
        for count, bad in zip(self.problem.counts, self.tables, strict=True):
            change -= self.weights.rule * self._swap_violations(count.holds.astype(np.int64), bad)
        # Not within a group
        change[ours[:, None] == ours[None, :]] = FORBIDDEN
        return np.asarray(change)

    def moves(self) -> IntMatrix:
        """Return (n, g + 1) int64: the gain of each person's move to another group, or out."""
        n, ours = len(self.place), self.place
        change = self.gains - self.gains[np.arange(n), ours][:, None]
        # No move into a full group, out of one at its least size, or to the same place
        change[:, self.sizes >= self.most] = FORBIDDEN
        change[self.sizes[ours] <= self.least[ours]] = FORBIDDEN
        change[np.arange(n), ours] = FORBIDDEN
        for count, bad in zip(self.problem.counts, self.tables, strict=True):
            change -= self.weights.rule * self._move_violations(count.holds.astype(np.int64), bad)
        return np.asarray(change)

    def swap(self, left: int, right: int) -> None:
        """Swap two people."""
        a, b = int(self.place[left]), int(self.place[right])
        self._shift(left, a, b)
        self._shift(right, b, a)

    def move(self, person: int, to: int) -> None:
        """Move a person."""
        self._shift(person, int(self.place[person]), to)

    def _shift(self, person: int, came: int, to: int) -> None:
        """Move a person, and update sizes and gains."""
        for place, sign in ((came, -1), (to, 1)):
            self.sizes[place] += sign
            if place != self.number:
                self.gains[:, place] += sign * self.weights.pairs[person]
        self.place[person] = to

    def value(self) -> int:
        """Return the objective: weights of pairs and people, less penalties."""
        here = self.gains[np.arange(len(self.place)), self.place]
        inside = self.place != self.number
        total = int(here[inside].sum()) // 2 + int(here[~inside].sum())
        for count, bad in zip(self.problem.counts, self.tables, strict=True):
            total -= self.weights.rule * int(bad[self._count_in_groups(count.holds.astype(np.int64))[:-1]].sum())
        if self.problem.leaders is not None:
            inside_may = self.problem.leaders.may[self.leaders][self.place[inside], np.flatnonzero(inside)]
            total -= self.weights.rule * int((~inside_may).sum()) // 2
        return total

    def _count_in_groups(self, holds: IntVector) -> IntVector:
        """Return (g + 1,) how many of some people are in each place."""
        return np.bincount(self.place, weights=holds, minlength=self.number + 1).astype(np.int64)

    def _swap_violations(self, holds: IntVector, bad: IntVector) -> IntMatrix:
        """Return (n, n): the change of the violations of a composition bound by each swap."""
        # How many of the rule's people are in each person's group, before and after the swap
        there = self._count_in_groups(holds)[self.place]
        step = holds[None, :] - holds[:, None]
        here = np.where(self.place == self.number, 0, 1)
        mine = (bad[there[:, None] + step] - bad[there][:, None]) * here[:, None]
        return np.asarray(mine + mine.T)

    def _move_violations(self, holds: IntVector, bad: IntVector) -> IntMatrix:
        """Return (n, g + 1): the change of the violations of a composition bound by each move."""
        there = self._count_in_groups(holds)
        bad_out = bad[np.maximum(there - 1, 0)] - bad[there]
        bad_in = bad[there + 1] - bad[there]
        bad_out[-1] = bad_in[-1] = 0
        return np.asarray(holds[:, None] * (bad_out[self.place][:, None] + bad_in[None, :]))


STARTS = 8
"""Random starts, which share the perturbations: steps seldom change the sizes of groups."""
PERTURBATIONS = 15
"""Perturbations of each start."""
PERTURBED = 0.15
"""The share of people that one perturbation swaps."""


def search_round(problem: GroupProblem, met: IntMatrix, seed: int) -> list[Group]:
    """Return groups in which few people meet who ``met`` (n, n) before; empty if none are found that keep the rules.

    The worths and goals of the problem are ignored.
    """
    spans = sizes_for(problem)
    if not spans:
        return []
    random = np.random.default_rng(seed)
    weights = PenaltyWeights.of(problem, met)
    states = (
        LocalSearchState(problem, weights, spans, draw_start(problem, spans, random, even=not start))
        for start in range(STARTS)
    )
    state = max((perturb_and_descend(state, random) for state in states), key=LocalSearchState.value)
    solution = GroupSolution(Status.FEASIBLE, tuple(state.groups()), tuple(state.leaders.tolist()))
    return [] if any(violations(problem, solution)) else list(solution.groups)


def perturb_and_descend(state: LocalSearchState, random: np.random.Generator) -> LocalSearchState:
    """Return the best local optimum of a descent and of some perturbations, each followed by a descent."""
    descend(state)
    best, value = state.place.copy(), state.value()
    for _ in range(PERTURBATIONS):
        perturb(state, random)
        descend(state)
        # Acceptance: no worse, else back to the incumbent
        new_value = state.value()
        if new_value >= value:
            best, value = state.place.copy(), new_value
        else:
            state = state.at(best.copy())
    return state.at(best)


def draw_start(problem: GroupProblem, spans: list[SizeRange], random: np.random.Generator, *, even: bool) -> IntVector:
    """Return (n,) a random group for each person, in groups of even sizes or not; who is left over is out."""
    sizes, people = [span.least for span in spans], len(problem)
    for _ in range(people - sum(sizes)):
        open_to = [group for group, span in enumerate(spans) if sizes[group] < span.most]
        if not open_to:
            break
        sizes[min(open_to, key=lambda group: (sizes[group], group)) if even else int(random.choice(open_to))] += 1
    places = np.repeat(np.arange(len(spans) + 1), [*sizes, people - sum(sizes)])
    return random.permutation(places)


def descend(state: LocalSearchState) -> None:
    """Apply the best step until no step improves (best improvement)."""
    while True:
        swaps, moves = state.swaps(), state.moves()
        swap, move = int(swaps.argmax()), int(moves.argmax())
        # The better of the best swap and the best move
        gain, other = int(swaps.flat[swap]), int(moves.flat[move])
        if max(gain, other) <= 0:
            return
        if gain >= other:
            state.swap(*divmod(swap, len(state.place)))
        else:
            state.move(*divmod(move, state.number + 1))


def perturb(state: LocalSearchState, random: np.random.Generator) -> None:
    """Swap some people at random."""
    n = len(state.place)
    for left, right in random.integers(0, n, (max(int(n * PERTURBED) // 2, 1), 2)).tolist():
        if state.place[left] != state.place[right]:
            state.swap(left, right)
