"""The HTTP server of the service: the application, its middleware and the limits on connections.

Slow connections are closed and their number is bounded, which uvicorn does not do. After SIGTERM running work may
finish, and its responses may be sent.
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
from mentormatch.service.gate import MAX_HEAD_BYTES, REQUEST_LOG, AccessMiddleware, CallerRegistry, RequestGuard
from mentormatch.service.media_types import MediaType
from mentormatch.service.problems import PROBLEM_KINDS, RefusedError
from mentormatch.service.settings import Settings


def protocol_for(settings: Settings) -> type[H11Protocol]:
    return type("Connection", (LimitedConnection,), {"settings": settings})


class LimitedConnection(H11Protocol):
    """A connection that is closed if the head of a request is late."""

    settings: Settings
    head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the timer, or refuse if there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > self.settings.max_connections:
            self._close_with(RefusedError("busy", mark("Trop de connexions sont ouvertes")))
        else:
            self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Process the data; the timer runs while a head is incomplete."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._cancel_head_timer()
        elif self.head_timer is None:
            self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer."""
        self._cancel_head_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        # The error being handled says whether the head is too large.
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()  # a response has started
        elif getattr(sys.exception(), "error_status_hint", 400) == PROBLEM_KINDS["head-too-large"].status:
            self._close_with(RefusedError("head-too-large", mark("{most} octets au plus"), most=MAX_HEAD_BYTES))
        else:
            self._close_with(RefusedError(*UNREADABLE_REQUEST))

    def _start_head_timer(self) -> None:
        self.head_timer = self.loop.call_later(self.settings.header_timeout_s, self._too_slow)

    def _cancel_head_timer(self) -> None:
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def _too_slow(self) -> None:
        self._close_with(RefusedError("too-slow", mark("L'en-tête de la requête n'est pas arrivé à temps")))

    def _close_with(self, refused: RefusedError) -> None:
        if not self.transport.is_closing():
            self.transport.write(make_raw_response(refused))
            self.transport.close()


def make_raw_response(refused: RefusedError) -> bytes:
    """Return a problem as the bytes of an HTTP response."""
    body = json.dumps(refused.to_json("-")).encode()
    head = [f"HTTP/1.1 {refused.status} Refused", f"Content-Type: {MediaType.PROBLEM}", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in refused.headers.items()]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + body


class PathGzipMiddleware:
    """Compresses responses to applications if they accept gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.packing = app, GZipMiddleware(app, minimum_size=1_024, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        # Paths without cookies: the size of a compressed response could reveal a secret (BREACH attack)
        packed = scope["type"] == "http" and scope["path"].startswith(("/v1/", "/openapi", "/docs", "/metrics"))
        await (self.packing if packed else self.app)(scope, receive, send)


PROBLEM_BY_STATUS = {
    404: ("not-found", mark("Aucune adresse du service n'est ainsi faite")),
    405: ("wrong-method", mark("Cette adresse ne prend pas cette méthode")),
}
UNREADABLE_REQUEST = ("bad-request", mark("Elle ne se lit pas comme du HTTP"))


def make_app(settings: Settings) -> FastAPI:
    """Create the application; its parts are in ``state.components``."""
    components = Components.of(settings, RequestGuard(CallerRegistry(settings.token, settings.store), settings.hosts))

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
    app.add_exception_handler(HTTPException, raise_http_problem)
    app.add_exception_handler(RequestValidationError, raise_validation_problem)
    add_middleware(app, settings, components)
    app.include_router(routes.health_routes(components))
    app.include_router(routes.operation_routes(components))
    app.include_router(routes.job_routes(components))
    app.include_router(desk_routes.routes(components))
    openapi.install_openapi(app)
    app.include_router(description.docs_routes(components, app.openapi))
    return app


def add_middleware(app: FastAPI, settings: Settings, components: Components) -> None:
    """Add the middleware of all requests, innermost first."""
    if settings.gzip:
        app.add_middleware(PathGzipMiddleware)
    app.add_middleware(
        AccessMiddleware,
        guard=components.guard,
        sending_s=settings.send_timeout_s,
        observe=components.metrics.observe_exchange,
    )
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            # Cookies never cross sites: they are for the staff page only
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-ID"],
            expose_headers=["Location", "Retry-After", "X-Request-ID"],
        )  # outermost, so that pages can read refusals


async def raise_http_problem(request: Request, error: Exception) -> NoReturn:
    """Convert an error of the router to a problem."""
    assert isinstance(error, HTTPException)
    raise RefusedError(*PROBLEM_BY_STATUS.get(error.status_code, UNREADABLE_REQUEST), headers=error.headers)


async def raise_validation_problem(request: Request, error: Exception) -> NoReturn:
    # Without the invalid values, which may contain personal data.
    raise RefusedError("misfit", mark("Une partie de l'adresse ne convient pas"))


class Server(uvicorn.Server):
    """A server that refuses new work after a stop signal, and exits with 0.

    After SIGTERM it drains: running and waiting work may finish within ``drain_s``, and results can be fetched. A
    second signal, or SIGINT, ends the work at once.
    """

    def __init__(self, config: uvicorn.Config, components: Components) -> None:
        super().__init__(config)
        self.pool, self.drain_s = components.pool, components.settings.drain_s
        self.last_busy: float | None = None
        self.drain_deadline: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain, or stop."""
        if sig == signal.SIGTERM and not self.pool.stopping:
            self.drain_deadline = monotonic() + self.drain_s
        else:
            super().handle_exit(sig, frame)
        self.pool.stopping = True

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop now."""
        if self.drain_deadline is not None and self._drained(monotonic()):
            self.should_exit = True
        return await super().on_tick(counter)

    def _drained(self, time_s: float) -> bool:
        """Return whether the time is over, or no work runs or waits and its results could be fetched for 2 s."""
        if self.pool.load.busy or self.pool.load.waiting:
            self.last_busy = time_s
        assert self.drain_deadline is not None
        return time_s >= self.drain_deadline or self.last_busy is None or time_s >= self.last_busy + 2.0

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the stop signals while the server runs."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def open_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 chooses a free one. Raises OSError."""
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
    """Run the service until a signal stops it; ``quiet`` turns off the request log."""
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
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
    )
    Server(config, app.state.components).run(sockets=[listening])


def log_to_stderr(level: int) -> None:
    """Log requests and failed jobs to stderr, but nothing of uvicorn or asyncio, which may contain personal data."""
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    REQUEST_LOG.setLevel(level)
    REQUEST_LOG.addHandler(logging.StreamHandler())
    REQUEST_LOG.propagate = False
