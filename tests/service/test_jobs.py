"""What takes long becomes a job: told of as it goes on, fetched until it expires, given up when that is asked for."""

import json
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from mentormatch.contract.operation import ask, operations
from mentormatch.service.openapi import JobForm
from tests.failure.processes import alive, children, only_linux, wait_for
from tests.service.failing_workers import DIES, ENDLESS, LINGERS, SLEEPS, asked, troubled
from tests.service.server import Served, serving
from tests.service.test_answers import problem

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(settings=troubled(workers=2, small_pairs=3, jobs=8, expiry_s=4.0, patience_s=3.0)) as service:
        with service.client() as line:
            wait_for(lambda: line.post("/v1/match", json=small()).status_code == 200)  # the workers are there
        yield service


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as line:
        wait_for(lambda: line.get("/health").json()["busy"] == 0)
        yield line


def job_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    JobForm.model_validate_json(answer.content)
    assert answer.headers["location"] == told["links"]["self"] == f"/v1/jobs/{told['id']}"
    return told


def small(seed: int = 0) -> dict[str, Any]:
    """Return a request with so few pairs that it is answered at once."""
    one = asked(seed)
    return one | {"mentors": one["mentors"][:1]}


def events(client: httpx.Client, job: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the news of a job up to its end."""
    told = client.get(job["links"]["events"])
    assert told.headers["content-type"].startswith("text/event-stream")
    blocks = [block.split("\n") for block in told.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_one_member_is_answered_at_once_and_many_become_a_job_that_can_be_given_up(client: httpx.Client) -> None:
    sent = operations()["groups"].example()
    options = sent["programme"]["fields"]["skills"]["options"]
    alone = {"programme": sent["programme"], "members": sent["members"][:1]}
    assert client.post("/v1/groups", json=alone).status_code == 200
    draw = random.Random(2026)
    many = [{"id": f"C{number}", "answers": {"skills": draw.sample(options, 2)}} for number in range(150)]
    programme = sent["programme"] | {"groups": {"least": 4, "most": 6}}
    job = job_of(client.post("/v1/groups", json={"programme": programme, "members": many, "time_limit_s": 60}))
    assert job["kind"] == "groups"
    assert client.delete(job["links"]["self"]).status_code == 204
    wait_for(lambda: client.get("/health").json()["busy"] == 0)


def test_few_pairs_are_answered_at_once_and_more_become_a_job(client: httpx.Client) -> None:
    assert client.post("/v1/match", json=small()).status_code == 200
    job = job_of(client.post("/v1/match", json=asked(LINGERS)))  # it is not over before it is found to be large
    assert job["kind"] == "match"
    wait_for(lambda: client.get(job["links"]["self"]).json()["state"] == "done")
    for _ in range(2):
        result = client.get(job["links"]["result"])
        assert result.text == ask("match", asked(LINGERS)).to_json()
    assert client.delete(job["links"]["self"]).status_code == 204
    problem(client.get(job["links"]["result"]), "not-found")


@pytest.mark.parametrize("wish", ["respond-async", "wait=5, Respond-Async", "respond-async;x=1"])
def test_whoever_prefers_a_job_gets_one(wish: str, client: httpx.Client) -> None:
    job = job_of(client.post("/v1/match", json=small(), headers={"Prefer": wish}))
    assert events(client, job)[-1][0] == "end"
    assert client.get(job["links"]["result"]).status_code == 200


def test_what_takes_longer_than_one_waits_becomes_a_job(client: httpx.Client) -> None:
    job = job_of(client.post("/v1/match", json=small(SLEEPS)))
    problem(client.get(job["links"]["result"]), "not-yet")
    assert client.delete(job["links"]["self"]).status_code == 204


def test_news_of_a_job_come_up_to_its_end(client: httpx.Client) -> None:
    job = job_of(client.post("/v1/match", json=asked(ENDLESS) | {"time_limit_s": 3}))
    told = []
    with client.stream("GET", job["links"]["events"]) as stream:
        for line in stream.iter_lines():
            told += [json.loads(line.removeprefix("data: "))] if line.startswith("data: ") else []
            if told and told[-1]["progress"]:
                break
    assert told[-1]["state"] == "running"
    assert told[-1]["progress"]["seconds"] >= 1
    assert client.delete(job["links"]["self"]).status_code == 204


def test_a_job_that_is_given_up_frees_its_worker_and_ends_what_that_started(
    client: httpx.Client, served: Served
) -> None:
    job = job_of(client.post("/v1/match", json=asked(ENDLESS), headers=ASYNC))
    workers = wait_for(lambda: children(served.process.pid))
    engines = wait_for(lambda: [child for worker in workers for child in children(worker)])
    assert client.delete(job["links"]["self"]).status_code == 204
    wait_for(lambda: client.get("/health").json()["busy"] == 0)
    wait_for(lambda: not [engine for engine in engines if alive(engine)])
    problem(client.get(job["links"]["self"]), "not-found")
    problem(client.delete(job["links"]["self"]), "not-found")


def test_a_job_that_fails_says_why_as_its_request_would_have(client: httpx.Client) -> None:
    wrong = asked() | {"pins": [{"mentor": "M9", "mentee": "E01"}]}
    for request, code in ((wrong, "contradiction"), (asked(DIES), "worker-ended")):
        job = job_of(client.post("/v1/match", json=request, headers=ASYNC))
        assert events(client, job)[-1][1]["state"] == "failed"
        problem(client.get(job["links"]["result"]), code)
        assert client.delete(job["links"]["self"]).status_code == 204


def test_a_result_that_nobody_fetches_is_forgotten_and_only_so_many_are_kept(client: httpx.Client) -> None:
    answers = [client.post("/v1/match", json=small(), headers=ASYNC) for _ in range(9)]
    told = problem(answers[-1], "busy")
    assert told["detail"].startswith("As many jobs are kept as may be")
    kept = [answer.json()["links"]["self"] for answer in answers if answer.status_code == 202]
    assert kept
    for own in kept:
        wait_for(partial(gone, client, own))
    assert client.post("/v1/match", json=small(), headers=ASYNC).status_code == 202


def gone(client: httpx.Client, job: str) -> bool:
    return client.get(job).status_code == 404


def test_ids_cannot_be_guessed(client: httpx.Client) -> None:
    ids = {job_of(client.post("/v1/match", json=small(), headers=ASYNC))["id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(each) >= 22 for each in ids)


@only_linux
def test_nobody_works_for_whoever_is_gone(client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/match", json=small(SLEEPS), timeout=0.4)
    wait_for(lambda: client.get("/health").json()["busy"] == 0)
