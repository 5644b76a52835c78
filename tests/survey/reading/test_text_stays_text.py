import csv
import io
import json
from pathlib import Path

import pytest
from pandas import DataFrame

from mentormatch import Programme, read_survey
from mentormatch.languages.text_keys import fold
from mentormatch.survey.table import MAX_CELL_CHARACTERS
from mentormatch.survey.table_reader import read_table
from tests.survey.reading.hostile import shared, workbook_of

EXCEL_CELL_CHARACTERS = 32_767
# xlsxwriter writes these two as _xFFFE_ and _xFFFF_, which calamine leaves so.
NOT_IN_WORKBOOKS = {"\ufffe", "\uffff"}


def flattened(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    nested = value.values() if isinstance(value, dict) else value
    assert not isinstance(nested, int | float | None)
    return [text for item in nested for text in flattened(item)]  # type: ignore[attr-defined]  # JSON that is no text is a list or an object


def encodable(text: str) -> bool:
    """Tell whether a file can hold ``text`` at all: a lone surrogate has no bytes."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def hostile_strings() -> list[str]:
    names = ("hostile/strings-made/strings.json", "hostile/formula-injection/made-cells.json", "hostile/blns/blns.json")
    return [
        text for name in names for text in flattened(json.loads(shared(name).read_text("utf-8"))) if encodable(text)
    ]


def hostile_headers() -> list[str]:
    """Return the hostile strings that can be headers of one table: none reads like another, none is giant."""
    first: dict[str, str] = {}
    for text in hostile_strings():
        if fold(text) and len(text) <= MAX_CELL_CHARACTERS and "\0" not in text:
            first.setdefault(fold(text), text)
    return list(first.values())


@pytest.mark.promise(2)
@pytest.mark.promise(8)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_hostile_string_comes_back_from_a_csv_unchanged(delimiter: str, tmp_path: Path) -> None:
    numbered = {f"n{number}": text for number, text in enumerate(hostile_strings())}
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([("clé", "réponse"), *numbered.items()])
    path = tmp_path / "reponses.csv"
    path.write_bytes(buffer.getvalue().encode())
    table = read_table(path)
    taken = {key: text for key, text in numbered.items() if "\0" not in text and len(text) <= MAX_CELL_CHARACTERS}
    assert {record.cells[0]: record.cells[1] for record in table.records} == taken
    assert len(table.refused) == len(numbered) - len(taken)


@pytest.mark.promise(2)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_hostile_string_is_a_header_like_any_other(delimiter: str, tmp_path: Path) -> None:
    headers = hostile_headers()
    assert len(headers) > 500
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([headers, headers[::-1]])
    path = tmp_path / "reponses.csv"
    path.write_bytes(buffer.getvalue().encode())
    table = read_table(path, tool="plain")
    assert list(table.header) == headers
    assert [list(record.cells) for record in table.records] == [headers[::-1]]


@pytest.mark.promise(2)
def test_every_hostile_string_is_a_question_and_an_answer_of_a_programme() -> None:
    headers = hostile_headers()
    asked = {f"q{number}": {"question": text, "kind": "text"} for number, text in enumerate(headers)}
    key = {"code": {"question": "Code participant", "kind": "text", "use": "key"}}
    programme = Programme.read({"programme": {"name": "Essai"}, "fields": {**key, **asked}})
    mentors, mentees = (
        DataFrame([[code, *answers]], columns=["Code participant", *headers], dtype=object)
        for code, answers in (("M1", headers[::-1]), ("E1", headers))
    )
    cohort = read_survey(programme, mentors=mentors, mentees=mentees)
    for people, answers in ((cohort.mentors, headers[::-1]), (cohort.mentees, headers)):
        assert [people.person(0)[name] for name in asked] == [text.strip() for text in answers]


@pytest.mark.promise(2)
def test_every_hostile_string_comes_back_from_a_workbook_unchanged(tmp_path: Path) -> None:
    fitting = [
        text for text in hostile_strings() if len(text) <= EXCEL_CELL_CHARACTERS and text not in NOT_IN_WORKBOOKS
    ]
    numbered = {f"n{number}": text for number, text in enumerate(fitting)}
    path = tmp_path / "reponses.xlsx"
    rows: list[list[object]] = [["clé", "réponse"]]
    rows += [[key, text] for key, text in numbered.items()]
    path.write_bytes(workbook_of(("F", rows)))
    table = read_table(path)
    taken = {key: text for key, text in numbered.items() if "\0" not in text}
    assert {record.cells[0]: record.cells[1] for record in table.records} == taken
    assert len(table.refused) == len(numbered) - len(taken)
