"""Child process of a solve: reads a pickled task, sends incumbents, then the solution.

The task comes on standard input, which the parent keeps open: the system ends this process when it is closed. Messages
on standard output are pairs ``(is_last, solution)``: each better incumbent, and at the end the solution of the engines
or the MentorMatchError that they raised.
"""

import os
import pickle
import signal
import sys
from typing import BinaryIO

from mentormatch.assignment.engine import SolveOptions, solve_goals
from mentormatch.assignment.model.solution import LazySolution, Solution
from mentormatch.assignment.subprocess_solve import OUT_OF_MEMORY, SolveTask
from mentormatch.base.child_process import claim_stdout, exit_with_parent, limit_memory
from mentormatch.errors import MentorMatchError
from mentormatch.languages.translation import language


def main() -> None:
    """Read the task and write its results."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for the parent
    try:
        _work(claim_stdout())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except ImportError as error:
        # The message of the system loader if memory is short
        if "failed to map segment" in str(error):
            os._exit(OUT_OF_MEMORY)
        raise


def _work(out: BinaryIO) -> None:
    task: SolveTask = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
    exit_with_parent()
    limit_memory(task.memory)

    def write(solution: Solution | MentorMatchError, *, last: bool) -> None:
        pickle.dump((last, solution), out)
        out.flush()

    def report(incumbent: LazySolution) -> None:
        write(incumbent(), last=False)

    with language(task.language):
        try:
            result: Solution | MentorMatchError
            run = SolveOptions(task.hashes, task.deadline, task.ties, on_incumbent=report)
            result = solve_goals(task.problem, task.engine, run)
        except MentorMatchError as error:
            result = error
    write(result, last=True)
