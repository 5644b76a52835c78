"""Who is let in: requests for a name of this service, by whoever bears its token, or comes through another door."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

from starlette.datastructures import Headers

from mentormatch.service.problems import RefusedError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine for itself: a page of another site that has its name lead here comes with its own name."""
SCHEME = "Bearer"
ASK = {"WWW-Authenticate": f'{SCHEME} realm="mentormatch"'}

type Scope = Mapping[str, Any]
type Door = Callable[[Scope], bool]
"""Says whether a request may come in; raises RefusedError to have it refused whatever other doors say."""


class Guard:
    """Lets requests in.

    ``open`` doors let anybody in, to what is no secret; ``doors`` let in who shows that they may.
    """

    def __init__(self, token: str, hosts: Iterable[str] = ()) -> None:
        self.hosts = frozenset(map(str.lower, (*LOOPBACK, *hosts)))
        self.open: list[Door] = [is_health]
        self.doors: list[Door] = [lambda scope: bears(scope, token)]

    def check(self, scope: Scope) -> None:
        """Raise RefusedError where a request may not come in."""
        if host_of(scope) not in self.hosts:
            raise RefusedError("misdirected", "Name it with --name where it is to be called otherwise")
        if not any(door(scope) for door in (*self.open, *self.doors)):
            raise RefusedError("no-token", "Send the header Authorization: Bearer, and the token", headers=ASK)


def is_health(scope: Scope) -> bool:
    """Return whether a request asks how the service is."""
    return bool(scope["path"] == "/health")


def host_of(scope: Scope) -> str:
    """Return the name by which the service is called, without a port."""
    host = Headers(scope=dict(scope)).get("host", "").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def bears(scope: Scope, token: str) -> bool:
    """Return whether a request bears the token; how long that takes says nothing of the token."""
    scheme, _, borne = Headers(scope=dict(scope)).get("authorization", "").partition(" ")
    return scheme.lower() == SCHEME.lower() and same(borne.strip(), token)


def same(one: str, other: str) -> bool:
    """Return whether two secrets are the same, in a time that does not depend on them."""
    return hmac.compare_digest(sha256(one.encode()).digest(), sha256(other.encode()).digest())
