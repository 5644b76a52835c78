"""The form of a programme: what it shows is what the library finds, and nothing holds before it is kept."""

import tomllib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Cohort, MentorMatchError, People, Programme, ProgrammeError, RequestError
from mentormatch.base.columns import Texts
from mentormatch.examples import folder_of
from mentormatch.languages.phrases import plain, points
from mentormatch.programme.edits import ProgrammeText, RemovalEdit, SettingsEdit
from mentormatch.widgets.form.changes import describe_differences, parse_form_action, rule_words
from mentormatch.widgets.form.questions import shared_answers
from mentormatch.widgets.form.session import ProgrammeForm, compute_edits_between
from mentormatch.widgets.form.view import FormOut, form_state
from tests.conftest import DEEP
from tests.english import french_in
from tests.programme.random_edits import EXAMPLE, edits

ANSWERS = folder_of("mentorat").joinpath("reponses.csv").read_bytes()
GAP, QUOTA, REQUIRE = 3, 9, 0


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the file of the example's answers."""
    path = tmp_path_factory.mktemp("form") / "reponses.csv"
    path.write_bytes(ANSWERS)
    return str(path)


@pytest.fixture
def form(answers: str) -> ProgrammeForm:
    """Return the form of the example's programme."""
    return ProgrammeForm(EXAMPLE, lambda programme: mm.read_survey(programme, answers))


def done(form: ProgrammeForm, action: str, **values: Any) -> dict[str, Any]:
    """Return the form after something was asked of it."""
    form.do(parse_form_action({"action": action, **values}))
    return form_state(form)


def changed(form: ProgrammeForm, at: int, **changes: object) -> dict[str, Any]:
    """Return the form after the settings of a rule were changed."""
    return done(form, "edit", edits=[{"edit": "settings", "part": "rules", "at": at, "changes": changes}])


def column(told: dict[str, Any], name: str) -> list[str]:
    return [measure[name] for measure in told["measures"]]


def blanks(told: dict[str, Any], at: int) -> dict[str, dict[str, Any]]:
    pieces = [piece for sentence in told["rules"][at]["sentences"] for piece in sentence["pieces"]]
    return {piece["setting"]: piece for piece in pieces if "setting" in piece}


def test_a_share_is_told_out_of_100_as_its_blank_has_it() -> None:
    cells = [{"mentor": "Grenoble", "mentee": "Lyon", "points": 1}]
    table = {"kind": "table", "mentor": "a", "mentee": "b", "cells": cells, "name": "Villes"}
    pair = [mm.criteria.Table.model_validate({**table, "otherwise": otherwise}) for otherwise in (0.25, 0.6)]
    assert rule_words((pair[0], pair[1]), ({}, {}), brief=True) == ("25", "60")


def test_an_answer_of_one_person_on_both_sides_is_the_answer_of_one() -> None:
    texts, persons = Texts(("alone", "shared")), np.array([[1, 0], [2, 0]], dtype=np.uint64)
    mentors = People(("P", "M"), {"q": texts}, np.array([True, True]), persons)
    mentees = People(("P", "E"), {"q": texts}, np.array([True, True]), persons * np.array([[1], [2]], dtype=np.uint64))
    assert shared_answers("q", Cohort(mentors, mentees)) == ["shared"]


def test_both_changes_of_who_takes_part_are_told() -> None:
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "r": {"question": "Rôle", "kind": "choice", "use": "match", "options": ["a", "b"]},
    }
    roles = (0.5, {"field": "r", "mentor": "a", "mentee": "b"}), (0.6, {"field": "r", "mentor": "b", "mentee": "a"})
    before, after = (
        Programme.read({"programme": {"name": "x", "minimum_answered": share, "role": role}, "fields": fields})
        for share, role in roles
    )
    texts = [difference[1:] for difference in describe_differences(before, after)]
    assert texts == [
        ("50\u00a0% de réponses au moins", "60\u00a0% de réponses au moins"),
        ("« a » / « b »", "« b » / « a »"),
    ]


