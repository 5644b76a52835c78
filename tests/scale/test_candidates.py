"""The candidate list: unlisted pairs cost as much as their bound says, and partial pricing misses no pair."""

from collections.abc import Iterator

import numpy as np
import pytest

import mentormatch as mm
from benchmarks.population import APART, cohort_of
from mentormatch import Cohort, solve
from mentormatch.assignment.lexicographic import first_stage
from mentormatch.assignment.objective import scalarize
from mentormatch.operations.instance import lazy_scores
from mentormatch.rules import Quota, formulate
from mentormatch.scale.columns import generation
from mentormatch.scale.columns.generation import CandidateList, SiftingOptions
from mentormatch.scale.columns.residual import make_path_scanner
from mentormatch.scale.columns.subproblem import PricingProblem, SideVectors
from mentormatch.scale.scores.terms import MAX_CODES, encode_table, stack_tables
from mentormatch.scoring.scores import score
from tests.conftest import DEEP
from tests.doors import substitute

PROGRAMME = mm.examples.programme()
RULES = tuple(rule for rule in PROGRAMME.rules if not isinstance(rule, Quota))
SEEDS = range(20 if DEEP else 2)
LOSS = 20_000


def cohort(seed: int) -> Cohort:
    """Return a market in which nearly everybody can be placed."""
    return cohort_of(PROGRAMME, 150, 200, seed, capacity=1 + seed % 2, manner=APART)


def view_of(people: Cohort) -> PricingProblem:
    """Return the goals of a market as one stage, looked at by the quickest way there is."""
    problem = formulate(people, lazy_scores(people, PROGRAMME.criteria), RULES, ("matched", "total"))
    return PricingProblem.of(problem, first_stage(scalarize(problem, 1 << 64)), make_path_scanner)


def drawn(pricing: PricingProblem, random: np.random.Generator) -> SideVectors:
    """Return prices of both sides at which some pairs lose nothing, and most do."""
    mentees = random.integers(0, 150_000, pricing.scores.shape[1])
    mentors = pricing.scan((np.full(pricing.scores.shape[0], 1 << 60), mentees), 0, 1).row_best
    return np.maximum(mentors - random.integers(0, 30_000, len(mentors)), 0), mentees


def moves(duals: SideVectors, random: np.random.Generator) -> Iterator[SideVectors]:
    """Yield prices that moved a little, all together, and for a few people by what a place is worth."""
    n, m = (len(side) for side in duals)
    for step in (300, 3_000, 30_000):
        duals = duals[0] + random.integers(-step, step + 1, n), duals[1] + random.integers(-step, step + 1, m)
        yield duals
    duals = duals[0] + 10**8, duals[1] - 10**8
    yield duals
    fallen = np.where(random.random(m) < 0.03, 10**8, 0)
    yield duals[0] + np.where(random.random(n) < 0.03, 10**8, 0), duals[1] - fallen


@pytest.mark.parametrize("dropped", [2_000, 10**6])
@pytest.mark.parametrize("most", [2, 1_000])
@pytest.mark.parametrize("seed", SEEDS)
def test_others_lose_what_is_said_of_them_however_prices_move(
    seed: int, most: int, dropped: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "scale", SIFTING_OPTIONS=SiftingOptions(max_listed_cost=dropped))
    random, pricing = np.random.default_rng(seed), view_of(cohort(seed))
    pairs, (n, m) = pricing.pairs(), pricing.scores.shape
    duals = drawn(pricing, random)
    listed = CandidateList.of(pricing, duals, LOSS, most)
    counts = [len(listed.pairs.mentors)]
    for moved in moves(duals, random):
        for max_cost in (LOSS, 0, 0, 0):
            listed.price_out(moved, max_cost, most)
        costs, known = pricing.reduced_cost(pairs, moved), listed.pairs.mentors * m + listed.pairs.mentees
        others = ~np.isin(pairs.mentors * m + pairs.mentees, known)
        least = np.full(n, 1 << 60)
        np.minimum.at(least, pairs.mentors[others], costs[others])
        said = listed.rest_bound + moved[0] - listed.duals[0] + (moved[1] - listed.duals[1]).min()
        taking_part = pricing.scores.mentors
        assert (said[taking_part] <= least[taking_part]).all()
        counts.append(len(known))
        if most == 1_000:
            assert (least > 0).all()
            assert not listed.price_out(moved, 0, most)
    assert counts[0] < counts[-1]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_market_that_is_drawn_from_in_several_steps_has_the_same_pairs(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = SiftingOptions(
        sample_min=20, sample_divisor=2, candidates_per_person=2, solve_whole_max=40, pairs_added_per_person=2
    )
    monkeypatch.setattr(generation, "SIFTING_OPTIONS", options)
    people, goals = cohort(seed), ("matched", "priority", "total")
    held = solve(formulate(people, score(people, PROGRAMME.criteria), RULES, goals))
    unheld = solve(formulate(people, lazy_scores(people, PROGRAMME.criteria), RULES, goals))
    assert np.array_equal(unheld.pairs, held.pairs)
    assert unheld.tiers == held.tiers


@pytest.mark.parametrize("different", [1, 47, MAX_CODES, MAX_CODES + 1])
def test_a_table_of_bytes_says_what_one_of_points_says(different: int) -> None:
    random = np.random.default_rng(different)
    values = random.choice(10_000, different, replace=False).astype(np.int32)
    points = random.choice(values, (90, 70))
    points.flat[:different] = values
    pieces = [points[:30], points[30:31], points[31:]]
    table, plain = encode_table(pieces, points.shape, (0, 10_000)), stack_tables(pieces, points.shape)
    if different > MAX_CODES:
        assert table is None
        return
    assert table is not None
    assert table.cells.dtype == np.uint8
    some, others = np.array([5, 0, 5, 89]), np.array([69, 3, 3, 0])
    assert np.array_equal(table.rows(some), plain.rows(some))
    assert np.array_equal(table.at(some, others), plain.at(some, others))
    assert np.array_equal(table.select_columns(others).rows(some), points[np.ix_(some, others)])
    assert np.array_equal(table.swap_sides().rows(others), points.T[others])
    assert table.any() == plain.any() == bool(points.any())
