"""The panels of a notebook: files that are put, documents that are written, people who leave."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import Matching, ProgrammeError, RequestError, SurveyError
from mentormatch.notebook import DeparturesWidget, FilesWidget, KernelWidget, PanelWidget
from mentormatch.widgets.form.changes import parse_form_action
from mentormatch.widgets.form.texts import FORM_SCRIPTS
from mentormatch.widgets.pages import notebook_script, notebook_style
from mentormatch.widgets.panel import DocumentsPanel, PanelAction
from tests.canaries import NAME
from tests.report.cohorts import FIELDS, matched, person, programme
from tests.report.readers import Outline

BY_EMAIL = {**FIELDS, "code": {"question": "Courriel", "kind": "text", "use": "contact"}}
NAMED = {key: f"{NAME} {key}" for key in ("M0", "M1", "E0", "E1", "E2")}


@pytest.fixture(scope="module")
def matching() -> Matching:
    return matched(programme(), [person("M0"), person("M1")], [person("E0"), person("E1"), person("E2")])


def ask(widget: KernelWidget, act: str, name: str, value: str = "", content: bytes = b"") -> str:
    """Do something at a panel, and return why it was refused."""
    turn = widget.view["turn"] + 1
    widget.view = widget.answer({"turn": turn, "what": {"act": act, "name": name, "value": value}}, content)
    assert widget.view["turn"] == turn
    refusal: str = widget.view["refusal"]
    return refusal


def rows(widget: KernelWidget) -> dict[str, str]:
    """Return the lines of a panel, each with what is told of it."""
    return {row["name"]: row["told"] for row in widget.view["rows"]}


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_folder_without_a_programme_gets_the_example_and_one_that_has_one_is_left_as_it_is(tmp_path: Path) -> None:
    files = mm.open_files(tmp_path / "new", "pairs", "waves")
    assert set(rows(files)) == {"programme", "answers", "pairs", "wave 1", "wave 3", "wave 6", "wave 12"}
    assert all("inventées" in told for told in rows(files).values())
    assert len(mm.intake(mm.Programme.load(files.programme), files.answers).cohort.mentors) == 14
    files.programme.write_text(files.programme.read_text("utf-8") + "# ours\n", encoding="utf-8")
    files.pairs.unlink()
    again = mm.open_files(tmp_path / "new", "pairs")
    assert rows(again)["pairs"] == "pas encore là"
    assert not again.pairs.exists()
    assert again.programme.read_text("utf-8").endswith("# ours\n")


def test_a_folder_that_another_notebook_filled_with_the_example_gets_the_rest_of_it(tmp_path: Path) -> None:
    mm.open_files(tmp_path)
    assert sorted(mm.open_files(tmp_path, "waves").waves) == [1, 3, 6, 12]


def test_a_file_takes_the_place_of_another_which_stays_beside_it_under_its_date(tmp_path: Path) -> None:
    files = mm.open_files(tmp_path)
    before = files.answers.read_bytes()
    assert ask(files, "put", "answers", "Nos réponses.TSV", b"a\tb\n") == ""
    assert (files.answers.name, files.answers.read_bytes()) == ("reponses.tsv", b"a\tb\n")
    assert [path.read_bytes() for path in tmp_path.glob("reponses*.csv")] == [before]
    assert not (tmp_path / "reponses.csv").exists()
    assert files.answers.stat().st_mode & 0o077 == 0
    assert rows(files)["answers"].startswith("reponses.tsv, 0,1")


def test_an_older_file_in_the_format_of_a_new_one_stays_too(tmp_path: Path) -> None:
    files = mm.open_files(tmp_path)
    older = tmp_path / "reponses.tsv"
    older.write_bytes(b"older")
    os.utime(older, (0, 0))
    assert ask(files, "put", "answers", "nouveau.tsv", b"a\tb\n") == ""
    assert b"older" in [path.read_bytes() for path in tmp_path.glob("reponses*.tsv")]


@pytest.mark.parametrize(
    ("name", "value", "content", "error"),
    [
        ("answers", "reponses.pdf", b"%PDF", SurveyError),
        ("programme", "programme.toml", b"[programme]\nnom = 'x'\n", ProgrammeError),
        ("programme", "programme.csv", b"a,b\n", SurveyError),
        ("pairs", "binomes.csv", b"a,b\n", RequestError),
    ],
)
def test_a_file_that_is_none_changes_nothing(
    name: str, value: str, content: bytes, error: type[mm.MentorMatchError], tmp_path: Path
) -> None:
    files = mm.open_files(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(error):
        files.panel.do(PanelAction(act="put", name=name, value=value), content)
    assert ask(files, "put", name, value, content)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_no_panel_understands_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    files = mm.open_files(tmp_path)
    files.asked = {"turn": 1, "what": {"act": NAME}}
    assert files.view["refusal"]
    assert NAME not in str(files.view)
    with pytest.raises(RequestError, match="open_files"):
        mm.open_files(tmp_path, "letters")  # type: ignore[arg-type]  # a wrong kind, on purpose


# --- documents -------------------------------------------------------------------------------------------------------


def opened(matching: Matching, folder: Path) -> PanelWidget[DocumentsPanel]:
    return mm.open_documents(matching, folder, contacts=NAMED)


def test_documents_are_there_at_once_and_hold_names_only_once_that_is_asked(matching: Matching, tmp_path: Path) -> None:
    documents = opened(matching, tmp_path)
    assert set(rows(documents)) >= {"binomes.xlsx", "binomes.html", "binomes.csv", "binomes.json"}
    assert NAME not in (tmp_path / "binomes.csv").read_text("utf-8")
    assert ask(documents, "tick", "names", "true") == ""
    assert NAME in (tmp_path / "binomes.csv").read_text("utf-8")
    assert NAME not in (tmp_path / "binomes.json").read_text("utf-8")
    assert ask(documents, "tick", "names", "false") == ""
    assert NAME not in (tmp_path / "binomes.csv").read_text("utf-8")
    assert NAME not in str(documents.view)


def test_without_contacts_no_names_are_offered(matching: Matching, tmp_path: Path) -> None:
    assert mm.open_documents(matching, tmp_path).view["boxes"] == []


def test_the_documents_of_a_board_are_those_of_its_plan_when_they_are_written(
    matching: Matching, tmp_path: Path
) -> None:
    board = mm.open_board(matching, tmp_path)
    documents = mm.open_documents(board, tmp_path)
    first = (tmp_path / "binomes.csv").read_bytes()
    pair = board.view["pairs"][0]
    board.asked = {"turn": 1, "what": {"action": "ban", "mentor": pair["mentor"], "mentee": pair["mentee"]}}
    assert ask(documents, "do", "again") == ""
    assert (tmp_path / "binomes.csv").read_bytes() != first
    assert (tmp_path / "binomes.csv").read_bytes() == board.matching.save(tmp_path / "x.csv")[0].read_bytes()


def test_what_was_validated_stays_until_its_replacement_is_asked_for(matching: Matching, tmp_path: Path) -> None:
    folder = tmp_path / "binomes"
    board = mm.open_board(matching, folder)
    board.asked = {"turn": 1, "what": {"action": "validate", "who": "Camille Roux", "why": ""}}
    assert not board.view["refusal"]
    final = (folder / "binomes.decision.json").read_bytes()
    other = mm.match(matching.cohort, matching.programme, bans=[(matching.pairs[0].mentor, matching.pairs[0].mentee)])
    documents = mm.open_documents(other, folder)
    assert "rien n’a été remplacé" in documents.view["said"]
    assert set(rows(documents)) >= {"binomes.xlsx", "binomes.html"}
    assert (folder / "binomes.decision.json").read_bytes() == final
    assert ask(documents, "do", "again") == ""
    assert (folder / "binomes.decision.json").read_bytes() != final
    (kept,) = [path for path in tmp_path.iterdir() if path != folder]
    assert (kept / "binomes.decision.json").read_bytes() == final


def test_a_document_is_given_byte_by_byte_beside_the_state_of_the_widget(
    matching: Matching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, sent = mm.open_documents(matching, tmp_path), []
    monkeypatch.setattr(documents, "send", lambda *told: sent.append(told))
    assert ask(documents, "give", "binomes.xlsx") == ""
    assert sent == [({"given": "binomes.xlsx"}, [(tmp_path / "binomes.xlsx").read_bytes()])]
    assert ask(documents, "give", "../../etc/passwd")
    assert len(sent) == 1


# --- departures ------------------------------------------------------------------------------------------------------


def test_whoever_leaves_is_chosen_and_the_pairs_are_those_of_a_repair(matching: Matching) -> None:
    departures = mm.open_departures(matching, "M1", "nobody")
    assert list(rows(departures)) == ["m2"]
    assert departures.repair.ended == mm.repair(matching, withdrawn=["M1"]).ended
    assert ask(departures, "choose", "person", "e1") == ""
    assert (
        departures.matching.solution.pairs.tolist()
        == mm.repair(matching, withdrawn=["M1", "E0"]).matching.solution.pairs.tolist()
    )
    assert ask(departures, "leave", "m2") == ""
    assert ask(departures, "leave", "e1") == ""
    assert (departures.repair.kept, departures.repair.new) == (mm.repair(matching).kept, ())
    assert ask(departures, "choose", "person", "m99")


def test_departures_can_begin_again_from_the_plan_of_a_board(matching: Matching) -> None:
    board = mm.open_board(matching)
    departures = mm.open_departures(board, "M1")
    pair = next(one for one in board.view["pairs"] if one["mentor"] == "m1")
    board.asked = {"turn": 1, "what": {"action": "ban", "mentor": pair["mentor"], "mentee": pair["mentee"]}}
    assert departures.repair.before is matching
    assert ask(departures, "do", "again") == ""
    assert departures.repair.before is board.matching


@pytest.mark.promise(25)
def test_panels_tell_pseudonyms_where_keys_are_e_mail_addresses() -> None:
    mentors, mentees = ([person(f"{letter}{n}@example.org") for n in range(3)] for letter in "ab")
    matching = matched(programme(fields=BY_EMAIL), mentors, mentees)
    departures = mm.open_departures(matching, "a0@example.org")
    data, _ = departures._repr_mimebundle_()
    assert "example.org" not in str(departures.view) + str(data)
    assert "M01" in str(departures.view["rows"])


@pytest.mark.parametrize("called", ["M01", "m01", "A0@example.org"])
def test_whoever_leaves_is_the_same_person_by_key_code_and_in_capitals(called: str) -> None:
    mentors, mentees = ([person(f"{letter}{n}@example.org") for n in range(3)] for letter in "ab")
    matching = matched(programme(fields=BY_EMAIL), mentors, mentees)
    departures = mm.open_departures(matching, called)
    assert departures.view == mm.open_departures(matching, "a0@example.org").view
    assert ask(departures, "leave", "m1") == ""
    assert (rows(departures), departures.repair.ended) == ({}, ())


# --- all of them -----------------------------------------------------------------------------------------------------


def test_without_a_kernel_each_panel_is_a_table(matching: Matching, tmp_path: Path) -> None:
    panels: list[FilesWidget | PanelWidget[DocumentsPanel] | DeparturesWidget] = [
        mm.open_files(tmp_path / "files"),
        mm.open_documents(matching, tmp_path / "documents"),
        mm.open_departures(matching),
    ]
    for panel in panels:
        found = Outline(panel._repr_html_())
        assert found.balanced
        assert "h3" in found.tags
        assert not {"style", "script", "iframe"} & set(found.tags)
        assert "application/vnd.jupyter.widget-view+json" in panel._repr_mimebundle_()[0]


def test_the_style_of_a_widget_reaches_nothing_outside_of_it() -> None:
    own, nested = notebook_style(("form", "form.css")).split(".mm-widget .mm-inside {\n", 1)
    assert ".form .split" in nested
    assert "@media screen and (max-width" not in nested
    outside = [
        line
        for line in own.splitlines()
        if line and not line.startswith((".mm-", "  .mm-", "  --", "  /*", "/*", "@container mm-", "}"))
    ]
    assert [line for line in outside if ".mentormatch" not in line] == []
    assert own.count("{") == own.count("}")


def test_the_scripts_of_panels_make_no_markup_and_load_nothing() -> None:
    parts = [("panel", "panel.js"), *(("form", name) for name in (*FORM_SCRIPTS, "in_notebook.js"))]
    written = notebook_script(*parts).replace('"http://www.w3.org/2000/svg"', '""')
    forbidden = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "http",
        "import ",
    )
    assert [word for word in forbidden if word in written] == []


@pytest.mark.parametrize("parse", [PanelAction.of, parse_form_action])
def test_an_unknown_key_of_a_request_is_refused_without_its_name(parse: Callable[[object], object]) -> None:
    with pytest.raises(RequestError) as refused:
        parse({"act": "do", "action": "undo", "name": "x", "secret@example.org": 1})
    assert "secret" not in str(refused.value)
