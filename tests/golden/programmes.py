"""Programmes of pairs drawn from a seed: every criterion, every rule, every goal comes in its turn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from tests.golden.aspects import Aspects, Case, asked, of_request
from tests.golden.surveys import MENTEES, MENTORS, Table, keys, people, questions

GOALS = (
    ("matched", "priority", "total"),
    ("total",),
    ("matched", "floor", "total"),
    ("leximin",),
    ("matched", "floor_person", "total"),
    ("priority", "matched", "leximin"),
    ("matched", "total"),
    ("floor", "matched", "total"),
)
LANGUAGES = ("fr", "en")
DEPARTEMENTS = ["Ain", "Rhône", "Loire", "Cantal", "Savoie"]
SIZES = ((4, 4), (5, 9), (9, 5), (8, 8), (1, 6), (12, 10), (7, 13))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What settings are drawn from: the questions, and how many people each side has."""

    random: Random
    asked: Mapping[str, Table]
    counts: tuple[int, int]

    def key(self, side: str) -> str:
        """Return somebody of a side."""
        return self.random.choice(keys(side, self.counts[side == MENTEES]))

    def options(self, field: str, most: int = 2) -> list[str]:
        """Return some answers to a question."""
        options = {"accord": ["Oui", "Non"], "lieu": DEPARTEMENTS}.get(field) or self.asked[field]["options"]
        return self.random.sample(options, self.random.randint(1, min(most, len(options))))

    def one(self, *among: Any) -> Any:
        """Return one of several."""
        return self.random.choice(among)

    def bounds(self, least: int, most: int) -> Table:
        """Return a least, a most, or both."""
        low, high = sorted((self.random.randint(least, most), self.random.randint(least, most)))
        return dict(self.one({"least": low}, {"most": high}, {"least": low, "most": high}))


type Settings = Callable[[Drawing], Table]

CRITERIA: Mapping[str, Settings] = {
    "availability": lambda of: {"field": of.one("creneaux", "langues"), "enough": of.random.randint(1, 4)},
    "closeness": lambda of: of.one(
        {"field": "annees"}, {"field": "age", "within": 12.5}, {"field": "annees", "within": 2}
    ),
    "coverage": lambda of: of.one(
        {"mentee": "besoins", "mentor": "offre"},
        {"mentee": "gouts", "mentor": "langues"},
        {"mentee": "langues", "mentor": "gouts"},
    ),
    "near": lambda of: (
        {"field": "lieu", "within": of.one(0, 20), "zero_at": of.one(90, 400)}
        | of.one({}, {"unit": "minutes", "speed": 70})
    ),
    "overlap": lambda of: {"field": of.one("langues", "gouts", "creneaux", "employeurs")},
    "same": lambda of: {"field": of.one("metier", "accord", "annees", "lieu")},
    "table": lambda of: {
        "mentor": "public",
        "mentee": "situation",
        "otherwise": of.one(0.0, 0.25),
        "cells": [
            {"mentor": of.options("public", 1)[0], "mentee": of.options("situation", 1)[0], "points": of.one(1, 0.5)},
        ],
    },
    "unlike": lambda of: {"field": of.one("metier", "langues", "gouts", "creneaux", "employeurs")},
    "wishes": lambda of: of.one(
        {"mentee": "souhaits"}, {"mentor": "choisis", "most": 2}, {"mentee": "souhaits", "mentor": "choisis"}
    ),
}
"""Settings of a criterion of each kind."""


def said(of: Drawing, *fields: str, most: int = 2) -> Table:
    """Return a question, and some answers to it."""
    field = of.one(*fields)
    return {"field": field, "in": of.options(field, most)}


def missing(of: Drawing) -> Table:
    """Return what a missing answer means."""
    return {"missing": of.one("allow", "forbid")}


