from pathlib import Path

import pytest

from mentormatch import SurveyError, examples
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.table_reader import read_table
from tests.doors import substitute


def table_of(text: str, folder: Path, *, delimiter: str | None = None) -> TextTable:
    path = folder / "reponses.csv"
    path.write_bytes(text.encode())
    return read_table(path, delimiter=delimiter)


def refusal_of(text: str, folder: Path) -> str:
    with pytest.raises(SurveyError) as refusal:
        table_of(text, folder)
    return str(refusal.value)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_most_header_fields(delimiter: str, tmp_path: Path) -> None:
    text = delimiter.join(["nom", "ville"]) + "\n" + delimiter.join(["Zoé", "Nice"])
    assert table_of(text, tmp_path).records == (Record(2, ("Zoé", "Nice")),)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("nom;attentes (réseau, technique, autre)\nA;réseau, technique\nB;autre\n", 2),
        ("nom,note\nA;B,1\nC,2\n", 2),
        ("note\n3,5\n4,5\n", 1),
        ("nom\nZoé\n", 1),
        ('"nom","jours"\n"A","lundi;mardi;jeudi"\n', 2),
        ("a;b;c;d\n1;2;3\n1;2,5;3;4\n", 4),
    ],
)
def test_a_delimiter_inside_answers_is_not_taken_for_it(text: str, header: int, tmp_path: Path) -> None:
    table = table_of(text, tmp_path)
    assert len(table.header) == header
    assert not table.refused


def test_a_delimiter_that_is_said_wins(tmp_path: Path) -> None:
    assert table_of("a;b,c\n1;2,3\n", tmp_path, delimiter=",").header == ("a;b", "c")
    assert table_of("sep=;\na:b\n1:2\n", tmp_path, delimiter=":").header == ("a", "b")


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_what_cannot_be_a_delimiter_is_refused(delimiter: str, tmp_path: Path) -> None:
    if delimiter:
        with pytest.raises(SurveyError, match="séparateur"):
            table_of("a;b\n1;2\n", tmp_path, delimiter=delimiter)
    else:
        assert table_of("a;b\n1;2\n", tmp_path, delimiter=delimiter).header == ("a", "b")


@pytest.mark.parametrize("line", ["sep=|", "SEP=|", '"sep=|"', "sep=|\r"])
def test_a_first_line_that_says_the_delimiter_is_understood(line: str, tmp_path: Path) -> None:
    table = table_of(f"{line}\na;b|c\n1|2\n", tmp_path)
    assert table.header == ("a;b", "c")


def test_an_answer_of_several_lines_is_one_record_and_one_row(tmp_path: Path) -> None:
    table = table_of('nom;avis;note\nA;"deux\nlignes; et\r\nplus";1\nB;x;2\n', tmp_path)
    assert table.records == (Record(2, ("A", "deux\nlignes; et\r\nplus", "1")), Record(3, ("B", "x", "2")))


def test_answers_of_several_lines_between_answers_with_delimiters_are_taken(tmp_path: Path) -> None:
    assert len(table_of('a,b,c\n"1,2","x\ny","3,4"\n', tmp_path).records) == 1


@pytest.mark.parametrize(
    "text",
    [
        'a;b;c\n1;"x;2\n3;y";4\n',
        'a;b;c\n"1;x;2\n3;y;4\n5;z;6"\n',
        'a;b\n1;"x\n2;y\n3;z"\n',
        'a;b;c\n"1;2";"x;2\n3;y";4\n',
    ],
)
def test_a_stray_quote_that_swallowed_rows_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    assert "ligne 2 : un guillemet ouvert ici a avalé" in refusal_of(text, tmp_path)


def test_two_lines_of_a_narrow_table_are_no_sign_of_swallowed_rows(tmp_path: Path) -> None:
    assert table_of('a;b\n"x;1\nz";y\n', tmp_path).records == (Record(2, ("x;1\nz", "y")),)


def test_text_after_a_closing_quote_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "ligne 3 : du texte suit un guillemet fermant" in refusal_of('a;b\n1;2\n"x" y;2\n', tmp_path)


