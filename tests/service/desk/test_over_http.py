"""The page over HTTP: signing in, whose a desk is, what is taken and what is not, and what is told of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from mentormatch.service.desk.desks import COOKIE_NAME
from tests.canaries import ANSWER, EMAIL, NAME
from tests.failure.processes import children, only_linux, wait_for
from tests.service.asking import command, problem
from tests.service.desk.session import ANSWERS, PROGRAMME
from tests.service.desk.slow_desk import SETTINGS
from tests.service.server import AT_ONCE, BEARER, TOKEN, Served, limits, serving

BYTES = {"Content-Type": "application/octet-stream"}
NAMED = BYTES | {"X-File-Name": "x"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(settings=AT_ONCE + limits(max_workspaces=4, body_bytes=100_000)) as service:
        yield service


def visitor(served: Served) -> httpx.Client:
    """Return somebody's browser, as far as HTTP sees it."""
    own = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    return httpx.Client(base_url=served.url, headers=own, timeout=120, trust_env=False)


@contextmanager
def signed_in(served: Served) -> Iterator[httpx.Client]:
    """Give somebody's browser, signed in for as long as the block lasts."""
    with visitor(served) as client:
        assert client.post("/session", json={"token": TOKEN}).status_code == 204
        yield client
        client.delete("/session")


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with signed_in(served) as somebody:
        yield somebody


@pytest.fixture(scope="module")
def empty(served: Served) -> Iterator[httpx.Client]:
    """Give somebody's browser whose addresses begin at a desk that stays empty."""
    with signed_in(served) as somebody:
        somebody.base_url = httpx.URL(f"{served.url}{desk(somebody)}")
        yield somebody


def desk(client: httpx.Client) -> str:
    """Return the address of a new desk."""
    return f"/desk/{client.post('/desk').json()['desk']}"


