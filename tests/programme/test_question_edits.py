"""Edits of questions and tables of points: the file holds what they say, answers in former words stay understood."""

import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import MentorMatchError, RequestError
from mentormatch.examples import folder_of
from mentormatch.fields import fields_by_kind
from mentormatch.programme.edits import ProgrammeText, read_edit
from mentormatch.programme.question_edits import (
    AnswerEdit,
    PointsEdit,
    QuestionAddition,
    QuestionEdit,
    QuestionRemoval,
    QuestionSettings,
    WordingEdit,
    convert_kind,
)
from tests.programme.random_edits import EXAMPLE, INLINE, LINE, TABLES, comments

ANSWERS = folder_of("mentorat").joinpath("reponses.csv").read_bytes()
MAPPED = f"""{TABLES}
[mapping.questions]
"Votre lieu" = "lieu"               # ancien
[mapping.options.lieu]
"Gard (30)" = "Gard"                # plus court
# fin de la table
"""
POINTS = f"""{TABLES}
[[criteria]]
kind = "table"
mentor = "lieu"
mentee = "lieu"
cells = [
    {{ mentor = "Ain", mentee = "Gard", points = 1 }},   # voisins
    {{ mentor = "Lot", mentee = "Lot", points = 0.5 }},
]
[[criteria]]
kind = "given"
most = 5
[[criteria.pairs]]
mentor = "M1"
mentee = "E1"
points = 4                          # Claire
"""
TEXTS = [ProgrammeText(text) for text in (TABLES, INLINE, MAPPED, POINTS)]
CELLS, PAIRS = 2, 3
words = st.sampled_from(["Lieu de vie", 'Le "lieu" ?', "L'été\tau Gard", "Anglais, lu", "a = b # c", "code", "Ain"])


def questions(text: ProgrammeText) -> st.SearchStrategy[QuestionEdit]:
    """Return edits of the questions of a programme; some may be refused."""
    fields = text.programme.fields
    names = st.sampled_from([*fields, "inconnue"])
    answers = [(name, option) for name, field in fields.items() for option in getattr(field, "options", ())]
    settings = st.sampled_from(
        [{"private": True}, {"use": "display"}, {"options": ["Gard", "Var", "Ain"]}, {"most": 2}]
    )
    kinds = st.sampled_from(
        [
            QuestionSettings(name=name, changes=changes)
            for name, field in fields.items()
            for kind in fields_by_kind()
            if kind != field.kind and (changes := convert_kind(field, kind, ["Un", "Deux"], "fr"))
        ]
    )
    asked = st.sampled_from([{"question": "Âge ?", "kind": "number"}, {"kind": "choice", "options": ["Un", "Deux"]}])
    return st.one_of(
        st.builds(WordingEdit, name=names, question=words),
        st.builds(
            lambda one, becomes: AnswerEdit(name=one[0], answer=one[1], becomes=becomes),
            st.sampled_from(answers),
            words,
        ),
        st.builds(QuestionSettings, name=names, changes=settings),
        kinds,
        st.builds(QuestionAddition, name=st.sampled_from(["age", "lieu", "a b"]), settings=asked),
        st.builds(QuestionRemoval, name=names),
        st.builds(
            PointsEdit,
            at=st.sampled_from([CELLS, PAIRS, 9]),
            mentor=st.sampled_from(["Ain", "Gard", "M1", "M2"]),
            mentee=st.sampled_from(["Gard", "Lot", "E1"]),
            points=st.sampled_from([None, 0.0, 0.25, 1.0]),
        ),
    )


def plainly(tables: dict[str, Any], edit: QuestionEdit) -> dict[str, Any]:
    """Return the tables of a programme after an edit, but for its mapping, by assignments to plain tables alone."""
    after = deepcopy(tables)
    fields = after["fields"]
    match edit:
        case WordingEdit(name=name, question=question):
            fields[name]["question"] = question
        case AnswerEdit(name=name, answer=answer, becomes=becomes):
            renamed(after, name, answer, becomes)
        case QuestionSettings(name=name, changes=changes):
            fields[name] |= changes
            after["fields"][name] = {key: value for key, value in fields[name].items() if value is not None}
        case QuestionAddition(name=name, settings=settings):
            fields[name] = settings
        case QuestionRemoval(name=name):
            del fields[name]
        case PointsEdit():
            given_points(after["criteria"][edit.at], edit)
    return after


