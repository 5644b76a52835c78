"""Who is let in: with the token or through a door, and by a name of this service, never by that of another site."""

import hmac
from typing import Any

import pytest

from mentormatch.service.gate import (
    MAX_HEAD_BYTES,
    CallerRegistry,
    RequestGuard,
    WrongTokenError,
    are_secrets_equal,
    get_request_host,
)
from mentormatch.service.keys import MASTER_CALLER, Caller
from mentormatch.service.problems import RefusedError

TOKEN = "sésame"


def scope(path: str = "/v1/match", *, host: str | None = "localhost:8000", token: str | None = None) -> dict[str, Any]:
    headers = [] if host is None else [(b"host", host.encode())]
    headers += [] if token is None else [(b"authorization", token.encode("latin-1"))]
    return {"type": "http", "path": path, "headers": headers}


def refusal(of: dict[str, Any], keeper: RequestGuard | None = None) -> RefusedError | None:
    try:
        (keeper or RequestGuard(CallerRegistry("token"), ["Pairs.example"])).authenticate(of)
    except RefusedError as error:
        return error
    return None


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "[::1]", "pairs.EXAMPLE:80"]
)
def test_it_goes_by_its_own_names_with_any_port(host: str) -> None:
    assert refusal(scope("/health", host=host)) is None


@pytest.mark.parametrize(
    "host", [None, "", "attacker.example", "localhost.attacker.example", "127.0.0.1:80:80", "[::1", ":80"]
)
def test_it_goes_by_no_other_name_not_even_with_the_token(host: str | None) -> None:
    error = refusal(scope(host=host, token="Bearer token"))
    assert error is not None
    assert error.code == "misdirected"


@pytest.mark.parametrize(
    ("host", "name"), [("a:80", "a"), ("a", "a"), ("a:x", "a:x"), ("[::1]", "[::1]"), ("A:", "a:"), ("80", "80")]
)
def test_a_port_is_no_part_of_a_name(host: str, name: str) -> None:
    assert get_request_host(scope(host=host)) == name


@pytest.mark.parametrize("token", ["Bearer token", "bearer token", "BEARER   token "])
def test_the_token_lets_in(token: str) -> None:
    assert refusal(scope(token=token)) is None


@pytest.mark.parametrize(
    "token",
    [None, "", "Bearer", "Bearer ", "token", "Basic token", "Bearer tokens", "Bearer toke", "Bearer token token"],
)
def test_nothing_else_does(token: str | None) -> None:
    error = refusal(scope(token=token))
    assert error is not None
    assert (error.code, error.status) == ("no-token", 401)
    assert isinstance(error, WrongTokenError) == (token is not None)  # only what was sent is answered late
    assert error.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("path", "free"), [("/health", True), ("/health/", False), ("/v1/health", False), ("/", False)]
)
def test_health_alone_is_open_to_all(path: str, free: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert (refusal(scope(path)) is None) == free


def test_a_head_may_be_as_large_as_the_limit_and_says_in_one_way_where_the_body_ends() -> None:
    asked = scope("/health") | {"query_string": b"q=1", "raw_path": b"/h%65alth"}
    rest = MAX_HEAD_BYTES - len(b"hostlocalhost:8000" + b"q=1" + b"/h%65alth" + b"a")
    headers = asked["headers"]
    assert refusal(asked | {"headers": [*headers, (b"a", b"x" * rest)]}) is None
    for more, code in (((b"a", b"x" * (rest + 1)), "head-too-large"), ((b"content-length", b"1"), None)):
        error = refusal(asked | {"headers": [*headers, more]})
        assert (error and error.code) == code
    both = [(b"content-length", b"1"), (b"transfer-encoding", b"chunked")]
    error = refusal(asked | {"headers": [*headers, *both]})
    assert error is not None
    assert error.code == "bad-request"


def test_a_further_door_lets_in_or_refuses_whatever_the_others_say() -> None:
    def door(of: Any) -> Caller | None:
        if of["path"] == "/closed":
            raise RefusedError("forbidden", "not from there")
        return MASTER_CALLER if of["path"] == "/mine" else None

    keeper = RequestGuard(CallerRegistry("token"))
    keeper.authenticators.append(door)
    assert refusal(scope("/mine"), keeper) is None
    assert refusal(scope("/other"), keeper) is not None
    error = refusal(scope("/closed"), keeper)
    assert error is not None
    assert error.code == "forbidden"


def test_tokens_of_any_characters_are_compared() -> None:
    assert CallerRegistry(TOKEN).from_bearer(scope(token=f"Bearer {TOKEN}")) == MASTER_CALLER
    assert CallerRegistry("sesame").from_bearer(scope(token=f"Bearer {TOKEN}")) is None


def test_secrets_are_compared_in_a_time_that_does_not_depend_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []

    def watch(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", watch)
    assert are_secrets_equal("a", "a")
    assert not are_secrets_equal("a", "a longer one")
    assert compared == [(32, 32), (32, 32)]
