"""A small programme with rules of several kinds, who answered it, and who may still arrive."""

from typing import Any

from pandas import DataFrame

from mentormatch import Cohort, Programme, read_survey
from mentormatch.fields import Side

FIELDS: dict[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "metier": {"question": "Métier", "kind": "choice", "options": ["scène", "production", "diffusion"]},
    "langues": {"question": "Langues", "kind": "choices", "options": ["français", "anglais", "breton"]},
    "niveau": {"question": "Niveau", "kind": "scale", "options": ["début", "milieu", "expert"]},
    "employeurs": {"question": "Employeurs", "kind": "names"},
    "places": {"question": "Places", "kind": "number", "side": "mentor"},
}
CRITERIA: list[dict[str, Any]] = [
    {"kind": "same", "field": "metier", "weight": 3},
    {"kind": "overlap", "field": "langues", "weight": 2},
    {"kind": "closeness", "field": "niveau", "weight": 2},
]
RULES: list[dict[str, Any]] = [
    {"kind": "capacity", "field": "places", "most": 3, "minimum": 2, "name": "places"},
    {"kind": "different", "field": "employeurs", "name": "pas le même employeur"},
    {
        "kind": "quota", "least": 1, "most": 2, "name": "la production",
        "where": {"side": "mentee", "field": "metier", "in": ["production"]},
    },
    {"kind": "proportion", "side": "mentor", "field": "metier", "in": ["scène"], "most": 60, "name": "la scène"},
    {"kind": "priority", "side": "mentee", "field": "niveau", "in": ["début"]},
]  # fmt: skip
GOALS = {"order": ["matched", "priority", "floor", "total"]}
PROGRAMME = Programme.read(
    {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": CRITERIA, "rules": RULES, "goals": GOALS}
)
COLUMNS: dict[Side, list[str]] = {
    "mentor": ["Code", "Métier", "Langues", "Niveau", "Employeurs", "Places"],
    "mentee": ["Code", "Métier", "Langues", "Niveau", "Employeurs"],
}
ANSWERS: dict[Side, list[list[str]]] = {
    "mentor": [
        ["M1", "scène", "français, anglais", "expert", "Cie A", "2"],
        ["M2", "production", "français", "milieu", "", "1"],
        ["M3", "scène", "breton", "expert", "Cie B", "3"],
        ["M4", "diffusion", "anglais", "", "aucun", "1"],
        ["", "diffusion", "anglais", "expert", "", "1"],
        ["M5", "production", "français, breton", "expert", "Cie C", "1"],
        ["M6", "scène", "", "milieu", "Cie A", "2"],
    ],
    "mentee": [
        ["E1", "scène", "français", "début", "Cie A"],
        ["E2", "production", "anglais, français", "milieu", "Cie B"],
        ["E3", "production", "français, breton", "milieu", ""],
        ["E4", "diffusion", "breton", "", "aucun"],
        ["E5", "", "français", "début", "Cie C"],
        ["E6", "production", "anglais", "milieu", "Cie A"],
    ],
}
LATE = ("M6", "E6")
"""Who has not answered at the beginning."""


def answered(rows: dict[Side, list[list[str]]]) -> Cohort:
    """Return the cohort of these answers."""
    mentors, mentees = (DataFrame(rows[side], columns=COLUMNS[side]) for side in COLUMNS)
    return read_survey(PROGRAMME, mentors=mentors, mentees=mentees)


def first() -> Cohort:
    """Return who answered at the beginning."""
    return answered({side: [row for row in ANSWERS[side] if row[0] not in LATE] for side in COLUMNS})


def only(key: str) -> Cohort:
    """Return somebody by themselves."""
    return answered({side: [row for row in ANSWERS[side] if row[0] == key] for side in COLUMNS})
