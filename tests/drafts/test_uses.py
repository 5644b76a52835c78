"""What is not understood pairs nobody: a question is scored by only where something says what it gives two people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.uses import guess_use


def use(question: str, *answers: str) -> str:
    return guess_use(
        QuestionSample(question, (question,), (), tuple((each,) for each in answers), (None,) * len(answers))
    ).use


@pytest.mark.parametrize(
    "question",
    [
        "Do you vurble with the gronk?",
        "Vous gnafez souvent ?",
        "Has anybody ever told you so?",
        "Q17",
        "Tu l'as déjà fait ?",
        "Is it still the case?",
        "Situation particulière",
    ],
)
@pytest.mark.parametrize("options", [("Yes", "No"), ("Alpha", "Beta", "Gamma"), ("Oui, un peu", "Plutôt non", "Non")])
def test_a_question_that_is_not_understood_pairs_nobody(question: str, options: tuple[str, ...]) -> None:
    assert use(question, *options * 6) != "match"


@given(st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=3, max_size=12), st.integers(2, 5))
def test_words_of_no_language_pair_nobody(word: str, count: int) -> None:
    assert use(f"{word} {word}q", *[f"option {letter}" for letter in "abcde"[:count]] * 6) != "match"


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Your field", ("Law", "Design", "Sales")),
        ("Secteur d'activité", ("Droit", "Vente", "Art")),
        ("What would you like help with?", ("CV", "Interviews", "Network")),
        ("Vos loisirs", ("Lire", "Courir", "Jardiner")),
        ("Q3", ("English", "Hindi", "Tamil")),
        ("Rythme des rencontres", ("Chaque semaine", "Chaque mois")),
        ("How experienced are you at your job?", ("Junior", "Senior")),
        ("Do you work in the film industry?", ("Yes", "No")),
        ("Préférez-vous un mentor de votre secteur ?", ("Oui", "Non")),
        ("How many trainees could you look after?", ("1", "2", "3")),
    ],
)
def test_what_two_people_may_have_in_common_or_give_each_other_pairs_them(
    question: str, options: tuple[str, ...]
) -> None:
    assert use(question, *options * 6) == "match"


def test_a_word_of_a_sensitive_subject_keeps_even_a_known_question_from_pairing() -> None:
    assert use("Activities of a youth group near the church", *("Choir", "Hiking", "Games") * 6) != "match"
    assert use("Activities of a youth group near the river", *("Choir", "Hiking", "Games") * 6) == "match"
