"""When an interrupt ends the work of a desk: while pairs are formed, and at no other time."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt end what is within, wherever the process ignores interrupts otherwise.

    In a thread beside the main one, which no interrupt reaches, it does nothing.
    """
    if current_thread() is not main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
