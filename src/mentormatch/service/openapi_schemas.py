"""The schemas of messages as a description in OpenAPI has them, in the form that generators of clients take best.

Each has one name, and no module, doctest or question in it. Plain types stand where they are used. A choice beside keys
(people or rows) is left out, as generators drop the keys: the service holds requests to it all the same. OpenAPI 3.0
is for those that do not know 3.1.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from mentormatch.contract.operation import PlainSchema
from mentormatch.fields import fields_by_kind
from mentormatch.rules.rule import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind

type Json = dict[str, Any]
type Refs = dict[type, Json]

PLACE = "#/components/schemas/{model}"
DOCTEST = re.compile(r"\n*^>>> .*", re.MULTILINE | re.DOTALL)
ENDINGS = re.compile(r"(Out|Form)$")
RENAMED = {
    "AnyField": "ProgrammeField",
    "DateOut": "SessionDate",
    "LossOut": "GoalLoss",
    "MissedOut": "MissedDates",
    "Programme": "ProgrammeFile",
    "ReserveOut": "ReservePair",
    "ServedOut": "ServedMember",
}
"""Models whose names say little outside, are a type of a client's language, or a key of the model itself."""
CHOICES = {
    ("fr", "en"): "Language",
    ("canonical", "any"): "Ties",
    ("mentor", "mentee", "both"): "AnsweringSide",
    ("queued", "running", "done", "failed", "cancelled"): "JobState",
    ("A", "B", "C"): "HolidayZone",
}
"""What is chosen from these values is called."""
VALUES = {"example", "examples", "default"}
"""Words under which values stand, and no schemas."""
MOST_SIGNED = 2**63 - 1
"""The greatest whole number that generators hold."""
ASKED, TOLD = "-Input", "-Output"
"""How pydantic ends the names of a model that is both asked and told."""
INTEGER, NUMBER = {"type": "integer"}, {"type": "number"}
PARTS = {"criteria": "Criterion", "rules": "Rule"}
"""The lists of a programme whose items are one of many: what any of them is called."""


def component_schemas(models: Iterable[tuple[type[BaseModel], JsonSchemaMode]]) -> tuple[Refs, Json]:
    """Return a reference to the schema of each model, and all schemas by name."""
    places, found = models_json_schema(list(models), ref_template=PLACE, schema_generator=PlainSchema)
    every: dict[str, Json] = for_generators(found["$defs"])
    programme = every["Programme"]["properties"]
    for key, name in PARTS.items():
        every[name], programme[key]["items"] = programme[key]["items"], reference(name)
    kept = {name: with_names(with_aliases(schema, every)) for name, schema in every.items() if not is_alias(schema)}
    kept |= {name: {"type": "string", "enum": list(values)} for values, name in CHOICES.items()}
    new_names = {name: public_name(name) for name in kept}
    kept = {name: schema for name, schema in kept.items() if not name.endswith(TOLD)}  # as it is asked, it can be told
    assert len({*map(public_name, kept)}) == len(kept), "two schemas of one name"
    named = {
        new_names[name]: {**rename_references(schema, new_names), "title": new_names[name]}
        for name, schema in kept.items()
    }
    return {model: rename_references(place, new_names) for (model, _), place in places.items()}, dict(
        sorted(named.items())
    )


def is_alias(schema: Json) -> bool:
    """Return whether a schema says no more than a plain type does: clients have no model for it."""
    choice = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    return len(choice) < 2 and not {"properties", "additionalProperties", "enum", "oneOf"} & {*schema}


def with_aliases(part: Any, every: Mapping[str, Json]) -> Any:
    """Return a schema in which the plain types stand where they are used."""
    if isinstance(part, list):
        return [with_aliases(one, every) for one in part]
    if not isinstance(part, dict):
        return part
    alias = every.get(str(part.get("$ref")).rpartition("/")[2])
    if alias is not None and is_alias(alias):
        return with_aliases({**alias, **{key: value for key, value in part.items() if key != "$ref"}}, every)
    return {key: with_aliases(value, every) for key, value in part.items()}


def with_names(part: Any) -> Any:
    """Return a schema in which choices that have a name are referred to."""
    if isinstance(part, list):
        return [with_names(one) for one in part]
    if not isinstance(part, dict):
        return part
    values = part.get("enum")
    if isinstance(values, list) and (name := CHOICES.get(tuple(values))):
        return reference(name) | {key: value for key, value in part.items() if key not in ("enum", "type")}
    return {key: with_names(value) for key, value in part.items()}


def reference(name: str) -> Json:
    """Return what refers to a schema."""
    return {"$ref": PLACE.format(model=name)}


