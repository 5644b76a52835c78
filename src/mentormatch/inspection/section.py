"""What the parts of an intake have in common: each can be shown by itself.

The fate of every row, how the files were read, and dates that cannot be.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.plugins import concrete
from mentormatch.errors import OutputError
from mentormatch.explanation.names import Labels
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import FATES, Cohort, Remark, RowFate, RowStatus, merge_remarks
from mentormatch.survey.entries import SubmissionSheet
from mentormatch.survey.moments import ORDERS
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import Order
from mentormatch.survey.tool import tools_by_kind


class IntakeSection(VersionedPickle):
    """A part of an intake; ``macro`` names the piece of a page that shows it."""

    __slots__ = ()
    macro: ClassVar[str]

    def _repr_html_(self) -> str:
        return writer_for(".html").fragment(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # a notebook saves what it shows


class Writer[WholeIntake: IntakeSection](ABC):
    """One kind of document of an intake, found by its ``kind``, the suffix of the files that it writes."""

    kind: ClassVar[str]
    filename: ClassVar[str]

    @abstractmethod
    def content(self, intake: WholeIntake) -> bytes:
        """Return the whole document."""

    def fragment(self, part: IntakeSection) -> str:
        """Return one part as a notebook shows it; raise OutputError where this document is not shown in parts."""
        raise OutputError(tr("{kind} : ce format ne se montre pas par parties", kind=self.kind))


def writers() -> dict[str, Writer[Any]]:
    """Return every registered writer by its suffix; they stand above, and are found when they are needed."""
    return {kind: writer() for kind, writer in concrete(Writer, "mentormatch.report.intakes").items()}


def writer_for(name: str) -> Writer[Any]:
    """Return the writer of files of this name; raise OutputError, with the suffixes that there are, where none is."""
    known = writers()
    found = next((writer for kind, writer in known.items() if name.lower().endswith(kind)), None)
    if found is None:
        sentence = tr(
            "Format inconnu : « {name} » ; les formats sont {known}, ou un dossier", name=name, known=", ".join(known)
        )
        raise OutputError(sentence)
    return found


IN_FILE, IN_LINE = mark("{source}, ligne {line}"), mark("ligne {line}")


@dataclass(frozen=True, slots=True)
class FileRead:
    """How one file was read: what was assumed of it, and which of its headers the mapping named."""

    source: str
    tool: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    rows: int
    columns: int
    mapped: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, repr=False)
class FileReading(IntakeSection):
    """How each file was read, and what was taken for granted, in sentences."""

    macro = "reading"

    files: tuple[FileRead, ...]
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Fates(IntakeSection):
    """The fate of every row: ``rows`` in the order of the files, ``keyed`` says whether their keys may be shown."""

    macro = "fates"

    rows: tuple[RowFate, ...]
    keyed: bool

    def count(self, fate: RowStatus) -> int:
        """Return how many rows have this fate."""
        return sum(row.fate == fate for row in self.rows)

    @property
    def counts(self) -> dict[RowStatus, int]:
        """How many rows have each fate, those that none has left out."""
        return {fate: count for fate in FATES if (count := self.count(fate))}

    @property
    def others(self) -> tuple[RowFate, ...]:
        """The rows that are not simply taken."""
        return tuple(row for row in self.rows if row.fate != "taken")

    @property
    def taken(self) -> tuple[tuple[str, str], ...]:
        """For each file, the lines that are taken, in words: ``2 à 12, 14``."""
        sources = dict.fromkeys(row.source for row in self.rows)
        lines = {source: [row.line for row in self.rows if row.source == source] for source in sources}
        kept = {
            source: {row.line for row in self.rows if (row.source, row.fate) == (source, "taken")} for source in sources
        }
        return tuple((source, ", ".join(runs(lines[source], kept[source]))) for source in sources if kept[source])


@dataclass(frozen=True, slots=True, repr=False)
class Remarks(IntakeSection):
    """What is worth a look; nothing was changed because of it."""

    macro = "told"

    told: tuple[Remark, ...]


def in_order(*remarks: Remark) -> tuple[Remark, ...]:
    """Return remarks in the order of the files: those on a whole file first, then by line; see ``merged``."""
    sources = list(dict.fromkeys(remark.source for remark in remarks))
    return tuple(sorted(merge_remarks(remarks), key=lambda remark: (sources.index(remark.source), remark.line or 0)))


def runs(lines: Sequence[int], kept: set[int]) -> Iterator[str]:
    """Yield the stretches of ``lines`` that are all kept, first and last line of each.

    >>> list(runs([2, 3, 4, 5, 7], {2, 3, 5, 7}))
    ['2 à 3', '5 à 7']
    """
    run: list[int] = []
    for line in [*lines, None]:
        if line is not None and line in kept:
            run.append(line)
        elif run:
            yield tr("{first} à {last}", first=run[0], last=run[-1]) if len(run) > 1 else str(run[0])
            run = []


def read_as(sheet: SubmissionSheet, plan: Plan) -> FileRead:
    """Return how one file was read."""
    table = sheet.table
    manner = table.manner
    mapped = ((header, plan.renaming.headers.get(fold(header))) for header in table.header)
    return FileRead(
        table.source,
        tr(tools_by_kind()[table.tool].label),
        manner.encoding,
        manner.delimiter,
        manner.sheet,
        len(table.records) + len(table.refused),
        len(table.header),
        tuple(
            (header, target.field if target.item is None else f"{target.field} [{target.item}]")
            for header, target in mapped
            if target and target.field
        ),
    )


def lines_as_labels(cohort: Cohort) -> Labels:
    """Return each person named by the line they stand on: for where keys are e-mail addresses."""
    several = len({row.source for row in cohort.rows}) > 1
    known = {
        (side, canonical(row.key)): tr(IN_FILE if several else IN_LINE, source=row.source, line=row.line)
        for row in cohort.rows
        for side in row.sides
        if row.fate in ("taken", "incomplete")
    }
    return Labels(known, tr("personne absente"))


SHAPE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?!\d)")
MOSTLY = 0.6
"""The share of answers with the shape of a date from which a question is one that asks for dates."""
YEARS = range(1900, 2101)


def odd_dates(sheets: Sequence[SubmissionSheet], plan: Plan) -> Iterator[Remark]:
    """Yield the lines on which a date is impossible, or cannot be read as one; never the answer."""
    for sheet in sheets:
        for name, place in sheet.places.items():
            if plan.fields[name].kind == "text" and place.column is not None:
                column = place.column
                cells = {record.line: record.cells[column].strip() for record in sheet.table.records}
                for line, found in odd_in({line: cell for line, cell in cells.items() if cell}):
                    yield Remark(sheet.table.source, line, tr("« {name} » : {note}", name=name, note=found))


def odd_in(cells: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Yield what is odd in the answers to one question, where most have the shape of a date."""
    shapes = {line: SHAPE.match(cell) for line, cell in cells.items()}
    if sum(shape is not None for shape in shapes.values()) <= MOSTLY * len(cells):
        return
    dates = [shape for shape in shapes.values() if shape]
    order = max(ORDERS, key=lambda order: sum(day_of(shape, order) is not None for shape in dates))
    for line, shape in shapes.items():
        if shape is None:
            yield line, tr("date illisible, les autres réponses en sont")
        elif day_of(shape, order) is None:
            yield line, tr("date impossible")


def day_of(shape: re.Match[str], order: Order) -> date | None:
    """Return the day that three numbers write, in this order or year first; None where there is no such day.

    >>> day_of(SHAPE.match("31/02/2026"), "day first"), day_of(SHAPE.match("2026-04-08 10:04"), "day first")
    (None, datetime.date(2026, 4, 8))
    """
    one, month, three = map(int, shape.groups())
    year, day = (one, three) if len(shape[1]) == 4 else (three, one)
    if order == "month first" and len(shape[1]) < 4:
        day, month = month, day
    year += (2000 if year < 50 else 1900) if year < 100 else 0
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
