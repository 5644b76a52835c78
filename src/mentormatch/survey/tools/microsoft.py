"""Microsoft Forms: the XLSX of the answers.

Several choices stand in one cell, ``A;B;`` or ``["A","B"]``. Titles that are already taken get a digit: ``Nom2`` is
the question "Nom" beside the column "Nom" of the tool, ``Pourquoi ?2`` the second question "Pourquoi ?". A question
that asks for what the tool itself notes of the account (name, address) takes its place. ``anonymous`` is no address.
"""

import json
import re
from collections.abc import Mapping, Sequence

from mentormatch.fields import SeveralAnswers
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout, OwnColumns
from mentormatch.survey.facts import Facts
from mentormatch.survey.table import Rows, TextTable
from mentormatch.survey.tool import ToolPage, leading_count, map_cells, rows_below

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


class Microsoft(FactTool):
    """Answers to a Microsoft form."""

    kind = "microsoft"
    label = "Microsoft Forms"
    marks = (*ENDS[1:], ADDRESS[0], *NOTES[0])
    expected = mark("« ID », « Heure de début », « Heure de fin » d'abord")
    page = ToolPage(
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

    facts = Facts(first=FIRST, kept=ADDRESS + NAME, sent=ENDS + STARTS, number=NUMBER)

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        """Return the titles of the questions, without the digit that tells them from others of that title."""
        cells = rows.records[0].cells
        own = self.own_columns(cells, rows)
        return [cell if at in own else title(cells, at) for at, cell in enumerate(cells)], rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return leading_count(names, FRONT) >= len((STARTS, ENDS))

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        return {at: fold(names[at]) for at in own_in(rows.records[0].cells)}

    def is_dropped(self, name: str) -> bool:
        return name not in self.facts.kept

    def leave_out(self, layout: Layout) -> None:
        """Leave out what the tool noted of the account where it is nothing, or a question asks for the same."""
        titles = {layout.names[at] for at in layout.asked()}
        account = {at for at, known in layout.own.items() if not self.is_dropped(known)}
        layout.left_out |= {at for at in account if not layout.texts(at) - {NOBODY} or layout.names[at] in titles}

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        change = {at: (str if self.is_dropped(known) else somebody) for at, known in columns.names.items()}
        return map_cells(table, lambda column, cell: change.get(column, unlist)(cell))


def own_in(header: Sequence[str]) -> list[int]:
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
