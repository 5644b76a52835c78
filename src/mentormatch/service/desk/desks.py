"""Open workspaces, each in a process, with the tabs that use them; and login sessions, identified by a cookie.

Scripts cannot read the cookie, and a browser does not send it from other sites.
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
from weakref import WeakValueDictionary

from starlette.datastructures import Headers

from mentormatch.base.progress import Progress
from mentormatch.languages.translation import mark
from mentormatch.service.desk.works import (
    NO_WORKSPACE,
    SavedWorkspace,
    StateParts,
    WorkingFile,
    WorkspaceKey,
    WorkspaceSave,
    WorkspaceStore,
    get_revision,
)
from mentormatch.service.gate import CallerRegistry, WrongTokenError
from mentormatch.service.keys import Caller
from mentormatch.service.messages import ServiceMessage, read_message
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import StatefulWorker, StatefulWorkers
from mentormatch.service.settings import Settings


@dataclass(frozen=True, slots=True)
class ClientTab:
    """A caller: session, tab, and name of the API key (empty for the master token)."""

    owner: str
    tab: str = ""
    key_name: str = ""


@dataclass(eq=False)
class TabPresence:
    """A tab that uses a workspace: the time of its last request, and whether it was left."""

    last: float = field(default_factory=monotonic)
    left: bool = False

    def is_gone(self, settings: Settings) -> bool:
        return monotonic() - self.last > (settings.left_tab_s if self.left else settings.silent_tab_s)


@dataclass(eq=False)
class WorkspaceHandle:
    """An open workspace: its worker, the tabs that use it, the tab that may edit, and the progress of the call.

    One tab edits; other tabs only read.
    """

    holder: ClientTab
    worker: StatefulWorker
    saved: SavedWorkspace
    settings: Settings
    held_since: float = field(default_factory=time)
    tabs: dict[ClientTab, TabPresence] = field(default_factory=dict)
    progress: Progress | None = None
    pending_calls: int = 0
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    erased: bool = False

    async def prepare(self) -> None:
        """Load code in the worker; if it has ended, the next call reports that."""
        with suppress(RefusedError):
            await self.worker.call(ServiceMessage({"do": "prepare"}).pack())

    async def call(self, head: Mapping[str, Any], body: bytes = b"") -> ServiceMessage:
        """Return the answer of the workspace, also one that refuses.

        Raises RefusedError if the process ends or fails, or the call takes too long.
        """
        self.pending_calls += 1
        try:
            answer = read_message(BytesIO(await self.worker.call(ServiceMessage(head, body).pack(), self._on_progress)))
        finally:
            self.pending_calls -= 1
            self.progress = None
        if answer is None:
            raise RefusedError("failed", mark("La réponse du processus n'est pas un message"))
        return answer

    async def parts(self, known_digests: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the parts of the state whose digests are not in ``known_digests``."""
        digests = {name: digest.hex() for name, digest in known_digests.items()}
        answer = await self.call({"do": "remember", "known": digests})
        stream = BytesIO(answer.body)
        return {name: stream.read(length) for name, length in answer.head["parts"].items()}

    async def restore(self, parts: StateParts) -> str:
        """Restore a saved state, and return a notice on parts not restored. Raises RefusedError if none can be."""
        lengths = {name: len(part) for name, part in parts.items()}
        answer = await self.call({"do": "restore", "parts": lengths}, b"".join(parts.values()))
        content = json.loads(answer.body)
        if answer.head.get("refused"):
            raise RefusedError("contradiction", content["title"], spoken=answer.head["language"])
        return str(content["told"])

    def stop(self) -> None:
        """Interrupt the computation, if any, which then returns its best result so far or is refused."""
        if self.pending_calls:
            self.worker.interrupt()

    def touch(self, tab: ClientTab, *, left: bool = False) -> None:
        """Record a request of a tab, or its closing. Requests without a tab id add no tab if their owner has one."""
        if tab.tab or tab in self.tabs or all(known_tab.owner != tab.owner for known_tab in self.tabs):
            self.tabs[tab] = TabPresence(left=left)
        self.worker.last_used = monotonic()

    def acquire(self, tab: ClientTab) -> None:
        """Make a tab the editing one. Raises RefusedError if a tab of another session edits and is present."""
        if not (self.is_held_by(tab) or self.is_free or self.holder.owner == tab.owner):
            raise RefusedError("held", mark("Quelqu'un d'autre tient ce travail"))
        if not self.is_held_by(tab):
            self.holder, self.held_since = tab, time()

    def acquire_for_change(self, tab: ClientTab) -> None:
        """Make a tab the editing one if no other tab is. Raises RefusedError otherwise."""
        if not self.is_held_by(tab):
            if not self.is_free:
                raise RefusedError("held", mark("Un autre onglet tient ce travail"))
            self.acquire(tab)

    def is_held_by(self, tab: ClientTab) -> bool:
        """Return whether a tab edits the workspace."""
        return (self.holder.owner, self.holder.tab) == (tab.owner, tab.tab)

    @property
    def is_free(self) -> bool:
        """Whether the editing tab is closed or silent."""
        presence = self.tabs.get(self.holder)
        return presence is None or presence.left or presence.is_gone(self.settings)

    @property
    def is_abandoned(self) -> bool:
        return not self.pending_calls and all(presence.is_gone(self.settings) for presence in self.tabs.values())

    def _on_progress(self, message: ServiceMessage) -> None:
        self.progress = Progress(**message.head["progress"])


