"""The desks that there are, each in a process of its own: whose they are, who holds them, and which work is on them.

Who sits at the page: a token or key becomes a session, known by a cookie.

No script reads the cookie, and no other site sends it.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from secrets import token_urlsafe
from time import monotonic, time
from typing import Any

from starlette.datastructures import Headers

from mentormatch.base.progress import Progress
from mentormatch.languages.translation import mark
from mentormatch.service.desk.works import NO_WORK, KeptWork, WorkingFile, WorkKey, WorkParts, Works, changes_in
from mentormatch.service.gate import Callers, WrongTokenError
from mentormatch.service.keys import Caller
from mentormatch.service.messages import ServiceMessage, read_message
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import ResidentProcess, Residents
from mentormatch.service.settings import Settings

FACTORY = "mentormatch.service.desk.desk:Desk"


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who asks: a session, one of its tabs, and the name of their key, empty for whoever has the token."""

    owner: str
    tab: str = ""
    name: str = ""


@dataclass(eq=False)
class Presence:
    """A tab at a desk: when it was heard last, and whether it said that it is left."""

    last: float = field(default_factory=monotonic)
    left: bool = False

    def is_gone(self, settings: Settings) -> bool:
        """Return whether nobody is there any more."""
        return monotonic() - self.last > (settings.gone_s if self.left else settings.silent_s)


