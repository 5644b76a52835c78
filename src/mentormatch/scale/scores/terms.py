"""Criteria and rules -> score terms: the points of each pair, tabulated over distinct answers, and pair overrides.

A criterion or rule treats people with equal answers equally. So a term is a table over the distinct answers of both
sides (dictionary encoding), with a code for each person. Even a large table has few different numbers of points, so a
cell can be one byte, an index into these numbers (a second dictionary). A term that counts common answers needs no
table: the population count of two bit sets indexes its points. Overrides correct pairs whose points depend on keys or
names.

Points are integers in millionths, equal to those of ``scoring.scores``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from os import cpu_count
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.threads import thread_pool
from mentormatch.fields import SIDES
from mentormatch.fields.extension import Extension
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import NO_SCORES, Market, Rule
from mentormatch.scoring.answer_classes import Distinct, by_answers, by_having_answered, strangers
from mentormatch.scoring.criterion import Criterion, Named, WholeGroup
from mentormatch.scoring.scores import MILLION, LookupTable, Points, Share, contribution, tabulate

MAX_CODES = 256  # different numbers that one byte encodes


@dataclass(frozen=True, slots=True)
class CodedTable:
    """A table of points: ``cells`` (u, v) int32, or uint8 codes of ``points`` (k,) int32."""

    cells: NDArray[np.integer]
    points: NDArray[np.int32] | None = None

    def rows(self, some: IntVector) -> Points:
        """Return (r, v) int32: the points of the rows ``some``."""
        cells = self.cells[some]
        return cells.astype(np.int32, copy=False) if self.points is None else self.points[cells]

    def at(self, rows: IntVector, columns: IntVector) -> IntVector:
        """Return (e,) int64: the points of cells."""
        cells = self.cells[rows, columns]
        return (cells if self.points is None else self.points[cells]).astype(np.int64)

    def select_columns(self, some: IntVector) -> "CodedTable":
        return CodedTable(np.ascontiguousarray(self.cells[:, some]), self.points)

    def swap_sides(self) -> "CodedTable":
        """Return the transposed table."""
        return CodedTable(np.ascontiguousarray(self.cells.T), self.points)

    def any(self) -> bool:
        return bool((self.cells if self.points is None else self.points).any())


@dataclass(slots=True)
class CodeDictionary:
    """Codes of numbers from ``low`` to ``high``: the new numbers of each call get the next codes, in ascending order.

    ``codes``: the code of each number, -1 if it has none yet. ``points``: the number of each code.
    """

    low: int
    high: int
    codes: NDArray[np.int16] = field(init=False)
    points: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.codes = np.full(self.high - self.low + 1, -1, dtype=np.int16)

    def lookup_codes(self, points: Points) -> NDArray[np.uint8] | None:
        """Return the codes of points, and assign codes to new numbers; None if they do not fit in a byte."""
        codes = self.codes[points - self.low]
        # Numbers without a code get the next codes
        new = np.unique(points[codes < 0]).tolist()
        if len(self.points) + len(new) > MAX_CODES:
            return None
        if new:
            self.codes[np.array(new) - self.low] = np.arange(len(self.points), len(self.points) + len(new))
            self.points += new
            codes = self.codes[points - self.low]
        return codes.astype(np.uint8)


def encode_table(blocks: Iterable[Points], shape: tuple[int, int], extremes: tuple[int, int]) -> CodedTable | None:
    """Return blocks of rows as one table of codes; None if there are more than ``MAX_CODES`` different numbers."""
    dictionary, cells, start = CodeDictionary(*extremes), np.empty(shape, dtype=np.uint8), 0
    for block in blocks:
        codes = dictionary.lookup_codes(block)
        if codes is None:
            return None
        cells[start : start + len(block)] = codes
        start += len(block)
    return CodedTable(cells, np.array(dictionary.points, dtype=np.int32))


def stack_tables(blocks: Iterable[Points], shape: tuple[int, int]) -> CodedTable:
    """Return blocks of rows as one table of points."""
    cells, start = np.empty(shape, dtype=np.int32), 0
    for block in blocks:
        cells[start : start + len(block)] = block
        start += len(block)
    return CodedTable(cells)


FORBIDDEN_POINTS = -(1 << 21)  # no sum of criteria outweighs it, and 1,000 rules fit in 32 bits


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """Numbers that decide which tables are cached; none of them changes a score."""

    # Up to this number of cells, a table is always cached, with four bytes per cell
    always_cells: int = 1 << 20
    # Larger tables: the most cells with one byte each, and with four bytes each
    max_coded_cells: int = 1 << 26
    max_cells: int = 1 << 25
    # Rows of a table, or pairs, that are computed at once
    rows_per_block: int = 64


CACHE_OPTIONS = CacheOptions()
NO_PEOPLE = People((), {}, np.zeros(0, dtype=bool))


class ScoreFunction(Protocol):
    """The points that a criterion or rule gives to each pair of two lists of people."""

    def __call__(self, left: People, right: People) -> Points:
        """Return (n, m) int32, in millionths."""
        ...

    def lookup(self, left: People, right: People) -> LookupTable | None:
        """Return the same points as a lookup table by counts. None if they do not depend on counts, or if too large."""
        ...


@dataclass(frozen=True, slots=True)
class PairOverrides:
    """Corrections of pairs: ``points`` (e,) int64, added to the points of the terms. Each pair occurs once."""

    mentors: IntVector
    mentees: IntVector
    points: IntVector


@dataclass(frozen=True, slots=True)
class ScoreTerm:
    """The points of one criterion or rule, by classes of ``mentors`` and ``mentees`` with equal answers.

    ``left``: all mentors; ``right``: one mentee of each class. Points come from the ``table`` over both classes if it
    is cached, else from ``lookup`` (mentors by classes of mentees), else from ``function``.
    """

    function: ScoreFunction
    left: People
    right: People
    mentors: Distinct
    mentees: Distinct
    table: CodedTable | None = None
    lookup: LookupTable | None = None

    def rows(self, mentors: IntVector) -> Points:
        """Return (r, u) int32: the points of some mentors with each class of mentees."""
        if self.table is not None:
            return self.table.rows(self.mentors.codes[mentors])
        if self.lookup is not None:
            return self.lookup.rows(mentors)
        return self.function(self.left.take(mentors), self.right)

    @property
    def size(self) -> int:
        """The number of cells of the table."""
        return len(self.mentors) * len(self.mentees)

    def cache_table(self) -> "ScoreTerm":
        """Return the term with its table; above ``max_coded_cells``, with its lookup table if there is one.

        A table above ``max_cells`` of too many different numbers for codes is left out, too.
        """
        if self.table is not None:
            return self
        if self.size > CACHE_OPTIONS.max_coded_cells:
            return replace(self, lookup=self.lookup or self.function.lookup(self.left, self.right))
        shape, table = (len(self.mentors), len(self.mentees)), None
        # One byte per cell if few numbers occur; else four, up to a lower limit
        if self.size > CACHE_OPTIONS.always_cells:
            table = encode_table(self._row_blocks(), shape, (FORBIDDEN_POINTS, MILLION))
        if table is None and self.size <= CACHE_OPTIONS.max_cells:
            table = stack_tables(self._row_blocks(), shape)
        return replace(self, table=table)

    def _row_blocks(self) -> Iterator[Points]:
        """Yield the rows of the table, some classes of mentors at a time, computed in threads."""
        first, count, size = self.mentors.first, cpu_count() or 1, CACHE_OPTIONS.rows_per_block
        with thread_pool(count) as threads:
            for starts in batched(range(0, len(first), size), 4 * count):
                yield from threads.map(
                    lambda start: self.function(self.left.take(first[start : start + size]), self.right), starts
                )

    def select_mentees(self, some: IntVector) -> "ScoreTerm":
        """Return the term with some mentees only."""
        codes = self.mentees.codes[some]
        # Classes without a selected mentee are dropped, with their columns
        classes = Distinct.of(codes)
        remaining = codes[classes.first]
        table = None if self.table is None else self.table.select_columns(remaining)
        lookup = None if self.lookup is None else self.lookup.among(slice(None), remaining)
        return replace(self, mentees=classes, right=self.right.take(remaining), table=table, lookup=lookup)

    def without_answers(self) -> "ScoreTerm":
        """Return the term for other processes: without keys, and without answers if a table or lookup replaces them."""
        if self.table is not None or self.lookup is not None:
            return replace(self, function=DetachedFunction(), left=NO_PEOPLE, right=NO_PEOPLE)
        return replace(self, left=without_keys(self.left), right=without_keys(self.right))

    def swap_sides(self) -> "ScoreTerm":
        """Return the term with mentors and mentees exchanged."""
        table = None if self.table is None else self.table.swap_sides()
        left, right = self.right.take(self.mentees.codes), self.left.take(self.mentors.first)
        lookup = None
        if self.lookup is not None:
            lookup = self.lookup.among(self.mentors.first, self.mentees.codes).swap_sides()
        return ScoreTerm(TransposedFunction(self.function), left, right, self.mentees, self.mentors, table, lookup)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the points of pairs."""
        classes = self.mentees.codes[mentees]
        if self.table is not None:
            return self.table.at(self.mentors.codes[mentors], classes)
        if self.lookup is not None:
            return self.lookup.at(mentors, classes)
        # Sorted by mentor: a block of pairs needs few rows
        points, order = np.zeros(len(mentors), dtype=np.int64), np.argsort(mentors, kind="stable")
        for start in range(0, len(order), size := CACHE_OPTIONS.rows_per_block):
            block = order[start : start + size]
            mentor_rows, row = np.unique(mentors[block], return_inverse=True)
            class_columns, column = np.unique(classes[block], return_inverse=True)
            points[block] = self.function(self.left.take(mentor_rows), self.right.take(class_columns))[row, column]
        return points


