"""Pairs -> the points of each criterion, which add up to the score, with reasons; and chains of pairs.

A chain contains people in both roles: each accompanies the next.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain as joined

import numpy as np
from numpy.typing import NDArray

from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.languages.phrases import about, listed, of_two, percent, points
from mentormatch.languages.translation import SpokenText, tr, tr_n
from mentormatch.people.cohort import Cohort, People, Person
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.emphasis import Emphasis
from mentormatch.scoring.scores import MILLION, ScoreTable, contribution, normalise_weights

BLOCK_PAIRS = 32
"""Pairs explained together: scoring all combinations of their people is faster than scoring pair by pair."""


@dataclass(frozen=True, slots=True)
class Contribution(SpokenText):
    """The points of one criterion in one pair.

    ``share`` and its maximum ``full`` are in millionths of the score; ``answered``: both sides answered; ``reason``
    explains the share in words.
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


@dataclass(frozen=True, slots=True, repr=False)
class Pair(SpokenText):
    """Two people by keys: score in millionths, the weight of the criteria both answered (0 to 1), and contributions."""

    mentor: str
    mentee: str
    score: int
    answered: float
    contributions: tuple[Contribution, ...]

    def in_words(self) -> str:
        sentence = tr("{score} points sur 100, {known} connus", score=points(self.score), known=percent(self.answered))
        head = about(of_two(self.mentor, self.mentee), sentence)
        return "\n".join([head, *map(str, self.contributions)])

    @property
    def points(self) -> float:
        """The score out of 100."""
        return self.score / 10_000

    def __repr__(self) -> str:
        return (
            f"Pair(mentor={self.mentor!r}, mentee={self.mentee!r}, points={self.points:.1f}, answered={self.answered})"
        )


def explain_pair(cohort: Cohort, scores: ScoreTable, mentor: int, mentee: int) -> Pair:
    """Return the pair at these positions, explained; its contributions add up to its score exactly."""
    return next(explain_pairs(cohort, scores, np.array([[mentor, mentee]])))


def explain_pairs(cohort: Cohort, scores: ScoreTable, pairs: NDArray[np.int64]) -> Iterator[Pair]:
    """Yield the pairs at these positions, (k, 2), explained, in that order; see ``explain_pair``."""
    if scores.emphasis is not None:
        yield from explain_emphasised(cohort, scores.criteria, scores.emphasis, pairs)
        return
    weighted = list(zip(scores.criteria, scores.weights, strict=True))
    for start in range(0, len(pairs), BLOCK_PAIRS):
        block = PairsAmong.of(cohort, pairs[start : start + BLOCK_PAIRS])
        shares = [explain_shares(criterion, weight, block) for criterion, weight in weighted]
        for index, (mentor, mentee) in enumerate(block.people()):
            parts = tuple(share[index] for share in shares)
            answered = sum((weight for part, (_, weight) in zip(parts, weighted, strict=True) if part.answered), 0.0)
            yield Pair(mentor.id, mentee.id, sum(part.share for part in parts), round(answered, 6), parts)


def explain_emphasised(
    cohort: Cohort, criteria: Sequence[Criterion], emphasis: Emphasis, pairs: NDArray[np.int64]
) -> Iterator[Pair]:
    """Yield the pairs explained, each with its own weights, and the people whose emphasis these reflect."""
    emphasised = emphasis.who_emphasised(cohort.mentors, criteria), emphasis.who_emphasised(cohort.mentees, criteria)
    for pair_rows in pairs:
        ours, theirs = (side[row] for side, row in zip(emphasised, pair_rows, strict=True))
        weighted_criteria = emphasis.weigh(criteria, ours, theirs)
        table = ScoreTable(np.empty((0, 0), dtype=np.int32), weighted_criteria, normalise_weights(weighted_criteria))
        (pair,) = explain_pairs(cohort, table, pair_rows[None, :])
        parts = zip(pair.contributions, ours.tolist(), theirs.tolist(), strict=True)
        contributions = tuple(
            replace(part, reason=emphasis.describe_reason(part.reason, *sides)) for part, *sides in parts
        )
        yield replace(pair, contributions=contributions)


@dataclass(frozen=True, slots=True)
class PairsAmong:
    """Pairs among few people. Each person occurs once, because some criteria identify people by key."""

    mentors: People
    mentees: People
    places: tuple[NDArray[np.intp], NDArray[np.intp]]

    @classmethod
    def of(cls, cohort: Cohort, pairs: NDArray[np.int64]) -> "PairsAmong":
        """Return the pairs at these positions of a cohort."""
        (mentors, mentor_index), (mentees, mentee_index) = (np.unique(side, return_inverse=True) for side in pairs.T)
        return cls(cohort.mentors.take(mentors), cohort.mentees.take(mentees), (mentor_index, mentee_index))

    def people(self) -> Iterator[tuple[Person, Person]]:
        for mentor, mentee in zip(*(side.tolist() for side in self.places), strict=True):
            yield self.mentors.person(mentor), self.mentees.person(mentee)