def done(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_is_not_signed_in_gets_the_way_in_and_nothing_else(served: Served) -> None:
    with visitor(served) as client:
        page = client.get("/", headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"})
        assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "<h1>Ouvrir la page</h1>" in page.text
        assert "<h1>Open the page</h1>" in client.get("/", headers={"Accept-Language": "de, en"}).text
        for method, path in (("GET", "/page/desk.js"), ("POST", "/desk"), ("GET", "/desk/x"), ("DELETE", "/session")):
            assert client.request(method, path).status_code == 401, path


def test_the_way_in_loads_nothing_and_runs_only_what_stands_in_it(served: Served) -> None:
    with visitor(served) as client:
        page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "frame-ancestors 'none'" in policy
    assert "src=" not in page.text


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(served: Served) -> None:
    with visitor(served) as client:
        given = client.post("/session", json={"token": TOKEN}).headers["set-cookie"]
    assert given.startswith(f"{COOKIE_NAME}-{served.url.rpartition(':')[2]}=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(given.split("; "))
    assert TOKEN not in given


@pytest.mark.parametrize("token", ["", "x", f"{TOKEN}x", "é"])
def test_another_token_opens_nothing(token: str, served: Served) -> None:
    with visitor(served) as client:
        assert client.post("/session", json={"token": token}).status_code == 401
        assert client.cookies == {}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"[" * 50_000])
def test_a_body_that_is_no_object_is_refused(body: bytes, served: Served) -> None:
    with visitor(served) as client:
        answer = client.post("/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413, 422)


def test_the_page_and_its_files_have_the_strict_policy(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"].split("; ")
    assert {
        "default-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    } <= set(policy)
    names = [part.split('"')[0] for part in page.text.split('="page/')[1:]]
    assert {client.get(f"/page/{name}").status_code for name in (*names, "words-fr.json", "words-en.json")} == {200}
    assert client.get("/page/..%2Fsettings.py").status_code == 404


def test_a_desk_from_the_files_to_the_documents(client: httpx.Client) -> None:
    here = desk(client)
    for part, name, content in (("programme", "p.toml", PROGRAMME), ("answers", "r é.csv", ANSWERS)):
        done(client.put(f"{here}/files/{part}", content=content, headers=BYTES | {"X-File-Name": quote(name)}))
    assert [file["name"] for file in done(client.get(here))["files"]] == ["p.toml", "r é.csv"]
    done(client.post(here, json={"do": "read"}))
    assert done(client.post(here, json={"do": "form", "seed": 3}))["plan"]["answered"]
    page = client.get(f"{here}/pages/sans-binome")
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert "script" not in page.text
    view = done(client.post(f"{here}/board", json={"turn": 4, "what": {"action": "validate", "who": "Camille"}}))
    assert (view["turn"], view["final"], view["refusal"]) == (4, True, "")
    plan = done(client.get(here))["plan"]
    listed = [one["name"] for part in ("documents", "rounds", "letters", "after") for one in plan[part]]
    assert "lettres-confirmation.zip" in listed
    assert [client.get(f"{here}/documents/{name}").status_code for name in listed] == [200] * len(listed)
    assert [client.get(f"{here}/documents/{name}").status_code for name in ("autre.xlsx", "groupes.html")] == [404] * 2
    assert client.get(f"{here}/pages/autre").status_code == 404
    book = client.get(f"{here}/documents/binomes.xlsx")
    assert book.content.startswith(b"PK")
    assert book.headers["content-disposition"] == 'attachment; filename="binomes.xlsx"'
    assert book.headers["cache-control"] == "no-store"


def test_replies_are_noted_from_a_form_and_the_round_is_closed(client: httpx.Client) -> None:
    here = desk(client)
    for asked in ("example", "read", "form"):
        done(client.post(here, json={"do": asked}))
    form = "Votre code;Votre réponse\nM06;oui\nE08;oui\nE05;non\n".encode()
    told = done(client.put(f"{here}/replies", content=form, headers=BYTES | {"X-File-Name": "r.csv"}))
    assert told["noted"].startswith("3\xa0réponses notées")
    wrong = client.put(f"{here}/replies", content=b"x\n1\n", headers=BYTES | {"X-File-Name": "r.csv"})
    assert (wrong.status_code, wrong.json()["place"]) == (422, "answers")
    done(client.post(here, json={"do": "close", "round": 1}))
    kept = client.get(f"{here}/documents/propositions.json")
    assert kept.headers["content-disposition"] == 'attachment; filename="propositions.json"'
    assert done(client.post(here, json={"do": "round"}))["round"] == 2


def test_what_a_desk_refuses_is_a_problem_in_words_with_its_place(client: httpx.Client) -> None:
    here = desk(client)
    wrong = PROGRAMME.replace(b'kind = "same"', b'kind = "smae"', 1)
    done(client.post(here, json={"do": "example"}))
    done(client.put(f"{here}/files/programme", content=wrong, headers=BYTES | {"X-File-Name": "p.toml"}))
    answer = client.post(here, json={"do": "read"})
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (told["place"], told["words"]) == ("programme", "p.toml : 1 erreur à corriger".replace(" :", "\u00a0:"))
    assert "vouliez-vous dire « same »" in told["problems"][0]["advice"].replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "", {"json": {"do": "begin", "people": 9, "pairs": 9}}, 422),
        ("POST", "", {"json": {"do": "prepare"}}, 422),
        ("POST", "", {"json": {"do": "take", "part": "answers", "name": "x"}}, 422),
        ("POST", "", {"json": {"do": "form", "seed": -1}}, 422),
        ("POST", "", {"content": b"do", "headers": BYTES}, 415),
        ("PUT", "/files/answers", {"content": b"x"}, 415),
        ("PUT", "/files/answers", {"content": b"x", "headers": BYTES}, 422),
        ("PUT", "/files/secrets", {"content": b"x", "headers": NAMED}, 422),
        ("PUT", "/files/answers", {"content": b"x" * 100_001, "headers": NAMED}, 413),
        ("GET", "/pages/..%2Fboard", {}, 404),
        ("GET", "/pages/binome", {}, 404),
        ("GET", "/documents/secret.txt", {}, 404),
        ("GET", "/documents/binomes.xlsx", {}, 422),
        ("PATCH", "", {}, 405),
    ],
)
def test_what_is_not_taken_is_refused(
    method: str, path: str, given: dict[str, Any], status: int, empty: httpx.Client
) -> None:
    assert empty.request(method, f"{empty.base_url}".rstrip("/") + path, **given).status_code == status


@pytest.mark.proof
def test_two_sessions_do_not_see_one_another(client: httpx.Client, served: Served) -> None:
    here = desk(client)
    done(client.post(here, json={"do": "example"}))
    with signed_in(served) as other:
        for method, path in (
            ("GET", ""),
            ("POST", ""),
            ("GET", "/progress"),
            ("POST", "/stop"),
            ("GET", "/pages/reponses"),
            ("GET", "/documents/binomes.zip"),
            ("GET", "/board"),
            ("POST", "/board"),
            ("PUT", "/files/answers"),
        ):
            assert other.request(method, f"{here}{path}", headers=BYTES).status_code == 404, path
    assert httpx.get(f"{served.url}{here}", headers=BEARER, trust_env=False).status_code == 404
    assert len(done(client.get(here))["files"]) == 2


def test_who_signs_out_leaves_nothing_and_cannot_come_back(served: Served) -> None:
    with signed_in(served) as client:
        here, cookies = desk(client), dict(client.cookies)
        assert client.delete("/session").status_code == 204
        client.cookies.update(cookies)
        assert client.get(here).status_code == 401
    with signed_in(served) as again:
        assert again.get(here).status_code == 404


@pytest.mark.proof
def test_there_are_so_many_desks_and_no_more() -> None:
    with serving(settings=limits(max_workspaces=2)) as service, signed_in(service) as client:
        assert [client.post("/desk").status_code for _ in range(3)] == [201, 201, 429]


def test_nothing_that_is_handed_over_is_told_in_the_log(client: httpx.Client, served: Served) -> None:
    here = desk(client)
    done(client.post(here, json={"do": "example"}))
    row = f'2026-01-01;M77;{NAME};"{ANSWER}";{EMAIL}\n'.encode()
    named = BYTES | {"X-File-Name": quote(f"{NAME}.csv")}
    done(client.put(f"{here}/files/answers", content=ANSWERS + row, headers=named))
    done(client.post(here, json={"do": "read"}))
    done(client.put(f"{here}/files/answers", content=row * 3, headers=named))
    assert done(client.post(here, json={"do": "read"}))["columns"]["blocked"]
    done(client.put(f"{here}/files/programme", content=row, headers=named))
    assert client.post(here, json={"do": "read"}).status_code == 422
    assert client.put(f"{here}/files/{NAME}", content=row, headers=named).status_code == 422
    wait_for(lambda: served.text.count('"method": "PUT"') >= 4)
    assert all(word not in served.text for word in (NAME, EMAIL, ANSWER, "serinette", TOKEN))


@pytest.mark.proof
@only_linux
def test_a_desk_that_is_left_alone_is_forgotten_with_its_process() -> None:
    with serving(settings=limits(workspace_idle_s=1.0)) as service, signed_in(service) as client:
        workers = children(service.process.pid)  # the desk takes one of them
        here = desk(client)
        wait_for(lambda: len(workers - children(service.process.pid)) == 1)
        assert client.get(here).status_code == 401


@pytest.mark.proof
def test_work_tells_how_far_it_is_and_ends_with_the_best_when_it_is_stopped() -> None:
    with (
        serving(settings=SETTINGS) as service,
        signed_in(service) as client,
        visitor(service) as other,
        ThreadPoolExecutor() as threads,
    ):
        other.cookies = client.cookies  # the same session, in another tab
        here = desk(client)
        done(client.post(here, json={"do": "example"}))
        done(client.post(here, json={"do": "read"}))
        working = threads.submit(client.post, here, json={"do": "form"})
        words = wait_for(lambda: done(other.get(f"{here}/progress"))["words"])
        start = monotonic()
        assert other.post(f"{here}/stop").status_code == 204
        assert done(working.result())["plan"]["answered"]
        assert monotonic() - start < 10
        assert "\u00a0s · " in words
        assert done(other.get(f"{here}/progress")) == {"working": False, "words": ""}
        assert other.post(f"{here}/stop").status_code == 204  # there is nothing to be stopped any more
        assert done(client.get(here))["plan"]["answered"]


@pytest.mark.proof
@only_linux
def test_only_a_key_for_it_validates_on_the_page_and_a_session_ends_with_its_key(tmp_path: Path) -> None:
    store = tmp_path / "service.db"
    validate = {"turn": 1, "what": {"action": "validate", "who": "Camille"}}
    team = command("add", "team", "--scope", "propose", store=store)["key"]
    head = command("add", "head", "--scope", "propose", "--scope", "validate", store=store)["key"]
    with serving("--store", store, settings=AT_ONCE) as served, visitor(served) as page:
        assert page.post("/session", json={"token": team}).status_code == 204
        here = desk(page)
        for step in ({"do": "example"}, {"do": "read"}, {"do": "form"}):
            assert page.post(here, json=step).status_code == 200
        problem(page.post(f"{here}/board", json=validate), "no-scope")
        assert done(page.get(f"{here}/board"))["view"]["final"] is False
        for token in (head, TOKEN):
            problem(httpx.get(served.url + here, headers={"Authorization": f"Bearer {token}"}), "not-found")
        command("revoke", "team", store=store)
        problem(page.get(here), "no-token")
        problem(page.post("/session", json={"token": team}), "no-token")
        assert page.post("/session", json={"token": head}).status_code == 204