def test_a_quote_inside_an_unquoted_answer_is_a_character(tmp_path: Path) -> None:
    assert table_of('a;b\nécran 5";dit "oui" hier\n', tmp_path).records[0].cells == ('écran 5"', 'dit "oui" hier')


def test_empty_cells_beyond_the_header_are_not_too_many(tmp_path: Path) -> None:
    table = table_of("a;b;;\n1;2;;\n3;4;;;;;\n5;6\n", tmp_path)
    assert table.header == ("a", "b")
    assert [record.cells for record in table.records] == [("1", "2"), ("3", "4"), ("5", "6")]


def test_answers_below_an_empty_header_are_refused_with_column_and_line(tmp_path: Path) -> None:
    assert "colonne 2 : pas d’intitulé, mais une réponse ligne 3" in refusal_of("a;;c\n1;;3\n4;5;6\n", tmp_path)


@pytest.mark.parametrize("twin", ["Prénom", "prenom", "PRE\u0301NOM", "Prénom\u200b", "\u00a0Prénom "])
def test_headers_that_are_compared_as_equal_are_refused_with_both_columns(twin: str, tmp_path: Path) -> None:
    assert "colonnes 1 et 3" in refusal_of(f"Prénom;Nom;{twin}\nA;B;C\n", tmp_path)


def test_all_mistakes_of_a_header_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SurveyError) as refusal:
        table_of("a;a;b;b;\n1;2;3;4;5\n", tmp_path)
    assert len(refusal.value.problems) == 3


def test_limits_on_rows_columns_and_cells_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "survey", MAX_ROWS=3)
    assert len(table_of("a;b\n1;2\n3;4\n", tmp_path).records) == 2
    assert "plus de 3 lignes" in refusal_of("a;b\n1;2\n3;4\n5;6\n7;8\n", tmp_path)
    substitute(monkeypatch, "survey", MAX_CELLS=5)
    assert "plus de 5 cellules" in refusal_of("a;b\n1;2\n3;4\n", tmp_path)
    assert "1001 colonnes" in refusal_of(";".join(f"q{i}" for i in range(1_001)) + "\n", tmp_path)


def test_a_line_of_millions_of_delimiters_is_refused(tmp_path: Path) -> None:
    assert "ligne 2 : trop de cellules" in refusal_of("a;b\n" + ";" * 3_000_000, tmp_path)


def test_a_nul_in_the_header_is_refused(tmp_path: Path) -> None:
    assert "ligne 1" in refusal_of("no\0m;b\n1;2\n", tmp_path)


@pytest.mark.parametrize("start", ["%PDF-1.7\n", "<html><table>", "\n<!DOCTYPE html>", "{\\rtf1 "])
def test_what_is_no_table_is_refused(start: str, tmp_path: Path) -> None:
    assert "un tableau de réponses" in refusal_of(start + "a;b\n1;2\n", tmp_path)


@pytest.mark.parametrize("name", examples.names())
def test_a_programme_given_as_answers_is_told(name: str, tmp_path: Path) -> None:
    told = refusal_of(examples.copy_to(tmp_path, name).programme.read_text(encoding="utf-8"), tmp_path)
    assert "un programme" in told
    assert "--programme" in told


@pytest.mark.parametrize("text", ["[a]\n1\n", "# a\nb;c\n1;2\n", "[a];b\nc=1;2\n", "\n" * 5_000 + "a;b\n1;2\n"])
def test_a_table_that_looks_a_little_like_a_programme_is_taken(text: str, tmp_path: Path) -> None:
    assert table_of(text, tmp_path).records


def test_a_file_that_is_not_there_is_refused_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="introuvable") as refusal:
        read_table(tmp_path / "absent.csv")
    assert str(tmp_path) not in str(refusal.value)
    with pytest.raises(SurveyError, match="introuvable"):
        read_table(tmp_path)


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "survey", MAX_BYTES=5)
    assert "trop grand" in refusal_of("a;b\n1;2\n", tmp_path)


def test_refused_rows_come_in_the_order_of_their_lines(tmp_path: Path) -> None:
    table = table_of("a;b\n1;2;3\n\0;1\n5;6\n1;2;3\n", tmp_path)
    assert [refused.line for refused in table.refused] == [2, 3, 5]
