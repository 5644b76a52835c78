"""Tally, a CSV with several choices joined in one column, and again in a column per option.

``Question`` contains ``A, B``; the columns ``Question (A)`` and ``Question (B)`` after it contain true or false. The
columns of options are exact: they are read, and the joined column is left out. The text typed for the option "Autre" is
the remainder of the joined text. Repeated titles get `` (2)``.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, OwnColumns
from mentormatch.survey.facts import Facts
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.tool import OTHER, ToolPage, item_name, part, without_columns

FIRST_HEADERS = ("submission id", "respondent id", "submitted at")
TICKED_BOX, UNTICKED_BOX = "true", "false"


class Tally(FactTool):
    """Answers to a Tally form."""

    kind = "tally"
    label = "Tally"
    marks = FIRST_HEADERS
    expected = mark("« Submission ID », « Respondent ID », « Submitted at » d'abord")
    page = ToolPage(
        known_by="« Submission ID », puis « Respondent ID » ou « Submitted at »",
        files="CSV",
        sent="« Submitted at »",
        several="`Question (option)` : true, false ; la cellule jointe est laissée",
        other="ce qui reste de la cellule jointe",
        grid="`Question (ligne)`",
        ranking="une colonne par rang ou par option",
        unconfirmed=(
            "le nom des colonnes d'options d'une question répétée : `Question (2) (a)` et `Question (a) (2)` "
            "sont acceptés ; les grilles et les classements"
        ),
        response="« Submission ID »",
    )

    facts = Facts(
        first=(FIRST_HEADERS[:1], FIRST_HEADERS[1:]),
        dropped=FIRST_HEADERS,
        sent=FIRST_HEADERS[2:],
        number=FIRST_HEADERS[:2],
    )

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        """Return the table with the columns of options as items of their questions, and without the joined columns."""
        joined = set()
        for question in range(len(columns.all), len(table.header)):
            if options := options_of(table, question):
                joined.add(question)
                table = spell_out(table, question, options)
        return without_columns(table, joined)


def options_of(table: TextTable, question: int) -> dict[int, str]:
    """Return the option of each column of options of a question, empty if it has none.

    The options must explain the joined text of each row, else the columns are separate questions.
    """
    options = {}
    for column in range(question + 1, len(table.header)):
        option = option_in(table.header[column], table.header[question])
        if not option or not is_ticked_or_not(table, column):
            break
        options[column] = option
    are_options = all(explains(record, question, options) for record in table.records)
    return {column: item_of(table, question, options, column) for column in options} if are_options else {}


def option_in(header: str, question: str) -> str:
    """Return the option after the question in a header, empty if it is another question.

    >>> option_in("Jours (soir (18h))", "Jours"), option_in("Jours (soir) (2)", "Jours (2)"), option_in("Nom", "Jours")
    ('soir (18h)', 'soir', '')
    """
    repeated = re.fullmatch(r"(?P<title>.*) \((?P<number>[0-9]{1,2})\)", question, re.DOTALL)
    frames = [(f"{question} (", ")")]
    if repeated:
        frames.append((f"{repeated['title']} (", f") ({repeated['number']})"))
    inner = (
        header[len(start) : -len(end)] for start, end in frames if header.startswith(start) and header.endswith(end)
    )
    return next(inner, "")


def is_ticked_or_not(table: TextTable, column: int) -> bool:
    return {record.cells[column] for record in table.records} - {""} in (
        {TICKED_BOX},
        {UNTICKED_BOX},
        {TICKED_BOX, UNTICKED_BOX},
    )


def explains(record: Record, question: int, options: Mapping[int, str]) -> bool:
    """Return whether the joined text of a row contains all ticked options but "Autre", and is empty if it has none."""
    ticked = [option for column, option in options.items() if record.cells[column] == TICKED_BOX]
    joined = record.cells[question]
    return bool(ticked) == bool(joined) and all(option in joined or item_name(option) == OTHER for option in ticked)


def item_of(table: TextTable, question: int, options: Mapping[int, str], column: int) -> str:
    """Return the item of an option: the option, or "Autre" if people typed other answers with it."""
    if item_name(options[column]) != OTHER:
        return options[column]
    ticked = (record for record in table.records if record.cells[column] == TICKED_BOX)
    return (
        OTHER
        if any(typed_remainder(record, question, options) != options[column] for record in ticked)
        else options[column]
    )


def typed_remainder(record: Record, question: int, options: Mapping[int, str]) -> str:
    """Return the joined text of a row without its ticked options."""
    text = record.cells[question]
    ticked = [option for column, option in options.items() if record.cells[column] == TICKED_BOX]
    for option in sorted(ticked, key=len, reverse=True):
        text = text if item_name(option) == OTHER else text.replace(option, "", 1)
    return text.strip(" ,")


def spell_out(table: TextTable, question: int, options: Mapping[int, str]) -> TextTable:
    """Return ``table`` with the columns of options of a question as its items.

    The item "Autre" contains the typed text. All boxes are empty in rows without an answer to the question.
    """

    def spell_record(record: Record) -> Record:
        cells = list(record.cells)
        for column, option in options.items():
            typed = (
                typed_remainder(record, question, options)
                if cells[column] == TICKED_BOX and option == OTHER
                else cells[column]
            )
            cells[column] = typed if cells[question] else ""
        return Record(record.line, tuple(cells))

    header = [
        part(table.header[question], options[column]) if column in options else name
        for column, name in enumerate(table.header)
    ]
    return replace(table, header=tuple(header), records=tuple(map(spell_record, table.records)))
