"""JSON text -> a value without duplicate keys, infinite numbers or overlong integers; and strict message models."""

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
from pydantic_core import ErrorDetails

from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr

ROOT = "$"  # JSON path of a whole text
MOST_DEEP = 64  # levels
MOST_DIGITS = 100  # of an integer, with its sign
MOST_LISTED = 100  # problems in an error
MOST_KEYS = 20_000  # per object: one per question, option or header; people and rows are in lists
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FLAT = rf'(?:[^\s"\[\]{{}},]++|{_STRING}|\[[^"\[\]{{}}]*+\]|\{{\s*+\}})'
# Beginning of an object with too many keys and flat values; possessive, so the search takes linear time
_LARGE = rf"\{{(?>(?:\s*+{_STRING}\s*+:\s*+{_FLAT}\s*+,){{{MOST_KEYS}}}+)"
_LARGE_TEXT, _LARGE_BYTES = re.compile(_LARGE, re.ASCII), re.compile(_LARGE.encode())
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")  # byte order marks


class JsonMessage(BaseModel):
    """A JSON object: strict, finite, without unknown keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        json_schema_serialization_defaults_required=True,  # messages are written with every key
    )


def schema_problems(error: ValidationError) -> list[Problem]:
    """Return the place and type of each error in a message, without the name of an unknown key: it may be anything."""
    details = error.errors(include_url=False, include_input=False)
    return [Problem(".".join(map(str, _known_part(detail))) or ROOT, detail["type"]) for detail in details]


def _known_part(detail: ErrorDetails) -> tuple[int | str, ...]:
    location = detail["loc"]
    if location[-1:] == ("[key]",):
        return location[:-2]
    return location[:-1] if detail["type"] == "extra_forbidden" else location


def whole(value: object) -> object:
    """Return a float without a fraction as an integer: JSON does not distinguish 1 from 1.0, strict integers do."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


type Whole = Annotated[int, Setting(ge=0, le=2**64 - 1), BeforeValidator(whole)]
Text = Annotated[str, Setting(min_length=1, max_length=1_000)]


class StoredMessage(VersionedPickle, JsonMessage):
    """A message that is stored in a file; ``misread`` is the error message for a file that contains none."""

    misread: ClassVar[str]

    @classmethod
    @checked
    def from_json(cls, text: str | bytes) -> Self:
        """Return the message in a JSON text. Raises RequestError with every problem in it, without unknown keys."""
        try:
            return cls.model_validate(parse_json(text))
        except ValidationError as error:
            raise RequestError(tr(cls.misread), schema_problems(error)) from None

    def to_json(self) -> str:
        """Return the message as JSON text, indented."""
        return self.model_dump_json(indent=2) + "\n"


class Keys(JsonMessage):
    """Two people, by their keys."""

    mentor: Text
    mentee: Text


class DuplicateKeys(dict[str, Any]):
    """An object with duplicate keys: ``keys_twice``."""

    keys_twice: tuple[str, ...] = ()


class OverlongNumber:
    """Placeholder for a number with too many digits."""


def parse_json(text: str | bytes, *, by_person: bool = False) -> Any:
    """Return the value of a JSON text.

    Raises RequestError for a text that is no JSON, or with the problems in its value: see ``refuse_unplain``. Bytes
    must be UTF-8, and no text has a byte order mark. An object with more than 20,000 keys is refused before it is
    built, because the search for duplicate keys takes time and memory; ``by_person`` allows such objects, with one key
    per person.
    """
    if not by_person:
        _refuse_large(text)
    string = decode(text) if isinstance(text, bytes) else text
    if string.startswith("\ufeff"):
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
    """Raise RequestError if an object begins with too many keys of flat values, before anything is decoded."""
    commas = text.count(b",") if isinstance(text, bytes) else text.count(",")
    if commas < MOST_KEYS:
        return
    large = _LARGE_BYTES.search(text) if isinstance(text, bytes) else _LARGE_TEXT.search(text)
    if large:
        beginning = text[: large.start() + 1]
        plain = beginning.decode("utf-8", "replace") if isinstance(beginning, bytes) else beginning
        raise_unread(*_too_large(), line_and_column(plain, len(plain) - 1))


