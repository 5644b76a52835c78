"""Files with bytes flipped, cut, doubled and spliced: taken without a row lost, or refused in words, never a crash.

Python's ``csv`` counts the rows of delimited text a second time and cuts their cells; the archive and its XML are the
second count of a workbook, and its records that of an old one.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from mentormatch import SurveyError
from mentormatch.survey.table import MAX_CELL_CHARACTERS, Rows
from mentormatch.survey.table_reader import read_rows
from tests.conftest import DEEP
from tests.survey.reading.hostile import raw_workbook, shared, workbook_of
from tests.survey.reading.old_records import filled_rows
from tests.survey.reading.old_workbooks import container, old_sheet, with_record_damaged

TEXTS, WORKBOOKS = (92_500, 2_500) if DEEP else (400, 12)
"""How many files are tried: of delimited text, of each kind of workbook."""
ROWS: list[list[str | float]] = [["code", "réponse", "note"]]
ROWS += [[f"M{number}", f"L’Œuvre; n° {number}", number / 2] for number in range(12)]
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
STRINGS += "".join(f"<si><t>texte {number}</t></si>" for number in range(3 * len(ROWS))) + "</sst>"
BITS = b'";,\t|\r\n\0\xff\xe9\xc3\xa9\xef\xbf\xbd= '
CANARY = "Œuvre"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def text_seeds() -> list[bytes]:
    """Return the surveys and the hostile files that are text, none of them large."""
    folders = (shared("surveys"), shared("hostile/csv-made"), shared("hostile/csv-spectrum/csvs"))
    paths = (path for folder in folders for path in sorted(folder.iterdir()))
    return [path.read_bytes() for path in paths if path.suffix in {".csv", ".tsv"} and path.stat().st_size < 5_000]


def mutated(seed: bytes, random: Random, seeds: list[bytes]) -> bytes:
    """Return ``seed`` after one to four changes."""
    content = bytearray(seed)
    for _ in range(random.randint(1, 4)):
        at, end = sorted(random.randint(0, len(content)) for _ in range(2))
        match random.randrange(6):
            case 0 if content:
                content[min(at, len(content) - 1)] ^= 1 << random.randrange(8)
            case 1:
                del content[at : at + random.randint(1, 8)]
            case 2:
                del content[end:]
            case 3:
                content[at:at] = bytes(random.choices(BITS, k=random.randint(1, 3)))
            case 4:
                content[at:at] = content[at:end]
            case _:
                other = random.choice(seeds)
                content[at:end] = other[random.randint(0, len(other)) :][:200]
    return bytes(content)


def tried(folder: Path, content: bytes, name: str) -> Rows | None:
    """Return the rows of a file, None where it is refused: in words, and none of those that people typed."""
    path = folder / name
    path.write_bytes(content)
    try:
        return read_rows(path)
    except SurveyError as error:
        said, refusal = str(error), error
    assert refusal.problems
    assert CANARY not in said
    assert str(folder) not in said
    return None


def counted(content: bytes, rows: Rows) -> list[list[str]]:
    """Return the rows of a text that are not blank, as Python's ``csv`` cuts them."""
    text = content.decode(rows.manner.encoding or "").removeprefix("\ufeff")
    lines = list(io.StringIO(text, newline=""))
    first = 1 if re.match(r'"?sep=[^"\r\n]"?[\r\n]', lines[0], re.IGNORECASE) else 0
    cut = csv.reader(lines[first:], delimiter=rows.manner.delimiter or "")
    return [row for row in cut if "".join(row).strip()]


def is_fault(row: list[str]) -> bool:
    """Say whether a row cannot be taken, whatever its header."""
    return "\0" in "".join(row) or max(map(len, row)) > MAX_CELL_CHARACTERS


def check_text(content: bytes, rows: Rows) -> None:
    """Check that no row is lost, no cell changed and no character replaced."""
    found = counted(content, rows)
    assert len(rows.records) + len(rows.refused) == len(found)
    assert [list(record.cells) for record in rows.records] == [row for row in found if not is_fault(row)]
    if rows.manner.encoding == "cp1252":
        assert not list(multibyte(content))
    if any("\ufffd" in cell for record in rows.records for cell in record.cells):
        assert any("\ufffd" in remark.text for remark in rows.remarks)


