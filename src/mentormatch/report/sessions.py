"""Groups, turns, topics and dates -> page, workbook, CSV, JSON, calendar, and a notebook fragment.

Contents for the team only are in a document if ``staff`` is set. A notebook shows the points of each group and the
people without a group, as it does for pairs. CSV has the first table only.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

from mentormatch.base.generation import write_documents
from mentormatch.errors import OutputError
from mentormatch.explanation.names import Labels
from mentormatch.explanation.tables import CellValue, ResultSheet
from mentormatch.groups.inputs import moment_in_words
from mentormatch.groups.partition import FormedGroup, Grouping, GroupShare
from mentormatch.groups.problem import pairs_in
from mentormatch.groups.result import Result
from mentormatch.groups.rotation import Rotation
from mentormatch.groups.topics import Topics
from mentormatch.groups.turns import Turns
from mentormatch.languages.phrases import counted, decimal, percent, points
from mentormatch.languages.text_keys import canonical, row_text
from mentormatch.languages.translation import mark, tr
from mentormatch.people.codes import digits, tells_who
from mentormatch.report.book import BookColumn, CellFormat, WorkbookWriter
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.pictures.timeline import Timeline
from mentormatch.report.texts import render_template
from mentormatch.report.view import CRITERION_COLOURS, ScorePart


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group as texts; points, answered share and parts are means over its pairs.

    These three are empty outside notebooks and team documents, and for the groups of a round.
    """

    heading: str
    size: str
    facilitator: str
    members: tuple[str, ...]
    points: str = ""
    answered: str = ""
    parts: tuple[ScorePart, ...] = ()


@dataclass(frozen=True, slots=True)
class CardSection:
    """A heading and its groups: all groups, or the groups of one round."""

    heading: str
    cards: tuple[GroupCard, ...]


def make_card_sections(result: Result, *, staff: bool) -> tuple[CardSection, ...]:
    """Return the groups of a result in sections, with points if ``staff``; empty if it has none."""
    if isinstance(result, Grouping) and result.groups:
        return (
            CardSection(tr("Les groupes"), tuple(card(result.labels, group, staff=staff) for group in result.groups)),
        )
    return tuple(make_round_sections(result)) if isinstance(result, Rotation) else ()


