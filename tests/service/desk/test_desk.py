"""A desk without HTTP: from the files to the documents, in order, in words, in memory."""

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partialmethod
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch.record.log import chain_in
from mentormatch.record.verify import VerificationOutcome, verify_content
from mentormatch.report.views import Views
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.document_names import PageName
from mentormatch.service.desk.documents import DOCUMENT_PURPOSES, PLAN_PAGES
from mentormatch.service.messages import ServiceMessage, read_message
from mentormatch.service.problems import RefusedError
from tests.conftest import DEEP
from tests.doors import substitute
from tests.english import french_in
from tests.laws.coded import in_keys
from tests.service.desk.session import ANSWERS, PROGRAMME, VALIDATION, Sitting

JOURNAL, DECISION = "binomes.journal.jsonl", "binomes.decision.json"
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
opened: list[str] = []
watching: list[bool] = []


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Note the files that are opened to be written, while somebody watches; a number is a pipe to a child."""
    if not watching or event != "open" or isinstance(arguments[0], int):
        return
    if isinstance(arguments[2], int) and arguments[2] & WRITING:
        opened.append(str(arguments[0]))


sys.addaudithook(note)  # there is no way to take it away; it does nothing where nobody watches


@contextmanager
def watched() -> Iterator[list[str]]:
    """Give the names of the files that are opened to be written within the block."""
    opened.clear()
    watching.append(True)
    try:
        yield opened
    finally:
        watching.clear()


@pytest.fixture
def sitting() -> Sitting:
    return Sitting()


def test_the_pairs_are_those_of_the_library(sitting: Sitting) -> None:
    plan = sitting.formed()["plan"]
    told = json.loads(sitting.content("hand", "binomes.json"))
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    assert plan["status"] == "proved"
    assert [(pair["mentor"], pair["mentee"]) for pair in told["pairs"]] == [
        (pair.mentor, pair.mentee) for pair in matching.pairs
    ]


def test_a_desk_that_has_prepared_itself_holds_nothing_yet_and_shows_the_same(sitting: Sitting) -> None:
    other = Sitting()
    assert other.done("prepare") == other.done("look") == sitting.done("look")
    for one in (other, sitting):
        one.formed()
    assert other.content("show", "binomes") == sitting.content("show", "binomes")


def test_each_step_leads_to_the_next(sitting: Sitting) -> None:
    assert sitting.done("look") == {
        "schema_version": 1,
        "edition": 0,
        "language": "fr",
        "told": "",
        "kind": "pairs",
        "stated": False,
        "files": [],
        "columns": None,
        "intake": None,
        "five": False,
        "plan": None,
        "gathered": None,
        "past": [],
    }
    sitting.done("take", PROGRAMME, part="programme", name="C:\\bureau\\programme.toml")
    told = sitting.done("take", ANSWERS, part="answers", name="dossier/reponses.csv")
    assert [file["name"] for file in told["files"]] == ["programme.toml", "reponses.csv"]
    told = sitting.done("read")
    assert told["intake"]["programme"] == mm.examples.programme().name
    assert told["plan"] is None
    assert sitting.done("form")["plan"]["answered"]


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("form", {}),
        ("open", {}),
        ("ask", {}),
        ("show", {"name": "binomes"}),
        ("show", {"name": "reponses"}),
        ("hand", {"name": "binomes.xlsx"}),
        ("hand", {"name": "reponses.zip"}),
    ],
)
def test_what_is_asked_too_early_is_refused_in_words(do: str, values: dict[str, Any], sitting: Sitting) -> None:
    assert "pas encore été" in sitting.refused(do, **values)["title"]


@pytest.mark.parametrize(
    ("there", "place", "title", "missing"),
    [
        ([], "answers", "Il manque le fichier de réponses", 1),
        (["programme"], "answers", "Il manque le fichier de réponses", 1),
    ],
)
def test_a_file_that_is_missing_is_named(there: list[str], place: str, title: str, missing: int) -> None:
    sitting = Sitting()
    for part in there:
        sitting.done("take", b"x", part=part, name="x")
    told = sitting.refused("read")
    assert (told["place"], told["title"], len(told["problems"])) == (place, title, missing)


def test_of_two_files_the_one_that_is_missing_is_named(sitting: Sitting) -> None:
    sitting.done("take", PROGRAMME, part="programme", name="p.toml")
    assert len(sitting.refused("read", apart=True)["problems"]) == 2
    sitting.done("take", ANSWERS, part="mentors", name="m.csv")
    assert sitting.refused("read", apart=True)["title"] == "Il manque le fichier de réponses des mentoré·es"


def test_two_files_give_the_people_of_one(sitting: Sitting) -> None:
    header, *rows = ANSWERS.decode("utf-8-sig").splitlines(keepends=True)
    sides = {
        "mentors": [row for row in rows if ";Mentor·e;" in row],
        "mentees": [row for row in rows if ";Mentoré·e;" in row],
    }
    sitting.done("take", PROGRAMME, part="programme", name="p.toml")
    for part, lines in sides.items():
        sitting.done("take", (header + "".join(lines)).encode(), part=part, name=f"{part}.csv")
    told = sitting.done("read", apart=True)
    assert told["intake"]["figures"][0]["number"] > 0


def test_a_new_file_takes_the_place_of_all_that_came_of_the_old_one(sitting: Sitting) -> None:
    sitting.formed()
    told = sitting.done("take", ANSWERS + b"\n", part="answers", name="autre.csv")
    assert (told["intake"], told["plan"]) == (None, None)
    assert "pas encore" in sitting.refused("show", name="binomes")["title"]
    assert sitting.done("leave", part="answers")["files"] == [
        {"part": "programme", "name": "programme.toml", "size": "16\u00a0ko"}
    ]


@pytest.mark.proof
def test_every_page_and_every_document_that_is_named_can_be_had(sitting: Sitting) -> None:
    plan = sitting.formed()["plan"]
    assert [view["name"] for view in plan["views"]] == [
        name for name in PLAN_PAGES if name != PageName.ACCESS
    ]  # nothing is watched
    shown = [name for name in PLAN_PAGES if DEEP or name != "solidite"]  # which takes its time
    pages = [sitting.content("show", name).decode() for name in ("reponses", *shown)]
    assert all("<main>" in page and "<script" not in page for page in pages)
    names = [document["name"] for document in plan["documents"]]
    assert set(names) == set(DOCUMENT_PURPOSES) - {JOURNAL}
    assert all(sitting.content("hand", name) for name in names)
    book = load_workbook(BytesIO(sitting.content("hand", "binomes.xlsx")))
    assert book.worksheets[0].max_row == 13


def test_any_two_people_have_a_page_with_their_points_whether_they_are_a_pair_or_not(sitting: Sitting) -> None:
    choice = sitting.formed()["plan"]["choice"]
    assert (choice["mentors"][5], choice["mentees"][7]) == ("M06", "E08")
    assert choice["pairs"][0] == [6, 8]  # the best one
    assert len(choice["pairs"]) == 12
    assert b"Ce bin\xc3\xb4me est dans la r\xc3\xa9partition" in sitting.content("show", "binome-6-8")
    page = sitting.content("show", "binome-6-11")
    assert b"n\xe2\x80\x99est pas dans la r\xc3\xa9partition" in page
    assert b"data:image/svg+xml" in page
    for name in ("binome-6", "binome-0-1", "binome-6-99", "binome-a-b", "binome-1-2-3", "binome-\u00b2-1"):
        assert sitting.refused("show", name=name)["title"] == "Personne inconnue"


def test_what_is_validated_holds_for_whoever_checks_it_again(sitting: Sitting) -> None:
    sitting.formed()
    sitting.moved(action="ban", mentor="m1", mentee="e12")
    told = sitting.moved(**VALIDATION)
    assert (told["refusal"], told["final"]) == ("", True)
    with ZipFile(BytesIO(sitting.content("hand", "binomes.zip"))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {name for name in DOCUMENT_PURPOSES if not name.endswith(".zip")} - JOINING
    verification = verify_content(files[DECISION], head=told["head"], journal=files[JOURNAL])
    assert verification.outcome is VerificationOutcome.VERIFIED
    assert [one.who for one in verification.validations] == ["Camille Roux"]
    assert all("Validée par Camille Roux" in files[name].decode() for name in ("binomes.html",))
    assert sitting.done("look")["plan"]["final"]


def test_the_log_goes_on_from_one_validation_to_the_next(sitting: Sitting) -> None:
    sitting.formed()
    first = sitting.moved(**VALIDATION)
    assert not sitting.moved(action="ban", mentor="m1", mentee="e12")["final"]
    assert JOURNAL not in [one["name"] for one in sitting.done("look")["plan"]["documents"]]
    second = sitting.moved(**VALIDATION | {"who": "Dominique Petit"})
    chain = chain_in(sitting.content("hand", JOURNAL), first["head"])
    assert chain.is_intact
    assert chain.head == second["head"]
    assert [one.who for one in chain.entries if one.kind == "validation"] == ["Camille Roux", "Dominique Petit"]


def test_where_there_is_no_solution_every_page_says_why_and_nothing_is_handed_to_participants(sitting: Sitting) -> None:
    pin, ban = (f'\n[[rules]]\nkind = "{kind}"\nmentor = "M01"\nmentee = "E12"\n' for kind in ("pin", "ban"))
    sitting.done("example")
    sitting.done("take", PROGRAMME + (pin + ban).encode(), part="programme", name="p.toml")
    sitting.done("read")
    plan = sitting.done("form")["plan"]
    assert (plan["status"], plan["answered"]) == ("infeasible", False)
    assert "ne peuvent pas tenir ensemble" in sitting.content("show", "binomes").decode()
    assert all(sitting.content("show", view["name"]) for view in plan["views"])
    names = [document["name"] for document in plan["documents"]]
    assert "fiches.zip" not in names
    assert all(sitting.content("hand", name) for name in names)
    assert sitting.moved(**VALIDATION)["refusal"] == "Il n’y a aucune répartition à valider"


def test_work_that_is_interrupted_before_any_answer_is_told_in_words(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*asked: object, **settings: object) -> None:
        signal.raise_signal(signal.SIGINT)

    sitting.formed()
    substitute(monkeypatch, "service", match=interrupted)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert "avant une première réponse" in sitting.refused("form")["title"]
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert sitting.done("look")["plan"]["answered"]  # what was there is still there


def test_nobody_can_validate_without_a_name_and_then_nothing_is_final(sitting: Sitting) -> None:
    sitting.formed()
    told = sitting.moved(**VALIDATION | {"who": "  "})
    assert "personne nommée" in told["refusal"]
    assert not told["final"]


def test_whoever_may_not_validate_can_do_all_else_and_then_nothing_is_final(sitting: Sitting) -> None:
    sitting.formed()
    body = json.dumps({"turn": 1, "what": VALIDATION}).encode()
    with pytest.raises(RefusedError, match="no-scope"):
        sitting.ask("ask", body)
    undo = json.dumps({"turn": 2, "what": {"action": "undo"}}).encode()
    assert not sitting.done("ask", undo)["final"]


def test_people_are_called_by_their_names_where_that_is_asked_for_and_nowhere_else(sitting: Sitting) -> None:
    assert sitting.formed()["plan"]["named"] is False
    code = sitting.done("open")["view"]["people"][0]["name"]
    assert sitting.done("name", shown=True)["plan"]["named"] is True
    name = sitting.done("open")["view"]["people"][0]["name"]
    assert (code, name != code) == ("M01", True)
    alone = sitting.content("show", "sans-binome").decode()
    sitting.done("name", shown=False)
    assert alone != sitting.content("show", "sans-binome").decode()
    assert sitting.done("open")["view"]["people"][0]["name"] == code
    sitting.done("name", shown=True)
    assert name not in sitting.content("hand", "binomes.json").decode()
    sitting.done("speak", language="en")
    assert sitting.done("open")["view"]["people"][0]["name"] == name
    sitting.done("form")
    assert sitting.done("open")["view"]["people"][0]["name"] == name
    sitting.done("take", ANSWERS + b"\n", part="answers", name="reponses.csv")
    sitting.done("read")
    assert sitting.done("form")["plan"]["named"] is False


def held_in(sitting: Sitting) -> dict[str, tuple[str, str]]:
    """Return what each document says that it holds, and all that stands in it."""
    told = {one["name"]: one["holds"] for one in sitting.desk.state()["plan"]["documents"]}
    return {name: (holds, text_of(name, sitting.content("hand", name))) for name, holds in told.items()}


def text_of(name: str, content: bytes) -> str:
    """Return all that a document says, that of the files in it among it."""
    if not name.endswith((".zip", ".xlsx")):
        return unescape(content.decode("utf-8", "replace"))
    with ZipFile(BytesIO(content)) as archive:
        return "".join(text_of(one, archive.read(one)) for one in archive.namelist())


@pytest.mark.parametrize("final", [False, True])
def test_names_stand_in_the_documents_that_say_so_and_in_no_other(sitting: Sitting, *, final: bool) -> None:
    sitting.formed()
    if final:
        sitting.moved(**VALIDATION)
    names = {"Vialard Nadège", "Garcin Hélène"}
    before = held_in(sitting)
    assert {name for name, (_, text) in before.items() if any(one in text for one in names)} == {"fiches.zip"}
    assert sitting.done("name", shown=True, where="documents")["plan"]["named_documents"] is True
    assert sitting.desk.state()["plan"]["named"] is False
    found = held_in(sitting)
    naming = {name for name, (_, text) in found.items() if all(one in text for one in names)}
    assert naming == {name for name, (holds, _) in found.items() if holds.startswith("Des noms")}
    assert naming == {f"binomes{suffix}" for suffix in (".zip", ".xlsx", ".html", ".resume.html", ".csv")} | {
        "fiches.zip"
    }
    assert not any(one in text for name, (_, text) in found.items() if name not in naming for one in names)
    assert {name for name, (_, text) in found.items() if re.search(r"[a-z]@[a-z]", text)} == {"fiches.zip"}
    sitting.done("name", shown=False, where="documents")
    assert {name: holds for name, (holds, _) in held_in(sitting).items()} == {
        k: holds for k, (holds, _) in before.items()
    }
    assert held_in(sitting)["binomes.csv"] == before["binomes.csv"]


def test_the_overview_calls_people_as_the_rest_of_the_screen_does(sitting: Sitting) -> None:
    sitting.formed()
    assert "Vialard" not in sitting.content("show", "binomes").decode()
    sitting.done("name", shown=True)
    assert re.search(r"Vialard Nadège \(M\d\d\)", sitting.content("show", "binomes").decode())
    assert "Vialard" not in sitting.content("hand", "binomes.html").decode()


def test_no_name_can_be_shown_where_the_programme_asks_for_none(sitting: Sitting) -> None:
    sitting.done("example")
    bare = PROGRAMME.replace(b'name = "nom" ', b"", 1)
    sitting.done("take", bare, part="programme", name="p.toml")
    sitting.done("read")
    assert sitting.done("form")["plan"]["named"] is None


def test_no_file_is_written_from_the_first_step_to_the_last(sitting: Sitting) -> None:
    with watched() as written:
        sitting.form_example()
        sitting.moved(**VALIDATION)
        for name in DOCUMENT_PURPOSES:
            sitting.content("hand", name)
        for name in ("reponses", "binomes"):
            sitting.content("show", name)
    assert [name for name in written if "__pycache__" not in name and name != os.devnull] == []


def test_a_file_that_is_written_would_be_noticed(tmp_path: Any) -> None:
    with watched() as written:
        (tmp_path / "a").write_bytes(b"a")
    assert written == [str(tmp_path / "a")]


def test_in_english_nothing_french_is_said(sitting: Sitting) -> None:
    sitting.done("speak", language="en")
    sitting.formed()
    told = sitting.moved(**VALIDATION | {"why": "committee"})
    state = sitting.done("look")
    plan = state["plan"]
    said = [state["intake"]["lead"], plan["verdict"], plan["summary"], *plan["standing"], told["said"]]
    said += [one["noun"] for one in (*state["intake"]["figures"], *plan["figures"])]
    said += [one["title"] for one in plan["views"]] + [one["purpose"] for one in plan["documents"]]
    said += sitting.done("open")["words"].values()
    lost = sitting.asks("leave", part="answers")
    said.append(lost["words"])
    said += [one["words"] for one in sitting.confirmed("leave", part="answers")["past"]]
    said.append(sitting.refused("read")["title"])
    filled = [text.replace("{", "").replace("}", "") for text in said]
    assert french_in(*filled) == []


def test_the_language_of_the_programme_is_spoken_until_another_is_chosen(sitting: Sitting) -> None:
    english = PROGRAMME.replace(b'language = "fr"', b'language = "en"', 1)
    sitting.done("take", english, part="programme", name="p.toml")
    sitting.done("take", ANSWERS, part="answers", name="r.csv")
    assert sitting.done("read")["language"] == "en"
    assert sitting.done("form")["plan"]["verdict"] == "No other assignment is better"
    assert sitting.done("open")["words"]["language"] == "en"
    told = sitting.done("speak", language="fr")
    assert told["plan"]["verdict"] == "Aucune autre répartition ne fait mieux"
    assert sitting.done("open")["words"]["language"] == "fr"


def test_more_people_than_the_service_takes_are_refused_in_words(sitting: Sitting) -> None:
    sitting.done("begin", people=20, pairs=10)
    sitting.done("example")
    told = sitting.refused("read")
    assert (told["title"], told["problems"][0]["found"]) == ("C’est plus que ce service ne prend", "34")
    sitting.done("begin", people=40, pairs=10)
    sitting.done("read")
    assert sitting.refused("form")["problems"][0]["expected"] == "10 au plus"


@given(st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=8)))
def test_whatever_is_asked_is_answered_without_a_word_of_it(head: dict[str, Any]) -> None:
    answer = read_message(BytesIO(Workspace().answer(ServiceMessage(head).pack())))
    assert answer is not None
    assert answer.head.get("refused") or head["do"] in ("look", "example")


@given(programme=st.binary(max_size=200), answers=st.binary(max_size=200))
def test_whatever_is_handed_over_is_read_or_refused_in_words(programme: bytes, answers: bytes) -> None:
    sitting = Sitting()
    sitting.done("take", programme, part="programme", name="p.toml")
    sitting.done("take", answers, part="answers", name="r.csv")
    assert sitting.refused("read")["place"] in ("programme", "answers")
    sitting.done("take", PROGRAMME, part="programme", name="p.toml")
    told = json.loads(sitting.ask("read").body)
    assert told.get("place") == "answers" or told["columns"]["blocked"]


JOINING = {"qui-est-qui.csv", "edition.json"}
"""What is for the team only: it joins codes and keys, or goes on from keys."""
CANARY = "@cle.example"


def by_address() -> tuple[bytes, bytes]:
    """Return programme and answers of the example, with e-mail addresses as keys."""
    programme, answers = (in_keys(content.decode("utf-8-sig"), "e-mail").encode() for content in (PROGRAMME, ANSWERS))
    return programme, answers


@pytest.mark.promise(46)
@pytest.mark.parametrize("named", [False, pytest.param(True, marks=pytest.mark.proof)])
def test_nothing_that_the_page_shows_or_hands_out_has_an_address_that_is_a_key(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    if not DEEP:  # two hundred solves, whose pairs stand in one table
        monkeypatch.setattr(Views, "robustness", partialmethod(Views.robustness, samples=3))
    programme, answers = by_address()
    sitting.done("take", programme, part="programme", name="programme.toml")
    sitting.done("take", answers, part="answers", name="reponses.csv")
    sitting.done("read")
    plan = sitting.done("form")["plan"]
    if named:
        sitting.done("name", shown=True, where="documents")
        sitting.done("name", shown=True)
    lists = ("documents", "rounds", "letters", "after", "year")
    told = {one["name"]: one["holds"] for kind in lists for one in plan[kind]}
    found = {name: text_of(name, sitting.content("hand", name)) for name in told}
    assert {name for name, text in found.items() if CANARY in text} == JOINING
    assert {told[name] for name in JOINING} == {
        "Des codes, et les adresses ou les noms auxquels ils répondent",
        "Des adresses ou des noms, pour l\N{RIGHT SINGLE QUOTATION MARK}équipe seule",
    }
    assert CANARY not in json.dumps(sitting.desk.state()) + json.dumps(sitting.done("open"))
    assert not [one["name"] for one in plan["views"] if CANARY in sitting.content("show", one["name"]).decode()]


def test_who_is_who_is_offered_only_where_codes_are_not_the_keys(sitting: Sitting) -> None:
    plan = sitting.formed()["plan"]
    assert "qui-est-qui.csv" not in {one["name"] for one in plan["documents"]}


def test_it_is_asked_before_sheets_go_out_in_which_nobody_reads_how_to_reach_their_partner(sitting: Sitting) -> None:
    silent = PROGRAMME.replace(b'contacts = ["nom", "courriel"]', b"contacts = []")
    assert silent != PROGRAMME
    for programme, asked in ((PROGRAMME, False), (silent, True)):
        sitting.done("take", programme, part="programme", name="programme.toml")
        sitting.done("take", ANSWERS, part="answers", name="reponses.csv")
        sitting.done("read")
        plan = sitting.done("form")["plan"]
        questions = {one["name"]: one["question"] for one in plan["documents"]}
        assert ("Continuer quand même" in questions["fiches.zip"]) == asked
        assert not any(question for name, question in questions.items() if name != "fiches.zip")
