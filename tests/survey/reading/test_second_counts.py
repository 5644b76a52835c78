"""The cells of workbooks counted by readers of others: on every writer, on files of others, and on damaged ones."""

import io
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from mentormatch import SurveyError
from mentormatch.survey.readers import workbook
from mentormatch.survey.sheets import write_sheet
from mentormatch.survey.table import Rows
from mentormatch.survey.table_reader import TableSource, rows_in
from tests.conftest import DEEP
from tests.report.workbooks import resaved
from tests.survey.reading.changed_workbooks import changed
from tests.survey.reading.hostile import shared
from tests.survey.reading.made_workbooks import MADE
from tests.survey.reading.other_readers import differences, filled

TRIED = 5_000 if DEEP else 64


def rows_of(content: bytes, ending: str) -> Rows | None:
    """Return the rows of a workbook, None where it is refused in words."""
    try:
        return rows_in(TableSource(f"reponses.{ending}", content))
    except SurveyError:
        return None


@pytest.mark.promise(1)
@pytest.mark.parametrize("name", MADE)
def test_other_readers_find_the_same_cells_in_what_every_writer_makes(name: str) -> None:
    make, ending = MADE[name]
    content = make()
    rows = rows_of(content, ending)
    assert rows is not None
    assert len(rows.records) > 7
    assert differences(content, ending, rows) == {}


@pytest.mark.promise(1)
def test_other_readers_find_the_same_cells_in_the_surveys_of_others() -> None:
    paths = [path for folder in ("surveys", "hostile", "questions") for path in sorted(shared(folder).rglob("*.xls*"))]
    assert paths
    for path in paths:
        rows = rows_of(path.read_bytes(), path.suffix[1:])
        assert rows is None or differences(path.read_bytes(), path.suffix[1:], rows) == {}


def outcome(content: bytes, ending: str) -> str:
    """Return whether a workbook is refused, taken as another reader takes it, or not known to that one."""
    rows = rows_of(content, ending)
    if rows is None:
        return "refused"
    try:
        found = differences(content, ending, rows)
        known = filled(content, ending)
    except Exception:  # a damaged file may be anything to a reader that is not ours
        return "unknown to others"
    return "taken" if not found else f"different: {found}" if known else "unknown to others"


def in_this_process(_name: str, content: bytes, sheet: str | None) -> bytes:
    """Return what the child would write."""
    out = io.StringIO()
    try:
        write_sheet(content, sheet, out)
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # calamine would end the child, which has then said nothing whole
            return b""
        raise
    return out.getvalue().encode()


@pytest.mark.promise(1)
@pytest.mark.promise(7)
def test_no_change_of_a_workbook_makes_a_difference_that_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    if not DEEP:  # a child for each takes longer than all else
        monkeypatch.setattr(workbook, "_run", in_this_process)
    random = Random(2026)
    seeds = [(make(), ending) for make, ending in MADE.values()]
    outcomes: Counter[str] = Counter()
    for number in range(TRIED):
        content, ending = seeds[number % len(seeds)]
        outcomes[outcome(changed(content, ending, random), ending)] += 1
    assert set(outcomes) <= {"refused", "taken", "unknown to others"}
    assert outcomes["taken"] > TRIED // 5
    assert outcomes["refused"] > TRIED // 10


@pytest.mark.proof
@pytest.mark.promise(1)
@pytest.mark.parametrize("name", ["xlsxwriter", "openpyxl", "odfdo", "xlwt"])
@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_other_readers_find_the_same_cells_in_what_libreoffice_writes(name: str, ending: str, tmp_path: Path) -> None:
    make, own = MADE[name]
    (content,) = resaved(tmp_path, ending, make(), kind=own)
    rows = rows_of(content, ending)
    assert rows is not None
    assert differences(content, ending, rows) == {}