def without_keys(people: People) -> People:
    return replace(people, ids=("",) * len(people), persons=None)


@dataclass(frozen=True, slots=True)
class TransposedFunction:
    """A score function with its sides exchanged."""

    function: ScoreFunction

    def __call__(self, left: People, right: People) -> Points:
        return self.function(right, left).T

    def lookup(self, left: People, right: People) -> LookupTable | None:
        table = self.function.lookup(right, left)
        return None if table is None else table.swap_sides()


def score_term(function: ScoreFunction, extension: Extension, cohort: Cohort, *, named: bool) -> ScoreTerm:
    """Return the term of a criterion or rule.

    If ``named``, overrides add the points that depend on keys and names; the term distinguishes only who answered.
    """
    fields = [[field for field in extension.fields_of(side) if field in cohort.side(side).columns] for side in SIDES]
    group, strip = (by_having_answered, strangers) if named else (by_answers, People.with_answers)
    # One class per combination of answers to the fields that the extension reads
    classes = [group(cohort.side(side), names) for side, names in zip(SIDES, fields, strict=True)]
    left = strip(cohort.mentors, fields[0])
    right = strip(cohort.mentees, fields[1]).take(classes[1].first)
    term = ScoreTerm(function, left, right, classes[0], classes[1])
    return term.cache_table() if term.size <= CACHE_OPTIONS.always_cells else term


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """The points of a criterion with its weight."""

    criterion: Criterion
    weight: float

    def __call__(self, left: People, right: People) -> Points:
        return contribution(self.criterion, self.weight, left, right)[0]

    def lookup(self, left: People, right: People) -> LookupTable | None:
        tally = self.criterion.tally(left, right)
        table = tabulate(tally, Share(self.criterion, self.weight).of) if tally else None
        return table if isinstance(table, LookupTable) else None


