"""b-matching, capacities on both sides: the optimum of a list, and the pairs of the whole block."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds as Limits
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from mentormatch import AssignmentProblem, Solution, Status, certify, solve
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.flow.assignment import solve_assignment
from mentormatch.assignment.flow.b_matching import solve_b_matching
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.base.arrays import IntVector
from mentormatch.explanation.why_not import ExchangeGraph, cost_by_reoptimizing
from mentormatch.results import Verdict
from mentormatch.scale.columns.generation import SiftingOptions
from mentormatch.scale.engine import solve_implicit
from tests.conftest import DEEP, some_of
from tests.doors import substitute
from tests.scale.markets import (
    FLOORS,
    GOALS,
    PROGRAMME,
    RULES,
    asked,
    both,
    coarse,
    cohort,
    free,
    needing,
    of_both,
    quotas,
    same,
)

MARKETS = range(60) if DEEP else (1, 58)
"""In 58 a bound is reached before ties are settled, in 14 where these do not matter."""
LISTS = 4_000 if DEEP else 40
REWARD = 1 << 30


def face_of(seed: int) -> tuple[OptimalFace, IntVector]:
    """Return a few pairs of people with several places, or none, and perhaps minimums; and what they are worth."""
    random = np.random.default_rng(seed)
    n, m = random.integers(1, 9, 2)
    lefts, rights = np.nonzero(random.random((n, m)) < random.uniform(0.3, 1))
    profit = random.integers(-5 if seed % 3 else 0, random.choice([3, 12, 100]), len(lefts))
    most = [random.integers(0, 4, count) for count in (n, m)]
    least = [
        np.minimum(random.integers(0, 3, len(own)), own) * (random.random(len(own)) < 0.3 * (seed % 2)) for own in most
    ]
    return OptimalFace(lefts, rights, RemainingDegrees(least[0], most[0]), RemainingDegrees(least[1], most[1])), profit


def optimum(face: OptimalFace, profit: IntVector) -> int | None:
    """Return what the best pairs are worth by a linear program, whose corners are whole; None: there are none."""
    count, ends = len(face), (face.lefts, face.rights)
    sides = [
        csr_array((np.ones(count), (end, np.arange(count))), shape=(len(bounds.most), count))
        for end, bounds in zip(ends, (face.left, face.right), strict=True)
    ]
    least, most = (
        np.concatenate(both) for both in zip(*((s.least, s.most) for s in (face.left, face.right)), strict=True)
    )
    found = milp(-profit.astype(float), constraints=LinearConstraint(vstack(sides), least, most), bounds=Limits(0, 1))
    return None if found.x is None else round(-found.fun)


@pytest.mark.parametrize("start", some_of(range(0, LISTS, LISTS // 4), 2))
def test_the_best_pairs_of_a_list_are_those_of_a_linear_program_and_proved(start: int) -> None:
    kept = 0
    for seed in range(start, start + LISTS // 4):
        face, profit = face_of(seed)
        if not len(face):
            continue
        needed = face.left.least.any() or face.right.least.any()
        found = solve_b_matching(face, profit, REWARD if needed else 0, solve_assignment, lambda: None)
        most = optimum(face, profit)
        assert face.holds(found) is (most is not None), seed
        if most is not None:
            assert face.certifies(found, profit), seed
            assert int(profit[found.chosen].sum()) == most, seed
            kept += 1
    assert kept > LISTS // 8


def test_the_side_with_fewer_places_is_split() -> None:
    none = np.empty(0, dtype=np.int64)
    few, many, one = (
        RemainingDegrees(np.zeros_like(most), most) for most in (np.array([2, 2]), np.array([3, 3]), np.array([1, 1]))
    )
    assert OptimalFace(none, none, few, many).is_b_matching
    assert not OptimalFace(none, none, few, many).should_swap_sides
    assert OptimalFace(none, none, many, few).should_swap_sides
    assert not OptimalFace(none, none, one, many).is_b_matching
    assert OptimalFace(none, none, many, one).should_swap_sides


def doubled(problems: tuple[AssignmentProblem, AssignmentProblem], seed: int) -> Iterator[AssignmentProblem]:
    """Yield the problems in which some mentees may have two or three mentors, and mentors as many mentees."""
    random = np.random.default_rng(seed)
    more = [random.integers(1, 4, count) for count in problems[0].shape]
    for each in problems:
        sides = [
            replace(loads, most=np.where(loads.most > 0, own, 0))
            for loads, own in zip((each.mentors, each.mentees), more, strict=True)
        ]
        yield replace(each, mentors=sides[0], mentees=sides[1])


def markets(seed: int, goals: tuple[str, ...] = GOALS) -> tuple[AssignmentProblem, AssignmentProblem]:
    """Return a market with its scores held, and not held."""
    programme = PROGRAMME if seed % 2 else coarse(PROGRAMME)
    rules = [rule for rule in RULES if seed % 2 or rule.least_score is None]
    held, unheld = doubled(both(cohort(seed, 40 + seed % 20), programme, rules, goals), seed)
    return held, unheld


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", MARKETS)
def test_pairs_are_those_of_the_whole_block_and_certified(seed: int) -> None:
    for goals in (GOALS, ("total",), FLOORS[seed % 3]):
        held, unheld = markets(seed, goals)
        found = solve(unheld, seed=seed)
        assert found.engine == "wide"
        assert same(solve(held, seed=seed), found)
        assert certify(unheld, found).verdict is Verdict.CERTIFIED


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", MARKETS)
def test_minimums_are_kept_or_said_to_be_impossible(seed: int) -> None:
    held, unheld = needing(markets(seed), seed, (0.02, 0.05, 0.2)[seed % 3])
    one, other = solve(held, seed=seed), solve(unheld, seed=seed)
    assert same(one, other) or one.status is other.status is Status.INFEASIBLE


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_pinned_pair_with_further_places_is_chosen_once(seed: int) -> None:
    held, unheld = markets(seed)
    has_further = [loads.most > 1 for loads in (held.mentors, held.mentees)]
    pairs = solve(held, seed=seed).pairs
    pins = tuple(map(tuple, pairs[has_further[0][pairs[:, 0]] & has_further[1][pairs[:, 1]]][:3].tolist()))
    assert len(pins) == 3
    best, found = (solve(replace(each, pins=pins), seed=seed) for each in (held, unheld))
    assert same(best, found)
    assert certify(replace(unheld, pins=pins), found).verdict is Verdict.CERTIFIED
    # Stored scores are scanned in the same way
    run = SolveOptions(KeyedTieBreaker(seed, held.mentor_keys, held.mentee_keys))
    assert np.array_equal(solve_implicit(replace(held, pins=pins), run).pairs, best.pairs)


@pytest.mark.parametrize("seed", [3, 8])
def test_no_solution_exceeds_the_dual_bound_of_an_incumbent(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    short_lists = SiftingOptions(candidates_per_person=2, pairs_added_per_person=1, sample_min=8, sample_divisor=100)
    substitute(monkeypatch, "scale", SIFTING_OPTIONS=short_lists)
    _, unheld = markets(seed, ("total",))
    incumbents = list[Solution]()
    run = SolveOptions(
        KeyedTieBreaker(seed, unheld.mentor_keys, unheld.mentee_keys),
        on_incumbent=lambda incumbent: incumbents.append(incumbent()),
    )
    (best,) = solve_implicit(unheld, run).tiers
    bounds = [solution.tiers[0].bound for solution in incumbents]
    assert len(bounds) > 2
    assert all(bound is not None and bound >= best.value for bound in bounds)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", MARKETS)
def test_quotas_are_kept(seed: int) -> None:
    rows = (*quotas(seed), *of_both(seed)) if len(free(seed).pairs) else ()
    held, unheld = doubled(asked(seed, iter(rows)), seed)
    one, other = solve(held, seed=seed), solve(unheld, seed=seed)
    assert same(one, other) or one.status is other.status is Status.INFEASIBLE


@pytest.mark.parametrize("seed", MARKETS)
def test_a_pair_costs_what_it_costs_if_it_is_pinned(seed: int) -> None:
    held, unheld = markets(seed)
    found = solve(unheld, seed=seed)
    graph, chosen = ExchangeGraph.of(unheld, found), {tuple(pair) for pair in found.pairs.tolist()}
    assert graph is not None
    pairs = [pair for pair in zip(*(side.tolist() for side in held.scores.pairs()), strict=True) if pair not in chosen]
    for place in np.random.default_rng(seed).permutation(len(pairs))[:4].tolist():
        forced, price = cost_by_reoptimizing(held, solve(held, seed=seed), pairs[place]), graph.price(*pairs[place])
        assert (forced and forced.losses) == (price and price.losses)


SERVED = (
    ("matched", "floor_person", "total"),
    ("floor_person", "total"),
    ("floor_person",),
    ("total", "floor_person"),
    ("floor_person", "matched", "total"),
    ("total", "floor_person", "matched"),
)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", MARKETS)
def test_the_worst_served_is_between_what_is_told_of_it_and_sure_where_somebody_has_nobody(seed: int) -> None:
    goals = SERVED[seed % len(SERVED)]
    held, unheld = markets(seed, goals)
    if seed % 3:
        held, unheld = (
            replace(each, mentors=replace(each.mentors, most=each.mentors.most * 4)) for each in (held, unheld)
        )
    best, found = solve(held, seed=seed), solve(unheld, seed=seed)
    place = goals.index("floor_person")
    assert [tier.value for tier in found.tiers[:place]] == [tier.value for tier in best.tiers[:place]]
    bound = found.tiers[place].bound
    assert bound is not None
    assert found.tiers[place].value <= best.tiers[place].value <= bound
    if best.tiers[place].value == 0:
        assert same(best, found)
    else:
        assert found.tiers[place].value > 0
        assert found.status is Status.FEASIBLE
    assert certify(unheld, found).verdict in {Verdict.CERTIFIED, Verdict.PARTLY, Verdict.UNCERTIFIED}


def test_somebody_has_nobody_in_some_of_the_markets_and_all_are_served_in_others() -> None:
    values = []
    for seed in MARKETS:
        _, unheld = markets(seed, ("floor_person",))
        more = replace(unheld, mentors=replace(unheld.mentors, most=unheld.mentors.most * 4))
        values.append(solve(more if seed % 3 else unheld).tiers[0].value)
    assert 0 in values
    assert max(values) > 0


def test_leximin_of_people_with_several_partners_is_refused_in_words() -> None:
    _, unheld = markets(1, ("matched", "leximin"))
    found = solve(unheld)
    assert found.status is Status.FAILED
    assert found.notes


@pytest.mark.proof
def test_leximin_of_mentees_with_one_partner_is_proved() -> None:
    _, unheld = markets(1, ("matched", "leximin"))
    single = replace(
        unheld, mentees=DegreeBounds(unheld.mentees.least, np.minimum(unheld.mentees.most, 1), unheld.mentees.optional)
    )
    assert solve(single).status is Status.PROVED
