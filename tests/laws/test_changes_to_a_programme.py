"""Changes to a programme or its people that must change no pair, or only for the better: by ``match``, on every rule.

The same laws are held on arrays in ``tests/assignment/test_invariance.py``.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import Cohort, Matching, Pair, People
from mentormatch.base.columns import NumberColumn
from mentormatch.fields import YesNo
from mentormatch.operations.matching import KeyPair
from mentormatch.people.changes import add_people
from tests.conftest import DEEP
from tests.oracles.enumeration import best_of
from tests.oracles.programmes import KINDS, Small, small
from tests.oracles.recounted import game_of

pytestmark = pytest.mark.promise(14)

BLOCK = 20 if DEEP else 10
BLOCKS = 100 if DEEP else 1
FAIR = ("matched", "priority", "floor", "leximin", "total")
GOALS = (*FAIR, "floor_person")
OTHER_SIDE = {"mentor": "mentee", "mentee": "mentor", "both": "both"}
every_block = pytest.mark.parametrize("block", range(BLOCKS))


def drawn(block: int, goals: Sequence[str] = GOALS, kinds: Sequence[str] = KINDS) -> Iterator[tuple[Random, Small]]:
    """Yield the programmes of a block with some of these goals in any order, and chance for what is changed."""
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        random, made = Random(seed), small(seed, kinds)
        order = random.sample(goals, random.randint(1, len(goals)))
        yield random, replace(made, stated={**made.stated, "goals": {"order": order}})


def outcome(matching: Matching) -> tuple[str, frozenset[KeyPair]]:
    """Return the status and the pairs by key."""
    assert str(matching.status) in ("proved", "infeasible")
    return str(matching.status), frozenset((pair.mentor, pair.mentee) for pair in matching.pairs)


def told(matching: Matching) -> tuple[str, tuple[Pair, ...]]:
    """Return the status and the pairs with all their points."""
    return str(matching.status), matching.pairs


def values(matching: Matching) -> list[tuple[str, int]]:
    return [(tier.goal, tier.value) for tier in matching.solution.tiers]


def matched(made: Small) -> Matching:
    return mm.match(made.cohort, made.programme)


def without(*kinds: str) -> list[str]:
    return [kind for kind in KINDS if kind not in kinds]


def mirrored(made: Small) -> Small:
    """Return the same programme with mentors as mentees and mentees as mentors."""
    stated = deepcopy(made.stated)
    stated["fields"] = {
        name: {**field, "side": OTHER_SIDE[field.get("side", "both")]} for name, field in stated["fields"].items()
    }
    (table,) = stated["criteria"]
    cells = [{**cell, **swapped(cell)} for cell in table["cells"]]
    stated["criteria"] = [{**table, **swapped(table), "cells": cells}]
    stated["rules"] = [mirrored_rule(rule) for rule in stated["rules"]]
    return Small(stated, Cohort(made.cohort.mentees, made.cohort.mentors))


def mirrored_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule that asks of one side what it asked of the other."""
    found = {**rule, **swapped(rule)}
    if rule["kind"] == "gap":
        found |= {"least": -rule.get("most", 99), "most": -rule["least"]}
    if rule["kind"] == "history":
        found["pairs"] = [swapped(pair) for pair in rule["pairs"]]
        found["side"] = OTHER_SIDE[rule.get("side", "mentor")]
    if rule["kind"] == "together":
        found["side"] = OTHER_SIDE[rule.get("side", "mentee")]
    if rule["kind"] == "quota":
        found["where"] = [{**condition, **swapped(condition)} for condition in rule["where"]]
    return found


