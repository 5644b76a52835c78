"""What one pair's score is made of: the points of each criterion, which add up to it, and the reason in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mentormatch.languages import tr
from mentormatch.languages.phrases import about, percent, points
from mentormatch.people.cohort import Cohort, People, Person
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.emphasis import Emphasis
from mentormatch.scoring.score import MILLION, ScoreTable, contribution, normalise_weights

BLOCK = 32
"""So many pairs are explained together: scoring all of their people with each other is cheaper than one by one."""


@dataclass(frozen=True, slots=True)
class Contribution:
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

    def __str__(self) -> str:
        share, full = f"{points(self.share):>5}", f"{points(self.full):<5}"
        head = tr("{share} sur {full} {criterion}", share=share, full=full, criterion=self.criterion)
        return about(head, self.reason)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people: keys, score in millionths, the weight of what both answered (0 to 1), and what makes the score."""

    mentor: str
    mentee: str
    score: int
    answered: float
    contributions: tuple[Contribution, ...]

    def __str__(self) -> str:
        said = tr("{score} points sur 100, {known} connus", score=points(self.score), known=percent(self.answered))
        head = about(f"{self.mentor} - {self.mentee}", said)
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
        criterion.reason(*people) if answered else tr(criterion.undefined)
        for people, answered in zip(block.people(), known, strict=True)
    ]
    return [
        Contribution(*named, share, full, answered, reason)
        for share, answered, reason in zip(shares, known, reasons, strict=True)
    ]
