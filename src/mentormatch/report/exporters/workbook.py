"""The matching as a workbook for the team: what is proposed, what it rests on, and room for their decisions."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from mentormatch.base.theme import theme
from mentormatch.base.version import __version__
from mentormatch.explanation.edits import Note
from mentormatch.explanation.names import NamesByPerson, holding
from mentormatch.explanation.tables import CellValue, ResultSheet
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import Matching, NamedExporter, sheets_of
from mentormatch.record.seal import Seal
from mentormatch.report import words
from mentormatch.report.book import LINE_COLOUR, BookColumn, CellFormat, WorkbookWriter, write_grid
from mentormatch.report.further_answers import get_optional_analyses
from mentormatch.report.journal_sheet import reseal_workbook, write_charts, write_journal
from mentormatch.report.reviewed.decisions import as_shown, headings, notes_by_pair, own_cells, write_previous
from mentormatch.report.reviewed.rows import AGREED, CHOICES, PAIRS, REMARK, SHEET, VALIDATION, Bearings, pairs_by_hand
from mentormatch.report.texts import spaced
from mentormatch.report.view import explain_infeasibility, make_seal_text

SHOWN: dict[str, tuple[tuple[str, float, CellFormat], ...]] = {
    "pairs": (
        ("mentor", 16, "strong"),
        ("mentor_name", 24, "wrapped"),
        ("mentee", 16, "strong"),
        ("mentee_name", 24, "wrapped"),
        ("points", 11, "points"),
        ("answered", 10, "share"),
        ("reasons", 74, "wrapped"),
    ),
    "unmatched": (
        ("person", 18, "strong"),
        ("name", 24, "wrapped"),
        ("side", 12, "text"),
        ("reason", 62, "wrapped"),
        ("change", 62, "wrapped"),
    ),
    "chains": (
        ("mentors", 24, "wrapped"),
        ("people", 24, "strong"),
        ("mentees", 24, "wrapped"),
        ("chain", 74, "wrapped"),
    ),
    "contributions": (
        ("mentor", 14, "text"),
        ("mentee", 14, "text"),
        ("group", 20, "wrapped"),
        ("criterion", 34, "wrapped"),
        ("points", 9, "points"),
        ("full", 9, "points"),
        ("answered", 10, "text"),
        ("reason", 62, "wrapped"),
    ),
    "access": (
        ("question", 40, "wrapped"),
        ("side", 12, "text"),
        ("answer", 30, "wrapped"),
        ("people", 11, "count"),
        ("met", 24, "wrapped"),
        ("placed", 24, "wrapped"),
        ("points", 11, "text"),
        ("wished", 24, "wrapped"),
        ("told", 32, "wrapped"),
    ),
    "recruit": (
        ("number", 9, "count"),
        ("who", 30, "wrapped"),
        ("mentees", 16, "strong"),
        ("least", 50, "wrapped"),
        ("best", 62, "wrapped"),
        ("placed", 14, "count"),
        ("points", 11, "text"),
    ),
    "sturdy": (
        ("price", 16, "text"),
        ("worst", 24, "count"),
        ("mean", 14, "text"),
        ("changed", 18, "count"),
    ),
    "incentives": (
        ("question", 40, "wrapped"),
        ("side", 12, "text"),
        ("people", 14, "count"),
        ("changes", 26, "wrapped"),
        ("gained", 24, "wrapped"),
        ("parts", 32, "wrapped"),
        ("closing", 50, "wrapped"),
    ),
    "learn": (
        ("criterion", 34, "strong"),
        ("interval", 18, "text"),
        ("clear", 8, "text"),
        ("level", 12, "text"),
        ("more", 14, "text"),
        ("sentence", 80, "wrapped"),
    ),
    "rejected": (
        ("source", 28, "text"),
        ("line", 8, "count"),
        ("key", 22, "strong"),
        ("fate", 14, "text"),
        ("reason", 72, "wrapped"),
    ),
}
"""The columns of each sheet that staff see, with their widths and forms; those of names where these are asked for."""


class WorkbookExporter(NamedExporter):
    """Nine sheets, one before them where something has to be known first, and one out of sight; texts stay texts.

    More of them have the chains, where people are in both roles, and what the programme asks for beside.

    The same matching gives the same bytes.
    """

    kind: ClassVar[str] = ".xlsx"
    filename: ClassVar[str] = "binomes.xlsx"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        book, sheets = WorkbookWriter(f"{tr('Binômes')} – {matching.programme.name}"), sheets_of(matching, names)
        write_caveats(book, matching)
        write_pairs(book, matching, sheets["pairs"])
        write_previous(book, matching)
        write_sheet(book, tr("Sans binôme"), "unmatched", sheets["unmatched"])
        if matching.chains:
            write_sheet(book, tr("Chaînes"), "chains", sheets["chains"])
        write_sheet(book, tr("Détail des points"), "contributions", sheets["contributions"])
        write_grid(book, matching)
        write_charts(book, matching)
        write_sheet(book, tr("Réponses écartées"), "rejected", sheets["rejected"])
        write_further_answers(book, matching)
        write_remarks(book, matching)
        write_programme(book, matching, names)
        write_journal(book, make_seal_text(matching, seal))
        write_bearings(book, matching)
        return book.content()

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        return reseal_workbook(content, before, seal)


def write_caveats(book: WorkbookWriter, matching: Matching) -> None:
    """Write a first sheet with what has to be known before the pairs are believed, where there is anything."""
    if matching.caveats:
        book.sheet(tr("À lire d'abord")).note("\n".join(spaced(caveat.sentence) for caveat in matching.caveats))


def write_pairs(book: WorkbookWriter, matching: Matching, pairs: ResultSheet) -> None:
    """Write the pairs, with columns for the team's decision and remark, in which stands what it wrote before."""
    columns, rows = select_columns("pairs", pairs)
    notes, imposed = notes_by_pair(matching), {*pairs_by_hand(matching, "pin"), *pairs_by_hand(matching, "keep")}
    titles = headings(notes.values())
    own = [
        BookColumn(tr(VALIDATION), 13, "own"),
        BookColumn(tr(REMARK), 32, "own"),
        *(BookColumn(one, 20, "own") for one in titles),
    ]
    filled = []
    for row, pair in zip(rows, matching.pairs, strict=True):
        keys = pair.mentor, pair.mentee
        note = notes.get(as_shown(keys), Note(("", "")))
        choice = AGREED if keys in imposed else note.choice
        filled.append((*row, choice and tr(choice), note.remark, *own_cells(note, titles)))
    page = book.table(tr(PAIRS), [*columns, *own], filled)
    if rows:
        decision = {"validate": "list", "source": list(map(tr, CHOICES)), "error_title": tr(VALIDATION)}
        page.sheet.data_validation(1, len(columns), len(rows), len(columns), decision)


