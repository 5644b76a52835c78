"""Small programmes with rules of every kind, drawn from a seed, and the people who answered them, up to seven a side.

The programme has one table of points for all pairs, so scores are free; everything else is left to the rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

import numpy as np

from mentormatch import Cohort, People, Programme
from mentormatch.base.columns import NONE
from mentormatch.fields import AnyField, Side
from mentormatch.places.finding import find

MOST = 7
SIDES: tuple[Side, Side] = ("mentor", "mentee")
KEYS: Mapping[Side, list[str]] = {"mentor": [f"M{i}" for i in range(MOST)], "mentee": [f"E{k}" for k in range(MOST)]}
WORK = ["scène", "production", "diffusion"]
SPEECH = ["français", "anglais", "breton"]
STEPS = ["début", "milieu", "confirmé", "expert"]
FIRMS = ["Cie A", "Cie B", "Cie C"]
TASKS = ["budget", "contrats", "tournée", "presse"]
FIELDS: Mapping[str, Any] = {
    "mentor": {"kind": "choice", "question": "Mentor", "side": "mentor", "options": KEYS["mentor"]},
    "mentee": {"kind": "choice", "question": "Mentoré", "side": "mentee", "options": KEYS["mentee"]},
    "work": {"kind": "choice", "question": "Métier", "options": WORK},
    "speech": {"kind": "choices", "question": "Langues", "options": SPEECH},
    "step": {"kind": "scale", "question": "Niveau", "options": STEPS},
    "places": {"kind": "number", "question": "Places"},
    "asks": {"kind": "number", "question": "Heures souhaitées", "side": "mentee"},
    "gives": {"kind": "number", "question": "Heures possibles", "side": "mentor"},
    "matters": {"kind": "choices", "question": "Priorités", "options": ["métier", "notes"]},
    "where": {"kind": "place", "question": "Lieu"},
    "travel": {"kind": "number", "question": "Trajet accepté"},
    "remote": {"kind": "yesno", "question": "À distance"},
    "needs": {"kind": "ranking", "question": "Besoins", "side": "mentee", "options": TASKS, "most": 3},
    "offers": {"kind": "levels", "question": "Offre", "side": "mentor", "items": TASKS, "levels": ["a", "b", "c"]},
    "names_refused": {"kind": "names", "question": "Avec qui pas"},
    "names_firms": {"kind": "names", "question": "Employeurs"},
}
TOWNS = ("Lyon", "Villeurbanne", "Vienne (38)", "Isère", "38160", "Ajaccio", "Saint-Denis (974)")
"""Places told exactly or not, near to each other and overseas."""
GROUPS = {"work": WORK, "speech": SPEECH, "step": STEPS}
"""The fields that speak of groups of people, and their answers."""
LOSS, MANY = 0.1, 0.8
"""How often a question is left blank, and, where people are in both roles, how often two of both sides are one."""


@dataclass(frozen=True)
class Small:
    """A programme as its file states it, and its people."""

    stated: dict[str, Any]
    cohort: Cohort

    @property
    def programme(self) -> Programme:
        """The programme, read."""
        return Programme.read(self.stated)

    @property
    def kinds(self) -> list[str]:
        """The kinds of rules in it."""
        return [rule["kind"] for rule in self.stated["rules"]]


class Maker:
    """Draws the parts of one small programme."""

    def __init__(self, seed: int, *, roomy: bool = False, paired: bool = False) -> None:
        self.random, self.roomy = Random(seed), roomy
        self.most = (3, 1) if roomy else (2, 2) if paired else self._capacities()
        self.ids: dict[Side, list[str]] = {
            side: KEYS[side][: max(self.random.choices(range(1, count + 1), k=3))]
            for side, count in zip(SIDES, self._sizes(), strict=True)
        }

    def _capacities(self) -> tuple[int, int]:
        """Return how many partners mentors and mentees take at most."""
        return self.random.choice([(1, 1), (1, 1), (1, 1), (3, 1), (2, 1), (1, 3), (2, 2)])

    def _sizes(self) -> tuple[int, int]:
        """Return how many people a side may have, so that all answers can be looked at."""
        return {(1, 1): (7, 7), (2, 1): (7, 5), (3, 1): (7, 5), (1, 3): (5, 7), (2, 2): (4, 4)}[self.most]

    def maybe(self, chance: float) -> bool:
        """Return whether something is so."""
        return self.random.random() < chance

    def some(self, answers: Sequence[str], most: int) -> list[str]:
        """Return one to ``most`` of some answers."""
        return self.random.sample(answers, self.random.randint(1, min(most, len(answers))))

    def group(self, fields: Sequence[str] = tuple(GROUPS)) -> dict[str, Any]:
        """Return some answers to one of these fields."""
        field = self.random.choice(fields)
        return {"field": field, "in": self.some(GROUPS[field], 2)}

    def pair(self) -> dict[str, str]:
        """Return two people."""
        return {side: self.random.choice(self.ids[side]) for side in SIDES}

    def missing(self) -> dict[str, str]:
        """Return what a missing answer means: seldom that a pair is forbidden."""
        return {"missing": "forbid"} if self.maybe(0.2) else {}

    def bounds(self, greatest: int) -> dict[str, int]:
        """Return a lower bound, an upper one, or both."""
        least, most = sorted(self.random.choices(range(greatest + 1), k=2))
        return self.random.choice([{"least": least}, {"most": most}, {"least": least, "most": most}])


def capacity(maker: Maker) -> dict[str, Any]:
    """Return how many partners a side takes: said by everybody or the same for all, at times two or none at all."""
    if maker.roomy:
        return {"side": "mentor", "most": 3, "minimum": 2}
    place = maker.random.choice([0, 1, int(maker.most[1] > 1)])
    most = maker.most[place]
    minimum = {"minimum": maker.random.choice([1, min(2, most), most])} if maker.maybe(0.7) else {}
    always = {"always": True} if minimum and maker.maybe(0.2) else {}
    said = {"field": "places"} if maker.maybe(0.6) else {}
    return {"side": SIDES[place], "most": most, **minimum, **always, **said}


def both_roles(maker: Maker) -> dict[str, Any]:
    most = {"most": maker.random.choice([1, 2, 2, 3])} if maker.maybe(0.7) else {}
    return {**most, "reciprocal": bool(most) and maker.maybe(0.3)}


def covers(maker: Maker) -> dict[str, Any]:
    first = {"first": maker.random.choice([1, 2])} if maker.maybe(0.5) else {}
    asked = {"mentee": "needs", "mentor": "offers", "least": maker.random.choice([1, 1, 2]), **first}
    return {**asked, "level": maker.random.choice([1, 2]), **maker.missing()}


def complementary(maker: Maker) -> dict[str, Any]:
    least = {"least": maker.random.choice([1, 2])} if maker.maybe(0.5) else {}
    first = {"first": maker.random.choice([1, 2])} if maker.maybe(0.7) else {}
    asked = {"mentee": "needs", "mentor": "offers", **least, **first, "most": maker.random.choice([1, 2, 3])}
    return {**asked, "level": maker.random.choice([1, 2]), **maker.missing()}


def gap(maker: Maker) -> dict[str, Any]:
    least = maker.random.choice([-2, -1, -1, 0, 1])
    most = {"most": least + maker.random.randint(1, 3)} if maker.maybe(0.5) else {}
    return {"field": "step", "least": least, **most, **maker.missing()}


def history(maker: Maker) -> dict[str, Any]:
    absent = [{"mentor": "M99", "mentee": "E0"}] if maker.maybe(0.3) else []
    pairs = {"pairs": [*absent, *(maker.pair() for _ in range(maker.random.randint(1, 3)))]}
    side = {"side": "mentee"} if maker.maybe(0.3) else {}
    return {**pairs, "total": maker.random.choice([1, 1, 2, 3]), **side} if maker.maybe(0.4) else pairs


def load(maker: Maker) -> dict[str, Any]:
    weights, limit = maker.random.choice([("asks", "gives"), ("asks", 3.0), (1.25, "gives"), (1.0, 2.0)])
    found = {"weights": weights, "limit": limit, **maker.missing()}
    if maker.maybe(0.5):
        return found
    cells = [
        {
            "mentor": maker.random.choice(WORK),
            "mentee": maker.random.choice(STEPS),
            "hours": maker.random.choice([0, 0.5, 2]),
        }
        for _ in range(maker.random.randint(1, 3))
    ]
    return found | {"mentor": "work", "mentee": "step", "cells": cells}


def meet(maker: Maker) -> dict[str, Any]:
    travel = maker.random.choice(["travel", "travel", 0, 40, 500])
    unit = {"unit": "minutes", "speed": 80} if maker.maybe(0.3) else {}
    remote = {"remote": "remote"} if maker.maybe(0.5) else {}
    return {"place": "where", "travel": travel, **unit, **remote, **maker.missing()}


def priority(maker: Maker) -> dict[str, Any]:
    side = maker.random.choice(SIDES)
    said = {"people": maker.some(maker.ids[side], 3)} if maker.maybe(0.5) else maker.group(("work", "step"))
    return {"side": side, **said}


def quota(maker: Maker) -> dict[str, Any]:
    sides = maker.random.choice([SIDES[:1], SIDES[1:], SIDES])
    return {"where": [{"side": side, **maker.group()} for side in sides], **maker.bounds(3)}


def require(maker: Maker) -> dict[str, Any]:
    field, answers = maker.random.choice([("work", WORK), ("step", STEPS)])
    return {
        "field": field,
        "in": maker.random.sample(answers, len(answers) - 1),
        "missing": maker.random.choice(MISSING),
    }


def reserve(maker: Maker) -> dict[str, Any]:
    where = {"where": [maker.group() for _ in range(maker.random.choice([1, 1, 2]))]} if maker.maybe(0.6) else {}
    people = {"people": maker.some(maker.ids["mentee"], 2)} if maker.maybe(0.3) else {}
    return {"places": maker.random.choice([0, 1, 1, 2, 2, 3]), **where, **people}


def together(maker: Maker) -> dict[str, Any]:
    side: Side = maker.random.choice(["mentee", "mentee", "mentor"])
    people = maker.random.sample(maker.ids[side], min(maker.random.choice([2, 2, 3]), len(maker.ids[side])))
    return {"people": people if len(people) > 1 else people * 2, **({"side": side} if side == "mentor" else {})}


MISSING = ["allow", "allow", "forbid"]
RULES: Mapping[str, Callable[[Maker], dict[str, Any]]] = {
    "apart": lambda maker: {"people": maker.some(maker.ids["mentor"], 2) + maker.some(maker.ids["mentee"], 3)},
    "ban": Maker.pair,
    "both_roles": both_roles,
    "capacity": capacity,
    "common": lambda maker: {"field": maker.random.choice(["speech", "work", "names_firms"]), **maker.missing()},
    "complementary": complementary,
    "covers": covers,
    "different": lambda maker: {"field": maker.random.choice(["names_firms", "work", "speech"]), **maker.missing()},
    "gap": gap,
    "history": history,
    "load": load,
    "meet": meet,
    "minimum_score": lambda maker: {"points": maker.random.choice([10, 33.3, 50, 75])},
    "pin": Maker.pair,
    "priority": priority,
    "proportion": lambda maker: {"side": maker.random.choice(SIDES), **maker.group(), **maker.bounds(100)},
    "quota": quota,
    "require": require,
    "reserve": reserve,
    "together": together,
    "diversity": lambda maker: {"field": maker.random.choice(["work", "speech", "step"]), **maker.missing()},
    "veto": lambda maker: {"field": "names_refused", "against": maker.random.choice([["names_firms"], ["work"]])},
}

KINDS = tuple(sorted(RULES))


def small(seed: int, kinds: Sequence[str] = KINDS, first: str | None = None, values: Sequence[int] = ()) -> Small:
    """Return a programme with up to five rules of these kinds, ``first`` among them, and its people."""
    maker = Maker(seed, roomy=first in ("capacity", "load"), paired=first in ("complementary", "diversity"))
    most = {"kind": "capacity", "side": "mentor", "most": maker.most[0], "field": "places"}
    more = {"kind": "capacity", "side": "mentee", "most": maker.most[1]}
    drawn = ([first] if first else []) + maker.random.choices(list(kinds), k=maker.random.choice([0, 0, 1, 1, 2, 3, 4]))
    rules = [most, more, *({"kind": kind, **RULES[kind](maker)} for kind in drawn)]
    sides = people(maker, "mentor"), people(maker, "mentee")
    return Small(
        stated(maker, rules, values), Cohort(*(on_both_sides(seed, *sides, rules) if "both_roles" in drawn else sides))
    )


def on_both_sides(
    seed: int, mentors: People, mentees: People, rules: Sequence[Mapping[str, Any]]
) -> tuple[People, People]:
    """Return the people of both sides, some of whom are one person, known by the first or the second number.

    Two who must be a pair are not: that is refused.
    """
    pins = {(rule["mentor"], rule["mentee"]) for rule in rules if rule["kind"] == "pin"}
    random = Random(seed)
    numbers = [np.zeros((len(side), 2), dtype=np.uint64) for side in (mentors, mentees)]
    rows = [random.sample(range(len(side)), len(side)) for side in (mentors, mentees)]
    for number, (mentor, mentee) in enumerate(zip(*rows, strict=False), 1):
        if random.random() < MANY and (mentors.ids[mentor], mentees.ids[mentee]) not in pins:
            column = random.randrange(2)
            numbers[0][mentor, column] = numbers[1][mentee, column] = number
    return replace(mentors, persons=numbers[0]), replace(mentees, persons=numbers[1])


def stated(maker: Maker, rules: Sequence[Mapping[str, Any]], values: Sequence[int]) -> dict[str, Any]:
    """Return a programme with these rules and with thousandths of points for every pair, few different ones or many."""
    values = values or maker.random.choice([[500], [0, 1000], [0, 500, 1000], range(1001), range(1001)])
    cells = [
        {"mentor": mentor, "mentee": mentee, "points": maker.random.choice(values) / 1000}
        for mentor in maker.ids["mentor"]
        for mentee in maker.ids["mentee"]
    ]
    criteria = [{"kind": "table", "mentor": "mentor", "mentee": "mentee", "cells": cells}]
    return {"programme": {"name": "Essai"}, "fields": dict(FIELDS), "criteria": criteria, "rules": list(rules)}


@cache
def fields_read() -> Mapping[str, AnyField]:
    """Return the questions, read."""
    return Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS}).fields


def people(maker: Maker, side: Side) -> People:
    """Return the people of one side and what they answered."""
    ids = maker.ids[side]
    columns = {
        name: field.column(
            [None if name != side and maker.maybe(LOSS) else answer(maker, name, row) for row in range(len(ids))]
        )
        for name, field in fields_read().items()
        if field.asks(side)
    }
    complete = np.array([not maker.maybe(0.03) for _ in ids], dtype=bool)
    return People(tuple(ids), columns, complete)


def on_meeting(random: Random, field: str) -> object:
    """Return what somebody answers to a question of the rule ``meet``."""
    if field == "where":
        return find(random.choice(TOWNS)).position
    return random.choice([0.0, 5.0, 30.0, 60.0, 400.0, 10_000.0]) if field == "travel" else random.randrange(2)


def on_tasks(random: Random, field: str) -> tuple[int, ...]:
    """Return the tasks that a mentee ranks, or the level that a mentor gives to each, at least to the first."""
    if field == "needs":
        return tuple(random.sample(range(len(TASKS)), random.choice([1, 2, 3, 3])))
    return random.randrange(3), *(random.choice([NONE, 0, 1, 2, 2]) for _ in TASKS[1:])


ON: Mapping[str, Callable[[Random, str], object]] = {
    **dict.fromkeys(("where", "travel", "remote"), on_meeting),
    **dict.fromkeys(("needs", "offers"), on_tasks),
    "matters": lambda random, _: random.choice([None, (0,), (1,), (0, 1)]),
}


def answer(maker: Maker, field: str, row: int) -> object:
    """Return what the person in this row answers."""
    random = maker.random
    match field:
        case "mentor" | "mentee":
            return row
        case "speech":
            return tuple(sorted(random.sample(range(len(SPEECH)), random.randint(1, 2))))
        case "work" | "step":
            return random.randrange(len(GROUPS[field]))
        case "places":
            return float(random.choice([0, 1, 1, 1, 2, 2, 3]))
        case "asks" | "gives":
            return random.choice([0.5, 1.0, 1.25, 1.25, 2.0, 3.0])
        case "where" | "travel" | "remote" | "needs" | "offers" | "matters":
            return ON[field](random, field)
        case "names_firms":
            return tuple(random.sample(FIRMS, random.choice([0, 1, 1])))
    named = [*KEYS["mentor"], *KEYS["mentee"], *FIRMS]
    return tuple(random.sample(named, random.choice([0, 1, 1, 2])))
