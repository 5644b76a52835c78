"""Matchings of many sizes whose answers would be noticed if a picture held them."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from random import Random
from typing import Any

from mentormatch import Matching
from mentormatch.places.gazetteer import DEPARTEMENTS
from mentormatch.report.pictures.picture import Picture, pictures_by_kind
from tests.report.cohorts import FIELDS, matched, programme

SIZES = (0, 1, 2, 11, 200)
SEEDS = {2: 37}
"""Of two people a side, so that raising the worst pair costs points."""
JOBS, NEEDS = (
    ("canari-scène", "canari-atelier", "canari-bureau"),
    ("canari-budget", "canari-contrats", "canari-tournée"),
)
CANARY, KEY = "canari", "@example.org"
OPEN = {
    **FIELDS,
    "code": {"question": "Courriel", "kind": "text", "use": "contact"},
    "metier": {"question": "Métier", "kind": "choice", "options": list(JOBS)},
    "besoins": {"question": "Besoins", "kind": "choices", "options": list(NEEDS)},
    "lieu": {"question": "Lieu", "kind": "place"},
}
HOMES = [*(name for _, name in DEPARTEMENTS), *[""] * 9]


@cache
def market(size: int) -> Matching:
    """Return a matching with this many people a side, known by their e-mail, the answers drawn with a fixed seed."""
    draw = Random(SEEDS.get(size, size))
    mentors, mentees = [[answers(draw, f"{side}{place}{KEY}") for place in range(size)] for side in ("ana", "bob")]
    return matched(programme(fields=OPEN), mentors, mentees)


def answers(draw: Random, code: str) -> dict[str, str]:
    """Return what somebody answered; each question is left blank now and then."""
    needs = draw.sample(NEEDS, draw.randint(0, len(NEEDS)))
    home = Random(code).choice(HOMES)
    return {"code": code, "metier": draw.choice([*JOBS, ""]), "besoins": "; ".join(needs), "lieu": home}


def drawn(matching: Matching) -> Iterator[Picture]:
    """Yield every registered picture of a matching; one that shows two people shows the first of each side."""
    people: dict[str, Any] = {"mentor": matching.cohort.mentors.ids, "mentee": matching.cohort.mentees.ids}
    for kind in pictures_by_kind().values():
        asked = [each.name for each in fields(kind) if each.name in people]
        if all(people[side] for side in asked):
            yield kind(matching, **{side: people[side][0] for side in asked})
