"""Groups of one round with few repeated meetings, by iterated local search (Lourenço, Martin and Stützle 2003).

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


@dataclass(frozen=True)
class PenaltyWeights:
    """The objective: weights ``pairs`` (n, n) of two people in one group, costs ``out`` (n,) of leaving a person out.

    ``rule``: the penalty per violation of a rule.
    """

    pairs: IntMatrix
    out: IntVector
    rule: int

    @classmethod
    def of(cls, problem: GroupProblem, meetings: IntMatrix) -> Self:
        """Return the weights of people placed, then priorities, then few ``meetings`` (n, n) before this round."""
        n = len(problem)
        priorities = np.zeros(n, dtype=np.int64) if problem.priority is None else problem.priority
        # Lexicographic weights, and penalties above all goals, as far as 62 bits allow
        pairs = max(problem.number.most, 1) * pairs_in(problem.sizes.most) + 1
        priority = int(meetings.max(initial=0)) * pairs + 2
        placed = priority * (int(priorities.sum()) + 1)
        rule = min(placed * (n + 1), (1 << 61) // (pairs * 4 + n))
        block = -meetings - problem.apart * rule
        for people in problem.together:
            block[np.ix_(people, people)] += rule
        np.fill_diagonal(block, 0)
        return cls(block, placed + priorities * priority, rule)


FORBIDDEN_GAIN: Final = -(1 << 62)  # of a step that is not allowed


class LocalSearchState:
    """The groups of n people: ``place`` (n,) is the group of each person, or g for people in none of the g groups.

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
        membership = (self.place[:, None] == np.arange(self.number)[None, :]).astype(np.int64)
        self.sizes = np.append(membership.sum(axis=0), (self.place == self.number).sum())
        self.gains = np.column_stack([self.weights.pairs @ membership, -self.weights.out])
        if self.problem.leaders is not None:
            self.gains[:, : self.number] -= self.weights.rule * ~self.problem.leaders.allowed[self.leaders].T

    def at(self, place: IntVector) -> "LocalSearchState":
        """Return the state with other places."""
        return LocalSearchState(self.problem, self.weights, self.spans, place)

    def groups(self) -> list[Group]:
        """Return the members of each group."""
        return [tuple(np.flatnonzero(self.place == group).tolist()) for group in range(self.number)]

    def swaps(self) -> IntMatrix:
        """Return (n, n) int64: the gain of each swap of two people."""
        n, place = len(self.place), self.place
        before = self.gains[np.arange(n), place]
        after = self.gains[:, place]
        is_placed = (place != self.number).astype(np.int64)
        # Each person joins the group of the other; their own pair is counted in both groups and subtracted
        change = after + after.T - before[:, None] - before[None, :]
        change -= self.weights.pairs * (is_placed[:, None] + is_placed[None, :])
        for count, violations_at in zip(self.problem.counts, self.tables, strict=True):
            change -= self.weights.rule * self._swap_violations(count.holds.astype(np.int64), violations_at)
        # Not within a group
        change[place[:, None] == place[None, :]] = FORBIDDEN_GAIN
        return np.asarray(change)

    def moves(self) -> IntMatrix:
        """Return (n, g + 1) int64: the gain of each person's move to another group, or out of all groups.

        Moves that are not allowed are far below 0.
        """
        n, place = len(self.place), self.place
        change = self.gains - self.gains[np.arange(n), place][:, None]
        # No move into a full group, out of one at its minimum size, or to the same place
        change[:, self.sizes >= self.most] = FORBIDDEN_GAIN
        change[self.sizes[place] <= self.least[place]] = FORBIDDEN_GAIN
        change[np.arange(n), place] = FORBIDDEN_GAIN
        for count, violations_at in zip(self.problem.counts, self.tables, strict=True):
            change -= self.weights.rule * self._move_violations(count.holds.astype(np.int64), violations_at)
        return np.asarray(change)

    def swap(self, first: int, second: int) -> None:
        """Swap two people."""
        first_group, second_group = int(self.place[first]), int(self.place[second])
        self._shift(first, first_group, second_group)
        self._shift(second, second_group, first_group)

    def move(self, person: int, to: int) -> None:
        """Move a person."""
        self._shift(person, int(self.place[person]), to)

    def _shift(self, person: int, origin: int, to: int) -> None:
        """Move a person, and update sizes and gains."""
        for place, sign in ((origin, -1), (to, 1)):
            self.sizes[place] += sign
            if place != self.number:
                self.gains[:, place] += sign * self.weights.pairs[person]
        self.place[person] = to

    def value(self) -> int:
        """Return the objective: weights of pairs and people, less penalties."""
        gains = self.gains[np.arange(len(self.place)), self.place]
        is_placed = self.place != self.number
        total = int(gains[is_placed].sum()) // 2 + int(gains[~is_placed].sum())
        for count, violations_at in zip(self.problem.counts, self.tables, strict=True):
            people = self._count_in_groups(count.holds.astype(np.int64))[:-1]
            total -= self.weights.rule * int(violations_at[people].sum())
        if self.problem.leaders is not None:
            allowed = self.problem.leaders.allowed[self.leaders][self.place[is_placed], np.flatnonzero(is_placed)]
            total -= self.weights.rule * int((~allowed).sum()) // 2
        return total

    def _count_in_groups(self, holds: IntVector) -> IntVector:
        return np.bincount(self.place, weights=holds, minlength=self.number + 1).astype(np.int64)

    def _swap_violations(self, holds: IntVector, violations_at: IntVector) -> IntMatrix:
        """Return (n, n): the change of the violations of a composition bound by each swap.

        ``holds`` (n,) is 1 for the people whom the bound counts; ``violations_at`` is the violation per count.
        """
        # The people counted in each person's group, before the swap and its change
        people = self._count_in_groups(holds)[self.place]
        step = holds[None, :] - holds[:, None]
        is_placed = np.where(self.place == self.number, 0, 1)
        change = (violations_at[people[:, None] + step] - violations_at[people][:, None]) * is_placed[:, None]
        return np.asarray(change + change.T)

    def _move_violations(self, holds: IntVector, violations_at: IntVector) -> IntMatrix:
        """Return (n, g + 1): the change of the violations of a composition bound by each move."""
        people = self._count_in_groups(holds)
        change_out = violations_at[np.maximum(people - 1, 0)] - violations_at[people]
        change_in = violations_at[people + 1] - violations_at[people]
        change_out[-1] = change_in[-1] = 0
        return np.asarray(holds[:, None] * (change_out[self.place][:, None] + change_in[None, :]))


