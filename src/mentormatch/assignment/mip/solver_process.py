"""HiGHS in a process of its own, for a process that cannot load it: OR-Tools brings another one, and none holds both.

A program goes over, its answer comes back, and the process waits for the next: it is started once, and ends with the
process that asked, even one that is killed. Of the problem it gets coefficients and opaque names, nothing else.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, Thread

from mentormatch.assignment.mip.program_model import Program, SolverResult, SolverStatus
from mentormatch.assignment.subprocess_solve import OUT_OF_MEMORY, close, command, has_ended
from mentormatch.base.child_process import bound_to_standard_input, claim_stdout, limit_memory
from mentormatch.errors import EngineError
from mentormatch.languages import language, spoken

PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from mentormatch.assignment.mip.solver_process import main; main()"
GRACE_S = 3.0
"""A solver that is deaf to its time limit is ended so many seconds after it; starting takes part of them."""

type ProgramRequest = tuple[Program, float | None, str]
"""A program, its time limit in seconds, and the language in which errors are worded."""


@dataclass(slots=True)
class SolverProcess:
    """The process, while there is one; ``owner`` is the process that started it, as another may be forked from it."""

    lock: Lock = field(default_factory=Lock)
    child: "subprocess.Popen[bytes] | None" = None
    owner: int = 0

    def solved(self, program: Program, seconds: float | None) -> SolverResult:
        """Return HiGHS's answer to a program; raises EngineError if the process cannot be started, dies or fails."""
        with self.lock:
            try:
                found = self._asked((program, seconds, spoken()))
            except BaseException:
                self.end()  # whatever was on its way is no answer to the next program
                raise
        if isinstance(found, str):
            raise EngineError(found)
        return found

    def _asked(self, asked: ProgramRequest) -> SolverResult | str:
        child, found = self._running(), list[SolverResult | str]()
        talk = Thread(target=_talked, args=(child, asked, found), daemon=True)
        talk.start()
        talk.join(None if asked[1] is None else asked[1] + GRACE_S)
        if talk.is_alive():
            self.end()
            return SolverResult(SolverStatus.STOPPED)
        if not found:
            raise EngineError(has_ended(child))
        return found[0]

    def _running(self) -> "subprocess.Popen[bytes]":
        """Return the process, started if it is not there."""
        if self.child is None or self.owner != os.getpid() or self.child.poll() is not None:
            self.end()
            try:
                self.child = subprocess.Popen(
                    command(PROGRAM), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
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


def _talked(child: "subprocess.Popen[bytes]", asked: ProgramRequest, found: list[SolverResult | str]) -> None:
    """Put a program to the process, and add its answer, or what went wrong there, to what was found."""
    with suppress(OSError, EOFError, ValueError, pickle.UnpicklingError, MemoryError):
        if child.stdin is not None and child.stdout is not None:
            pickle.dump(asked, child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            child.stdin.flush()
            found.append(pickle.load(child.stdout))  # noqa: S301 - our own process wrote it


def main() -> None:
    """Answer programs until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for whoever asked
    out = claim_stdout()
    limit_memory(None)
    try:
        while True:
            asked: ProgramRequest = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
            with bound_to_standard_input():
                found = _answered(*asked)
            pickle.dump(found, out, protocol=pickle.HIGHEST_PROTOCOL)
            out.flush()
    except EOFError:
        return
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _answered(program: Program, seconds: float | None, wording: str) -> SolverResult | str:
    try:
        from mentormatch.assignment.mip.dispatch import solve_in_process

        with language(wording):
            return solve_in_process(program, seconds)
    except (EngineError, ImportError) as error:
        return str(error)
