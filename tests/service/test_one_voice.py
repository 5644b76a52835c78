"""A refusal is told in one language: that of Accept-Language, of the request or of its programme, its title too."""

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from mentormatch import service
from mentormatch.contract.operation import operations_by_kind
from mentormatch.languages.translation import language, tr
from mentormatch.service.gate import AccessMiddleware, CallerRegistry, RequestGuard
from mentormatch.service.handler import answer_request
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import PROBLEM_KINDS, RefusedError
from tests.service.asking import problem
from tests.service.event_loop import result_of
from tests.service.server import AT_ONCE, JSON, limits, serving

PACKAGE = Path(service.__path__[0]).parent
MOST = {"people": 100, "pairs": 10_000, "time_limit_s": 10.0}
TITLES = {
    "misfit": {"fr": "La requête ne suit pas le contrat", "en": "The request does not match the contract"},
    "contradiction": {
        "fr": "La requête se contredit, ou contredit ce dont elle parle",
        "en": "The request is in conflict with itself, or with the current state",
    },
    "not-json": {"fr": "Le corps n’est pas du JSON", "en": "The body is not JSON"},
    "bad-programme": {"fr": "Le programme a des erreurs", "en": "The programme has mistakes"},
    "too-large": {"fr": "La requête est trop grande", "en": "The request is too large"},
}


def body_of(code: str, own: str, wished: str | None) -> bytes:
    """Return a request that is refused with a code; ``own`` is the language of its programme."""
    request: dict[str, Any] = json.loads(json.dumps(operations_by_kind()["match"].example()))
    request["programme"]["programme"]["language"] = own
    if wished:
        request["language"] = wished
    match code:
        case "misfit":
            request["mentors"][0] = {"id": 3}
        case "contradiction":
            request["pins"] = [{"mentor": "zz", "mentee": "E01"}]
        case "not-json":
            return b"{"
        case "bad-programme":
            request["programme"]["criteria"][0]["kind"] = "zz"
        case "too-large":
            request["mentors"] *= 100
    return json.dumps(request).encode()


def refusal(code: str, own: str, *, accepted: str | None = None, wished: str | None = None) -> dict[str, Any]:
    head = {"kind": "match", "most": MOST, "language": "fr", "accepted": accepted}
    with pytest.raises(RefusedError) as refused:
        answer_request(ServiceMessage(head, body_of(code, own, wished)), lambda _: None)
    assert refused.value.code == code
    # A refusal goes from process to process, and may be stored, before it is told
    return RefusedError.from_head(json.loads(json.dumps(refused.value.to_head()))).to_json("r")


@pytest.mark.parametrize("code", sorted(TITLES))
@pytest.mark.parametrize(
    ("own", "accepted", "wished", "told"),
    [
        ("fr", None, None, "fr"),
        ("en", None, None, "en"),
        ("fr", "en", None, "en"),
        ("en", "fr", None, "fr"),
        ("fr", "fr", "en", "en"),
        ("en", "en", "fr", "fr"),
    ],
)
def test_a_refusal_is_in_one_language(code: str, own: str, accepted: str, wished: str, told: str) -> None:
    if code == "not-json":
        told = accepted or "fr"  # what cannot be read has no programme, and asks for no language
    document = refusal(code, own, accepted=accepted, wished=wished)
    assert document["title"] == TITLES[code][told]
    with language(told):
        again = refusal(code, told, accepted=told, wished=told)
    assert document == again


UNMARKED = {"bad-programme", "would-lose"}
"""Told by the library and the page alone, in the language of their work."""


def marked(node: ast.AST, named: dict[str, Any]) -> Iterator[Any]:
    """Yield what an argument may be: a text that is marked, a constant, or what a name holds in its module."""
    match node:
        case ast.Constant(value=value):
            yield value
        case ast.Starred(value=inner) | ast.Subscript(value=inner):
            yield from marked(inner, named)
        case ast.Call(func=ast.Name(id="mark"), args=[ast.Constant(value=value)]):
            yield value
        case ast.Call(func=ast.Attribute(value=inner, attr="get"), args=[_, other]):
            yield from (*marked(inner, named), *marked(other, named))
        case ast.IfExp(body=body, orelse=other):
            yield from (*marked(body, named), *marked(other, named))
        case ast.Name(id=name):
            value = named[name]
            yield from value.values() if isinstance(value, dict) else [value]
        case _:
            raise AssertionError(f"a detail that is not marked for translation: {ast.unparse(node)}")


