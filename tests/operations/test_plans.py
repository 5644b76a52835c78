"""Several plans to choose from, against every plan there is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import AssignmentProblem, Matching, RequestError, Solution, Status, plans
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.operations.matching import KeyPair
from tests.conftest import DEEP
from tests.operations.situations import (
    Situation,
    all_plans,
    cohort_of,
    keys,
    named_in,
    points_of,
    programme_of,
    situations,
)

small = settings(max_examples=500 if DEEP else 20)


def rank(matching: Matching, plan: frozenset[KeyPair]) -> tuple[int, int, int]:
    return len(plan), named_in(matching, plan), points_of(matching, plan)


@pytest.mark.promise(13)
@small
@given(situation=situations(), n=st.integers(1, 4), differ_by=st.integers(1, 3))
def test_each_plan_is_the_best_of_those_that_differ_enough(situation: Situation, n: int, differ_by: int) -> None:
    found = plans(situation.cohort, situation.programme, n, differ_by=differ_by)
    left = list(all_plans(found[0]))
    for matching in found:
        assert (matching.status == "proved") == bool(left)
        if left:
            chosen = keys(matching)
            assert rank(matching, chosen) == max(rank(matching, plan) for plan in left)
            left = [plan for plan in left if len(chosen - plan) >= differ_by]
    assert len(found) == n or not left


@small
@given(situation=situations())
def test_the_first_plan_is_that_of_match(situation: Situation) -> None:
    found = plans(situation.cohort, situation.programme, 2, seed=7)
    assert found[0].pairs == mm.match(situation.cohort, situation.programme, seed=7).pairs


@pytest.mark.promise(9)
def test_the_plans_of_the_example_keep_every_rule_and_are_no_better_one_after_the_other() -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    found = plans(cohort, programme, 4, differ_by=3)
    assert [str(matching.status) for matching in found] == ["proved"] * 4
    for place, matching in enumerate(found):
        assert mm.evaluate(cohort, programme, keys(matching)).breaches == ()
        assert all(len(keys(earlier) - keys(matching)) >= 3 for earlier in found[:place])
    reached = [tuple(tier.value for tier in matching.solution.tiers) for matching in found]
    assert reached == sorted(reached, reverse=True)


def test_there_are_no_more_plans_than_there_are() -> None:
    programme = programme_of([[500]])
    found = plans(cohort_of(programme, [0], [0], [1]), programme, 5)
    assert [keys(matching) for matching in found] == [{("M0", "E0")}, set()]


def test_without_any_solution_the_one_plan_says_so() -> None:
    programme = programme_of([[500]], bans=[("M0", "E0")], rules=[{"kind": "pin", "mentor": "M0", "mentee": "E0"}])
    found = plans(cohort_of(programme, [0], [0], [1]), programme)
    assert [str(matching.status) for matching in found] == ["infeasible"]


@pytest.mark.promise(10)
def test_a_search_that_ends_without_a_proof_is_shown_and_not_taken_for_the_last_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(problem: AssignmentProblem, **_: object) -> Solution:
        return empty_solution(Status.FAILED, "none", ("it died",))

    monkeypatch.setattr("mentormatch.operations.plans.solve", dies)
    found = plans(mm.examples.cohort(), mm.examples.programme())
    assert [str(matching.status) for matching in found] == ["proved", "failed"]
    assert found[1].pairs == ()


@pytest.mark.parametrize(("n", "differ_by"), [(0, 1), (1, 0), (True, 1), (2, -1)])
def test_numbers_of_plans_and_of_pairs_are_counted_from_one(n: int, differ_by: int) -> None:
    with pytest.raises(RequestError):
        plans(mm.examples.cohort(), mm.examples.programme(), n, differ_by=differ_by)
