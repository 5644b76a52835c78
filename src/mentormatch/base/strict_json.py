"""JSON that is taken literally: no doubled key, no NaN, no number that stands for something else."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from json import JSONDecodeError
from typing import Annotated, Any, ClassVar, Never, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic import Field as Setting

from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr

ROOT = "$"
"""The place of a whole JSON text: places in it are JSON paths."""
MOST_DEEP = 64
MOST_DIGITS = 100
SHOWN_CHARACTERS = 60
MOST_LISTED = 100
"""Of more problems than that, the first are told."""
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
MOST_KEYS = 20_000
"""An object has a key a question, an option or a header; people and rows stand in lists."""
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FLAT = rf'(?:[^\s"\[\]{{}},]++|{_STRING}|\[[^"\[\]{{}}]*+\]|\{{\s*+\}})'
_LARGE = rf"\{{(?>(?:\s*+{_STRING}\s*+:\s*+{_FLAT}\s*+,){{{MOST_KEYS}}}+)"
"""The beginning of an object of more keys than that, whose values hold nothing further; it is never gone back on."""
_LARGE_TEXT, _LARGE_BYTES = re.compile(_LARGE, re.ASCII), re.compile(_LARGE.encode())
MARK = "\ufeff"
"""The mark of byte order, before a text: in other encodings than UTF-8 it has other bytes."""


WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""The same in UTF-16, in both orders; JSON without it begins with two plain characters, of which one byte is zero."""


class JsonMessage(BaseModel):
    """A JSON object: strict, finite, without unknown keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        json_schema_serialization_defaults_required=True,  # what is told is told whole
    )


def whole(value: object) -> object:
    """Return a float without a fraction as an integer: JSON does not tell 1 from 1.0, strict integers do."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


type Whole = Annotated[int, Setting(ge=0, le=2**64 - 1), BeforeValidator(whole)]
Text = Annotated[str, Setting(min_length=1, max_length=1_000)]


class KeptMessage(VersionedPickle, JsonMessage):
    """A message that is kept in a file; ``misread`` says, to be spoken, that a file holds none."""

    misread: ClassVar[str]

    @classmethod
    @checked
    def from_json(cls, text: str | bytes) -> Self:
        """Return the message in a JSON text; raises RequestError with everything in it that does not fit."""
        try:
            return cls.model_validate(parse_json(text))
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            problems = [Problem(".".join(map(str, each["loc"])), each["type"]) for each in found]
            raise RequestError(tr(cls.misread), problems) from None

    def to_json(self) -> str:
        """Return it as JSON text."""
        return self.model_dump_json(indent=2) + "\n"


class Keys(JsonMessage):
    """Two people, by their keys."""

    mentor: Text
    mentee: Text


class Doubled(dict[str, Any]):
    """An object in which keys came twice: ``keys_twice``."""

    keys_twice: tuple[str, ...] = ()


class Endless:
    """Stands for a number of too many digits."""


def parse_json(text: str | bytes, *, by_person: bool = False) -> Any:
    """Return what a JSON text holds.

    Raises RequestError with everything in it that is not plain: see ``refuse_unplain``. Bytes are UTF-8 without a mark
    of byte order. An object of more than 20,000 keys is refused before any of it is made, as keys that come twice would
    be found in all of them, unless it may have a key a person.
    """
    if not by_person:
        _refuse_large(text)
    string = decode(text) if isinstance(text, bytes) else text
    if string.startswith(MARK):
        raise_unread(tr("une marque d'ordre des octets (BOM) avant le texte"), tr("du JSON en UTF-8, sans marque"))
    try:
        value = json.loads(string, object_pairs_hook=_once if by_person else _once_of_few, parse_int=_integer)
    except JSONDecodeError as error:
        where = tr("ligne {line}, colonne {column}", line=error.lineno, column=error.colno)
        raise_unread(tr("une syntaxe incorrecte"), tr("un objet JSON"), where)
    except RecursionError:
        raise_unread(*_too_deep(), _place_too_deep(string))
    refuse_unplain(value)
    return value


def _refuse_large(text: str | bytes) -> None:
    """Raise RequestError where an object has too many keys, before anything is made of it, not even text of bytes."""
    commas = text.count(b",") if isinstance(text, bytes) else text.count(",")
    if commas < MOST_KEYS:
        return
    large = _LARGE_BYTES.search(text) if isinstance(text, bytes) else _LARGE_TEXT.search(text)
    if large:
        until = text[: large.start() + 1]
        plain = until.decode("utf-8", "replace") if isinstance(until, bytes) else until
        raise_unread(*_too_large(), place_in(plain, len(plain) - 1))


