"""The addresses of the page: signing in, its files, and what it asks of a desk."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypedDict
from urllib.parse import unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mentormatch.base.strict_json import parse_json
from mentormatch.errors import RequestError
from mentormatch.languages.translation import FRENCH, language, mark, spoken
from mentormatch.service.components import Components
from mentormatch.service.desk.assets import HTML, POLICY, assets, page_file, sign_page, view_policy
from mentormatch.service.desk.desk_requests import FREE
from mentormatch.service.desk.desks import BEARER, Desks, DeskSessions, OpenedDesk, Seat, Sitter, cookie_name, is_public
from mentormatch.service.desk.works import WorkingFile, WorkKey, WorkSave
from mentormatch.service.gate import Bodies, accepted_language
from mentormatch.service.problems import ENGLISH, KINDS, MEDIA_TYPE, URN, RefusedError
from mentormatch.widgets.progress import part, stage, time

OWN = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}
PAGE = {**OWN, "Content-Security-Policy": POLICY}
FILE_TYPE, NAME = "application/octet-stream", "X-File-Name"
TAB, MOST_TAB = "X-Tab", 64
SAVE = "X-Work-Save"
"""The number of the last save: a browser that has seen it opens no older one."""
SURE = "X-Sure"
"""Confirms what a request would lose, by the token that the service gave."""
KEPT_AT = "X-Work-Kept"
"""When the work was kept, in seconds since 1970; 0: it is not."""
WORKING_FILE = "travail.mentormatch"
LOOKS = ("round", "five", "groups", "year", "sessions", "follow", "pairs", "documents")
"""What changes nothing of what the page may ask as it likes."""
DOCUMENT = re.compile("[a-z0-9]+([.-][a-z0-9]+)*")
"""How pages and documents may be called: a header takes it as it is. Which of them there are, the desk knows."""
MONTH = re.compile("[0-9]{1,3}")


class CookieAttributes(TypedDict):
    """How a browser keeps a cookie."""

    httponly: bool
    samesite: Literal["strict"]
    secure: bool


type Answers = dict[tuple[str, str], Callable[..., Awaitable[Response]]]


def routes(components: Components) -> APIRouter:
    """Return the routes of the page, which the guard of the service now lets people to."""
    sessions = DeskSessions(components.guard.callers, components.settings.resident_idle_s)
    components.guard.open.append(is_public)
    components.guard.doors.append(sessions.admits)
    router = APIRouter(include_in_schema=False)
    desks = Desks(components.residents, components.settings, components.works)
    components.sweeps.append(desks.sweep)
    answers = Entrance(components, sessions, desks).answers | PageRoutes(components, sessions, desks).answers
    for (method, path), answer in answers.items():
        router.add_api_route(path, answer, methods=[method], response_model=None)
    return router


class Entrance:
    """The page itself, its files, and who sits at it."""

    def __init__(self, components: Components, sessions: DeskSessions, desks: Desks) -> None:
        self.components, self.sessions, self.desks = components, sessions, desks
        own = components.settings
        self.bodies = Bodies(
            replace(own, body_bytes=own.sign_in_bytes, body_s=own.sign_in_s, receiving=own.sign_ins)
        )  # whoever is not let in yet takes no place of those who are
        self.answers: Answers = {
            ("GET", "/"): self.page,
            ("GET", "/page/{name}"): self.asset,
            ("POST", "/session"): self.sign_in,
            ("DELETE", "/session"): self.sign_out,
        }

    async def page(self, request: Request) -> Response:
        """Return the page, or the one by which somebody signs in."""
        if self.sessions.owner(request.scope) is None:
            policy, page = sign_page(choose_language(request))
            return Response(page, 401, OWN | {"Content-Security-Policy": policy}, HTML)
        return Response(page_file("index.html"), 200, PAGE, HTML)

    async def asset(self, name: str) -> Response:
        """Return a file of the page."""
        if name not in assets():
            raise RefusedError("not-found", mark("La page n'a pas de fichier de ce nom"))
        kind, content = assets()[name]
        return Response(content, 200, PAGE, kind)

    async def sign_in(self, request: Request) -> Response:
        """Begin a session for whoever has the token, or a key."""
        cookie = self.sessions.begin(str((await read_object(self.bodies, request)).get("token", "")))
        answer = Response(status_code=204, headers=OWN)
        answer.set_cookie(cookie_name(request.headers), cookie, **self._cookie_attributes(request))
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End a session, and with it all its desks."""
        owner = owner_of(self.sessions, request)
        self.desks.drop(owner)
        self.sessions.end(owner)
        answer = Response(status_code=204, headers=OWN)
        answer.delete_cookie(cookie_name(request.headers), **self._cookie_attributes(request))
        return answer

    def _cookie_attributes(self, request: Request) -> CookieAttributes:
        """Return how a browser keeps the cookie: from scripts, for this site, and over HTTPS alone where it is used."""
        secure = self.components.settings.https or request.url.scheme == "https"
        return {"httponly": True, "samesite": "strict", "secure": secure}


