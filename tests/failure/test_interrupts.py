"""Ctrl-C, and a parent that is killed: no process lives on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from mentormatch import Status, solve
from mentormatch.assignment.engines.semi_assignment import SemiAssignment
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from tests.failure.processes import alive, children, only_linux, pose, program, wait_for

ROOT = Path(__file__).resolve().parents[2]
SOLVES = """import sys
sys.path[:] = sys.argv[1:]
from mentormatch import solve
from tests.doors import put
from tests.failure.processes import endless
put("assignment", MAX_NODES=0)  # the MIP solver at once
{trouble}
problem = endless(exact={exact})
print("ready", flush=True)
solution = solve(problem)
print(str(solution.status), len(solution.pairs) > 0, solution.notes, flush=True)
"""
DEAF = 'engines["milp"].solve = lambda *asked: sum(range(1 << 50))'


@contextmanager
def solving(trouble: str = "", *, exact: bool = False) -> Iterator[subprocess.Popen[str]]:
    """Start a process, and a group, that solves a problem without end and says what comes of it."""
    command = [sys.executable, "-c", SOLVES.format(trouble=trouble, exact=exact), *sys.path]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        try:
            yield parent
        finally:
            parent.kill()


def interrupted(send: Callable[[int, int], None], *, exact: bool, moment: str) -> tuple[int, str, set[int]]:
    """Interrupt a solve; return how its process ended, what it said, and the processes that it had.

    CPython drops an interrupt that falls into a callback of its own, and says so: then it is done again.
    """
    while True:
        with solving(exact=exact) as parent:
            sleep(0.7 if moment == "later" else 0.1)
            helpers = children(parent.pid)
            send(parent.pid, signal.SIGINT)
            told, complaint = parent.communicate(timeout=60)
        if "Exception ignored in" not in complaint:
            return parent.returncode, told, helpers


@only_linux
@pytest.mark.promise(20)
@pytest.mark.parametrize(
    "send",
    [os.killpg, pytest.param(os.kill, marks=pytest.mark.proof)],
    ids=["as at a terminal", "to the process alone"],
)
@pytest.mark.parametrize(("exact", "statuses"), [(True, {"stopped"}), (False, {"feasible"})])
@pytest.mark.parametrize("moment", [pytest.param("at first", marks=pytest.mark.proof), "later"])
def test_an_interrupt_ends_the_solve_with_a_status_and_no_process_lives_on(
    send: Callable[[int, int], None], *, exact: bool, statuses: set[str], moment: str
) -> None:
    code, told, helpers = interrupted(send, exact=exact, moment=moment)
    # CPython ends in this way also where the interrupt was caught, if it fell into an exec() of text, as imports have
    assert code in {0, -signal.SIGINT}
    assert told in {f"{status} {status == 'feasible'} ('interrupted',)\n" for status in statuses}
    wait_for(lambda: not any(map(alive, helpers)))


@only_linux
@pytest.mark.promise(20)
@pytest.mark.parametrize(
    "trouble",
    [
        "put('assignment', IN_PROCESS_PAIRS=-1)",
        f"put('assignment', IN_PROCESS_PAIRS=-1, ENGINE_PROGRAM={program(DEAF)!r})",
    ],
    ids=["a solver at work", "a solver that keeps Python from running"],
)
def test_the_process_of_a_solve_ends_with_its_parent_even_one_that_is_killed(trouble: str) -> None:
    with solving(trouble) as parent:
        helpers = wait_for(lambda: children(parent.pid))
        sleep(1.0)
        assert all(map(alive, helpers))
        parent.kill()
        parent.wait()
        wait_for(lambda: not any(map(alive, helpers)))


@only_linux
@pytest.mark.promise(20)
@pytest.mark.parametrize(
    "delay", [0.0, pytest.param(0.03, marks=pytest.mark.proof), 0.1, pytest.param(0.2, marks=pytest.mark.proof)]
)
def test_a_parent_that_is_killed_while_the_process_starts_leaves_none(delay: float) -> None:
    with solving("put('assignment', IN_PROCESS_PAIRS=-1)") as parent:
        helpers = wait_for(lambda: children(parent.pid))
        sleep(delay)
        parent.kill()
        parent.wait()
        wait_for(lambda: not any(map(alive, helpers)))


@pytest.mark.promise(20)
@pytest.mark.parametrize("system", ["", "sys.modules['fcntl'] = None"], ids=["this one", "one without fcntl"])
@pytest.mark.parametrize("moment", ["before it looks", "after"])
def test_a_process_ends_when_its_standard_input_is_closed(system: str, moment: str) -> None:
    code = f"import sys, time\nfrom mentormatch.assignment import subprocess_main\n{system}\n"
    code += "print(flush=True)\nsubprocess_main.exit_with_parent()\ntime.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        if moment == "before it looks":
            child.stdin.close()
        child.stdout.readline()
        sleep(0.1)
        child.stdin.close()
        assert child.wait(60) != 0


@pytest.mark.promise(20)
def test_an_interrupt_in_this_process_leaves_the_best_answer_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*asked: object) -> None:
        raise KeyboardInterrupt

    # With a pin, ties are settled after the goals are proved
    problem = replace(pose(np.ones((4, 4)), goals=("matched", "floor", "total")), pins=((0, 0),))
    monkeypatch.setattr(KeyedTieBreaker, "of", interrupt)
    solution = solve(problem)
    assert (solution.status, len(solution.pairs), solution.notes) == (Status.PROVED, 4, ("interrupted",))
    assert not solution.canonical
    monkeypatch.setattr(SemiAssignment, "solve", interrupt)
    solution = solve(problem)
    assert (solution.greedy, len(solution.pairs), solution.notes) == (True, 4, ("interrupted",))
