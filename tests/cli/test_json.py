"""The JSON face: strict at the door, the same pairs as the library inside."""

import json
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import MatchRequest, MentorMatchError, RequestError
from mentormatch.base.strict_json import parse_json

PROGRAMME: dict[str, Any] = {
    "programme": {"name": "Essai"},
    "fields": {
        "langues": {"kind": "choices", "question": "Langues", "options": ["Français", "LSF", "Anglais"]},
        "places": {"kind": "number", "question": "Places", "side": "mentor"},
        "niveaux": {"kind": "levels", "question": "Niveaux", "items": ["a", "b"], "levels": ["non", "oui"]},
        "accord": {"kind": "yesno", "question": "Accord"},
    },
    "criteria": [{"kind": "overlap", "field": "langues"}, {"kind": "same", "field": "accord"}],
    "rules": [{"kind": "capacity", "field": "places"}],
}


def request(**parts: Any) -> dict[str, Any]:
    people = {
        "mentors": [
            {"id": "M1", "answers": {"langues": ["LSF"], "places": 2, "niveaux": {"a": "oui"}, "accord": True}}
        ],
        "mentees": [{"id": "E1", "answers": {"langues": "LSF"}}, {"id": "E2", "answers": {"langues": None}}],
    }
    return {"programme": PROGRAMME, **people, **parts}


def test_a_request_gives_pairs_that_add_up() -> None:
    response = mm.answer_json(request())
    assert [(pair.mentor, pair.mentee) for pair in response.pairs] == [("M1", "E1"), ("M1", "E2")]
    for pair in response.pairs:
        assert round(sum(part.points for part in pair.contributions), 4) == round(pair.points, 4)


def test_the_response_is_json_that_reads_back_as_itself() -> None:
    response = mm.answer_json(request())
    assert mm.MatchResponse.model_validate(json.loads(response.to_json())) == response


def test_pins_and_bans_are_kept() -> None:
    banned = mm.answer_json(request(bans=[{"mentor": "M1", "mentee": "E1"}]))
    assert [pair.mentee for pair in banned.pairs] == ["E2"]
    assert banned.unmatched[0].code == "excluded"
    pinned = mm.answer_json(request(pins=[{"mentor": "M1", "mentee": "E2"}]))
    assert "E2" in [pair.mentee for pair in pinned.pairs]


@pytest.mark.parametrize(
    "parts",
    [
        {"unknown": 1},
        {"seed": True},
        {"seed": -1},
        {"seed": 0.5},
        {"time_limit_s": 0},
        {"time_limit_s": float("nan")},
        {"mentors": [{"id": ""}]},
        {"mentors": [{"id": "M1", "answers": {"absent": "x"}}]},
        {"mentors": [{"id": "M1", "answers": {"places": float("inf")}}]},
        {"pins": [["M1", "E1"]]},
        {"pins": [{"mentor": "M9", "mentee": "E1"}]},
        {"schema_version": 2},
    ],
)
@pytest.mark.promise(6)
def test_a_request_outside_the_contract_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        mm.answer_json(request(**parts))


@pytest.mark.promise(6)
def test_a_doubled_person_is_refused() -> None:
    with pytest.raises(MentorMatchError):
        mm.answer_json(request(mentees=[{"id": "E1"}, {"id": "e1"}]))


@pytest.mark.promise(6)
@pytest.mark.parametrize("places", [-1, 1.5, 1e6])
def test_a_capacity_that_is_no_number_of_places_is_refused(places: float) -> None:
    with pytest.raises(MentorMatchError):
        mm.answer_json(request(mentors=[{"id": "M1", "answers": {"places": places}}]))


@pytest.mark.promise(6)
@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": -Infinity}', "{", "\udc80", "[" * 100_000])
def test_json_that_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        parse_json(text)


def test_a_whole_float_is_an_integer_as_json_has_it() -> None:
    assert MatchRequest.of(request(seed=3.0)).seed == 3


def test_no_answer_stands_in_the_message_of_a_refusal() -> None:
    with pytest.raises(RequestError) as caught:
        mm.answer_json(request(mentors=[{"id": "M1", "answers": {"langues": [{"secret": "CANARI"}]}}]))
    assert "CANARI" not in str(caught.value)


def test_a_request_in_any_order_of_people_gives_the_same_response() -> None:
    turned = request()
    turned["mentees"] = turned["mentees"][::-1]
    pairs = [{(pair.mentor, pair.mentee) for pair in mm.answer_json(asked).pairs} for asked in (request(), turned)]
    assert pairs[0] == pairs[1]
