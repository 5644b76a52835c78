"""Weighted goals whose exact weights overflow: the same pairs, their order verified afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AssignmentProblem, Row, Status, certify, solve, verify
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.objective import evaluate_tiers, objective_of, scalarize
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.record.verify import VerificationOutcome
from mentormatch.results import Verdict
from mentormatch.scale.columns import master
from mentormatch.scale.columns.generation import SiftingOptions
from mentormatch.scale.columns.master import RestrictedMaster, WeightedGoals
from tests.conftest import DEEP
from tests.doors import substitute
from tests.scale.markets import (
    PROGRAMME,
    PROGRAMMES,
    RULES,
    asked,
    both,
    coarse,
    cohort,
    needing,
    quotas,
    same,
    some_pairs,
)

REPAIR = ("matched", "changes", "priority", "total")
GOALS = (REPAIR, ("changes", "matched", "total"), ("priority", "changes", "total"))
FLOORS = (
    ("matched", "changes", "priority", "floor", "total"),
    ("matched", "changes", "priority", "floor_person", "total"),
)
SEEDS = range(300 if DEEP else 3)
FEW = range(40 if DEEP else 2)
SIZE = 120
LIMITS = {3: 1 << 28, 4: 1 << 34}
"""By the number of goals what a pair may be worth: each outdoes the next over a few pairs, not over all of these."""

type Both = tuple[AssignmentProblem, AssignmentProblem]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, LIMITS[len(REPAIR)])


def limit(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Have pairs be worth less than so much, in compiled code or without."""
    substitute(monkeypatch, "scale", MAX_EXACT_PROFIT=most, MAX_FLOAT64=3 * most)


def former(problem: AssignmentProblem, seed: int) -> tuple[tuple[int, int], ...]:
    """Return most pairs of another good answer, and a few that may even be forbidden."""
    random, (n, m) = np.random.default_rng(seed), problem.shape
    before = solve(replace(problem, goals=("matched", "total")), seed=seed + 1).pairs
    drawn = np.column_stack([random.integers(0, n, 8), random.integers(0, m, 8)])
    kept = np.concatenate([before[random.random(len(before)) < 0.8], drawn])
    return tuple(sorted({(mentor, mentee) for mentor, mentee in kept.tolist()}))


def market(seed: int, goals: Sequence[str]) -> Both:
    """Return a market after a former matching, held and not held: slack or tight, tied or not, a pair pinned or no."""
    tied = seed // 2 % 2
    programme = coarse(PROGRAMME) if tied else PROGRAMME
    rules = [rule for rule in RULES if rule.least_score is None] if tied else RULES
    problems = both(cohort(seed, SIZE), programme, rules, goals)
    pairs = former(problems[0], seed)
    pins = [pair for pair in pairs if problems[0].scores.allows(*np.array([pair]).T).all()][: seed % 3 % 2]
    held, unheld = (replace(each, former=pairs, pins=tuple(pins)) for each in problems)
    return held, unheld


