"""Standard streams that escape control characters in every text that this program writes."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from mentormatch.languages.text_keys import escape_controls, for_terminals, on_one_line


class PlainStream(TextIOWrapper):
    """A text stream that escapes control characters, whoever writes: a library, a warning, a traceback."""

    def write(self, text: str, /) -> int:
        super().write(for_terminals(text))
        return len(text)


def hold_standard_streams() -> None:
    """Replace standard output and standard error of this program by plain streams.

    Closed descriptors 0 to 2 are opened on the null device first, so that no other file gets their number.
    """
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
    """Return a plain stream in place of a text stream, which is detached; any other object is returned unchanged.

    ``errors`` is the handler of encoding errors.
    """
    if not isinstance(stream, TextIOWrapper) or isinstance(stream, PlainStream):
        return stream
    stream.flush()
    encoding, lines, through = stream.encoding, stream.line_buffering, stream.write_through
    return PlainStream(stream.detach(), encoding, errors, line_buffering=lines, write_through=through)


def write_out(text: str) -> None:
    """Write a result to stdout. Raises OSError if stdout accepts no more."""
    _write(sys.stdout, text)


def write_out_as_utf8(text: str) -> None:
    """Write a result for programs to stdout in UTF-8, whatever the encoding of the terminal."""
    if sys.stdout is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(escape_controls(text).encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()


def write_err(text: str) -> None:
    _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:
        stream.write(for_terminals(text))
        stream.flush()


def rewrite_line(stream: TextIO, text: str) -> None:
    """Write over the beginning of the current line of a terminal; a longer text there keeps its end."""
    write = super(PlainStream, stream).write if isinstance(stream, PlainStream) else stream.write
    write(f"\r{on_one_line(text)}")


def screen() -> TextIO | None:
    """Return standard error if it is a terminal, else None."""
    return sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None


def flush() -> None:
    """Flush the standard streams, ignoring errors."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def let_go() -> None:
    """Discard further output to stdout, so that Python does not report a broken pipe at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
