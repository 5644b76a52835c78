"""Lines of a TOML file with a comment beside each."""

import json
from collections.abc import Iterable

MOST_WIDTH = 100
"""Characters; a longer list is written on several lines."""


def quoted(text: str) -> str:
    r"""Return ``text`` as a TOML string on one line.

    >>> quoted('L"été\n')
    '"L\\"été\\n"'
    """
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")


def array(texts: Iterable[str]) -> str:
    """Return a TOML array of strings, on several lines where it is long.

    >>> array(["Oui", "Non"])
    '["Oui", "Non"]'
    """
    items = [quoted(text) for text in texts]
    flat = f"[{', '.join(items)}]"
    return flat if len(flat) <= MOST_WIDTH else "[\n    " + ",\n    ".join(items) + ",\n]"


def line(key: str, value: str, comment: str = "") -> str:
    """Return ``key = value``, with a comment behind it where there is one."""
    return f"{key} = {value}{f'  # {plain(comment)}' if comment else ''}"


def plain(text: str) -> str:
    """Return ``text`` on one line, without characters that a comment may not hold."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
