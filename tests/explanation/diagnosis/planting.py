"""Random cohorts of six to twelve people under rules of which some are known to conflict."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mentormatch import Cohort, Programme
from tests.explanation.diagnosis.people import METIERS, NIVEAUX, cohort, counting, pin, programme

type Settings = dict[str, Any]
type Chance = np.random.Generator


@dataclass(frozen=True, slots=True)
class Planted:
    """A cohort, a programme, and the names of the rules that were made to conflict."""

    cohort: Cohort
    programme: Programme
    names: frozenset[str]


def planted(seed: int) -> Planted:
    """Return a conflict of two or three rules among one to three that bar nobody, in any order."""
    chance = np.random.default_rng(seed)
    people = random_cohort(chance)
    conflict = CONFLICTS[int(chance.integers(len(CONFLICTS)))]()
    count = int(chance.integers(max(1, 3 - len(conflict)), min(4, 7 - len(conflict))))
    harmless = [HARMLESS[int(place)] for place in chance.choice(len(HARMLESS), count, replace=False)]
    names = [f"conflit {place}" for place in range(len(conflict))]
    rules = [{**rule, "name": name} for rule, name in zip(conflict, names, strict=True)]
    both = [*rules, *({**rule, "name": f"autre {place}"} for place, rule in enumerate(harmless))]
    order = [both[int(place)] for place in chance.permutation(len(both))]
    return Planted(people, programme(*order), frozenset(names))


def wild(seed: int) -> Planted:
    """Return three to six rules drawn at random, of which none is known to conflict."""
    chance = np.random.default_rng(seed)
    rules = [RULES[int(chance.integers(len(RULES)))](chance) for _ in range(int(chance.integers(3, 7)))]
    named = [{**rule, "name": f"règle {place}"} for place, rule in enumerate(rules)]
    return Planted(random_cohort(chance), programme(*named), frozenset())


def random_cohort(chance: Chance) -> Cohort:
    """Return three to six mentors and no fewer mentees, six at most; of the first two, the answers are known."""
    mentors = int(chance.integers(3, 7))
    mentees = int(chance.integers(mentors, 7))
    return cohort(*([answers(chance, place) for place in range(count)] for count in (mentors, mentees)))


def answers(chance: Chance, place: int) -> Settings:
    if place < 2:
        return {"metier": METIERS[place], "niveau": NIVEAUX[2 * place], "employeurs": ["Commun"], "places": 1}
    return {
        "metier": METIERS[int(chance.integers(3))],
        "niveau": NIVEAUX[int(chance.integers(3))],
        "employeurs": ["Commun"] if chance.random() < 0.3 else [],
        "places": int(chance.integers(1, 4)),
    }


CONFLICTS: list[Callable[[], list[Settings]]] = [
    lambda: [pin("M1", "E1"), {"kind": "ban", "mentor": "M1", "mentee": "E1"}],
    lambda: [pin("M1", "E2"), {"kind": "different", "field": "employeurs"}],
    lambda: [pin("M1", "E1"), {"kind": "gap", "field": "niveau"}],
    lambda: [pin("M1", "E2"), {"kind": "minimum_score", "points": 60}],
    lambda: [counting("mentor", *METIERS, least=2), counting("mentee", *METIERS, most=1)],
    lambda: [pin("M2", "E1"), pin("M2", "E2"), {"kind": "capacity", "field": "places", "most": 2}],
    lambda: [pin("M1", "E1"), pin("M2", "E2"), counting("mentor", *METIERS, most=1)],
    lambda: [{"kind": "capacity", "most": 3, "minimum": 1, "always": True}, counting("mentor", *METIERS, most=2)],
    lambda: [
        {"kind": "require", "field": "metier", "in": ["production", "administration"]},
        counting("mentor", "diffusion", least=1),
    ],
    lambda: [{"kind": "common", "field": "metier"}, pin("M1", "E2")],
]
HARMLESS: list[Settings] = [
    counting("mentee", *METIERS, least=0, most=36),
    {"kind": "minimum_score", "points": 0},
    {"kind": "priority", "people": ["E1"]},
    {"kind": "capacity", "side": "mentee", "most": 3},
    {"kind": "gap", "field": "niveau", "least": -2},
    {"kind": "veto", "field": "employeurs", "against": ["metier"]},
]


def some(chance: Chance, options: tuple[str, ...]) -> list[str]:
    return [str(one) for one in chance.choice(options, int(chance.integers(1, 3)), replace=False)]


def one_of_each(chance: Chance) -> tuple[str, str]:
    return f"M{chance.integers(1, 4)}", f"E{chance.integers(1, 4)}"


def any_quota(chance: Chance) -> Settings:
    least = int(chance.integers(0, 4))
    bounds: list[Settings] = [
        {"least": least},
        {"most": int(chance.integers(0, 3))},
        {"least": least, "most": least + 1},
    ]
    where = ("mentor", "mentee")[int(chance.integers(2))]
    return counting(where, *some(chance, METIERS), **bounds[int(chance.integers(3))])


def any_capacity(chance: Chance) -> Settings:
    most = int(chance.integers(1, 4))
    minimum = int(chance.integers(0, most + 1))
    side = ("mentor", "mentee")[int(chance.integers(2))]
    return {"kind": "capacity", "side": side, "most": most, "minimum": minimum, "always": bool(chance.integers(2))}


RULES: list[Callable[[Chance], Settings]] = [
    any_quota,
    any_quota,
    any_capacity,
    lambda chance: pin(*one_of_each(chance)),
    lambda chance: pin(*one_of_each(chance)),
    lambda chance: {**pin(*one_of_each(chance)), "kind": "ban"},
    lambda chance: {"kind": "minimum_score", "points": float(chance.integers(0, 100))},
    lambda chance: {"kind": "gap", "field": "niveau", "least": float(chance.integers(0, 2))},
    lambda chance: {"kind": "different", "field": "employeurs"},
    lambda chance: {"kind": "common", "field": "metier"},
    lambda chance: {"kind": "require", "field": "metier", "in": some(chance, METIERS)},
    lambda chance: {
        "kind": "proportion",
        "field": "metier",
        "in": some(chance, METIERS),
        "least": int(chance.integers(1, 100)),
    },
    lambda chance: {
        "kind": "proportion",
        "field": "metier",
        "in": some(chance, METIERS),
        "most": int(chance.integers(0, 99)),
    },
    lambda chance: {"kind": "load", "weights": "places", "limit": float(chance.integers(1, 4))},
]
