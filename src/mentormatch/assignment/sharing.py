"""How many answers two people share, for the rules that ask it; names are matched by normalised equality."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mentormatch.columns import Codes, Column, Members, Names
from mentormatch.text import canonical, fold

type Answers = list[list[str]]


def answers(column: Column) -> Answers:
    """Return the answers of each person, in the form in which they are compared."""
    match column:
        case Names(values):
            return [[canonical(name) for name in value or ()] for value in values]
        case Members(labels, chosen):
            return [[fold(labels[item]) for item in np.flatnonzero(row)] for row in chosen]
        case Codes(labels, codes):
            return [[fold(labels[code])] if code >= 0 else [] for code in codes]
    raise TypeError(f"a column of {type(column).__name__} lists no answers")


def shares(left: Column, right: Column) -> NDArray[np.int64]:
    """Return (n, m) int: the number of answers that two people have in common."""
    return common_answers(answers(left), answers(right))


def common_answers(left: Answers, right: Answers) -> NDArray[np.int64]:
    """Return (n, m) int: how many answers of each row of ``left`` stand in each row of ``right``."""
    counts = np.zeros((len(left), len(right)), dtype=np.int64)
    holders = positions(right)
    for row, given in enumerate(left):
        for answer in set(given):
            counts[row, holders.get(answer, [])] += 1
    return counts


def positions(rows: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Return, for each answer, the rows that hold it, each once."""
    found: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for answer in set(row):
            found.setdefault(answer, []).append(index)
    return found
