"""Several answers in one cell, parted by commas that options may hold themselves."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from mentormatch.fields.base import split
from mentormatch.text import fold

COMMA = re.compile(r",\s*(?![^()\[\]]*[)\]])")
"""A comma outside brackets."""


def pieces(answers: Sequence[str], joiner: str, *, apart: bool = False) -> list[list[str]]:
    """Return the answers of each cell: parts between joiners, those that only ever come one after the other as one.

    ``apart`` says that several are asked for, so that parts are answers of their own even where they come together.

    >>> pieces(["Web, front end, iOS", "iOS", "Web, front end"], ",")
    [['Web, front end', 'iOS'], ['iOS'], ['Web, front end']]
    """
    if joiner != ",":
        return [split(answer, None if joiner == ";" else joiner) for answer in answers]
    cells = [[part.strip() for part in COMMA.split(answer) if part.strip()] for answer in answers]
    inner = lowered(cells)
    cells = [merged(cell, lambda _, part: fold(part) in inner) for cell in cells]
    while not apart and (pairs := together(cells)):
        cells = joined(cells, pairs)
    return cells


def joined(cells: Sequence[Sequence[str]], pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Return the parts of each cell, these pairs of them as one."""
    return [merged(cell, lambda left, right: (fold(left), fold(right)) in pairs) for cell in cells]


def lowered(cells: Sequence[Sequence[str]]) -> set[str]:
    """Return the parts that go on with an option: small letters, never first, where cells begin with a capital."""
    first = [cell[0] for cell in cells if cell]
    if sum(part[0].isupper() for part in first) < 0.9 * len(first):
        return set()
    starts = {fold(part) for part in first}
    return {fold(part) for cell in cells for part in cell[1:] if not part[0].isupper()} - starts


def together(cells: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Return the pairs of parts of which the first is always followed by the second, the second never without it."""
    alone = Counter(fold(part) for cell in cells for part in cell)
    beside = Counter((fold(a), fold(b)) for cell in cells for a, b in pairwise(cell))
    return {pair for pair, times in beside.items() if times > 1 and alone[pair[0]] == times == alone[pair[1]]}


def merged(cell: Sequence[str], joins: Callable[[str, str], bool]) -> list[str]:
    """Return the parts of a cell, each that is to go on with the one before joined to it."""
    found: list[str] = []
    for part in cell:
        if found and joins(found[-1], part):
            found[-1] = f"{found[-1]}, {part}"
        else:
            found.append(part)
    return found
