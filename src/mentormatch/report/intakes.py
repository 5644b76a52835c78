"""What came in, as documents: JSON, one page, plain text, and a workbook.

``mentormatch intake`` prints the first as ``--json`` and the third by itself; a notebook shows the page part by part.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import ClassVar

from mentormatch.explanation.names import KEYS
from mentormatch.explanation.tables import CellValue
from mentormatch.inspection.intake import Intake
from mentormatch.inspection.market import Prospects
from mentormatch.inspection.section import IntakeSection, Writer, lines_as_labels
from mentormatch.languages.phrases import about, counted, joined, listed, quoted
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.matching import before_solving
from mentormatch.people.cohort import FATES
from mentormatch.report import intake_words
from mentormatch.report import intake_words as said
from mentormatch.report.book import Book, BookColumn
from mentormatch.report.pictures.heat_map import MarketPictures
from mentormatch.report.texts import render_template, visible


class IntakeText(Writer[Intake]):
    """A heading and an indented list for each part, parts that have nothing to say left out."""

    kind: ClassVar[str] = ".txt"
    filename: ClassVar[str] = "reponses.txt"

    def content(self, intake: Intake) -> bytes:
        market = intake.market
        parts = (
            (said.rows_in_words(intake.fates), [str(row) for row in intake.fates.others]),
            (tr("Remarques"), [str(remark) for remark in intake.remarks.told]),
            (tr("Ce qui attend la répartition"), list(said.outlook(market))),
            (tr("Qui pourrait rencontrer qui"), list(market_lines(market))),
            (tr("Peu de partenaires possibles"), list(scarce_lines(market))),
            (tr("Questions (réponses des mentor·es, des mentoré·es)"), list(align_rows(question_cells(intake)))),
            (tr("Ce qui a été supposé"), [*reading_lines(intake), *intake.reading.assumed]),
        )
        blocks = [text_block(title, lines) for title, lines in parts if lines or title == parts[0][0]]
        return ("\n\n".join(blocks) + "\n").encode("utf-8", "backslashreplace")


def text_block(title: str, lines: Sequence[str]) -> str:
    """Return a heading over its lines, without the characters that a terminal would obey."""
    return "\n".join([title, *(f"  {visible(line)}" for line in lines)])


def market_lines(market: Prospects) -> Iterator[str]:
    """Yield who takes part on each side, and how many pairs the rules allow."""
    for side, people, taking, places, aside in said.seat_rows(market):
        sentence = tr_n(
            "{side} : {taking} sur {people} participe, {places}",
            "{side} : {taking} sur {people} participent, {places}",
            taking,
            side=side,
            taking=taking,
            people=people,
            places=counted(places, "place"),
        )
        yield tr("{told} ; mis de côté : {aside}", told=sentence, aside=aside) if aside else sentence
    if not market.problem:
        yield tr("binômes permis : {possible} sur {pairs}", possible=market.possible, pairs=market.pairs)


def scarce_lines(market: Prospects) -> Iterator[str]:
    """Yield everybody with few partners, and the rules that take the others away."""
    for person, (_, _, count, partners, leaving) in zip(
        said.name_scarce(market), said.scarce_rows(market), strict=True
    ):
        partners_in_words = about(person, f"{count} ({partners})" if partners else str(count))
        yield joined([partners_in_words, leaving] if leaving else [partners_in_words])


def question_cells(intake: Intake) -> list[tuple[str, ...]]:
    """Return each question, its kind, its use, and how many answered."""
    rows = said.question_rows(intake.questions.asked)
    return [(question, kind, use, mentors, mentees) for question, kind, use, _, mentors, mentees in rows]


def align_rows(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines whose cells stand below each other."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def reading_lines(intake: Intake) -> Iterator[str]:
    """Yield how each file was read."""
    for source, tool, rows, columns, manner in said.reading_rows(intake.reading.files):
        size = tr("{rows} lignes, {columns} colonnes", rows=rows, columns=columns)
        yield about(source, f"{tool}, {size}, {manner}")


class IntakeData(Writer[Intake]):
    """One JSON object; keys that are e-mail addresses are left out, the lines stay."""

    kind: ClassVar[str] = ".json"
    filename: ClassVar[str] = "reponses.json"

    def content(self, intake: Intake) -> bytes:
        rows = intake.fates.rows if intake.fates.keyed else [replace(row, key="") for row in intake.fates.rows]
        data = {
            "schema_version": 1,
            "rows": [asdict(row) for row in rows],
            "remarks": [{"source": one.source, "line": one.line, "text": one.text} for one in intake.remarks.told],
            "reading": asdict(intake.reading),
            "questions": [asdict(question) for question in intake.questions.asked],
            "market": asdict(intake.market),
        }
        return (json.dumps(data, ensure_ascii=False, indent=1, default=str, allow_nan=False) + "\n").encode("utf-8")


class IntakePage(Writer[Intake]):
    """One HTML file without a script, which loads nothing and lets nothing be loaded."""

    kind: ClassVar[str] = ".html"
    filename: ClassVar[str] = "reponses.html"

    def content(self, intake: Intake) -> bytes:
        return render_template("intake.html", intake=intake, said=intake_words, looks=pictures_of(intake)).encode(
            "utf-8"
        )

    def fragment(self, part: IntakeSection) -> str:
        """Return one part as a notebook shows it."""
        return render_template("intake_part.html", part=part, said=intake_words)


MOST_DRAWN = 1_000_000
"""Pairs; of more the points are not worked out for a picture."""


def pictures_of(intake: Intake) -> MarketPictures | None:
    """Return the pictures of what came in, None where the market cannot be told or is too large."""
    cohort = intake.cohort
    if intake.market.problem or len(cohort.mentors) * len(cohort.mentees) > MOST_DRAWN:
        return None
    labels = KEYS if intake.fates.keyed else lines_as_labels(cohort)
    return MarketPictures(before_solving(cohort, intake.programme), labels)


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
        book, market, questions = (
            Book(tr("Réponses – {name}", name=intake.programme.name)),
            intake.market,
            intake.questions.asked,
        )
        book.table(tr("Lignes"), name_columns(ROWS), list(fate_rows(intake)))
        book.table(
            tr("Remarques"),
            name_columns(REMARKS),
            [(one.source, one.line or "", one.text) for one in intake.remarks.told],
        )
        book.table(tr("Places"), name_columns(PLACES), list(said.seat_rows(market)))
        book.table(tr("Peu de partenaires"), name_columns(SCARCE), list(said.scarce_rows(market)))
        unmet = [(one.criterion, one.question, one.option, one.asked) for one in market.unmet]
        book.table(tr("Sans réponse en face"), name_columns(UNMET), unmet)
        book.table(tr("Questions"), name_columns(QUESTIONS), list(said.question_rows(questions)))
        book.table(tr("Réponses"), name_columns(ANSWERS), list(said.answer_rows(questions)))
        book.table(tr("Lecture"), name_columns(READING), list(reading_rows(intake)))
        return book.content()


def name_columns(columns: Sequence[BookColumn]) -> list[BookColumn]:
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
