"""The intake as a workbook: each row, each remark, each question, and who could meet whom."""

from collections.abc import Iterator
from typing import ClassVar

from mentormatch.french import listed
from mentormatch.inspection.part import Writer
from mentormatch.inspection.whole import Intake
from mentormatch.people import FATES
from mentormatch.report import intake_words as said
from mentormatch.report.book import Book, Column
from mentormatch.tables import Cell

PLACES = (
    Column("Côté", 14, "strong"),
    Column("Personnes", 11, "count"),
    Column("Participent", 11, "count"),
    Column("Places", 9, "count"),
    Column("Mis de côté", 80, "wrapped"),
)
SCARCE = (
    Column("Personne", 18, "strong"),
    Column("Côté", 14),
    Column("Partenaires possibles", 12, "count"),
    Column("Lesquels", 24, "wrapped"),
    Column("Règles qui écartent les autres", 80, "wrapped"),
)
UNMET = (
    Column("Critère", 34),
    Column("Question", 50, "wrapped"),
    Column("Demande", 40),
    Column("Personnes", 11, "count"),
)
ROWS = (
    Column("Fichier", 28),
    Column("Ligne", 8, "count"),
    Column("Identifiant", 20, "strong"),
    Column("Sort", 14),
    Column("Raison", 72, "wrapped"),
)
REMARKS = (Column("Fichier", 28), Column("Ligne", 8, "count"), Column("Remarque", 92, "wrapped"))
QUESTIONS = (
    Column("Question", 60, "wrapped"),
    Column("Genre", 20),
    Column("Usage", 20),
    Column("Trouvée par", 24),
    Column("Mentor·es", 12),
    Column("Mentoré·es", 12),
)
ANSWERS = (
    Column("Question", 60, "wrapped"),
    Column("Réponse", 44, "wrapped"),
    Column("Qui", 24),
    Column("Nombre", 9, "count"),
)
READING = (Column("Ce qui a été supposé", 24, "strong"), Column("", 110, "wrapped"))


class IntakeWorkbook(Writer):
    """Eight sheets in French; texts stay texts, and the same answers give the same bytes."""

    kind: ClassVar[str] = ".xlsx"
    filename: ClassVar[str] = "reponses.xlsx"

    def content(self, intake: Intake) -> bytes:
        book, market, asked = Book(f"Réponses – {intake.programme.name}"), intake.market, intake.questions.asked
        book.table("Lignes", ROWS, list(fate_rows(intake)))
        book.table("Remarques", REMARKS, [(one.source, one.line or "", one.text) for one in intake.remarks.told])
        book.table("Places", PLACES, list(said.seat_rows(market)))
        book.table("Peu de partenaires", SCARCE, list(said.scarce_rows(market)))
        unmet = [(one.criterion, one.question, one.option, one.asked) for one in market.unmet]
        book.table("Sans réponse en face", UNMET, unmet)
        book.table("Questions", QUESTIONS, list(said.question_rows(asked)))
        book.table("Réponses", ANSWERS, list(said.answer_rows(asked)))
        book.table("Lecture", READING, list(reading_rows(intake)))
        return book.content()


def fate_rows(intake: Intake) -> Iterator[tuple[Cell, ...]]:
    """Yield each row with its fate; keys that are e-mail addresses are left out."""
    for row in intake.fates.rows:
        yield row.source, row.line, row.key if intake.fates.keyed else "", FATES[row.fate], row.reason


def reading_rows(intake: Intake) -> Iterator[tuple[Cell, ...]]:
    """Yield how the files were read, and what was assumed."""
    for source, *told in said.reading_rows(intake.reading.files):
        tool, rows, columns, manner = told
        yield source, f"{tool} : {rows} lignes, {columns} colonnes ; {manner}"
    for one in intake.reading.files:
        if one.mapped:
            yield one.source, listed([f"« {header} » → {field}" for header, field in one.mapped])
    yield from (("", sentence) for sentence in intake.reading.assumed)
