"""Who sits at the page: a token or key becomes a session, known by a cookie.

No script reads the cookie, and no other site sends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from secrets import token_urlsafe
from time import monotonic
from typing import Any

from starlette.datastructures import Headers

from mentormatch.service.guard import Callers, WrongTokenError
from mentormatch.service.keys import Caller
from mentormatch.service.problems import RefusedError

COOKIE = "mentormatch"
MOST_SESSIONS = 64
LONGEST_S = 12 * 3_600.0
"""A session ends after so long, however busy it is."""
BEARER = "bearer"
"""The owner of what is asked with a token itself; the name of a key follows."""
SAFE = ("GET", "HEAD")
OURS = ("/desk", "/works", "/session", "/page/")
"""Where a session leads: not to the operations of the contract, which other applications ask for with the token."""

type Scope = Mapping[str, Any]


@dataclass(slots=True)
class DeskSession:
    """Whose token began a session, when that was, and when it was last used."""

    caller: Caller
    begun: float
    last: float


class DeskSessions:
    """The sessions that there are, by the digests of their cookies."""

    def __init__(self, callers: Callers, idle_s: float) -> None:
        self.callers, self.idle_s = callers, idle_s
        self.all: dict[str, DeskSession] = {}

    def begin(self, token: str) -> str:
        """Return the cookie of a new session; raises RefusedError where the token is another, or too many are there."""
        if not (caller := self.callers.signing_in(token)):
            raise WrongTokenError("This is not the token of this service")
        self.expire()
        if len(self.all) >= MOST_SESSIONS:
            raise RefusedError("busy", "As many sessions are open as may be")
        cookie, now = token_urlsafe(32), monotonic()
        self.all[name_session(cookie)] = DeskSession(caller, now, now)
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
        owner = name_session(cookie_of(scope))
        if self._session(owner):
            return owner
        caller = self.callers.bearer(scope)
        return f"{BEARER}:{caller.owner}" if caller else None

    def admits(self, scope: Scope) -> Caller | None:
        """Return who comes in by a cookie; raises RefusedError where another site may have sent the request."""
        session = self._session(name_session(cookie_of(scope))) if scope["path"].startswith(OURS) else None
        if session is None:
            return None
        refuse_other_sites(scope)
        return session.caller

    def _session(self, owner: str) -> DeskSession | None:
        """Return a session, which has now been used; one whose key holds no more is over."""
        self.expire()
        session = self.all.get(owner)
        if session and not self.callers.still(session.caller):
            self.end(owner)
            return None
        if session:
            session.last = monotonic()
        return session


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


def name_session(cookie: str) -> str:
    """Return the name of a session: only who has the cookie can tell it."""
    return sha256(cookie.encode()).hexdigest()
