"""Whole sets of partners, where each rule is on one person's hours: against integer programs on pairs, and by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mentormatch import AssignmentProblem, Row, Solution, Status, Verdict, certify, solve
from mentormatch.assignment import ADDITIVE_GOALS, DegreeBounds, KeyedTieBreaker, SolveOptions, pack_scores, violations
from mentormatch.assignment.engines.milp import _maximise_within
from mentormatch.assignment.model.solution import LazySolution
from mentormatch.assignment.optimal_face import are_pins_allowed
from mentormatch.assignment.side_constraints import solve_with_side_constraints
from mentormatch.assignment.tie_breaking import TieBreaker
from mentormatch.assignment.whole_sets import set_model, set_solver
from mentormatch.assignment.whole_sets.set_model import KnapsackTables, SetModel
from mentormatch.assignment.whole_sets.set_solver import solve_by_sets
from tests.assignment.markets import assert_says_what_it_proves, ends, hours_market
from tests.conftest import DEEP
from tests.doors import substitute

SEEDS = range(4_000 if DEEP else 70)


def loads(rng: np.random.Generator, count: int, most: int) -> DegreeBounds:
    """Return how many partners each takes, for some with a minimum, for some only if they take anybody."""
    top = rng.integers(0, most + 1, count)
    least = np.where(rng.random(count) < rng.choice([0, 0, 0.3]), np.minimum(top, rng.integers(0, 3, count)), 0)
    return DegreeBounds(least, top, rng.random(count) < 0.3)


def hours_rows(rng: np.random.Generator, shape: tuple[int, int]) -> Iterator[Row]:
    """Yield a limit on what each of some mentors, or of some mentees, gives, stated in any of three ways."""
    owner = int(rng.integers(0, 2))
    for person in range(shape[owner]):
        flat = [1, 1]
        flat[1 - owner] = shape[1 - owner]
        hours = rng.integers(0, rng.choice([2, 5, 1_000]), shape if rng.random() < 0.5 else flat)
        most = int(rng.integers(0, hours.sum() // shape[owner] + 2))
        if rng.random() < 0.2:
            continue
        if rng.random() < 0.3:
            mine = np.indices(shape)[owner] == person
            yield Row(f"r{person}", np.where(mine, hours, 0), None, most)
        else:
            mentor, mentee = (person if owner == side else None for side in (0, 1))
            yield Row(f"r{person}", hours, None, most, mentor, mentee)


def problem_with_hours(seed: int) -> AssignmentProblem:
    """Return a small problem with limits on hours, and pins, minimums and several goals now and then."""
    rng = np.random.default_rng(seed)
    n, m = (int(count) for count in rng.integers(1, 7, 2))
    values = int(rng.choice([1, 3, 50, 1_000_000]))
    allowed = rng.random((n, m)) < rng.choice([0.5, 0.8, 1])
    pairs = [(int(i), int(k)) for i, k in rng.permutation(np.argwhere(allowed))]
    return AssignmentProblem(
        pack_scores(rng.integers(-(values // 3), values + 1, (n, m)), allowed),
        loads(rng, n, 4),
        loads(rng, m, 2),
        tuple(hours_rows(rng, (n, m))),
        tuple(pairs[: rng.choice([0, 0, 0, 1])]),
        tuple(rng.permutation(ADDITIVE_GOALS)[: rng.integers(1, 5)].tolist()),
        rng.integers(0, 3, n),
        rng.integers(0, 2, m),
        former=tuple(sorted(pairs[: rng.integers(0, 4)])),
    )


def run_of(problem: AssignmentProblem, **some: Any) -> SolveOptions:
    return SolveOptions(KeyedTieBreaker(0, problem.mentor_keys, problem.mentee_keys), **some)


def by_pairs(problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the answer by integer programs on pairs."""
    return solve_with_side_constraints(problem, run, _maximise_within(run))


def values(solution: Solution) -> list[int]:
    return [tier.value for tier in solution.tiers]


