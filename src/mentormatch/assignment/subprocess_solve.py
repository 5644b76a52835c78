"""A solve in a process of its own, ended at its deadline.

The child runs ``subprocess_main``. It gets positions and hashes, neither keys nor the names of rules, and holds nothing
open but its two pipes: there is no temporary file. It ends with its parent, even one that is killed.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Thread
from time import monotonic

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import FittingRows
from mentormatch.assignment.model.solution import Solution
from mentormatch.assignment.tie_breaking import AnonymousTieBreaker, TieBreaker
from mentormatch.base.threads import start_thread
from mentormatch.errors import EngineError, MentorMatchError
from mentormatch.languages.translation import spoken

ENGINE_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; from mentormatch.assignment.subprocess_main import main; main()"
)
OUT_OF_MEMORY = 77
"""What the child ends with when memory is out."""
MEMORY_BYTES: int | None = None
"""The most that a child takes; None: what the machine has."""
SILENT_S = 1.0
"""A child that says no more has so many seconds to end."""
GLANCE_S = 0.05
"""So often it is looked whether the solve is still waited for."""
EARLY, EARLIEST_S = 0.1, 0.2
"""The child stops itself this part of the time before it is ended, and no more than so many seconds before."""


@dataclass(frozen=True, slots=True)
class SolveTask:
    """What the child is asked: a problem without names, the engine if one is named, how ties are settled, limits.

    ``language`` is that in which it words what it refuses. Without ``ties`` any optimum will do.
    """

    problem: AssignmentProblem
    engine: str | None
    hashes: AnonymousTieBreaker
    deadline: float | None
    memory: int | None
    language: str
    ties: bool = True

    @classmethod
    def of(
        cls,
        problem: AssignmentProblem,
        engine: str | None,
        hashes: TieBreaker,
        seconds: float | None,
        *,
        ties: bool = True,
    ) -> "SolveTask":
        """Return the task to be done in so many seconds; of people and rules it has the positions alone."""
        rows = FittingRows.of(problem.rows, problem.shape).renamed()
        bare = replace(problem, rows=rows, mentor_keys=(), mentee_keys=())
        until = None if seconds is None else monotonic() + seconds - min(EARLY * seconds, EARLIEST_S)
        return cls(bare, engine, hashes.anonymized, until, MEMORY_BYTES or _memory(), spoken(), ties)


def solve_in_subprocess(
    task: SolveTask, better: Callable[[Solution], None], seconds: float | None, cancelled: Callable[[], bool]
) -> Solution | None:
    """Return what the engines say in a process of its own; None if it has not ended after so many seconds.

    Parameters
    ----------
    better
        Takes each answer that is better than those before.
    cancelled
        Is asked now and then whether to wait no longer.

    Raises
    ------
    EngineError
        If the process dies.
    MentorMatchError
        What the engines raised there.
    OSError
        If it cannot be started.
    """
    child = subprocess.Popen(
        python_command(ENGINE_PROGRAM), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    talk = PipeExchange(child, task, better)
    thread = Thread(target=talk.run, daemon=True)
    try:
        start_thread(thread)
        ends = None if seconds is None else monotonic() + seconds
        while thread.is_alive() and not cancelled() and (ends is None or monotonic() < ends):
            thread.join(GLANCE_S if ends is None else min(GLANCE_S, max(ends - monotonic(), 0.0)))
        if not thread.is_alive() and (end := exit_reason(child)) and talk.last is None:
            raise EngineError(end)
        if isinstance(talk.last, MentorMatchError):
            raise talk.last
        return talk.last
    finally:
        child.kill()
        child.wait()
        if thread.ident is not None:
            thread.join()
        close_pipes(child)


def python_command(program: str) -> list[str]:
    """Return what starts the child: it finds the same modules, and heeds no variable of the environment."""
    return [sys.executable, "-I", *["-B"] * sys.dont_write_bytecode, "-c", program, *sys.path]


@dataclass(slots=True)
class PipeExchange:
    """The talk with the child: the task to it, answers from it, up to the ``last``."""

    child: subprocess.Popen[bytes]
    task: SolveTask
    better: Callable[[Solution], None]
    last: Solution | MentorMatchError | None = None

    def run(self) -> None:
        """Talk until the last answer is there, or the child is not."""
        with suppress(OSError, EOFError, pickle.UnpicklingError, MemoryError):
            self._send_task()
            while self.last is None:
                self._receive()

    def _send_task(self) -> None:
        if self.child.stdin is not None:
            pickle.dump(self.task, self.child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self.child.stdin.flush()

    def _receive(self) -> None:
        if self.child.stdout is not None:
            last, solution = pickle.load(self.child.stdout)  # noqa: S301 - our own process wrote it
            if last:
                self.last = solution
            else:
                self.better(solution)


def exit_reason(child: subprocess.Popen[bytes]) -> str:
    """Return in words how a child ends that says no more."""
    try:
        code = child.wait(SILENT_S)
    except subprocess.TimeoutExpired:
        return "the engine fell silent"
    if code == OUT_OF_MEMORY:
        return "the engine ran out of memory"
    return f"the engine was killed by signal {-code}" if code < 0 else f"the engine ended with code {code}"


def close_pipes(child: subprocess.Popen[bytes]) -> None:
    """Close the pipes to a child."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _memory() -> int | None:
    """Return the memory of this machine in bytes, None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):
        return None
