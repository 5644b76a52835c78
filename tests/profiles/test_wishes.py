"""The short form is read back into criterion ``wishes`` and rule ``veto``, in whatever shape a tool exports it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

import mentormatch as mm
from mentormatch import Cohort, SurveyError, with_wishes
from mentormatch.survey.table_reader import read_rows
from tests.cli.processes import run
from tests.profiles.test_profiles import CODES, VETO, WISHES, answers, programme

RULES = programme()
M = {key: CODES.of("mentor", key) for key in ("M1", "M2", "M3")}
E = {key: CODES.of("mentee", key) for key in ("E1", "E2")}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return mm.read_survey(RULES, **answers(tmp_path_factory.mktemp("reponses")), tool=None, encoding=None)


def form(header: str, *rows: str) -> DataFrame:
    return DataFrame([row.split("|") for row in rows], columns=header.split("|"), dtype=object)


def names(cohort: Cohort, side: str, field: str) -> list[tuple[str, ...] | None]:
    people = cohort.mentors if side == "mentor" else cohort.mentees
    return list(people.names(field).values)


SHAPES = {
    "ranks": form(
        "Votre code|Vos choix [1]|Vos choix [2]|À écarter [1]|À écarter [2]",
        f"{E['E1']}|{M['M3']}|{M['M1']}|{M['M2']}|",
    ),
    "cells": form("Votre code|Vos choix|À écarter", f"{E['E1']}|{M['M3']}; {M['M1']}|{M['M2']}"),
    "options": form(
        f"Votre code|Vos choix [{M['M1']}]|Vos choix [{M['M3']}]|À écarter [{M['M2']}]|À écarter [{M['M1']}]",
        f"{E['E1']}|2|1|X|",
    ),
    "key": form("Votre code|Vos choix|À écarter", f"e1|{M['M3'].lower()}, {M['M1']}|{M['M2']}"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_wishes_and_refusals_are_read_from_every_shape_that_a_tool_exports(cohort: Cohort, shape: str) -> None:
    read = with_wishes(cohort, RULES, CODES, SHAPES[shape])
    assert names(read, "mentee", "souhaits") == [("M3", "M1"), None]
    assert names(read, "mentee", "eviter") == [("M2",), None]
    assert names(read, "mentor", "eviter") == [None, None, None]


def test_both_sides_may_refuse_and_a_form_without_wishes_is_one(cohort: Cohort) -> None:
    forms = form("Votre code|À écarter", f"{M['M1']}|{E['E1']}"), SHAPES["cells"]
    read = with_wishes(cohort, RULES, CODES, *forms)
    assert names(read, "mentor", "eviter") == [("E1",), None, None]
    assert names(read, "mentee", "souhaits") == [("M3", "M1"), None]


def test_nobody_is_paired_with_whom_they_refused_and_a_wish_counts_points(cohort: Cohort) -> None:
    read = with_wishes(cohort, RULES, CODES, SHAPES["cells"])
    matching = mm.match(read, RULES)
    assert ("M3", "E1") in {(pair.mentor, pair.mentee) for pair in matching.pairs}
    assert matching.why_not("M2", "E1").losses is None
    breaches = mm.evaluate(read, RULES, [("M2", "E1")]).breaches
    assert [breach.rule for breach in breaches] == [RULES.rules[0].label]
    assert not mm.evaluate(cohort, RULES, [("M2", "E1")]).breaches


@given(st.permutations(["M1", "M2", "M3"]), st.integers(0, 2))
def test_the_order_of_wishes_is_kept_and_what_was_refused_before_stays(order: list[str], count: int) -> None:
    fields = {"Code": ["E1"], "Nom": [""], "Métier": [""], "Souhaits": ["M2"], "À éviter": ["Cie Lilas"]}
    mentors = DataFrame({"Code": ["M1", "M2", "M3"]}, dtype=object)
    before = mm.read_survey(RULES, mentors=mentors, mentees=DataFrame(fields, dtype=object))
    wished, refused = order[:count], order[count:][:1]
    row = f"{E['E1']}|{'; '.join(M[key] for key in wished)}|{'; '.join(M[key] for key in refused)}"
    read = with_wishes(before, RULES, CODES, form("Votre code|Vos choix|À écarter", row))
    assert names(read, "mentee", "souhaits") == [tuple(wished)]
    assert names(read, "mentee", "eviter") == [("Cie Lilas", *refused)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"{E['E1']}|M-CANARIXX|", "un code n’est celui de personne"),
        (f"canari@x.fr|{M['M1']}|", "« Votre code » n’est celui de personne"),
        (f"{E['E1']}|{E['E2']}|", "même côté"),
        (f"{E['E1']}|{M['M1']}|{M['M1']}", "choisie et écartée"),
        (f"{E['E1']}||{M['M1']};{M['M2']};{M['M3']}", "3 refus ; attendu : 2 au plus"),
        (f"{M['M1']}|{E['E1']}|", "1 choix ; attendu : 0 au plus"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_never_repeats_who_was_chosen(cohort: Cohort, row: str, told: str) -> None:
    with pytest.raises(SurveyError) as refusal:
        with_wishes(cohort, RULES, CODES, form("Votre code|Vos choix|À écarter", row))
    assert "ligne 2 : " in str(refusal.value)
    assert told in str(refusal.value)
    assert not any(code in str(refusal.value) for code in [*M.values(), *E.values(), "CANARI", "canari"])


def test_all_problems_are_told_at_once_and_two_forms_of_one_person_are_one(cohort: Cohort) -> None:
    rows = (f"{E['E1']}|{M['M1']}|", f"E1|{M['M2']}|", "x|y|", "||")
    with pytest.raises(SurveyError) as refusal:
        with_wishes(cohort, RULES, CODES, form("Votre code|Vos choix|À écarter", *rows))
    assert len(refusal.value.problems) == 2
    assert "tableau, ligne 2 et tableau, ligne 3 : la même personne" in str(refusal.value)


def test_a_form_that_asks_for_nothing_is_refused(cohort: Cohort) -> None:
    with pytest.raises(SurveyError, match="ni souhaits ni refus"):
        with_wishes(cohort, RULES, CODES, form("Votre code|Autre", "E1|x"))


def test_no_more_wishes_are_asked_than_the_criterion_counts(cohort: Cohort) -> None:
    rules = programme(criteria=[{**WISHES, "most": 1}], rules=[VETO], profiles={"refusals": 0})
    with pytest.raises(SurveyError, match="2 choix ; attendu : 1 au plus"):
        with_wishes(cohort, rules, CODES, form("Votre code|Vos choix", f"E1|{M['M1']}; {M['M2']}"))


def test_what_is_asked_later_is_missed_in_no_first_file_and_weighs_nothing_there(tmp_path: Path) -> None:
    heading = {"name": "Essai", "minimum_answered": 0.5}
    criteria = [WISHES, {"kind": "same", "field": "metier"}]
    rules = programme(programme=heading, criteria=criteria)
    cohort = mm.read_survey(rules, **answers(tmp_path), tool=None, encoding=None)
    assert [row.fate for row in cohort.rows if row.key in ("M1", "E1")] == ["taken", "taken"]


def test_the_commands_write_profiles_and_read_the_filled_form_back(tmp_path: Path) -> None:
    mm.examples.copy_to(tmp_path)
    done = run("profiles", "reponses.csv", "-o", "profils", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    blank = tmp_path / "profils" / "profils-pour-les-mentorees-formulaire.csv"
    codes = {
        cells[2]: cells[1]
        for cells in (row.cells for row in read_rows(tmp_path / "profils/profils-qui-est-qui.csv").records)
    }
    matching = json.loads(run("match", "reponses.csv", "--json", folder=tmp_path).stdout)
    mentor, mentee = matching["pairs"][0]["mentor"], matching["pairs"][0]["mentee"]
    lines = blank.read_text("utf-8-sig").replace(
        f'"{codes[mentee]}";"";"";""', f'"{codes[mentee]}";"";"";"{codes[mentor]}"'
    )
    assert lines.count(codes[mentor]) == 1
    (tmp_path / "souhaits.csv").write_text(lines, "utf-8")
    again = run("match", "reponses.csv", "--wishes", "souhaits.csv", "--json", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    pairs = {(pair["mentor"], pair["mentee"]) for pair in json.loads(again.stdout)["pairs"]}
    assert (mentor, mentee) not in pairs
    assert pairs
    before, after = (
        json.loads(run("intake", "reponses.csv", "--json", *wished, folder=tmp_path).stdout)["market"]["possible"]
        for wished in ((), ("--wishes", "souhaits.csv"))
    )
    assert after == before - 1
