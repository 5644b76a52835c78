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
"""How a program ends that Ctrl-C has stopped, as shells tell it: 128 and the number of the signal."""
RESEND_S = 0.01
"""An interrupt that fell where Python cannot raise it comes again after so many seconds."""
LOCALES = ("MENTORMATCH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_seen: list[int] = []
"""The interrupts of the command so far."""


def exit_on_interrupt() -> None:
    """Have an interrupt end this process at once, unless interrupts are somebody else's business, or nobody's."""
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _on_signal):
        signal.signal(signal.SIGINT, _end)


def ignore_interrupts() -> None:
    """Heed no interrupt any more: all is done, and Python, which is about to go, would end as if killed."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def raise_on_interrupt() -> Iterator[None]:
    """Have an interrupt raised within, also one that falls where Python would only print it."""
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
    """Return whether the command was interrupted: what then goes wrong may come of that."""
    return bool(_seen)


def exit_interrupted() -> None:
    """End this process as one that was interrupted, with what it wrote, and without what Python makes of it."""
    flush()
    os._exit(INTERRUPTED_CODE)


def _on_signal(number: int, frame: FrameType | None) -> None:
    _seen.append(number)
    raise KeyboardInterrupt


def _unraisable(found: Any) -> None:
    if found.exc_type is not None and issubclass(found.exc_type, KeyboardInterrupt):
        again = Timer(RESEND_S, signal.raise_signal, [signal.SIGINT])
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(found)


def _end(number: int, frame: FrameType | None) -> None:
    """End at once; what is spoken is told by the environment alone, as nothing else may be loaded yet."""
    spoken = next((os.environ[name] for name in LOCALES if os.environ.get(name)), "")
    with suppress(OSError):
        os.write(2, b"Interrupted.\n" if spoken.lower().startswith("en") else b"Interrompu.\n")
    os._exit(INTERRUPTED_CODE)
