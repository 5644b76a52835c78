"""Whole blocks of pairs at once: the integer score of every pair, and how much of it rests on answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from mentormatch.columns import Index
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr
from mentormatch.people import Cohort, People
from mentormatch.scoring.criterion import Criterion

MILLION = 1_000_000
BLOCK_ROWS = 256
TOGETHER = 64
"""Pairs that are scored together, as a block of which the rest is not wanted."""

type IntBlock = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The score of every pair of a cohort.

    ``values`` (n, m) int32 in millionths; ``answered`` (n, m) float32, the weight of the criteria that both sides
    answered, between 0 and 1; ``criteria`` and their normalised ``weights``, from which the share of each criterion
    in one pair is worked out when it is asked for.
    """

    values: NDArray[np.int32]
    answered: NDArray[np.float32]
    criteria: tuple[Criterion, ...]
    weights: tuple[float, ...]

    @property
    def held(self) -> bool:
        """Whether the scores of all pairs are held: else they are worked out for those that are asked for."""
        return True

    def part(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        """Return the scores of some mentors with some mentees."""
        return np.asarray(self.values[np.ix_(mentors, mentees)])

    def at(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        """Return the scores of some pairs: the first of one side with the first of the other, and so on."""
        parts = [
            self.part(mentors[at : at + TOGETHER], mentees[at : at + TOGETHER]).diagonal()
            for at in range(0, len(mentors), TOGETHER)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)


class UnheldScores(ScoreTable):
    """The same of so many pairs that their scores are worked out when they are asked for; ``values`` does not exist."""

    __slots__ = ("cohort",)
    cohort: Cohort

    def __init__(self, cohort: Cohort, criteria: Sequence[Criterion]) -> None:
        parts = {"cohort": cohort, "criteria": tuple(criteria), "weights": normalised(criteria)}
        for name, part in parts.items():
            object.__setattr__(self, name, part)

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse what would take the scores of all pairs."""
        if name not in ("values", "answered"):
            raise AttributeError(name)
        pairs = prod(map(len, (self.cohort.mentors, self.cohort.mentees)))
        found = Problem(tr("paires"), str(pairs), advice=tr("demandez une paire, ou une personne, à la fois"))
        raise RequestError(tr("Il y a trop de paires pour les avoir toutes à la fois"), [found])

    @property
    def held(self) -> bool:
        return False

    def part(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        some = Cohort(self.cohort.mentors.take(mentors), self.cohort.mentees.take(mentees))
        return score(some, self.criteria).values


def score(cohort: Cohort, criteria: Sequence[Criterion]) -> ScoreTable:
    """Return the scores of every pair.

    Each criterion's share is its normalised weight times its value (``neutral`` where undefined), rounded to millionths
    by itself, so that the shares add up to the score exactly.
    """
    weights = normalised(criteria)
    n, m = len(cohort.mentors), len(cohort.mentees)
    values, answered = np.zeros((n, m), dtype=np.int32), np.zeros((n, m), dtype=np.float32)
    for start in range(0, n, BLOCK_ROWS):
        rows = np.arange(start, min(start + BLOCK_ROWS, n))
        left = cohort.mentors.take(rows)
        for criterion, weight in zip(criteria, weights, strict=True):
            share, known = contribution(criterion, weight, left, cohort.mentees)
            values[rows] += share
            answered[rows] += np.float32(weight) * known
    return ScoreTable(values, answered, tuple(criteria), weights)


def normalised(criteria: Sequence[Criterion]) -> tuple[float, ...]:
    """Return the weights divided by their sum; all 0 where the sum is 0."""
    total = sum(criterion.weight for criterion in criteria)
    return tuple(criterion.weight / total if total else 0.0 for criterion in criteria)


def contribution(
    criterion: Criterion, weight: float, left: People, right: People
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the share of one criterion in the scores, in millionths, and which pairs both sides answered."""
    values = criterion.score(left, right)
    known = ~np.isnan(values)
    share = np.rint(np.where(known, values, criterion.neutral) * weight * MILLION)
    return share.astype(np.int32), known
