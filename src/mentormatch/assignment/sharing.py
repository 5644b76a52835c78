"""How many answers two people share, for the rules that ask it; names are matched by normalised equality."""

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.rule import Pairs
from mentormatch.columns import BoolVector, Codes, Column, IntVector, Members, Names
from mentormatch.text import canonical, fold

type Answers = list[list[str]]

ROWS = 256
"""So many people are compared at once: what they share takes as much room again where nearly all share something."""


def answers(column: Names) -> Answers:
    """Return the names that each person gave, in the form in which they are compared."""
    return [[canonical(name) for name in value or ()] for value in column.values]


def shares(left: Column, right: Column) -> NDArray[np.int64]:
    """Return (n, m) int: the number of answers that two people have in common."""
    from scipy.sparse import csr_array

    known: dict[str, int] = {}
    given = [_given(column, known) for column in (left, right)]
    ours, theirs = (
        csr_array((np.ones(len(people), dtype=np.int64), (people, answers)), shape=(len(column.known), len(known)))
        for (people, answers), column in zip(given, (left, right), strict=True)
    )
    counts, turned = np.empty((ours.shape[0], theirs.shape[0]), dtype=np.int64), theirs.T.tocsr()
    for start in range(0, len(counts), ROWS):
        counts[start : start + ROWS] = (ours[start : start + ROWS] @ turned).toarray()
    return counts


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
            people, items = _numbered(answers(column), known)
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
