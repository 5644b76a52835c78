"""Threads: that the system has none left is an error in words."""

from threading import Thread

from mentormatch.errors import EngineError
from mentormatch.languages.translation import mark, tr

NO_THREAD = mark(
    "Le système ne donne plus de fil d'exécution (thread) : fermez d'autres programmes, ou relevez la limite de ce"
    " compte (ulimit -u)"
)
REFUSED = "can't start new thread"
"""What CPython says then, in a RuntimeError without a type of its own."""


def start_thread(thread: Thread) -> None:
    """Start a thread; raises EngineError if the system has none left."""
    try:
        thread.start()
    except RuntimeError as error:
        raise thread_error(error) from None


def thread_error(error: RuntimeError) -> EngineError | RuntimeError:
    """Return in words that the system has no thread left, if that is what an error says; else the error."""
    return EngineError(tr(NO_THREAD)) if str(error) == REFUSED else error