def decode(content: bytes) -> str:
    """Return the text that bytes hold in UTF-8; raises RequestError where they hold none."""
    if content[:2] in WIDE_MARKS or b"\0" in content[:2]:
        raise_unread(tr("un texte en UTF-16 ou en UTF-32"), tr("du JSON en UTF-8"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise_unread(tr("des octets qui ne sont pas de l'UTF-8"), tr("du JSON en UTF-8"))


def raise_unread(found: str, expected: str, where: str = ROOT) -> Never:
    """Raise that a text is no JSON."""
    raise RequestError(tr("Ce texte n'est pas du JSON"), [Problem(where, found, expected)]) from None


def refuse_unplain(value: Any) -> None:
    """Raise RequestError with every place of a JSON value that is not plain.

    That is: a key twice in one object, a number that is not finite or has more than 100 digits, half a character
    (a lone surrogate), more than 64 levels.
    """
    refuse(tr("Ce JSON ne peut pas être pris à la lettre"), faults(value, ROOT, 0))


def refuse(message: str, problems: Iterable[Problem]) -> None:
    """Raise RequestError with the first of many problems, unless there is none."""
    found = refusal(message, problems)
    if found.problems:
        raise found


def refusal(message: str, problems: Iterable[Problem]) -> RequestError:
    """Return the error that tells the first of many problems, and that there are others."""
    return RequestError(message, first(problems, ROOT))


def first(problems: Iterable[Problem], whole: str) -> list[Problem]:
    """Return the first of many problems, and that there are others in the ``whole``; those others are never made."""
    shown_first = list(islice(problems, MOST_LISTED + 1))
    if len(shown_first) > MOST_LISTED:
        shown_first[MOST_LISTED:] = [
            Problem(whole, tr("d'autres encore : seuls les {most} premiers sont dits", most=MOST_LISTED))
        ]
    return shown_first


def faults(value: Any, where: str, depth: int) -> Iterator[Problem]:
    """Yield what is not plain in a value, with its place."""
    if isinstance(value, dict | list):
        yield from _inside(value, where, depth + 1)
    elif isinstance(value, str):
        if not _encodable(value):
            yield Problem(where, tr("un demi-caractère (surrogate isolé)"), tr("du texte Unicode"))
    elif isinstance(value, Endless):
        yield Problem(where, tr("un nombre de trop de chiffres"), tr("{most} chiffres au plus", most=MOST_DIGITS))
    elif isinstance(value, float) and not math.isfinite(value):
        yield Problem(where, tr("un nombre qui n'est pas fini"), tr("un nombre fini"))


def key_in(where: str, key: object) -> str:
    """Return the place of a key in an object, as a JSON path.

    >>> key_in("$.answers", "needs"), key_in("$", "e-mail")
    ('$.answers.needs', "$['e-mail']")
    """
    name = shorten_key(str(key))
    return f"{where}.{name}" if name.isidentifier() else f"{where}[{name!r}]"


def shorten_key(name: str) -> str:
    """Return a key as it is told: its beginning, in plain characters."""
    return name[:SHOWN_CHARACTERS].encode("utf-8", "replace").decode()


def _inside(value: dict[str, Any] | list[Any], where: str, depth: int) -> Iterator[Problem]:
    if depth > MOST_DEEP:
        yield Problem(where, *_too_deep())
    elif isinstance(value, dict):
        yield from _keys(value, where)
        for key, part in value.items():
            if not _surely_plain(part):
                yield from faults(part, key_in(where, key), depth)
    else:
        for place, part in enumerate(value):
            if not _surely_plain(part):
                yield from faults(part, f"{where}[{place}]", depth)


def _surely_plain(value: object) -> bool:
    return value is None or type(value) is int or (type(value) is str and value.isascii())


def _keys(value: dict[str, Any], where: str) -> Iterator[Problem]:
    for key in getattr(value, "keys_twice", ()):
        yield Problem(where, tr("la clé « {key} » deux fois", key=shorten_key(key)), tr("chaque clé une fois"))
    for key in value:
        if not isinstance(key, str) or not _encodable(key):
            yield Problem(where, tr("une clé qui n'est pas du texte Unicode"), tr("du texte Unicode"))


def _encodable(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _place_too_deep(text: str) -> str:
    """Return where a text that no parser could descend into is too deep."""
    depth = 0
    for token in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MOST_DEEP:
            return place_in(text, token.start())
    return ROOT


def place_in(text: str, place: int) -> str:
    """Return the line and the column of a place in a text, both counted from 1."""
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    return tr("ligne {line}, colonne {column}", line=line, column=column)


def _too_deep() -> tuple[str, str]:
    return tr("un objet trop imbriqué"), tr("{most} niveaux au plus", most=MOST_DEEP)


def _too_large() -> tuple[str, str]:
    return tr("un objet de trop de clés"), tr("{most} clés au plus", most=MOST_KEYS)


def _once_of_few(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise_unread(*_too_large())
    return _once(pairs)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = Doubled(found)
    doubled.keys_twice = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return doubled


def _integer(digits: str) -> int | Endless:
    return int(digits) if len(digits) <= MOST_DIGITS else Endless()
