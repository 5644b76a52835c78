"""A body is taken within its limits: its kind, its length said and counted, its time, and how many come at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

import pytest

from mentormatch.service import gate
from mentormatch.service.gate import (
    BodyReader,
    ClientDisconnectedError,
    drain_body,
    read_body,
    refuse_length,
    refuse_media_type,
)
from mentormatch.service.problems import RefusedError
from mentormatch.service.settings import Settings
from tests.doors import substitute
from tests.service.event_loop import result_of

JSON = {"content-type": "application/json"}
MOST = 10


class Coming:
    """A body that comes in pieces; ``lasts`` says whether the last piece says that it is."""

    def __init__(self, *pieces: bytes, end: str = "last") -> None:
        last = len(pieces) - 1
        self.events: list[dict[str, Any]] = [
            {"type": "http.request", "body": piece, "more_body": place < last or end != "last"}
            for place, piece in enumerate(pieces)
        ]
        self.events += [{"type": "http.disconnect"}] if end == "gone" else []
        self.asked = 0

    async def __call__(self) -> dict[str, Any]:
        self.asked += 1
        if self.asked > len(self.events):
            await asyncio.sleep(60)
        return self.events[self.asked - 1]


def settings(**limits: Any) -> Settings:
    return Settings("", **{"body_bytes": MOST, "body_s": 0.05, "max_bodies": 2, **limits})


def read(coming: Callable[[], Awaitable[Any]], headers: Mapping[str, str] = JSON, **limits: Any) -> bytes:
    return result_of(BodyReader(settings(**limits)).read(headers, coming))


def refused(work: Callable[[], object], code: str) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        work()
    assert caught.value.code == code
    return caught.value


def test_a_body_is_put_together_from_its_pieces() -> None:
    assert read(Coming(b"12345", b"", b"67890")) == b"1234567890"
    assert read(Coming(b"")) == b""


def test_a_body_may_be_as_long_as_the_limit_and_no_byte_longer() -> None:
    assert len(read(Coming(b"x" * MOST))) == MOST
    error = refused(lambda: read(Coming(b"x" * MOST, b"x")), "too-large")
    assert error.headers["Connection"] == "close"
    assert str(MOST) in error.detail_in("en")


def test_a_piece_that_does_not_say_whether_more_come_is_the_last() -> None:
    coming = Coming(b"x", b"y")
    del coming.events[0]["more_body"]
    assert read(coming) == b"x"
    result_of(drain_body(coming := Coming(b"x", b"y")))
    assert coming.asked == 2
    coming = Coming(b"x", b"y")
    del coming.events[0]["more_body"]
    result_of(drain_body(coming))
    assert coming.asked == 1


def test_a_body_of_another_kind_is_not_read() -> None:
    coming = Coming(b"x")
    refused(lambda: read(coming, {"content-type": "text/plain"}), "not-taken")
    assert coming.asked == 0


def test_a_body_that_is_too_long_is_read_no_further() -> None:
    coming = Coming(b"x" * MOST, b"x", b"x", b"x")
    refused(lambda: read(coming), "too-large")
    assert coming.asked == 2


@pytest.mark.parametrize(("length", "fits"), [("0", True), ("10", True), ("11", False), ("-1", False), ("x", False)])
def test_a_body_that_says_that_it_is_too_long_is_not_read(length: str, fits: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    if fits:
        refuse_length({"content-length": length}, MOST)
    else:
        coming = Coming(b"x")
        refused(lambda: read(coming, JSON | {"content-length": length}), "too-large")
        assert coming.asked == 0


def test_a_body_need_not_say_how_long_it_is() -> None:
    refuse_length({}, 0)


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_json_is_taken_however_it_is_written(kind: str) -> None:
    refuse_media_type({"content-type": kind}, "application/json")
    refuse_media_type({"content-type": kind, "content-encoding": "Identity"}, "application/json")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/jsonx", "charset=utf-8; application/json"])
def test_other_kinds_are_not_taken(kind: str) -> None:
    refused(lambda: refuse_media_type({"content-type": kind}, "application/json"), "not-taken")
    refused(lambda: refuse_media_type({}, "application/json"), "not-taken")


def test_a_packed_body_is_not_taken() -> None:
    error = refused(lambda: refuse_media_type(JSON | {"content-encoding": "gzip"}, "application/json"), "not-taken")
    assert "uncompressed" in error.detail_in("en")


def test_another_kind_is_taken_where_it_is_asked_for() -> None:
    found = result_of(BodyReader(settings()).read({"content-type": "text/csv"}, Coming(b"a;b"), "text/csv"))
    assert found == b"a;b"


def test_a_body_that_does_not_come_whole_is_waited_for_no_longer_than_the_limit() -> None:
    begun = monotonic()
    error = refused(lambda: read(Coming(b"x", end="hangs")), "too-slow")
    assert 0.05 <= monotonic() - begun < 5
    assert error.headers["Connection"] == "close"
    assert "0.05 seconds" in error.detail_in("en")


def test_whoever_goes_away_is_not_waited_for() -> None:
    with pytest.raises(ClientDisconnectedError):
        result_of(read_body(Coming(b"x", end="gone"), MOST))


def test_no_more_bodies_come_at_once_than_may_and_their_places_are_free_again() -> None:
    async def many() -> list[str]:
        taking = BodyReader(settings(body_s=5.0))
        hanging = [asyncio.create_task(taking.read(JSON, Coming(b"x", end="hangs"))) for _ in range(2)]
        await asyncio.sleep(0.01)
        told = []
        try:
            await taking.read(JSON, Coming(b"x"))
        except RefusedError as error:
            told += [error.code, error.headers["Connection"]]
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        assert taking.active == 0
        return [*told, (await taking.read(JSON, Coming(b"x"))).decode()]

    assert result_of(many()) == ["busy", "close", "x"]


def test_what_is_not_wanted_is_read_away_up_to_its_end() -> None:
    coming = Coming(b"x" * 99, b"x", b"")
    result_of(drain_body(coming))
    assert coming.asked == 3


def test_what_is_not_wanted_is_read_away_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "service", DRAIN_S=0.02, DRAIN_BYTES=3)
    for coming, asked in (
        (Coming(b"xx", b"xx", b"xx"), 2),
        (Coming(b"xx", b"x", b"xx"), 2),
        (Coming(b"x", end="gone"), 2),
    ):
        result_of(drain_body(coming))
        assert coming.asked == asked
    begun = monotonic()
    result_of(drain_body(Coming(b"x", end="hangs")))
    assert 0.02 <= monotonic() - begun < 5


def test_enough_is_read_away_for_a_body_that_is_a_few_times_too_large() -> None:
    piece = b"x" * 1_024 * 1_024
    coming = Coming(*[piece] * 66)
    result_of(drain_body(coming))
    assert coming.asked == gate.DRAIN_BYTES // len(piece) == 64
    assert gate.DRAIN_S == 2.0
