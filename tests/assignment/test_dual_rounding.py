"""Prices of several goals in whole weights: what they pay for, and that they prove nothing that is not so."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Solution, Status, certify, solve
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.assignment.verification.reduced_costs import round_by_goal, round_to_unit
from mentormatch.base.arrays import IntVector
from mentormatch.results import Verdict
from tests.oracles.exhaustive import choices, exhaustive, tiers

pytestmark = pytest.mark.promise(11)

GOALS = ("matched", "priority", "total")
PRICES = DualSolution(
    (("matched", 60), ("priority", 6), ("total", 1)),
    np.array([63, -2, 57, 0]),
    np.array([3, 29, -33, 0]),
    denominator=2,
)
"""Half a unit is a part, so one in ``matched`` is 120 parts, and one in ``priority`` 12."""


def drawn(seed: int) -> AssignmentProblem:
    """Return a small problem in which two pairs in five are forbidden, and scores differ by all or nothing."""
    random = np.random.default_rng(seed)
    return AssignmentProblem.from_scores(
        random.choice([0, 0, 5], (4, 4)),
        random.random((4, 4)) < 0.6,
        mentor_capacity=random.integers(1, 3, 4),
        goals=GOALS,
        mentor_priority=random.integers(0, 2, 4),
        mentee_priority=random.integers(0, 2, 4),
    )


def all_in_one(problem: AssignmentProblem, weights: Sequence[int]) -> Solution:
    """Return an answer that is worth most with these weights, with the prices that say so, as if it were the best."""
    people = problem.mentor_priority, problem.mentee_priority
    assert people[0] is not None
    assert people[1] is not None
    pairs = problem.scores.pairs()
    block, allowed = np.zeros(problem.shape, dtype=np.int64), np.zeros(problem.shape, dtype=bool)
    block[pairs] = weights[0] + weights[1] * (people[0][pairs[0]] + people[1][pairs[1]])
    block[pairs] += weights[2] * problem.scores.at(*pairs)
    allowed[pairs] = True
    one = AssignmentProblem.from_scores(block, allowed, mentor_capacity=problem.mentors.most, goals=("total",))
    found = solve(one)
    (prices,) = found.prices
    values = {tier.goal: tier.value for tier in evaluate_tiers(problem, found.pairs, {})}
    stated = replace(prices, weights=tuple(zip(GOALS, weights, strict=True)))
    return Solution(Status.PROVED, found.pairs, tuple(evaluate_tiers(problem, found.pairs, values)), prices=(stated,))


def test_goals_up_to_each_have_prices_in_whole_weights_the_goals_before_being_kept() -> None:
    first, second, third = round_by_goal(PRICES)
    assert [each.weights for each in (first, second, third)] == [((goal, 1),) for goal in GOALS]
    assert [each.goal_duals for each in (first, second, third)] == [
        (),
        (("matched", -10),),
        (("matched", -60), ("priority", -6)),
    ]
    assert (first.mentors.tolist(), first.mentees.tolist()) == ([1, 0, 0, 0], [0, 0, 0, 0])
    assert (second.mentors.tolist(), second.mentees.tolist()) == ([5, 0, 5, 0], [0, 2, -3, 0])
    assert (third.mentors.tolist(), third.mentees.tolist()) == ([32, -1, 29, 0], [1, 14, -17, 0])
    assert {each.denominator for each in (first, second, third)} == {1}


def test_a_weight_that_is_no_multiple_of_the_next_ends_it_and_so_does_a_price_of_something_else() -> None:
    uneven = replace(PRICES, weights=(("matched", 60), ("priority", 6), ("total", 4)))
    assert [each.weights for each in round_by_goal(uneven)] == [(("matched", 1),), (("priority", 1),)]
    assert not list(round_by_goal(replace(PRICES, rows=(1,))))


@given(
    st.lists(st.integers(-(1 << 60), 1 << 60), min_size=1, max_size=5),
    st.lists(st.integers(-(1 << 60), 1 << 60), min_size=1, max_size=5),
    st.integers(1, 1 << 60),
)
def test_two_prices_pay_for_all_whole_units_that_they_paid_for(one: list[int], other: list[int], unit: int) -> None:
    sides = np.array(one), np.array(other)
    mentors, mentees = round_to_unit(sides, unit)
    assert (mentors[:, None] + mentees >= (sides[0][:, None] + sides[1]) // unit).all()
    for prices, rounded in zip(sides, (mentors, mentees), strict=True):
        assert (np.abs(rounded.astype(object) * unit - prices) * 2 <= unit).all()
        assert not rounded[prices == 0].any()


def verdicts(weights: Sequence[int]) -> Counter[tuple[bool, Verdict]]:
    """Return how often an answer that is worth most with these weights is the best, and what is certified of it."""
    found = Counter[tuple[bool, Verdict]]()
    for problem in map(drawn, range(200)):
        claim, best = all_in_one(problem, weights), exhaustive(problem)
        assert best is not None
        right = tuple(tier.value for tier in claim.tiers) == best.tiers
        found[right, certify(problem, claim).verdict] += 1
    return found


@pytest.mark.parametrize(
    ("weights", "least"),
    [
        pytest.param((720, 36, 1), 200, marks=pytest.mark.proof),
        pytest.param((240, 12, 1), 150, marks=pytest.mark.proof),
        ((24, 6, 1), 10),
    ],
)
def test_only_the_best_answers_are_certified_and_more_of_them_the_more_weights_outdo(
    weights: Sequence[int], least: int
) -> None:
    found = verdicts(weights)
    assert found[True, Verdict.CERTIFIED] >= least
    assert sum(found.values()) == found[True, Verdict.CERTIFIED] + sum(
        found[right, Verdict.REFUSED] for right in (True, False)
    )
    assert found[False, Verdict.REFUSED] > 0 or weights[0] > 24


@pytest.mark.parametrize("weights", [(6, 6, 1), (30, 5, 1), (1, 1, 1)])
def test_weights_that_are_outdone_by_a_single_pair_prove_nothing(weights: Sequence[int]) -> None:
    for problem in map(drawn, range(20)):
        assert problem.scores.extremes == (0, 5)
        claim = all_in_one(problem, weights)
        assert {tier.certified for tier in certify(problem, claim).tiers} == {None}


def vectors(count: int) -> st.SearchStrategy[IntVector]:
    return st.lists(st.integers(-3, 60), min_size=count, max_size=count).map(np.array)


@given(st.integers(0, 1000), vectors(4), vectors(4), st.integers(1, 3), st.data())
def test_no_answer_is_beyond_the_bound_that_any_prices_prove(
    seed: int, mentors: IntVector, mentees: IntVector, parts: int, data: st.DataObject
) -> None:
    problem = drawn(seed)
    answers = list(choices(problem))
    asked = np.array(data.draw(st.sampled_from(answers)), dtype=np.int64).reshape(-1, 2)
    prices = DualSolution((("matched", 39), ("priority", 13), ("total", 1)), mentors, mentees, denominator=parts)
    claim = Solution(Status.FEASIBLE, asked, tuple(evaluate_tiers(problem, asked, {})), prices=(prices,))
    found = certify(problem, claim)
    others = np.array([tiers(problem, pairs) for pairs in answers])
    for place, tier in enumerate(found.tiers):
        assert tier.certified is not None
        as_good = (others[:, :place] >= [each.value for each in claim.tiers[:place]]).all(axis=1)
        assert others[as_good, place].max() <= tier.certified
