"""What holds of every operation, whichever it is."""

import json
import math
import re
from functools import cache
from typing import Any

import pytest
from jsonschema_rs import Validator, meta, validator_for
from pydantic import ValidationError

from mentormatch import ProgrammeError, ProposalRecord, RequestError
from mentormatch.contract.operation import (
    SAMPLE_MENTEES,
    SAMPLE_MENTORS,
    SchemaPart,
    ask,
    operations_by_kind,
    read,
    schema_of,
)
from mentormatch.contract.operations.matching import PlansResponse
from mentormatch.contract.response import Response
from mentormatch.languages.translation import tr
from tests.contract.bodies import KINDS, OF_MEMBERS, OF_PEOPLE, example, texts
from tests.english import french_in

every_operation = pytest.mark.parametrize("kind", KINDS)


@cache
def schema(kind: str, part: SchemaPart) -> dict[str, Any]:
    return schema_of(operations_by_kind()[kind], part)


@cache
def validator(kind: str, part: SchemaPart) -> Validator:
    return validator_for(schema(kind, part))


ASKED = {kind: schema(kind, "request") for kind in KINDS}
REQUIRED = [(kind, name) for kind in KINDS for name in ASKED[kind]["required"]]
KEYS = [(kind, name) for kind in KINDS for name in ASKED[kind]["properties"]]


@every_operation
def test_an_operation_is_found_among_the_operations(kind: str) -> None:
    assert type(operations_by_kind()[kind]).__module__.startswith("mentormatch.contract.operations.")


@every_operation
def test_the_example_fits_its_schema_and_the_answer_fits_its_own(kind: str) -> None:
    operation = operations_by_kind()[kind]
    for part in ("request", "response"):
        meta.validate(schema(kind, part))
    validator(kind, "request").validate(example(kind))
    answer = ask(kind, example(kind))
    validator(kind, "response").validate(json.loads(answer.to_json()))
    assert operation.response_type.model_validate(json.loads(answer.to_json())) == answer


@every_operation
def test_an_answer_is_the_same_for_an_object_its_text_its_bytes_and_its_type(kind: str) -> None:
    sent = example(kind)
    text = json.dumps(sent)
    answers = [
        ask(kind, form) for form in (sent, text, text.encode(), operations_by_kind()[kind].request_type.of(sent))
    ]
    assert len({answer.to_json() for answer in answers}) == 1


@every_operation
def test_what_is_said_is_english_where_english_is_asked_for(kind: str) -> None:
    said = list(texts(json.loads(ask(kind, example(kind, language="en")).to_json())))
    assert french_in(*said) == []


