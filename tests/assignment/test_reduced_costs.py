"""A stage of the proof, number by number: what pairs are worth, what their prices leave, and which prices fit."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Row
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, DegreeBounds
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.reduced_costs import (
    MAX_EXACT_SUM,
    MAX_REDUCED_PROFIT,
    DualStage,
    active_bound,
    contains_pairs,
    dual_violations,
    exact_sum,
    goal_profit,
    max_abs,
    range_of,
)
from mentormatch.base.arrays import IntVector

pytestmark = pytest.mark.promise(11)

NUMBERS = st.integers(-(1 << 62), 1 << 62)
ROWS = (
    Row("most", np.array([[1, 2, 0], [0, 1, 3]]), most=4),
    Row("least", np.array([[1, 1, 1], [0, 0, 0]]), least=1),
    Row("free", np.array([[1, 1, 1], [1, 1, 1]]), least=0, most=9),
)


@dataclass(frozen=True)
class Pairs:
    """All pairs of two mentors and three mentees, of which two can be chosen."""

    mentors: IntVector
    mentees: IntVector
    places: int = 2
    extremes: tuple[int, int] = (-3, 7)


EVERY = Pairs(np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2]))


def problem(**other: Any) -> AssignmentProblem:
    """Return a problem in which every number is another one."""
    free = AssignmentProblem.from_scores(
        [[5, 4, -3], [2, 7, 1]],
        goals=("matched", "priority", "changes", "total"),
        mentor_priority=[10, 20],
        mentee_priority=[1, 0, 2],
    )
    mentors = DegreeBounds(np.array([2, 2]), np.array([2, 2]), np.array([True, True]))
    mentees = DegreeBounds(np.array([0, 2, 0]), np.array([1, 2, 1]), np.array([True, True, True]))
    return replace(free, **{"rows": ROWS, "former": ((0, 1), (1, 2)), "mentors": mentors, "mentees": mentees, **other})


NO_LINK = "a link is below 0, or of somebody without a minimum that may be waived"
NO_GOAL = "a goal that is done with has a price above 0, or is none of the problem's"


def prices(**other: Any) -> DualSolution:
    return replace(DualSolution((("total", 1),), np.array([3, 4]), np.array([1, 0, 2])), **other)


@pytest.mark.parametrize(
    ("goal", "worth"),
    [
        ("matched", [1, 1, 1, 1, 1, 1]),
        ("priority", [11, 10, 12, 21, 20, 22]),
        ("changes", [0, 1, 0, 0, 0, 1]),
        ("total", [5, 4, -3, 2, 7, 1]),
    ],
)
def test_a_pair_counts_in_each_goal_for_what_it_is(goal: str, worth: list[int]) -> None:
    assert goal_profit(problem(), goal, EVERY.mentors, EVERY.mentees).tolist() == worth


def test_a_pair_counts_in_each_goal_within_its_range() -> None:
    ranges = {goal: range_of(problem(), goal, (-3, 7)) for goal in ADDITIVE_GOALS}
    assert ranges == {"matched": (1, 1), "priority": (0, 22), "changes": (0, 1), "total": (-3, 7)}


def test_priority_counts_the_sides_that_have_any() -> None:
    mentors = problem(mentee_priority=None)
    mentees = problem(mentor_priority=None)
    assert goal_profit(mentors, "priority", EVERY.mentors, EVERY.mentees).tolist() == [10, 10, 10, 20, 20, 20]
    assert goal_profit(mentees, "priority", EVERY.mentors, EVERY.mentees).tolist() == [1, 0, 2, 1, 0, 2]


def test_pairs_are_found_among_those_of_a_list() -> None:
    found = contains_pairs(problem(), EVERY.mentors, EVERY.mentees, np.array([[1, 0], [0, 2]]))
    assert found.tolist() == [False, False, True, True, False, False]
    assert not contains_pairs(problem(), EVERY.mentors, EVERY.mentees, np.empty((0, 2), dtype=np.int64)).any()


@given(st.lists(NUMBERS, max_size=6))
@example([1 << 61] * 5)
def test_sums_are_exact_whatever_their_size(numbers: list[int]) -> None:
    assert exact_sum(np.array(numbers, dtype=np.int64)) == sum(numbers)


@pytest.mark.parametrize("count", [2, 3, 4, 8])
@pytest.mark.parametrize("sign", [1, -1])
def test_sums_at_the_edge_of_what_a_word_holds_are_exact(count: int, sign: int) -> None:
    for number in (MAX_EXACT_SUM // count - 1, MAX_EXACT_SUM // count, MAX_EXACT_SUM - 1, MAX_EXACT_SUM):
        assert exact_sum(np.full(count, sign * number)) == count * sign * number


@pytest.mark.parametrize(("numbers", "greatest"), [([], 0), ([3], 3), ([-4, 3], 4), ([-4, 5], 5), ([-2], 2), ([0], 0)])
def test_the_magnitude_is_that_of_the_number_furthest_from_nothing(numbers: list[int], greatest: int) -> None:
    assert max_abs(np.array(numbers, dtype=np.int64)) == greatest


def stage(values: dict[str, int] | None = None, over: Pairs = EVERY, **other: Any) -> DualStage:
    found = DualStage.of(problem(), prices(**other), over, {"matched": 2, "total": 12, **(values or {})})
    assert found is not None
    return found


def test_the_surplus_is_the_worth_less_the_prices_of_both_people() -> None:
    assert stage().reduced_profit.tolist() == [5 - 3 - 1, 4 - 3, -3 - 3 - 2, 2 - 4 - 1, 7 - 4, 1 - 4 - 2]
    assert (stage().constraint_terms, stage().least_below) == (0, (0,))
    assert [part.tolist() for part in stage().sides] == [[3, 4], [1, 0, 2]]
    assert [part.tolist() for part in stage().links] == [[0, 0], [0, 0, 0]]


def test_weights_and_parts_multiply_the_worth_and_not_the_prices() -> None:
    found = stage(weights=(("matched", 100), ("total", 2)), denominator=3)
    plain = [3 * (100 + 2 * worth) for worth in (5, 4, -3, 2, 7, 1)]
    paid = [4, 3, 5, 5, 4, 6]
    assert found.reduced_profit.tolist() == [worth - price for worth, price in zip(plain, paid, strict=True)]
    assert found.profit({"matched": 2, "total": 12}) == 3 * (200 + 24)


def test_a_row_is_paid_for_by_its_pairs_and_adds_the_bound_that_its_price_is_for() -> None:
    found = stage(rows=(2, -5, 0))
    row = [-2 + 5, -4 + 5, 0 + 5, 0, -2, -6]
    assert (found.reduced_profit - stage().reduced_profit).tolist() == row
    assert found.constraint_terms == 2 * 4 - 5 * 1


@pytest.mark.parametrize(("price", "bound"), [(1, 9), (-1, 0)])
def test_a_price_above_nothing_is_for_the_most_and_one_below_for_the_least(price: int, bound: int) -> None:
    assert active_bound(ROWS[2], price) == bound
    assert stage(rows=(0, 0, price)).constraint_terms == price * bound


def test_a_goal_that_is_kept_is_paid_for_by_its_pairs_and_adds_what_it_was_found_to_be() -> None:
    found = stage(goal_duals=(("matched", -6), ("priority", -1)), values={"priority": 33})
    assert (found.reduced_profit - stage().reduced_profit).tolist() == [6 + 11, 6 + 10, 6 + 12, 6 + 21, 6 + 20, 6 + 22]
    assert found.constraint_terms == -6 * 2 - 33


def test_links_lower_the_surplus_of_their_pair_and_add_up_for_their_person() -> None:
    found = stage(linking_duals=(((0, 2, 7), (0, 1, 2), (0, 1, 1), (1, 0, 4)), ((1, 1, 5), (0, 1, 1))))
    assert (stage().reduced_profit - found.reduced_profit).tolist() == [0, 4, 7, 4, 5, 0]
    assert [part.tolist() for part in found.links] == [[10, 4], [0, 6, 0]]


def test_links_of_pairs_that_are_not_looked_at_still_count_for_their_person() -> None:
    some = Pairs(np.array([0, 1]), np.array([0, 1]))
    found = stage(linking_duals=(((1, 2, 7), (0, 1, 2)), ()), over=some)
    assert (stage(over=some).reduced_profit - found.reduced_profit).tolist() == [0, 0]
    assert found.links[0].tolist() == [2, 7]


@pytest.mark.parametrize(
    ("weights", "rest"),
    [
        ((("total", 1),), 0),
        ((("matched", 21), ("total", 1)), -3),
        ((("matched", 20), ("total", 1)), None),
        ((("matched", 41), ("total", 2)), -6),
        ((("matched", 40), ("total", 2)), None),
        ((("matched", 65), ("changes", 22), ("total", 1)), -3),
        ((("matched", 65), ("changes", 20), ("total", 1)), None),
        ((("matched", 64), ("changes", 22), ("total", 1)), None),
        ((("matched", 3), ("changes", 1)), 0),
        ((("matched", 2), ("changes", 1)), None),
    ],
)
def test_a_weight_outdoes_all_that_two_pairs_can_differ_by_in_the_goals_after_it(
    weights: tuple[tuple[str, int], ...], rest: int | None
) -> None:
    found = DualStage.of(problem(), prices(weights=weights), EVERY, {})
    assert (found and found.least_below[0]) == rest


@pytest.mark.parametrize(("score", "weight", "rest"), [(-3, 6, -3), (7, 14, 0)])
def test_a_pair_more_or_less_counts_for_all_that_it_is_worth(score: int, weight: int, rest: int) -> None:
    one = replace(EVERY, extremes=(score, score))
    for each, exact in ((weight, False), (weight + 1, True)):
        found = DualStage.of(problem(), prices(weights=(("matched", each), ("total", 1))), one, {})
        assert (found and found.least_below[0]) == (rest if exact else None)


def test_a_stage_over_no_pairs_is_lexicographic() -> None:
    nobody = Pairs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), extremes=(0, 0))
    found = DualStage.of(problem(), prices(weights=(("matched", 1), ("total", 1))), nobody, {})
    assert found is not None
    assert (found.least_below[0], found.reduced_profit.tolist()) == (0, [])


WORTH = 1 + 7
"""A part for the greatest score, and one to be on the safe side."""


@pytest.mark.parametrize(
    ("other", "reach"),
    [
        ({}, WORTH + 4 + 2),
        ({"denominator": 3}, 3 * WORTH + 6),
        ({"weights": (("total", 5),)}, 5 * WORTH + 6),
        ({"rows": (3, -5, 0)}, WORTH + 6 + 3 * 3 + 5 * 1),
        ({"goal_duals": (("matched", -6),)}, WORTH + 6 + 6 * 2),
        ({"goal_duals": (("priority", -6),)}, WORTH + 6 + 6 * (20 + 2 + 1)),
        ({"goal_duals": (("changes", -2), ("total", -6))}, WORTH + 6 + 2 * 2 + 6 * (7 + 1)),
        ({"linking_duals": (((0, 1, 9),), ((1, 1, 3),))}, WORTH + 6 + 9 + 3),
    ],
)
def test_what_all_numbers_together_reach_must_be_exact(other: dict[str, Any], reach: int) -> None:
    base = prices(**other)
    for missing, exact in ((0, True), (1, False)):
        mentors = np.array([0, MAX_REDUCED_PROFIT - reach + 4 + missing])
        found = DualStage.of(problem(), replace(base, mentors=mentors), EVERY, dict.fromkeys(ADDITIVE_GOALS, 2))
        assert (found is not None) is exact


def said(**other: Any) -> list[str]:
    return list(dual_violations(problem(), prices(**other)))


@pytest.mark.parametrize(
    "fine",
    [
        {},
        {"weights": (("matched", 1), ("total", 1))},
        {"goal_duals": (("matched", 0), ("changes", -4))},
        {"rows": (1, -1, 0)},
        {"rows": (0, 0, 5)},
        {"rows": (0, 0, -5)},
        {"linking_duals": (((1, 2, 0),), ((0, 1, 3),))},
        {"linking_duals": (((0, 0, 1),), ((0, 1, 3),))},
    ],
)
def test_prices_that_fit_their_problem_are_not_complained_of(fine: dict[str, Any]) -> None:
    assert said(**fine) == []


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"mentors": np.array([1])}, "prices of 1 mentors and 3 mentees, not of (2, 3)"),
        ({"mentees": np.array([1, 2])}, "prices of 2 mentors and 2 mentees, not of (2, 3)"),
        ({"denominator": 0}, "a stage has no goal, or a goal has a weight below 1"),
        ({"weights": ()}, "a stage has no goal, or a goal has a weight below 1"),
        ({"weights": (("matched", 1), ("total", 0))}, "a stage has no goal, or a goal has a weight below 1"),
        (
            {"goal_duals": (("matched", 1),)},
            NO_GOAL,
        ),
        ({"goal_duals": (("floor", -1),)}, NO_GOAL),
        ({"rows": (0, 0)}, "prices of 2 coupling rows, not of 3"),
        ({"rows": (0, 0, 0, 0)}, "prices of 4 coupling rows, not of 3"),
        ({"rows": (-1, 0, 0)}, "a coupling row has a price for a bound that it does not have"),
        ({"rows": (0, 1, 0)}, "a coupling row has a price for a bound that it does not have"),
        (
            {"linking_duals": (((0, 0, -1),), ())},
            NO_LINK,
        ),
        (
            {"linking_duals": (((2, 0, 1),), ())},
            NO_LINK,
        ),
        (
            {"linking_duals": (((-1, 0, 1),), ())},
            NO_LINK,
        ),
        (
            {"linking_duals": ((), ((0, 0, 1),))},
            NO_LINK,
        ),
        (
            {"linking_duals": (((0, 3, 1),), ())},
            NO_LINK,
        ),
        (
            {"linking_duals": (((0, -1, 1),), ())},
            NO_LINK,
        ),
        (
            {"linking_duals": ((), ((2, 0, 1),))},
            NO_LINK,
        ),
        (
            {"linking_duals": ((), ((-1, 0, 1),))},
            NO_LINK,
        ),
        (
            {"linking_duals": ((), ((0, 3, 1),))},
            NO_LINK,
        ),
        # One of two links is as it must be
        ({"linking_duals": (((0, 0, 1), (0, 3, 1)), ())}, NO_LINK),
        ({"linking_duals": ((), ((0, 1, 1), (0, 0, 1)))}, NO_LINK),
        ({"linking_duals": (((0, 0, 1), (0, 1, -1)), ())}, NO_LINK),
    ],
)
def test_prices_that_do_not_fit_are_told_once(wrong: dict[str, Any], word: str) -> None:
    assert said(**wrong) == [word]


def test_a_goal_that_is_kept_at_no_price_fits() -> None:
    assert said(goal_duals=(("matched", 0),)) == []


def test_a_goal_that_is_kept_is_one_of_the_problem() -> None:
    fewer = problem(goals=("total",))
    assert len(list(dual_violations(fewer, prices(goal_duals=(("matched", -1),))))) == 1
    assert len(list(dual_violations(problem(goals=("floor", "total")), prices(goal_duals=(("floor", -1),))))) == 1


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2))), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)))
)
def test_which_pairs_are_listed_does_not_rest_on_their_order(
    pairs: list[tuple[int, int]], among: list[tuple[int, int]]
) -> None:
    asked = AssignmentProblem.from_scores(np.ones((3, 3)))
    mentors, mentees = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    found = contains_pairs(asked, mentors, mentees, np.array(among, dtype=np.int64).reshape(-1, 2))
    assert found.tolist() == [pair in among for pair in pairs]
