"""The pairs as a Parquet file: typed, the same as the frame, found by a search for whom it names."""

import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
import pytest

import mentormatch as mm
from mentormatch.errors import OutputError
from mentormatch.record.rights.edition import documents, is_our_document, texts

COHORT, PROGRAMME = mm.examples.cohort(), mm.examples.programme()


def test_the_file_holds_the_pairs_with_their_types(tmp_path: Path) -> None:
    matching = mm.match(COHORT, PROGRAMME)
    (path,) = matching.save(tmp_path / "binomes.parquet")
    read = parquet.read_table(path)
    told = {field.name: str(field.type) for field in read.schema}
    assert told == {
        "mentor": "string",
        "mentee": "string",
        "points": "double",
        "answered": "double",
        "reasons": "string",
    }
    rows = [list(row.values()) for row in read.to_pylist()]
    assert rows == [list(row) for row in matching.sheets["pairs"].rows]
    pd.testing.assert_frame_equal(pd.read_parquet(path), matching.frames.pairs, check_dtype=False)
    again = mm.match(COHORT, PROGRAMME).save(tmp_path / "again.parquet")[0]
    assert again.read_bytes() == path.read_bytes()


def test_no_pairs_have_the_same_columns(tmp_path: Path) -> None:
    nobody = type(COHORT)(COHORT.mentors.take([]), COHORT.mentees)
    rules = [rule for rule in PROGRAMME.rules if rule.kind not in ("quota", "pin")]
    matching = mm.match(nobody, PROGRAMME.model_copy(update={"rules": rules}))
    (path,) = matching.save(tmp_path / "binomes.parquet")
    read = parquet.read_table(path)
    assert read.num_rows == 0
    assert [str(field.type) for field in read.schema] == ["string", "string", "double", "double", "string"]


def test_whoever_is_to_be_forgotten_is_found_in_it(tmp_path: Path) -> None:
    matching = mm.match(COHORT, PROGRAMME)
    (path,) = matching.save(tmp_path / "binomes.parquet")
    assert is_our_document(path)
    assert list(documents(tmp_path)) == [path]
    (text,) = texts(path)
    assert all(pair.mentor in text and pair.mentee in text for pair in matching.pairs)


def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    matching = mm.match(COHORT, PROGRAMME)
    with pytest.raises(OutputError, match=r"mentormatch-engine\[parquet\]"):
        matching.save(tmp_path / "binomes.parquet")
    assert list(tmp_path.iterdir()) == []
    assert matching.save(tmp_path / "binomes.csv")


def test_answers_in_a_parquet_file_are_refused_with_the_way_to_read_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Nom": ["Zoé", "Anne"], "Âge": [31, 45]})
    frame.to_parquet(tmp_path / "reponses.parquet")
    with pytest.raises(mm.MentorMatchError, match=r"pandas\.read_parquet"):
        mm.read_survey(PROGRAMME, tmp_path / "reponses.parquet")