@every_operation
def test_schemas_have_a_dialect_a_name_without_a_host_a_title_and_a_description(kind: str) -> None:
    for part in ("request", "response"):
        whole = schema(kind, part)
        assert whole["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        version = 2 if (kind, part) == ("verify", "response") else 1
        assert whole["$id"] == f"urn:mentormatch:v{version}:{kind}.{part}"
        assert whole["title"]
        assert whole["description"]
        assert all("title" not in key for key in whole["properties"].values())


@every_operation
def test_requests_are_closed_and_show_their_example_and_answers_are_open(kind: str) -> None:
    operation = operations_by_kind()[kind]
    asked, answered = schema(kind, "request"), schema(kind, "response")
    assert asked["additionalProperties"] is False
    assert asked["examples"] == [operation.example()]
    assert "examples" not in answered
    assert '"additionalProperties": false' not in json.dumps(answered)
    assert validator(kind, "response").is_valid({**json.loads(ask(kind, example(kind)).to_json()), "news": 1})
    assert set(answered["required"]) == set(answered["properties"])


@every_operation
def test_a_key_that_is_not_known_is_refused_with_the_nearest_that_is(kind: str) -> None:
    with pytest.raises(RequestError) as refused:
        ask(kind, example(kind, languages="fr", __proto__={"a": 1}, __class__="x"))
    told = {problem.found: problem for problem in refused.value.problems}
    assert set(told) == {f"clé inconnue « {key} »" for key in ("languages", "__proto__", "__class__")}
    assert {problem.where for problem in told.values()} == {"$"}
    assert told["clé inconnue « languages »"].advice == "vouliez-vous dire « language » ?"
    assert "« schema_version »" in told["clé inconnue « languages »"].expected


@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_a_key_that_is_missing_is_named(kind: str, name: str) -> None:
    sent = example(kind)
    del sent[name]
    with pytest.raises(RequestError) as refused:
        ask(kind, sent)
    assert [str(problem) for problem in refused.value.problems] == [
        f"$ : il manque « {name} » ; attendu : une clé « {name} »"
    ]


def test_an_answer_is_text_on_several_lines_in_a_fixed_order() -> None:
    assert ask("verify", example("verify")).to_json().startswith('{\n "schema_version": 2,\n "verified": true,')
    kept = ProposalRecord.model_validate(example("reply")["proposal"])
    assert kept.to_json().startswith('{\n  "schema_version": 1,\n')


def test_a_message_that_is_kept_is_read_again_or_refused_with_every_place_and_none_of_its_values() -> None:
    kept = ProposalRecord.model_validate(example("reply")["proposal"])
    assert ProposalRecord.from_json(kept.to_json()) == kept
    with pytest.raises(RequestError) as refused:
        ProposalRecord.from_json('{"asked": "CANARY", "pairs": [{"mentor": "M01"}]}')
    assert refused.value.message == tr(ProposalRecord.misread)
    assert [problem.where for problem in refused.value.problems] == ["asked", "pairs.0.mentee"]
    shown: BaseException | None = refused.value
    while shown is not None:
        assert "CANARY" not in repr(shown)
        shown = shown.__cause__


def test_an_answer_is_written_in_its_own_letters() -> None:
    told = ask("diagnose", example("diagnose")).to_json()
    assert "é" in told
    assert "\\u" not in told


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_answer_holds_a_number_that_json_does_not_have(number: float) -> None:
    with pytest.raises(ValidationError):
        Share(share=number)
    with pytest.raises(ValueError, match="not JSON compliant"):
        Share.model_construct(share=number).to_json()


class Share(Response):
    """An answer that holds any number."""

    share: float


class Strange:
    """What JSON does not have."""


@pytest.mark.parametrize(("kind", "name"), KEYS)
def test_a_value_of_another_type_is_refused_at_its_place(kind: str, name: str) -> None:
    with pytest.raises(RequestError) as refused:
        ask(kind, example(kind, **{name: Strange()}))
    (problem,) = refused.value.problems
    assert problem.where == f"$.{name}"
    assert problem.found == "une valeur que JSON n’a pas"
    assert problem.expected


@every_operation
@pytest.mark.parametrize("body", ["[]", "1", "null", '"a"'])
def test_a_body_that_is_no_object_is_refused(kind: str, body: str) -> None:
    with pytest.raises(RequestError) as refused:
        ask(kind, body)
    (problem,) = refused.value.problems
    assert (problem.where, problem.expected) == ("$", "un objet")


@pytest.mark.parametrize("kind", OF_PEOPLE)
def test_people_and_rows_are_not_sent_together_nor_is_neither(kind: str) -> None:
    row = [{"Rôle": "mentor"}]
    whole, valid = example(kind), validator(kind, "request")
    people = {"mentors", "mentees"}
    nobody = {key: part for key, part in whole.items() if key not in people}
    one_side = {key: part for key, part in whole.items() if key != "mentees"}
    for sent, found in (
        (whole | {"rows": row}, "seulement « mentees », « mentors », « rows »"),
        (one_side | {"rows": row}, "seulement « mentors », « rows »"),
        (one_side, "seulement « mentors »"),
        (nobody, "personne"),
    ):
        with pytest.raises(RequestError) as refused:
            ask(kind, sent)
        assert [(problem.found, problem.expected) for problem in refused.value.problems] == [
            (found, "« mentors » et « mentees », ou « rows » : l’un ou l’autre")
        ]
        assert not valid.is_valid(sent)
    assert valid.is_valid(nobody | {"rows": row})


@pytest.mark.parametrize("kind", OF_MEMBERS)
def test_members_and_rows_are_not_sent_together_nor_is_neither(kind: str) -> None:
    row = [{"Rôle": "mentor"}]
    whole, valid = example(kind), validator(kind, "request")
    nobody = {key: part for key, part in whole.items() if key != "members"}
    for sent, found in (
        (whole | {"rows": row}, "seulement « members », « rows »"),
        (nobody | {"rows": row, "facilitators": []}, "seulement « facilitators », « rows »"),
        (nobody | {"facilitators": []}, "seulement « facilitators »"),
        (nobody, "personne"),
    ):
        with pytest.raises(RequestError) as refused:
            ask(kind, sent)
        assert [(problem.found, problem.expected) for problem in refused.value.problems] == [
            (found, "« members » (et « facilitators »), ou « rows » : l’un ou l’autre")
        ]
        assert not valid.is_valid(sent)
    for sent in (whole, whole | {"facilitators": []}, nobody | {"rows": row}):
        assert valid.is_valid(sent)


@pytest.mark.parametrize("kind", OF_MEMBERS)
def test_members_answer_what_is_asked_and_have_a_key_each(kind: str) -> None:
    stranger = {"id": "C01", "answers": {"skils": "budget"}}
    with pytest.raises(RequestError) as refused:
        ask(kind, example(kind, members=[stranger]))
    (problem,) = refused.value.problems
    assert (problem.where, problem.advice) == ("$.members[0].answers", "vouliez-vous dire « skills » ?")
    twice = [{"id": "C01", "answers": {"skills": "budget"}}, {"id": "C01", "answers": {"skills": "diffusion"}}]
    with pytest.raises(RequestError, match="même identifiant aux lignes 1 et 2"):
        ask(kind, example(kind, members=twice))


@pytest.mark.parametrize("kind", OF_PEOPLE)
def test_people_must_be_known_by_every_key_that_names_them(kind: str) -> None:
    with pytest.raises(RequestError, match="Personne inconnue") as refused:
        ask(kind, example(kind, bans=[{"mentor": "M09", "mentee": "E01"}]))
    assert [problem.where for problem in refused.value.problems] == ["$.bans[0].mentor"]


def test_an_operation_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(RequestError, match=re.escape("vouliez-vous dire « why-not » ?")):
        ask("why_not", {})


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("match", "seed", 3.0),
        ("match", "time_limit_s", 5),
        ("plans", "n", 2.0),
        ("plans", "differ_by", 1.0),
        ("alternatives", "most", 1.0),
        ("repair", "steps", [1.0]),
        ("rotate", "rounds", 2.0),
        ("topics", "number", 1.0),
        ("dates", "number", 1.0),
    ],
)
def test_a_whole_number_with_a_point_is_that_number(kind: str, name: str, value: Any) -> None:
    assert ask(kind, example(kind, **{name: value})) == ask(kind, example(kind, **{name: json.loads(whole(value))}))


