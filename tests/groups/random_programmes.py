"""Small programmes of groups with rules of every kind, and their people, drawn by a seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import numpy as np

from mentormatch import Cohort, People, Programme
from mentormatch.fields import AnyField

WORK = ["scène", "production", "diffusion"]
STEPS = ["début", "milieu", "confirmé", "expert"]
SPEECH = ["français", "anglais", "breton"]
FIRMS = ["Cie A", "Cie B", "Cie C", "Cie D"]
FIELDS: Mapping[str, Any] = {
    "role": {"kind": "choice", "question": "Rôle", "options": ["anime", "participe"]},
    "seats": {"kind": "number", "question": "Groupes animés", "side": "mentor"},
    "work": {"kind": "choice", "question": "Métier", "options": WORK},
    "speech": {"kind": "choices", "question": "Langues", "options": SPEECH},
    "step": {"kind": "scale", "question": "Niveau", "options": STEPS},
    "where": {"kind": "place", "question": "Lieu"},
    "firms": {"kind": "names", "question": "Employeurs"},
    "refused": {"kind": "names", "question": "Avec qui pas"},
    "wanted": {"kind": "names", "question": "Avec qui"},
    "slots": {"kind": "slots", "question": "Créneaux", "days": ["lundi", "mardi"], "moments": ["matin", "soir"]},
}
CRITERIA: tuple[Mapping[str, Any], ...] = (
    {"kind": "same", "field": "work"},
    {"kind": "closeness", "field": "step"},
    {"kind": "unlike", "field": "speech"},
    {"kind": "unlike", "field": "work"},
    {"kind": "overlap", "field": "speech"},
    {"kind": "wishes", "mentee": "wanted", "most": 2},
    {"kind": "availability", "field": "slots", "enough": 2},
)
GOALS = ("placed", "priority", "meetings", "floor", "total")
BLANK = 0.1


@dataclass(frozen=True)
class Drawn:
    """A programme of groups, its people and former groups."""

    programme: Programme
    cohort: Cohort
    past: list[list[str]]


def some(random: Random, answers: list[str], most: int) -> list[str]:
    return random.sample(answers, random.randint(1, most))


def keys(random: Random, people: int, most: int) -> list[str]:
    return some(random, [f"P{row}" for row in range(max(people, 4))], most)


def composition(random: Random, people: int) -> dict[str, Any]:
    field, answers = random.choice([("work", WORK), ("speech", SPEECH)])
    bounds = random.choice(
        [{"least": 2, "none": True}, {"most": 2}, {"most": 1}, {"least": 1}, {"least": 1, "most": 2}]
    )
    return {"field": field, **bounds, **({"in": some(random, answers, 2)} if random.random() < 0.7 else {})}


RULES: Mapping[str, Callable[[Random, int], dict[str, Any]]] = {
    "apart": lambda random, people: {"people": ["P0", *keys(random, people, 3)]},
    "common": lambda random, people: {"field": random.choice(["speech", "firms"])},
    "composition": composition,
    "different": lambda random, people: {"field": random.choice(["firms", "firms", "work"])},
    "meet": lambda random, people: {"place": "where", "travel": random.choice([40, 500])},
    "minimum_score": lambda random, people: {"points": random.choice([5, 20, 40])},
    "priority": lambda random, people: {"people": keys(random, people, 3)},
    "require": lambda random, people: {"field": "work", "in": random.sample(WORK, 2), "missing": "allow"},
    "together": lambda random, people: {
        "people": ["P0", *(key for key in keys(random, people, 2) if key in "P1P2"), "P1"]
    },
    "veto": lambda random, people: {"field": "refused", "against": random.choice([["firms"], ["work"]])},
}


def drawn(seed: int, people: int | None = None) -> Drawn:
    """Return a programme of up to nine people, or of so many."""
    random = Random(seed)
    count = random.randint(2, 9) if people is None else people
    least = random.randint(1, 3) if people is None else random.randint(3, 5)
    sizes = {"least": least, "most": max(least + random.randint(0, 2), 2)}
    number = {"number": random.randint(1, max(count // least, 1))} if random.random() < 0.6 else {}
    leading = {"field": "role", "facilitator": "anime", "member": "participe", "seats": random.choice([1, 2, "seats"])}
    led = random.random() < 0.25
    kinds = random.choices(sorted(RULES), k=random.choice([0, 1, 1, 2, 3]))
    kinds = [kind for place, kind in enumerate(kinds) if count > 2 or kind not in ("together", "apart")]
    goals = random.sample(GOALS, random.randint(1, 5))
    criteria = [{**each, "weight": random.choice([1, 2, 5])} for each in random.sample(CRITERIA, random.randint(0, 4))]
    stated = {
        "programme": {"name": "Essai"},
        "fields": FIELDS,
        "groups": {**sizes, **number, "goals": goals, **({"facilitators": leading} if led else {})},
        "criteria": criteria,
        "rules": [{"kind": kind, **RULES[kind](random, count)} for kind in kinds],
    }
    leaders = group_of(random, "mentor", random.randint(1, 4) if led else 0)
    past = [
        random.sample([f"P{row}" for row in range(count)], min(count, 3)) for _ in range(random.choice([0, 0, 1, 2]))
    ]
    return Drawn(Programme.read(stated), Cohort(leaders, group_of(random, "mentee", count)), past)


@cache
def fields_read() -> Mapping[str, AnyField]:
    return Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS}).fields


def group_of(random: Random, side: str, count: int) -> People:
    """Return the people of one side and what they answered."""
    columns = {
        name: field.column([None if random.random() < BLANK else answer(random, name) for _ in range(count)])
        for name, field in fields_read().items()
        if field.side in (side, "both")
    }
    complete = np.array([random.random() > 0.03 for _ in range(count)], dtype=bool)
    return People(tuple(f"{'P' if side == 'mentee' else 'L'}{row}" for row in range(count)), columns, complete)


def answer(random: Random, field: str) -> object:
    match field:
        case "role":
            return 0
        case "work" | "step":
            return random.randrange(len(WORK if field == "work" else STEPS))
        case "speech" | "slots":
            return tuple(sorted(random.sample(range(3 if field == "speech" else 4), random.randint(1, 3))))
        case "seats":
            return float(random.choice([0, 1, 1, 2]))
        case "where":
            return None
        case "firms":
            return tuple(random.sample(FIRMS, random.choice([0, 1, 1])))
    named = [*(f"P{row}" for row in range(6)), *FIRMS] if field == "refused" else [f"P{row}" for row in range(9)]
    return tuple(random.sample(named, random.choice([0, 0, 1, 2])))
