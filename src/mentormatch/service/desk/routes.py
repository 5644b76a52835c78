"""Routes of the staff page: signing in, its files, and actions on workspaces."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Literal, TypedDict
from urllib.parse import unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mentormatch.base.strict_json import parse_json
from mentormatch.errors import RequestError
from mentormatch.languages.translation import FRENCH, language, mark, spoken
from mentormatch.service.components import Components
from mentormatch.service.desk.assets import PAGE_CSP, assets, make_sign_in_page, make_view_csp, page_file
from mentormatch.service.desk.desk_requests import PAGE_ACTIONS
from mentormatch.service.desk.desks import (
    BEARER_OWNER,
    ClientTab,
    LoginSessions,
    OpenedWorkspace,
    WorkspaceHandle,
    Workspaces,
    cookie_name,
    is_public,
)
from mentormatch.service.desk.works import WorkingFile, WorkspaceKey, WorkspaceSave
from mentormatch.service.gate import BodyReader, accepted_language
from mentormatch.service.media_types import MediaType
from mentormatch.service.problems import ENGLISH, PROBLEM_KINDS, PROBLEM_URN, RefusedError
from mentormatch.widgets.progress import format_duration, format_goal, format_part

SECURITY_HEADERS = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}
PAGE_HEADERS = {**SECURITY_HEADERS, "Content-Security-Policy": PAGE_CSP}


class PageHeader(StrEnum):
    """A header between the page and the service."""

    TAB = "X-Tab"
    FILE_NAME = "X-File-Name"
    CONFIRM = "X-Sure"  # the token that confirms a loss
    SAVE_NUMBER = "X-Work-Save"  # number of the last save; a browser does not open an older one
    SAVED_AT = "X-Work-Kept"  # time of the last save in seconds since 1970; 0: not saved


class CookieAttributes(TypedDict):
    """Attributes of the session cookie."""

    httponly: bool
    samesite: Literal["strict"]
    secure: bool


type RequestHandlers = dict[tuple[str, str], Callable[..., Awaitable[Response]]]


def routes(components: Components) -> APIRouter:
    """Return the routes of the page, with its authentication."""
    sessions = LoginSessions(components.guard.callers, components.settings.workspace_idle_s)
    components.guard.public_predicates.append(is_public)
    components.guard.authenticators.append(sessions.authenticate)
    router = APIRouter(include_in_schema=False)
    workspaces = Workspaces(components.stateful_workers, components.settings, components.workspace_store)
    components.cleanup_callbacks.append(workspaces.clean_up)
    handlers = (
        SignInRoutes(components, sessions, workspaces).handlers | PageRoutes(components, sessions, workspaces).handlers
    )
    for (method, path), handler in handlers.items():
        router.add_api_route(path, handler, methods=[method], response_model=None)
    return router


class SignInRoutes:
    """The page, its files, and login sessions."""

    def __init__(self, components: Components, sessions: LoginSessions, workspaces: Workspaces) -> None:
        self.components, self.sessions, self.workspaces = components, sessions, workspaces
        settings = components.settings
        self.bodies = BodyReader(
            replace(
                settings, body_bytes=settings.sign_in_bytes, body_s=settings.sign_in_s, max_bodies=settings.max_sign_ins
            )
        )  # bodies before sign-in are counted separately
        self.handlers: RequestHandlers = {
            ("GET", "/"): self.page,
            ("GET", "/page/{name}"): self.asset,
            ("POST", "/session"): self.sign_in,
            ("DELETE", "/session"): self.sign_out,
        }

    async def page(self, request: Request) -> Response:
        """Return the page, or the sign-in page without a session."""
        if self.sessions.owner_of_request(request.scope) is None:
            policy, page = make_sign_in_page(negotiate_language(request))
            return Response(page, 401, SECURITY_HEADERS | {"Content-Security-Policy": policy}, MediaType.HTML)
        return Response(page_file("index.html"), 200, PAGE_HEADERS, MediaType.HTML)

    async def asset(self, name: str) -> Response:
        """Return a file of the page."""
        if name not in assets():
            raise RefusedError("not-found", mark("La page n'a pas de fichier de ce nom"))
        kind, content = assets()[name]
        return Response(content, 200, PAGE_HEADERS, kind)

    async def sign_in(self, request: Request) -> Response:
        """Start a session for the token of the service, a key or a one-time token."""
        cookie = self.sessions.create(str((await read_object(self.bodies, request)).get("token", "")))
        answer = Response(status_code=204, headers=SECURITY_HEADERS)
        answer.set_cookie(cookie_name(request.headers), cookie, **self._cookie_attributes(request))
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End a session, and the workspaces that it edits."""
        owner = get_request_owner(self.sessions, request)
        self.workspaces.close_all_of(owner)
        self.sessions.end(owner)
        answer = Response(status_code=204, headers=SECURITY_HEADERS)
        answer.delete_cookie(cookie_name(request.headers), **self._cookie_attributes(request))
        return answer

    def _cookie_attributes(self, request: Request) -> CookieAttributes:
        secure = self.components.settings.https or request.url.scheme == "https"
        return {"httponly": True, "samesite": "strict", "secure": secure}


