"""Any answers of people to questions of every kind are matched, or refused as the contract says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import RequestError
from mentormatch.contract.operation import ask, operations
from mentormatch.contract.requests import CohortRequest
from tests.contract.bodies import KINDS
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
FIELDS = {**EVERY_KIND["fields"], **NUMBERS}
ASKED = [name for name, field in FIELDS.items() if field.get("use") not in ("key", "consent")]
ANSWERS = [
    *("", "aucun", "Oui", "matin", "Isère", "38", "M1", "E1; M1", "Théâtre", "6 à 10 ans", "Les deux me vont"),
    *("999999999999999999", "-999999999999999999", "0.000000000000000001", "a;" * 500, "\u202e\u0000"),
    *(True, False, None, 0, -5, 3, 1.5, 1e17, 999999999999999999),
    *([], ["Oui"], ["M1", "M1"], {"a": "b"}, {"lundi": "matin"}, {"Budget de création": "Non"}),
]
CONSENT = {"notice": "Oui", "dates_collectives": "Oui, à tous"}
PAIR = {"mentor": "M1", "mentee": "E1"}
EDITION = {"programme": "Avant", "pairs": [{"shares": {"autre": 0.5}, "well": True}]}
MORE: dict[str, dict[str, Any]] = {
    "access": {"prices": False},
    "alternatives": {"person": "M1"},
    "diagnose": {"time_limit_s": 1},
    "draw": {"seed": 1},
    "evaluate": {"pairs": [PAIR]},
    "incentives": {"time_limit_s": 5},
    "learn": {"editions": [EDITION]},
    "match": {"time_limit_s": 5},
    "plans": {"n": 2},
    "recruit": {"k": 1},
    "repair": {"former": [PAIR], "ladder": True, "reserves": True},
    "reply": {"proposal": {"pairs": [PAIR]}, "replies": [{"person": "M1", "answer": "accepted"}]},
    "sturdy": {"time_limit_s": 5},
    "suggest": {"each": 2},
    "why-not": PAIR,
}
answers = st.dictionaries(st.sampled_from(ASKED), st.sampled_from(ANSWERS), max_size=len(ASKED)).map(
    lambda drawn: {**drawn, **CONSENT}
)


def test_every_operation_on_people_is_tried() -> None:
    of_people = {kind for kind in KINDS if issubclass(operations()[kind].request_type, CohortRequest)}
    assert set(MORE) == of_people, "MORE says what each request has beside people, {} where it has nothing"


@pytest.mark.promise(6)
@pytest.mark.parametrize("kind", sorted(MORE))
@settings(max_examples=10)
@given(data=st.data())
def test_any_answers_are_matched_or_refused(kind: str, data: st.DataObject) -> None:
    people = {
        f"{side}s": [{"id": f"{letter}{number}", "answers": data.draw(answers)} for number in (1, 2)]
        for side, letter in (("mentor", "M"), ("mentee", "E"))
    }
    rules = data.draw(st.lists(st.sampled_from(RULES), max_size=5))
    programme = {**EVERY_KIND, "fields": FIELDS, "criteria": CRITERIA, "rules": rules}
    second = {"second": {**programme, "criteria": CRITERIA[:-1]}} if kind == "draw" else {}
    assert said(kind, {"programme": programme, **people, **MORE[kind], **second})


def test_a_capacity_that_is_none_is_told_as_the_survey_tells_it() -> None:
    people = {
        "mentors": [{"id": "M1", "answers": {**CONSENT, "capacite": 0.5}}],
        "mentees": [{"id": "E1", "answers": CONSENT}],
    }
    programme = {**EVERY_KIND, "rules": [{"kind": "capacity", "field": "capacite"}]}
    with pytest.raises(RequestError, match="Des capacités ne peuvent pas être utilisées"):
        ask("match", {"programme": programme, **people})