def decode(content: bytes) -> str:
    """Return UTF-8 bytes as text. Raises RequestError if they are not UTF-8."""
    # JSON begins with an ASCII character; in UTF-16 and UTF-32, one of the first two bytes is then zero
    if content[:2] in UTF16_MARKS or b"\0" in content[:2]:
        raise_unread(tr("un texte en UTF-16 ou en UTF-32"), tr("du JSON en UTF-8"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise_unread(tr("des octets qui ne sont pas de l'UTF-8"), tr("du JSON en UTF-8"))


def raise_unread(finding: str, expected: str, where: str = ROOT) -> Never:
    raise RequestError(tr("Ce texte n'est pas du JSON"), [Problem(where, finding, expected)]) from None


def refuse_unplain(value: Any) -> None:
    """Raise RequestError with the parts of a value that are not plain JSON, up to ``MOST_LISTED``, each with its path.

    These are duplicate keys in an object, keys that are no texts, numbers that are not finite, integers that
    ``parse_json`` found too long, lone surrogates, and more than 64 levels. Objects of other types are not looked for.
    """
    refuse(tr("Ce JSON ne peut pas être pris à la lettre"), json_problems(value, ROOT, 0))


def refuse(message: str, problems: Iterable[Problem]) -> None:
    """Raise RequestError with up to ``MOST_LISTED`` problems, unless there are none."""
    error = refusal(message, problems)
    if error.problems:
        raise error


def refusal(message: str, problems: Iterable[Problem]) -> RequestError:
    """Return an error with up to ``MOST_LISTED`` problems, and a note if there are more."""
    return RequestError(message, first(problems, ROOT))


def first(problems: Iterable[Problem], whole: str) -> list[Problem]:
    """Return the first ``MOST_LISTED`` problems, plus a note at path ``whole`` if more exist."""
    listed = list(islice(problems, MOST_LISTED + 1))
    if len(listed) > MOST_LISTED:
        listed[MOST_LISTED:] = [
            Problem(whole, tr("d'autres encore : seuls les {most} premiers sont dits", most=MOST_LISTED))
        ]
    return listed


def json_problems(value: Any, where: str, depth: int) -> Iterator[Problem]:
    """Yield a problem for each part of a value that is not plain JSON, with its path."""
    if isinstance(value, dict | list):
        yield from _inside(value, where, depth + 1)
    elif isinstance(value, str):
        if not _encodable(value):
            yield Problem(where, tr("un demi-caractère (surrogate isolé)"), tr("du texte Unicode"))
    elif isinstance(value, OverlongNumber):
        yield Problem(where, tr("un nombre de trop de chiffres"), tr("{most} chiffres au plus", most=MOST_DIGITS))
    elif isinstance(value, float) and not math.isfinite(value):
        yield Problem(where, tr("un nombre qui n'est pas fini"), tr("un nombre fini"))


def key_in(where: str, key: object) -> str:
    """Return the JSON path of a key in an object.

    >>> key_in("$.answers", "needs"), key_in("$", "e-mail")
    ('$.answers.needs', "$['e-mail']")
    """
    name = shorten_key(str(key))
    return f"{where}.{name}" if name.isidentifier() else f"{where}[{name!r}]"


def shorten_key(name: str) -> str:
    """Return a key for a message: its beginning, with lone surrogates replaced."""
    return name[:60].encode("utf-8", "replace").decode()


def _inside(value: dict[str, Any] | list[Any], where: str, depth: int) -> Iterator[Problem]:
    if depth > MOST_DEEP:
        yield Problem(where, *_too_deep())
    elif isinstance(value, dict):
        yield from _keys(value, where)
        for key, part in value.items():
            if not _surely_plain(part):
                yield from json_problems(part, key_in(where, key), depth)
    else:
        for index, part in enumerate(value):
            if not _surely_plain(part):
                yield from json_problems(part, f"{where}[{index}]", depth)


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
    """Return the line and column where a text exceeds the depth limit."""
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', text, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MOST_DEEP:
            return line_and_column(text, token.start())
    return ROOT


def line_and_column(text: str, place: int) -> str:
    """Return line and column of an index in a text, both counted from 1, as a phrase."""
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
    unique = dict(pairs)
    if len(unique) == len(pairs):
        return unique
    doubled = DuplicateKeys(unique)
    doubled.keys_twice = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return doubled


def _integer(digits: str) -> int | OverlongNumber:
    return int(digits) if len(digits) <= MOST_DIGITS else OverlongNumber()
