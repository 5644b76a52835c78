"""A solve in a process of its own: the program that ``keeper`` starts.

The task comes on standard input, which then stays open for as long as whoever asked is alive: the system ends this
process when it is closed. On standard output go answers, each as ``(whether it is the last, solution)``: the best so
far whenever there is a better one, and at the end what the engines say.
"""

import os
import pickle
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from mentormatch.assignment.engine import Run, answered
from mentormatch.assignment.keeper import OUT_OF_MEMORY, Task
from mentormatch.assignment.sofar import Told
from mentormatch.assignment.solution import Solution


def main() -> None:
    """Read the task, write answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for whoever asked
    try:
        _work(own_output())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _work(out: BinaryIO) -> None:
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
    end_with_standard_input()
    limit_memory(task.memory)

    def write(solution: Solution, *, last: bool) -> None:
        pickle.dump((last, solution), out)
        out.flush()

    def tell(told: Told) -> None:
        write(told(), last=False)

    write(answered(task.problem, task.engine, Run(task.hashes, task.deadline, tell=tell)), last=True)


def own_output() -> BinaryIO:
    """Return standard output, and leave nothing of it to libraries that print."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return out


def end_with_standard_input() -> None:
    """Have the system end this process when standard input is closed, also while a solver keeps Python from running."""
    try:
        import fcntl
    except ImportError:
        Thread(target=_end_after_input, daemon=True).start()
        return
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([0], [], [], 0)[0]:
        os._exit(1)


def _end_after_input() -> None:
    sys.stdin.buffer.read(1)
    os._exit(1)


def limit_memory(most: int | None) -> None:
    """Bound the memory of this process, where the system can, and have it ended first when memory is short."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if most is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
