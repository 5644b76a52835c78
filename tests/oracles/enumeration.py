"""Every answer of a small problem at once, mentee by mentee, and the best of them goal by goal.

It knows nothing of ``AssignmentProblem`` and shares no code with an engine: a ``Game`` is lists of Python integers.
Only capacities prune; everything else is asked of all answers once they are there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tests.oracles.exhaustive import hash_of

type Places = tuple[int, int]
type Cells = Sequence[Sequence[int]]
type Numbers = NDArray[np.int64]

BITS = 4
TOP = 8
"""Each mentor's load stands in four bits, counted so that the highest is set just when there is one mentee too many."""
NOTHING = 1 << 50
"""Above every score."""


@dataclass(frozen=True)
class Span:
    """How many partners somebody takes; with ``idle`` the minimum binds only those who take anyone."""

    least: int
    most: int
    idle: bool

    def holds(self, taken: int) -> bool:
        """Return whether somebody may have so many partners."""
        return taken <= self.most and (taken >= self.least or (self.idle and taken == 0))


@dataclass(frozen=True)
class Sum:
    """A sum over pairs, by mentor, then by mentee, and what it is at least and at most."""

    weights: Cells
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Game:
    """What may be chosen, what must hold, and what pairs are worth: rows are mentors, columns mentees."""

    scores: Cells
    allowed: Sequence[Sequence[bool]]
    mentors: Sequence[Span]
    mentees: Sequence[Span]
    mentor_keys: Sequence[str]
    mentee_keys: Sequence[str]
    sums: Sequence[Sum] = ()
    pins: frozenset[Places] = frozenset()
    priority: Cells = field(default_factory=list)
    former: frozenset[Places] = frozenset()
    fits: Callable[[tuple[int, ...], int], bool] = lambda mentors, mentee: True
    """Whether some mentors may be those of one mentee, all of them."""


@dataclass(frozen=True)
class Best:
    """The optimum: what is reached in each goal, all scores in ascending order, the pairs, and among how many ties."""

    values: tuple[int, ...]
    scores: tuple[int, ...]
    pairs: tuple[Places, ...]
    ties: int


