"""All answers of a small problem, one by one, in plain Python: slow, obvious, and independent of every engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

import numpy as np

from mentormatch import AssignmentProblem, Row
from mentormatch.assignment.model.problem import DegreeBounds

type Pairs = tuple[tuple[int, int], ...]

WORD = (1 << 64) - 1


@dataclass(frozen=True)
class Best:
    """The optimum in every tier, as tiers state it, and the canonical answer among all that reach it."""

    tiers: tuple[int, ...]
    pairs: Pairs
    ties: int


def exhaustive(problem: AssignmentProblem, seed: int = 0) -> Best | None:
    """Return the optimum by trying every answer, None if there is none."""
    answers = [pairs for pairs in choices(problem) if holds(problem, pairs)]
    if not answers:
        return None
    greatest = max(ranks(problem, pairs) for pairs in answers)
    best = [pairs for pairs in answers if ranks(problem, pairs) == greatest]
    return Best(tiers(problem, best[0]), canonical(problem, best, seed), len(best))


def choices(problem: AssignmentProblem, mentor: int = 0) -> Iterator[Pairs]:
    """Yield every set of allowed pairs that respects the greatest loads, mentor by mentor."""
    room = [int(most) for most in problem.mentees.most]
    yield from _choices(problem, mentor, room)


def _choices(problem: AssignmentProblem, mentor: int, room: list[int]) -> Iterator[Pairs]:
    n, m = problem.shape
    if mentor == n:
        yield ()
        return
    here = np.full(m, mentor)
    open_to = [k for k in np.flatnonzero(problem.scores.allows(here, np.arange(m))).tolist() if room[k]]
    for count in range(min(int(problem.mentors.most[mentor]), len(open_to)) + 1):
        for mentees in combinations(open_to, count):
            for mentee in mentees:
                room[mentee] -= 1
            for rest in _choices(problem, mentor + 1, room):
                yield (*((mentor, mentee) for mentee in mentees), *rest)
            for mentee in mentees:
                room[mentee] += 1


def holds(problem: AssignmentProblem, pairs: Pairs) -> bool:
    """Return whether minimums, coupling rows and pins hold."""
    sides = ((problem.mentors, [pair[0] for pair in pairs]), (problem.mentees, [pair[1] for pair in pairs]))
    return (
        set(problem.pins) <= set(pairs)
        and all(enough(loads, people) for loads, people in sides)
        and all(_within(problem, place, pairs) for place in range(len(problem.rows)))
    )


def enough(loads: DegreeBounds, people: Sequence[int]) -> bool:
    """Return whether everybody takes as many as they must."""
    taken = [sum(person == each for each in people) for person in range(len(loads))]
    return all(
        count >= least or (idle and count == 0)
        for count, least, idle in zip(taken, loads.least.tolist(), loads.optional.tolist(), strict=True)
    )


def _within(problem: AssignmentProblem, place: int, pairs: Pairs) -> bool:
    row = problem.rows[place]
    factor = 1 if row.factor is None else row.factor
    weights = np.broadcast_to(row.weights * factor, problem.shape).tolist()
    total = sum(weights[i][k] * times(row, i, k) for i, k in pairs)
    return (row.least is None or total >= row.least) and (row.most is None or total <= row.most)


def times(row: Row, mentor: int, mentee: int) -> int:
    """Return how often a pair counts in a row: once for each of the row's people whom it is of, if it has any."""
    if row.mentor is None and row.mentee is None:
        return 1
    return (row.mentor == mentor) + (row.mentee == mentee)


def tiers(problem: AssignmentProblem, pairs: Pairs) -> tuple[int, ...]:
    """Return what the pairs reach in each goal."""
    return tuple(_value(problem, goal, pairs) for goal in problem.goals)


def ranks(problem: AssignmentProblem, pairs: Pairs) -> tuple[tuple[int, ...], ...]:
    """Return what answers are compared by, goal by goal: the greater, the better."""
    return tuple(_rank(problem, goal, pairs) for goal in problem.goals)


def _rank(problem: AssignmentProblem, goal: str, pairs: Pairs) -> tuple[int, ...]:
    if goal == "leximin":
        return (len(pairs), *sorted(_score(problem, pair) for pair in pairs))
    value = _value(problem, goal, pairs)
    return (-value if goal == "changes" else value,)


def _value(problem: AssignmentProblem, goal: str, pairs: Pairs) -> int:
    scores = [_score(problem, pair) for pair in pairs]
    match goal:
        case "matched":
            return len(pairs)
        case "total":
            return sum(scores)
        case "floor" | "leximin":
            return min(scores, default=0)
        case "floor_person":
            sums = [sum(_score(problem, pair) for pair in pairs if pair[1] == k) for k in _served(problem)]
            return min(sums, default=0)
        case "changes":
            return sum(pair not in pairs for pair in problem.former)
    given = ((problem.mentor_priority, 0), (problem.mentee_priority, 1))
    return sum(int(weights[pair[side]]) for weights, side in given if weights is not None for pair in pairs)


def _score(problem: AssignmentProblem, pair: tuple[int, int]) -> int:
    return int(problem.scores.at(np.array([pair[0]]), np.array([pair[1]]))[0])


def _served(problem: AssignmentProblem) -> list[int]:
    """Return the mentees who have a place for an allowed partner with a place."""
    n, m = problem.shape
    rows = np.arange(n)
    return [
        k
        for k in range(m)
        if problem.mentees.most[k] and (problem.scores.allows(rows, np.full(n, k)) & (problem.mentors.most > 0)).any()
    ]


def canonical(problem: AssignmentProblem, best: Sequence[Pairs], seed: int) -> Pairs:
    """Return the answer with the greatest sum of hashes, round by round, written out from its definition."""
    turn = 0
    while len(best) > 1:
        sums = [sum(pair_hash(problem, pair, seed, turn) for pair in pairs) for pairs in best]
        best = [pairs for pairs, total in zip(best, sums, strict=True) if total == max(sums)]
        turn += 1
    return tuple(sorted(best[0]))


def pair_hash(problem: AssignmentProblem, pair: tuple[int, int], seed: int, turn: int) -> int:
    """Return the hash of one pair in one round."""
    return hash_of((problem.mentor_keys[pair[0]], problem.mentee_keys[pair[1]]), seed, turn)


def hash_of(keys: tuple[str, str], seed: int, turn: int) -> int:
    """Return the hash of the keys of mentor and mentee in one round, in Python integers."""
    left, right = _word(keys[0], seed, b"mentor"), _word(keys[1], seed, b"mentee")
    start = 0x9E3779B97F4A7C15 * (turn + 1)
    return (_mixed(_mixed((left + start) & WORD) ^ right) >> 44) + 1


def _word(key: str, seed: int, side: bytes) -> int:
    digest = blake2b(key.encode(), digest_size=8, key=str(seed).encode(), person=side).digest()
    return int.from_bytes(digest, "big")


def _mixed(word: int) -> int:
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & WORD
    return word ^ (word >> 31)
