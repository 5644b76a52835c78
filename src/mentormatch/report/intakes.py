"""Writers of the intake report: JSON, one page, plain text, and a workbook.

``mentormatch intake`` prints the plain text, or JSON with ``--json``; a notebook shows the sections of the page.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import ClassVar

from mentormatch.explanation.names import KEY_LABELS
from mentormatch.explanation.tables import CellValue
from mentormatch.inspection.intake import Intake
from mentormatch.inspection.market import Prospects
from mentormatch.inspection.section import IntakeSection, Writer, lines_as_labels
from mentormatch.languages.phrases import about, counted, joined, listed, quoted
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.matching import unsolved_matching
from mentormatch.people.cohort import FATES
from mentormatch.report import intake_words
from mentormatch.report import intake_words as said
from mentormatch.report.book import BookColumn, WorkbookWriter
from mentormatch.report.pictures.heat_map import MarketPictures
from mentormatch.report.texts import render_template, visible


class IntakeText(Writer[Intake]):
    """The report as plain text: a heading and an indented list per section, without empty sections."""

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
    return "\n".join([title, *(f"  {visible(line)}" for line in lines)])


def market_lines(market: Prospects) -> Iterator[str]:
    """Yield the participants of each side, and the number of pairs that the rules allow."""
    for side, people, participants, places, exclusions in said.seat_rows(market):
        sentence = tr_n(
            "{side} : {taking} sur {people} participe, {places}",
            "{side} : {taking} sur {people} participent, {places}",
            participants,
            side=side,
            taking=participants,
            people=people,
            places=counted(places, "place"),
        )
        yield tr("{told} ; mis de côté : {aside}", told=sentence, aside=exclusions) if exclusions else sentence
    if not market.problem:
        yield tr("binômes permis : {possible} sur {pairs}", possible=market.possible, pairs=market.pairs)


def scarce_lines(market: Prospects) -> Iterator[str]:
    for person, (_, _, count, partners, rules_text) in zip(
        said.name_scarce(market), said.scarce_rows(market), strict=True
    ):
        partners_text = about(person, f"{count} ({partners})" if partners else str(count))
        yield joined([partners_text, rules_text] if rules_text else [partners_text])


def question_cells(intake: Intake) -> list[tuple[str, ...]]:
    """Return text, kind, use and answered counts of each question."""
    rows = said.question_rows(intake.questions.asked)
    return [(question, kind, use, mentors, mentees) for question, kind, use, _, mentors, mentees in rows]


def align_rows(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines with aligned columns."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def reading_lines(intake: Intake) -> Iterator[str]:
    """Yield a line per file on how it was read."""
    for source, tool, rows, columns, details in said.reading_rows(intake.reading.files):
        size = tr("{rows} lignes, {columns} colonnes", rows=rows, columns=columns)
        yield about(source, f"{tool}, {size}, {details}")


class IntakeJson(Writer[Intake]):
    """The report as one JSON object; if keys may not be shown, all are left out, and line numbers stay."""

    kind: ClassVar[str] = ".json"
    filename: ClassVar[str] = "reponses.json"

    def content(self, intake: Intake) -> bytes:
        rows = intake.fates.rows if intake.fates.keyed else [replace(row, key="") for row in intake.fates.rows]
        data = {
            "schema_version": 1,
            "rows": [asdict(row) for row in rows],
            "remarks": [
                {"source": remark.source, "line": remark.line, "text": remark.text} for remark in intake.remarks.told
            ],
            "reading": asdict(intake.reading),
            "questions": [asdict(question) for question in intake.questions.asked],
            "market": asdict(intake.market),
        }
        return (json.dumps(data, ensure_ascii=False, indent=1, default=str, allow_nan=False) + "\n").encode("utf-8")


class IntakePage(Writer[Intake]):
    """The report as one HTML file, without scripts or external resources."""

    kind: ClassVar[str] = ".html"
    filename: ClassVar[str] = "reponses.html"

    def content(self, intake: Intake) -> bytes:
        return render_template("intake.html", intake=intake, said=intake_words, looks=pictures_of(intake)).encode(
            "utf-8"
        )

    def fragment(self, part: IntakeSection) -> str:
        """Return a section of the page, for a notebook."""
        return render_template("intake_part.html", part=part, said=intake_words)


# Pairs; more points would take too long for a picture.
MAX_DRAWN_PAIRS = 1_000_000


def pictures_of(intake: Intake) -> MarketPictures | None:
    """Return the pictures of the report; None if the possible pairs are unknown or too many."""
    cohort = intake.cohort
    if intake.market.problem or len(cohort.mentors) * len(cohort.mentees) > MAX_DRAWN_PAIRS:
        return None
    labels = KEY_LABELS if intake.fates.keyed else lines_as_labels(cohort)
    return MarketPictures(unsolved_matching(cohort, intake.programme), labels)


PLACE_COLUMNS = (
    BookColumn(mark("Côté"), 14, "strong"),
    BookColumn(mark("Personnes"), 11, "count"),
    BookColumn(mark("Participent"), 11, "count"),
    BookColumn(mark("Places"), 9, "count"),
    BookColumn(mark("Mis de côté"), 80, "wrapped"),
)
SCARCE_COLUMNS = (
    BookColumn(mark("Personne"), 18, "strong"),
    BookColumn(mark("Côté"), 14),
    BookColumn(mark("Partenaires possibles"), 12, "count"),
    BookColumn(mark("Lesquels"), 24, "wrapped"),
    BookColumn(mark("Règles qui écartent les autres"), 80, "wrapped"),
)
UNMET_NEED_COLUMNS = (
    BookColumn(mark("Critère"), 34),
    BookColumn(mark("Question"), 50, "wrapped"),
    BookColumn(mark("Demande"), 40),
    BookColumn(mark("Personnes"), 11, "count"),
)
ROW_COLUMNS = (
    BookColumn(mark("Fichier"), 28),
    BookColumn(mark("Ligne"), 8, "count"),
    BookColumn(mark("Identifiant"), 20, "strong"),
    BookColumn(mark("Sort"), 14),
    BookColumn(mark("Raison"), 72, "wrapped"),
)
REMARK_COLUMNS = (
    BookColumn(mark("Fichier"), 28),
    BookColumn(mark("Ligne"), 8, "count"),
    BookColumn(mark("Remarque"), 92, "wrapped"),
)
QUESTION_COLUMNS = (
    BookColumn(mark("Question"), 60, "wrapped"),
    BookColumn(mark("Genre"), 20),
    BookColumn(mark("Usage"), 20),
    BookColumn(mark("Trouvée par"), 24),
    BookColumn(mark("Mentor·es"), 12),
    BookColumn(mark("Mentoré·es"), 12),
)
ANSWER_COLUMNS = (
    BookColumn(mark("Question"), 60, "wrapped"),
    BookColumn(mark("Réponse"), 44, "wrapped"),
    BookColumn(mark("Qui"), 24),
    BookColumn(mark("Nombre"), 9, "count"),
)
READING_COLUMNS = (BookColumn(mark("Ce qui a été supposé"), 24, "strong"), BookColumn("", 110, "wrapped"))


class IntakeWorkbook(Writer[Intake]):
    """The report as a workbook of eight sheets; the same answers give the same bytes."""

    kind: ClassVar[str] = ".xlsx"
    filename: ClassVar[str] = "reponses.xlsx"

    def content(self, intake: Intake) -> bytes:
        book, market, questions = (
            WorkbookWriter(tr("Réponses – {name}", name=intake.programme.name)),
            intake.market,
            intake.questions.asked,
        )
        book.table(tr("Lignes"), name_columns(ROW_COLUMNS), list(row_outcome_rows(intake)))
        book.table(
            tr("Remarques"),
            name_columns(REMARK_COLUMNS),
            [(item.source, item.line or "", item.text) for item in intake.remarks.told],
        )
        book.table(tr("Places"), name_columns(PLACE_COLUMNS), list(said.seat_rows(market)))
        book.table(tr("Peu de partenaires"), name_columns(SCARCE_COLUMNS), list(said.scarce_rows(market)))
        unmet = [(item.criterion, item.question, item.option, item.asked) for item in market.unmet]
        book.table(tr("Sans réponse en face"), name_columns(UNMET_NEED_COLUMNS), unmet)
        book.table(tr("Questions"), name_columns(QUESTION_COLUMNS), list(said.question_rows(questions)))
        book.table(tr("Réponses"), name_columns(ANSWER_COLUMNS), list(said.answer_rows(questions)))
        book.table(tr("Lecture"), name_columns(READING_COLUMNS), list(reading_rows(intake)))
        return book.content()


def name_columns(columns: Sequence[BookColumn]) -> list[BookColumn]:
    """Return columns with their headings in the current language."""
    return [replace(column, title=tr(column.title)) for column in columns]


def row_outcome_rows(intake: Intake) -> Iterator[tuple[CellValue, ...]]:
    for row in intake.fates.rows:
        yield row.source, row.line, row.key if intake.fates.keyed else "", tr(FATES[row.fate]), row.reason


def reading_rows(intake: Intake) -> Iterator[tuple[CellValue, ...]]:
    """Yield the details of reading of each file, then the assumptions."""
    for source, tool, rows, columns, details in said.reading_rows(intake.reading.files):
        size = tr("{rows} lignes, {columns} colonnes", rows=rows, columns=columns)
        yield source, about(tool, joined([size, details]))
    for file in intake.reading.files:
        if file.mapped:
            yield file.source, listed([f"{quoted(header)} → {field}" for header, field in file.mapped])
    yield from (("", sentence) for sentence in intake.reading.assumed)
