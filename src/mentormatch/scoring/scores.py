"""Cohort + criteria -> the integer score of every pair, computed in blocks of pairs.

For each criterion the cheapest of three ways is chosen: a table by classes of people with equal answers; a table by the
number that a product of matrices gives to each pair; the criterion itself, pair by pair. Pairs that a criterion names
are then corrected one by one.
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
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, Criterion, ItemPoints, matmul_in_pieces
from mentormatch.scoring.emphasis import Emphasis


@dataclass(frozen=True, slots=True)
class ScoringOptions:
    """Numbers that decide how scores are computed; none of them changes a score."""

    # Entries of a lookup table: it stays in the cache, and indices fit into 16 bits
    max_table_points: int = 1 << 15
    # Up to this number, it is not worth finding the kinds that occur, if no counts are common
    max_uncompacted_kinds: int = 8
    # Up to this size, a table by classes of the left is expanded to all people of the right
    max_wide_cells: int = 1 << 22
    # Classes of two criteria are merged if people are this many times as numerous, or more
    merge_factor: int = 4
    # Pairs scored at once stay in the cache; but a block has at least this number of rows
    pairs_per_block: int = 1 << 15
    min_block_rows: int = 64
    # From this number of pairs, points are looked up in a table if there is one
    lookup_min_pairs: int = 20_000
    # People with equal answers are scored once if that makes this many times fewer pairs
    dedup_min_ratio: float = 1.3
    # From this number of pairs, that is done even if there is a table, with this ratio
    dedup_min_pairs: int = 1 << 18
    dedup_min_ratio_lookup: float = 4
    # Pairs scored as the diagonal of one block, whose other scores are dropped
    pairs_at_once: int = 64


SCORING_OPTIONS = ScoringOptions()
ABOVE_ANY_VALUE = 2.0  # cap of the values of counts that no pair can have, which may be arbitrary


type Points = NDArray[np.int32]
"""(n, m) int32, in millionths."""
type Factors = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class ClassPoints:
    """Points by class of the person on the left: ``table`` (u, m) int32, and the class of each person ``codes`` (n,).

    If ``columns`` (m,) is given, the table is (u, v), by the class of the person on the right.
    """

    codes: IntVector
    table: Points
    columns: IntVector | None = None

    @property
    def size(self) -> int:
        """The number of classes of people on the left."""
        return len(self.table)

    def joins(self, other: "ClassPoints") -> bool:
        """Return whether merging both tables is cheap: both are expanded, and the product of their classes is small."""
        wide = self.columns is None and other.columns is None
        return wide and SCORING_OPTIONS.merge_factor * len(self.table) * len(other.table) <= len(self.codes)

    def combine(self, other: "ClassPoints") -> "ClassPoints":
        """Return the sum of both tables, by pairs of classes."""
        table = (self.table[:, None] + other.table).reshape(self.size * other.size, self.table.shape[1])
        return ClassPoints(self.codes * len(other.table) + other.codes, table)

    def at(self, left: IntVector, right: IntVector) -> Points:
        """Return (e,) int32: the points of some pairs."""
        return np.asarray(self.table[self.codes[left], right if self.columns is None else self.columns[right]])

    def add(self, total: Points, rows: slice) -> None:
        """Add the points of the people at ``rows`` of the left to ``total`` (len(rows), m)."""
        points = self.table.take(self.codes[rows], axis=0)
        total += points if self.columns is None else points.take(self.columns, axis=1)


def expand_classes(points: Points, ours: IntVector, theirs: IntVector) -> ClassPoints:
    """Return the points of people of classes ``ours`` (n,) and ``theirs`` (m,), given those of classes (u, v)."""
    if len(points) * len(theirs) > SCORING_OPTIONS.max_wide_cells:
        return ClassPoints(ours, points, theirs)
    return ClassPoints(ours, points.take(theirs, axis=1))


@dataclass(frozen=True, slots=True)
class ScoreOverrides:
    """Corrections ``more`` (e,) int32 to the points of some pairs, each once."""

    left: IntVector
    right: IntVector
    more: Points

    def add(self, total: Points, rows: slice) -> None:
        """Add the corrections of the people at ``rows`` of the left to ``total`` (len(rows), m)."""
        in_rows = (self.left >= rows.start) & (self.left < rows.stop)
        total[self.left[in_rows] - rows.start, self.right[in_rows]] += self.more[in_rows]


@dataclass(frozen=True, slots=True)
class AnswerKinds:
    """The kinds of people with equal counts: ``codes`` (n,) is the kind of each of n people, out of u kinds.

    ``own`` (u,) is the count of each kind (see ``AnswerTally``), ``known`` (u,) whether people of this kind answered.
    """

    codes: IntVector
    own: IntVector
    known: BoolVector

    @classmethod
    def of(cls, own: ItemPoints, known: BoolVector, max_uncompacted: int) -> "AnswerKinds":
        """Return the kinds of people with equal counts; people who did not answer are one kind.

        If there are at most ``max_uncompacted`` kinds, some of them may have no people.
        """
        numbers = ((own + 1) * known).astype(np.int64)
        highest = numbers.max(initial=0)
        if highest < max_uncompacted:
            return cls(numbers, np.arange(-1, highest), np.arange(highest + 1) > 0)
        used = np.bincount(numbers) > 0
        used_numbers = used.nonzero()[0]
        return cls((used.cumsum() - 1)[numbers], used_numbers - 1, used_numbers > 0)

    def __len__(self) -> int:
        return len(self.own)


@dataclass(frozen=True)
class LookupTable:
    """Points of a pair by an index: ``points`` (c,) int32.

    The index is a sum: the number of one person in ``left`` (n,), that of the other in ``right`` (m,), and each number
    in ``common`` times its step.
    """

    left: IntVector
    right: IntVector
    common: tuple[tuple[CommonItems, int], ...]
    points: Points

    @property
    def size(self) -> int:
        """The number of indices."""
        return len(self.points)

    def joins(self, other: "LookupTable") -> bool:
        """Return whether the table of the sum of both is small enough."""
        return self.size * other.size <= SCORING_OPTIONS.max_table_points

    def combine(self, other: "LookupTable") -> "LookupTable":
        """Return the table of the summed points of both."""
        common = *((items, step * other.size) for items, step in self.common), *other.common
        points = np.add.outer(self.points, other.points).ravel()
        return LookupTable(self.left * other.size + other.left, self.right * other.size + other.right, common, points)

    @cached_property
    def factors(self) -> Factors:
        """Matrices (n, k) and (k, m) whose product is the index of each pair; computed at first use.

        They are float32, in which integers up to 2**24 are exact. Terms with the same right matrix are added on the
        left.
        """
        parts = dict[int, tuple[NDArray[np.float32], ItemPoints]]()
        for items, step in self.common:
            scaled = np.multiply(items.left, np.float32(step), dtype=np.float32, casting="same_kind")
            previous = parts.get(id(items.right))
            parts[id(items.right)] = scaled if previous is None else scaled + previous[0], items.right
        lefts, rights = zip(*parts.values(), strict=True)
        left = [self.left[:, None], np.ones((len(self.left), 1)), *lefts]
        right = [np.ones((1, len(self.right))), self.right[None, :], *(items.T for items in rights)]
        return np.hstack(left, dtype=np.float32, casting="unsafe"), np.vstack(right, dtype=np.float32, casting="unsafe")

    def add(self, total: Points, rows: slice) -> None:
        """Add the points of the people at ``rows`` of the left to ``total`` (len(rows), m)."""
        total += self.rows(rows)

    def rows(self, people: slice | IntVector) -> Points:
        """Return (r, m) int32: the points of some people of the left."""
        left_factor, right_factor = self.factors
        indices = matmul_in_pieces(left_factor[people], right_factor).astype(np.uint16)
        return self.points.take(indices, mode="clip")  # all indices are valid: checking them takes longer

    def at(self, lefts: IntVector, rights: IntVector) -> IntVector:
        """Return (e,) int64: the points of some pairs."""
        left_factor, right_factor = self.factors
        indices: IntVector = np.einsum("ek,ke->e", left_factor[lefts], right_factor[:, rights]).astype(np.int64)
        return self.points[indices].astype(np.int64)

    def among(self, lefts: IntVector | slice, rights: IntVector | slice) -> "LookupTable":
        """Return the table restricted to some people of both sides."""
        common = tuple(
            (CommonItems(items.left[lefts], items.right[rights], items.most), step) for items, step in self.common
        )
        return replace(self, left=self.left[lefts], right=self.right[rights], common=common)

    def swap_sides(self) -> "LookupTable":
        """Return the table with the sides exchanged."""
        common = tuple((CommonItems(items.right, items.left, items.most), step) for items, step in self.common)
        return replace(self, left=self.right, right=self.left, common=common)


def tabulate(tally: AnswerTally, points_of: Callable[[Block], Points]) -> LookupTable | ClassPoints | None:
    """Return the points of all pairs as a table of the possible counts. None if the table would be too large."""
    max_uncompacted = 0 if tally.common else SCORING_OPTIONS.max_uncompacted_kinds
    ours, theirs = (AnswerKinds.of(*side, max_uncompacted) for side in zip(tally.own, tally.known, strict=True))
    shape = (len(ours), len(theirs), *(items.most + 1 for items in tally.common))
    if prod(shape) > SCORING_OPTIONS.max_table_points:
        return None
    points = points_of(_values(tally, (ours, theirs), shape))
    if not tally.common:
        return expand_classes(points, ours.codes, theirs.codes)
    steps = [prod(shape[axis + 1 :]) for axis in range(len(shape))]
    common = tuple(zip(tally.common, steps[2:], strict=True))
    return LookupTable(ours.codes * steps[0], theirs.codes * steps[1], common, points.ravel())


def _values(tally: AnswerTally, kinds: Sequence[AnswerKinds], shape: tuple[int, ...]) -> Block:
    """Return the value of each combination of counts: kind of the left, kind of the right, each common count."""
    axes = [side.own for side in kinds] + [np.arange(items.most + 1) for items in tally.common]
    open_mesh = [axis.reshape(-1, *[1] * (len(axes) - index - 1)) for index, axis in enumerate(axes)]
    values = np.empty(shape)
    np.minimum(tally.worth(*open_mesh), ABOVE_ANY_VALUE, out=values)
    values[~kinds[0].known] = np.nan
    values[:, ~kinds[1].known] = np.nan
    return values


MILLION = 1_000_000
BLOCK_ROWS = 256

type IntBlock = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable(ContentEquality):
    """The score of every pair of a cohort: ``values`` (n, m) int32 in millionths.

    ``criteria`` and their normalised ``weights`` are kept, so that the share of each criterion in a pair can be
    computed on request. With an ``emphasis``, the weights are those of pairs in which neither person named a criterion.
    """

    values: NDArray[np.int32]
    criteria: tuple[Criterion, ...]
    weights: tuple[float, ...]
    emphasis: Emphasis | None = None

    @property
    def held(self) -> bool:
        """Whether the scores of all pairs are stored; else they are computed on request."""
        return True

    def part(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        """Return the scores of some mentors with some mentees."""
        return np.asarray(self.values[np.ix_(mentors, mentees)])

    def at(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        """Return the scores of some pairs, given by two sequences of equal length."""
        step = SCORING_OPTIONS.pairs_at_once
        parts = [
            self.part(mentors[start : start + step], mentees[start : start + step]).diagonal()
            for start in range(0, len(mentors), step)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)


def score(cohort: Cohort, criteria: Sequence[Criterion], emphasis: Emphasis | None = None) -> ScoreTable:
    """Return the scores of every pair.

    The share of each criterion is its normalised weight times its value (``neutral`` if undefined). Each share is
    rounded to millionths before they are added, so that the shares sum exactly to the score. With an ``emphasis`` the
    weights are those of the pair.
    """
    weights = normalise_weights(criteria)
    if emphasis is not None:
        values = np.zeros((len(cohort.mentors), len(cohort.mentees)), dtype=np.int32)
        for mentors, mentees, weighted in emphasis.parts(cohort, criteria):
            sub_cohort = Cohort(cohort.mentors.take(mentors), cohort.mentees.take(mentees))
            values[np.ix_(mentors, mentees)] = score(sub_cohort, weighted).values
        return ScoreTable(values, tuple(criteria), weights, emphasis)
    values = np.zeros((len(cohort.mentors), len(cohort.mentees)), dtype=np.int32)
    parts = merge_parts(
        [
            part
            for criterion_and_weight in zip(criteria, weights, strict=True)
            for part in _parts(Share(*criterion_and_weight), cohort)
        ]
    )
    for rows in _strips(*values.shape):
        for part in parts:
            part.add(values[rows], rows)
    return ScoreTable(values, tuple(criteria), weights)


@dataclass(frozen=True, slots=True)
class Share:
    """A criterion with its normalised weight."""

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
        """Return the share of the criterion in the score of every pair, in millionths."""
        return self.of(self.criterion.score(left, right))


@dataclass(frozen=True, slots=True)
class DirectScorer:
    """A part of the score that the criterion computes pair by pair."""

    share: Share
    left: People
    right: People

    def add(self, total: IntBlock, rows: slice) -> None:
        """Add the points of the people at ``rows`` of the left to ``total`` (len(rows), m)."""
        people = self.left if len(total) == len(self.left) else self.left.take(np.arange(rows.start, rows.stop))
        total += self.share.block(people, self.right)


type ScorePart = DirectScorer | ScoreOverrides | LookupTable | ClassPoints


def _parts(share: Share, cohort: Cohort) -> Iterator[ScorePart]:
    """Yield the parts of the score that come from a criterion, computed in the cheapest way."""
    criterion = share.criterion
    left, right = (cohort.side(side).with_answers(criterion.fields_of(side)) for side in SIDES)
    named = criterion.pairs_by_name(left, right)
    if named is None:
        yield _part(share, left, right)
        return
    unnamed = _unnamed_part(share, left, right)
    yield unnamed
    yield ScoreOverrides(named.left, named.right, share.of(named.values) - unnamed.at(named.left, named.right))


def _part(share: Share, left: People, right: People) -> DirectScorer | LookupTable | ClassPoints:
    """Return the part of the score of a criterion that names no pair."""
    pair_count = len(left) * len(right)
    # A table of the possible counts, if there are many pairs
    tally = share.criterion.tally(left, right) if pair_count > SCORING_OPTIONS.lookup_min_pairs else None
    table = tabulate(tally, share.of) if tally else None
    if isinstance(table, ClassPoints) or pair_count <= (
        SCORING_OPTIONS.lookup_min_pairs if table is None else SCORING_OPTIONS.dedup_min_pairs
    ):
        return table or DirectScorer(share, left, right)
    # Otherwise, or for very many pairs: one person of each class of equal answers, if classes are few
    kinds = [by_answers(people, tuple(people.columns)) for people in (left, right)]
    if (SCORING_OPTIONS.dedup_min_ratio if table is None else SCORING_OPTIONS.dedup_min_ratio_lookup) * prod(
        map(len, kinds)
    ) <= pair_count:
        return expand_classes(
            _score_classes(share, *_representatives(left, right, kinds)), *(kind.codes for kind in kinds)
        )
    return table or DirectScorer(share, left, right)


def _representatives(left: People, right: People, kinds: Sequence[Distinct]) -> list[People]:
    """Return one person of each class, for both sides."""
    return [people.take(kind.first) for people, kind in zip((left, right), kinds, strict=True)]


def _score_classes(share: Share, left: People, right: People) -> IntBlock:
    """Return the points of one person per class, a block of rows at a time, to stay in the cache."""
    points = np.zeros((len(left), len(right)), dtype=np.int32)
    for rows in _strips(*points.shape):
        DirectScorer(share, left, right).add(points[rows], rows)
    return points


def _unnamed_part(share: Share, left: People, right: People) -> ClassPoints:
    """Return the points of pairs that the criterion does not name; they depend on which of the two people answered."""
    tally = share.criterion.tally(left, right)
    table = tabulate(tally, share.of) if tally else None
    if isinstance(table, ClassPoints):
        return table
    kinds = [by_having_answered(people, tuple(people.columns)) for people in (left, right)]
    anonymous = [strangers(people, tuple(people.columns)) for people in _representatives(left, right, kinds)]
    return expand_classes(share.block(*anonymous), *(kind.codes for kind in kinds))


def merge_parts(parts: Sequence[ScorePart]) -> list[ScorePart]:
    """Return parts with the same sum, merged where merging is possible and makes adding faster."""
    lookup_tables = [part for part in parts if isinstance(part, LookupTable)]
    class_tables = [part for part in parts if isinstance(part, ClassPoints)]
    unmerged = [part for part in parts if isinstance(part, DirectScorer | ScoreOverrides)]
    return [*_merge(lookup_tables), *_merge(class_tables), *unmerged]


def _merge[T: (LookupTable, ClassPoints)](parts: Sequence[T]) -> Iterator[T]:
    """Yield parts with the same sum, merged greedily: the smallest part with each further part that fits."""
    remaining = sorted(parts, key=lambda part: part.size)
    while remaining:
        merged, unmerged = remaining[0], list[T]()
        for candidate in remaining[1:]:
            if merged.joins(candidate):
                merged = merged.combine(candidate)
            else:
                unmerged.append(candidate)
        remaining = unmerged
        yield merged


def _strips(count: int, width: int) -> Iterator[slice]:
    """Yield the slices of rows that are scored together."""
    step = min(max(SCORING_OPTIONS.pairs_per_block // max(width, 1), SCORING_OPTIONS.min_block_rows), BLOCK_ROWS)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def normalise_weights(criteria: Sequence[Criterion]) -> tuple[float, ...]:
    """Return the weights divided by their sum; all 0 if the sum is 0."""
    total = sum(criterion.weight for criterion in criteria)
    return tuple(criterion.weight / total if total else 0.0 for criterion in criteria)


def contribution(
    criterion: Criterion, weight: float, left: People, right: People
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the share of a criterion in the scores, in millionths, and whether both people answered; (n, m) each."""
    values = criterion.score(left, right)
    return Share(criterion, weight).of(values), ~np.isnan(values)
