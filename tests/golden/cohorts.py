"""Cohorts of 5,000 to 8,000 a side drawn from a seed: scores that are not held, rules that couple pairs."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import mentormatch as mm
from tests.golden.aspects import Aspects, Case, cohort_of, of_matching
from tests.golden.surveys import MENTEES, MENTORS, Person, Table, people, questions

NEEDS = {"kind": "coverage", "mentee": "besoins", "mentor": "offre", "weight": 35}
TASTES = {"kind": "overlap", "field": "gouts", "weight": 10}
TIMES = {"kind": "availability", "field": "creneaux", "enough": 3, "weight": 8}
YEARS = {"kind": "closeness", "field": "annees", "weight": 6}
TRADE = {"kind": "same", "field": "metier", "weight": 5}
NEAR = {"kind": "near", "field": "lieu", "zero_at": 200, "weight": 5}
ALL: tuple[Table, ...] = (NEEDS, TASTES, TIMES, YEARS, TRADE, NEAR)

DIFFERENT = {"kind": "different", "field": "employeurs"}
COMMON = {"kind": "common", "field": "creneaux"}
GAP = {"kind": "gap", "field": "annees", "least": 1}
PLACES = {"kind": "capacity", "field": "capacite", "most": 3}
FIRST = {"kind": "priority", "side": MENTEES, "field": "accord", "in": ["Oui"]}
QUOTA = {"kind": "quota", "where": [{"side": MENTEES, "field": "lieu", "in": ["Cantal", "Ain"]}], "least": 700}
BOTH = {
    "kind": "quota",
    "where": [{"side": MENTEES, "field": "accord", "in": ["Oui"]}, {"side": MENTORS, "field": "accord", "in": ["Non"]}],
    "most": 900,
}
SHARE = {"kind": "proportion", "side": MENTEES, "field": "accord", "in": ["Oui"], "most": 55}
TWO = {"kind": "capacity", "field": "capacite", "minimum": 2, "most": 3}
TOTAL = ("matched", "total")


@dataclass(frozen=True, slots=True)
class Wide:
    """One cohort and what is asked of it; of ``kinds`` people, each many times over, where that is said."""

    name: str
    counts: tuple[int, int]
    criteria: tuple[Table, ...] = ALL
    rules: tuple[Table, ...] = ()
    goals: tuple[str, ...] = TOTAL
    kinds: int | None = None

    def request(self) -> Table:
        """Return programme and people."""
        random = Random(f"golden {self.name}")
        asked = questions(Random("golden wide"))
        own, others = (self.drawn(asked, side, random) for side in (MENTORS, MENTEES))
        programme = {
            "programme": {"name": self.name, "language": "fr"},
            "fields": asked,
            "criteria": list(self.criteria),
            "rules": list(self.rules),
            "goals": {"order": list(self.goals)},
        }
        return {"programme": programme, "mentors": own, "mentees": others, "seed": 3}

    def drawn(self, asked: dict[str, Table], side: str, random: Random) -> list[Person]:
        """Return the people of one side."""
        if self.kinds is None:
            return people(asked, side, self.counts, random)
        kinds = people(asked, side, (self.kinds, self.kinds), random)
        count = self.counts[side == MENTEES]
        return [random.choice(kinds) | {"id": f"{kinds[0]['id'][0]}{place:05d}"} for place in range(count)]

    def found(self) -> Aspects:
        """Return what is recorded of its pairs."""
        request = self.request()
        programme = mm.Programme.read(request["programme"])
        cohort = cohort_of(request, programme)
        matching = mm.match(cohort, programme, seed=request["seed"])
        return of_matching(matching)


WIDE = (
    Wide("held", (5_000, 5_000), ALL, (DIFFERENT, GAP)),
    Wide("open", (7_000, 7_000)),
    Wide("places", (6_000, 8_000), ALL, (PLACES, COMMON)),
    Wide("priority", (6_500, 8_000), ALL, (FIRST, GAP), ("matched", "priority", "total")),
    Wide("quotas", (6_500, 6_500), ALL, (QUOTA, BOTH, COMMON)),
    Wide("proportion", (6_500, 6_500), ALL, (SHARE, COMMON)),
    Wide("minimums", (4_500, 10_000), ALL, (TWO,)),
    Wide("floor", (6_500, 6_500), ALL, (COMMON,), ("matched", "floor", "total")),
    Wide("floor-person", (6_500, 6_500), ALL, (), ("matched", "floor_person", "total")),
    Wide("leximin", (6_500, 6_500), ALL, (GAP,), ("leximin",)),
)


def cases() -> Iterator[Case]:
    """Yield every case of large cohorts."""
    for each in WIDE:
        yield Case(f"cohorts/{each.name}", each.found)
