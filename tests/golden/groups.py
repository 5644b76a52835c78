"""Programmes of groups and of their sessions drawn from a seed: groups, rotation, turns, topics and dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.golden.aspects import Aspects, Case, asked
from tests.golden.programmes import LANGUAGES, Drawing, Settings, missing, said
from tests.golden.surveys import MENTEES, Table, keys, people, questions

SIZES: tuple[tuple[int, Table], ...] = (
    (8, {"size": 4}),
    (9, {"least": 3, "most": 4}),
    (12, {"size": 4, "number": 2}),
    (10, {"least": 2, "most": 5}),
    (7, {"size": 2}),
    (15, {"size": 5}),
)
GOALS = (
    ["placed", "priority", "meetings", "total"],
    ["placed", "floor", "total"],
    ["placed", "total"],
    ["total"],
)
RULES: Mapping[str, Settings] = {
    "composition": lambda of: (
        {"field": "metier", "least": 1, "none": True} | of.one({}, {"in": of.options("metier", 1)})
    ),
    "different": lambda of: {"field": of.one("employeurs", "lieu")} | missing(of),
    "veto": lambda of: {"field": "eviter", "against": ["code"]},
    "require": lambda of: said(of, "accord", "metier") | missing(of),
    "priority": lambda of: {"side": MENTEES, **said(of, "metier", "accord")},
    "apart": lambda of: {"people": [of.key(MENTEES), of.key(MENTEES)]},
    "together": lambda of: {"people": ["E01", "E03"]},
    "common": lambda of: {"field": of.one("creneaux", "langues")} | missing(of),
}
CRITERIA: tuple[Table, ...] = (
    {"kind": "unlike", "field": "metier", "weight": 5},
    {"kind": "overlap", "field": "langues", "weight": 3, "group": "contexte"},
    {"kind": "availability", "field": "creneaux", "weight": 4},
    {"kind": "closeness", "field": "annees", "weight": 2},
    {"kind": "unlike", "field": "gouts", "weight": 1},
)
DAYS = [f"2026-{month:02d}-{day:02d}" for month in (9, 10, 11, 12) for day in (8, 17, 24)]
TOPICS = ["Budget", "Paie", "Contrats", "Diffusion", "Mécénat"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which programme of groups is drawn: its number."""

    number: int

    def request(self) -> Table:
        """Return a request for its groups."""
        random = Random(f"golden groups {self.number}")
        count, sizes = SIZES[self.number % len(SIZES)]
        fields = {name: one for name, one in questions(random).items() if "side" not in one} | sessions_fields()
        of = Drawing(random, fields, (count, count))
        turns = [list(RULES)[self.number % len(RULES)], *random.sample(list(RULES), random.randint(0, 2))]
        programme = {
            "programme": {"name": f"Groupes {self.number}", "language": LANGUAGES[self.number % 2]},
            "fields": fields,
            "criteria": random.sample(CRITERIA, random.randint(1, len(CRITERIA))),
            "rules": [{"kind": kind, "name": f"règle {kind}"} | RULES[kind](of) for kind in dict.fromkeys(turns)],
            "groups": sizes | {"goals": GOALS[self.number % len(GOALS)]},
            "sessions": self.sessions(),
        }
        return {
            "programme": programme,
            "members": people(fields, MENTEES, (count, count), random),
            "seed": self.number % 3,
        }

    def sessions(self) -> Table:
        """Return what is asked of the sessions."""
        return {
            "number": 3 + self.number % 2,
            "per_session": 1 + self.number % 3,
            "topics": "sujets",
            "attends": "dates",
            "wishes": {"field": "passage", "early": "Tôt", "middle": "Au milieu", "late": "Plus tard"},
            "urgent": {"field": "urgent", "in": ["Oui"]},
            "dates": {day: f"{day}T09:30" for day in DAYS},
            "zones": ["A", "B", "C"][: 1 + self.number % 3],
            "apart": [14, 60],
        }

    def found(self) -> Aspects:
        """Return what the five operations answer."""
        request = self.request()
        members = keys(MENTEES, len(request["members"]))
        further: dict[str, Table] = {
            "groups": request | {"apart": [members[:2]], "past": [members[2:5]]},
            "rotate": request | {"rounds": 2 + self.number % 2},
            "topics": request | {"staff": self.number % 2 == 0},
            "dates": request | {"staff": self.number % 2 == 1},
            "turns": request | {"dates": DAYS[: request["programme"]["sessions"]["number"]]},
        }
        return {kind: asked(kind, each) for kind, each in further.items()}


def sessions_fields() -> dict[str, Table]:
    """Return the questions about sessions."""
    return {
        "sujets": {"question": "Sujets", "kind": "choices", "options": TOPICS, "private": True},
        "dates": {"question": "Dates", "kind": "choices", "options": DAYS, "private": True},
        "passage": {
            "question": "Quand présenter ?",
            "kind": "choice",
            "options": ["Tôt", "Au milieu", "Plus tard", "Indifférent"],
        },
        "urgent": {"question": "Urgent", "kind": "yesno"},
    }


def cases() -> Iterator[Case]:
    """Yield every case of groups."""
    for number in range(24):
        yield Case(f"groups/{number:03d}", partial(Drawn.found, Drawn(number)), fast=number in (3, 4))