@pytest.mark.promise(9)
def test_whole_sets_give_the_canonical_answer_of_integer_programs_on_pairs() -> None:
    solved = 0
    for seed in SEEDS:
        problem, told = problem_with_hours(seed), list[LazySolution]()
        if not problem.rows or not are_pins_allowed(problem):
            continue
        found = solve_by_sets(problem, run_of(problem, on_incumbent=told.append))
        if found is None:
            continue
        best = by_pairs(problem, run_of(problem))
        assert (found.status, found.pairs.tolist()) == (best.status, best.pairs.tolist()), seed
        assert certify(problem, found).verdict is not Verdict.REFUSED
        assert [wrong for each in told for wrong in violations(problem, each())] == []
        any_of_them = solve_by_sets(problem, run_of(problem, ties=False))
        assert any_of_them is not None
        assert violations(problem, any_of_them) == []
        assert values(any_of_them) == values(best)
        solved += 1
    assert solved > len(SEEDS) // 3


@dataclass(frozen=True)
class FewHashes:
    """Hashes so short that sums of them are often equal: ties go to later rounds."""

    whole: TieBreaker

    def of(self, mentors: NDArray[np.int64], mentees: NDArray[np.int64], turn: int) -> NDArray[np.int64]:
        return self.whole.of(mentors, mentees, turn) % 3 + 1

    @property
    def anonymized(self) -> Any:
        raise NotImplementedError


@pytest.mark.promise(13)
def test_where_sums_of_hashes_are_equal_the_next_rounds_choose() -> None:
    later = 0
    for seed in range(400 if DEEP else 15):
        rng = np.random.default_rng(seed)
        rows = tuple(Row(f"{i}", rng.integers(1, 4, (1, 5)), None, 4, mentor=i) for i in range(4))
        scores = rng.integers(0, 2, (4, 5))
        problem = replace(AssignmentProblem.from_scores(scores, mentor_capacity=5, goals=("total",)), rows=rows)
        run = replace(run_of(problem), tie_breaker=FewHashes(run_of(problem).tie_breaker))
        found, best = solve_by_sets(problem, run), by_pairs(problem, run)
        assert found is not None
        assert found.pairs.tolist() == best.pairs.tolist(), seed
        later += found.pairs.tolist() != by_pairs(problem, replace(run, ties=False)).pairs.tolist()
    assert later


def whole_list(model: SetModel, gains: NDArray[np.int64], slack: int) -> set[tuple[int, ...]]:
    """Return, by trying all, the sets that lose no more than the slack of what the hours allow at best."""
    found = set()
    for owner in range(model.shape[0]):
        own = np.flatnonzero(model.owners == owner).tolist()
        fit = [
            some
            for count in range(len(own) + 1)
            for some in combinations(own, count)
            if model.needs[list(some)].sum() <= model.hours[owner]
        ]
        best = max(int(gains[list(some)].sum()) for some in fit)
        found |= {
            (owner, *some)
            for some in fit
            if gains[list(some)].sum() >= best - slack and model.fewest[owner] <= len(some) <= model.places[owner]
        }
    return found


@given(st.integers(0, 10_000), st.integers(0, 60))
def test_all_sets_that_lose_no_more_than_the_slack_are_listed(seed: int, slack: int) -> None:
    rng = np.random.default_rng(seed)
    owners = np.sort(rng.integers(0, 3, 9))
    counts, most = np.bincount(owners, minlength=3), rng.integers(0, 4, 3)
    needs, hours = rng.integers(0, 40, 9) * int(rng.choice([1, 7])), rng.integers(0, 90, 3)
    whole, none = np.arange(9), np.zeros(9, np.int64)
    model = SetModel(
        owners, whole, needs, none, hours, np.minimum(counts, most), np.minimum(counts, most) // 2,
        np.zeros(3, dtype=bool), none, none + 1, 0, np.arange(3), np.zeros((0, 2), np.int64), 0,
    )  # fmt: skip
    gains = rng.integers(-20, 50, 9)
    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "assignment", MOST_UNITS=int(rng.choice([4, 4_096])))  # hours in coarse units prune less
        substitute(patch, "assignment", FEWEST_UNITS=4)
        tables = KnapsackTables.of(model, gains, slack)
        exact = set_model.MOST_UNITS > 4
    listed = tables.sets(slack, 1_000)
    assert listed is not None
    found = {
        (int(owner), *sorted(part.tolist()))
        for owner, part in zip(listed.owners, np.split(listed.members, np.cumsum(listed.sizes)), strict=False)
    }
    expected = whole_list(model, gains, slack)
    assert found == expected if exact else found <= expected
    assert all(tables.best[owner] >= gains[list(some)].sum() for owner, *some in expected)
    assert exact or {some for some in expected if _loss(tables, gains, some) <= slack} <= found