def own_refusals() -> set[tuple[str, str]]:
    """Return the kind and the detail of each refusal that the code of the service writes itself."""
    refusals = set[tuple[str, str]]()
    for path in sorted(Path(service.__path__[0]).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        room = import_module(".".join(("mentormatch", *path.relative_to(PACKAGE).with_suffix("").parts)))
        local = {
            node.targets[0].id: next(marked(node.value, {}))
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and ast.unparse(node.value).startswith("mark(")
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_refusal(node):
                one, *others = (list(marked(arg, vars(room) | local)) for arg in node.args[:2])
                refusals.update(one if not others else product(one, *others))
    return refusals


def is_refusal(call: ast.Call) -> bool:
    """Return whether a call makes a refusal that is not told in a language already."""
    if any(word.arg == "spoken" for word in call.keywords):
        return False
    first = call.args[0] if call.args else None
    inherited = (
        ast.unparse(call.func) == "super().__init__"
        and isinstance(first, ast.Constant)
        and first.value in PROBLEM_KINDS
    )
    return inherited or ast.unparse(call.func) == "RefusedError"


OWN = sorted(own_refusals())
VALUES: dict[str, Any] = {
    "count": 10,
    "error": "KeyError",
    "header": "X",
    "kind": "a/b",
    "least": 9,
    "most": 9,
    "scopes": "propose",
    "seconds": 2.0,
}


def test_the_service_writes_each_of_its_refusals_in_words_to_be_translated() -> None:
    assert {code for code, _ in OWN} | set(TITLES) | UNMARKED == set(PROBLEM_KINDS)


@pytest.mark.parametrize(("code", "detail"), OWN)
def test_a_refusal_of_the_service_speaks_the_language_that_is_asked_for_and_no_other(code: str, detail: str) -> None:
    told = {accepted: answer_to(code, detail, accepted) for accepted in ("", "fr-FR, en;q=0.5", "en", "de")}
    for accepted, document in told.items():
        with language("fr" if accepted.startswith("fr") else "en"):
            assert document["title"] == tr(PROBLEM_KINDS[code].title)
            assert document["detail"] == tr(detail, **VALUES)
    assert all(told["en"][part] != told["fr-FR, en;q=0.5"][part] for part in ("title", "detail"))
    # On the way from another process, or out of the file of the service, it is still to be told
    sent = RefusedError.from_head(json.loads(json.dumps(RefusedError(code, detail, **VALUES).to_head())))
    assert sent.to_json("an-id", "fr") == told["fr-FR, en;q=0.5"]


def answer_to(code: str, detail: str, accepted: str) -> dict[str, Any]:
    """Return the problem that whoever accepts a language is sent through the gate."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RefusedError(code, detail, **VALUES)

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    sent = list[bytes]()
    headers = [(b"host", b"localhost"), (b"x-request-id", b"an-id"), (b"accept-language", accepted.encode())]
    scope = {"type": "http", "method": "GET", "path": "/health", "headers": headers[: 2 + bool(accepted)]}
    gate = AccessMiddleware(app, RequestGuard(CallerRegistry("a-token")), 1.0, lambda exchange: None)
    result_of(gate(scope, receive, send))
    document: dict[str, Any] = json.loads(b"".join(sent))
    return document


REQUESTS: dict[str, tuple[str, str, dict[str, str], bytes]] = {
    "no-token": ("GET", "/v1/jobs", {"Authorization": ""}, b""),
    "no-token, a wrong one": ("GET", "/v1/jobs", {"Authorization": "Bearer x"}, b""),
    "misdirected": ("GET", "/v1/jobs", {"Host": "example.org"}, b""),
    "not-found": ("GET", "/nothing", {}, b""),
    "not-found, a job": ("GET", "/v1/jobs/x", {}, b""),
    "not-found, a file of the page": ("GET", "/page/x", {}, b""),
    "not-found, a desk": ("GET", "/desk/x", {}, b""),
    "wrong-method": ("PUT", "/v1/match", {}, b"{}"),
    "not-json": ("POST", "/v1/match", JSON, b"{"),
    "not-json, at the page": ("POST", "/works", JSON, b"{"),
    "misfit, at the page": ("POST", "/works", JSON, b"[]"),
    "misfit": ("POST", "/works", JSON, b"{}"),
    "misfit, a query": ("GET", "/v1/jobs?limit=x", {}, b""),
    "misfit, another query": ("GET", "/v1/jobs?x=1", {}, b""),
    "not-taken": ("POST", "/v1/match", {"Content-Type": "text/plain"}, b"{}"),
    "not-taken, packed": ("POST", "/v1/match", {**JSON, "Content-Encoding": "gzip"}, b"{}"),
    "too-large": ("POST", "/v1/match", JSON, b" " * 2_000),
    "bad-request": ("POST", "/v1/match", {**JSON, "Idempotency-Key": "x" * 256}, b"{}"),
    "head-too-large": ("GET", f"/{'x' * 20_000}", {"X": "x" * 20_000}, b""),
    "forbidden": ("POST", "/session", {**JSON, "Origin": "http://example.org"}, b"{}"),
}


def test_a_running_service_refuses_in_the_language_that_is_asked_for() -> None:
    with serving(settings=AT_ONCE + limits(body_bytes=1_000, page_bytes=1_000)) as served, served.client() as client:
        for name, (method, path, headers, body) in REQUESTS.items():
            code = name.partition(",")[0]
            told = {
                accepted: words_of(client.request(method, path, headers={**headers, **wish}, content=body), code)
                for accepted, wish in WISHES.items()
            }
            assert told["fr"][0] == PROBLEM_KINDS[code].title_in("fr"), name
            assert told["en"][0] == PROBLEM_KINDS[code].title_in("en"), name
            assert not set(told["fr"]) & set(told["en"]), name
            assert told[""] in (told["fr"], told["en"]), name


WISHES: dict[str, dict[str, str]] = {"fr": {"Accept-Language": "fr"}, "en": {"Accept-Language": "en"}, "": {}}


def words_of(answer: httpx.Response, code: str) -> tuple[str, ...]:
    """Return all texts of a refusal."""
    told = problem(answer, code)
    return (
        told["title"],
        told["detail"],
        *(one[part] for one in told["problems"] for part in ("found", "advice") if one[part]),
    )


def test_every_kind_of_problem_has_a_title_in_each_language() -> None:
    for kind in PROBLEM_KINDS.values():
        assert kind.title_in("fr") != kind.title_in("en")