def write_further_answers(book: WorkbookWriter, matching: Matching) -> None:
    """Write what the programme asks for beside the pairs; below each table what can be said of it, and how sure."""
    for one in get_optional_analyses(matching, matching.labels):
        if isinstance(one.found, str):
            book.sheet(one.title).note(spaced(one.found))
            continue
        page = book.table(one.title, *select_columns(one.name, one.found.sheet))
        for place, sentence in enumerate(one.found.sentences, len(one.found.sheet.rows) + 2):
            page.put(place, 0, spaced(sentence))


def write_bearings(book: WorkbookWriter, matching: Matching) -> None:
    """Write the sheet that staff do not see, by which the workbook is checked when it is back."""
    page = book.sheet(tr(SHEET))
    for row, text in enumerate(Bearings.of(matching).cells()):
        page.put(row, 0, text)
    page.sheet.protect()
    page.sheet.hide()


def write_sheet(book: WorkbookWriter, title: str, name: str, sheet: ResultSheet) -> None:
    """Write one table of the matching."""
    book.table(title, *select_columns(name, sheet))


def select_columns(name: str, sheet: ResultSheet) -> tuple[list[BookColumn], list[tuple[CellValue, ...]]]:
    """Return the columns of a table that staff see, and its rows."""
    shown = [column for column in SHOWN[name] if column[0] in sheet.names]
    places = [sheet.names.index(column) for column, _, _ in shown]
    widths = zip(places, shown, strict=True)
    columns = [BookColumn(sheet.titles[place], width, form) for place, (_, width, form) in widths]
    return columns, [tuple(row[place] for place in places) for row in sheet.rows]


