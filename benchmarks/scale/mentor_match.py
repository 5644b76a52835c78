"""mentor-match at work: run by a Python that has it, with a market on the standard input, seconds on the output.

It gets one round, of its own kinds of rules, or of all criteria and rules of the programme, written as its rules are:
for them the same points are given, to the millionth. The start of Python and the reading are not counted.
"""

import json
import sys
from importlib.metadata import version
from time import monotonic
from typing import Any

from matching.match import Match
from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import process_data
from matching.rules.rule import Disqualify, Equivalent, Grade, Rule
from pointed import VALUES  # it stands beside this file, which is run as a script

MILLION = 1_000_000


class Points(Rule):
    """A criterion: the points of a pair by what both answered, and the neutral ones if either did not."""

    def __init__(self, asked: dict[str, Any]) -> None:
        super().__init__()
        self.place, self.weight, self.neutral, self.scale = (
            asked[part] for part in ("place", "weight", "neutral", "scale")
        )
        self.value = VALUES[asked["kind"]]

    def evaluate(self, match_object: Match) -> bool:
        return self.apply(match_object) > 0

    def apply(self, match_object: Match) -> int:
        ours, theirs = match_object.mentor.answers[self.place], match_object.mentee.answers[self.place]
        value = self.neutral if ours is None or theirs is None else self.value(ours, theirs, self.scale, self.neutral)
        return round(value * self.weight * MILLION)


def of_the_programme(asked: dict[str, Any]) -> list[Rule]:
    """Return all its rules and criteria; the last are asked first, and rules first of all."""
    least = asked["least_points"]
    return [
        Disqualify(lambda match: match.score < least),
        *(Points(each) for each in asked["criteria"]),
        Disqualify(lambda match: match.mentor.slots.isdisjoint(match.mentee.slots)),
        Disqualify(lambda match: match.mentor.languages.isdisjoint(match.mentee.languages)),
        Disqualify(lambda match: not match.mentor.refused.isdisjoint(match.mentee.known_as)),
        Disqualify(lambda match: not match.mentee.refused.isdisjoint(match.mentor.known_as)),
        Disqualify(lambda match: not match.mentor.employers.isdisjoint(match.mentee.employers)),
        Disqualify(lambda match: match.mentor.grade - match.mentee.grade < asked["grades"]),
    ]


def of_its_own(asked: dict[str, Any]) -> list[Rule]:
    """Return two rules and three criteria of its own kinds."""
    return [
        Disqualify(lambda match: match.mentor.grade - match.mentee.grade < asked["grades"]),
        Disqualify(lambda match: match.mentor.organisation == match.mentee.organisation),
        Equivalent("profession", {True: 10, False: 0}),
        Equivalent("role", {True: 3, False: 0}),
        Grade(3, lambda apart, wanted: apart <= wanted, {True: 5, False: 0}),
    ]


SETS = ("slots", "languages", "refused", "known_as", "employers")


def persons(kind: type, people: list[dict[str, Any]], listed: list[int]) -> list[Any]:
    """Return its people, with their answers; those at the places in ``listed`` are sets."""
    found = []
    for person in people:
        each = kind(**person)
        each.answers = [
            set(answer) if place in listed and answer is not None else answer
            for place, answer in enumerate(person["answers"])
        ]
        for name in SETS:
            setattr(each, name, frozenset(person[name]))
        found.append(each)
    return found


def main() -> None:
    """Match, and tell the seconds, the pairs and the versions."""
    asked = json.load(sys.stdin)
    listed = [each["place"] for each in asked["criteria"] if each["kind"] == "availability"]
    mentors, mentees = (persons(kind, asked[side], listed) for kind, side in ((Mentor, "mentors"), (Mentee, "mentees")))
    begun = monotonic()
    process_data(mentors, mentees, [of_the_programme(asked) if asked["whole"] else of_its_own(asked)])
    seconds = monotonic() - begun
    pairs = [(mentor.email, mentee.email) for mentor in mentors for mentee in mentor.mentees]
    versions = {name: version(name) for name in ("mentor-match", "munkres")}
    json.dump({"wall_s": seconds, "pairs": pairs, **versions}, sys.stdout)


if __name__ == "__main__":
    main()
