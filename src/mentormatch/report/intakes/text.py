"""The intake as plain text, as the command line prints it."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from mentormatch.inspection.intake import Intake
from mentormatch.inspection.market import Prospects
from mentormatch.inspection.section import Writer
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import about, counted, joined
from mentormatch.report import intake_words as said
from mentormatch.report.texts import visible


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
            (tr("Qui pourrait rencontrer qui"), list(meeting(market))),
            (tr("Peu de partenaires possibles"), list(few(market))),
            (tr("Questions (réponses des mentor·es, des mentoré·es)"), list(aligned(question_cells(intake)))),
            (tr("Ce qui a été supposé"), [*read(intake), *intake.reading.assumed]),
        )
        told = [block(title, lines) for title, lines in parts if lines or title == parts[0][0]]
        return ("\n\n".join(told) + "\n").encode("utf-8", "backslashreplace")


def block(title: str, lines: Sequence[str]) -> str:
    """Return a heading over its lines, without the characters that a terminal would obey."""
    return "\n".join([title, *(f"  {visible(line)}" for line in lines)])


def meeting(market: Prospects) -> Iterator[str]:
    """Yield who takes part on each side, and how many pairs the rules allow."""
    for side, people, taking, places, aside in said.seat_rows(market):
        told = tr_n(
            "{side} : {taking} sur {people} participe, {places}",
            "{side} : {taking} sur {people} participent, {places}",
            taking,
            side=side,
            taking=taking,
            people=people,
            places=counted(places, "place"),
        )
        yield tr("{told} ; mis de côté : {aside}", told=told, aside=aside) if aside else told
    if not market.problem:
        yield tr("binômes permis : {possible} sur {pairs}", possible=market.possible, pairs=market.pairs)


def few(market: Prospects) -> Iterator[str]:
    """Yield everybody with few partners, and the rules that take the others away."""
    for person, _, count, partners, leaving in said.scarce_rows(market):
        told = about(person, f"{count} ({partners})" if partners else str(count))
        yield joined([told, leaving] if leaving else [told])


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
        told = tr("{rows} lignes, {columns} colonnes", rows=rows, columns=columns)
        yield about(source, f"{tool}, {told}, {manner}")