def write_remarks(book: WorkbookWriter, matching: Matching) -> None:
    """Write what intake remarked."""
    columns = [
        BookColumn(tr("Fichier"), 28),
        BookColumn(tr("Ligne"), 8, "count"),
        BookColumn(tr(REMARK), 108, "wrapped"),
    ]
    remarks = matching.cohort.remarks
    book.table(
        tr("Remarques"),
        columns,
        [(one.source, "" if one.line is None else one.line, matching.labels.text(one.text)) for one in remarks],
    )


def write_programme(book: WorkbookWriter, matching: Matching, names: NamesByPerson | None) -> None:
    """Write what the result rests on: people, status, goals, criteria, rules, seed and version."""
    page = book.sheet(tr("Programme"))
    for place, width in enumerate((22, 62, 30, 62)):
        page.sheet.set_column(place, place, width)
    page.sheet.ignore_errors({"number_stored_as_text": "A1:D10000"})
    for number, row in enumerate(programme_rows(matching, names)):
        line = {"top": 1, "top_color": LINE_COLOUR} if row[0] else {}
        for place, text in enumerate((*row, "", "", "")[:4]):
            style = {"bold": True, "font_color": theme()["accent"]} if place == 0 else {}
            page.put(number, place, spaced(text), text_wrap=True, **style, **line)


def programme_rows(matching: Matching, names: NamesByPerson | None) -> Iterator[Sequence[str]]:
    """Yield the lines of the sheet; a heading stands only in the first line that it heads."""
    verdict, status = words.verdict(matching)
    places = int(matching.problem.mentors.most.sum())
    yield tr("Programme"), matching.programme.name
    yield tr("Résultat"), words.summary(matching)
    offered = counted(places, "place offerte", "places offertes")
    yield tr("Places"), tr("{places} par les mentor·es qui prennent part", places=offered)
    yield tr("Réponses"), words.rows_in_words(matching)
    yield from () if names is None else ((tr("Noms"), holding(names)),)
    yield tr("Statut"), f"{verdict}. {status}"
    yield from with_heading(tr("Pourquoi"), [(sentence,) for sentence in reasons(matching)])
    yield from with_heading(tr("Objectifs"), [(goal.goal, goal.value, goal.proof) for goal in words.goals(matching)])
    yield from with_heading(tr("Prix des objectifs"), [(sentence,) for sentence in words.prices(matching)])
    yield from with_heading(
        tr("Places gardées"), [(sentence,) for sentence in words.kept_places(matching, matching.labels)]
    )
    yield from with_heading(
        tr("Critères"), [(line.name, line.weight, questions_of(line)) for line in words.criteria(matching)]
    )
    yield from with_heading(
        tr("Règles"), [(line.name, "", questions_of(line)) for line in words.rules(matching, matching.labels)]
    )
    yield from with_heading(tr("Lire les points"), [(sentence,) for sentence in words.format_reading_guide()])
    yield tr("Numéro du tirage au sort"), str(matching.seed)
    yield tr("Version"), f"mentormatch {__version__}"


def reasons(matching: Matching) -> tuple[str, ...]:
    """Return why there is no answer and what would do, after the status has said that there is none."""
    diagnosis = explain_infeasibility(matching, matching.labels)
    return diagnosis.sentences[1:] if diagnosis else ()


def with_heading(heading: str, rows: list[tuple[str, ...]]) -> Iterator[Sequence[str]]:
    """Yield ``rows`` with their heading before the first."""
    for number, row in enumerate(rows):
        yield (heading if number == 0 else "", *row)


def questions_of(line: words.LabelledItem) -> str:
    """Return the questions that a criterion or a rule rests on."""
    return "\n".join(line.questions)
