"""An interrupt ends what a desk works out, and nothing else of its process."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

from mentormatch.errors import RequestError
from mentormatch.languages import mark, tr

STOPPED = mark("Le calcul a été arrêté avant une première réponse.")


@contextmanager
def stoppable() -> Iterator[None]:
    """Let an interrupt end what is within; raises RequestError where that was before there was an answer.

    The process ignores interrupts otherwise. In a thread beside the main one, which none reaches, it does nothing.
    """
    if current_thread() is not main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise RequestError(tr(STOPPED)) from None
    finally:
        signal.signal(signal.SIGINT, former)
