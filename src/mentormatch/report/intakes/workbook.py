"""The intake as a workbook: each row, each remark, each question, and who could meet whom."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.explanation.tables import CellValue
from mentormatch.inspection.intake import Intake
from mentormatch.inspection.section import Writer
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import about, joined, listed, quoted
from mentormatch.people.cohort import FATES
from mentormatch.report import intake_words as said
from mentormatch.report.book import Book, BookColumn

PLACES = (
    BookColumn(mark("Côté"), 14, "strong"),
    BookColumn(mark("Personnes"), 11, "count"),
    BookColumn(mark("Participent"), 11, "count"),
    BookColumn(mark("Places"), 9, "count"),
    BookColumn(mark("Mis de côté"), 80, "wrapped"),
)
SCARCE = (
    BookColumn(mark("Personne"), 18, "strong"),
    BookColumn(mark("Côté"), 14),
    BookColumn(mark("Partenaires possibles"), 12, "count"),
    BookColumn(mark("Lesquels"), 24, "wrapped"),
    BookColumn(mark("Règles qui écartent les autres"), 80, "wrapped"),
)
UNMET = (
    BookColumn(mark("Critère"), 34),
    BookColumn(mark("Question"), 50, "wrapped"),
    BookColumn(mark("Demande"), 40),
    BookColumn(mark("Personnes"), 11, "count"),
)
ROWS = (
    BookColumn(mark("Fichier"), 28),
    BookColumn(mark("Ligne"), 8, "count"),
    BookColumn(mark("Identifiant"), 20, "strong"),
    BookColumn(mark("Sort"), 14),
    BookColumn(mark("Raison"), 72, "wrapped"),
)
REMARKS = (
    BookColumn(mark("Fichier"), 28),
    BookColumn(mark("Ligne"), 8, "count"),
    BookColumn(mark("Remarque"), 92, "wrapped"),
)
QUESTIONS = (
    BookColumn(mark("Question"), 60, "wrapped"),
    BookColumn(mark("Genre"), 20),
    BookColumn(mark("Usage"), 20),
    BookColumn(mark("Trouvée par"), 24),
    BookColumn(mark("Mentor·es"), 12),
    BookColumn(mark("Mentoré·es"), 12),
)
ANSWERS = (
    BookColumn(mark("Question"), 60, "wrapped"),
    BookColumn(mark("Réponse"), 44, "wrapped"),
    BookColumn(mark("Qui"), 24),
    BookColumn(mark("Nombre"), 9, "count"),
)
READING = (BookColumn(mark("Ce qui a été supposé"), 24, "strong"), BookColumn("", 110, "wrapped"))


class IntakeWorkbook(Writer[Intake]):
    """Eight sheets; texts stay texts, and the same answers give the same bytes."""

    kind: ClassVar[str] = ".xlsx"
    filename: ClassVar[str] = "reponses.xlsx"

    def content(self, intake: Intake) -> bytes:
        book, market, asked = (
            Book(tr("Réponses – {name}", name=intake.programme.name)),
            intake.market,
            intake.questions.asked,
        )
        book.table(tr("Lignes"), headed(ROWS), list(fate_rows(intake)))
        book.table(
            tr("Remarques"), headed(REMARKS), [(one.source, one.line or "", one.text) for one in intake.remarks.told]
        )
        book.table(tr("Places"), headed(PLACES), list(said.seat_rows(market)))
        book.table(tr("Peu de partenaires"), headed(SCARCE), list(said.scarce_rows(market)))
        unmet = [(one.criterion, one.question, one.option, one.asked) for one in market.unmet]
        book.table(tr("Sans réponse en face"), headed(UNMET), unmet)
        book.table(tr("Questions"), headed(QUESTIONS), list(said.question_rows(asked)))
        book.table(tr("Réponses"), headed(ANSWERS), list(said.answer_rows(asked)))
        book.table(tr("Lecture"), headed(READING), list(reading_rows(intake)))
        return book.content()


def headed(columns: Sequence[BookColumn]) -> list[BookColumn]:
    """Return columns with their headings in the language that is spoken."""
    return [replace(column, title=tr(column.title)) for column in columns]


def fate_rows(intake: Intake) -> Iterator[tuple[CellValue, ...]]:
    """Yield each row with its fate; keys that are e-mail addresses are left out."""
    for row in intake.fates.rows:
        yield row.source, row.line, row.key if intake.fates.keyed else "", tr(FATES[row.fate]), row.reason


def reading_rows(intake: Intake) -> Iterator[tuple[CellValue, ...]]:
    """Yield how the files were read, and what was assumed."""
    for source, tool, rows, columns, manner in said.reading_rows(intake.reading.files):
        size = tr("{rows} lignes, {columns} colonnes", rows=rows, columns=columns)
        yield source, about(tool, joined([size, manner]))
    for one in intake.reading.files:
        if one.mapped:
            yield one.source, listed([f"{quoted(header)} → {field}" for header, field in one.mapped])
    yield from (("", sentence) for sentence in intake.reading.assumed)
