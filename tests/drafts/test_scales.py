"""Graded answers are put in order whatever the order they came in; where nothing tells, people are asked."""

from random import Random
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from mentormatch import language
from mentormatch.fields import Ranking
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.samples import QuestionSample, sample_questions
from mentormatch.programme.drafts.scales import order_answers
from mentormatch.programme.drafts.uses import guess_use
from mentormatch.programme.enrolment import read_tables

ORDERS = [
    ["Pas du tout", "Plutôt non", "Plutôt oui", "Tout à fait"],
    ["Not at all", "Rather not", "Rather yes", "Absolutely"],
    ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
    ["Pas du tout d'accord", "Plutôt pas d'accord", "Plutôt d'accord", "Tout à fait d'accord"],
    ["Not at all confident", "Not very confident", "Fairly confident", "Very confident", "Extremely confident"],
    ["Très insatisfaite", "Insatisfaite", "Satisfaite", "Très satisfaite"],
    ["Never", "Less than once a month", "Once a month", "Every two weeks", "Once a week", "Every day"],
    ["Jamais", "Rarement", "De temps en temps", "Souvent", "Toujours"],
    ["Less than 6 months", "6 months to 1 year", "1 to 2 years", "More than 2 years"],
    ["Moins d'un an", "1 à 3 ans", "4 à 10 ans", "Plus de 10 ans"],
    ["None", "1-5", "6-20", "21+"],
    ["1 hour per month", "2 hours per month", "1 hour per week", "3 hours per week"],
    ["A1", "A2", "B1", "B2", "C1"],
    ["Débutant·e", "Intermédiaire", "Avancé·e", "Expert·e"],
    ["Bac", "Bac +2", "Bac +3", "Bac +5", "Doctorat"],
    ["Sans importance", "Peu importante", "Importante", "Indispensable"],
    ["Junior", "Mid-level", "Senior", "Director"],
    ["1 - Poor", "2 - Fair", "3 - Good", "4 - Excellent"],
]
UNORDERED = [
    ["Red", "Green", "Blue"],
    ["12 Green Road", "3 Mill Lane", "8 High Street"],
    ["6e", "5e", "4e", "3e"],
    ["Yes", "Always", "Tuesday"],
    ["May 2025", "Nov 2024", "Jan 2026"],
    ["Royal Society", "None"],
]


@given(order=st.sampled_from(ORDERS), seed=st.integers(0, 99))
def test_an_order_that_words_or_numbers_tell_does_not_depend_on_the_order_of_the_answers(
    order: list[str], seed: int
) -> None:
    mixed = Random(seed).sample(order, len(order))
    assert order_answers(mixed) == order


@pytest.mark.parametrize("answers", UNORDERED)
def test_answers_that_tell_no_order_have_none(answers: list[str]) -> None:
    assert order_answers(answers) is None


def asked(question: str, *answers: str) -> Guess:
    rows = tuple((answer,) for answer in answers * 3)
    return guess_use(QuestionSample(question, (question,), (), rows, (None,) * len(rows)))


@pytest.mark.parametrize(
    ("question", "first", "checked"),
    [
        ("How satisfied are you? (1 = not at all, 5 = very)", "1", False),
        ("Rate your level (1 = expert, 5 = beginner)", "5", False),
        ("Notez de 1 (pas du tout) à 5 (tout à fait)", "1", False),
        ("Notez de 1 (le plus important) à 5 (le moins important)", "5", False),
        ("Rate it (1 = tea, 5 = coffee)", "1", True),
        ("Q12", "1", True),
    ],
)
def test_notes_stand_the_right_way_up_or_their_order_is_to_be_checked(
    question: str, first: str, *, checked: bool
) -> None:
    with language("en"):
        found = asked(question, "3", "1", "5", "2", "4")
    assert found.kind == "scale"
    assert found.settings["options"][0] == first
    assert ("CHECK THE ORDER" in found.why) is checked


def test_a_question_that_asks_how_much_in_words_of_no_known_order_is_to_be_checked() -> None:
    assert "ORDRE À VÉRIFIER" in asked("À quel point est-ce vrai ?", "Bof", "Carrément", "Mouais").why


def test_answers_that_stand_off_a_scale_are_named_and_left_out_of_it() -> None:
    found = asked("How important is it?", "Very important", "No preference", "Not important")
    assert found.settings["options"] == ["Not important", "Very important"]
    assert "No preference" in found.why


@pytest.mark.parametrize(
    "headers",
    [
        ["Atelier : 1er choix", "Atelier : 2e choix", "Atelier : 3e choix"],
        ["First choice of workshop", "Second choice of workshop", "Third choice of workshop"],
        ["Priorité 1", "Priorité 2", "Priorité 3"],
        ["Workshop [First choice]", "Workshop [Second choice]", "Workshop [Third choice]"],
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_first_choice_is_the_best_whatever_the_order_of_the_columns(headers: list[str], *, turned: bool) -> None:
    cells = [["a", "b", "a"], ["b", "c", "b"], ["c", "a", "c"]]
    columns = list(zip(headers, cells, strict=True))
    frame = DataFrame(dict(reversed(columns) if turned else columns), dtype=object)
    (found,) = sample_questions(read_tables(frame))
    made = guess_use(found)
    assert made.kind == "ranking"
    options = made.settings["options"]
    assert isinstance(options, list | tuple)
    field = Ranking(question="?", options=list(options))
    given = dict(zip(found.items, found.rows[0], strict=True))
    assert [field.options[place] for place in cast(tuple[int, ...], field.read(given).value)] == ["a", "b", "c"]
