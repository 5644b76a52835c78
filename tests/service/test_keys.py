"""Keys: whoever has none, an old one, one of somebody else or one for other things is refused, in every route."""

import hmac
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from time import time
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from mentormatch.contract.operation import operations
from mentormatch.service import guard, keys
from mentormatch.service.keys import SCOPES, Caller, KeyRing, new_key
from mentormatch.service.problems import RefusedError
from mentormatch.service.server import make_app
from mentormatch.service.settings import Settings
from tests.cli.commands import done
from tests.failure.processes import only_linux, wait_for
from tests.service.event_loop import result_of
from tests.service.failing_workers import SLEEPS, asked, troubled
from tests.service.server import AT_ONCE, TOKEN, Served, serving
from tests.service.test_answers import problem
from tests.service.test_jobs import ASYNC, job_of

OPEN = {("GET", "/health"), ("GET", "/"), ("POST", "/session")}
"""Where nobody needs a key: `/` shows the way in, and a session is opened with one in its body."""
EITHER = ("/v1/jobs", "/v1/verify", "/session", "/page", "/openapi.json")
"""Where a key with any scope may ask."""
DAY_S = 86_400.0


def ring_of(path: Path, **names: frozenset[str]) -> dict[str, str]:
    """Return new keys by their names."""
    with closing(KeyRing(path)) as ring:
        return {
            name: ring.add(new_key(name, scopes, requests=1, jobs=3, lasts_s=DAY_S)) for name, scopes in names.items()
        }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "service.db"


def matrix(path: Path, tokens: dict[str, str]) -> dict[tuple[str, str], dict[str, int]]:
    """Return how every route of the application answers every token; no worker is there to answer more."""

    async def ask() -> dict[tuple[str, str], dict[str, int]]:
        app = make_app(Settings(TOKEN, store=path))
        components = app.state.components
        await components.jobs.open()
        components.pool.stopping = True
        routes = [(method, one.path) for one in routes_in(app.routes) for method in one.methods or ()]
        try:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return {
                    route: {name: await status(client, *route, each) for name, each in tokens.items()}
                    for route in routes
                }
        finally:
            await components.jobs.close()
            components.guard.callers.close()

    return result_of(ask())


def routes_in(routes: Iterable[Any]) -> Iterator[Route]:
    """Yield all routes, those of routers too that an application includes."""
    for one in routes:
        if isinstance(one, Route):
            yield one
        else:
            yield from routes_in(one.original_router.routes)


async def status(client: httpx.AsyncClient, method: str, path: str, token: str) -> int:
    place = path.replace("{", "").replace("}", "")
    return (
        await client.request(method, place, headers={"Authorization": f"Bearer {token}"} if token else {})
    ).status_code


def test_every_route_refuses_every_key_that_is_not_for_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "WRONG_S", 0.0)
    monkeypatch.setattr(guard, "LONGEST_S", 0.0)
    every = frozenset(SCOPES)
    tokens = {"none": "", "wrong": "mm_0_x", "token": TOKEN}
    tokens |= ring_of(
        path, expired=every, revoked=every, propose=frozenset({"propose"}), validate=frozenset({"validate"})
    )
    with closing(KeyRing(path)) as ring:
        ring.revoke("revoked")
        ring.connection.execute("UPDATE keys SET expires = ? WHERE name = 'expired'", (time(),))
    told = matrix(path, tokens)
    for (method, place), statuses in sorted(told.items()):
        sys.stdout.write(f"{method:6} {place:35} {' '.join(f'{name} {each}' for name, each in statuses.items())}\n")
        if (method, place) in OPEN:
            continue
        assert {statuses[name] for name in ("none", "wrong", "expired", "revoked")} == {401}, place
        assert statuses["token"] not in (401, 403), place
        allowed = place.startswith(EITHER)
        assert (statuses["validate"] == 403) == (not allowed), place
        assert (statuses["propose"] == 403) == (not allowed and not place.startswith(("/v1/", "/desk"))), place
    assert {f"/v1/{kind}" for kind in operations()} < {place for _, place in told}
    assert {("POST", "/desk/{ident}/board"), ("GET", "/v1/jobs"), ("DELETE", "/v1/jobs/{job_id}")} < set(told)


def test_a_place_that_nobody_named_is_for_the_token_alone() -> None:
    with pytest.raises(RefusedError, match="no-scope"):
        guard.refuse_out_of_scope(Caller("a", "1"), "/metrics")
    with pytest.raises(RefusedError, match="no-scope"):
        guard.refuse_out_of_scope(Caller("a", "1"), "/deskless")
    guard.refuse_out_of_scope(Caller(), "/metrics")


def test_a_secret_is_random_shown_once_and_compared_in_a_time_that_does_not_depend_on_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ring_of(path, a=frozenset(SCOPES), b=frozenset(SCOPES))
    secrets = [token.split("_", 2)[2] for token in made.values()]
    assert all(len(secret) == 43 for secret in secrets)
    assert not [file for file in path.parent.iterdir() for secret in secrets if secret.encode() in file.read_bytes()]
    compared: list[tuple[int, int]] = []

    def watch(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", watch)
    with closing(KeyRing(path)) as ring:
        assert ring.holder(made["a"]) == ring.all()[0]
        wrong = [
            "",
            "mm",
            "mm_",
            "mm_x_y",
            made["a"][:-1],
            f"{made['a']}x",
            made["a"].upper(),
            f"x{made['a']}",
            "é\udcff_",
        ]
        wrong += [f"{made['a'].rpartition('_')[0]}_{secrets[1]}", f"mk{made['a'][2:]}"]
        assert [ring.holder(each) for each in wrong] == [None] * len(wrong)
    assert compared == [(32, 32)] * (1 + len(wrong))


def test_another_key_of_a_name_replaces_the_first_after_a_time_of_grace(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ring_of(path, a=frozenset({"propose"}))["a"]
    with closing(KeyRing(path)) as ring:
        _, second = ring.rotate("a", DAY_S, 60.0)
        callers = guard.Callers(TOKEN, path)
        assert [callers.named(each).owner for each in (first, second)] == ["a", "a"]  # type: ignore[union-attr]
        monkeypatch.setattr(keys, "time", lambda: time() + 61)
        with pytest.raises(RefusedError) as caught:
            callers.named(first)
        assert (caught.value.code, caught.value.detail) == ("no-token", "This key is expired; ask for another")
        assert callers.named(second) == Caller("a", ring.all()[0].id, frozenset({"propose"}), 1, 3)
        ring.revoke("a")
        with pytest.raises(RefusedError, match="no-token"):
            callers.named(second)
        callers.close()


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


def test_without_a_file_no_key_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert guard.Callers(TOKEN).named("mm_0_x") is None
    assert guard.Callers(TOKEN).named(TOKEN) == keys.HOST
