"""Mistakes in a programme file, told to the people who wrote it: key path, found, expected, nearest valid name."""

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

TYPES = {
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
FOUND = {
    "str": mark("un texte"),
    "int": mark("un nombre"),
    "float": mark("un nombre"),
    "bool": mark("true ou false"),
    "list": mark("une liste"),
    "dict": mark("une table"),
}
DATE = mark("une date ou une heure")
BOUNDS = {
    "greater_than_equal": mark("au moins {limit}"),
    "greater_than": mark("plus de {limit}"),
    "less_than_equal": mark("au plus {limit}"),
    "less_than": mark("moins de {limit}"),
}


GREATEST = 10**12
"""No setting is a greater number: beyond what fits a machine word sums would overflow."""


def out_of_measure(value: object, where: tuple[int | str, ...] = ()) -> Iterator[Problem]:
    """Yield each number in the file, or in a part of it, that is too great for any setting."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from out_of_measure(part, (*where, key))
    if isinstance(value, int | float) and abs(value) > GREATEST:
        expected = tr("un nombre d'au plus {limit} en valeur absolue", limit=thousands(GREATEST))
        yield Problem(key_path(where), tr("valeur hors des limites"), expected)


MOST_NAMED = 20
"""Of more options than that, only the nearest is named."""
MOST_ENUMERATED = 100
MOST_COMPARED = 500
"""So many names, of so many characters, are compared for a hint."""
MOST_SHOWN = 200
"""Of a longer name, so many characters are told."""


def nearest(word: object, names: Iterable[str]) -> str:
    """Return a hint at the valid name that is nearest to ``word``, empty where none is near, or they are too many."""
    known = [name for name in names if len(name) <= MOST_COMPARED]
    if len(known) > MOST_COMPARED or len(brief(word)) > MOST_SHOWN:
        return ""
    near = closest(brief(word), known)
    return tr("vouliez-vous dire « {name} » ?", name=near.name) if near else ""


def enumerate_names(names: Iterable[str]) -> str:
    """Return the valid names in a row."""
    first = list(islice(names, MOST_ENUMERATED + 1))
    return ", ".join([*map(quoted, map(brief, first[:MOST_ENUMERATED])), *("…" for _ in first[MOST_ENUMERATED:])])


def brief(text: object) -> str:
    """Return a name or a value as it is told: its beginning where it is long, its type where it is no text.

    >>> brief("abc" * 100)[-4:], brief(10**5_000), brief(12)
    ('cab…', 'un nombre', '12')
    """
    small = isinstance(text, int | float) and abs(text) <= GREATEST
    shown = str(text) if isinstance(text, str) or small else type_name(text)
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"


def key_path(location: Sequence[int | str]) -> str:
    """Return a location in the file as people read it, lists counted from 1.

    >>> key_path(("criteria", 1, "weight"))
    'criteria n° 2 : weight'
    """
    text = ""
    for step in location:
        name = number_item(step + 1) if isinstance(step, int) else brief(step)
        text += f"{'' if text.endswith(':') or isinstance(step, int) else '.'} {name}"
    return re.sub(r"\. ", ".", text.strip(". :")).strip()


def number_item(number: int) -> str:
    """Return the place of an item in a list, before what stands in it."""
    return tr("n° {number} :", number=number)


def translate(error: ErrorDetails, location: Sequence[int | str], model: type[BaseModel]) -> Problem:
    """Return one mistake found by pydantic in the words of the programme's authors.

    ``model`` is that of the table in which it stands, for the names that would have been valid.
    """
    where, kind, context = key_path(location), error["type"], error.get("ctx", {})
    key = str(location[-1]) if location else ""
    if kind == "missing":
        table = key_path(location[:-1]) or tr("fichier")
        return Problem(table, tr("il manque « {key} »", key=key), tr("une clé « {key} »", key=key))
    if kind == "extra_forbidden":
        return unknown_key(location, model)
    if kind == "union_tag_invalid":
        return unknown_kind(where, context)
    if kind == "union_tag_not_found":
        return Problem(where, tr("il manque « {key} »", key="kind"), tr("le genre de question, de critère ou de règle"))
    if kind == "literal_error":
        return unknown_value(where, error["input"], str(context["expected"]))
    return other(where, error, context)


def unknown_key(location: Sequence[int | str], model: type[BaseModel]) -> Problem:
    """Return that a key is not one of this table's."""
    names = [str(info.validation_alias or name) for name, info in model.model_fields.items()]
    key = location[-1]
    return unknown(key_path(location[:-1]) or tr("fichier"), str(key), names)


def unknown(where: str, key: str, names: Sequence[str]) -> Problem:
    """Return that a key is none of these names."""
    return Problem(where, tr("clé inconnue « {key} »", key=brief(key)), enumerate_names(names), nearest(key, names))


def unknown_kind(where: str, context: Mapping[str, Any]) -> Problem:
    """Return that no extension has this kind."""
    kinds = re.findall(r"'([^']+)'", str(context["expected_tags"]))
    tag = context["tag"]
    return Problem(
        where, tr("« kind » inconnu : « {kind} »", kind=brief(tag)), enumerate_names(kinds), nearest(tag, kinds)
    )


def unknown_value(where: str, found: object, expected: str) -> Problem:
    """Return that a setting has none of the values it may have."""
    values = re.findall(r"'([^']+)'", expected)
    return Problem(
        where, tr("valeur inconnue « {value} »", value=brief(found)), enumerate_names(values), nearest(found, values)
    )


def type_name(value: object) -> str:
    """Return what kind of value stands in the file."""
    return tr(FOUND.get(type(value).__name__, DATE))


def other(where: str, error: ErrorDetails, context: Mapping[str, Any]) -> Problem:
    """Return a wrong type, a bound that is passed, or what a check of ours said."""
    kind = error["type"]
    if kind in TYPES:
        return Problem(where, tr("trouvé : {found}", found=type_name(error["input"])), tr(TYPES[kind]))
    if kind in BOUNDS:
        limit = next(iter(context.values()))
        return Problem(where, tr("valeur hors des limites"), tr(BOUNDS[kind], limit=plain(limit)))
    if kind == "too_short":
        least = tr("au moins {count}", count=counted(context["min_length"], "élément"))
        return Problem(where, tr("valeur hors des limites"), least)
    return Problem(where, str(context.get("error", error["msg"])))


def find_repeats(where: Sequence[int | str], texts: Iterable[str]) -> Iterator[Problem]:
    """Yield each text that stands there twice but for case, accents or spaces."""
    seen: dict[str, str] = {}
    for text in texts:
        first = seen.setdefault(fold(text), text)
        if first != text:
            found = tr("« {first} » et « {second} » se lisent de la même façon", first=brief(first), second=brief(text))
            yield Problem(key_path(where), found, tr("une seule ligne"))


def few(names: Collection[str]) -> str:
    """Return the valid names in a row, empty where they are many."""
    return enumerate_names(sorted(names) if isinstance(names, Set) else names) if len(names) <= MOST_NAMED else ""


def count_mistakes(problems: Sequence[Problem]) -> str:
    """Return how many mistakes there are; the last one of very many says that there are others."""
    if len(problems) > MOST_LISTED:
        return tr("plus de {count} erreurs à corriger", count=MOST_LISTED)
    return tr_n("{count} erreur à corriger", "{count} erreurs à corriger", len(problems), count=len(problems))


def wrong_settings(kind: type[BaseModel], error: ValidationError) -> ProgrammeError:
    """Return the error with every mistake in the settings that an object of this kind was given."""
    details = error.errors(include_url=False)
    problems = [translate(one, one["loc"] or (kind.__name__,), model_at(kind, one["loc"][:-1])) for one in details]
    return ProgrammeError(about(kind.__name__, count_mistakes(problems)), problems[:MOST_LISTED])


def unordered_settings(kind: type[BaseModel], names: Sequence[str]) -> ProgrammeError:
    """Return the error that settings of several values came without an order: as a set, or one after the other."""
    expected = tr("une liste ou un tuple, dont l'ordre compte")
    problems = [Problem(name, tr("des valeurs sans ordre"), expected) for name in names]
    return ProgrammeError(about(kind.__name__, count_mistakes(problems)), problems)


def model_at(model: type[BaseModel], steps: Sequence[int | str]) -> type[BaseModel]:
    """Return the model of the table inside ``model`` that ``steps`` lead to."""
    for step in steps:
        info = model.model_fields.get(str(step))
        inner = [kind for kind in get_args(info.annotation) if isinstance(kind, type)] if info else []
        model = next((kind for kind in inner if issubclass(kind, BaseModel)), model)
    return model
