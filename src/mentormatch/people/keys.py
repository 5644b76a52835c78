"""Keys and pairs of people, as callers give them -> texts."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

from mentormatch.base.arguments import Converter, MisfitError
from mentormatch.base.scalars import exact_number
from mentormatch.languages.translation import tr

MENTOR, MENTEE = "mentor", "mentee"
READER = "mentormatch.survey.table_reader"
"""Reads frames. It stands above, and is found when it is needed."""


def key_text(key: object) -> str:
    """Return a key as the text that stands in a frame: a whole number without a fraction."""
    if isinstance(key, str):
        return key
    number = exact_number(key)
    if not isinstance(number, int):
        raise MisfitError(tr("l'identifiant d'une personne : un texte ou un nombre entier"))
    return str(number)


def pair_keys(pair: Any) -> tuple[str, str]:
    """Return the keys of a pair: (mentor, mentee), an object or a mapping that names both."""
    if isinstance(pair, Mapping) and pair.keys() >= {MENTOR, MENTEE}:
        return key_text(pair[MENTOR]), key_text(pair[MENTEE])
    if hasattr(pair, MENTOR) and hasattr(pair, MENTEE):
        return key_text(pair.mentor), key_text(pair.mentee)
    if isinstance(pair, str | bytes | Mapping) or not hasattr(pair, "__iter__") or len(keys := list(pair)) != 2:
        raise MisfitError(tr("un binôme (mentor·e, mentoré·e) : deux identifiants"))
    return key_text(keys[0]), key_text(keys[1])


def pairs_of_frame(frame: object) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a frame that has the columns ``mentor`` and ``mentee``."""
    table = import_module(READER).read_table(frame, tool="plain")
    if not {MENTOR, MENTEE} <= set(table.header):
        expected = tr("un tableau avec les colonnes « mentor » et « mentee »")
        raise MisfitError(expected, tr("pour d'autres colonnes : `mm.read_pairs(tableau, cohort)`"))
    columns = table.header.index(MENTOR), table.header.index(MENTEE)
    for record in table.records:
        yield record.cells[columns[0]], record.cells[columns[1]]


type Key = Annotated[str, Converter(key_text)]
"""What a person is known by; a whole number is taken for its text."""
type KeyPair = Annotated[tuple[str, str], Converter(pair_keys, pairs_of_frame)]
"""The keys of mentor and mentee."""
