"""Small problems of every kind for Hypothesis, and larger ones from a seed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray

from mentormatch import AssignmentProblem, Row, Solution
from mentormatch.assignment.model.problem import DEFAULT_GOALS, GOALS, DegreeBounds
from mentormatch.assignment.model.scores import pack_scores


def ordered(names: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a strategy for some of the goals, in any order."""
    return st.permutations(names).flatmap(
        lambda order: st.integers(1, len(names)).map(lambda count: tuple(order[:count]))
    )


goals = ordered(DEFAULT_GOALS)
scores = st.one_of(st.integers(-2, 2), st.integers(-1_000_000, 1_000_000))


def vectors(count: int, low: int, high: int) -> st.SearchStrategy[NDArray[np.int64]]:
    """Return a strategy for (count,) int64."""
    return st.lists(st.integers(low, high), min_size=count, max_size=count).map(lambda ints: np.array(ints, np.int64))


@st.composite
def loads(draw: st.DrawFn, count: int, most: int) -> DegreeBounds:
    """Draw loads up to ``most``, with minimums, always binding or only for who is used."""
    top = draw(vectors(count, 0, most))
    none = st.just(np.zeros(count, np.int64))
    least = draw(st.one_of(none, none, vectors(count, 0, min(most, 2))))
    idle = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return DegreeBounds(least, np.maximum(top, least) if draw(st.booleans()) else top, np.array(idle, dtype=bool))


@st.composite
def rows(draw: st.DrawFn, shape: tuple[int, int], most: int) -> tuple[Row, ...]:
    """Draw coupling rows: a whole block of weights, weights by mentor or by mentee, or the product of both."""
    found: list[Row] = []
    for place in range(draw(st.integers(0, most))):
        rank = draw(st.sampled_from([shape, (shape[0], 1), (1, shape[1]), (1, 1)]))
        weights = draw(vectors(rank[0] * rank[1], -1, 2)).reshape(rank)
        bounds = draw(st.tuples(st.none() | st.integers(-1, 2), st.none() | st.integers(0, 4)))
        mentor, mentee = (draw(st.sampled_from([None, None, *range(count)])) for count in shape)
        across = (1, shape[1]) if rank == (shape[0], 1) else (shape[0], 1)
        times = draw(vectors(across[0] * across[1], -1, 2)).reshape(across) if draw(st.booleans()) else None
        found.append(Row(f"row {place}", weights, *bounds, mentor, mentee, times))
    return tuple(found)


def pins(pairs: list[tuple[int, int]]) -> st.SearchStrategy[set[tuple[int, int]]]:
    """Return a strategy for pairs that must be chosen: often none, seldom two."""
    some = st.sets(st.sampled_from(pairs or [(0, 0)]), max_size=2 if pairs else 0)
    return st.one_of(some.map(lambda _: set[tuple[int, int]]()), some)


@st.composite
def problems(draw: st.DrawFn, size: int, most: Sequence[int], coupled: int = 0, fewest: int = 0) -> AssignmentProblem:
    """Draw a problem of ``fewest`` to ``size`` people a side, who take up to ``most``, with up to ``coupled`` rows."""
    shape = draw(st.integers(fewest, size)), draw(st.integers(fewest, size))
    cells = shape[0] * shape[1]
    values = np.array(draw(st.lists(scores, min_size=cells, max_size=cells)), np.int64).reshape(shape)
    allowed = np.array(
        draw(st.lists(st.sampled_from((True, True, True, False)), min_size=cells, max_size=cells)), bool
    ).reshape(shape)
    pairs = [(i, k) for i in range(shape[0]) for k in range(shape[1])]
    return AssignmentProblem(
        pack_scores(values, allowed),
        draw(loads(shape[0], most[0])),
        draw(loads(shape[1], most[1])),
        draw(rows(shape, coupled)),
        tuple(sorted(draw(pins(pairs)))),
        draw(goals),
        draw(st.none() | vectors(shape[0], 0, 2)),
        draw(st.none() | vectors(shape[1], 0, 2)),
    )


def random_problem(rng: Generator, size: int, *, values: int, most: int = 1) -> AssignmentProblem:
    """Return a problem without coupling rows; few ``values`` make many ties."""
    n, m = rng.integers(1, size + 1, 2)
    return AssignmentProblem.from_scores(
        rng.integers(-values, values + 1, (n, m)),
        rng.random((n, m)) < rng.choice([0.3, 0.8, 1.0]),
        mentor_capacity=rng.integers(1, most + 1, n),
        goals=tuple(rng.permutation(DEFAULT_GOALS).tolist()),
        mentor_priority=rng.integers(0, 2, n),
        mentee_priority=rng.integers(0, 2, m),
    )


