"""LimeSurvey: headers ``Question [item]`` in full, or ``Q1[SQ001]`` (also ``Q1_SQ001``) in codes.

``[Autre]`` holds what was typed beside the options, and ``-oth-`` is the option ``Autre``. A comment is a question of
its own, ``Question – commentaire``. In full answers a box says ``Oui`` or ``Non``, or ``N/A`` where it was not shown;
boxes of which none is ticked are a blank, for nothing tells that from a question passed over. An answer that starts
with ``=`` may have a ``'`` in front, which is taken off.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr
from mentormatch.survey.fact_tool import FactTool, Layout, OwnColumns
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Record, Rows, SentMoment, TableRemark, TextTable
from mentormatch.survey.tool import OTHER, ToolPage, ToolQuestion, item_header, item_name, leading_count, rows_below

SUBMITTED = ("submitdate", "date de soumission", "date submitted")
TOUCHED = ("datestamp", "date de la derniere action", "date last action")
NUMBERS = ("id", "id de la reponse", "response id")
LAST_PAGE = ("lastpage", "derniere page", "last page")
LANGUAGE = ("startlanguage", "langue de depart", "start language")
LEFT_OUT = (
    *(*LAST_PAGE, *SUBMITTED, *TOUCHED, "seed", "tete de serie", "startdate", "date de lancement", "date started"),
    *("ipaddr", "adresse ip", "ip address", "refurl", "url de reference", "referrer url"),
)
STAYING = (*LANGUAGE, *NUMBERS, "token", "code d'invitation", "access code")
CODES = frozenset({"id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"})
ITEM = re.compile(r"(?P<question>.*\S)\s*\[(?P<item>[^\[\]]*)\]", re.DOTALL)
UNDERSCORED = re.compile(r"(?!attribute_)[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+")
COMMENTS = frozenset({"commentaire", "comment"})
UNSHOWN = "n/a"
TICKED = frozenset({"oui", "yes"})
BOXES = TICKED | {"non", "no", UNSHOWN}
ANONYMOUS = 1980
CONVERTED = mark(
    "« {question} » ne contient que des 1 et des 2 : si ce sont des cases à cocher, refaites l'export sans convertir"
    " Y en 1 et N en 2."
)
COUNT = "filecount - "


class LimeSurvey(FactTool):
    """Exports of LimeSurvey, delimited or as workbook, in full or in codes."""

    kind = "limesurvey"
    label = "LimeSurvey"
    marks = (*LAST_PAGE, *LANGUAGE, SUBMITTED[0], NUMBERS[1], "tete de serie")
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
        dropped=LEFT_OUT,
        kept=STAYING,
        sent=SUBMITTED + TOUCHED,
        day_first=(SUBMITTED[1], TOUCHED[1]),
        number=NUMBERS,
        states=(State(column=SUBMITTED, partial=("",), others="counts"),),
    )

    def knows(self, rows: Rows) -> bool:
        """Take at least two of its own columns in front.

        Among them are the last page or the first language, or else the number of the response and when it was sent.
        """
        names = headers_without_codes(rows.records[0].cells)
        own = {fold(name) for name in names[: own_in(names)]}
        sent = not own.isdisjoint(NUMBERS) and not own.isdisjoint(SUBMITTED)
        return len(own) > 1 and (sent or not own.isdisjoint(LAST_PAGE + LANGUAGE))

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        return headers_without_codes(rows.records[0].cells), rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return bool(own) or any(ITEM.fullmatch(name) for name in names)

    def questions(self, layout: Layout) -> list[ToolQuestion]:
        codes = any(known in CODES for known in layout.own.values())
        return [ToolQuestion(header_of_question(layout.names[at], codes=codes)) for at in layout.asked()]

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        own = len(columns.all)
        table = as_answered(table, own)
        counts = {column for column, name in enumerate(table.header) if fold(name).startswith(COUNT)}
        remarks = (*table.remarks, *remarks_on_conversion(table, own))
        return replace(table, own=table.own | counts, remarks=remarks)

    def with_notes(self, table: TextTable, columns: OwnColumns, zone: str) -> TextTable:
        """Return the table with what the tool noted; a survey that is anonymous has no moments."""
        table = super().with_notes(table, columns, zone)
        return replace(table, sent={line: moment_known(sent) for line, sent in table.sent.items()})


def own_in(names: Sequence[str]) -> int:
    """Return how many of the first columns are the tool's own."""
    return leading_count(names, LEFT_OUT + STAYING)


