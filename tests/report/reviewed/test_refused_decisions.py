"""What staff wrote in a workbook and cannot be done is told, all at once, with where it stands and what to do."""

import re
from pathlib import Path

import pytest

from mentormatch import SurveyError, examples, match, read_decisions
from mentormatch.results import Decisions
from tests.doors import substitute
from tests.report.cohorts import matched, person, programme, small
from tests.report.reviewed.edits import (
    PAIRS,
    changed,
    saved,
    with_cells,
    with_row,
    without_row,
    without_words,
    workbook,
)

RULES = [{"kind": "different", "field": "besoins", "name": "besoins distincts"}]


def told(folder: Path, content: bytes) -> list[str]:
    """Return what is refused in a workbook, which holds no answer, and says each time what to do."""
    with pytest.raises(SurveyError) as refusal:
        read_decisions(saved(folder, content))
    assert all(problem.where and problem.found and problem.advice for problem in refusal.value.problems)
    return [f"{problem.where} : {problem.found}" for problem in refusal.value.problems]


def apart() -> bytes:
    """Return the workbook of two pairs whose mentors a rule keeps from changing places."""
    mentors = [person("M1", besoins="budget"), person("M2", besoins="contrats")]
    mentees = [person("E1", besoins="contrats"), person("E2", besoins="budget")]
    return workbook(matched(programme(rules=RULES, criteria=[]), mentors, mentees))


def test_a_code_that_is_nobodys_is_told_with_the_nearest_one_and_without_what_was_typed(tmp_path: Path) -> None:
    with pytest.raises(SurveyError) as refusal:
        read_decisions(saved(tmp_path, with_cells(workbook(small()), {"A2": "M1.", "A3": "Jeanne Secret"})))
    near, far = refusal.value.problems
    assert near.where == "feuille « Binômes », ligne 2, colonne « Mentor·e »"
    assert near.advice == "vouliez-vous dire « M1 » ?"
    assert far.advice == "écrivez le code, pas le nom"
    assert "Secret" not in str(refusal.value)


def test_a_code_of_the_other_side_and_an_empty_cell_are_told(tmp_path: Path) -> None:
    found = told(tmp_path, with_cells(workbook(small()), {"A2": "E1", "B3": ""}))
    assert found == [
        "feuille « Binômes », ligne 2, colonne « Mentor·e » : le code d’un·e mentoré·e",
        "feuille « Binômes », ligne 3, colonne « Mentoré·e » : la cellule est vide",
    ]


def test_a_pair_that_a_rule_forbids_is_told_with_the_rule(tmp_path: Path) -> None:
    found = told(tmp_path, with_cells(apart(), {"A2": "M2", "A3": "M1"}))
    assert len(found) == 2
    assert all("la règle « besoins distincts » exclut ce binôme" in problem for problem in found)


def test_a_rule_that_rests_on_a_private_answer_is_not_named(tmp_path: Path) -> None:
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "eviter": {"question": "À éviter", "kind": "names", "private": True},
    }
    rules = programme(fields=fields, criteria=[], rules=[{"kind": "veto", "field": "eviter", "against": ["code"]}])
    matching = matched(rules, [{"code": "M1"}, {"code": "M2"}], [{"code": "E1", "eviter": "M2"}])
    found = told(tmp_path, with_cells(workbook(matching), {"A2": "M2"}))
    assert found == ["feuille « Binômes », ligne 2 : une règle confidentielle du programme exclut ce binôme"]


def test_somebody_over_capacity_is_told_on_both_sides_with_the_lines(tmp_path: Path) -> None:
    rows = [(pair.mentor, pair.mentee) for pair in small().pairs]
    found = told(tmp_path, with_cells(workbook(small()), {"A3": rows[0][0], "B4": rows[0][1]}))
    assert f"feuille « Binômes », lignes 2 et 3 : {rows[0][0]} a 2\xa0binômes" in found
    assert f"feuille « Binômes », lignes 2 et 4 : {rows[0][1]} a 2\xa0binômes" in found


def test_a_refused_row_takes_no_place(tmp_path: Path) -> None:
    matching = matched(programme(), [person("M1"), person("M2")], [person("E1"), person("E2")])
    (first, second) = matching.pairs
    cells = {"F2": "Refusé", "A3": first.mentor}
    found = read_decisions(saved(tmp_path, with_cells(workbook(matching), cells)))
    assert found.pins == ((first.mentor, second.mentee),)


def test_who_takes_no_part_is_told(tmp_path: Path) -> None:
    rules = programme(rules=[{"kind": "require", "field": "metier", "in": ["production"]}])
    matching = matched(rules, [person("M1"), person("M2", "diffusion")], [person("E1")])
    with pytest.raises(SurveyError, match="ne prend pas part"):
        read_decisions(saved(tmp_path, with_cells(workbook(matching), {"A2": "M2"})))


