"""Turns, topics and dates as people read them: a page, a workbook, CSV, JSON, a calendar, and what a notebook shows.

What is for the team alone stands in a document only where it is asked for; a notebook never shows it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mentormatch.errors import OutputError
from mentormatch.files import write_whole
from mentormatch.groups.result import Result
from mentormatch.languages import mark, tr
from mentormatch.report.book import Book, Column, Form
from mentormatch.report.exporters.delimited import delimited
from mentormatch.report.templating import rendered
from mentormatch.tables import Cell, Sheet

TITLES = {
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
LOOKS: dict[type, tuple[Form, float]] = {str: ("wrapped", 44), int: ("count", 12), bool: ("text", 18)}
"""The form and the width of a column, by what stands in it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A result to be told: whether to the team alone, and what stands there already where it is updated."""

    result: Result
    staff: bool = False
    former: bytes | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The result in words."""
        return (*self.result.sentences, *(self.result.staff_sentences if self.staff else ()))

    @property
    def tables(self) -> dict[str, Sheet]:
        """The tables of the result that have rows."""
        both = {**self.result.sheets, **(self.result.staff_sheets if self.staff else {})}
        return {name: table for name, table in both.items() if table.rows}


def write(result: Result, path: Path, *, staff: bool) -> Path:
    """Write a document, whole or not at all; what is for the team alone is readable for its owner alone."""
    content = WRITERS.get(path.suffix.lower())
    if content is None:
        told = tr(
            "Format inconnu : « {name} » ; les formats sont {formats}", name=path.name, formats=", ".join(WRITERS)
        )
        raise OutputError(told)
    former = path.read_bytes() if path.suffix.lower() == ".ics" and path.exists() else None
    write_whole(path, content(Asked(result, staff, former)), private=staff)
    return path


def shown(result: Result) -> str:
    """Return a result as a notebook shows it: nothing that is for the team alone, for its outputs are saved."""
    return filled("gathering_fragment.html", Asked(result))


def page(asked: Asked) -> bytes:
    """Return a result as a page of its own, which loads nothing."""
    return filled("gathering.html", asked).encode("utf-8")


def filled(template: str, asked: Asked) -> str:
    """Return a template filled with a result."""
    tables = [(tr(TITLES[name]), readable(table)) for name, table in asked.tables.items()]
    return rendered(template, result=asked.result, sentences=asked.sentences, tables=tables, staff=asked.staff)


def readable(table: Sheet) -> Sheet:
    """Return a table with yes and no in words."""
    return replace(table, rows=tuple(tuple(in_words(cell) for cell in row) for row in table.rows))


def in_words(cell: Cell) -> Cell:
    """Return a cell, yes and no in words."""
    return (tr("oui") if cell else tr("non")) if isinstance(cell, bool) else cell


def workbook(asked: Asked) -> bytes:
    """Return a result as a workbook."""
    book = Book(asked.result.name or asked.result.title)
    for name, table in asked.tables.items():
        looks = [LOOKS[type(cell)] for cell in table.rows[0]]
        columns = [Column(title, width, form) for title, (form, width) in zip(table.titles, looks, strict=True)]
        book.table(tr(TITLES[name]), columns, table.rows)
    lines = [(line,) for line in asked.sentences]
    book.table(tr("À savoir"), [Column(asked.result.title, 110, "wrapped")], lines)
    return book.content()


def first_table(asked: Asked) -> bytes:
    """Return the first table of a result as a CSV file: of those for the team where that is asked for."""
    named = (asked.result.staff_sheets if asked.staff else {}) or asked.result.sheets
    return delimited(readable(next(iter(named.values()))))


def first_table_as_text(asked: Asked) -> str:
    """Return the first table of a result, a line each."""
    table = readable(next(iter(asked.result.sheets.values())))
    return "\n".join("\t".join(str(cell) for cell in row) for row in (table.titles, *table.rows))


def to_json(asked: Asked) -> bytes:
    """Return a result as one JSON object, in codes."""
    told = asked.result.told_to_staff if asked.staff else asked.result.told
    whole = {"schema_version": 1, "kind": asked.result.kind, **told}
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8", "replace")


def calendar(asked: Asked) -> bytes:
    """Return the sessions as a calendar; one that stands there already is updated."""
    return asked.result.calendar(former=asked.former)


WRITERS: dict[str, Callable[[Asked], bytes]] = {
    ".xlsx": workbook,
    ".html": page,
    ".csv": first_table,
    ".json": to_json,
    ".ics": calendar,
}
"""What each suffix is written by."""
