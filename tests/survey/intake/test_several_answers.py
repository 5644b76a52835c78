"""Several answers that came in apart stay apart, and where one is asked for they are not taken for it."""

from typing import Any

import pandas as pd
import pytest

import mentormatch as mm
from mentormatch import Cohort, SurveyError
from mentormatch.fields import AnswerReading, Choice, Choices, ListOfNames, Number, Place, Ranking, SeveralAnswers, Text

PROGRAMME = mm.Programme.read(
    {
        "programme": {"name": "Essai"},
        "fields": {
            "code": {"kind": "text", "question": "Code", "use": "key"},
            "besoins": {"kind": "choices", "question": "Besoins", "options": ["Paie ; contrats", "Danse", "Budget"]},
            "souhaits": {"kind": "names", "question": "Souhaits", "side": "mentee"},
            "ecarter": {"kind": "names", "question": "À écarter", "side": "mentee"},
        },
        "criteria": [
            {"kind": "overlap", "field": "besoins"},
            {"kind": "wishes", "weight": 3, "mentee": "souhaits"},
        ],
        "rules": [{"kind": "veto", "field": "ecarter", "against": ["code"]}],
        "mapping": {"options": {"besoins": {"salaires": "Paie ; contrats"}}},
    }
)
MENTORS = [{"Code": code, "Besoins": ["Paie ; contrats"]} for code in ("1", "2")]
BLANK = {"Besoins": None, "Souhaits": None, "À écarter": None}


def paired(mentee: dict[str, Any]) -> list[tuple[str, str]]:
    cohort = mm.read_survey(PROGRAMME, mentors=pd.DataFrame(MENTORS), mentees=pd.DataFrame([{**BLANK, **mentee}]))
    return [(pair.mentor, pair.mentee) for pair in mm.match(cohort, PROGRAMME).pairs]


@pytest.mark.parametrize("refused", [["1"], ("1",), {"1"}, [1], "1"])
def test_a_refusal_in_a_list_is_a_refusal(refused: object) -> None:
    assert paired({"Code": "E1", "Souhaits": ["1"], "À écarter": refused}) == [("2", "E1")]


def test_a_wish_in_a_list_is_a_wish() -> None:
    assert paired({"Code": "E1", "Souhaits": ["2", "1"]}) == [("2", "E1")]


def needs(cohort: Cohort) -> list[str]:
    return [cohort.mentees.shown("besoins", row) for row in range(len(cohort.mentees))]


def test_an_option_that_holds_the_joiner_survives_a_list_and_the_mapping() -> None:
    said = [["Paie ; contrats", "Danse"], ["salaires", "Budget"], "salaires; Danse", {"salaires": True, "Danse": False}]
    for answer in said:
        cohort = mm.read_survey(PROGRAMME, mentees=[{**BLANK, "Code": "E1", "Besoins": answer}])
        assert needs(cohort)[0].startswith("Paie ; contrats")
        assert "laissée de côté" not in str(cohort.remarks)


def test_one_element_is_the_answer_and_several_are_none_where_one_is_asked() -> None:
    asked = Choice(question="?", options=["a", "b", "a; b"])
    assert asked.read(SeveralAnswers.of(["b"])) == AnswerReading(1)
    assert asked.read(SeveralAnswers.of(["a", "b"])) == AnswerReading(None, "réponse hors des options proposées")
    assert asked.read({"a": "X", "b": "X", "a; b": ""}) == AnswerReading(None, "réponse hors des options proposées")
    assert Text(question="?").read(SeveralAnswers.of(["a"])) == AnswerReading("a")


def test_figures_in_several_cells_or_in_a_list_are_no_one_number() -> None:
    for answer in ({"1": "3", "2": "4"}, SeveralAnswers.of(["3", "4"])):
        reading = Number(question="?").read(answer)
        assert (reading.value, bool(reading.note)) == (None, True)
    assert Number(question="?").read({"1": "3", "2": " "}) == AnswerReading(3.0)


