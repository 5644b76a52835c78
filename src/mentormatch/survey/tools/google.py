"""Google Forms: the CSV that the form itself gives, and the answers as a Google sheet keeps them (CSV, XLSX).

The CSV of the form joins several choices with ``;``. A sheet joins them with a comma and a space, which stand in
options as well: ``mentormatch.fields.lists`` finds the options that are known, longest first. What was typed beside
the options stands in the same cell, after them. What a quiz adds is left out. Day or month first is the country of the
sheet: in English nothing tells.
"""

import re
from collections.abc import Sequence

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout, OwnColumns
from mentormatch.survey.facts import Facts, folded
from mentormatch.survey.table import Order, Rows, TextTable
from mentormatch.survey.tool import ToolPage, first_filled, item_header

STAMPS = (
    *("Horodateur", "Timestamp", "Marca temporal", "Zeitstempel", "Informazioni cronologiche"),
    *("Carimbo de data/hora", "Tijdstempel"),
)
ADDRESSES = (
    *("Adresse e-mail", "Email Address", "Nom d'utilisateur", "Username", "Dirección de correo electrónico"),
    *("E-Mail-Adresse", "Indirizzo email", "Endereço de e-mail", "E-mailadres"),
)
FRONT = 3
"""How many columns at most are the tool's own: the time stamp, the address, the score."""
MARKS = ("Score", "Feedback", "Commentaires")
AMERICAN = re.compile(r"[0-9]{1,2}/[0-9]/")
"""Sheets in French write two figures there, whichever of day and month it is."""
SCORES = ("score", "score total", "total score", "puntuacion", "punktzahl", "punteggio", "pontuacao")
SCORE = re.compile(r"(?:[0-9]+(?:[.,][0-9]+)? / [0-9]+)?")


class Google(FactTool):
    """Answers to a Google form."""

    kind = "google"
    label = "Google Forms"
    marks = tuple(map(fold, STAMPS))
    expected = mark("« Horodateur » en première colonne")
    page = ToolPage(
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
    example = tuple(
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
    facts = Facts(first=(STAMPS,), dropped=STAMPS, kept=ADDRESSES, sent=STAMPS)

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the first time stamp, and the address near the beginning."""
        known = [fold(name) for name in names]
        stamps = [at for at, name in enumerate(known) if name in self.marks][:1]
        addresses = [at for at, name in enumerate(known[:FRONT]) if name in folded(ADDRESSES)]
        return {at: known[at] for at in sorted([*stamps, *addresses])} if stamps else {}

    def leave_out(self, layout: Layout) -> None:
        """Leave out what a quiz adds: the score, and the marks behind each question."""
        front = [at for at, name in enumerate(layout.names[:FRONT]) if fold(name) in SCORES]
        scores = {at for at in front if all(map(SCORE.fullmatch, layout.texts(at)))}
        marks = {item_header(question, word) for question in layout.names for word in MARKS if scores}
        layout.left_out |= scores | {at for at, name in enumerate(layout.names) if name in marks}

    def order(self, table: TextTable, times: Sequence[int], columns: OwnColumns) -> Order | None:
        """Return that the day comes first, unless in English or if a date is written as in the United States."""
        american = any(AMERICAN.match(first_filled(record.cells, times)) for record in table.records)
        return None if columns.of(["Timestamp"]) or american else "day first"
