"""Which column answers which question, and what is told where none does."""

import pytest

from mentormatch import SurveyError, read_survey
from mentormatch.survey.headers import split_part
from tests.survey.intake.answers import KEY, TRADE, frame, programme, remarks

GRID = {
    "question": "Que savez-vous faire ?",
    "kind": "levels",
    "items": ["Budget", "Tournée"],
    "levels": ["Non", "Oui"],
}
ASKED = programme({"code": KEY, "metier": TRADE, "grille": GRID}, criteria=[{"kind": "same", "field": "metier"}])


@pytest.mark.parametrize("header", ["Métier", "metier", "  MÉTIER\u00a0", "Me\u0301tier"])
def test_a_question_is_found_by_its_words_or_its_id(header: str) -> None:
    cohort = read_survey(ASKED, frame(f"Rôle|Code|{header}", "Mentor·e|M01|diffusion"))
    assert cohort.mentors.person(0)["metier"] == "Diffusion"


@pytest.mark.parametrize("header", ["Que savez-vous faire ? [{}]", "QUE SAVEZ-VOUS  FAIRE ? ({})", "grille[{}]"])
def test_a_grid_is_found_by_its_question_or_its_id_with_an_item_in_brackets(header: str) -> None:
    columns = "|".join(header.format(item) for item in ("budget", "TOURNÉE"))
    cohort = read_survey(ASKED, frame(f"Rôle|Code|Métier|{columns}", "Mentor·e|M01||Oui|Non"))
    assert cohort.mentors.person(0)["grille"] == "Budget : Oui, Tournée : Non"


def test_a_question_whose_words_go_on_in_brackets_is_no_item_of_the_question_before() -> None:
    days = {"question": "Vos jours", "kind": "slots", "days": ["lundi"], "moments": ["matin"]}
    asked = programme({"code": KEY, "jours": days, "nombre": {"question": "Vos jours (suite)", "kind": "number"}})
    cohort = read_survey(asked, frame("Rôle|Code|Vos jours [lundi]|Vos jours (suite)", "Mentor·e|M01||0"))
    assert not cohort.mentors.known("jours").any()
    assert cohort.mentors.person(0)["nombre"] == "0"
    assert "suite" not in remarks(cohort)


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("Question [item]", ("Question", "item")),
        ("Question ? (item (détail))", ("Question ?", "item (détail)")),
        ("Question (3 au plus) [item]", ("Question (3 au plus)", "item")),
        ("Question [Paie (DSN)]", ("Question", "Paie (DSN)")),
        ("Question[]", ("Question", "")),
        ("[item]", None),
        ("Question", None),
    ],
)
def test_a_header_is_cut_at_its_last_brackets(header: str, parts: tuple[str, str] | None) -> None:
    assert split_part(header) == parts


def test_every_needed_question_without_a_column_is_told_at_once_with_the_nearest_header() -> None:
    with pytest.raises(SurveyError) as refusal:
        read_survey(ASKED, frame("Roles|Codes|Metiers", "Mentor·e|M01|"))
    told = {problem.found: problem.advice for problem in refusal.value.problems}
    assert set(told) == {f"aucune colonne pour « {name} »" for name in ("role", "code", "metier")}
    assert "« Metiers »" in told["aucune colonne pour « metier »"]


def test_the_problems_of_both_files_are_told_at_once() -> None:
    with pytest.raises(SurveyError) as refusal:
        read_survey(ASKED, mentors=frame("Métier", "Production"), mentees=frame("Code", "E01"))
    assert [problem.found for problem in refusal.value.problems] == [
        "aucune colonne pour « code »",
        "aucune colonne pour « metier »",
    ]


def test_a_question_that_nothing_rests_on_may_be_absent() -> None:
    cohort = read_survey(ASKED, frame("Rôle|Code|Métier", "Mentor·e|M01|Production"))
    assert not cohort.mentors.known("grille").any()


def test_two_columns_for_one_question_are_refused() -> None:
    with pytest.raises(SurveyError) as refusal:
        read_survey(
            programme({"code": KEY, "job": {**TRADE, "question": "Métier"}}), frame("Rôle|Code|Métier|job", "a|b|c|d")
        )
    assert "deux colonnes" in refusal.value.problems[0].found


def test_columns_that_no_question_claims_are_remarked_on_once_a_question() -> None:
    cohort = read_survey(ASKED, frame("Rôle|Code|Métier|Outils [a]|Outils [b]|Date", "Mentor·e|M01||x|y|z"))
    assert remarks(cohort) == "None: colonne non utilisée : « Outils »\nNone: colonne non utilisée : « Date »"


def test_columns_that_the_programme_forbids_are_said_to_be_left_out_on_purpose() -> None:
    health = {"question": "Santé", "kind": "text", "use": "forbidden"}
    cohort = read_survey(
        programme({"code": KEY, "sante": health}), frame("Rôle|Code|Santé|Date", "Mentor·e|M01|asthme|x")
    )
    excluded = "None: colonne exclue par le programme, jamais lue : « Santé »"
    assert remarks(cohort) == f"{excluded}\nNone: colonne non utilisée : « Date »"