@dataclass(frozen=True, slots=True)
class RulePenalty:
    """``FORBIDDEN_POINTS`` for the pairs that a rule forbids, else 0."""

    rule: Rule

    def __call__(self, left: People, right: People) -> Points:
        block = self.rule.forbidden(Market(left, right, NO_SCORES))
        points = np.zeros((len(left), len(right)), dtype=np.int32)
        if block is not None:
            points[block] = FORBIDDEN_POINTS
        return points

    def lookup(self, left: People, right: People) -> None:
        return None


class DetachedFunction:
    """Placeholder for the function of a term whose points come from its table or lookup."""

    def __call__(self, left: People, right: People) -> Points:
        raise AssertionError

    def lookup(self, left: People, right: People) -> None:
        raise AssertionError


def criterion_overrides(named: Named, weight: float, term: ScoreTerm) -> PairOverrides:
    """Return the overrides of the pairs that a criterion names: their points less those of the term."""
    points = np.rint(named.values * weight * MILLION).astype(np.int64)
    return PairOverrides(named.left, named.right, points - term.at(named.left, named.right))


def rule_overrides(rule: Rule, cohort: Cohort) -> PairOverrides | None:
    """Return the overrides of the pairs that a rule forbids by key or name; None if it depends on other answers."""
    forbidden = rule.forbidden_by_identity(Market(cohort.mentors, cohort.mentees, NO_SCORES))
    if forbidden is None:
        return None
    return PairOverrides(*forbidden, np.full(len(forbidden[0]), FORBIDDEN_POINTS, dtype=np.int64))


