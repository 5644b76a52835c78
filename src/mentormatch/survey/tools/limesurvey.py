"""LimeSurvey. Headers are ``Question [item]`` in full, or ``Q1[SQ001]`` or ``Q1_SQ001`` in codes.

``[Autre]`` contains other answers, and ``-oth-`` is the option ``Autre``. A comment becomes a separate question,
``Question – commentaire``. In full answers a box is ``Oui``, ``Non``, or ``N/A`` if it was not shown. If no box of a
question is ticked, all are blank, because people who skipped the question have the same cells. A ``'`` before an answer
that starts with ``=`` is removed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr
from mentormatch.survey.fact_tool import FactTool, Layout, OwnColumns
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Record, Rows, SentMoment, TableRemark, TextTable
from mentormatch.survey.tool import OTHER, ToolPage, ToolQuestion, item_name, leading_count, part, rows_below

SUBMITTED_HEADERS = ("submitdate", "date de soumission", "date submitted")
LAST_ACTION_HEADERS = ("datestamp", "date de la derniere action", "date last action")
NUMBER_HEADERS = ("id", "id de la reponse", "response id")
LAST_PAGE_HEADERS = ("lastpage", "derniere page", "last page")
LANGUAGE_HEADERS = ("startlanguage", "langue de depart", "start language")
DROPPED_COLUMNS = (
    *(
        *LAST_PAGE_HEADERS,
        *SUBMITTED_HEADERS,
        *LAST_ACTION_HEADERS,
        "seed",
        "tete de serie",
        "startdate",
        "date de lancement",
        "date started",
    ),
    *("ipaddr", "adresse ip", "ip address", "refurl", "url de reference", "referrer url"),
)
KEPT_COLUMNS = (*LANGUAGE_HEADERS, *NUMBER_HEADERS, "token", "code d'invitation", "access code")
HEADERS_IN_CODES = frozenset({"id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"})
ITEM_PATTERN = re.compile(r"(?P<question>.*\S)\s*\[(?P<item>[^\[\]]*)\]", re.DOTALL)
NOT_SHOWN = "n/a"
TICKED_WORDS = frozenset({"oui", "yes"})
BOX_WORDS = TICKED_WORDS | {"non", "no", NOT_SHOWN}


class LimeSurvey(FactTool):
    """Exports of LimeSurvey, delimited or as workbook, in full or in codes."""

    kind = "limesurvey"
    label = "LimeSurvey"
    marks = (*LAST_PAGE_HEADERS, *LANGUAGE_HEADERS, SUBMITTED_HEADERS[0], NUMBER_HEADERS[1], "tete de serie")
    expected = mark("« ID de la réponse », « Date de soumission »... en tête, ou des « Question [item] »")
    page = ToolPage(
        known_by=(
            "ses colonnes en tête, dont la dernière page ou la langue de départ, ou l'ID de la réponse et la "
            "date de soumission"
        ),
        files="CSV, XLSX",
        guide="[depuis LimeSurvey](../guides/depuis-limesurvey.md)",
        sent="date de soumission, sinon de la dernière action",
        unfinished="la date de soumission est vide",
        own="ID de la réponse, code d'invitation, langue",
        several="`Question [option]` : Oui, Non, N/A ; `Q1[SQ001]` ou `Q1_SQ001` : Y",
        other="`[Autre]`, `[other]` ; `-oth-`",
        grid="`Question [ligne]`",
        ranking="`[Classement 1]`, `[1]`",
        unconfirmed="un moment de 1980 veut dire « anonymisé » : il n'est pas retenu",
        response="ID",
    )

    facts = Facts(
        dropped=DROPPED_COLUMNS,
        kept=KEPT_COLUMNS,
        sent=SUBMITTED_HEADERS + LAST_ACTION_HEADERS,
        day_first=(SUBMITTED_HEADERS[1], LAST_ACTION_HEADERS[1]),
        number=NUMBER_HEADERS,
        states=(State(column=SUBMITTED_HEADERS, partial=("",), others="counts"),),
    )

    def knows(self, rows: Rows) -> bool:
        """Return whether the first columns are at least two of the tool's own.

        They must include the last page or the start language, or both the number and the date of the response.
        """
        names = headers_without_codes(rows.records[0].cells)
        first_names = {fold(name) for name in names[: count_own_columns(names)]}
        has_number_and_date = not first_names.isdisjoint(NUMBER_HEADERS) and not first_names.isdisjoint(
            SUBMITTED_HEADERS
        )
        return len(first_names) > 1 and (
            has_number_and_date or not first_names.isdisjoint(LAST_PAGE_HEADERS + LANGUAGE_HEADERS)
        )

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        return headers_without_codes(rows.records[0].cells), rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return bool(own) or any(ITEM_PATTERN.fullmatch(name) for name in names)

    def questions(self, layout: Layout) -> list[ToolQuestion]:
        codes = any(name in HEADERS_IN_CODES for name in layout.own.values())
        return [ToolQuestion(header_of_question(layout.names[at], codes=codes)) for at in layout.asked()]

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        own_count = len(columns.all)
        table = as_answered(table, own_count)
        counts = {column for column, name in enumerate(table.header) if fold(name).startswith("filecount - ")}
        remarks = (*table.remarks, *remarks_on_conversion(table, own_count))
        return replace(table, own=table.own | counts, remarks=remarks)

    def with_notes(self, table: TextTable, columns: OwnColumns, zone: str) -> TextTable:
        """Return the table with the data of the tool, without the moments of an anonymous survey."""
        table = super().with_notes(table, columns, zone)
        return replace(table, sent={line: without_anonymous_moment(moment) for line, moment in table.sent.items()})


def count_own_columns(names: Sequence[str]) -> int:
    return leading_count(names, DROPPED_COLUMNS + KEPT_COLUMNS)


def headers_without_codes(cells: Sequence[str]) -> list[str]:
    """Return the headers, without the codes before their texts if the first one is ``id. ...``.

    Underscores become spaces if more of the tool's own columns are then recognised at the front.
    """
    names = [cell.strip() for cell in cells]
    if fold(names[0]).startswith("id. "):
        names = [name.partition(". ")[2] or name for name in names]
    spaced = [name.replace("_", " ") for name in names]
    return spaced if count_own_columns(spaced) > count_own_columns(names) else names


def header_of_question(name: str, *, codes: bool) -> str:
    """Return the header of a column: items in square brackets, other answers as ``Autre``, comments as a question."""
    if codes and re.fullmatch(r"(?!attribute_)[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+", name):
        question, *items = name.split("_")
        name = question + "".join(f"[{item}]" for item in items)
    match = ITEM_PATTERN.fullmatch(name)
    if not match:
        return name
    question, item = match["question"], match["item"]
    if fold(item) in {"commentaire", "comment"}:
        return f"{question} – commentaire"
    if codes and item.endswith("comment"):
        return f"{part(question, item.removesuffix('comment'))} – commentaire"
    return part(question, OTHER) if item_name(item) == OTHER else name


def as_answered(table: TextTable, own_count: int) -> TextTable:
    """Return the table with cells in the form of answers.

    Apostrophes before ``=`` are removed, and ``-oth-`` is ``Autre``. Boxes and questions of yes or no that were not
    shown, and all boxes of a question without a tick, are blank.
    """
    questions = [*boxes(table, own_count), *yes_or_no(table, own_count)]

    def plain_record(record: Record) -> Record:
        cells = [cell if at < own_count else answer_in(cell) for at, cell in enumerate(record.cells)]
        for columns in questions:
            is_skipped = len(columns) > 1 and not any(fold(cells[at]) in TICKED_WORDS for at in columns)
            for at in columns:
                cells[at] = "" if is_skipped or fold(cells[at]) == NOT_SHOWN else cells[at]
        return Record(record.line, tuple(cells))

    return replace(table, records=tuple(map(plain_record, table.records)))


def answer_in(cell: str) -> str:
    return OTHER if cell == "-oth-" else cell.removeprefix("'") if cell.startswith("'=") else cell


def items_of(table: TextTable, own_count: int) -> dict[str, list[int]]:
    """Return the columns of the items of each question, without that of other answers."""
    columns_by_question: dict[str, list[int]] = {}
    for column in range(own_count, len(table.header)):
        match = ITEM_PATTERN.fullmatch(table.header[column])
        if match and match["item"] != OTHER:
            columns_by_question.setdefault(match["question"], []).append(column)
    return columns_by_question


def boxes(table: TextTable, own_count: int) -> Iterator[list[int]]:
    """Yield the columns of each question of boxes: every cell is yes, no or not shown, and none is empty.

    A single column is left out: it may be a question that ends in brackets, where N/A is typed text.
    """
    for columns in items_of(table, own_count).values():
        if len(columns) > 1 and all(
            fold(row.cells[column]) in BOX_WORDS for row in table.records for column in columns
        ):
            yield columns


def yes_or_no(table: TextTable, own_count: int) -> Iterator[list[int]]:
    """Yield each column of a question of yes or no: its cells are yes, no, not shown or empty, and not all missing."""
    for column in range(own_count, len(table.header)):
        texts = {fold(row.cells[column]) for row in table.records}
        if texts <= BOX_WORDS | {""} and texts & (BOX_WORDS - {NOT_SHOWN}):
            yield [column]


def remarks_on_conversion(table: TextTable, own_count: int) -> Iterator[TableRemark]:
    # Items of 1 and 2 may be boxes that the export has converted
    for question, columns in items_of(table, own_count).items():
        texts = {row.cells[column].strip() for row in table.records for column in columns}
        if texts - {""} == {"1", "2"}:
            yield TableRemark(
                None,
                tr(
                    "« {question} » ne contient que des 1 et des 2 : si ce sont des cases à cocher, refaites l'export"
                    " sans convertir Y en 1 et N en 2.",
                    question=question,
                ),
            )


def without_anonymous_moment(moment: SentMoment) -> SentMoment:
    """Return the data of a row without a moment of 1980, which LimeSurvey writes in anonymous surveys."""
    is_anonymous = moment.when and moment.when.year == 1980
    return replace(moment, when=None, readings=None) if is_anonymous else moment
