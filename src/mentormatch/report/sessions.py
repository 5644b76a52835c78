"""Groups, turns, topics and dates as people read them: page, workbook, CSV, JSON, calendar, and in a notebook.

What is for the team alone stands in a document only where it is asked for. A notebook shows of it what it shows of
pairs: what the points of a group are made of, and who has no group.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
from mentormatch.languages.phrases import counted, decimal, percent, points
from mentormatch.languages.text_keys import row_text
from mentormatch.languages.translation import mark, tr
from mentormatch.report.book import Book, BookColumn, CellForm
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.pictures.timeline import Timeline
from mentormatch.report.texts import render_template
from mentormatch.report.view import TONES, ScorePart


@dataclass(frozen=True, slots=True)
class GroupCard:
    """One group; ``points``, ``answered`` and ``parts`` are of the mean of its pairs, empty where nothing is told."""

    heading: str
    size: str
    facilitator: str
    members: tuple[str, ...]
    points: str = ""
    answered: str = ""
    parts: tuple[ScorePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Deck:
    """Groups that go together: all there are, or those of one round."""

    heading: str
    cards: tuple[GroupCard, ...]


def decks(result: Result, *, staff: bool) -> tuple[Deck, ...]:
    """Return the groups of a result, if it has any, with points where they are for the team."""
    if isinstance(result, Grouping) and result.groups:
        return (Deck(tr("Les groupes"), tuple(card(result.labels, one, staff=staff) for one in result.groups)),)
    return tuple(round_decks(result)) if isinstance(result, Rotation) else ()


def card(labels: Labels, one: FormedGroup, *, staff: bool) -> GroupCard:
    """Return one group in words."""
    leader = labels.person("mentor", one.facilitator) if one.facilitator else ""
    plain = plain_card(one.number, [labels.person("mentee", key) for key in one.members], leader)
    if not staff:
        return plain
    pairs = max(pairs_in(len(one.members)), 1)
    known = sum(share.answered * share.full for share in one.contributions)
    full = sum(share.full for share in one.contributions)
    return GroupCard(
        heading=plain.heading,
        size=plain.size,
        facilitator=leader,
        members=plain.members,
        points=points(one.score // pairs),
        answered=percent(known / full if full else 0),
        parts=tuple(score_parts(one.contributions, pairs)),
    )


def plain_card(number: int, members: Sequence[str], leader: str = "") -> GroupCard:
    """Return a group without a word on its points."""
    size = counted(len(members), "personne")
    return GroupCard(tr("Groupe\u00a0{number}", number=number), size, leader, tuple(members))


def score_parts(shares: Sequence[GroupShare], pairs: int) -> Iterator[ScorePart]:
    """Yield the criteria of a group, as the mean of its pairs, each where its segment begins on the bar."""
    start = 0
    for place, one in enumerate(shares):
        yield ScorePart(
            criterion=one.criterion,
            points=points(one.share // pairs),
            full=points(one.full // pairs),
            reason=one.reason,
            answered=one.answered > 0,
            start=start / pairs / 10_000,
            width=one.share / pairs / 10_000,
            tone=TONES[place % len(TONES)],
        )
        start += one.share


def round_decks(result: Rotation) -> Iterator[Deck]:
    """Yield the groups of each round."""
    called = result.grouping.name_of
    for turn, each in enumerate(result.rounds, start=1):
        cards = (plain_card(number, [called(key) for key in group]) for number, group in enumerate(each, start=1))
        yield Deck(tr("Tour\u00a0{number}", number=turn), tuple(cards))


TITLES = {
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
LOOKS: dict[type, tuple[CellForm, float]] = {
    str: ("wrapped", 44),
    int: ("count", 14),
    float: ("points", 11),
    bool: ("text", 18),
}
"""The form and the width of a column, by what stands in it."""
OWN: dict[tuple[str, str], tuple[CellForm, float]] = {
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
"""Those of columns that are not as what stands in them says, by the codes of table and column."""
DEALT = ("groups", "rounds", "scores", "shares")
"""Tables that a page and a notebook show as cards, where there are groups."""
MOMENTS = {("dates", "start")}
"""Columns of dates, by the codes of table and column; they stand there as ISO 8601 writes them."""
SHORT = 24
"""Characters; a table whose cells have no more keeps its headings on a narrow screen."""


@dataclass(frozen=True, slots=True)
class SessionDocuments:
    """A result to be told: whether to the team alone, and what stands there already where it is updated."""

    result: Result
    staff: bool = False
    former: bytes | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The result in words."""
        return (*self.result.sentences, *(self.result.staff_sentences if self.staff else ()))

    @property
    def tables(self) -> dict[str, ResultSheet]:
        """The tables of the result that have rows."""
        return with_rows({**self.result.sheets, **(self.result.staff_sheets if self.staff else {})})


@dataclass(frozen=True, slots=True)
class SessionTexts:
    """What a page or a notebook tells: sentences, tables by their codes, groups as cards; ``staff``: to the team."""

    sentences: tuple[str, ...]
    tables: Mapping[str, ResultSheet]
    decks: tuple[Deck, ...]
    staff: bool = False


def write(result: Result, paths: Sequence[Path], *, staff: bool, replace: bool) -> None:
    """Write documents, those of one folder together; what is for the team alone is readable for its owner alone."""
    files = {path: content_of(result, path, staff=staff) for path in paths}
    write_documents(files, result.kind, replace=replace, private=staff)


