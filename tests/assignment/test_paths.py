"""Shortest augmenting paths find the optimum of any face, and its smallest prices, from any start."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from time import monotonic
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.caching import CacheImpl

from mentormatch import EngineError
from mentormatch.assignment.flow import assignment
from mentormatch.assignment.flow import assignment as paths
from mentormatch.assignment.flow.assignment import (
    AssignmentGraph,
    WarmStart,
    run_forward,
    run_reverse,
    run_scaled,
    solve_assignment,
)
from mentormatch.assignment.kernels.jit import jit
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees, exact_dot
from mentormatch.assignment.sparse_assignment import solve_left_unit
from mentormatch.base.arrays import IntVector
from mentormatch.base.progress import CheckDeadline, no_deadline
from tests.conftest import some_seeds
from tests.doors import substitute

type Posed = tuple[OptimalFace, IntVector]

TIERS = 1 << 54


def open_cells(cells: IntVector, left: IntVector, right: IntVector) -> IntVector:
    """Return the cells, row by row, of people who have places: other pairs are not open."""
    return cells[(left[cells // len(right)] > 0) & (right[cells % len(right)] > 0)] if len(cells) else cells


def face_of(cells: IntVector, left: IntVector, right: IntVector) -> OptimalFace:
    """Return the face of some cells of a matrix, row by row."""
    lefts, rights = np.divmod(cells, max(len(right), 1))
    return OptimalFace(lefts, rights, RemainingDegrees(0 * left, left), RemainingDegrees(0 * right, right))


@st.composite
def posed(draw: st.DrawFn, size: int = 8) -> Posed:
    """Draw a face with what its pairs are worth: some people are isolated, some profits negative, many alike."""
    n, m = draw(st.integers(1, size)), draw(st.integers(1, size))
    left = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)), dtype=np.int64)
    right = np.array(draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)), dtype=np.int64)
    cells = open_cells(np.array(sorted(draw(st.sets(st.integers(0, n * m - 1)))), dtype=np.int64), left, right)
    worth = st.integers(-2, 2) | st.integers(-1_000_000, 1_000_000) | st.integers(TIERS - 2, TIERS)
    profit = draw(st.lists(worth, min_size=len(cells), max_size=len(cells)))
    return face_of(cells, left, right), np.array(profit, dtype=np.int64)


def random(seed: int, size: int, values: int) -> Posed:
    """Return a face of up to so many people a side; few ``values`` make many ties."""
    draw = np.random.default_rng(seed)
    n, m = draw.integers(1, size + 1, 2)
    left, right = draw.integers(0, 2, n) | draw.integers(0, 2, n), draw.integers(0, 4, m)
    cells = open_cells(np.flatnonzero(draw.random(n * m) < draw.choice([0.05, 0.3, 1.0])), left, right)
    people = (size + 1) * values * int(draw.integers(0, 2))
    profit = draw.integers(-values // 4, values + 1, len(cells)) + people
    return face_of(cells, left, right), profit


def refuted(face: OptimalFace, profit: IntVector, optimum: PrimalDual) -> list[str]:
    """Return what is wrong with an optimum, by the definition of one."""
    loads = face.loads(optimum.chosen)
    surplus = optimum.left[face.lefts] + optimum.right[face.rights] - profit
    wrong = {
        "loads": (loads[0] > face.left.most).any() or (loads[1] > face.right.most).any(),
        "price below 0": (optimum.left < 0).any() or (optimum.right < 0).any(),
        "pair above its prices": (surplus < 0).any(),
        "chosen below its prices": surplus[optimum.chosen].any(),
        "price on the left without a partner": optimum.left[loads[0] == 0].any(),
        "price on the right with an empty place": optimum.right[loads[1] < face.right.most].any(),
        "proof": not face.certifies(optimum, profit),
    }
    return [what for what, found in wrong.items() if found]


def stop_after(looks: Iterator[int], most: int) -> None:
    """Raise TimeLimitReached after so many looks at the clock."""
    if next(looks) >= most:
        raise TimeLimitReached


def worth(profit: IntVector, optimum: PrimalDual) -> int:
    return sum(profit[optimum.chosen].tolist())


def small(profit: IntVector) -> IntVector:
    """Return profits that scipy's numbers hold, in the same order of greatness."""
    return np.where(profit > TIERS // 2, profit - TIERS + 3_000_000, profit)


def same_prices(first: PrimalDual, second: PrimalDual) -> bool:
    return np.array_equal(first.left, second.left) and np.array_equal(first.right, second.right)


def by_scipy(face: OptimalFace, profit: IntVector) -> PrimalDual | None:
    with pytest.MonkeyPatch.context() as patched:
        substitute(patched, "assignment", use_numba=lambda _: False)
        return solve_left_unit(face, profit)


@given(posed())
def test_any_face_has_the_optimum_and_the_prices_that_scipy_finds(case: Posed) -> None:
    face, profit = case[0], small(case[1])
    optimum, expected = solve_assignment(face, profit), by_scipy(face, profit)
    assert expected is not None
    assert refuted(face, profit, optimum) == []
    assert worth(profit, optimum) == worth(profit, expected)
    assert same_prices(optimum, expected)


@given(posed())
def test_tiers_put_together_are_exact_beyond_what_a_float_or_a_sum_in_int64_holds(case: Posed) -> None:
    face, profit = case
    assert refuted(face, profit, solve_assignment(face, profit)) == []


@pytest.mark.parametrize("seed", some_seeds(40))
def test_larger_faces_have_the_optimum_and_the_prices_that_scipy_finds(seed: int) -> None:
    face, profit = random(seed, 60, (1, 5, 1_000_000)[seed % 3])
    optimum, expected = solve_assignment(face, profit), by_scipy(face, profit)
    assert expected is not None
    assert refuted(face, profit, optimum) == []
    assert worth(profit, optimum) == worth(profit, expected)
    assert same_prices(optimum, expected)


@pytest.mark.parametrize("seed", some_seeds(40))
def test_a_warm_start_on_fewer_pairs_ends_where_a_cold_one_does(seed: int) -> None:
    face, profit = random(seed, 60, (1, 5, 1_000_000)[seed % 3])
    few = np.random.default_rng(seed).random(len(face)) < 0.7
    part = OptimalFace(face.lefts[few], face.rights[few], face.left, face.right)
    warm = solve_assignment(face, profit, WarmStart.of(part, solve_assignment(part, profit[few])))
    cold = solve_assignment(face, profit)
    assert refuted(face, profit, warm) == []
    assert worth(profit, warm) == worth(profit, cold)
    assert same_prices(warm, cold)


@pytest.mark.parametrize("begin", [run_forward, run_reverse, run_scaled])
@pytest.mark.parametrize("seed", some_seeds(20))
def test_each_start_ends_in_the_optimum(
    begin: Callable[[AssignmentGraph, CheckDeadline], WarmStart], seed: int
) -> None:
    face, profit = random(seed, 60, (1, 5, 1_000_000)[seed % 3])
    optimum, cold = (
        solve_assignment(face, profit, begin(AssignmentGraph.of(face, profit), no_deadline)),
        solve_assignment(face, profit),
    )
    assert refuted(face, profit, optimum) == []
    assert worth(profit, optimum) == worth(profit, cold)
    assert same_prices(optimum, cold)


@given(posed(), st.sampled_from([run_forward, run_reverse, run_scaled]))
def test_each_start_is_one_for_tiers_put_together(
    case: Posed, begin: Callable[[AssignmentGraph, CheckDeadline], WarmStart]
) -> None:
    face, profit = case
    assert (
        refuted(face, profit, solve_assignment(face, profit, begin(AssignmentGraph.of(face, profit), no_deadline)))
        == []
    )


@pytest.mark.parametrize(("places", "begin"), [(3, "run_forward"), (1, "run_scaled"), (0, "run_reverse")])
def test_the_start_is_chosen_by_how_many_places_there_are(
    places: int, begin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("run_forward", "run_scaled", "run_reverse"):
        monkeypatch.setattr(assignment, name, lambda graph, check, name=name: asked.append(name))
    right = np.array([places, places, 1, places], dtype=np.int64)
    cells = open_cells(np.arange(16), np.ones(4, dtype=np.int64), right)
    face = face_of(cells, np.ones(4, dtype=np.int64), right)
    assignment.choose_start(AssignmentGraph.of(face, np.ones(len(face), dtype=np.int64)), no_deadline)
    assert asked == [begin]


@given(posed(), st.integers(0, 1 << 32))
def test_any_prices_and_any_partners_are_a_start(case: Posed, seed: int) -> None:
    face, profit = case
    draw = np.random.default_rng(seed)
    prices = draw.integers(-5, 2 * max(int(profit.max(initial=0)), 1), len(face.right.most))
    partner = draw.integers(-1, len(face.right.most) + 1, len(face.left.most)).astype(np.int32)
    warm, cold = solve_assignment(face, profit, WarmStart(prices, partner)), solve_assignment(face, profit)
    assert refuted(face, profit, warm) == []
    assert worth(profit, warm) == worth(profit, cold)
    assert same_prices(warm, cold)


def test_from_its_own_optimum_nothing_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    face, profit = random(3, 60, 1_000_000)
    optimum = solve_assignment(face, profit)
    monkeypatch.setattr(paths, "augment_left", None)
    monkeypatch.setattr(paths, "augment_right", None)
    again = solve_assignment(face, profit, WarmStart.of(face, optimum))
    assert optimum.chosen.any()
    assert np.array_equal(again.chosen, optimum.chosen)
    with pytest.raises(TypeError):
        solve_assignment(face, profit, WarmStart(optimum.right + 1, np.full(len(face.left.most), -1, dtype=np.int32)))


@pytest.mark.parametrize("seed", range(10))
def test_a_warm_start_that_leads_astray_is_given_up(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, choose_start = list[AssignmentGraph](), assignment.choose_start

    def noted(market: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
        begun.append(market)
        return choose_start(market, check_deadline)

    monkeypatch.setattr(paths, "choose_start", noted)
    face, profit = random(seed, 60, 1_000_000)
    cold = solve_assignment(face, profit)
    nothing = WarmStart(0 * cold.right, np.full(len(face.left.most), -1, dtype=np.int32), arc_budget=0)
    assert same_prices(solve_assignment(face, profit, nothing), cold)
    assert same_prices(solve_assignment(face, profit, replace(WarmStart.of(face, cold), arc_budget=0)), cold)
    assert len(begun) == 2


def test_both_sides_bid_at_the_prices_of_a_start_that_leads_astray_before_all_begins_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    face, profit = random(3, 60, 1_000_000)
    cold, turns, search = solve_assignment(face, profit), count(), paths._search
    start = WarmStart.of(face, solve_assignment(face, profit // 2))

    def giving_up(*asked: Any) -> bool:
        return bool(next(turns)) and search(*asked)

    monkeypatch.setattr(paths, "_search", giving_up)
    monkeypatch.setattr(paths, "choose_start", None)
    warm = solve_assignment(face, profit, start)
    assert next(turns) == 2
    assert same_prices(warm, cold)


@pytest.mark.parametrize("seed", range(10))
def test_what_somebody_brings_to_all_pairs_alike_does_not_lengthen_the_steps_of_bids(seed: int) -> None:
    face, profit = random(seed, 60, 1_000)
    face, profit = replace(face, lefts=face.lefts[profit > 0], rights=face.rights[profit > 0]), profit[profit > 0]
    first = np.random.default_rng(seed).integers(0, 2, len(face.right.most)) << 40
    assert (
        AssignmentGraph.of(face, profit + first[face.rights]).profit_gap()
        == AssignmentGraph.of(face, profit).profit_gap()
        < 1 << 40
    )


def test_without_any_pair_nobody_is_matched() -> None:
    none = np.zeros(0, dtype=np.int64)
    for shape in ((0, 0), (3, 0), (0, 3), (2, 2)):
        face = face_of(none, np.ones(shape[0], dtype=np.int64), np.ones(shape[1], dtype=np.int64))
        optimum = solve_assignment(face, none)
        assert len(optimum.chosen) == 0
        assert not optimum.left.any()
        assert not optimum.right.any()


@pytest.mark.parametrize("value", [(1 << 60) + 1, -(1 << 60) - 1, np.iinfo(np.int64).min])
def test_numbers_that_would_not_stay_exact_are_refused(value: int) -> None:
    ones = np.ones(2, dtype=np.int64)
    face = face_of(np.arange(4), ones, ones)
    with pytest.raises(EngineError, match="int64"):
        solve_assignment(face, np.array([1, 2, 3, value], dtype=np.int64))


def test_the_greatest_number_taken_is_exact() -> None:
    ones = np.ones(2, dtype=np.int64)
    face, profit = face_of(np.arange(4), ones, ones), np.array([1 << 60, (1 << 60) - 1, (1 << 60) - 1, (1 << 60) - 3])
    optimum = solve_assignment(face, profit)
    assert refuted(face, profit, optimum) == []
    assert worth(profit, optimum) == (1 << 61) - 2


@pytest.mark.parametrize("least", [(1, 0), (0, 1)])
def test_minimums_are_refused(least: tuple[int, int]) -> None:
    one = np.ones(1, dtype=np.int64)
    face = OptimalFace(0 * one, 0 * one, RemainingDegrees(one * least[0], one), RemainingDegrees(one * least[1], one))
    with pytest.raises(EngineError, match="minimum"):
        solve_assignment(face, one)


def test_a_sum_beyond_int64_is_exact() -> None:
    values = np.array([(1 << 62) + 1, (1 << 62) + 3, (1 << 62) + 5, -7], dtype=np.int64)
    assert exact_dot(values) == 3 * (1 << 62) + 2
    assert exact_dot(values, np.array([9, 0, 1, 2])) == 10 * (1 << 62) + 9 + 5 - 14


def test_wrong_prices_whose_sum_differs_by_two_to_the_64_prove_nothing() -> None:
    sixteen = np.ones(16, dtype=np.int64)
    face, profit = face_of(17 * np.arange(16), sixteen, sixteen), sixteen
    high = np.full(16, (1 << 60) + 1)
    every = np.ones(16, dtype=bool)
    assert face.certifies(PrimalDual(every, sixteen, 0 * sixteen), profit)
    assert not face.certifies(PrimalDual(every, high, 0 * sixteen), profit)


@pytest.mark.parametrize("begin", [None, run_forward, run_reverse, run_scaled])
def test_when_the_time_is_up_the_search_ends_at_the_next_look(
    begin: Callable[[AssignmentGraph, CheckDeadline], WarmStart] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    face, profit = face_of(np.arange(400), np.ones(20, dtype=np.int64), np.ones(20, dtype=np.int64)), np.arange(400) % 7
    substitute(monkeypatch, "assignment", ARCS_PER_CHECK=1)
    if begin is not None:
        monkeypatch.setattr(paths, "choose_start", begin)
    looks = count()
    solve_assignment(face, profit, check_deadline=lambda: stop_after(looks, 1 << 30))
    needed = next(looks)
    assert needed > 2
    for most in range(needed):
        looks = count()
        with pytest.raises(TimeLimitReached):
            solve_assignment(face, profit, check_deadline=partial(stop_after, looks, most))
        assert next(looks) == most + 1


def test_other_threads_go_on_meanwhile() -> None:
    draw = np.random.default_rng(1)
    cells = np.unique(draw.integers(0, 3_000 * 3_000, 150_000))
    ones = np.ones(3_000, dtype=np.int64)
    face, profit = face_of(cells, ones, ones), draw.integers(1, 1_000_000, len(cells))
    solve_assignment(*random(1, 10, 5))  # compiled before the clock starts
    turns, done = 0, threading.Event()

    def solve() -> None:
        solve_assignment(face, profit)
        done.set()

    thread = threading.Thread(target=solve)
    thread.start()
    end = monotonic() + 60
    while not done.wait(0.001) and monotonic() < end:
        turns += 1
    thread.join()
    assert turns > 5


def test_where_no_folder_can_be_written_to_functions_are_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])

    def twice(value: int) -> int:
        return 2 * value

    assert jit(twice)(21) == 42
