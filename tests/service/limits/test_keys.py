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

from mentormatch.contract.operation import operations_by_kind
from mentormatch.service import keys
from mentormatch.service.desk.desks import ClientTab, Workspaces
from mentormatch.service.desk.works import SavedWorkspace, WorkspaceKey
from mentormatch.service.gate import CallerRegistry, ThrottleLimits, refuse_out_of_scope
from mentormatch.service.jobs import JobRecord, Jobs
from mentormatch.service.keys import ALL_SCOPES, MASTER_CALLER, ApiKeys, Caller, new_key
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError
from mentormatch.service.server import make_app
from mentormatch.service.settings import Settings
from tests.doors import substitute
from tests.service.event_loop import result_of
from tests.service.server import TOKEN

OPEN = {("GET", "/health"), ("GET", "/ready"), ("GET", "/docs"), ("GET", "/"), ("POST", "/session")}
"""Where nobody needs a key: `/` shows the way in, and a session is opened with one in its body."""
EITHER = ("/v1/jobs", "/v1/verify", "/session", "/page", "/openapi.json", "/openapi-3.0.json")
PROPOSE = ("/v1/", "/desk", "/works")
"""Where a key with any scope may ask, and else one with that scope."""
DAY_S = 86_400.0


def ring_of(path: Path, **names: frozenset[str]) -> dict[str, str]:
    """Return new keys by their names."""
    with closing(ApiKeys(path)) as ring:
        return {
            name: ring.add(new_key(name, scopes, requests=1, jobs=3, lasts_s=DAY_S)) for name, scopes in names.items()
        }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "service.db"


def matrix(path: Path, tokens: dict[str, str]) -> dict[tuple[str, str], dict[str, int]]:
    """Return how every route of the application answers every token, about a job of the one called ``owner``.

    No worker is there to answer more.
    """

    async def ask() -> dict[tuple[str, str], dict[str, int]]:
        app = make_app(Settings(TOKEN, store=path))
        components = app.state.components
        await components.jobs.open()
        components.pool.stopping = True
        routes = [(method, one.path) for one in routes_in(app.routes) for method in one.methods or ()]
        try:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return {route: await statuses(client, route, tokens, await job(components.jobs)) for route in routes}
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


def needed(place: str) -> frozenset[str]:
    """Return the scopes of which a key is to have one, none where no key may ask."""
    if place.startswith(EITHER):
        return frozenset(ALL_SCOPES)
    return frozenset({"propose"} if place.startswith(PROPOSE) else ())


async def job(jobs: Jobs) -> str:
    """Return the id of a new job that is done."""
    record = JobRecord.new("match", "owner")
    await jobs._in_thread(lambda: jobs.table.add(record, b"{}", Caller("owner", "0")))
    await jobs._in_thread(lambda: jobs.table.finish(record.id, b"{}", None))
    return record.id


async def statuses(
    client: httpx.AsyncClient, route: tuple[str, str], tokens: dict[str, str], job_id: str
) -> dict[str, int]:
    """Return how a route answers each token, the last one that of the owner."""
    method, path = route
    place = path.format(job_id=job_id, ident="x", name="x", part="x", month="1")
    bearers = {name: {"Authorization": f"Bearer {token}"} if token else {} for name, token in tokens.items()}
    return {name: (await client.request(method, place, headers=each)).status_code for name, each in bearers.items()}


def test_every_route_refuses_every_key_that_is_not_for_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "mentormatch.service")
    substitute(monkeypatch, "service", THROTTLE_LIMITS=ThrottleLimits(base_delay_s=0.0, max_delay_s=0.0))
    every, propose, validate = frozenset(ALL_SCOPES), frozenset({"propose"}), frozenset({"validate"})
    scopes = {"expired": every, "revoked": every, "propose": propose, "validate": validate, "owner": every}
    tokens = {"none": "", "wrong": "mm_0_x", "token": TOKEN, **ring_of(path, **scopes)}
    with closing(ApiKeys(path)) as ring:
        ring.revoke("revoked")
        ring.connection.execute("UPDATE keys SET expires = ? WHERE name = 'expired'", (time(),))
    told = matrix(path, tokens)
    for (method, place), found in sorted(told.items()):
        sys.stdout.write(f"{method:6} {place:35} {' '.join(f'{name} {each}' for name, each in found.items())}\n")
        if (method, place) in OPEN:
            continue
        assert {found[name] for name in ("none", "wrong", "expired", "revoked")} == {401}, place
        assert found["token"] not in (401, 403), place
        for name in ("propose", "validate", "owner"):
            assert (found[name] == 403) == (not scopes[name] & needed(place)), place
        if "{job_id}" in place:
            assert {found[name] for name in ("token", "propose", "validate")} == {404}, place
            assert found["owner"] == 200, place
    assert {f"/v1/{kind}" for kind in operations_by_kind()} < {place for _, place in told}
    assert {("POST", "/desk/{ident}/board"), ("GET", "/v1/jobs"), ("DELETE", "/v1/jobs/{job_id}")} < set(told)
    with closing(ApiKeys(path)) as ring:
        good = {key.id for key in ring.all() if key.name in ("propose", "validate", "owner")}
    assert {json.loads(line).get("key") for line in caplog.messages if line.startswith("{")} == {None, *good}


