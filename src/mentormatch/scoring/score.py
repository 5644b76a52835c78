"""Whole blocks of pairs at once: the integer score of every pair, and how much of it rests on answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import NoReturn

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
BLOCK, FEWEST_ROWS, BLOCK_ROWS = 1 << 15, 64, 256
"""So many pairs are scored at once, that they stay in the cache; but so many rows at least, and at most."""
MANY, REPEATED = 60_000, 1.3
"""With so many pairs, those who gave the same answers are scored once, if there are so many times fewer of these."""
SPREAD = 1 << 22
"""What each kind of one side gets is spread over the people of the other at once, if that takes no more than this."""
TOGETHER = 64
"""Pairs that are scored together, as a block of which the rest is not wanted."""

type IntBlock = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The score of every pair of a cohort.

    ``values`` (n, m) int32 in millionths; ``criteria`` and their normalised ``weights``, from which the share of each
    criterion in one pair, and whether both sides answered it, are worked out when they are asked for.
    """

    values: NDArray[np.int32]
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
        if name != "values":
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
    weights, shape = normalised(criteria), (len(cohort.mentors), len(cohort.mentees))
    values = np.zeros(shape, dtype=np.int32)
    for criterion, weight in zip(criteria, weights, strict=True):
        _add(values, criterion, weight, *(only(cohort.side(side), criterion.fields_of(side)) for side in SIDES))
    return ScoreTable(values, tuple(criteria), weights)


SIDES: tuple[Side, Side] = ("mentor", "mentee")


def _add(values: IntBlock, criterion: Criterion, weight: float, mentors: People, mentees: People) -> None:
    """Add to the score of every pair, in place, what a criterion gives."""
    named = criterion.named(mentors, mentees)
    if named is not None:
        _add_named(values, criterion, weight, (_unnamed(mentors), _unnamed(mentees)), named)
        return
    kinds = (_alike(mentors), _alike(mentees)) if values.size > MANY else None
    if kinds and REPEATED * prod(len(alike) for _, alike in kinds) <= values.size:
        _add_by_kind(values, criterion, weight, kinds)
        return
    for rows, share in _shares(criterion, weight, mentors, mentees):
        values[rows] += share


def _shares(
    criterion: Criterion, weight: float, left: People, right: People
) -> Iterator[tuple[slice, NDArray[np.int32]]]:
    """Yield what a criterion gives, some rows after the other, as it stays in the cache."""
    for rows in _strips(len(left), len(right)):
        yield rows, contribution(criterion, weight, left.take(np.arange(rows.start, rows.stop)), right)[0]


type Kinds = tuple[People, Distinct]
"""People, and which of them are alike."""


def _alike(people: People) -> Kinds:
    return people, by_answers(people, tuple(people.columns))


def _unnamed(people: People) -> Kinds:
    fields = tuple(people.columns)
    return strangers(people, fields), by_having_answered(people, fields)


def _add_by_kind(values: IntBlock, criterion: Criterion, weight: float, kinds: tuple[Kinds, Kinds]) -> IntBlock:
    """Add the same, where people of a kind get the same: it is asked for one of each kind. Return what kinds get."""
    (left, ours), (right, theirs) = kinds
    shares = _shares(criterion, weight, left.take(ours.first), right.take(theirs.first))
    share = np.concatenate([each for _, each in shares] or [values[:0, :0]])
    wide = len(ours) * values.shape[1] <= SPREAD
    spread = share.take(theirs.codes, axis=1) if wide else share
    for rows in _strips(*values.shape):
        own = spread.take(ours.codes[rows], axis=0)
        values[rows] += own if wide else own.take(theirs.codes, axis=1)
    return share


def _add_named(values: IntBlock, criterion: Criterion, weight: float, kinds: tuple[Kinds, Kinds], named: Named) -> None:
    """Add the same, where some pairs get something for who they are, and all others by which of the two answered."""
    share = _add_by_kind(values, criterion, weight, kinds)
    usual = share[kinds[0][1].codes[named.left], kinds[1][1].codes[named.right]]
    values[named.left, named.right] += np.rint(named.values * weight * MILLION).astype(np.int32) - usual


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
    share = values * weight
    share *= MILLION
    if not known.all():
        share = np.where(known, share, criterion.neutral * weight * MILLION)
    return np.rint(share, out=share).astype(np.int32), known