def swapped(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a part of a programme says of sides, of the other side each time."""
    people = {OTHER_SIDE[name]: part[name] for name in ("mentor", "mentee") if name in part}
    return people | ({"side": OTHER_SIDE[part["side"]]} if "side" in part else {})


@every_block
def test_swapping_the_sides_changes_no_value_and_no_pair_that_is_not_tied(block: int) -> None:
    for _, made in drawn(block, FAIR, without("load", "covers", "complementary", "diversity", "reserve")):
        ours, theirs = matched(made), matched(mirrored(made))
        assert (ours.status, values(ours)) == (theirs.status, values(theirs))
        best = best_of(game_of(made.cohort, made.programme), ours.problem.goals)
        if best is not None and best.ties == 1:
            assert outcome(ours)[1] == {(mentor, mentee) for mentee, mentor in outcome(theirs)[1]}


def weighted(made: Small, random: Random) -> Small:
    """Return the programme with two more criteria, and weights."""
    more = [{"kind": "same", "field": "work"}, {"kind": "overlap", "field": "speech"}]
    criteria = [{**each, "weight": random.randint(1, 9)} for each in (*made.stated["criteria"], *more)]
    return replace(made, stated={**made.stated, "criteria": criteria})


@every_block
def test_scaling_the_weights_changes_no_pair_and_no_point(block: int) -> None:
    for random, plain in drawn(block):
        made, factor = weighted(plain, random), random.choice([2, 3, 7, 10, 1000])
        criteria = [{**each, "weight": each["weight"] * factor} for each in made.stated["criteria"]]
        scaled = replace(made, stated={**made.stated, "criteria": criteria})
        assert told(matched(scaled)) == told(matched(made))


def agreeing(made: Small, said: int | None) -> Small:
    """Return the programme with a criterion as heavy as all others, on a question that all answer alike, or nobody."""
    question = {"kind": "yesno", "question": "D'accord ?"}
    fields = {**made.stated["fields"], "agreed": question}
    criteria = [*made.stated["criteria"], {"kind": "same", "field": "agreed"}]
    sides = (with_answers(people, said) for people in (made.cohort.mentors, made.cohort.mentees))
    mentors, mentees = sides
    return Small({**made.stated, "fields": fields, "criteria": criteria}, Cohort(mentors, mentees))


def with_answers(people: People, said: int | None) -> People:
    """Return the people with the same answer to one more question."""
    answers = YesNo(question="D'accord ?").column([said] * len(people))
    return replace(people, columns={**people.columns, "agreed": answers})


@every_block
def test_a_criterion_that_is_the_same_for_all_changes_no_pair(block: int) -> None:
    for random, plain in drawn(block, FAIR, without("minimum_score")):
        order = plain.stated["goals"]["order"]
        first = {"order": ["matched", *(goal for goal in order if goal != "matched")]}
        made = replace(plain, stated={**plain.stated, "goals": first})
        assert outcome(matched(agreeing(made, random.choice([0, 1, None])))) == outcome(matched(made))


def newcomer(cohort: Cohort, *, complete: bool) -> Cohort:
    """Return the cohort with one more mentor, who answers like the first."""
    like = cohort.mentors.take([0])
    new = replace(like, ids=("M9",), complete=np.array([complete]))
    return add_people(cohort, Cohort(new, cohort.mentees.take([])))


@every_block
def test_a_mentor_who_answered_too_little_changes_no_pair(block: int) -> None:
    for _, made in drawn(block):
        more = newcomer(made.cohort, complete=False)
        assert told(mm.match(more, made.programme)) == told(matched(made))


@every_block
def test_a_mentor_all_of_whose_pairs_are_forbidden_changes_no_pair(block: int) -> None:
    for _, made in drawn(block):
        if not any(rule.get("always") for rule in made.stated["rules"]):
            bans = [("M9", mentee) for mentee in made.cohort.mentees.ids]
            more = newcomer(made.cohort, complete=True)
            assert told(mm.match(more, made.programme, bans=bans)) == told(matched(made))


def unused(matching: Matching) -> list[KeyPair]:
    """Return the pairs that are allowed and not chosen, but for the last that a mentee may be in.

    Who may be in no pair at all is not counted among the people whose worst one ``floor_person`` is about.
    """
    mentors, mentees = matching.problem.scores.pairs()
    partners = np.bincount(mentees, minlength=1)
    ids = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    others = [(ids[0][i], ids[1][k]) for i, k in zip(mentors, mentees, strict=True) if partners[k] > 1]
    return [pair for pair in others if pair not in outcome(matching)[1]]


@every_block
def test_forbidding_an_unused_pair_changes_no_pair(block: int) -> None:
    for random, made in drawn(block):
        before = matched(made)
        others = unused(before)
        if others:
            bans = random.sample(others, 1)
            assert outcome(mm.match(made.cohort, made.programme, bans=bans)) == outcome(before)


@every_block
def test_pinning_chosen_pairs_changes_no_pair(block: int) -> None:
    for random, made in drawn(block):
        before = matched(made)
        chosen = sorted(outcome(before)[1])
        pins = random.sample(chosen, random.randint(0, len(chosen)))
        assert outcome(mm.match(made.cohort, made.programme, pins=pins)) == outcome(before)


def roomier(made: Small, random: Random) -> Small:
    """Return the programme with one more place for one mentor."""
    mentors = made.cohort.mentors
    said = mentors.numbers("places").values.copy()
    said[random.randrange(len(said))] += 1
    first, *others = made.stated["rules"]
    rules = [{**first, "most": first["most"] + 1}, *others]
    people = replace(mentors, columns={**mentors.columns, "places": NumberColumn(np.minimum(said, first["most"] + 1))})
    return Small({**made.stated, "rules": rules}, replace(made.cohort, mentors=people))


def rank(matching: Matching) -> list[tuple[int, ...]]:
    """Return what is reached goal by goal: the greater, the better."""
    counts = {"leximin": (len(matching.solution.pairs),)}
    return [(*counts.get(tier.goal, ()), *(tier.vector or (tier.value,))) for tier in matching.solution.tiers]


@every_block
def test_more_capacity_never_makes_it_worse(block: int) -> None:
    for random, made in drawn(block, kinds=without("capacity")):
        before, after = matched(made), matched(roomier(made, random))
        if outcome(before)[0] == "proved":
            assert outcome(after)[0] == "proved"
            assert rank(after) >= rank(before)


def test_the_changes_meet_programmes_that_have_pairs_and_every_kind_of_rule() -> None:
    made = [each for block in range((2 + len(KINDS) // 8) * 20 // BLOCK) for _, each in drawn(block)]
    assert {kind for each in made for kind in each.kinds} == {*KINDS}
    assert sum(bool(matched(each).pairs) for each in made[:40]) > 20