class PageRoutes:
    """Actions on workspaces."""

    def __init__(self, components: Components, sessions: LoginSessions, workspaces: Workspaces) -> None:
        self.components, self.sessions, self.workspaces = components, sessions, workspaces
        self.bodies = BodyReader(replace(components.settings, body_bytes=components.settings.page_bytes))
        self.handlers: RequestHandlers = {
            ("POST", "/desk"): self.create,
            ("POST", "/works"): self.open_work,
            ("PUT", "/works"): self.open_file,
            ("DELETE", "/works"): self.erase,
            ("GET", "/desk/{ident}/work"): self.working_file,
            ("POST", "/desk/{ident}/here"): self.heartbeat,
            ("DELETE", "/desk/{ident}/here"): self.leave,
            ("POST", "/desk/{ident}/hold"): self.take_editing,
            ("GET", "/desk/{ident}"): self.show_state,
            ("POST", "/desk/{ident}"): self.run_action,
            ("PUT", "/desk/{ident}/files/{part}"): self.upload_file,
            ("PUT", "/desk/{ident}/replies"): self.upload_replies,
            ("PUT", "/desk/{ident}/waves/{month}"): self.upload_wave,
            ("PUT", "/desk/{ident}/editions"): self.upload_edition,
            ("PUT", "/desk/{ident}/review"): self.upload_review,
            ("GET", "/desk/{ident}/progress"): self.progress,
            ("POST", "/desk/{ident}/stop"): self.stop,
            ("GET", "/desk/{ident}/pages/{name}"): self.show_page,
            ("GET", "/desk/{ident}/documents/{name}"): self.download,
            ("GET", "/desk/{ident}/board"): self.open_board,
            ("POST", "/desk/{ident}/board"): self.ask_board,
        }

    def client_tab(self, request: Request) -> ClientTab:
        """Return the caller and its tab."""
        tab = request.headers.get(PageHeader.TAB, "")[:64]
        return ClientTab(get_request_owner(self.sessions, request), tab, request.state.caller.owner)

    def find_workspace(self, request: Request, ident: str) -> WorkspaceHandle:
        return self.workspaces.find(ident, self.client_tab(request))

    async def change(
        self, request: Request, ident: str, head: Mapping[str, Any], body: Callable[[], Awaitable[bytes]] | None = None
    ) -> Response:
        """Run an action that may change a workspace, and save it; the headers of the answer tell whether it was.

        Raises RefusedError if another tab edits the workspace.
        """
        handle = self.find_workspace(request, ident)
        content = await body() if body else b""
        handle.acquire_for_change(self.client_tab(request))
        answer = await handle.call({**head, "sure": request.headers.get(PageHeader.CONFIRM, "")}, content)
        await self.workspaces.save(handle)
        return make_http_response(
            answer,
            {PageHeader.SAVED_AT: f"{handle.saved.saved or 0:.0f}", PageHeader.SAVE_NUMBER: str(handle.saved.number)},
        )

    async def create(self, request: Request) -> Response:
        """Create an empty workspace."""
        return self._answer_opened(
            request, await self.workspaces.create(self.client_tab(request), WorkspaceKey.new(), {})
        )

    async def open_work(self, request: Request) -> Response:
        """Open a workspace by its key."""
        body = await read_object(self.bodies, request)
        min_save_number = body.get("save")
        if min_save_number is not None and (type(min_save_number) is not int or min_save_number < 0):
            raise RefusedError("misfit", mark("Le numéro d'un enregistrement est un nombre entier"))
        opened = await self.workspaces.open(
            self.client_tab(request), WorkspaceKey.of(body.get("work")), min_save_number or 0
        )
        return self._answer_opened(request, opened)

    async def open_file(self, request: Request) -> Response:
        """Open the workspace of a working file."""
        content = await self.components.body_reader.read(request.headers, request.receive, MediaType.BINARY)
        return self._answer_opened(request, await self.workspaces.open_file(self.client_tab(request), content))

    async def erase(self, request: Request) -> Response:
        """Delete a stored workspace."""
        await self.workspaces.erase(self.client_tab(request), await self._key(request))
        return Response(status_code=204, headers=SECURITY_HEADERS)

    async def _key(self, request: Request) -> WorkspaceKey:
        return WorkspaceKey.of((await read_object(self.bodies, request)).get("work"))

    def _answer_opened(self, request: Request, opened: OpenedWorkspace) -> Response:
        """Return the id and key of a workspace, and the editing tab."""
        content = {
            "desk": opened.ident,
            "work": opened.handle.saved.key.text,
            "told": opened.notice,
            "newer": opened.newer,
        }
        return JSONResponse(content | self._holder_info(request, opened.handle), 201, SECURITY_HEADERS)

    def _holder_info(self, request: Request, handle: WorkspaceHandle) -> dict[str, Any]:
        """Return the editing tab, and how and until when the workspace is stored."""
        tab, holder = self.client_tab(request), handle.holder
        holder_info = {"mine": handle.is_held_by(tab), "own": holder.owner == tab.owner, "free": handle.is_free}
        content = {"held": holder_info | {"name": holder.key_name, "since": handle.held_since}}
        store = self.workspaces.store
        return content | {
            "keeps": store.keep_s,
            "lasting": store.path is not None,
            "saved": handle.saved.saved or 0,
            "save": handle.saved.number,
        }

    async def working_file(self, request: Request, ident: str) -> Response:
        """Return the workspace as a file that can be opened by another service."""
        handle = self.find_workspace(request, ident)
        file = WorkingFile.of(handle.saved.key, WorkspaceSave(await handle.parts({}), handle.saved.number + 1))
        disposition = {"Content-Disposition": f'attachment; filename="{"travail.mentormatch"}"'}
        return Response(file.model_dump_json(), 200, SECURITY_HEADERS | disposition, MediaType.BINARY)

    async def heartbeat(self, request: Request, ident: str) -> Response:
        return JSONResponse(self._holder_info(request, self.find_workspace(request, ident)), 200, SECURITY_HEADERS)

    async def leave(self, request: Request, ident: str) -> Response:
        """Record that a tab is being closed."""
        self.find_workspace(request, ident).touch(self.client_tab(request), left=True)
        return Response(status_code=204, headers=SECURITY_HEADERS)

    async def take_editing(self, request: Request, ident: str) -> Response:
        """Make a tab the editing one, unless a tab of another session is and is present."""
        handle = self.find_workspace(request, ident)
        handle.acquire(self.client_tab(request))
        return JSONResponse(self._holder_info(request, handle), 200, SECURITY_HEADERS)

    async def show_state(self, request: Request, ident: str) -> Response:
        return make_http_response(await self.find_workspace(request, ident).call({"do": "look"}))

    async def run_action(self, request: Request, ident: str) -> Response:
        """Run an action of the page."""
        handle = self.find_workspace(request, ident)
        message = await read_object(self.bodies, request)
        if message.get("do") not in PAGE_ACTIONS:
            raise RefusedError("misfit", mark("Cela ne se demande pas ici"))
        if message.get("do") in (
            "round",
            "five",
            "groups",
            "year",
            "sessions",
            "follow",
            "pairs",
            "documents",
        ):  # read only
            return make_http_response(await handle.call(message))
        if message.get("do") in ("validate", "apply"):
            message |= {"validates": "validate" in request.state.caller.scopes}
        return await self.change(request, ident, message)

    async def upload_file(self, request: Request, ident: str, part: str) -> Response:
        return await self._upload(request, ident, {"do": "take", "part": part})

    async def upload_replies(self, request: Request, ident: str) -> Response:
        return await self._upload(request, ident, {"do": "gather"})

    async def upload_wave(self, request: Request, ident: str, month: str) -> Response:
        return await self._upload(
            request, ident, {"do": "wave", "month": int(month) if re.compile("[0-9]{1,3}").fullmatch(month) else 0}
        )

    async def upload_edition(self, request: Request, ident: str) -> Response:
        return await self._upload(request, ident, {"do": "edition"})

    async def upload_review(self, request: Request, ident: str) -> Response:
        return await self._upload(request, ident, {"do": "review"})

    async def _upload(self, request: Request, ident: str, head: Mapping[str, Any]) -> Response:
        named_head = {**head, "name": unquote(request.headers.get(PageHeader.FILE_NAME, ""))}
        read_body = self.components.body_reader.read
        return await self.change(
            request, ident, named_head, lambda: read_body(request.headers, request.receive, MediaType.BINARY)
        )

    async def progress(self, request: Request, ident: str) -> Response:
        """Return the progress of the computation."""
        handle, words = self.find_workspace(request, ident), ""
        if handle.progress:
            with language(negotiate_language(request)):
                texts = (
                    format_duration(handle.progress.seconds),
                    format_part(handle.progress),
                    format_goal(handle.progress),
                )
                words = " · ".join(word for word in texts if word)
        return JSONResponse({"working": handle.pending_calls > 0, "words": words}, 200, SECURITY_HEADERS)

    async def stop(self, request: Request, ident: str) -> Response:
        """Interrupt the computation."""
        self.find_workspace(request, ident).stop()
        return Response(status_code=204, headers=SECURITY_HEADERS)

    async def show_page(self, request: Request, ident: str, name: str) -> Response:
        """Return a page of results."""
        policy = {"Content-Security-Policy": make_view_csp()}
        return make_http_response(await self.find_workspace(request, ident).call({"do": "show", "name": name}), policy)

    async def download(self, request: Request, ident: str, name: str) -> Response:
        """Return a document."""
        # Names that need no quotes in a header
        if not re.fullmatch("[a-z0-9]+([.-][a-z0-9]+)*", name):
            raise RefusedError("not-found", mark("Ce document n'existe pas"))
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": make_view_csp()}
        return make_http_response(await self.find_workspace(request, ident).call({"do": "hand", "name": name}), headers)

    async def open_board(self, request: Request, ident: str) -> Response:
        """Return the board and its labels."""
        return make_http_response(await self.find_workspace(request, ident).call({"do": "open"}))

    async def ask_board(self, request: Request, ident: str) -> Response:
        """Return the board after a request."""
        head = {"do": "ask", "validates": "validate" in request.state.caller.scopes}
        read_body = self.components.body_reader.read
        return await self.change(request, ident, head, lambda: read_body(request.headers, request.receive))


