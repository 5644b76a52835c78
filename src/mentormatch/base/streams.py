"""The standard streams of this program: every text leaves them with its control characters shown."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from mentormatch.languages.text_keys import escape_controls, for_terminals, on_one_line


class PlainStream(TextIOWrapper):
    """A stream through which no control character passes, whoever writes: a library, a warning, a traceback."""

    def write(self, text: str, /) -> int:
        """Write a text with its control characters shown."""
        super().write(for_terminals(text))
        return len(text)


def hold_standard_streams() -> None:
    """Have the streams of this program be plain, and files of one's own never take the place of one that is closed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as long as the program runs
    os.environ["PYTHON_COLORS"] = "0"  # of a traceback: they are control characters too
    sys.stdout, sys.stderr = plain_stream(sys.stdout, "replace"), plain_stream(sys.stderr, "backslashreplace")


def plain_stream(stream: TextIO, errors: str) -> TextIO:
    """Return a stream in the place of another, with ``errors`` for what its encoding has not."""
    if not isinstance(stream, TextIOWrapper) or isinstance(stream, PlainStream):
        return stream
    stream.flush()
    encoding, lines, through = stream.encoding, stream.line_buffering, stream.write_through
    return PlainStream(stream.detach(), encoding, errors, line_buffering=lines, write_through=through)


def write_out(text: str) -> None:
    """Write a result on stdout; raises OSError where it takes no more."""
    _write(sys.stdout, text)


def write_out_as_utf8(text: str) -> None:
    """Write a result for programs on stdout, whatever encoding a terminal takes."""
    if sys.stdout is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(escape_controls(text).encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()


def write_err(text: str) -> None:
    """Write a message on stderr."""
    _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:
        stream.write(for_terminals(text))
        stream.flush()


def rewrite_line(stream: TextIO, text: str) -> None:
    """Write a text over the line that a terminal is at."""
    write = super(PlainStream, stream).write if isinstance(stream, PlainStream) else stream.write
    write(f"\r{on_one_line(text)}")


def screen() -> TextIO | None:
    """Return standard error where it is a terminal, None where nobody looks at it."""
    return sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None


def flush() -> None:
    """Write what the standard streams still hold, as far as they take it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def let_go() -> None:
    """Write no more on stdout: what is left of it would make Python complain at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
