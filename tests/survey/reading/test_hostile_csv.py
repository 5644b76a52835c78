import json
from pathlib import Path

import pytest

from mentormatch import SurveyError
from mentormatch.survey.table_reader import read_rows, read_table
from tests.survey.reading.hostile import shared

REFUSED_WHOLE = {
    "swallow_quote.csv": "ligne 2",
    "eof_in_quote.csv": "ligne 2",
    "index_shift.csv": "3 cellules pour 2 intitulés",
    "dup_headers.csv": "colonnes 1 et 2",
    "headers_nfc_nfd.csv": "colonnes 1 et 2",
    "mixed_utf8_cp1252.csv": "ligne 3",
    "empty.csv": "vide",
    "spaces_only.csv": "aucune réponse",
    "wide_10000_cols.csv": "10000 colonnes",
    "quotes_flood.csv": "ligne 2",
}
NAMES = [
    "blank_lines", "cp1252", "cr_only", "ctrlz", "double_encoded", "dup_headers", "duplicate_people", "empty",
    "eof_in_quote", "header_only", "headers_nfc_nfd", "homographs", "index_shift", "inf_nan", "leading_zero",
    "long_cell_1MB", "mixed_eol", "mixed_utf8_cp1252", "nul", "quotes_flood", "ragged_extra", "ragged_short",
    "semicolon_decimal_comma", "sep_line", "spaces_only", "surname_na", "swallow_quote", "u2028", "utf16le_bom",
    "utf8_bom", "wide_10000_cols",
]  # fmt: skip


def made(name: str) -> Path:
    return shared("hostile/csv-made") / name


def cells_of(name: str) -> list[tuple[str, ...]]:
    return [record.cells for record in read_table(made(name)).records]


def test_every_hostile_file_is_among_those_tried() -> None:
    assert sorted(json.loads(made("expected.json").read_text())) == sorted(f"{name}.csv" for name in NAMES)


@pytest.mark.promise(1)
@pytest.mark.parametrize("name", [f"{name}.csv" for name in NAMES])
def test_each_record_of_a_hostile_file_is_taken_or_refused(name: str) -> None:
    expected = json.loads(made("expected.json").read_text())[name]["records"]
    if name in REFUSED_WHOLE:
        with pytest.raises(SurveyError, match=REFUSED_WHOLE[name]):
            read_table(made(name))
    else:
        table = read_table(made(name))
        assert len(table.records) + len(table.refused) == expected
        assert all(len(record.cells) == len(table.header) for record in table.records)


@pytest.mark.parametrize("name", sorted(REFUSED_WHOLE))
def test_a_refusal_says_the_file_without_its_folder(name: str) -> None:
    with pytest.raises(SurveyError) as refusal:
        read_table(made(name))
    assert f"« {name} »" in str(refusal.value)
    assert str(made(name).parent) not in str(refusal.value)
    assert refusal.value.problems


@pytest.mark.parametrize(
    ("name", "lines"),
    [("blank_lines.csv", [2, 6]), ("cr_only.csv", [2, 3]), ("mixed_eol.csv", [2, 3]), ("sep_line.csv", [2])],
)
def test_line_numbers_are_the_rows_of_a_spreadsheet(name: str, lines: list[int]) -> None:
    assert [record.line for record in read_table(made(name)).records] == lines


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [("ragged_extra.csv", 3, "3 cellules pour 2"), ("nul.csv", 2, "caractère nul"), ("long_cell_1MB.csv", 2, "100000")],
)
def test_a_refused_row_is_named_with_its_line(name: str, line: int, reason: str) -> None:
    (refused,) = read_table(made(name)).refused
    assert refused.line == line
    assert reason in refused.reason


def test_a_short_row_is_filled_and_remarked_on() -> None:
    table = read_table(made("ragged_short.csv"))
    assert [record.cells for record in table.records] == [("A", ""), ("B", "2")]
    assert [remark.line for remark in table.remarks] == [2]


@pytest.mark.promise(2)
def test_words_that_programs_take_for_nothing_stay_as_typed() -> None:
    surnames = [cells[0] for cells in cells_of("surname_na.csv")]
    assert surnames == ["NA", "Null", "None", "nan", "N/A", "<NA>", "inf", "-"]
    assert cells_of("leading_zero.csv") == [("007", "0612345678"), ("0007", "+33612345678")]


@pytest.mark.promise(3)
@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("cp1252.csv", [("Zoé", "François"), ("Œuf", "L’Été")]),
        ("utf16le_bom.csv", [("Zoé", "2")]),
        ("utf8_bom.csv", [("Zoé", "2")]),
        ("u2028.csv", [("A\u2028B", "1"), ("C\x85D", "2")]),
        ("ctrlz.csv", [("A", "1"), ("\x1aB", "2")]),
        ("semicolon_decimal_comma.csv", [("A", "3,5"), ("B", "2,0")]),
    ],
)
def test_text_is_decoded_without_loss(name: str, cells: list[tuple[str, ...]]) -> None:
    assert cells_of(name) == cells
    assert not read_table(made(name)).header[0].startswith("\ufeff")


@pytest.mark.promise(3)
def test_text_encoded_twice_is_remarked_on_with_its_lines() -> None:
    (remark,) = read_table(made("double_encoded.csv")).remarks
    assert "Lignes 2, 3" in remark.text


@pytest.mark.promise(4)
def test_homographs_stay_distinct_rows() -> None:
    assert len({cells[1] for cells in cells_of("homographs.csv")}) == 7


@pytest.mark.parametrize(
    ("name", "records", "columns"),
    [
        ("excel_fr_cp1252.csv", 2, 5), ("framaforms_default.tsv", 6, 17), ("framaforms_semicolon_compact.csv", 4, 15),
        ("google_forms_direct_fr.csv", 3, 6), ("google_sheets_fr.csv", 2, 5), ("helloasso.csv", 2, 18),
        ("limesurvey_codes.csv", 3, 16), ("microsoft_forms_fr.xlsx", 3, 0), ("nextcloud_forms.csv", 3, 7),
        ("tally.csv", 2, 8),
    ],
)  # fmt: skip
def test_exports_of_survey_tools_are_cut_into_their_rows(name: str, records: int, columns: int) -> None:
    rows = read_rows(shared("surveys") / name)
    assert len(rows.records) == records
    assert not columns or {len(record.cells) for record in rows.records} == {columns}
