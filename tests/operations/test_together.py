"""The rule ``together`` in a programme of pairs: the same partner, or none."""

from collections.abc import Mapping
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Status
from tests.explanation.diagnosis.people import alike, pin, programme, words

TWO = {"kind": "capacity", "field": "places", "most": 2}
BOTH = {"kind": "together", "people": ["E1", "E2"], "name": "le duo"}


def matched(*rules: Mapping[str, Any], mentors: int = 2, mentees: int = 3, places: int = 2) -> mm.Matching:
    people = alike(mentors, mentees)
    people.mentors.columns["places"].values[:] = places  # type: ignore[attr-defined]  # a column of numbers
    return mm.match(people, programme(*rules))


def partners(matching: mm.Matching) -> dict[str, str]:
    return {pair.mentee: pair.mentor for pair in matching.pairs}


def test_two_mentees_get_the_same_mentor_and_the_others_are_placed() -> None:
    found = partners(matched(TWO, BOTH, pin("M2", "E1")))
    assert found == {"E1": "M2", "E2": "M2", "E3": "M1"}


def test_where_nobody_takes_two_neither_is_placed_and_both_are_told_why() -> None:
    matching = matched(TWO, BOTH, places=1)
    assert partners(matching).keys() == {"E3"}
    told = {each.person: words(each.reason) for each in matching.unmatched if each.side == "mentee"}
    assert all("« le duo »" in told[key] for key in ("E1", "E2"))


def test_two_mentors_get_the_same_mentee() -> None:
    two = {"kind": "capacity", "side": "mentee", "most": 2}
    found = matched(two, {"kind": "together", "people": ["M1", "M2"], "side": "mentor"}, pin("M1", "E3"))
    assert [(pair.mentor, pair.mentee) for pair in found.pairs] == [("M1", "E3"), ("M2", "E3")]


def test_pins_that_part_them_are_a_conflict_that_names_the_rule() -> None:
    people = alike(2, 3)
    asked = programme(TWO, BOTH, pin("M1", "E1"), pin("M2", "E2"))
    diagnosis = mm.diagnose(people, asked)
    assert diagnosis.status is Status.INFEASIBLE
    assert diagnosis.conflict is not None
    assert "le duo" in words(diagnosis.conflict.sentence)
    assert "drop_rule" in {way.code for way in diagnosis.ways_out}


def test_who_is_not_there_is_refused_and_the_rule_rests_when_somebody_has_left() -> None:
    with pytest.raises(mm.RequestError, match="E9"):
        matched({"kind": "together", "people": ["E1", "E9"]})
    (rule,) = programme(BOTH).rules
    assert rule.applies_to(alike(1, 2))
    assert not rule.applies_to(alike(2, 1))