@dataclass(frozen=True, slots=True)
class OpenedWorkspace:
    """A workspace that was opened, and a notice on parts not restored.

    ``newer``: a workspace that was open or stored, with at least as many changes, was used instead of the file.
    """

    ident: str
    handle: WorkspaceHandle
    notice: str = ""
    newer: bool = False


@dataclass(eq=False)
class Workspaces:
    """The open workspaces, by the ids of their processes."""

    workers: StatefulWorkers
    settings: Settings
    store: WorkspaceStore
    handles: dict[str, WorkspaceHandle] = field(default_factory=dict)
    preparing: set[asyncio.Task[None]] = field(default_factory=set)
    opening: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def open(self, tab: ClientTab, key: WorkspaceKey, least: int = 0) -> OpenedWorkspace:
        """Return the workspace with this key, opening it if needed.

        Raises RefusedError if it is neither open nor stored, its stored state is older than the save number ``least``
        or cannot be restored, or too many are open.
        """
        async with self.opening.setdefault(key.id, asyncio.Lock()):
            if entry := self.find_open(key):
                return self.join(tab, *entry)
            save = await self.store.load(key, least)
            if not save.parts:
                raise RefusedError("not-found", NO_WORKSPACE)
            return await self.create_stored(tab, key, save)

    async def open_file(self, tab: ClientTab, content: bytes) -> OpenedWorkspace:
        """Return the workspace of a working file.

        The newer of the file and of the state that is open, else stored, is used; work that only the other one contains
        becomes a former state. Raises RefusedError if the file or the stored state is damaged, another tab edits the
        state that the file would replace, or too many are open.
        """
        key, uploaded = WorkingFile.read_save(content)
        async with self.opening.setdefault(key.id, asyncio.Lock()):
            if entry := self.find_open(key):
                opened = await self.add_file(tab, self.join(tab, *entry), uploaded)
            elif (stored := await self.store.load(key)).parts:
                opened = await self.add_file(tab, await self.create_stored(tab, key, stored), uploaded)
            else:
                opened = await self.create(tab, key, uploaded.parts)
            opened.handle.saved.number = max(opened.handle.saved.number, uploaded.number)
            if not opened.notice:
                await self.save(opened.handle)
            return opened

    async def add_file(self, tab: ClientTab, opened: OpenedWorkspace, uploaded: WorkspaceSave) -> OpenedWorkspace:
        """Use the newer of an open state and of a file; see ``open_file``."""
        present = await opened.handle.parts({})
        if present == uploaded.parts:
            return opened
        newer = get_revision(present) >= get_revision(uploaded.parts)
        if not newer:
            opened.handle.acquire_for_change(tab)
        notice = await opened.handle.restore(uploaded.parts)
        return replace(opened, notice=notice or opened.notice, newer=newer)

    async def create_stored(self, tab: ClientTab, key: WorkspaceKey, save: WorkspaceSave) -> OpenedWorkspace:
        """Create a workspace from its stored save."""
        opened = await self.create(tab, key, save.parts)
        opened.handle.saved.number = save.number
        if not opened.notice:
            opened.handle.saved.mark_saved(save)
        return opened

    def join(self, tab: ClientTab, ident: str, handle: WorkspaceHandle) -> OpenedWorkspace:
        """Add a tab to an open workspace; it edits if no other tab does."""
        if handle.is_free:
            handle.acquire(tab)
        handle.touch(tab)
        return OpenedWorkspace(ident, handle)

    async def create(self, tab: ClientTab, key: WorkspaceKey, parts: StateParts) -> OpenedWorkspace:
        """Create a workspace, and restore its parts if there are any.

        Raises RefusedError if too many are open, or the parts cannot be restored.
        """
        self.evict_one()
        worker = await self.workers.start("mentormatch.service.desk.desk:Workspace")
        self.handles[worker.id] = handle = WorkspaceHandle(tab, worker, SavedWorkspace(key), self.settings)
        handle.touch(tab)
        limits = {"people": 2 * self.settings.max_people, "pairs": self.settings.max_pairs}
        try:
            await handle.call({"do": "begin", **limits})
            notice = await handle.restore(parts) if parts else ""
        except BaseException:  # its key must not open an empty workspace, which would replace the stored one
            self.workers.end(worker.id)
            raise
        if not parts:
            self.preparing.add(task := asyncio.create_task(handle.prepare()))
            task.add_done_callback(self.preparing.discard)
        return OpenedWorkspace(worker.id, handle, notice)

    def evict_one(self) -> None:
        """End the workspace that was abandoned first, even if it is not stored, if no other may be opened."""
        self.remove_ended()
        if len(self.workers.by_id) >= self.settings.max_workspaces:
            abandoned = [
                (handle.worker.last_used, ident) for ident, handle in self.handles.items() if handle.is_abandoned
            ]
            if abandoned:
                self.workers.end(min(abandoned)[1])
                self.remove_ended()

    def find(self, ident: str, tab: ClientTab) -> WorkspaceHandle:
        """Return a workspace that the caller uses, and record the request. Raises RefusedError if there is none."""
        handle = self.handles.get(ident)
        if handle is None or tab.owner not in {tab.owner for tab in (handle.holder, *handle.tabs)}:
            raise RefusedError("not-found", mark("Cette session n'existe pas, ou elle a pris fin"))
        self.workers.find(ident)
        handle.touch(tab)
        return handle

    def find_open(self, key: WorkspaceKey) -> tuple[str, WorkspaceHandle] | None:
        """Return the open workspace with a key, None if it is not open."""
        self.remove_ended()
        entries = ((ident, handle) for ident, handle in self.handles.items() if handle.saved.key == key)
        return next((entry for entry in entries if entry[1].worker.child.alive), None)

    async def save(self, handle: WorkspaceHandle) -> None:
        """Store the changes of a workspace, if storing is enabled; on failure ``handle.saved.saved`` is None."""
        if not self.store.keep_s:
            return
        async with handle.saving:  # changed parts are those since the save before
            try:
                changed_parts = await handle.parts(handle.saved.digests)
                if not handle.erased:
                    await self.store.save(handle.saved, changed_parts)
            except RefusedError:
                handle.saved.saved = None

    async def erase(self, tab: ClientTab, key: WorkspaceKey) -> None:
        """Delete a stored workspace, and end its process. Raises RefusedError if another caller edits it."""
        async with self.opening.setdefault(key.id, asyncio.Lock()):
            if entry := self.find_open(key):
                ident, handle = entry
                handle.acquire(tab)
                handle.erased = True
                self.workers.end(ident)
                self.remove_ended()
            await self.store.delete(key)

    def close_all_of(self, owner: str) -> None:
        """End all workspaces that an owner edits, even if they are not stored."""
        for ident, handle in list(self.handles.items()):
            if handle.holder.owner == owner:
                self.workers.end(ident)
        self.remove_ended()

    def remove_ended(self) -> None:
        """Remove workspaces whose process has ended."""
        self.handles = {ident: handle for ident, handle in self.handles.items() if ident in self.workers.by_id}

    async def clean_up(self) -> None:
        """End abandoned workspaces that are stored, and delete expired ones from the store."""
        for ident, handle in list(self.handles.items()):
            if handle.is_abandoned and handle.saved.saved:
                self.workers.end(ident)
        self.remove_ended()
        await self.store.expire()


