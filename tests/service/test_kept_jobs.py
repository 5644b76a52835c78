"""Jobs in a file outlive the service: each is answered once, whatever is killed, and however often it is sent."""

import os
import random
import signal
import sqlite3
import stat
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from mentormatch.contract.examples import COHORT
from mentormatch.contract.operation import ask
from mentormatch.service.openapi import JobForm, JobListForm
from tests.canaries import ANSWER
from tests.failure.processes import only_linux, wait_for
from tests.service.failing_workers import DIES, LINGERS, SLEEPS, asked, troubled
from tests.service.server import Served, limits, serving, start, stop
from tests.service.test_answers import problem
from tests.service.test_jobs import ASYNC, job_of

KEY = "Idempotency-Key"
JOBS, KILLS, CLIENTS = 1_000, 20, 6


def kill(served: Served) -> None:
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait()
    assert served.process.stderr is not None
    served.process.stderr.close()


def kept(client: httpx.Client, seed: int, key: str) -> dict[str, Any]:
    return job_of(client.post("/v1/match", json=asked(seed), headers=ASYNC | {KEY: key}))


def is_in(client: httpx.Client, job: dict[str, Any], state: str) -> bool:
    return bool(client.get(job["links"]["self"]).json()["state"] == state)


def own(number: int) -> dict[str, Any]:
    """Return a request that no other is like: its answer names its people."""
    return COHORT | {
        side: [person | {"id": f"{person['id']}-{number}"} for person in COHORT[side]]
        for side in ("mentors", "mentees")
    }


def pages(client: httpx.Client, limit: int) -> Iterator[JobListForm]:
    """Yield every page of jobs."""
    place: str | None = f"/v1/jobs?limit={limit}"
    while place:
        page = JobListForm.model_validate_json(client.get(place).content)
        yield page
        place = page.next


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store") / "service.db"


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[Served]:
    with serving("--store", store, settings=troubled(workers=1, queue=100)) as service:
        yield service


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as line:
        yield line


@only_linux
@pytest.mark.promise(44)
def test_jobs_that_wait_or_are_worked_on_when_the_service_is_killed_are_answered_by_the_next(tmp_path: Path) -> None:
    options = ("--store", tmp_path / "service.db")
    served = start(*options, settings=troubled(workers=1))
    with served.client() as client:
        seeds = [LINGERS, 1, 2]
        jobs = [kept(client, seed, str(seed)) for seed in seeds]
        wait_for(partial(is_in, client, jobs[0], "running"))
    kill(served)
    with serving(*options, settings=troubled(workers=1)) as service, service.client() as client:
        assert [kept(client, seed, str(seed))["id"] for seed in seeds] == [job["id"] for job in jobs]
        for job, seed in zip(jobs, seeds, strict=True):
            wait_for(partial(is_in, client, job, "done"))
            assert client.get(job["links"]["result"]).text == ask("match", asked(seed)).to_json()
        assert sum(len(page.jobs) for page in pages(client, 10)) == len(jobs)


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
    first, second = (client.post("/v1/match", json=asked(), headers={KEY: "alike"}) for _ in range(2))
    assert (first.status_code, second.text) == (200, first.text)
    jobs = [kept(client, 0, "alike") for _ in range(2)]
    assert [job["state"] for job in jobs] == ["done", "done"]
    assert jobs[0]["id"] == jobs[1]["id"]
    problem(client.post("/v1/match", json=asked(5), headers={KEY: "alike"}), "other-request")
    problem(client.post("/v1/evaluate", json=asked(), headers={KEY: "alike"}), "other-request")
    assert client.post("/v1/match", json=asked(5), headers={KEY: "another"}).status_code == 200
    wrong = asked() | {"pins": [{"mentor": "M9", "mentee": "E01"}]}
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


