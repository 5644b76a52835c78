"""Small reports made from frames."""

from collections.abc import Mapping, Sequence
from typing import Any

from pandas import DataFrame

from mentormatch import Programme, intake
from mentormatch.inspection.section import writer_for
from mentormatch.results import Intake

CODE = {"question": "Code", "kind": "text", "use": "key"}
EMAIL = {"question": "Courriel", "kind": "text", "use": "contact"}
NEEDS = {"question": "Besoins", "kind": "choices", "options": ["budget", "contrats", "tournée"]}
FIRMS = {"question": "Structures", "kind": "names"}
PLACES = {"question": "Places", "kind": "number", "side": "mentor"}
OVERLAP = {"kind": "overlap", "field": "besoins", "name": "besoins"}
APART = {"kind": "different", "field": "structures", "name": "pas la même structure"}
SEATS = {"kind": "capacity", "field": "places", "name": "places"}

type Rows = Sequence[Mapping[str, str]]


def programme(fields: Mapping[str, Any], **parts: Any) -> Programme:
    """Return a programme with these questions."""
    return Programme.read({"programme": {"name": "Essai"}, "fields": dict(fields), **parts})


def report(rules: Programme, mentors: Rows, mentees: Rows) -> Intake:
    """Return the report on these people, whose answers are given by field."""
    asked = {name: field.question for name, field in rules.fields.items()}
    frames = [
        DataFrame([[row.get(name, "") for name in asked] for row in side], columns=list(asked.values()), dtype=object)
        for side in (mentors, mentees)
    ]
    return intake(rules, mentors=frames[0], mentees=frames[1])


def written(made: Intake, suffix: str) -> bytes:
    """Return one document of a report."""
    return writer_for(suffix).content(made)


def documents(made: Intake) -> str:
    """Return all that the documents of a report and its parts in a notebook hold, as one text."""
    texts = [written(made, suffix).decode() for suffix in (".html", ".json", ".txt")]
    parts = (made, made.reading, made.fates, made.remarks, made.questions, made.market)
    return "\n".join([*texts, *(part._repr_html_() for part in parts)])
