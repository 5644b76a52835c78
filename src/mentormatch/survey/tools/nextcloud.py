"""Nextcloud Forms. The row below the header, hidden in workbooks, contains the id of each column.

A column ``question-id-3-11`` is item 11 of question 3: a row of a grid, or a ranked option. The ``'`` that CSV
files have before a cell that looks like a formula is removed. The moment is ISO 8601 with its offset.
"""

import re
from collections.abc import Sequence

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, OwnColumns
from mentormatch.survey.facts import Facts
from mentormatch.survey.table import Rows, TextTable
from mentormatch.survey.tool import ToolPage, map_cells, not_an_export_error, part, rows_below
from mentormatch.survey.typed_texts import GUARDED_FORMULAS

OWN_IDS = ("submission_id", "user_id", "user_display_name", "timestamp")
QUESTION_ID = re.compile(r"question-id-[0-9]+(?P<item>(-[0-9]+)*)")


class Nextcloud(FactTool):
    """Exports of Nextcloud Forms: CSV, XLSX, ODS."""

    kind = "nextcloud"
    label = "Nextcloud Forms"
    marks = (*OWN_IDS[:3], "id de soumission")
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
    facts = Facts(kept=OWN_IDS[:3], dropped=OWN_IDS[3:], sent=OWN_IDS[3:], number=OWN_IDS[:1])

    def knows(self, rows: Rows) -> bool:
        return len(rows.records) > 1 and are_ids(rows.records[1].cells)

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        if not self.knows(rows):
            raise not_an_export_error(rows, self)
        titles, ids = (row.cells for row in rows.records[:2])
        return [header_with_title(title, column_id) for title, column_id in zip(titles, ids, strict=False)], rows_below(
            rows, 2
        )

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        ids = [cell.strip() for cell in rows.records[1].cells[: len(names)]]
        return {at: column_id for at, column_id in enumerate(ids) if column_id in OWN_IDS}

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        return map_cells(table, lambda column, cell: cell[1:] if cell.startswith(GUARDED_FORMULAS) else cell)


def are_ids(cells: Sequence[str]) -> bool:
    """Return whether cells are ids of columns, with that of the submission first."""
    ids = [cell.strip() for cell in cells if cell.strip()]
    return ids[:1] == ["submission_id"] and all(cell in OWN_IDS or QUESTION_ID.fullmatch(cell) for cell in ids)


def header_with_title(title: str, column_id: str) -> str:
    """Return the header of a column: the title, or a question and its item if the id has an item."""
    match = QUESTION_ID.fullmatch(column_id.strip())
    if not match or not match["item"]:
        return title
    start = opening_bracket(title)
    return part(title[:start].rstrip(), title[start + 1 : -1]) if start > 0 else title


def opening_bracket(title: str) -> int:
    """Return the position of the bracket that is closed at the end of ``title``, -1 if there is none."""
    depth = 0
    for at in range(len(title) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(title[at], 0)
        if depth == 0:
            return at if at < len(title) - 1 else -1
    return -1
