"""Score terms: what one criterion or rule adds to each pair, over distinct answers only; and pair overrides.

A criterion says the same of people with the same answers, and so does a rule. So a term is a table over the distinct
answers of both sides (dictionary encoding), with a code for each person. Few different numbers of points occur even in
a large table, so a byte can say which one (a second dictionary). A term that counts common answers needs no table: a
population count of two bit sets indexes its points. Pairs that are known by name get overrides beside all that.

Points are integers in millionths, to the bit those of ``scoring.score``.
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

MAX_CODES = 256
"""So many different numbers are told apart by a byte."""
UNCODED = -1


@dataclass(frozen=True, slots=True)
class CodedTable:
    """A table of points: ``cells`` (u, v) int32, or uint8 codes of ``points`` (k,) int32."""

    cells: NDArray[np.integer]
    points: NDArray[np.int32] | None = None

    def rows(self, some: IntVector) -> Points:
        """Return (r, v) int32: the points of some left classes."""
        cells = self.cells[some]
        return cells.astype(np.int32, copy=False) if self.points is None else self.points[cells]

    def at(self, rows: IntVector, columns: IntVector) -> IntVector:
        """Return (e,) int64: the points of some cells."""
        cells = self.cells[rows, columns]
        return (cells if self.points is None else self.points[cells]).astype(np.int64)

    def select_columns(self, some: IntVector) -> "CodedTable":
        """Return the table of some right classes."""
        return CodedTable(np.ascontiguousarray(self.cells[:, some]), self.points)

    def swap_sides(self) -> "CodedTable":
        """Return the same with the sides exchanged."""
        return CodedTable(np.ascontiguousarray(self.cells.T), self.points)

    def any(self) -> bool:
        """Return whether any cell is not 0."""
        return bool((self.cells if self.points is None else self.points).any())


@dataclass(slots=True)
class CodeDictionary:
    """A dictionary of the numbers from ``low`` to ``high``, coded in the order in which they come."""

    low: int
    high: int
    places: NDArray[np.int16] = field(init=False)
    points: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.places = np.full(self.high - self.low + 1, UNCODED, dtype=np.int16)

    def lookup_codes(self, points: Points) -> NDArray[np.uint8] | None:
        """Return the codes of points, new ones included; None where there are more than a byte can tell apart."""
        places = self.places[points - self.low]
        # Numbers that are met for the first time get the next codes.
        new = np.unique(points[places == UNCODED]).tolist()
        if len(self.points) + len(new) > MAX_CODES:
            return None
        if new:
            self.places[np.array(new) - self.low] = np.arange(len(self.points), len(self.points) + len(new))
            self.points += new
            places = self.places[points - self.low]
        return places.astype(np.uint8)


def encode(pieces: Iterable[Points], shape: tuple[int, int], extremes: tuple[int, int]) -> CodedTable | None:
    """Return row blocks as one coded table; None where there are too many different points."""
    dictionary, cells, at = CodeDictionary(*extremes), np.empty(shape, dtype=np.uint8), 0
    for piece in pieces:
        places = dictionary.lookup_codes(piece)
        if places is None:
            return None
        cells[at : at + len(piece)] = places
        at += len(piece)
    return CodedTable(cells, np.array(dictionary.points, dtype=np.int32))


def stack_tables(pieces: Iterable[Points], shape: tuple[int, int]) -> CodedTable:
    """Return row blocks as one table of points."""
    cells, at = np.empty(shape, dtype=np.int32), 0
    for piece in pieces:
        cells[at : at + len(piece)] = piece
        at += len(piece)
    return CodedTable(cells)


FORBIDDEN = -(1 << 21)
"""What a rule that forbids adds to a score: less than all criteria can make good; 1,000 rules fit in 32 bits."""
ALWAYS_CACHED = 1 << 20
"""A table of so many cells is worked out once in any case."""
MAX_CODED, MAX_CACHED = 1 << 26, 1 << 25
"""A table of so many bytes, or numbers, is worked out once; a larger one block by block, each time."""
ROWS_AT_ONCE = 64
NO_PEOPLE = People((), {}, np.zeros(0, dtype=bool))


class ScoreFunction(Protocol):
    """The points that a criterion or rule gives to people on the left with people on the right."""

    def __call__(self, left: People, right: People) -> Points:
        """Return (n, m) int32, in millionths."""
        ...

    def lookup(self, left: People, right: People) -> LookupTable | None:
        """Return the same points as a lookup of what is counted of two people; None where they are none."""
        ...


@dataclass(frozen=True, slots=True)
class PairOverrides:
    """Pairs, each once, that get ``points`` (e,) int64 more than others with the same answers."""

    mentors: IntVector
    mentees: IntVector
    points: IntVector


@dataclass(frozen=True, slots=True)
class ScoreTerm:
    """One criterion or rule: its ``function``, and the classes of ``mentors`` and ``mentees`` that it tells apart.

    ``left``: all mentors; ``right``: one person of each class. ``table``: of all classes, if it is cached; else
    ``lookup``, where points follow from what is counted of two people; else the function is called.
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
        """Return how many cells the table has."""
        return len(self.mentors) * len(self.mentees)

    def cache_table(self) -> "ScoreTerm":
        """Return the term with its table, if that is not too large."""
        if self.table is not None:
            return self
        if self.size > MAX_CODED:
            return replace(self, lookup=self.lookup or self.function.lookup(self.left, self.right))
        shape, table = (len(self.mentors), len(self.mentees)), None
        # A byte a cell if few numbers occur; else four, up to a lower limit.
        if self.size > ALWAYS_CACHED:
            table = encode(self._row_blocks(), shape, (FORBIDDEN, MILLION))
        if table is None and self.size <= MAX_CACHED:
            table = stack_tables(self._row_blocks(), shape)
        return replace(self, table=table)

    def _row_blocks(self) -> Iterator[Points]:
        """Yield the points of mentors of each class, a block of classes at a time, in threads."""
        first, count = self.mentors.first, cpu_count() or 1
        with thread_pool(count) as threads:
            for starts in batched(range(0, len(first), ROWS_AT_ONCE), 4 * count):
                yield from threads.map(
                    lambda at: self.function(self.left.take(first[at : at + ROWS_AT_ONCE]), self.right), starts
                )

    def select_mentees(self, some: IntVector) -> "ScoreTerm":
        """Return the term of some mentees."""
        codes = self.mentees.codes[some]
        # Classes that nobody selected is in are dropped, with their columns.
        kinds = Distinct.of(codes)
        left = codes[kinds.first]
        table = None if self.table is None else self.table.select_columns(left)
        lookup = None if self.lookup is None else self.lookup.among(slice(None), left)
        return replace(self, mentees=kinds, right=self.right.take(left), table=table, lookup=lookup)

    def without_answers(self) -> "ScoreTerm":
        """Return the term as it is sent to workers: no keys, and no answers where table or lookup say all."""
        if self.table is not None or self.lookup is not None:
            return replace(self, function=DetachedFunction(), left=NO_PEOPLE, right=NO_PEOPLE)
        return replace(self, left=without_keys(self.left), right=without_keys(self.right))

    def swap_sides(self) -> "ScoreTerm":
        """Return the same with the sides exchanged."""
        table = None if self.table is None else self.table.swap_sides()
        left, right = self.right.take(self.mentees.codes), self.left.take(self.mentors.first)
        lookup = None
        if self.lookup is not None:
            lookup = self.lookup.among(self.mentors.first, self.mentees.codes).swap_sides()
        return ScoreTerm(TransposedFunction(self.function), left, right, self.mentees, self.mentors, table, lookup)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the points of some pairs."""
        kinds = self.mentees.codes[mentees]
        if self.table is not None:
            return self.table.at(self.mentors.codes[mentors], kinds)
        if self.lookup is not None:
            return self.lookup.at(mentors, kinds)
        # Sort by mentor, so that a block of pairs needs few rows and columns of the function.
        found, order = np.zeros(len(mentors), dtype=np.int64), np.argsort(mentors, kind="stable")
        for start in range(0, len(order), ROWS_AT_ONCE):
            some = order[start : start + ROWS_AT_ONCE]
            left, row = np.unique(mentors[some], return_inverse=True)
            right, column = np.unique(kinds[some], return_inverse=True)
            found[some] = self.function(self.left.take(left), self.right.take(right))[row, column]
        return found


def without_keys(people: People) -> People:
    """Return people without their keys."""
    return replace(people, ids=("",) * len(people), persons=None)


@dataclass(frozen=True, slots=True)
class TransposedFunction:
    """A score function with its sides exchanged."""

    function: ScoreFunction

    def __call__(self, left: People, right: People) -> Points:
        return self.function(right, left).T

    def lookup(self, left: People, right: People) -> LookupTable | None:
        found = self.function.lookup(right, left)
        return None if found is None else found.swap_sides()


def score_term(function: ScoreFunction, extension: Extension, cohort: Cohort, *, named: bool) -> ScoreTerm:
    """Return an extension as a term; ``named``: it also rests on who people are, which overrides say."""
    fields = [[field for field in extension.fields_of(side) if field in cohort.side(side).columns] for side in SIDES]
    counts_same, strip_answers = (by_having_answered, strangers) if named else (by_answers, People.with_answers)
    # People with the same answers to the fields it reads are one class.
    kinds = [counts_same(cohort.side(side), names) for side, names in zip(SIDES, fields, strict=True)]
    left = strip_answers(cohort.mentors, fields[0])
    right = strip_answers(cohort.mentees, fields[1]).take(kinds[1].first)
    part = ScoreTerm(function, left, right, kinds[0], kinds[1])
    return part.cache_table() if part.size <= ALWAYS_CACHED else part


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """The points of a criterion of a weight."""

    criterion: Criterion
    weight: float

    def __call__(self, left: People, right: People) -> Points:
        return contribution(self.criterion, self.weight, left, right)[0]

    def lookup(self, left: People, right: People) -> LookupTable | None:
        tally = self.criterion.tally(left, right)
        found = tabulate(tally, Share(self.criterion, self.weight).of) if tally else None
        return found if isinstance(found, LookupTable) else None


@dataclass(frozen=True, slots=True)
class RulePenalty:
    """``FORBIDDEN`` for the pairs that a rule forbids, 0 for others."""

    rule: Rule

    def __call__(self, left: People, right: People) -> Points:
        block = self.rule.forbidden(Market(left, right, NO_SCORES))
        points = np.zeros((len(left), len(right)), dtype=np.int32)
        if block is not None:
            points[block] = FORBIDDEN
        return points

    def lookup(self, left: People, right: People) -> None:
        return None


class DetachedFunction:
    """Stands for a function whose table or lookup is there, without the answers that it rests on."""

    def __call__(self, left: People, right: People) -> Points:
        raise AssertionError

    def lookup(self, left: People, right: People) -> None:
        raise AssertionError


def override_criterion(named: Named, weight: float, part: ScoreTerm) -> PairOverrides:
    """Return the overrides of a criterion on pairs by name: their points less those of the term."""
    # An override is a difference, as the term counts too.
    shares = np.rint(named.values * weight * MILLION).astype(np.int64)
    return PairOverrides(named.left, named.right, shares - part.at(named.left, named.right))


def override_rule(rule: Rule, cohort: Cohort) -> PairOverrides | None:
    """Return the overrides of a rule that forbids pairs by name; None if it does not."""
    barred = rule.forbidden_by_identity(Market(cohort.mentors, cohort.mentees, NO_SCORES))
    if barred is None:
        return None
    return PairOverrides(*barred, np.full(len(barred[0]), FORBIDDEN, dtype=np.int64))


def merge_overrides(found: Sequence[PairOverrides], width: int) -> PairOverrides:
    """Return overrides of several extensions as one, sorted by mentor, then mentee.

    ``width``: the number of mentees.
    """
    places = np.concatenate([each.mentors * width + each.mentees for each in found] or [np.empty(0, dtype=np.int64)])
    points = np.concatenate([each.points for each in found] or [np.empty(0, dtype=np.int64)])
    # Several overrides of a pair add up; a ban is capped so that sums stay in range.
    once, where = np.unique(places, return_inverse=True)
    total = np.zeros(len(once), dtype=np.int64)
    np.add.at(total, where, np.maximum(points, FORBIDDEN))
    return PairOverrides(once // max(width, 1), once % max(width, 1), total)


BITS = 64

type Bits = NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class AnswerBits:
    """``bits`` (n,) unsigned: one for each possible answer; ``known`` (n,): who answered."""

    bits: Bits
    known: BoolVector


@dataclass(frozen=True, slots=True)
class OverlapTerm:
    """A term by set overlap.

    ``points`` (k + 1,) by the number of common answers, ``unknown`` where a side gave none.
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
        """Return the sum of two terms that count the same, so never more answers than the shorter has points for."""
        most = min(len(self.points), len(other.points))
        return replace(self, points=self.points[:most] + other.points[:most], unknown=self.unknown + other.unknown)

    def table_offsets(self) -> NDArray[np.uint8]:
        """Return (m,) uint8: what is added to the count to index ``tables``: 0 for who answered, else past its end."""
        return np.where(self.mentees.known, 0, len(self.points)).astype(np.uint8)

    def tables(self, mentors: IntVector) -> NDArray[np.int32]:
        """Return (r, k + 2): the points of mentors by the count, with a last column for mentees who did not answer."""
        # Mentors who did not answer get ``unknown`` throughout.
        known = self.mentors.known[mentors, None]
        return np.where(known, np.append(self.points, np.int32(self.unknown)), np.int32(self.unknown))

    def add(self, mentors: IntVector, total: Points) -> None:
        """Add the points of some mentors to their rows of ``total`` (r, m)."""
        table_offsets, both, count = (
            self.table_offsets(),
            np.empty_like(self.mentees.bits),
            np.empty(len(self.mentees.bits), np.uint8),
        )
        for own, table, points in zip(self.mentors.bits[mentors], self.tables(mentors), total, strict=True):
            # Common answers: bitwise and, then population count.
            np.bitwise_and(self.mentees.bits, own, out=both)
            np.add(np.bitwise_count(both, out=count), table_offsets, out=count)
            points += np.take(table, count, mode="clip")

    def select_mentees(self, some: IntVector) -> "OverlapTerm":
        """Return the points of all mentors with some mentees."""
        return replace(self, mentees=AnswerBits(self.mentees.bits[some], self.mentees.known[some]))

    def swap_sides(self) -> "OverlapTerm":
        """Return the same with the sides exchanged."""
        return replace(self, mentors=self.mentees, mentees=self.mentors)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the points of some pairs."""
        both = np.bitwise_count(self.mentors.bits[mentors] & self.mentees.bits[mentees])
        known = self.mentors.known[mentors] & self.mentees.known[mentees]
        return np.where(known, self.points[both], self.unknown).astype(np.int64)


def read_criterion_overlap(criterion: Criterion, weight: float, cohort: Cohort) -> OverlapTerm | None:
    """Return a criterion as an overlap term; None where its points rest on something else."""
    points, unknown = weight * MILLION, int(np.rint(criterion.neutral * weight * MILLION))
    wholes = [criterion.whole(people) for people in (cohort.mentors, cohort.mentees)]
    return _overlap_term(wholes, lambda table: np.rint(table.values * points), unknown)


def read_rule_overlap(rule: Rule, cohort: Cohort) -> OverlapTerm | None:
    """Return a rule as an overlap term; None where it rests on something else."""
    wholes = [rule.group_requirement(people) for people in (cohort.mentors, cohort.mentees)]
    unknown = FORBIDDEN if getattr(rule, "missing", "allow") == "forbid" else 0
    return _overlap_term(wholes, lambda table: np.where(table.values > 0, 0, FORBIDDEN), unknown)


def _overlap_term(
    wholes: Sequence[WholeGroup | None], points_of: Callable[[WholeGroup], NDArray[np.float64]], unknown: int
) -> OverlapTerm | None:
    """Return the term of the answers of both sides, None where it counts none or more than fit in a word."""
    ours, theirs = wholes
    if ours is None or theirs is None or ours.has.shape[1] != theirs.has.shape[1] or ours.has.shape[1] > BITS:
        return None
    return OverlapTerm(_pack_bits(ours), _pack_bits(theirs), points_of(ours).astype(np.int32), unknown)


def _pack_bits(table: WholeGroup) -> AnswerBits:
    """Return answers as bit sets of the least width that holds them."""
    width = table.has.shape[1]
    kind = next(kind for kind in (np.uint16, np.uint32, np.uint64) if np.iinfo(kind).bits >= width)
    weights = np.left_shift(np.ones(width, dtype=kind), np.arange(width, dtype=kind))
    # No answer, no bits.
    has_known = table.has & table.known[:, None]
    return AnswerBits(np.where(has_known, weights, kind(0)).sum(axis=1, dtype=kind), table.known)


def merge_equal(found: Sequence[OverlapTerm]) -> Iterator[OverlapTerm]:
    """Yield overlap terms, those that count the same added up."""
    left = list(found)
    while left:
        first, rest = left[0], []
        for other in left[1:]:
            if first.counts_same(other):
                first = first.add_points(other)
            else:
                rest.append(other)
        left = rest
        yield first
