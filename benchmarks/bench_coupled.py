"""Rules that couple pairs, at 1,000 mentors and 600 mentees with 50 candidates each, beside two integer programs.

The same score tier of four markets four times: ``mm.solve`` as users call it, which settles ties; ``mm.solve`` with
``ties="any"``; one HiGHS model with a binary a pair; and the model that one would write in PuLP. These two settle no
ties. The optima are the same. Compare within the group. Harder rules, in one market each, are compared with HiGHS.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pulp
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.one_program import one_program
from mentormatch import AssignmentProblem, Row, Status, certify, solve
from mentormatch.results import Verdict

MENTORS, MENTEES, CANDIDATES, MARKETS = 1_000, 600, 50, 4


def sides(kind: str, draw: np.random.Generator) -> tuple[Row, ...]:
    """Return the rows of one kind of rules.

    ``people``: 25 organisations give at most 20 mentors each, 10 groups get at least 35 places each; the linear program
    is whole. ``pairs``: 30 organisations give few mentors to other regions, 30 groups get some of one kind; it is not.
    """
    organisation, group = draw.integers(0, 25, MENTORS), draw.integers(0, 12, MENTEES)
    if kind == "people":
        rows = [Row(f"organisation {o}", (organisation == o).astype(np.int64)[:, None], most=20) for o in range(25)]
        return (
            *rows,
            *(Row(f"group {g}", (group == g).astype(np.int64)[None, :], least=35) for g in range(10)),
        )
    organisation, group = draw.integers(0, 30, MENTORS), draw.integers(0, 30, MENTEES)
    kinds, regions = draw.integers(0, 6, MENTORS), draw.integers(0, 6, MENTEES)
    far = [np.outer(organisation == o, regions != o % 6).astype(np.int64) for o in range(30)]
    near = [np.outer(kinds == g % 6, group == g).astype(np.int64) for g in range(30)]
    rows = [Row(f"organisation {place}", weights, most=8) for place, weights in enumerate(far)]
    return (*rows, *(Row(f"group {place}", weights, least=9) for place, weights in enumerate(near)))


def harder_sides(kind: str, draw: np.random.Generator) -> tuple[Row, ...]:
    """Return the rows of a kind of rules that are harder than those of a programme.

    ``overlapping``: 20 quotas, each on a fifth of the mentors. ``proportions``: of 10 groups of mentors, each has at
    least its share of the pairs, in per cent. ``weights``: three budgets of 60 x 50 people, with weights up to 10^11.
    """
    if kind == "overlapping":
        inside = draw.random((20, MENTORS)) < 0.2
        return tuple(Row(f"{k}", one.astype(np.int64)[:, None], most=110) for k, one in enumerate(inside))
    if kind == "proportions":
        inside, shares = draw.random((10, MENTORS)) < 0.3, draw.integers(33, 40, 10)
        weights = np.where(inside, 100 - shares[:, None], -shares[:, None])
        return tuple(Row(f"{k}", one[:, None], least=0) for k, one in enumerate(weights))
    return tuple(Row(f"{k}", draw.integers(1, 10**11, (60, 50)), most=10**11 * 50 * 2 // 5) for k in range(3))


@cache
def harder_market(kind: str, seed: int) -> AssignmentProblem:
    """Return a market with rules that are harder than those of a programme."""
    draw = np.random.default_rng(seed)
    if kind == "weights":
        scores = AssignmentProblem.from_scores(draw.integers(0, 1_000_000, (60, 50)), goals=("total",))
        return replace(scores, rows=harder_sides(kind, draw))
    return replace(market("people", seed), rows=harder_sides(kind, draw))


@cache
def market(kind: str, seed: int) -> AssignmentProblem:
    """Return a market with coupling rows, in which each mentee has the same number of candidates."""
    draw = np.random.default_rng(seed)
    scores = draw.integers(0, 1_000_000, (MENTORS, MENTEES))
    allowed = np.zeros((MENTORS, MENTEES), dtype=bool)
    for mentee in range(MENTEES):
        allowed[draw.choice(MENTORS, CANDIDATES, replace=False), mentee] = True
    return replace(AssignmentProblem.from_scores(scores, allowed, goals=("total",)), rows=sides(kind, draw))


def ours(problem: AssignmentProblem) -> int:
    """Return the optimum of the score tier, ties settled."""
    solution = solve(problem)
    assert solution.status is Status.PROVED
    return solution.tiers[0].value


def ours_of_any(problem: AssignmentProblem) -> int:
    """Return the optimum of the score tier, ties left alone."""
    solution = solve(problem, ties="any")
    assert solution.status is Status.PROVED
    return solution.tiers[0].value


def sums(problem: AssignmentProblem) -> list[tuple[NDArray[np.intp], NDArray[np.float64], float, float]]:
    """Return every row as columns, their weights, and two bounds."""
    mentors, mentees = problem.scores.pairs()
    own = [
        np.flatnonzero(people == person)
        for people, count in zip((mentors, mentees), problem.shape, strict=True)
        for person in range(count)
    ]
    found = [(columns, np.ones(len(columns)), 0.0, 1.0) for columns in own]
    for row in problem.rows:
        weights = row.coefficients_of(mentors, mentees, problem.shape)
        bounds = (-np.inf if row.least is None else row.least, np.inf if row.most is None else row.most)
        columns = np.flatnonzero(weights)
        found.append((columns, weights[columns].astype(np.float64), *bounds))
    return found


def one_mip(problem: AssignmentProblem) -> int | None:
    """Return the optimum by one HiGHS model with a binary a pair."""
    return one_program(problem).value


def plain_pulp(problem: AssignmentProblem) -> int:
    """Return the optimum by the model that one would write in PuLP, solved by HiGHS."""
    mentors, mentees = problem.scores.pairs()
    worth = problem.scores.at(mentors, mentees).tolist()
    model = pulp.LpProblem("coupled", pulp.const.LpMaximize)
    taken = [
        model.add_variable(f"x{i}_{k}", cat="Binary") for i, k in zip(mentors.tolist(), mentees.tolist(), strict=True)
    ]
    model.setObjective(pulp.lpSum(score * variable for score, variable in zip(worth, taken, strict=True)))
    for columns, _, low, high in sums(problem):
        total = pulp.lpSum(taken[column] for column in columns.tolist())
        if high < np.inf:
            model.addConstraint(total <= high)
        if low > 0:
            model.addConstraint(total >= low)
    model.solve(pulp.HiGHS(msg=False, threads=1, gapRel=0, gapAbs=0.999))
    return round(model.objective.value())


@pytest.mark.parametrize("kind", ["people", "pairs"])
@pytest.mark.parametrize(
    "method", [ours, ours_of_any, one_mip, plain_pulp], ids=["solve", "solve, any ties", "one MIP", "plain PuLP"]
)
def test_score_tier(benchmark: BenchmarkFixture, method: Callable[[AssignmentProblem], int | None], kind: str) -> None:
    benchmark.group = f"coupled rules on {kind}, 1,000 x 600"
    markets = [market(kind, seed) for seed in range(1, MARKETS + 1)]
    rounds = 3 if method in (ours, ours_of_any) else 1  # the others take a minute each
    found = benchmark.pedantic(lambda: [method(problem) for problem in markets], rounds=rounds)
    assert found == [ours(problem) for problem in markets]


@pytest.mark.parametrize("kind", ["people", "pairs"])
def test_people_first_and_ties(benchmark: BenchmarkFixture, kind: str) -> None:
    benchmark.group = f"coupled rules on {kind}, 1,000 x 600"
    markets = [replace(market(kind, seed), goals=("matched", "total")) for seed in range(1, MARKETS + 1)]
    found = benchmark.pedantic(lambda: [solve(problem) for problem in markets], rounds=3)
    assert {solution.status for solution in found} == {Status.PROVED}
    certificates = [certify(problem, solution) for problem, solution in zip(markets, found, strict=True)]
    assert Verdict.REFUSED not in {each.verdict for each in certificates}


@pytest.mark.parametrize("kind", ["overlapping", "proportions", "weights"])
@pytest.mark.parametrize("method", [ours, one_mip], ids=["solve", "one MIP"])
def test_harder_rules(
    benchmark: BenchmarkFixture, method: Callable[[AssignmentProblem], int | None], kind: str
) -> None:
    benchmark.group = f"coupled rules, {kind}"
    problem = harder_market(kind, 1)
    found = benchmark.pedantic(lambda: method(problem), rounds=3 if method is ours else 1)
    assert found == ours(problem)
