"""What does not fit the contract, told to those who sent it: JSON path, what was found, what is expected, what to do.

The type of a value is told, never the value.
"""

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mentormatch.base.strict_json import ROOT, key_in, shorten_key, whole
from mentormatch.errors import Problem
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted
from mentormatch.programme.programme import model_at
from mentormatch.programme.validation_messages import enumerate_names, nearest

TYPES = {
    "string_type": mark("un texte"),
    "int_type": mark("un nombre entier"),
    "float_type": mark("un nombre"),
    "bool_type": mark("true ou false"),
    "list_type": mark("une liste"),
    "dict_type": mark("un objet"),
    "model_type": mark("un objet"),
    "answer": mark("un texte, un nombre, true ou false, une liste de textes, un objet de textes, ou null"),
}
FOUND = {
    "str": mark("un texte"),
    "int": mark("un nombre"),
    "float": mark("un nombre"),
    "bool": mark("true ou false"),
    "list": mark("une liste"),
    "dict": mark("un objet"),
    "NoneType": mark("null"),
}
OTHER = mark("une valeur que JSON n'a pas")
BOUNDS = {
    "greater_than_equal": mark("un nombre d'au moins {limit}"),
    "greater_than": mark("un nombre de plus de {limit}"),
    "less_than_equal": mark("un nombre d'au plus {limit}"),
    "too_short": mark("{limit} au moins"),
    "too_long": mark("{limit} au plus"),
    "string_too_short": mark("{limit} au moins"),
    "string_too_long": mark("{limit} au plus"),
}
LENGTHS = ("min_length", "max_length")


def misfits(error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    """Yield what is wrong in a request of this model, as pydantic found it."""
    yield from (misfit(detail, model) for detail in error.errors())


def misfit(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    """Return one thing that is wrong."""
    *steps, last = error["loc"] or ("",)
    if error["type"] == "extra_forbidden":
        return unknown_key(path_of(steps), str(last), model_at(model, steps))
    if error["type"] == "missing":
        found = tr("il manque « {key} »", key=last)
        return Problem(path_of(steps), found, tr("une clé « {key} »", key=last))
    return Problem(path_of(error["loc"]), type_found(error), type_expected(error))


def path_of(location: object) -> str:
    """Return a place as a JSON path.

    >>> path_of(("mentors", 0, "answers", "needs"))
    '$.mentors[0].answers.needs'
    """
    assert isinstance(location, tuple | list)
    return reduce(lambda path, step: f"{path}[{step}]" if isinstance(step, int) else key_in(path, step), location, ROOT)


def unknown_key(where: str, key: str, model: type[BaseModel]) -> Problem:
    """Return that an object has a key that the contract does not know there."""
    names = list(model.model_fields)
    return Problem(
        where, tr("clé inconnue « {key} »", key=shorten_key(key)), enumerate_names(names), nearest(key, names)
    )


def type_found(error: ErrorDetails) -> str:
    """Return of which type the value is, or what a check of ours found."""
    said = error.get("ctx", {}).get("found")
    return str(said) if said else tr(FOUND.get(type(error["input"]).__name__, OTHER))


def type_expected(error: ErrorDetails) -> str:
    """Return what would have fitted."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in TYPES:
        return tr(TYPES[kind])
    if kind in BOUNDS:
        return tr(BOUNDS[kind], limit=limit_in(kind, context))
    expected = str(context.get("expected", error["msg"]))
    return (
        enumerate_names(re.findall(r"'([^']+)'", expected)) if kind == "literal_error" and "'" in expected else expected
    )


def limit_in(kind: str, context: Mapping[str, Any]) -> Any:
    """Return the bound that was passed, of a length with what is counted."""
    length = next((context[name] for name in LENGTHS if name in context), None)
    if length is None:
        return whole(next(iter(context.values())))
    return counted(length, "caractère") if kind.startswith("string") else counted(length, "élément")