def multibyte(content: bytes) -> Iterator[int]:
    """Yield where a character of UTF-8 of several bytes begins."""
    for at, byte in enumerate(content):
        if byte >= 0x80:
            yield from (at for size in (2, 3, 4) if is_one_character(content[at : at + size], size))


def is_one_character(piece: bytes, size: int) -> bool:
    try:
        return len(piece) == size and len(piece.decode("utf-8")) == 1
    except UnicodeDecodeError:
        return False


@pytest.fixture(autouse=True)
def wide_csv() -> Iterator[None]:
    """Let Python's ``csv`` take cells of any size."""
    before = csv.field_size_limit(10_000_000)
    yield
    csv.field_size_limit(before)


@pytest.mark.promise(1)
@pytest.mark.promise(3)
def test_no_change_of_a_text_loses_a_row_or_a_character(tmp_path: Path) -> None:
    seeds = text_seeds()
    assert len(seeds) > 30
    random = Random(2026)
    taken = 0
    for number in range(TEXTS):
        content = mutated(seeds[number % len(seeds)], random, seeds)
        rows = tried(tmp_path, content, "reponses.csv")
        if rows is not None and not content.startswith(b"PK"):
            check_text(content, rows)
            taken += 1
    assert TEXTS // 4 < taken < TEXTS


@pytest.mark.promise(1)
@pytest.mark.promise(7)
def test_no_change_of_a_workbook_loses_a_row(tmp_path: Path) -> None:
    seed = workbook_of(("F", [list(row) for row in ROWS]))
    random = Random(2026)
    for _ in range(WORKBOOKS):
        content = mutated(seed, random, [seed])
        check_workbook(content, tried(tmp_path, content, "reponses.xlsx"))


@pytest.mark.promise(1)
@pytest.mark.promise(7)
def test_no_change_of_an_old_workbook_loses_a_row(tmp_path: Path) -> None:
    seed = old_sheet(len(ROWS))
    random = Random(2026)
    taken = 0
    for _ in range(WORKBOOKS):
        by_byte = random.random() < 0.2
        damaged = container(seed if by_byte else with_record_damaged(seed, random))
        content = mutated(damaged, random, [damaged]) if by_byte else damaged
        rows = tried(tmp_path, content, "reponses.xls")
        if rows is not None and content.startswith(OLE):
            seen = filled_rows(content)
            assert seen is not None
            assert seen <= {record.line for record in rows.records} | {row.line for row in rows.refused}
            taken += 1
    assert WORKBOOKS // 6 < taken < WORKBOOKS


@pytest.mark.promise(1)
@pytest.mark.promise(7)
def test_no_change_of_the_xml_in_a_workbook_loses_a_row(tmp_path: Path) -> None:
    seed = sheet_in(workbook_of(("F", [[str(cell) for cell in row] for row in ROWS])))
    random = Random(2026)
    for _ in range(WORKBOOKS):
        xml = mutated(seed, random, [seed]) if random.random() < 0.5 else misplaced(seed, random)
        content = raw_workbook(xml, STRINGS)
        check_workbook(content, tried(tmp_path, content, "reponses.xlsx"))


def misplaced(xml: bytes, random: Random) -> bytes:
    """Return the XML of a sheet with the place of one row or cell changed to another."""
    places = [place.span(1) for place in re.finditer(rb' r="([A-Z]*[0-9]+)"', xml)]
    (start, end), (first, last) = random.choice(places), random.choice(places)
    return xml[:start] + xml[first:last] + xml[end:]


def check_workbook(content: bytes, rows: Rows | None) -> None:
    """Check that every cell that holds something was handed over, where a workbook was taken."""
    if rows is not None and content.startswith(b"PK"):
        assert not rows.refused
        filled = sum(bool(cell.strip()) for record in rows.records for cell in record.cells)
        assert filled == len(re.findall(rb"<v>[^<]", sheet_in(content)))


def sheet_in(content: bytes) -> bytes:
    """Return the XML of the only sheet of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")
