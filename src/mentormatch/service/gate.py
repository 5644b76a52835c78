"""What every request goes through: it gets an id, is let in or not, answered in any case, and told of in one line."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from secrets import token_hex
from time import monotonic
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from mentormatch.service.bodies import GoneError, Receive, read_away
from mentormatch.service.guard import Guard, WrongTokenError
from mentormatch.service.problems import MEDIA_TYPE, RefusedError

LOG = logging.getLogger("mentormatch.service")
ID = "X-Request-ID"
TOO_SLOW = "too-slow"
SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

type RequestEvent = MutableMapping[str, Any]
type Send = Callable[[RequestEvent], Awaitable[None]]
type App = Callable[[Any, Receive, Send], Awaitable[None]]


class Exchange:
    """One request and its answer: what is told of it, and by what it is known."""

    def __init__(self, scope: Any, receive: Receive, send: Send, sending_s: float) -> None:
        self.scope, self._receive, self._send, self.sending_s = scope, receive, send, sending_s
        given = Headers(scope=scope).get(ID, "")
        self.asks_first = "expect" in Headers(scope=scope)  # whether to send the body at all
        self.id = given if SANE.fullmatch(given) else token_hex(8)
        self.begun = monotonic()
        self.status, self.taken, self.given = 0, 0, 0
        self.whole = False
        scope.setdefault("state", {})["request_id"] = self.id

    @property
    def route(self) -> str:
        """The route that the request took, without what stood in its place."""
        return str(getattr(self.scope.get("route"), "path", "-"))

    @property
    def key(self) -> str:
        """The id of the key that the request came with, empty for none and for the token."""
        caller = self.scope["state"].get("caller")
        return caller.key if caller else ""

    @property
    def client(self) -> str:
        """The address that the request came from."""
        return str((self.scope.get("client") or ("",))[0])

    async def receive(self) -> RequestEvent:
        """Return the next piece of the request."""
        message = await self._receive()
        self.taken += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        return message

    async def send(self, message: RequestEvent) -> None:
        """Send a piece of the answer, within the time that it may take."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[ID] = self.id
            for name, value in SAFE.items():
                headers.setdefault(name, value)
        self.given += len(message.get("body", b""))
        async with asyncio.timeout(self.sending_s):
            await self._send(message)

    async def refuse(self, refused: RefusedError) -> None:
        """Send a problem, unless an answer has begun."""
        if self.status:
            return
        if not self.whole and refused.code != TOO_SLOW and not self.asks_first:
            await read_away(self.receive)
        answer = JSONResponse(refused.document(self.id), refused.status, refused.headers, MEDIA_TYPE)
        await answer(self.scope, self.receive, self.send)

    def line(self, wrong: str) -> str:
        """Return what is told of the exchange: nothing of what was asked or answered but its size."""
        values = {
            "time": now(),
            "request": self.id,
            "method": self.scope["method"],
            "route": self.route,
            "status": self.status,
            "ms": round((monotonic() - self.begun) * 1000),
            "in": self.taken,
            "out": self.given,
        }
        return json.dumps(values | {name: word for name, word in (("key", self.key), ("wrong", wrong)) if word})


def now() -> str:
    """Return the time as the log has it, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Gate:
    """The outermost layer of the service; ``observe`` is given each exchange that is over."""

    def __init__(self, app: App, guard: Guard, sending_s: float, observe: Callable[[Exchange], None]) -> None:
        self.app, self.guard, self.sending_s, self.observe = app, guard, sending_s, observe

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange, wrong = Exchange(scope, receive, send, self.sending_s), ""
        try:
            wrong = await self._answer(exchange)
        except TimeoutError:
            wrong = "the answer was not taken"
        finally:
            LOG.info(exchange.line(wrong))
            self.observe(exchange)

    async def _answer(self, exchange: Exchange) -> str:
        """Answer, and return what went wrong: the kind of an error alone, as its text may hold what people said."""
        try:
            try:
                exchange.scope["state"]["caller"] = self.guard.check(exchange.scope)
                await self.app(exchange.scope, exchange.receive, exchange.send)
            except WrongTokenError:
                await self.guard.guesses.slow(exchange.client)
                raise
        except RefusedError as refused:
            await exchange.refuse(refused)
        except GoneError:
            return "nobody waits"
        except TimeoutError:
            raise
        except Exception as error:
            await exchange.refuse(RefusedError("failed", "It is told in the log under the id of the request"))
            return f"{type(error).__module__}.{type(error).__name__}"
        return ""
