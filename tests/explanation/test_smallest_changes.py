"""The smallest change for each person, applied, places them with nobody displaced; not applied, nothing does."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mentormatch import Cohort, Matching, Programme, Rule, Status, examples, match
from mentormatch.base.columns import NumberColumn
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.operations.matching import KeyPair
from mentormatch.rules import forbidden_by_rule, market_of
from tests.conftest import DEEP
from tests.doors import substitute
from tests.explanation.diagnosis.people import METIERS, counting, programme
from tests.explanation.diagnosis.planting import random_cohort

CAPACITY = {"kind": "capacity", "field": "places"}
OTHERS: list[dict[str, Any]] = [
    {"kind": "common", "field": "metier"},
    {"kind": "gap", "field": "niveau", "least": 1},
    {"kind": "different", "field": "employeurs"},
    {"kind": "minimum_score", "points": 60},
    counting("mentee", METIERS[0], most=1),
    counting("mentor", *METIERS, most=3),
]


def drawn(seed: int) -> Matching:
    """Return the matching of a random cohort under places and two or three rules that leave somebody out."""
    chance = np.random.default_rng(seed)
    chosen = chance.choice(len(OTHERS), int(chance.integers(2, 4)), replace=False)
    named = [{**OTHERS[int(place)], "name": f"règle {place}"} for place in chosen]
    return match(random_cohort(chance), programme(CAPACITY, *named))


def pairs_of(matching: Matching) -> list[KeyPair]:
    return [(pair.mentor, pair.mentee) for pair in matching.pairs]


def eased(rule: Rule, matching: Matching, but: KeyPair) -> list[Rule]:
    """Return what a rule becomes that makes an exception for one pair: all else that it forbade stays forbidden."""
    if rule.kind == "quota":
        return [rule.model_copy(update={"most": getattr(rule, "most", 0) + 1})]
    cohort = matching.cohort
    found = list(forbidden_by_rule([rule], market_of(cohort, matching.scores.values)))
    barred = [(cohort.mentors.ids[i], cohort.mentees.ids[k]) for _, block in found for i, k in np.argwhere(block)]
    bans = [{"kind": "ban", "mentor": mentor, "mentee": mentee} for mentor, mentee in barred if (mentor, mentee) != but]
    return list(programme(*bans).rules)


def with_places(cohort: Cohort, mentors: set[str]) -> Cohort:
    """Return the cohort with one more place at these mentors."""
    people, places = cohort.mentors, cohort.mentors.columns["places"]
    assert isinstance(places, NumberColumn)
    more = [value + (key in mentors) for key, value in zip(people.ids, places.values.tolist(), strict=True)]
    columns = {**people.columns, "places": NumberColumn(np.array(more, dtype=np.float64))}
    return replace(cohort, mentors=replace(people, columns=columns))


def applied(matching: Matching, change: PossibleChange) -> tuple[Cohort, Programme]:
    """Return people and programme after all that the sentence of a change names has given way."""
    pair = (change.people[0], change.people[1])
    rules = [
        part
        for rule in matching.programme.rules
        for part in (eased(rule, matching, pair) if f"« {rule.label} »" in change.sentence else [rule])
    ]
    if "un·e mentor·e de plus pour" in change.sentence:
        rules += programme({"kind": "capacity", "side": "mentee", "most": 2}).rules
    places = set(re.findall(r"une place de plus chez (M\d+)", change.sentence))
    return with_places(matching.cohort, places), matching.programme.model_copy(update={"rules": rules})


def check_changes(seed: int) -> list[str]:
    """Apply the change for each person who is left out, all pairs kept; return the codes."""
    matching = drawn(seed)
    told = [change for change in matching.smallest_changes if change]
    for change in told:
        wanted = (change.people[0], change.people[1])
        pins = [*pairs_of(matching), wanted]
        cohort, rules = applied(matching, change)
        after = match(cohort, rules, pins=pins)
        assert after.status is Status.PROVED, (seed, change.sentence)
        assert wanted in pairs_of(after)
        before = match(matching.cohort, matching.programme, pins=pins)
        assert (before.status is Status.INFEASIBLE) == (change.cost > 0), (seed, change.sentence)
    return [change.code for change in told]


def test_the_change_that_is_told_places_the_person_and_without_it_nothing_does() -> None:
    codes = [code for seed in range(40 if DEEP else 10) for code in check_changes(seed)]
    assert {"add_place", "waive_rule", "raise_quota", "several_changes"} <= set(codes)


@pytest.mark.proof
def test_every_change_that_is_told_places_the_person() -> None:
    assert sum(len(check_changes(seed)) for seed in range(40, 1_000)) > 1_000


def test_there_is_one_for_each_person_left_out_and_it_is_about_them() -> None:
    matching = match(examples.cohort(), examples.programme())
    assert len(matching.smallest_changes) == len(matching.unmatched) > 5
    for one, change in zip(matching.unmatched, matching.smallest_changes, strict=True):
        assert change is None or one.person in change.people
    assert matching.smallest_changes is matching.smallest_changes


def test_they_wait_until_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("nobody asked")

    substitute(monkeypatch, "explanation", change_for=asked)
    matching = drawn(1)
    assert len(matching.unmatched) > 0
    with pytest.raises(AssertionError):
        _ = matching.smallest_changes


def test_beyond_so_many_people_nobody_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    matching = drawn(1)
    substitute(monkeypatch, "explanation", MAX_PEOPLE_FOR_SOLVES=max(matching.problem.shape) - 1)
    assert matching.smallest_changes == (None,) * len(matching.unmatched)
    assert len(matching.frames.unmatched) == len(matching.unmatched)


def test_frames_carry_the_sentence() -> None:
    matching = match(examples.cohort(), examples.programme())
    said = [change.sentence if change else "" for change in matching.smallest_changes]
    assert matching.frames.unmatched["change"].tolist() == said