def merge_overrides(overrides: Sequence[PairOverrides], width: int) -> PairOverrides:
    """Return the overrides of all criteria and rules as one, sorted by mentor, then mentee.

    ``width``: the number of mentees.
    """
    keys = np.concatenate([part.mentors * width + part.mentees for part in overrides] or [np.empty(0, dtype=np.int64)])
    points = np.concatenate([part.points for part in overrides] or [np.empty(0, dtype=np.int64)])
    # The overrides of a pair add up; each is capped at ``FORBIDDEN_POINTS``, so that sums stay in range
    distinct_keys, positions = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(distinct_keys), dtype=np.int64)
    np.add.at(sums, positions, np.maximum(points, FORBIDDEN_POINTS))
    return PairOverrides(distinct_keys // max(width, 1), distinct_keys % max(width, 1), sums)


MAX_ANSWERS_PER_WORD = 64

type Bits = NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class AnswerBits:
    """``bits`` (n,) unsigned: one bit per possible answer; ``known`` (n,): whether each person answered."""

    bits: Bits
    known: BoolVector


@dataclass(frozen=True, slots=True)
class OverlapTerm:
    """A term whose points depend on the number of common answers.

    ``points`` (k + 1,) by that number; ``unknown`` if either person did not answer.
    """

    mentors: AnswerBits
    mentees: AnswerBits
    points: NDArray[np.int32]
    unknown: int

    def counts_same(self, other: "OverlapTerm") -> bool:
        """Return whether both terms count the same answers of the same people."""
        sides = ((self.mentors, other.mentors), (self.mentees, other.mentees))
        return all(np.array_equal(a.bits, b.bits) and np.array_equal(a.known, b.known) for a, b in sides)

    def add_points(self, other: "OverlapTerm") -> "OverlapTerm":
        """Return the sum of two terms that count the same answers."""
        size = min(len(self.points), len(other.points))
        return replace(self, points=self.points[:size] + other.points[:size], unknown=self.unknown + other.unknown)

    def table_offsets(self) -> NDArray[np.uint8]:
        """Return (m,) uint8: an offset to the count that indexes ``tables``.

        0 for mentees who answered; else the last column, as they have no common answers.
        """
        return np.where(self.mentees.known, 0, len(self.points)).astype(np.uint8)

    def tables(self, mentors: IntVector) -> NDArray[np.int32]:
        """Return (r, k + 2): the points of mentors by the count, and a last column for mentees who did not answer."""
        # Mentors who did not answer have ``unknown`` in all columns
        has_answered = self.mentors.known[mentors, None]
        return np.where(has_answered, np.append(self.points, np.int32(self.unknown)), np.int32(self.unknown))

    def add(self, mentors: IntVector, total: Points) -> None:
        """Add the points of some mentors to their rows of ``total`` (r, m)."""
        table_offsets = self.table_offsets()
        common = np.empty_like(self.mentees.bits)
        count = np.empty(len(self.mentees.bits), np.uint8)
        for bits, table, points in zip(self.mentors.bits[mentors], self.tables(mentors), total, strict=True):
            # Common answers: bitwise and, then population count
            np.bitwise_and(self.mentees.bits, bits, out=common)
            np.add(np.bitwise_count(common, out=count), table_offsets, out=count)
            points += np.take(table, count, mode="clip")

    def select_mentees(self, some: IntVector) -> "OverlapTerm":
        """Return the term with some mentees only."""
        return replace(self, mentees=AnswerBits(self.mentees.bits[some], self.mentees.known[some]))

    def swap_sides(self) -> "OverlapTerm":
        """Return the term with mentors and mentees exchanged."""
        return replace(self, mentors=self.mentees, mentees=self.mentors)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the points of pairs."""
        count = np.bitwise_count(self.mentors.bits[mentors] & self.mentees.bits[mentees])
        are_known = self.mentors.known[mentors] & self.mentees.known[mentees]
        return np.where(are_known, self.points[count], self.unknown).astype(np.int64)


def read_criterion_overlap(criterion: Criterion, weight: float, cohort: Cohort) -> OverlapTerm | None:
    """Return a criterion as an overlap term.

    None if its points depend on anything but common answers, or if there are more than ``MAX_ANSWERS_PER_WORD``.
    """
    points, unknown = weight * MILLION, int(np.rint(criterion.neutral * weight * MILLION))
    answers = [criterion.whole(people) for people in (cohort.mentors, cohort.mentees)]
    return _overlap_term(answers, lambda table: np.rint(table.values * points), unknown)


def read_rule_overlap(rule: Rule, cohort: Cohort) -> OverlapTerm | None:
    """Return a rule as an overlap term; None in the same cases as for a criterion."""
    answers = [rule.group_requirement(people) for people in (cohort.mentors, cohort.mentees)]
    unknown = FORBIDDEN_POINTS if getattr(rule, "missing", "allow") == "forbid" else 0
    return _overlap_term(answers, lambda table: np.where(table.values > 0, 0, FORBIDDEN_POINTS), unknown)


def _overlap_term(
    answers: Sequence[WholeGroup | None], points_of: Callable[[WholeGroup], NDArray[np.float64]], unknown: int
) -> OverlapTerm | None:
    """Return the term of both sides. None if a side has no answers, or their numbers differ or exceed a word."""
    mentor_answers, mentee_answers = answers
    if (
        mentor_answers is None
        or mentee_answers is None
        or mentor_answers.has.shape[1] != mentee_answers.has.shape[1]
        or mentor_answers.has.shape[1] > MAX_ANSWERS_PER_WORD
    ):
        return None
    return OverlapTerm(
        _pack_bits(mentor_answers), _pack_bits(mentee_answers), points_of(mentor_answers).astype(np.int32), unknown
    )


def _pack_bits(table: WholeGroup) -> AnswerBits:
    """Return answers as bit sets of 16, 32 or 64 bits; people who did not answer have no bits."""
    width = table.has.shape[1]
    dtype = next(dtype for dtype in (np.uint16, np.uint32, np.uint64) if np.iinfo(dtype).bits >= width)
    weights = np.left_shift(np.ones(width, dtype=dtype), np.arange(width, dtype=dtype))
    items = table.has & table.known[:, None]
    return AnswerBits(np.where(items, weights, dtype(0)).sum(axis=1, dtype=dtype), table.known)


def merge_overlap_terms(terms: Sequence[OverlapTerm]) -> Iterator[OverlapTerm]:
    """Yield overlap terms; terms that count the same answers are added up."""
    remaining = list(terms)
    while remaining:
        total, unequal = remaining[0], []
        for term in remaining[1:]:
            if total.counts_same(term):
                total = total.add_points(term)
            else:
                unequal.append(term)
        remaining = unequal
        yield total
