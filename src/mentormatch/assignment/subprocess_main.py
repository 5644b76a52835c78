"""The program of the process of a solve: reads a pickled task, sends incumbents, then the solution.

The task comes on standard input, which then stays open for as long as whoever asked is alive: the system ends this
process when it is closed. On standard output go answers, each as ``(whether it is the last, solution)``: the best so
far whenever there is a better one, and at the end what the engines say, or the error of ours that they raise.
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

NO_ROOM = "failed to map segment"
"""What the system's loader says of a library that the memory left is too small for."""


def main() -> None:
    """Read the task, write answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for whoever asked
    try:
        _work(claim_stdout())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except ImportError as error:
        if NO_ROOM in str(error):
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
            found: Solution | MentorMatchError
            run = SolveOptions(task.hashes, task.deadline, task.ties, on_incumbent=report)
            found = solve_goals(task.problem, task.engine, run)
        except MentorMatchError as error:
            found = error
    write(found, last=True)
