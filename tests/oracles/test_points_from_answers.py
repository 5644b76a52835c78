"""Programmes with points from answers, wishes and notes, and rules about several people, equal exhaustive search.

Points are recounted pair by pair; the pairs then equal the best of all answers in every goal.
"""

from collections import Counter
from dataclasses import replace
from math import isnan
from random import Random
from typing import Any

import numpy as np
import pytest

from mentormatch import People, Person, Programme
from mentormatch.scoring.scores import MILLION, ScoreTable, score
from tests.conftest import DEEP
from tests.oracles.enumeration import best_of
from tests.oracles.programmes import Small, small
from tests.oracles.recounted import game_of
from tests.oracles.test_programmes import agrees, solved, some_goals
from tests.scoring.test_pair_by_pair import RECOUNT

pytestmark = [pytest.mark.promise(9), pytest.mark.promise(13)]

KINDS = ("complementary", "covers", "together", "diversity")
OTHERS = (*KINDS, "capacity", "common", "priority", "quota")
BLOCK = 50 if DEEP else 16
BLOCKS = 40 if DEEP else 1


def criteria(random: Random, drawn: Small) -> list[dict[str, Any]]:
    """Return some criteria, each with a weight and a value for what is not known."""
    points = random.choice([[1, 0.6, 0.2], [0.9, 0.9], [1, 0.571, 0.327, 0.187]])
    people = [(i, k) for i in drawn.cohort.mentors.ids for k in drawn.cohort.mentees.ids]
    some = random.sample(people, random.randint(1, len(people)))
    pairs = [{"mentor": i, "mentee": k, "points": random.choice([0, 1, 2.5, 4, 5]), "by": "C"} for i, k in some]
    over = random.choice([{}, {"over": "most"}])
    found: list[dict[str, Any]] = [
        {"kind": "coverage", "mentee": "needs", "mentor": "offers", **over, **random.choice([{}, {"points": points}])},
        {"kind": "wishes", "mentee": "names_refused", "points": points},
        {"kind": "given", "name": "notes", "pairs": pairs, "most": 5},
        {"kind": "same", "name": "métier", "field": "work"},
    ]
    chosen = found[2:] + random.sample(found[:2], random.randint(0, 2))
    return [{**each, "weight": random.randint(1, 9), "neutral": random.choice([0.0, 0.3, 0.5])} for each in chosen]


def drawn_programme(seed: int) -> Small:
    """Return a programme with a rule of these kinds, and criteria of these."""
    made, random = small(seed, OTHERS, first=KINDS[seed % len(KINDS)]), Random(seed)
    emphasis = random.choice([{}, {"emphasis": {"field": "matters", "times": random.choice([2, 1.5, 10])}}])
    return replace(made, stated={**made.stated, "criteria": criteria(random, made), **emphasis})


def recounted(programme: Programme, made: Small) -> list[list[float]]:
    """Return the score of every pair in millionths, before it is rounded."""
    mentors, mentees = made.cohort.mentors, made.cohort.mentees
    weights = [[weights_of(programme, i, k) for k in persons(mentees)] for i in persons(mentors)]
    cells = [[0.0] * len(mentees) for _ in range(len(mentors))]
    for place, criterion in enumerate(programme.criteria):
        known = ~np.isnan(criterion.score(mentors, mentees))
        for i, k in np.ndindex(known.shape):
            value = RECOUNT[criterion.kind](criterion, mentors.person(i), mentees.person(k)) if known[i, k] else None
            assert value is None or not isnan(value)
            cells[i][k] += MILLION * weights[i][k][place] * (criterion.neutral if value is None else value)
    return cells


def persons(people: People) -> list[Person]:
    return [people.person(row) for row in range(len(people))]


def weights_of(programme: Programme, *pair: Person) -> list[float]:
    """Return the weights of the criteria in one pair: times as much for each person who named one, then out of 1."""
    emphasis, found = programme.emphasis, list[float]()
    for criterion in programme.criteria:
        said = [who.parts(emphasis.field) if emphasis else () for who in pair]
        named = sum(criterion.label in each for each in said)
        found.append(criterion.weight * (emphasis.times if emphasis else 1.0) ** named)
    return [weight / sum(found) for weight in found]


def points_of(programme: Programme, made: Small) -> ScoreTable:
    """Return the scores of all pairs, which are those recounted but for rounding."""
    table = score(made.cohort, programme.criteria, programme.emphasis)
    assert np.abs(table.values - np.array(recounted(programme, made))).max() <= len(programme.criteria)
    return table


@pytest.mark.parametrize("block", range(BLOCKS))
def test_points_are_recounted_and_the_pairs_equal_exhaustive_search(block: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        made = drawn_programme(seed)
        programme, goals = made.programme, tuple(g for g in some_goals(Random(seed)) if g != "changes") or ("total",)
        cells = points_of(programme, made).values.tolist()
        best = best_of(game_of(made.cohort, programme, scores=cells), goals, seed % 4)
        assert agrees(solved(made, goals, (), seed % 4), best, goals), seed
        met.update([*made.kinds, *(criterion.kind for criterion in programme.criteria), *traits(made)])
        met["some" if best else "none"] += 1
    assert met.keys() >= {*KINDS, "coverage", "wishes", "given", "some", "several mentors", "emphasis"}


def traits(made: Small) -> list[str]:
    """Return what is special about a programme."""
    bounds = [rule for rule in made.stated["rules"] if rule["kind"] == "capacity" and rule["side"] == "mentee"]
    several = ["several mentors"] if any(rule["most"] > 1 for rule in bounds) else []
    return [*several, *(["emphasis"] if "emphasis" in made.stated else [])]
