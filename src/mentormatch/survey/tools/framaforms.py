"""Framaforms and Yakforms (Drupal 7, module webform 4). A title, questions and labels, then one row per response.

The row of questions has a text only above the first column of a question. The last items of a question therefore look
like the questions after it: such columns are in ``TextTable.alone``, and the programme decides. In the format "Séparé"
a tick is ``X``; in "Compact" one cell has all answers. Moments have the day first if the labels are French, or are
dates of a workbook.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mentormatch.languages.text_keys import YES, fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Record, Rows, TextTable, is_blank
from mentormatch.survey.tool import OTHER, ToolPage, ToolQuestion, item_name, not_an_export_error, rows_below

DETAILS_HEADERS = frozenset({"details de la soumission", "submission details"})
COMPLETED_LABELS = ("heure de completion", "completed time", "webform_completed_time")
SUBMITTED_LABELS = ("heure de soumission", "submitted time", "webform_time")
FRENCH_LABELS = (COMPLETED_LABELS[0], SUBMITTED_LABELS[0])
NUMBER_LABELS = ("sid", "webform_sid", "sequentiel", "serial", "webform_serial")
DRAFT_LABELS = ("brouillon", "draft", "webform_draft")
DROPPED_COLUMNS = (
    *(
        *COMPLETED_LABELS,
        *SUBMITTED_LABELS,
        *DRAFT_LABELS,
        "heure de modification",
        "modified time",
        "webform_modified_time",
    ),
    *("adresse ip", "ip address", "webform_ip_address"),
)
KEPT_COLUMNS = (*NUMBER_LABELS, "uid", "webform_uid", "nom d'utilisateur", "username", "webform_username")


class Framaforms(FactTool):
    """Exports of Framaforms, delimited or as workbook, "Séparé" and "Compact"."""

    kind = "framaforms"
    label = mark("Framaforms ou Yakforms")
    marks = (*sorted(DETAILS_HEADERS), *FRENCH_LABELS, COMPLETED_LABELS[-1], SUBMITTED_LABELS[-1])
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
        dropped=DROPPED_COLUMNS,
        kept=KEPT_COLUMNS,
        sent=COMPLETED_LABELS + SUBMITTED_LABELS,
        day_first=FRENCH_LABELS,
        number=NUMBER_LABELS,
        states=(State(column=DRAFT_LABELS, partial=tuple(sorted(YES)), others="counts"),),
    )

    def knows(self, rows: Rows) -> bool:
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
        """Return the table, with the second and further items of each question in ``alone``, without other answers."""
        table = super().sort(rows)
        names, body = self.headings(rows)
        questions = self.questions(Layout([*names], body, rows, self.own_columns(names, rows)))
        items = [
            (at, item) for question in questions if fold(question.question) for at, item in enumerate(question.items)
        ]
        columns = enumerate(items, len(table.header) - len(items))
        possible = {column: item for column, (at, item) in columns if at and item and item_name(item) != OTHER}
        return replace(table, alone=possible)


def header_rows(rows: Rows) -> tuple[Sequence[str], Sequence[str], int]:
    """Return the row of questions, the row of labels, and the number of header rows.

    The questions are empty if each has one column: the row is blank in the file. Raises SurveyError if there is neither
    a row with only a title nor a row of questions, or if a header row is missing below.
    """
    title, *below = rows.records
    if is_untitled(rows):
        return title.cells, below[0].cells, 2
    has_blank_row = bool(below) and below[0].line > title.line + 1
    if not is_title(rows) or len(below) < 2 - has_blank_row:
        raise not_an_export_error(rows, Framaforms())
    labels = below[1 - has_blank_row].cells
    return [""] * len(labels) if has_blank_row else below[0].cells, labels, 3 - has_blank_row


def is_title(rows: Rows) -> bool:
    first = rows.records[0].cells
    return len(first) > 1 and not is_blank(first[:1]) and is_blank(first[1:])


def is_untitled(rows: Rows) -> bool:
    """Return whether the first row is that of the questions, because staff removed the title."""
    return fold(rows.records[0].cells[0]) in DETAILS_HEADERS and has_details(rows.records)


def has_details(records: Sequence[Record]) -> bool:
    """Return whether the first row begins with "Détails de la soumission", and the second with one of its labels.

    A label ``webform_...`` is enough.
    """
    if len(records) < 2:
        return False
    question, label = (fold(row.cells[0]) for row in records[:2])
    return label in DROPPED_COLUMNS + KEPT_COLUMNS and (question in DETAILS_HEADERS or label.startswith("webform_"))


def questions_in(questions: Sequence[str], labels: Sequence[str], layout: Layout) -> Iterator[ToolQuestion]:
    """Yield the questions after the tool's own columns, each with all columns that may be its items."""
    column = len(layout.own)
    while column < len(labels):
        if not names_question(questions, column):
            yield ToolQuestion(labels[column])
            column += 1
            continue
        end = column + 1
        while end < len(labels) and may_be_next_item(questions, labels, (column, end), layout):
            end += 1
        yield ToolQuestion(questions[column], tuple(labels[column:end]))
        column = end


def names_question(questions: Sequence[str], column: int) -> bool:
    return column < len(questions) and bool(fold(questions[column]))


def may_be_next_item(questions: Sequence[str], labels: Sequence[str], span: tuple[int, int], layout: Layout) -> bool:
    """Return whether the column after a span of columns may be an item of the same question.

    It is not if it has no label or has a question above it, if the span ends with other answers, or if the column
    contains texts after columns of ticks, unless its label is that of other answers.
    """
    start, end = span
    if names_question(questions, end) or not fold(labels[end]) or item_name(labels[end - 1]) == OTHER:
        return False
    ticks = set[str]().union(*map(layout.texts, range(start, end)))
    return item_name(labels[end]) == OTHER or ticks != {"x"} or layout.texts(end) <= ticks
