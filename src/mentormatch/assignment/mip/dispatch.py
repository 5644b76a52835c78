"""Linear or 0-1 program -> its solution by simplex, branch and bound, or the MIP solver of HiGHS.

A linear program is solved by the dual simplex. A 0-1 program is solved by the branch and bound of this library, which
is fast while the tree is small; if the tree grows too large, the MIP solver of HiGHS solves the program in losses.

A process that has loaded OR-Tools, which contains another HiGHS, cannot load highspy. It then sends its programs and
problems to a child process, which is started once. The child only receives coefficients, and ends with its parent,
even if the parent is killed.
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
from mentormatch.assignment.subprocess_solve import (
    OUT_OF_MEMORY,
    POLL_S,
    child_deadline,
    close_pipes,
    exit_reason,
    python_command,
)
from mentormatch.base.child_process import claim_stdout, exit_with_parent_within, limit_memory
from mentormatch.base.threads import start_thread
from mentormatch.errors import EngineError
from mentormatch.languages.translation import language, spoken

BRANCH_AND_BOUND_SHARE = 0.5  # of the time, before the program goes to the MIP solver


def solve_program(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the optimum of a program; STOPPED soon after ``stopped`` returns True.

    Raises
    ------
    EngineError
        If the solver's status is not optimal, infeasible or out of time, or HiGHS cannot be loaded anywhere.
    """
    if not can_load_highs():
        return SOLVER_PROCESS.solve(program, seconds, stopped)
    return solve_in_process(program, seconds, stopped)


@cache
def can_load_highs() -> bool:
    """Return whether this process can load HiGHS; it cannot after OR-Tools was loaded."""
    try:
        import mentormatch.assignment.mip.simplex  # noqa: F401 - to see whether it can be
    except ImportError:
        return False
    return True


