"""Nextcloud Forms: the row below the header, hidden in workbooks, holds the id of each column.

A column ``question-id-3-11`` is item 11 of question 3: a line of a grid, or a ranked option. In CSV files an answer
that would be a formula has a ``'`` in front, which is taken off. The moment is ISO 8601 with its offset.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.languages.translation import mark
from mentormatch.survey.table import Rows, TextTable, tabulate
from mentormatch.survey.tool import (
    Tool,
    ToolPage,
    ToolQuestion,
    header_of,
    map_cells,
    not_of,
    part,
    rows_below,
    with_submissions,
    without_columns,
)

IDS = ("submission_id", "user_id", "user_display_name", "timestamp")
QUESTION = re.compile(r"question-id-[0-9]+(?P<item>(-[0-9]+)*)")
GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")


class Nextcloud(Tool):
    """Exports of Nextcloud Forms: CSV, XLSX, ODS."""

    kind: ClassVar[str] = "nextcloud"
    label: ClassVar[str] = "Nextcloud Forms"
    marks: ClassVar[Sequence[str]] = (*IDS[:3], "id de soumission")
    expected: ClassVar[str] = mark("les identifiants des colonnes sous les intitulés")
    page: ClassVar[ToolPage] = ToolPage(
        files="CSV, XLSX, ODS",
        sent="horodatage",
        own="identifiants de soumission et de compte, nom",
        several="`a; b`",
        other="dans la cellule",
        grid="`Question (Ligne)`",
        ranking="`Question (option)`",
        response="identifiant de soumission",
    )

    def knows(self, rows: Rows) -> bool:
        """Take a second row that holds nothing but ids of columns."""
        return len(rows.records) > 1 and are_ids(rows.records[1].cells)

    def sort(self, rows: Rows) -> TextTable:
        if not self.knows(rows):
            raise not_of(rows, self)
        titles, ids = (row.cells for row in rows.records[:2])
        header = header_of(
            ToolQuestion(header_with_title(title, said)) for title, said in zip(titles, ids, strict=False)
        )
        table = map_cells(tabulate(rows_below(rows, 2), header), lambda column, cell: unguard(cell))
        own = [column for column, said in enumerate(ids) if said.strip() in IDS]
        times = [column for column in own if ids[column].strip() == "timestamp"]
        numbers = [column for column in own if ids[column].strip() == IDS[0]]
        table = with_submissions(replace(table, tool=self.kind, own=frozenset(own)), times, response=numbers)
        return without_columns(table, times)


def are_ids(cells: Sequence[str]) -> bool:
    """Tell whether cells are ids of columns, the submission's first."""
    first_filled = [cell.strip() for cell in cells if cell.strip()]
    return first_filled[:1] == ["submission_id"] and all(
        cell in IDS or QUESTION.fullmatch(cell) for cell in first_filled
    )


def unguard(cell: str) -> str:
    """Return a cell as it was typed."""
    return cell[1:] if cell.startswith(GUARDED) else cell


def header_with_title(title: str, said: str) -> str:
    """Return the header of a column from its title and its id."""
    found = QUESTION.fullmatch(said.strip())
    if not found or not found["item"]:
        return title
    start = opening(title)
    return part(title[:start].rstrip(), title[start + 1 : -1]) if start > 0 else title


def opening(title: str) -> int:
    """Return where the bracket opens that closes at the end of ``title``, -1 where it does not."""
    depth = 0
    for at in range(len(title) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(title[at], 0)
        if depth == 0:
            return at if at < len(title) - 1 else -1
    return -1
