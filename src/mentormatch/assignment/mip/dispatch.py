"""Linear or 0-1 program -> its solution by simplex, branch and bound, or the MIP solver of HiGHS.

A linear program goes to the dual simplex. A 0-1 program goes to our branch and bound, which is quick while the tree is
small; a program whose tree grows too large goes to the MIP solver of HiGHS, in losses.

A process that has loaded OR-Tools, which brings a HiGHS of its own, cannot load highspy. It then sends all its programs
and problems to a process that can: started once, it gets coefficients, nothing else, and it ends with the process that
started it, even a killed one.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Lock, Thread
from time import monotonic

import numpy as np

from mentormatch.assignment.mip.program_model import (
    Effort,
    LinearConstraint,
    Program,
    SolverResult,
    SolverStatus,
    Stop,
    never,
)
from mentormatch.assignment.model.solution import Solution
from mentormatch.assignment.subprocess_solve import OUT_OF_MEMORY, close, command, has_ended
from mentormatch.base.child_process import claim_stdout, exit_with_parent_within, limit_memory
from mentormatch.base.threads import start_thread
from mentormatch.errors import EngineError
from mentormatch.languages.translation import language, spoken

BRANCHING = 0.5
"""The part of the time that branch and bound may take before the program goes to the MIP solver."""
GLANCE_S = 0.05
"""So often it is looked whether a program is still waited for."""
EARLY, EARLIEST_S = 0.1, 0.2
"""The other process stops itself this part of the time before it is ended, and no more than so many seconds before."""


def solve_program(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return HiGHS's answer to a program; STOPPED soon after ``stopped`` tells that nobody waits for it.

    Raises
    ------
    EngineError
        If the solver says anything but optimal, infeasible or out of time, or cannot be loaded anywhere.
    """
    if not can_load_highs():
        return SOLVER_PROCESS.solve(program, seconds, stopped)
    return solve_in_process(program, seconds, stopped)


@cache
def can_load_highs() -> bool:
    """Return whether this process can load HiGHS: not where OR-Tools was loaded before."""
    try:
        import mentormatch.assignment.mip.simplex  # noqa: F401 - to see whether it can be
    except ImportError:
        return False
    return True


