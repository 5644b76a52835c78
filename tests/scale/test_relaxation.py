"""Lagrangian relaxation of rows that bind: the same pairs as where scores are stored, certified, or infeasible."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row, Solution, Status, solve
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.lexicographic import TimeLimitReached, first_stage
from mentormatch.assignment.objective import scalarize
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.results import Verdict
from mentormatch.scale import engine
from mentormatch.scale.columns import generation
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.constraints import gap, relaxation
from mentormatch.scale.constraints.gap import NO_ANSWER_NOTE
from mentormatch.scale.constraints.heuristic import RepairOptions
from mentormatch.scale.constraints.multipliers import DualCut, evaluate_model, minimise_model
from tests.conftest import DEEP
from tests.doors import substitute
from tests.scale.markets import (
    FEW,
    PROGRAMME,
    RULES,
    SEEDS,
    agree,
    asked,
    both,
    cohort,
    market,
    needing,
    proved,
    quotas,
    same,
    weighted,
)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_quotas_that_bind_are_kept_by_the_pairs_of_the_whole_block(seed: int) -> None:
    problems = asked(seed, quotas(seed))
    one, other = agree(problems, seed)
    assert proved(problems[1], other) is proved(problems[0], one)


@pytest.mark.parametrize("seed", [30, 42])
def test_every_incumbent_satisfies_the_quotas(seed: int) -> None:
    _, unheld = asked(seed, quotas(seed))
    incumbents = list[Solution]()
    run = SolveOptions(
        KeyedTieBreaker(seed, unheld.mentor_keys, unheld.mentee_keys),
        on_incumbent=lambda incumbent: incumbents.append(incumbent()),
    )
    assert engine.solve_implicit(unheld, run).status is Status.PROVED
    assert incumbents
    assert all(unheld.satisfies_rows(solution.pairs) for solution in incumbents)


def test_the_drawn_quotas_bind_or_leave_no_answer() -> None:
    found = Counter[str]()
    for seed in SEEDS:
        _, unheld = asked(seed, quotas(seed))
        solution = solve(unheld, seed=seed)
        priced = any(price for stage in solution.prices for price in stage.rows)
        found["binds" if priced else str(solution.status)] += 1
    assert found["binds"] >= len(SEEDS) // 3
    assert found["infeasible"] >= len(SEEDS) // 6


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", FEW)
def test_pairs_are_the_same_where_multipliers_leave_a_gap(seed: int) -> None:
    problems = asked(seed, weighted(seed))
    one, other = agree(problems, seed)
    least = {Verdict.CERTIFIED, Verdict.PARTLY} if one.status is Status.PROVED else {Verdict.NO_ANSWER}
    assert proved(problems[1], other) in least


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", FEW if DEEP else (0,))
def test_pairs_are_the_same_with_short_lists_and_ties_that_multipliers_thin(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinned: list[int] = []

    class Counted(relaxation.TightFace):
        """Counts what hashes leave."""

        def _thin_by_hashes(self) -> relaxation.TightFace | None:
            thin = super()._thin_by_hashes()
            thinned.append(len(self.face) - (0 if thin is None else len(thin.face)))
            return thin

    monkeypatch.setattr(relaxation, "TightFace", Counted)
    substitute(monkeypatch, "scale", MAX_TIED=0)
    options = generation.SiftingOptions(candidates_per_person=2, pairs_added_per_person=2)
    monkeypatch.setattr(generation, "SIFTING_OPTIONS", options)
    for tied in (2 * seed, 2 * seed + 60):
        agree(asked(tied, quotas(tied)), tied)
        agree(asked(tied, weighted(tied)), tied)
    assert any(less > 0 for less in thinned)


@pytest.mark.parametrize("seed", FEW)
def test_minimums_and_imposed_pairs_are_kept_beside_quotas(seed: int) -> None:
    problems = list(needing(market(seed), seed, 0.05))
    mentors, mentees = problems[0].scores.pairs()
    place = int(np.random.default_rng(seed).integers(len(mentors)))
    pins, rows = ((int(mentors[place]), int(mentees[place])),), tuple(quotas(seed))
    for own in ((), pins):
        held, unheld = (replace(each, pins=own, rows=rows) for each in problems)
        agree((held, unheld), seed)


def binding(size: int = 200) -> AssignmentProblem:
    """Return a market in which half of those mentees may be placed who are without a quota."""
    _, unheld = both(cohort(2, size), PROGRAMME, RULES, ("matched", "total"))
    pairs = solve(unheld).pairs
    own = np.random.default_rng(0).integers(0, 2, unheld.shape[1])
    return replace(unheld, rows=(Row("half", own[None, :], most=int(own[pairs[:, 1]].sum()) // 2),))


def test_a_quota_has_a_price_which_the_certificate_needs() -> None:
    problem = binding()
    found = solve(problem)
    (prices,) = found.prices
    assert prices.rows[0] > 0
    assert proved(problem, found) is Verdict.CERTIFIED
    cheaper, turned = (replace(prices, rows=(row,)) for row in (prices.rows[0] - 1, -prices.rows[0]))
    assert proved(problem, replace(found, prices=(cheaper,))) is not Verdict.CERTIFIED
    assert proved(problem, replace(found, prices=(turned,))) is Verdict.REFUSED


def test_an_answer_in_time_keeps_quotas_and_its_bounds_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = binding()
    best = {tier.goal: tier.value for tier in solve(problem).tiers}
    told: list[Solution] = []

    class Once(RestrictedMaster):
        """Is out of time after its first answer."""

        def report_pairs(self, pairs: np.ndarray, bound: int) -> Solution:
            told.append(super().report_pairs(pairs, bound))
            raise TimeLimitReached

    substitute(monkeypatch, "scale", RestrictedMaster=Once)
    found = solve(problem)
    assert found.status is Status.FEASIBLE
    assert len(told) == 1
    assert found.tiers[0].bound is not None
    assert found.tiers[0].value <= best["matched"] <= found.tiers[0].bound
    assert proved(problem, found) is Verdict.UNCERTIFIED


def test_without_time_for_a_first_answer_there_is_none() -> None:
    assert solve(binding(), time_limit_s=1e-9).status is Status.STOPPED


def test_where_numbers_grow_too_great_the_total_alone_shows_that_no_answer_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = binding()
    most = len(solve(replace(problem, rows=())).pairs)
    none = replace(problem, rows=(Row("all", np.ones((1, 1), dtype=np.int64), least=most + 1),))
    reach = first_stage(scalarize(problem, 1 << 64)).range
    substitute(monkeypatch, "scale", MAX_EXACT_PROFIT=4 * reach)
    assert solve(none).status is Status.INFEASIBLE
    monkeypatch.setattr(engine, "_is_infeasible", lambda *_: False)
    assert solve(none).notes == (NO_ANSWER_NOTE,)


def test_a_row_that_does_not_rest_on_people_may_stand_beside_one_that_does() -> None:
    problem = binding()
    kept = Row("any", np.ones(problem.shape, dtype=np.int64), most=problem.shape[1])
    found = solve(replace(problem, rows=(kept, *problem.rows)))
    assert found.prices[0].rows == (0, solve(problem).prices[0].rows[0])
    assert proved(replace(problem, rows=(kept, *problem.rows)), found) is Verdict.CERTIFIED


def test_a_row_that_does_not_rest_on_people_is_kept_by_few_and_said_to_bind_for_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held, problem = both(cohort(2, 60), PROGRAMME, RULES, ("matched", "total"))
    some = np.random.default_rng(0).integers(0, 2, problem.shape)
    pairs = solve(problem).pairs
    row = Row("any", some, most=int(some[pairs[:, 0], pairs[:, 1]].sum()) // 2)
    assert same(*(solve(replace(each, rows=(row,))) for each in (held, problem)))
    monkeypatch.setattr(gap, "SIFTING_OPTIONS", generation.SiftingOptions(solve_whole_max=0))
    substitute(monkeypatch, "scale", REPAIR_OPTIONS=RepairOptions(max_open_pairs=0))
    assert solve(replace(problem, rows=(row,))).notes == (NO_ANSWER_NOTE,)


@pytest.mark.parametrize("seed", range(200 if DEEP else 15))
def test_multipliers_are_where_cuts_together_are_least_at_any_scale(seed: int) -> None:
    random = np.random.default_rng(seed)
    count, scale = int(random.integers(1, 4)), int(10 ** random.integers(0, 15))
    wanted = tuple(int(each) for each in random.integers(0, 7 * scale, count))
    slopes = random.integers(-50, 50, (12, count)).tolist()
    slopes += [[sign * (place == own) for place in range(count)] for own in range(count) for sign in (-60, 60)]
    worths = [10**20 - sum(slope * multiplier for slope, multiplier in zip(row, wanted, strict=True)) for row in slopes]
    cuts = [DualCut(worth, tuple(row)) for worth, row in zip(worths, slopes, strict=True)]
    found = minimise_model(cuts, (0,) * count, ((0,) * count, (10 * scale,) * count))
    assert evaluate_model(cuts, found) == 10**20