@only_linux
def test_whoever_is_gone_finds_their_request_again_by_its_key(client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/match", json=asked(LINGERS), headers={KEY: "gone"}, timeout=0.3)
    answer = client.post("/v1/match", json=asked(LINGERS), headers={KEY: "gone"})
    assert answer.text == ask("match", asked(LINGERS)).to_json()


def test_jobs_are_listed_the_newest_first_page_by_page_also_past_one_that_is_deleted(client: httpx.Client) -> None:
    for number in range(5):
        job_of(client.post("/v1/match", json=asked(number), headers=ASYNC))
    whole = [job.id for page in pages(client, 100) for job in page.jobs]
    assert [job.id for page in pages(client, 2) for job in page.jobs] == whole
    first = client.get("/v1/jobs?limit=2").json()
    assert [job["id"] for job in first["jobs"]] == whole[:2]
    for job in first["jobs"]:
        assert client.delete(job["links"]["self"]).status_code == 204
    assert [job["id"] for job in client.get(first["next"]).json()["jobs"]] == whole[2:][: len(whole[2:4])]
    for query in ("limit=0", "limit=101", "limit=x", "after=x", "after="):
        problem(client.get(f"/v1/jobs?{query}"), "misfit")


@only_linux
def test_what_people_answered_is_in_no_file_once_the_job_is_over_and_its_result_expired(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    with serving("--store", path, settings=troubled(workers=1, expiry_s=0.5)) as service, service.client() as client:
        sent = asked(SLEEPS) | {"mentors": [{"id": ANSWER, "answers": {"field": ANSWER}}]}
        job = job_of(client.post("/v1/match", json=sent, headers=ASYNC))
        files = list(path.parent.iterdir())
        assert any(ANSWER.encode() in file.read_bytes() for file in files)
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert client.delete(job["links"]["self"]).status_code == 204
        job = job_of(client.post("/v1/match", json=sent | {"seed": 0}, headers=ASYNC))
        wait_for(lambda: client.get(job["links"]["self"]).status_code == 404)
        wait_for(lambda: not any(ANSWER.encode() in file.read_bytes() for file in path.parent.iterdir()))
        assert ANSWER not in service.text


class Restarted:
    """A service that is killed and started again, and clients that send until they have an answer."""

    def __init__(self, *options: object, settings: str) -> None:
        self.options, self.settings = options, settings
        self.draw, self.again, self.lock = random.Random(44), 0, threading.Lock()
        self.ended: dict[str, str] = {}
        self.served = start(*options, settings=settings)

    def send(self, number: int) -> str:
        """Send a request until it is a job, and return its id."""
        headers = ASYNC | {KEY: f"request {number}"}
        while True:
            try:
                with self.served.client() as client:
                    answer = client.post("/v1/match", json=own(number), headers=headers)
            except (httpx.TransportError, AssertionError):  # there is none, or it has no address yet
                answer = None
            if answer is not None and answer.status_code == 202:
                return str(answer.json()["id"])
            assert answer is None or answer.status_code in (429, 503), answer.text
            with self.lock:
                self.again += 1
            sleep(0.2)

    def send_all(self) -> list[str]:
        """Send all requests while the service is killed again and again, and return the ids of their jobs."""
        with ThreadPoolExecutor(CLIENTS) as clients:
            sending = [clients.submit(self.send, number) for number in range(JOBS)]
            for turn in range(KILLS):
                wait_for(lambda turn=turn: sum(each.done() for each in sending) >= turn * JOBS // KILLS, 600)  # type: ignore[misc]
                sleep(self.draw.uniform(0.0, 1.0))
                self.kill_and_start()
            return [each.result() for each in sending]

    def kill_and_start(self) -> None:
        """Kill it; what was over before is over alike."""
        found = {job.id: str(job.ended) for job in self.jobs() if job.ended}
        assert found.items() >= self.ended.items()
        self.ended = found
        kill(self.served)
        self.served = start(*self.options, settings=self.settings)

    def jobs(self) -> list[JobForm]:
        with self.served.client() as client:
            return [job for page in pages(client, 100) for job in page.jobs]

    def results(self, ids: list[str]) -> list[httpx.Response]:
        with self.served.client() as client:
            return [client.get(f"/v1/jobs/{ident}/result") for ident in ids]


@pytest.mark.proof
@only_linux
@pytest.mark.promise(44)
def test_a_thousand_jobs_of_a_service_killed_twenty_times_are_each_answered_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = limits(jobs=2 * JOBS, expiry_s=3_600.0)
    keeper, begun = Restarted("--store", tmp_path / "service.db", "--workers", 2, settings=settings), monotonic()
    ids = keeper.send_all()
    wait_for(lambda: all(job.ended for job in keeper.jobs()), 600)
    found, results = keeper.jobs(), keeper.results(ids)
    again = [keeper.send(number) for number in range(JOBS)]
    stop(keeper.served)
    right = sum(answer.text == ask("match", own(number)).to_json() for number, answer in enumerate(results))
    told = f"{JOBS} requests, {KILLS} kills, {keeper.again} sent again: {len(set(ids))} jobs, {len(found)} listed,"
    told += f" {sum(job.state == 'done' for job in found)} done, {right} answered as the library does,"
    told += f" {len(keeper.ended)} over before the last kill and unchanged, {monotonic() - begun:.0f} s"
    with capsys.disabled():
        assert sys.__stderr__
        sys.__stderr__.write(f"\n{told}\n")
    assert len(set(ids)) == len(found) == right == JOBS
    assert again == ids
    assert {job.id for job in found} == set(ids)
    assert {job.id: str(job.ended) for job in found}.items() >= keeper.ended.items()


def test_the_table_can_be_read_while_a_service_has_it(client: httpx.Client, store: Path) -> None:
    assert client.get("/v1/jobs").status_code == 200
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
