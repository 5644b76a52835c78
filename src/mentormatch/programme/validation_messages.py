"""Errors in a programme file -> problems for its authors: key path, found, expected, nearest valid name."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mentormatch.base.strict_json import MOST_LISTED
from mentormatch.errors import Problem, ProgrammeError
from mentormatch.languages.phrases import about, counted, plain, quoted, thousands
from mentormatch.languages.similarity import closest
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr, tr_n

TYPE_MESSAGES = {
    "string_type": mark("un texte entre guillemets"),
    "int_type": mark("un nombre entier"),
    "int_from_float": mark("un nombre entier"),
    "float_type": mark("un nombre"),
    "bool_type": mark("true ou false"),
    "list_type": mark("une liste entre crochets"),
    "dict_type": mark("une table"),
    "model_type": mark("une table"),
    "model_attributes_type": mark("une table"),
    "finite_number": mark("un nombre fini"),
}
TYPE_NAMES = {
    "str": mark("un texte"),
    "int": mark("un nombre"),
    "float": mark("un nombre"),
    "bool": mark("true ou false"),
    "list": mark("une liste"),
    "dict": mark("une table"),
}
BOUND_MESSAGES = {
    "greater_than_equal": mark("au moins {limit}"),
    "greater_than": mark("plus de {limit}"),
    "less_than_equal": mark("au plus {limit}"),
    "less_than": mark("moins de {limit}"),
}


MAX_NUMBER = 10**12  # of a setting: sums of larger settings would overflow a machine word


def find_excessive_numbers(value: object, where: tuple[int | str, ...] = ()) -> Iterator[Problem]:
    """Yield each number in a file, or in a part of it, that is too large for any setting."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from find_excessive_numbers(part, (*where, key))
    if isinstance(value, int | float) and abs(value) > MAX_NUMBER:
        expected = tr("un nombre d'au plus {limit} en valeur absolue", limit=thousands(MAX_NUMBER))
        yield Problem(key_path(where), tr("valeur hors des limites"), expected)


MAX_ENUMERATED = 100  # names in a message
MAX_COMPARED = 500  # names compared for a hint, and characters of each
MAX_SHOWN = 200  # characters of a name


def nearest_hint(word: object, names: Iterable[str]) -> str:
    """Return a hint with the valid name nearest to ``word``; empty if none is near, or if there are too many."""
    short_names = [name for name in names if len(name) <= MAX_COMPARED]
    if len(short_names) > MAX_COMPARED or len(shorten(word)) > MAX_SHOWN:
        return ""
    match = closest(shorten(word), short_names)
    return tr("vouliez-vous dire « {name} » ?", name=match.name) if match else ""


def enumerate_names(names: Iterable[str]) -> str:
    """Return valid names as a list in a text."""
    first = list(islice(names, MAX_ENUMERATED + 1))
    return ", ".join([*map(quoted, map(shorten, first[:MAX_ENUMERATED])), *("…" for _ in first[MAX_ENUMERATED:])])


def shorten(text: object) -> str:
    """Return a name or a value as shown: shortened if it is long, as its type if it is neither text nor small number.

    >>> shorten("abc" * 100)[-4:], shorten(10**5_000), shorten(12), shorten("")
    ('cab…', 'un nombre', '12', '(vide)')
    """
    small = isinstance(text, int | float) and abs(text) <= MAX_NUMBER
    label = str(text) if isinstance(text, str) or small else type_name(text)
    if not label.strip():
        return tr("(vide)")
    return label if len(label) <= MAX_SHOWN else f"{label[:MAX_SHOWN]}…"


def key_path(location: Sequence[int | str]) -> str:
    """Return a path in the file as shown; lists are counted from 1.

    >>> key_path(("criteria", 1, "weight"))
    'criteria n° 2 : weight'
    """
    text = ""
    for step in location:
        name = number_item(step + 1) if isinstance(step, int) else shorten(step)
        text += f"{'' if text.endswith(':') or isinstance(step, int) else '.'} {name}"
    return re.sub(r"\. ", ".", text.strip(". :")).strip()


def number_item(number: int) -> str:
    return tr("n° {number} :", number=number)


def to_problem(error: ErrorDetails, location: Sequence[int | str], model: type[BaseModel]) -> Problem:
    """Return the problem of one pydantic error, in the words of the programme's authors.

    ``model`` is that of the table with the error; its fields are the valid names.
    """
    where, kind, context = key_path(location), error["type"], error.get("ctx", {})
    key = str(location[-1]) if location else ""
    if kind == "missing":
        table = key_path(location[:-1]) or tr("fichier")
        return Problem(table, tr("il manque « {key} »", key=key), tr("une clé « {key} »", key=key))
    if kind == "extra_forbidden":
        return unknown_key_problem(location, model)
    if kind == "union_tag_invalid":
        return unknown_kind_problem(where, context)
    if kind == "union_tag_not_found":
        return Problem(where, tr("il manque « {key} »", key="kind"), tr("le genre de question, de critère ou de règle"))
    if kind == "literal_error":
        return unknown_value_problem(where, error["input"], str(context["expected"]))
    return fallback_problem(where, error, context)


