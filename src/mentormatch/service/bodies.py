"""Bodies are read within their limits: of a kind that is taken, not too large, in time, not too many at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from io import BytesIO
from typing import Any

from mentormatch.service.guard import CLOSE
from mentormatch.service.problems import RefusedError
from mentormatch.service.settings import Settings

TAKEN = "application/json"
LEFTOVER_BYTES, LEFTOVER_S = 64 << 20, 2.0
"""How much of a body that is not wanted is read away, and for how long, so that whoever sends it hears why."""

type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class GoneError(Exception):
    """Whoever asked is not there any more."""


class Bodies:
    """Reads bodies, a bounded number at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.coming = 0

    async def read(self, headers: Mapping[str, str], receive: Receive, kind: str = TAKEN) -> bytes:
        """Return a body of a media type; raises RefusedError, or GoneError."""
        refuse_kind(headers, kind)
        refuse_length(headers, self.settings.body_bytes)
        if self.coming >= self.settings.receiving:
            raise RefusedError("busy", "Too many requests are coming in", headers=CLOSE)
        self.coming += 1
        try:
            async with asyncio.timeout(self.settings.body_s):
                return await whole(receive, self.settings.body_bytes)
        except TimeoutError:
            limit = f"at most {self.settings.body_s:g} seconds"
            raise RefusedError("too-slow", f"The body did not come whole in time: {limit}", headers=CLOSE) from None
        finally:
            self.coming -= 1


def refuse_kind(headers: Mapping[str, str], kind: str) -> None:
    """Raise RefusedError where a body is of another kind, or packed."""
    found = headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != kind:
        raise RefusedError("not-taken", f"The content type is to be {kind}")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedError("not-taken", "The body is to be sent as it is, not packed")


def refuse_length(headers: Mapping[str, str], most: int) -> None:
    """Raise RefusedError where a body says that it is too large."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        raise too_large(most)


def too_large(most: int) -> RefusedError:
    """Return that a body is too large."""
    return RefusedError("too-large", f"The body is larger than this service takes: at most {most} bytes", headers=CLOSE)


async def whole(receive: Receive, most: int) -> bytes:
    """Return a body of so many bytes at most."""
    found = BytesIO()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        found.write(message.get("body", b""))
        more = message.get("more_body", False)
        if found.tell() > most:
            raise too_large(most)
    return found.getvalue()  # which copies nothing


async def read_away(receive: Receive) -> None:
    """Read what is left of a body, within bounds, and keep nothing of it."""
    left, more = LEFTOVER_BYTES, True
    try:
        async with asyncio.timeout(LEFTOVER_S):
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
    except TimeoutError:
        return
