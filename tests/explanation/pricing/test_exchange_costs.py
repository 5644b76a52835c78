"""The price of forcing a pair against solving again with the pair pinned."""

from dataclasses import replace
from random import Random
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mentormatch import AssignmentProblem, Row, Solution, Status, cost_of_forcing, partner_options, solve
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.explanation import why_not
from mentormatch.explanation.why_not import ExchangeGraph
from mentormatch.results import ExchangeCost, Tier
from tests.conftest import DEEP
from tests.oracles.problems import problems, random_problem

pytestmark = pytest.mark.promise(18)

GOALS = ("matched", "priority", "total")
goals = st.permutations(GOALS).flatmap(lambda order: st.integers(1, 3).map(lambda count: tuple(order[:count])))


def with_sums(drawn: st.SearchStrategy[AssignmentProblem]) -> st.SearchStrategy[AssignmentProblem]:
    """Return the problems with goals in which each pair counts for itself."""
    return st.builds(lambda problem, order: replace(problem, goals=order), drawn, goals)


plain = with_sums(
    st.one_of(problems(7, (3, 1), fewest=1), problems(7, (1, 1), fewest=1), problems(5, (2, 2), fewest=1))
)
coupled = with_sums(problems(3, (2, 2), coupled=1, fewest=2))
thorough = settings(max_examples=5_000 if DEEP else 15)


def solved(problem: AssignmentProblem) -> Solution:
    solution = solve(problem)
    assume(solution.status is Status.PROVED)
    return solution


def by_solving(problem: AssignmentProblem, solution: Solution, pair: tuple[int, int]) -> list[int] | None:
    """Return the losses by goal of forcing a pair, from solving again; None if no answer holds the pair."""
    forced = solve(replace(problem, pins=tuple(sorted({*problem.pins, pair}))))
    if forced.status is Status.INFEASIBLE:
        return None
    return [
        (old.value - new.value) * (-1 if old.goal == "changes" else 1)
        for old, new in zip(solution.tiers, forced.tiers, strict=True)
    ]


def value(problem: AssignmentProblem, goal: str, pairs: NDArray[np.int64]) -> int:
    """Return what pairs reach in a goal, from its definition."""
    if goal == "matched":
        return len(pairs)
    if goal == "total":
        return int(problem.scores.at(pairs[:, 0], pairs[:, 1]).sum())
    weights = (problem.mentor_priority, problem.mentee_priority)
    return sum(int(part[pairs[:, axis]].sum()) for axis, part in enumerate(weights) if part is not None)


def losses(price: ExchangeCost | None) -> list[int] | None:
    return None if price is None else [loss for _, loss in price.losses]


def pairs_of(problem: AssignmentProblem) -> list[tuple[int, int]]:
    return [(i, k) for i in range(problem.shape[0]) for k in range(problem.shape[1])]


def assert_leads_there(
    problem: AssignmentProblem, solution: Solution, pair: tuple[int, int], price: ExchangeCost
) -> None:
    """The changes lead from the plan to one that holds the rules and the pair, and is worth just the losses less."""
    pairs = price.apply(solution.pairs)
    reached = [value(problem, goal, pairs) for goal in problem.goals]
    tiers = tuple(Tier(goal, worth, worth) for goal, worth in zip(problem.goals, reached, strict=True))
    assert violations(problem, Solution(Status.PROVED, pairs, tiers)) == []
    assert list(pair) in pairs.tolist()
    assert [old.value - new.value for old, new in zip(solution.tiers, tiers, strict=True)] == losses(price)
    assert set(price.gone) <= set(map(tuple, solution.pairs.tolist()))
    assert not set(price.added) & set(map(tuple, solution.pairs.tolist()))


def assert_prices_are_right(problem: AssignmentProblem, random: Random) -> None:
    """Every price is right; in the fast suite, twelve of them at random."""
    solution = solved(problem)
    pairs = pairs_of(problem)
    for pair in pairs if DEEP else random.sample(pairs, min(12, len(pairs))):
        price = cost_of_forcing(problem, solution, pair)
        assert losses(price) == by_solving(problem, solution, pair), pair
        if price is not None:
            assert_leads_there(problem, solution, pair, price)


@thorough
@given(plain, st.randoms(use_true_random=False))
def test_every_price_equals_solving_again_with_the_pair_pinned(problem: AssignmentProblem, random: Random) -> None:
    assert_prices_are_right(problem, random)


@settings(max_examples=1_000 if DEEP else 10)
@given(coupled, st.randoms(use_true_random=False))
def test_prices_under_rows_that_couple_pairs_equal_solving_again(problem: AssignmentProblem, random: Random) -> None:
    assert_prices_are_right(problem, random)


@settings(max_examples=2_000 if DEEP else 12)
@given(st.one_of(plain, coupled), st.data())
def test_the_offers_of_a_person_are_all_their_other_pairs_cheapest_first(
    problem: AssignmentProblem, data: st.DataObject
) -> None:
    solution = solved(problem)
    axis = data.draw(st.sampled_from((0, 1)))
    person = data.draw(st.integers(0, problem.shape[axis] - 1))
    chosen = set(map(tuple, solution.pairs.tolist()))
    mine = [pair for pair in pairs_of(problem) if pair[axis] == person and pair not in chosen]
    expected = {pair[1 - axis]: losses(price) for pair in mine if (price := cost_of_forcing(problem, solution, pair))}
    found = partner_options(problem, solution, axis, person)
    assert {offer.partner: losses(offer.price) for offer in found} == expected
    assert [losses(offer.price) for offer in found] == sorted(loss or [] for loss in expected.values())
    assert partner_options(problem, solution, axis, person, most=1) == found[:1]
    for offer in found:
        pair = (person, offer.partner) if axis == 0 else (offer.partner, person)
        assert_leads_there(problem, solution, pair, offer.price)


