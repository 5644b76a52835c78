"""Tally: a CSV in which several choices stand joined in one column, and once more in a column an option.

``Question`` holds ``A, B``; ``Question (A)`` and ``Question (B)`` right behind it hold true or false. The columns of
the options are exact, so they are read and the joined one is left out; what was typed for the option "Autre" is what is
left of the joined text. Titles that come again get `` (2)``.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, OwnColumns
from mentormatch.survey.facts import Facts
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.tool import OTHER, ToolPage, item_header, item_name, without_columns

FIRST = ("submission id", "respondent id", "submitted at")
TICKED, UNTICKED = "true", "false"
REPEATED = re.compile(r"(?P<title>.*) \((?P<number>[0-9]{1,2})\)", re.DOTALL)


class Tally(FactTool):
    """Answers to a Tally form."""

    kind = "tally"
    label = "Tally"
    marks = FIRST
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

    facts = Facts(first=(FIRST[:1], FIRST[1:]), dropped=FIRST, sent=FIRST[2:], number=FIRST[:2])

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        """Return the table with the columns of options as items of their questions, without the joined answers."""
        joined = set()
        for question in range(len(columns.all), len(table.header)):
            if options := options_of(table, question):
                joined.add(question)
                table = spell_out(table, question, options)
        return without_columns(table, joined)


def options_of(table: TextTable, question: int) -> dict[int, str]:
    """Return the columns of the options of a question, each with its option; none where it has no such columns.

    They say which options the joined text holds, all of them: else they are questions of their own.
    """
    named = {}
    for column in range(question + 1, len(table.header)):
        option = option_in(table.header[column], table.header[question])
        if not option or not is_ticked_or_not(table, column):
            break
        named[column] = option
    whole = all(explains(record, question, named) for record in table.records)
    return {column: item_of(table, question, named, column) for column in named} if whole else {}


def option_in(header: str, question: str) -> str:
    """Return the option that the header of a column names behind a question, empty where it is another question's.

    >>> option_in("Jours (soir (18h))", "Jours"), option_in("Jours (soir) (2)", "Jours (2)"), option_in("Nom", "Jours")
    ('soir (18h)', 'soir', '')
    """
    again = REPEATED.fullmatch(question)
    frames = [(f"{question} (", ")")] + ([(f"{again['title']} (", f") ({again['number']})")] if again else [])
    inner = (
        header[len(start) : -len(end)] for start, end in frames if header.startswith(start) and header.endswith(end)
    )
    return next(inner, "")


def is_ticked_or_not(table: TextTable, column: int) -> bool:
    """Tell whether a column holds true and false, and nothing else."""
    return {record.cells[column] for record in table.records} - {""} in ({TICKED}, {UNTICKED}, {TICKED, UNTICKED})


def explains(record: Record, question: int, named: Mapping[int, str]) -> bool:
    """Tell whether the ticked options, and no others, are those that the joined text of a row holds."""
    ticked = [option for column, option in named.items() if record.cells[column] == TICKED]
    joined = record.cells[question]
    return bool(ticked) == bool(joined) and all(option in joined or item_name(option) == OTHER for option in ticked)


def item_of(table: TextTable, question: int, named: Mapping[int, str], column: int) -> str:
    """Return the item of an option: itself, or "Autre" where people typed what they meant by it."""
    if item_name(named[column]) != OTHER:
        return named[column]
    ticked = (record for record in table.records if record.cells[column] == TICKED)
    return OTHER if any(rest(record, question, named) != named[column] for record in ticked) else named[column]


def rest(record: Record, question: int, named: Mapping[int, str]) -> str:
    """Return what the joined text of a row holds beside its ticked options."""
    text = record.cells[question]
    ticked = [option for column, option in named.items() if record.cells[column] == TICKED]
    for option in sorted(ticked, key=len, reverse=True):
        text = text if item_name(option) == OTHER else text.replace(option, "", 1)
    return text.strip(" ,")


def spell_out(table: TextTable, question: int, options: Mapping[int, str]) -> TextTable:
    """Return ``table`` with the columns of the options of a question as its items, each as people answered it.

    What was typed for "Autre" stands under it; where the question was not answered, no box was.
    """

    def spell_record(record: Record) -> Record:
        cells = list(record.cells)
        for column, option in options.items():
            typed = rest(record, question, options) if cells[column] == TICKED and option == OTHER else cells[column]
            cells[column] = typed if cells[question] else ""
        return Record(record.line, tuple(cells))

    header = [
        item_header(table.header[question], options[column]) if column in options else name
        for column, name in enumerate(table.header)
    ]
    return replace(table, header=tuple(header), records=tuple(map(spell_record, table.records)))
