"""What people are called in a text: by their keys, or by pseudonyms where a key would tell who they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mentormatch.assignment.rule import Rule
from mentormatch.assignment.rules.ban import Ban
from mentormatch.assignment.rules.pin import Pin
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.people import Cohort
from mentormatch.text import canonical

LETTERS: Mapping[Side, str] = {"mentor": "M", "mentee": "E"}
ABSENT = mark("personne absente")


@dataclass(frozen=True, slots=True)
class Labels:
    """The label of each person, by side and key; a key without a label is ``unknown``, or itself where that is None."""

    known: Mapping[tuple[Side, str], str] = field(default_factory=dict)
    unknown: str | None = None

    def person(self, side: Side, key: str) -> str:
        """Return what the person with this key is called."""
        return self.known.get((side, canonical(key)), key if self.unknown is None else self.unknown)

    def rule(self, rule: Rule) -> str:
        """Return what a rule is called; those that decide on one pair name its two people."""
        if isinstance(rule, Pin | Ban):
            pair = {"mentor": self.person("mentor", rule.mentor), "mentee": self.person("mentee", rule.mentee)}
            return rule.model_copy(update=pair).label
        return rule.label


KEYS = Labels()
"""Everybody is called by their key."""


def pseudonyms(cohort: Cohort) -> Labels:
    """Return numbered labels in the order of the cohort: M01, M02 ... for mentors, E01, E02 ... for mentees."""
    sides: tuple[Side, Side] = ("mentor", "mentee")
    known = {
        (side, canonical(key)): f"{LETTERS[side]}{number:0{digits(len(cohort.side(side)))}d}"
        for side in sides
        for number, key in enumerate(cohort.side(side).ids, start=1)
    }
    return Labels(known, tr(ABSENT))


def digits(count: int) -> int:
    """Return how many figures number this many people, two at least."""
    return max(2, len(str(count)))
