"""A question is left out for what it asks, by its words or by its options; one that only looks like it stays in."""

import pytest
from pandas import DataFrame

from mentormatch.drafting.samples import QuestionSample, samples
from mentormatch.drafting.sensitivity import subject_of
from mentormatch.drafting.uses import guess
from mentormatch.enrolment import read_tables
from tests.drafting.near_wordings import NEAR
from tests.drafting.wordings import SENSITIVE

type Row = tuple[str, list[str]]


def rows(table: str, first: int) -> list[Row]:
    """Return the questions of a table with their options, the question at place ``first`` of its line."""
    cells = [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]
    return [(row[first], row[first + 1].split("; ") if len(row) > first + 1 else []) for row in cells]


def sample(question: str, *answers: str) -> QuestionSample:
    return QuestionSample(question, (question,), (), tuple((answer,) for answer in answers), (None,) * len(answers))


def test_no_question_about_a_sensitive_subject_is_left_in() -> None:
    asked = rows(SENSITIVE, 1)
    assert len(asked) > 200
    assert [row for row in asked if subject_of(*row) is None] == []


def test_questions_that_only_look_sensitive_are_left_in() -> None:
    asked = rows(NEAR, 0)
    assert len(asked) > 200
    assert [row for row in asked if subject_of(*row) is not None] == []


@pytest.mark.parametrize(
    "options",
    [
        ["Hétérosexuel·le", "Bisexuel·le", "Préfère ne pas dire"],
        ["White - English", "Black - Caribbean", "Asian - Indian"],
        ["Musulmane", "Catholique", "Sans confession"],
        ["CGT", "CFDT", "Aucun"],
        ["Wheelchair user", "Hearing impairment", "None"],
    ],
)
def test_a_header_that_is_a_code_is_told_by_its_options(options: list[str]) -> None:
    assert subject_of("Q7") is None
    assert guess(sample("Q7", *options * 4)).use == "forbidden"


def test_the_items_of_a_grid_tell_as_options_do() -> None:
    boxes = {f"Q7 [{item}]": ["Oui", "Non"] * 4 for item in ("Asthme", "Diabète", "Autre")}
    (found,) = samples(read_tables(DataFrame(boxes, dtype=object)))
    assert guess(found).use == "forbidden"


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Favourite colour", ["Black", "White", "Red"]),
        ("Which field do you study?", ["Theology", "Psychiatry", "Political science"]),
        ("Q7", ["Sciences politiques", "Santé publique", "Histoire des religions"]),
        ("Q8", ["English", "Arabic", "Chinese"]),
        ("Q9", ["Yes", "No", "Prefer not to say"]),
    ],
)
def test_options_that_only_look_sensitive_tell_nothing(question: str, options: list[str]) -> None:
    assert guess(sample(question, *options * 4)).use != "forbidden"


def test_long_texts_with_a_sensitive_word_here_and_there_are_not_left_out() -> None:
    texts = [
        f"J'ai travaillé {n} ans dans une équipe, et je voudrais transmettre ce que j'ai appris." for n in range(9)
    ]
    assert guess(sample("Pourquoi ce programme ?", *texts, "Mon asthme m'a appris la patience.")).use == "display"


@pytest.mark.parametrize("more", ["Si oui, précisez", "If yes, please give details", "Details"])
def test_a_question_that_only_asks_for_more_is_as_sensitive_as_the_one_before(more: str) -> None:
    columns = {
        "Suivez-vous un traitement médical ?": ["Oui", "Non"],
        more: ["canari", ""],
        "Loisirs": ["Lire", "Dormir"],
    }
    found = samples(read_tables(DataFrame(columns, dtype=object)))
    assert [guess(one).use == "forbidden" for one in found] == [True, True, False]


@pytest.mark.parametrize("header", ["HasDisability", "religion_belief", "UnspentConvictions", "sexual-orientation"])
def test_names_of_fields_are_read_as_words(header: str) -> None:
    assert subject_of(header) is not None
