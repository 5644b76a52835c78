"""Whole blocks of pairs at once: the integer score of every pair, and how much of it rests on answers.

Points that are looked up in a table: by the kinds of the two people, or by a number.

People who are alike to a criterion are of one kind, and get the same. A number is what a product of matrices gives.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, Index, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.fields import SIDES
from mentormatch.people.cohort import Cohort, People
from mentormatch.scoring.answer_classes import Distinct, by_answers, by_having_answered, strangers
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, Criterion, ItemPoints, piecewise
from mentormatch.scoring.emphasis import Emphasis

MOST = 1 << 15
"""A table holds so many points, at most: it stays in the cache, and numbers fit into 16 bits."""
FEW = 8
"""So many kinds are not worth finding out which of them are there, where nothing else tells people apart."""
ABOVE = 2.0
"""More than any value; what no two people can have in common may be worth anything."""

WIDE = 1 << 22
"""What each kind of the left gets is spread over all of the right at once, if that takes no more than this."""
FEW_CLASSES = 4
"""Kinds of two criteria are put together while there are so many times fewer of them than people, or more."""

type Points = NDArray[np.int32]
"""(n, m) int32, in millionths."""
type Factors = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class ClassPoints:
    """``table`` (u, m) int32: what each kind of person on the left gets; ``codes`` (n,): of which kind everybody is.

    Where it is not ``wide``, ``table`` is (u, v), by the kinds ``columns`` (m,) of the right.
    """

    codes: IntVector
    table: Points
    columns: IntVector | None = None

    @property
    def size(self) -> int:
        """Return how many kinds of people on the left are told apart."""
        return len(self.table)

    def joins(self, other: "ClassPoints") -> bool:
        """Return whether the kinds of both together are few enough."""
        wide = self.columns is None and other.columns is None
        return wide and FEW_CLASSES * len(self.table) * len(other.table) <= len(self.codes)

    def combine(self, other: "ClassPoints") -> "ClassPoints":
        """Return the sum of what both give."""
        table = (self.table[:, None] + other.table).reshape(self.size * other.size, self.table.shape[1])
        return ClassPoints(self.codes * len(other.table) + other.codes, table)

    def at(self, left: IntVector, right: IntVector) -> Points:
        """Return (e,) int32: the points of some pairs."""
        return np.asarray(self.table[self.codes[left], right if self.columns is None else self.columns[right]])

    def add(self, total: Points, rows: slice) -> None:
        """Add the points of some people of the left to ``total``, which holds their rows."""
        own = self.table.take(self.codes[rows], axis=0)
        total += own if self.columns is None else own.take(self.columns, axis=1)


def spread(points: Points, ours: IntVector, theirs: IntVector) -> ClassPoints:
    """Return what people get who are of kinds ``ours`` (n,) and ``theirs`` (m,), which get ``points`` (u, v) int32."""
    if len(points) * len(theirs) > WIDE:
        return ClassPoints(ours, points, theirs)
    return ClassPoints(ours, points.take(theirs, axis=1))


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Some pairs, each once, that get ``more`` (e,) int32 than others of their kinds."""

    left: IntVector
    right: IntVector
    more: Points

    def add(self, total: Points, rows: slice) -> None:
        """Add to the points of some people of the left in ``total``, which holds their rows."""
        here = (self.left >= rows.start) & (self.left < rows.stop)
        total[self.left[here] - rows.start, self.right[here]] += self.more[here]


@dataclass(frozen=True, slots=True)
class Kinds:
    """``codes`` (n,): which of u kinds each person is of; ``own`` (u,) what they gave, and whether it is ``known``."""

    codes: IntVector
    own: IntVector
    known: BoolVector

    @classmethod
    def of(cls, own: ItemPoints, known: BoolVector, few: int) -> "Kinds":
        """Return people by what they gave; those who did not answer are one kind.

        Of up to ``few`` kinds, there may be some of which nobody is.
        """
        numbers = ((own + 1) * known).astype(np.int64)
        highest = numbers.max(initial=0)
        if highest < few:
            return cls(numbers, np.arange(-1, highest), np.arange(highest + 1) > 0)
        used = np.bincount(numbers) > 0
        found = used.nonzero()[0]
        return cls((used.cumsum() - 1)[numbers], found - 1, found > 0)

    def __len__(self) -> int:
        return len(self.own)