def given_points(criterion: dict[str, Any], edit: PointsEdit) -> None:
    """State the points of a pair in the table of a criterion, at the place where it stood."""
    setting = {CELLS: "cells", PAIRS: "pairs"}[edit.at]
    stated = {(one["mentor"], one["mentee"]): one for one in criterion.get(setting, [])}
    pair = edit.mentor, edit.mentee
    if edit.points is None:
        stated.pop(pair, None)
    else:
        told = {"mentor": edit.mentor, "mentee": edit.mentee, **stated.get(pair, {}), "points": edit.points}
        stated[pair] = told
    criterion[setting] = list(stated.values())


def renamed(tables: dict[str, Any], name: str, answer: str, becomes: str) -> None:
    """Call an answer otherwise in the question, in conditions on it, and in tables of its answers."""
    field = tables["fields"][name]
    field["options"] = [becomes if one == answer else one for one in field["options"]]
    for one in [*tables.get("criteria", []), *tables.get("rules", [])]:
        for condition in one.get("where", []):
            if condition["field"] == name:
                condition["in"] = [becomes if said == answer else said for said in condition["in"]]
        for cell in one.get("cells", []):
            for side in ("mentor", "mentee"):
                if one[side] == name and cell[side] == answer:
                    cell[side] = becomes


@pytest.mark.parametrize("begun", TEXTS, ids=["tables", "inline", "a mapping", "points"])
@given(data=st.data())
def test_after_any_edits_the_file_holds_what_they_say_and_all_comments(
    begun: ProgrammeText, data: st.DataObject
) -> None:
    text = begun
    for _ in range(5):
        edit = data.draw(questions(text))
        try:
            after = text.after(edit)
        except MentorMatchError:
            continue
        told, wanted = (dict(one) for one in (tomllib.loads(after.text), plainly(tomllib.loads(text.text), edit)))
        assert without_mapping(told) == without_mapping(wanted)
        assert ProgrammeText(after.text).programme == after.programme
        if not isinstance(edit, QuestionRemoval):
            assert comments(text.text, LINE) <= comments(after.text)
        text = after


def without_mapping(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in tables.items() if name != "mapping"}


def test_answers_in_the_former_words_lead_to_the_same_pairs(tmp_path: Path) -> None:
    answers = tmp_path / "reponses.csv"
    answers.write_bytes(ANSWERS)
    text = EXAMPLE
    for name, field in EXAMPLE.programme.fields.items():
        if field.use != "match":
            continue
        text = text.after(WordingEdit(name=name, question=f"Autrement : {name} ?"))
        for option in [*getattr(field, "options", ())][:2] if not getattr(field, "items_of", None) else []:
            text = text.after(AnswerEdit(name=name, answer=option, becomes=f"{option} bis"))
    text = text.after(AnswerEdit(name="besoins", answer="Embauche et paie", becomes="La paie"))
    before, after = (mm.match(mm.read_survey(one.programme, answers), one.programme) for one in (EXAMPLE, text))
    assert [(one.mentor, one.mentee, one.points) for one in after.pairs] == [
        (one.mentor, one.mentee, one.points) for one in before.pairs
    ]
    assert text.programme.fields["transmettre"].items[10] == "La paie"  # type: ignore[union-attr]  # a field of that kind
    assert comments(EXAMPLE.text, LINE) == comments(text.text, LINE)


def test_words_that_come_back_leave_no_trace_of_those_between() -> None:
    once = EXAMPLE.after(AnswerEdit(name="role", answer="Mentor·e", becomes="Marraine"))
    assert once.programme.mapping.options == {"role": {"Mentor·e": "Marraine"}}
    again = once.after(AnswerEdit(name="role", answer="Marraine", becomes="Mentor·e"))
    assert again.programme.mapping.options == {"role": {"Marraine": "Mentor·e"}}
    assert again.programme.fields == EXAMPLE.programme.fields
    assert again.programme.heading == EXAMPLE.programme.heading


GRID = ProgrammeText(
    f"""{TABLES}
[fields.taches]                     # une grille
question = "Tâches"
kind = "levels"
items = [
    "Paie",                         # avec les charges
    "Budget",
]                                   # sans ordre
levels = ["Non", "Un peu", "Oui"]   # du plus bas au plus haut
[mapping.questions]
"T1" = "taches [Paie]"              # la première
"T2" = "taches [Budget]"
[mapping.options.taches]
"Bof" = "Un peu"                    # un mot d'avant
"Salaires" = "Paie"
"""
)
ZONED = ProgrammeText(
    f"""{TABLES}
[fields.pays]
question = "Pays"
kind = "choice"
options = ["La Réunion", "Québec"]
[fields.creneaux]
question = "Créneaux"
kind = "slots"
days = ["lundi", "mardi"]
moments = ["matin", "soir"]
[fields.creneaux.zone]
field = "pays"
from = 2026-01-05
to = 2026-06-30
zones = {{ "Québec" = "America/Toronto" }}
[fields.creneaux.zone.hours]
matin = "09:00-12:00"               # avant midi
soir = "18:00-20:00"
"""
)


