"""Mistakes in a programme file, told to the people who wrote it: key path, found, expected, nearest valid name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from mentormatch.errors import Problem
from mentormatch.likeness import closest

TYPES = {
    "string_type": "un texte entre guillemets",
    "int_type": "un nombre entier",
    "int_from_float": "un nombre entier",
    "float_type": "un nombre",
    "bool_type": "true ou false",
    "list_type": "une liste entre crochets",
    "dict_type": "une table",
    "model_type": "une table",
    "model_attributes_type": "une table",
    "finite_number": "un nombre fini",
}
FOUND = {
    "str": "un texte",
    "int": "un nombre",
    "float": "un nombre",
    "bool": "true ou false",
    "list": "une liste",
    "dict": "une table",
}
BOUNDS = {
    "greater_than_equal": ("ge", "au moins {}"),
    "greater_than": ("gt", "plus de {}"),
    "less_than_equal": ("le", "au plus {}"),
    "less_than": ("lt", "moins de {}"),
    "too_short": ("min_length", "au moins {} élément(s)"),
}


def nearest(word: object, names: Iterable[str]) -> str:
    """Return a hint at the valid name that is nearest to ``word``, empty where none is near."""
    near = closest(word, names)
    return f"vouliez-vous dire « {near.name} » ?" if near else ""


def enumerated(names: Iterable[str]) -> str:
    """Return the valid names in a row."""
    return ", ".join(f"« {name} »" for name in names)


def key_path(location: Sequence[int | str]) -> str:
    """Return a location in the file as people read it, lists counted from 1.

    >>> key_path(("criteria", 1, "weight"))
    'criteria n° 2 : weight'
    """
    text = ""
    for step in location:
        text += f" n° {step + 1} :" if isinstance(step, int) else f"{'' if text.endswith(':') else '.'} {step}"
    return re.sub(r"\. ", ".", text.strip(". :")).strip()


def syntax_problem(message: str) -> Problem:
    """Return what the TOML reader refused, with its line."""
    place = re.search(r"line (\d+), column (\d+)", message)
    where = f"ligne {place[1]}, colonne {place[2]}" if place else "fin du fichier"
    return Problem(where, "syntaxe TOML incorrecte", advice="vérifiez guillemets, crochets et clés en double")


def translate(error: ErrorDetails, location: Sequence[int | str], model: type[BaseModel]) -> Problem:
    """Return one mistake found by pydantic in the words of the programme's authors.

    ``model`` is that of the table in which it stands, for the names that would have been valid.
    """
    where, kind, context = key_path(location), error["type"], error.get("ctx", {})
    key = str(location[-1]) if location else ""
    if kind == "missing":
        return Problem(key_path(location[:-1]) or "fichier", f"il manque « {key} »", f"une clé « {key} »")
    if kind == "extra_forbidden":
        return unknown_key(location, model)
    if kind == "union_tag_invalid":
        return unknown_kind(where, context)
    if kind == "union_tag_not_found":
        return Problem(where, "il manque « kind »", "le genre de question, de critère ou de règle")
    if kind == "literal_error":
        return unknown_value(where, error["input"], str(context["expected"]))
    return other(where, error, context)


def unknown_key(location: Sequence[int | str], model: type[BaseModel]) -> Problem:
    """Return that a key is not one of this table's."""
    names = [info.alias or name for name, info in model.model_fields.items()]
    key = location[-1]
    return Problem(
        key_path(location[:-1]) or "fichier", f"clé inconnue « {key} »", enumerated(names), nearest(key, names)
    )


def unknown_kind(where: str, context: Mapping[str, Any]) -> Problem:
    """Return that no extension has this kind."""
    kinds = re.findall(r"'([^']+)'", str(context["expected_tags"]))
    return Problem(where, f"« kind » inconnu : « {context['tag']} »", enumerated(kinds), nearest(context["tag"], kinds))


def unknown_value(where: str, found: object, expected: str) -> Problem:
    """Return that a setting has none of the values it may have."""
    values = re.findall(r"'([^']+)'", expected)
    return Problem(where, f"valeur inconnue « {found} »", enumerated(values), nearest(found, values))


def type_name(value: object) -> str:
    """Return in French what kind of value stands in the file."""
    return FOUND.get(type(value).__name__, "une date ou une heure")


def other(where: str, error: ErrorDetails, context: Mapping[str, Any]) -> Problem:
    """Return a wrong type, a bound that is passed, or what a check of ours said."""
    kind = error["type"]
    if kind in TYPES:
        return Problem(where, f"trouvé : {type_name(error['input'])}", TYPES[kind])
    if kind in BOUNDS:
        name, words = BOUNDS[kind]
        return Problem(where, "valeur hors des limites", words.format(context[name]))
    return Problem(where, str(context.get("error", error["msg"])))
