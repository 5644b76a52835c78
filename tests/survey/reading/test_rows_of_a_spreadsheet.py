"""A line of a text is named by the row that a spreadsheet shows, however many lines the cells above it have."""

from pathlib import Path

import pytest

from mentormatch.record.rights.erasure import remove_rows_from_file
from mentormatch.survey.table_reader import read_rows

TEXTS = {
    "quoted newlines": ('nom;mot\nZoé;"un\ndeux\n\ntrois"\nAxel;x\n', [1, 2, 3]),
    "a title row and a blank line": ('Inscriptions;\n\nnom;mot\nZoé;"un\ndeux"\nAxel;x\n', [1, 3, 4, 5]),
    "a line that names the separator": ("sep=;\nnom;mot\nZoé;x\n", [1, 2]),
    "several lines in a header": ('nom;"mot\nlibre"\r\n\r\nZoé;x\r\n', [1, 3]),
    "a blank row of cells": ('nom;mot\n;\nZoé;"a\nb"\nAxel;"c"\n', [1, 3, 4]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_rows_are_counted_as_a_spreadsheet_counts_them(name: str, tmp_path: Path) -> None:
    text, rows = TEXTS[name]
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8", newline="")
    assert [record.line for record in read_rows(path).records] == rows


def test_the_row_that_is_erased_is_the_one_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('nom;mot\nZoé;"un\ndeux"\n\nAxel;"x\ny"\nNoé;z\n', "utf-8", newline="")
    assert remove_rows_from_file(path, [4])
    assert path.read_text("utf-8") == 'nom;mot\nZoé;"un\ndeux"\n\nNoé;z\n'
