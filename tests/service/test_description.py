"""What is written of the service is what the service does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_30, OPENAPI_31

from mentormatch.contract.operation import operations_by_kind
from mentormatch.service.openapi import description_3_0
from mentormatch.service.problems import PROBLEM_KINDS
from mentormatch.service.server import make_app
from mentormatch.service.settings import MIB, Settings

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "run-the-service.md").read_text("utf-8")


@pytest.mark.parametrize("code", PROBLEM_KINDS)
def test_the_guide_says_what_to_do_about_every_problem(code: str) -> None:
    (row,) = [line for line in GUIDE.splitlines() if line.startswith(f"| {PROBLEM_KINDS[code].status} |")]
    assert f"`{code}`" in row


def test_the_guide_names_every_operation_and_every_limit() -> None:
    limits = Settings("")
    assert [kind for kind in operations_by_kind() if f"`/v1/{kind}`" not in GUIDE] == []
    table = GUIDE.partition("## Limits")[2]
    told = [limits.max_people, limits.max_pairs, limits.max_waiting, limits.max_jobs, limits.max_connections]
    told += [limits.body_bytes // MIB, limits.worker_bytes // (1024 * MIB), limits.results_bytes // MIB]
    told += [
        round(each) for each in (limits.body_s, limits.header_timeout_s, limits.time_limit_s, limits.expiry_s / 60)
    ]
    assert [each for each in told if not re.search(rf"(?<!\d){each:,}(?!\d)", table)] == []
    assert f"{limits.sync_pairs:,} pairs" in GUIDE
    assert f"{limits.sync_wait_s:g} seconds" in GUIDE


DESCRIPTION = make_app(Settings("")).openapi()
VERSIONS = {"3.1": (DESCRIPTION, OPENAPI_31), "3.0": (description_3_0(DESCRIPTION), OPENAPI_30)}
SCHEMAS = DESCRIPTION["components"]["schemas"]
NO_TEXTS = {"example", "examples", "default", "enum", "const", "required", "mapping"}


def schemas_in(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema inside a part of a description."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    for key, value in part.items() if isinstance(part, dict) else ():
        if key in ("properties", "schemas"):
            yield from value.values()
        if key in ("items", "schema") or (key == "additionalProperties" and isinstance(value, dict)):
            yield value
        if key in ("anyOf", "oneOf", "allOf"):
            yield from value
        if key not in NO_TEXTS:
            yield from schemas_in(value)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_description_is_what_its_version_of_openapi_allows(version: str) -> None:
    described, allowed = VERSIONS[version]
    assert described["openapi"].startswith(version)
    assert [error.message for error in jsonschema_rs.validator_for(allowed).iter_errors(described)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_reference_in_the_description_leads_somewhere(version: str) -> None:
    told, _ = VERSIONS[version]
    refs = set(re.findall(r"#/components/(\w+)/([\w.-]+)", json.dumps(told)))
    assert {name for part, name in refs if name not in told["components"][part]} == set()
    assert refs


@pytest.mark.parametrize("version", VERSIONS)
def test_no_schema_in_the_description_takes_anything(version: str) -> None:
    known = {"$ref", "type", "enum", "const", "anyOf", "oneOf", "allOf"}
    assert [found for found in schemas_in(VERSIONS[version][0]) if not known & set(found)] == []


def test_the_older_description_has_no_word_that_its_version_does_not_know() -> None:
    words = {key for found in schemas_in(VERSIONS["3.0"][0]) for key in found}
    assert words & {"const", "examples", "propertyNames", "prefixItems", "patternProperties", "$defs"} == set()
    assert [found for found in schemas_in(VERSIONS["3.0"][0]) if found.get("type") == "null"] == []
    assert [found for found in schemas_in(VERSIONS["3.0"][0]) if "$ref" in found and len(found) > 1] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_model_has_a_name_of_its_own_and_says_what_it_is_without_code(name: str) -> None:
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    assert SCHEMAS[name]["title"] == name
    assert re.fullmatch(r"[A-Z][A-Za-z]+(?<!Out)(?<!Form)", name)
    assert snake not in SCHEMAS[name].get("properties", {}), "generated classes use it for the model"
    assert ">>>" not in SCHEMAS[name].get("description", "")
    assert "mentormatch" not in json.dumps({key: SCHEMAS[name].get(key, "") for key in ("title", "description")})


def test_every_operation_stands_under_a_heading_and_says_what_it_does() -> None:
    asked = [one for path in DESCRIPTION["paths"].values() for key, one in path.items() if key != "parameters"]
    headings = {tag["name"] for tag in DESCRIPTION["tags"]}
    assert {tag for one in asked for tag in one["tags"]} == headings
    assert [one for one in asked if len(one["tags"]) != 1 or not one["summary"].endswith(".")] == []
    assert len({one["operationId"] for one in asked}) == len(asked)


def test_a_request_has_no_default_that_a_client_would_have_to_send() -> None:
    asked = [SCHEMAS[operation.request_type.__name__] for operation in operations_by_kind().values()]
    assert [key for one in asked for key, said in one["properties"].items() if "default" in said] == []
    assert "By default `canonical`." in json.dumps(SCHEMAS["MatchRequest"]["properties"]["ties"])


def test_what_a_job_answers_is_told_apart_by_the_keys_of_the_answer() -> None:
    found = [part["$ref"].rpartition("/")[2] for part in SCHEMAS["JobResult"]["anyOf"]]
    keys = [set(SCHEMAS[name]["required"]) for name in found]
    assert len(found) == len(operations_by_kind())
    assert [
        (found[place], found[later])
        for place, needed in enumerate(keys)
        for later in range(place + 1, len(keys))
        if needed <= keys[later]
    ] == []