@dataclass(frozen=True)
class LookupTable:
    """``points`` (c,) int32 by the number of a pair.

    It is the sum of the numbers of the one in ``left`` (n,) and the other in ``right`` (m,), and of what they have in
    common, times a step each.
    """

    left: IntVector
    right: IntVector
    common: tuple[tuple[CommonItems, int], ...]
    points: Points

    @property
    def size(self) -> int:
        """Return how many numbers there are."""
        return len(self.points)

    def joins(self, other: "LookupTable") -> bool:
        """Return whether the numbers of both together are few enough."""
        return self.size * other.size <= MOST

    def combine(self, other: "LookupTable") -> "LookupTable":
        """Return the sum of the points of both."""
        common = *((each, step * other.size) for each, step in self.common), *other.common
        points = np.add.outer(self.points, other.points).ravel()
        return LookupTable(self.left * other.size + other.left, self.right * other.size + other.right, common, points)

    @cached_property
    def factors(self) -> Factors:
        """Return (n, k) and (k, m), of which the product is the number of each pair. Made when first needed.

        They are held in float32, in which whole numbers up to 2**24 are exact. What stands beside the same ``right`` is
        added up on the left.
        """
        parts = dict[int, tuple[NDArray[np.float32], ItemPoints]]()
        for each, step in self.common:
            scaled = np.multiply(each.left, np.float32(step), dtype=np.float32, casting="same_kind")
            same = parts.get(id(each.right))
            parts[id(each.right)] = scaled if same is None else scaled + same[0], each.right
        lefts, rights = zip(*parts.values(), strict=True)
        left = [self.left[:, None], np.ones((len(self.left), 1)), *lefts]
        right = [np.ones((1, len(self.right))), self.right[None, :], *(each.T for each in rights)]
        return np.hstack(left, dtype=np.float32, casting="unsafe"), np.vstack(right, dtype=np.float32, casting="unsafe")

    def add(self, total: Points, rows: slice) -> None:
        """Add the points of some people of the left to ``total``, which holds their rows."""
        total += self.rows(rows)

    def rows(self, some: slice | IntVector) -> Points:
        """Return (r, m) int32: the points of some people of the left."""
        left, right = self.factors
        numbers = piecewise(left[some], right).astype(np.uint16)
        return self.points.take(numbers, mode="clip")  # all are within: "raise" takes longer

    def at(self, lefts: IntVector, rights: IntVector) -> IntVector:
        """Return (e,) int64: the points of some pairs."""
        left, right = self.factors
        numbers: IntVector = np.einsum("ek,ke->e", left[lefts], right[:, rights]).astype(np.int64)
        return self.points[numbers].astype(np.int64)

    def among(self, lefts: IntVector | slice, rights: IntVector | slice) -> "LookupTable":
        """Return the same for some people of both sides."""
        common = tuple(
            (CommonItems(each.left[lefts], each.right[rights], each.most), step) for each, step in self.common
        )
        return replace(self, left=self.left[lefts], right=self.right[rights], common=common)

    def swap_sides(self) -> "LookupTable":
        """Return the same with the sides exchanged."""
        common = tuple((CommonItems(each.right, each.left, each.most), step) for each, step in self.common)
        return replace(self, left=self.right, right=self.left, common=common)


def tabulate(tally: AnswerTally, points_of: Callable[[Block], Points]) -> LookupTable | ClassPoints | None:
    """Return the points of what is counted of two people; None where there are too many."""
    few = 0 if tally.common else FEW
    ours, theirs = (Kinds.of(*side, few) for side in zip(tally.own, tally.known, strict=True))
    shape = (len(ours), len(theirs), *(each.most + 1 for each in tally.common))
    if prod(shape) > MOST:
        return None
    points = points_of(_values(tally, (ours, theirs), shape))
    if not tally.common:
        return spread(points, ours.codes, theirs.codes)
    steps = [prod(shape[axis + 1 :]) for axis in range(len(shape))]
    common = tuple(zip(tally.common, steps[2:], strict=True))
    return LookupTable(ours.codes * steps[0], theirs.codes * steps[1], common, points.ravel())


def _values(tally: AnswerTally, kinds: Sequence[Kinds], shape: tuple[int, ...]) -> Block:
    """Return the values of each kind of the left with each of the right, by the numbers that they have in common."""
    axes = [each.own for each in kinds] + [np.arange(each.most + 1) for each in tally.common]
    open_mesh = [axis.reshape(-1, *[1] * (len(axes) - place - 1)) for place, axis in enumerate(axes)]
    values = np.empty(shape)
    np.minimum(tally.worth(*open_mesh), ABOVE, out=values)
    values[~kinds[0].known] = np.nan
    values[:, ~kinds[1].known] = np.nan
    return values


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


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable(ContentEquality):
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
