"""The application behind its gate, run on a socket of its own until it is told to stop.

Connections over which nothing comes are closed, and there are only so many: uvicorn has no such limits. What is worked
on when the service is told to end has its time; answers then have a short time to be sent.
"""

import asyncio
import json
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from mentormatch import __version__
from mentormatch.languages.translation import mark
from mentormatch.service import description, openapi, routes
from mentormatch.service.components import Components
from mentormatch.service.desk import routes as desk_routes
from mentormatch.service.gate import HEAD_BYTES, LOG, Callers, Gate, Guard
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
            self._close_with(RefusedError("busy", mark("Trop de connexions sont ouvertes")))
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
            self._close_with(RefusedError("head-too-large", mark("{most} octets au plus"), most=HEAD_BYTES))
        else:
            self._close_with(RefusedError(*UNREADABLE))

    def _wait(self) -> None:
        self.waiting = self.loop.call_later(self.settings.headers_s, self._too_slow)

    def _wait_no_more(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _too_slow(self) -> None:
        self._close_with(RefusedError("too-slow", mark("L'en-tête de la requête n'est pas arrivé à temps")))

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


ACROSS: dict[str, Any] = {
    "allow_methods": ["GET", "POST", "DELETE"],
    "allow_headers": ["Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-ID"],
    "expose_headers": ["Location", "Retry-After", "X-Request-ID"],
}
"""What pages of other sites may send and read; never cookies: those are for the page of staff alone."""
PACKED = ("/v1/", "/openapi", "/docs", "/metrics")
"""What is packed: nothing that comes with a cookie, so that nobody learns a secret from the size of an answer."""
PACKED_BYTES, PACKED_LEVEL = 1_024, 5


class Packing:
    """Packs what is sent to applications, where they take that."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.packing = app, GZipMiddleware(app, PACKED_BYTES, PACKED_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        packed = scope["type"] == "http" and scope["path"].startswith(PACKED)
        await (self.packing if packed else self.app)(scope, receive, send)


REFUSALS = {
    404: ("not-found", mark("Aucune adresse du service n'est ainsi faite")),
    405: ("wrong-method", mark("Cette adresse ne prend pas cette méthode")),
}
UNREADABLE = ("bad-request", mark("Elle ne se lit pas comme du HTTP"))


def make_app(settings: Settings) -> FastAPI:
    """Return the application; its ``state.components`` holds the workers, the residents, the jobs and the guard."""
    components = Components.of(settings, Guard(Callers(settings.token, settings.store), settings.hosts))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with components.open():
            yield

    app = FastAPI(
        title="mentormatch",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.components = components
    app.add_exception_handler(HTTPException, refuse)
    app.add_exception_handler(RequestValidationError, refuse_parts)
    add_layers(app, settings, components)
    app.include_router(routes.health_routes(components))
    app.include_router(routes.operation_routes(components))
    app.include_router(routes.job_routes(components))
    app.include_router(desk_routes.routes(components))
    openapi.describe(app)
    app.include_router(description.description_routes(components, app.openapi))
    return app


def add_layers(app: FastAPI, settings: Settings, components: Components) -> None:
    """Put around an application what each request passes, the innermost first."""
    if settings.gzip:
        app.add_middleware(Packing)
    app.add_middleware(
        Gate,
        guard=components.guard,
        sending_s=settings.sending_s,
        observe=components.metrics.observe_exchange,
    )
    if settings.origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.origins, **ACROSS)  # outside: refusals are read too


async def refuse(request: Request, error: Exception) -> NoReturn:
    """Have what the router refuses told as a problem."""
    assert isinstance(error, HTTPException)
    raise RefusedError(*REFUSALS.get(error.status_code, UNREADABLE), headers=error.headers)


async def refuse_parts(request: Request, error: Exception) -> NoReturn:
    """Have a path or a query that does not fit told as a problem, without what stood there."""
    raise RefusedError("misfit", mark("Une partie de l'adresse ne convient pas"))


FETCH_S = 2.0
"""How long the service stays after its last work is done when it was told to end."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """A server that takes no more work from the moment on that it is told to stop, and whose process then ends well.

    Told by SIGTERM, it first lets what is worked on come to its end, for so long as the settings say: jobs are told of
    and their results are given meanwhile. A second signal, or SIGINT, ends it at once.
    """

    def __init__(self, config: uvicorn.Config, components: Components) -> None:
        super().__init__(config)
        self.pool, self.drain_s = components.pool, components.settings.drain_s
        self.last_work: float | None = None
        self.drained_by: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain, or stop."""
        if sig == signal.SIGTERM and not self.pool.stopping:
            self.drained_by = monotonic() + self.drain_s
        else:
            super().handle_exit(sig, frame)
        self.pool.stopping = True

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop now."""
        if self.drained_by is not None and self._drained(monotonic()):
            self.should_exit = True
        return await super().on_tick(counter)

    def _drained(self, now: float) -> bool:
        """Return whether nothing is worked on any more, nor was just now: who waited may still fetch the result."""
        if self.pool.load.busy or self.pool.load.waiting:
            self.last_work = now
        assert self.drained_by is not None
        return now >= self.drained_by or self.last_work is None or now >= self.last_work + FETCH_S

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Heed the signals while the server runs."""
        before = {each: signal.signal(each, self.handle_exit) for each in SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket on an address, on any free port for 0; raises OSError."""
    family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, number)
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def serve(settings: Settings, listening: socket.socket, *, quiet: bool = False) -> None:
    """Answer requests until a signal says to stop; ``quiet``: without a line of each on stderr."""
    log_to_stderr(logging.CRITICAL if quiet else logging.INFO)
    app = make_app(settings)
    config = uvicorn.Config(
        app,
        http=protocol_for(settings),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_s,  # type: ignore[arg-type]  # any number of seconds will do
        timeout_graceful_shutdown=max(1, round(settings.grace_s)),
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
    Server(config, app.state.components).run(sockets=[listening])


def log_to_stderr(level: int) -> None:
    """Have a line of each request go to stderr, and nothing else: what libraries log may hold what people said."""
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    LOG.setLevel(level)
    LOG.addHandler(logging.StreamHandler())
    LOG.propagate = False
