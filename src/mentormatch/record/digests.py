"""What a decision rests on, as SHA-256 digests: the same programme and the same answers give the same digests.

A digest says that something is unchanged, and nothing else of it: contacts do not enter, and the order of rows and
of columns does not matter.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.base.columns import Column, Grades, MultiChoice, NameLists, NumberColumn, Ranks, SingleChoice
from mentormatch.fields import SIDES
from mentormatch.languages.text_keys import canonical
from mentormatch.places.gazetteer import PlaceColumn

if TYPE_CHECKING:
    from mentormatch.people.cohort import Cohort, People
    from mentormatch.programme.programme import Programme


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_of_programme(programme: "Programme") -> str:
    """Return the digest of all that a programme says of pairs, pins and bans included; not of what comes after them.

    Whether keys are common is no part of it: who is the same person on both sides is in the digest of the answers. Nor
    is which questions are watched.
    """
    stated = programme.model_dump(mode="json", by_alias=True, exclude={"documents", "follow_up", "sessions"})
    del stated["programme"]["keys"]
    for field in stated["fields"].values():
        field.pop("watch", None)
    return _digest(stated)


def digest_of_answers(cohort: "Cohort") -> str:
    """Return the digest of the keys and the answers of both sides, and of who is on both; without their contacts."""
    sides = {"mentors": _people(cohort.mentors), "mentees": _people(cohort.mentees)}
    both = sorted([cohort.mentors.compared[i], cohort.mentees.compared[k]] for i, k in zip(*cohort.both, strict=True))
    return _digest({**sides, "both": both} if both else sides)


def digests_of_people(cohort: "Cohort") -> dict[tuple[str, str], str]:
    """Return the beginning of the digest of what each person answered, by side and key, mentors first."""
    sides = {"mentor": cohort.mentors, "mentee": cohort.mentees}
    tables = {side: (people.ids, _people(people).values()) for side, people in sides.items()}
    return {
        (side, key): _digest(answers)[:8]
        for side, (keys, each) in tables.items()
        for key, answers in zip(keys, each, strict=True)
    }


def digest_of_codes(cohort: "Cohort") -> str:
    """Return the digest of all codes with their keys; empty if keys are codes."""
    pairs = [[side, code, canonical(key)] for side in SIDES for key, code in cohort.coded(side)]
    return _digest(pairs) if pairs else ""


def _digest(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return digest(text.encode("utf-8", "surrogatepass"))


def _people(people: "People") -> dict[str, Any]:
    columns = [(name, column, column.known) for name, column in people.columns.items()]
    return {
        canonical(key): [
            bool(people.complete[row]),
            {name: _answer(column, row) for name, column, known in columns if known[row]},
        ]
        for row, key in enumerate(people.ids)
    }


def _answer(column: Column, row: int) -> object:
    """Return one answer without loss, by the labels that were shown rather than by their places."""
    match column:
        case PlaceColumn(labels, values) if not column.is_departement(row):
            return [labels[values[row]], column.code(row)]
        case SingleChoice(labels, values):
            return labels[values[row]]
        case MultiChoice(labels, values, _):
            return sorted(labels[item] for item in np.flatnonzero(values[row]))
        case Ranks(labels, values, _):
            return {labels[item]: int(values[row, item]) for item in np.flatnonzero(values[row])}
        case Grades(labels, levels, values):
            return {label: levels[grade] for label, grade in zip(labels, values[row], strict=True) if grade >= 0}
        case NumberColumn(values):
            return float(values[row])
        case NameLists(values):
            return list(values[row] or ())
        case _:
            return column.shown(row)