@dataclass(eq=False)
class Seat:
    """A desk: who sits there, who holds it and since when, its work, how far what it does is, and whether to stop it.

    One tab holds a desk and changes what is there; others see it.
    """

    holder: Sitter
    resident: ResidentProcess
    work: KeptWork
    settings: Settings
    since: float = field(default_factory=time)
    present: dict[Sitter, Presence] = field(default_factory=dict)
    progress: Progress | None = None
    working: int = 0

    async def prepare(self) -> None:
        """Have the desk load what it will need; where its process has ended, whoever asks next is told."""
        with suppress(RefusedError):
            await self.resident.call(ServiceMessage({"do": "prepare"}).pack())

    async def ask(self, head: Mapping[str, Any], body: bytes = b"") -> ServiceMessage:
        """Return what the desk answers; raises RefusedError where its process has ended."""
        self.working += 1
        try:
            answer = read_message(BytesIO(await self.resident.call(ServiceMessage(head, body).pack(), self._heard)))
        finally:
            self.working -= 1
            self.progress = None
        if answer is None:
            raise RefusedError("failed", mark("La réponse du processus n'est pas un message"))
        return answer

    async def parts(self, known: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the parts of what is on the desk, without those of which the digests are known."""
        digests = {name: digest.hex() for name, digest in known.items()}
        answer = await self.ask({"do": "remember", "known": digests})
        stream = BytesIO(answer.body)
        return {name: stream.read(length) for name, length in answer.head["parts"].items()}

    async def restore(self, parts: WorkParts) -> ServiceMessage:
        """Have the desk be what one was."""
        lengths = {name: len(part) for name, part in parts.items()}
        return await self.ask({"do": "restore", "parts": lengths}, b"".join(parts.values()))

    def stop(self) -> None:
        """Have the desk end what it is at, with the best that it has found."""
        if self.working:
            self.resident.interrupt()

    def heard(self, sitter: Sitter, *, left: bool = False) -> None:
        """Note that a tab is there, or that it says that it is left.

        What a browser loads within the page says no tab: it is no further one.
        """
        if sitter.tab or sitter in self.present or all(one.owner != sitter.owner for one in self.present):
            self.present[sitter] = Presence(left=left)
        self.resident.last = monotonic()

    def hold(self, sitter: Sitter) -> None:
        """Have a tab hold the desk; raises RefusedError where somebody else does, and is there."""
        if not (self.is_held_by(sitter) or self.is_free or self.holder.owner == sitter.owner):
            raise RefusedError("held", mark("Quelqu'un d'autre tient ce travail"))
        if not self.is_held_by(sitter):
            self.holder, self.since = sitter, time()

    def hold_to_change(self, sitter: Sitter) -> None:
        """Raise RefusedError where a tab may not change what is here; it holds the desk that nobody else holds."""
        if not self.is_held_by(sitter):
            if not self.is_free:
                raise RefusedError("held", mark("Un autre onglet tient ce travail"))
            self.hold(sitter)

    def is_held_by(self, sitter: Sitter) -> bool:
        """Return whether a tab holds the desk."""
        return (self.holder.owner, self.holder.tab) == (sitter.owner, sitter.tab)

    @property
    def is_free(self) -> bool:
        """Whether whoever holds the desk has left it, or is gone."""
        there = self.present.get(self.holder)
        return there is None or there.left or there.is_gone(self.settings)

    @property
    def is_deserted(self) -> bool:
        """Whether nobody is there any more, and nothing is being done."""
        return not self.working and all(there.is_gone(self.settings) for there in self.present.values())

    def _heard(self, message: ServiceMessage) -> None:
        self.progress = Progress(**message.head["progress"])


@dataclass(frozen=True, slots=True)
class OpenedDesk:
    """A desk that somebody came to, and what could not be taken up of its work, in words.

    ``newer``: the work that was here is newer than the file that was brought, or open, and is that on the desk.
    """

    ident: str
    seat: Seat
    told: str = ""
    newer: bool = False


@dataclass(eq=False)
class Desks:
    """All desks, by the ids of their processes."""

    residents: Residents
    settings: Settings
    works: Works
    places: dict[str, Seat] = field(default_factory=dict)
    preparing: set[asyncio.Task[None]] = field(default_factory=set)
    opening: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def open(self, sitter: Sitter, key: WorkKey, least: int = 0) -> OpenedDesk:
        """Return the desk with a work, which it has already, or has from now on.

        Raises RefusedError where there is none of this key, or one older than the save of number ``least``, or where
        there are as many desks as there may be.
        """
        async with self.opening.setdefault(key.id, asyncio.Lock()):
            if there := self.on_desk(key):
                return self.come(sitter, *there)
            save = await self.works.find(key, least)
            if not save.parts:
                raise RefusedError("not-found", NO_WORK)
            opened = await self.make(sitter, key, save.parts)
            opened.seat.work.number = save.number
            if not opened.told:
                opened.seat.work.know(save)
            return opened

    async def bring(self, sitter: Sitter, content: bytes) -> OpenedDesk:
        """Return the desk with the work of a working file; with that which is here, where the file is not newer."""
        key, brought = WorkingFile.read_save(content)
        async with self.opening.setdefault(key.id, asyncio.Lock()):
            if there := self.on_desk(key):
                return replace(self.come(sitter, *there), newer=True)
            kept = await self.works.find(key)
            newer = bool(kept.parts) and changes_in(kept.parts) >= changes_in(brought.parts)
            opened = await self.make(sitter, key, kept.parts if newer else brought.parts)
            opened.seat.work.number = max(kept.number, brought.number)
            if not opened.told:
                await self.keep(opened.seat)
            return replace(opened, newer=newer)

    def come(self, sitter: Sitter, ident: str, seat: Seat) -> OpenedDesk:
        """Have somebody come to a desk: they hold it where nobody else does, and see it in any case."""
        if seat.is_free:
            seat.hold(sitter)
        seat.heard(sitter)
        return OpenedDesk(ident, seat)

    async def make(self, sitter: Sitter, key: WorkKey, parts: WorkParts) -> OpenedDesk:
        """Return a new desk, with a work where there are parts of one.

        Raises RefusedError where there are as many desks as there may be, or nothing can be made of the parts.
        """
        self.make_room()
        resident = await self.residents.make(FACTORY)
        self.places[resident.id] = seat = Seat(sitter, resident, KeptWork(key), self.settings)
        seat.heard(sitter)
        limits = {"people": 2 * self.settings.people, "pairs": self.settings.pairs}
        await seat.ask({"do": "begin", **limits})
        if not parts:
            self.preparing.add(task := asyncio.create_task(seat.prepare()))
            task.add_done_callback(self.preparing.discard)
            return OpenedDesk(resident.id, seat)
        answer = await seat.restore(parts)
        content = json.loads(answer.body)
        if answer.head.get("refused"):
            self.residents.drop(resident.id)
            raise RefusedError("contradiction", content["title"], spoken=answer.head["language"])
        return OpenedDesk(resident.id, seat, content["told"])

    def make_room(self) -> None:
        """End the desk that was deserted first, where there are as many as there may be."""
        self.forget()
        if len(self.residents.all) >= self.settings.residents:
            deserted = [(seat.resident.last, ident) for ident, seat in self.places.items() if seat.is_deserted]
            if deserted:
                self.residents.drop(min(deserted)[1])
                self.forget()

    def find(self, ident: str, sitter: Sitter) -> Seat:
        """Return a desk at which somebody sits; raises RefusedError where they sit at none of this id."""
        seat = self.places.get(ident)
        if seat is None or sitter.owner not in {one.owner for one in (seat.holder, *seat.present)}:
            raise RefusedError("not-found", mark("Cette session n'existe pas, ou elle a pris fin"))
        self.residents.find(ident)
        seat.heard(sitter)
        return seat

    def on_desk(self, key: WorkKey) -> tuple[str, Seat] | None:
        """Return the desk that has a work, None where it is not open."""
        self.forget()
        there = ((ident, seat) for ident, seat in self.places.items() if seat.work.key == key)
        return next((one for one in there if one[1].resident.child.alive), None)

    async def keep(self, seat: Seat) -> None:
        """Keep what has changed on a desk, if works are kept; where that fails ``seat.work.saved`` says so."""
        if self.works.keep_s:
            with suppress(RefusedError):
                await self.works.keep(seat.work, await seat.parts(seat.work.digests))

    async def erase(self, sitter: Sitter, key: WorkKey) -> None:
        """Delete a work, and end the desk that has it; raises RefusedError where somebody else holds it."""
        if there := self.on_desk(key):
            ident, seat = there
            seat.hold(sitter)
            self.residents.drop(ident)
            self.forget()
        else:
            await self.works.find(key)  # who cannot open a work deletes nothing
        await self.works.forget(key)

    def drop(self, owner: str) -> None:
        """End all desks that somebody holds."""
        for ident, seat in list(self.places.items()):
            if seat.holder.owner == owner:
                self.residents.drop(ident)
        self.forget()

    def forget(self) -> None:
        """Forget the desks that have ended."""
        self.places = {ident: seat for ident, seat in self.places.items() if ident in self.residents.all}
        self.opening = {ident: lock for ident, lock in self.opening.items() if lock.locked()}

    async def sweep(self) -> None:
        """End the desks that are deserted and whose work is kept, and delete the works that have expired."""
        for ident, seat in list(self.places.items()):
            if seat.is_deserted and seat.work.saved:
                self.residents.drop(ident)
        self.forget()
        await self.works.expire()


COOKIE = "mentormatch"
MOST_SESSIONS = 64
SESSION_S = 12 * 3_600.0
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
            raise WrongTokenError
        self.expire()
        if len(self.all) >= MOST_SESSIONS:
            raise RefusedError("busy", mark("Aucune session de plus ne peut être ouverte"))
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
            if now - session.last > self.idle_s or now - session.begun > SESSION_S:
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
        raise RefusedError("forbidden", mark("Seule la page de ce service peut demander cela"))


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
