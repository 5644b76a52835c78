r"""Control characters in a text are shown as escapes, so that no terminal obeys them.

A terminal obeys the control characters of ECMA-48 (C0, DEL, C1: clear the screen, set the title, answer as if somebody
typed), and the bidirectional controls of Unicode put a line in another order than it is read in. Whatever people typed,
a file is called or a library says may hold them. All of them leave as the escapes of JSON and TOML (``\u001b``): a
JSON or TOML text says the same after as before. Line feeds and tabs are ours; ``on_one_line`` has none of those either.
"""

import re

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