RULES: Mapping[str, Settings] = {
    "capacity": lambda of: of.one(
        {"field": "capacite", "most": 2},
        {"field": "capacite", "minimum": 2, "most": 3},
        {"side": MENTEES, "most": 2},
        {"most": 2, "minimum": 1, "always": True},
    ),
    "quota": lambda of: (
        {
            "where": [
                {"side": MENTEES, **said(of, "metier", "accord", "lieu")},
                *of.one([], [{"side": MENTORS, **said(of, "annees")}]),
            ]
        }
        | of.bounds(0, 3)
    ),
    "proportion": lambda of: (
        {"side": of.one(MENTORS, MENTEES), **said(of, "metier", "langues", "accord")}
        | of.one({"least": 30}, {"most": 60}, {"least": 20, "most": 80})
    ),
    "load": lambda of: {"weights": of.one("heures", 1, 1.25), "limit": of.one("limite", 3)} | missing(of),
    "priority": lambda of: of.one(
        {"side": MENTEES, **said(of, "metier", "accord")}, {"side": MENTORS, "people": [of.key(MENTORS)]}
    ),
    "pin": lambda of: {"mentor": of.key(MENTORS), "mentee": of.key(MENTEES)},
    "ban": lambda of: {"mentor": of.key(MENTORS), "mentee": of.key(MENTEES)},
    "history": lambda of: {"pairs": [{"mentor": of.key(MENTORS), "mentee": of.key(MENTEES)} for _ in range(3)]},
    "apart": lambda of: {"people": [of.key(MENTORS), of.key(MENTEES)]},
    "minimum_score": lambda of: {"points": of.one(20, 35, 60)},
    "require": lambda of: said(of, "accord", "metier", "annees") | missing(of),
    "gap": lambda of: (
        {"field": of.one("annees", "age"), "least": of.one(0, 1)} | of.one({}, {"most": 12}) | missing(of)
    ),
    "common": lambda of: {"field": of.one("creneaux", "langues", "metier")} | missing(of),
    "different": lambda of: {"field": of.one("employeurs", "metier", "lieu")} | missing(of),
    "veto": lambda of: {"field": "eviter", "against": of.one(["code"], ["code", "employeurs"])},
    "meet": lambda of: (
        {"place": "lieu", "travel": of.one("trajet", 120)}
        | of.one({}, {"remote": "accord"}, {"unit": "minutes"})
        | missing(of)
    ),
}
"""Settings of a rule of each kind that speaks of pairs."""


def criterion(of: Drawing, kind: str) -> Table:
    """Return a criterion of a kind, as a programme states it."""
    shared: Table = {"weight": of.one(1, 5, 10, 2.5), "neutral": of.one(0.0, 0.3, 0.5, 1.0)}
    told: Table = {"name": f"critère {kind}"} if of.random.random() < 0.7 else {}
    group: Table = of.one({}, {"group": "contexte"})
    return {"kind": kind} | shared | told | group | CRITERIA[kind](of)


def rule(of: Drawing, kind: str) -> Table:
    """Return a rule of a kind, as a programme states it."""
    return {"kind": kind, "name": f"règle {kind}"} | RULES[kind](of)


