"""Nothing is final without a named person's validation, and nothing is validated that does not hold."""

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from mentormatch import RequestError, verify
from mentormatch.cli.verify import validate_command
from mentormatch.contract.response import VerifyResponse
from mentormatch.languages.translation import tr
from mentormatch.record.decision import save_decision
from mentormatch.record.log import append, check_chain
from mentormatch.record.validation import validate
from mentormatch.record.verify import entry_of, journal_beside
from mentormatch.report.texts import visible
from mentormatch.report.view import PROPOSAL_TEXT
from tests.record.decisions import changed, example
from tests.report.readers import ALIVE, Outline, parts, sheets

pytestmark = pytest.mark.promise(30)

JOURNAL, DECISION = "binomes.journal.jsonl", "binomes.decision.json"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return a folder that holds the documents of the example."""
    example("quota").save(tmp_path, who="Dominique")
    return tmp_path


def said(folder: Path) -> tuple[list[str], list[object]]:
    """Return what page and workbook say of the validation."""
    page = Outline((folder / "binomes.html").read_text("utf-8")).inside("p.notice")
    rows = sheets((folder / "binomes.xlsx").read_bytes())["Journal"]
    return [text.replace("\u00a0", " ") for text in page], [row[1] for row in rows if row and row[0] == "Validation"]


def run(*arguments: object) -> Result:
    app = Typer()
    app.command()(validate_command)
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_documents_say_that_they_are_a_proposal_until_a_person_validated_it(saved: Path) -> None:
    page, book = said(saved)
    assert page == [tr(PROPOSAL_TEXT)]
    assert [str(cell).replace("\u00a0", " ") for cell in book] == [tr(PROPOSAL_TEXT)]
    assert PROPOSAL_TEXT.startswith("Proposition : à valider par une personne nommée")


def test_documents_saved_after_the_validation_say_by_whom_and_why(saved: Path) -> None:
    validate(saved / DECISION, who="Camille Roux", why="comité du 1er mars")
    example("quota").save(saved, who="Dominique", replace=True)
    for told in said(saved):
        assert len(told) == 1
        assert str(told[0]).startswith("Validée par Camille Roux le ")
        assert str(told[0]).replace("\u00a0", " ").endswith("Motif : comité du 1er mars")
    assert "mentormatch validate" not in (saved / "binomes.html").read_text("utf-8")


@pytest.mark.promise(23)
@pytest.mark.promise(24)
@pytest.mark.parametrize("name", ["<b onclick='x'>Zoé</b>", '=HYPERLINK("x")', "{{ 7 * 7 }} Zoé"])
def test_a_name_is_shown_as_it_was_typed_and_is_never_live(saved: Path, name: str) -> None:
    plain = {*Outline((saved / "binomes.html").read_text("utf-8")).attributes}
    validate(saved / DECISION, who=name, why=name)
    example("quota").save(saved, replace=True)
    page, book = said(saved)
    assert visible(name) in page[0]
    assert visible(name) in str(book[0])
    more = {*Outline((saved / "binomes.html").read_text("utf-8")).attributes} - plain
    assert {attribute for attribute, _ in more} == {"data-seal"}
    inside = parts((saved / "binomes.xlsx").read_bytes())
    assert [part for part, xml in inside if ALIVE.search(part + xml)] == []


def test_another_decision_in_the_same_folder_is_a_proposal_again(saved: Path) -> None:
    validate(saved / DECISION, who="Camille Roux")
    example("quota", "minimum_score").save(saved, replace=True)
    proposal, before = said(saved)[0]
    assert proposal == tr(PROPOSAL_TEXT)
    assert before.startswith("Une autre décision avait été validée avant elle, par Camille Roux le ")
    assert before in verify(saved / DECISION).words.replace("\u00a0", " ")
    assert verify(saved / DECISION).validations == ()


def test_a_validation_is_a_line_after_those_that_are_there(saved: Path) -> None:
    before = check_chain(saved / JOURNAL)
    validated = validate(saved / DECISION, who="Camille Roux", why="comité")
    after = check_chain(saved / JOURNAL, before.head)
    assert after.is_intact
    assert after.lines_since_head == 1
    assert after.head == validated.head
    last = after.entries[-1]
    assert (last.kind, last.who, last.why) == ("validation", "Camille Roux", "comité")
    assert last.what == {"decision": verify(saved / DECISION).digest}
    assert [one.who for one in verify(saved / DECISION).validations] == ["Camille Roux"]


def test_a_decision_without_a_log_gets_one(tmp_path: Path) -> None:
    path = save_decision(example("quota"), tmp_path)
    validate(path, who="Camille")
    assert verify(path).verified
    chain = check_chain(journal_beside(path))
    assert [(one.kind, one.who) for one in chain.entries] == [("matching", "mentormatch"), ("validation", "Camille")]
    assert chain.remarks == ()


def test_a_decision_that_was_changed_gets_no_line(saved: Path) -> None:
    content = json.loads((saved / DECISION).read_bytes())
    content["tiers"][0]["value"] += 1
    path, before = changed(saved / DECISION, content), (saved / JOURNAL).read_bytes()
    with pytest.raises(RequestError):
        validate(path, who="Camille")
    assert not journal_beside(path).exists()
    path.replace(saved / DECISION)
    with pytest.raises(RequestError):
        validate(saved / DECISION, who="Camille")
    assert (saved / JOURNAL).read_bytes() == before


def test_a_log_that_was_changed_gets_no_line(saved: Path) -> None:
    broken = (saved / JOURNAL).read_bytes().replace(b"Dominique", b"Claude").replace(b'"line":1', b'"line":2')
    (saved / JOURNAL).write_bytes(broken)
    with pytest.raises(RequestError):
        validate(saved / DECISION, who="Camille")
    assert (saved / JOURNAL).read_bytes() == broken


@pytest.mark.parametrize("who", ["", " ", "\udc80"])
def test_nobody_validates_nothing(saved: Path, who: str) -> None:
    before = (saved / JOURNAL).read_bytes()
    with pytest.raises(RequestError):
        validate(saved / DECISION, who=who)
    assert (saved / JOURNAL).read_bytes() == before


def test_a_line_whose_writing_was_interrupted_does_not_keep_anybody_from_validating(saved: Path) -> None:
    decision, journal = saved / DECISION, saved / JOURNAL
    journal.write_bytes(journal.read_bytes() + b'{"line":2,"prev')
    assert not verify(decision).sound
    validate(decision, who="Camille")
    assert verify(decision).sound
    assert [one.kind for one in check_chain(journal).entries][-2:] == ["interruption", "validation"]


def test_another_log_can_be_named(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "autre.journal.jsonl"
    append(other, entry_of(saved / DECISION, who="Sacha"))
    validate(saved / DECISION, who="Camille", journal=other)
    assert len(check_chain(other).entries) == 2
    assert len(check_chain(saved / JOURNAL).entries) == 1


def test_the_command_names_who_validated_and_prints_the_new_head(saved: Path) -> None:
    done = run(saved / DECISION, "--who", "Camille Roux", "--why", "comité", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["who"] == "Camille Roux"
    assert told["head"] == check_chain(saved / JOURNAL).head
    assert "Validée par Camille Roux" in done.stderr


def test_the_command_wants_a_name(saved: Path) -> None:
    assert run(saved / DECISION).exit_code == 2
    assert len(check_chain(saved / JOURNAL).entries) == 1


def test_verifying_says_whether_anybody_validated(saved: Path) -> None:
    assert "Encore une proposition" in verify(saved / DECISION).words
    assert json.loads(VerifyResponse.of(verify(saved / DECISION)).to_json())["validations"] == []
    validate(saved / DECISION, who="Camille Roux")
    assert "Validée par Camille Roux" in verify(saved / DECISION).words
    assert json.loads(VerifyResponse.of(verify(saved / DECISION)).to_json())["validations"][0]["who"] == "Camille Roux"
