"""The checker finds every kind of violation, and says it in words."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, EngineError, Row, Solution, Status, solve
from mentormatch.assignment.engine import Engine, SolveOptions, engines_by_kind
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.results import Tier
from tests.oracles.problems import problems

pytestmark = pytest.mark.promise(9)


@pytest.fixture
def problem() -> AssignmentProblem:
    allowed = np.ones((3, 4), dtype=bool)
    allowed[2, 3] = False
    return AssignmentProblem(
        DenseScores(np.arange(12).reshape(3, 4), allowed),
        DegreeBounds(np.array([2, 1, 0]), np.array([3, 1, 1]), np.array([True, False, False])),
        DegreeBounds(np.zeros(4, np.int64), np.ones(4, np.int64), np.zeros(4, dtype=bool)),
        rows=(Row("quota", np.array([[1], [1], [0]]), least=2, most=3),),
        pins=((1, 3),),
        goals=("matched", "priority", "total"),
        mentor_priority=np.array([5, 0, 0]),
    )


def of(problem: AssignmentProblem, pairs: list[list[int]]) -> Solution:
    """Return a solution that states truly what its pairs have."""
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    worth = {
        "matched": len(pairs),
        "priority": sum(5 for i, _ in pairs if i == 0),
        "total": sum(4 * i + k for i, k in pairs),
    }
    return Solution(Status.PROVED, found, tuple(Tier(goal, worth[goal], worth[goal]) for goal in problem.goals))


def test_a_true_answer_has_no_violation(problem: AssignmentProblem) -> None:
    assert violations(problem, of(problem, [[0, 0], [0, 1], [1, 3], [2, 2]])) == []
    assert violations(problem, solve(problem)) == []


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([[0, 0], [0, 1], [1, 3], [2, 9]], "pair (2, 9) does not exist"),
        ([[0, 0], [0, 1], [1, 3], [-1, 2]], "pair (-1, 2) does not exist"),
        ([[0, -1], [0, 1], [1, 3]], "pair (0, -1) does not exist"),
        ([[0, 0], [0, 1], [1, 3], [2, 4]], "pair (2, 4) does not exist"),
        ([[0, 0], [0, 1], [1, 3], [3, 2]], "pair (3, 2) does not exist"),
        ([[0, 0], [0, 0], [1, 3]], "pairs are doubled or not sorted"),
        ([[1, 3], [0, 0], [0, 1]], "pairs are doubled or not sorted"),
        ([[0, 0], [0, 1], [1, 3], [2, 3]], "pair (2, 3) is forbidden"),
        ([[0, 0], [0, 1], [1, 2], [1, 3]], "mentor 1 takes 2, at most 1"),
        ([[0, 0], [0, 1], [1, 3], [2, 1]], "mentee 1 takes 2, at most 1"),
        ([[0, 0], [1, 3]], "mentor 0 takes 1, at least 2"),
        ([[0, 0], [0, 1]], "mentor 1 takes 0, at least 1"),
        ([[1, 3]], "row 'quota' sums to 1, at least 2"),
        ([[0, 0], [0, 1], [0, 2], [1, 3]], "row 'quota' sums to 4, at most 3"),
        ([[0, 0], [0, 1], [1, 2]], "pin (1, 3) is not chosen"),
    ],
)
def test_a_broken_rule_is_told(problem: AssignmentProblem, pairs: list[list[int]], words: str) -> None:
    assert words in violations(problem, of(problem, pairs))


@pytest.mark.parametrize("person", [{"mentor": 0}, {"mentee": 1}, {"mentor": 0, "mentee": 1}], ids=str)
def test_a_row_of_one_person_counts_the_pairs_of_that_person_alone_and_of_two_those_of_each(
    problem: AssignmentProblem, person: dict[str, Any]
) -> None:
    weights = np.array([[1, 10, 100, 1_000], [20, 20, 20, 20], [40, 40, 40, 40]])
    pairs = [[0, 0], [0, 1], [1, 3], [2, 2]]
    held = sum(
        int(weights[mentor, mentee]) * ((person.get("mentor") == mentor) + (person.get("mentee") == mentee))
        for mentor, mentee in pairs
    )
    for bound, told in (("least", "at least"), ("most", "at most")):
        for over in (-1, 0, 1):
            bounds: dict[str, Any] = {bound: held + over}
            asked = replace(problem, rows=(Row("own", weights, **bounds, **person),))
            broken = over > 0 if bound == "least" else over < 0
            words = [f"row 'own' sums to {held}, {told} {held + over}"] if broken else []
            assert violations(asked, of(asked, pairs)) == words


def test_an_idle_mentor_may_take_nobody_though_used_ones_have_a_minimum(problem: AssignmentProblem) -> None:
    told = violations(replace(problem, rows=()), of(problem, [[1, 3]]))
    assert told == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_misstated_value_is_told(problem: AssignmentProblem, place: int) -> None:
    true = of(problem, [[0, 0], [0, 1], [1, 3]])
    tiers = [replace(tier, value=tier.value - 1) if each == place else tier for each, tier in enumerate(true.tiers)]
    told = violations(problem, replace(true, status=Status.FEASIBLE, tiers=tuple(tiers)))
    assert len(told) == 1
    assert told[0].startswith(f"tier {problem.goals[place]} states")


def test_a_bound_below_the_value_is_told(problem: AssignmentProblem) -> None:
    true = of(problem, [[0, 0], [0, 1], [1, 3]])
    tiers = (replace(true.tiers[0], bound=2), *true.tiers[1:])
    assert violations(problem, replace(true, status=Status.FEASIBLE, tiers=tiers)) == [
        "tier matched states a bound of 2 below its value 3"
    ]


@pytest.mark.promise(10)
def test_proved_is_not_believed_without_a_bound_that_is_reached(problem: AssignmentProblem) -> None:
    true = of(problem, [[0, 0], [0, 1], [1, 3]])
    for bound in (None, 99):
        tiers = (*true.tiers[:2], replace(true.tiers[2], bound=bound))
        assert violations(problem, replace(true, tiers=tiers)) == ["status proved, but a tier is not"]


def test_tiers_that_are_not_the_goals_are_told(problem: AssignmentProblem) -> None:
    true = of(problem, [[0, 0], [0, 1], [1, 3]])
    assert "are not the goals" in violations(problem, replace(true, tiers=true.tiers[1:]))[0]


def test_pairs_of_the_wrong_form_are_told(problem: AssignmentProblem) -> None:
    true = of(problem, [[0, 0], [0, 1], [1, 3]])
    assert "are not (k, 2) integers" in violations(problem, replace(true, pairs=true.pairs.astype(float)))[0]
    assert "are not (k, 2) integers" in violations(problem, replace(true, pairs=true.pairs[:, :1]))[0]


@pytest.mark.parametrize("shape", [(6,), (2, 3), (3, 2, 1)])
def test_pairs_of_another_shape_than_two_columns_are_told(problem: AssignmentProblem, shape: tuple[int, ...]) -> None:
    pairs = np.array([[0, 0], [0, 1], [1, 3]]).reshape(shape)
    told = violations(problem, replace(of(problem, []), pairs=pairs))
    assert told == [f"pairs of shape {shape} and type int64 are not (k, 2) integers"]


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [
        (3, None, []),
        (None, 3, []),
        (4, None, ["row 'r' sums to 3, at least 4"]),
        (None, 2, ["row 'r' sums to 3, at most 2"]),
    ],
)
def test_a_row_may_have_one_bound_only(
    problem: AssignmentProblem, least: int | None, most: int | None, told: list[str]
) -> None:
    row = Row("r", np.ones((3, 4), dtype=np.int64), least=least, most=most)
    assert violations(replace(problem, rows=(row,)), of(problem, [[0, 0], [0, 1], [1, 3]])) == told


WORTH = {
    "matched": 4,
    "priority": 2 * 3 + 2 * 1 + 2 + 1,
    "floor": 4,
    "floor_person": 7,
    "leximin": 4,
    "total": 25,
    "changes": 1,
}
"""What the four pairs of ``stating`` are worth in each goal."""


def stating(
    goal: str, value: int, bound: int | None = None, vector: tuple[int, ...] = ()
) -> tuple[AssignmentProblem, Solution]:
    """Return four pairs that state a value; nobody can have the fourth mentee, and the fifth has no place."""
    allowed = np.ones((2, 5), dtype=bool)
    allowed[:, 3] = False
    problem = AssignmentProblem.from_scores(
        [[5, 2, 9, 1, 1], [4, 7, 1, 1, 1]],
        allowed,
        mentor_capacity=2,
        mentee_capacity=[2, 1, 1, 1, 0],
        mentor_priority=[3, 1],
        mentee_priority=[0, 2, 1, 8, 8],
        goals=(goal,),
    )
    pairs = np.array([[0, 0], [0, 2], [1, 0], [1, 1]])
    solution = Solution(Status.FEASIBLE, pairs, (Tier(goal, value, bound, vector),))
    return replace(problem, former=((0, 0), (1, 2))), solution


@pytest.mark.parametrize(("goal", "value"), WORTH.items())
def test_the_value_of_every_goal_is_counted_again(goal: str, value: int) -> None:
    assert violations(*stating(goal, value)) == []
    for wrong in (value - 1, value + 1):
        assert violations(*stating(goal, wrong)) == [f"tier {goal} states {wrong}, the pairs have {value}"]


@pytest.mark.parametrize(("goal", "value"), WORTH.items())
def test_a_bound_on_the_wrong_side_of_its_value_is_told(goal: str, value: int) -> None:
    worse, better, word = (value + 1, value - 1, "above") if goal == "changes" else (value - 1, value + 1, "below")
    assert violations(*stating(goal, value, value)) == violations(*stating(goal, value, better)) == []
    assert violations(*stating(goal, value, worse)) == [
        f"tier {goal} states a bound of {worse} {word} its value {value}"
    ]


def test_the_scores_that_leximin_states_are_those_of_the_pairs_from_the_worst_on() -> None:
    assert violations(*stating("leximin", 4, vector=(4, 5, 7, 9))) == []
    for wrong in ((5, 4, 7, 9), (4, 5, 7), (4, 5, 7, 8)):
        assert violations(*stating("leximin", 4, vector=wrong)) == [
            "tier leximin states scores that are not those of the pairs"
        ]


@pytest.mark.parametrize("goal", ["matched", "priority", "floor", "floor_person", "leximin", "total"])
def test_no_pairs_are_worth_nothing(goal: str) -> None:
    problem = AssignmentProblem.from_scores([[5]], [[False]], goals=(goal,))
    nobody = Solution(Status.PROVED, np.empty((0, 2), dtype=np.int64), (Tier(goal, 0, 0),))
    assert violations(problem, nobody) == []


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.STOPPED, Status.FAILED])
def test_no_answer_has_no_violation(problem: AssignmentProblem, status: Status) -> None:
    assert violations(problem, Solution(status, np.empty((0, 2), dtype=np.int64))) == []


def test_an_infeasible_answer_with_pairs_is_told(problem: AssignmentProblem) -> None:
    true = of(problem, [[0, 0], [0, 1], [1, 3]])
    assert violations(problem, replace(true, status=Status.INFEASIBLE)) == ["status infeasible comes with pairs"]


@given(problems(4, (2, 2), coupled=1), st.data())
def test_a_true_answer_with_one_pair_taken_or_left_does_not_state_its_values(
    problem: AssignmentProblem, data: st.DataObject
) -> None:
    solution = solve(problem)
    pairs = {(int(i), int(k)) for i, k in solution.pairs}
    every = [(i, k) for i in range(problem.shape[0]) for k in range(problem.shape[1])]
    if solution.status is Status.PROVED and every:
        changed = sorted(pairs ^ {data.draw(st.sampled_from(every))})
        other = replace(solution, pairs=np.array(changed, dtype=np.int64).reshape(-1, 2))
        assert "matched" not in problem.goals or violations(problem, other)


@pytest.mark.promise(20)
def test_an_engine_that_lies_ends_as_failed_without_pairs(
    problem: AssignmentProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(self: Engine, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        return of(problem, [[0, 0], [0, 1], [0, 2], [1, 3]])

    monkeypatch.setattr(engines_by_kind()["milp"], "solve", lie)
    solution = solve(problem, engine="milp")
    assert (solution.status, len(solution.pairs)) == (Status.FAILED, 0)
    assert solution.notes == ("row 'quota' sums to 4, at most 3",)


@pytest.mark.promise(20)
def test_an_engine_that_dies_leaves_a_greedy_answer_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(self: Engine, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        raise EngineError("out of ink")

    monkeypatch.setattr(engines_by_kind()["plain"], "solve", die)
    solution = solve(AssignmentProblem.from_scores([[1]]))
    assert (solution.greedy, solution.notes) == (True, ("out of ink",))
    none = solve(AssignmentProblem.from_scores([[1]], mentor_capacity=0, mentee_minimum=1))
    assert (none.status, none.notes, none.gap) == (Status.FAILED, ("out of ink",), None)


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=5))
def test_pairs_that_are_doubled_or_out_of_order_are_told_and_no_others(pairs: list[tuple[int, int]]) -> None:
    asked = AssignmentProblem.from_scores(np.ones((3, 3)))
    told = violations(asked, Solution(Status.FEASIBLE, np.array(pairs, dtype=np.int64).reshape(-1, 2)))
    assert ("pairs are doubled or not sorted" in told) == (pairs != sorted(set(pairs)))
    outside = [pair for pair in pairs if min(pair) < 0 or max(pair) > 2]
    assert [words for words in told if "exist" in words] == [f"pair {pair} does not exist" for pair in outside]
