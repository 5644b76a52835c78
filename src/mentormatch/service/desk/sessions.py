"""Who sits at the page: a token becomes a session, known by a cookie that no script reads and no other site sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from secrets import token_urlsafe
from time import monotonic
from typing import Any

from starlette.datastructures import Headers

from mentormatch.service.guard import WrongTokenError, bears, same
from mentormatch.service.problems import RefusedError

COOKIE = "mentormatch"
MOST_SESSIONS = 64
LONGEST_S = 12 * 3_600.0
"""A session ends after so long, however busy it is."""
BEARER = "bearer"
"""The owner of what is asked with the token itself."""
SAFE = ("GET", "HEAD")
OURS = ("/desk", "/session", "/page/")
"""Where a session leads: not to the operations of the contract, which other applications ask for with the token."""

type Scope = Mapping[str, Any]


@dataclass(slots=True)
class DeskSession:
    """When a session began, and when it was last used."""

    begun: float
    last: float


class DeskSessions:
    """The sessions that there are, by the digests of their cookies."""

    def __init__(self, token: str, idle_s: float) -> None:
        self.token, self.idle_s = token, idle_s
        self.all: dict[str, DeskSession] = {}

    def begin(self, token: str) -> str:
        """Return the cookie of a new session; raises RefusedError where the token is another, or too many are there."""
        if not same(token, self.token):
            raise WrongTokenError("This is not the token of this service")
        self.expire()
        if len(self.all) >= MOST_SESSIONS:
            raise RefusedError("busy", "As many sessions are open as may be")
        cookie, now = token_urlsafe(32), monotonic()
        self.all[named(cookie)] = DeskSession(now, now)
        return cookie

    def end(self, owner: str) -> None:
        """End a session."""
        self.all.pop(owner, None)

    def expire(self) -> None:
        """Forget the sessions that are over."""
        now = monotonic()
        for owner, session in list(self.all.items()):
            if now - session.last > self.idle_s or now - session.begun > LONGEST_S:
                self.end(owner)

    def owner(self, scope: Scope) -> str | None:
        """Return whose request this is, None: nobody's who is known."""
        self.expire()
        owner = named(cookie_of(scope))
        if session := self.all.get(owner):
            session.last = monotonic()
            return owner
        return BEARER if bears(scope, self.token) else None

    def admits(self, scope: Scope) -> bool:
        """Say whether a request comes in by its cookie; raises RefusedError where another site may have sent it."""
        if not scope["path"].startswith(OURS) or self.owner(scope) in (None, BEARER):
            return False
        refuse_other_sites(scope)
        return True


def is_public(scope: Scope) -> bool:
    """Say whether a request is for what anybody may see: the page, which asks who is there, and the way in.

    Raises RefusedError where another site sent it to sign somebody in.
    """
    if scope["path"] == "/session" and scope["method"] == "POST":
        refuse_other_sites(scope)
        return True
    return bool(scope["path"] == "/" and scope["method"] in SAFE)


def refuse_other_sites(scope: Scope) -> None:
    """Raise RefusedError where a request that changes something was not sent by a page of this service."""
    headers = Headers(scope=dict(scope))
    said, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = origin is not None and origin.partition("://")[2] == headers.get("host")
    if scope["method"] not in SAFE and not (own if said is None else said == "same-origin" and (own or origin is None)):
        raise RefusedError("forbidden", "Only the page of this service may ask for this")


def cookie_of(scope: Scope) -> str:
    """Return the cookie of a request, empty where it has none."""
    headers = Headers(scope=dict(scope))
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(cookie_name(headers))
    except CookieError:
        return ""
    return found.value if found else ""


def cookie_name(headers: Headers) -> str:
    """Return what the cookie is called: browsers give all ports of a machine the same cookies."""
    _, colon, port = headers.get("host", "").rpartition(":")
    return f"{COOKIE}-{port}" if colon and port.isdecimal() else COOKIE


def named(cookie: str) -> str:
    """Return the name of a session: only who has the cookie can tell it."""
    return sha256(cookie.encode()).hexdigest()
