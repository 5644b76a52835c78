"""Who is let to the page: by a cookie that is nobody else's, from the page itself, for a while."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from mentormatch.service.desk import desks as desk_sessions
from mentormatch.service.desk.desks import (
    BEARER_OWNER,
    COOKIE_NAME,
    LOGIN_SESSION_S,
    LoginSessions,
    cookie_name,
    is_public,
)
from mentormatch.service.gate import CallerRegistry
from mentormatch.service.keys import ALL_SCOPES, ApiKeys, OneTimeTokens, new_key
from mentormatch.service.problems import RefusedError

TOKEN, HOST = "secret-of-the-test", "127.0.0.1:8000"
OWN = {"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time, which the test moves."""
    clock = [1_000.0]
    monkeypatch.setattr(desk_sessions, "monotonic", lambda: clock[0])
    return clock


def scope(method: str = "GET", path: str = "/desk/x", **headers: str) -> dict[str, Any]:
    """Return a request as the server sees it."""
    told = {"host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    return {"type": "http", "method": method, "path": path, "headers": raw}


def cookie(value: str) -> str:
    return f"other=1; {COOKIE_NAME}-8000={value}"


def test_the_token_opens_a_session_and_no_other_does() -> None:
    sessions = LoginSessions(CallerRegistry(TOKEN), 60)
    value = sessions.create(TOKEN)
    assert sessions.authenticate(scope(cookie=cookie(value)))
    for wrong in ("", value[:-1], f"{value}x", TOKEN):
        assert not sessions.authenticate(scope(cookie=cookie(wrong)))
    with pytest.raises(RefusedError, match="no-token"):
        sessions.create(f"{TOKEN}x")


def test_a_session_ends_with_the_key_that_began_it(tmp_path: Path) -> None:
    with closing(ApiKeys(tmp_path / "service.db")) as ring:
        key = new_key("team", frozenset(ALL_SCOPES), requests=1, jobs=1, lasts_s=60)
        callers = CallerRegistry(TOKEN, tmp_path / "service.db")
        sessions, token = LoginSessions(callers, 60), ring.add(key)
        value = cookie(sessions.create(token))
        assert sessions.authenticate(scope(cookie=value)) == key.caller
        assert sessions.owner_of_request(scope(authorization=f"Bearer {token}")) == f"{BEARER_OWNER}:team"
        ring.revoke("team")
        assert sessions.authenticate(scope(cookie=value)) is None
        assert sessions.all == {}
        with pytest.raises(RefusedError, match="no-token"):
            sessions.create(token)
        callers.close()


def test_services_on_two_ports_of_a_machine_have_cookies_of_their_own() -> None:
    names = [cookie_name(Headers({"host": host})) for host in ("a:8000", "a:8001", "a.example", "[::1]:80", "[::1]")]
    assert names == [f"{COOKIE_NAME}-8000", f"{COOKIE_NAME}-8001", COOKIE_NAME, f"{COOKIE_NAME}-80", COOKIE_NAME]


def test_two_sessions_are_two_owners_and_the_token_a_third() -> None:
    sessions = LoginSessions(CallerRegistry(TOKEN), 60)
    owners = {sessions.owner_of_request(scope(cookie=cookie(sessions.create(TOKEN)))) for _ in range(2)}
    assert len(owners) == 2
    assert sessions.owner_of_request(scope(authorization=f"Bearer {TOKEN}")) == f"{BEARER_OWNER}:"
    assert sessions.owner_of_request(scope(authorization="Bearer x")) is None


def test_a_session_ends_when_it_idles_when_it_is_old_and_when_it_is_ended(now: list[float]) -> None:
    sessions = LoginSessions(CallerRegistry(TOKEN), 60)
    idle = cookie(sessions.create(TOKEN))
    now[0] += 59
    assert sessions.authenticate(scope(cookie=idle))
    now[0] += 61
    assert not sessions.authenticate(scope(cookie=idle))
    busy, ended = cookie(sessions.create(TOKEN)), cookie(sessions.create(TOKEN))
    sessions.end(sessions.owner_of_request(scope(cookie=ended)) or "")
    assert not sessions.authenticate(scope(cookie=ended))
    for _ in range(int(LOGIN_SESSION_S // 50)):
        now[0] += 50
        assert sessions.authenticate(scope(cookie=busy))
    now[0] += 50
    assert not sessions.authenticate(scope(cookie=busy))
    assert sessions.all == {}


def test_there_are_so_many_sessions_and_no_more() -> None:
    sessions = LoginSessions(CallerRegistry(TOKEN), 60)
    for _ in range(desk_sessions.MAX_LOGIN_SESSIONS):
        sessions.create(TOKEN)
    with pytest.raises(RefusedError, match="busy"):
        sessions.create(TOKEN)


def test_a_token_that_opens_one_session_is_not_used_up_where_no_session_is_free(tmp_path: Path) -> None:
    callers = CallerRegistry(TOKEN, tmp_path / "service.db")
    sessions = LoginSessions(callers, 60)
    with closing(OneTimeTokens(tmp_path / "service.db")) as tokens:
        token = tokens.add()
    for _ in range(desk_sessions.MAX_LOGIN_SESSIONS):
        sessions.create(TOKEN)
    with pytest.raises(RefusedError, match="busy"):
        sessions.create(token)
    sessions.end(next(iter(sessions.all)))
    assert sessions.create(token)
    callers.close()


@pytest.mark.parametrize("path", ["/v1/match", "/jobs/x", "/openapi.json", "/health", "/", "/deskx"[:4]])
def test_a_session_is_public_alone(path: str) -> None:
    sessions = LoginSessions(CallerRegistry(TOKEN), 60)
    assert not sessions.authenticate(scope(path=path, cookie=cookie(sessions.create(TOKEN))))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "cross-site", "origin": "http://elsewhere.example"},
        {"sec_fetch_site": "same-site", "origin": "http://127.0.0.1:9000"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "same-origin", "origin": "http://elsewhere.example"},
        {"origin": "http://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_another_site_sends_is_refused_cookie_or_not(method: str, headers: dict[str, str]) -> None:
    sessions = LoginSessions(CallerRegistry(TOKEN), 60)
    value = cookie(sessions.create(TOKEN))
    with pytest.raises(RefusedError, match="forbidden"):
        sessions.authenticate(scope(method, cookie=value, **headers))
    with pytest.raises(RefusedError, match="forbidden"):
        is_public(scope("POST", "/session", **headers))
    assert sessions.authenticate(scope("GET", cookie=value, **headers))


@pytest.mark.parametrize("headers", [OWN, {"sec-fetch-site": "same-origin"}, {"origin": f"http://{HOST}"}])
def test_what_the_page_itself_sends_is_let_in(headers: dict[str, str]) -> None:
    sessions = LoginSessions(CallerRegistry(TOKEN), 60)
    given = {name.replace("-", "_"): value for name, value in headers.items()}
    assert sessions.authenticate(scope("POST", cookie=cookie(sessions.create(TOKEN)), **given))
    assert is_public(scope("POST", "/session", **given))


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("HEAD", "/")])
def test_the_page_asks_by_itself_who_is_there(method: str, path: str) -> None:
    assert is_public(scope(method, path))


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/"), ("GET", "/session"), ("DELETE", "/session"), ("GET", "/page/x")]
)
def test_all_else_is_not_open_to_anybody(method: str, path: str) -> None:
    assert not is_public(scope(method, path))