def test_one_step_of_experience_less_is_told_in_figures_and_people(form: ProgrammeForm) -> None:
    told = changed(form, GAP, least=1)
    assert column(told, "before") == ["51", "3", "12", "2", "768,9", "40,2"]
    assert column(told, "now") == ["54", "1", "13", "2", "822,6", "35,9"]
    assert column(told, "difference") == ["+3", "\u22122", "+1", "=", "+53,8", "\u22124,2"]
    assert [(move["what"], move["who"]) for move in told["moves"]] == [
        ("nouveau", "M01\u00a0– E10"),
        ("change", "E12\u00a0: M01 → M02"),
        ("change", "E11\u00a0: M02 → M14"),
    ]
    assert told["last"] == "deux paliers d’expérience d’avance\u00a0: 2 → 1."
    assert (blanks(told, GAP)["least"]["before"], told["rules"][GAP]["changed"]) == ("2", True)
    assert told["rules"][GAP]["effect"] == "écarte 3\u00a0binômes"
    assert (told["version"], told["tried"], told["can_undo"], told["can_redo"]) == (1, True, True, False)


@settings(max_examples=400 if DEEP else 2)
@given(data=st.data())
def test_after_any_gestures_the_figures_are_those_of_the_library(answers: str, data: st.DataObject) -> None:
    form = ProgrammeForm(EXAMPLE, lambda programme: mm.read_survey(programme, answers))
    for _ in range(2):
        try:
            form.edit(data.draw(edits(form.versions.now)))
        except MentorMatchError:
            continue
    programme = Programme.parse(form.versions.now.content)
    found = mm.match(mm.read_survey(programme, answers), programme)
    trial, now = form.trial(), column(form_state(form), "now")
    assert trial.points == {(pair.mentor, pair.mentee): pair.score for pair in found.pairs}
    assert now[2] == plain(len(found.pairs))
    assert now[-2] == points(sum(pair.score for pair in found.pairs))
    assert form.versions.kept == (EXAMPLE,)


def test_a_weight_can_move_the_others_and_the_sum_is_mended(form: ProgrammeForm) -> None:
    told = done(form, "edit", edits=[{"edit": "weight", "at": 0, "weight": 50, "others": True}])
    assert (told["sum"], told["sum_right"], told["headings"][0]["criteria"][0]["before_words"]) == ("100", True, "35")
    told = done(form, "edit", edits=[{"edit": "weight", "at": 0, "weight": 20}])
    assert (told["sum"], told["sum_right"]) == ("70", False)
    assert done(form, "edit", edits=[{"edit": "weights"}])["sum_right"]
    for _ in range(3):
        told = done(form, "undo")
    assert (told["tried"], told["can_undo"], told["can_redo"]) == (False, False, True)
    assert done(form, "redo")["sum"] == "100"


def test_rules_that_cannot_hold_are_named_with_the_smallest_ways_out_which_can_be_tried(form: ProgrammeForm) -> None:
    told = changed(form, QUOTA, least=40)
    assert (column(told, "now")[2:], told["trouble"]["looked"]) == (["0", "0", "–", "–"], False)
    told = done(form, "diagnose")
    assert "quatre binômes au moins dans les départements ruraux" in told["trouble"]["sentences"][1]
    assert [way.split()[0] for way in told["trouble"]["ways"]] == ["Abaisser", "Retirer"]
    after = done(form, "way", number=0)
    assert (after["trouble"], blanks(after, QUOTA)["least"]["value"], after["tried"]) == (None, 4, False)
    changed(form, QUOTA, least=40)
    done(form, "diagnose")
    removed = done(form, "way", number=1)
    assert (removed["trouble"], len(removed["rules"]), len(removed["removed"])) == (None, 9, 1)
    with pytest.raises(RequestError, match="n’est plus proposée"):
        done(form, "way", number=0)


