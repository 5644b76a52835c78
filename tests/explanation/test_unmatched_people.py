"""Why somebody has no partner: each code is reached, and the numbers in its sentence are right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pandas import DataFrame

from mentormatch import Matching, Programme, Status, match, read_survey
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.explanation.unmatched_people import SolvedInstance, explain_unmatched
from mentormatch.results import Unmatched

FIELDS: dict[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "metier": {"question": "Métier", "kind": "choice", "options": ["a", "b", "c"]},
    "amis": {"question": "Amis", "kind": "names"},
    "places": {"question": "Places", "kind": "number"},
    "present": {"question": "Présent", "kind": "yesno"},
}
SAME: dict[str, Any] = {"kind": "same", "field": "metier", "neutral": 0.0}
type People = Sequence[Mapping[str, str]]


def matched(mentors: People, mentees: People, *rules: Mapping[str, Any], **parts: Any) -> Matching:
    """Return the matching of people, whose answers are given by field, under rules."""
    stated = {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": [SAME], "rules": list(rules), **parts}
    programme = Programme.read(stated)
    frames = [
        DataFrame([[row.get(name, "") for name in FIELDS] for row in side], columns=list(FIELDS), dtype=object)
        for side in (mentors, mentees)
    ]
    return match(read_survey(programme, mentors=frames[0], mentees=frames[1]), programme)


def people(letter: str, count: int, **answers: str) -> list[dict[str, str]]:
    return [{"code": f"{letter}{number}", **answers} for number in range(1, count + 1)]


def unmatched(matching: Matching) -> dict[str, Unmatched]:
    return {one.person: one for one in matching.unmatched}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_who_answered_too_little_is_incomplete() -> None:
    found = unmatched(
        matched(people("M", 1, metier="a"), people("E", 1), programme={"name": "x", "minimum_answered": 1})
    )
    assert found["E1"].code == "incomplete"
    assert (found["M1"].code, found["M1"].reason) == ("nobody_there", "Aucun·e mentoré·e ne participe.")


def test_who_does_not_give_the_answer_required_is_not_admitted_and_the_rule_is_named() -> None:
    rule = {"kind": "require", "field": "present", "in": ["Oui"], "name": "être présent"}
    found = unmatched(matched(people("M", 1, present="Oui"), people("E", 2, present="Non"), rule))
    assert {key: one.code for key, one in found.items()} == {
        "M1": "nobody_there", "E1": "not_admitted", "E2": "not_admitted",
    }  # fmt: skip
    assert "être présent" in found["E1"].reason


def test_who_takes_nobody_has_no_capacity() -> None:
    mentors = [*people("M", 1, places="0"), {"code": "M2", "places": "1"}]
    found = unmatched(matched(mentors, people("E", 1), {"kind": "capacity", "field": "places"}))
    assert found["M1"].code == "no_capacity"
    assert set(found) == {"M1"}


def test_whom_rules_leave_nobody_is_excluded_and_each_rule_says_how_many() -> None:
    mentors = [*people("M", 2, amis="Lilas"), {"code": "M3", "metier": "a"}, {"code": "M4", "places": "0"}]
    rules = [
        {"kind": "different", "field": "amis", "name": "pas d'ami"},
        {"kind": "common", "field": "metier", "name": "même métier"},
        {"kind": "capacity", "field": "places"},
    ]
    mentees = [{"code": "E1", "amis": "LILAS", "metier": "b"}]
    found = unmatched(matched(mentors, mentees, *rules))["E1"]
    assert found.code == "excluded"
    assert plain(found.reason) == (
        "Sur 3 mentor·es, aucun n’est possible : « pas d'ami » en exclut 2 et « même métier » en exclut 1."
    )


def test_whom_only_the_minimum_score_leaves_nobody_is_below_it() -> None:
    rules: list[dict[str, Any]] = [
        {"kind": "minimum_score", "points": 50, "name": "50 points"},
        {"kind": "different", "field": "amis", "name": "pas d'ami"},
    ]
    mentors = [{"code": "M1", "metier": "b"}, {"code": "M2", "metier": "b", "amis": "Lilas"}]
    found = unmatched(matched(mentors, [{"code": "E1", "metier": "a", "amis": "Lilas"}], *rules))["E1"]
    assert found.code == "below_minimum"
    assert "« 50 points » en exclut 2 et « pas d'ami » en exclut 1" in plain(found.reason)


def test_whose_every_possible_partner_is_taken_finds_no_place_and_learns_who_took_them() -> None:
    mentees = [{"code": "E1", "metier": "a"}, {"code": "E2", "metier": "b"}, {"code": "E3", "metier": "c"}]
    mentors = [{"code": "M1", "metier": "a"}, {"code": "M2", "metier": "b"}]
    found = unmatched(matched(mentors, mentees))
    assert {key: one.code for key, one in found.items()} == {"E3": "no_place"}
    assert plain(found["E3"].reason) == "2 mentor·es possibles, dont les places sont prises par E1 et E2."


def test_one_possible_partner_is_told_in_the_singular() -> None:
    rule = {"kind": "different", "field": "amis"}
    mentees = [{"code": "E1", "metier": "a"}, {"code": "E2"}, {"code": "E3", "metier": "b", "amis": "Lilas"}]
    mentors = [{"code": "M1", "metier": "a"}, {"code": "M2", "amis": "Lilas"}]
    found = unmatched(matched(mentors, mentees, rule))
    assert plain(found["E3"].reason) == "1 mentor·e possible, dont la place est prise par E1."


@pytest.mark.parametrize(("count", "ending"), [(6, "E5 et 1 autre."), (7, "E5 et 2 autres.")])
def test_of_many_holders_of_places_five_are_named(count: int, ending: str) -> None:
    mentees = [*people("E", count, metier="a"), {"code": "F1", "metier": "b"}]
    found = unmatched(matched(people("M", count, metier="a"), mentees))["F1"]
    assert plain(found.reason).endswith(ending)


def test_free_places_that_a_minimum_does_not_let_anybody_take_are_told() -> None:
    rule = {"kind": "capacity", "most": 2, "minimum": 2, "name": "deux ou personne"}
    found = unmatched(matched(people("M", 1), people("E", 1), rule))
    assert {one.code for one in found.values()} == {"held_back"}
    assert "« deux ou personne »" in found["E1"].reason


def test_free_places_that_a_quota_does_not_let_somebody_take_are_told() -> None:
    where = {"side": "mentee", "field": "metier", "in": ["a"]}
    rules: list[dict[str, Any]] = [
        {"kind": "quota", "most": 1, "where": where, "name": "un seul a"},
        {"kind": "capacity", "most": 1, "name": "une place"},
    ]
    found = unmatched(matched(people("M", 2), people("E", 2, metier="a"), *rules))
    assert {one.code for one in found.values()} == {"held_back"}
    assert all(plain(one.reason).endswith("ne laissent pas prendre : « un seul a ».") for one in found.values())


def test_free_places_that_no_rule_holds_back_are_left_by_the_goals() -> None:
    mentors, mentees = [{"code": "M1", "metier": "a"}], [{"code": "E1", "metier": "b"}]
    found = unmatched(matched(mentors, mentees, goals={"order": ["total"]}))
    for one in found.values():
        assert one.code == "held_back"
        assert plain(one.reason) in (
            "1 mentor·e possible, avec des places libres que les buts ne font pas prendre.",
            "1 mentoré·e possible, avec des places libres que les buts ne font pas prendre.",
        )


def test_a_side_without_anybody_is_told() -> None:
    found = unmatched(matched([], people("E", 2)))
    assert [one.code for one in found.values()] == ["nobody_there", "nobody_there"]
    assert found["E1"].reason == "Aucun·e mentor·e ne participe."


def test_where_no_plan_keeps_all_rules_everybody_who_takes_part_is_told_so() -> None:
    quota = {"kind": "quota", "least": 2, "where": {"side": "mentee", "field": "metier", "in": ["a"]}}
    matching = matched(people("M", 2), [{"code": "E1", "metier": "a"}, {"code": "E2", "metier": "b"}], quota)
    assert matching.status == Status.INFEASIBLE
    assert {key: one.code for key, one in unmatched(matching).items()} == dict.fromkeys(
        ["M1", "M2", "E1", "E2"], "infeasible"
    )


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED])
def test_where_the_solver_gave_no_answer_everybody_is_told_so(status: Status) -> None:
    matching = matched(people("M", 1), people("E", 1))
    case = SolvedInstance(
        matching.cohort, matching.programme.rules, matching.scores, matching.problem, matching.solution
    )
    found = explain_unmatched(replace(case, solution=empty_solution(status, "none")))
    assert [(one.person, one.code) for one in found] == [("M1", str(status)), ("E1", str(status))]


def test_everybody_is_in_a_pair_or_unmatched_and_mentors_come_first() -> None:
    matching = matched(people("M", 3), people("E", 5))
    assert [one.side for one in matching.unmatched] == ["mentee"] * 2
    held = np.unique(matching.solution.pairs[:, 1]).size
    assert held + len(matching.unmatched) == 5
