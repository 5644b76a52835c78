"""Google Forms: the CSV that the form itself gives, and the answers as a Google sheet keeps them (CSV, XLSX).

The CSV of the form joins several choices with ``;``. A sheet joins them with a comma and a space, which stand in
options as well: ``mentormatch.fields.lists`` finds the options that are known, longest first. What was typed beside
the options stands in the same cell, after them. What a quiz adds is left out. Day or month first is the country of the
sheet: in English nothing tells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.table import Order, Rows, TextTable, tabulate
from mentormatch.survey.tool import (
    Tool,
    ToolPage,
    columns_of,
    first_filled,
    not_of,
    number_repeats,
    part,
    rows_below,
    with_submissions,
    without_columns,
)

STAMPS = (
    *("horodateur", "timestamp", "marca temporal", "zeitstempel", "informazioni cronologiche"),
    *("carimbo de data/hora", "tijdstempel"),
)
ENGLISH = STAMPS[1]
"""Sheets in other languages are sure to write the day first."""
ADDRESSES = (
    *("adresse e-mail", "email address", "nom d'utilisateur", "username", "direccion de correo electronico"),
    *("e-mail-adresse", "indirizzo email", "endereco de e-mail", "e-mailadres"),
)
FRONT = 3
"""How many columns at most are the tool's own: the time stamp, the address, the score."""
MARKS = ("Score", "Feedback", "Commentaires")
AMERICAN = re.compile(r"[0-9]{1,2}/[0-9]/")
"""Sheets in French write two figures there, whichever of day and month it is."""
SCORES = ("score", "score total", "total score")
SCORE = re.compile(r"(?:[0-9]+(?:[.,][0-9]+)? / [0-9]+)?")


class Google(Tool):
    """Answers to a Google form."""

    kind: ClassVar[str] = "google"
    label: ClassVar[str] = "Google Forms"
    marks: ClassVar[Sequence[str]] = STAMPS
    expected: ClassVar[str] = mark("« Horodateur » en première colonne")
    page: ClassVar[ToolPage] = ToolPage(
        known_by="« Horodateur » en premier (français, anglais, espagnol, allemand, italien, portugais, néerlandais)",
        files="CSV, XLSX de Google Sheets",
        sent="horodateur",
        own="adresse e-mail",
        several="`a;b` (formulaire), `a, b` (feuille)",
        other="dans la cellule",
        grid="`Question [Ligne]`",
        ranking="une grille de rangs",
        unconfirmed=(
            "la virgule qui joint les choix d'une feuille ; les grilles `Question [Ligne]` ; les colonnes d'un "
            "quiz ; les intitulés en d'autres langues que le français et l'anglais"
        ),
    )
    example: ClassVar[Sequence[Sequence[str]]] = tuple(
        zip(
            ("Horodateur", "09/03/2026 10:04:00", "10/03/2026 18:30:00", "14/03/2026 09:00:00", "15/03/2026 23:15:00"),
            ("Code", "M1", "M2", "E1", "E2"),
            ("Rôle", "Mentor·e", "Mentor·e", "Mentoré·e", "Mentoré·e"),
            ("Courriel", "ana@lilas.fr", "bo@lilas.fr", "zoe@lilas.fr", "eli@lilas.fr"),
            ("Métier", "Administration", "Production, diffusion", "Production, diffusion", "Administration"),
            ("Domaines", "Budget, Contrats, paie", "Tournées, cirque", "", ""),
            ("Attentes [Réseau]", "Beaucoup", "Peu", "", ""),
            ("Attentes [Technique]", "Peu", "Peu", "Beaucoup", ""),
            ("Priorités [Écoute]", "2", "3", "1", ""),
            ("Priorités [Conseil]", "1", "2", "2", ""),
            ("Priorités [Contacts]", "3", "1", "3", ""),
            ("Années", "12,5", "3", "0", ""),
            ("À distance", "Oui", "Non", "Oui", ""),
            ("Un mot", 'D\'accord ; "vite", donc', "", "première ligne\nseconde ligne", ""),
            strict=True,
        )
    )

    def knows(self, rows: Rows) -> bool:
        """Take what has the time stamp that Google sets in the first column."""
        return fold(rows.records[0].cells[0]) in STAMPS

    def sort(self, rows: Rows) -> TextTable:
        names = list(map(fold, rows.records[0].cells))
        stamps = [column for column, name in enumerate(names) if name in STAMPS][:1]
        if not stamps:
            raise not_of(rows, self)
        table = tabulate(rows_below(rows), number_repeats(rows.records[0].cells))
        stamp = columns_of(table, [names[stamps[0]]], len(table.header))
        table = with_submissions(table, stamp, certain=order_in(table, stamp, names[stamps[0]]))
        address = frozenset(columns_of(table, ADDRESSES, FRONT))
        return without_columns(replace(table, tool=self.kind, own=address), {*stamp, *scores(table)})


def order_in(table: TextTable, stamp: Sequence[int], name: str) -> Order | None:
    """Return that the day comes first, where the language says so and no date is written as in the United States."""
    american = any(AMERICAN.match(first_filled(record.cells, stamp)) for record in table.records)
    return None if name == ENGLISH or american else "day first"


def scores(table: TextTable) -> Iterator[int]:
    """Yield the columns that a quiz adds: the score, and the marks behind each question."""
    score = [column for column in columns_of(table, SCORES, FRONT) if is_score(table, column)]
    marks = {part(question, mark) for question in table.header for mark in MARKS if score}
    yield from (*score, *(column for column, name in enumerate(table.header) if name in marks))


def is_score(table: TextTable, column: int) -> bool:
    """Tell whether a column holds the points of a quiz, all of them out of some."""
    return all(SCORE.fullmatch(record.cells[column].strip()) for record in table.records)
