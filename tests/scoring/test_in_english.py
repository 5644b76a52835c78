"""What a criterion says of a pair is English where that is asked for."""

from typing import Any

import numpy as np
import pytest

from mentormatch import Criterion, People, language
from mentormatch.fields import AnyField, Choices, ListOfNames, Place, Ranking, Slots
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import FATES
from mentormatch.scoring.criterion import criteria_by_kind
from tests.english import french_in
from tests.report.cohorts import small

FIELDS: dict[str, AnyField] = {
    "tasks": Choices(question="?", options=["Budget", "Contracts", "Touring"]),
    "first": Ranking(question="?", options=["Budget", "Contracts", "Touring"], most=2),
    "names": ListOfNames(question="?"),
    "where": Place(question="?"),
    "slots": Slots(question="?", days=["Monday", "Tuesday", "Friday"], moments=["morning", "evening"]),
}
ALL = ";".join(f"{day} {moment}" for day in ("Monday", "Tuesday", "Friday") for moment in ("morning", "evening"))


def one(key: str, **answers: Any) -> People:
    columns = {name: field.column([field.read(answers.get(name, "")).value]) for name, field in FIELDS.items()}
    return People((key,), columns, np.array([True]))


def rated(kind: str, **settings: Any) -> Criterion:
    return criteria_by_kind()[kind].model_validate({"kind": kind, **settings})


@pytest.mark.parametrize(
    ("criterion", "left", "right"),
    [
        (rated("availability", field="slots"), {"slots": ALL}, {"slots": ALL}),
        (rated("availability", field="slots"), {"slots": ALL}, {"slots": "Monday morning"}),
        (rated("availability", field="slots"), {"slots": "Friday evening"}, {"slots": "Monday morning"}),
        (rated("coverage", mentor="tasks", mentee="first"), {"tasks": "Budget"}, {"first": "Budget;Touring"}),
        (rated("coverage", mentor="tasks", mentee="first"), {"tasks": "Budget"}, {"first": "Touring"}),
        (rated("overlap", field="tasks"), {"tasks": "Budget"}, {"tasks": "Touring"}),
        (rated("near", field="where", zero_at=90.0), {"where": "Cantal"}, {"where": "Cantal"}),
        (rated("near", field="where", zero_at=90.0), {"where": "69001"}, {"where": "75001"}),
        (rated("near", field="where", zero_at=90.0, unit="minutes"), {"where": "Cantal"}, {"where": "75001"}),
        (rated("wishes", mentor="names", mentee="names"), {"names": "E1"}, {"names": "M2"}),
        (rated("wishes", mentor="names", mentee="names"), {"names": "E2"}, {"names": "M2; M1"}),
    ],
)
def test_a_reason_is_english(criterion: Criterion, left: dict[str, str], right: dict[str, str]) -> None:
    with language("en"):
        people = one("M1", **left), one("E1", **right)
        assert not french_in(*[criterion.reason(people[0].person(0), people[1].person(0)), criterion.label])


def test_every_criterion_has_an_english_title() -> None:
    with language("en"):
        assert not french_in(*(tr(criterion.title) for criterion in criteria_by_kind().values()))
        assert not french_in(*map(tr, FATES.values()))


def test_a_matching_speaks_each_language_in_which_it_is_asked() -> None:
    matching = small()
    french = [one.reason for one in matching.unmatched], [str(pair) for pair in matching.pairs]
    with language("en"):
        english = [one.reason for one in matching.unmatched], [str(pair) for pair in matching.pairs]
    assert not set(french[0]) & set(english[0])
    assert not set(french[1]) & set(english[1])
    assert [one.reason for one in matching.unmatched] == french[0]
