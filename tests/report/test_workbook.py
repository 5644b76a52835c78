import re
from pathlib import Path

import pytest

from mentormatch.report import book
from mentormatch.report.book import clip
from mentormatch.report.texts import visible
from tests.doors import substitute
from tests.report.cohorts import hostile_matchings, hostile_strings, matched, person, programme, small
from tests.report.readers import ALIVE, contrast, parts, sheets, written

NAMES = [
    *("Binômes", "Sans binôme", "Détail des points", "Scores", "Graphiques", "Réponses écartées", "Remarques"),
    *("Programme", "Journal", "Repères"),
]


@pytest.mark.promise(23)
def test_no_hostile_text_becomes_a_formula_or_a_link(shared_data: Path) -> None:
    for matching in hostile_matchings(hostile_strings(shared_data / "hostile")):
        content = written(matching, ".xlsx")
        assert [name for name, xml in parts(content) if ALIVE.search(name + xml)] == []


@pytest.mark.promise(23)
def test_hostile_keys_stand_in_the_workbook_as_they_were_typed(shared_data: Path) -> None:
    for matching in hostile_matchings(hostile_strings(shared_data / "hostile")):
        rows = sheets(written(matching, ".xlsx"))["Binômes"][1:]
        typed = [[clip(visible(key)) for key in (pair.mentor, pair.mentee)] for pair in matching.pairs]
        assert [row[:2] for row in rows] == typed


def test_the_search_for_live_cells_finds_a_formula_and_a_link() -> None:
    assert ALIVE.search("<c><f>1+1</f></c>")
    assert ALIVE.search('<hyperlink ref="A1"/>')
    assert not ALIVE.search("<font><family/></font><formula1>&quot;a&quot;</formula1>")


def test_the_sheets_and_their_headings_are_french() -> None:
    found = sheets(written(small(), ".xlsx"))
    assert list(found) == NAMES
    pairs = ["Mentor·e", "Mentoré·e", "Points sur 100", "Part connue", "Pourquoi", "Validation", "Remarque"]
    assert found["Binômes"][0] == pairs
    assert found["Sans binôme"][0] == ["Personne", "Côté", "Raison", "Ce qui suffirait"]


def test_the_same_answers_give_the_same_bytes() -> None:
    assert written(small(), ".xlsx") == written(small(), ".xlsx")


def test_validation_and_remark_are_left_to_the_team() -> None:
    rows = sheets(written(small(), ".xlsx"))["Binômes"][1:]
    assert [row[5:] for row in rows] == [["", ""]] * 3


def test_numbers_are_numbers_and_answered_is_said_in_words() -> None:
    details = sheets(written(small(), ".xlsx"))["Détail des points"]
    assert details[1][4:7] == [33.3333, 33.3333, "oui"]
    assert "non" in [row[6] for row in details]


def test_the_scores_sheet_has_a_dash_for_a_forbidden_pair_and_the_points_of_every_other() -> None:
    matching = matched(programme(), [person("M1"), person("M2")], [person("E1"), person("E2")], bans=[("M1", "E2")])
    rows = sheets(written(matching, ".xlsx"))["Scores"]
    assert rows[1:] == [["", "E1", "E2"], ["M1", 100.0, "—"], ["M2", 100.0, 100.0]]


def test_chosen_pairs_are_outlined_and_the_others_are_not() -> None:
    xml = dict(parts(written(small(), ".xlsx")))
    scores, styles = xml["xl/worksheets/sheet4.xml"], xml["xl/styles.xml"]
    borders = re.findall(r"<border>.*?</border>", styles)
    outlined = {place for place, border in enumerate(borders) if border.count('style="medium"') == 4}
    looks = re.findall(r"<xf [^>]*borderId=\"(\d+)\"", styles.partition("<cellXfs")[2])
    thick = {str(place) for place, border in enumerate(looks) if int(border) in outlined}
    cells = re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', scores)
    assert {cell for cell, look in cells if look in thick} == {"E3", "C4", "D5"}