def test_the_board_is_told_whether_whoever_asks_may_validate(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[Any] = []

    class AskedSeat:
        saved = SavedWorkspace(WorkspaceKey.new())

        def acquire_for_change(self, tab: ClientTab) -> None:
            """Let anybody."""

        async def call(self, head: Any, body: bytes) -> ServiceMessage:
            heads.append(head)
            return ServiceMessage({"type": "application/json"}, b"{}")

    async def keep(desks: Workspaces, seat: AskedSeat) -> None:
        """Keep nothing."""

    monkeypatch.setattr(Workspaces, "find", lambda workspaces, ident, tab: AskedSeat())
    monkeypatch.setattr(Workspaces, "save", keep)
    tokens = [TOKEN, *ring_of(path, a=frozenset({"propose"}), b=frozenset(ALL_SCOPES)).values()]

    async def ask() -> list[int]:
        app = make_app(Settings(TOKEN, store=path))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
            answers = [await client.post("/desk/x/board", json={}, headers=each) for each in headers]
        app.state.components.guard.callers.close()
        return [answer.status_code for answer in answers]

    assert result_of(ask()) == [200, 200, 200]
    assert [head["validates"] for head in heads] == [True, False, True]


def test_a_place_that_nobody_named_is_for_the_token_alone() -> None:
    with pytest.raises(RefusedError, match="no-scope"):
        refuse_out_of_scope(Caller("a", "1"), "/metrics")
    with pytest.raises(RefusedError, match="no-scope"):
        refuse_out_of_scope(Caller("a", "1"), "/deskless")
    refuse_out_of_scope(Caller(), "/metrics")


def test_an_unknown_version_is_not_found_whatever_the_key(path: Path) -> None:
    tokens = ring_of(path, all=frozenset(ALL_SCOPES), verify=frozenset({"verify"}))

    async def ask() -> list[tuple[int, str]]:
        app = make_app(Settings(TOKEN, store=path))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            answers = [
                await client.post(address, json={}, headers={"Authorization": f"Bearer {token}"})
                for token in (TOKEN, *tokens.values())
                for address in ("/v0/match", "/v2/match", "/v2", "/v10/jobs")
            ]
        app.state.components.guard.callers.close()
        return [(answer.status_code, answer.json()["type"]) for answer in answers]

    assert result_of(ask()) == [(404, "urn:mentormatch:problem:not-found")] * 12


def test_a_secret_is_random_shown_once_and_compared_in_a_time_that_does_not_depend_on_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ring_of(path, a=frozenset(ALL_SCOPES), b=frozenset(ALL_SCOPES))
    secrets = [token.split("_", 2)[2] for token in made.values()]
    assert all(len(secret) == 43 for secret in secrets)
    assert not [file for file in path.parent.iterdir() for secret in secrets if secret.encode() in file.read_bytes()]
    compared: list[tuple[int, int]] = []

    def watch(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", watch)
    with closing(ApiKeys(path)) as ring:
        assert ring.find_by_token(made["a"]) == ring.all()[0]
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
        assert [ring.find_by_token(each) for each in wrong] == [None] * len(wrong)
    assert compared == [(32, 32)] * (1 + len(wrong))


def test_another_key_of_a_name_replaces_the_first_after_a_time_of_grace(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ring_of(path, a=frozenset({"propose"}))["a"]
    with closing(ApiKeys(path)) as ring:
        _, second = ring.rotate("a", DAY_S, 60.0)
        callers = CallerRegistry(TOKEN, path)
        assert [callers.authenticate_token(each).owner for each in (first, second)] == ["a", "a"]  # type: ignore[union-attr]  # it is there
        monkeypatch.setattr(keys, "time", lambda: time() + 61)
        with pytest.raises(RefusedError) as caught:
            callers.authenticate_token(first)
        assert (caught.value.code, caught.value.detail_in("en")) == (
            "no-token",
            "This key has expired: ask for another",
        )
        assert callers.authenticate_token(second) == Caller("a", ring.all()[0].id, frozenset({"propose"}), 1, 3)
        ring.revoke("a")
        with pytest.raises(RefusedError, match="no-token"):
            callers.authenticate_token(second)
        callers.close()


def test_without_a_file_no_key_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CallerRegistry(TOKEN).authenticate_token("mm_0_x") is None
    assert CallerRegistry(TOKEN).authenticate_token(TOKEN) == MASTER_CALLER


def test_a_session_is_as_good_as_its_key_and_the_token_always(path: Path) -> None:
    ring_of(path, a=frozenset(ALL_SCOPES))
    callers = CallerRegistry(TOKEN, path)
    with closing(ApiKeys(path)) as ring:
        caller = ring.all()[0].caller
        assert callers.is_valid(caller)
        assert callers.is_valid(MASTER_CALLER)
        assert not callers.is_valid(Caller("a", "0"))
        ring.revoke("a")
    assert not callers.is_valid(caller)
    callers.close()


def test_a_file_that_fails_is_told_and_lets_nobody_in_but_the_token(path: Path) -> None:
    token = ring_of(path, a=frozenset(ALL_SCOPES))["a"]
    callers = CallerRegistry(TOKEN, path)
    callers.close()
    with pytest.raises(RefusedError, match="not-kept"):
        callers.authenticate_token(token)
    assert callers.authenticate_token(TOKEN) == MASTER_CALLER
