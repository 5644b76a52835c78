"""The hostile files, taken in as the plain table with one key column that they are meant as."""

import json
from pathlib import Path
from typing import Any

import pytest
from pandas import DataFrame

from mentormatch import Cohort, Programme, SurveyError, read_contacts, read_survey
from mentormatch.fields import Side
from mentormatch.people.cohort import RowFate
from mentormatch.survey.table_reader import read_table
from tests.survey.intake.answers import remarks

REFUSED = {
    "swallow_quote.csv": "ligne 2",
    "eof_in_quote.csv": "ligne 2",
    "index_shift.csv": "ligne 2",
    "dup_headers.csv": "colonnes 1 et 2",
    "headers_nfc_nfd.csv": "colonnes 1 et 2",
    "mixed_utf8_cp1252.csv": "ligne 3",
    "empty.csv": "fichier",
    "spaces_only.csv": "fichier",
    "wide_10000_cols.csv": "ligne 1",
    "quotes_flood.csv": "ligne 2",
    "duplicate_people.csv": "lignes 2 et 5",
}
KEYS = ("id", "nom", "prénom", "q0")
CONTACTS = ("nom", "prénom", "prenom", "mail", "tel")


def programme_for(header: tuple[str, ...]) -> Programme:
    """Return the programme of a plain table: the first of ``KEYS`` is its key, the rest are contacts or numbers."""
    key = next(name for name in KEYS if name in header)
    fields: dict[str, dict[str, Any]] = {key: {"question": key, "kind": "text", "use": "key"}}
    for name in header:
        contact = {"question": name, "kind": "text", "use": "contact"}
        fields.setdefault(name, contact if name in CONTACTS else {"question": name, "kind": "number"})
    return Programme.read({"programme": {"name": "Essai"}, "fields": fields})


def header_of(path: Path) -> tuple[str, ...]:
    try:
        return read_table(path).header
    except SurveyError:
        return KEYS


def taken(path: Path, side: Side = "mentor") -> Cohort:
    header = header_of(path)
    nobody = DataFrame(columns=list(header))
    mentors, mentees = (path, nobody) if side == "mentor" else (nobody, path)
    return read_survey(programme_for(header), mentors=mentors, mentees=mentees)


@pytest.fixture
def made(shared_data: Path) -> Path:
    return shared_data / "hostile" / "csv-made"


def expected(folder: Path) -> dict[str, int]:
    told = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return {name: each["records"] for name, each in told.items()}


@pytest.mark.promise(1)
@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_every_record_of_every_hostile_file_ends_once(made: Path, side: Side) -> None:
    tried = {name: count for name, count in expected(made).items() if name not in REFUSED}
    assert len(tried) == 20
    for name, count in tried.items():
        cohort = taken(made / name, side)
        kept = [row for row in cohort.rows if row.fate in ("taken", "incomplete")]
        assert len({(row.source, row.line) for row in cohort.rows}) == len(cohort.rows) == count, name
        assert [row.key for row in kept] == list(cohort.side(side).ids), name


@pytest.mark.parametrize(("name", "where"), REFUSED.items())
def test_a_hostile_file_that_cannot_be_taken_whole_says_where(made: Path, name: str, where: str) -> None:
    with pytest.raises(SurveyError) as refusal:
        taken(made / name)
    assert any(where in str(problem) for problem in refusal.value.problems)


def rejected(cohort: Cohort) -> list[RowFate]:
    return [row for row in cohort.rows if row.fate == "rejected"]


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [("ragged_extra.csv", 3, "3 cellules"), ("nul.csv", 2, "nul"), ("long_cell_1MB.csv", 2, "caractères")],
)
def test_a_row_that_the_reader_refused_is_rejected_with_its_line(made: Path, name: str, line: int, reason: str) -> None:
    (row,) = rejected(taken(made / name))
    assert row.line == line
    assert reason in row.reason


@pytest.mark.promise(4)
def test_homographs_are_seven_people_and_all_of_them_are_remarked_on(made: Path) -> None:
    cohort = taken(made / "homographs.csv")
    assert cohort.mentors.ids == tuple("1234567")
    assert "lignes 2, 3, 4, 5, 6, 7 et 8 : même nom" in remarks(cohort)
    odd = [f"{remark.line} {remark.text}" for remark in cohort.remarks if "identité avec" in remark.text]
    assert set(filter(str.isdigit, "".join(odd))) == set("34568")


@pytest.mark.promise(5)
def test_one_person_under_three_keys_is_three_people_and_a_remark(made: Path, tmp_path: Path) -> None:
    rows = (made / "duplicate_people.csv").read_bytes().splitlines(keepends=True)
    (tmp_path / "people.csv").write_bytes(b"".join(rows[:-1]))
    cohort = taken(tmp_path / "people.csv")
    assert cohort.mentors.ids == ("1", "2", "3")
    assert "lignes 2, 3 et 4 : même courriel" in remarks(cohort)
    assert "lignes 2, 3 et 4 : même nom" in remarks(cohort)


@pytest.mark.promise(6)
def test_infinities_and_nan_are_no_numbers_and_each_is_remarked_on(made: Path) -> None:
    cohort = taken(made / "inf_nan.csv")
    assert cohort.mentors.known("score").tolist() == [False] * 4
    assert [remark.text for remark in cohort.remarks] == ["lignes 2, 3, 4 et 5 : « score » : nombre attendu"]


def test_a_decimal_comma_is_a_decimal_point(made: Path) -> None:
    assert taken(made / "semicolon_decimal_comma.csv").mentors.numbers("score").values.tolist() == [3.5, 2.0]


def test_a_row_that_is_too_short_has_blanks_and_is_remarked_on(made: Path) -> None:
    cohort = taken(made / "ragged_short.csv")
    assert cohort.mentors.known("age").tolist() == [False, True]
    assert [remark.line for remark in cohort.remarks] == [2]


@pytest.mark.promise(2)
@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("surname_na.csv", ("NA", "Null", "None", "nan", "N/A", "<NA>", "inf", "-")),
        ("leading_zero.csv", ("007", "0007")),
        ("u2028.csv", ("A\u2028B", "C\x85D")),
        ("cp1252.csv", ("Zoé", "Œuf")),
        ("header_only.csv", ()),
    ],
)
def test_keys_are_kept_as_typed(made: Path, name: str, ids: tuple[str, ...]) -> None:
    assert taken(made / name).mentors.ids == ids


@pytest.mark.promise(2)
def test_contacts_are_kept_as_typed(made: Path) -> None:
    path = made / "leading_zero.csv"
    header = header_of(path)
    contacts = read_contacts(programme_for(header), mentors=path, mentees=DataFrame(columns=list(header))).people
    assert [contact["tel"] for contact in contacts.values()] == ["0612345678", "+33612345678"]