def test_what_leads_to_other_rules_is_edits() -> None:
    rules = EXAMPLE.programme.rules
    fewer = [rule for rule in rules if rule.kind not in ("veto", "quota")]
    assert compute_edits_between(rules, fewer) == [RemovalEdit(part="rules", at=9), RemovalEdit(part="rules", at=2)]
    lower = [rule.model_copy(update={"least": 0}) if rule.kind == "gap" else rule for rule in rules]
    assert compute_edits_between(rules, lower) == [SettingsEdit(part="rules", at=GAP, changes={"least": 0})]
    assert compute_edits_between(rules, rules) == []


def test_a_gesture_that_is_refused_changes_nothing(form: ProgrammeForm) -> None:
    before = form_state(form)
    with pytest.raises(ProgrammeError):
        changed(form, GAP, field="personne")
    with pytest.raises(RequestError):
        done(
            form,
            "edit",
            edits=[{"edit": "add", "part": "rules", "settings": {"kind": "pin", "mentor": "X", "mentee": "Y"}}],
        )
    assert form_state(form) == before


def test_another_question_brings_an_answer_of_its_own(form: ProgrammeForm) -> None:
    told = changed(form, REQUIRE, field="reconversion")
    assert blanks(told, REQUIRE)["in"]["value"] == ["Non"]
    assert blanks(changed(form, QUOTA, **{"where.0.field": "langues"}), QUOTA)["where.0.in"]["value"] == ["Français"]


def test_a_version_that_is_kept_is_compared_with_the_first(form: ProgrammeForm) -> None:
    changed(form, GAP, least=1)
    told = done(form, "keep")
    assert (told["version"], told["tried"], told["moves"]) == (2, False, [])
    compared = done(form, "compare", first=1, second=2)["comparison"]
    assert [one["part"] for one in compared["differences"]] == ["deux paliers d’expérience d’avance"]
    assert compared["differences"][0]["before"].endswith("a au moins 2 crans d’avance.")
    assert compared["measures"][2]["now"] == "13"
    with pytest.raises(RequestError, match="n’existe pas"):
        done(form, "compare", first=1, second=3)


def test_every_addition_that_names_nobody_can_be_made(form: ProgrammeForm) -> None:
    told = form_state(form)
    offered = [("rules", one) for one in told["rule_additions"]]
    offered += [("criteria", one) for one in told["criterion_additions"]]
    whole = [(part, one) for part, one in offered if not any(value in ([], "") for value in one["settings"].values())]
    assert len(whole) > 20
    tables = tomllib.loads(EXAMPLE.text)
    for part, one in whole:
        tables[part].append(one["settings"])
    programme = Programme.read(tables)
    kinds = [getattr(one, "kind", "") for one in (*programme.rules[-len(whole) :], *programme.criteria[-len(whole) :])]
    assert {one["kind"] for _, one in whole} <= set(kinds)


def test_what_cannot_be_tried_is_told_and_can_be_changed(answers: str) -> None:
    stated = EXAMPLE.text.replace(
        "[[rules]]", '[[rules]]\nkind = "pin"\nmentor = "M99"\nmentee = "E01"\n\n[[rules]]', 1
    )
    form = ProgrammeForm(ProgrammeText(stated), lambda programme: mm.read_survey(programme, answers))
    told = form_state(form)
    assert told["trouble"]["looked"]
    assert column(told, "now")[2] == "–"
    assert done(form, "edit", edits=[{"edit": "remove", "part": "rules", "at": 0}])["trouble"] is None


def test_all_of_it_is_said_in_english_too(form: ProgrammeForm) -> None:
    form.spoken = "en"
    told = changed(form, QUOTA, least=40)
    told = done(form, "diagnose")
    said = [told["last"], told["sum"], told["rules_lead"], *told["trouble"]["ways"], *column(told, "name")]
    said += [rule["effect"] for rule in told["rules"]] + [one["kind"] + one["who"] for one in told["questions"]]
    said += [goal["about"] + goal["words"] for goal in (*told["goals"], *told["more_goals"])]
    quoted = [text.replace("quatre binômes au moins dans les départements ruraux", "X") for text in said]
    assert french_in(*quoted) == []


