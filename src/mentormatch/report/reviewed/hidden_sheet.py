"""What a workbook carries of its matching, in a sheet that staff do not see, so that it can be checked when it is back.

It names people by their keys and holds no answer: where it comes from, the pairs that it proposed, how many partners
each person takes, and which rule forbids each pair that cannot be.
"""

import json
from collections.abc import Iterator, Sequence
from math import prod
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.base.strict_json import JsonMessage, parse_json
from mentormatch.errors import RequestError
from mentormatch.explanation.edits import LETTERS, EditKind
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import canonical
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import Sha256
from mentormatch.record.digests import digest_of_answers, digest_of_programme, digests_of_people
from mentormatch.rules.formulation import forbidden_by_rule
from mentormatch.rules.rule import Rule, market_of

SHEET = mark("Repères")
REFUSED = mark("Refusé")
"""What staff choose to set a pair aside."""
CHUNK = 20_000
"""Characters of one cell."""
MOST_CELLS = 4_000_000
"""Beyond that many pairs the rules are not carried."""
ALLOWED, OTHER = "-", "?"
MARKS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
CONFIDENTIAL = mark("une règle confidentielle du programme")

type SheetPlaces = Annotated[int, Setting(ge=0)]


class Bearings(JsonMessage):
    """Where a workbook comes from.

    ``programme`` and ``answers`` are digests, the pairs decided by hand left out of the first. ``bans`` were set aside
    by hand before. ``forbidden`` has a text a mentor and a character a mentee: ``-`` where the pair is allowed, else
    the mark of a rule in ``rules``; it is empty for more than four million pairs. ``people`` has the digest of what
    each person answered, mentors first: by it the same people are known among other answers.
    """

    schema_version: Literal[1] = 1
    programme: Sha256
    answers: Sha256
    pairs: list[KeyPair]
    bans: list[KeyPair]
    mentors: dict[str, SheetPlaces]
    mentees: dict[str, SheetPlaces]
    forbidden: list[str]
    rules: dict[str, str]
    people: list[str] = Setting(default_factory=list)

    @classmethod
    def of(cls, matching: Matching) -> Self:
        """Return the bearings of a matching."""
        problem, cohort = matching.problem, matching.cohort
        forbidden, rules = forbidden_pairs(matching)
        return cls(
            programme=digest_without_decisions(matching.programme),
            answers=digest_of_answers(cohort),
            pairs=[(pair.mentor, pair.mentee) for pair in matching.pairs],
            bans=list(set_aside(matching)),
            mentors=dict(zip(cohort.mentors.ids, problem.mentors.most.tolist(), strict=True)),
            mentees=dict(zip(cohort.mentees.ids, problem.mentees.most.tolist(), strict=True)),
            forbidden=forbidden,
            rules=rules,
            people=list(digests_of_people(cohort).values()),
        )

    @classmethod
    def from_cells(cls, cells: Sequence[str]) -> Self | None:
        """Return the bearings in the cells of their sheet, None where these are not whole."""
        try:
            content = parse_json("".join(cells), by_person=True)
            return cls.model_validate(content, strict=False)  # a list stands for a pair
        except (ValidationError, RequestError):
            return None

    def cells(self) -> list[str]:
        """Return the same as texts that each fit a cell, in letters that no spreadsheet changes."""
        text = json.dumps(self.model_dump(mode="json"), separators=(",", ":"))
        return [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]

    def places(self, side: Side) -> dict[str, int]:
        """Return how many partners each person of one side takes, by key."""
        return self.mentors if side == "mentor" else self.mentees

    def count_unchanged(self, cohort: Cohort) -> int:
        """Return how many of its people are in a cohort with the same answers."""
        now = digests_of_people(cohort)
        people = [*(("mentor", key) for key in self.mentors), *(("mentee", key) for key in self.mentees)]
        return sum(now.get(person) == answers for person, answers in zip(people, self.people, strict=False))

    def rule_against(self, pair: KeyPair) -> str:
        """Return which rule forbids a pair, empty where none does or none is known."""
        if not self.forbidden:
            return ""
        mentor, mentee = (list(self.places(side)).index(key) for side, key in zip(LETTERS, pair, strict=True))
        sign = self.forbidden[mentor][mentee]
        return "" if sign == ALLOWED else self.rules.get(sign, tr("une règle du programme"))


def digest_without_decisions(programme: Programme) -> str:
    """Return the digest of a programme without the pairs that are decided, which the team goes on deciding."""
    rules = [rule for rule in programme.rules if rule.decided_pair is None]
    return digest_of_programme(programme.model_copy(update={"rules": rules}))


def pairs_by_hand(matching: Matching, kind: EditKind) -> Iterator[KeyPair]:
    """Yield the pairs that were imposed or set aside by hand for this matching."""
    cohort = matching.cohort
    for edit in matching.edits:
        if edit.kind == kind:
            yield cohort.mentors.ids[int(edit.mentor[1:]) - 1], cohort.mentees.ids[int(edit.mentee[1:]) - 1]


def set_aside(matching: Matching) -> Iterator[KeyPair]:
    """Yield the pairs that were set aside by hand, for this matching or in a workbook that it goes on from."""
    mentors, mentees = matching.cohort.mentors, matching.cohort.mentees
    refused = [note.pair for note in matching.notes if note.choice == REFUSED]
    here = [pair for pair in refused if mentors.has(pair[0]) and mentees.has(pair[1])]
    yield from dict.fromkeys([*pairs_by_hand(matching, "ban"), *here])


def forbidden_pairs(matching: Matching) -> tuple[list[str], dict[str, str]]:
    """Return the mark of the first rule that forbids each pair, and what the rule of each mark is called.

    A pair that was set aside by hand is not among them: the team may think again.
    """
    if prod(matching.problem.shape) > MOST_CELLS or not matching.scores.held:
        return [], {}
    market = market_of(matching.cohort, matching.scores.values)
    marks, rules = np.full(market.shape, ALLOWED), {}
    for number, (rule, block) in enumerate(forbidden_by_rule(lasting(matching), market)):
        sign = MARKS[number] if number < len(MARKS) else OTHER
        rules[sign] = describe_rule(rule, matching.programme)
        marks[block & (marks == ALLOWED)] = sign
    return ["".join(row) for row in marks.tolist()], {sign: rules[sign] for sign in rules if sign != OTHER}


def lasting(matching: Matching) -> list[Rule]:
    """Return the rules without those that set a pair aside by hand."""
    by_hand = {(canonical(mentor), canonical(mentee)) for mentor, mentee in set_aside(matching)}
    return [rule for rule in matching.programme.rules if tuple(map(canonical, rule.decided_pair or ())) not in by_hand]


def describe_rule(rule: Rule, programme: Programme) -> str:
    """Return what a rule is called, nothing of one that rests on an answer that is for the team alone."""
    private = any(programme.fields[reference.field].private for reference in rule.references())
    return tr(CONFIDENTIAL) if private else tr("la règle « {rule} »", rule=rule.label)
