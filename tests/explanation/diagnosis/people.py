"""Small cohorts made without a file, and the programme whose rules are tried on them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mentormatch import Cohort, People, Programme, Rule
from mentormatch.base.columns import Column, NameLists, NumberColumn, SingleChoice

METIERS = ("production", "diffusion", "administration")
NIVEAUX = ("débutant", "confirmé", "expert")
FIELDS: dict[str, Any] = {
    "metier": {"question": "Métier", "kind": "choice", "options": list(METIERS)},
    "niveau": {"question": "Niveau", "kind": "scale", "options": list(NIVEAUX)},
    "employeurs": {"question": "Employeurs", "kind": "names"},
    "places": {"question": "Places", "kind": "number"},
}
CRITERIA = [{"kind": "closeness", "field": "niveau", "weight": 1}, {"kind": "same", "field": "metier", "weight": 1}]

type Answers = Mapping[str, Any]


def programme(*rules: Mapping[str, Any]) -> Programme:
    """Return a programme with these rules."""
    return Programme.read(
        {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": CRITERIA, "rules": list(rules)}
    )


def rules_of(*rules: Mapping[str, Any]) -> tuple[Rule, ...]:
    return tuple(programme(*rules).rules)


def side(letter: str, answers: Sequence[Answers]) -> People:
    """Return people with keys M1, M2 ... who answered these; by default all the same."""
    columns: dict[str, Column] = {
        "metier": SingleChoice(METIERS, codes(METIERS, [one.get("metier", "production") for one in answers])),
        "niveau": SingleChoice(NIVEAUX, codes(NIVEAUX, [one.get("niveau", "débutant") for one in answers])),
        "employeurs": NameLists(tuple(tuple(one.get("employeurs", ())) for one in answers)),
        "places": NumberColumn(np.array([one.get("places", 1) for one in answers], dtype=np.float64)),
    }
    complete = np.array([one.get("complete", True) for one in answers], dtype=bool)
    return People(tuple(f"{letter}{number}" for number in range(1, len(answers) + 1)), columns, complete)


def codes(labels: Sequence[str], given: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array([labels.index(one) if one else -1 for one in given], dtype=np.int64)


def cohort(mentors: Sequence[Answers], mentees: Sequence[Answers]) -> Cohort:
    return Cohort(side("M", mentors), side("E", mentees))


def alike(mentors: int, mentees: int) -> Cohort:
    """Return so many mentors and mentees, all with the same answers."""
    return cohort([{}] * mentors, [{}] * mentees)


def counting(where: str, *answers: str, field: str = "metier", **bounds: Any) -> dict[str, Any]:
    """Return a quota on the pairs whose mentor, or mentee, gave one of these answers."""
    return {"kind": "quota", "where": {"side": where, "field": field, "in": list(answers)}, **bounds}


def pin(mentor: str, mentee: str) -> dict[str, Any]:
    return {"kind": "pin", "mentor": mentor, "mentee": mentee}


def words(sentence: str) -> str:
    """Return a sentence with ordinary spaces."""
    return sentence.replace("\u00a0", " ")
