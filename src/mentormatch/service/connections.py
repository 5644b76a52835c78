"""Connections over which nothing comes are closed, and there are only so many: uvicorn has no such limits."""

import asyncio
import json
import sys
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from mentormatch.service.guard import HEAD_BYTES
from mentormatch.service.problems import KINDS, MEDIA_TYPE, RefusedError
from mentormatch.service.settings import Settings


def protocol_for(settings: Settings) -> type[H11Protocol]:
    """Return the protocol of a connection, with the limits of a service."""
    return type("Connection", (Connection,), {"settings": settings})


class Connection(H11Protocol):
    """A connection that is closed where the head of a request does not come in time."""

    settings: Settings
    waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request, unless there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > self.settings.connections:
            self._close_with(RefusedError("busy", "Too many connections are open"))
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        """Take in a piece, and wait for the rest of the head where it is not all."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()
        elif self.waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, or a head that is too large: the error that is being handled tells them apart."""
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()  # within an answer nothing can be said any more
        elif getattr(sys.exception(), "error_status_hint", 400) == KINDS["head-too-large"].status:
            self._close_with(RefusedError("head-too-large", f"At most {HEAD_BYTES} bytes"))
        else:
            self._close_with(RefusedError("bad-request", "It cannot be read as HTTP"))

    def _wait(self) -> None:
        self.waiting = self.loop.call_later(self.settings.headers_s, self._too_slow)

    def _wait_no_more(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _too_slow(self) -> None:
        self._close_with(RefusedError("too-slow", "The head of the request did not come in time"))

    def _close_with(self, refused: RefusedError) -> None:
        """Send a problem as it stands, and close."""
        if not self.transport.is_closing():
            self.transport.write(raw(refused))
            self.transport.close()


def raw(refused: RefusedError) -> bytes:
    """Return a problem as the bytes of an answer."""
    body = json.dumps(refused.document("-")).encode()
    head = [f"HTTP/1.1 {refused.status} Refused", f"Content-Type: {MEDIA_TYPE}", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in refused.headers.items()]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + body
