"""The thirty cohorts: how many people, in which language, by which survey tool, under which rules and goals.

Each is the example programme ``mentorat`` with further rules, and people drawn from its questions by a seed
(``benchmarks.population``); two are of groups, from ``codeveloppement``. All survey tools that the library reads, all
rules and both languages come in their turn. Nothing is stored: ``python -m benchmarks.cohorts make`` writes the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mentormatch as mm
from benchmarks.cohorts.english import translated
from mentormatch import Programme

type Table = Mapping[str, Any]

OWN = ("matched", "priority", "total")
"""The goals of the example programme."""
CAPACITIES = ("capacity", "load")


@dataclass(frozen=True)
class Case:
    """A cohort: people of both sides, its ``tool``, and what its programme asks beyond the example.

    ``both``: so many people are mentor and mentee at once. ``groups``: all are members, and groups of so many are
    formed; there are no mentees.
    """

    name: str
    mentors: int
    mentees: int
    language: str = "fr"
    tool: str = "plain"
    rules: tuple[Table, ...] = ()
    goals: tuple[str, ...] = OWN
    both: int = 0
    groups: int = 0

    @property
    def people(self) -> int:
        return self.mentors + self.mentees - self.both

    @property
    def programme(self) -> Programme:
        """The programme, in the language of the cohort."""
        data = mm.examples.programme("codeveloppement" if self.groups else "mentorat").model_dump(
            by_alias=True, exclude_none=True, mode="json"
        )
        data["rules"] = [rule for rule in data["rules"] if rule["kind"] != "quota" or self.groups]
        data["rules"] += [{"name": f"{rule['kind']} {number}", **rule} for number, rule in enumerate(self.rules, 1)]
        data["programme"] |= {"language": self.language}
        if self.groups:
            data["groups"] = {"least": self.groups - 1, "most": self.groups, "goals": ["placed", "total"]}
            data["criteria"] = [
                each for each in data["criteria"] if each["kind"] != "availability"
            ]  # not of two people
            data.pop("sessions", None)
        else:
            data["goals"] = {"order": list(self.goals)}
        if self.both:
            data["fields"]["role"]["options"] = [*data["fields"]["role"]["options"], "Les deux"]
            data["programme"]["role"]["both"] = "Les deux"
        return Programme.read(translated(data) if self.language == "en" else data)


def rule(kind: str, **settings: Any) -> Table:
    """Return a rule as a programme states it; ``among`` is its ``in``."""
    return {"kind": kind} | {{"among": "in"}.get(name, name): setting for name, setting in settings.items()}


RURAL = ["Cantal", "Allier", "Haute-Loire", "Ain", "Isère"]
WHERE = [{"side": "mentee", "field": "territoire", "in": RURAL}]
TWO = rule("capacity", side="mentee", most=2)
"""A mentee may have two mentors."""

CASES = (
    Case("eight", 4, 4),
    Case("ten", 4, 6, "en", "google"),
    Case("twelve", 5, 7, "fr", "microsoft", (rule("ban", mentor="M000000", mentee="E000000"),)),
    Case("sixteen", 6, 10, "en", "tally", (rule("apart", people=["M000001", "E000002"]),)),
    Case("twenty", 8, 12, "fr", "framaforms", (rule("history", pairs=[{"mentor": "M000002", "mentee": "E000003"}]),)),
    Case("wishes-of-place", 10, 14, "en", "typeform", (rule("meet", place="territoire", travel=400),)),
    Case("told-beforehand", 12, 16, "fr", "limesurvey", (rule("pin", mentor="M000005", mentee="E000012"),)),
    Case("only-points", 16, 20, "en", "surveymonkey", goals=("total",)),
    Case(
        "needs-covered", 18, 22, "fr", "nextcloud", (rule("covers", mentee="besoins", mentor="transmettre", level=2),)
    ),
    Case("rural-quota", 20, 28, "en", "helloasso", (rule("quota", where=WHERE, least=2),)),
    Case(
        "a-share",
        25,
        35,
        "fr",
        "google",
        (rule("proportion", side="mentee", field="territoire", among=RURAL, most=50),),
    ),
    Case("no-weak-pair", 30, 40, "en", "plain", goals=("matched", "floor", "total")),
    Case("siblings", 36, 44, "fr", "microsoft", (rule("together", people=["E000001", "E000002"]),)),
    Case("two-mentors-that-differ", 50, 40, "en", "tally", (TWO, rule("diversity", field="territoire"))),
    Case(
        "two-mentors-that-complete",
        60,
        40,
        "fr",
        "framaforms",
        (TWO, rule("complementary", mentee="besoins", mentor="transmettre", first=2, level=2)),
    ),
    Case("hours", 50, 70, "en", "typeform", (rule("load", weights=1, limit=2.0),)),
    Case("two-or-none", 60, 90, "fr", "limesurvey", (rule("capacity", field="capacite", minimum=2, most=3),)),
    Case("places-kept", 70, 110, "en", "surveymonkey", (rule("reserve", places=5),)),
    Case("both-roles", 90, 120, "fr", "plain", (rule("both_roles", most=2),), both=30),
    Case("weakest-first", 100, 150, "en", "nextcloud", goals=("leximin",)),
    Case("groups-of-five", 40, 0, "fr", groups=5),
    Case("groups-of-eight", 64, 0, "en", groups=8),
    Case("three-hundred", 120, 180, "fr", "helloasso"),
    Case("five-hundred", 200, 300, "en", "google", (rule("quota", where=WHERE, most=40),)),
    Case("seven-hundred", 300, 400, "fr", "nextcloud", (rule("common", field="territoire"),)),
    Case("one-thousand", 400, 600, "en", "limesurvey", (rule("minimum_score", points=50),)),
    Case("two-thousand", 800, 1_200, "fr", "framaforms"),
    Case("twenty-thousand", 8_000, 12_000, "en"),
    Case("fifty-thousand", 20_000, 30_000, "fr"),
    Case("hundred-thousand", 40_000, 60_000, "en"),
)
