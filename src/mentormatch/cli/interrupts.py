"""Ctrl-C on the command line ends in words at any moment: while the command is loaded, at work, and as it ends.

Before and after a command there is nothing to clean up, and the process ends at once. Within one an interrupt is
raised as ever, so that drafts go and other processes end. Little but the standard library is imported here: this
stands before all imports.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from types import FrameType
from typing import Any

from mentormatch.base.streams import flush

INTERRUPTED_CODE = 130
"""The exit code of a program that Ctrl-C stopped: 128 and the number of SIGINT, as in shells."""

_seen: list[int] = []
"""The signal numbers of the interrupts of this command."""


def exit_on_interrupt() -> None:
    """Make an interrupt end this process at once, unless SIGINT is ignored or another handler is set."""
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _on_signal):
        signal.signal(signal.SIGINT, _end)


def ignore_interrupts() -> None:
    """Ignore interrupts from now on: the command is done, and Python would exit as if killed."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def raise_on_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt in a ``with`` block, also for an interrupt that Python would only print."""
    if signal.getsignal(signal.SIGINT) is not _end:
        yield
        return
    signal.signal(signal.SIGINT, _on_signal)
    former, sys.unraisablehook = sys.unraisablehook, _unraisable
    try:
        yield
    finally:
        sys.unraisablehook = former
        exit_on_interrupt()


def was_interrupted() -> bool:
    """Return whether the command was interrupted; errors after an interrupt may result from it."""
    return bool(_seen)


def exit_interrupted() -> None:
    """Flush the streams and exit at once with the code of an interrupt, without the shutdown of Python."""
    flush()
    os._exit(INTERRUPTED_CODE)


def _on_signal(number: int, frame: FrameType | None) -> None:
    _seen.append(number)
    raise KeyboardInterrupt


def _unraisable(unraisable: Any) -> None:
    if unraisable.exc_type is not None and issubclass(unraisable.exc_type, KeyboardInterrupt):
        # Python could not raise the interrupt: send it again after 10 ms.
        timer = Timer(0.01, signal.raise_signal, [signal.SIGINT])
        timer.daemon = True
        timer.start()
    else:
        sys.__unraisablehook__(unraisable)


def _end(number: int, frame: FrameType | None) -> None:
    """Exit at once; only the environment gives the language, as nothing else may be loaded yet."""
    variables = ("MENTORMATCH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    spoken = next((os.environ[name] for name in variables if os.environ.get(name)), "")
    with suppress(OSError):
        os.write(2, b"Interrupted.\n" if spoken.lower().startswith("en") else b"Interrompu.\n")
    os._exit(INTERRUPTED_CODE)
