"""Keys and pairs of people, as callers give them -> texts."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from mentormatch.base.arguments import Converter, MisfitError
from mentormatch.base.scalars import exact_number
from mentormatch.languages.translation import tr

MENTOR_COLUMN = "mentor"
MENTEE_COLUMN = "mentee"


def key_text(key: object) -> str:
    """Return a key as text, as a frame would contain it: an integer without a fraction."""
    if isinstance(key, str):
        return key
    number = exact_number(key)
    if not isinstance(number, int):
        raise MisfitError(tr("l'identifiant d'une personne : un texte ou un nombre entier"))
    return str(number)


def pair_keys(pair: Any) -> tuple[str, str]:
    """Return the keys of a pair: (mentor, mentee), or an object or mapping with both as attributes or keys."""
    if isinstance(pair, Mapping) and pair.keys() >= {MENTOR_COLUMN, MENTEE_COLUMN}:
        return key_text(pair[MENTOR_COLUMN]), key_text(pair[MENTEE_COLUMN])
    if hasattr(pair, MENTOR_COLUMN) and hasattr(pair, MENTEE_COLUMN):
        return key_text(pair.mentor), key_text(pair.mentee)
    if isinstance(pair, str | bytes | Mapping) or not hasattr(pair, "__iter__") or len(keys := list(pair)) != 2:
        raise MisfitError(tr("un binôme (mentor·e, mentoré·e) : deux identifiants"))
    return key_text(keys[0]), key_text(keys[1])


def pairs_of_frame(frame: Any) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a frame with columns ``mentor`` and ``mentee``."""
    from mentormatch.survey.table_reader import read_table  # a higher layer

    table = read_table(frame, tool="plain")
    if not {MENTOR_COLUMN, MENTEE_COLUMN} <= set(table.header):
        expected = tr("un tableau avec les colonnes « mentor » et « mentee »")
        raise MisfitError(expected, tr("pour d'autres colonnes : `mm.read_pairs(tableau, cohort)`"))
    columns = table.header.index(MENTOR_COLUMN), table.header.index(MENTEE_COLUMN)
    for record in table.records:
        yield record.cells[columns[0]], record.cells[columns[1]]


type Key = Annotated[str, Converter(key_text)]  # of a person; integers become texts
type KeyPair = Annotated[
    tuple[str, str], Converter(pair_keys, pairs_of_frame, 'mm.read_pairs("binomes.csv", cohort)')
]  # mentor and mentee