def larger_problem(rng: Generator, size: int) -> AssignmentProblem:
    """Return a problem that both engines take: several places on one side, minimums, pins, goals of every kind."""
    n, m = (int(count) for count in rng.integers(2, size + 1, 2))
    values = int(rng.choice([1, 3, 1_000, 1_000_000]))
    allowed = rng.random((n, m)) < rng.choice([0.3, 0.7, 1.0])
    several = several_places(rng, n), several_places(rng, m)
    wide = rng.random() < 0.5
    sides = (several[0], one_place(rng, m)) if wide else (one_place(rng, n), several[1])
    goals = rng.permutation([goal for goal in GOALS if wide or goal != "floor_person"])[: rng.integers(1, len(GOALS))]
    pairs = [(int(i), int(k)) for i, k in rng.permutation(np.argwhere(allowed))]
    return AssignmentProblem(
        pack_scores(rng.integers(-values // 2, values + 1, (n, m)), allowed),
        *sides,
        pins=tuple(pairs[: rng.choice([0, 0, 0, 1])]),
        goals=tuple(goals.tolist()),
        mentor_priority=rng.integers(0, 3, n),
        mentee_priority=rng.integers(0, 2, m),
        former=tuple(sorted(pairs[: rng.integers(0, 10)])),
    )


def several_places(rng: Generator, count: int) -> DegreeBounds:
    """Return loads of up to four, for some with a minimum that binds in any case."""
    most = rng.integers(0, 5, count)
    least = np.minimum(most, rng.random(count) < rng.choice([0, 0, 0.2]))
    return DegreeBounds(least.astype(np.int64), most, np.zeros(count, dtype=bool))


def one_place(rng: Generator, count: int) -> DegreeBounds:
    """Return loads of one, for a few with a minimum."""
    ones = np.ones(count, dtype=np.int64)
    return DegreeBounds((rng.random(count) < rng.choice([0, 0, 0.1])).astype(np.int64), ones, rng.random(count) < 0.2)


def shuffled(rng: Generator, problem: AssignmentProblem) -> tuple[AssignmentProblem, NDArray[np.int64]]:
    """Return the same problem with its people in another order, keys going along, and where its mentors, mentees stood.

    The second part is (2, n + m) with rows padded by -1.
    """
    n, m = problem.shape
    rank = rng.permutation(n), rng.permutation(m)
    mentors, mentees = problem.scores.pairs()
    values, allowed = np.zeros((n, m), np.int64), np.zeros((n, m), bool)
    values[mentors, mentees], allowed[mentors, mentees] = problem.scores.at(mentors, mentees), True
    new = AssignmentProblem(
        pack_scores(values[np.ix_(*rank)], allowed[np.ix_(*rank)]),
        taken(problem.mentors, rank[0]),
        taken(problem.mentees, rank[1]),
        rows=tuple(
            replace(row, weights=row.block((n, m))[np.ix_(*rank)], mentor=None, mentee=None) for row in problem.rows
        ),
        pins=moved(problem.pins, rank),
        goals=problem.goals,
        mentor_priority=None if problem.mentor_priority is None else problem.mentor_priority[rank[0]],
        mentee_priority=None if problem.mentee_priority is None else problem.mentee_priority[rank[1]],
        mentor_keys=tuple(problem.mentor_keys[place] for place in rank[0]),
        mentee_keys=tuple(problem.mentee_keys[place] for place in rank[1]),
        former=moved(problem.former, rank),
    )
    places = np.full((2, max(n, m)), -1)
    places[0, :n], places[1, :m] = rank
    return new, places


def moved(pairs: Sequence[tuple[int, int]], rank: Sequence[NDArray[np.int64]]) -> tuple[tuple[int, int], ...]:
    """Return where pairs stand in another order, ``rank`` telling who stands at each place."""
    mentors, mentees = (np.argsort(order).tolist() for order in rank)
    return tuple(sorted((mentors[i], mentees[k]) for i, k in pairs))


def keys_of(problem: AssignmentProblem, solution: Solution) -> set[tuple[str, str]]:
    """Return the keys of the chosen pairs."""
    return {(problem.mentor_keys[i], problem.mentee_keys[k]) for i, k in solution.pairs.tolist()}


def taken(loads: DegreeBounds, order: NDArray[np.int64]) -> DegreeBounds:
    """Return the loads in another order."""
    return DegreeBounds(loads.least[order], loads.most[order], loads.optional[order])


@st.composite
def with_any_goals(draw: st.DrawFn, posed: st.SearchStrategy[AssignmentProblem]) -> AssignmentProblem:
    """Draw a problem with goals of every kind in any order, and a former matching."""
    problem = draw(posed)
    n, m = problem.shape
    pairs = [(i, k) for i in range(n) for k in range(m)]
    former = draw(st.sets(st.sampled_from(pairs), max_size=4)) if pairs else set[tuple[int, int]]()
    return replace(problem, goals=draw(ordered(GOALS)), former=tuple(sorted(former)))