def public_name(name: str) -> str:
    """Return what the model of a client is called: by what it is, not by where it comes from.

    >>> public_name("PairOut"), public_name("Choice"), public_name("Ban"), public_name("AnyField")
    ('Pair', 'ChoiceField', 'BanRule', 'ProgrammeField')
    """
    if name in RENAMED:
        return RENAMED[name]
    name = name.removesuffix(ASKED).removesuffix(TOLD)
    kinds: dict[str, Mapping[str, type]] = {
        "Field": fields_by_kind(),
        "Criterion": criteria_by_kind(),
        "Rule": rules_by_kind(),
    }
    for what, known in kinds.items():
        if any(name == one.__name__ for one in known.values()):
            return f"{name}{what}"
    return ENDINGS.sub("", name)


def rename_references(schema: Any, names: Mapping[str, str]) -> Any:
    """Return a schema whose references lead to the new names."""
    text = PLACE.format(model="")

    def follow(part: Any) -> Any:
        if isinstance(part, str) and part.startswith(text):
            return text + names[part.removeprefix(text)]
        return part

    return map_leaves(schema, follow)


def map_leaves(part: Any, change: Callable[[Any], Any]) -> Any:
    """Return a JSON value whose parts that hold nothing further are changed."""
    if isinstance(part, dict):
        return {key: map_leaves(value, change) for key, value in part.items()}
    return [map_leaves(value, change) for value in part] if isinstance(part, list) else change(part)


def for_generators(schema: Any) -> Any:
    """Return a schema as generators take it.

    Without doctests, a choice beside keys, a rule on the names of keys, and an integer where any number is taken.
    """
    if isinstance(schema, list):
        return [for_generators(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    said = {key: for_generators(part) for key, part in schema.items() if key != "propertyNames"}
    if isinstance(said.get("description"), str):
        said["description"] = DOCTEST.sub("", said["description"]).replace("``", "`")
    if isinstance(said.get("anyOf"), list) and NUMBER in said["anyOf"]:
        said["anyOf"] = [part for part in said["anyOf"] if part != INTEGER]
    if isinstance(said.get("properties"), dict):
        said.pop("oneOf", None)
        said["properties"] = {name: with_default_in_words(part) for name, part in said["properties"].items()}
    return said


def with_default_in_words(said: Json) -> Json:
    """Return a key whose default is described: clients take a key that has one for one that has to be sent."""
    default = said.get("default")
    plain = default if isinstance(default, str) else json.dumps(default)
    words = {} if default in (None, "", [], {}) or "const" in said else {"description": f"By default `{plain}`."}
    return {key: value for key, value in said.items() if key != "default"} | words


def as_3_0(part: Any) -> Any:
    """Return a description in OpenAPI 3.1, or a part of it, as OpenAPI 3.0.3 writes it.

    It has ``nullable`` for a choice of null, an ``enum`` of one for a constant, a flag for a bound that is not reached,
    and nothing beside a reference. The bound of a whole number is at most the greatest that has 64 bits with a sign:
    generators read greater ones as another number.
    """
    if isinstance(part, list):
        return [as_3_0(one) for one in part]
    if not isinstance(part, dict):
        return part
    said = {key: value if key in VALUES else names_as_3_0(key, value) for key, value in part.items()}
    if "const" in said:
        said["enum"] = [said.pop("const")]
    if isinstance(said.get("examples"), list):
        said["example"] = said.pop("examples")[0]
    if not isinstance(said.get("exclusiveMinimum", {}), dict):
        said["minimum"], said["exclusiveMinimum"] = said["exclusiveMinimum"], True
    if said.get("type") == "integer" and said.get("maximum", 0) > MOST_SIGNED:
        said["maximum"] = MOST_SIGNED
    if "anyOf" in said:
        said = without_null(said)
    return {key: value for key, value in said.items() if key != "$ref"} | beside_others(said)


def names_as_3_0(key: str, value: Any) -> Any:
    """Return what stands under a key; in an object of names none of these is a word of the schema language."""
    return {name: as_3_0(one) for name, one in value.items()} if key == "properties" else as_3_0(value)


def description_3_0(description: Json) -> Json:
    """Return a description in OpenAPI 3.1 as OpenAPI 3.0.3 writes it."""
    return {**as_3_0(description), "openapi": "3.0.3"}


def without_null(said: Json) -> Json:
    """Return a choice with null said by a flag, and what is left where that is one thing."""
    left = [part for part in said["anyOf"] if part != {"type": "null"}]
    rest = {key: value for key, value in said.items() if key != "anyOf"}
    flag = {"nullable": True} if len(left) < len(said["anyOf"]) else {}
    if len(left) > 1:
        return {**rest, **flag, "anyOf": left}
    if "enum" in left[0] and flag:
        return {**left[0], **rest, **flag, "enum": [*left[0]["enum"], None]}
    return {**left[0], **rest, **flag}


def beside_others(said: Json) -> Json:
    """Return the reference in a schema as it may stand there."""
    if "$ref" not in said:
        return {}
    place = {"$ref": said["$ref"]}
    return place if len(said) == 1 else {"allOf": [place]}