def test_a_pair_that_comes_twice_is_told_once(tmp_path: Path) -> None:
    matching = matched(programme(), [person("M1")], [person("E1")])
    found = told(tmp_path, with_row(workbook(matching), 3, "M1", "E1"))
    assert found == ["feuille « Binômes », lignes 2 et 3 : le même binôme"]


def test_a_deleted_row_is_told_by_its_pair(tmp_path: Path) -> None:
    pair = small().pairs[1]
    assert told(tmp_path, without_row(workbook(small()), 3)) == [
        f"feuille « Binômes » : la ligne {pair.mentor} – {pair.mentee} manque"
    ]


@pytest.mark.parametrize("choice", ["À discuter", "Refusé"])
def test_a_row_that_is_changed_and_not_agreed_is_told(tmp_path: Path, choice: str) -> None:
    matching = matched(programme(), [person("M1"), person("M2")], [person("E1")])
    other = "M2" if matching.pairs[0].mentor == "M1" else "M1"
    found = told(tmp_path, with_cells(workbook(matching), {"A2": other, "F2": choice}))
    assert found == [f"feuille « Binômes », ligne 2, colonne « Validation » : la ligne est changée, et « {choice} »"]


def test_a_word_that_is_no_choice_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, with_cells(workbook(small()), {"F2": "peut-être"}))
    assert found == ["feuille « Binômes », ligne 2, colonne « Validation » : un mot inconnu"]


def test_columns_that_were_renamed_are_all_told(tmp_path: Path) -> None:
    found = told(tmp_path, with_cells(workbook(small()), {"A1": "Qui", "F1": "Avis"}))
    assert found == [f"feuille « Binômes » : pas de colonne « {name} »" for name in ("Mentor·e", "Validation")]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    content = with_row(with_cells(apart(), {"A2": "M9", "F2": "oui", "A3": "M1"}), 4, "M1", "E1")
    found = told(tmp_path, content)
    assert [problem.partition(" : ")[2] for problem in found] == [
        "personne de cette édition n’a ce code",
        "un mot inconnu",
        "la règle « besoins distincts » exclut ce binôme",
        "M1 a 2\xa0binômes",
    ]


def test_a_workbook_of_other_answers_or_of_another_programme_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path, workbook(small()))
    with pytest.raises(SurveyError) as refusal:
        read_decisions(path, examples.cohort(), examples.programme())
    assert [problem.where for problem in refusal.value.problems] == ["programme", "réponses"]


def test_pairs_decided_before_do_not_make_another_programme(tmp_path: Path) -> None:
    cohort, plain = examples.cohort(), examples.programme()
    pair = match(cohort, plain).pairs[0]
    decided = match(cohort, plain, pins=[(pair.mentor, pair.mentee)])
    found = read_decisions(saved(tmp_path, workbook(decided)), cohort, plain)
    assert without_words(found) == Decisions(pins=((pair.mentor, pair.mentee),))


def test_what_is_no_workbook_of_ours_is_told(tmp_path: Path) -> None:
    other = tmp_path / "reponses.csv"
    other.write_text("Code;Nom\nM1;x\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="Repères"):
        read_decisions(other)
    with pytest.raises(SurveyError, match="introuvable"):
        read_decisions(tmp_path / "absent.xlsx")


@pytest.mark.parametrize(("sheet", "name"), [("Binômes", "Pairs"), ("Repères", "Notes")])
def test_a_sheet_that_was_renamed_is_told(tmp_path: Path, sheet: str, name: str) -> None:
    content = changed(workbook(small()), "xl/workbook.xml", lambda xml: xml.replace(f'"{sheet}"', f'"{name}"'))
    assert told(tmp_path, content) == [f"feuille « {sheet} » : introuvable"]


def test_a_hidden_sheet_that_was_changed_is_told(tmp_path: Path) -> None:
    content = changed(
        workbook(small()),
        "xl/worksheets/sheet10.xml",
        lambda xml: re.sub(r"<row .*</row>", '<row r="1"><c r="A1"><v>1</v></c></row>', xml),
    )
    assert told(tmp_path, content) == ["feuille cachée « Repères » : absente, incomplète ou changée"]


def test_more_rules_than_marks_are_still_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "report", RULE_MARKS="")
    found = told(tmp_path, with_cells(apart(), {"A2": "M2", "A3": "M1"}))
    assert all("une règle du programme exclut ce binôme" in problem for problem in found)


def test_rules_of_very_many_pairs_are_left_to_the_matching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "report", MOST_CELLS=1)
    found = read_decisions(saved(tmp_path, with_cells(apart(), {"A2": "M2", "A3": "M1"})))
    assert len(found.pins) == 2


def test_the_part_that_is_edited_is_the_sheet_of_pairs() -> None:
    assert PAIRS == "xl/worksheets/sheet1.xml"