def some(random: Random, kinds: Mapping[str, Settings], first: int, most: int) -> list[str]:
    """Return kinds: the one whose turn it is, and others at random."""
    turn = list(kinds)[first % len(kinds)]
    return list(dict.fromkeys([turn, *random.sample(list(kinds), random.randint(0, most))]))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which programme is drawn: its number, how many people, and what makes it other than the rest."""

    number: int
    counts: tuple[int, int] | None = None
    tied: bool = False
    most_rules: int = 3

    def request(self) -> Table:
        """Return a request for its pairs: programme, people, pins and bans."""
        random = Random(f"golden {self.number}")
        counts = self.counts or SIZES[self.number % len(SIZES)]
        asked = questions(random)
        of = Drawing(random, asked, counts)
        own, others = (people(asked, side, counts, random) for side in (MENTORS, MENTEES))
        programme = {
            "programme": {"name": f"Programme {self.number}", "language": LANGUAGES[self.number % 2]},
            "fields": asked,
            "criteria": [] if self.number % 29 == 28 else self.criteria(of),
            "rules": [rule(of, kind) for kind in some(random, RULES, self.number, self.most_rules)],
            "goals": {"order": list(GOALS[self.number % len(GOALS)])},
            "documents": {"name": "nom", "contacts": ["nom", "courriel"], "message": "Bonjour.\nÀ bientôt."},
        }
        told = {"programme": programme, "mentors": own, "mentees": others, "seed": self.number % 5}
        return told | self.by_hand(of)

    def criteria(self, of: Drawing) -> list[Table]:
        """Return the criteria; with ``tied`` one that gives two scores, so that many pairs are alike."""
        if self.tied:
            return [{"kind": "same", "field": "accord", "weight": 1}]
        return [criterion(of, kind) for kind in some(of.random, CRITERIA, self.number, 4)]

    def by_hand(self, of: Drawing) -> Table:
        """Return pins and bans for every third programme."""
        if self.number % 3:
            return {}
        pairs = [{"mentor": of.key(MENTORS), "mentee": of.key(MENTEES)} for _ in range(2)]
        return {"bans": pairs[:1]} if pairs[0] == pairs[1] else {"pins": pairs[:1], "bans": pairs[1:]}


def unkept(number: int) -> Table:
    """Return a request whose rules cannot all be kept."""
    request = Drawn(number, (6, 7), most_rules=1).request()
    pin = {"mentor": "M01", "mentee": "E01"}
    ways: tuple[Table, ...] = (
        {"pins": [pin], "bans": [pin]},
        {"pins": [pin, {"mentor": "M01", "mentee": "E02"}], "bans": []},
        {"rules": [{"kind": "quota", "where": [{"side": MENTEES, "field": "accord", "in": ["Oui"]}], "least": 40}]},
        {"rules": [{"kind": "capacity", "side": MENTORS, "most": 3, "minimum": 3, "always": True}]},
        {"rules": [{"kind": "apart", "people": ["M01", "E01"]}, {"kind": "pin", **pin}]},
        {"rules": [{"kind": "load", "weights": "heures", "limit": 0}, {"kind": "pin", **pin}]},
        {
            "rules": [
                {"kind": "different", "field": "employeurs"},
                {"kind": "minimum_score", "points": 100},
                {"kind": "capacity", "side": MENTEES, "most": 1, "minimum": 1, "always": True},
            ]
        },
    )
    way = ways[number % len(ways)]
    programme = request["programme"] | {"rules": way.get("rules", request["programme"]["rules"])}
    return request | {"pins": way.get("pins", []), "bans": way.get("bans", []), "programme": programme}


OPERATIONS = ("why-not", "alternatives", "evaluate", "repair", "plans", "diagnose")
SPOILT: Mapping[str, Table] = {
    "unknown-key": {"programme": {"name": "x", "langue": "fr"}},
    "unknown-kind": {"criteria": [{"kind": "samme", "field": "metier"}]},
    "unknown-field": {"criteria": [{"kind": "same", "field": "metiers"}], "rules": [{"kind": "gap", "field": "lieu"}]},
    "unknown-option": {"rules": [{"kind": "require", "field": "metier", "in": ["Boulange"]}]},
    "wrong-type": {
        "rules": [{"kind": "capacity", "most": "deux"}],
        "criteria": [{"kind": "same", "field": "metier", "weight": 0}],
    },
    "doubled-goal": {"goals": {"order": ["matched", "matched"]}},
    "unknown-goal": {"goals": {"order": ["most"]}},
    "rule-of-groups": {"rules": [{"kind": "composition", "field": "metier", "least": 1}]},
    "crossed": {
        "rules": [
            {"kind": "quota", "where": [{"side": MENTEES, "field": "accord", "in": ["Oui"]}], "least": 3, "most": 1}
        ]
    },
    "documents": {"documents": {"contacts": ["metier"]}},
    "groups": {"groups": {"size": 4}},
}
"""Parts of a programme that cannot be taken."""
MISSENT: Mapping[str, Table] = {
    "unknown-pin": {"pins": [{"mentor": "M99", "mentee": "E01"}]},
    "negative-seed": {"seed": -1},
    "unknown-part": {"sead": 1},
    "nobody": {"mentors": [], "mentees": []},
    "twice": {"mentors": [{"id": "M01", "answers": {}}, {"id": "m01", "answers": {}}]},
    "unasked": {"mentors": [{"id": "M01", "answers": {"pointure": 42}}]},
    "wrong-answer": {"mentors": [{"id": "M01", "answers": {"metier": 3, "age": "vieux", "lieu": "Atlantide"}}]},
}
"""Parts of a request that cannot be taken."""


def spoilt(name: str, language: str) -> Table:
    """Return a request that is refused, or of which something is told."""
    request = Drawn(2, (4, 4)).request()
    programme = request["programme"] | SPOILT.get(name, {})
    return request | MISSENT.get(name, {}) | {"programme": programme, "language": language}


def cases() -> Iterator[Case]:
    """Yield every case of pairs: those that can be formed, whose rules cannot all hold, and those that are refused."""
    for number in range(72):
        further = OPERATIONS if number % 3 == 2 else ()
        whole = number % 4 == 3 and number not in (3, 7, 11)
        found = partial(of_drawn, Drawn(number), further, whole=whole)
        yield Case(f"pairs/{number:03d}", found, number < 16)
    for number in range(6):
        one = Drawn(200 + number, (14 + number, 16), tied=True, most_rules=1)
        yield Case(f"pairs/tied-{number}", partial(of_drawn, one, ("plans",), whole=number == 0), number == 1)
    for number in range(4):
        one = Drawn(300 + number, (20 + 3 * number, 24 + 2 * number), most_rules=1)
        yield Case(f"pairs/larger-{number}", partial(of_drawn, one, ("why-not", "alternatives"), whole=False))
    for number in range(7):
        found = partial(of_unkept, number)
        yield Case(f"pairs/unkept-{number}", found, number == 1)
    for name in (*SPOILT, *MISSENT):
        yield Case(f"refused/{name}", partial(of_spoilt, name), name in {"unknown-key", "unknown-field", "unknown-pin"})


def of_drawn(drawn: Drawn, further: Sequence[str], *, whole: bool) -> Aspects:
    """Return what is recorded of a programme that is drawn."""
    return of_request(drawn.request(), *further, whole=whole)


def of_unkept(number: int) -> Aspects:
    """Return what is recorded of a programme whose rules cannot all hold."""
    return of_request(unkept(number), "diagnose", "evaluate", whole=number % 2 == 0)


def of_spoilt(name: str) -> Aspects:
    """Return what is said of a request that is refused, in both languages."""
    return {language: asked("match", spoilt(name, language)) for language in LANGUAGES}
