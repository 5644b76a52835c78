"""Any answers of people to questions of every kind are matched, or refused as the contract says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import RequestError
from mentormatch.contract.operation import ask, operations_by_kind
from tests.contract.bodies import OF_PEOPLE, example
from tests.contract.test_any_json import EVERY_KIND, said

NUMBERS = {
    "age": {"kind": "number", "question": "Âge"},
    "heures": {"kind": "number", "question": "Heures", "side": "mentee"},
    "trajet": {"kind": "number", "question": "Trajet"},
}
RULES = [
    *(rule for rule in EVERY_KIND["rules"] if rule["kind"] not in ("pin", "ban", "quota")),
    {"kind": "load", "weights": "heures", "limit": "capacite"},
    {"kind": "gap", "field": "age", "least": 1},
    {"kind": "meet", "place": "territoire", "travel": "trajet"},
]
CRITERIA = [
    *EVERY_KIND["criteria"],
    {"kind": "closeness", "field": "age", "within": 5e-324},
    {"kind": "near", "field": "territoire", "zero_at": 5e-324},
]
WATCHED = {"situation": {**EVERY_KIND["fields"]["situation"], "watch": True}}
FIELDS = {**EVERY_KIND["fields"], **NUMBERS, **WATCHED}
HEADING = {**EVERY_KIND["programme"], "minimum_answered": 0}
"""Who answers next to nothing is matched too."""
ASKED = [name for name, field in FIELDS.items() if field.get("use") not in ("key", "consent")]
ANSWERS = [
    *("", "aucun", "Oui", "matin", "Isère", "38", "M01", "E01; M01", "Théâtre", "6 à 10 ans", "Les deux me vont"),
    *("999999999999999999", "-999999999999999999", "0.000000000000000001", "a;" * 500, "\u202e\u0000"),
    *(True, False, None, 0, -5, 3, 1.5, 1e17, 999999999999999999),
    *([], ["Oui"], ["M01", "M01"], {"a": "b"}, {"lundi": "matin"}, {"Budget de création": "Non"}),
]
CONSENT = {"notice": "Oui", "dates_collectives": "Oui, à tous"}
SOONER: dict[str, dict[str, Any]] = {"access": {"prices": False}, "diagnose": {"time_limit_s": 1}}
"""What is asked otherwise than elsewhere, to be answered sooner."""
answers = st.dictionaries(st.sampled_from(ASKED), st.sampled_from(ANSWERS), max_size=len(ASKED)).map(
    lambda drawn: {**drawn, **CONSENT}
)


@pytest.mark.promise(6)
@pytest.mark.parametrize("kind", OF_PEOPLE)
@settings(max_examples=10)
@given(data=st.data())
def test_any_answers_are_matched_or_refused(kind: str, data: st.DataObject) -> None:
    people = {
        f"{side}s": [{"id": f"{letter}0{number}", "answers": data.draw(answers)} for number in (1, 2)]
        for side, letter in (("mentor", "M"), ("mentee", "E"))
    }
    rules = data.draw(st.lists(st.sampled_from(RULES), max_size=5))
    programme = {**EVERY_KIND, "programme": HEADING, "fields": FIELDS, "criteria": CRITERIA, "rules": rules}
    parts: dict[str, Any] = {"programme": programme, **people, "pins": [], "bans": [], **SOONER.get(kind, {})}
    if "time_limit_s" in operations_by_kind()[kind].request_type.model_fields:
        parts = {"time_limit_s": 5, **parts}
    if kind == "draw":
        parts["second"] = {**programme, "criteria": CRITERIA[:-1]}
    assert said(kind, example(kind, **parts))


def test_a_capacity_that_is_none_is_told_as_the_survey_tells_it() -> None:
    people = {
        "mentors": [{"id": "M1", "answers": {**CONSENT, "capacite": 0.5}}],
        "mentees": [{"id": "E1", "answers": CONSENT}],
    }
    programme = {**EVERY_KIND, "rules": [{"kind": "capacity", "field": "capacite"}]}
    with pytest.raises(RequestError, match="Des capacités ne peuvent pas être utilisées"):
        ask("match", {"programme": programme, **people})
