"""Framaforms and Yakforms (Drupal 7, module webform 4): title, questions, labels, then one row a person.

The row of questions names a question only over its first column, so nothing in the file tells the last items of a
question from the questions behind it: such columns are ``Table.alone``, and the programme settles them. What "Séparé"
ticks is ``X``; "Compact" holds all in one cell. Moments are day, month and year where the labels are French, or a real
date of a workbook.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mentormatch.languages.text_keys import YES, fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Record, Rows, TextTable, is_blank
from mentormatch.survey.tool import OTHER, ToolPage, ToolQuestion, item_name, not_an_export_error, rows_below

DETAILS = frozenset({"details de la soumission", "submission details"})
COMPLETED = ("heure de completion", "completed time", "webform_completed_time")
SUBMITTED = ("heure de soumission", "submitted time", "webform_time")
FRENCH = (COMPLETED[0], SUBMITTED[0])
NUMBERS = ("sid", "webform_sid", "sequentiel", "serial", "webform_serial")
DRAFT = ("brouillon", "draft", "webform_draft")
LEFT_OUT = (
    *(*COMPLETED, *SUBMITTED, *DRAFT, "heure de modification", "modified time", "webform_modified_time"),
    *("adresse ip", "ip address", "webform_ip_address"),
)
STAYING = (*NUMBERS, "uid", "webform_uid", "nom d'utilisateur", "username", "webform_username")


class Framaforms(FactTool):
    """Exports of Framaforms, delimited or as workbook, "Séparé" and "Compact"."""

    kind = "framaforms"
    label = mark("Framaforms ou Yakforms")
    marks = (*sorted(DETAILS), *FRENCH, COMPLETED[-1], SUBMITTED[-1])
    expected = mark("le titre du formulaire, une ligne de questions, une ligne d'intitulés")
    page = ToolPage(
        known_by="un titre seul (ou effacé), « Détails de la soumission », les intitulés",
        files="texte, XLSX, ancien `.xls`",
        guide="[depuis Framaforms](../guides/depuis-framaforms.md)",
        sent="heure de complétion, sinon de soumission",
        unfinished="« Brouillon » vaut 1",
        own="Séquentiel, SID, UID, Nom d'utilisateur",
        several="une colonne par option, `X` ; ou une cellule, `a,b,`",
        other="dernière colonne ; à la fin de la cellule",
        grid="une colonne par ligne",
        ranking="une colonne par option, ou par rang",
        unconfirmed="les intitulés en anglais, et les clés à la place des libellés",
        response="« SID » ou « Séquentiel »",
    )

    facts = Facts(
        dropped=LEFT_OUT,
        kept=STAYING,
        sent=COMPLETED + SUBMITTED,
        day_first=FRENCH,
        number=NUMBERS,
        states=(State(column=DRAFT, partial=tuple(sorted(YES)), others="counts"),),
    )

    def knows(self, rows: Rows) -> bool:
        """Take a title in a row of its own, or none, above the details of the submission and their labels."""
        return is_untitled(rows) or (is_title(rows) and has_details(rows.records[1:]))

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        _, labels, count = header_rows(rows)
        return labels, rows_below(rows, count)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return True

    def questions(self, layout: Layout) -> list[ToolQuestion]:
        questions, labels, _ = header_rows(layout.rows)
        return [*questions_in(questions, labels, layout)]

    def sort(self, rows: Rows) -> TextTable:
        """Return the table, with the name of each column that may be a question of its own: all items but the first."""
        table = super().sort(rows)
        names, body = self.headings(rows)
        asked = self.questions(Layout([*names], body, rows, self.own_columns(names, rows)))
        items = [(at, item) for one in asked if fold(one.question) for at, item in enumerate(one.items)]
        places = enumerate(items, len(table.header) - len(items))
        alone = {place: item for place, (at, item) in places if at and item and item_name(item) != OTHER}
        return replace(table, alone=alone)


def header_rows(rows: Rows) -> tuple[Sequence[str], Sequence[str], int]:
    """Return the row of questions, blank where each has one column, the labels, and the number of all header rows.

    Raises
    ------
    SurveyError
        Where there is neither a title in a row of its own nor a row of questions, or nothing below it.
    """
    title, *rest = rows.records
    if is_untitled(rows):
        return title.cells, rest[0].cells, 2
    blank = bool(rest) and rest[0].line > title.line + 1
    if not is_title(rows) or len(rest) < 2 - blank:
        raise not_an_export_error(rows, Framaforms())
    labels = rest[1 - blank].cells
    return [""] * len(labels) if blank else rest[0].cells, labels, 3 - blank


def is_title(rows: Rows) -> bool:
    """Tell whether the first row is a title alone."""
    first = rows.records[0].cells
    return len(first) > 1 and not is_blank(first[:1]) and is_blank(first[1:])


def is_untitled(rows: Rows) -> bool:
    """Tell whether the row of the title is gone: the first is that of the questions."""
    return fold(rows.records[0].cells[0]) in DETAILS and has_details(rows.records)


def has_details(records: Sequence[Record]) -> bool:
    """Tell whether the first row opens with the details of the submission, and the second with a label of theirs."""
    if len(records) < 2:
        return False
    over, label = (fold(row.cells[0]) for row in records[:2])
    return label in LEFT_OUT + STAYING and (over in DETAILS or label.startswith("webform_"))


def questions_in(questions: Sequence[str], labels: Sequence[str], layout: Layout) -> Iterator[ToolQuestion]:
    """Yield the questions behind the tool's own columns, each with all the columns that may be its items."""
    column = len(layout.own)
    while column < len(labels):
        if not names_question(questions, column):
            yield ToolQuestion(labels[column])
            column += 1
            continue
        end = column + 1
        while end < len(labels) and may_go_on(questions, labels, (column, end), layout):
            end += 1
        yield ToolQuestion(questions[column], tuple(labels[column:end]))
        column = end


def names_question(questions: Sequence[str], column: int) -> bool:
    """Tell whether the row of questions names one over this column."""
    return column < len(questions) and bool(fold(questions[column]))


def may_go_on(questions: Sequence[str], labels: Sequence[str], span: tuple[int, int], layout: Layout) -> bool:
    """Tell whether the column behind a span of columns may be an item of the same question.

    It is none where it has no label, another question stands over it, the span ended with what was typed beside the
    options, or it holds texts while the span holds ticks.
    """
    start, end = span
    if names_question(questions, end) or not fold(labels[end]) or item_name(labels[end - 1]) == OTHER:
        return False
    ticks = set[str]().union(*map(layout.texts, range(start, end)))
    return item_name(labels[end]) == OTHER or ticks != {"x"} or layout.texts(end) <= ticks