COOKIE_NAME = "mentormatch"
MAX_LOGIN_SESSIONS = 64
LOGIN_SESSION_S = 12 * 3_600.0  # sessions end after this time in any case
BEARER_OWNER = "bearer"  # owner of requests with a bearer token, followed by the name of the key
SAFE_METHODS = ("GET", "HEAD")

type Scope = Mapping[str, Any]


@dataclass(slots=True)
class LoginSession:
    """A login session: its caller, start and last use."""

    caller: Caller
    begun: float
    last: float


class LoginSessions:
    """The login sessions, by the digests of their cookies."""

    def __init__(self, callers: CallerRegistry, idle_s: float) -> None:
        self.callers, self.idle_s = callers, idle_s
        self.all: dict[str, LoginSession] = {}

    def create(self, token: str) -> str:
        """Return the cookie of a new session. Raises RefusedError for an invalid token, or if there are too many."""
        self.expire()
        if len(self.all) >= MAX_LOGIN_SESSIONS:  # checked first: signing in uses up a one-time token
            raise RefusedError("busy", mark("Aucune session de plus ne peut être ouverte"))
        if not (caller := self.callers.sign_in(token)):
            raise WrongTokenError
        cookie, time_s = token_urlsafe(32), monotonic()
        self.all[get_session_id(cookie)] = LoginSession(caller, time_s, time_s)
        return cookie

    def end(self, owner: str) -> None:
        self.all.pop(owner, None)

    def expire(self) -> None:
        """Remove expired sessions."""
        time_s = monotonic()
        for owner, session in list(self.all.items()):
            if time_s - session.last > self.idle_s or time_s - session.begun > LOGIN_SESSION_S:
                self.end(owner)

    def owner_of_request(self, scope: Scope) -> str | None:
        """Return the owner of a request, None if unknown."""
        owner = get_session_id(get_session_cookie(scope))
        if self._session(owner):
            return owner
        caller = self.callers.from_bearer(scope)
        return f"{BEARER_OWNER}:{caller.owner}" if caller else None

    def authenticate(self, scope: Scope) -> Caller | None:
        """Return the caller with a cookie, on the paths of the page; None without a session.

        Raises RefusedError if another site may have sent the request.
        """
        session = (
            self._session(get_session_id(get_session_cookie(scope)))
            if scope["path"].startswith(("/desk", "/works", "/session", "/page/"))
            else None
        )
        if session is None:
            return None
        refuse_cross_site(scope)
        return session.caller

    def _session(self, owner: str) -> LoginSession | None:
        """Return a session and record its use, None without one; a session whose key is no longer valid ends."""
        self.expire()
        session = self.all.get(owner)
        if session and not self.callers.is_valid(session.caller):
            self.end(owner)
            return None
        if session:
            session.last = monotonic()
        return session


