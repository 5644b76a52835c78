"""Which answers two people share (set intersection), for the rules that ask it; names match by normalised equality.

Three ways, by how many answers there are and how often they are shared: an inverted index (a join on the answer), bit
sets, or a sparse incidence product.
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
from mentormatch.scoring.criterion import first_ranks, shared_items, stakes_of

type Answers = Sequence[Sequence[str]]
type Entries = Sequence[tuple[int, Hashable]]
"""People, by position, each with something that was answered."""
type IntArray = defaultdict[Hashable, int]
"""The number of each answer: the next one where it was not known yet."""

NEEDS_IN_BLANKS = (
    mark("Seuls comptent les besoins jusqu'au rang {first}."),
    mark("Transmettre, c'est être au niveau {level} au moins ; le plus bas est 0."),
)
"""Of which needs and offers a rule speaks, for a form."""
FEW = 64
"""Of so few different answers it is noted in bits who gave which."""
WORDS = (np.uint8, np.uint16, np.uint32, np.uint64)
SELDOM = 16
"""Two people who share an answer are looked up in the time in which so many are compared by bits."""
ROWS = 256
"""So many people are compared at once: what they share takes as much room again where nearly all share something."""


def share_at_least(left: Column, right: Column, least: int) -> BoolMatrix:
    """Return (n, m) bool: which two people have ``least`` answers in common, or more."""
    ours, theirs = _answers_given(left, right)
    if least == 1 and isinstance(ours, _Incidence) and isinstance(theirs, _Incidence) and _is_sparse(ours, theirs):
        return _by_inverted_index(ours, theirs)
    shared = (_by_bits if max(ours.kinds, theirs.kinds) <= FEW else _by_incidence)(ours, theirs, least)
    found = np.empty((ours.size, theirs.size), dtype=bool)
    for start in range(0, len(found), ROWS):
        found[start : start + ROWS] = shared(slice(start, start + ROWS))
    return found


@dataclass(frozen=True, slots=True)
class _BitTable:
    """``table`` (n, k) bool: who of n people gave which of k answers."""

    table: NDArray[np.bool_]

    @property
    def size(self) -> int:
        return len(self.table)

    @property
    def kinds(self) -> int:
        return int(self.table.shape[1])

    def pairs(self) -> PairIndices:
        """Return who gave an answer, and its number, for each that was given."""
        people, answers = np.nonzero(self.table)
        return people, answers


@dataclass(frozen=True, slots=True)
class _Incidence:
    """The same by one entry or more for each answer given: who of ``size`` people, and which of ``kinds`` answers."""

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
        """Return who gave an answer, and its number, for each that was given, once."""
        return unique_pairs(self.people, self.answers, self.kinds)


def _is_sparse(left: _Incidence, right: _Incidence) -> bool:
    """Return whether answers are shared so seldom that an inverted index is quicker than comparing all pairs."""
    gave = [np.bincount(side.answers, minlength=side.kinds) for side in (left, right)]
    return int(gave[0] @ gave[1]) * SELDOM <= left.size * right.size


def _by_inverted_index(left: _Incidence, right: _Incidence) -> BoolMatrix:
    """Return (n, m) bool: who shares an answer, by an inverted index from answers to people."""
    found = np.zeros(left.size * right.size, dtype=bool)
    ours, theirs = _join_on_answers(left, right)
    found[ours * right.size + theirs] = True
    return found.reshape(left.size, right.size)


def _join_on_answers(left: _Incidence, right: _Incidence) -> PairIndices:
    """Return who of the left shares an answer with whom of the right, once for each answer that they share."""
    gave = np.bincount(right.answers, minlength=right.kinds)
    first = np.cumsum(gave) - gave
    counts = gave[left.answers]
    places = np.repeat(first[left.answers] - np.cumsum(counts) + counts, counts)
    places += np.arange(len(places))
    return np.repeat(left.people, counts), right.people[np.argsort(right.answers, kind="stable")[places]]


type _Given = _BitTable | _Incidence
type Shared = Callable[[slice], BoolMatrix]
"""Returns with whom of the right some of the left have enough answers in common."""


def _by_bits(left: _Given, right: _Given, least: int) -> Shared:
    ours, theirs = _bits(left), _bits(right)

    def shared(rows: slice) -> BoolMatrix:
        both = ours[rows, None] & theirs
        return np.asarray(both != 0 if least == 1 else np.bitwise_count(both) >= least)

    return shared


def _bits(given: _Given) -> NDArray[np.unsignedinteger]:
    """Return (n,) unsigned: one bit for each answer."""
    word = np.dtype(next(word for word in WORDS if np.iinfo(word).bits >= given.kinds))
    packed = np.packbits(given.table, axis=1)
    room = np.zeros((given.size, word.itemsize), dtype=np.uint8)
    room[:, : packed.shape[1]] = packed
    return room.view(word)[:, 0]


def _by_incidence(left: _Given, right: _Given, least: int) -> Shared:
    from scipy.sparse import csr_array

    kinds = max(left.kinds, right.kinds)
    ours, theirs = (
        csr_array((np.ones(len(people)), (people, answers)), shape=(side.size, kinds))
        for side in (left, right)
        for people, answers in [side.pairs()]
    )
    turned = theirs.T.tocsr()

    def shared(rows: slice) -> BoolMatrix:
        counts = ours[rows] @ turned
        row, enough = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)), counts.data >= least
        found = np.zeros(counts.shape, dtype=bool)
        found[row[enough], counts.indices[enough]] = True
        return found

    return shared


def _answers_given(left: Column, right: Column) -> tuple[_Given, _Given]:
    """Return what both sides gave, the same answers by the same numbers."""
    if isinstance(left, MultiChoice) and isinstance(right, MultiChoice) and left.labels == right.labels:
        return _BitTable(left.values), _BitTable(right.values)  # no two options of one question are compared as equal
    known: IntArray = defaultdict(count().__next__)
    listed = [_indices_of_choices(column, known) for column in (left, right)]
    ours, theirs = (
        _Incidence(*pairs, len(column.known), len(known)) for pairs, column in zip(listed, (left, right), strict=True)
    )
    return (ours, theirs) if len(known) <= FEW else _of_both(ours, theirs)


def _of_both(left: _Incidence, right: _Incidence) -> tuple[_Incidence, _Incidence]:
    """Return the same without the answers that one side alone gave: these are shared with nobody."""
    gave = [np.bincount(side.answers, minlength=side.kinds) > 0 for side in (left, right)]
    both = gave[0] & gave[1]
    number, kinds = np.cumsum(both) - 1, int(both.sum())
    ours, theirs = (
        _Incidence(side.people[kept], number[side.answers[kept]], side.size, kinds)
        for side in (left, right)
        for kept in [both[side.answers]]
    )
    return ours, theirs


def _indices_of_choices(column: Column, known: IntArray) -> PairIndices:
    """Return, for each answer given, who gave it, and its number among all that are known."""
    match column:
        case MultiChoice(labels, chosen):
            people, items = np.nonzero(chosen)
        case SingleChoice(labels, codes):
            people = np.flatnonzero(codes >= 0)
            items = codes[people]
        case NameLists():
            return _indices_of_answers(column.compared, known)
        case _:
            raise TypeError(f"a column of {type(column).__name__} lists no answers")
    return people, np.array([known[fold(label)] for label in labels], dtype=np.int64)[items]


def pairs_sharing(left: Answers, right: Answers) -> PairIndices:
    """Return who of ``left`` and who of ``right`` have an answer in common, each pair once, in order."""
    known: IntArray = defaultdict(count().__next__)
    given = [(*_indices_of_answers(side, known), len(side)) for side in (left, right)]
    ours, theirs = (_Incidence(people, answers, size, len(known)) for people, answers, size in given)
    return unique_pairs(*_join_on_answers(ours, theirs), len(right))


def pairs_with_common_entry(left: Entries, right: Entries, shape: tuple[int, int]) -> PairIndices:
    """Return who of n people on the left and of m on the right have an entry in common, each pair once, in order."""
    if not left or not right:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    known: IntArray = defaultdict(count().__next__)
    people = [np.array([person for person, _ in side], dtype=np.int64) for side in (left, right)]
    answers = [np.array([known[answer] for _, answer in side], dtype=np.int64) for side in (left, right)]
    ours, theirs = (_Incidence(*given, len(known)) for given in zip(people, answers, shape, strict=True))
    return unique_pairs(*_join_on_answers(ours, theirs), shape[1])


def _indices_of_answers(rows: Answers, known: IntArray) -> PairIndices:
    """Return, for each answer given, who gave it, and its number among all that are known."""
    each = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    numbers = map(known.__getitem__, chain.from_iterable(rows))
    return np.repeat(np.arange(len(rows)), each), np.fromiter(numbers, dtype=np.int64, count=int(each.sum()))


def cross_product(mentors: BoolVector, mentees: BoolVector) -> PairIndices:
    """Return the pairs of everybody of the one with everybody of the other."""
    ours, theirs = np.flatnonzero(mentors), np.flatnonzero(mentees)
    return np.repeat(ours, len(theirs)), np.tile(theirs, len(ours))


def unique_pairs(mentors: IntVector, mentees: IntVector, width: int) -> PairIndices:
    """Return pairs without those that come again, sorted; ``width`` is the number of mentees."""
    both = np.sort(mentors * width + mentees)
    both = both[np.diff(both, prepend=-1) > 0]
    left = both // max(width, 1)
    return left, both - left * max(width, 1)


def offers_and_needs(
    left: Column, right: Column, *, level: int, first: int | None
) -> tuple[tuple[NDArray[np.bool_], NDArray[np.bool_]], tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return (n, k) bool twice, who can pass on which of k items and who left it blank; (m, k) bool twice, of needs.

    ``level`` is the least level of an offer, ``first`` how many needs count, in their order. The items are those of
    the right: nobody passes on what the left was not asked about.
    """
    offers, needs = stakes_of(left, first_ranks(right, first))
    offered, needed = shared_items(offers, needs)
    can, unsaid = (np.zeros((len(offers.values), len(needs.keys)), dtype=bool) for _ in range(2))
    can[:, needed], unsaid[:, needed] = offers.values[:, offered] >= level, offers.blank[:, offered]
    return (can, unsaid), (needs.values > 0, needs.blank)
