"""Google Forms, the CSV of a form, or its answers in a Google sheet (CSV, XLSX).

The CSV of a form joins several choices with ``;``. A sheet joins them with a comma and a space, which also occur in
options: ``mentormatch.fields.lists`` finds the known options, longest first. Other answers are in the same cell, after
the options. The columns of a quiz are left out. The order of day and month depends on the country of the sheet; in
English it is unknown.
"""

import re
from collections.abc import Sequence

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout, OwnColumns
from mentormatch.survey.facts import Facts, folded
from mentormatch.survey.table import Order, Rows, TextTable
from mentormatch.survey.tool import ToolPage, first_filled, part

TIMESTAMP_HEADERS = (
    *("Horodateur", "Timestamp", "Marca temporal", "Zeitstempel", "Informazioni cronologiche"),
    *("Carimbo de data/hora", "Tijdstempel"),
)
ADDRESS_HEADERS = (
    *("Adresse e-mail", "Email Address", "Nom d'utilisateur", "Username", "Dirección de correo electrónico"),
    *("E-Mail-Adresse", "Indirizzo email", "Endereço de e-mail", "E-mailadres"),
)
MAX_OWN_COLUMNS = 3  # the time stamp, the address, the score
SCORE_HEADERS = ("score", "score total", "total score", "puntuacion", "punktzahl", "punteggio", "pontuacao")
SCORE_PATTERN = re.compile(r"(?:[0-9]+(?:[.,][0-9]+)? / [0-9]+)?")


class Google(FactTool):
    """Answers to a Google form."""

    kind = "google"
    label = "Google Forms"
    marks = tuple(map(fold, TIMESTAMP_HEADERS))
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
    facts = Facts(first=(TIMESTAMP_HEADERS,), dropped=TIMESTAMP_HEADERS, kept=ADDRESS_HEADERS, sent=TIMESTAMP_HEADERS)

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the first time stamp, and the addresses among the first columns; empty without a time stamp."""
        folded_names = [fold(name) for name in names]
        stamps = [at for at, name in enumerate(folded_names) if name in self.marks][:1]
        addresses = [at for at, name in enumerate(folded_names[:MAX_OWN_COLUMNS]) if name in folded(ADDRESS_HEADERS)]
        return {at: folded_names[at] for at in sorted([*stamps, *addresses])} if stamps else {}

    def leave_out(self, layout: Layout) -> None:
        """Leave out the columns of a quiz: the scores, and, if there is one, the marks after each question."""
        front = [at for at, name in enumerate(layout.names[:MAX_OWN_COLUMNS]) if fold(name) in SCORE_HEADERS]
        scores = {at for at in front if all(map(SCORE_PATTERN.fullmatch, layout.texts(at)))}
        mark_names = ("Score", "Feedback", "Commentaires")
        marks = {part(question, word) for question in layout.names for word in mark_names if scores}
        layout.left_out |= scores | {at for at, name in enumerate(layout.names) if name in marks}

    def order(self, table: TextTable, times: Sequence[int], columns: OwnColumns) -> Order | None:
        """Return "day first", None if the labels are English or a date has the American form."""
        # Sheets in French have two digits for the second number
        is_american = any(re.match(r"[0-9]{1,2}/[0-9]/", first_filled(record.cells, times)) for record in table.records)
        return None if columns.of(["Timestamp"]) or is_american else "day first"
