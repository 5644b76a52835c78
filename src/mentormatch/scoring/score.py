"""Whole blocks of pairs at once: the integer score of every pair, and how much of it rests on answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import Index
from mentormatch.fields import SIDES
from mentormatch.people.cohort import Cohort, People
from mentormatch.scoring.answer_classes import Distinct, by_answers, by_having_answered, strangers
from mentormatch.scoring.criterion import Block, Criterion
from mentormatch.scoring.emphasis import Emphasis
from mentormatch.scoring.lookup import ClassPoints, Exceptions, LookupTable, spread, tabulate

MILLION = 1_000_000
BLOCK, FEWEST_ROWS, BLOCK_ROWS = 1 << 15, 64, 256
"""So many pairs are scored at once, that they stay in the cache; but so many rows at least, and at most."""
MANY, REPEATED = 20_000, 1.3
"""With so many pairs, points are looked up where they can be; where they cannot, those who gave the same answers are
scored once, if there are so many times fewer of these.
"""
VAST, OFTEN = 1 << 18, 4
"""With so many pairs, these are scored once even where points can be looked up, if there are so many times fewer."""
TOGETHER = 64
"""Pairs that are scored together, as a block of which the rest is not wanted."""

type IntBlock = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The score of every pair of a cohort.

    ``values`` (n, m) int32 in millionths; ``criteria`` and their normalised ``weights``, from which the share of each
    criterion in one pair, and whether both sides answered it, are worked out when they are asked for. With an
    ``emphasis`` the weights are those of people who named nothing.
    """

    values: NDArray[np.int32]
    criteria: tuple[Criterion, ...]
    weights: tuple[float, ...]
    emphasis: Emphasis | None = None

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


def score(cohort: Cohort, criteria: Sequence[Criterion], emphasis: Emphasis | None = None) -> ScoreTable:
    """Return the scores of every pair.

    Each criterion's share is its normalised weight times its value (``neutral`` where undefined), rounded to millionths
    by itself, so that the shares add up to the score exactly. With an ``emphasis`` the weights are those of the pair.
    """
    weights = normalise_weights(criteria)
    if emphasis is not None:
        values = np.zeros((len(cohort.mentors), len(cohort.mentees)), dtype=np.int32)
        for mentors, mentees, weighed in emphasis.parts(cohort, criteria):
            part = Cohort(cohort.mentors.take(mentors), cohort.mentees.take(mentees))
            values[np.ix_(mentors, mentees)] = score(part, weighed).values
        return ScoreTable(values, tuple(criteria), weights, emphasis)
    values = np.zeros((len(cohort.mentors), len(cohort.mentees)), dtype=np.int32)
    shares = join_shares(
        [share for rated in zip(criteria, weights, strict=True) for share in _shares(Share(*rated), cohort)]
    )
    for rows in _strips(*values.shape):
        for share in shares:
            share.add(values[rows], rows)
    return ScoreTable(values, tuple(criteria), weights)


@dataclass(frozen=True, slots=True)
class Share:
    """What one criterion gives."""

    criterion: Criterion
    weight: float

    def of(self, values: Block) -> IntBlock:
        """Return values in millionths of the score, ``neutral`` where they are undefined."""
        share = values * self.weight
        share *= MILLION
        if np.isnan(share.max(initial=0.0)):
            np.copyto(share, self.criterion.neutral * self.weight * MILLION, where=np.isnan(share))
        return np.rint(share, out=share).astype(np.int32)

    def block(self, left: People, right: People) -> IntBlock:
        """Return what every pair gets."""
        return self.of(self.criterion.score(left, right))


@dataclass(frozen=True, slots=True)
class Direct:
    """What a criterion gives, worked out for each pair."""

    share: Share
    left: People
    right: People

    def add(self, total: IntBlock, rows: slice) -> None:
        """Add the points of some people of the left to ``total``, which holds their rows."""
        some = self.left if len(total) == len(self.left) else self.left.take(np.arange(rows.start, rows.stop))
        total += self.share.block(some, self.right)


