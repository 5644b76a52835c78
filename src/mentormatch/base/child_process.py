"""A process of its own ends with whoever started it, takes no more memory than it may, and prints nothing by mistake.

Little is imported here: a process is to be bound before it loads all that it needs.
"""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO


def claim_stdout() -> BinaryIO:
    """Return standard output, and leave nothing of it to libraries that print."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return out


def die_with_parent() -> bool:
    """Have Linux end this process when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG); False elsewhere.

    Unlike a signal about standard input it may come while that is read: the system sends such a signal for bytes that
    were read already, if whoever wrote them was held up between waking the reader and sending it.
    """
    if sys.platform != "linux":
        return False
    import ctypes
    import signal

    refused: int = ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))
    return not refused


def exit_with_parent() -> None:
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


@contextmanager
def exit_with_parent_within() -> Iterator[None]:
    """Do the same within alone, where the system can: before and after, something may come on standard input."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    exit_with_parent()
    yield
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) & ~os.O_ASYNC)


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
