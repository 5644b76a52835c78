"""Every document and every view speaks English where it is asked for, and the language of its programme elsewhere."""

import csv
import re
import tomllib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Matching, MentorMatchError, language
from mentormatch.operations.matching import exporter_for
from mentormatch.report.profiles import profile_notes, write_profiles
from mentormatch.results import Year
from tests.english import french_in
from tests.report.cohorts import matched, person, programme
from tests.report.readers import Outline, sheets, table, written

QUOTED = re.compile(r"CC BY|Rhône et Métropole de Lyon")
HIDDEN = "Bearings"


@cache
def matching() -> Matching:
    with language("en"):
        return mm.match(mm.examples.cohort(), mm.examples.programme())


@cache
def typed() -> re.Pattern[str]:
    """Return what people typed in the example: every text of the programme, every answer, whole and in its parts."""
    with TemporaryDirectory() as folder:
        files = mm.examples.copy_to(folder)
        waves = mm.examples.copy_waves_to(folder).values()
        texts = set(strings(tomllib.loads(files.programme.read_text("utf-8"))))
        for path in (files.answers, *waves):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                texts |= {cell for row in csv.reader(stream, delimiter=";") for cell in row}
    texts |= {part.strip() for text in texts for part in re.split(r"[\n;]", text)}
    longest = sorted((text for text in texts if len(text) > 2), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in strings(part)]


def ours(texts: list[str]) -> list[str]:
    """Return texts without what people typed in them."""
    return [typed().sub("~", text.replace("\u00a0", " ")) for text in texts]


def said(html: str) -> list[str]:
    """Return what a page says, its labels and the words of its pictures, too."""
    outline = Outline(html)
    shown = [text for where, text in outline.texts if not where.startswith("style") and text.strip()]
    return ours(shown + [value for name, value in outline.attributes if name in ("alt", "aria-label", "title")])


def test_the_page_has_no_french_left_but_what_people_typed() -> None:
    with language("en"):
        page = written(matching(), ".html").decode()
    assert french_in(*said(page)) == []
    assert '<html lang="en">' in page
    assert "12 pairs" in page.replace("\u00a0", " ")


def test_nor_has_the_workbook_and_its_shares_are_written_the_english_way() -> None:
    with language("en"):
        book = sheets(written(matching(), ".xlsx"))
    cells = [str(cell) for name, rows in book.items() if name != HIDDEN for row in rows for cell in row]
    assert french_in(*ours([*book, *cells])) == []
    assert len(book) == 10


def test_the_csv_file_has_commas_between_cells_and_points_before_decimals() -> None:
    with language("en"):
        lines = written(matching(), ".csv").decode("utf-8-sig").splitlines()
    assert lines[0] == '"Mentor","Mentee","Points out of 100","Share answered","Why"'
    assert re.match(r'"M06","E08","93\.2","0\.96"', lines[1])
    assert table(written(matching(), ".csv"))[1][2] == "93,2"


def views() -> list[Any]:
    show, other = matching().show, mm.match(matching().cohort, matching().programme, bans=[("M06", "E08")])
    plain = [show, *(getattr(show, name)() for name in ("summary", "pairs", "unmatched", "market", "prices"))]
    people = [show.person("M03"), show.person("E01"), show.pair("M06", "E08"), show.pair("M06", "E01")]
    judged = [show.robustness(samples=3), show.certificate(), show.compared_with(other), show.participant("M03")]
    return [matching(), *plain, *people, *judged]


def test_no_view_has() -> None:
    with language("en"):
        assert {type(view).__name__: french_in(*said(view._repr_html_())) for view in views()} == {
            type(view).__name__: [] for view in views()
        }


@pytest.mark.parametrize("kind", mm.pictures.__all__)
def test_no_picture_has(kind: str) -> None:
    with language("en"):
        two = ("M06", "E08") if kind == "Waterfall" else ()
        picture = getattr(mm.pictures, kind)(matching(), None, *two)
        texts = [picture.title, picture.alternative, picture.caption]
        texts += re.findall(r"<text[^>]*>([^<]+)<", (picture.svg or b"").decode())
    assert french_in(*(QUOTED.sub("~", text) for text in ours(texts) if "département" not in text)) == []


def test_neither_has_what_participants_are_handed(tmp_path: Path) -> None:
    files = mm.examples.copy_to(tmp_path)
    with language("en"):
        contacts = mm.read_contacts(mm.examples.programme(), files.answers)
        mm.write_handouts(matching(), contacts, tmp_path / "out")
        profiles = mm.anonymous_profiles(matching().cohort, mm.examples.programme(), mm.pseudonyms_for(files.programme))
        pages = [path for path in write_profiles(profiles, tmp_path / "out") if path.suffix == ".html"]
        assert french_in(*ours(list(profile_notes(profiles)))) == []
    texts = said((tmp_path / "out" / "fiches.html").read_text("utf-8"))
    books = [sheets(path.read_bytes()) for path in (tmp_path / "out").glob("*.xlsx")]
    texts += ours([str(cell) for book in books for rows in book.values() for row in rows for cell in row])
    assert french_in(*(text for page in pages for text in said(page.read_text("utf-8")))) == []
    assert french_in(*(text for text in texts if "@" not in text)) == []


def year(folder: Path) -> Year:
    return mm.follow_up(mm.examples.programme(), matching().pairs, mm.examples.copy_waves_to(folder))


def test_nor_the_year_nor_what_came_in(tmp_path: Path) -> None:
    with language("en"):
        followed = year(tmp_path)
        came = mm.intake(mm.examples.programme(), mm.examples.copy_to(tmp_path).answers)
        came.save(tmp_path / "in")
        assert french_in(*said(followed._repr_html_())) == []
        assert french_in(*said((tmp_path / "in" / "reponses.html").read_text("utf-8"))) == []
    assert french_in(*ours((tmp_path / "in" / "reponses.txt").read_text("utf-8").splitlines())) == []


@cache
def english() -> Matching:
    said_so = programme(programme={"name": "Test", "language": "en"})
    return matched(said_so, [person("M1"), person("M2")], [person("E1")])


def test_a_programme_in_english_is_told_in_english_unless_another_language_is_asked_for(tmp_path: Path) -> None:
    (page,) = english().save(tmp_path / "page.html")
    assert "Without a pair" in page.read_text("utf-8")
    assert "Without a pair" in english()._repr_html_()
    assert "The result in short" in english().show.summary()._repr_html_()
    assert english().unmatched[0].reason
    with language("fr"):
        (page,) = english().save(tmp_path / "page.html")
        assert "Sans binôme" in page.read_text("utf-8")
        assert english().unmatched[0].reason != ""


def test_what_was_said_in_one_language_is_not_kept_for_the_other() -> None:
    with language("fr"):
        french = english().unmatched
    with language("en"):
        told = english().unmatched
    assert french_in(*(one.reason for one in told)) == []
    assert [one.reason for one in french] != [one.reason for one in told]
    assert english().unmatched == told


def test_a_format_that_is_not_known_is_refused_in_english(tmp_path: Path) -> None:
    with language("en"):
        for refused in (matching().show.summary().save, mm.pictures.HeatMap(matching()).save, exporter_for_path):
            with pytest.raises(MentorMatchError) as raised:
                refused(tmp_path / "x.doc")
            assert french_in(str(raised.value)) == []


def exporter_for_path(path: Path) -> object:
    return exporter_for(path.name)