def beyond(problem: AssignmentProblem, part: int = 1) -> bool:
    """Return whether the goals do not fit in a part of the numbers if each is to outdo the next over all pairs."""
    return len(scalarize(problem, master.MAX_EXACT_PROFIT // part)) > 1


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("goals", GOALS, ids="-".join)
@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_are_those_of_the_whole_block_and_certified(
    seed: int, goals: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, LIMITS[len(goals)])
    held, unheld = market(seed, goals)
    assert beyond(unheld)
    found = solve(unheld, seed=seed)
    assert same(solve(held, seed=seed), found)
    assert len(found.prices) == 1
    assert certify(unheld, found).verdict is Verdict.CERTIFIED


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("goals", FLOORS, ids="-".join)
@pytest.mark.parametrize("seed", FEW)
def test_the_worst_served_come_after_them_as_in_the_whole_block(seed: int, goals: Sequence[str]) -> None:
    held, unheld = market(seed, goals)
    assert beyond(replace(unheld, goals=(*goals[:3], "total")))
    found = solve(unheld, seed=seed)
    assert same(solve(held, seed=seed), found)
    assert certify(unheld, found).verdict is certify(held, found).verdict


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_minimums_are_kept_as_in_the_whole_block_or_said_to_be_impossible(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, unheld = needing(market(seed, REPAIR), seed, (0.03, 0.05, 0.1)[seed % 3])
    limit(monkeypatch, 4 * LIMITS[len(REPAIR)])
    assert beyond(unheld, 2 * master.PENALTY_GROWTH)
    one, other = solve(held, seed=seed), solve(unheld, seed=seed)
    assert same(one, other) or one.status is other.status is Status.INFEASIBLE
    assert certify(unheld, other).verdict is certify(held, one).verdict


@pytest.mark.parametrize("seed", FEW)
def test_a_rule_that_couples_pairs_is_kept_beside_them_or_said_not_to_be(seed: int, way: str) -> None:
    held, unheld = market(seed, REPAIR)
    some = np.random.default_rng(seed).random(held.shape[1]) < 0.5
    counted = int(some[solve(held, seed=seed).pairs[:, 1]].sum())
    for most, kept in ((counted, True), (counted - 3, False)):
        rows = (Row("some", some[None, :].astype(np.int64), most=most),)
        found = solve(replace(unheld, rows=rows), seed=seed)
        assert same(solve(replace(held, rows=rows), seed=seed), found) is kept
        assert found.notes == (
            () if kept else (master.GOALS_OVERFLOW if way == "compiled" else master.NEEDS_SCALE_EXTRA,)
        )


@pytest.mark.parametrize(("limit_bits", "has_rows"), [(24, False), (24, True), (28, True)])
def test_a_total_that_is_not_requested_is_left_out_if_weights_are_exact_without_it(
    limit_bits: int, monkeypatch: pytest.MonkeyPatch, *, has_rows: bool
) -> None:
    _, unheld = asked(0, quotas(0) if has_rows else iter(()))
    problem = replace(unheld, goals=("matched", "priority"))
    limit(monkeypatch, 1 << limit_bits)
    assert not beyond(problem)
    assert beyond(replace(problem, goals=("matched", "priority", "total")))
    canonical, found = solve(problem), solve(problem, ties="any")
    assert found.status is canonical.status is Status.PROVED
    assert [tier.value for tier in found.tiers] == [tier.value for tier in canonical.tiers]
    assert problem.satisfies_rows(found.pairs)


def test_where_goals_outdo_too_few_pairs_this_is_said(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    statuses = set()
    for seed in range(12):
        held, unheld = market(seed, REPAIR)
        limit(monkeypatch, 1 << 26)
        found = solve(unheld, seed=seed)
        statuses.add(found.status)
        assert same(solve(held, seed=seed), found) or found.notes == (
            master.GOALS_OVERFLOW if way == "compiled" else master.NEEDS_SCALE_EXTRA,
        )
        if found.status is not Status.PROVED:
            assert not found.prices
            assert all(tier.bound is None for tier in found.tiers)
    # Pairs that the compiled engine reported before the overflow are kept, as feasible
    assert statuses == {Status.PROVED, Status.FEASIBLE if way == "compiled" else Status.FAILED}


@pytest.mark.usefixtures("way")
def test_an_answer_with_prices_that_are_too_low_or_of_another_is_refused() -> None:
    _, problem = market(3, REPAIR)
    found = solve(problem)
    (prices,) = found.prices
    lower = replace(prices, mentees=np.maximum(prices.mentees - 1, 0))
    assert certify(problem, replace(found, prices=(lower,))).verdict is Verdict.REFUSED
    unpinned = [place for place, pair in enumerate(found.pairs.tolist()) if tuple(pair) not in problem.pins]
    fewer = np.delete(found.pairs, unpinned[0], axis=0)
    values = {tier.goal: tier.value for tier in evaluate_tiers(problem, fewer, {})}
    claimed = replace(found, pairs=fewer, tiers=tuple(evaluate_tiers(problem, fewer, values)))
    assert certify(problem, claimed).verdict is Verdict.REFUSED


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_bounds_of_the_first_answer_hold(seed: int) -> None:
    held, problem = (replace(each, pins=()) for each in market(seed, REPAIR))
    best = solve(held)

    class Once(RestrictedMaster):
        """Is out of time after its first answer."""

        def report(self, *answer: object) -> None:
            super().report(*answer)  # type: ignore[arg-type]  # whatever it is told
            raise TimeLimitReached

    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "scale", RestrictedMaster=Once, SIFTING_OPTIONS=SiftingOptions(candidates_per_person=1))
        found = solve(problem)
    assert found.status is Status.FEASIBLE
    assert found.tiers[0].bound is not None
    for tier, top in zip(found.tiers, best.tiers, strict=True):
        if tier.bound is not None:
            assert tier.bound <= top.value if tier.goal == "changes" else tier.bound >= top.value
        if tier.value != top.value:
            break
    assert certify(problem, found).verdict is Verdict.UNCERTIFIED


CHAIN = AssignmentProblem.from_scores(
    [[5, 0, 0], [0, 6, 0], [0, 0, 0]],
    np.array([[True, True, False], [False, True, True], [True, False, False]]),
    scale=1,
)
"""Two pairs score 11, and three others 0."""
PLACES = RemainingDegrees(np.zeros(3, dtype=np.int64), np.ones(3, dtype=np.int64))


@pytest.mark.parametrize(
    ("weight", "prices", "tied"), [(11, ([5, 11, 0], [11, 6, 0]), 5), (22, ([10, 22, 0], [22, 12, 0]), 3)]
)
def test_answers_that_are_worth_as_much_by_less_of_the_first_goal_are_noticed(
    weight: int, prices: tuple[list[int], list[int]], tied: int
) -> None:
    stage = objective_of(CHAIN, "matched").combine(weight, objective_of(CHAIN, "total"))
    lefts, rights = CHAIN.scores.pairs()
    sides = np.array(prices[0]), np.array(prices[1])
    tight = stage.profit(CHAIN, lefts, rights) == sides[0][lefts] + sides[1][rights]
    assert len(lefts[tight]) == tied
    face = OptimalFace(lefts[tight], rights[tight], PLACES, PLACES)
    assert WeightedGoals(stage, stage.weights, exact_order=False).proves_order(
        face, PrimalDual(tight[tight], *sides)
    ) is (tied == 3)


@pytest.mark.parametrize(("seed", "kind"), [(seed, kind) for seed in FEW for kind in PROGRAMMES])
def test_a_repair_is_the_same_answers_the_same_and_is_verified(
    seed: int, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    people = cohort(seed, SIZE)
    before = mm.match(people, PROGRAMMES[kind], seed=seed)
    gone = [pair.mentor for pair in before.pairs[:3]] + [pair.mentee for pair in before.pairs[-3:]]
    held = mm.repair(before, withdrawn=gone)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unheld = mm.repair(before, withdrawn=gone)
    assert beyond(unheld.matching.problem)
    assert unheld.matching.solution.tiers == held.matching.solution.tiers
    assert (unheld.kept, unheld.new, unheld.broken) == (held.kept, held.new, held.broken)
    assert unheld.matching.certificate == held.matching.certificate
    for pair in some_pairs(held.matching, seed, 5):
        assert unheld.matching.why_not(*pair).losses == held.matching.why_not(*pair).losses
    path = tmp_path / "a.decision.json"
    unheld.matching.save(path)
    assert (
        verify(path, against=(unheld.matching.cohort, unheld.matching.programme)).outcome
        is VerificationOutcome.VERIFIED
    )
