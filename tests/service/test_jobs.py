"""What takes long becomes a job: told of as it goes on, fetched until it expires, given up when that is asked for.

It is answered once, whatever is killed, and however often it is sent.
"""

import json
import random
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from mentormatch.contract.operation import ask, operations_by_kind
from mentormatch.service.openapi import JobOut
from tests.canaries import ANSWER
from tests.failure.processes import alive, children, only_linux, wait_for
from tests.service.asking import ASYNC, KEY, command, pages, problem
from tests.service.failing_workers import DIES, ENDLESS, LINGERS, SLEEPS, asked, troubled
from tests.service.server import Served, kill_and_start, serving

SETTINGS = troubled(workers=2, sync_pairs=3, sync_wait_s=3.0, max_waiting=100)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs") / "service.db"


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[Served]:
    with serving("--store", store, settings=SETTINGS) as service:
        with service.client() as line:
            wait_for(lambda: line.post("/v1/match", json=small()).status_code == 200)  # the workers are there
        yield service


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as line:
        wait_for(lambda: line.get("/health").json()["busy"] == 0)
        yield line


def small(seed: int = 0) -> dict[str, Any]:
    """Return a request with so few pairs that it is answered at once."""
    one = asked(seed)
    return one | {"mentors": one["mentors"][:1]}


def job_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    JobOut.model_validate_json(answer.content)
    assert answer.headers["location"] == told["links"]["self"] == f"/v1/jobs/{told['id']}"
    return told


def kept(client: httpx.Client, seed: int, key: str) -> dict[str, Any]:
    return job_of(client.post("/v1/match", json=asked(seed), headers=ASYNC | {KEY: key}))


def is_in(client: httpx.Client, job: dict[str, Any], state: str) -> bool:
    return bool(client.get(job["links"]["self"]).json()["state"] == state)


