"""SHA-256 digests of programme and answers; the same programme and the same answers give the same digests.

A digest shows whether something changed, without its content. Contact details do not enter, except an e-mail address
that is the key of a person. The order of rows and columns does not matter.
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
    """Return the SHA-256 digest in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_of_programme(programme: "Programme") -> str:
    """Return the digest of a programme, pins and bans included.

    Documents, follow-up, sessions and the choice of watched questions do not enter, as they decide no pair. The setting
    ``keys`` does not enter either: the digest of the answers contains the people who are on both sides.
    """
    content = programme.model_dump(mode="json", by_alias=True, exclude={"documents", "follow_up", "sessions"})
    del content["programme"]["keys"]
    for field in content["fields"].values():
        field.pop("watch", None)
        if field["kind"] == "place" and not field["options"]:
            del field["options"]  # older decisions were made without this setting
    return _digest(content)


def digest_of_answers(cohort: "Cohort") -> str:
    """Return the digest of keys, answers and the people who are on both sides; contact details enter only as keys."""
    sides = {"mentors": _people(cohort.mentors), "mentees": _people(cohort.mentees)}
    shared_keys = sorted(
        [cohort.mentors.compared[i], cohort.mentees.compared[k]] for i, k in zip(*cohort.both, strict=True)
    )
    return _digest({**sides, "both": shared_keys} if shared_keys else sides)


def digests_of_people(cohort: "Cohort") -> dict[tuple[str, str], str]:
    """Map side and key to the first 8 characters of the digest of that person's answers, mentors first."""
    sides = {"mentor": cohort.mentors, "mentee": cohort.mentees}
    tables = {side: (people.ids, _people(people).values()) for side, people in sides.items()}
    return {
        (side, key): _digest(answers)[:8]
        for side, (keys, answers_of_side) in tables.items()
        for key, answers in zip(keys, answers_of_side, strict=True)
    }


def digest_of_codes(cohort: "Cohort") -> str:
    """Return the digest of all codes with their keys; empty if the keys are codes."""
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
            {name: _answer(column, row) for name, column, is_known in columns if is_known[row]},
        ]
        for row, key in enumerate(people.ids)
    }


def _answer(column: Column, row: int) -> object:
    # Labels instead of positions, so that a new option does not change other answers.
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
