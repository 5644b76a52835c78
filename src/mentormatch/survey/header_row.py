"""Whether the first row of a table is a header, or the first person's answers: told by the columns, never by a word.

A question hardly ever is an address, stands below itself among other answers, or is a number or a date like all that
stands below it. Where that is so in several columns, the row is no header.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from mentormatch.errors import Problem
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import fold
from mentormatch.survey.table import EXPECTED, Record

ANSWER = re.compile(r"[-+]?[0-9][0-9 .,:/h-]*|[^@\s]+@[^@\s]+\.[^@\s]+")
"""A number, a date, a telephone or an address."""
WHOLE = re.compile(r"[0-9]{1,9}")
CERTAIN = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+|[0-9/.-]{8,10}[ T,]+[0-9]{1,2}[:h][0-9]{2}.*|\+?[0-9](?:[ .-]?[0-9]){8,}"
)
"""An address, a moment or a telephone: one tells by itself."""
LEAST, SHARE = 2, 0.15
"""Of all else so many columns tell, and that share of those that are named."""
SEVERAL = 2
"""So many answers tell what a column holds."""
MOST_LOOKED_AT = 500
MOST_NAMED = 5
FOUND = mark("des réponses au lieu d'intitulés, d'après {columns}")
ADVICE = mark(
    "ajoutez au-dessus une ligne qui nomme les colonnes, ou exportez le questionnaire de nouveau avec ses intitulés"
)


def headless(header: Record, answers: Sequence[Record]) -> Problem | None:
    """Return that a row is no header of those below it but a row of answers, None where it may be one.

    It names the columns that tell, by number, and no text of theirs.
    """
    telling = telling_columns(header, answers[:MOST_LOOKED_AT])
    named = sum(bool(cell.strip()) for cell in header.cells)
    certain = any(CERTAIN.fullmatch(header.cells[at].strip()) for at in telling)
    if not certain and len(telling) < max(LEAST, SHARE * named):
        return None
    shown = [str(at + 1) for at in telling[:MOST_NAMED]]
    columns = tr_n("la colonne {columns}", "les colonnes {columns}", len(shown), columns=listed(shown))
    return Problem(tr("ligne {line}", line=header.line), tr(FOUND, columns=columns), tr(EXPECTED), tr(ADVICE))


def telling_columns(header: Record, answers: Sequence[Record]) -> list[int]:
    """Return the columns, from 0, in which a row looks like those below it."""
    cells = [cell.strip() for cell in header.cells]
    counted = numbered_columns(cells)
    below = [row.cells for row in answers if not are_same(row.cells, cells)]
    found: list[int] = []
    for at, cell in enumerate(cells):
        said = [text for row in below if at < len(row) and (text := row[at].strip())]
        if cell and said and at not in counted and (is_shaped_like(cell, said) or recurs(cell, said)):
            found.append(at)
    return found


def are_same(cells: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether cells are the same as ``others`` but for the blanks around them; most differ in the first."""
    return len(cells) == len(others) and all(one.strip() == other for one, other in zip(cells, others, strict=True))


def is_shaped_like(cell: str, said: Sequence[str]) -> bool:
    """Say whether a cell is a number, a date or an address, as the several below it are."""
    return len(said) >= SEVERAL and bool(ANSWER.fullmatch(cell)) and all(map(ANSWER.fullmatch, said))


def recurs(cell: str, said: Sequence[str]) -> bool:
    """Say whether a cell stands below itself, among others: a box that is ticked with its own words holds no others."""
    given = set(map(fold, set(said)))
    return len(given) > 1 and fold(cell) in given


def numbered_columns(cells: Sequence[str]) -> set[int]:
    """Return the columns whose names count on: 1, 2, 3, or the years.

    >>> sorted(numbered_columns(["Code", "2023", "2024", "7"]))
    [1, 2]
    """
    whole = [int(cell) if WHOLE.fullmatch(cell) else None for cell in cells]
    steps = [at for at, (one, other) in enumerate(pairwise(whole)) if one is not None and other == one + 1]
    return {place for at in steps for place in (at, at + 1)}
