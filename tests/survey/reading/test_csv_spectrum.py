import json

import pytest

from mentormatch.survey.table_reader import read_table
from tests.survey.reading.hostile import shared

NAMES = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
    "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_csv_spectrum_reads_as_its_json_says(name: str) -> None:
    folder = shared("hostile/csv-spectrum")
    table = read_table(folder / "csvs" / f"{name}.csv")
    expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))
    assert [dict(zip(table.header, record.cells, strict=True)) for record in table.records] == expected
    assert not table.refused
    assert not table.remarks


@pytest.mark.promise(3)
def test_a_replacement_character_never_passes_in_silence() -> None:
    # The JSON beside this file gives another telephone number and no list: only the cells can be compared.
    table = read_table(shared("hostile/csv-spectrum") / "csvs" / "location_coordinates.csv")
    assert table.records[0].cells == ("2095257564", "37\ufffd36'37.8\"N 121\ufffd2'17.9\"W", "Modesto", "Stanislaus")
    assert [remark.line for remark in table.remarks] == [2]
