"""Parts of an intake report, each displayed by itself: row outcomes, how files were read, remarks.

Also the check for dates that are impossible or unreadable.
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
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import FATES, Cohort, Remark, RowFate, RowStatus, merge_remarks
from mentormatch.survey.entries import SubmissionSheet
from mentormatch.survey.moments import ORDERS
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.table import Order
from mentormatch.survey.tool import tools_by_kind


class IntakeSection(VersionedPickle):
    """A part of an intake report; ``macro`` is the name of the template macro that displays it."""

    __slots__ = ()
    macro: ClassVar[str]

    def _repr_html_(self) -> str:
        return writer_for(".html").fragment(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # a notebook saves what it shows


class Writer[WholeIntake: IntakeSection](ABC):
    """A writer of one document format for intakes, found by its ``kind``, the suffix of its files."""

    kind: ClassVar[str]
    filename: ClassVar[str]

    @abstractmethod
    def content(self, intake: WholeIntake) -> bytes:
        """Return the content of the document."""

    def fragment(self, part: IntakeSection) -> str:
        """Return one part for display in a notebook. Raises OutputError if the format has no parts."""
        raise OutputError(tr("{kind} : ce format ne se montre pas par parties", kind=self.kind))


def writers() -> dict[str, Writer[Any]]:
    """Return every registered writer by its suffix; writers belong to a higher layer and are imported on use."""
    return {kind: writer() for kind, writer in concrete(Writer, "mentormatch.report.intakes").items()}


def writer_for(name: str) -> Writer[Any]:
    """Return the writer for a file name. Raises OutputError with the known suffixes if there is none."""
    all_writers = writers()
    matching = next((writer for kind, writer in all_writers.items() if name.lower().endswith(kind)), None)
    if matching is None:
        sentence = tr(
            "Format inconnu : « {name} » ; les formats sont {known}, ou un dossier",
            name=name,
            known=", ".join(all_writers),
        )
        raise OutputError(sentence)
    return matching


@dataclass(frozen=True, slots=True)
class FileRead:
    """The properties detected in one file, and the headers named by the mapping."""

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
    """The reading of each file, and the assumptions, in sentences."""

    macro = "reading"

    files: tuple[FileRead, ...]
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Fates(IntakeSection):
    """The outcome of every row, in file order; ``keyed``: whether keys may be shown."""

    macro = "fates"

    rows: tuple[RowFate, ...]
    keyed: bool

    def count(self, fate: RowStatus) -> int:
        """Return the number of rows with this outcome."""
        return sum(row.fate == fate for row in self.rows)

    @property
    def counts(self) -> dict[RowStatus, int]:
        """The number of rows by outcome, without outcomes that no row has."""
        return {fate: count for fate in FATES if (count := self.count(fate))}

    @property
    def others(self) -> tuple[RowFate, ...]:
        """The rows whose outcome is not ``taken``."""
        return tuple(row for row in self.rows if row.fate != "taken")

    @property
    def taken(self) -> tuple[tuple[str, str], ...]:
        """For each file with taken rows, their lines as a text: ``2 à 12, 14``."""
        sources = dict.fromkeys(row.source for row in self.rows)
        lines = {source: [row.line for row in self.rows if row.source == source] for source in sources}
        taken_lines = {
            source: {row.line for row in self.rows if (row.source, row.fate) == (source, "taken")} for source in sources
        }
        return tuple(
            (source, ", ".join(line_runs(lines[source], taken_lines[source])))
            for source in sources
            if taken_lines[source]
        )


@dataclass(frozen=True, slots=True, repr=False)
class Remarks(IntakeSection):
    """Oddities worth checking; nothing was changed because of them."""

    macro = "told"

    told: tuple[Remark, ...]


def sort_remarks(*remarks: Remark) -> tuple[Remark, ...]:
    """Return remarks merged and in file order: remarks on a whole file first, then by line."""
    sources = list(dict.fromkeys(remark.source for remark in remarks))
    return tuple(sorted(merge_remarks(remarks), key=lambda remark: (sources.index(remark.source), remark.line or 0)))


def line_runs(lines: Sequence[int], selected: set[int]) -> Iterator[str]:
    """Yield the runs of consecutive entries of ``lines`` that are all in ``selected``, as first and last line.

    >>> list(line_runs([2, 3, 4, 5, 7], {2, 3, 5, 7}))
    ['2 à 3', '5 à 7']
    """
    run: list[int] = []
    for line in [*lines, None]:
        if line is not None and line in selected:
            run.append(line)
        elif run:
            yield tr("{first} à {last}", first=run[0], last=run[-1]) if len(run) > 1 else str(run[0])
            run = []


def read_as(sheet: SubmissionSheet, plan: IntakePlan) -> FileRead:
    """Return the properties of one file as it was read, in words of the interface."""
    table = sheet.table
    manner = table.manner
    mapped = ((header, plan.mapping.headers.get(fold(header))) for header in table.header)
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
    """Return labels that name each person by their line, for keys that identify people."""
    has_several_files = len({row.source for row in cohort.rows}) > 1
    label_by_person = {
        (side, canonical(row.key)): (
            tr("{source}, ligne {line}", source=row.source, line=row.line)
            if has_several_files
            else tr("ligne {line}", line=row.line)
        )
        for row in cohort.rows
        for side in row.sides
        if row.fate in ("taken", "incomplete")
    }
    return Labels(label_by_person, tr("personne absente"))


DATE_SHAPE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?!\d)")
MIN_DATE_SHARE = 0.6  # a text question asks for dates if more of its answers have the shape of a date


def date_remarks(sheets: Sequence[SubmissionSheet], plan: IntakePlan) -> Iterator[Remark]:
    """Yield a remark for each line with an impossible or unreadable date, without the answer."""
    for sheet in sheets:
        for name, place in sheet.places.items():
            if plan.fields[name].kind == "text" and place.column is not None:
                column = place.column
                cells = {record.line: record.cells[column].strip() for record in sheet.table.records}
                for line, note in date_notes({line: cell for line, cell in cells.items() if cell}):
                    yield Remark(sheet.table.source, line, tr("« {name} » : {note}", name=name, note=note))


def date_notes(cells: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Yield the line and a note for each odd answer to one question, if most answers have the shape of a date."""
    shapes = {line: DATE_SHAPE.match(cell) for line, cell in cells.items()}
    if sum(shape is not None for shape in shapes.values()) <= MIN_DATE_SHARE * len(cells):
        return
    dates = [shape for shape in shapes.values() if shape]
    order = max(ORDERS, key=lambda order: sum(day_of(shape, order) is not None for shape in dates))
    for line, shape in shapes.items():
        if shape is None:
            yield line, tr("date illisible, les autres réponses en sont")
        elif day_of(shape, order) is None:
            yield line, tr("date impossible")


def day_of(shape: re.Match[str], order: Order) -> date | None:
    """Return the date that three numbers denote, in this order or with the year first.

    None if there is no such day, or if its year is not in ``PLAUSIBLE_YEARS``.

    >>> day_of(DATE_SHAPE.match("31/02/2026"), "day first"), day_of(DATE_SHAPE.match("2026-04-08 10:04"), "day first")
    (None, datetime.date(2026, 4, 8))
    """
    first, month, third = map(int, shape.groups())
    year, day = (first, third) if len(shape[1]) == 4 else (third, first)
    if order == "month first" and len(shape[1]) < 4:
        day, month = month, day
    year += (2000 if year < 50 else 1900) if year < 100 else 0
    if year not in range(1900, 2101):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