def test_rows_that_leave_every_plan_as_it_is_take_no_solve_a_partner(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = AssignmentProblem.from_scores(np.random.default_rng(3).integers(0, 1_000_000, (12, 12)))
    slack = replace(problem, rows=(Row("lâche", np.ones((12, 12), dtype=np.int64), most=12),))
    solution, solves = solve(slack), list[AssignmentProblem]()

    def counted(asked: AssignmentProblem, *, proofs: Literal["none"]) -> Solution:
        solves.append(asked)
        return solve(asked, proofs=proofs)

    monkeypatch.setattr(why_not, "solve", counted)
    found = partner_options(slack, solution, 0, 0)
    assert [asked.rows for asked in solves] == [()]
    assert found == partner_options(problem, solve(problem), 0, 0)


@settings(max_examples=2_000 if DEEP else 10)
@given(plain)
def test_prices_from_dual_values_equal_prices_without_them(problem: AssignmentProblem) -> None:
    solution = solved(problem)
    bare = replace(solution, prices=())
    for person in range(problem.shape[0]):
        theirs = {offer.partner: offer.price.losses for offer in partner_options(problem, bare, 0, person)}
        assert {offer.partner: offer.price.losses for offer in partner_options(problem, solution, 0, person)} == theirs


def test_larger_problems_with_ties_are_priced_like_small_ones() -> None:
    rng = np.random.default_rng(5)
    for values in (2, 1_000_000) * (20 if DEEP else 4):
        problem = random_problem(rng, 40, values=values, most=2)
        solution = solve(problem)
        person = int(rng.integers(problem.shape[0]))
        for offer in partner_options(problem, solution, 0, person, most=6):
            assert losses(offer.price) == by_solving(problem, solution, (person, offer.partner))


def test_a_pinned_pair_is_neither_given_up_nor_taken_twice() -> None:
    rng = np.random.default_rng(8)
    for _ in range(400 if DEEP else 20):
        n, m = rng.integers(2, 5, 2)
        pins = tuple((place, place) for place in range(min(n, m)))[: int(rng.integers(1, 4))]
        capacities = {"mentor_capacity": rng.integers(1, 3, n), "mentee_capacity": rng.integers(1, 3, m)}
        problem = replace(AssignmentProblem.from_scores(rng.integers(0, 4, (n, m)), **capacities), pins=pins)
        solution = solve(problem)
        for pair in pairs_of(problem):
            price = cost_of_forcing(problem, solution, pair)
            assert losses(price) == by_solving(problem, solution, pair)
            assert price is None or not set(pins) & {*price.added, *price.gone}


def test_broken_pairs_of_a_former_matching_are_a_loss() -> None:
    rng = np.random.default_rng(3)
    for turn in range(200 if DEEP else 10):
        n, m = rng.integers(2, 6, 2)
        order = ("matched", "changes", "total") if turn % 2 else ("changes", "total")
        bare = AssignmentProblem.from_scores(rng.integers(0, 9, (n, m)), goals=order, mentor_capacity=1 + turn % 3)
        problem = replace(bare, former=tuple((place, place) for place in range(min(n, m))))
        solution = solve(problem)
        assert ExchangeGraph.of(problem, solution) is not None
        for pair in pairs_of(problem):
            assert losses(cost_of_forcing(problem, solution, pair)) == by_solving(problem, solution, pair)


@pytest.mark.parametrize("goal", ["floor", "floor_person", "leximin"])
def test_goals_that_are_no_sum_are_priced_by_solving_again(goal: str) -> None:
    problem = AssignmentProblem.from_scores([[9, 8, 1], [7, 3, 2]], goals=("matched", goal, "total"))
    solution = solve(problem)
    assert ExchangeGraph.of(problem, solution) is None
    for pair in pairs_of(problem):
        assert losses(cost_of_forcing(problem, solution, pair)) == by_solving(problem, solution, pair)


def test_an_answer_that_is_not_proved_is_priced_by_solving_again() -> None:
    problem = AssignmentProblem.from_scores([[9, 8], [7, 1]])
    worse = Solution(Status.FEASIBLE, np.array([[0, 0], [1, 1]]), (Tier("matched", 2, 2), Tier("total", 10, None)))
    assert ExchangeGraph.of(problem, worse) is None
    assert losses(cost_of_forcing(problem, worse, (0, 1))) == [0, -5]


def test_numbers_beyond_one_integer_are_priced_by_solving_again() -> None:
    scores = np.array([[9, 8], [7, 1]]) << 43
    weights = np.array([1, 2]) << 40
    goals = ("matched", "priority", "total")
    problem = AssignmentProblem.from_scores(scores, goals=goals, mentor_priority=weights)
    solution = solve(problem)
    assert solution.status is Status.PROVED
    assert ExchangeGraph.of(problem, solution) is None
    assert losses(cost_of_forcing(problem, solution, (0, 0))) == [0, 0, 5 << 43]


def test_no_partner_is_named_where_none_is_asked_for() -> None:
    plain = AssignmentProblem.from_scores([[0.9, 0.8, 0.2], [0.7, 0.1, 0.3]])
    coupled = replace(plain, rows=(Row("quota", np.ones((2, 3), dtype=np.int64), most=2),))
    for problem in (plain, coupled):
        assert partner_options(problem, solve(problem), 0, 0, most=0) == []
