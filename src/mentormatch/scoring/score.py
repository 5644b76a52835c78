"""Whole blocks of pairs at once: the integer score of every pair, and how much of it rests on answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from mentormatch.columns import Index
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.people import Cohort, People
from mentormatch.scoring.criterion import Criterion, Named
from mentormatch.scoring.distinct import Distinct, by_answers, by_having_answered, only, strangers

MILLION = 1_000_000
BLOCK, FEWEST_ROWS, BLOCK_ROWS = 1 << 14, 32, 256
"""So many pairs are scored at once, that they stay in the cache; but so many rows at least, and at most."""
MANY, REPEATED = 60_000, 4
"""With so many pairs, those who gave the same answers are scored once, if there are so many times fewer of these."""
TOGETHER = 64
"""Pairs that are scored together, as a block of which the rest is not wanted."""

type IntBlock = NDArray[np.int64]


class Shares(NamedTuple):
    """What a criterion adds to some ``rows`` in millionths, and in which pairs both ``known`` sides answered."""

    rows: slice
    share: NDArray[np.int32]
    known: NDArray[np.bool_]


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
    shape = len(cohort.mentors), len(cohort.mentees)
    table = ScoreTable(np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.float32), tuple(criteria), weights)
    for criterion, weight in zip(criteria, weights, strict=True):
        mentors, mentees = (only(cohort.side(side), criterion.fields_of(side)) for side in SIDES)
        for rows, share, known in _shares(criterion, weight, mentors, mentees):
            table.values[rows] += share
            table.answered[rows] += np.float32(weight) * known
    return table


SIDES: tuple[Side, Side] = ("mentor", "mentee")


def _shares(criterion: Criterion, weight: float, mentors: People, mentees: People) -> Iterator[Shares]:
    """Yield what a criterion gives, some rows after the other."""
    named = criterion.named(mentors, mentees)
    if named is not None:
        yield from _with_named(_by_kind(criterion, weight, *map(_unnamed, (mentors, mentees))), named, weight)
        return
    kinds = [_alike(people) for people in (mentors, mentees)] if len(mentors) * len(mentees) > MANY else []
    if kinds and REPEATED * prod(len(alike) for _, alike in kinds) <= len(mentors) * len(mentees):
        yield from _by_kind(criterion, weight, *kinds)
        return
    for rows in _strips(len(mentors), len(mentees)):
        some = mentors.take(np.arange(rows.start, rows.stop))
        yield Shares(rows, *contribution(criterion, weight, some, mentees))


type Kinds = tuple[People, Distinct]
"""People, and which of them are alike."""


def _alike(people: People) -> Kinds:
    return people, by_answers(people, tuple(people.columns))


def _unnamed(people: People) -> Kinds:
    fields = tuple(people.columns)
    return strangers(people, fields), by_having_answered(people, fields)


def _by_kind(criterion: Criterion, weight: float, mentors: Kinds, mentees: Kinds) -> Iterator[Shares]:
    """Yield what a criterion gives where people of a kind get the same: it is asked for one of each kind."""
    (left, ours), (right, theirs) = mentors, mentees
    share, known = contribution(criterion, weight, left.take(ours.first), right.take(theirs.first))
    for rows in _strips(len(left), len(right)):
        own = ours.codes[rows]
        yield Shares(rows, share[own].take(theirs.codes, axis=1), known[own].take(theirs.codes, axis=1))


def _with_named(found: Iterator[Shares], named: Named, weight: float) -> Iterator[Shares]:
    """Yield the same, with what pairs get for who they are."""
    points = np.rint(named.values * weight * MILLION)
    for each in found:
        some = (named.left >= each.rows.start) & (named.left < each.rows.stop)
        each.share[named.left[some] - each.rows.start, named.right[some]] = points[some]
        yield each


def _strips(count: int, width: int) -> Iterator[slice]:
    """Yield the rows that are scored together."""
    step = min(max(BLOCK // max(width, 1), FEWEST_ROWS), BLOCK_ROWS)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


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
    share = np.where(known, values, criterion.neutral)
    share *= weight
    share *= MILLION
    return np.rint(share, out=share).astype(np.int32), known
