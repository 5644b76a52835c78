"""The schemas are those of the code, and no change of them breaks who used the contract before."""

import json
import sys
from copy import deepcopy
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from jsonschema_rs import Draft202012, Registry, meta, validator_for

from mentormatch.contract.operation import SchemaPart, allow_extra_keys, ask, operations_by_kind, schema_of
from mentormatch.fields import Extension
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from tests.conftest import ROOT
from tools.schemas.breaks import breaking, linked

sys.path.insert(0, str(ROOT / "tools" / "schemas"))
TOOL = run_path(str(ROOT / "tools" / "schemas" / "__main__.py"))
SCHEMAS = ROOT / "docs" / "reference" / "schemas"
PARTS: tuple[SchemaPart, ...] = ("request", "response")
SHARED = ["programme.json", "requests.json", "responses.json"]
NAMES = sorted([f"{kind}.{part}.json" for kind in operations_by_kind() for part in PARTS] + SHARED)
HOLD_A_PROGRAMME = [
    f"{kind}.request.json"
    for kind, one in operations_by_kind().items()
    if "programme" in one.example() and (TOOL["PROMISED"] / f"{kind}.request.json").exists()
]
type Schemas = dict[str, dict[str, Any]]
ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 10, "pattern": "^a"},
        "many": {"type": "array", "items": {"$ref": "#/$defs/Either"}, "minItems": 1, "maxItems": 3},
        "colour": {"enum": ["red", "blue"], "type": "string"},
        "number": {"type": "number", "minimum": 0, "exclusiveMaximum": 5},
        "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "by_name": {"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 4},
        "inner": {"$ref": "#/$defs/Inner"},
        "anything": {},
    },
    "required": ["id"],
    "additionalProperties": False,
}
OLD: dict[str, Any] = {
    "$defs": {
        "Inner": {"type": "object", "properties": {"again": {"$ref": "#/$defs/Inner"}}, "additionalProperties": False},
        "A": {"type": "object", "properties": {"kind": {"const": "a"}, "x": {"type": "integer"}}, "required": ["kind"]},
        "B": {"type": "object", "properties": {"kind": {"const": "b"}}, "required": ["kind"]},
        "Either": {"oneOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]},
    },
    **ITEM,
}


@pytest.fixture(scope="module")
def today() -> Schemas:
    """Return the schemas of the code; in the run of a test, so that what changes them is known to be looked at."""
    schemas: Schemas = TOOL["schemas"]()
    return schemas


def changed(*steps: Any, to: Any, of: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a schema, or the old one, with a part changed, or left out where ``to`` is the ellipsis."""
    new = deepcopy(of or OLD)
    inside: Any = new
    for step in steps[:-1]:
        inside = inside[step]
    if to is ...:
        del inside[steps[-1]]
    else:
        inside[steps[-1]] = to
    return new


TYPED = ("properties", "id", "type")
BREAKS_REQUESTS = {
    "a key is gone": changed("properties", "colour", to=...),
    "a key is required": changed("required", to=["id", "colour"]),
    "a type is another": changed(*TYPED, to="integer"),
    "a type comes": changed("properties", "anything", to={"type": "string"}),
    "a number must be whole": changed("properties", "number", "type", to="integer"),
    "null is not taken": changed("properties", "maybe", to={"type": "string"}),
    "a value is gone": changed("properties", "colour", "enum", to=["red"]),
    "values come": changed("properties", "id", "enum", to=["ab"]),
    "a value is the only one": changed("properties", "colour", to={"const": "red"}),
    "a minimum rises": changed("properties", "number", "minimum", to=1),
    "a maximum falls": changed("properties", "number", "exclusiveMaximum", to=4),
    "a bound comes": changed("properties", "number", "maximum", to=4),
    "texts are longer": changed("properties", "id", "minLength", to=2),
    "texts are shorter": changed("properties", "id", "maxLength", to=9),
    "lists are longer": changed("properties", "many", "minItems", to=2),
    "lists are shorter": changed("properties", "many", "maxItems", to=2),
    "objects are smaller": changed("properties", "by_name", "maxProperties", to=3),
    "a pattern is another": changed("properties", "id", "pattern", to="^b"),
    "a format comes": changed("properties", "id", "format", to="date"),
    "names are checked": changed("properties", "by_name", "propertyNames", to={"maxLength": 3}),
    "values by name are others": changed("properties", "by_name", "additionalProperties", to={"type": "string"}),
    "names are fixed": changed("properties", "by_name", "additionalProperties", to=False),
    "a choice is gone": changed("$defs", "Either", "oneOf", to=[{"$ref": "#/$defs/A"}]),
    "a choice needs more": changed("$defs", "A", "required", to=["kind", "x"]),
    "a part of a choice is another": changed("$defs", "A", "properties", "x", to={"type": "string"}),
    "a condition comes": changed("oneOf", to=[{"required": ["maybe"]}]),
    "keys inside are gone": changed("$defs", "Inner", "properties", to={}),
    "items come": changed("properties", "anything", to={"items": {"type": "string"}}),
}
BREAKS_RESPONSES = {
    "a key may be missing": changed("required", to=[]),
    "a key may be null": changed(*TYPED[:2], to={"anyOf": [{"type": "string"}, {"type": "null"}]}),
    "a value comes": changed("properties", "colour", "enum", to=["red", "blue", "green"]),
    "any value may come": changed("properties", "colour", "enum", to=...),
    "a choice comes": changed("$defs", "Either", "oneOf", 1, to={"type": "string"}),
    "a type is another": changed(*TYPED, to="integer"),
    "a type is gone": changed(*TYPED, to=...),
    "a whole number may have a point": changed("properties", "by_name", "additionalProperties", "type", to="number"),
    "a bound is gone": changed("properties", "number", "minimum", to=...),
    "a bound is wider": changed("properties", "number", "exclusiveMaximum", to=6),
    "a pattern is gone": changed("properties", "id", "pattern", to=...),
}
HARMLESS_IN_REQUESTS = {
    "nothing": OLD,
    "words": {**OLD, "title": "Another", "description": "Another.", "examples": [1]},
    "a key comes": changed("properties", "new", to={"type": "string"}),
    "a key is not required any more": changed("required", to=[]),
    "a value comes": changed("properties", "colour", "enum", to=["red", "blue", "green"]),
    "any value may come": changed("properties", "colour", to={"type": "string"}),
    "null is taken": changed("properties", "id", to={"anyOf": [ITEM["properties"]["id"], {"type": "null"}]}),
    "bounds are wider": changed("properties", "number", to={"type": "number", "minimum": -1}),
    "a choice comes": changed(
        "$defs", "Either", "oneOf", to=[{"$ref": f"#/$defs/{x}"} for x in "BA"] + [{"type": "null"}]
    ),
    "other keys are taken": changed("additionalProperties", to=True),
}
HARMLESS_IN_RESPONSES = {
    "nothing": OLD,
    "a key is always there": changed("required", to=["id", "colour"]),
    "a value is gone": changed("properties", "colour", "enum", to=["red"]),
    "null is not told any more": changed("properties", "maybe", to={"type": "string"}),
    "a bound comes": changed("properties", "number", "maximum", to=4),
    "numbers are whole": changed("properties", "number", "type", to="integer"),
}


def breaks(old: dict[str, Any], new: dict[str, Any], part: str) -> list[str]:
    """Return what breaks where a schema stands alone; the same must break where another file refers to it."""
    found = breaking(linked({"a": old})["a"], linked({"a": new})["a"], part)
    far = breaking(linked(behind(old))["a"], linked(behind(new))["a"], part)
    assert far == [why.replace("$", "$.far", 1) for why in found]
    return found


def behind(schema: dict[str, Any]) -> Schemas:
    """Return files of which the first refers to a schema, through another."""
    first = {"type": "object", "properties": {"far": {"$ref": "b#/$defs/Far"}}}
    return {"a": first, "b": {"$defs": {"Far": {"$ref": "c"}}}, "c": schema}


def all_of(**cases: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("part", "new"),
        [(part, new) for part, schemas in cases.items() for new in schemas.values()],
        ids=[f"{part}: {name}" for part, schemas in cases.items() for name in schemas],
    )


@all_of(request=BREAKS_REQUESTS, response=BREAKS_RESPONSES)
def test_a_change_that_breaks_is_found(part: str, new: dict[str, Any]) -> None:
    assert breaks(OLD, new, part)


@all_of(request=HARMLESS_IN_REQUESTS, response=HARMLESS_IN_RESPONSES)
def test_a_change_that_breaks_nothing_is_let_through(part: str, new: dict[str, Any]) -> None:
    assert breaks(OLD, new, part) == []


def test_a_key_more_in_an_answer_that_is_open_breaks_nothing() -> None:
    old, new = (
        {key: value for key, value in schema.items() if key != "additionalProperties"}
        for schema in (OLD, changed("properties", "new", to={"type": "string"}))
    )
    assert breaks(old, new, "response") == []
    assert breaks(new, old, "response") == ["$.new: anything where string is wanted"]


def test_what_breaks_is_told_with_its_place() -> None:
    assert breaks(OLD, BREAKS_REQUESTS["a part of a choice is another"], "request") == [
        "$.many[].x: integer where string is wanted"
    ]
    assert breaks(OLD, BREAKS_REQUESTS["a choice is gone"], "request") == ["$.many[]: b fits nothing any more"]
    assert breaks(OLD, BREAKS_REQUESTS["null is not taken"], "request") == ["$.maybe: null fits nothing any more"]


@pytest.mark.parametrize("name", NAMES)
def test_the_schemas_are_those_of_the_code(name: str, today: Schemas) -> None:
    committed = (SCHEMAS / name).read_text(encoding="utf-8")
    assert committed == TOOL["text_of"](today[name]), "run `make reference`"


def test_no_schema_is_left_of_an_operation_that_is_gone() -> None:
    assert sorted(path.name for path in SCHEMAS.glob("*.json")) == NAMES, "run `make reference`"


def test_nothing_that_was_promised_is_broken(today: Schemas) -> None:
    advice = "keep the old part beside the new one, as docs/reference/promises.md says"
    assert list(TOOL["broken_by"](today, TOOL["PROMISED"])) == [], advice
    assert {path.name for path in TOOL["PROMISED"].iterdir()} <= set(today) == set(NAMES)


def test_an_operation_that_is_gone_breaks_what_was_promised(today: Schemas) -> None:
    less = {name: schema for name, schema in today.items() if name != "match.request.json"}
    assert list(TOOL["broken_by"](less, TOOL["PROMISED"])) == [("match.request.json", "is not there any more")]


@pytest.mark.parametrize(
    ("steps", "to", "told"),
    [
        (("Programme", "properties", "goals"), ..., ".goals: is not known any more"),
        (("Heading", "properties", "name"), {"type": "integer"}, ".programme.name: string where integer is wanted"),
        (("Use", "enum"), ["key", "contact", "match"], "'consent' is not among the values"),
    ],
    ids=["a key is gone", "a type is another", "values are gone"],
)
def test_what_breaks_in_the_programme_is_found_in_every_request_that_refers_to_it(
    steps: tuple[str, ...], to: Any, told: str, today: Schemas
) -> None:
    new = {**today, "programme.json": changed("$defs", *steps, to=to, of=today["programme.json"])}
    found = list(TOOL["broken_by"](new, TOOL["PROMISED"]))
    assert {name for name, why in found if told in why} == {*HOLD_A_PROGRAMME, "programme.json"}


@pytest.mark.parametrize("kind", operations_by_kind())
def test_the_files_say_what_the_command_says_in_one_piece(kind: str, today: Schemas) -> None:
    files = linked(today)
    for part in PARTS:
        whole = linked({"": schema_of(operations_by_kind()[kind], part)})[""]
        assert said(files[f"{kind}.{part}.json"]) == said(whole)


def said(schema: Any) -> Any:
    """Return a linked schema without the names of its parts."""
    if isinstance(schema, list):
        return [said(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: said(part) for key, part in schema.items() if key not in ("$id", "$defs", "mapping")}


def promised_files(folder: Path, kind: str) -> dict[str, Any]:
    """Return the files of a folder; of an operation that a later version changed, those of that in their place."""
    later = TOOL["later_than"](folder) if folder == TOOL["PROMISED"] else []
    folders = [folder, *(each for each in later if (each / f"{kind}.response.json").is_file())]
    paths = {path.name: path for each in folders for path in each.glob("*.json")}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items()}


def test_what_an_earlier_version_promised_stays_and_a_later_one_is_promised_beside_it() -> None:
    (later,) = TOOL["later_than"](TOOL["PROMISED"])
    assert sorted(path.name for path in later.iterdir()) == ["responses.json", "verify.response.json"]
    first = json.loads((TOOL["PROMISED"] / "verify.response.json").read_text(encoding="utf-8"))
    shared = json.loads((TOOL["PROMISED"] / "responses.json").read_text(encoding="utf-8"))["$defs"]
    assert first["properties"]["schema_version"]["const"] == 1
    assert shared["Outcome"]["enum"] == ["verified", "held", "nothing", "refused"]
    second = schema_of(operations_by_kind()["verify"], "response")
    assert (second["$id"], second["properties"]["schema_version"]["const"]) == ("urn:mentormatch:v2:verify.response", 2)


def test_a_message_of_a_later_version_that_changes_breaks_what_was_promised(today: Schemas) -> None:
    changed_ = changed("properties", "rules_hold", to=..., of=today["verify.response.json"])
    found = list(TOOL["broken_by"]({**today, "verify.response.json": changed_}, TOOL["PROMISED"]))
    assert [name for name, _ in found] == ["verify.response.json"]


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        pytest.param(folder, kind, id=f"{kind}-{name}")
        for name, folder in (("today", SCHEMAS), ("promised", TOOL["PROMISED"]))
        for kind in operations_by_kind()
        if name == "today" or (folder / f"{kind}.request.json").is_file()  # an operation is promised at a release
    ],
)
def test_a_message_is_held_against_the_files_as_they_lie_together(folder: Path, kind: str) -> None:
    files = promised_files(folder, kind)
    registry = Registry(list(files.items()), draft=Draft202012)
    asked, answered = (validator_for(files[f"{kind}.{part}.json"], registry=registry) for part in PARTS)
    sent = operations_by_kind()[kind].example()
    asked.validate(sent)
    answered.validate(json.loads(ask(kind, sent).to_json()))
    assert not asked.is_valid(sent | {"news": 1})
    if "programme" in sent:
        assert not asked.is_valid(sent | {"programme": sent["programme"] | {"rules": [{"kind": "none"}]}})


@pytest.mark.parametrize("kinds", [criteria_by_kind(), rules_by_kind()], ids=["criteria", "rules"])
def test_every_criterion_and_rule_is_in_the_request_by_itself_with_its_example(
    kinds: dict[str, type[Extension]],
) -> None:
    schema = schema_of(operations_by_kind()["match"], "request")
    shown = {
        one["properties"]["kind"].get("const"): one
        for one in schema["$defs"].values()
        if "kind" in one.get("properties", {})
    }
    for kind, extension in kinds.items():
        assert shown[kind]["examples"] == [extension.example]
        assert shown[kind]["required"][0] == "kind"
        assert shown[kind]["description"]


def test_an_answer_is_opened_where_it_is_closed_and_is_otherwise_as_it_was() -> None:
    kept = {"properties": {"flag": {"type": "boolean", "default": False}}, "additionalProperties": {"type": "integer"}}
    closed = {"type": "object", "additionalProperties": False}
    assert allow_extra_keys({**kept, "$defs": {"Inner": closed}, "anyOf": [closed]}) == {
        **kept,
        "$defs": {"Inner": {"type": "object"}},
        "anyOf": [{"type": "object"}],
    }


def test_the_files_are_json_without_a_host() -> None:
    for path in SCHEMAS.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        meta.validate(json.loads(text))
        assert text.replace("https://json-schema.org/draft/2020-12/schema", "").count("://") == 0