def events(client: httpx.Client, job: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the news of a job up to its end."""
    told = client.get(job["links"]["events"])
    assert told.headers["content-type"].startswith("text/event-stream")
    blocks = [block.split("\n") for block in told.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


@pytest.mark.proof
def test_one_member_is_answered_at_once_and_many_become_a_job_that_can_be_given_up(client: httpx.Client) -> None:
    sent = operations_by_kind()["groups"].example()
    options = sent["programme"]["fields"]["skills"]["options"]
    alone = {"programme": sent["programme"], "members": sent["members"][:1]}
    assert client.post("/v1/groups", json=alone).status_code == 200
    draw = random.Random(2026)
    many = [{"id": f"C{number}", "answers": {"skills": draw.sample(options, 2)}} for number in range(150)]
    programme = sent["programme"] | {"groups": {"least": 4, "most": 6}}
    job = job_of(client.post("/v1/groups", json={"programme": programme, "members": many, "time_limit_s": 60}))
    assert job["kind"] == "groups"
    assert client.delete(job["links"]["self"]).json()["state"] == "cancelled"
    wait_for(lambda: client.get("/health").json()["busy"] == 0)


def test_few_pairs_are_answered_at_once_and_more_become_a_job(client: httpx.Client) -> None:
    assert client.post("/v1/match", json=small()).status_code == 200
    job = job_of(client.post("/v1/match", json=asked(LINGERS)))  # it is not over before it is found to be large
    assert job["kind"] == "match"
    wait_for(lambda: client.get(job["links"]["self"]).json()["state"] == "done")
    for _ in range(2):
        result = client.get(job["links"]["result"])
        assert result.text == ask("match", asked(LINGERS)).to_json()
    assert client.delete(job["links"]["self"]).json()["state"] == "done"
    problem(client.get(job["links"]["result"]), "not-found")


@pytest.mark.parametrize("wish", ["respond-async", "wait=5, Respond-Async", "respond-async;x=1"])
def test_whoever_prefers_a_job_gets_one(wish: str, client: httpx.Client) -> None:
    job = job_of(client.post("/v1/match", json=small(), headers={"Prefer": wish}))
    assert events(client, job)[-1][0] == "end"
    assert client.get(job["links"]["result"]).status_code == 200


@pytest.mark.proof
def test_what_takes_longer_than_one_waits_becomes_a_job(client: httpx.Client) -> None:
    job = job_of(client.post("/v1/match", json=small(SLEEPS)))
    problem(client.get(job["links"]["result"]), "not-yet")
    assert client.delete(job["links"]["self"]).status_code == 200


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
    assert client.delete(job["links"]["self"]).status_code == 200


def test_a_job_that_is_given_up_frees_its_worker_and_ends_what_that_started() -> None:
    with serving(settings=troubled(workers=1), sparing=False) as served, served.client() as client:
        job = job_of(client.post("/v1/match", json=asked(ENDLESS), headers=ASYNC))
        workers = wait_for(lambda: children(served.process.pid))
        engines = wait_for(lambda: [child for worker in workers for child in children(worker)])
        assert client.delete(job["links"]["self"]).status_code == 200
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
        assert client.delete(job["links"]["self"]).status_code == 200


def test_ids_cannot_be_guessed(client: httpx.Client) -> None:
    ids = {job_of(client.post("/v1/match", json=small(), headers=ASYNC))["id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(each) >= 22 for each in ids)


@only_linux
def test_nobody_works_for_whoever_is_gone(client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/match", json=small(SLEEPS), timeout=0.4)
    wait_for(lambda: client.get("/health").json()["busy"] == 0)


def test_the_same_key_a_hundred_times_at_once_is_one_job(client: httpx.Client, served: Served) -> None:
    def send(_: int) -> httpx.Response:
        return line.post("/v1/match", json=asked(), headers=ASYNC | {KEY: "once"})

    before = sum(len(page.jobs) for page in pages(client, 100))
    with served.client() as line, ThreadPoolExecutor(100) as clients:
        answers = list(clients.map(send, range(100)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(len(page.jobs) for page in pages(client, 100)) == before + 1


def test_the_same_key_is_answered_alike_and_with_another_request_refused(client: httpx.Client) -> None:
    wait_for(lambda: client.post("/v1/match", json=small(), headers={KEY: "alike"}).status_code == 200)
    first, second = (client.post("/v1/match", json=small(), headers={KEY: "alike"}) for _ in range(2))
    assert first.text == second.text == ask("match", small()).to_json()
    jobs = [job_of(client.post("/v1/match", json=small(), headers=ASYNC | {KEY: "alike"})) for _ in range(2)]
    assert [job["state"] for job in jobs] == ["done", "done"]
    assert jobs[0]["id"] == jobs[1]["id"]
    problem(client.post("/v1/match", json=small(5), headers={KEY: "alike"}), "other-request")
    problem(client.post("/v1/evaluate", json=small(), headers={KEY: "alike"}), "other-request")
    assert client.post("/v1/match", json=small(5), headers={KEY: "another"}).status_code == 200
    wrong = small() | {"pins": [{"mentor": "M9", "mentee": "E01"}]}
    for _ in range(2):
        problem(client.post("/v1/match", json=wrong, headers={KEY: "wrong"}), "contradiction")


@pytest.mark.parametrize("key", ["", "é", "x" * 256, "a\tb"])
def test_a_key_that_is_empty_long_or_odd_is_refused(key: str, client: httpx.Client) -> None:
    answer = client.post("/v1/match", json=asked(), headers=[(KEY.encode(), key.encode("latin-1"))])
    problem(answer, "bad-request")


@only_linux
def test_a_key_whose_worker_ended_is_free_to_be_sent_again(client: httpx.Client) -> None:
    job = kept(client, DIES, "dies")
    wait_for(partial(is_in, client, job, "failed"))
    assert kept(client, DIES, "dies")["id"] != job["id"]


@pytest.mark.proof
@only_linux
def test_whoever_is_gone_finds_their_request_again_by_its_key(client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/match", json=small(LINGERS), headers={KEY: "gone"}, timeout=0.3)
    job = job_of(client.post("/v1/match", json=small(LINGERS), headers=ASYNC | {KEY: "gone"}))
    wait_for(partial(is_in, client, job, "done"))
    answer = client.post("/v1/match", json=small(LINGERS), headers={KEY: "gone"})
    assert answer.text == ask("match", small(LINGERS)).to_json()


def test_jobs_are_listed_the_newest_first_page_by_page_also_past_one_that_is_deleted(client: httpx.Client) -> None:
    for number in range(5):
        job_of(client.post("/v1/match", json=asked(number), headers=ASYNC))
    whole = [job.id for page in pages(client, 100) for job in page.jobs]
    assert [job.id for page in pages(client, 2) for job in page.jobs] == whole
    first = client.get("/v1/jobs?limit=2").json()
    assert [job["id"] for job in first["jobs"]] == whole[:2]
    for job in first["jobs"]:
        assert client.delete(job["links"]["self"]).status_code == 200
    assert [job["id"] for job in client.get(first["next"]).json()["jobs"]] == whole[2:][: len(whole[2:4])]
    for query in ("limit=0", "limit=101", "limit=x", "after=x", "after=", "limt=5"):
        problem(client.get(f"/v1/jobs?{query}"), "misfit")


def bearer(token: str) -> str:
    return f"Bearer {token}"


@only_linux
def test_a_key_sees_its_own_jobs_alone_and_asks_for_no_more_than_it_may(served: Served, store: Path) -> None:
    tokens = {name: command("add", name, "--requests", 1, "--jobs", 2, store=store)["key"] for name in ("a", "b")}
    lines = {name: served.client(Authorization=bearer(token)) for name, token in tokens.items()}
    with lines["a"] as mine, lines["b"] as other, served.client() as host:
        job = job_of(mine.post("/v1/match", json=asked(LINGERS), headers=ASYNC))
        for line in (other, host):
            for method, place in (("GET", ""), ("GET", "/result"), ("GET", "/events"), ("DELETE", "")):
                problem(line.request(method, job["links"]["self"] + place), "not-found")
            assert job["id"] not in [each.id for page in pages(line, 100) for each in page.jobs]
        assert [each["id"] for each in mine.get("/v1/jobs").json()["jobs"]] == [job["id"]]
        refused = problem(mine.post("/v1/match", json=asked()), "busy")
        assert refused["detail"] == "Too many requests running or queued for this key"
        waits = job_of(other.post("/v1/match", json=asked(), headers=ASYNC))
        assert mine.delete(job["links"]["self"]).status_code == 200
        wait_for(lambda: other.get(waits["links"]["self"]).json()["state"] == "done")
        second = command("rotate", "b", "--grace", 0, store=store)["key"]
        problem(other.get("/v1/jobs"), "no-token")
        other.headers["Authorization"] = bearer(second)
        assert other.get(waits["links"]["result"]).status_code == 200
        command("revoke", "b", store=store)
        assert problem(other.get("/v1/jobs"), "no-token")["detail"] == "This key was revoked: ask for another"


@only_linux
@pytest.mark.promise(44)
def test_jobs_that_wait_or_are_worked_on_when_the_service_is_killed_are_answered_by_the_next(
    served: Served, store: Path
) -> None:
    seeds = [LINGERS, 1, 2]
    with served.client() as client:
        before = sum(len(page.jobs) for page in pages(client, 100))
        jobs = [kept(client, seed, str(seed)) for seed in seeds]
        wait_for(partial(is_in, client, jobs[0], "running"))
    kill_and_start(served, "--store", store, settings=SETTINGS)
    with served.client() as client:
        assert [kept(client, seed, str(seed))["id"] for seed in seeds] == [job["id"] for job in jobs]
        for job, seed in zip(jobs, seeds, strict=True):
            wait_for(partial(is_in, client, job, "done"))
            assert client.get(job["links"]["result"]).text == ask("match", asked(seed)).to_json()
        assert sum(len(page.jobs) for page in pages(client, 10)) == before + len(jobs)


@pytest.mark.proof
@only_linux
def test_what_people_answered_is_in_no_file_once_the_job_is_over_and_its_result_expired(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    with serving("--store", path, settings=troubled(workers=1, expiry_s=0.5)) as service, service.client() as client:
        sent = asked(SLEEPS) | {"mentors": [{"id": ANSWER, "answers": {"field": ANSWER}}]}
        job = job_of(client.post("/v1/match", json=sent, headers=ASYNC))
        files = list(path.parent.iterdir())
        assert any(ANSWER.encode() in file.read_bytes() for file in files)
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert client.delete(job["links"]["self"]).status_code == 200
        job = job_of(client.post("/v1/match", json=sent | {"seed": 0}, headers=ASYNC))
        wait_for(lambda: client.get(job["links"]["self"]).status_code == 404)
        wait_for(lambda: not any(ANSWER.encode() in file.read_bytes() for file in path.parent.iterdir()))
        assert ANSWER not in service.text
