"""Small cohorts with any scores: who is there, who leaves, who arrives; and every plan there is, one by one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import AssignmentProblem, Cohort, Matching, People, Programme
from mentormatch.operations.matching import KeyPair
from mentormatch.rules import formulate
from mentormatch.scoring.scores import score
from tests.oracles.exhaustive import choices, holds

MOST = 6
MENTORS = [f"M{number}" for number in range(MOST)]
MENTEES = [f"E{number}" for number in range(MOST)]
FIELDS = {
    "m": {"kind": "choice", "question": "Mentor", "side": "mentor", "options": MENTORS},
    "e": {"kind": "choice", "question": "Mentoré", "side": "mentee", "options": MENTEES},
    "places": {"kind": "number", "question": "Places", "side": "mentor"},
}


def programme_of(points: Sequence[Sequence[int]], bans: Iterable[KeyPair] = (), rules: Iterable[Any] = ()) -> Programme:
    """Return a programme in which M0 and E0 score ``points[0][0]`` thousandths, and so on; ``bans`` are forbidden."""
    cells = [
        {"mentor": MENTORS[i], "mentee": MENTEES[k], "points": value / 1000}
        for i, row in enumerate(points)
        for k, value in enumerate(row)
    ]
    stated: list[Any] = [{"kind": "capacity", "field": "places"}, *rules]
    stated += [{"kind": "ban", "mentor": mentor, "mentee": mentee} for mentor, mentee in bans]
    criteria = [{"kind": "table", "mentor": "m", "mentee": "e", "cells": cells}]
    data = {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": criteria, "rules": stated}
    return Programme.read(data)


def cohort_of(programme: Programme, mentors: Sequence[int], mentees: Sequence[int], places: Sequence[int]) -> Cohort:
    """Return the people with these numbers; mentor i takes ``places[i]``."""
    fields = programme.fields
    ours = {"m": fields["m"].column(mentors), "places": fields["places"].column([float(places[i]) for i in mentors])}
    theirs = {"e": fields["e"].column(mentees)}
    return Cohort(
        People(tuple(MENTORS[i] for i in mentors), ours, np.ones(len(mentors), dtype=bool)),
        People(tuple(MENTEES[k] for k in mentees), theirs, np.ones(len(mentees), dtype=bool)),
    )


@dataclass(frozen=True)
class Situation:
    """A programme, who was there, who leaves and who arrives."""

    programme: Programme
    cohort: Cohort
    withdrawn: tuple[str, ...]
    arrived: Cohort


def situations() -> st.SearchStrategy[Situation]:
    """Return situations of all kinds: drawn from a seed, so that each has enough people to be of interest."""
    return st.integers(0, 1 << 32).map(situation)


def situation(seed: int) -> Situation:
    """Return three to five people a side; of each side some were there, some arrive, and some of the former leave."""
    random = Random(seed)
    n, m = random.randint(3, 5), random.randint(3, 5)
    values = random.choice([[0, 500, 1000], range(1001)])
    points = [[random.choice(values) for _ in range(m)] for _ in range(n)]
    cells = [(MENTORS[i], MENTEES[k]) for i in range(n) for k in range(m)]
    places = [random.choice([1, 1, 1, 2, 0, 2]) for _ in range(n)]
    programme = programme_of(points, random.sample(cells, len(cells) * 3 // 5), some_rules(random, n, m))
    here = [range(random.randint(2, count)) for count in (n, m)]
    ids = [*(MENTORS[i] for i in here[0]), *(MENTEES[k] for k in here[1])]
    return Situation(
        programme,
        cohort_of(programme, here[0], here[1], places),
        tuple(key for key in ids if random.random() < 0.1),
        cohort_of(programme, range(len(here[0]), n), range(len(here[1]), m), places),
    )


def some_rules(random: Random, n: int, m: int) -> list[dict[str, Any]]:
    """Return some of: a quota of either side, a priority, and that a mentor who offers two places takes two or none."""
    side, field, names = random.choice([("mentor", "m", MENTORS[:n]), ("mentee", "e", MENTEES[:m])])
    some = random.sample(names, random.randint(1, len(names)))
    bound = random.choice([{"most": random.randint(1, 2)}, {"least": 1}])
    rules: list[dict[str, Any]] = [
        {"kind": "quota", "where": {"side": side, "field": field, "in": some}, **bound},
        {"kind": "priority", "side": "mentee", "people": [*MENTEES[-3:], MENTEES[0]]},
        {"kind": "capacity", "field": "places", "minimum": 2},
    ]
    return [rule for rule in rules if random.random() < 0.3]


def posed(matching: Matching) -> AssignmentProblem:
    """Return the problem that the rules pose, and nothing else."""
    programme = matching.programme
    return formulate(matching.cohort, score(matching.cohort, programme.criteria), programme.rules, ["matched", "total"])


def all_plans(matching: Matching, leaving: str | None = None) -> Iterator[frozenset[KeyPair]]:
    """Yield every plan that keeps the rules, as keys; a mentor who is ``leaving`` has no minimum."""
    problem, cohort = posed(matching), matching.cohort
    if leaving is not None:
        problem.mentors.least[cohort.mentors.find(leaving)] = 0
    for pairs in choices(problem):
        if holds(problem, pairs):
            yield frozenset((cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in pairs)


def points_of(matching: Matching, plan: Iterable[KeyPair]) -> int:
    """Return the sum of the scores of a plan, in millionths."""
    return sum(matching.explain(*pair).score for pair in plan)


def named_in(matching: Matching, plan: Iterable[KeyPair]) -> int:
    """Return how many of the pairs hold somebody with priority."""
    named = [key for rule in matching.programme.rules for key in getattr(rule, "people", [])]
    return sum(mentee in named for _, mentee in plan)


def keys(matching: Matching) -> frozenset[KeyPair]:
    """Return the pairs of a matching by key."""
    return frozenset((pair.mentor, pair.mentee) for pair in matching.pairs)


NAME = "souhaits"


def edition(name: str = NAME, *, sign: int = 1, pairs: int = 20) -> mm.results.EditionResults:
    """Return an edition whose pairs went well where the criterion gave all of its points, or (-1) none."""
    told = [
        mm.results.PairResult(shares={name: float(place % 2), "autre": 0.5}, well=bool(place % 2) is (sign > 0))
        for place in range(pairs)
    ]
    return mm.results.EditionResults(programme="Avant", pairs=told)


SKILLS, TOWNS = list("abcd"), ["Lyon", "Riom"]


RULES: list[dict[str, Any]] = [
    {"kind": "capacity", "field": "places", "most": 2},
    {"kind": "capacity", "most": 3, "minimum": 2},
    {"kind": "quota", "where": [{"side": "mentee", "field": "town", "in": ["Lyon"]}], "most": 2},
    {"kind": "quota", "where": [{"side": "mentee", "field": "town", "in": ["Riom"]}], "least": 1},
    {"kind": "priority", "side": "mentee", "field": "town", "in": ["Lyon"]},
]


def programme(rules: Sequence[dict[str, Any]], **more: Any) -> mm.Programme:
    return mm.Programme.read(
        {
            "programme": {"name": "Mentorat"},
            "fields": {
                "id": {"kind": "text", "use": "key"},
                "skills": {"kind": "choices", "options": SKILLS},
                "town": {"kind": "choice", "options": TOWNS},
                "places": {"kind": "number", "side": "mentor"},
            },
            "criteria": [
                {"kind": "overlap", "field": "skills", "weight": 3},
                {"kind": "same", "field": "town", "weight": 1},
            ],
            "rules": [{"kind": "common", "field": "skills", "missing": "forbid"}, *rules],
            **more,
        }
    )


def people(random: Random, letter: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{letter}{number}",
            "skills": random.sample(SKILLS, random.choice([1, 1, 2])),
            "town": random.choice(TOWNS),
            **({"places": random.randint(1, 2)} if letter == "M" else {}),
        }
        for number in range(1, count + 1)
    ]


def market(seed: int, most: int, **more: Any) -> mm.Matching:
    """Return the matching of a few people under one or two random rules."""
    random = Random(seed)
    given = programme(random.sample(RULES, random.randint(0, 2)), **more)
    sides = [people(random, letter, random.randint(2, most)) for letter in "ME"]
    return mm.match(mm.read_survey(given, mentors=sides[0], mentees=sides[1]), given)
