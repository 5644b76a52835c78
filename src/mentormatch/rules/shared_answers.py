"""Answers of mentors and mentees -> the pairs that share at least a number of them (set intersection).

Answers are compared by normalised equality. Three algorithms, chosen by the number of distinct answers and by how often
they are shared: an inverted index (a join on the answer), bit sets, and a product of sparse incidence matrices.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolMatrix, BoolVector, IntVector
from mentormatch.base.columns import Column, MultiChoice, NameLists, SingleChoice
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.rules.rule import PairIndices
from mentormatch.scoring.criterion import first_ranks, item_weights_of_sides, shared_items

type Answers = Sequence[Sequence[str]]
type Entries = Sequence[tuple[int, Hashable]]
"""Positions of people, each with one of their answers; a person may occur several times."""
type AnswerNumbers = defaultdict[Hashable, int]
"""The number of each distinct answer; looking up a new answer gives it the next number."""

NEEDS_IN_BLANKS = (
    mark("Seuls comptent les besoins jusqu'au rang {first}."),
    mark("Transmettre, c'est être au niveau {level} au moins ; le plus bas est 0."),
)
"""Sentences of a form on the needs and offers that a rule counts."""
MAX_BIT_ANSWERS = 64  # up to this number of distinct answers, each person's answers are one machine word
LOOKUP_COST = 16  # time of finding one sharing pair by the index, in comparisons of two people by bits
ROWS_PER_BLOCK = 256  # mentors compared at once; a sparse product is as large as the block if most pairs share


def share_at_least(left: Column, right: Column, least: int) -> BoolMatrix:
    """Return (n, m) bool: the pairs with ``least`` or more answers in common."""
    ours, theirs = _number_answers(left, right)
    # Inverted index, if few pairs share an answer
    if least == 1 and isinstance(ours, _Incidence) and isinstance(theirs, _Incidence) and _is_sparse(ours, theirs):
        return _by_inverted_index(ours, theirs)
    # Bit sets for few distinct answers, else a product of incidence matrices
    shared = (_by_bits if max(ours.kinds, theirs.kinds) <= MAX_BIT_ANSWERS else _by_incidence)(ours, theirs, least)
    sharing = np.empty((ours.size, theirs.size), dtype=bool)
    for start in range(0, len(sharing), ROWS_PER_BLOCK):
        sharing[start : start + ROWS_PER_BLOCK] = shared(slice(start, start + ROWS_PER_BLOCK))
    return sharing


@dataclass(frozen=True, slots=True)
class _BitTable:
    """Answers of n people as ``table`` (n, k) bool: whether each person gave each of k answers."""

    table: NDArray[np.bool_]

    @property
    def size(self) -> int:
        return len(self.table)

    @property
    def kinds(self) -> int:
        return int(self.table.shape[1])

    def pairs(self) -> PairIndices:
        people, answers = np.nonzero(self.table)
        return people, answers


@dataclass(frozen=True, slots=True)
class _Incidence:
    """Answers of n people as a list: entry e states that person ``people[e]`` gave answer ``answers[e]``.

    An entry may be repeated. ``size`` is the number of people, ``kinds`` the number of distinct answers.
    """

    people: IntVector
    answers: IntVector
    size: int
    kinds: int

    @property
    def table(self) -> NDArray[np.bool_]:
        ticked = np.zeros((self.size, self.kinds), dtype=bool)
        ticked[self.people, self.answers] = True
        return ticked

    def pairs(self) -> PairIndices:
        """Return the people and answers of the entries, without repetitions."""
        return unique_pairs(self.people, self.answers, self.kinds)


def _is_sparse(ours: _Incidence, theirs: _Incidence) -> bool:
    """Return whether answers are shared so rarely that an inverted index is faster than comparing all pairs."""
    givers = [np.bincount(side.answers, minlength=side.kinds) for side in (ours, theirs)]
    return int(givers[0] @ givers[1]) * LOOKUP_COST <= ours.size * theirs.size


def _by_inverted_index(ours: _Incidence, theirs: _Incidence) -> BoolMatrix:
    """Return (n, m) bool: the pairs that share an answer, by an inverted index from answers to people."""
    sharing = np.zeros(ours.size * theirs.size, dtype=bool)
    mentors, mentees = _join_on_answers(ours, theirs)
    sharing[mentors * theirs.size + mentees] = True
    return sharing.reshape(ours.size, theirs.size)


def _join_on_answers(ours: _Incidence, theirs: _Incidence) -> PairIndices:
    """Return the positions of the pairs that share an answer, repeated for each answer that they share."""
    givers = np.bincount(theirs.answers, minlength=theirs.kinds)
    first_entry = np.cumsum(givers) - givers
    matches = givers[ours.answers]
    entries = np.repeat(first_entry[ours.answers] - np.cumsum(matches) + matches, matches)
    entries += np.arange(len(entries))
    return np.repeat(ours.people, matches), theirs.people[np.argsort(theirs.answers, kind="stable")[entries]]


type _Answers = _BitTable | _Incidence
type Shared = Callable[[slice], BoolMatrix]
"""Returns, for a slice of the mentors, (rows, m) bool: the pairs with enough answers in common."""


def _by_bits(ours: _Answers, theirs: _Answers, min_common: int) -> Shared:
    our_bits, their_bits = _bits(ours), _bits(theirs)

    def shared(rows: slice) -> BoolMatrix:
        common = our_bits[rows, None] & their_bits
        return np.asarray(common != 0 if min_common == 1 else np.bitwise_count(common) >= min_common)

    return shared


def _bits(side: _Answers) -> NDArray[np.unsignedinteger]:
    """Return (n,) unsigned: the answers of each person, one bit per answer."""
    word = np.dtype(
        next(word for word in (np.uint8, np.uint16, np.uint32, np.uint64) if np.iinfo(word).bits >= side.kinds)
    )
    packed = np.packbits(side.table, axis=1)
    padded = np.zeros((side.size, word.itemsize), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(word)[:, 0]


def _by_incidence(ours: _Answers, theirs: _Answers, min_common: int) -> Shared:
    from scipy.sparse import csr_array

    kinds = max(ours.kinds, theirs.kinds)
    our_matrix, their_matrix = (
        csr_array((np.ones(len(people)), (people, answers)), shape=(side.size, kinds))
        for side in (ours, theirs)
        for people, answers in [side.pairs()]
    )
    transposed = their_matrix.T.tocsr()

    def shared(rows: slice) -> BoolMatrix:
        counts = our_matrix[rows] @ transposed
        row, enough = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)), counts.data >= min_common
        sharing = np.zeros(counts.shape, dtype=bool)
        sharing[row[enough], counts.indices[enough]] = True
        return sharing

    return shared


def _number_answers(ours: Column, theirs: Column) -> tuple[_Answers, _Answers]:
    """Return the answers of both sides, equal answers with equal numbers; of many answers, only those of both sides."""
    if isinstance(ours, MultiChoice) and isinstance(theirs, MultiChoice) and ours.labels == theirs.labels:
        return _BitTable(ours.values), _BitTable(theirs.values)  # the options of one question are all different
    numbers: AnswerNumbers = defaultdict(count().__next__)
    entries = [_indices_of_choices(column, numbers) for column in (ours, theirs)]
    our_answers, their_answers = (
        _Incidence(*pairs, len(column.known), len(numbers))
        for pairs, column in zip(entries, (ours, theirs), strict=True)
    )
    return (
        (our_answers, their_answers) if len(numbers) <= MAX_BIT_ANSWERS else _drop_unshared(our_answers, their_answers)
    )


def _drop_unshared(ours: _Incidence, theirs: _Incidence) -> tuple[_Incidence, _Incidence]:
    """Return the answers of both sides without those that only one side gave, which no pair shares."""
    given_by_side = [np.bincount(side.answers, minlength=side.kinds) > 0 for side in (ours, theirs)]
    shared = given_by_side[0] & given_by_side[1]
    number, kinds = np.cumsum(shared) - 1, int(shared.sum())
    our_answers, their_answers = (
        _Incidence(side.people[is_shared], number[side.answers[is_shared]], side.size, kinds)
        for side in (ours, theirs)
        for is_shared in [shared[side.answers]]
    )
    return our_answers, their_answers


def _indices_of_choices(column: Column, numbers: AnswerNumbers) -> PairIndices:
    """Return the person and the number of each answer in a column."""
    match column:
        case MultiChoice(labels, chosen):
            people, items = np.nonzero(chosen)
        case SingleChoice(labels, codes):
            people = np.flatnonzero(codes >= 0)
            items = codes[people]
        case NameLists():
            return _indices_of_answers(column.compared, numbers)
        case _:
            raise TypeError(f"a column of {type(column).__name__} lists no answers")
    return people, np.array([numbers[fold(label)] for label in labels], dtype=np.int64)[items]


def pairs_sharing(ours: Answers, theirs: Answers) -> PairIndices:
    """Return the positions of the pairs that have an answer in common, each pair once, sorted."""
    numbers: AnswerNumbers = defaultdict(count().__next__)
    entries = [(*_indices_of_answers(side, numbers), len(side)) for side in (ours, theirs)]
    our_answers, their_answers = (_Incidence(people, answers, size, len(numbers)) for people, answers, size in entries)
    return unique_pairs(*_join_on_answers(our_answers, their_answers), len(theirs))


def pairs_with_common_entry(ours: Entries, theirs: Entries, shape: tuple[int, int]) -> PairIndices:
    """Return the positions of the pairs with a common entry, of ``shape`` (n, m) people, each pair once, sorted."""
    if not ours or not theirs:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    numbers: AnswerNumbers = defaultdict(count().__next__)
    people = [np.array([person for person, _ in side], dtype=np.int64) for side in (ours, theirs)]
    answers = [np.array([numbers[answer] for _, answer in side], dtype=np.int64) for side in (ours, theirs)]
    our_answers, their_answers = (
        _Incidence(*entries, len(numbers)) for entries in zip(people, answers, shape, strict=True)
    )
    return unique_pairs(*_join_on_answers(our_answers, their_answers), shape[1])


def _indices_of_answers(rows: Answers, numbers: AnswerNumbers) -> PairIndices:
    """Return the person and the number of each answer, row by row."""
    counts = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    answers = map(numbers.__getitem__, chain.from_iterable(rows))
    return np.repeat(np.arange(len(rows)), counts), np.fromiter(answers, dtype=np.int64, count=int(counts.sum()))


def cross_product(mentors: BoolVector, mentees: BoolVector) -> PairIndices:
    """Return all pairs of a marked mentor and a marked mentee."""
    mentor_rows, mentee_rows = np.flatnonzero(mentors), np.flatnonzero(mentees)
    return np.repeat(mentor_rows, len(mentee_rows)), np.tile(mentee_rows, len(mentor_rows))


def unique_pairs(mentors: IntVector, mentees: IntVector, width: int) -> PairIndices:
    """Return pairs sorted and without repetitions; ``width`` is the number of mentees."""
    codes = np.sort(mentors * width + mentees)
    codes = codes[np.diff(codes, prepend=-1) > 0]
    mentor_rows = codes // max(width, 1)
    return mentor_rows, codes - mentor_rows * max(width, 1)


def offers_and_needs(
    left: Column, right: Column, *, level: int, first: int | None
) -> tuple[tuple[NDArray[np.bool_], NDArray[np.bool_]], tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return the offers of the mentors, then the needs of the mentees, over the k items of the mentees' question.

    Offers are two arrays (n, k) bool: whether a mentor can pass an item on, and whether the answer is blank. Needs are
    the same (m, k). An item that the mentors' question does not contain is neither offered nor blank.

    ``left`` and ``right`` are the answers of the mentors and of the mentees, ``level`` is the minimum level of an
    offer, and ``first`` the number of needs that count, in the order of the mentee (None: all).
    """
    offers, needs = item_weights_of_sides(left, first_ranks(right, first))
    offered, needed = shared_items(offers, needs)
    can, blank = (np.zeros((len(offers.values), len(needs.keys)), dtype=bool) for _ in range(2))
    can[:, needed], blank[:, needed] = offers.values[:, offered] >= level, offers.blank[:, offered]
    return (can, blank), (needs.values > 0, needs.blank)
