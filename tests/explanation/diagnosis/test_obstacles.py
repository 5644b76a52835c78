"""What stands between somebody and each partner, what staff would rather give up, and what the change then says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mentormatch import Cohort, Matching, match
from mentormatch.explanation.diagnosis.smallest_change import (
    NEVER_CODE,
    Obstacle,
    UnplacedPerson,
    always,
    easiest,
    obstacles,
    smallest_change,
)
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.fields import SIDES, Side
from mentormatch.rules import forbidden_by_rule
from tests.explanation.diagnosis.people import alike, cohort, counting, pin, programme, words

EVERY = ("production", "diffusion", "administration")


def case_of(result: Matching) -> SolvedInstance:
    return SolvedInstance(result.cohort, result.programme.rules, result.scores, result.problem, result.solution)


def seeker(key: str, people: Cohort, *rules: Mapping[str, Any]) -> UnplacedPerson:
    side: Side = SIDES[key.startswith("E")]
    case, row = case_of(match(people, programme(*rules))), people.side(side).find(key)
    others = np.flatnonzero(case.loads(SIDES[side == "mentor"]).most > 0)
    blocks = [(rule, block.ravel()) for rule, block in forbidden_by_rule(case.rules, case.market_of(side, row))]
    return UnplacedPerson(case, side, row, others, blocks)


def met(found: UnplacedPerson) -> list[tuple[str, int, list[str]]]:
    """Return the obstacles that bar anybody: code, rank, and with whom."""
    return [
        (each.code, each.rank, [found.partner(place) for place in np.flatnonzero(each.blocks).tolist()])
        for each in obstacles(found)
        if each.blocks.any()
    ]


def said(found: UnplacedPerson, place: int = 0) -> list[str]:
    return [words(each.sentence(place)) for each in obstacles(found) if each.blocks[place]]


def barring(*blocks: int, rank: int = 0, code: str = "waive_rule") -> Obstacle:
    return Obstacle(code, always("rien"), np.array(blocks, dtype=bool), rank)


KEYS = ["c", "b", "a"]


@pytest.mark.parametrize(
    ("found", "scores", "best"),
    [
        ([], [1, 3, 2], 1),
        ([], [2, 2, 2], 2),
        ([barring(0, 1, 0), barring(0, 1, 1)], [1, 9, 9], 0),
        ([barring(1, 0, 0, rank=1), barring(0, 1, 0, rank=2), barring(0, 0, 1, rank=3)], [1, 5, 9], 0),
        ([barring(1, 1, 0), barring(1, 1, 0, rank=5), barring(0, 0, 1), barring(0, 0, 1, rank=4)], [9, 9, 1], 2),
        ([barring(1, 0, 0, code=NEVER_CODE), barring(0, 1, 1), barring(0, 1, 1)], [9, 1, 2], 2),
        ([barring(1, 1, 1, code=NEVER_CODE)], [1, 2, 3], None),
    ],
    ids=["score", "key", "fewest", "rank", "worst rank", "never", "nobody"],
)
def test_the_easiest_partner_takes_the_fewest_changes_then_the_lightest_then_has_the_best_score(
    found: list[Obstacle], scores: list[int], best: int | None
) -> None:
    assert easiest(found, np.array(scores), KEYS) == best


@pytest.mark.parametrize(
    ("rule", "code", "rank"),
    [
        ({"kind": "minimum_score", "points": 90}, "waive_rule", 2),
        ({"kind": "gap", "field": "niveau"}, "waive_rule", 3),
        ({"kind": "common", "field": "metier"}, "waive_rule", 3),
        ({"kind": "different", "field": "employeurs"}, "waive_rule", 4),
        ({**pin("M1", "E1"), "kind": "ban"}, "waive_rule", 5),
        ({"kind": "veto", "field": "employeurs", "against": ["employeurs"]}, "never", 4),
    ],
)
def test_rules_on_pairs_give_way_in_a_settled_order(rule: Mapping[str, Any], code: str, rank: int) -> None:
    people = cohort([{"employeurs": ["X"]}], [{"metier": "diffusion", "employeurs": ["X"]}])
    assert met(seeker("E1", people, rule)) == [(code, rank, ["M1"])]


def test_somebody_who_said_too_little_is_barred_from_everybody_by_that_alone() -> None:
    found = seeker("E1", cohort([{}, {}], [{"complete": False}]))
    assert met(found) == [("answer_more", 3, ["M1", "M2"])]
    assert said(found) == ["plus de réponses de E1"]


def test_somebody_whom_a_condition_sets_aside_is_not_asked_for_a_place_too() -> None:
    conditions = [
        {"kind": "require", "name": "la production", "field": "metier", "in": ["production"]},
        {"kind": "require", "name": "tous", "field": "metier", "in": list(EVERY)},
    ]
    found = seeker("E1", cohort([{}], [{"metier": "diffusion"}]), *conditions)
    assert met(found) == [("waive_rule", 3, ["M1"])]
    assert said(found) == ["une exception à « la production » pour E1"]


def test_somebody_without_a_place_is_asked_for_one() -> None:
    found = seeker("M1", cohort([{"places": 0}], [{}]), {"kind": "capacity", "field": "places"})
    assert met(found) == [("add_place", 1, ["E1"])]
    assert said(found) == ["une place chez M1"]


def test_a_minimum_of_ones_own_is_waived_first_of_all() -> None:
    found = seeker("M1", alike(1, 1), {"kind": "capacity", "most": 2, "minimum": 2})
    assert met(found) == [("waive_minimum", 0, ["E1"])]
    assert said(found) == ["pas de minimum pour M1"]


def test_a_full_partner_and_one_who_takes_several_or_nobody_are_told_apart() -> None:
    people = cohort([{"places": 1}, {"places": 2}], [{}, {"niveau": "expert"}])
    two = {"kind": "capacity", "field": "places", "most": 2, "minimum": 2}
    only = {"kind": "ban", "mentor": "M2", "mentee": "E1"}
    found = seeker("E2", people, two, only)
    assert met(found) == [("add_place", 1, ["M1"]), ("waive_minimum", 0, ["M2"])]
    assert said(found, 0) == ["une place de plus chez M1"]
    assert said(found, 1) == ["pas de minimum pour M2"]


def test_a_mentee_who_is_full_would_take_one_mentor_more() -> None:
    found = seeker("M2", cohort([{}, {"niveau": "expert"}], [{}]))
    assert met(found) == [("add_place", 1, ["E1"])]
    assert said(found) == ["un·e mentor·e de plus pour E1"]


def left_out(side: Side, people: Cohort, *rules: Mapping[str, Any]) -> str:
    """Return the key of the one person of a side who has no partner."""
    case = case_of(match(people, programme(*rules)))
    (row,) = case.alone(side)
    return str(people.side(side).ids[row])


def test_a_quota_bars_the_pairs_that_it_counts_once_it_is_full() -> None:
    people = cohort([{}] * 3, [{}, {}, {"metier": "diffusion"}])
    quota = counting("mentee", "production", name="un seul", most=1)
    found = seeker(left_out("mentee", people, quota), people, quota)
    assert [each for each in met(found) if each[0] == "raise_quota"] == [("raise_quota", 0, ["M1", "M2", "M3"])]
    assert "« un seul » relevé à 2 binômes au plus" in said(found)


@pytest.mark.parametrize(("key", "where", "barred"), [("M3", "mentee", "E1"), ("E3", "mentor", "M1")])
def test_a_quota_bars_nobody_whom_it_does_not_count(key: str, where: str, barred: str) -> None:
    same: list[dict[str, object]] = [{}] * 3
    trades: list[dict[str, object]] = [{"metier": "diffusion"}, {}, {"metier": "administration"}]
    people = cohort(same, trades) if where == "mentee" else cohort(trades, same)
    found = seeker(key, people, counting(where, "diffusion", name="personne", most=0))
    assert [each for each in met(found) if each[0] == "raise_quota"] == [("raise_quota", 0, [barred])]


SHARE = {"kind": "proportion", "name": "la somme", "field": "metier", "in": ["diffusion"]}
HOURS = {"kind": "load", "name": "la somme", "weights": "places"}


def beside_a_pin(rule: Mapping[str, Any]) -> UnplacedPerson:
    """Return who seeks a partner beside a pair that is pinned, under a rule that weighs pairs."""
    people = cohort([{}], [{"places": 1}, {"metier": "diffusion", "niveau": "expert", "places": 1}])
    return seeker("E2", people, rule, pin("M1", "E1"))


@pytest.mark.parametrize("rule", [{**SHARE, "most": 40}, {**HOURS, "limit": 1.5}])
def test_a_weighed_sum_bars_the_pairs_that_would_take_it_out_of_its_bounds(rule: Mapping[str, Any]) -> None:
    found = beside_a_pin(rule)
    assert ("waive_rule", 2, ["M1"]) in met(found)
    assert "une exception à « la somme » pour ce binôme" in said(found)


@pytest.mark.parametrize("rule", [{**SHARE, "most": 50}, {**HOURS, "limit": 2}])
def test_a_weighed_sum_that_stays_within_its_bounds_bars_nobody(rule: Mapping[str, Any]) -> None:
    assert [code for code, _, _ in met(beside_a_pin(rule))] == ["add_place"]


def test_the_pair_of_a_change_stands_mentor_first_whoever_seeks() -> None:
    people = alike(2, 1)
    case, key = case_of(match(people, programme())), left_out("mentor", people)
    change = smallest_change(case, "mentor", people.mentors.find(key))
    assert change is not None
    assert (change.code, change.cost, change.people) == ("add_place", 1, (key, "E1"))


def test_nothing_in_the_way_is_said_plainly() -> None:
    result = match(alike(1, 1), programme())
    nobody = replace(result.solution, pairs=result.solution.pairs[:0])
    change = smallest_change(replace(case_of(result), solution=nobody), "mentee", 0)
    assert change is not None
    assert (change.code, change.cost, change.people) == ("as_it_is", 0, ("M1", "E1"))
    assert words(change.sentence) == (
        "Avec M1 (100,0 points), sans déplacer personne : le binôme peut être ajouté tel quel."
    )


def test_a_number_gives_way_before_a_place_whatever_the_scores() -> None:
    found = [barring(1, 0, 1, rank=0), barring(0, 1, 0, rank=1)]
    assert easiest(found, np.array([5, 9, 1]), KEYS) == 0