@dataclass(frozen=True, slots=True)
class RoundSearchOptions:
    """Tuning of the search for one round."""

    random_starts: int = 8  # with different sizes of groups, which steps seldom change
    perturbations_per_start: int = 15
    perturbed_share: float = 0.15  # of the people, swapped by one perturbation


ROUND_SEARCH = RoundSearchOptions()


def search_round(problem: GroupProblem, meetings: IntMatrix, seed: int) -> list[Group]:
    """Return groups with few ``meetings`` (n, n) before this round; empty if none are found that keep the rules.

    The pair values and goals of the problem are ignored.
    """
    spans = sizes_for(problem)
    if not spans:
        return []
    random = np.random.default_rng(seed)
    weights = PenaltyWeights.of(problem, meetings)
    states = (
        LocalSearchState(problem, weights, spans, draw_start(problem, spans, random, even=not start))
        for start in range(ROUND_SEARCH.random_starts)
    )
    state = max((perturb_and_descend(state, random) for state in states), key=LocalSearchState.value)
    solution = GroupSolution(Status.FEASIBLE, tuple(state.groups()), tuple(state.leaders.tolist()))
    return [] if any(violations(problem, solution)) else list(solution.groups)


def perturb_and_descend(state: LocalSearchState, random: np.random.Generator) -> LocalSearchState:
    """Return the best local optimum of a descent and of perturbations, each followed by a descent."""
    descend(state)
    best, value = state.place.copy(), state.value()
    for _ in range(ROUND_SEARCH.perturbations_per_start):
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
    """Return (n,): a random group of each person, or the number of groups for none; sizes are even or random."""
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
        swap_gain, move_gain = int(swaps.flat[swap]), int(moves.flat[move])
        if max(swap_gain, move_gain) <= 0:
            return
        if swap_gain >= move_gain:
            state.swap(*divmod(swap, len(state.place)))
        else:
            state.move(*divmod(move, state.number + 1))


def perturb(state: LocalSearchState, random: np.random.Generator) -> None:
    """Swap a share of the people at random."""
    n = len(state.place)
    for first, second in random.integers(0, n, (max(int(n * ROUND_SEARCH.perturbed_share) // 2, 1), 2)).tolist():
        if state.place[first] != state.place[second]:
            state.swap(first, second)