def unknown_key_problem(location: Sequence[int | str], model: type[BaseModel]) -> Problem:
    names = [str(info.validation_alias or name) for name, info in model.model_fields.items()]
    key = location[-1]
    return unknown_name_problem(key_path(location[:-1]) or tr("fichier"), str(key), names)


def unknown_name_problem(where: str, key: str, names: Sequence[str]) -> Problem:
    return Problem(
        where, tr("clé inconnue « {key} »", key=shorten(key)), enumerate_names(names), nearest_hint(key, names)
    )


def unknown_kind_problem(where: str, context: Mapping[str, Any]) -> Problem:
    kinds = re.findall(r"'([^']+)'", str(context["expected_tags"]))
    tag = context["tag"]
    return Problem(
        where, tr("« kind » inconnu : « {kind} »", kind=shorten(tag)), enumerate_names(kinds), nearest_hint(tag, kinds)
    )


def unknown_value_problem(where: str, value: object, expected: str) -> Problem:
    values = re.findall(r"'([^']+)'", expected)
    return Problem(
        where,
        tr("valeur inconnue « {value} »", value=shorten(value)),
        enumerate_names(values),
        nearest_hint(value, values),
    )


def type_name(value: object) -> str:
    """Return the type of a value in the file, as shown."""
    return tr(TYPE_NAMES.get(type(value).__name__, mark("une date ou une heure")))


def fallback_problem(where: str, error: ErrorDetails, context: Mapping[str, Any]) -> Problem:
    """Return the problem of a wrong type, of a value out of bounds, or of a check of this package."""
    kind = error["type"]
    if kind in TYPE_MESSAGES:
        return Problem(where, tr("trouvé : {found}", found=type_name(error["input"])), tr(TYPE_MESSAGES[kind]))
    if kind in BOUND_MESSAGES:
        limit = next(iter(context.values()))
        return Problem(where, tr("valeur hors des limites"), tr(BOUND_MESSAGES[kind], limit=plain(limit)))
    if kind == "too_short":
        bound = tr("au moins {count}", count=counted(context["min_length"], "élément"))
        return Problem(where, tr("valeur hors des limites"), bound)
    return Problem(where, str(context.get("error", error["msg"])))


def find_repeats(where: Sequence[int | str], texts: Iterable[str]) -> Iterator[Problem]:
    """Yield each text that equals an earlier one up to case, accents and spaces."""
    spellings: dict[str, str] = {}
    for text in texts:
        earlier = spellings.setdefault(fold(text), text)
        if earlier != text:
            cause = tr(
                "« {first} » et « {second} » se lisent de la même façon", first=shorten(earlier), second=shorten(text)
            )
            yield Problem(key_path(where), cause, tr("une seule ligne"))


def list_if_short(names: Collection[str]) -> str:
    """Return valid names as a list in a text; empty if they are many."""
    return enumerate_names(sorted(names) if isinstance(names, Set) else names) if len(names) <= 20 else ""


def count_problems(problems: Sequence[Problem]) -> str:
    """Return the number of problems as shown; above ``MOST_LISTED``, only that there are more."""
    if len(problems) > MOST_LISTED:
        return tr("plus de {count} erreurs à corriger", count=MOST_LISTED)
    return tr_n("{count} erreur à corriger", "{count} erreurs à corriger", len(problems), count=len(problems))


def wrong_settings(kind: type[BaseModel], error: ValidationError) -> ProgrammeError:
    """Return the error with every problem in the settings of an object of this kind."""
    details = error.errors(include_url=False)
    problems = [
        to_problem(detail, detail["loc"] or (kind.__name__,), model_at(kind, detail["loc"][:-1])) for detail in details
    ]
    return ProgrammeError(about(kind.__name__, count_problems(problems)), problems[:MOST_LISTED])


def unordered_settings(kind: type[BaseModel], names: Sequence[str]) -> ProgrammeError:
    """Return the error for settings with several values but no order, such as a set or an iterator."""
    expected = tr("une liste ou un tuple, dont l'ordre compte")
    problems = [Problem(name, tr("des valeurs sans ordre"), expected) for name in names]
    return ProgrammeError(about(kind.__name__, count_problems(problems)), problems)


def model_at(model: type[BaseModel], steps: Sequence[int | str]) -> type[BaseModel]:
    """Return the model of the table at ``steps`` inside ``model``."""
    for step in steps:
        info = model.model_fields.get(str(step))
        inner = [kind for kind in get_args(info.annotation) if isinstance(kind, type)] if info else []
        model = next((kind for kind in inner if issubclass(kind, BaseModel)), model)
    return model
