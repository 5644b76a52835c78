"""TOML text -> tables, after a check of size, depth, parts of keys and digits of numbers.

``tomllib`` recurses, and copies every prefix of a dotted key, so its time and memory grow with the square of the number
of parts. ``int`` refuses more than 4,300 decimals with an error of its own. One pass with one expression without
backtracking (possessive quantifiers) finds each of these cases in linear time.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mentormatch.base.strict_json import MOST_DIGITS, line_and_column
from mentormatch.errors import Problem, ProgrammeError
from mentormatch.languages.phrases import about, system_reason, thousands
from mentormatch.languages.translation import tr

MOST_BYTES = 8 << 20
MOST_DEEP = 32  # nested brackets; programmes need less than half
MOST_PARTS = 16  # of a dotted key

_KEY = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_BEGINS = r"(?<![\w-])"  # words and numbers are matched from their first character only
# The relevant tokens, and the remaining text in large pieces; an unclosed string extends to the end
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


def load_tables(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises ProgrammeError if it cannot be read or parsed."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = tr("le fichier ne peut pas être lu ({reason})", reason=system_reason(error))
        raise ProgrammeError(about(path.name, reason)) from None
    return parse_tables(content, path.name)


def parse_tables(content: bytes, source: str) -> dict[str, Any]:
    """Return the tables in the bytes of a TOML file. Raises ProgrammeError, which names the file by ``source``."""
    if len(content) > MOST_BYTES:
        limit_mb = thousands(MOST_BYTES >> 20)
        raise ProgrammeError(about(source, tr("un programme de plus de {most}\u00a0Mo n'est pas lu", most=limit_mb)))
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
    """Return a problem for the first part of a TOML text that exceeds a limit; None if there is none.

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
    finding, expected = {
        "opens": (tr("trop de crochets l'un dans l'autre"), tr("{most} niveaux au plus", most=MOST_DEEP)),
        "dotted": (tr("une clé de trop de parties"), tr("{most} parties au plus", most=MOST_PARTS)),
        "number": (tr("un nombre de trop de chiffres"), tr("{most} chiffres au plus", most=MOST_DIGITS)),
    }[what]
    return Problem(line_and_column(text, place), finding, expected, tr("corrigez le fichier à cet endroit"))


def syntax_problem(message: str) -> Problem:
    """Return the problem of a TOML syntax error, with its line and column, or at the end of the file."""
    position = re.search(r"line (\d+), column (\d+)", message)
    where = (
        tr("ligne {line}, colonne {column}", line=position[1], column=position[2]) if position else tr("fin du fichier")
    )
    advice = tr("vérifiez guillemets, crochets et clés en double")
    return Problem(where, tr("syntaxe TOML incorrecte"), advice=advice)


def find_headers(text: str) -> Iterator[tuple[int, tuple[str, ...], bool]]:
    r"""Yield each table header of a valid TOML text: start, keys, and whether it adds to an array of tables.

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
