"""TOML that is measured before it is parsed: how large, how deep, how long its keys and its numbers.

``tomllib`` descends by recursion, and for a dotted key copies every beginning of it: time and memory grow with the
square of its parts. ``int`` refuses decimals of more than 4,300 digits with an error of its own. One pass over the text
with one expression, in which nothing is tried twice (possessive quantifiers), finds each of these in a time that grows
with the text.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mentormatch.base.strict_json import MOST_DIGITS, place_in
from mentormatch.errors import Problem, ProgrammeError
from mentormatch.languages.phrases import about, system_reason, thousands
from mentormatch.languages.translation import tr

MOST_BYTES = 8 << 20
MOST_DEEP = 32
"""Brackets within brackets; no table of a programme is half as deep."""
MOST_PARTS = 16
"""Of a dotted key."""

_KEY = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_BEGINS = r"(?<![\w-])"
"""Words and numbers are looked at where they begin, not once more from each of their characters."""
_TOKEN = re.compile(
    rf"""
      (?P<dotted>{_BEGINS}(?:{_KEY}[ \t]*+\.[ \t]*+){{{MOST_PARTS}}})
    | (?P<number>{_BEGINS}[+-]?+[0-9](?:[xo_]?+[0-9A-Fa-f]){{{MOST_DIGITS}}})
    | \"\"\"(?:[^"\\]|\\.|\"{{1,2}}(?!\"))*+(?:\"{{3,5}}|\\?\Z)
    | '''(?:[^']|'{{1,2}}(?!'))*+(?:'{{3,5}}|\Z)
    | "(?:[^"\\\n]|\\.)*+"?+
    | '[^'\n]*+'?+
    | \#[^\n]*+
    | (?P<opens>[\[{{])
    | (?P<closes>[\]}}])
    | [\w-]*+[^\w\-"'\#\[\]{{}}]*+
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
"""What matters, and all else in large pieces; a string that nobody closes goes on to the end."""


def load_tables(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds; raises ProgrammeError, also where it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = tr("le fichier ne peut pas être lu ({reason})", reason=system_reason(error))
        raise ProgrammeError(about(path.name, reason)) from None
    return tables_in(content, path.name)


def tables_in(content: bytes, source: str) -> dict[str, Any]:
    """Return what the bytes of a TOML file hold; raises ProgrammeError, which calls the file by its name."""
    if len(content) > MOST_BYTES:
        most = thousands(MOST_BYTES >> 20)
        raise ProgrammeError(about(source, tr("un programme de plus de {most}\u00a0Mo n'est pas lu", most=most)))
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        advice = tr("le fichier n'est pas en UTF-8 ; enregistrez-le en UTF-8")
        raise ProgrammeError(about(source, advice)) from None
    problem = immoderate(text)
    if problem is None:
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            problem = syntax_problem(str(error))
    raise ProgrammeError(tr("{file} ne peut pas être lu", file=source), [problem])


def immoderate(text: str) -> Problem | None:
    """Return the first thing in a TOML text that is beyond measure, None where nothing is.

    >>> immoderate("a = [1]"), immoderate("x = " + 33 * "[").where
    (None, 'ligne 1, colonne 37')
    """
    depth = 0
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "opens":
                depth += 1
            case "closes":
                depth -= 1
            case "dotted" | "number":
                return _beyond(text, token.start(), token.lastgroup)
        if depth > MOST_DEEP:
            return _beyond(text, token.start(), "opens")
    return None


def _beyond(text: str, place: int, what: str) -> Problem:
    found, expected = {
        "opens": (tr("trop de crochets l'un dans l'autre"), tr("{most} niveaux au plus", most=MOST_DEEP)),
        "dotted": (tr("une clé de trop de parties"), tr("{most} parties au plus", most=MOST_PARTS)),
        "number": (tr("un nombre de trop de chiffres"), tr("{most} chiffres au plus", most=MOST_DIGITS)),
    }[what]
    return Problem(place_in(text, place), found, expected, tr("corrigez le fichier à cet endroit"))


def syntax_problem(message: str) -> Problem:
    """Return what the TOML reader refused, with its line."""
    place = re.search(r"line (\d+), column (\d+)", message)
    where = tr("ligne {line}, colonne {column}", line=place[1], column=place[2]) if place else tr("fin du fichier")
    advice = tr("vérifiez guillemets, crochets et clés en double")
    return Problem(where, tr("syntaxe TOML incorrecte"), advice=advice)


def find_headers(text: str) -> Iterator[tuple[int, tuple[str, ...], bool]]:
    r"""Yield the start, the keys, and whether it begins an entry of a list, of each table header in a valid TOML text.

    >>> list(find_headers('a = ["[b]"]\n[c."d.e"]\n[[f]]\n'))
    [(12, ('c', 'd.e'), False), (22, ('f',), True)]
    """
    depth, ended = 0, f"{text}\n"
    for token in _TOKEN.finditer(text):
        start = token.start()
        if token.lastgroup == "opens" and depth == 0 and not text[text.rfind("\n", 0, start) + 1 : start].strip():
            yield start, *_header_keys(ended[start : ended.index("\n", start)].rstrip())
        depth += {"opens": 1, "closes": -1}.get(token.lastgroup or "", 0)


def _header_keys(line: str) -> tuple[tuple[str, ...], bool]:
    keys: list[str] = []
    inner: Any = tomllib.loads(line)
    while isinstance(inner, dict) and inner:
        ((key, inner),) = inner.items()
        keys.append(key)
    return tuple(keys), isinstance(inner, list)