def card(labels: Labels, group: FormedGroup, *, staff: bool) -> GroupCard:
    """Return the texts of a group."""
    leader = labels.person("mentor", group.facilitator) if group.facilitator else ""
    plain = plain_card(group.number, [labels.person("mentee", key) for key in group.members], leader)
    if not staff:
        return plain
    pairs = max(pairs_in(len(group.members)), 1)
    answered_points = sum(share.answered * share.full for share in group.contributions)
    full = sum(share.full for share in group.contributions)
    return GroupCard(
        heading=plain.heading,
        size=plain.size,
        facilitator=leader,
        members=plain.members,
        points=points(group.score // pairs),
        answered=percent(answered_points / full if full else 0),
        parts=tuple(score_parts(group.contributions, pairs)),
    )


def plain_card(number: int, members: Sequence[str], leader: str = "") -> GroupCard:
    """Return the texts of a group without points."""
    size = counted(len(members), "personne")
    return GroupCard(tr("Groupe\u00a0{number}", number=number), size, leader, tuple(members))


def score_parts(shares: Sequence[GroupShare], pairs: int) -> Iterator[ScorePart]:
    """Yield the criteria of a group, as means over its ``pairs``, with the position of each segment on the bar."""
    start = 0
    for index, share in enumerate(shares):
        yield ScorePart(
            criterion=share.criterion,
            points=points(share.share // pairs),
            full=points(share.full // pairs),
            reason=share.reason,
            answered=share.answered > 0,
            start=start / pairs / 10_000,
            width=share.share / pairs / 10_000,
            tone=CRITERION_COLOURS[index % len(CRITERION_COLOURS)],
        )
        start += share.share


def make_round_sections(result: Rotation) -> Iterator[CardSection]:
    """Yield a section per round."""
    name_of = result.grouping.name_of
    for turn, groups in enumerate(result.rounds, start=1):
        cards = (plain_card(number, [name_of(key) for key in group]) for number, group in enumerate(groups, start=1))
        yield CardSection(tr("Tour\u00a0{number}", number=turn), tuple(cards))


TABLE_TITLES = {
    "groups": mark("Qui est dans quel groupe"),
    "rounds": mark("Les groupes, tour par tour"),
    "scores": mark("Points par groupe"),
    "shares": mark("Détail des points"),
    "unplaced": mark("Sans groupe"),
    "met": mark("Retrouvailles"),
    "again": mark("Retrouvailles entre les tours"),
    "rejected": mark("Réponses écartées"),
    "turns": mark("Qui présente quand"),
    "without": mark("Sans tour"),
    "topics": mark("Sujets retenus"),
    "members": mark("Membres servis"),
    "counts": mark("Demandes par sujet"),
    "requests": mark("Demandes par membre"),
    "dates": mark("Dates retenues"),
    "set_aside": mark("Dates écartées"),
    "missed": mark("Absences par membre"),
}
# Format and width of a column, by the type of its values
DEFAULT_STYLES: dict[type, tuple[CellFormat, float]] = {
    str: ("wrapped", 44),
    int: ("count", 14),
    float: ("points", 11),
    bool: ("text", 18),
}
# Exceptions by table and column
COLUMN_STYLES: dict[tuple[str, str], tuple[CellFormat, float]] = {
    ("shares", "answered"): ("share", 11),
    ("shares", "heading"): ("wrapped", 22),
    ("shares", "criterion"): ("wrapped", 34),
    ("shares", "reason"): ("wrapped", 74),
    ("unplaced", "code"): ("text", 18),
    ("unplaced", "reason"): ("wrapped", 74),
    ("rejected", "line"): ("count", 9),
    ("rejected", "fate"): ("text", 14),
    ("rejected", "reason"): ("wrapped", 74),
}
# Tables that are shown as cards if there are groups
TABLES_SHOWN_AS_CARDS = ("groups", "rounds", "scores", "shares")
# Characters; a table with no longer cell keeps its headings on a narrow screen.
MAX_SHORT_CELL = 24


@dataclass(frozen=True, slots=True)
class SessionDocuments:
    """A result to document; ``staff``: for the team only; ``former``: the existing file, if it is updated."""

    result: Result
    staff: bool = False
    former: bytes | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the result."""
        return (*self.result.sentences, *(self.result.staff_sentences if self.staff else ()))

    @property
    def tables(self) -> dict[str, ResultSheet]:
        """The tables of the result that have rows."""
        return with_rows({**self.result.sheets, **(self.result.staff_sheets if self.staff else {})})


@dataclass(frozen=True, slots=True)
class SessionTexts:
    """Contents of a page or notebook: sentences, tables by name, groups as cards; ``staff``: for the team only."""

    sentences: tuple[str, ...]
    tables: Mapping[str, ResultSheet]
    decks: tuple[CardSection, ...]
    staff: bool = False


def write_session_documents(result: Result, paths: Sequence[Path], *, staff: bool, replace: bool) -> None:
    """Write the documents of each folder together; if ``staff``, they are readable for their owner alone."""
    files = {path: content_of(result, path, staff=staff) for path in paths}
    write_documents(files, result.kind, replace=replace, private=staff)


def content_of(result: Result, path: Path, *, staff: bool) -> bytes:
    """Return a document in the format of its suffix. Raises OutputError for an unknown format."""
    content = WRITER_BY_SUFFIX.get(path.suffix.lower())
    if content is None:
        finding = tr(
            "Format inconnu : « {name} » ; les formats sont {formats}",
            name=path.name,
            formats=", ".join(WRITER_BY_SUFFIX),
        )
        raise OutputError(finding)
    former = path.read_bytes() if path.suffix.lower() == ".ics" and path.exists() else None
    return content(SessionDocuments(result, staff, former))


def notebook_fragment(result: Result) -> str:
    """Return a result for a notebook, with codes if keys identify people, because outputs are saved.

    Labels other than keys stay.
    """
    veiled = hide_keys(result.veiled)
    texts = SessionTexts(veiled.shown_sentences, with_rows(veiled.shown_sheets), make_card_sections(veiled, staff=True))
    return fill_template("gathering_fragment.html", veiled, texts)


def hide_keys(result: Result) -> Result:
    """Return topics or turns with a pseudonym for each member if a key identifies a person.

    Pseudonyms are P01, P02 ..., because M and E begin the codes of a cohort, which the result does not contain. Other
    and relabelled results are unchanged.
    """
    if not isinstance(result, Topics | Turns) or result.plain is not None:
        return result
    keys = result.ballot.members if isinstance(result, Topics) else result.season.members
    if not any(map(tells_who, keys)):
        return result
    used, width = set(map(canonical, keys)), digits(len(keys))
    codes = (code for number in count(1) if canonical(code := f"P{number:0{width}d}") not in used)
    return result.relabel(Labels({("mentee", canonical(key)): code for key, code in zip(keys, codes, strict=False)}))


def session_page(documents: SessionDocuments) -> bytes:
    """Return a result as a page without external resources."""
    texts = SessionTexts(
        documents.sentences,
        documents.tables,
        make_card_sections(documents.result, staff=documents.staff),
        documents.staff,
    )
    return fill_template("gathering.html", documents.result, texts).encode("utf-8")


def fill_template(template: str, result: Result, texts: SessionTexts) -> str:
    tables = {
        name: table for name, table in texts.tables.items() if name not in TABLES_SHOWN_AS_CARDS or not texts.decks
    }
    titled_tables = [(tr(TABLE_TITLES[name]), table_in_words(name, table)) for name, table in tables.items()]
    year = Timeline(result) if result.moments else None
    return render_template(template, result=result, told=texts, tables=titled_tables, is_short=is_short, year=year)


def is_short(table: ResultSheet) -> bool:
    return all(len(str(cell)) <= MAX_SHORT_CELL for row in table.rows for cell in row)


def with_rows(sheets: Mapping[str, ResultSheet]) -> dict[str, ResultSheet]:
    return {name: table for name, table in sheets.items() if table.rows}


def table_in_words(name: str, table: ResultSheet) -> ResultSheet:
    """Return a table with all cells as texts, for a page."""
    named_cells = zip(table.names, table.rows[0], strict=True)
    formatters = [
        date_of if (name, column) == ("dates", "start") else make_cell_formatter(name, column, cell)
        for column, cell in named_cells
    ]
    rows = (tuple(format_cell(cell) for format_cell, cell in zip(formatters, row, strict=True)) for row in table.rows)
    return replace(table, rows=tuple(rows))


def date_of(cell: CellValue) -> CellValue:
    return moment_in_words(str(cell))


def make_cell_formatter(table: str, column: str, cell: CellValue) -> Callable[[CellValue], CellValue]:
    return partial(cell_in_words, form_and_width(table, column, cell)[0])


def cell_in_words(style: CellFormat, cell: CellValue) -> CellValue:
    """Return a cell as text: yes or no, a number with one decimal, or a percentage."""
    if isinstance(cell, float):
        return percent(cell) if style == "share" else decimal(cell, 1)
    return format_boolean(cell)


def with_boolean_texts(table: ResultSheet) -> ResultSheet:
    return replace(table, rows=tuple(tuple(format_boolean(cell) for cell in row) for row in table.rows))


def format_boolean(cell: CellValue) -> CellValue:
    return (tr("oui") if cell else tr("non")) if isinstance(cell, bool) else cell


def session_workbook(documents: SessionDocuments) -> bytes:
    book = WorkbookWriter(documents.result.name or documents.result.title)
    for name, table in documents.tables.items():
        styles = [form_and_width(name, column, cell) for column, cell in zip(table.names, table.rows[0], strict=True)]
        columns = [BookColumn(title, width, style) for title, (style, width) in zip(table.titles, styles, strict=True)]
        book.table(tr(TABLE_TITLES[name]), columns, table.rows)
    lines = [(line,) for line in documents.sentences]
    book.table(tr("À savoir"), [BookColumn(documents.result.title, 110, "wrapped")], lines)
    return book.content()


def form_and_width(table: str, column: str, cell: CellValue) -> tuple[CellFormat, float]:
    return COLUMN_STYLES.get((table, column)) or DEFAULT_STYLES[type(cell)]


def first_table(documents: SessionDocuments) -> bytes:
    """Return the first table of a result as CSV; if ``staff`` is set, the first team table if there is one."""
    tables = (documents.result.staff_sheets if documents.staff else {}) or documents.result.sheets
    return to_csv(with_boolean_texts(next(iter(tables.values()))))


def first_table_as_text(documents: SessionDocuments) -> str:
    """Return the first table of a result that may be shown to all, one line per row after the headings."""
    table = with_boolean_texts(next(iter(documents.result.sheets.values())))
    return "\n".join(row_text(*row) for row in (table.titles, *table.rows))


def to_json(documents: SessionDocuments) -> bytes:
    """Return a result as one JSON object, with keys, or with codes if it was made by ``in_codes``."""
    result = documents.result.plain or documents.result
    content = result.as_dict_for_staff if documents.staff else result.as_dict
    document = {"schema_version": 1, "kind": result.kind, **content}
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8", "replace")


def calendar(documents: SessionDocuments) -> bytes:
    """Return the sessions as a calendar, an update of the existing one if there is one."""
    return documents.result.calendar(former=documents.former)


WRITER_BY_SUFFIX: dict[str, Callable[[SessionDocuments], bytes]] = {
    ".xlsx": session_workbook,
    ".html": session_page,
    ".csv": first_table,
    ".json": to_json,
    ".ics": calendar,
}
