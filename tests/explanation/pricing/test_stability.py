"""Ranks and blocking pairs, against their definitions and against deferred acceptance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.examples import cohort, programme
from mentormatch.explanation.stability import (
    Blocking,
    allowed_block,
    blocking,
    blocking_pairs,
    preferences,
    rank_profile,
)
from mentormatch.explanation.unmatched import Case
from mentormatch.operations.matching import match
from tests.conftest import DEEP
from tests.oracles.problems import problems
from tests.report.cohorts import matched, person
from tests.report.cohorts import programme as small_programme

type Liked = tuple[NDArray[np.int64], NDArray[np.int64]]

thorough = settings(max_examples=2_000 if DEEP else 60)


@st.composite
def markets(draw: st.DrawFn) -> tuple[AssignmentProblem, Liked]:
    problem = replace(draw(problems(5, (2, 2), fewest=1)), goals=("matched", "total"))
    n, m = problem.shape
    values = draw(st.lists(st.integers(0, 4), min_size=2 * n * m, max_size=2 * n * m))
    block = np.array(values, np.int64).reshape(2, n, m)
    return problem, (block[0], block[1].T.copy())


def would_take(liked: NDArray[np.int64], held: Sequence[int], pinned: Sequence[int], most: int, other: int) -> bool:
    """The definition: a free place, or somebody who may be given up and is liked less."""
    return len(held) < most or any(liked[other] > liked[one] for one in held if one not in pinned)


@thorough
@given(markets())
def test_blocking_pairs_are_those_of_the_definition(market: tuple[AssignmentProblem, Liked]) -> None:
    problem, liked = market
    plan = [(int(i), int(k)) for i, k in solve(problem).pairs]
    pairs = np.array(plan, np.int64).reshape(-1, 2)
    expected = []
    for i, k in np.argwhere(allowed_block(problem)).tolist():
        sides = [
            would_take(
                liked[axis][(i, k)[axis]],
                [pair[1 - axis] for pair in plan if pair[axis] == (i, k)[axis]],
                [pin[1 - axis] for pin in problem.pins if pin[axis] == (i, k)[axis]],
                int((problem.mentors, problem.mentees)[axis].most[(i, k)[axis]]),
                (k, i)[axis],
            )
            for axis in (0, 1)
        ]
        expected += [(i, k)] * (all(sides) and (i, k) not in plan)
    assert [(i, k) for i, k, _ in blocking(problem, pairs, liked)] == expected


def deferred_acceptance(allowed: NDArray[np.bool_], liked: Liked) -> list[tuple[int, int]]:
    """Mentors ask in their order; mentees hold the best so far (Gale and Shapley)."""
    waiting = [sorted(np.flatnonzero(row).tolist(), key=lambda k: -liked[0][i, k]) for i, row in enumerate(allowed)]
    held: dict[int, int] = {}
    asking = list(range(len(waiting)))
    while asking:
        i = asking.pop()
        if not waiting[i]:
            continue
        k = waiting[i].pop(0)
        if k not in held or liked[1][k, i] > liked[1][k, held[k]]:
            asking += [held[k]] if k in held else []
            held[k] = i
        else:
            asking.append(i)
    return sorted((i, k) for k, i in held.items())


@thorough
@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_deferred_acceptance_leaves_no_blocking_pair(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    liked = rng.integers(0, 5, (n, m)), rng.integers(0, 5, (m, n))
    problem = AssignmentProblem.from_scores(np.zeros((n, m), np.int64), rng.random((n, m)) < 0.7)
    plan = np.array(deferred_acceptance(allowed_block(problem), liked), np.int64).reshape(-1, 2)
    assert list(blocking(problem, plan, liked)) == []


def example_case() -> Case:
    found = match(cohort(), programme())
    return Case(found.cohort, found.programme.rules, found.scores, found.problem, found.solution)


def test_rank_profiles_count_every_partner_once() -> None:
    case = example_case()
    for axis, profile in enumerate(rank_profile(case)):
        people = case.solution.pairs[:, axis]
        assert sum(profile.counts) == len(people)
        assert profile.alone == case.problem.shape[axis] - len(set(people.tolist()))
        assert "sans binôme" in str(profile)


def test_ranks_are_those_of_the_definition() -> None:
    case = example_case()
    allowed = allowed_block(case.problem)
    liked = preferences(case, "mentor").values
    ranks = [
        1 + sum(bool(allowed[i, other] and liked[i, other] > liked[i, k]) for other in range(allowed.shape[1]))
        for i, k in case.solution.pairs.tolist()
    ]
    assert rank_profile(case)[0].counts == tuple(ranks.count(rank) for rank in range(1, max(ranks) + 1))


def test_wishes_come_before_scores_in_the_order_given() -> None:
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "metier": {"question": "Métier", "kind": "choice", "options": ["production", "diffusion", "administration"]},
        "souhaits": {"question": "Souhaits", "kind": "names"},
    }
    criteria = [
        {"kind": "same", "field": "metier", "weight": 9},
        {"kind": "wishes", "mentee": "souhaits", "weight": 1},
    ]
    rules = small_programme(fields=fields, criteria=criteria)
    mentors = [person("M1"), person("M2"), person("M3", "diffusion")]
    mentees = [{**person("E1"), "souhaits": "M3; M2"}, person("E2"), person("E3")]
    found = matched(rules, mentors, mentees)
    case = Case(found.cohort, found.programme.rules, found.scores, found.problem, found.solution)
    liked = preferences(case, "mentee")
    assert liked.wished.tolist() == [True, False, False]
    assert np.argsort(-liked.values[0]).tolist() == [2, 1, 0]
    assert rank_profile(case)[1].wished == 1
    assert not preferences(case, "mentor").wished.any()


def test_two_people_who_would_rather_have_each_other_are_named_with_whom_they_leave() -> None:
    found = matched(
        small_programme(), [person("M1"), person("M2", "diffusion")], [person("E1"), person("E2", "diffusion")]
    )
    case = Case(found.cohort, found.programme.rules, found.scores, found.problem, found.solution)
    assert blocking_pairs(case) == ()
    crossed = replace(case, solution=replace(case.solution, pairs=np.array([[0, 1], [1, 0]])))
    assert blocking_pairs(crossed) == (Blocking("M1", "E1", "E2", "M2"), Blocking("M2", "E2", "E1", "M1"))
    nobody = replace(case, solution=replace(case.solution, pairs=np.empty((0, 2), np.int64)))
    assert Blocking("M1", "E2", None, None) in blocking_pairs(nobody)
    assert [profile.counts for profile in rank_profile(nobody)] == [(), ()]
