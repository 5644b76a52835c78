"""Each limit of the service is held, said in words, and passed by nobody."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest

from mentormatch.contract.operation import SAMPLE_COHORT, SAMPLE_MENTEES, SAMPLE_MENTORS
from tests.failure.processes import only_linux, wait_for
from tests.service.asking import problem
from tests.service.failing_workers import BROKEN, DIES, ENGINE, FULL, SLEEPS, asked, body, troubled
from tests.service.server import BEARER, JSON, TOKEN, Served, serving

BODY, PEOPLE, PAIRS = 20_000, 6, 25
SMALL: dict[str, Any] = {
    "body_bytes": BODY,
    "body_s": 0.5,
    "header_timeout_s": 0.5,
    "keep_alive_s": 0.5,
    "max_people": PEOPLE,
    "max_pairs": PAIRS,
    "workers": 1,
    "max_waiting": 1,
    "time_limit_s": 2.0,
    "worker_bytes": 1 << 30,
    "max_connections": 12,
}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(settings=troubled(**SMALL)) as service:
        yield service


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    wait_for(lambda: httpx.get(f"{served.url}/health").json()["busy"] == 0)
    with served.client() as line:
        yield line


def people(mentors: int, mentees: int) -> dict[str, Any]:
    sides = {"mentors": (SAMPLE_MENTORS, mentors, "M"), "mentees": (SAMPLE_MENTEES, mentees, "E")}
    return SAMPLE_COHORT | {
        side: [{**of[0], "id": f"{letter}{n}"} for n in range(count)] for side, (of, count, letter) in sides.items()
    }


def of_length(length: int) -> bytes:
    return json.dumps(SAMPLE_COHORT).encode().ljust(length)


def test_a_body_may_be_as_large_as_the_limit_and_not_larger(client: httpx.Client) -> None:
    assert client.post("/v1/match", content=of_length(BODY), headers=JSON).status_code == 200
    told = problem(client.post("/v1/match", content=of_length(BODY + 1), headers=JSON), "too-large")
    assert f"at most {BODY} bytes" in told["detail"]


def test_a_body_that_does_not_say_how_large_it_is_is_counted_as_it_comes(client: httpx.Client) -> None:
    def pieces(length: int) -> Iterator[bytes]:
        whole = of_length(length)
        yield from (whole[start : start + 999] for start in range(0, length, 999))

    assert client.post("/v1/match", content=pieces(BODY), headers=JSON).status_code == 200
    problem(client.post("/v1/match", content=pieces(BODY + 1), headers=JSON), "too-large")


def test_whoever_asks_before_sending_too_much_is_not_told_to_go_on(served: Served) -> None:
    head = (
        f"POST /v1/match HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {BODY + 1}\r\nExpect: 100-continue\r\n\r\n"
    )
    assert spoken(served, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_body_far_too_large_is_refused_without_being_kept(client: httpx.Client) -> None:
    problem(client.post("/v1/match", content=b" " * (30 << 20), headers=JSON), "too-large")


@pytest.mark.parametrize(("mentors", "mentees", "where"), [(7, 1, ["mentors"]), (7, 7, ["mentors", "mentees", "$"])])
def test_more_people_than_the_limit_are_refused_each_side_told(
    mentors: int, mentees: int, where: list[str], client: httpx.Client
) -> None:
    assert client.post("/v1/match", json=people(PEOPLE, 4)).status_code == 200
    told = problem(client.post("/v1/match", json=people(mentors, mentees)), "too-large")
    assert [wrong["where"] for wrong in told["problems"]] == where


def test_more_pairs_than_the_limit_are_refused(client: httpx.Client) -> None:
    assert client.post("/v1/match", json=people(5, 5)).status_code == 200
    told = problem(client.post("/v1/match", json=people(5, 6)), "too-large")
    assert told["problems"] == [
        {"where": "$", "found": "30\u00a0binômes", "expected": "25 au plus", "advice": "répartissez-les par parties"}
    ]


@pytest.mark.parametrize(("rows", "fits"), [(10, True), (11, False), (13, False)])
def test_rows_count_as_people_of_both_sides(rows: int, fits: bool, client: httpx.Client) -> None:  # noqa: FBT001 - pytest passes it by name
    sent = {"programme": SAMPLE_COHORT["programme"], "rows": [{"x": "y"}] * rows}
    answer = client.post("/v1/match", json=sent)
    assert (answer.status_code != 413) == fits


def test_a_body_that_does_not_come_is_waited_for_no_longer_than_the_limit(served: Served) -> None:
    head = (
        f"POST /v1/match HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    told = spoken(served, head.encode())
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"urn:mentormatch:problem:too-slow" in told


@pytest.mark.parametrize("head", [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: local"])
def test_a_head_that_does_not_come_is_waited_for_no_longer_than_the_limit(head: bytes, served: Served) -> None:
    told = spoken(served, head)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"urn:mentormatch:problem:too-slow" in told


def test_a_second_head_that_does_not_come_is_not_waited_for_either(served: Served) -> None:
    whole = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    told = spoken(served, whole + whole[:20])
    assert told.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("noise", [b"\x16\x03\x01\x02\x00\x01\xff\r\n\r\n", b"GET\r\n\r\n"])
def test_what_is_not_http_is_told_so(noise: bytes, served: Served) -> None:
    told = spoken(served, noise)
    assert told.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in told


def test_a_head_of_any_length_is_not_taken(served: Served) -> None:
    with suppress(ConnectionError):
        assert spoken(served, b"GET / HTTP/1.1\r\nA: " + b"a" * 200_000).startswith(b"HTTP/1.1 400 ")


def spoken(served: Served, sent: bytes) -> bytes:
    """Return all that comes back on a connection until it is closed from there."""
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(sent)
        told = b""
        while piece := line.recv(65_536):
            told += piece
    return told


def test_no_more_connections_are_open_than_may_be(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    lines = [socket.create_connection((host, int(port)), timeout=20) for _ in range(SMALL["max_connections"] + 3)]
    told = [line.recv(100) for line in lines[-1:]]
    for line in lines:
        line.close()
    assert told[0].startswith(b"HTTP/1.1 429 ")
    wait_for(lambda: httpx.get(f"{served.url}/health").status_code == 200)


def test_no_more_requests_wait_than_may_and_those_that_do_are_answered(client: httpx.Client, served: Served) -> None:
    def ask(seed: int) -> httpx.Response:
        return httpx.post(f"{served.url}/v1/match", content=body(asked(seed)), headers=BEARER | JSON, timeout=60)

    with ThreadPoolExecutor(8) as clients:
        working = clients.submit(ask, SLEEPS)
        wait_for(lambda: client.get("/health").json()["busy"] == 1)
        waiting = clients.submit(ask, 0)
        wait_for(lambda: client.get("/health").json()["waiting"] == 1)
        told = problem(ask(0), "busy")
        assert told["detail"] == "All workers are busy, and no more requests can be queued"
        assert int(ask(0).headers["retry-after"]) > 0
        problem(working.result(), "too-long")
        assert waiting.result().status_code == 200


def test_work_that_takes_too_long_is_ended_and_its_place_is_free_again(client: httpx.Client) -> None:
    told = problem(client.post("/v1/match", json=asked(SLEEPS)), "too-long")
    assert told["detail"] == "It was stopped after 2 seconds"
    assert client.post("/v1/match", json=asked()).status_code == 200


@pytest.mark.parametrize(
    ("seed", "code", "detail"),
    [
        (DIES, "worker-ended", "It was stopped: send the request again"),
        (FULL, "out-of-memory", "Send fewer people, or split the programme"),
        (BROKEN, "failed", "KeyError in a worker"),
        (ENGINE, "failed", "the engine died"),
    ],
)
@only_linux
def test_a_worker_in_trouble_is_told_of_and_the_next_request_is_answered(
    seed: int, code: str, detail: str, client: httpx.Client
) -> None:
    told = problem(client.post("/v1/match", json=asked(seed)), code)
    assert told["detail"] == detail
    assert client.post("/v1/match", json=asked()).status_code == 200


def test_the_time_that_is_asked_for_is_no_longer_than_the_limit(client: httpx.Client) -> None:
    assert client.post("/v1/match", json=asked(time_limit_s=1_000)).json()["status"] == "proved"