def test_the_charts_count_every_pair_and_end_at_the_points_of_the_best_one() -> None:
    matching = small()
    content = written(matching, ".xlsx")
    rows = sheets(content)["Graphiques"]
    figures = [[cell for cell in row if isinstance(cell, float)] for row in rows]
    spread, made = figures[1:21], [row for row in figures[21:] if len(row) == 3]
    assert [sum(column) for column in zip(*spread, strict=True)] == [matching.problem.scores.count, len(matching.pairs)]
    *steps, total = made
    assert [row[0] for row in steps] == pytest.approx([sum(row[1] for row in steps[:at]) for at in range(len(steps))])
    assert total[:2] == [0.0, pytest.approx(matching.pairs[0].points)]
    drawn = [xml for name, xml in parts(content) if name.startswith("xl/drawings/drawing")]
    assert len(re.findall(r'descr="[^"]{60,}"', "".join(drawn))) == 3


def test_where_there_is_no_pair_there_is_no_chart() -> None:
    assert "Graphiques" not in sheets(written(matched(programme(), [], []), ".xlsx"))


def test_the_last_sheet_says_who_took_part_what_was_reached_and_by_which_rules() -> None:
    rows = sheets(written(small(), ".xlsx"))["Programme"]
    said = {str(row[0]): row[1:] for row in rows if row[0]}
    assert said["Programme"][0] == "Essai"
    assert said["Résultat"][0] == (
        "Sur 3\u00a0mentor·es et 4\u00a0mentoré·es, la répartition forme 3\u00a0binômes."
        " 1\u00a0mentoré·e reste sans binôme."
    )
    assert said["Objectifs"][:2] == ["Former le plus de binômes possible", "3\u00a0binômes"]
    assert said["Critères"][:3] == ["Même réponse (metier)", "33\u00a0%", "Métier"]
    assert said["Numéro du tirage au sort"][0] == "0"


def test_a_table_beyond_the_rows_of_a_sheet_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "report", MOST_ROWS=3)
    found = sheets(written(small(), ".xlsx"))
    assert found["Binômes"][0][0] == book.too_large(3, 7)
    assert found["Détail des points"][0][0] == book.too_large(6, 8)
    assert found["Sans binôme"][0] == ["Personne", "Côté", "Raison", "Ce qui suffirait"]


@pytest.mark.parametrize(("module", "limit"), [(book, "MAX_GRID_CELLS"), (book, "MOST_COLUMNS")])
def test_scores_of_too_many_people_are_a_note(monkeypatch: pytest.MonkeyPatch, module: object, limit: str) -> None:
    monkeypatch.setattr(module, limit, 4)
    assert sheets(written(small(), ".xlsx"))["Scores"] == [[book.too_large(3, 4)]]


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    key = "x" * 40_000
    matching = matched(programme(), [person(key)], [person("E1")])
    cell = str(sheets(written(matching, ".xlsx"))["Binômes"][1][0])
    assert cell.startswith("xxx")
    assert cell.endswith("… [texte coupé : 40000 caractères]")
    assert len(cell) <= book.MOST_CHARACTERS


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x1ab", "a\\x1ab"), ("\x1f", "\\x1f"), ("\uffff", "\\uffff"), ("\ud800", "\\ud800")]
)
def test_characters_that_xml_cannot_hold_are_shown_as_escapes(text: str, shown: str) -> None:
    matching = matched(programme(), [person(f"M{text}1")], [person("E1")])
    assert sheets(written(matching, ".xlsx"))["Binômes"][1][0] == f"M{shown}1"


def test_nobody_at_all_still_makes_a_workbook() -> None:
    found = sheets(written(matched(programme(), [], []), ".xlsx"))
    assert list(found) == ["À lire d’abord", *(name for name in NAMES if name != "Graphiques")]
    assert len(found["Binômes"]) == 1


def test_points_are_readable_on_every_tint() -> None:
    for step, tint in enumerate(book.SCORE_TINTS):
        assert contrast("#FFFFFF" if step >= book.FIRST_DARK_TINT else book.INK_COLOUR, tint) >= 4.5
