"""What one pair's score is made of: the points of each criterion, which add up to it, and the reason in words.

Chains of pairs: who accompanies somebody and is accompanied by somebody else, and whom these meet in their turn.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain as joined

import numpy as np
from numpy.typing import NDArray

from mentormatch.explanation.unmatched_people import Case
from mentormatch.languages.phrases import about, listed, of_two, percent, points
from mentormatch.languages.translation import SpokenText, tr, tr_n
from mentormatch.people.cohort import Cohort, People, Person
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.emphasis import Emphasis
from mentormatch.scoring.scores import MILLION, ScoreTable, contribution, normalise_weights

BLOCK = 32
"""So many pairs are explained together: scoring all of their people with each other is cheaper than one by one."""


@dataclass(frozen=True, slots=True)
class Contribution(SpokenText):
    """One criterion in one pair.

    ``share`` and ``full`` are millionths: what it adds, and what it would add at most; ``answered`` says whether both
    sides answered; ``reason`` says in words what the share rests on.
    """

    criterion: str
    kind: str
    group: str | None
    share: int
    full: int
    answered: bool
    reason: str

    def in_words(self) -> str:
        share, full = f"{points(self.share):>5}", f"{points(self.full):<5}"
        head = tr("{share} sur {full} {criterion}", share=share, full=full, criterion=self.criterion)
        return about(head, self.reason)


@dataclass(frozen=True, slots=True)
class Pair(SpokenText):
    """Two people: keys, score in millionths, the weight of what both answered (0 to 1), and what makes the score."""

    mentor: str
    mentee: str
    score: int
    answered: float
    contributions: tuple[Contribution, ...]

    def in_words(self) -> str:
        said = tr("{score} points sur 100, {known} connus", score=points(self.score), known=percent(self.answered))
        head = about(of_two(self.mentor, self.mentee), said)
        return "\n".join([head, *map(str, self.contributions)])

    @property
    def points(self) -> float:
        """The score out of 100."""
        return self.score / 10_000


def explain_pair(cohort: Cohort, scores: ScoreTable, mentor: int, mentee: int) -> Pair:
    """Return the pair at these positions, explained; its contributions add up to its score exactly."""
    return next(explain_pairs(cohort, scores, np.array([[mentor, mentee]])))


def explain_pairs(cohort: Cohort, scores: ScoreTable, pairs: NDArray[np.int64]) -> Iterator[Pair]:
    """Yield the pairs at these positions, (k, 2), explained, in that order; see ``explain_pair``."""
    if scores.emphasis is not None:
        yield from explain_emphasised(cohort, scores.criteria, scores.emphasis, pairs)
        return
    weighted = list(zip(scores.criteria, scores.weights, strict=True))
    for start in range(0, len(pairs), BLOCK):
        block = PairsAmong.of(cohort, pairs[start : start + BLOCK])
        shares = [explain_shares(criterion, weight, block) for criterion, weight in weighted]
        for place, (left, right) in enumerate(block.people()):
            parts = tuple(share[place] for share in shares)
            answered = sum((weight for part, (_, weight) in zip(parts, weighted, strict=True) if part.answered), 0.0)
            yield Pair(left.id, right.id, sum(part.share for part in parts), round(answered, 6), parts)


def explain_emphasised(
    cohort: Cohort, criteria: Sequence[Criterion], emphasis: Emphasis, pairs: NDArray[np.int64]
) -> Iterator[Pair]:
    """Yield the pairs explained, each with weights of its own, and with whose emphasis each criterion was."""
    named = emphasis.who_emphasised(cohort.mentors, criteria), emphasis.who_emphasised(cohort.mentees, criteria)
    for place in pairs:
        ours, theirs = (side[row] for side, row in zip(named, place, strict=True))
        weighed = emphasis.weigh(criteria, ours, theirs)
        table = ScoreTable(np.empty((0, 0), dtype=np.int32), weighed, normalise_weights(weighed))
        (pair,) = explain_pairs(cohort, table, place[None, :])
        parts = zip(pair.contributions, ours.tolist(), theirs.tolist(), strict=True)
        contributions = tuple(
            replace(part, reason=emphasis.describe_reason(part.reason, *sides)) for part, *sides in parts
        )
        yield replace(pair, contributions=contributions)


@dataclass(frozen=True, slots=True)
class PairsAmong:
    """Some pairs among few people, each of whom is there once: some criteria tell people apart by their keys."""

    left: People
    right: People
    places: tuple[NDArray[np.intp], NDArray[np.intp]]

    @classmethod
    def of(cls, cohort: Cohort, pairs: NDArray[np.int64]) -> "PairsAmong":
        """Return the pairs at these positions of a cohort."""
        (mentors, left), (mentees, right) = (np.unique(side, return_inverse=True) for side in pairs.T)
        return cls(cohort.mentors.take(mentors), cohort.mentees.take(mentees), (left, right))

    def people(self) -> Iterator[tuple[Person, Person]]:
        """Yield the two people of each pair."""
        for left, right in zip(*(side.tolist() for side in self.places), strict=True):
            yield self.left.person(left), self.right.person(right)


def explain_shares(criterion: Criterion, weight: float, block: PairsAmong) -> list[Contribution]:
    """Return what one criterion adds to each of some pairs."""
    found = contribution(criterion, weight, block.left, block.right)
    shares, known = (each[block.places].tolist() for each in found)
    full, named = int(np.rint(weight * MILLION)), (criterion.label, criterion.kind, criterion.group)
    reasons = [
        criterion.reason(*people) if answered else tr(criterion.undefined, share=percent(criterion.neutral))
        for people, answered in zip(block.people(), known, strict=True)
    ]
    return [
        Contribution(*named, share, full, answered, reason)
        for share, answered, reason in zip(shares, known, reasons, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Chain(SpokenText):
    """``mentors`` accompany the first of ``people``, each of whom accompanies the next, and the last ``mentees``.

    ``people`` are in both roles; where there are several, each has one mentor and one mentee. ``loop``: the last
    accompanies the first.
    """

    mentors: tuple[str, ...]
    people: tuple[str, ...]
    mentees: tuple[str, ...]
    loop: bool = False

    def in_words(self) -> str:
        steps = [listed(self.mentors), *self.people, listed(self.mentees)][self.loop :]
        count = 1 if self.loop else len(self.mentors)
        sentence = tr_n("{one} accompagne {other}", "{one} accompagnent {other}", count, one=steps[0], other=steps[1])
        for other in steps[2:]:
            sentence = tr("{told}, qui accompagne {other}", told=sentence, other=other)
        return tr("{told} : une boucle.", told=sentence) if self.loop else f"{sentence}."


def chains(case: Case) -> tuple[Chain, ...]:
    """Return the chains of the pairs of a case: everybody with a mentor and a mentee stands once in the middle of one.

    A chain goes on through whoever has one of each; who has several ends those that lead to them, and begins others.
    """
    links = Links(case)
    return tuple(links.chain(people) for people in links.runs())


class Links:
    """The pairs of people in both roles, by the place of each as a mentor.

    ``mentors`` and ``mentees`` are the partners of each, by place on their side; ``between`` who has some of both.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.as_mentee = dict(zip(*(side.tolist() for side in case.cohort.both), strict=True))
        self.as_mentor = {mentee: mentor for mentor, mentee in self.as_mentee.items()}
        self.mentees, held = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for mentor, mentee in case.solution.pairs.tolist() if self.as_mentee else ():
            self.mentees[mentor].append(mentee)
            held[mentee].append(mentor)
        self.mentors = {mentor: held[mentee] for mentor, mentee in self.as_mentee.items()}
        self.between = [one for one in sorted(self.as_mentee) if self.mentors[one] and self.mentees[one]]
        self.simple = {one for one in self.between if len(self.mentors[one]) == len(self.mentees[one]) == 1}

    def following(self, one: int) -> int | None:
        """Return whom somebody with one mentor and one mentee accompanies, if these are so too."""
        other = self.as_mentor.get(self.mentees[one][0])
        return other if other in self.simple else None

    def runs(self) -> Iterator[list[int]]:
        """Yield the people in the middle of each chain, loops last."""
        led, met = set(map(self.following, self.simple)), set[int]()
        first = [one for one in self.between if one not in self.simple or one not in led]
        for start in joined(first, self.between):
            if start not in met:
                run = list(self.run(start))
                met.update(run)
                yield run

    def run(self, start: int) -> Iterator[int]:
        """Yield somebody, and who follows in turn, up to who ends the chain or began it."""
        one: int | None = start
        while one is not None:
            yield one
            one = self.following(one) if one in self.simple else None
            one = None if one == start else one

    def chain(self, people: list[int]) -> Chain:
        """Return the chain with these people in the middle."""
        first, last = people[0], people[-1]
        mentors = tuple(self.case.name("mentor", one) for one in self.mentors[first])
        mentees = tuple(self.case.name("mentee", one) for one in self.mentees[last])
        names = tuple(self.case.name("mentor", one) for one in people)
        loop = first in self.simple and self.mentors[first] == [last]
        return Chain(mentors, names, names[:1] if loop else mentees, loop)


def same_once(reason: str) -> str:
    """Return a reason in which the same answer of both stands once.

    >>> same_once("Lyon / Lyon"), same_once("Lyon / Villeurbanne")
    ('Lyon', 'Lyon / Villeurbanne')
    """
    first, divider, second = reason.partition(" / ")
    return first if divider and first == second else reason