def get_request_owner(sessions: LoginSessions, request: Request) -> str:
    # An authenticated request without a session has a token.
    return sessions.owner_of_request(request.scope) or BEARER_OWNER


def make_http_response(answer: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Convert an answer of a workspace; a refusal, or a loss to confirm, becomes a problem."""
    if answer.head.get("asks"):
        kind = PROBLEM_KINDS["would-lose"]
        head = {
            "type": f"{PROBLEM_URN}would-lose",
            "title": kind.title_in(answer.head["language"]),
            "status": kind.status,
        }
        return JSONResponse(head | json.loads(answer.body), kind.status, SECURITY_HEADERS, MediaType.PROBLEM)
    if answer.head.get("refused"):
        content, kind = json.loads(answer.body), PROBLEM_KINDS["misfit"]
        head = {"type": f"{PROBLEM_URN}misfit", "title": kind.title_in(answer.head["language"]), "status": kind.status}
        problem = {**head, "words": content["title"], "place": content["place"], "problems": content["problems"]}
        return JSONResponse(problem, kind.status, SECURITY_HEADERS, MediaType.PROBLEM)
    return Response(answer.body, 200, {**SECURITY_HEADERS, **(headers or {})}, answer.head["type"])


async def read_object(reader: BodyReader, request: Request) -> dict[str, Any]:
    """Parse the body of a request. Raises RefusedError if it is not a JSON object."""
    body = await reader.read(request.headers, request.receive)
    with language(accepted_language(request.headers) or ENGLISH):
        try:
            content = parse_json(body)
        except RequestError as error:
            raise RefusedError("not-json", error.message, error.problems, spoken=spoken()) from None
    if not isinstance(content, dict):
        raise RefusedError("misfit", mark("Le corps doit être un objet JSON"))
    return content


def negotiate_language(request: Request) -> str:
    return accepted_language(request.headers) or FRENCH
