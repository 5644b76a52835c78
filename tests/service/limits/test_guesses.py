"""Wrong tokens are answered ever later, right ones at once; who signs in takes no place of those who are let in."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic, perf_counter

import httpx
import pytest

from mentormatch.cli.serve import refuse_weak
from mentormatch.errors import OutputError
from mentormatch.service import gate
from mentormatch.service.gate import THROTTLE_LIMITS as LIMITS
from mentormatch.service.gate import FailedLoginThrottle, ThrottleLimits
from mentormatch.service.problems import RefusedError
from tests.doors import substitute
from tests.failure.processes import wait_for
from tests.service.event_loop import result_of
from tests.service.hostile_requests import OWN, SESSION, http, spoken
from tests.service.server import JSON, TOKEN, Served, limits, serving


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time, which the test moves."""
    clock = [1_000.0]
    monkeypatch.setattr(gate, "monotonic", lambda: clock[0])
    return clock


def test_each_wrong_token_of_an_address_is_answered_later_up_to_the_longest(now: list[float]) -> None:
    guesses = FailedLoginThrottle()
    told = [guesses.delay_s("a") for _ in range(12)]
    assert told[: LIMITS.free_failures_per_client] == [LIMITS.base_delay_s] * LIMITS.free_failures_per_client
    assert told[LIMITS.free_failures_per_client :] == [1, 2, 4, *[LIMITS.max_delay_s] * 5]
    assert guesses.delay_s("b") == LIMITS.base_delay_s
    now[0] += LIMITS.memory_s + 1
    assert guesses.delay_s("a") == LIMITS.base_delay_s


def test_wrong_tokens_from_very_many_addresses_are_answered_later_too_and_few_addresses_are_kept(
    now: list[float],
) -> None:
    guesses = FailedLoginThrottle()
    assert now
    told = [guesses.delay_s(str(number)) for number in range(3 * LIMITS.max_clients)]
    assert told[: LIMITS.free_failures_in_all] == [LIMITS.base_delay_s] * LIMITS.free_failures_in_all
    assert told[-1] == LIMITS.max_delay_s
    assert list(guesses.by_client) == [str(number) for number in range(2 * LIMITS.max_clients, 3 * LIMITS.max_clients)]


def test_only_so_many_wait_and_their_places_are_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "service", THROTTLE_LIMITS=ThrottleLimits(max_delayed=2, base_delay_s=0.05))

    async def several() -> list[BaseException | None]:
        guesses = FailedLoginThrottle()
        told = await asyncio.gather(*(guesses.delay("a") for _ in range(3)), return_exceptions=True)
        assert guesses.waiting == 0
        return told

    (*waited, refused) = result_of(several())
    assert waited == [None, None]
    assert isinstance(refused, RefusedError)
    assert refused.code == "busy"


SHORT = limits(max_sign_ins=2, sign_in_s=1.0, sign_in_bytes=200)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--workers", "1", "--https", settings=SHORT) as service:
        yield service


def sign_in(served: Served, token: str) -> httpx.Response:
    return httpx.post(f"{served.url}/session", json={"token": token}, headers={"Origin": served.url}, timeout=30)


def test_behind_https_the_cookie_is_sent_over_nothing_else(served: Served) -> None:
    answer = sign_in(served, TOKEN)
    assert answer.status_code == 204
    assert "Secure" in answer.headers["set-cookie"].split("; ")


@pytest.mark.promise(39)
def test_a_right_token_is_let_in_at_once_while_wrong_ones_wait(served: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        wrong = [
            pool.submit(sign_in, served, "another-token-for-tests") for _ in range(LIMITS.free_failures_per_client + 2)
        ]
        begun = perf_counter()
        wait_for(lambda: sign_in(served, TOKEN).status_code == 204)
        let_in = perf_counter() - begun
        assert {one.result().status_code for one in wrong} <= {401, 429}
        assert perf_counter() - begun > 2 * LIMITS.base_delay_s
    assert let_in < 2 * LIMITS.base_delay_s
    bearer = {"Authorization": "Bearer another-token-for-tests", **JSON}
    begun = perf_counter()
    assert httpx.post(f"{served.url}/v1/match", content=b"{}", headers=bearer, timeout=30).status_code == 401
    assert perf_counter() - begun >= LIMITS.base_delay_s


@pytest.mark.promise(39)
def test_slow_and_large_sign_ins_end_by_limits_of_their_own_and_hold_nobody_else_up(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    head = http(OWN, "Content-Length: 100", path=SESSION)
    with ExitStack() as open_:
        lines = [open_.enter_context(socket.create_connection((host, int(port)), timeout=20)) for _ in range(2)]
        begun = monotonic()
        for line in lines:
            line.sendall(head)
        wait_for(lambda: sign_in(served, TOKEN).status_code == 429)
        with served.client() as client:
            assert client.post("/v1/match", content=b"{}", headers=JSON).status_code == 422
        told = [line.recv(65_536) for line in lines]
        assert monotonic() - begun < 15
    assert all(one.startswith(b"HTTP/1.1 408 ") for one in told)
    large = spoken(served.url, http(OWN, "Content-Length: 300", body=b" " * 300, path=SESSION))
    assert json.loads(large.partition(b"\r\n\r\n")[2])["type"] == "urn:mentormatch:problem:too-large"
    assert sign_in(served, TOKEN).status_code == 204


@pytest.mark.parametrize("token", ["secret", "a" * 15, "a" * 40, "abc" * 9, "é" * 20, "a-token for\ttests!"])
def test_a_token_that_protects_nothing_is_refused_at_start_in_words(token: str) -> None:
    with pytest.raises(OutputError, match="MENTORMATCH_TOKEN : ce jeton ne protège pas") as caught:
        refuse_weak(token)
    assert token not in str(caught.value)
    refuse_weak("abcdefgh" * 2)
    refuse_weak("")


def test_a_service_with_such_a_token_does_not_start() -> None:
    command = [sys.executable, "-m", "mentormatch", "serve", "--port", "0"]
    variables = {"MENTORMATCH_TOKEN": "secret", "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, timeout=60)
    assert done.returncode == 1
    assert "16 caractères" in done.stderr
    assert "secret" not in done.stderr
