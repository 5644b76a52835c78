"""Microsoft Forms: the XLSX of the answers.

Several choices stand in one cell, ``A;B;`` or ``["A","B"]``. Titles that are already taken get a digit: ``Nom2`` is
the question "Nom" beside the column "Nom" of the tool, ``Pourquoi ?2`` the second question "Pourquoi ?". A question
that asks for what the tool itself notes of the account (name, address) takes its place. ``anonymous`` is no address.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.fields import SeveralAnswers
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.table import Rows, TextTable, tabulate
from mentormatch.survey.tool import (
    Tool,
    ToolPage,
    columns_of,
    leading_count,
    map_cells,
    not_of,
    number_repeats,
    rows_below,
    with_submissions,
    without_columns,
)

STARTS = ("heure de debut", "start time", "hora de inicio", "startzeit", "ora di inizio", "begintijd", "hora d'inici")
ENDS = (
    *("heure de fin", "completion time", "hora de finalizacion", "fertigstellungszeit", "abschlusszeit"),
    *("ora di completamento", "hora de conclusao", "tijd van voltooien", "hora de finalitzacio"),
)
NUMBER = ("id",)
FIRST = (NUMBER, STARTS, ENDS)
FRONT = frozenset(name for names in FIRST for name in names)
ADDRESS = (
    *("adresse de messagerie", "adresse de courriel", "courriel", "e-mail", "email", "correo electronico"),
    *("posta elettronica", "e-mailadres", "correu electronic"),
)
NAME = ("nom", "name", "nombre", "nome", "naam")
NOTES = (
    ("heure de la derniere modification", "last modified time"),
    ("total des points", "total de points", "total points"),
    ("commentaires du questionnaire", "quiz feedback"),
)
LANGUAGE = ("langue", "language")
QUIZ = ("Points - ", "Feedback - ", "Commentaires - ")
NOBODY = "anonymous"
REPEATED = re.compile(r"(?P<title>.*[^0-9\s])(?P<number>[1-9][0-9]?)", re.DOTALL)


class Microsoft(Tool):
    """Answers to a Microsoft form."""

    kind: ClassVar[str] = "microsoft"
    label: ClassVar[str] = "Microsoft Forms"
    marks: ClassVar[Sequence[str]] = (*ENDS[1:], ADDRESS[0], *NOTES[0])
    expected: ClassVar[str] = mark("« ID », « Heure de début », « Heure de fin » d'abord")
    page: ClassVar[ToolPage] = ToolPage(
        known_by=(
            "« ID », « Heure de début », « Heure de fin » (français, anglais, espagnol, allemand, italien, "
            "portugais, néerlandais)"
        ),
        files="XLSX",
        sent="heure de fin",
        own="adresse et nom du compte, si rien d'autre ne les demande",
        several='`a;b;` ou `["a","b"]`',
        other="dans la cellule",
        grid="une colonne par énoncé, à nommer dans `[mapping.questions]`",
        ranking="`a;b;` dans l'ordre",
        unconfirmed=(
            "une question de Likert a une colonne par énoncé ; les noms des colonnes d'un quiz ; les intitulés "
            "en d'autres langues que le français et l'anglais"
        ),
        response="ID",
    )

    def knows(self, rows: Rows) -> bool:
        """Tell whether the first columns are the number, the start and the end."""
        cells = rows.records[0].cells
        return len(cells) >= len(FIRST) and all(fold(cell) in names for cell, names in zip(cells, FIRST, strict=False))

    def sort(self, rows: Rows) -> TextTable:
        front = leading_count(rows.records[0].cells, FRONT)
        if front < len((STARTS, ENDS)):
            raise not_of(rows, self)
        table = tabulate(rows_below(rows), number_repeats(rows.records[0].cells))
        own = own_columns(table.header)
        account = frozenset(column for column in own if fold(table.header[column]) in (*ADDRESS, *NAME))
        questions = [column for column in range(len(table.header)) if column not in own]
        change = {**dict.fromkeys(account, somebody), **dict.fromkeys(questions, unlist)}
        times = columns_of(table, ENDS, front) + columns_of(table, STARTS, front)
        table = with_submissions(table, times, response=columns_of(table, NUMBER, front))
        table = map_cells(table, lambda column, cell: change.get(column, str)(cell))
        return use_titles(replace(table, tool=self.kind, own=account), questions)


def use_titles(table: TextTable, questions: Sequence[int]) -> TextTable:
    """Return the questions under their titles, behind what the tool noted of the account and no question asks."""
    titles = {column: title(table.header, column) for column in questions}
    noted = {column: table.header[column] for column in sorted(table.own) if is_noted(table, column)}
    kept = {column: name for column, name in noted.items() if name not in titles.values()} | titles
    left_out = [column for column in range(len(table.header)) if column not in kept]
    return replace(without_columns(table, left_out), header=number_repeats([kept[column] for column in sorted(kept)]))


def own_columns(header: Sequence[str]) -> list[int]:
    """Return the columns that are the tool's own: those before the first question, and the marks of a quiz."""
    column = leading_count(header, FRONT)
    for names in (ADDRESS, NAME, *NOTES[:1], language(header), *NOTES[1:]):
        if column < len(header) and fold(header[column]) in names:
            column += 1
    marks = {f"{mark}{question}" for question in header for mark in QUIZ}
    return [*range(column), *(at for at, name in enumerate(header) if at >= column and name in marks)]


def language(header: Sequence[str]) -> Sequence[str]:
    """Return the names of the column that holds the language, none where such a column may as well be a question."""
    return [name for name in LANGUAGE if f"{name}2" in map(fold, header)]


def title(header: Sequence[str], column: int) -> str:
    """Return the title of a question, without the digit that tells it from the columns of that name before it.

    >>> title(["Nom", "Choix 1", "Nom2", "Choix 12"], 2), title(["Nom", "Choix 1", "Nom2", "Choix 12"], 3)
    ('Nom', 'Choix 12')
    """
    repeated = REPEATED.fullmatch(header[column])
    if not repeated or repeated["number"] == "1":
        return header[column]
    before = int(repeated["number"]) - 1
    last = repeated["title"] if before == 1 else f"{repeated['title']}{before}"
    return repeated["title"] if {repeated["title"], last} <= set(header[:column]) else header[column]


def is_noted(table: TextTable, column: int) -> bool:
    """Tell whether the tool noted anything in a column."""
    return any(record.cells[column].strip() for record in table.records)


def somebody(text: str) -> str:
    """Return the name or address of an account, empty where there was none."""
    return "" if fold(text) == NOBODY else text


def unlist(text: str) -> str:
    """Return several answers that are written as a list of JSON, each for itself; any other text as it is.

    >>> unlist('["lundi","mardi"]'), unlist("[sic]")
    ('lundi; mardi', '[sic]')
    """
    if not text.startswith('["'):
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return SeveralAnswers.of(found) if all(isinstance(answer, str) for answer in found) else text
