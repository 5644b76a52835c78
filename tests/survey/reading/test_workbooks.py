import datetime as dt
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from mentormatch import SurveyError
from mentormatch.survey.sheets import write_sheet
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.table_reader import read_table
from tests.conftest import some_of
from tests.doors import substitute
from tests.survey.reading.hostile import raw_workbook, sheet_xml, workbook_of
from tests.survey.reading.old_workbooks import (
    container,
    label,
    misdirected,
    number,
    old_workbook,
    shared_label,
    small_container,
    stream_of,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SMALL = workbook_of(("F", [["nom", "note"], ["Zoé", 2.0]]))


def table_of(content: bytes, folder: Path, *, name: str = "reponses.xlsx", sheet: str | None = None) -> TextTable:
    path = folder / name
    path.write_bytes(content)
    return read_table(path, sheet=sheet)


def refusal_of(content: bytes, folder: Path, *, sheet: str | None = None) -> str:
    with pytest.raises(SurveyError) as refusal:
        table_of(content, folder, sheet=sheet)
    return str(refusal.value)


def typed_workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("F")
        day, moment, hours = (
            workbook.add_format({"num_format": code}) for code in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss", "[h]:mm")
        )
        sheet.write_row(
            0, 0, ["texte", "entier", "décimal", "jour", "moment", "vrai", "faux", "durée", "formule", "erreur"]
        )
        sheet.write_row(1, 0, ["007", 612345678, 3.5])
        sheet.write_datetime(1, 3, dt.datetime(2026, 4, 8), day)
        sheet.write_datetime(1, 4, dt.datetime(2026, 4, 8, 10, 4, 6), moment)
        sheet.write_row(1, 5, [True, False])
        sheet.write_number(1, 7, 1.5, hours)
        sheet.write_formula(1, 8, "=0.1+0.2", None, 0.30000000000000004)
        sheet.write_formula(1, 9, "=NA()", None, "#N/A")
    return buffer.getvalue()


def test_values_of_every_type_become_the_text_that_staff_see(tmp_path: Path) -> None:
    table = table_of(typed_workbook(), tmp_path)
    assert table.records[0].cells == (
        "007", "612345678", "3.5", "2026-04-08", "2026-04-08 10:04:06", "Oui", "Non", "36:00:00", "0.3", "",
    )  # fmt: skip
    assert [(remark.line, "#N/A" in remark.text) for remark in table.remarks] == [(2, True)]


def test_rows_keep_their_numbers_across_blank_ones(tmp_path: Path) -> None:
    rows: list[list[object]] = [[], [], ["", "nom", "note"], [], ["", "Zoé", 2.0], ["", " "], ["", "Anne", 3.5]]
    table = table_of(workbook_of(("F", rows)), tmp_path)
    assert table.header == ("nom", "note")
    assert table.records == (Record(5, ("Zoé", "2")), Record(7, ("Anne", "3.5")))


def test_the_first_sheet_with_cells_is_read_and_the_others_remarked_on(tmp_path: Path) -> None:
    content = workbook_of(("Vide", []), ("A", [["nom"], ["Zoé"]]), ("B", [["nom"], ["Anne"]]))
    table = table_of(content, tmp_path)
    assert table.records[0].cells == ("Zoé",)
    assert "« B »" in table.remarks[0].text
    named = table_of(content, tmp_path, sheet="B")
    assert (named.records[0].cells, named.remarks) == (("Anne",), ())


def test_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "feuille : introuvable" in refusal_of(SMALL, tmp_path, sheet="Autre")


def test_a_workbook_without_a_cell_is_refused(tmp_path: Path) -> None:
    assert "vide" in refusal_of(workbook_of(("F", [])), tmp_path)


@pytest.mark.parametrize("name", ["reponses.csv", "reponses.xls", "reponses", "reponses.txt"])
def test_a_workbook_is_known_by_its_bytes_whatever_its_name(name: str, tmp_path: Path) -> None:
    assert table_of(SMALL, tmp_path, name=name).records == (Record(2, ("Zoé", "2")),)


def test_text_named_like_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    content = "nom\tnote\nZoé\t007\n".encode("utf-16")
    assert table_of(content, tmp_path, name="vieux.xls").records == (Record(2, ("Zoé", "007")),)


def open_document() -> bytes:
    """Return the smallest ods with two texts, a number and a day."""
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    cells = [
        '<table:table-cell office:value-type="string"><text:p>nom</text:p></table:table-cell>',
        '<table:table-cell office:value-type="string"><text:p>007</text:p></table:table-cell>',
        '<table:table-cell office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>',
        '<table:table-cell office:value-type="date" office:date-value="2026-04-08"/>',
    ]
    rows = "".join(f"<table:table-row>{cell}</table:table-row>" for cell in cells)
    sheet = f'<office:spreadsheet><table:table table:name="F">{rows}</table:table></office:spreadsheet>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
        content = f"<office:body>{sheet}</office:body>"
        archive.writestr("content.xml", f"<office:document-content {spaces}>{content}</office:document-content>")
    return buffer.getvalue()


def test_an_open_document_is_read_like_any_workbook(tmp_path: Path) -> None:
    table = table_of(open_document(), tmp_path, name="reponses.ods")
    assert table.header == ("nom",)
    assert [record.cells[0][:10] for record in table.records] == ["007", "2", "2026-04-08"]


def test_a_workbook_of_excel_97_is_read_like_any_workbook(tmp_path: Path) -> None:
    table = table_of(old_workbook([["nom", "note"], ["Zoé", 2.0], ["L’Œuvre", 3.5]]), tmp_path, name="reponses.xls")
    assert table.header == ("nom", "note")
    assert table.records == (Record(2, ("Zoé", "2")), Record(3, ("L’Œuvre", "3.5")))


@pytest.mark.parametrize("kept", [container, small_container], ids=["whole sectors", "small pieces"])
def test_an_old_workbook_is_read_however_small_it_is(kept: Callable[[bytes], bytes], tmp_path: Path) -> None:
    cells = label(0, 0, "nom") + label(0, 1, "note") + shared_label(1, 0, 0) + number(1, 1, 3.5)
    assert table_of(kept(stream_of(cells, ["Zoé"])), tmp_path).records == (Record(2, ("Zoé", "3.5")),)


NAMED = label(0, 0, "nom") + label(0, 1, "note")
LOST = {
    "two cells in one place": (
        "même place",
        stream_of(NAMED + number(1, 0, 1.0) + number(1, 1, 2.0) + number(1, 1, 3.0)),
    ),
    "a text that is not there": ("abîmé", stream_of(NAMED + shared_label(1, 0, 2) + number(1, 1, 2.0), ["Zoé"])),
    "no end": ("abîmé", stream_of(NAMED + number(1, 0, 1.0))[:-4]),
    "a list that points into the sheet": ("abîmé", misdirected(stream_of(NAMED + number(1, 0, 1.0)), len(NAMED))),
}


@pytest.mark.promise(1)
@pytest.mark.parametrize(("said", "stream"), LOST.values(), ids=LOST)
def test_an_old_workbook_of_which_a_cell_would_be_lost_is_refused(said: str, stream: bytes, tmp_path: Path) -> None:
    assert said in refusal_of(container(stream), tmp_path)


def stretched_workbook(row: int, column: int) -> bytes:
    """Return a sheet with a cell in its first corner and one far from it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "nom")
        sheet.write(row, column, "loin")
    return buffer.getvalue()


def far_workbook() -> bytes:
    return stretched_workbook(1_048_575, 16_383)


def test_a_sheet_that_is_a_chart_is_passed_over(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        chart = workbook.add_chart({"type": "column"})
        workbook.add_chartsheet("Graphique").set_chart(chart)
        workbook.add_worksheet("F").write_column(0, 0, ["nom", "Zoé"])
        chart.add_series({"values": "=F!$A$1:$A$2"})
    assert table_of(buffer.getvalue(), tmp_path).records == (Record(2, ("Zoé",)),)


def test_a_hidden_sheet_comes_after_those_in_sight(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        hidden, seen = workbook.add_worksheet("Cachée"), workbook.add_worksheet("F")
        hidden.write_column(0, 0, ["code", "1"])
        seen.write_column(0, 0, ["nom", "Zoé"])
        seen.activate()
        hidden.hide()
    assert table_of(buffer.getvalue(), tmp_path).header == ("nom",)


def lone_far_cell() -> bytes:
    cell = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return raw_workbook(sheet_xml(f"<sheetData>{cell}</sheetData>"))


def bomb_of_references() -> bytes:
    """Return 20,000 cells that all show the one long string: 600 MB of text out of some 100 kB."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 20_001))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{main}"><si><t>{"x" * 30_000}</t></si></sst>'
    return raw_workbook(sheet_xml(f"<sheetData>{cells}</sheetData>"), strings)


def bomb_of_zeros() -> bytes:
    """Return an archive whose sheet unpacks to 600 MB."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(60):
            part.write(bytes(10_000_000))
    return buffer.getvalue()


def archive_of_text() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lisez-moi.txt", "nom;note")
    return buffer.getvalue()


def encrypted() -> bytes:
    return OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1_000)


def sheet_of(*rows: str) -> bytes:
    """Return a workbook whose rows are this XML."""
    return raw_workbook(sheet_xml(f"<sheetData>{''.join(rows)}</sheetData>"))


def row_xml(number: int, *cells: str) -> str:
    typed = "".join(f'<c r="{place}" t="inlineStr"><is><t>{place}</t></is></c>' for place in cells)
    return f'<row r="{number}">{typed}</row>'


def with_a_damaged_part() -> bytes:
    """Return a workbook in which one byte of what a sheet holds is another, and its checksum is not."""
    content = bytearray(raw_workbook(sheet_xml(f"<sheetData>{row_xml(1, 'A1')}{row_xml(2, 'A2')}</sheetData>")))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content[start + 14] ^= 0xFF
    central = content.index(b"PK\x01\x02")
    content[content.index(b"xl/worksheets/sheet1.xml", central) - 46 + 16] ^= 0xFF
    return bytes(content)


MALFORMED = ('<row r="2"><c r="A2"><v\n=>2</v></c></row>', '<row r="3"><c r="A3"><v>3</v></c></row>')
"""Rows that calamine takes, and no parser of XML."""
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "rows": (lambda: sheet_of(row_xml(1, "A1"), row_xml(2, "A2"), row_xml(2, "A2")), "à la même place"),
    "cells": (lambda: sheet_of(row_xml(1, "A1", "B1"), row_xml(2, "A2", "B2", "A2")), "à la même place"),
    "moved": (lambda: sheet_of(row_xml(1, "A1"), row_xml(2, "A2"), row_xml(3, "A2")), "à la même place"),
    "malformed": (lambda: sheet_of(row_xml(1, "A1"), *MALFORMED), "abîmé"),
    "checksum": (with_a_damaged_part, "abîmé"),
    "far": (far_workbook, "classeur"),
    "stretched": (lambda: stretched_workbook(1_000_000, 18), "trop grand"),
    "lone": (lone_far_cell, "très loin"),
    "references": (bomb_of_references, "classeur"),
    "zeros": (bomb_of_zeros, "trop grand"),
    "half": (lambda: SMALL[: len(SMALL) // 2], "abîmé"),
    "tail": (lambda: SMALL[:-30], "abîmé"),
    "archive": (archive_of_text, "une archive"),
    "encrypted": (encrypted, "mot de passe"),
    "ole": (lambda: OLE + bytes(3_000), "abîmé"),
    "bare": (lambda: b"PK\3\4", "abîmé"),
    "sheet": (lambda: raw_workbook("<worksheet><sheetData><row"), "classeur"),
}


@pytest.mark.promise(7)
@pytest.mark.parametrize("name", some_of(sorted(HOSTILE), 6))
def test_a_hostile_workbook_is_refused_and_the_parent_lives(name: str, tmp_path: Path) -> None:
    made, expected = HOSTILE[name]
    assert expected in refusal_of(made(), tmp_path)
    assert table_of(SMALL, tmp_path).records == (Record(2, ("Zoé", "2")),)


@pytest.mark.promise(8)
def test_an_external_entity_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("canari")
    head = f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    typed = {"A1": "nom", "B1": "&x;"}
    cells = [f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in typed.items()]
    row = f'<row r="1">{"".join(cells)}</row>'
    path = tmp_path / "reponses.xlsx"
    path.write_bytes(raw_workbook(head + sheet_xml(f"<sheetData>{row}</sheetData>")))
    try:
        read = str(read_table(path))
    except SurveyError as error:
        read = str(error)
    assert "canari" not in read


@pytest.mark.promise(7)
def test_a_child_that_is_out_of_time_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "survey", SECONDS=0.001)
    assert "trop long" in refusal_of(SMALL, tmp_path)


@pytest.mark.promise(20)
def test_no_child_and_no_temporary_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = tmp_path / "apart"
    apart.mkdir()
    monkeypatch.setenv("TMPDIR", str(apart))
    before = set(psutil.Process().children())  # a browser of other tests may be among them
    refusal_of(far_workbook(), tmp_path)
    substitute(monkeypatch, "survey", SECONDS=0.001)
    refusal_of(SMALL, tmp_path)
    assert set(psutil.Process().children()) <= before
    assert list(apart.iterdir()) == []


def test_where_no_child_can_be_started_the_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "absent"))
    assert "impossible de lancer" in refusal_of(SMALL, tmp_path)


def test_a_workbook_is_read_from_a_program_that_has_no_file(tmp_path: Path) -> None:
    path = tmp_path / "reponses.xlsx"
    path.write_bytes(SMALL)
    program = "import sys; sys.path[:] = sys.argv[2:]\nfrom mentormatch.survey.table_reader import read_table\n"
    program += "sys.stdout.write(read_table(sys.argv[1]).records[0].cells[0])"
    done = subprocess.run([sys.executable, "-c", program, path, *sys.path], capture_output=True, check=True)
    assert done.stdout.decode() == "Zoé"
    assert done.stderr == b""


@pytest.mark.promise(7)
def test_a_child_says_no_more_than_its_parent_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "survey", MAX_SHEET_CHARACTERS=10)
    out = io.StringIO()
    write_sheet(SMALL, None, out)
    assert out.getvalue().splitlines()[-1] == '{"refusal": "size"}'


@pytest.mark.parametrize(
    ("content", "sheet", "end"),
    [
        (SMALL, None, '{"sheet": "F", "others": [], "faults": []}'),
        (SMALL, "Autre", '{"refusal": "no sheet"}'),
        (encrypted(), None, '{"refusal": "encrypted"}'),
        (b"PK", None, '{"refusal": "unreadable"}'),
        (lone_far_cell(), None, '{"refusal": "far"}'),
    ],
)
def test_the_child_ends_its_answer_with_one_object(content: bytes, sheet: str | None, end: str) -> None:
    out = io.StringIO()
    write_sheet(content, sheet, out)
    assert out.getvalue().splitlines()[-1] == end