def _loss(tables: KnapsackTables, gains: NDArray[np.int64], some: tuple[int, ...]) -> int:
    return int(tables.best[some[0]] - gains[list(some[1:])].sum())


def test_a_thousand_limits_on_hours_are_met_and_proved() -> None:
    found = solve(hours_market(1, 1_000, 600, 50))
    assert (found.status, values(found)) == (Status.PROVED, [585655733])  # as one HiGHS model says


@pytest.mark.promise(12)
def test_a_solve_by_sets_that_is_ended_at_any_moment_says_what_it_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    told = set[str]()
    for seed in range(20 if DEEP else 1):
        problem = hours_market(seed, 8, 12, 4)
        best = solve(problem)
        for found in ends(problem, monkeypatch):
            assert_says_what_it_proves(found, best)
            told.add(str(found.status))
    assert {"proved", "feasible"} <= told


@pytest.mark.promise(9)
def test_where_sets_are_too_many_pairs_are_chosen_with_the_same_canonical_answer() -> None:
    solved, count = 0, 1_000 if DEEP else 12
    for seed in range(count):
        problem = jobs_with_hours(seed)
        best, found = solve_by_sets(problem, run_of(problem)), by_pairs(problem, run_of(problem))
        if best is None:
            continue
        assert (found.status, found.pairs.tolist()) == (best.status, best.pairs.tolist()), seed
        other = by_pairs(problem, run_of(problem, ties=False))
        assert (violations(problem, other), values(other)) == ([], values(best))
        solved += 1
    assert solved > count // 2


def jobs_with_hours(seed: int) -> AssignmentProblem:
    """Return jobs for few agents, whose hours are scarce and whose costs are often equal."""
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(2, 5)), int(rng.integers(8, 17))
    hours, values = rng.integers(5, 26, shape), int(rng.choice([1, 4, 40]))
    return AssignmentProblem.from_scores(
        rng.integers(10, 11 + values, shape),
        mentor_capacity=shape[1],
        mentee_minimum=1,
        goals=("total",),
        hours=hours,
        mentor_hours=hours.sum(axis=1) * 9 // (10 * shape[0]),
    )


def test_sets_that_are_too_many_to_be_listed_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = hours_market(3, 10, 14, 5)
    assert solve_by_sets(problem, run_of(problem)) is not None
    for name in ("LISTED", "FEW", "FEW_A_OWNER"):
        monkeypatch.setattr(set_solver, name, 0)
    monkeypatch.setattr(set_solver.SetSearch, "_pack", lambda *_: pytest.fail("no list is complete"))
    assert solve_by_sets(problem, run_of(problem)) is None


@pytest.mark.parametrize(
    "row",
    [
        Row("of two mentors", np.array([[1], [1], [0]]), None, 2),
        Row("at least", np.array([[1, 2, 3]]), 2, 4, mentor=0),
        Row("hours given back", np.array([[1, -2, 3]]), None, 2, mentor=0),
    ],
)
def test_a_rule_on_anything_else_is_not_solved_by_sets(row: Row) -> None:
    problem = replace(AssignmentProblem.from_scores(np.ones((3, 3)), mentor_capacity=3), rows=(row,))
    assert SetModel.of(problem, np.ones(9, np.int64)) is None