class PageRoutes:
    """What the page asks of a desk."""

    def __init__(self, components: Components, sessions: DeskSessions, desks: Desks) -> None:
        self.components, self.sessions, self.desks = components, sessions, desks
        self.bodies = Bodies(replace(components.settings, body_bytes=components.settings.page_bytes))
        self.answers: Answers = {
            ("POST", "/desk"): self.make,
            ("POST", "/works"): self.open_work,
            ("PUT", "/works"): self.bring,
            ("DELETE", "/works"): self.erase,
            ("GET", "/desk/{ident}/work"): self.working_file,
            ("POST", "/desk/{ident}/here"): self.stay,
            ("DELETE", "/desk/{ident}/here"): self.leave,
            ("POST", "/desk/{ident}/hold"): self.hold,
            ("GET", "/desk/{ident}"): self.show_state,
            ("POST", "/desk/{ident}"): self.do,
            ("PUT", "/desk/{ident}/files/{part}"): self.take,
            ("PUT", "/desk/{ident}/replies"): self.gather,
            ("PUT", "/desk/{ident}/waves/{month}"): self.take_wave,
            ("PUT", "/desk/{ident}/editions"): self.take_edition,
            ("PUT", "/desk/{ident}/review"): self.review,
            ("GET", "/desk/{ident}/progress"): self.progress,
            ("POST", "/desk/{ident}/stop"): self.stop,
            ("GET", "/desk/{ident}/pages/{name}"): self.show,
            ("GET", "/desk/{ident}/documents/{name}"): self.hand,
            ("GET", "/desk/{ident}/board"): self.open_board,
            ("POST", "/desk/{ident}/board"): self.ask_board,
        }

    def sitter(self, request: Request) -> Sitter:
        """Return who asks, and from which tab."""
        tab = request.headers.get(TAB, "")[:MOST_TAB]
        return Sitter(owner_of(self.sessions, request), tab, request.state.caller.owner)

    def place(self, request: Request, ident: str) -> Seat:
        """Return the desk that is asked; raises RefusedError where it is somebody else's, or not there."""
        return self.desks.find(ident, self.sitter(request))

    async def change(
        self, request: Request, ident: str, head: Mapping[str, Any], body: Callable[[], Awaitable[bytes]] | None = None
    ) -> Response:
        """Have a desk do what changes it, and keep that; raises RefusedError where somebody else holds it."""
        seat = self.place(request, ident)
        content = await body() if body else b""
        seat.hold_to_change(self.sitter(request))
        answer = await seat.ask({**head, "sure": request.headers.get(SURE, "")}, content)
        await self.desks.keep(seat)
        return http_response(answer, {KEPT_AT: f"{seat.work.saved or 0:.0f}", SAVE: str(seat.work.number)})

    async def make(self, request: Request) -> Response:
        """Make a desk, with nothing on it."""
        return self._answer_opened(request, await self.desks.make(self.sitter(request), WorkKey.new(), {}))

    async def open_work(self, request: Request) -> Response:
        """Open a work by its key."""
        asked = await read_object(self.bodies, request)
        least = asked.get("save")
        if least is not None and (type(least) is not int or least < 0):
            raise RefusedError("misfit", mark("Le numéro d'un enregistrement est un nombre entier"))
        opened = await self.desks.open(self.sitter(request), WorkKey.of(asked.get("work")), least or 0)
        return self._answer_opened(request, opened)

    async def bring(self, request: Request) -> Response:
        """Open the work of a working file."""
        content = await self.components.bodies.read(request.headers, request.receive, FILE_TYPE)
        return self._answer_opened(request, await self.desks.bring(self.sitter(request), content))

    async def erase(self, request: Request) -> Response:
        """Delete a work that is kept."""
        await self.desks.erase(self.sitter(request), await self._key(request))
        return Response(status_code=204, headers=OWN)

    async def _key(self, request: Request) -> WorkKey:
        """Return the key of a work that is asked for."""
        return WorkKey.of((await read_object(self.bodies, request)).get("work"))

    def _answer_opened(self, request: Request, opened: OpenedDesk) -> Response:
        """Say which desk it is, by which key its work is opened again, and who holds it."""
        content = {"desk": opened.ident, "work": opened.seat.work.key.text, "told": opened.told, "newer": opened.newer}
        return JSONResponse(content | self._standing(request, opened.seat), 201, OWN)

    def _standing(self, request: Request, seat: Seat) -> dict[str, Any]:
        """Return who holds a desk, and since when; for how long its work is kept, where, and when it was last."""
        sitter, holder = self.sitter(request), seat.holder
        held = {"mine": seat.is_held_by(sitter), "own": holder.owner == sitter.owner, "free": seat.is_free}
        content = {"held": held | {"name": holder.name, "since": seat.since}}
        works = self.desks.works
        return content | {
            "keeps": works.keep_s,
            "lasting": works.path is not None,
            "saved": seat.work.saved or 0,
            "save": seat.work.number,
        }

    async def working_file(self, request: Request, ident: str) -> Response:
        """Return the work as a file, which opens it elsewhere too."""
        seat = self.place(request, ident)
        file = WorkingFile.of(seat.work.key, WorkSave(await seat.parts({}), seat.work.number + 1))
        kept = {"Content-Disposition": f'attachment; filename="{WORKING_FILE}"'}
        return Response(file.model_dump_json(), 200, OWN | kept, FILE_TYPE)

    async def stay(self, request: Request, ident: str) -> Response:
        """Note that a tab is there, and say who holds the desk."""
        return JSONResponse(self._standing(request, self.place(request, ident)), 200, OWN)

    async def leave(self, request: Request, ident: str) -> Response:
        """Note that a tab is being closed."""
        self.place(request, ident).heard(self.sitter(request), left=True)
        return Response(status_code=204, headers=OWN)

    async def hold(self, request: Request, ident: str) -> Response:
        """Have a tab hold the desk, where nobody else does, or another tab of the same session."""
        seat = self.place(request, ident)
        seat.hold(self.sitter(request))
        return JSONResponse(self._standing(request, seat), 200, OWN)

    async def show_state(self, request: Request, ident: str) -> Response:
        """Say how far everything is."""
        return http_response(await self.place(request, ident).ask({"do": "look"}))

    async def do(self, request: Request, ident: str) -> Response:
        """Do what the page asks."""
        seat = self.place(request, ident)
        message = await read_object(self.bodies, request)
        if message.get("do") not in FREE:
            raise RefusedError("misfit", mark("Cela ne se demande pas ici"))
        if message.get("do") in LOOKS:
            return http_response(await seat.ask(message))
        if message.get("do") in ("validate", "apply"):
            message |= {"validates": "validate" in request.state.caller.scopes}
        return await self.change(request, ident, message)

    async def take(self, request: Request, ident: str, part: str) -> Response:
        """Take a file."""
        return await self._hand_over(request, ident, {"do": "take", "part": part})

    async def gather(self, request: Request, ident: str) -> Response:
        """Take a form of replies that was filled in."""
        return await self._hand_over(request, ident, {"do": "gather"})

    async def take_wave(self, request: Request, ident: str, month: str) -> Response:
        """Take the answers after so many months."""
        return await self._hand_over(
            request, ident, {"do": "wave", "month": int(month) if MONTH.fullmatch(month) else 0}
        )

    async def take_edition(self, request: Request, ident: str) -> Response:
        """Take the follow-up of an edition before."""
        return await self._hand_over(request, ident, {"do": "edition"})

    async def review(self, request: Request, ident: str) -> Response:
        """Take a workbook in which staff decided."""
        return await self._hand_over(request, ident, {"do": "review"})

    async def _hand_over(self, request: Request, ident: str, head: Mapping[str, Any]) -> Response:
        """Hand a file over to a desk."""
        named = {**head, "name": unquote(request.headers.get(NAME, ""))}
        read = self.components.bodies.read
        return await self.change(request, ident, named, lambda: read(request.headers, request.receive, FILE_TYPE))

    async def progress(self, request: Request, ident: str) -> Response:
        """Say how far the work is that is being done."""
        place, words = self.place(request, ident), ""
        if place.progress:
            with language(choose_language(request)):
                texts = time(place.progress.seconds), part(place.progress), stage(place.progress)
                words = " · ".join(word for word in texts if word)
        return JSONResponse({"working": place.working > 0, "words": words}, 200, OWN)

    async def stop(self, request: Request, ident: str) -> Response:
        """End the work that is being done."""
        self.place(request, ident).stop()
        return Response(status_code=204, headers=OWN)

    async def show(self, request: Request, ident: str, name: str) -> Response:
        """Return a page that is shown within the page."""
        policy = {"Content-Security-Policy": view_policy()}
        return http_response(await self.place(request, ident).ask({"do": "show", "name": name}), policy)

    async def hand(self, request: Request, ident: str, name: str) -> Response:
        """Return a document to be kept."""
        if not DOCUMENT.fullmatch(name):
            raise RefusedError("not-found", mark("Ce document n'existe pas"))
        kept = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": view_policy()}
        return http_response(await self.place(request, ident).ask({"do": "hand", "name": name}), kept)

    async def open_board(self, request: Request, ident: str) -> Response:
        """Return the board, with its words."""
        return http_response(await self.place(request, ident).ask({"do": "open"}))

    async def ask_board(self, request: Request, ident: str) -> Response:
        """Return the board after what is asked of it."""
        head = {"do": "ask", "validates": "validate" in request.state.caller.scopes}
        read = self.components.bodies.read
        return await self.change(request, ident, head, lambda: read(request.headers, request.receive))