def headers_without_codes(cells: Sequence[str]) -> list[str]:
    """Return the headers without codes in front of their texts, underscores that stand for spaces made spaces again."""
    names = [cell.strip() for cell in cells]
    if fold(names[0]).startswith("id. "):
        names = [name.partition(". ")[2] or name for name in names]
    spaced = [name.replace("_", " ") for name in names]
    return spaced if own_in(spaced) > own_in(names) else names


def header_of_question(name: str, *, codes: bool) -> str:
    """Return the header of a question: items in square brackets, ``Autre`` and comments under one name."""
    if codes and UNDERSCORED.fullmatch(name):
        question, *items = name.split("_")
        name = question + "".join(f"[{item}]" for item in items)
    found = ITEM.fullmatch(name)
    if not found:
        return name
    question, item = found["question"], found["item"]
    if fold(item) in COMMENTS:
        return f"{question} – commentaire"
    if codes and item.endswith("comment"):
        return f"{item_header(question, item.removesuffix('comment'))} – commentaire"
    return item_header(question, OTHER) if item_name(item) == OTHER else name


def as_answered(table: TextTable, own: int) -> TextTable:
    """Return the table with its cells as they were answered.

    Guards are off and ``Autre`` is in words. Boxes that were not shown, or of which none was ticked, are blank.
    """
    questions = [*boxes(table, own), *yes_or_no(table, own)]

    def plain_record(record: Record) -> Record:
        cells = [cell if at < own else answer_in(cell) for at, cell in enumerate(record.cells)]
        for columns in questions:
            skipped = len(columns) > 1 and not any(fold(cells[at]) in TICKED for at in columns)
            for at in columns:
                cells[at] = "" if skipped or fold(cells[at]) == UNSHOWN else cells[at]
        return Record(record.line, tuple(cells))

    return replace(table, records=tuple(map(plain_record, table.records)))


def answer_in(cell: str) -> str:
    """Return an answer as it was given."""
    return OTHER if cell == "-oth-" else cell.removeprefix("'") if cell.startswith("'=") else cell


def items_of(table: TextTable, own: int) -> dict[str, list[int]]:
    """Return the columns of each question with several, what was typed beside the options left aside."""
    found: dict[str, list[int]] = {}
    for column in range(own, len(table.header)):
        named = ITEM.fullmatch(table.header[column])
        if named and named["item"] != OTHER:
            found.setdefault(named["question"], []).append(column)
    return found


def boxes(table: TextTable, own: int) -> Iterator[list[int]]:
    """Yield the columns of each question that is boxes to tick: every cell says yes, no or not shown, none is empty.

    One column alone may be a question whose own words end in brackets, and N/A what somebody wrote there.
    """
    for columns in items_of(table, own).values():
        if len(columns) > 1 and all(fold(row.cells[column]) in BOXES for row in table.records for column in columns):
            yield columns


def yes_or_no(table: TextTable, own: int) -> Iterator[list[int]]:
    """Yield each column of a question with yes or no: some cells say one, all others not shown or nothing."""
    for column in range(own, len(table.header)):
        said = {fold(row.cells[column]) for row in table.records}
        if said <= BOXES | {""} and said & (BOXES - {UNSHOWN}):
            yield [column]


def remarks_on_conversion(table: TextTable, own: int) -> Iterator[TableRemark]:
    """Yield the questions whose items all hold 1 or 2: boxes, maybe, that the export was asked to convert."""
    for question, columns in items_of(table, own).items():
        said = {row.cells[column].strip() for row in table.records for column in columns}
        if said - {""} == {"1", "2"}:
            yield TableRemark(None, tr(CONVERTED, question=question))


def moment_known(sent: SentMoment) -> SentMoment:
    """Return what is known of a row: not when it was sent, where the survey is anonymous."""
    return replace(sent, when=None, readings=None) if sent.when and sent.when.year == ANONYMOUS else sent