def solve_in_process(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return HiGHS's answer to a program, worked out in this process."""
    from mentormatch.assignment.mip.branch_and_bound import find_choice, solve_integer_program
    from mentormatch.assignment.mip.cutting_planes import find_cuts
    from mentormatch.assignment.mip.simplex import solve_lp

    # Presolve: a row without variables is feasible or not as it stands; without variables there is nothing to solve
    if not all(_admits_zero(row) for row in program.constraints if not len(row.columns)):
        return SolverResult(SolverStatus.INFEASIBLE)
    if not len(program.worth):
        return SolverResult(SolverStatus.OPTIMAL, np.zeros(0), 0.0, np.zeros(len(program.constraints)))
    if program.knapsacks:
        return find_cuts(program, seconds, stopped)
    if not program.integral:
        return solve_lp(program, seconds, stopped)
    if program.effort is Effort.DIVE:
        return find_choice(program, seconds, stopped)
    if program.effort in (Effort.BRIEF, Effort.MIP):
        return solve_integer_program(program, seconds, stopped)
    # Branch and bound on the simplex first; if it stalls, or its share of the time is up, the MIP solver
    ends = None if seconds is None else monotonic() + seconds
    found = solve_integer_program(program, None if seconds is None else seconds * BRANCHING, stopped)
    left = None if ends is None else max(ends - monotonic(), 0.0)
    if found.word not in (SolverStatus.STALLED, SolverStatus.STOPPED) or stopped() or left == 0.0:
        return found
    if program.effort is Effort.TREE:
        return replace(found, word=SolverStatus.STALLED)
    return solve_integer_program(replace(program, effort=Effort.MIP, known=found.integral_choice()), left, stopped)


def _admits_zero(row: LinearConstraint) -> bool:
    return (row.least or 0) <= 0 and (row.most is None or row.most >= 0)


SOLVER_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from mentormatch.assignment.mip.dispatch import main; main()"

type Job = Program | Callable[[float | None], Solution]
"""A program, or what solves a problem until a time of the monotonic clock."""
type Request = tuple[Job, float | None, str]
"""A job, its end in seconds of the monotonic clock, the language of errors."""
type Reply = SolverResult | Solution | str


@dataclass(slots=True)
class SolverProcess:
    """A process that solves programs and problems. ``owner``: the id of the process that started it, not of a fork."""

    lock: Lock = field(default_factory=Lock)
    child: "subprocess.Popen[bytes] | None" = None
    owner: int = 0

    def solve(self, program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
        """Return HiGHS's answer to a program; raises EngineError if the process cannot be started, dies or fails."""
        found = self._solve_or_other(program, seconds, stopped)
        return found if isinstance(found, SolverResult) else SolverResult(SolverStatus.STOPPED)

    def solve_problem(
        self, task: Callable[[float | None], Solution], seconds: float | None, stopped: Stop = never
    ) -> Solution | None:
        """Return what an engine that needs HiGHS says of a problem; None if it was stopped."""
        found = self._solve_or_other(task, seconds, stopped)
        return found if isinstance(found, Solution) else None

    def _solve_or_other(self, job: Job, seconds: float | None, stopped: Stop) -> Reply | None:
        """Return the reply to a job, None if it was stopped.

        While the process solves for another thread, a second process does this job and ends.
        """
        if not self.lock.acquire(blocking=False):
            other = SolverProcess()
            try:
                return other._solve_or_other(job, seconds, stopped)
            finally:
                other.end()
        try:
            until = None if seconds is None else monotonic() + seconds - min(EARLY * seconds, EARLIEST_S)
            found = self._request((job, until, spoken()), seconds, stopped)
        except BaseException:
            self.end()  # a late answer must not be taken for that to the next program
            raise
        finally:
            self.lock.release()
        if isinstance(found, str):
            raise EngineError(found)
        return found

    def _request(self, request: Request, seconds: float | None, stopped: Stop) -> Reply | None:
        child, found = self._start(), list[Reply]()
        talk = Thread(target=_exchange, args=(child, request, found), daemon=True)
        start_thread(talk)
        ends = None if seconds is None else monotonic() + seconds
        while talk.is_alive() and not stopped() and (ends is None or monotonic() < ends):
            talk.join(GLANCE_S if ends is None else min(GLANCE_S, max(ends - monotonic(), 0.0)))
        if talk.is_alive():
            self.end()
            talk.join()
            return None
        if not found:
            raise EngineError(has_ended(child))
        return found[0]

    def _start(self) -> "subprocess.Popen[bytes]":
        """Return the running process; start one if there is none."""
        if self.child is None or self.owner != os.getpid() or self.child.poll() is not None:
            self.end()
            try:
                self.child = subprocess.Popen(
                    command(SOLVER_PROGRAM), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            except OSError as error:
                raise EngineError(f"no process can be started for HiGHS ({error.strerror})") from error
            self.owner = os.getpid()
            atexit.register(self.end)
        return self.child

    def end(self) -> None:
        """End the process, if it is there and this one's."""
        child, self.child = self.child, None
        if child is not None and self.owner == os.getpid():
            child.kill()
            child.wait()
            close(child)


SOLVER_PROCESS = SolverProcess()


def _exchange(child: "subprocess.Popen[bytes]", request: Request, found: list[Reply]) -> None:
    """Send a job to the process; append its answer, or the error that it reports, to ``found``."""
    with suppress(OSError, EOFError, ValueError, pickle.UnpicklingError, MemoryError):
        if child.stdin is not None and child.stdout is not None:
            pickle.dump(request, child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            child.stdin.flush()
            found.append(pickle.load(child.stdout))  # noqa: S301 - our own process wrote it


def main() -> None:
    """Answer programs until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for whoever asked
    out = claim_stdout()
    limit_memory(None)
    try:
        while True:
            request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
            with exit_with_parent_within():
                found = _solve_or_report(*request)
            pickle.dump(found, out, protocol=pickle.HIGHEST_PROTOCOL)
            out.flush()
    except EOFError:
        return
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _solve_or_report(job: Job, until: float | None, wording: str) -> Reply:
    """Return the answer to a job, or the message of the error that it raised."""
    try:
        with language(wording):
            if isinstance(job, Program):
                return solve_in_process(job, None if until is None else max(until - monotonic(), 0.0))
            return job(until)
    except (EngineError, ImportError) as error:
        return str(error)
