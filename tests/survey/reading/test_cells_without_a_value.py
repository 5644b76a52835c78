"""Cells in error and formulas without a result are told with their row and column, in every format of workbook."""

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from mentormatch import SurveyError
from mentormatch.survey import census
from mentormatch.survey.sheets import write_sheet
from mentormatch.survey.table import Rows
from mentormatch.survey.table_reader import TableSource, rows_in
from tests.survey.reading.hostile import raw_workbook, sheet_xml
from tests.survey.reading.made_workbooks import by_xlsxwriter, open_document
from tests.survey.reading.new_binary_workbooks import binary_sheet, binary_workbook, cell, formula, record, row
from tests.survey.reading.old_workbooks import biff, container, label, number, stream_of, truth

HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>nom</t></is></c></row>'
ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def rows_of(content: bytes) -> Rows:
    return rows_in(TableSource("reponses", content))


def answer(content: bytes) -> tuple[list[list[str]], dict[str, Any]]:
    """Return the rows that the child writes and the object behind them, without a process of its own."""
    out = io.StringIO()
    write_sheet(content, None, out)
    *rows, end = map(json.loads, out.getvalue().splitlines())
    return rows, end


def refusal(content: bytes) -> tuple[str, str]:
    """Return why a workbook is refused, and the cell that is named."""
    end = answer(content)[1]
    return end["refusal"], end.get("place", "")


def xlsx(*cells: str) -> bytes:
    return raw_workbook(sheet_xml(f'<sheetData>{HEADER}<row r="2">{"".join(cells)}</row></sheetData>'))


def ods(*cells: str) -> bytes:
    name = '<table:table-cell office:value-type="string"><text:p>nom</text:p></table:table-cell>'
    return open_document(
        f"<table:table-row>{name}</table:table-row><table:table-row>{''.join(cells)}</table:table-row>"
    )


def xls(*cells: bytes) -> bytes:
    return container(stream_of(label(0, 0, "nom") + b"".join(cells)))


def xlsb(*cells: bytes) -> bytes:
    return binary_workbook(binary_sheet([row(0, cell(7, 0, struct.pack("<I", 0))), row(1, *cells)]), ["nom"])


def ods_error(text: str) -> str:
    kind = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    return f'<table:table-cell table:formula="of:=X" {kind}><text:p>{text}</text:p></table:table-cell>'


NUMBER_2 = '<c r="A2"><v>2</v></c>'
IN_ERROR: dict[str, Callable[[int], bytes]] = {
    "xlsx": lambda at: xlsx(NUMBER_2, f"<c t='e'\n s='0' r='C2'><f>X</f><v>{ERRORS[at]}</v></c>"),
    "xls": lambda at: xls(number(1, 0, 2), truth(1, 2, value=(0, 7, 15, 23, 29, 36, 42)[at], error=1)),
    "xls formula": lambda at: xls(
        number(1, 0, 2),
        biff(6, "HHHBBB3sHHIH", 1, 2, 0, 2, 0, (0, 7, 15, 23, 29, 36, 42)[at], b"", 0xFFFF, 0, 0, 0),
    ),
    "xlsb": lambda at: xlsb(cell(2, 0, struct.pack("<I", 10)), cell(3, 2, bytes([(0, 7, 15, 23, 29, 36, 42)[at]]))),
    "xlsb formula": lambda at: xlsb(
        cell(2, 0, struct.pack("<I", 10)), formula(11, 2, bytes([(0, 7, 15, 23, 29, 36, 42)[at]]))
    ),
    "ods": lambda at: ods(
        '<table:table-cell/><table:table-cell office:value-type="float" office:value="2"/>', ods_error(ERRORS[at])
    ),
}


@pytest.mark.promise(1)
@pytest.mark.parametrize("kind", IN_ERROR)
@pytest.mark.parametrize("error", ERRORS)
def test_a_cell_in_error_is_empty_and_told_with_its_row_and_column(kind: str, error: str) -> None:
    rows, end = answer(IN_ERROR[kind](ERRORS.index(error)))
    assert end["faults"] == [["error", 2, "C"]]
    assert not any("#" in cell for cell in rows[-1])


UNCOMPUTED: dict[str, bytes] = {
    "xlsx": xlsx(NUMBER_2, '<c r="C2"><f>SUM(A2)</f></c>'),
    "xlsx by openpyxl": xlsx(NUMBER_2, '<c r="C2"><f>SUM(A2)</f><v></v></c>'),
    "xls": xls(number(1, 0, 2), biff(6, "HHHQHIH", 1, 2, 0, 0xFFFF000000000003, 0, 0, 0)),
    "xls without its text": xls(number(1, 0, 2), biff(6, "HHHQHIH", 1, 2, 0, 0xFFFF000000000000, 0, 0, 0)),
    "ods": ods(
        '<table:table-cell/><table:table-cell office:value-type="float" office:value="2"/>',
        '<table:table-cell table:formula="of:=[.A2]"/>',
    ),
}


