"""Every kind of workbook, read back by openpyxl and by LibreOffice: what somebody typed is a text, and stays one."""

import ast
import gc
import sys
from io import BytesIO
from itertools import batched
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl.workbook import Workbook

import mentormatch.report
from mentormatch.report.book import WorkbookWriter
from tests.conftest import DEEP
from tests.report.edition import Edition, attacks, edition, harmless
from tests.report.workbooks import BOOKS, alive, cells, opened, resaved, texts_of

MANY = 200
"""Hostile texts in one edition."""
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.example")', "\t=1", "http://x.example", "1e3", "TRUE")
"""And what else a spreadsheet takes for something other than a text."""
REFERENCES = (
    "Bravo !M6",
    "=1+1",
    "Feuil1!A1",
    "'a b'!$A$1",
    "=Graphiques!$A$1",
    "$A$1",
    "[x.xlsx]Feuil1!A1",
    "{chart}",
)
"""Codes of people that a title of a chart could take for a reference."""
REPORT = Path(mentormatch.report.__file__).parent


@pytest.fixture(scope="module")
def texts(shared_data: Path) -> list[str]:
    return list(dict.fromkeys([*FORMULAS, *attacks(shared_data / "hostile")]))


@pytest.fixture(scope="module")
def editions(texts: list[str]) -> list[Edition]:
    return [edition(some) for some in batched(texts[:: 1 if DEEP else 3], MANY)]


@pytest.mark.promise(23)
@pytest.mark.parametrize("kind", BOOKS)
def test_no_hostile_text_is_a_formula_or_a_link_for_another_reader(kind: str, editions: list[Edition]) -> None:
    for one in editions:
        book = opened(BOOKS[kind](one))
        assert list(alive(book)) == []
        assert len(cells(book)) > MANY // 4


@pytest.mark.promise(23)
@pytest.mark.parametrize("code", REFERENCES)
def test_a_code_that_reads_like_a_reference_stays_a_text_in_every_title_of_a_chart(code: str) -> None:
    one = edition([f"{code}{number}" for number in range(1, 9)])
    charts = 0
    for make in BOOKS.values():
        book = opened(make(one))
        assert list(alive(book)) == []
        charts += sum(len(sheet._charts) for sheet in book.worksheets)
        for sheet in book.worksheets:
            told = [title for chart in sheet._charts for title in texts_of(chart)]
            assert [title for title in told if code in str(title.rich)] == []  # a text of a chart is a formula for some
    assert charts > 2


@pytest.mark.proof
@pytest.mark.promise(23)
def test_texts_are_the_same_texts_after_libreoffice_saved_a_workbook(texts: list[str], tmp_path: Path) -> None:
    one = edition([*FORMULAS, *texts[9 :: 1 if DEEP else 12]])
    contents = [make(one) for make in BOOKS.values()]
    for content, after in zip(contents, resaved(tmp_path, "xlsx", *contents), strict=True):
        assert list(alive(opened(after))) == []
        assert cells(opened(after)) == cells(opened(content))


def test_a_formula_a_link_and_an_error_would_be_found() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet["A1"], sheet["A2"], sheet["A3"] = "=1+1", "x", "#REF!"
    sheet["A2"].hyperlink = "http://x.example"
    assert list(alive(book)) == ["Sheet!A1", "Sheet!A2", "Sheet!A3"]


@pytest.mark.parametrize("title", ["Autre!$A$1", "Bravo !M6", "'Sheet1'!$A$1:$B$2", "'Sheet1'!$C$1", "SUM(1)"])
def test_a_title_of_a_chart_that_is_a_formula_would_be_found(title: str) -> None:
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["un texte", "un autre", 3])
    for told in ("'Sheet1'!$A$1", title):
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": ["Sheet1", 0, 2, 0, 2]})
        chart.set_title({"name_formula": told, "data": ["un texte"]})
        sheet.insert_chart(0, 5, chart)
    book.close()
    assert f"Sheet1: {title}" in set(alive(opened(content.getvalue())))
    assert "Sheet1: 'Sheet1'!$A$1" not in set(alive(opened(content.getvalue())))


@pytest.mark.parametrize("stage", ["_prepare_sst_string_data", "_add_chart_data", "_get_packager"])
def test_a_workbook_that_fails_while_it_is_written_leaves_no_archive_open(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unraised: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraised.append)
    monkeypatch.setattr(xlsxwriter.Workbook, stage, lambda _book: exec("raise RuntimeError('full')"))
    with pytest.raises(RuntimeError, match="full") as caught:
        WorkbookWriter("titre").content()
    cycle: list[object] = [caught]
    cycle.append(cycle)
    del caught, cycle  # collected later, as what a failed test holds
    gc.collect()
    assert unraised == []


@pytest.mark.promise(23)
def test_no_kind_of_workbook_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[Path] = set()
    begin = WorkbookWriter.__init__

    def noting(self: WorkbookWriter, title: str) -> None:
        seen.add(Path(sys._getframe(1).f_code.co_filename))
        begin(self, title)

    monkeypatch.setattr(WorkbookWriter, "__init__", noting)
    one = edition(harmless(range(8)))
    for make in BOOKS.values():
        make(one)
    assert {path for path in REPORT.rglob("*.py") if makes_a_book(ast.parse(path.read_text("utf-8")))} == seen


def makes_a_book(tree: ast.AST) -> bool:
    """Say whether a module makes a workbook."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(name, ast.Name) and name.id == "WorkbookWriter" for name in calls)
