"""Time limits, memory limits, engines that hang or die, and no process to be had."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Status, solve
from mentormatch.assignment.engines.semi_assignment import SemiAssignment
from mentormatch.assignment.mip.dispatch import SOLVER_PROCESS
from mentormatch.assignment.subprocess_solve import SolveTask
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from tests.conftest import DEEP
from tests.doors import substitute
from tests.failure.processes import (
    all_apart,
    assert_true,
    best_of,
    broken,
    children,
    endless,
    made,
    pose,
    program,
    quotas,
)

HANGS = 'engines["plain"].solve = lambda *asked: time.sleep(600)'
HANGS_AT_TIES = "AnonymousTieBreaker.of = lambda *asked: time.sleep(600)"
DEAF = 'engines["plain"].solve = lambda *asked: sum(range(1 << 50))'
EATS = 'engines["plain"].solve = lambda *asked: bytearray(1 << 42)'
TALKS = (
    'solve = engines["plain"].solve\nengines["plain"].solve = lambda *asked: os.write(1, b"hello") and solve(*asked)'
)


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """See to it that no process is left, alive or dead, after any of these tests."""
    SOLVER_PROCESS.terminate()  # it waits for the next program
    others = children(os.getpid())
    yield
    SOLVER_PROCESS.terminate()
    assert children(os.getpid()) == others


@pytest.mark.promise(20)
@pytest.mark.promise(10)
@pytest.mark.parametrize("seconds", [1e-9, 0.2, 0.9, 1.5])
def test_where_time_ends_before_any_answer_the_solve_is_stopped(seconds: float) -> None:
    solution = solve(endless(), time_limit_s=seconds)
    assert (solution.status, len(solution.pairs)) == (Status.STOPPED, 0)


@pytest.mark.promise(20)
@pytest.mark.promise(10)
def test_where_time_ends_after_an_answer_it_comes_back_with_its_gap() -> None:
    problem = endless(exact=False)
    solution = solve(problem, time_limit_s=2)
    assert solution.status is Status.FEASIBLE
    assert broken(problem, solution) == []
    assert solution.gap is not None
    assert solution.gap > 0


@pytest.mark.parametrize("seconds", [0.1, 0.4, 0.7, 1.0, 2.0] if DEEP else [0.4])
@pytest.mark.parametrize("kind", ["quotas", "floor with quotas", "dense"])
@pytest.mark.promise(10)
def test_a_time_limit_at_any_stage_leaves_a_true_answer_or_none(
    kind: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    optimum = best_of(kind)
    all_apart(monkeypatch)
    assert_true(made(kind), solve(made(kind), time_limit_s=seconds), optimum)


@pytest.mark.promise(20)
@pytest.mark.parametrize("trouble", [HANGS, DEAF])
def test_an_engine_that_hangs_is_ended_at_the_time_limit(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", ENGINE_PROGRAM=program(trouble))
    problem = pose([[1.0, 0.9, 0.0], [0.9, 0.0, 0.0], [0.0, 0.0, 0.1]])
    solution = solve(problem, time_limit_s=1)
    assert (solution.status, len(solution.pairs)) == (Status.FEASIBLE, 3)  # pairs without an engine, with their gap
    assert solution.gap is not None
    assert broken(problem, solution) == []


@pytest.mark.promise(20)
def test_an_engine_that_hangs_after_an_answer_leaves_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = pose(np.ones((5, 5)))
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", ENGINE_PROGRAM=program(HANGS_AT_TIES))
    solution = solve(problem, time_limit_s=3)
    assert (solution.status, len(solution.pairs), solution.canonical) == (Status.PROVED, 5, False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.promise(20)
def test_an_engine_that_takes_all_memory_is_stopped_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", ENGINE_PROGRAM=program(EATS))
    solution = solve(pose(np.eye(3)))
    assert (solution.greedy, solution.notes) == (True, ("the engine ran out of memory",))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.promise(20)
def test_a_problem_too_large_for_the_memory_gets_a_greedy_answer_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", MEMORY_BYTES=1 << 28)
    solution = solve(pose(np.zeros((6000, 6000), dtype=np.int64)))  # the numbers alone are more, however many cores
    assert (solution.greedy, solution.notes) == (True, ("the engine ran out of memory",))


@pytest.mark.parametrize(
    ("child", "note"),
    [
        ("raise SystemExit(3)", "the engine ended with code 3"),
        ("import os; os.abort()", "the engine was killed by signal 6"),
        ("import os, time; os.close(1); time.sleep(600)", "the engine fell silent"),
        ("import os, time; os.write(1, b'nonsense' * 9); time.sleep(600)", "the engine fell silent"),
    ],
)
@pytest.mark.promise(20)
def test_a_process_that_goes_wrong_leaves_a_greedy_answer_and_is_told_in_words(
    child: str, note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", ENGINE_PROGRAM=child, SILENT_S=0.2)
    solution = solve(quotas(6))
    assert (solution.greedy, solution.notes) == (True, (note,))


def test_what_an_engine_prints_does_not_disturb_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", ENGINE_PROGRAM=program(TALKS))
    assert solve(pose(np.eye(3))).status is Status.PROVED


def test_where_no_process_can_be_started_the_problem_is_solved_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    all_apart(monkeypatch)
    monkeypatch.setattr(sys, "executable", "absent")
    assert solve(quotas(6)).status is Status.PROVED


@pytest.mark.promise(20)
def test_memory_that_is_out_in_this_process_is_told_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def eat(*asked: object) -> None:
        raise MemoryError

    problem = pose(np.ones((4, 4)))
    monkeypatch.setattr(KeyedTieBreaker, "of", eat)
    solution = solve(problem)
    assert (solution.status, len(solution.pairs), solution.notes) == (Status.PROVED, 4, ("out of memory",))
    assert not solution.canonical
    monkeypatch.setattr(SemiAssignment, "solve", eat)
    solution = solve(problem)
    assert (solution.greedy, len(solution.pairs), solution.notes) == (True, 4, ("out of memory",))


@pytest.mark.promise(21)
def test_neither_keys_nor_names_of_rules_go_to_another_process() -> None:
    bare = quotas(6)
    keys = tuple(f"canary{place}" for place in range(6))
    rows = tuple(replace(row, name=f"canary {row.name}") for row in bare.rows)
    problem = replace(bare, mentor_keys=keys, mentee_keys=keys, rows=rows)
    sent = pickle.dumps(SolveTask.of(problem, None, KeyedTieBreaker(0, keys, keys), None))
    assert b"canary" in pickle.dumps(problem)
    assert b"canary" not in sent


def test_a_solve_without_trouble_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*asked: object, **settings: object) -> None:
        raise AssertionError("a process was started")

    solve(quotas(6))  # which imports the solver
    monkeypatch.setattr(subprocess, "Popen", refuse)
    quick: list[tuple[AssignmentProblem, float | None]] = [
        (pose(np.eye(11)), None),
        (pose(np.ones((300, 300))), 60.0),
        (quotas(6), None),
    ]
    for problem, seconds in quick:
        assert solve(problem, time_limit_s=seconds).status is Status.PROVED