def is_public(scope: Scope) -> bool:
    """Return whether a request is public: the page, or signing in.

    Raises RefusedError if another site sent the sign-in.
    """
    if scope["path"] == "/session" and scope["method"] == "POST":
        refuse_cross_site(scope)
        return True
    return bool(scope["path"] == "/" and scope["method"] in SAFE_METHODS)


def refuse_cross_site(scope: Scope) -> None:
    """Raise RefusedError if a state-changing request was not sent by a page of this service."""
    headers = Headers(scope=dict(scope))
    fetch_site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_same_host = origin is not None and origin.partition("://")[2] == headers.get("host")
    if scope["method"] not in SAFE_METHODS and not (
        is_same_host if fetch_site is None else fetch_site == "same-origin" and (is_same_host or origin is None)
    ):
        raise RefusedError("forbidden", mark("Seule la page de ce service peut demander cela"))


def get_session_cookie(scope: Scope) -> str:
    """Return the cookie of a request, empty if there is none or it cannot be parsed."""
    headers = Headers(scope=dict(scope))
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(cookie_name(headers))
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def cookie_name(headers: Headers) -> str:
    """Return the name of the cookie, with the port: browsers share cookies between ports."""
    _, colon, port = headers.get("host", "").rpartition(":")
    return f"{COOKIE_NAME}-{port}" if colon and port.isdecimal() else COOKIE_NAME


def get_session_id(cookie: str) -> str:
    # The digest does not reveal the cookie.
    return sha256(cookie.encode()).hexdigest()
