"""Microsoft Forms, the XLSX of the answers.

Several choices are in one cell, ``A;B;`` or ``["A","B"]``. The tool adds a digit to a repeated title: ``Nom2`` is the
question "Nom" if the tool has a column "Nom", and ``Pourquoi ?2`` the second question "Pourquoi ?". A question for the
name or the address replaces the tool's own column. ``anonymous`` is no address.
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

START_HEADERS = (
    "heure de debut",
    "start time",
    "hora de inicio",
    "startzeit",
    "ora di inizio",
    "begintijd",
    "hora d'inici",
)
END_HEADERS = (
    *("heure de fin", "completion time", "hora de finalizacion", "fertigstellungszeit", "abschlusszeit"),
    *("ora di completamento", "hora de conclusao", "tijd van voltooien", "hora de finalitzacio"),
)
NUMBER_HEADERS = ("id",)
FIRST_HEADERS = (NUMBER_HEADERS, START_HEADERS, END_HEADERS)
FRONT_HEADERS = frozenset(name for names in FIRST_HEADERS for name in names)
ADDRESS_HEADERS = (
    *("adresse de messagerie", "adresse de courriel", "courriel", "e-mail", "email", "correo electronico"),
    *("posta elettronica", "e-mailadres", "correu electronic"),
)
NAME_HEADERS = ("nom", "name", "nombre", "nome", "naam")
NOTE_HEADERS = (
    ("heure de la derniere modification", "last modified time"),
    ("total des points", "total de points", "total points"),
    ("commentaires du questionnaire", "quiz feedback"),
)
ANONYMOUS_ACCOUNT = "anonymous"


class Microsoft(FactTool):
    """Answers to a Microsoft form."""

    kind = "microsoft"
    label = "Microsoft Forms"
    marks = (*END_HEADERS[1:], ADDRESS_HEADERS[0], *NOTE_HEADERS[0])
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

    facts = Facts(
        first=FIRST_HEADERS,
        kept=ADDRESS_HEADERS + NAME_HEADERS,
        sent=END_HEADERS + START_HEADERS,
        number=NUMBER_HEADERS,
    )

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        """Return the titles of the questions without the number of repeated ones, and the rows below."""
        cells = rows.records[0].cells
        own = self.own_columns(cells, rows)
        return [cell if at in own else title(cells, at) for at, cell in enumerate(cells)], rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return leading_count(names, FRONT_HEADERS) >= len((START_HEADERS, END_HEADERS))

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        return {at: fold(names[at]) for at in find_own_columns(rows.records[0].cells)}

    def is_dropped(self, name: str) -> bool:
        return name not in self.facts.kept

    def leave_out(self, layout: Layout) -> None:
        """Leave out name or address of the account if all are anonymous or blank, or a question has the same title."""
        titles = {layout.names[at] for at in layout.asked()}
        account = {at for at, name in layout.own.items() if not self.is_dropped(name)}
        layout.left_out |= {
            at for at in account if not layout.texts(at) - {ANONYMOUS_ACCOUNT} or layout.names[at] in titles
        }

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        convert = {at: (str if self.is_dropped(name) else without_anonymous) for at, name in columns.names.items()}
        return map_cells(table, lambda column, cell: convert.get(column, split_json_list)(cell))


def find_own_columns(header: Sequence[str]) -> list[int]:
    """Return the tool's own columns: those before the first question, and the marks of a quiz."""
    column = leading_count(header, FRONT_HEADERS)
    for names in (ADDRESS_HEADERS, NAME_HEADERS, *NOTE_HEADERS[:1], language(header), *NOTE_HEADERS[1:]):
        if column < len(header) and fold(header[column]) in names:
            column += 1
    marks = {f"{mark}{question}" for question in header for mark in ("Points - ", "Feedback - ", "Commentaires - ")}
    return [*range(column), *(at for at, name in enumerate(header) if at >= column and name in marks)]


def language(header: Sequence[str]) -> Sequence[str]:
    """Return the names of the column of the language, only if a question has the same title and so a digit."""
    return [name for name in ("langue", "language") if f"{name}2" in map(fold, header)]


def title(header: Sequence[str], column: int) -> str:
    """Return the title of a question without its number, if earlier columns have the same title.

    >>> title(["Nom", "Choix 1", "Nom2", "Choix 12"], 2), title(["Nom", "Choix 1", "Nom2", "Choix 12"], 3)
    ('Nom', 'Choix 12')
    """
    repeated = re.fullmatch(r"(?P<title>.*[^0-9\s])(?P<number>[1-9][0-9]?)", header[column], re.DOTALL)
    if not repeated or repeated["number"] == "1":
        return header[column]
    last_number = int(repeated["number"]) - 1
    last_title = repeated["title"] if last_number == 1 else f"{repeated['title']}{last_number}"
    return repeated["title"] if {repeated["title"], last_title} <= set(header[:column]) else header[column]


def without_anonymous(text: str) -> str:
    return "" if fold(text) == ANONYMOUS_ACCOUNT else text


def split_json_list(text: str) -> str:
    """Return a JSON list of texts as several answers, any other text unchanged.

    >>> split_json_list('["lundi","mardi"]'), split_json_list("[sic]")
    ('lundi; mardi', '[sic]')
    """
    if not text.startswith('["'):
        return text
    try:
        answers = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return SeveralAnswers.of(answers) if all(isinstance(answer, str) for answer in answers) else text