def content_of(result: Result, path: Path, *, staff: bool) -> bytes:
    """Return a document by the suffix of its name; raises OutputError where there is no such format."""
    content = WRITERS.get(path.suffix.lower())
    if content is None:
        finding = tr(
            "Format inconnu : « {name} » ; les formats sont {formats}", name=path.name, formats=", ".join(WRITERS)
        )
        raise OutputError(finding)
    former = path.read_bytes() if path.suffix.lower() == ".ics" and path.exists() else None
    return content(SessionDocuments(result, staff, former))


def notebook_fragment(result: Result) -> str:
    """Return a result as a notebook shows it, whose outputs are saved: under pseudonyms where keys are e-mails."""
    veiled = result.veiled
    seen = SessionTexts(veiled.shown_sentences, with_rows(veiled.shown_sheets), decks(veiled, staff=True))
    return fill_template("gathering_fragment.html", veiled, seen)


def session_page(documents: SessionDocuments) -> bytes:
    """Return a result as a page of its own, which loads nothing."""
    texts = SessionTexts(
        documents.sentences, documents.tables, decks(documents.result, staff=documents.staff), documents.staff
    )
    return fill_template("gathering.html", documents.result, texts).encode("utf-8")


def fill_template(template: str, result: Result, texts: SessionTexts) -> str:
    """Return a template filled with what is told of a result."""
    tables = {name: table for name, table in texts.tables.items() if name not in DEALT or not texts.decks}
    named = [(tr(TITLES[name]), table_in_words(name, table)) for name, table in tables.items()]
    year = Timeline(result) if result.moments else None
    return render_template(template, result=result, told=texts, tables=named, is_short=is_short, year=year)


def is_short(table: ResultSheet) -> bool:
    """Return whether no cell of a table is long."""
    return all(len(str(cell)) <= SHORT for row in table.rows for cell in row)


def with_rows(sheets: Mapping[str, ResultSheet]) -> dict[str, ResultSheet]:
    """Return the tables that have rows."""
    return {name: table for name, table in sheets.items() if table.rows}


def table_in_words(name: str, table: ResultSheet) -> ResultSheet:
    """Return a table whose every cell is in words, as a page shows it."""
    forms = zip(table.names, table.rows[0], strict=True)
    spellers = [date_of if (name, column) in MOMENTS else speller(name, column, cell) for column, cell in forms]
    rows = (tuple(spell(cell) for spell, cell in zip(spellers, row, strict=True)) for row in table.rows)
    return replace(table, rows=tuple(rows))


def date_of(cell: CellValue) -> CellValue:
    """Return a date in words."""
    return moment_in_words(str(cell))


def speller(table: str, column: str, cell: CellValue) -> Callable[[CellValue], CellValue]:
    """Return what puts the cells of a column in words."""
    return partial(cell_in_words, form_and_width(table, column, cell)[0])


def cell_in_words(form: CellForm, cell: CellValue) -> CellValue:
    """Return a cell in words: yes and no, and numbers with a decimal or as a share."""
    if isinstance(cell, float):
        return percent(cell) if form == "share" else decimal(cell, 1)
    return in_words(cell)


def readable(table: ResultSheet) -> ResultSheet:
    """Return a table with yes and no in words."""
    return replace(table, rows=tuple(tuple(in_words(cell) for cell in row) for row in table.rows))


def in_words(cell: CellValue) -> CellValue:
    """Return a cell, yes and no in words."""
    return (tr("oui") if cell else tr("non")) if isinstance(cell, bool) else cell


def session_workbook(documents: SessionDocuments) -> bytes:
    """Return a result as a workbook."""
    book = Book(documents.result.name or documents.result.title)
    for name, table in documents.tables.items():
        forms = [form_and_width(name, column, cell) for column, cell in zip(table.names, table.rows[0], strict=True)]
        columns = [BookColumn(title, width, form) for title, (form, width) in zip(table.titles, forms, strict=True)]
        book.table(tr(TITLES[name]), columns, table.rows)
    lines = [(line,) for line in documents.sentences]
    book.table(tr("À savoir"), [BookColumn(documents.result.title, 110, "wrapped")], lines)
    return book.content()


def form_and_width(table: str, column: str, cell: CellValue) -> tuple[CellForm, float]:
    """Return the form and the width of a column."""
    return OWN.get((table, column)) or LOOKS[type(cell)]


def first_table(documents: SessionDocuments) -> bytes:
    """Return the first table of a result as a CSV file: of those for the team where that is asked for."""
    named = (documents.result.staff_sheets if documents.staff else {}) or documents.result.sheets
    return to_csv(readable(next(iter(named.values()))))


def first_table_as_text(documents: SessionDocuments) -> str:
    """Return the first table of a result, a line each."""
    table = readable(next(iter(documents.result.sheets.values())))
    return "\n".join(row_text(*row) for row in (table.titles, *table.rows))


def to_json(documents: SessionDocuments) -> bytes:
    """Return a result as one JSON object, in codes."""
    result = documents.result.plain or documents.result
    content = result.as_dict_for_staff if documents.staff else result.as_dict
    whole = {"schema_version": 1, "kind": result.kind, **content}
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8", "replace")


def calendar(documents: SessionDocuments) -> bytes:
    """Return the sessions as a calendar; one that stands there already is updated."""
    return documents.result.calendar(former=documents.former)


WRITERS: dict[str, Callable[[SessionDocuments], bytes]] = {
    ".xlsx": session_workbook,
    ".html": session_page,
    ".csv": first_table,
    ".json": to_json,
    ".ics": calendar,
}
"""What each suffix is written by."""
