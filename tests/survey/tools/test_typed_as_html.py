"""What tools do to every text of a file is undone where the whole file shows it, and only there."""

from pathlib import Path

import pytest

from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import read_table


def table_of(folder: Path, *lines: str) -> TextTable:
    path = folder / "answers.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_table(path)


def test_a_sign_before_what_would_be_a_formula_is_taken_off(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Nom,Mot", "Zoé,'=1+1", "Léo,'-5", "d'Orval,'oui'")
    assert [row.cells for row in table.records] == [("Zoé", "=1+1"), ("Léo", "-5"), ("d'Orval", "'oui'")]


def test_where_a_formula_stands_bare_a_sign_before_another_was_typed(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Nom,Mot", "Zoé,'=1+1", "Léo,=2")
    assert [row.cells[1] for row in table.records] == ["'=1+1", "=2"]


def test_references_to_characters_become_these_characters_once(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Nom,Mot", "Zoé,D&#x27;accord &amp; &quot;vite&quot;", "Léo,&amp;lt;")
    assert [row.cells[1] for row in table.records] == ['D\'accord & "vite"', "&lt;"]


def test_where_an_ampersand_stands_alone_nothing_was_escaped(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Nom,Mot", "Zoé,R&D", "Léo,&amp;")
    assert [row.cells[1] for row in table.records] == ["R&D", "&amp;"]


@pytest.mark.parametrize("question", ["<p>Your town</p>", "Your <b>town</b>", "Your<br>town"])
def test_the_words_of_a_question_have_no_markup(question: str, tmp_path: Path) -> None:
    assert table_of(tmp_path, f"Name,{question}", "Zoé,<b>York</b>").header == ("Name", "Your town")
    assert table_of(tmp_path, f"Name,{question}", "Zoé,<b>York</b>").records[0].cells[1] == "<b>York</b>"


def test_names_of_moodle_questions_have_no_markup(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Response,Submitted on:,Q01_<p>R&amp;D</p>", "1,03/03/2026 10:00:00,Yes")
    assert (table.tool, table.header[-1]) == ("moodle-questionnaire", "R&D")
