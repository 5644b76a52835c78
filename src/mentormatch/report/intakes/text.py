"""The intake as plain text, as the command line prints it."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from mentormatch.french import counted
from mentormatch.inspection.market import Prospects
from mentormatch.inspection.part import Writer
from mentormatch.inspection.whole import Intake
from mentormatch.report import intake_words as said
from mentormatch.report.texts import visible


class IntakeText(Writer):
    """A heading and an indented list for each part, parts that have nothing to say left out."""

    kind: ClassVar[str] = ".txt"
    filename: ClassVar[str] = "reponses.txt"

    def content(self, intake: Intake) -> bytes:
        market = intake.market
        parts = (
            (said.rows_in_words(intake.fates), [str(row) for row in intake.fates.others]),
            ("Remarques", [str(remark) for remark in intake.remarks.told]),
            ("Ce qui attend la répartition", list(said.outlook(market))),
            ("Qui pourrait rencontrer qui", list(meeting(market))),
            ("Peu de partenaires possibles", list(few(market))),
            ("Questions (réponses des mentor·es, des mentoré·es)", list(aligned(question_cells(intake)))),
            ("Ce qui a été supposé", [*read(intake), *intake.reading.assumed]),
        )
        told = [block(title, lines) for title, lines in parts if lines or title == parts[0][0]]
        return ("\n\n".join(told) + "\n").encode("utf-8", "backslashreplace")


def block(title: str, lines: Sequence[str]) -> str:
    """Return a heading over its lines, without the characters that a terminal would obey."""
    return "\n".join([title, *(f"  {visible(line)}" for line in lines)])


def meeting(market: Prospects) -> Iterator[str]:
    """Yield who takes part on each side, and how many pairs the rules allow."""
    for side, people, taking, places, aside in said.seat_rows(market):
        told = f" ; mis de côté : {aside}" if aside else ""
        yield f"{side} : {taking} sur {people} participe{'nt' * (taking > 1)}, {counted(places, 'place')}{told}"
    if not market.problem:
        yield f"binômes permis : {market.possible} sur {market.pairs}"


def few(market: Prospects) -> Iterator[str]:
    """Yield everybody with few partners, and the rules that take the others away."""
    for person, _, count, partners, leaving in said.scarce_rows(market):
        yield f"{person} : {count}{f' ({partners})' if partners else ''}{f' ; {leaving}' if leaving else ''}"


def question_cells(intake: Intake) -> list[tuple[str, ...]]:
    """Return each question, its kind, its use, and how many answered."""
    rows = said.question_rows(intake.questions.asked)
    return [(question, kind, use, mentors, mentees) for question, kind, use, _, mentors, mentees in rows]


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines whose cells stand below each other."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def read(intake: Intake) -> Iterator[str]:
    """Yield how each file was read."""
    for source, tool, rows, columns, manner in said.reading_rows(intake.reading.files):
        yield f"{source} : {tool}, {rows} lignes, {columns} colonnes, {manner}"