def test_what_is_told_is_as_the_message_says(form: ProgrammeForm) -> None:
    changed(form, GAP, least=1)
    assert FormOut.model_validate(form_state(form), strict=False).version == 1


def test_a_request_that_is_none_is_refused_without_a_word_of_what_it_held() -> None:
    with pytest.raises(RequestError) as refused:
        parse_form_action({"action": "way", "number": "Camille"})
    assert "Camille" not in str(refused.value)


def test_a_question_in_other_words_changes_no_pair_and_is_told_with_what_it_was(form: ProgrammeForm) -> None:
    told = done(form, "edit", edits=[{"edit": "answer", "name": "role", "answer": "Mentor·e", "becomes": "Marraine"}])
    told = done(form, "edit", edits=[{"edit": "wording", "name": "besoins", "question": "Vos besoins"}])
    assert set(column(told, "difference")) == {"="}
    before, after = "«\u00a0Classez vos trois priorités\u00a0»", "«\u00a0Vos besoins\u00a0»"
    assert told["last"] == f"{before}\u00a0: {before} → {after}."
    question = next(one for one in told["questions"] if one["name"] == "besoins")
    assert question["changed"]
    assert question["sentences"][0]["pieces"][1]["before_value"] == "Classez vos trois priorités"
    compared = done(form, "compare", first=1, second=0)["comparison"]
    assert len(compared["differences"]) == 3


@pytest.mark.parametrize(
    ("edit", "user"),
    [
        ({"edit": "unask", "name": "besoins"}, "besoins couverts"),
        ({"edit": "unask", "name": "role"}, "Qui participe"),
        (
            {
                "edit": "question",
                "name": "public",
                "changes": {"options": ["Les deux me vont", "Une personne qui débute"]},
            },
            "public souhaité",
        ),
    ],
)
def test_what_is_still_used_does_not_go_and_who_uses_it_is_told(
    form: ProgrammeForm, edit: dict[str, Any], user: str
) -> None:
    with pytest.raises(RequestError) as refused:
        done(form, "edit", edits=[edit])
    assert [problem.where for problem in refused.value.problems] == [user]
    assert not form.versions.is_tried


def of_kind(form: ProgrammeForm, name: str, kind: str) -> dict[str, Any]:
    """Return the form after a question became one of another kind."""
    return done(form, "edit", edits=[{"edit": "question", "name": name, "changes": {"kind": kind}}])


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        pytest.param("besoins", "choices", "un classement → plusieurs options.", marks=pytest.mark.proof),
        pytest.param(
            "structures",
            "names",
            "plusieurs options, montrée à l’autre côté, 3\u00a0au plus → des noms.",
            marks=pytest.mark.proof,
        ),
        ("langues", "choice", "plusieurs options → une option ; 13\u00a0réponses ne sont plus comprises."),
    ],
)
def test_a_question_becomes_one_of_another_kind_and_the_way_back_leads_to_the_same(
    form: ProgrammeForm, name: str, kind: str, told: str
) -> None:
    after = of_kind(form, name, kind)
    assert after["last"].replace("\u202f", " ").replace("\u00a0", " ").endswith(told.replace("\u00a0", " "))
    question = next(one for one in after["questions"] if one["name"] == name)
    blank = next(piece for one in question["sentences"] for piece in one["pieces"] if piece.get("setting") == "kind")
    assert (blank["value"], blank["before_value"]) == (kind, EXAMPLE.programme.fields[name].kind)
    of_kind(form, name, blank["before_value"])
    assert form.versions.now.programme == EXAMPLE.programme
    for _ in range(2):
        done(form, "undo")
    assert form.versions.now.text == EXAMPLE.text


