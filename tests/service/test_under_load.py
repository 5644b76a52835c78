"""Fifty clients at once, lines left half-way, kills at any moment: what a service must stand. Figures are told."""

import os
import random
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import psutil
import pytest

from mentormatch.contract.operation import SAMPLE_COHORT, ask
from mentormatch.service.openapi import JobOut
from mentormatch.service.processes import SPARE_WORKERS
from tests.failure.processes import alive, children, only_linux, wait_for
from tests.service.asking import ASYNC, KEY, pages
from tests.service.cohorts import body_for
from tests.service.failing_workers import ENDLESS, SLEEPS, asked, body, troubled
from tests.service.load import asking_health, bare_rate, drift, health_told, loaded, p99
from tests.service.server import BEARER, JSON, TOKEN, Served, kill_and_start, limits, serving, start, stop

pytestmark = [pytest.mark.proof, only_linux]

CLIENTS, SECONDS, SIZE, WORKERS = 50, 60.0, 100, 2
JOBS, JOB_KILLS, SENDERS = 1_000, 20, 6
HALF_SENT, IN_TIME_S = 300, 3.0
FREED_S = 2.0
WORKER_KILLS, SERVICE_KILLS = 60, 40

type Tell = Callable[[str], None]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Return what tells a figure at once."""

    def told(line: str) -> None:
        with capsys.disabled():
            assert sys.__stderr__
            sys.__stderr__.write(f"\n{line}\n")

    return told


def test_fifty_clients_for_a_minute_are_answered_or_told_to_wait(tell: Tell) -> None:
    content = body_for(SIZE)
    before = bare_rate("match", content, WORKERS, 15.0)
    with serving("--workers", WORKERS) as served:
        asking = asking_health(served, SECONDS)
        told = loaded(served, content, CLIENTS, SECONDS)
        health = health_told(asking)
    after = bare_rate("match", content, WORKERS, 15.0)
    slowest = p99([seconds for _, seconds in health])
    grown = {"service": drift(told.service), "workers": drift(told.workers)}
    tell(f"{CLIENTS} clients, {told.seconds:.0f} s, {SIZE} x {SIZE}: {dict(told.statuses)}, p99 {p99(told.took):.1f} s")
    tell(f"health: {len(health)} asked, p99 {slowest * 1000:.0f} ms")
    tell(f"memory drift: {', '.join(f'{name} {part:+.1%}' for name, part in grown.items())}")
    tell(f"answers a second: {told.rate:.2f}; the library alone {before:.2f} before, {after:.2f} after")
    assert set(told.statuses) <= {200, 429, 503}
    assert told.statuses[200] > 0
    assert {status for status, _ in health} == {200}
    assert slowest < 0.1
    assert max(grown.values()) < 0.1


@pytest.mark.parametrize("sent", ["head", "body"])
def test_three_hundred_requests_that_are_left_half_way_are_closed_in_time(sent: str, tell: Tell) -> None:
    head = f"POST /v1/match HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    head += "Content-Type: application/json\r\n"
    begun_with = head if sent == "head" else f"{head}Content-Length: 1000\r\n\r\n{{"
    with serving(settings=limits(body_s=IN_TIME_S, header_timeout_s=IN_TIME_S, max_bodies=HALF_SENT)) as served:
        host, port = served.url.removeprefix("http://").split(":")
        lines = [socket.create_connection((host, int(port)), timeout=60) for _ in range(HALF_SENT)]
        begun = monotonic()
        for line in lines:
            line.sendall(begun_with.encode())
        meanwhile = httpx.get(f"{served.url}/health").status_code
        statuses = Counter(whole(line)[9:12].decode() for line in lines)
        took = monotonic() - begun
        assert httpx.post(f"{served.url}/v1/match", content=body(asked()), headers=BEARER | JSON).status_code == 200
    tell(f"{HALF_SENT} left half-way in the {sent}: {dict(statuses)}, closed after {took:.1f} s, limit {IN_TIME_S:g} s")
    assert meanwhile == 200
    assert statuses == {"408": HALF_SENT}
    assert took < IN_TIME_S + 5


def another_ready(served: Served) -> bool:
    """Return whether there are all workers, and none of them is still loading; an engine is no worker."""
    before = seconds_of(served)
    sleep(0.5)
    after = seconds_of(served)
    quiet = [one for one, used in after.items() if used <= before.get(one, -1) + 0.02]
    return len(after) == len(quiet) == 1 + SPARE_WORKERS


def seconds_of(served: Served) -> dict[int, float]:
    """Return how long each worker has been at work so far."""
    found = {}
    for one in children(served.process.pid):
        with suppress(psutil.NoSuchProcess):
            found[one] = sum(psutil.Process(one).cpu_times())
    return found


def whole(line: socket.socket) -> bytes:
    """Return all that comes until the line is closed."""
    with line:
        told = b""
        while piece := line.recv(65_536):
            told += piece
    return told


@pytest.mark.parametrize("seed", [SLEEPS, ENDLESS])
def test_work_that_is_given_up_or_takes_too_long_frees_its_worker_at_once(seed: int, tell: Tell) -> None:
    times: dict[str, list[float]] = {"cancelled": [], "timed out": []}
    limit = 6.0
    with serving(settings=troubled(workers=1, time_limit_s=limit)) as served, served.client() as client:
        for _ in range(5):
            job = client.post("/v1/match", json=asked(seed), headers={"Prefer": "respond-async"}).json()
            wait_for(lambda: client.get("/health").json()["busy"] == 1)
            wait_for(partial(another_ready, served))
            begun = monotonic()
            client.delete(job["links"]["self"])
            assert client.post("/v1/match", json=asked()).status_code == 200
            times["cancelled"].append(monotonic() - begun)
        for _ in range(3):
            wait_for(partial(another_ready, served))
            begun = monotonic()
            assert client.post("/v1/match", json=asked(seed)).status_code == 503
            assert client.post("/v1/match", json=asked()).status_code == 200
            times["timed out"].append(monotonic() - begun - limit)
        wait_for(lambda: len(children(served.process.pid)) == 1 + SPARE_WORKERS)
    tell(f"a free worker again after at most: { ({name: round(max(each), 2) for name, each in times.items()}) } s")
    assert max(map(max, times.values())) < FREED_S


def test_a_worker_that_is_killed_at_any_moment_is_told_of_and_replaced(tell: Tell) -> None:
    draw, statuses = random.Random(0), Counter[int]()
    content = body_for(SIZE)
    with serving("--workers", 1) as served, ThreadPoolExecutor(1) as other:
        for _ in range(WORKER_KILLS):
            asking = other.submit(
                httpx.post, f"{served.url}/v1/match", content=content, headers=BEARER | JSON, timeout=60
            )
            sleep(draw.uniform(0.0, 0.8))
            for worker in children(served.process.pid):
                os.kill(worker, signal.SIGKILL)
            statuses[asking.result().status_code] += 1
            answer = httpx.post(f"{served.url}/v1/match", content=body(asked()), headers=BEARER | JSON, timeout=60)
            assert answer.status_code == 200
        wait_for(lambda: len(children(served.process.pid)) == 1 + SPARE_WORKERS)
    tell(f"{WORKER_KILLS} workers killed: the request at hand got {dict(statuses)}, the next one 200")
    assert set(statuses) <= {200, 503}


def test_a_service_that_is_killed_at_any_moment_leaves_no_process_and_no_file(
    tell: Tell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    draw, waits, busy = random.Random(1), list[float](), 0
    for turn in range(SERVICE_KILLS):
        served = start("--workers", 2, settings=troubled())
        with ThreadPoolExecutor(2) as others:
            for seed in (ENDLESS, SLEEPS) if turn % 2 else (ENDLESS,):
                others.submit(ask_until_closed, served, seed)
            if turn % 4:  # else while the workers are still loading
                wait_for(partial(engine_at_work, served))
            sleep(draw.uniform(0.0, 1.5))
            started = descendants(served.process.pid)
            busy += engine_at_work(served)
            served.process.send_signal(signal.SIGKILL)
            served.process.wait()
            begun = monotonic()
            wait_for(partial(ended, started))
            waits.append(monotonic() - begun)
        stop(served)
    tell(f"{SERVICE_KILLS} services killed, {busy} with an engine at work: no process after at most {max(waits):.2f} s")
    assert max(waits) < 2
    assert list(tmp_path.iterdir()) == []


def engine_at_work(served: Served) -> bool:
    return len(descendants(served.process.pid)) > 2 + SPARE_WORKERS


def ended(processes: set[int]) -> bool:
    return not [one for one in processes if alive(one)]


def ask_until_closed(served: Served, seed: int) -> None:
    try:
        httpx.post(f"{served.url}/v1/match", content=body(asked(seed)), headers=BEARER | JSON, timeout=60)
    except httpx.TransportError:
        return


def descendants(process: int) -> set[int]:
    """Return what a process has started, and what that has started."""
    own = children(process)
    return own.union(*(descendants(child) for child in own))


def own(number: int) -> dict[str, Any]:
    """Return a request that no other is like: its answer names its people."""
    return SAMPLE_COHORT | {
        side: [person | {"id": f"{person['id']}-{number}"} for person in SAMPLE_COHORT[side]]
        for side in ("mentors", "mentees")
    }


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
        with ThreadPoolExecutor(SENDERS) as clients:
            sending = [clients.submit(self.send, number) for number in range(JOBS)]
            for turn in range(JOB_KILLS):
                wait_for(lambda turn=turn: sum(each.done() for each in sending) >= turn * JOBS // JOB_KILLS, 600)  # type: ignore[misc]  # the turn is bound
                sleep(self.draw.uniform(0.0, 1.0))
                self.kill_and_start()
            return [each.result() for each in sending]

    def kill_and_start(self) -> None:
        """Kill it; what was over before is over alike."""
        found = {job.id: str(job.ended) for job in self.jobs() if job.ended}
        assert found.items() >= self.ended.items()
        self.ended = found
        kill_and_start(self.served, *self.options, settings=self.settings)

    def jobs(self) -> list[JobOut]:
        with self.served.client() as client:
            return [job for page in pages(client, 100) for job in page.jobs]

    def results(self, ids: list[str]) -> list[httpx.Response]:
        with self.served.client() as client:
            return [client.get(f"/v1/jobs/{ident}/result") for ident in ids]


@pytest.mark.promise(44)
def test_a_thousand_jobs_of_a_service_killed_twenty_times_are_each_answered_once(tell: Tell, tmp_path: Path) -> None:
    settings = limits(max_jobs=2 * JOBS, expiry_s=3_600.0)
    keeper, begun = Restarted("--store", tmp_path / "service.db", "--workers", 2, settings=settings), monotonic()
    ids = keeper.send_all()
    wait_for(lambda: all(job.ended for job in keeper.jobs()), 600)
    found, results = keeper.jobs(), keeper.results(ids)
    again = [keeper.send(number) for number in range(JOBS)]
    stop(keeper.served)
    right = sum(answer.text == ask("match", own(number)).to_json() for number, answer in enumerate(results))
    told = f"{JOBS} requests, {JOB_KILLS} kills, {keeper.again} sent again: {len(set(ids))} jobs, {len(found)} listed,"
    told += f" {sum(job.state == 'done' for job in found)} done, {right} answered as the library does,"
    told += f" {len(keeper.ended)} over before the last kill and unchanged, {monotonic() - begun:.0f} s"
    tell(told)
    assert len(set(ids)) == len(found) == right == JOBS
    assert again == ids
    assert {job.id for job in found} == set(ids)
    assert {job.id: str(job.ended) for job in found}.items() >= keeper.ended.items()
