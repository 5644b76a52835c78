"""The service, run on a socket of its own until it is told to stop; what is under way then has a short time to end."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from mentormatch.service.app import make_app
from mentormatch.service.connections import protocol_for
from mentormatch.service.gate import LOG
from mentormatch.service.guard import HEAD_BYTES
from mentormatch.service.pool import Pool
from mentormatch.service.settings import Settings

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """A server that takes nothing more from the moment on that it is told to stop, and whose process then ends well."""

    def __init__(self, config: uvicorn.Config, pool: Pool) -> None:
        super().__init__(config)
        self.pool = pool

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop."""
        self.pool.stopping = True
        super().handle_exit(sig, frame)

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


def serve(settings: Settings, listening: socket.socket) -> None:
    """Answer requests until a signal says to stop."""
    log_to_stderr()
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
    Server(config, app.state.rooms.pool).run(sockets=[listening])


def log_to_stderr() -> None:
    """Have a line of each request go to stderr, and nothing else: what libraries log may hold what people said."""
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    LOG.setLevel(logging.INFO)
    LOG.addHandler(logging.StreamHandler())
    LOG.propagate = False
