"""A file without a header row is refused by name, and its first person's answers are told nowhere; headers are not."""

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import SurveyError, examples
from mentormatch.survey.headers import missing_header_problem
from mentormatch.survey.table import Record
from mentormatch.survey.table_reader import read_rows, read_stream, read_table
from tests.drafts import questionnaires

KINDS = ("mentorat", "codeveloppement", "groupe-de-travail")


def records(*rows: str) -> list[Record]:
    """Return rows, each written with commas, as records."""
    return [Record(line, tuple(row.split(","))) for line, row in enumerate(rows, 1)]


def without_header(answers: Path) -> tuple[bytes, tuple[str, ...]]:
    """Return a file of answers without its header row, and the answers of its first person."""
    first, *others = read_rows(answers).records[1:]
    told = StringIO()
    csv.writer(told).writerows(row.cells for row in (first, *others))
    return told.getvalue().encode(), first.cells


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_without_its_header_row_is_refused_and_no_answer_is_told(kind: str, tmp_path: Path) -> None:
    content, first = without_header(examples.copy_to(tmp_path, kind).answers)
    with pytest.raises(SurveyError) as refused:
        read_table(read_stream("reponses.csv", BytesIO(content)))
    told = str(refused.value)
    assert "ligne 1" in told
    assert "intitulés" in told
    assert not [cell for cell in first if len(cell) > 3 and cell in told]


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_that_is_whole_is_read(kind: str, tmp_path: Path) -> None:
    assert read_table(examples.copy_to(tmp_path, kind).answers).records


def test_no_published_questionnaire_is_taken_for_answers_and_their_rows_are_not_taken_for_a_header(
    shared_data: Path, tmp_path: Path
) -> None:
    render = questionnaires.renderer(shared_data / "questions")
    refused = 0
    for file in sorted((shared_data / "questions" / "open").glob("*.yaml")):
        for source in questionnaires.sources(render.read(file), render, tmp_path).values():
            header, *answers = read_rows(source).records
            assert missing_header_problem(header, answers) is None, file.name
            for few in (3, 8, len(answers)):
                assert missing_header_problem(header, answers[:few]) is None, file.name
            refused += missing_header_problem(answers[0], answers[1:]) is not None
    assert refused >= 25


@pytest.mark.parametrize(
    "rows",
    [
        ("Code,Nom,Mentor", "1,Zoé,Mentor", "2,Ali,Mentoré"),
        ("Rang,1,2,3", "a,1,2,3", "b,2,1,3"),
        ("Contrats,2023,2024,2025", "Zoé,12000,3,20000", "Ali,13000,2,15000"),
        ("Nom,Danse,Paie", "Zoé,Danse,", "Ali,,Paie"),
        ("Nom,Rôle,Ville", "Zoé,Mentor,Lyon", "Nom,Rôle,Ville", "Ali,Mentoré,Brest"),
        ("Nom,12/03/2026,13/03/2026", "Zoé,oui,non", "Ali,non,oui"),
    ],
    ids=["one word", "ranks", "years", "boxes", "a header twice", "a poll of dates"],
)
def test_headers_that_look_like_answers_are_headers(rows: tuple[str, ...]) -> None:
    header, *answers = records(*rows)
    assert missing_header_problem(header, answers) is None


@pytest.mark.parametrize(
    "rows",
    [
        ("zoe@x.fr,Zoé", "ali@x.fr,Ali", "lou@x.fr,Lou"),
        ("03/02/2026 09:00,Zoé", "04/02/2026 10:30,Ali", "04/02/2026 11:00,Lou"),
        ("06 12 34 56 78,Zoé", "06 12 34 56 79,Ali", "06 12 34 56 80,Lou"),
        ("7,Zoé,Mentor", "12,Ali,Mentoré", "31,Lou,Mentor"),
        ("Zoé,Mentor,Lyon", "Ali,Mentoré,Brest", "Lou,Mentor,Lyon"),
    ],
    ids=["an address", "a moment", "a telephone", "a number and a word", "two words"],
)
def test_a_row_of_answers_is_no_header(rows: tuple[str, ...]) -> None:
    header, *answers = records(*rows)
    found = missing_header_problem(header, answers)
    assert found is not None
    assert not [
        cell for cell in header.cells if len(cell) > 2 and cell in f"{found.found}{found.expected}{found.advice}"
    ]


@given(st.lists(st.text("abc?", min_size=1, max_size=6), min_size=1, max_size=6, unique=True), st.data())
def test_words_that_nobody_answered_are_a_header_whatever_stands_below(names: list[str], data: st.DataObject) -> None:
    cells = st.tuples(*(st.sampled_from(["1", "x@y.fr", "12/03/2026", "Z", ""]) for _ in names))
    answers = [Record(line, row) for line, row in enumerate(data.draw(st.lists(cells, max_size=8)), 2)]
    assert missing_header_problem(Record(1, tuple(names)), answers) is None
