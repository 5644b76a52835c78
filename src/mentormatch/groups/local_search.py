"""Iterated local search (Lourenço, Martin and Stützle 2003): best swaps and moves, exact gains kept.

It forms the rounds of a rotation, of which there are many, each in little time; groups of many people are searched by
``replica_exchange``. Neighbourhood: swaps of two people and moves of one. Best improvement: gains are exact integers
and each step improves, so there are no cycles. Perturbation: some people are swapped at random, by a seed; acceptance:
no worse than the incumbent. Broken rules cost a penalty above all goals. People are in the order of their keys, so any
order of the rows gives the same groups.

Rounds in which no two meet twice (social golfer problem): affine planes (Bose 1938), circle method.

Person (a, b), with a < k and b in the field GF(q), is in round r in group b - r a. Two people of different a meet in
exactly one round, that of r (a - a') = b - b'; those of the same a never do. That makes q rounds of q groups of k, for
k up to q. Where k divides q the people of the same a, cut into groups of k, make one more round; k = q is the affine
plane (Bose 1938). A product of fields does the same for k up to the smallest of them (MacNeish 1922). Elements of
GF(p^e) are numbers whose base-p digits are the coefficients of a polynomial.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
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


type Partition = tuple[Group, ...]


def construct_rounds(groups: int, size: int) -> list[Partition]:
    """Return rounds in which ``groups * size`` people never meet twice; one round where no construction is known.

    >>> len(construct_rounds(4, 4)), len(construct_rounds(8, 4)), len(construct_rounds(6, 3))
    (5, 9, 1)
    """
    # Pairs: every two people meet once (round robin)
    if size == 2 and groups > 1:
        return build_circle(2 * groups)
    fields = prime_powers(groups)
    first = [tuple(range(group * size, (group + 1) * size)) for group in range(groups)]
    if groups < 2 or size > min(fields):
        return [tuple(first)]
    # Lines of each slope; then, where they divide, the columns as one more round
    rounds = [build_affine_round(groups, size, turn) for turn in range(groups)]
    classes = [
        tuple(a * groups + b + place for place in range(size)) for a in range(size) for b in range(0, groups, size)
    ]
    return [*rounds, tuple(classes)] if groups % size == 0 else rounds


def build_circle(people: int) -> list[Partition]:
    """Return the rounds in which an even number of people meet two by two: one stays, the others go round."""
    others = list(range(1, people))
    rounds = []
    for turn in range(people - 1):
        # Circle method: 0 stays, the others rotate; opposite places meet
        circle = [0, *others[turn:], *others[:turn]]
        rounds.append(tuple((circle[place], circle[-1 - place]) for place in range(people // 2)))
    return [tuple(tuple(sorted(pair)) for pair in each) for each in rounds]


def build_affine_round(groups: int, size: int, turn: int) -> Partition:
    """Return one round: person (a, b) is number a * groups + b."""
    fields = prime_powers(groups)
    return tuple(
        tuple(a * groups + field_sum(fields, start, field_product(fields, turn, a)) for a in range(size))
        for start in range(groups)
    )


def prime_powers(number: int) -> tuple[int, ...]:
    """Return the prime powers that make up a number.

    >>> prime_powers(360)
    (8, 9, 5)
    """
    parts, prime = [], 2
    while number > 1:
        power = 1
        while number % prime == 0:
            number, power = number // prime, power * prime
        parts += [power] if power > 1 else []
        prime += 1
    return tuple(parts)


@cache
def elements_of(fields: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return all elements of a product of fields: those with the same part everywhere first."""
    least = min(fields)
    alike = [(part,) * len(fields) for part in range(least)]
    return alike + [parts for parts in product(*map(range, fields)) if parts not in alike]


@cache
def element_numbers(fields: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    """Return the number of each element."""
    return {parts: place for place, parts in enumerate(elements_of(fields))}


def field_sum(fields: tuple[int, ...], left: int, right: int) -> int:
    """Return the sum of two elements."""
    ours, theirs = elements_of(fields)[left], elements_of(fields)[right]
    return element_numbers(fields)[tuple(sum_in(q, x, y) for q, x, y in zip(fields, ours, theirs, strict=True))]


def field_product(fields: tuple[int, ...], left: int, right: int) -> int:
    """Return the product of two elements."""
    ours, theirs = elements_of(fields)[left], elements_of(fields)[right]
    return element_numbers(fields)[tuple(product_in(q, x, y) for q, x, y in zip(fields, ours, theirs, strict=True))]


@cache
def prime_of(q: int) -> int:
    """Return the prime of which ``q`` is a power."""
    return next(prime for prime in range(2, q + 1) if q % prime == 0)


def digits(q: int, element: int) -> list[int]:
    """Return the coefficients of an element of the field of ``q``, the lowest first."""
    prime, found = prime_of(q), []
    power = 1
    while power < q:
        found.append(element // power % prime)
        power *= prime
    return found


def element_of(q: int, coefficients: list[int]) -> int:
    """Return the element with these coefficients."""
    prime = prime_of(q)
    return sum(coefficient % prime * prime**place for place, coefficient in enumerate(coefficients))


def sum_in(q: int, left: int, right: int) -> int:
    """Return the sum of two elements of the field of ``q``."""
    return element_of(q, [x + y for x, y in zip(digits(q, left), digits(q, right), strict=True)])


def product_in(q: int, left: int, right: int) -> int:
    """Return the product of two elements of the field of ``q``."""
    return product_modulo(q, left, right, modulus(q))


def product_modulo(q: int, left: int, right: int, lowest: int) -> int:
    """Return the product modulo the polynomial whose lower coefficients are those of ``lowest``, negated, under x^e."""
    prime, ours, theirs = prime_of(q), digits(q, left), digits(q, right)
    degree, low = len(ours), digits(q, lowest)
    total = [0] * (2 * degree - 1)
    for i, x in enumerate(ours):
        for j, y in enumerate(theirs):
            total[i + j] += x * y
    # Reduce from the highest power down: x^degree is the lower polynomial
    for place in range(2 * degree - 2, degree - 1, -1):
        for below, coefficient in enumerate(low):
            total[place - degree + below] += total[place] * coefficient
        total[place] = 0
    return element_of(q, [value % prime for value in total[:degree]])


@cache
def modulus(q: int) -> int:
    """Return the least irreducible polynomial of the degree, by its lower coefficients: no zero divisors modulo it."""
    if prime_of(q) == q:
        return 0
    return next(low for low in range(q) if all(product_modulo(q, x, y, low) for x in range(1, q) for y in range(x, q)))
