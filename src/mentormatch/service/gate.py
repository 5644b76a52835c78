"""Access to the service: authentication of requests, bounded reading of bodies, and one log line per request.

``AccessMiddleware`` gives each request an id, has ``RequestGuard`` authenticate the caller, and turns refusals and
errors into problem details (RFC 9457), unless the client has gone or the response has started. A key may call only the
paths that ``REQUIRED_SCOPES`` lists for its scopes, and public ones. ``BodyReader`` bounds the type, size, duration and
number of bodies.
"""

import asyncio
import hmac
import json
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
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
from mentormatch.service.keys import ALL_SCOPES, MASTER_CALLER, ApiKeys, Caller, OneTimeTokens
from mentormatch.service.media_types import MediaType
from mentormatch.service.problems import ENGLISH, RefusedError, lacks_scope
from mentormatch.service.settings import Settings
from mentormatch.service.store import make_storage_problem

AUTH_SCHEME = "Bearer"
CLOSE_HEADERS = {"Connection": "close"}
CHALLENGE_HEADERS = {"WWW-Authenticate": f'{AUTH_SCHEME} realm="mentormatch"'}

MAX_HEAD_BYTES = 32 << 10

ANY_KEY = frozenset(ALL_SCOPES)
# Scopes that may call a path and the paths below it. The first match wins; other paths need the token of the service.
REQUIRED_SCOPES: Mapping[str, frozenset[str]] = {
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

type Scope = Mapping[str, Any]
# Whether a request needs no authentication. Raises RefusedError to refuse the request at once.
type PublicPredicate = Callable[[Scope], bool]
# The caller, None if unknown. Raises RefusedError to refuse the request at once.
type Authenticator = Callable[[Scope], Caller | None]


class WrongTokenError(RefusedError):
    """A request with a wrong token; the response is delayed."""

    def __init__(self) -> None:
        super().__init__("no-token", mark("Ce n'est pas le jeton de ce service"), headers=CHALLENGE_HEADERS)


@dataclass(frozen=True, slots=True)
class ThrottleLimits:
    """Limits of ``FailedLoginThrottle``: the delay doubles after the free failures."""

    base_delay_s: float = 0.5
    max_delay_s: float = 8.0
    free_failures_per_client: int = 4
    free_failures_in_all: int = 64
    memory_s: float = 300.0  # a counter restarts after this time without a failure
    max_clients: int = 1_024
    max_delayed: int = 64


THROTTLE_LIMITS = ThrottleLimits()


class FailedLoginThrottle:
    """Recent wrong tokens per address; each further one is answered later.

    Only wrong tokens are delayed: a valid one is answered at once, even if others come from the same address. The delay
    is the shortest one for the first few tokens and then doubles, up to the longest.
    """

    def __init__(self) -> None:
        self.total = FailureCounter()
        self.by_client: dict[str, FailureCounter] = {}
        self.waiting = 0

    async def delay(self, client: str) -> None:
        """Wait for the delay of one more wrong token. Raises RefusedError if too many are waiting."""
        delay_s = self.delay_s(client)
        if self.waiting >= THROTTLE_LIMITS.max_delayed:
            raise RefusedError("busy", mark("Trop de jetons faux sont envoyés"), headers=CLOSE_HEADERS)
        self.waiting += 1
        try:
            await asyncio.sleep(delay_s)
        finally:
            self.waiting -= 1

    def delay_s(self, client: str) -> float:
        """Count one more wrong token from an address, and return its delay in seconds."""
        count = self.by_client.pop(client, None) or FailureCounter()
        self.by_client[client] = count  # moved to the end: the address idle longest is dropped first
        limits = THROTTLE_LIMITS
        if len(self.by_client) > limits.max_clients:
            del self.by_client[next(iter(self.by_client))]
        excess = max(count.add() - limits.free_failures_per_client, self.total.add() - limits.free_failures_in_all, 0)
        return min(limits.max_delay_s, limits.base_delay_s * 2.0 ** min(excess, 16))


class FailureCounter:
    """A count of failures that restarts after some minutes without one."""

    def __init__(self) -> None:
        self.count, self.last = 0, monotonic()

    def add(self) -> int:
        """Add one, and return the count."""
        time_s = monotonic()
        self.count = 1 if time_s - self.last > THROTTLE_LIMITS.memory_s else self.count + 1
        self.last = time_s
        return self.count


class CallerRegistry:
    """Callers by token: the token of the service, and the keys as stored at the time of the request."""

    def __init__(self, token: str, store: Path | None = None) -> None:
        self.token = token
        self.api_keys = ApiKeys(store) if store else None
        self.one_time_tokens = OneTimeTokens(store) if store else None

    def close(self) -> None:
        if self.api_keys:
            self.api_keys.close()
        if self.one_time_tokens:
            self.one_time_tokens.close()

    def sign_in(self, token: str) -> Caller | None:
        """Return the caller who signs in, also by a one-time token; None if the token is unknown."""
        tokens = self.one_time_tokens
        if tokens and self._with_store(lambda: tokens.redeem(token)):
            return MASTER_CALLER
        return self.authenticate_token(token)

    def authenticate_token(self, token: str) -> Caller | None:
        """Return the caller with a token, None if unknown. Raises RefusedError for an expired or revoked key."""
        if are_secrets_equal(token, self.token):
            return MASTER_CALLER
        key = self._with_store(lambda: self.api_keys.find_by_token(token) if self.api_keys else None)
        if key and key.state != "valid":
            raise RefusedError(
                "no-token",
                mark("Cette clé a expiré ; demandez-en une autre")
                if key.state == "expired"
                else mark("Cette clé a été révoquée ; demandez-en une autre"),
                headers=CHALLENGE_HEADERS,
            )
        return key.caller if key else None

    def is_valid(self, caller: Caller) -> bool:
        """Return whether the key of a caller is still valid."""
        if not caller.key:
            return True
        key = self._with_store(lambda: self.api_keys.find(caller.key) if self.api_keys else None)
        return key is not None and key.state == "valid"

    def from_bearer(self, scope: Scope) -> Caller | None:
        """Return the caller whose bearer token the request has, else None. Raises as ``authenticate_token``."""
        scheme, _, token = Headers(scope=dict(scope)).get("authorization", "").partition(" ")
        return self.authenticate_token(token.strip()) if scheme.lower() == AUTH_SCHEME.lower() else None

    def _with_store[T](self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except sqlite3.Error as error:
            raise make_storage_problem(error) from None


class RequestGuard:
    """Authenticates requests, and refuses invalid ones.

    ``public_predicates`` accept requests from any caller; ``authenticators`` identify callers.
    """

    def __init__(self, callers: CallerRegistry, hosts: Iterable[str] = ()) -> None:
        # The names of this machine: a DNS rebinding attack sends the name of its own site
        self.hosts = frozenset(map(str.lower, ("127.0.0.1", "localhost", "[::1]", *hosts)))
        self.failed_logins = FailedLoginThrottle()
        self.callers = callers
        self.public_predicates: list[PublicPredicate] = [is_health]
        self.authenticators: list[Authenticator] = [callers.from_bearer]

    def authenticate(self, scope: Scope) -> Caller | None:
        """Return the caller, None for a public path. Raises RefusedError if the request is not allowed."""
        headers = Headers(scope=dict(scope))
        refuse_head(scope, headers)
        if get_request_host(scope) not in self.hosts:
            raise RefusedError("misdirected", mark("Nommez-le avec --name s'il doit s'appeler autrement"))
        if any(check(scope) for check in self.public_predicates):
            return None
        if caller := next(filter(None, (check(scope) for check in self.authenticators)), None):
            refuse_out_of_scope(caller, scope["path"])
            return caller
        if "authorization" in headers:
            raise WrongTokenError
        raise RefusedError(
            "no-token", mark("Envoyez l'en-tête Authorization: Bearer, et le jeton"), headers=CHALLENGE_HEADERS
        )


def refuse_out_of_scope(caller: Caller, path: str) -> None:
    if caller.key:
        prefix = next((prefix for prefix in REQUIRED_SCOPES if path == prefix or path.startswith(f"{prefix}/")), None)
        if prefix is None:
            if re.match(r"/v[0-9]+(/|$)", path):
                return  # no route: the router answers 404 to every caller
            raise RefusedError("no-scope", mark("Cela n'est que pour le jeton du service"))
        if not caller.scopes & REQUIRED_SCOPES[prefix]:
            raise lacks_scope(REQUIRED_SCOPES[prefix])


def refuse_head(scope: Scope, headers: Headers) -> None:
    """Raise RefusedError if the head is too large, or the length of the body ambiguous (RFC 9112, 6.1)."""
    size = sum(len(name) + len(value) for name, value in headers.raw) + len(scope.get("query_string", b""))
    if size + len(scope.get("raw_path") or scope["path"]) > MAX_HEAD_BYTES:
        raise RefusedError("head-too-large", mark("{most} octets au plus"), headers=CLOSE_HEADERS, most=MAX_HEAD_BYTES)
    if "content-length" in headers and "transfer-encoding" in headers:
        raise RefusedError(
            "bad-request", mark("Elle porte à la fois Content-Length et Transfer-Encoding"), headers=CLOSE_HEADERS
        )


def is_health(scope: Scope) -> bool:
    return bool(scope["path"] == "/health")


def get_request_host(scope: Scope) -> str:
    """Return the host name of the request, in lower case and without a port."""
    host = Headers(scope=dict(scope)).get("host", "").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def accepted_language(headers: Headers) -> str | None:
    """Return the supported language preferred by ``Accept-Language`` (RFC 9110, 12.5.4), None if there is none.

    >>> accepted_language(Headers({"accept-language": "de, fr-CH;q=0.3, en-GB;q=0.5, fr;q=0.8"}))
    'fr'
    """
    weights: dict[str, float] = {}
    for part in ",".join(headers.getlist("accept-language")).lower().split(","):
        tag, *settings = (piece.strip() for piece in part.split(";"))
        weight = next((setting.removeprefix("q=") for setting in settings if setting.startswith("q=")), "1")
        value = float(weight) if re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", weight) else 0.0
        code = tag.partition("-")[0]
        weights[code] = max(weights.get(code, 0.0), value)
    accepted = {code: weight for code, weight in weights.items() if code in LANGUAGES and weight > 0}
    return max(accepted, key=accepted.__getitem__, default=None)


def are_secrets_equal(first: str, second: str) -> bool:
    """Return whether two secrets are equal, in a time that does not depend on them."""
    first_digest, second_digest = (
        sha256(secret.encode("utf-8", "surrogatepass")).digest() for secret in (first, second)
    )
    return hmac.compare_digest(first_digest, second_digest)


DRAIN_BYTES = 64 << 20
DRAIN_S = 2.0

type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientDisconnectedError(Exception):
    """The client closed the connection."""


class BodyReader:
    """Reads request bodies, a bounded number at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.active = 0

    async def read(self, headers: Mapping[str, str], receive: Receive, kind: str = MediaType.JSON) -> bytes:
        """Return a body of one media type. Raises RefusedError, or ClientDisconnectedError."""
        refuse_media_type(headers, kind)
        refuse_length(headers, self.settings.body_bytes)
        if self.active >= self.settings.max_bodies:
            raise RefusedError("busy", mark("Trop de requêtes arrivent"), headers=CLOSE_HEADERS)
        self.active += 1
        try:
            async with asyncio.timeout(self.settings.body_s):
                return await read_body(receive, self.settings.body_bytes)
        except TimeoutError:
            late = mark("Le corps n'est pas arrivé en entier à temps : {seconds:g} secondes au plus")
            raise RefusedError("too-slow", late, headers=CLOSE_HEADERS, seconds=self.settings.body_s) from None
        finally:
            self.active -= 1


def refuse_media_type(headers: Mapping[str, str], kind: str) -> None:
    """Raise RefusedError if the body is of another media type, or compressed."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != kind:
        raise RefusedError("not-taken", mark("Le type du contenu doit être {kind}"), kind=kind)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedError("not-taken", mark("Le corps s'envoie tel quel, sans compression"))


def refuse_length(headers: Mapping[str, str], limit: int) -> None:
    """Raise RefusedError if ``Content-Length`` is invalid or too large."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> RefusedError:
    sentence = mark("Le corps est plus grand que ce service ne l'accepte : {most} octets au plus")
    return RefusedError("too-large", sentence, headers=CLOSE_HEADERS, most=limit)


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return the body.

    Raises RefusedError if it is larger than ``limit`` bytes, ClientDisconnectedError if it is not complete.
    """
    body = BytesIO()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnectedError
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
        if body.tell() > limit:
            raise too_large(limit)
    return body.getvalue()  # without a copy


async def drain_body(receive: Receive) -> None:
    """Read and discard what follows of a body, within bounds, so that the client reads the refusal."""
    remaining, more = DRAIN_BYTES, True
    try:
        async with asyncio.timeout(DRAIN_S):
            while more and remaining > 0:
                message = await receive()
                remaining -= len(message.get("body", b""))
                more = message.get("more_body", False)
    except TimeoutError:
        return


REQUEST_LOG = logging.getLogger("mentormatch.service")
REQUEST_ID_HEADER = "X-Request-ID"
SECURITY_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

type RequestEvent = MutableMapping[str, Any]
type Send = Callable[[RequestEvent], Awaitable[None]]
type ASGIApp = Callable[[Any, Receive, Send], Awaitable[None]]


class HttpExchange:
    """A request and its response, with the counters that are logged."""

    def __init__(self, scope: Any, receive: Receive, send: Send, sending_s: float) -> None:
        self.scope, self._receive, self._send, self.sending_s = scope, receive, send, sending_s
        request_id = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        self.expects_continue = "expect" in Headers(scope=scope)  # the client waits before it sends the body
        self.id = request_id if re.fullmatch(r"[\w.:-]{1,64}", request_id, re.ASCII) else token_hex(8)
        self.started = monotonic()
        self.status, self.bytes_in, self.bytes_out = 0, 0, 0
        self.body_complete = False
        scope.setdefault("state", {})["request_id"] = self.id

    @property
    def route(self) -> str:
        """The path template of the route, without the values of its parameters; ``-`` if no route matches."""
        return str(getattr(self.scope.get("route"), "path", "-"))

    @property
    def key(self) -> str:
        """The id of the caller's key; empty without a key."""
        caller = self.scope["state"].get("caller")
        return caller.key if caller else ""

    @property
    def client(self) -> str:
        """The address of the client."""
        return str((self.scope.get("client") or ("",))[0])

    async def receive(self) -> RequestEvent:
        """Return the next ASGI message of the request, and count its bytes."""
        message = await self._receive()
        self.bytes_in += len(message.get("body", b""))
        self.body_complete = not message.get("more_body", False)
        return message

    async def send(self, message: RequestEvent) -> None:
        """Send an ASGI message with the security headers. Raises TimeoutError if the client is too slow."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID_HEADER] = self.id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        self.bytes_out += len(message.get("body", b""))
        async with asyncio.timeout(self.sending_s):
            await self._send(message)

    async def send_problem(self, refused: RefusedError) -> None:
        """Send problem details, unless the response has started."""
        if self.status:
            return
        if not self.body_complete and refused.code != "too-slow" and not self.expects_continue:
            await drain_body(self.receive)
        document = refused.to_json(self.id, accepted_language(Headers(scope=self.scope)) or ENGLISH)
        answer = JSONResponse(document, refused.status, refused.headers, MediaType.PROBLEM)
        await answer(self.scope, self.receive, self.send)

    def log_line(self, wrong: str) -> str:
        """Return the log line as JSON, without any content or path parameter; ``wrong`` is the type of an error."""
        values = {
            "time": format_utc_now(),
            "request": self.id,
            "method": self.scope["method"],
            "route": self.route,
            "status": self.status,
            "ms": round((monotonic() - self.started) * 1000),
            "in": self.bytes_in,
            "out": self.bytes_out,
        }
        return json.dumps(values | {name: word for name, word in (("key", self.key), ("wrong", wrong)) if word})


def format_utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class AccessMiddleware:
    """The layer around all routes, inside that of CORS; ``observe`` receives each exchange when it is complete."""

    def __init__(
        self, app: ASGIApp, guard: RequestGuard, sending_s: float, observe: Callable[[HttpExchange], None]
    ) -> None:
        self.app, self.guard, self.sending_s, self.observe = app, guard, sending_s, observe

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request, and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange, wrong = HttpExchange(scope, receive, send, self.sending_s), ""
        try:
            wrong = await self._answer(exchange)
        except TimeoutError:
            wrong = "the answer was not taken"
        finally:
            REQUEST_LOG.info(exchange.log_line(wrong))
            self.observe(exchange)

    async def _answer(self, exchange: HttpExchange) -> str:
        """Answer, and return the error for the log, empty for a refusal: its type only.

        Its text may contain personal data.
        """
        try:
            try:
                exchange.scope["state"]["caller"] = self.guard.authenticate(exchange.scope)
                await self.app(exchange.scope, exchange.receive, exchange.send)
            except WrongTokenError:
                await self.guard.failed_logins.delay(exchange.client)
                raise
        except RefusedError as refused:
            await exchange.send_problem(refused)
        except ClientDisconnectedError:
            return "nobody waits"
        except TimeoutError:
            raise
        except Exception as error:
            await exchange.send_problem(
                RefusedError("failed", mark("Le journal le raconte sous l'identifiant de la requête"))
            )
            return f"{type(error).__module__}.{type(error).__name__}"
        return ""
