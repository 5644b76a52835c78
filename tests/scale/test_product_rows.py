"""Rows about both people of a pair that bind: the same pairs as where scores are stored, certified by group."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mentormatch import EngineError, Row, Status, certify, solve
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.reduced_costs import DualStage
from mentormatch.assignment.verification.solution_set import SolutionSet
from mentormatch.results import Verdict
from mentormatch.scale.constraints import rows as quotas
from tests.conftest import DEEP
from tests.doors import substitute
from tests.scale.markets import FEW, SEEDS, agree, asked, market, of_both, proved
from tests.scale.markets import quotas as of_one_side


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_rules_about_both_people_are_kept_by_the_pairs_of_the_whole_block(seed: int) -> None:
    problems = asked(seed, of_both(seed))
    _, other = agree(problems, seed)
    least = {Verdict.CERTIFIED, Verdict.PARTLY} if other.status is Status.PROVED else {Verdict.NO_ANSWER}
    assert proved(problems[1], other) in least


def test_the_drawn_rules_bind_and_most_answers_are_certified() -> None:
    found = Counter[str]()
    for seed in SEEDS:
        _, unheld = asked(seed, of_both(seed))
        solution = solve(unheld, seed=seed)
        found["binds"] += any(price for stage in solution.prices for price in stage.rows)
        found[str(proved(unheld, solution))] += 1
    assert found["binds"] >= len(SEEDS) // 3
    assert found["certified"] >= len(SEEDS) // 4


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", FEW)
def test_rules_about_both_people_stand_beside_quotas_of_one_side(seed: int) -> None:
    agree(asked(seed, iter([*of_both(seed), *of_one_side(seed)])), seed)


def test_a_price_that_is_too_low_is_seen_in_one_group_of_mentors() -> None:
    seed = next(seed for seed in SEEDS if _certified(seed))
    _, problem = asked(seed, of_both(seed))
    found = solve(problem, seed=seed)
    (prices, *_) = found.prices
    place = next(place for place, price in enumerate(prices.rows) if price)
    cheaper = tuple(price - int(np.sign(price)) * (own == place) for own, price in enumerate(prices.rows))
    assert certify(problem, replace(found, prices=(replace(prices, rows=cheaper),))).verdict is not Verdict.CERTIFIED


def _certified(seed: int) -> bool:
    _, problem = asked(seed, of_both(seed))
    found = solve(problem, seed=seed)
    return any(any(stage.rows) for stage in found.prices) and proved(problem, found) is Verdict.CERTIFIED


def test_a_row_counts_the_product_of_its_factors_everywhere() -> None:
    random = np.random.default_rng(0)
    mentors, mentees = random.integers(-2, 5, 6), random.integers(-2, 5, 7)
    row = Row("product", mentors[:, None], 0, 9, factor=mentees[None, :])
    whole = Row("whole", np.outer(mentors, mentees), 0, 9)
    assert row.block((6, 7)).tolist() == whole.block((6, 7)).tolist()
    assert row.max_abs_coefficient >= int(np.abs(whole.weights).max())
    some = np.array([4, 1]), np.array([0, 6, 3])
    assert row.among(*some).block((2, 3)).tolist() == whole.among(*some).block((2, 3)).tolist()
    assert row.as_sum((6, 7)) is None
    assert whole.as_product((6, 7)) is None


def test_rules_that_tell_too_many_groups_apart_are_left_to_bind_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "scale", MAX_GROUPS=1)
    rows = tuple(of_both(0))
    assert quotas.find_dualisable(rows, market(0)[0].shape) == [False] * len(rows)


def test_pairs_are_not_chosen_by_prices_of_a_row_that_is_no_product() -> None:
    draw, shape = np.random.default_rng(0), market(0)[0].shape
    odd, product = Row("any", draw.integers(0, 3, shape), most=5), next(of_both(0))
    nobody = np.empty((0, 2), dtype=np.int64)
    for rows, prices in (((odd,), (1,)), ((product, odd), (1, 1)), ((product, odd), (1, 0))):
        _, unheld = asked(0, iter(rows))
        dear = DualSolution((("matched", 1),), np.full(shape[0], 9), np.zeros(shape[1], np.int64), rows=prices)
        if prices[-1]:
            with pytest.raises(EngineError, match="too many pairs"):
                SolutionSet.of(unheld, nobody, near=dear)
        else:
            assert len(SolutionSet.of(unheld, nobody, near=dear).mentors) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_are_listed_that_are_worth_their_prices_and_those_of_rows(seed: int) -> None:
    held, unheld = asked(seed, of_both(seed))
    draw, (n, m) = np.random.default_rng(seed), held.shape
    best, nobody = held.scores.extremes[1], np.empty((0, 2), dtype=np.int64)
    rows = tuple(draw.integers(-best // 4, best // 4, len(held.rows)).tolist())
    prices = DualSolution((("total", 1),), draw.integers(0, best // 2, n), draw.integers(0, best // 2, m), rows=rows)
    every = SolutionSet.of(held, nobody)
    stage = DualStage.of(held, prices, every, {"total": 0})
    assert stage is not None
    worth = stage.reduced_profit >= 0
    found = SolutionSet.of(unheld, nobody, near=prices)
    assert found.mentors.tolist() == every.mentors[worth].tolist()
    assert found.mentees.tolist() == every.mentees[worth].tolist()
    assert DEEP or 0 < worth.sum() < len(worth)  # of the few seeds that the gate draws all ask something
