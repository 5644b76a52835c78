"""A solve in a child process, stopped at its deadline.

The child runs ``subprocess_main``. It receives positions and hashes, neither keys nor names of rules, and has no open
files but its two pipes. It ends with its parent, even if the parent is killed.
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
OUT_OF_MEMORY = 77  # exit code of the child when memory is out
MEMORY_BYTES: int | None = None  # memory limit of the child; None: the memory of the machine
SILENT_S = 1.0  # time for a child to end after its last message
POLL_S = 0.05  # interval at which ``cancelled`` is polled


def child_deadline(seconds: float | None) -> float | None:
    """Return the time of the monotonic clock at which a child with ``seconds`` stops itself."""
    # Before its deadline, by a tenth of the time and at most 0.2 s
    return None if seconds is None else monotonic() + seconds - min(0.1 * seconds, 0.2)


@dataclass(frozen=True, slots=True)
class SolveTask:
    """A task for the child: a problem without names, an engine or None, tie-breaking hashes, and limits.

    ``language`` is the language of its error messages. Without ``ties``, any optimum is accepted.
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
        """Return the task to be done within ``seconds``; people and rows are identified by position only."""
        rows = FittingRows.of(problem.rows, problem.shape).renamed()
        bare = replace(problem, rows=rows, mentor_keys=(), mentee_keys=())
        memory = MEMORY_BYTES or _machine_memory()
        return cls(bare, engine, hashes.anonymized, child_deadline(seconds), memory, spoken(), ties)


def solve_in_subprocess(
    task: SolveTask, better: Callable[[Solution], None], seconds: float | None, cancelled: Callable[[], bool]
) -> Solution | None:
    """Return the solution of the engines in a child process; None at the time limit, or if cancelled.

    Parameters
    ----------
    better
        Called with each incumbent, in another thread.
    cancelled
        Polled; True ends the child.

    Raises
    ------
    EngineError
        If the child dies.
    MentorMatchError
        If the engines raised it in the child.
    OSError
        If the child cannot be started.
    """
    child = subprocess.Popen(
        python_command(ENGINE_PROGRAM), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    exchange = PipeExchange(child, task, better)
    thread = Thread(target=exchange.run, daemon=True)
    try:
        start_thread(thread)
        deadline = None if seconds is None else monotonic() + seconds
        while thread.is_alive() and not cancelled() and (deadline is None or monotonic() < deadline):
            thread.join(POLL_S if deadline is None else min(POLL_S, max(deadline - monotonic(), 0.0)))
        if not thread.is_alive() and (reason := exit_reason(child)) and exchange.last is None:
            raise EngineError(reason)
        if isinstance(exchange.last, MentorMatchError):
            raise exchange.last
        return exchange.last
    finally:
        child.kill()
        child.wait()
        if thread.ident is not None:
            thread.join()
        close_pipes(child)


def python_command(program: str) -> list[str]:
    """Return the command of a child that finds the same modules and ignores the environment."""
    return [sys.executable, "-I", *["-B"] * sys.dont_write_bytecode, "-c", program, *sys.path]


@dataclass(slots=True)
class PipeExchange:
    """The exchange with the child: sends the task, and receives solutions up to the ``last``."""

    child: subprocess.Popen[bytes]
    task: SolveTask
    better: Callable[[Solution], None]
    last: Solution | MentorMatchError | None = None

    def run(self) -> None:
        """Exchange until the last solution is received or the child is gone."""
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
    """Return a message on how a child ended, or that it did not end in time."""
    try:
        code = child.wait(SILENT_S)
    except subprocess.TimeoutExpired:
        return "the engine fell silent"
    if code == OUT_OF_MEMORY:
        return "the engine ran out of memory"
    return f"the engine was killed by signal {-code}" if code < 0 else f"the engine ended with code {code}"


def close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _machine_memory() -> int | None:
    """Return the memory of this machine in bytes; None if the system does not report it."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):
        return None