def explain_shares(criterion: Criterion, weight: float, block: PairsAmong) -> list[Contribution]:
    """Return the contributions of one criterion to each of some pairs."""
    arrays = contribution(criterion, weight, block.mentors, block.mentees)
    shares, is_answered = (array[block.places].tolist() for array in arrays)
    full, named = int(np.rint(weight * MILLION)), (criterion.label, criterion.kind, criterion.group)
    reasons = [
        criterion.reason(*people) if answered else tr(criterion.undefined, share=percent(criterion.neutral))
        for people, answered in zip(block.people(), is_answered, strict=True)
    ]
    return [
        Contribution(*named, share, full, answered, reason)
        for share, answered, reason in zip(shares, is_answered, reasons, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Chain(SpokenText):
    """``mentors`` accompany the first of ``people``, each accompanies the next, and the last accompanies ``mentees``.

    ``people`` are in both roles; if there are several, each has one mentor and one mentee. ``loop``: the last
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
        for next_person in steps[2:]:
            sentence = tr("{told}, qui accompagne {other}", told=sentence, other=next_person)
        return tr("{told} : une boucle.", told=sentence) if self.loop else f"{sentence}."


def chains(case: SolvedInstance) -> tuple[Chain, ...]:
    """Return the chains of the pairs of a case: each person with a mentor and a mentee is in the middle of one chain.

    A chain continues through people with one mentor and one mentee; people with several partners end and begin
    chains.
    """
    links = PairLinks(case)
    return tuple(links.chain(people) for people in links.runs())


class PairLinks:
    """The pairs of people in both roles, identified by their position as a mentor.

    ``mentors`` and ``mentees`` map each person to the positions of their partners; ``between`` are the people with
    both, ``simple`` those with one mentor and one mentee.
    """

    def __init__(self, case: SolvedInstance) -> None:
        self.case = case
        self.as_mentee = dict(zip(*(side.tolist() for side in case.cohort.both), strict=True))
        self.as_mentor = {mentee: mentor for mentor, mentee in self.as_mentee.items()}
        self.mentees, mentors_of_mentee = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for mentor, mentee in case.solution.pairs.tolist() if self.as_mentee else ():
            self.mentees[mentor].append(mentee)
            mentors_of_mentee[mentee].append(mentor)
        self.mentors = {mentor: mentors_of_mentee[mentee] for mentor, mentee in self.as_mentee.items()}
        self.between = [row for row in sorted(self.as_mentee) if self.mentors[row] and self.mentees[row]]
        self.simple = {row for row in self.between if len(self.mentors[row]) == len(self.mentees[row]) == 1}

    def following(self, row: int) -> int | None:
        """Return the mentee of a ``simple`` person; None, as the chain ends there, if the mentee is not ``simple``."""
        next_row = self.as_mentor.get(self.mentees[row][0])
        return next_row if next_row in self.simple else None

    def runs(self) -> Iterator[list[int]]:
        """Yield the people in the middle of each chain, loops last."""
        followers, visited = set(map(self.following, self.simple)), set[int]()
        starts = [row for row in self.between if row not in self.simple or row not in followers]
        for start in joined(starts, self.between):
            if start not in visited:
                run = list(self.run(start))
                visited.update(run)
                yield run

    def run(self, start: int) -> Iterator[int]:
        """Yield the people from ``start`` to the end of the chain, or once around a loop."""
        row: int | None = start
        while row is not None:
            yield row
            row = self.following(row) if row in self.simple else None
            row = None if row == start else row

    def chain(self, people: list[int]) -> Chain:
        """Return the chain with these people in the middle."""
        first, last = people[0], people[-1]
        mentors = tuple(self.case.name("mentor", row) for row in self.mentors[first])
        mentees = tuple(self.case.name("mentee", row) for row in self.mentees[last])
        names = tuple(self.case.name("mentor", row) for row in people)
        loop = first in self.simple and self.mentors[first] == [last]
        return Chain(mentors, names, names[:1] if loop else mentees, loop)


def same_once(reason: str) -> str:
    """Return a reason without the repetition of an equal answer of both sides.

    >>> same_once("Lyon / Lyon"), same_once("Lyon / Villeurbanne")
    ('Lyon', 'Lyon / Villeurbanne')
    """
    first, divider, second = reason.partition(" / ")
    return first if divider and first == second else reason