class Answers:
    """All answers that capacities allow, as the place (a, m) of each mentee's mentors among all that they may have."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.sets = [sets_of(game, mentee) for mentee in range(len(game.mentees))]
        bias = sum(max(TOP - 1 - span.most, 0) << BITS * i for i, span in enumerate(game.mentors))
        full = sum(TOP << BITS * i for i in range(len(game.mentors)))
        loads, chosen = np.array([bias]), np.zeros((1, 0), dtype=np.int64)
        for sets in self.sets:
            grid = loads[:, None] + np.array([sum(1 << BITS * i for i in each) for each in sets], dtype=np.int64)
            answer, option = np.nonzero((grid & full) == 0)
            loads, chosen = grid[answer, option], np.column_stack([chosen[answer], option])
        self.chosen = chosen

    def per_mentee(self, worth: Callable[[int, tuple[int, ...]], int]) -> Numbers:
        """Return (a, m): what ``worth`` says of each mentee and their mentors."""
        tables = [np.array([worth(k, each) for each in sets], dtype=np.int64) for k, sets in enumerate(self.sets)]
        columns = [table[self.chosen[:, k]] for k, table in enumerate(tables)]
        return np.array(columns, dtype=np.int64).reshape(len(tables), len(self.chosen)).T

    def total(self, weights: Cells) -> Numbers:
        """Return (a,): the sum of the weights of the chosen pairs."""
        sums: Numbers = self.per_mentee(lambda k, mentors: sum(weights[i][k] for i in mentors)).sum(axis=1)
        return sums

    def keep(self, some: NDArray[np.bool_]) -> None:
        """Forget all other answers."""
        self.chosen = self.chosen[some]

    def keep_greatest(self, values: Numbers) -> int:
        """Forget all answers but those with the greatest value, and return it."""
        greatest = int(values.max())
        self.keep(values == greatest)
        return greatest

    def scores(self) -> Numbers:
        """Return (a, p): the scores of the pairs of each answer in ascending order, then nothing."""
        wide = max((len(own) for sets in self.sets for own in sets), default=0)

        def nth(place: int) -> Numbers:
            return self.per_mentee(lambda k, own: self.game.scores[own[place]][k] if place < len(own) else NOTHING)

        columns = [np.zeros((len(self.chosen), 0), dtype=np.int64), *map(nth, range(wide))]
        return np.sort(np.concatenate(columns, axis=1), axis=1)


def sets_of(game: Game, mentee: int) -> list[tuple[int, ...]]:
    """Return every set of mentors that one mentee may have."""
    span, held = game.mentees[mentee], {i for i, k in game.pins if k == mentee}
    free = [i for i, row in enumerate(game.allowed) if row[mentee]]
    sets = [each for count in range(len(free) + 1) if span.holds(count) for each in combinations(free, count)]
    return [each for each in sets if held <= set(each) and game.fits(each, mentee)]


def best_of(game: Game, goals: Sequence[str], seed: int = 0) -> Best | None:
    """Return the canonical optimum, None where no answer keeps the rules."""
    answers = Answers(game)
    for i, span in enumerate(game.mentors):
        fine = np.array([span.holds(taken) for taken in range(len(game.mentees) + 1)])
        answers.keep(fine[answers.total(only(game, i))])
    for row in game.sums:
        total = answers.total(row.weights)
        answers.keep((total >= (total if row.least is None else row.least)) & (total <= upper(row, total)))
    if not len(answers.chosen):
        return None
    values = tuple(GOALS[goal](answers) for goal in goals)
    scores, ties = answers.scores()[0], len(answers.chosen)
    settle(answers, seed)
    return Best(values, tuple(scores[scores < NOTHING].tolist()), pairs_of(answers), ties)


def upper(row: Sum, total: Numbers) -> Numbers:
    """Return the upper bound of a sum for each answer."""
    return total if row.most is None else np.full_like(total, row.most)


def only(game: Game, mentor: int) -> Cells:
    """Return weights that count the pairs of one mentor."""
    return [[int(i == mentor)] * len(game.mentees) for i in range(len(game.mentors))]


def cells(game: Game, worth: Callable[[int, int], int]) -> Cells:
    """Return the weights of all pairs."""
    return [[worth(i, k) for k in range(len(game.mentees))] for i in range(len(game.mentors))]


def pairs_of(answers: Answers) -> tuple[Places, ...]:
    """Return the pairs of the first answer."""
    taken = [sets[place] for sets, place in zip(answers.sets, answers.chosen[0].tolist(), strict=True)]
    return tuple(sorted((i, k) for k, mentors in enumerate(taken) for i in mentors))


def settle(answers: Answers, seed: int) -> None:
    """Forget all answers but the one with the greatest sum of hashes, round by round."""
    turn = 0
    while len(answers.chosen) > 1:
        answers.keep_greatest(answers.total(hashes(answers.game, seed, turn)))
        turn += 1


def hashes(game: Game, seed: int, turn: int) -> Cells:
    """Return what ties are settled by in one round."""
    return cells(game, lambda i, k: hash_of((game.mentor_keys[i], game.mentee_keys[k]), seed, turn))


def matched(answers: Answers) -> int:
    return answers.keep_greatest(answers.total(cells(answers.game, lambda i, k: 1)))


def priority(answers: Answers) -> int:
    return answers.keep_greatest(answers.total(answers.game.priority or cells(answers.game, lambda i, k: 0)))


def total(answers: Answers) -> int:
    return answers.keep_greatest(answers.total(answers.game.scores))


def changes(answers: Answers) -> int:
    kept = answers.total(cells(answers.game, lambda i, k: int((i, k) in answers.game.former)))
    return len(answers.game.former) - answers.keep_greatest(kept)


def floor(answers: Answers) -> int:
    scores = answers.scores()
    worst = scores[:, 0] if scores.shape[1] else np.full(len(scores), NOTHING)
    return answers.keep_greatest(np.where(worst == NOTHING, 0, worst))


def floor_person(answers: Answers) -> int:
    game = answers.game
    sums = answers.per_mentee(lambda k, mentors: sum(game.scores[i][k] for i in mentors))
    able = [row for row, span in zip(game.allowed, game.mentors, strict=True) if span.most]
    served = [k for k, span in enumerate(game.mentees) if span.most and any(row[k] for row in able)]
    return answers.keep_greatest(sums[:, served].min(axis=1)) if served else 0


def leximin(answers: Answers) -> int:
    """Keep the most pairs, then the best worst, the best second worst, and so on; return the worst."""
    matched(answers)
    scores = answers.scores()
    for place in range(scores.shape[1]):
        answers.keep_greatest(answers.scores()[:, place])
    worst = answers.scores()[0, :1].tolist()
    return worst[0] if worst and worst[0] < NOTHING else 0


GOALS: dict[str, Callable[[Answers], int]] = {
    "changes": changes,
    "floor": floor,
    "floor_person": floor_person,
    "leximin": leximin,
    "matched": matched,
    "priority": priority,
    "total": total,
}
