"""Work that is kept, over HTTP: found again after a crash, one holds it and others read it, and places become free."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.kept_state import restore, save_parts
from mentormatch.service.desk.works import WorkingFile, WorkspaceSave
from tests.canaries import ANSWER, EMAIL, NAME
from tests.failure.processes import only_linux, wait_for
from tests.service.asking import problem
from tests.service.desk.session import ANSWERS, PROGRAMME, Sitting
from tests.service.desk.test_over_http import BYTES, done, signed_in, visitor
from tests.service.server import AT_ONCE, TOKEN, Served, kill_and_start, limits, serving

SETTINGS = AT_ONCE + limits(max_workspaces=4)
ROW = f'2026-01-01;M77;{NAME};"{ANSWER}";{EMAIL}\n'.encode()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(settings=SETTINGS) as service:
        yield service


def opened(client: httpx.Client, work: str | None = None, tab: str = "one") -> dict[str, Any]:
    """Open a desk from a tab, with a work if its key is given; the tab asks from then on."""
    client.headers["X-Tab"] = tab
    answer = client.post("/works", json={"work": work}) if work else client.post("/desk")
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def here(told: dict[str, Any]) -> str:
    return f"/desk/{told['desk']}"


def fill(client: httpx.Client, place: str) -> None:
    """Have files on a desk, pairs, and a decision."""
    for part, name, content in (("programme", "p.toml", PROGRAMME), ("answers", f"{NAME}.csv", ANSWERS + ROW)):
        named = BYTES | {"X-File-Name": quote(name)}
        done(client.put(f"{place}/files/{part}", content=content, headers=named))
    for asked in ("read", "form"):
        done(client.post(place, json={"do": asked}))
    done(client.post(f"{place}/board", json={"what": {"action": "ban", "mentor": "m2", "mentee": "e11"}}))


def seen(client: httpx.Client, place: str) -> dict[str, Any]:
    """Return all that is seen of a desk, but for how often it was asked."""
    board = done(client.get(f"{place}/board"))["view"]
    return {"state": done(client.get(place)) | {"edition": 0}, "board": board}


@only_linux
def test_a_work_is_found_again_after_the_service_was_killed_and_its_disk_has_nothing_of_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with serving("--store", tmp_path / "service.db", settings=SETTINGS) as service:
        with visitor(service) as client:
            client.post("/session", json={"token": TOKEN})
            told = opened(client)
            fill(client, here(told))
            before = seen(client, here(told))
        kill_and_start(service, "--store", tmp_path / "service.db", settings=SETTINGS)
        held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        words = (NAME, EMAIL, ANSWER, "serinette", told["work"], "M06", "binome")
        assert [word for word in words if word.encode() in held] == []
        with signed_in(service) as client:
            again = opened(client, told["work"])
            assert (again["told"], again["held"]["mine"], again["lasting"]) == ("", True, True)
            assert seen(client, here(again)) == before
        assert all(word not in service.text for word in (NAME, EMAIL, told["work"]))


@pytest.mark.proof
def test_a_second_person_reads_what_somebody_holds_until_they_leave(served: Served) -> None:
    with signed_in(served) as first, signed_in(served) as second:
        told = opened(first)
        place = here(told)
        done(first.post(place, json={"do": "example"}))
        assert second.get(place).status_code == 404  # whoever has the address has not the key
        shared = opened(second, told["work"], tab="two")
        assert (shared["desk"], shared["held"]["mine"], shared["held"]["own"]) == (told["desk"], False, False)
        assert done(second.get(place))["files"] == done(first.get(place))["files"]
        for method, path, given in (
            ("POST", "", {"json": {"do": "read"}}),
            ("POST", "/hold", {}),
            ("PUT", "/files/answers", {"content": b"x", "headers": BYTES | {"X-File-Name": "x"}}),
            ("PUT", "/review", {"content": b"x", "headers": BYTES | {"X-File-Name": "x"}}),
        ):
            problem(second.request(method, f"{place}{path}", **given), "held")
        problem(second.request("DELETE", "/works", json={"work": told["work"]}), "held")
        assert first.delete(f"{place}/here").status_code == 204
        assert done(second.post(f"{place}/here"))["held"]["free"]
        assert done(second.post(f"{place}/hold"))["held"]["mine"]
        done(second.post(place, json={"do": "read"}))
        problem(first.post(place, json={"do": "read"}), "held")


def test_a_second_person_who_names_no_tab_reads_what_they_opened(served: Served) -> None:
    with signed_in(served) as first, signed_in(served) as second:
        told = opened(first)
        assert second.post("/works", json={"work": told["work"]}).json()["desk"] == told["desk"]
        assert done(second.get(here(told)))["files"] == []
        assert first.delete(f"{here(told)}/here").status_code == 204
        assert done(second.post(f"{here(told)}/hold"))["held"]["mine"]


@pytest.mark.proof
def test_another_tab_of_the_same_person_reads_and_goes_on_where_they_say_so(served: Served) -> None:
    with signed_in(served) as client:
        told = opened(client)
        other = opened(client, told["work"], tab="other")
        assert (other["held"]["mine"], other["held"]["own"]) == (False, True)
        problem(client.post(here(told), json={"do": "example"}), "held")
        assert done(client.post(f"{here(told)}/hold"))["held"]["mine"]
        done(client.post(here(told), json={"do": "example"}))


@pytest.mark.proof
def test_a_working_file_opens_the_work_where_it_is_not_and_the_newer_of_both_where_it_is(served: Served) -> None:
    with signed_in(served) as client:
        told = opened(client)
        done(client.post(here(told), json={"do": "example"}))
        file = client.get(f"{here(told)}/work")
        assert file.headers["content-disposition"] == 'attachment; filename="travail.mentormatch"'
        done(client.post(here(told), json={"do": "read"}))
        brought = client.put("/works", content=file.content, headers=BYTES).json()
        assert (brought["newer"], brought["desk"]) == (True, told["desk"])
        assert client.request("DELETE", "/works", json={"work": told["work"]}).status_code == 204
        problem(client.post("/works", json={"work": told["work"]}), "not-found")
        brought = client.put("/works", content=file.content, headers=BYTES).json()
        assert (brought["newer"], brought["work"]) == (False, told["work"])
        assert done(client.get(here(brought)))["intake"] is None
        assert len(done(client.get(here(brought)))["files"]) == 2
        assert opened(client, told["work"])["desk"] == brought["desk"]
        problem(client.put("/works", content=file.content[:-9], headers=BYTES), "misfit")


def gone_on(file: bytes, mentees: Sequence[str]) -> bytes:
    """Return a working file after more decisions, each kept, on another machine."""
    key, save = WorkingFile.read_save(file)
    other = Sitting(Workspace())
    assert restore(other.desk, save.parts) == ""
    for mentee in mentees:
        other.moved(action="ban", mentor="m2", mentee=mentee)
        save_parts(other.desk, {})
    return WorkingFile.of(key, WorkspaceSave(save_parts(other.desk, {}), save.number + 1)).model_dump_json().encode()


def decided(client: httpx.Client, place: str) -> str:
    """Return the last decision that the board shows."""
    return str(done(client.get(f"{place}/board"))["view"]["decisions"][-1])


def back(client: httpx.Client, place: str) -> None:
    """Bring the first former state back that is offered."""
    asked = {"do": "back", "id": done(client.get(place))["past"][0]["id"]}
    sure = client.post(place, json=asked).json()["sure"]
    done(client.post(place, json=asked, headers={"X-Sure": sure}))


@pytest.mark.parametrize("place", ["open", "stored"])
def test_of_a_working_file_and_the_work_that_is_here_the_newer_is_shown_and_the_other_one_click_away(
    place: str, served: Served
) -> None:
    with signed_in(served) as client:
        told = opened(client)
        fill(client, here(told))
        file = client.get(f"{here(told)}/work").content
        done(client.post(f"{here(told)}/board", json={"what": {"action": "ban", "mentor": "m2", "mentee": "e12"}}))
        if place == "stored":  # the process is ended, what it stored is not
            client.delete("/session")
            client.post("/session", json={"token": TOKEN})
        for mentees, newer, former in ((("e13", "e14", "e15"), False, "e12"), (("e16",), True, "e16")):
            brought = client.put("/works", content=gone_on(file, mentees), headers=BYTES).json()
            assert (brought["newer"], brought["work"]) == (newer, told["work"])
            place = here(brought)
            assert "e15" in decided(client, place)
            back(client, place)
            assert former in decided(client, place)
            back(client, place)


@pytest.mark.proof
def test_a_newer_file_replaces_nothing_that_another_tab_holds(served: Served) -> None:
    with signed_in(served) as client:
        told = opened(client)
        fill(client, here(told))
        file = gone_on(client.get(f"{here(told)}/work").content, ("e13", "e14"))
        client.headers["X-Tab"] = "other"
        problem(client.put("/works", content=file, headers=BYTES), "held")
        client.headers["X-Tab"] = "one"
        assert "e11" in decided(client, here(told))


@pytest.mark.parametrize("body", [{}, {"work": 3}, {"work": "x"}, []])
def test_what_is_no_key_opens_nothing(body: Any, served: Served) -> None:
    with signed_in(served) as client:
        assert client.post("/works", json=body).status_code == 422


@pytest.mark.proof
def test_only_the_page_itself_opens_and_erases_works(served: Served) -> None:
    with signed_in(served) as client:
        told = opened(client)
        for method in ("POST", "PUT", "DELETE"):
            asked = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
            answer = client.request(method, "/works", content=json.dumps({"work": told["work"]}), headers=asked)
            problem(answer, "forbidden")


@pytest.mark.proof
@only_linux
def test_a_place_is_free_a_moment_after_its_tab_was_closed_and_nothing_is_lost() -> None:
    with (
        serving("--places", "1", settings=AT_ONCE + limits(left_tab_s=1.0)) as service,
        signed_in(service) as first,
        signed_in(service) as second,
    ):
        told = opened(first)
        done(first.post(here(told), json={"do": "example"}))
        problem(second.post("/desk"), "busy")
        first.delete(f"{here(told)}/here")
        wait_for(lambda: second.post("/desk").status_code == 201)
        problem(first.get(here(told)), "not-found")
        second.delete("/session")
        again = opened(first, told["work"])
        assert len(done(first.get(here(again)))["files"]) == 2
        first.delete(f"{here(again)}/here")
        with service.client() as host:  # the process that had it in memory is ended, though nobody needs the place
            wait_for(lambda: "mentormatch_sessions 0.0" in host.get("/metrics").text)


@pytest.mark.proof
def test_a_service_that_keeps_nothing_says_so_and_has_nothing(tmp_path: Path) -> None:
    with (
        serving("--keep", "0", "--store", tmp_path / "service.db", settings=SETTINGS) as service,
        signed_in(service) as client,
    ):
        told = opened(client)
        answer = client.post(here(told), json={"do": "example"})
        assert (told["keeps"], answer.headers["x-work-kept"]) == (0, "0")
        client.delete("/session")
        client.post("/session", json={"token": TOKEN})
        problem(client.post("/works", json={"work": told["work"]}), "not-found")


@pytest.mark.proof
def test_many_closed_tabs_lock_nobody_out() -> None:
    with serving(settings=AT_ONCE + limits(max_workspaces=2, left_tab_s=0.1)) as service:
        for _ in range(6):
            with signed_in(service) as client:
                client.delete(f"/desk/{place_for(client)}/here")
                client.cookies.clear()  # the tab is closed, and nobody signs out


def place_for(client: httpx.Client) -> str:
    """Return a new desk, as soon as there is a place for it."""
    found: str = wait_for(lambda: client.post("/desk").json().get("desk", ""))
    return found
