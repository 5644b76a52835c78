"""Matching -> a workbook for the team: the pairs, their basis, and columns for decisions."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from mentormatch.base.theme import theme
from mentormatch.base.version import __version__
from mentormatch.explanation.edits import Note, edited_pairs
from mentormatch.explanation.names import NamesByPerson, notice_of_names
from mentormatch.explanation.tables import CellValue, ResultSheet
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import Matching, NamedExporter, sheets_of
from mentormatch.record.seal import Seal
from mentormatch.report import words
from mentormatch.report.book import LINE_COLOUR, BookColumn, CellFormat, WorkbookWriter, write_grid
from mentormatch.report.further_answers import get_optional_analyses
from mentormatch.report.journal_sheet import reseal_workbook, write_charts, write_journal
from mentormatch.report.reviewed.decisions import (
    get_compared_keys,
    get_extra_cells,
    headings,
    notes_by_pair,
    write_previous,
)
from mentormatch.report.reviewed.rows import (
    AGREED,
    CHOICES,
    FINGERPRINT_SHEET,
    PAIRS,
    REMARK,
    VALIDATION,
    WorkbookFingerprint,
)
from mentormatch.report.texts import spaced
from mentormatch.report.view import explain_infeasibility, make_seal_text

# Visible columns per sheet, with width and format; name columns only if names are requested
COLUMNS_BY_SHEET: dict[str, tuple[tuple[str, float, CellFormat], ...]] = {
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


class WorkbookExporter(NamedExporter):
    """Eight visible sheets and a hidden one, preceded by the caveats if there are any; texts stay texts.

    Sheets for charts, earlier decisions, chains and analyses are added if they have contents. The same matching gives
    the same bytes.
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
        write_fingerprint(book, matching)
        return book.content()

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        return reseal_workbook(content, before, seal)


def write_caveats(book: WorkbookWriter, matching: Matching) -> None:
    """Write a first sheet with the caveats, if there are any."""
    if matching.caveats:
        book.sheet(tr("À lire d'abord")).note("\n".join(spaced(caveat.sentence) for caveat in matching.caveats))


def write_pairs(book: WorkbookWriter, matching: Matching, pairs: ResultSheet) -> None:
    """Write the pairs, with columns for decision and remark that contain earlier entries."""
    columns, rows = select_columns("pairs", pairs)
    notes, pinned = notes_by_pair(matching), set(edited_pairs(matching.edits, matching.cohort, "pin", "keep"))
    titles = headings(notes.values())
    team_columns = [
        BookColumn(tr(VALIDATION), 13, "own"),
        BookColumn(tr(REMARK), 32, "own"),
        *(BookColumn(title, 20, "own") for title in titles),
    ]
    cell_rows = []
    for row, pair in zip(rows, matching.pairs, strict=True):
        keys = pair.mentor, pair.mentee
        note = notes.get(get_compared_keys(keys), Note(("", "")))
        choice = AGREED if keys in pinned else note.choice
        cell_rows.append((*row, choice and tr(choice), note.remark, *get_extra_cells(note, titles)))
    page = book.table(tr(PAIRS), [*columns, *team_columns], cell_rows)
    if rows:
        decision = {"validate": "list", "source": list(map(tr, CHOICES)), "error_title": tr(VALIDATION)}
        page.sheet.data_validation(1, len(columns), len(rows), len(columns), decision)


def write_further_answers(book: WorkbookWriter, matching: Matching) -> None:
    for analysis in get_optional_analyses(matching, matching.labels):
        if isinstance(analysis.found, str):
            book.sheet(analysis.title).note(spaced(analysis.found))
            continue
        page = book.table(analysis.title, *select_columns(analysis.name, analysis.found.sheet))
        for row, sentence in enumerate(analysis.found.sentences, len(analysis.found.sheet.rows) + 2):
            page.put(row, 0, spaced(sentence))


