"""Documents that are renewed after a validation are those that would be made, and keep all that staff typed."""

import re
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from mentormatch import Matching, language
from mentormatch.errors import OutputError
from mentormatch.operations.matching import exporter_for, folder_exporters
from mentormatch.record.log import check_chain
from mentormatch.record.validation import validate
from mentormatch.report import folder as folders
from tests.conftest import some_of
from tests.doors import substitute
from tests.record.decisions import example
from tests.report.readers import ALIVE, Outline, parts, sheets
from tests.report.reviewed.edits import changed, with_cells
from tests.report.workbooks import resaved

pytestmark = pytest.mark.promise(30)

JOURNAL, DECISION = "binomes.journal.jsonl", "binomes.decision.json"
BOOK, PAGE, JSON, SUMMARY = "binomes.xlsx", "binomes.html", "binomes.json", "binomes.resume.html"
HOSTILE = ["Camille Roux", "<b onclick='x'>-->", "_x0041_ =Zoé", "<r>a</r>", "\u05d6\u05d5\u05d4 1"]


@cache
def matching() -> Matching:
    return example("quota")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    matching().save(tmp_path, who="Dominique", why="essai")
    return tmp_path


def inside(content: bytes) -> Mapping[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("code", some_of(["fr", "en"]))
@pytest.mark.parametrize("who", HOSTILE)
def test_a_renewed_document_is_the_one_that_would_be_made(tmp_path: Path, who: str, code: str) -> None:
    with language(code):
        matching().save(tmp_path, who=who, why=who)
    for why in ("", who):
        validated = validate(tmp_path / DECISION, who=who, why=why)
        assert [path.name for path in validated.renewed] == [PAGE, JSON, SUMMARY, BOOK]
        assert validated.left == ()
        with language(code):
            made = {each.filename: each.content(matching(), validated.seal) for each in folder_exporters().values()}
        for name in (PAGE, JSON, SUMMARY, "binomes.csv", DECISION):
            assert (tmp_path / name).read_bytes() == made[name]
        assert sheets((tmp_path / BOOK).read_bytes()) == sheets(made[BOOK])
    assert [name for name, xml in parts((tmp_path / BOOK).read_bytes()) if ALIVE.search(name + xml)] == []


def test_page_and_workbook_tell_the_log_line_by_line(folder: Path) -> None:
    validate(folder / DECISION, who="Camille Roux", why="comité")
    page = Outline((folder / PAGE).read_text("utf-8"))
    assert page.inside("td.number line")[-2:] == ["1", "2"]
    assert page.inside("td.who")[-2:] == ["Dominique", "Camille Roux"]
    rows = [row for row in sheets((folder / BOOK).read_bytes())["Journal"] if row[0] in ("1", "2")]
    assert [(row[2], row[4]) for row in rows] == [("Dominique", "essai"), ("Camille Roux", "comité")]
    assert str(rows[1][3]).startswith("Décision ")


def test_a_page_tells_the_last_lines_of_a_long_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "report", MOST_LINES=1)
    validate(folder / DECISION, who="Camille Roux")
    page = Outline((folder / PAGE).read_text("utf-8"))
    assert page.inside("td.number line")[-1:] == ["2"]
    assert "Les 1 dernières lignes" in "".join(text for _, text in page.texts)
    assert [row[0] for row in sheets((folder / BOOK).read_bytes())["Journal"]].count("1") == 1


def test_what_staff_typed_and_every_other_part_of_the_workbook_stays_byte_for_byte(folder: Path) -> None:
    typed = with_cells((folder / BOOK).read_bytes(), {"F2": "Validé", "G2": "à rappeler", "G3": "=1+1"})
    (folder / BOOK).write_bytes(typed)
    validate(folder / DECISION, who="Camille Roux")
    before, after = inside(typed), inside((folder / BOOK).read_bytes())
    assert list(before) == list(after)
    differing = [name for name in before if before[name] != after[name]]
    assert differing == ["xl/worksheets/sheet9.xml"]


