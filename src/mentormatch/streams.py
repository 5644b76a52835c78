r"""The standard streams: texts on their way to a terminal, in which what would steer it is shown instead of obeyed.

A terminal obeys the control characters of ECMA-48 (C0, DEL, C1: clear the screen, set the title, answer as if somebody
typed), and the bidirectional controls of Unicode put a line in another order than it is read in. Whatever people typed,
a file is called or a library says may hold them. All of them leave as the escapes of JSON and TOML (``\u001b``): a
JSON or TOML text says the same after as before. Line feeds and tabs are ours; ``on_one_line`` has none of those either.
"""

import os
import re
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BREAKS = re.compile("[\t\n]")


def escape_controls(text: str) -> str:
    r"""Return a text that steers no terminal: each character that would is shown as an escape.

    >>> escape_controls("M01\x1b[2J\tPau\u202el\r\n")
    'M01\\u001b[2J\tPau\\u202el\n'
    """
    return _STEERING.sub(_escape, text.replace("\r\n", "\n"))


def on_one_line(text: str) -> str:
    r"""Return a text that steers no terminal and takes one line and no column, whatever stands in it.

    >>> on_one_line("M01\nErreur")
    'M01\\u000aErreur'
    """
    return _BREAKS.sub(_escape, _STEERING.sub(_escape, text))


def row_text(*cells: object) -> str:
    """Return one row of a table, each cell within its column."""
    return "\t".join(on_one_line(str(cell)) for cell in cells)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class PlainStream(TextIOWrapper):
    """A stream through which no control character passes, whoever writes: a library, a warning, a traceback."""

    def write(self, text: str, /) -> int:
        """Write a text with its control characters shown."""
        super().write(escape_controls(text))
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
        sys.stdout.buffer.write(escape_controls(text).encode("utf-8"))
        sys.stdout.buffer.flush()


def write_err(text: str) -> None:
    """Write a message on stderr."""
    _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:
        stream.write(escape_controls(text))
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
