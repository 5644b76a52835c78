"""What people are called in a text: keys, or pseudonyms where a key would tell who they are; people in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mentormatch.fields import SIDES, Side
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import counted, listed, thousands
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import Rule

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

    def anybody(self, side: Side | None, key: str) -> str:
        """Return what somebody with this key is called, on whichever side they are where that is not said."""
        known: Side = "mentor" if ("mentor", canonical(key)) in self.known else "mentee"
        return self.person(side or known, key)

    def rule(self, rule: Rule) -> str:
        """Return what a rule is called; those that decide on some people name them."""
        return rule.rename_people(self.anybody).label

    def row(self, name: str, rules: Sequence[Rule]) -> str:
        """Return what a side constraint is called, which bears the name of one of the rules."""
        return next((self.rule(rule) for rule in rules if rule.label == name), name)


KEYS = Labels()
"""Everybody is called by their key."""


def pseudonyms(cohort: Cohort) -> Labels:
    """Return numbered labels in the order of the cohort: M01, M02 ... for mentors, E01, E02 ... for mentees.

    Who is on both sides has one, as a mentor.
    """
    known = {
        (side, canonical(key)): f"{LETTERS[side]}{number:0{digits(len(cohort.side(side)))}d}"
        for side in SIDES
        for number, key in enumerate(cohort.side(side).ids, start=1)
    }
    return Labels(known | {mentee: known[mentor] for mentor, mentee in on_both_sides(cohort)}, tr(ABSENT))


def on_both_sides(cohort: Cohort) -> list[tuple[tuple[Side, str], tuple[Side, str]]]:
    """Return who is on both sides: side and key as they are compared, as a mentor and as a mentee."""
    keys = cohort.mentors.compared, cohort.mentees.compared
    return [(("mentor", keys[0][i]), ("mentee", keys[1][k])) for i, k in zip(*cohort.both, strict=True)]


def codes(cohort: Cohort, programme: Programme) -> Labels:
    """Return people by their codes where they have some, by pseudonyms where keys are e-mail addresses."""
    return KEYS if programme.fields_with("key") else pseudonyms(cohort)


IN_ROLE: Mapping[Side, str] = {"mentor": mark("{person} comme mentor·e"), "mentee": mark("{person} comme mentoré·e")}


def in_role(person: str, side: Side) -> str:
    r"""Return what somebody is called who is on both sides, where one of them is meant.

    >>> in_role("P02", "mentor")
    'P02 comme mentor·e'
    """
    return tr(IN_ROLE[side], person=person)


def digits(count: int) -> int:
    """Return how many figures number this many people, two at least."""
    return max(2, len(str(count)))


def people_in_words(number: int, side: Side) -> str:
    r"""Return a number of people of one side.

    >>> people_in_words(1, "mentor"), people_in_words(2, "mentee")
    ('1\xa0mentor·e', '2\xa0mentoré·es')
    """
    return counted(number, "mentor·e") if side == "mentor" else counted(number, "mentoré·e")


def possible_people(number: int, side: Side) -> str:
    r"""Return a number of people of one side who are possible partners.

    >>> possible_people(2, "mentor")
    '2\xa0mentor·es possibles'
    """
    if side == "mentor":
        return counted(number, "mentor·e possible", "mentor·es possibles")
    return counted(number, "mentoré·e possible", "mentoré·es possibles")


def these(number: int, side: Side) -> str:
    r"""Return "these" with a number of people of one side.

    >>> these(5, "mentor"), these(1, "mentee")
    ('Ces 5\xa0mentor·es', 'Ce·tte mentoré·e')
    """
    said = thousands(number)
    if side == "mentor":
        return tr_n("Ce·tte mentor·e", "Ces {number}\u00a0mentor·es", number, number=said)
    return tr_n("Ce·tte mentoré·e", "Ces {number}\u00a0mentoré·es", number, number=said)


def first_of(names: Sequence[str], most: int, count: int | None = None) -> str:
    r"""Return the first few names, and how many others there are of ``count``, by default of these.

    >>> first_of(["M1", "M2", "M3"], 2)
    'M1, M2 et 1\xa0autre'
    """
    others = (len(names) if count is None else count) - most
    return listed([*names[:most], *([counted(others, "autre")] if others > 0 else [])])
