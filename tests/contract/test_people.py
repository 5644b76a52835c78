"""People of a request are read as rows of a file of each side would be."""

import json
from typing import Any

from mentormatch.contract.operation import ask

PROGRAMME: dict[str, Any] = {
    "programme": {"name": "Essai", "role": {"field": "role", "mentor": "M", "mentee": "E"}},
    "fields": {
        "code": {"kind": "text", "question": "Code", "use": "key"},
        "role": {"kind": "choice", "question": "Role", "options": ["M", "E"]},
        "courriel": {"kind": "text", "question": "Courriel", "use": "contact"},
        "accord": {"kind": "yesno", "question": "Accord", "use": "consent"},
        "langues": {"kind": "choices", "question": "Langues", "options": ["LSF", "Anglais"]},
    },
    "criteria": [{"kind": "overlap", "field": "langues"}],
}


def person(key: str, **answers: Any) -> dict[str, Any]:
    return {"id": key, "answers": {"accord": True, **answers}}


def told(mentors: list[Any], mentees: list[Any]) -> Any:
    return json.loads(ask("match", {"programme": PROGRAMME, "mentors": mentors, "mentees": mentees}).to_json())


def test_lines_are_places_in_the_list_and_the_side_needs_no_answer() -> None:
    answer = told([person("M1"), person("M2", accord=False)], [person("E1"), person("E2", accord=False)])
    assert [(row["source"], row["line"], row["key"]) for row in answer["rejected"]] == [
        ("mentees", 2, "E2"),
        ("mentors", 2, "M2"),
    ]
    assert [(pair["mentor"], pair["mentee"]) for pair in answer["pairs"]] == [("M1", "E1")]


def test_null_is_no_answer() -> None:
    silent, asked = told([person("M1")], [person("E1")]), told([person("M1", langues=None)], [person("E1")])
    assert silent == asked
    assert silent["pairs"][0]["answered"] == 0
    assert told([person("M1", langues=[])], [person("E1")])["pairs"] == silent["pairs"]


def test_one_address_under_two_keys_is_remarked_on_and_not_told() -> None:
    same = [person("M1", courriel=" a@b.example"), person("M2", courriel="A@b.example ")]
    (remark,) = told(same, [person("E1")])["remarks"]
    assert (remark["source"], remark["text"]) == ("mentors", "lignes 1 et 2 : même courriel")
    apart = [person("M1", courriel="a@b.example"), person("M2"), person("M3")]
    assert told(apart, [person("E1")])["remarks"] == []


def test_spaces_around_a_key_are_not_of_it() -> None:
    assert told([person(" M1 ")], [person("E1")])["pairs"][0]["mentor"] == "M1"
