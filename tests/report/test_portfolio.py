"""What a folder would hold, in memory: the same documents, the same log, and nothing on any disk."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

import mentormatch as mm
from mentormatch import Matching, RequestError, verify
from mentormatch.record.decision import DECISION_NAME
from mentormatch.record.log import chain_in
from mentormatch.record.seal import STAMP_READERS
from mentormatch.record.verify import verify_content
from mentormatch.report import folder
from mentormatch.report.folder import DecisionArchive, documents, validate_matching, zip_files
from mentormatch.results import Verification

JOURNAL, BOOK = "binomes.journal.jsonl", "binomes.xlsx"


@pytest.fixture(scope="module")
def example() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


def test_a_portfolio_holds_what_a_folder_holds(example: Matching, tmp_path: Path) -> None:
    held = DecisionArchive()
    held.validate(example, who="Camille Roux", why="comité")
    validate_matching(example, tmp_path, who="Camille Roux", why="comité")
    assert {*held.files, "manifeste.json"} == {path.name for path in tmp_path.iterdir()}
    assert held.files[DECISION_NAME] == (tmp_path / DECISION_NAME).read_bytes()
    kinds = [
        [one.kind for one in chain_in(text).entries]
        for text in (held.files[JOURNAL], (tmp_path / JOURNAL).read_bytes())
    ]
    assert kinds[0] == kinds[1] == ["matching", "validation"]


def test_a_portfolio_unpacked_is_verified_as_a_folder_is(example: Matching, tmp_path: Path) -> None:
    held = DecisionArchive()
    seal = held.validate(example, who="Camille Roux")
    with ZipFile(BytesIO(zip_files(held.files))) as archive:
        archive.extractall(tmp_path)
    sealed = {f"binomes{suffix}" for suffix in STAMP_READERS}
    beside = {name: content for name, content in held.files.items() if name in sealed}
    assert verify(tmp_path / DECISION_NAME, head=seal.head) == verify_content(
        held.files[DECISION_NAME], head=seal.head, journal=held.files[JOURNAL], documents=beside
    )
    assert [one.who for one in seal.validations] == ["Camille Roux"]


def test_where_nobody_is_named_all_stays_as_it_was(example: Matching) -> None:
    held = DecisionArchive()
    held.validate(example, who="Camille Roux")
    before = dict(held.files)
    with pytest.raises(RequestError, match="personne nommée"):
        held.validate(example, who=" ")
    assert held.files == before


def test_a_decision_that_does_not_hold_is_not_validated(example: Matching, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(content: bytes) -> Verification:
        return verify_content(content.replace(b"proved", b"proven"))

    monkeypatch.setattr(folder, "verify_content", changed)
    held = DecisionArchive()
    with pytest.raises(RequestError, match="Rien n’a été validé"):
        held.validate(example, who="Camille Roux")
    assert held.files == {}


def test_the_same_files_give_the_same_archive(example: Matching) -> None:
    assert zip_files(documents(example)) == zip_files(documents(example))
    assert "binomes" not in repr(DecisionArchive({"binomes.html": b"x"}))
