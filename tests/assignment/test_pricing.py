"""The pairs that a proof looks at one by one: none that could matter is missing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Row, Solution, Status, certify, solve
from mentormatch.assignment.model.scores import DenseScores, SparseScores, pack_scores
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification import solution_set as pricing
from mentormatch.assignment.verification.reduced_costs import DualStage
from mentormatch.assignment.verification.solution_set import SolutionSet
from mentormatch.results import Tier
from tests.doors import substitute
from tests.oracles.problems import problems

pytestmark = pytest.mark.promise(11)

NOBODY = np.empty((0, 2), dtype=np.int64)


def problem(**other: Any) -> AssignmentProblem:
    """Return a dense problem with a pair that is forbidden."""
    free = AssignmentProblem.from_scores(
        [[5, 4, 3], [2, 7, 1], [6, 6, 6]],
        goals=("matched", "priority", "changes", "total"),
        mentor_priority=[0, 3, 1],
        mentee_priority=[2, 0, 0],
    )
    allowed = np.array([[True, True, True], [True, True, True], [True, False, True]])
    return replace(free, **{"scores": pack_scores(free.scores.at(*np.indices((3, 3))), allowed), **other})


STAGE = DualSolution(
    (("matched", 700), ("priority", 43), ("total", 2)), np.array([708, 842, 755]), np.array([86, 3, 0])
)


def as_block(asked: AssignmentProblem) -> AssignmentProblem:
    """Return the same problem with its scores as a block."""
    values, allowed = np.zeros(asked.shape, dtype=np.int64), np.zeros(asked.shape, dtype=bool)
    pairs = asked.scores.pairs()
    values[pairs], allowed[pairs] = asked.scores.at(*pairs), True
    return replace(asked, scores=DenseScores(values, allowed))


def as_list(asked: AssignmentProblem) -> AssignmentProblem:
    """Return the same problem with its scores as a list."""
    pairs = asked.scores.pairs()
    return replace(asked, scores=SparseScores(asked.shape, *pairs, asked.scores.at(*pairs)))


ROWS = (
    Row("mentors", np.array([[1], [0], [2]]), most=1),
    Row("mentees", np.array([[0, 3, 1]]), least=1),
    Row("all", np.array([[1]]), most=2),
)
STAGES = (
    STAGE,
    DualSolution((("matched", 1),), np.array([1, 2, 0]), np.array([0, 0, 1])),
    DualSolution((("priority", 1),), np.array([1, 4, 1]), np.array([1, 0, 0])),
    DualSolution((("total", 2),), np.array([8, 5, 12]), np.array([1, 0, 0]), denominator=1),
    DualSolution((("matched", 50), ("total", 1)), np.array([54, 55, 56]), np.array([0, 0, 1])),
    DualSolution((("matched", 50), ("total", 1)), np.array([54, 55, 56]), np.array([0, 0, 1]), rows=(1, -1, 0)),
    DualSolution((("total", 2),), np.array([6, 4, 10]), np.array([1, 0, 0]), rows=(1, 0, 2)),
    DualSolution((("matched", 50), ("total", 1)), np.array([162, 165, 168]), np.array([0, 0, 3]), denominator=3),
)


@pytest.mark.parametrize("cells", [1, 6, 1000])
@pytest.mark.parametrize("prices", STAGES)
def test_pairs_are_left_that_are_worth_their_prices(
    monkeypatch: pytest.MonkeyPatch, cells: int, prices: DualSolution
) -> None:
    substitute(monkeypatch, "assignment", STRIP_CELLS=cells)
    asked = problem(rows=ROWS)
    every = SolutionSet.of(asked, NOBODY)
    stage = DualStage.of(asked, prices, every, {})
    assert stage is not None
    worth = {
        (i, k): s for i, k, s in zip(every.mentors.tolist(), every.mentees.tolist(), stage.reduced_profit, strict=True)
    }
    found = SolutionSet.of(asked, NOBODY, near=prices)
    left = list(zip(found.mentors.tolist(), found.mentees.tolist(), strict=True))
    assert left == [pair for pair, surplus in worth.items() if surplus >= 0]
    assert 0 < len(left) < len(worth)


def test_pairs_that_are_chosen_pinned_or_former_are_left_whatever_they_are_worth() -> None:
    dear = replace(STAGE, mentors=np.array([5000, 5000, 5000]))
    asked = problem(former=((1, 2), (2, 1)), pins=((0, 1),))
    found = SolutionSet.of(asked, np.array([[2, 0], [0, 1]]), near=dear)
    assert list(zip(found.mentors.tolist(), found.mentees.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 0)]
    assert found.chosen.tolist() == [True, False, True]
    assert (found.fixed & found.chosen).tolist() == [True, False, False]


@pytest.mark.parametrize(
    "other",
    [
        {"rows": (1,)},
        {"linking_duals": (((0, 0, 1),), ())},
        {"goal_duals": (("matched", -1),)},
        {"mentors": np.array([1 << 61, 0, 0])},
    ],
)
def test_all_pairs_are_left_by_other_prices_than_those_of_people(other: dict[str, Any]) -> None:
    asked = problem(rows=(Row("both", np.eye(3, dtype=np.int64), most=1),))
    dear = replace(STAGE, mentees=np.array([5000, 5000, 5000]))
    assert len(SolutionSet.of(asked, NOBODY, near=dear).mentors) == 0
    assert len(SolutionSet.of(asked, NOBODY, near=replace(dear, **other)).mentors) == 8


@given(problems(4, (2, 2), coupled=1))
def test_a_certificate_is_the_same_whether_pairs_are_listed_or_not(drawn: AssignmentProblem) -> None:
    solution = solve(drawn)
    assert certify(as_block(drawn), solution) == certify(as_list(drawn), solution)


@given(problems(4, (2, 2)), st.integers(-1, 1), st.integers(0, 30))
def test_a_bound_by_wrong_prices_is_the_same_too(drawn: AssignmentProblem, error: int, person: int) -> None:
    solution = solve(drawn)
    if drawn.has_side_constraints or not solution.prices:
        return
    first = solution.prices[0]
    mentors = first.mentors + error * (np.arange(len(first.mentors)) == person % max(len(first.mentors), 1))
    wrong = replace(solution, prices=(replace(first, mentors=mentors), *solution.prices[1:]))
    assert certify(as_block(drawn), wrong) == certify(as_list(drawn), wrong)


def suboptimal(*prices: DualSolution) -> tuple[AssignmentProblem, Solution]:
    """Return one pair where two are possible, with prices that leave more open than is so."""
    asked = AssignmentProblem.from_scores([[5, 9], [1, 2]])
    tiers = (Tier("matched", 1, None), Tier("total", 5, None))
    return asked, Solution(Status.FEASIBLE, np.array([[0, 0]]), tiers, prices=prices)


MATCHED = DualSolution((("matched", 1),), np.array([1, 1]), np.array([0, 1]))
TOTAL = DualSolution((("total", 1),), np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64))


def test_where_the_first_bound_is_not_reached_pairs_below_their_prices_count_later() -> None:
    found = certify(*suboptimal(MATCHED, TOTAL))
    assert [tier.certified for tier in found.tiers] == [3, 17]


def test_a_stage_that_puts_no_goal_first_proves_nothing() -> None:
    found = certify(*suboptimal(replace(MATCHED, weights=(("matched", 1), ("total", 1)))))
    assert [tier.certified for tier in found.tiers] == [None, None]


def test_a_stage_that_puts_no_goal_first_proves_nothing_of_those_after_it_either() -> None:
    goals = ("matched", "priority", "total")
    asked = AssignmentProblem.from_scores([[5, 9], [1, 2]], goals=goals, mentor_priority=[1, 0])
    tiers = (Tier("matched", 1, None), Tier("priority", 1, None), Tier("total", 5, None))
    mixed = replace(MATCHED, weights=(("matched", 1), ("priority", 1)))
    found = certify(asked, Solution(Status.FEASIBLE, np.array([[0, 0]]), tiers, prices=(mixed, TOTAL)))
    assert [tier.certified for tier in found.tiers] == [None, None, None]


@pytest.mark.parametrize("cells", [1, 6, 1 << 15])
def test_pairs_that_are_named_are_among_those_left_in_whichever_strip_they_stand(
    cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "assignment", STRIP_CELLS=cells)
    asked = problem(former=((2, 2), (0, 1)))
    dear = DualSolution(
        (("matched", 700), ("priority", 43), ("total", 2)), np.full(3, 9_000), np.zeros(3, dtype=np.int64)
    )
    named = np.array([[2, 0], [0, 0], [2, 1], [0, 0]])
    mentors, mentees = pricing.price_out(asked, asked.scores, dear, named, 0)
    assert list(zip(mentors.tolist(), mentees.tolist(), strict=True)) == [(0, 0), (0, 1), (2, 0), (2, 2)]
