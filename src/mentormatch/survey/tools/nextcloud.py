"""Nextcloud Forms: the row below the header, hidden in workbooks, holds the id of each column.

A column ``question-id-3-11`` is item 11 of question 3: a line of a grid, or a ranked option. In CSV files an answer
that would be a formula has a ``'`` in front, which is taken off. The moment is ISO 8601 with its offset.
"""

import re
from collections.abc import Sequence

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, OwnColumns
from mentormatch.survey.facts import Facts
from mentormatch.survey.table import Rows, TextTable
from mentormatch.survey.tool import ToolPage, item_header, map_cells, not_an_export_error, rows_below

IDS = ("submission_id", "user_id", "user_display_name", "timestamp")
QUESTION = re.compile(r"question-id-[0-9]+(?P<item>(-[0-9]+)*)")
GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")


class Nextcloud(FactTool):
    """Exports of Nextcloud Forms: CSV, XLSX, ODS."""

    kind = "nextcloud"
    label = "Nextcloud Forms"
    marks = (*IDS[:3], "id de soumission")
    expected = mark("les identifiants des colonnes sous les intitulés")
    page = ToolPage(
        files="CSV, XLSX, ODS",
        sent="horodatage",
        own="identifiants de soumission et de compte, nom",
        several="`a; b`",
        other="dans la cellule",
        grid="`Question (Ligne)`",
        ranking="`Question (option)`",
        response="identifiant de soumission",
    )
    facts = Facts(kept=IDS[:3], dropped=IDS[3:], sent=IDS[3:], number=IDS[:1])

    def knows(self, rows: Rows) -> bool:
        """Take a second row that holds nothing but ids of columns."""
        return len(rows.records) > 1 and are_ids(rows.records[1].cells)

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        if not self.knows(rows):
            raise not_an_export_error(rows, self)
        titles, ids = (row.cells for row in rows.records[:2])
        return [header_with_title(*both) for both in zip(titles, ids, strict=False)], rows_below(rows, 2)

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        ids = [cell.strip() for cell in rows.records[1].cells[: len(names)]]
        return {at: known for at, known in enumerate(ids) if known in IDS}

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        """Return the table with its cells as they were typed."""
        return map_cells(table, lambda column, cell: cell[1:] if cell.startswith(GUARDED) else cell)


def are_ids(cells: Sequence[str]) -> bool:
    """Tell whether cells are ids of columns, the submission's first."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return filled[:1] == ["submission_id"] and all(cell in IDS or QUESTION.fullmatch(cell) for cell in filled)


def header_with_title(title: str, said: str) -> str:
    """Return the header of a column from its title and its id."""
    found = QUESTION.fullmatch(said.strip())
    if not found or not found["item"]:
        return title
    start = opening(title)
    return item_header(title[:start].rstrip(), title[start + 1 : -1]) if start > 0 else title


def opening(title: str) -> int:
    """Return where the bracket opens that closes at the end of ``title``, -1 where it does not."""
    depth = 0
    for at in range(len(title) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(title[at], 0)
        if depth == 0:
            return at if at < len(title) - 1 else -1
    return -1