def test_a_place_may_stand_in_two_cells() -> None:
    place = Place(question="?")
    assert place.read({"Ville": "Lyon", "Code postal": "69003"}) == place.read("69003")


def test_what_has_no_order_is_no_ranking() -> None:
    ranking = Ranking(question="?", options=["a", "b"])
    assert ranking.read(SeveralAnswers.of(["b"], ordered=False)) == AnswerReading((1,))
    reading = ranking.read(SeveralAnswers.of(["a", "b"], ordered=False))
    assert (reading.value, "l’ordre" in reading.note) == (None, True)
    assert Choices(question="?", options=["a", "b"]).read(
        SeveralAnswers.of(["a", "b"], ordered=False)
    ) == AnswerReading((0, 1))
    named = ListOfNames(question="?").read(SeveralAnswers.of(["a", "b"], ordered=False))
    assert (named.value, "l’ordre" in named.note) == (("a", "b"), True)


def test_several_names_in_one_of_several_columns_are_several_names() -> None:
    assert ListOfNames(question="?").read({"1": "Cie A; Cie B", "2": "Cie C"}).value == ("Cie A", "Cie B", "Cie C")


def test_the_same_text_apart_and_joined_are_two_answers() -> None:
    told = {"E1": ["Paie ; contrats"], "E2": "Paie ; contrats"}
    rows = [{**BLANK, "Code": code, "Besoins": answer} for code, answer in told.items()]
    assert needs(mm.read_survey(PROGRAMME, mentees=rows)) == ["Paie ; contrats", ""]


@pytest.mark.parametrize("side", ["mentors", "mentees"])
def test_one_side_alone_is_taken_and_the_other_has_nobody(side: str) -> None:
    given: dict[str, Any] = {side: [{**BLANK, "Code": "P1", "Besoins": "Danse"}]}
    cohort = mm.read_survey(PROGRAMME, **given)
    assert (len(cohort.mentors), len(cohort.mentees)) == ((1, 0) if side == "mentors" else (0, 1))
    matching = mm.match(cohort, PROGRAMME)
    assert [one.code for one in matching.unmatched] == ["nobody_there"]
    assert mm.intake(PROGRAMME, **given).fates.counts == {"taken": 1}


def test_no_side_and_both_forms_are_refused() -> None:
    forms: tuple[dict[str, Any], ...] = ({}, {"answers": MENTORS, "mentors": MENTORS})
    for given in forms:
        with pytest.raises(SurveyError, match="un fichier par côté"):
            mm.read_survey(PROGRAMME, **given)


def test_columns_of_items_beside_a_whole_column_are_told_where_they_hold_answers() -> None:
    programme = mm.Programme.read(
        {
            "programme": {"name": "Essai"},
            "fields": {
                "code": {"question": "Code", "kind": "text", "use": "key"},
                "sujets": {"question": "Sujets", "kind": "choices", "options": ["Danse", "Cirque"]},
            },
            "criteria": [{"kind": "overlap", "field": "sujets"}],
        },
        "essai",
    )
    rows = [{"Code": "1", "Sujets": "Danse", "Sujets [Cirque]": "X", "Sujets [Danse]": "", "Sujets [Autre]": "Mime"}]
    told = [remark.text for remark in mm.read_survey(programme, mentors=rows, mentees=rows).remarks]
    assert told == ["« sujets » : sa colonne entière est lue, et non [Cirque]"]


@pytest.mark.parametrize("text", ["['1']", '["a", "b"]', "[]", "( 'a' )"])
def test_a_list_that_was_written_as_text_is_told(text: str) -> None:
    assert "entre crochets" in ListOfNames(question="?").read(text).note


@pytest.mark.parametrize("text", ["Cie [X]", "[Cie]", "(sans nom)", "L'(H)être"])
def test_brackets_in_a_name_are_no_list(text: str) -> None:
    assert ListOfNames(question="?").read(text).note == ""