def of_kind(text: ProgrammeText, name: str, kind: str) -> ProgrammeText:
    changes = convert_kind(text.programme.fields[name], kind, [], "fr")
    assert changes is not None
    return text.after(QuestionSettings(name=name, changes=changes))


def test_of_another_kind_a_question_keeps_its_list_with_its_comments_and_the_mapping_that_fits() -> None:
    after = of_kind(GRID, "taches", "choices")
    assert tomllib.loads(after.text)["fields"]["taches"] == {
        "question": "Tâches",
        "kind": "choices",
        "options": ["Paie", "Budget"],
    }
    assert after.programme.mapping.options == {"taches": {"Salaires": "Paie"}}
    assert set(after.programme.mapping.questions) == {"T1", "T2"}
    assert comments(GRID.text, LINE) <= comments(after.text)
    assert '    "Paie",                         # avec les charges\n' in after.text
    numbers = of_kind(GRID, "taches", "number").programme
    assert (numbers.mapping.questions, numbers.mapping.options["taches"]) == ({}, {})


def test_answers_become_the_slots_that_they_name_and_slots_become_answers() -> None:
    listed = of_kind(ZONED, "creneaux", "choices")
    assert listed.programme.fields["creneaux"].options == ("lundi matin", "lundi soir", "mardi matin", "mardi soir")  # type: ignore[union-attr]  # a field of that kind
    again = of_kind(listed, "creneaux", "slots").programme.fields["creneaux"]
    assert (again.days, again.moments) == (("lundi", "mardi"), ("matin", "soir"))  # type: ignore[union-attr]  # a field of that kind
    assert convert_kind(ZONED.programme.fields["lieu"], "slots", [], "fr") is None
    assert convert_kind(ZONED.programme.fields["places"], "slots", [], "en")["moments"][0] == "morning"  # type: ignore[index]  # a field of that kind


def test_hours_and_time_zones_follow_the_words_of_moments_and_of_places() -> None:
    text = ZONED.after(AnswerEdit(name="creneaux", answer="matin", becomes="début de journée"))
    text = text.after(AnswerEdit(name="pays", answer="Québec", becomes="Canada"))
    text = text.after(QuestionSettings(name="creneaux", changes={"moments": ["début de journée", "nuit"]}))
    zone = tomllib.loads(text.text)["fields"]["creneaux"]["zone"]
    assert zone["hours"] == {"début de journée": "09:00-12:00", "nuit": "12:00-13:00"}
    assert zone["zones"] == {"Canada": "America/Toronto"}
    assert comments(ZONED.text, LINE) <= comments(text.text)
    assert '"début de journée" = "09:00-12:00"               # avant midi' in text.text


def test_a_question_that_goes_takes_its_mapping_along_and_no_comment() -> None:
    begun = ProgrammeText(
        f"""{TABLES}
[mapping.questions]
"Combien ?" = "places"              # ancien
"Votre lieu" = "lieu"
[mapping.options.places]
"deux" = "2"
[mapping.options.lieu]
"Gard (30)" = "Gard"
"""
    )
    after = begun.after(QuestionRemoval(name="places"))
    assert "places" not in after.programme.fields
    assert after.programme.mapping.questions == {"Votre lieu": "lieu"}
    assert after.programme.mapping.options == {"lieu": {"Gard (30)": "Gard"}}
    assert comments(begun.text, LINE) <= comments(after.text)


@pytest.mark.parametrize(
    "edit",
    [
        WordingEdit(name="rien", question="x"),
        AnswerEdit(name="role", answer="Personne", becomes="x"),
        QuestionAddition(name="role", settings={"kind": "text"}),
        QuestionRemoval(name="rien"),
        PointsEdit(at=0, mentor="a", mentee="b", points=1),
        PointsEdit(at=99, mentor="a", mentee="b", points=1),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(edit: QuestionEdit) -> None:
    with pytest.raises(RequestError):
        EXAMPLE.after(edit)


def test_what_is_no_edit_of_a_question_is_refused_without_a_word_of_what_it_held() -> None:
    with pytest.raises(RequestError) as refused:
        read_edit({"edit": "answer", "name": "lieu", "answer": "Zoé", "becomes": ""})
    assert "Zoé" not in str(refused.value)