def write_fingerprint(book: WorkbookWriter, matching: Matching) -> None:
    """Write the hidden sheet that identifies a returned workbook."""
    page = book.sheet(tr(FINGERPRINT_SHEET))
    for row, text in enumerate(WorkbookFingerprint.of(matching).cells()):
        page.put(row, 0, text)
    page.sheet.protect()
    page.sheet.hide()


def write_sheet(book: WorkbookWriter, title: str, name: str, sheet: ResultSheet) -> None:
    book.table(title, *select_columns(name, sheet))


def select_columns(name: str, sheet: ResultSheet) -> tuple[list[BookColumn], list[tuple[CellValue, ...]]]:
    """Return the visible columns of a table, and its rows."""
    visible_columns = [column for column in COLUMNS_BY_SHEET[name] if column[0] in sheet.names]
    indices = [sheet.names.index(column) for column, _, _ in visible_columns]
    widths = zip(indices, visible_columns, strict=True)
    columns = [BookColumn(sheet.titles[index], width, style) for index, (_, width, style) in widths]
    return columns, [tuple(row[index] for index in indices) for row in sheet.rows]


def write_remarks(book: WorkbookWriter, matching: Matching) -> None:
    """Write the remarks on the answers."""
    columns = [
        BookColumn(tr("Fichier"), 28),
        BookColumn(tr("Ligne"), 8, "count"),
        BookColumn(tr(REMARK), 108, "wrapped"),
    ]
    remarks = matching.cohort.remarks
    book.table(
        tr("Remarques"),
        columns,
        [
            (remark.source, "" if remark.line is None else remark.line, matching.labels.text(remark.text))
            for remark in remarks
        ],
    )


def write_programme(book: WorkbookWriter, matching: Matching, names: NamesByPerson | None) -> None:
    """Write the basis of the result: people, status, goals, criteria, rules, seed and version."""
    page = book.sheet(tr("Programme"))
    for column, width in enumerate((22, 62, 30, 62)):
        page.sheet.set_column(column, column, width)
    page.sheet.ignore_errors({"number_stored_as_text": "A1:D10000"})
    for number, row in enumerate(programme_rows(matching, names)):
        line = {"top": 1, "top_color": LINE_COLOUR} if row[0] else {}
        for column, text in enumerate((*row, "", "", "")[:4]):
            style = {"bold": True, "font_color": theme()["accent"]} if column == 0 else {}
            page.put(number, column, spaced(text), text_wrap=True, **style, **line)


def programme_rows(matching: Matching, names: NamesByPerson | None) -> Iterator[Sequence[str]]:
    """Yield the rows of the sheet; a heading is in its first row only."""
    verdict, status = words.verdict(matching)
    places = int(matching.problem.mentors.most.sum())
    yield tr("Programme"), matching.programme.name
    yield tr("Résultat"), words.summary(matching)
    offered = counted(places, "place offerte", "places offertes")
    yield tr("Places"), tr("{places} par les mentor·es qui prennent part", places=offered)
    yield tr("Réponses"), words.rows_in_words(matching)
    yield from () if names is None else ((tr("Noms"), notice_of_names(names)),)
    yield tr("Statut"), f"{verdict}. {status}"
    yield from with_heading(tr("Pourquoi"), [(sentence,) for sentence in find_infeasibility_sentences(matching)])
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


def find_infeasibility_sentences(matching: Matching) -> tuple[str, ...]:
    """Return the sentences of the diagnosis after the first, which repeats the status."""
    diagnosis = explain_infeasibility(matching, matching.labels)
    return diagnosis.sentences[1:] if diagnosis else ()


def with_heading(heading: str, rows: list[tuple[str, ...]]) -> Iterator[Sequence[str]]:
    for number, row in enumerate(rows):
        yield (heading if number == 0 else "", *row)


def questions_of(line: words.LabelledItem) -> str:
    return "\n".join(line.questions)