type Adding = Direct | Exceptions | LookupTable | ClassPoints


def _shares(share: Share, cohort: Cohort) -> Iterator[Adding]:
    """Yield what a criterion gives to all pairs, found in the way that takes least."""
    criterion = share.criterion
    left, right = (cohort.side(side).with_answers(criterion.fields_of(side)) for side in SIDES)
    named = criterion.pairs_by_name(left, right)
    if named is None:
        yield _share(share, left, right)
        return
    usual = _usual(share, left, right)
    yield usual
    yield Exceptions(named.left, named.right, share.of(named.values) - usual.at(named.left, named.right))


def _share(share: Share, left: People, right: People) -> Direct | LookupTable | ClassPoints:
    """Return what a criterion gives that names no pair."""
    pairs = len(left) * len(right)
    tally = share.criterion.tally(left, right) if pairs > MANY else None
    found = tabulate(tally, share.of) if tally else None
    if isinstance(found, ClassPoints) or pairs <= (MANY if found is None else VAST):
        return found or Direct(share, left, right)
    kinds = [by_answers(people, tuple(people.columns)) for people in (left, right)]
    if (REPEATED if found is None else OFTEN) * prod(map(len, kinds)) <= pairs:
        return spread(_by_kind(share, *_one_each(left, right, kinds)), *(kind.codes for kind in kinds))
    return found or Direct(share, left, right)


def _one_each(left: People, right: People, kinds: Sequence[Distinct]) -> list[People]:
    """Return one person of each kind."""
    return [people.take(kind.first) for people, kind in zip((left, right), kinds, strict=True)]


def _by_kind(share: Share, left: People, right: People) -> IntBlock:
    """Return what one person of each kind gets, worked out some rows after the other, as it stays in the cache."""
    points = np.zeros((len(left), len(right)), dtype=np.int32)
    for rows in _strips(*points.shape):
        Direct(share, left, right).add(points[rows], rows)
    return points


def _usual(share: Share, left: People, right: People) -> ClassPoints:
    """Return what pairs get that are not named, by which of the two answered."""
    tally = share.criterion.tally(left, right)
    found = tabulate(tally, share.of) if tally else None
    if isinstance(found, ClassPoints):
        return found
    kinds = [by_having_answered(people, tuple(people.columns)) for people in (left, right)]
    some = [strangers(people, tuple(people.columns)) for people in _one_each(left, right, kinds)]
    return spread(share.block(*some), *(kind.codes for kind in kinds))


def join_shares(shares: Sequence[Adding]) -> list[Adding]:
    """Return the same, those put together that are added at once."""
    lookups = [each for each in shares if isinstance(each, LookupTable)]
    spreads = [each for each in shares if isinstance(each, ClassPoints)]
    others = [each for each in shares if isinstance(each, Direct | Exceptions)]
    return [*_together(lookups), *_together(spreads), *others]


def _together[T: (LookupTable, ClassPoints)](shares: Sequence[T]) -> Iterator[T]:
    """Yield shares, put together as far as they may be: each, from the smallest on, with those that fit."""
    left = sorted(shares, key=lambda each: each.size)
    while left:
        first, rest = left[0], list[T]()
        for other in left[1:]:
            if first.joins(other):
                first = first.combine(other)
            else:
                rest.append(other)
        left = rest
        yield first


def _strips(count: int, width: int) -> Iterator[slice]:
    """Yield the rows that are scored together."""
    step = min(max(BLOCK // max(width, 1), FEWEST_ROWS), BLOCK_ROWS)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def normalise_weights(criteria: Sequence[Criterion]) -> tuple[float, ...]:
    """Return the weights divided by their sum; all 0 where the sum is 0."""
    total = sum(criterion.weight for criterion in criteria)
    return tuple(criterion.weight / total if total else 0.0 for criterion in criteria)


def contribution(
    criterion: Criterion, weight: float, left: People, right: People
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the share of one criterion in the scores, in millionths, and which pairs both sides answered."""
    values = criterion.score(left, right)
    return Share(criterion, weight).of(values), ~np.isnan(values)
