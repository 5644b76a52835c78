"""Any table: one header row, one row a person.

A title may stand above the header: rows of one cell each. The header is then taken where it is certain to be one: it
fills every column that holds answers, none of its cells looks like an answer, and some column below it holds nothing
but numbers, dates or addresses; else the row is suggested. Several columns called "Autre" are each what was typed
beside the options of the question before it.
"""

import csv
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import ClassVar

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields.base import SeveralAnswers
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr
from mentormatch.survey.fact_tool import split_choices
from mentormatch.survey.headers import VALUE_PATTERN, missing_header_problem
from mentormatch.survey.table import (
    EXPECTED_TABLE,
    NO_MANNER,
    Record,
    Rows,
    TableRemark,
    TextTable,
    tabulate,
    unreadable,
)
from mentormatch.survey.tool import (
    MAX_TITLE_ROWS,
    OTHER,
    Tool,
    ToolPage,
    count,
    item_header,
    item_name,
    number_repeats,
    rows_below,
    title_remarks,
    without_labels,
)

LEAST = 2
"""A table is a header and an answer."""
NO_TITLE = mark("une ligne d'intitulés en haut du fichier")
HEADER_AT = mark("si les intitulés sont à la ligne {line}, supprimez les lignes au-dessus")


class Spreadsheet(Tool):
    """A table made by hand, or by a tool that is not known."""

    kind: ClassVar[str] = "plain"
    label: ClassVar[str] = mark("un tableau")
    last: ClassVar[bool] = True
    page: ClassVar[ToolPage] = ToolPage(
        known_by="rien de tout cela",
        files="CSV, XLSX, XLS, ODS",
        guide="[depuis Excel](../guides/depuis-excel.md)",
    )

    def knows(self, rows: Rows) -> bool:
        """Take any rows."""
        return True

    def sort(self, rows: Rows) -> TextTable:
        bare = without_labels(rows)
        above = titles(bare)
        found = rows_below(bare, above) if above else rows
        answered = missing_header_problem(found.records[0], found.records[1:])
        if answered and rows.manner != NO_MANNER:  # a frame's columns have names of their own
            raise unreadable(rows.source, answered)
        try:
            table = distinguish(found)
        except SurveyError as error:
            raise unreadable(rows.source, *error.problems, *suggest_header(found)) from None
        table = split_choices(table, choices_in)
        return replace(table, remarks=(*title_remarks(rows, found), *table.remarks))


def choices_in(cell: str) -> list[str]:
    """Return the choices in a cell that is a row of CSV itself, as Airtable and Grist write it; else the whole text.

    >>> choices_in('"Budget, paie",Réseau'), choices_in('"Budget, paie"'), choices_in('dit "oui", puis non')
    (['Budget, paie', 'Réseau'], ['Budget, paie'], ['dit "oui", puis non'])
    """
    if '"' not in cell or isinstance(cell, SeveralAnswers):
        return [cell]
    try:
        choices = next(csv.reader([cell], strict=True, skipinitialspace=True))
    except csv.Error:
        return [cell]
    quoted_choices = [f'"{choice}"' if "," in choice else choice for choice in choices]
    is_row = choices != quoted_choices and cell in (",".join(quoted_choices), ", ".join(quoted_choices))
    return choices if is_row else [cell]


def titles(rows: Rows) -> int:
    """Return how many rows above the header are titles.

    Raises
    ------
    SurveyError
        Where there are some, and the row below them may be no header.
    """
    above = len(list(takewhile(lambda row: count(row.cells) == 1, rows.records[:MAX_TITLE_ROWS])))
    wide = sum(count(row.cells) > 1 for row in rows.records) if above else 0
    if wide < LEAST or 2 * wide <= len(rows.records) - above:
        return 0
    if is_header(rows.records[above], rows.records[above + 1 :]):
        return above
    where = tr("ligne {line}", line=rows.records[0].line)
    advice = tr(HEADER_AT, line=rows.records[above].line)
    raise unreadable(
        rows.source, Problem(where, tr("une seule cellule remplie, peut-être un titre"), tr(EXPECTED_TABLE), advice)
    )


def is_header(header: Record, answers: Sequence[Record]) -> bool:
    """Tell whether a row is certain to be the header of those below it."""
    names = {column: cell for column, cell in enumerate(header.cells) if cell.strip()}
    columns: dict[int, list[str]] = {}
    for row in answers:
        for column, cell in enumerate(row.cells):
            if cell.strip():
                columns.setdefault(column, []).append(cell.strip())
    named = columns.keys() <= names.keys() and len({fold(name) for name in names.values()}) == len(names)
    words = not any(VALUE_PATTERN.fullmatch(name.strip()) for name in names.values())
    return named and words and any(all(map(VALUE_PATTERN.fullmatch, said)) for said in columns.values())


def suggest_header(rows: Rows) -> list[Problem]:
    """Return that the header may be further down: at the fullest of the next rows, where it is twice as full."""
    first, *others = rows.records[: MAX_TITLE_ROWS + 1]
    most = max((fullness(row) for row in others), default=0)
    if most < 2 * fullness(first):
        return []
    line = next(row.line for row in others if fullness(row) == most)
    where = tr("ligne {line}", line=first.line)
    found = tr("moins de textes différents qu'à la ligne {line}", line=line)
    return [Problem(where, found, tr(NO_TITLE), tr(HEADER_AT, line=line))]


def fullness(row: Record) -> int:
    """Return how many cells of a row hold something, 1 where they all hold the same: a title over many columns."""
    return 1 if len({fold(cell) for cell in row.cells} - {""}) == 1 else count(row.cells)


def distinguish(rows: Rows) -> TextTable:
    """Return rows as a table, each of several columns called "Autre" as an item of the question before it."""
    cells = rows.records[0].cells
    others = [column for column, cell in enumerate(cells) if item_name(cell) == OTHER]
    if len(others) < 2 or 0 in others:
        return tabulate(rows)
    names = list(cells)
    for column in others:
        question = next((cells[at] for at in range(column - 1, -1, -1) if at not in others), "")
        names[column] = item_header(question, OTHER)
    table = tabulate(rows_below(rows), number_repeats(names))
    return replace(
        table, remarks=(*table.remarks, *(remark_on_name(cells[column], names[column]) for column in others))
    )


def remark_on_name(cell: str, name: str) -> TableRemark:
    """Return that a column stands under another name than its own, for others have that."""
    return TableRemark(
        None, tr("Plusieurs colonnes « {cell} » : l'une est lue comme « {name} ».", cell=cell, name=name)
    )
