"""Any table with one header row and one row per person.

Titles, of one cell per row, may be above the header. The header must then be certain, else an error suggests the row:
every column with answers has a header, the headers differ and none looks like an answer, and some column contains only
numbers, dates or addresses. If several columns are called "Autre", each contains the other answers to the question
before it.
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
    item_name,
    number_repeats,
    part,
    rows_below,
    title_remarks,
    without_labels,
)
from mentormatch.survey.typed_texts import without_markup, without_tool_marks

HEADER_ROW_ADVICE = mark("si les intitulés sont à la ligne {line}, supprimez les lignes au-dessus")


class Spreadsheet(Tool):
    """A table typed by hand or exported by an unknown tool."""

    kind: ClassVar[str] = "plain"
    label: ClassVar[str] = mark("un tableau")
    last: ClassVar[bool] = True
    page: ClassVar[ToolPage] = ToolPage(
        known_by="rien de tout cela",
        files="CSV, XLSX, XLS, ODS",
        guide="[depuis Excel](../guides/depuis-excel.md)",
    )

    def knows(self, rows: Rows) -> bool:
        return True

    def sort(self, rows: Rows) -> TextTable:
        rows = without_tool_marks(rows)
        unlabelled = without_labels(rows)
        above = count_titles(unlabelled)
        below = without_markup(rows_below(unlabelled, above) if above else rows)
        header_problem = missing_header_problem(below.records[0], below.records[1:])
        if header_problem and rows.manner != NO_MANNER:  # columns of data frames and records have names
            raise unreadable(rows.source, header_problem)
        try:
            table = tabulate_with_other_items(below)
        except SurveyError as error:
            raise unreadable(rows.source, *error.problems, *suggest_header(below)) from None
        table = split_choices(table, choices_in)
        return replace(table, remarks=(*title_remarks(rows, below), *table.remarks))


def choices_in(cell: str) -> list[str]:
    """Return the choices in a cell that is a row of CSV, as in exports of Airtable and Grist, else the complete text.

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


def count_titles(rows: Rows) -> int:
    """Return the number of titles above the header, 0 if they are not above a table.

    A table has several rows of several cells, and fewer others. Raises SurveyError if its first may be no header.
    """
    above = len(list(takewhile(lambda row: count(row.cells) == 1, rows.records[:MAX_TITLE_ROWS])))
    wide_count = sum(count(row.cells) > 1 for row in rows.records) if above else 0
    # A table has at least a header and an answer
    if wide_count < 2 or 2 * wide_count <= len(rows.records) - above:
        return 0
    if is_header(rows.records[above], rows.records[above + 1 :]):
        return above
    where = tr("ligne {line}", line=rows.records[0].line)
    advice = tr(HEADER_ROW_ADVICE, line=rows.records[above].line)
    raise unreadable(
        rows.source, Problem(where, tr("une seule cellule remplie, peut-être un titre"), tr(EXPECTED_TABLE), advice)
    )


def is_header(header: Record, answers: Sequence[Record]) -> bool:
    """Return whether a row is certainly the header of the rows below it."""
    names = {column: cell for column, cell in enumerate(header.cells) if cell.strip()}
    columns: dict[int, list[str]] = {}
    for row in answers:
        for column, cell in enumerate(row.cells):
            if cell.strip():
                columns.setdefault(column, []).append(cell.strip())
    has_all_names = columns.keys() <= names.keys() and len({fold(name) for name in names.values()}) == len(names)
    has_no_value = not any(VALUE_PATTERN.fullmatch(name.strip()) for name in names.values())
    return (
        has_all_names and has_no_value and any(all(map(VALUE_PATTERN.fullmatch, texts)) for texts in columns.values())
    )


def suggest_header(rows: Rows) -> list[Problem]:
    """Return the problem that a later row may be the header, if it has at least twice as many texts as the first."""
    first, *next_rows = rows.records[: MAX_TITLE_ROWS + 1]
    best = max((fullness(row) for row in next_rows), default=0)
    if best < 2 * fullness(first):
        return []
    line = next(row.line for row in next_rows if fullness(row) == best)
    where = tr("ligne {line}", line=first.line)
    cause = tr("moins de textes différents qu'à la ligne {line}", line=line)
    return [Problem(where, cause, tr("une ligne d'intitulés en haut du fichier"), tr(HEADER_ROW_ADVICE, line=line))]


def fullness(row: Record) -> int:
    # A title may be repeated over several columns
    return 1 if len({fold(cell) for cell in row.cells} - {""}) == 1 else count(row.cells)


def tabulate_with_other_items(rows: Rows) -> TextTable:
    """Return rows as a table; each of several columns called "Autre" becomes an item of the question before it.

    Not if the first column is one of them.
    """
    cells = rows.records[0].cells
    other_columns = [column for column, cell in enumerate(cells) if item_name(cell) == OTHER]
    if len(other_columns) < 2 or 0 in other_columns:
        return tabulate(rows)
    names = list(cells)
    for column in other_columns:
        question = next((cells[at] for at in range(column - 1, -1, -1) if at not in other_columns), "")
        names[column] = part(question, OTHER)
    table = tabulate(rows_below(rows), number_repeats(names))
    remarks = [remark_on_name(cells[column], names[column]) for column in other_columns]
    return replace(table, remarks=(*table.remarks, *remarks))


def remark_on_name(cell: str, name: str) -> TableRemark:
    return TableRemark(
        None, tr("Plusieurs colonnes « {cell} » : l'une est lue comme « {name} ».", cell=cell, name=name)
    )