def whole(value: Any) -> str:
    return json.dumps(value).replace(".0", "")


def test_a_whole_number_with_a_point_in_the_programme_is_that_number() -> None:
    sent = example("match")
    sent["programme"]["rules"] = [{"kind": "capacity", "most": 2.0}, {"kind": "minimum_score", "points": 0.5}]
    floats = ask("match", sent)
    sent["programme"]["rules"][0]["most"] = 2
    assert ask("match", sent) == floats
    sent["programme"]["rules"][0]["most"] = 2.5
    with pytest.raises(ProgrammeError):
        ask("match", sent)


@every_operation
def test_what_fits_the_contract_is_known_before_any_work(kind: str) -> None:
    request = read(kind, json.dumps(example(kind)))
    assert type(request) is operations_by_kind()[kind].request_type
    assert read(kind, request) is request
    assert ask(kind, request) == ask(kind, example(kind))
    with pytest.raises(RequestError, match="ne suit pas le contrat"):
        read(kind, {})


def test_what_contradicts_itself_fits_and_is_refused_later() -> None:
    request = read("match", example("match", pins=[{"mentor": "M09", "mentee": "E01"}]))
    with pytest.raises(RequestError, match="Personne inconnue"):
        ask("match", request)


def test_one_plan_of_three_is_all_there_is_where_the_one_pair_must_be() -> None:
    pair = {"mentors": SAMPLE_MENTORS[:1], "mentees": SAMPLE_MENTEES[:1], "pins": [{"mentor": "M01", "mentee": "E01"}]}
    told = ask("plans", example("plans", n=3, **pair))
    assert isinstance(told, PlansResponse)
    assert (len(told.plans), told.all_told) == (1, True)
