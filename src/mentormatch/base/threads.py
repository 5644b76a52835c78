"""Threads whose refusal by the operating system is an EngineError with a message."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from mentormatch.errors import EngineError
from mentormatch.languages.translation import tr

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


def start_thread(thread: Thread) -> None:
    """Start a thread. Raises EngineError if the system has none left."""
    try:
        thread.start()
    except RuntimeError as error:
        raise thread_error(error) from None


@contextmanager
def thread_pool(count: int) -> Iterator["ThreadPoolExecutor"]:
    """Yield a pool of up to ``count`` threads. Raises EngineError in the block if the system has none left."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(count) as threads:
        try:
            yield threads
        except RuntimeError as error:
            raise thread_error(error) from None


def thread_error(error: RuntimeError) -> EngineError | RuntimeError:
    """Return an EngineError if the system has no thread left, else the error unchanged."""
    if str(error) != "can't start new thread":  # the text of the plain RuntimeError of CPython
        return error
    return EngineError(
        tr(
            "Le système ne donne plus de fil d'exécution (thread) : fermez d'autres programmes, ou relevez la limite de"
            " ce compte (ulimit -u)"
        )
    )
