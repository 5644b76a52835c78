"""OR-Tools' flow finds the optimum of any list of pairs, and its prices; it is asked where it is exact and quicker."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.assignment.engine import solve
from mentormatch.assignment.engines import wide
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.columns import IntVector
from mentormatch.scale.flow import min_cost_flow
from mentormatch.scale.flow.assignment import solve_assignment
from mentormatch.scale.flow.min_cost_flow import best_by_flow, best_uncompiled, flows
from mentormatch.scale.scan.blocks import CheckDeadline, skip_deadline
from tests.assignment.test_paths import Posed, by_scipy, posed, random, refuted, same_prices, small, worth
from tests.conftest import DEEP
from tests.scale.test_same_pairs import GOALS, PROGRAMME, RULES, both, coarse, cohort, same

SEEDS = range(30 if DEEP else 2)
MANY = 60


def drawn(values: int = 1 << 30, worth: int = 0) -> Posed:
    """Return the pairs of many people, worth one of so many ``values`` beyond a ``worth``."""
    people = np.ones(MANY, dtype=np.int64)
    lefts, rights = np.divmod(np.arange(MANY * MANY), MANY)
    profit = worth + np.random.default_rng(0).integers(0, values, len(lefts))
    return OptimalFace(
        lefts, rights, RemainingDegrees(0 * people, people), RemainingDegrees(0 * people, people)
    ), profit


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the flow asked for lists of any length."""
    monkeypatch.setattr(min_cost_flow, "LISTED", 0)


def joined(cases: Sequence[Posed]) -> Posed:
    """Return faces side by side, as one."""
    faces = [face for face, _ in cases]
    left, right = ([face.left.most for face in faces], [face.right.most for face in faces])
    starts = [np.cumsum([0, *map(len, side)]) for side in (left, right)]
    lefts = [face.lefts + start for face, start in zip(faces, starts[0][:-1], strict=True)]
    rights = [face.rights + start for face, start in zip(faces, starts[1][:-1], strict=True)]
    sides = [np.concatenate(side) for side in (left, right)]
    bounds = [RemainingDegrees(0 * most, most) for most in sides]
    face = OptimalFace(np.concatenate(lefts), np.concatenate(rights), bounds[0], bounds[1])
    return face, np.concatenate([profit for _, profit in cases])


@settings(max_examples=40 if DEEP else 4)
@given(st.lists(posed(), min_size=20, max_size=40))
def test_any_face_has_the_optimum_and_the_prices_that_scipy_finds(cases: list[Posed]) -> None:
    face, profit = joined(cases)
    optimum = best_by_flow(face, small(profit), skip_deadline)
    parts = [by_scipy(part, small(own)) for part, own in cases]
    assert optimum is not None
    assert refuted(face, small(profit), optimum) == []
    assert np.array_equal(optimum.left, np.concatenate([part.left for part in parts if part is not None]))
    assert np.array_equal(optimum.right, np.concatenate([part.right for part in parts if part is not None]))


def test_paths_find_what_the_flow_does_and_sides_may_be_exchanged() -> None:
    face, profit = joined([random(seed, 60, (1, 5, 1_000_000)[seed % 3]) for seed in range(60)])
    found = best_by_flow(face, profit, skip_deadline), best_by_flow(face.flipped(), profit, skip_deadline)
    expected = solve_assignment(face, profit)
    assert found[0] is not None
    assert found[1] is not None
    assert same_prices(found[0], expected)
    assert worth(profit, found[0]) == worth(profit, expected) == worth(profit, found[1])
    assert refuted(face.flipped(), profit, found[1]) == []


@pytest.mark.usefixtures("short")
def test_the_flow_takes_lists_of_many_different_worths() -> None:
    assert flows(*drawn())


@pytest.mark.usefixtures("short")
def test_the_flow_is_exact_up_to_the_numbers_that_it_takes() -> None:
    most = min_cost_flow.MOST // (2 * MANY + 2)
    face, profit = drawn(worth=most - (1 << 30))
    assert flows(face, profit)
    optimum = best_by_flow(face, profit, skip_deadline)
    assert optimum is not None
    assert refuted(face, profit, optimum) == []
    profit[0] = most + 1
    assert not flows(face, profit)


@pytest.mark.parametrize("executable", ["/nowhere", "/bin/false"])
def test_a_process_that_does_not_start_or_dies_leaves_the_list_to_scipy(
    executable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    assert best_by_flow(*drawn(), skip_deadline) is None


def test_a_flow_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    turns = count()

    class Child(subprocess.Popen[bytes]):
        """Is known once it is started."""

        def __init__(self, *asked: Any, **more: Any) -> None:
            super().__init__(*asked, **more)
            started.append(self)

    def over() -> None:
        if next(turns):
            raise TimeLimitReached

    monkeypatch.setattr(min_cost_flow, "WAIT_S", 0.01)
    monkeypatch.setattr(subprocess, "Popen", Child)
    with pytest.raises(TimeLimitReached):
        best_by_flow(*drawn(), over)
    assert started[0].returncode == -signal.SIGKILL


def test_one_process_can_hold_highspy_and_be_told_what_flows() -> None:
    asked = "import highspy; from tests.scale.test_flow import *; print(best_by_flow(*drawn(), unheeding))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:7], done.stderr) == (0, "Optimum", "")


def test_beyond_what_it_takes_the_flow_says_so_and_tells_nothing() -> None:
    assert best_by_flow(*drawn(worth=1 << 60), skip_deadline) is None


@pytest.mark.usefixtures("short")
def test_ties_and_minimums_are_for_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    face, profit = drawn()
    needing = replace(face, left=replace(face.left, least=face.left.most))
    assert not flows(*drawn(values=MANY - 1))
    assert not flows(needing, profit)
    monkeypatch.setattr(min_cost_flow, "best_by_flow", None)
    found = best_uncompiled(needing, profit, skip_deadline)
    assert found is not None
    assert found.chosen.sum() == MANY


def test_short_lists_are_for_scipy() -> None:
    assert not flows(*drawn())


@pytest.mark.usefixtures("short")
def test_without_the_flow_scipy_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    face, profit = drawn()
    found = best_uncompiled(face, profit, skip_deadline)
    monkeypatch.setattr(min_cost_flow, "find_spec", lambda _: None)
    assert not flows(face, profit)
    other = best_uncompiled(face, profit, skip_deadline)
    assert found is not None
    assert other is not None
    assert same_prices(found, other)


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_are_those_of_the_whole_block(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()

    def counting(face: OptimalFace, profit: IntVector, heed: CheckDeadline) -> PrimalDual | None:
        asked.append(len(face))
        return best_by_flow(face, profit, heed)

    monkeypatch.setattr(wide, "find_spec", lambda _: None)
    monkeypatch.setattr(min_cost_flow, "flows", lambda *_: True)
    monkeypatch.setattr(min_cost_flow, "best_by_flow", counting)
    programme = PROGRAMME if seed % 2 else coarse(PROGRAMME)
    rules = RULES if seed % 2 else [rule for rule in RULES if rule.least_score is None]
    held, unheld = both(cohort(seed), programme, rules, GOALS)
    assert same(solve(held, seed=seed), solve(unheld, seed=seed))
    assert max(asked) > MANY // 2