@pytest.mark.promise(1)
@pytest.mark.parametrize("kind", UNCOMPUTED)
def test_a_formula_without_a_result_is_empty_and_told(kind: str) -> None:
    assert answer(UNCOMPUTED[kind])[1]["faults"] == [["uncomputed", 2, "C"]]


def test_the_remarks_say_the_row_and_the_column() -> None:
    in_error, uncomputed = rows_of(IN_ERROR["ods"](0)).remarks, rows_of(UNCOMPUTED["xlsx"]).remarks
    assert [(remark.line, remark.text[:26]) for remark in in_error] == [(2, "Colonne C : une cellule en")]
    assert [(remark.line, remark.text[:29]) for remark in uncomputed] == [(2, "Colonne C : une formule sans ")]


def test_a_formula_whose_result_is_no_text_is_no_fault() -> None:
    assert answer(xlsx(NUMBER_2, '<c r="C2" t="str"><f>IF(A2,"","")</f><v></v></c>'))[1]["faults"] == []


def test_a_result_of_nought_that_was_never_worked_out_is_told() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("F")
        sheet.write_column(0, 0, ["nom", "Zoé"])
        sheet.write_formula(1, 1, "=1+1")
    assert answer(buffer.getvalue())[1]["faults"] == [["outdated", 2, "B"]]


LOST: dict[str, str] = {
    "a value in CDATA": '<c r="B2"><v><![CDATA[5]]></v></c>',
    "a value behind a comment": '<c r="B2"><v><!-- x -->5</v></c>',
    "a value before its formula": '<c r="B2"><v>5</v><f>A1</f></c>',
    "a number by its code": '<c r="B2"><v>&#53;</v></c>',
    "a text and a value": '<c r="B2" t="inlineStr"><is><t>a</t></is><v>7</v></c>',
    "a text that is not there": '<c r="B2" t="s"><v>x</v></c>',
    "a text of no kind": '<c r="B2"><is><t>x</t></is></c>',
}


@pytest.mark.promise(1)
@pytest.mark.parametrize("what", LOST)
def test_a_cell_that_one_reading_does_not_understand_is_named(what: str) -> None:
    assert refusal(xlsx(NUMBER_2, LOST[what])) == ("differs", "B2")


@pytest.mark.promise(1)
@pytest.mark.parametrize(
    "beside",
    [
        '</sheetData><sheetData><row r="3"><c r="A3"><v>1</v></c></row>',
        '</sheetData><row r="3"><c r="A3"><v>1</v></c></row><sheetData>',
    ],
)
def test_a_row_beside_the_first_list_of_rows_is_named(beside: str) -> None:
    content = raw_workbook(sheet_xml(f'<sheetData>{HEADER}<row r="2">{NUMBER_2}</row>{beside}</sheetData>'))
    assert refusal(content) == ("differs", "A3")


def test_a_refusal_names_the_cell_and_what_to_do() -> None:
    with pytest.raises(SurveyError, match=r"la cellule B2, .*→ ouvrez le classeur"):
        rows_of(xlsx(NUMBER_2, LOST["a value in CDATA"]))


def test_the_second_reading_is_needed_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "do_values_agree", lambda held, value: True)
    assert "refusal" not in answer(xlsx(NUMBER_2, LOST["a value in CDATA"]))[1]


@pytest.mark.parametrize("unknown", ["#SPILL!", "#CALC!", "#GETTING_DATA"])
def test_an_error_that_the_reader_does_not_know_is_refused_by_its_cell(unknown: str) -> None:
    assert refusal(xlsx(NUMBER_2, f'<c r="C2" t="e"><f>X</f><v>{unknown}</v></c>')) == ("in error", "C2")


def test_a_record_that_the_reader_passes_over_is_named() -> None:
    rich = cell(62, 1, b"\0\5\0\0\0" + "riche".encode("utf-16-le"))
    short = record(13, struct.pack("<II", 0, 10))
    for skipped in (rich, short):
        assert refusal(xlsb(cell(2, 0, struct.pack("<I", 10)), skipped)) == ("differs", "B2")


def test_merged_hidden_and_rich_cells_are_read_like_any_other() -> None:
    rows = rows_of(by_xlsxwriter())
    assert rows.records[3].cells[6] == "un deux trois"
    assert any("fusion" in row.cells for row in rows.records)
    assert rows.records[2].cells[0] == "M1"
