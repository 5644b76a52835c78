"""A log is held against the documents beside it: what they print of it, and what is gone, is told by their names."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from mentormatch import RequestError, verify
from mentormatch.contract.response import VerifyResponse
from mentormatch.errors import OutputError
from mentormatch.languages.translation import tr
from mentormatch.record.log import check_chain
from mentormatch.record.seal import Seal, Signature, sealed_documents, stamp_in
from mentormatch.record.validation import validate
from mentormatch.record.verify import HEAD_FROM_DOCUMENTS_TEXT, NO_HEAD_TEXT, verify_content
from tests.record.decisions import example

pytestmark = [pytest.mark.promise(29), pytest.mark.promise(30)]

JOURNAL, DECISION = "binomes.journal.jsonl", "binomes.decision.json"
DOCUMENTS = ["binomes.html", "binomes.json", "binomes.resume.html", "binomes.xlsx"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose decision somebody validated, which nobody changes."""
    made = tmp_path_factory.mktemp("written")
    example("quota").save(made, who="Dominique")
    validate(made / DECISION, who="Camille Roux", why="comité")
    return made


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return Path(copytree(written, tmp_path, dirs_exist_ok=True))


def said(folder: Path) -> str:
    return verify(folder / DECISION).words.replace("\u00a0", " ")


def test_the_documents_that_print_the_head_are_named_and_what_cannot_be_known_is_said(folder: Path) -> None:
    verification = verify(folder / DECISION)
    assert verification.sound
    assert list(verification.carried) == DOCUMENTS
    assert (
        "Cette empreinte est imprimée sur : binomes.html, binomes.json, binomes.resume.html et binomes.xlsx."
        in said(folder)
    )
    assert tr(HEAD_FROM_DOCUMENTS_TEXT) in said(folder)
    told = json.loads(VerifyResponse.of(verification).to_json())
    assert told["log"]["checked_against"] == DOCUMENTS
    assert told["log"]["head"] == check_chain(folder / JOURNAL).head


def test_without_documents_and_head_it_is_said_that_nobody_can_know(folder: Path) -> None:
    for name in DOCUMENTS:
        (folder / name).unlink()
    assert verify(folder / DECISION).sound
    assert tr(NO_HEAD_TEXT) in said(folder)


@pytest.mark.parametrize("left", DOCUMENTS)
def test_a_validation_that_is_gone_is_seen_from_one_document_alone(folder: Path, left: str) -> None:
    for name in {*DOCUMENTS} - {left}:
        (folder / name).unlink()
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(lines[0])
    problems = verify(folder / DECISION).problems
    assert {problem.where for problem in problems} == {left}
    assert "ce document dit « Validée par Camille Roux le " in problems[1].found
    with pytest.raises(RequestError, match="et le journal n’a pas cette ligne"):
        validate(folder / DECISION, who="Claude")


def test_a_log_that_is_missing_while_documents_print_its_head_is_told_and_the_folder_stays(folder: Path) -> None:
    (folder / JOURNAL).unlink()
    verification = verify(folder / DECISION)
    assert not verification.sound
    assert {JOURNAL, *DOCUMENTS} == {problem.where for problem in verification.problems}
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(OutputError, match="Camille Roux"):
        example("quota").save(folder, who="Claude")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_documents_of_another_decision_are_told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    example("quota", "minimum_score").save(other)
    (folder / "binomes.html").write_bytes((other / "binomes.html").read_bytes())
    found = [problem.found for problem in verify(folder / DECISION).problems]
    assert found == [
        "ce document imprime une empreinte qu’aucune ligne du journal n’a",
        "ce document est d’une autre décision",
    ]


def test_a_document_that_prints_an_earlier_head_is_told_and_holds(folder: Path) -> None:
    page = (folder / "binomes.html").read_bytes()
    validate(folder / DECISION, who="Sacha")
    (folder / "binomes.html").write_bytes(page)
    assert not verify(folder / DECISION).sound  # by the manifest: this page is not of the same run
    (folder / "manifeste.json").unlink()
    assert verify(folder / DECISION).sound
    assert "L’empreinte de binomes.html est plus ancienne : 1 ligne depuis." in said(folder)


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"PK\x03\x04", b'{"record": 1}', b"[" * 50_000])
def test_a_document_without_a_seal_is_told_as_not_compared(folder: Path, content: bytes) -> None:
    for name in DOCUMENTS:
        (folder / name).write_bytes(content)
    assert verify(folder / DECISION).sound
    assert "pas comparés : binomes.html, binomes.json, binomes.resume.html et binomes.xlsx." in said(folder)
    validated = validate(folder / DECISION, who="Sacha")
    assert validated.renewed == ()
    assert [problem.where for problem in validated.left] == DOCUMENTS
    assert {(folder / name).read_bytes() for name in DOCUMENTS} == {content}


def test_a_log_elsewhere_is_not_held_against_the_documents(folder: Path) -> None:
    other = folder / "copie.jsonl"
    other.write_bytes((folder / JOURNAL).read_bytes().splitlines(keepends=True)[0])
    assert verify(folder / DECISION, journal=other).stamps == {}
    assert tr(NO_HEAD_TEXT) in verify(folder / DECISION, journal=other).words


@pytest.mark.parametrize("who", ["a\"b&<'>", "_x0041_ Zoé", "=1+1 Zoé", "e\u0301" * 9_000, "\U0001f600 {{ 1 }} Zoé"])
def test_a_seal_comes_back_from_each_document_as_it_was(tmp_path: Path, who: str) -> None:
    matching = example("quota")
    matching.save(tmp_path, who=who, why=who)
    seal = validate(tmp_path / DECISION, who=who, why=who).seal
    assert seal.validations == (Signature(who=who.strip(), when=seal.validations[0].when, why=who.strip()),)
    beside = sealed_documents(tmp_path / DECISION)
    assert [stamp_in(name, content) for name, content in beside.items()] == [seal.stamp] * 4
    assert Seal.of(check_chain(tmp_path / JOURNAL), seal.decision, seal.head) == seal


def test_a_document_of_another_kind_has_no_seal(written: Path) -> None:
    page = (written / "binomes.html").read_bytes()
    assert stamp_in("binomes.csv", page) is None
    contents = [(written / name).read_bytes() for name in (DECISION, JOURNAL)]
    verification = verify_content(contents[0], journal=contents[1], documents={"binomes.csv": page})
    assert verification.sound
    assert "pas comparés : binomes.csv." in verification.words.replace("\u00a0", " ")
