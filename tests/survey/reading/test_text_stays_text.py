import csv
import io
import json
from pathlib import Path

import pytest

from mentormatch.survey.reading import read_table
from mentormatch.survey.table import MAX_CELL_CHARACTERS
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
