"""Mistakes in a programme file, told to the people who wrote it: key path, found, expected, nearest valid name."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from mentormatch.errors import Problem, ProgrammeError
from mentormatch.languages import mark, tr
from mentormatch.likeness import closest
from mentormatch.phrases import about, quoted, thousands

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
    "too_short": mark("au moins {limit} élément(s)"),
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


def nearest(word: object, names: Iterable[str]) -> str:
    """Return a hint at the valid name that is nearest to ``word``, empty where none is near."""
    near = closest(word, names)
    return tr("vouliez-vous dire « {name} » ?", name=near.name) if near else ""


def enumerated(names: Iterable[str]) -> str:
    """Return the valid names in a row."""
    return ", ".join(map(quoted, names))


def key_path(location: Sequence[int | str]) -> str:
    """Return a location in the file as people read it, lists counted from 1.

    >>> key_path(("criteria", 1, "weight"))
    'criteria n° 2 : weight'
    """
    text = ""
    for step in location:
        text += f" {numbered(step + 1)}" if isinstance(step, int) else f"{'' if text.endswith(':') else '.'} {step}"
    return re.sub(r"\. ", ".", text.strip(". :")).strip()


def numbered(number: int) -> str:
    """Return the place of an item in a list, before what stands in it."""
    return tr("n° {number} :", number=number)


def tables_in(content: bytes, source: str) -> dict[str, Any]:
    """Return what the bytes of a TOML file hold; raises ProgrammeError, which calls the file by its name."""
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    except UnicodeDecodeError:
        advice = tr("le fichier n'est pas en UTF-8 ; enregistrez-le en UTF-8")
        raise ProgrammeError(about(source, advice)) from None
    except tomllib.TOMLDecodeError as error:
        told = tr("{file} ne peut pas être lu", file=source)
        raise ProgrammeError(told, [syntax_problem(str(error))]) from None
    except RecursionError:
        raise ProgrammeError(about(source, tr("trop de crochets l'un dans l'autre"))) from None


def syntax_problem(message: str) -> Problem:
    """Return what the TOML reader refused, with its line."""
    place = re.search(r"line (\d+), column (\d+)", message)
    where = tr("ligne {line}, colonne {column}", line=place[1], column=place[2]) if place else tr("fin du fichier")
    advice = tr("vérifiez guillemets, crochets et clés en double")
    return Problem(where, tr("syntaxe TOML incorrecte"), advice=advice)


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
    names = [info.alias or name for name, info in model.model_fields.items()]
    key = location[-1]
    return unknown(key_path(location[:-1]) or tr("fichier"), str(key), names)


def unknown(where: str, key: str, names: Sequence[str]) -> Problem:
    """Return that a key is none of these names."""
    return Problem(where, tr("clé inconnue « {key} »", key=key), enumerated(names), nearest(key, names))


def unknown_kind(where: str, context: Mapping[str, Any]) -> Problem:
    """Return that no extension has this kind."""
    kinds = re.findall(r"'([^']+)'", str(context["expected_tags"]))
    tag = context["tag"]
    return Problem(where, tr("« kind » inconnu : « {kind} »", kind=tag), enumerated(kinds), nearest(tag, kinds))


def unknown_value(where: str, found: object, expected: str) -> Problem:
    """Return that a setting has none of the values it may have."""
    values = re.findall(r"'([^']+)'", expected)
    return Problem(where, tr("valeur inconnue « {value} »", value=found), enumerated(values), nearest(found, values))


def type_name(value: object) -> str:
    """Return what kind of value stands in the file."""
    return tr(FOUND.get(type(value).__name__, DATE))


def other(where: str, error: ErrorDetails, context: Mapping[str, Any]) -> Problem:
    """Return a wrong type, a bound that is passed, or what a check of ours said."""
    kind = error["type"]
    if kind in TYPES:
        return Problem(where, tr("trouvé : {found}", found=type_name(error["input"])), tr(TYPES[kind]))
    if kind in BOUNDS:
        limit = context.get("min_length", next(iter(context.values()), ""))
        return Problem(where, tr("valeur hors des limites"), tr(BOUNDS[kind], limit=limit))
    return Problem(where, str(context.get("error", error["msg"])))
