"""Which answers two people share, for the rules that ask it; names are matched by normalised equality."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mentormatch.assignment.rule import BoolBlock, Pairs
from mentormatch.columns import BoolVector, Codes, Column, IntVector, Members, Names
from mentormatch.scoring.items import product
from mentormatch.text import fold

type Answers = Sequence[Sequence[str]]

FEW = 64
"""Of so few different answers it is noted who gave which, and who did not."""
ROWS = 256
"""So many people are compared at once: what they share takes as much room again where nearly all share something."""


def share(left: Column, right: Column, least: int) -> BoolBlock:
    """Return (n, m) bool: which two people have ``least`` answers in common, or more."""
    known: dict[str, int] = {}
    given = [_given(column, known) for column in (left, right)]
    shape = len(left.known), len(right.known)
    ours, theirs = (_Given(*pairs, count, len(known)) for pairs, count in zip(given, shape, strict=True))
    shared = (_by_table if len(known) <= FEW else _by_list)(ours, theirs, least)
    found = np.empty(shape, dtype=bool)
    for start in range(0, len(found), ROWS):
        found[start : start + ROWS] = shared(slice(start, start + ROWS))
    return found


class _Given(NamedTuple):
    """Who gave which answer, each once; ``size`` people there are, and ``kinds`` of answers."""

    people: IntVector
    answers: IntVector
    size: int
    kinds: int


type Shared = Callable[[slice], BoolBlock]
"""Returns with whom of the right some of the left have enough answers in common."""


def _by_table(left: _Given, right: _Given, least: int) -> Shared:
    ours, theirs = (np.zeros((side.size, side.kinds), dtype=np.float64) for side in (left, right))
    for table, side in zip((ours, theirs), (left, right), strict=True):
        table[side.people, side.answers] = 1
    return lambda rows: product(ours[rows], theirs.T) >= least


def _by_list(left: _Given, right: _Given, least: int) -> Shared:
    from scipy.sparse import csr_array

    ours, theirs = (
        csr_array((np.ones(len(side.people)), (side.people, side.answers)), shape=(side.size, side.kinds))
        for side in (left, right)
    )
    turned = theirs.T.tocsr()

    def shared(rows: slice) -> BoolBlock:
        counts = ours[rows] @ turned
        row, enough = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)), counts.data >= least
        found = np.zeros(counts.shape, dtype=bool)
        found[row[enough], counts.indices[enough]] = True
        return found

    return shared


def _given(column: Column, known: dict[str, int]) -> Pairs:
    """Return, for each answer given, who gave it, and its number among all that are known; each once."""
    match column:
        case Members(labels, chosen):
            people, items = np.nonzero(chosen)
        case Codes(labels, codes):
            people = np.flatnonzero(codes >= 0)
            items = codes[people]
        case Names():
            labels = ()
            people, items = _numbered(column.compared, known)
        case _:
            raise TypeError(f"a column of {type(column).__name__} lists no answers")
    if labels:
        items = np.array([known.setdefault(fold(label), len(known)) for label in labels], dtype=np.int64)[items]
    return each_once(people, items, len(known))


def sharing(left: Answers, right: Answers) -> Pairs:
    """Return who of ``left`` and who of ``right`` have an answer in common, each pair once, in order."""
    known: dict[str, int] = {}
    ours, theirs = _numbered(left, known), _numbered(right, known)
    order = np.argsort(theirs[1], kind="stable")
    sorted_answers = theirs[1][order]
    first, last = (np.searchsorted(sorted_answers, ours[1], side=side) for side in ("left", "right"))
    counts = last - first
    starts = np.repeat(first - np.cumsum(counts) + counts, counts)
    partners = theirs[0][order[np.arange(len(starts)) + starts]]
    return each_once(np.repeat(ours[0], counts), partners, len(right))


def _numbered(rows: Answers, known: dict[str, int]) -> Pairs:
    """Return, for each answer given, who gave it, and its number among all that are known."""
    people = np.repeat(np.arange(len(rows)), [len(given) for given in rows])
    return people, np.array(
        [known.setdefault(answer, len(known)) for given in rows for answer in given], dtype=np.int64
    )


def crossed(mentors: BoolVector, mentees: BoolVector) -> Pairs:
    """Return the pairs of everybody of the one with everybody of the other."""
    ours, theirs = np.flatnonzero(mentors), np.flatnonzero(mentees)
    return np.repeat(ours, len(theirs)), np.tile(theirs, len(ours))


def each_once(mentors: IntVector, mentees: IntVector, width: int) -> Pairs:
    """Return pairs without those that come again, sorted; ``width`` is the number of mentees."""
    both = np.sort(mentors * width + mentees)
    both = both[np.diff(both, prepend=-1) > 0]
    return both // max(width, 1), both % max(width, 1)