@pytest.mark.proof
def test_a_workbook_that_another_program_saved_is_renewed_in_its_own_styles(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    typed = with_cells((folder / BOOK).read_bytes(), {"F2": "Validé", "G2": "à rappeler"})
    (again,) = resaved(tmp_path_factory.mktemp("saved"), "xlsx", typed)
    (folder / BOOK).write_bytes(again)
    assert [path.name for path in validate(folder / DECISION, who="Camille Roux").renewed] == [
        PAGE,
        JSON,
        SUMMARY,
        BOOK,
    ]
    renewed = (folder / BOOK).read_bytes()
    assert sheets(renewed)["Binômes"] == sheets(again)["Binômes"]
    styles = [set(re.findall(r' s="(\d+)"', text)) for text in (dict(parts(one))[SHEET] for one in (again, renewed))]
    assert styles[1] <= styles[0]
    assert "Validée par Camille Roux" in str(sheets(renewed)["Journal"])


SHEET = "xl/worksheets/sheet9.xml"


@pytest.mark.parametrize("place", ["A1", "B3", "F1", "A40"])
def test_a_sheet_of_the_log_in_which_somebody_wrote_is_left_and_told(folder: Path, place: str) -> None:
    cell = f'<c r="{place}" t="inlineStr"><is><t>x</t></is></c>'
    row = place[1:]

    def written(xml: str) -> str:
        xml = re.sub(rf'<c r="{place}"[^>]*>.*?</c>', "", xml)
        has = re.search(rf'<row r="{row}"[^>]*>', xml)
        new = f'<row r="{row}">{cell}</row></sheetData>'
        if not has:
            return xml.replace("</sheetData>", new)
        at = has.end() if place[0] == "A" else xml.index("</row>", has.end())
        return xml[:at] + cell + xml[at:]

    if place == "B3":  # the cell after A3
        (folder / BOOK).write_bytes(changed((folder / BOOK).read_bytes(), SHEET, in_the_middle))
    else:
        (folder / BOOK).write_bytes(changed((folder / BOOK).read_bytes(), SHEET, written))
    before = (folder / BOOK).read_bytes()
    validated = validate(folder / DECISION, who="Camille Roux")
    assert [problem.where for problem in validated.left] == [BOOK]
    assert "Non renouvelés" in validated.words
    assert (folder / BOOK).read_bytes() == before


def in_the_middle(xml: str) -> str:
    """Return the sheet with another text in B3."""
    found = re.search(r'<c r="B3"[^>]*>.*?</c>', xml)
    assert found
    return xml.replace(found[0], '<c r="B3" t="inlineStr"><is><t>x</t></is></c>')


def test_a_page_whose_parts_somebody_took_out_is_left_and_told(folder: Path) -> None:
    text = (folder / PAGE).read_text("utf-8").replace("<!-- /imprint:notices -->", "")
    (folder / PAGE).write_text(text, encoding="utf-8")
    validated = validate(folder / DECISION, who="Camille Roux")
    assert [problem.where for problem in validated.left] == [PAGE]
    assert (folder / PAGE).read_text("utf-8") == text


def test_a_document_that_cannot_be_written_is_told_and_the_validation_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, kind: str, *, partial: bool) -> None:
        raise OutputError(f"{folder.name} : plein ({kind}, {partial})")

    monkeypatch.setattr(folders, "write_generation", full)
    validated = validate(folder / DECISION, who="Camille Roux")
    assert [problem.where for problem in validated.left] == [
        "binomes.html, binomes.json, binomes.resume.html et binomes.xlsx"
    ]
    assert check_chain(folder / JOURNAL).head == validated.head


def test_a_file_alone_carries_no_seal() -> None:
    assert b"data-seal" not in exporter_for(".html").content(matching())
    assert b'"record": null' in exporter_for(".json").content(matching())
    assert len(sheets(exporter_for(".xlsx").content(matching()))["Journal"]) == 1
