"""The example programme and its people as mentor-match is told them: answers a person, points and rules a pair."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.scale.cohorts import Market
from mentormatch import Criterion, People, Programme
from mentormatch.base.arrays import BoolVector
from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.rules import Gap, eligible_people
from mentormatch.scoring.criteria import Availability, Closeness, Coverage, Overlap, Same, Table, Wishes
from mentormatch.scoring.criterion import ItemWeights, item_weights_of_sides
from mentormatch.scoring.scores import normalise_weights

type Answer = Any
"""What a person answered to one criterion, as JSON; None: nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion with what each mentor and each mentee answered, and by what that is measured."""

    kind: str
    weight: float
    neutral: float
    scale: Answer
    mentors: list[Answer]
    mentees: list[Answer]


def asked(market: Market, *, whole: bool) -> dict[str, object]:
    """Return a market for mentor-match: ``whole`` asks for all of the programme, else for two rules, three criteria.

    People whom a rule sets aside are not in it.
    """
    mentors, mentees = (taking_part(market, side) for side in SIDES)
    told = criteria(market.programme, mentors, mentees)
    rules = market.programme.rules
    return {
        "whole": whole,
        "criteria": [
            {"place": place, "kind": each.kind, "weight": each.weight, "neutral": each.neutral, "scale": each.scale}
            for place, each in enumerate(told)
        ],
        "grades": max(rule.least for rule in rules if isinstance(rule, Gap)),
        "least_points": max(rule.least_score for rule in rules if rule.least_score is not None),
        "mentors": persons(mentors, [each.mentors for each in told]),
        "mentees": persons(mentees, [each.mentees for each in told]),
    }


def criteria(programme: Programme, mentors: People, mentees: People) -> list[Asked]:
    """Return what a programme asks of some people."""
    both = zip(programme.criteria, normalise_weights(programme.criteria), strict=True)
    return [
        Asked(each.kind, weight, each.neutral, scale(each, mentors, mentees), *given(each, mentors, mentees))
        for each, weight in both
    ]


def taking_part(market: Market, side: Side) -> People:
    """Return who takes part on a side."""
    people = market.people.side(side)
    return people.take(np.flatnonzero(eligible_people(market.programme.rules, people, side)))


def persons(people: People, said: list[list[Answer]]) -> list[dict[str, object]]:
    """Return people with a grade, an organisation, a profession, a role, and what criteria and rules ask."""
    years, employers = people.codes("annees").values, people.names("employeurs").values
    refused = people.names("a_eviter").values
    found = []
    for row, key in enumerate(people.ids):
        own = [canonical(name) for name in employers[row] or ()]
        person = {
            "email": key,
            "grade": max(int(years[row]), 0),
            "organisation": next(iter(employers[row] or ()), key),
            "profession": people.shown("disciplines", row).split(",")[0],
            "role": people.shown("territoire", row),
            "answers": [answers[row] for answers in said],
            "slots": ticked(people, "creneaux", row),
            "languages": ticked(people, "langues", row),
            "refused": [canonical(name) for name in refused[row] or ()],
            "employers": own,
            "known_as": [canonical(key), *own],
        }
        found.append(person)
    return found


def ticked(people: People, field: str, row: int) -> list[int]:
    """Return the options that a person ticked, by their places."""
    return [int(place) for place in np.flatnonzero(people.members(field).values[row])]


def given(criterion: Criterion, mentors: People, mentees: People) -> tuple[list[Answer], list[Answer]]:
    """Return what mentors and mentees said to a criterion."""
    match criterion:
        case Coverage():
            offers, needs = item_weights_of_sides(mentors.columns[criterion.mentor], mentees.columns[criterion.mentee])
            known = mentors.known(criterion.mentor), mentees.known(criterion.mentee)
            return staked(offers, known[0], blanks=True), staked(needs, known[1])
        case Overlap():
            both = item_weights_of_sides(mentors.columns[criterion.field], mentees.columns[criterion.field])
            sides = zip(both, (people.known(criterion.field) for people in (mentors, mentees)), strict=True)
            ours, theirs = (staked(stakes, known) for stakes, known in sides)
            return ours, theirs
        case Wishes():
            return list(mentors.compared), wished(criterion, mentors, mentees)
        case Table():
            return coded(mentors, criterion.mentor), coded(mentees, criterion.mentee)
        case Availability():
            return slots(mentors, criterion.field), slots(mentees, criterion.field)
        case Same() | Closeness():
            return coded(mentors, criterion.field), coded(mentees, criterion.field)
    raise TypeError(f"a criterion {criterion.kind} is not told")


def scale(criterion: Criterion, mentors: People, mentees: People) -> object:
    """Return what the answers to a criterion are measured by."""
    match criterion:
        case Coverage():
            return item_weights_of_sides(mentors.columns[criterion.mentor], mentees.columns[criterion.mentee])[0].top
        case Table():
            return criterion._points(mentors.codes(criterion.mentor), mentees.codes(criterion.mentee)).tolist()
        case Availability():
            return criterion.enough
        case Closeness():
            return len(mentors.codes(criterion.field).labels) - 1
    return None


def staked(stakes: ItemWeights, known: BoolVector, *, blanks: bool = False) -> list[Answer]:
    """Return the stake of each person in each item that has one; ``blanks``: None in those that were left blank."""
    told: list[Answer] = []
    for row, said in enumerate(known.tolist()):
        items = {stakes.keys[item]: int(stakes.values[row, item]) for item in np.flatnonzero(stakes.values[row])}
        empty = {stakes.keys[item]: None for item in np.flatnonzero(stakes.blank[row])} if blanks else {}
        told.append({**items, **empty} if said else None)
    return told


def coded(people: People, field: str) -> list[Answer]:
    """Return the number of the option that each person chose."""
    return [None if code < 0 else code for code in people.codes(field).values.tolist()]


def slots(people: People, field: str) -> list[Answer]:
    """Return the slots of each person."""
    known = people.known(field)
    return [ticked(people, field, row) if known[row] else None for row in range(len(people))]


def wished(criterion: Wishes, mentors: People, mentees: People) -> list[Answer]:
    """Return the points of the mentors for whom each mentee asked."""
    told: list[Answer] = [{} if known else None for known in mentees.known(str(criterion.mentee)).tolist()]
    named = criterion.pairs_by_name(mentors, mentees)
    for left, right, value in zip(named.left.tolist(), named.right.tolist(), named.values.tolist(), strict=True):
        wish = told[right]
        assert isinstance(wish, dict)
        wish[mentors.compared[left]] = value
    return told
