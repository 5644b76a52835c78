"""A solve whose process is killed at any moment ends with a true answer, marked as what it is, or with none."""

import os
import random
import signal
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from mentormatch import Solution, Status, certify, solve
from mentormatch.results import Verdict
from tests.conftest import some_of
from tests.doors import substitute
from tests.failure.processes import KINDS, all_apart, assert_true, best_of, children, made, only_linux, program, quotas

FAST, DEEP = 2, 200
MOMENTS = [*range(FAST), *(pytest.param(moment, marks=pytest.mark.proof) for moment in range(FAST, DEEP))]

DIES = """from mentormatch.assignment.mip.dispatch import solve_program
left = iter(range({programs}))
def dying(*asked):
    return solve_program(*asked) if next(left, None) is not None else os.kill(os.getpid(), 9)
put("assignment", solve_program=dying)"""

known = cache(best_of)


class Killer(Thread):
    """Kills the process that this one starts next, some seconds after its start."""

    def __init__(self, delay: float) -> None:
        super().__init__()
        self.delay, self.over, self.killed = delay, Event(), False
        self.others = children(os.getpid())

    def run(self) -> None:
        """Wait for a child, wait some more, kill it if it is still there."""
        while not (found := children(os.getpid()) - self.others) and not self.over.is_set():
            sleep(0.001)
        if not self.over.wait(self.delay):
            for process in found & children(os.getpid()):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    self.killed = True


def killed(kind: str, delay: float) -> tuple[Solution, bool]:
    """Return what becomes of a solve whose process is killed after a delay, and whether it came to that."""
    killer = Killer(delay)
    killer.start()
    solution = solve(made(kind))
    killer.over.set()
    killer.join()
    return solution, killer.killed


def open_files() -> int:
    """Return how many files and pipes this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@cache
def seconds(kind: str) -> float:
    """Return about how long a problem takes in a process of its own."""
    start = monotonic()
    assert solve(made(kind)).pairs.tolist() == known(kind).pairs.tolist()
    return monotonic() - start


@only_linux
@pytest.mark.promise(9)
@pytest.mark.promise(10)
@pytest.mark.promise(20)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_at_any_moment_leaves_a_true_answer_or_none_and_nothing_else(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = KINDS[moment % len(KINDS)]
    optimum, problem = known(kind), made(kind)
    all_apart(monkeypatch)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    delay = seconds(kind) * random.Random(moment).uniform(0.1, 1.05)
    open_before, others = open_files(), children(os.getpid())
    solution, died = killed(kind, delay)
    assert_true(problem, solution, optimum)
    if kind != "dense":  # where a certificate takes longer than the solve
        assert certify(problem, solution).verdict is not Verdict.REFUSED
    if died and solution.status is not Status.PROVED:
        assert solution.status in (Status.FEASIBLE, Status.FAILED)
        assert solution.notes == ("the engine was killed by signal 9",)
    if not died:
        assert solution.status is Status.PROVED
    assert children(os.getpid()) == others
    assert open_files() == open_before
    assert list(tmp_path.iterdir()) == []


@only_linux
@pytest.mark.promise(20)
def test_a_kill_before_any_program_leaves_what_was_found_with_its_gap_and_prices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem, found = quotas(7), list[Solution]()
    optimum = solve(problem)
    all_apart(monkeypatch)
    for programs in (0, 2, 4, 99):
        substitute(monkeypatch, "assignment", ENGINE_PROGRAM=program(DIES.format(programs=programs)))
        found.append(solve(problem))
        assert_true(problem, found[-1], optimum)
    assert found[0].greedy
    assert found[-1].status is Status.PROVED
    between = [solution for solution in found if solution.status is Status.FEASIBLE]
    assert between
    for solution in between:
        assert solution.gap is not None
        assert solution.prices
        assert certify(problem, solution).verdict in {Verdict.PARTLY, Verdict.CERTIFIED}
    assert any(solution.gap for solution in between)


@pytest.mark.promise(12)
@pytest.mark.parametrize("kind", some_of(reversed(KINDS), 2))
def test_a_process_of_its_own_gives_the_same_answer(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = known(kind)
    all_apart(monkeypatch)
    there = solve(made(kind))
    assert (there.status, there.engine, there.tiers) == (here.status, here.engine, here.tiers)
    assert there.pairs.tolist() == here.pairs.tolist()
    assert len(there.prices) == len(here.prices)
