"""Edges are answers."""

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Solution, solve

pytestmark = [pytest.mark.promise(16), pytest.mark.parametrize("engine", ["plain", "milp"])]

pose = AssignmentProblem.from_scores


def answer(solution: Solution) -> tuple[str, int, list[int]]:
    return str(solution.status), len(solution.pairs), [tier.value for tier in solution.tiers]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nobody_on_a_side_is_a_proved_answer_without_pairs(engine: str, shape: tuple[int, int]) -> None:
    assert answer(solve(pose(np.zeros(shape)), engine=engine)) == ("proved", 0, [0, 0])


@pytest.mark.parametrize("score", [-5, 0, 5])
def test_one_person_a_side_is_matched_whatever_the_score(engine: str, score: int) -> None:
    assert answer(solve(pose([[score]]), engine=engine)) == ("proved", 1, [1, score])


@pytest.mark.parametrize(("score", "taken"), [(-5, 0), (0, 1), (5, 1)])
def test_by_total_alone_a_loss_is_left_and_a_tie_is_taken(engine: str, score: int, taken: int) -> None:
    solution = solve(pose([[score]], goals=("total",)), engine=engine)
    assert answer(solution) == ("proved", taken, [score * taken])


def test_a_capacity_of_nothing_takes_nobody(engine: str) -> None:
    assert answer(solve(pose(np.ones((2, 2)), mentor_capacity=0), engine=engine)) == ("proved", 0, [0, 0])
    some = solve(pose(np.ones((2, 2), dtype=np.int64), mentor_capacity=[0, 1]), engine=engine)
    assert some.pairs[:, 0].tolist() == [1]


def test_all_tied_is_matched_in_full(engine: str) -> None:
    assert answer(solve(pose(np.full((7, 7), 3)), engine=engine)) == ("proved", 7, [7, 21])


def test_more_mentees_than_places_fills_every_place(engine: str) -> None:
    assert answer(solve(pose(np.ones((2, 9), dtype=np.int64), mentor_capacity=3), engine=engine)) == (
        "proved",
        6,
        [6, 6],
    )


def test_more_places_than_mentees_places_every_mentee(engine: str) -> None:
    assert answer(solve(pose(np.ones((4, 5), dtype=np.int64), mentor_capacity=9), engine=engine)) == (
        "proved",
        5,
        [5, 5],
    )


def test_every_pair_forbidden_is_a_proved_answer_without_pairs(engine: str) -> None:
    assert answer(solve(pose(np.ones((3, 3)), np.zeros((3, 3), bool)), engine=engine)) == ("proved", 0, [0, 0])


def test_a_minimum_that_cannot_hold_is_infeasible(engine: str) -> None:
    problem = pose(np.ones((2, 3)), [[True, True, True], [False, False, False]], mentor_minimum=1)
    assert answer(solve(problem, engine=engine)) == ("infeasible", 0, [])
    assert solve(pose(np.ones((2, 3)), mentee_minimum=1), engine=engine).gap is None


def test_a_minimum_is_kept_at_a_loss(engine: str) -> None:
    problem = pose([[-9, -1], [5, -2]], goals=("total",), mentor_minimum=1)
    assert solve(problem, engine=engine).pairs.tolist() == [[0, 1], [1, 0]]


def test_a_forbidden_pair_is_never_chosen_however_good(engine: str) -> None:
    solution = solve(pose([[999, 1], [998, 0]], [[False, True], [False, True]]), engine=engine)
    assert answer(solution) == ("proved", 1, [1, 1])