@pytest.mark.parametrize(
    ("name", "kind", "where", "found"),
    [
        ("annees", "choice", "deux paliers d'expérience d'avance", "demande « une échelle » ou « un nombre »"),
        ("territoire", "choice", "quatre binômes au moins dans les départements ruraux", "nomme la réponse"),
        pytest.param("transmettre", "number", "besoins couverts", "demande", marks=pytest.mark.proof),
        pytest.param("role", "ranking", "Qui participe", "demande", marks=pytest.mark.proof),
        ("annees", "number", "« Années d'expérience", "aucune des 31"),
        ("remarque", "choice", "« Un élément utile", "rien ne dit"),
        pytest.param(
            "valeurs", "slots", "« Trois choses", "ses réponses ne sont pas des jours", marks=pytest.mark.proof
        ),
        ("dates_collectives", "pas un genre", "fields.dates_collectives", "pas un genre"),
    ],
)
def test_a_kind_that_cannot_be_is_refused_and_what_stands_against_it_is_named(
    form: ProgrammeForm, name: str, kind: str, where: str, found: str
) -> None:
    with pytest.raises(MentorMatchError) as refused:
        of_kind(form, name, kind)
    problem = refused.value.problems[0]
    assert problem.where.startswith(where)
    assert found in problem.found.replace("\u00a0", " ")
    assert problem.advice or problem.expected
    assert not form.versions.is_tried


def test_answers_that_two_people_gave_become_those_of_a_question_and_nobody_is_told_apart_by_them(
    form: ProgrammeForm,
) -> None:
    of_kind(form, "employeurs", "choice")
    field = form.versions.now.programme.fields["employeurs"]
    given = [
        row
        for people in (form.trial().matching.cohort.mentors, form.trial().matching.cohort.mentees)
        for row in people.known("employeurs")
    ]
    assert len(field.options) * 2 <= sum(given)  # type: ignore[union-attr]  # a field of that kind


def test_days_and_moments_are_worded_moved_and_taken_away_as_answers_are(form: ProgrammeForm) -> None:
    def slots(**changes: Any) -> dict[str, Any]:
        return done(form, "edit", edits=[{"edit": "question", "name": "creneaux", "changes": changes}])

    told = done(
        form, "edit", edits=[{"edit": "answer", "name": "creneaux", "answer": "fin de journée", "becomes": "soir"}]
    )
    told = slots(days=["mardi", "lundi", "mercredi", "jeudi", "vendredi", "samedi"])
    assert set(column(told, "difference")) == {"="}
    told = slots(moments=["matin", "après-midi"])
    assert told["last"].endswith(" 5 réponses ne sont plus comprises.")
    question = next(one for one in told["questions"] if one["name"] == "creneaux")
    assert [one["setting"] for one in question["lists"]] == ["days", "moments"]


def test_a_question_is_added_and_a_criterion_of_points_with_a_table_of_its_answers(form: ProgrammeForm) -> None:
    settings = {"question": "Quelle saison ?", "kind": "choice", "options": ["Été", "Hiver"], "later": True}
    told = done(form, "edit", edits=[{"edit": "ask", "name": "question", "settings": settings}])
    assert [one["name"] for one in told["questions"]][-1] == "saison"
    begun = next(one for one in told["criterion_additions"] if one["kind"] == "table")
    told = done(form, "edit", edits=[{"edit": "add", "part": "criteria", "settings": begun["settings"]}])
    at = told["headings"][-1]["criteria"][0]["at"]
    told = done(
        form,
        "edit",
        edits=[
            {"edit": "settings", "part": "criteria", "at": at, "changes": {"mentor": "public", "mentee": "situation"}}
        ],
    )
    points = told["headings"][-1]["criteria"][0]["points"]
    (mentor, _), (mentee, _) = points["rows"][1], points["columns"][2]
    told = done(form, "edit", edits=[{"edit": "points", "at": at, "mentor": mentor, "mentee": mentee, "points": 0.5}])
    assert [mentor, mentee, 0.5] in told["headings"][-1]["criteria"][0]["points"]["lines"]
    assert mentor in told["last"]
