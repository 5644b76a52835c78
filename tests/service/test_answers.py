"""The service, as people run it, gives what the library gives, and says in a problem why it does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mentormatch.contract.operation import SAMPLE_COHORT, ask, operations_by_kind
from mentormatch.service.problems import PROBLEM_KINDS, PROBLEM_URN
from tests.canaries import ANSWER, EMAIL, NAME
from tests.failure.processes import wait_for
from tests.service.asking import problem
from tests.service.server import AT_ONCE, JSON, Served, serving

KINDS_OF_OPERATION = list(operations_by_kind())
HOSTILE = [
    "bigint",
    "bom",
    "bool_as_num",
    "deep",
    "dup_key",
    "float_cap",
    "huge_cap",
    "inf",
    "nan",
    "neg_cap",
    "proto",
    "str_as_num",
    "surrogate",
    "utf16",
]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(settings=AT_ONCE) as service:
        yield service


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as line:
        yield line


@pytest.mark.parametrize("kind", KINDS_OF_OPERATION)
def test_every_operation_answers_its_example_as_the_library_does(kind: str, client: httpx.Client) -> None:
    example = operations_by_kind()[kind].example()
    answer = client.post(f"/v1/{kind}", json=example)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == ask(kind, example).to_json()


def test_health_needs_no_token(served: Served) -> None:
    told = httpx.get(f"{served.url}/health").json()
    assert told["status"] == "ok"
    assert set(told) == {"status", "workers", "busy", "waiting"}


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic YTpi", "bearer a-token-for-test"])
@pytest.mark.parametrize("path", ["/v1/match", "/v1/jobs/x", "/openapi.json", "/nowhere"])
def test_nothing_but_health_is_answered_without_the_token(header: str | None, path: str, served: Served) -> None:
    answer = httpx.get(served.url + path, headers={"Authorization": header} if header else {})
    problem(answer, "no-token")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_another_name_than_its_own_is_refused_even_with_the_token(client: httpx.Client) -> None:
    problem(client.get("/health", headers={"Host": "attacker.example"}), "misdirected")
    assert client.get("/health", headers={"Host": "localhost:9"}).status_code == 200


def test_what_is_not_there_and_what_is_not_done_are_problems(client: httpx.Client) -> None:
    problem(client.get("/v1/nothing"), "not-found")
    problem(client.get("/v1/jobs/nothing/result"), "not-found")
    refused = client.get("/v1/match")
    problem(refused, "wrong-method")
    assert refused.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"seed": 1, "seed": 1}', "not-json"),
        (b"[]", "misfit"),
        (b"{}", "misfit"),
        (
            json.dumps({**SAMPLE_COHORT, "programme": {"programme": {"name": "x"}, "wrong": 1}}).encode(),
            "bad-programme",
        ),
        (json.dumps({**SAMPLE_COHORT, "pins": [{"mentor": "M9", "mentee": "E01"}]}).encode(), "contradiction"),
    ],
)
def test_what_cannot_be_answered_is_told_with_each_thing_that_is_wrong(
    content: bytes, code: str, client: httpx.Client
) -> None:
    told = problem(client.post("/v1/match", content=content, headers=JSON), code)
    assert told["problems"]
    assert all(wrong["where"] and wrong["found"] for wrong in told["problems"])


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "text/plain"}, JSON | {"Content-Encoding": "gzip"}], ids=["none", "text", "gzip"]
)
def test_a_body_of_another_kind_is_not_taken(headers: dict[str, str], client: httpx.Client) -> None:
    problem(client.post("/v1/match", content=json.dumps(SAMPLE_COHORT).encode(), headers=headers), "not-taken")


def test_the_language_that_is_asked_for_is_spoken_in_problems_too(client: httpx.Client) -> None:
    wrong = {**SAMPLE_COHORT, "pins": [{"mentor": "M9", "mentee": "E01"}]}
    french, english = (
        client.post("/v1/match", json={**wrong, "language": code}).json()["detail"] for code in ("fr", "en")
    )
    assert french != english


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused_with_a_reason(name: str, client: httpx.Client, shared_data: Path) -> None:
    content = (shared_data / "hostile" / "http-made" / f"{name}.json").read_bytes()
    for kind in KINDS_OF_OPERATION:
        answer = client.post(f"/v1/{kind}", content=content, headers=JSON)
        told = problem(answer, answer.json()["type"].removeprefix(PROBLEM_URN))
        assert answer.status_code in (400, 422)
        assert told["detail"]
        assert told["problems"]


def test_all_hostile_bodies_are_among_those(shared_data: Path) -> None:
    assert sorted(path.stem for path in (shared_data / "hostile" / "http-made").iterdir()) == HOSTILE


def test_a_request_is_known_by_the_id_that_it_brings_if_that_is_sane(client: httpx.Client) -> None:
    assert client.get("/health", headers={"X-Request-ID": "a-1.b:2"}).headers["x-request-id"] == "a-1.b:2"
    for bad in ("a b", "x" * 65, "é", "<script>", ""):
        given = client.get("/health", headers={b"X-Request-ID": bad.encode()}).headers["x-request-id"]
        assert len(given) == 16


def test_headers_tell_browsers_to_keep_nothing_and_nobody_what_serves(client: httpx.Client) -> None:
    for answer in (client.get("/health"), client.post("/v1/match", json=SAMPLE_COHORT), client.get("/x")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def carrying(where: str) -> dict[str, Any]:
    """Return a request that is refused, with what people said in it."""
    answers = {"skills": [ANSWER], "needs": ANSWER}
    people = [{"id": "M01", "answers": answers}]
    match where:
        case "unknown options":
            return {**SAMPLE_COHORT, "mentors": people}
        case "wrong types":
            return {**SAMPLE_COHORT, "mentors": [{"id": "M01", "answers": {"skills": {NAME: [EMAIL]}}}]}
        case "one more key":
            return {**SAMPLE_COHORT, "mentors": [{"id": "M01", "answers": {}, "note": ANSWER}]}
        case "not people":
            return {**SAMPLE_COHORT, "mentees": [ANSWER, EMAIL, NAME]}
        case _:
            return {**SAMPLE_COHORT, "rows": [{"name": NAME, "email": EMAIL}], "mentors": ANSWER}


@pytest.mark.parametrize("where", ["unknown options", "wrong types", "one more key", "not people", "both forms"])
@pytest.mark.parametrize("kind", KINDS_OF_OPERATION)
def test_what_people_said_is_in_no_problem_no_header_and_no_log(
    where: str, kind: str, client: httpx.Client, served: Served
) -> None:
    refused = client.post(f"/v1/{kind}", json=carrying(where))
    broken = client.post(f"/v1/{kind}", content=json.dumps(carrying(where)).encode()[:-2], headers=JSON)
    for answer in (broken, refused) if refused.status_code != 200 else (broken,):
        told = f"{answer.text} {answer.headers} {served.text}"
        assert not [mark for mark in (NAME, EMAIL, ANSWER, "erinette") if mark in told]


def by_id(served: Served) -> dict[str, dict[str, Any]]:
    return {line["request"]: line for line in served.lines()}


def test_the_log_tells_of_each_request_in_one_line_without_address_query_or_body(
    client: httpx.Client, served: Served
) -> None:
    client.post("/v1/match?who=Serinette", json=SAMPLE_COHORT, headers={"X-Request-ID": "look-for-me"})
    client.get("/v1/jobs/serinette-secret", headers={"X-Request-ID": "and-for-me"})
    wait_for(lambda: {"look-for-me", "and-for-me"} <= set(by_id(served)))
    found = by_id(served)
    assert set(found["look-for-me"]) == {"time", "request", "method", "route", "status", "ms", "in", "out"}
    assert (found["look-for-me"]["route"], found["look-for-me"]["status"]) == ("/v1/match", 200)
    assert found["and-for-me"]["route"] == "/v1/jobs/{job_id}"
    assert "erinette" not in served.text


def test_a_description_names_every_problem_and_asks_for_the_token(client: httpx.Client) -> None:
    told = client.get("/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert {f"/v1/{kind}" for kind in KINDS_OF_OPERATION} < set(told["paths"])
    for kind in KINDS_OF_OPERATION:
        asked = told["paths"][f"/v1/{kind}"]["post"]
        assert {str(one.status) for one in PROBLEM_KINDS.values()} < set(asked["responses"])
        assert asked["requestBody"]["content"]["application/json"]["examples"]["example"]["value"] == (
            operations_by_kind()[kind].example()
        )
