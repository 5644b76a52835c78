"""Iterated local search (Lourenço, Martin and Stützle 2003): best swaps and moves, exact gains kept.

It forms the rounds of a rotation, of which there are many, each in little time; groups of many people are searched by
``replica_exchange``. Neighbourhood: swaps of two people and moves of one. Best improvement: gains are exact integers
and each step improves, so there are no cycles. Perturbation: some people are swapped at random, by a seed; acceptance:
no worse than the incumbent. Broken rules cost a penalty above all goals. People are in the order of their keys, so any
order of the rows gives the same groups.
"""

from dataclasses import dataclass
from time import monotonic
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.groups.energy import assign_seats, count_violations, sizes_for
from mentormatch.groups.problem import Group, GroupProblem, GroupTerm, SizeRange, pairs_in

BIGGEST = 1 << 61


@dataclass(frozen=True)
class PenaltyWeights:
    """The objective: weights ``pairs`` (n, n) of two people in one group, costs ``out`` (n,) of leaving a person out.

    ``rule``: the penalty of breaking a rule once. ``worth``: the weight of a unit of value, 0 or 1.
    """

    pairs: IntMatrix
    out: IntVector
    rule: int
    worth: int

    @classmethod
    def of(cls, problem: GroupProblem) -> Self:
        """Return the weights of a problem: each goal above all after it, as far as 62 bits allow."""
        n = len(problem)
        met = np.zeros((n, n), dtype=np.int64) if problem.meetings is None else problem.meetings
        first = np.zeros(n, dtype=np.int64) if problem.priority is None else problem.priority
        shared = sum(max(int(each.points.max(initial=0)), each.unknown) for each in problem.shared)
        # Lexicographic weights: the total, former meetings, priorities, people placed, then penalties
        pairs = max(problem.number.most, 1) * pairs_in(problem.sizes.most) + 1
        total = (int(np.abs(problem.worth).max(initial=0)) + shared) * pairs * 2 + 1
        worth = 1 if "total" in problem.goals or "floor" in problem.goals else 0
        meeting = total if "meetings" in problem.goals else 0
        priority = total + meeting * (int(met.max(initial=0)) * pairs + 1)
        placed = priority * (int(first.sum()) + 1)
        # Above all goals, as far as 62 bits allow
        rule = min(placed * (n + 1), BIGGEST // (pairs * 4 + n))
        block = problem.worth * worth - met * meeting - problem.apart * rule
        for people in problem.together:
            block[np.ix_(people, people)] += rule
        np.fill_diagonal(block, 0)
        return cls(block, placed + first * priority, rule, worth)


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
        """Return who is in each group."""
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
        for shared in self.problem.shared if self.weights.worth else ():
            change += self._swap_term_gains(shared)
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
        for shared in self.problem.shared if self.weights.worth else ():
            change += self._move_term_gains(shared)
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
        return total + sum(shared.of(group) for shared in self.problem.shared for group in self.groups())

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

    def _swap_term_gains(self, shared: GroupTerm) -> IntMatrix:
        """Return (n, n): the change of a group term by each swap."""
        without, others_known, sizes = self._common_without(shared)
        pairs = sizes * (sizes - 1) // 2 * (self.place != self.number)
        # What the others of a person's group and the newcomer have in common
        common = without.astype(np.int64) @ shared.has.T.astype(np.int64)
        each = np.where(others_known[:, None] & shared.known[None, :], shared.points[common], shared.unknown)
        now = np.array([shared.of(group) for group in self.groups()] + [0])[self.place]
        mine = each * pairs[:, None] - now[:, None]
        return np.asarray(mine + mine.T)

    def _common_without(self, shared: GroupTerm) -> tuple[NDArray[np.bool_], NDArray[np.bool_], IntVector]:
        """Return, for each person, what all others of their group have, whether these answered, and its size."""
        sizes = self.sizes[self.place]
        inside = (self.place[:, None] == np.arange(self.number + 1)[None, :]).astype(np.int64)
        having = (inside.T @ shared.has.astype(np.int64))[self.place] - shared.has
        answered = (inside.T @ shared.known.astype(np.int64))[self.place] - shared.known
        return having == (sizes - 1)[:, None], answered == sizes - 1, sizes

    def _move_term_gains(self, shared: GroupTerm) -> IntMatrix:
        """Return (n, g + 1): the change of a group term by each move."""
        without, others_known, sizes = self._common_without(shared)
        fewer = (sizes - 1) * (sizes - 2) // 2
        left = np.where(others_known, shared.points[without.sum(axis=1)], shared.unknown) * fewer
        groups = self.groups()
        now = np.array([shared.of(group) for group in groups] + [0])
        left = np.where(self.place == self.number, 0, left - now[self.place])
        all_have = np.array([shared.has[list(group)].all(axis=0) for group in groups]).reshape(self.number, -1)
        all_known = np.array([shared.known[list(group)].all() for group in groups], dtype=bool)
        common = shared.has.astype(np.int64) @ all_have.T.astype(np.int64)
        each = np.where(shared.known[:, None] & all_known[None, :], shared.points[common], shared.unknown)
        more = self.sizes[:-1] * (self.sizes[:-1] + 1) // 2
        joined = np.column_stack([each * more[None, :] - now[None, :-1], np.zeros(len(self.place), dtype=np.int64)])
        return np.asarray(left[:, None] + joined)


STARTS = 8
"""Random starts, which share the perturbations: steps seldom change the sizes of groups."""
PERTURBED = 0.15
"""The part of the people whom one perturbation swaps."""


def search_locally(
    problem: GroupProblem, ends: float | None = None, rounds: int = 100
) -> tuple[list[Group], list[int]]:
    """Return the best groups found and their leaders; nothing where no feasible ones were found."""
    spans = sizes_for(problem)
    if not spans:
        return [], []
    random = np.random.default_rng(problem.seed)
    weights = PenaltyWeights.of(problem)
    states = (
        LocalSearchState(problem, weights, spans, draw_start(problem, spans, random, even=not start))
        for start in range(STARTS)
    )
    found = [perturb_and_descend(state, random, rounds // STARTS, ends) for state in states]
    state = max(found, key=LocalSearchState.value)
    groups, leaders = state.groups(), state.leaders.tolist()
    return (groups, leaders) if satisfies_rules(problem, groups, leaders, spans) else ([], [])


def perturb_and_descend(
    state: LocalSearchState, random: np.random.Generator, rounds: int, ends: float | None
) -> LocalSearchState:
    """Return the best local optimum of a descent and ``rounds`` perturbations, each followed by a descent."""
    descend(state, ends)
    best, value = state.place.copy(), state.value()
    for _ in range(rounds):
        if ends is not None and monotonic() > ends:
            break
        perturb(state, random)
        descend(state, ends)
        # Acceptance: no worse, else back to the incumbent
        found = state.value()
        if found >= value:
            best, value = state.place.copy(), found
        else:
            # Back to the incumbent
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


def descend(state: LocalSearchState, ends: float | None) -> None:
    """Take the best step until none improves (best improvement)."""
    while ends is None or monotonic() <= ends:
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


def satisfies_rules(problem: GroupProblem, groups: list[Group], leaders: list[int], spans: list[SizeRange]) -> bool:
    """Return whether groups keep all rules, so that they are an answer."""
    block_of = {person: block for block in problem.together for person in block}
    for place, (group, span) in enumerate(zip(groups, spans, strict=True)):
        people = np.array(group, dtype=np.intp)
        if not span.least <= len(group) <= span.most or problem.apart[np.ix_(people, people)].any():
            return False
        if problem.leaders is not None and not problem.leaders.may[leaders[place], people].all():
            return False
        if any(not set(block_of.get(person, ())) <= set(group) for person in group):
            return False
        if not all(
            fits(int(count.holds[people].sum()), count.least, count.most, none=count.none) for count in problem.counts
        ):
            return False
    return True


def fits(there: int, least: int, most: int, *, none: bool) -> bool:
    """Return whether so many people may be in a group."""
    return least <= there <= most or (none and there == 0)
