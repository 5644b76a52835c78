"""Child processes that end with their parent, respect a memory limit, and keep stray prints out of stdout.

This module imports little, so that limits apply before a process loads other modules.
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
    """Return standard output, and redirect descriptor 1 to the null device for libraries that print."""
    out = os.fdopen(os.dup(1), "wb")
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, 1)
    os.close(null_device)
    return out


def die_with_parent() -> bool:
    """Make Linux kill this process when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG).

    Return whether that succeeded: False on other systems. Unlike SIGIO on standard input, this is safe while input is
    being read: SIGIO can arrive for bytes that were already read, if their writer was delayed between waking the reader
    and sending the signal.
    """
    if sys.platform != "linux":
        return False
    import ctypes
    import signal

    refused: int = ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))
    return not refused


def exit_with_parent() -> None:
    """End this process when standard input is closed or receives data, even inside native solver code.

    SIGIO ends it, or on systems without ``fcntl`` a thread.
    """
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
    """Call ``exit_with_parent`` for a block only, if the system can: outside it, standard input may carry data.

    An error in the block leaves the process bound.
    """
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
    """Limit the data memory of this process to ``most`` bytes, None for no limit, if the system has such limits.

    A lower hard limit that the system already sets remains. The process also leaves no core dump, and is the first that
    Linux kills if memory is short.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if most is not None:
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