def solve_in_process(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the optimum of a program, computed in this process."""
    from mentormatch.assignment.mip.branch_and_bound import dive_for_incumbent, solve_integer_program
    from mentormatch.assignment.mip.cutting_planes import find_cuts
    from mentormatch.assignment.mip.simplex import solve_lp

    # Presolve: rows without variables, and programs without variables
    if not all(_admits_zero(row) for row in program.constraints if not len(row.columns)):
        return SolverResult(SolverStatus.INFEASIBLE)
    if not len(program.profit):
        return SolverResult(SolverStatus.OPTIMAL, np.zeros(0), 0.0, np.zeros(len(program.constraints)))
    if program.knapsacks:
        return find_cuts(program, seconds, stopped)
    if not program.integral:
        return solve_lp(program, seconds, stopped)
    if program.effort is Effort.DIVE:
        return dive_for_incumbent(program, seconds, stopped)
    if program.effort in (Effort.BRIEF, Effort.MIP):
        return solve_integer_program(program, seconds, stopped)
    # Branch and bound; if it stalls, or its share of the time is up, the MIP solver
    deadline = None if seconds is None else monotonic() + seconds
    result = solve_integer_program(program, None if seconds is None else seconds * BRANCH_AND_BOUND_SHARE, stopped)
    remaining = None if deadline is None else max(deadline - monotonic(), 0.0)
    if result.status not in (SolverStatus.STALLED, SolverStatus.STOPPED) or stopped() or remaining == 0.0:
        return result
    if program.effort is Effort.TREE:
        return replace(result, status=SolverStatus.STALLED)
    return solve_integer_program(
        replace(program, effort=Effort.MIP, known=result.integral_choice()), remaining, stopped
    )


def _admits_zero(row: LinearConstraint) -> bool:
    return (row.least or 0) <= 0 and (row.most is None or row.most >= 0)


SOLVER_SOURCE = "import sys; sys.path[:] = sys.argv[1:]; from mentormatch.assignment.mip.dispatch import main; main()"

type Job = Program | Callable[[float | None], Solution]  # a program, or a function that solves a problem by a deadline
type Request = tuple[Job, float | None, str]  # a job, its deadline on the monotonic clock, the language of errors
type Reply = SolverResult | Solution | str


@dataclass(slots=True)
class SolverProcess:
    """A child process that solves programs and problems.

    ``parent_pid``: the process that started it; a fork of that process may not use it.
    """

    lock: Lock = field(default_factory=Lock)
    child: "subprocess.Popen[bytes] | None" = None
    parent_pid: int = 0

    def solve(self, program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
        """Return the optimum of a program. Raises EngineError if the child cannot be started, dies or fails."""
        reply = self._solve_or_other(program, seconds, stopped)
        return reply if isinstance(reply, SolverResult) else SolverResult(SolverStatus.STOPPED)

    def solve_problem(
        self, task: Callable[[float | None], Solution], seconds: float | None, stopped: Stop = never
    ) -> Solution | None:
        """Return the solution of a problem by an engine that needs HiGHS; None if it was stopped."""
        reply = self._solve_or_other(task, seconds, stopped)
        return reply if isinstance(reply, Solution) else None

    def _solve_or_other(self, job: Job, seconds: float | None, stopped: Stop) -> Reply | None:
        """Return the reply to a job, None if it was stopped.

        While the child works for another thread, a second child does this job and ends.
        """
        if not self.lock.acquire(blocking=False):
            second_child = SolverProcess()
            try:
                return second_child._solve_or_other(job, seconds, stopped)
            finally:
                second_child.terminate()
        try:
            reply = self._request((job, child_deadline(seconds), spoken()), seconds, stopped)
        except BaseException:
            self.terminate()  # a late reply must not be taken for that to the next program
            raise
        finally:
            self.lock.release()
        if isinstance(reply, str):
            raise EngineError(reply)
        return reply

    def _request(self, request: Request, seconds: float | None, stopped: Stop) -> Reply | None:
        child, replies = self._start(), list[Reply]()
        exchange = Thread(target=_exchange, args=(child, request, replies), daemon=True)
        start_thread(exchange)
        deadline = None if seconds is None else monotonic() + seconds
        while exchange.is_alive() and not stopped() and (deadline is None or monotonic() < deadline):
            exchange.join(POLL_S if deadline is None else min(POLL_S, max(deadline - monotonic(), 0.0)))
        if exchange.is_alive():
            self.terminate()
            exchange.join()
            return None
        if not replies:
            raise EngineError(exit_reason(child))
        return replies[0]

    def _start(self) -> "subprocess.Popen[bytes]":
        """Return the running child; start one if there is none."""
        if self.child is None or self.parent_pid != os.getpid() or self.child.poll() is not None:
            self.terminate()
            try:
                self.child = subprocess.Popen(
                    python_command(SOLVER_SOURCE),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise EngineError(f"no process can be started for HiGHS ({error.strerror})") from error
            self.parent_pid = os.getpid()
            atexit.register(self.terminate)
        return self.child

    def terminate(self) -> None:
        """Kill the child if this process started it."""
        child, self.child = self.child, None
        if child is not None and self.parent_pid == os.getpid():
            child.kill()
            child.wait()
            close_pipes(child)


SOLVER_PROCESS = SolverProcess()


def _exchange(child: "subprocess.Popen[bytes]", request: Request, replies: list[Reply]) -> None:
    """Send a job to the child; append its reply to ``replies``."""
    with suppress(OSError, EOFError, ValueError, pickle.UnpicklingError, MemoryError):
        if child.stdin is not None and child.stdout is not None:
            pickle.dump(request, child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            child.stdin.flush()
            replies.append(pickle.load(child.stdout))  # noqa: S301 - our own process wrote it


def main() -> None:
    """Solve programs from standard input until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for the parent
    out = claim_stdout()
    limit_memory(None)
    try:
        while True:
            request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
            with exit_with_parent_within():
                reply = _solve_or_report(*request)
            pickle.dump(reply, out, protocol=pickle.HIGHEST_PROTOCOL)
            out.flush()
    except EOFError:
        return
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _solve_or_report(job: Job, deadline: float | None, locale: str) -> Reply:
    """Return the reply to a job: its solution, or the message of its error."""
    try:
        with language(locale):
            if isinstance(job, Program):
                return solve_in_process(job, None if deadline is None else max(deadline - monotonic(), 0.0))
            return job(deadline)
    except (EngineError, ImportError) as error:
        return str(error)
