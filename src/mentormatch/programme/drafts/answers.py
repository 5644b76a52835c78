"""The answers to one question -> how many differ, whether they were chosen or typed, which options they hold."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from mentormatch.fields.base import split
from mentormatch.programme.drafts.patterns import fold

MOST_OPTIONS, LONGEST_OPTION, LONGEST_SEEN = 40, 80, 400
MOST_SPELLINGS = 4 * MOST_OPTIONS
"""Of so few options, as typed."""
FEW = 4
"""Of that many rows, one may be without an answer that everybody should give."""


def share[Answer](answers: Sequence[Answer], test: Callable[[Answer], object]) -> float:
    """Return the share of answers that pass a test, 0 where there are none."""
    return sum(bool(test(answer)) for answer in answers) / len(answers) if answers else 0.0


def distinct(answers: Sequence[str]) -> list[str]:
    """Return the answers that differ when compared as options are, as first typed."""
    found: dict[str, str] = {}
    for answer in dict.fromkeys(answers):
        if said := fold(answer):
            found.setdefault(said, answer)
    return list(found.values())


def are_chosen(answers: Sequence[str]) -> bool:
    """Say whether answers look like chosen ones: few, short or given again, and given again and again."""
    if len(set(answers)) > MOST_SPELLINGS:
        return False
    options = distinct(answers)
    if not options or len(options) > min(MOST_OPTIONS, max(2, len(answers) // 2)) or len(options) >= len(answers):
        return False
    given = Counter(map(fold, answers))
    long = [option for option in options if len(option) > LONGEST_OPTION]
    again = all(given[fold(option)] > 1 and len(option) <= LONGEST_SEEN for option in long)
    return again or (len(long) == 1 and len(options) > len(long) + 1)


def options_in(answers: Sequence[str]) -> list[str]:
    """Return the options among answers; one given once, where each other came again and again, was typed.

    What one person alone typed beside the options is nobody else's to read: it goes into no draft.
    """
    given = Counter(map(fold, answers))
    options = distinct(answers)
    often = sorted(given[fold(option)] for option in options if given[fold(option)] > 1)
    if len(often) < 2 or often[len(often) // 2] < FEW:
        return [option for option in options if len(option) <= LONGEST_OPTION or given[fold(option)] > 1]
    return [option for option in options if given[fold(option)] > 1]


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
    inner = continuations(cells)
    cells = [join_parts(cell, lambda _, part: fold(part) in inner) for cell in cells]
    while not apart and (pairs := inseparable_pairs(cells)):
        cells = join_pairs(cells, pairs)
    return cells


def join_pairs(cells: Sequence[Sequence[str]], pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Return the parts of each cell, these pairs of them as one."""
    return [join_parts(cell, lambda left, right: (fold(left), fold(right)) in pairs) for cell in cells]


def continuations(cells: Sequence[Sequence[str]]) -> set[str]:
    """Return the parts that go on with an option: small letters, never first, where cells begin with a capital."""
    first = [cell[0] for cell in cells if cell]
    if sum(part[0].isupper() for part in first) < 0.9 * len(first):
        return set()
    starts = {fold(part) for part in first}
    return {fold(part) for cell in cells for part in cell[1:] if not part[0].isupper()} - starts


def inseparable_pairs(cells: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Return the pairs of parts of which the first is always followed by the second, the second never without it."""
    alone = Counter(fold(part) for cell in cells for part in cell)
    beside = Counter((fold(a), fold(b)) for cell in cells for a, b in pairwise(cell))
    return {pair for pair, times in beside.items() if times > 1 and alone[pair[0]] == times == alone[pair[1]]}


def join_parts(cell: Sequence[str], joins: Callable[[str, str], bool]) -> list[str]:
    """Return the parts of a cell, each that is to go on with the one before joined to it."""
    found: list[str] = []
    for part in cell:
        if found and joins(found[-1], part):
            found[-1] = f"{found[-1]}, {part}"
        else:
            found.append(part)
    return found