def owner_of(sessions: DeskSessions, request: Request) -> str:
    """Return whose request this is; the guard has let nobody else in."""
    return sessions.owner(request.scope) or BEARER


def http_response(answer: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return what a desk answers; what it refuses, or asks to be confirmed first, is a problem in words."""
    if answer.head.get("asks"):
        kind = KINDS["would-lose"]
        head = {"type": f"{URN}would-lose", "title": kind.title_in(answer.head["language"]), "status": kind.status}
        return JSONResponse(head | json.loads(answer.body), kind.status, OWN, MEDIA_TYPE)
    if answer.head.get("refused"):
        content, kind = json.loads(answer.body), KINDS["misfit"]
        head = {"type": f"{URN}misfit", "title": kind.title_in(answer.head["language"]), "status": kind.status}
        problem = {**head, "words": content["title"], "place": content["place"], "problems": content["problems"]}
        return JSONResponse(problem, kind.status, OWN, MEDIA_TYPE)
    return Response(answer.body, 200, {**OWN, **(headers or {})}, answer.head["type"])


async def read_object(bodies: Bodies, request: Request) -> dict[str, Any]:
    """Return the JSON object that the body of a request is; raises RefusedError if it is none."""
    body = await bodies.read(request.headers, request.receive)
    with language(accepted_language(request.headers) or ENGLISH):
        try:
            content = parse_json(body)
        except RequestError as error:
            raise RefusedError("not-json", error.message, error.problems, spoken=spoken()) from None
    if not isinstance(content, dict):
        raise RefusedError("misfit", mark("Le corps doit être un objet JSON"))
    return content


def choose_language(request: Request) -> str:
    """Return the language that a browser asks for, French if it asks for none of ours."""
    return accepted_language(request.headers) or FRENCH
