"""Keys over HTTP: each sees its own jobs, desks and sessions alone, and a running service heeds the command at once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.commands import done
from tests.failure.processes import only_linux, wait_for
from tests.service.failing_workers import SLEEPS, asked, troubled
from tests.service.server import AT_ONCE, TOKEN, Served, serving
from tests.service.test_answers import problem
from tests.service.test_jobs import ASYNC, job_of


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "service.db"


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[Served]:
    with serving("--store", store, settings=AT_ONCE + troubled(workers=1)) as service:
        yield service


def command(*words: object, store: Path) -> dict[str, Any]:
    """Return what a command says to programs."""
    ended = done("keys", *words, "--store", store, "--json", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    told: dict[str, Any] = json.loads(ended.out)
    return told


def bearer(token: str) -> str:
    return f"Bearer {token}"


@only_linux
def test_a_key_sees_its_own_jobs_alone_and_asks_for_no_more_than_it_may(served: Served, store: Path) -> None:
    tokens = {name: command("add", name, "--requests", 1, "--jobs", 2, store=store)["key"] for name in ("a", "b")}
    lines = {name: served.client(Authorization=bearer(token)) for name, token in tokens.items()}
    with lines["a"] as mine, lines["b"] as other, served.client() as host:
        job = job_of(mine.post("/v1/match", json=asked(SLEEPS), headers=ASYNC))
        for line in (other, host):
            for method, place in (("GET", ""), ("GET", "/result"), ("GET", "/events"), ("DELETE", "")):
                problem(line.request(method, job["links"]["self"] + place), "not-found")
            assert line.get("/v1/jobs").json() == {"jobs": [], "next": None}
        assert [each["id"] for each in mine.get("/v1/jobs").json()["jobs"]] == [job["id"]]
        refused = problem(mine.post("/v1/match", json=asked()), "busy")
        assert refused["detail"] == "As many requests of this key are worked on or wait as may be"
        waits = job_of(other.post("/v1/match", json=asked(), headers=ASYNC))
        assert mine.delete(job["links"]["self"]).status_code == 204
        wait_for(lambda: other.get(waits["links"]["self"]).json()["state"] == "done")
        second = command("rotate", "b", "--grace", 0, store=store)["key"]
        problem(other.get("/v1/jobs"), "no-token")
        other.headers["Authorization"] = bearer(second)
        assert other.get(waits["links"]["result"]).status_code == 200
        command("revoke", "b", store=store)
        assert problem(other.get("/v1/jobs"), "no-token")["detail"] == "This key is revoked; ask for another"


@only_linux
def test_only_a_key_for_it_validates_on_the_page_and_a_session_ends_with_its_key(served: Served, store: Path) -> None:
    validate = {"turn": 1, "what": {"action": "validate", "who": "Camille"}}
    tokens = {
        "team": command("add", "team", "--scope", "propose", store=store)["key"],
        "head": command("add", "head", "--scope", "propose", "--scope", "validate", store=store)["key"],
    }
    with httpx.Client(base_url=served.url, headers={"Origin": served.url}, timeout=120, trust_env=False) as page:
        assert page.post("/session", json={"token": tokens["team"]}).status_code == 204
        desk = f"/desk/{page.post('/desk').json()['desk']}"
        for step in ({"do": "example"}, {"do": "read"}, {"do": "form"}):
            assert page.post(desk, json=step).status_code == 200
        problem(page.post(f"{desk}/board", json=validate), "no-scope")
        assert page.get(f"{desk}/board").json()["view"]["final"] is False
        for token in (tokens["head"], TOKEN):
            problem(httpx.get(served.url + desk, headers={"Authorization": bearer(token)}), "not-found")
        command("revoke", "team", store=store)
        problem(page.get(desk), "no-token")
        problem(page.post("/session", json={"token": tokens["team"]}), "no-token")
        assert page.post("/session", json={"token": tokens["head"]}).status_code == 204
