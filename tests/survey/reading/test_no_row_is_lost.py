"""Rows counted a second time, by a counter that goes over characters one by one and shares no code with the reader."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mentormatch.survey.table_reader import read_table

ENDS = ("\n", "\r\n", "\r")
CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


@dataclass(frozen=True)
class Typed:
    """A file as bytes, what was typed into it, and how it was written."""

    content: bytes
    header: list[str]
    rows: list[list[str]]
    delimiter: str
    encoding: str


def count_records(typed: Typed) -> int:
    """Count the lines outside quotes that hold more than delimiters and white space; quotes only ever pair up."""
    text = typed.content.decode(typed.encoding).removeprefix("\ufeff") + "\n"
    count, inside, filled, previous = 0, False, False, ""
    for character in text:
        if character == '"':
            filled = filled or (previous == '"' and not inside)
            inside = not inside
        elif character in "\r\n" and not inside:
            count, filled = count + filled, False
        elif inside or character != typed.delimiter:
            filled = filled or not character.isspace()
        previous = character
    return count


def written(cell: str, delimiter: str, *, always: bool) -> str:
    needs = always or any(character in cell for character in (delimiter, '"', "\r", "\n"))
    return '"' + cell.replace('"', '""') + '"' if needs else cell


@st.composite
def files(draw: st.DrawFn) -> Typed:
    encoding = draw(st.sampled_from(CODECS))
    delimiter = draw(st.sampled_from(";,\t|"))
    width = draw(st.integers(2, 5))
    header = [f"question {letter}" for letter in "abcde"[:width]]
    cells = texts(encoding, delimiter)
    short = st.lists(cells, min_size=1, max_size=width)
    long = st.lists(cells.filter(is_one_line), min_size=width + 1, max_size=width + 1)
    rows = draw(st.lists(short | long, max_size=8))
    always = draw(st.booleans())
    lines = [
        delimiter.join(written(cell, delimiter, always=always) for cell in row) + draw(st.sampled_from(ENDS))
        for row in [header, *rows]
    ]
    text = "".join(lines)
    return Typed(text.encode(encoding), header, rows, delimiter, encoding)


def texts(encoding: str, delimiter: str) -> st.SearchStrategy[str]:
    """Any text of the encoding; cells of several lines hold no delimiter, so that none looks like swallowed rows.

    For the same reason a row that is too long has no such cells.
    """
    codec = "cp1252" if encoding == "cp1252" else "utf-8"
    tricky = st.text(st.sampled_from(list('";,|\t\r\n \0aé\x1c')), max_size=6)
    return st.one_of(tricky, st.text(st.characters(codec=codec), max_size=12)).filter(
        lambda cell: delimiter not in cell or is_one_line(cell)
    )


def is_one_line(cell: str) -> bool:
    return "\n" not in cell and "\r" not in cell


def is_blank(row: list[str]) -> bool:
    return "".join(row).strip() == ""


def is_refused(row: list[str], width: int) -> bool:
    return "\0" in "".join(row) or "".join(row[width:]).strip() != ""


@pytest.mark.promise(1)
@pytest.mark.promise(2)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=files())
def test_no_row_is_lost_and_no_cell_changes(typed: Typed, tmp_path: Path) -> None:
    width = len(typed.header)
    filled = [row for row in typed.rows if not is_blank(row)]
    kept = [row for row in filled if not is_refused(row, width)]
    assume(kept or not filled)
    path = tmp_path / "reponses.csv"
    path.write_bytes(typed.content)
    # Windows-1252 is only ever taken where nothing in the file is UTF-8, so any bytes of it need the encoding said.
    table = read_table(path, encoding="cp1252" if typed.encoding == "cp1252" else None)
    assert list(table.header) == typed.header
    assert [list(record.cells) for record in table.records] == [(row + [""] * width)[:width] for row in kept]
    assert 1 + len(table.records) + len(table.refused) == 1 + len(filled) == count_records(typed)
