"""What each goal means, on problems that can be read."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, EngineError, RequestError, Solution, Status, solve
from mentormatch.assignment.engine import select_engine
from mentormatch.assignment.objective import LeximinStages
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.explanation.goal_prices import price_goals
from mentormatch.results import Tier

pytestmark = pytest.mark.promise(13)

pose = AssignmentProblem.from_scores
both = pytest.mark.parametrize("engine", ["plain", "milp"])


def stated(solution: Solution) -> list[tuple[str, int]]:
    assert solution.status is Status.PROVED
    return [(tier.goal, tier.value) for tier in solution.tiers]


@both
def test_the_worst_pair_is_raised_before_the_total_and_never_costs_a_person(engine: str) -> None:
    problem = pose([[90, 50, 10], [50, 20, 10]], goals=("matched", "floor", "total"))
    solution = solve(problem, engine=engine)
    assert solution.pairs.tolist() == [[0, 1], [1, 0]]
    assert stated(solution) == [("matched", 2), ("floor", 50), ("total", 100)]


@both
def test_a_floor_that_comes_last_only_chooses_among_equals(engine: str) -> None:
    problem = pose([[6, 5], [5, 4]], goals=("matched", "total", "floor"))
    assert stated(solve(problem, engine=engine)) == [("matched", 2), ("total", 10), ("floor", 5)]


@both
def test_without_any_pair_the_floor_is_nothing(engine: str) -> None:
    problem = pose([[1, 2]], [[False, False]], goals=("matched", "floor", "floor_person", "leximin"))
    solution = solve(problem, engine=engine)
    assert stated(solution) == [("matched", 0), ("floor", 0), ("floor_person", 0), ("leximin", 0)]


@both
@pytest.mark.parametrize(("scores", "pairs"), [([[-1, -2]], []), ([[0, -2]], [[0, 0]]), ([[3, 2]], [[0, 0]])])
def test_by_the_floor_alone_a_loss_is_left_and_a_gain_is_taken(
    engine: str, scores: list[list[int]], pairs: list[list[int]]
) -> None:
    assert solve(pose(scores, goals=("floor",)), engine=engine).pairs.tolist() == pairs


def test_the_worst_served_mentee_is_raised_by_the_sum_of_their_pairs() -> None:
    problem = pose(
        [[9, 8], [7, 1], [1, 1]], mentee_capacity=2, mentor_capacity=1, goals=("matched", "floor_person", "total")
    )
    solution = solve(problem)
    assert solution.engine == "milp"
    assert stated(solution) == [("matched", 3), ("floor_person", 8), ("total", 16)]


@both
def test_a_mentee_whom_nobody_may_meet_does_not_lower_the_floor_of_the_others(engine: str) -> None:
    problem = pose([[5, 9], [4, 9]], [[True, False], [True, False]], goals=("matched", "floor_person"))
    assert stated(solve(problem, engine=engine)) == [("matched", 1), ("floor_person", 5)]


@both
def test_leximin_raises_the_second_worst_pair_too(engine: str) -> None:
    scores = [[1, 0, 0], [0, 5, 9], [0, 3, 6]]
    allowed = np.array(scores) > 0
    floor = solve(pose(scores, allowed, goals=("matched", "floor", "total")), engine=engine)
    fair = solve(pose(scores, allowed, goals=("matched", "leximin")), engine=engine)
    assert floor.pairs.tolist() == [[0, 0], [1, 2], [2, 1]]
    assert fair.pairs.tolist() == [[0, 0], [1, 1], [2, 2]]
    assert fair.tiers[1] == Tier("leximin", 1, 1, (1, 5, 6))


@both
def test_a_former_matching_is_broken_as_little_as_the_goals_before_allow(engine: str) -> None:
    problem = replace(pose([[1, 9], [9, 1]], goals=("matched", "changes", "total")), former=((0, 0), (1, 1)))
    assert stated(solve(problem, engine=engine)) == [("matched", 2), ("changes", 0), ("total", 2)]
    last = replace(problem, goals=("matched", "total", "changes"))
    assert stated(solve(last, engine=engine)) == [("matched", 2), ("total", 18), ("changes", 2)]


@both
def test_a_former_pair_that_is_now_forbidden_is_broken(engine: str) -> None:
    problem = pose([[1, 9], [9, 1]], [[False, True], [True, True]], goals=("changes", "total"))
    solution = solve(replace(problem, former=((0, 0), (1, 1))), engine=engine)
    assert stated(solution) == [("changes", 1), ("total", 1)]


@pytest.mark.parametrize("former", [((0, 2),), ((0, 0), (0, 0))])
def test_a_former_pair_must_exist_and_come_once(former: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(RequestError, match="former"):
        replace(pose([[1, 9], [9, 1]]), former=former)


def test_the_plain_engine_does_not_take_sums_over_several_partners() -> None:
    problem = pose(np.ones((3, 2)), mentee_capacity=2, goals=("floor_person",))
    assert select_engine(problem).kind == "milp"
    with pytest.raises(RequestError, match="ne prend pas ce problème"):
        solve(problem, engine="plain")


@pytest.mark.promise(9)
@pytest.mark.parametrize("goal", ["floor", "floor_person", "leximin", "changes"])
@pytest.mark.parametrize("by", [-1, 1])
def test_a_misstated_value_of_a_fair_goal_is_told(goal: str, by: int) -> None:
    problem = replace(pose([[4, 2], [3, 7]], goals=("matched", goal)), former=((0, 1),))
    true = solve(problem)
    assert violations(problem, true) == []
    wrong = replace(true.tiers[1], value=true.tiers[1].value + by, bound=true.tiers[1].value + by)
    assert any("states" in told for told in violations(problem, replace(true, tiers=(true.tiers[0], wrong))))


@pytest.mark.promise(9)
def test_misstated_scores_of_leximin_are_told() -> None:
    problem = pose([[4, 2], [3, 7]], goals=("leximin",))
    true = solve(problem)
    wrong = replace(true.tiers[0], vector=(4, 8))
    assert violations(problem, replace(true, tiers=(wrong,))) == [
        "tier leximin states scores that are not those of the pairs"
    ]


@pytest.mark.promise(9)
def test_the_bound_of_changes_is_not_above_the_value() -> None:
    problem = replace(pose([[1]], goals=("changes",)), former=((0, 0),))
    true = solve(problem)
    wrong = replace(true, status=Status.FEASIBLE, tiers=(replace(true.tiers[0], bound=1),))
    assert violations(problem, wrong) == ["tier changes states a bound of 1 above its value 0"]


def test_leximin_does_many_scores_in_one_stage_and_each_once() -> None:
    scores = np.random.default_rng(0).integers(0, 40, 90)
    last, met = -1, np.zeros(90, dtype=np.int64)
    while (step := LeximinStages(1 << 20).next_stage(scores, last)) is not None:
        worth, now = step
        assert (worth <= 0).all()
        assert ((worth < 0) == ((scores > last) & (scores <= now))).all()
        met += worth < 0
        last = now
    assert met.tolist() == [1] * 90


@pytest.mark.promise(10)
@pytest.mark.parametrize("goals", [("matched", "floor", "total"), ("matched", "leximin"), ("floor_person",)])
@pytest.mark.parametrize("seconds", [1e-9, 0.002, 0.01])
def test_a_fair_answer_that_is_stopped_is_a_true_one_or_none(goals: tuple[str, ...], seconds: float) -> None:
    problem = pose(np.random.default_rng(1).integers(0, 9, (30, 30)), goals=goals)
    solution = solve(problem, time_limit_s=seconds)
    assert solution.status in (Status.PROVED, Status.FEASIBLE, Status.STOPPED)
    assert (solution.status is Status.STOPPED) <= (not len(solution.pairs))


def test_a_goal_is_priced_by_the_problem_without_it() -> None:
    problem = pose([[90, 50], [50, 20]], goals=("matched", "floor", "total"))
    matched, floor, total = price_goals(problem, solve(problem))
    assert floor.differences == {"floor": 30, "total": -10}
    assert (matched.differences, total.differences) == ({"matched": 1, "floor": -40, "total": 10}, {})
    assert price_goals(pose([[1]], goals=("total",)), solve(pose([[1]], goals=("total",)))) == ()


def test_an_answer_that_is_not_proved_has_no_prices_of_goals() -> None:
    problem = pose([[1]], mentor_capacity=0, mentee_capacity=0)
    with pytest.raises(EngineError, match="proved"):
        price_goals(problem, replace(solve(problem), status=Status.FEASIBLE))
