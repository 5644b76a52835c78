"""Answering otherwise: planted gains are found, safe programmes are clear, and all equals trying every answer."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from random import Random
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch import incentives
from mentormatch.people.changes import AnswerChange, other_answers, with_answer
from mentormatch.report.exporters.workbook import WorkbookExporter
from tests.conftest import some_of
from tests.operations.test_recruit import market, matched

KINDS = ("wish", "order", "same", "level", "slots")
type Given = dict[str, Any]


def planted(seed: int) -> tuple[mm.Programme, list[Given], list[Given], str, AnswerChange]:
    """Return a market in which E1 gets M1 by answering otherwise, whom they like better; the question, and how.

    By true answers E1 with M2 and E2 with M1 are worth a little more together. How much is less than what the answer
    moves. Other people are for each other.
    """
    random, kind = Random(seed), KINDS[seed % len(KINDS)]
    criterion, fields, answers, (true, moved), change = PLANTS[kind]
    others = random.randint(0, 2)
    ours, theirs = ([f"{letter}{number}" for number in range(1, 3 + others)] for letter in "ME")
    liked, second, spared = random.uniform(0.3, 0.4), random.uniform(0.1, 0.2), random.uniform(0, 0.1)
    gap = moved * random.uniform(0.2, 0.8)
    worth = {("M1", "E1"): liked, ("M2", "E1"): second, ("M2", "E2"): spared}
    worth["M1", "E2"] = (gap + 10 * (liked + spared - second) + true[0] - true[1]) / 10
    worth |= {(f"M{number}", f"E{number}"): 1.0 for number in range(3, 3 + others)}
    cells = [{"mentor": one, "mentee": other, "points": points} for (one, other), points in worth.items()]
    given = mm.Programme.read(
        {
            "programme": {"name": "Mentorat"},
            "fields": {
                "id": {"kind": "text", "use": "key"},
                "m": {"kind": "choice", "side": "mentor", "options": ours},
                "e": {"kind": "choice", "side": "mentee", "options": theirs},
                **fields,
            },
            "criteria": [
                {"kind": "table", "mentor": "m", "mentee": "e", "cells": cells, "weight": 10, "neutral": 0},
                {**criterion, "name": "semé", "weight": 1},
            ],
        }
    )
    mentors = [{"id": key, "m": key, **answers.get(key, {})} for key in ours]
    mentees = [{"id": key, "e": key, **answers.get(key, {})} for key in theirs]
    return given, mentors, mentees, next(iter(fields)), change


WISH = {"kind": "wishes", "mentee": "wish", "points": [1, 0.5], "neutral": 0}
SKILLS, LEVELS = ["a", "b"], ["0", "1", "2", "3"]
PLANTS: dict[str, tuple[Given, Given, Given, tuple[tuple[float, float], float], AnswerChange]] = {
    "wish": (
        WISH,
        {"wish": {"kind": "names", "side": "mentee"}},
        {"E1": {"wish": ["M1", "M2"]}, "E2": {"wish": []}},
        ((1, 0.5), 0.5),
        "shorter",
    ),
    "order": (
        WISH,
        {"wish": {"kind": "names", "side": "mentee"}},
        {"E1": {"wish": ["M2", "M1"]}, "E2": {"wish": []}},
        ((0.5, 1), 1),
        "reordered",
    ),
    "same": (
        {"kind": "same", "field": "moved"},
        {"moved": {"kind": "yesno"}},
        {"E1": {"moved": "Non"}, "M1": {"moved": "Oui"}, "M2": {"moved": "Non"}},
        ((0, 1), 1),
        "blank",
    ),
    "level": (
        {"kind": "coverage", "mentor": "offers", "mentee": "needs", "over": "most"},
        {
            "needs": {"kind": "levels", "side": "mentee", "items": SKILLS, "levels": LEVELS},
            "offers": {"kind": "choices", "side": "mentor", "options": SKILLS},
        },
        {
            "E1": {"needs": {"a": "1", "b": "1"}},
            "E2": {"needs": {"a": "1", "b": "1"}},
            "M1": {"offers": ["a"]},
            "M2": {"offers": ["b"]},
        },
        ((1 / 6, 1 / 6), 1 / 3),
        "exaggerated",
    ),
    "slots": (
        {"kind": "availability", "field": "slots", "enough": 1},
        {"slots": {"kind": "slots", "days": ["lundi", "mardi"], "moments": ["matin"]}},
        {
            "E1": {"slots": ["lundi matin", "mardi matin"]},
            "E2": {"slots": ["lundi matin", "mardi matin"]},
            "M1": {"slots": ["lundi matin"]},
            "M2": {"slots": ["mardi matin"]},
        },
        ((1, 1), 1),
        "shorter",
    ),
}
"""What a plant is: its criterion, its questions, the answers to them, what E1 gets of it with M1 and M2, and moves."""


@pytest.mark.parametrize("seed", some_of(range(50), len(KINDS)))
def test_what_was_planted_is_found(seed: int) -> None:
    given, mentors, mentees, name, change = planted(seed)
    cohort = matched(given, mentors, mentees).cohort
    found = incentives(cohort, given)
    (one,) = (each for each in found.incentives if (each.field, each.side) == (name, "mentee"))
    assert any((gain.person, gain.change) == ("E1", change) and gain.points > 0 for gain in one.gains)
    assert one.parts == ("semé",)
    assert one.closing is not None


@pytest.mark.parametrize("seed", some_of(range(50), 2))
def test_where_people_alone_count_and_no_answer_forbids_nobody_gains(seed: int) -> None:
    given, mentors, mentees = market(seed)
    safe = mm.Programme.read({**given.to_dict(), "rules": [], "goals": {"order": ["matched"]}})
    found = incentives(matched(safe, mentors, mentees).cohort, safe)
    assert found.incentives == ()
    assert found.tried > 0
    assert found.complete


def every_gain(cohort: mm.Cohort, given: mm.Programme) -> Iterator[tuple[str, str, mm.results.AnswerGain]]:
    """Yield what anybody gains by any other answer, each plan made anew."""
    true = mm.match(cohort, given)
    for side in ("mentor", "mentee"):
        people = cohort.side(side)
        for name in people.columns:
            read = any(name in part.fields_of(side) for part in (*given.criteria, *given.rules))
            graded = given.fields[name].kind == "scale"
            for row in np.flatnonzero(people.known(name)).tolist() if read and name != "places" else ():
                best: dict[AnswerChange, tuple[int, int]] = {}
                for change, answer in other_answers(people.columns[name].take([row]), graded=graded):
                    changed = with_answer(people, name, [row], answer)
                    mentor = side == "mentor"
                    others = replace(cohort, mentors=changed) if mentor else replace(cohort, mentees=changed)
                    gained = gain(true, mm.match(others, given), side, people.ids[row])
                    best[change] = max(gained, best.get(change, (0, 0)))
                for change, most in best.items():
                    if most > (0, 0):
                        yield side, name, mm.results.AnswerGain(people.ids[row], change, *most)


def gain(true: mm.Matching, made: mm.Matching, side: str, person: str) -> tuple[int, int]:
    """Return by how much somebody is better off, by the scores and the rules of the true answers."""
    worth = []
    for one in (true, made):
        own = [(pair.mentor, pair.mentee) for pair in one.pairs if getattr(pair, side) == person]
        rows = [(true.cohort.mentors.find(mentor), true.cohort.mentees.find(mentee)) for mentor, mentee in own]
        there = [place for place in rows if true.problem.scores.allows(*np.array([place]).T)[0]]
        worth.append((len(there), sum(int(true.scores.values[place]) for place in there)))
    return worth[1][0] - worth[0][0], worth[1][1] - worth[0][1]


@pytest.mark.parametrize("seed", some_of(range(60), 2))
def test_all_that_is_found_is_found_by_trying_every_answer(seed: int) -> None:
    random = Random(seed)
    given, mentors, mentees = market(seed)
    data = given.to_dict()
    data["fields"]["places"] = {"kind": "number", "side": "mentor"}
    more = [
        {"kind": "capacity", "field": "places", "most": 2},
        {"kind": "quota", "where": {"side": "mentee", "field": "town", "in": ["Lyon"]}, "most": 1},
    ]
    data["rules"] = [*data.get("rules", []), *more[: random.randint(0, 2)]]
    given = mm.Programme.read(data)
    places = [{**one, "places": random.choice(["1", "1", "2"])} for one in mentors]
    cohort = matched(given, places, mentees).cohort
    found = incentives(cohort, given)
    told = {(one.side, one.field, each) for one in found.incentives for each in one.gains}
    assert told == set(every_gain(cohort, given))


@pytest.mark.parametrize("seed", [66, 115])
def test_the_wishes_of_others_for_a_person_count_with_each_answer(seed: int) -> None:
    random, skills = Random(seed), "abcd"
    given = mm.Programme.read(
        {
            "programme": {"name": "Mentorat"},
            "fields": {
                "id": {"kind": "text", "use": "key"},
                "skills": {"kind": "choices", "options": list(skills)},
                "wish": {"kind": "names", "side": "mentee"},
            },
            "criteria": [
                {"kind": "overlap", "field": "skills", "weight": random.choice([2, 3, 5])},
                {"kind": "wishes", "mentee": "wish", "weight": 1 + seed % 3},
            ],
        }
    )
    mentors = [{"id": f"M{number}", "skills": random.sample(skills, random.randint(1, 3))} for number in range(4)]
    mentees = [
        {
            "id": f"E{number}",
            "skills": random.sample(skills, random.randint(1, 3)),
            "wish": random.sample([one["id"] for one in mentors], 1),
        }
        for number in range(5)
    ]
    cohort = matched(given, mentors, mentees).cohort
    told = {(one.side, one.field, each) for one in incentives(cohort, given).incentives for each in one.gains}
    assert ("mentor", "skills", "shorter") in {(side, field, each.change) for side, field, each in told}
    assert told == set(every_gain(cohort, given))


def scarce(neutral: float) -> tuple[mm.Cohort, mm.Programme]:
    """Return one mentor and two mentees, of whom one would be placed if they left a question blank."""
    given = mm.Programme.read(
        {
            "programme": {"name": "Mentorat"},
            "fields": {
                "id": {"kind": "text", "use": "key"},
                "moved": {"kind": "yesno", "question": "Avez-vous changé de métier ?"},
                "skills": {"kind": "choices", "options": SKILLS},
            },
            "criteria": [
                {"kind": "same", "field": "moved", "weight": 4, "neutral": neutral},
                {"kind": "overlap", "field": "skills"},
            ],
        }
    )
    mentees = [{"id": "E1", "moved": "Non", "skills": ["b"]}, {"id": "E2", "moved": "Non", "skills": ["a"]}]
    return matched(given, [{"id": "M1", "moved": "Oui", "skills": ["a"]}], mentees).cohort, given


def test_what_closes_it_closes_it() -> None:
    found = incentives(*scarce(0.5))
    (one,) = (each for each in found.incentives if each.field == "moved")
    assert one.gains == (mm.results.AnswerGain("E1", "blank", 1, 0),)
    assert one.closing is not None
    assert "neutral = 0" in one.closing
    assert not [each for each in incentives(*scarce(0.0)).incentives if each.field == "moved"]


def test_nobody_is_named_where_it_is_told() -> None:
    cohort, given = scarce(0.5)
    asked = mm.Programme.read({**given.to_dict(), "documents": {"sheets": ["incentives"]}})
    found, made = incentives(cohort, asked), mm.match(cohort, asked)
    book = load_workbook(BytesIO(WorkbookExporter().content(made)))
    cells = [str(cell.value) for row in book["Répondre autrement"].iter_rows() for cell in row if cell.value]
    told = [
        *found.sentences,
        *map(str, found.sheet.rows),
        *cells,
        made.show.incentives()._fill_template("view.html", 4),
    ]
    assert "Avez-vous changé de métier ?" in " ".join(cells)
    assert not [text for text in told if "E1" in text or "E2" in text]


def test_what_time_does_not_allow_is_said() -> None:
    found = incentives(*scarce(0.5), time_limit_s=1e-9)
    assert not found.complete
    assert any("Le temps n’a pas suffi" in sentence for sentence in found.sentences)


def test_pins_and_bans_are_as_in_a_matching() -> None:
    cohort, given = scarce(0.5)
    assert incentives(cohort, given, pins=[("M1", "E2")]).incentives == ()
    with pytest.raises(mm.RequestError):
        incentives(cohort, given, bans=[("M1", "E9")])


def test_without_an_answer_there_is_nothing_to_gain() -> None:
    with pytest.raises(mm.RequestError, match="pas de répartition"):
        incentives(*scarce(0.5), pins=[("M1", "E1"), ("M1", "E2")])
