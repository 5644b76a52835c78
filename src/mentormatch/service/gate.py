"""What every request goes through: who is let in, bodies within limits, an answer in any case.

Who is let in: requests for a name of this service, by whoever bears its token or a key, or comes by another door.

A key is let in to what its scopes are for, and to nothing that is not named here.

Bodies are read within their limits: of a kind that is taken, not too large, in time, not too many at once.

What every request goes through: it gets an id, is let in or not, answered in any case, and told of in one line.
"""

import asyncio
import hmac
import json
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from mentormatch.languages.translation import LANGUAGES, mark
from mentormatch.service.keys import HOST, SCOPES, Caller, KeyRing, OneTimeTokens
from mentormatch.service.problems import ENGLISH, MEDIA_TYPE, RefusedError, lacks_scope
from mentormatch.service.settings import Settings
from mentormatch.service.store import not_kept

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine for itself: a page of another site that has its name lead here comes with its own name."""
SCHEME = "Bearer"
CLOSE = {"Connection": "close"}
NO_LONGER_VALID = {
    "expired": mark("Cette clé a expiré ; demandez-en une autre"),
    "revoked": mark("Cette clé a été révoquée ; demandez-en une autre"),
}
ASK = {"WWW-Authenticate": f'{SCHEME} realm="mentormatch"'}

HEAD_BYTES = 32 << 10
"""The largest head of a request."""
WRONG_S, LONGEST_S = 0.5, 8.0
"""A wrong token is answered so much later, then twice as late each time, up to the longest."""
OWN_GUESSES, ALL_GUESSES = 4, 64
"""So many from one address, and from all together, are answered after the shortest time."""
FORGOTTEN_S = 300.0
"""Who sends no wrong token for so long begins anew."""
MOST_CLIENTS, MOST_WAITING = 1_024, 64
"""So many addresses are remembered; so many wrong tokens wait for their answers."""

ANY_KEY = frozenset(SCOPES)
PLACES: Mapping[str, frozenset[str]] = {
    "/v1/jobs": ANY_KEY,
    "/v1/verify": ANY_KEY,
    "/v1": frozenset({"propose"}),
    "/desk": frozenset({"propose"}),
    "/works": frozenset({"propose"}),
    "/session": ANY_KEY,
    "/page": ANY_KEY,
    "/openapi.json": ANY_KEY,
    "/openapi-3.0.json": ANY_KEY,
}
"""Where a key with any of these scopes may ask, and below it; the first that fits. All else is for the token alone."""

type Scope = Mapping[str, Any]
type OpenDoor = Callable[[Scope], bool]
"""Says whether anybody may ask for this; raises RefusedError to have it refused whatever other doors say."""
type Door = Callable[[Scope], Caller | None]
"""Says who asks, None: nobody it knows; raises RefusedError to have it refused whatever other doors say."""


class WrongTokenError(RefusedError):
    """A request with a token that is another: it is answered late."""

    def __init__(self) -> None:
        super().__init__("no-token", mark("Ce n'est pas le jeton de ce service"), headers=ASK)


class Guesses:
    """The wrong tokens that came of late, by address: the more there are, the later the next one is answered.

    Only wrong ones wait: a right one is answered at once, however many others are sent from the same address.
    """

    def __init__(self) -> None:
        self.all = RecentCount()
        self.own: dict[str, RecentCount] = {}
        self.waiting = 0

    async def slow(self, client: str) -> None:
        """Wait as long as one more wrong token takes; raises RefusedError where too many wait already."""
        delay_s = self.delay_s(client)
        if self.waiting >= MOST_WAITING:
            raise RefusedError("busy", mark("Trop de jetons faux sont envoyés"), headers=CLOSE)
        self.waiting += 1
        try:
            await asyncio.sleep(delay_s)
        finally:
            self.waiting -= 1

    def delay_s(self, client: str) -> float:
        """Count one more wrong token from an address, and return how late it is answered."""
        own = self.own.pop(client, None) or RecentCount()
        self.own[client] = own  # at the end: the address that was silent the longest is forgotten first
        if len(self.own) > MOST_CLIENTS:
            del self.own[next(iter(self.own))]
        beyond = max(own.add() - OWN_GUESSES, self.all.add() - ALL_GUESSES, 0)
        return min(LONGEST_S, WRONG_S * 2.0 ** min(beyond, 16))


class RecentCount:
    """A count that begins anew after a silence."""

    def __init__(self) -> None:
        self.count, self.last = 0, monotonic()

    def add(self) -> int:
        """Count one more, and return how many there are."""
        now = monotonic()
        self.count = 1 if now - self.last > FORGOTTEN_S else self.count + 1
        self.last = now
        return self.count


class Callers:
    """Who has which token: that of the service, and the keys in its file as they are at this moment."""

    def __init__(self, token: str, store: Path | None = None) -> None:
        self.token = token
        self.ring = KeyRing(store) if store else None
        self.once = OneTimeTokens(store) if store else None

    def close(self) -> None:
        """Close the file."""
        if self.ring:
            self.ring.close()
        if self.once:
            self.once.close()

    def signing_in(self, token: str) -> Caller | None:
        """Return who signs in: also whoever opened the page of their own computer, by a token that holds once."""
        return HOST if self._asked(lambda: self.once and self.once.take(token)) else self.named(token)

    def named(self, token: str) -> Caller | None:
        """Return who has a token, None: nobody; raises RefusedError where it is a key that holds no more."""
        if same(token, self.token):
            return HOST
        key = self._asked(lambda: self.ring.holder(token) if self.ring else None)
        if key and key.state != "valid":
            raise RefusedError("no-token", NO_LONGER_VALID[key.state], headers=ASK)
        return key.caller if key else None

    def still(self, caller: Caller) -> bool:
        """Return whether the key of a caller still holds."""
        if not caller.key:
            return True
        key = self._asked(lambda: self.ring.find(caller.key) if self.ring else None)
        return key is not None and key.state == "valid"

    def bearer(self, scope: Scope) -> Caller | None:
        """Return whose token a request bears."""
        scheme, _, borne = Headers(scope=dict(scope)).get("authorization", "").partition(" ")
        return self.named(borne.strip()) if scheme.lower() == SCHEME.lower() else None

    def _asked[T](self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except sqlite3.Error as error:
            raise not_kept(error) from None


class Guard:
    """Lets requests in.

    ``open`` doors let anybody in, to what is no secret; ``doors`` let in who shows that they may.
    """

    def __init__(self, callers: Callers, hosts: Iterable[str] = ()) -> None:
        self.hosts = frozenset(map(str.lower, (*LOOPBACK, *hosts)))
        self.guesses = Guesses()
        self.callers = callers
        self.open: list[OpenDoor] = [is_health]
        self.doors: list[Door] = [callers.bearer]

    def check(self, scope: Scope) -> Caller | None:
        """Return who asks, None: anybody may ask for this; raises RefusedError where a request may not come in."""
        headers = Headers(scope=dict(scope))
        refuse_head(scope, headers)
        if host_of(scope) not in self.hosts:
            raise RefusedError("misdirected", mark("Nommez-le avec --name s'il doit s'appeler autrement"))
        if any(door(scope) for door in self.open):
            return None
        if caller := next(filter(None, (door(scope) for door in self.doors)), None):
            refuse_out_of_scope(caller, scope["path"])
            return caller
        if "authorization" in headers:
            raise WrongTokenError
        raise RefusedError("no-token", mark("Envoyez l'en-tête Authorization: Bearer, et le jeton"), headers=ASK)


def refuse_out_of_scope(caller: Caller, path: str) -> None:
    """Raise RefusedError where a caller may not ask for what is at a path."""
    if caller.key:
        place = next((place for place in PLACES if path == place or path.startswith(f"{place}/")), None)
        if place is None:
            raise RefusedError("no-scope", mark("Cela n'est que pour le jeton du service"))
        if not caller.scopes & PLACES[place]:
            raise lacks_scope(PLACES[place])


def refuse_head(scope: Scope, headers: Headers) -> None:
    """Raise RefusedError where a head is too large, or says in two ways where the body ends (RFC 9112, 6.1)."""
    size = sum(len(name) + len(value) for name, value in headers.raw) + len(scope.get("query_string", b""))
    if size + len(scope.get("raw_path") or scope["path"]) > HEAD_BYTES:
        raise RefusedError("head-too-large", mark("{most} octets au plus"), headers=CLOSE, most=HEAD_BYTES)
    if "content-length" in headers and "transfer-encoding" in headers:
        raise RefusedError(
            "bad-request", mark("Elle porte à la fois Content-Length et Transfer-Encoding"), headers=CLOSE
        )


def is_health(scope: Scope) -> bool:
    """Return whether a request asks how the service is."""
    return bool(scope["path"] == "/health")


def host_of(scope: Scope) -> str:
    """Return the name by which the service is called, without a port."""
    host = Headers(scope=dict(scope)).get("host", "").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def accepted_language(headers: Headers) -> str | None:
    """Return the language of ours that ``Accept-Language`` prefers (RFC 9110, 12.5.4), None if it accepts none.

    >>> accepted_language(Headers({"accept-language": "de, en-GB;q=0.5, fr;q=0.8"}))
    'fr'
    """
    weights: dict[str, float] = {}
    for part in ",".join(headers.getlist("accept-language")).lower().split(","):
        tag, *settings = (piece.strip() for piece in part.split(";"))
        weight = next((one.removeprefix("q=") for one in settings if one.startswith("q=")), "1")
        weights.setdefault(tag.partition("-")[0], float(weight) if WEIGHT.fullmatch(weight) else 0.0)
    known = {code: weight for code, weight in weights.items() if code in LANGUAGES and weight > 0}
    return max(known, key=known.__getitem__, default=None)


def same(one: str, other: str) -> bool:
    """Return whether two secrets are the same, in a time that does not depend on them."""
    first, second = (sha256(secret.encode("utf-8", "surrogatepass")).digest() for secret in (one, other))
    return hmac.compare_digest(first, second)


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
            raise RefusedError("busy", mark("Trop de requêtes arrivent"), headers=CLOSE)
        self.coming += 1
        try:
            async with asyncio.timeout(self.settings.body_s):
                return await whole(receive, self.settings.body_bytes)
        except TimeoutError:
            late = mark("Le corps n'est pas arrivé en entier à temps : {seconds:g} secondes au plus")
            raise RefusedError("too-slow", late, headers=CLOSE, seconds=self.settings.body_s) from None
        finally:
            self.coming -= 1


def refuse_kind(headers: Mapping[str, str], kind: str) -> None:
    """Raise RefusedError where a body is of another kind, or packed."""
    found = headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != kind:
        raise RefusedError("not-taken", mark("Le type du contenu doit être {kind}"), kind=kind)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedError("not-taken", mark("Le corps s'envoie tel quel, sans compression"))


def refuse_length(headers: Mapping[str, str], most: int) -> None:
    """Raise RefusedError where a body says that it is too large."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        raise too_large(most)


def too_large(most: int) -> RefusedError:
    """Return that a body is too large."""
    sentence = mark("Le corps est plus grand que ce service ne l'accepte : {most} octets au plus")
    return RefusedError("too-large", sentence, headers=CLOSE, most=most)


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
        document = refused.document(self.id, accepted_language(Headers(scope=self.scope)) or ENGLISH)
        answer = JSONResponse(document, refused.status, refused.headers, MEDIA_TYPE)
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
            await exchange.refuse(
                RefusedError("failed", mark("Le journal le raconte sous l'identifiant de la requête"))
            )
            return f"{type(error).__module__}.{type(error).__name__}"
        return ""
