"""Rows of text from a reader -> a table: a header, and records of the same width.

A reader returns ``Rows``, without blank rows, each with its line. ``tabulate`` makes a ``TextTable`` of them. Each row
that is not blank becomes exactly one of a record, a refused row, a part of the header, or a row of titles or tags that
is not read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Literal

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr, tr_n

MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
MAX_CELLS = 20_000_000
MAX_CELL_CHARACTERS = 100_000

type Order = Literal["day first", "month first"]
"""The order of day and month in a date of numbers with the year last."""

EXPECTED_TABLE = mark("une ligne d'intitulés, puis une ligne par réponse")


@dataclass(frozen=True, slots=True)
class Record:
    """A row of text: ``line`` is its number in a spreadsheet (from 1), or its position in a data frame + 2.

    ``start`` is the physical line of a text file where the row starts, 0 if it is unknown: cells may span lines.
    """

    line: int
    cells: tuple[str, ...]
    start: int = 0


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is left out, and the reason, as a message; ``line`` and ``start`` as in ``Record``."""

    line: int
    reason: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class TableRemark:
    """A message for staff on a row, or on the whole file if ``line`` is None. It refuses no answers."""

    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Manner:
    """The way a source was read: its encoding and delimiter if it is text, its sheet if it is a workbook.

    ``others`` are the other sheets that contain cells, none if a sheet was requested. ``file`` is the name of the file,
    if the source is named after its sheet, too.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    others: tuple[str, ...] = ()
    file: str = ""


NO_MANNER = Manner()


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a source that are not blank, header rows included, and the format of the source."""

    source: str
    records: tuple[Record, ...]
    refused: tuple[RefusedRow, ...] = ()
    remarks: tuple[TableRemark, ...] = ()
    manner: Manner = NO_MANNER


@dataclass(frozen=True, slots=True)
class AmbiguousMoment:
    """Both readings of a moment in ``column``, if the file does not prove the order of day and month."""

    column: str
    day_first: datetime
    month_first: datetime

    def of(self, order: Order) -> datetime:
        return self.day_first if order == "day first" else self.month_first


@dataclass(frozen=True, slots=True)
class SentMoment:
    """Data of the survey tool on a row.

    Attributes
    ----------
    when
        The moment when it was sent, None if it is unknown.
    whole
        Whether the response was completed.
    readings
        Both readings of the moment, if the order of day and month is not proved; ``when`` is the likely one, if any.
    response
        The number of the response, empty if there is none.
    borrowed
        Whether the e-mail address is another person's, so that the number identifies the person.
    """

    when: datetime | None = None
    whole: bool = True
    readings: AmbiguousMoment | None = None
    response: str = ""
    borrowed: bool = False

    def read(self, order: Order | None) -> "SentMoment":
        """Return a copy with the moment in this order of day and month; unchanged if None or if the file proves one."""
        return self if self.readings is None or order is None else replace(self, when=self.at(order), readings=None)

    def in_zone(self, zone: tzinfo) -> "SentMoment":
        """Return a copy with the moments in a time zone, unless they have one."""
        readings = self.readings
        if readings is not None:
            readings = replace(
                readings,
                day_first=put_in_zone(readings.day_first, zone),
                month_first=put_in_zone(readings.month_first, zone),
            )
        return replace(self, when=self.when and put_in_zone(self.when, zone), readings=readings)

    def at(self, order: Order) -> datetime | None:
        """Return the moment in this order of day and month, or in the order that the file proves."""
        return self.when if self.readings is None else self.readings.of(order)


NO_SENT_MOMENT = SentMoment()


def put_in_zone(when: datetime, zone: tzinfo) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class TextTable:
    """A header and records of the same width; every cell is text: as typed, or in the form of an answer.

    Attributes
    ----------
    sent
        Data of the survey tool, by line.
    tool
        The kind of the survey tool.
    own
        The columns that the tool adds to those of the form: a programme may name them, and no remark says that they are
        unused.
    alone
        By column, the header that a column has if it is a question, not an item of the question before it: the export
        does not show which.
    """

    source: str
    header: tuple[str, ...]
    records: tuple[Record, ...]
    refused: tuple[RefusedRow, ...] = ()
    remarks: tuple[TableRemark, ...] = ()
    sent: Mapping[int, SentMoment] = field(default_factory=dict)
    tool: str = "plain"
    own: frozenset[int] = frozenset()
    alone: Mapping[int, str] = field(default_factory=dict)
    manner: Manner = NO_MANNER

    @property
    def file(self) -> str:
        """The name of the file that contains the table."""
        return self.manner.file or self.source

    @property
    def numbered(self) -> bool:
        """Whether the survey tool gave numbers to responses."""
        return any(sent.response for sent in self.sent.values())


def unreadable(source: str, *problems: Problem) -> SurveyError:
    """Return the error that a file cannot be read, for these reasons."""
    return SurveyError(tr("Le fichier « {file} » ne peut pas être lu.", file=source), problems)


def is_blank(cells: Iterable[str]) -> bool:
    return not "".join(cells).strip()


def collect_rows(source: str, records: Iterable[Record], remarks: Iterable[TableRemark] = ()) -> Rows:
    """Return the rows that are not blank; rows with a NUL or an oversized cell are refused.

    Raises SurveyError if no row remains, if the first would be refused, or above a limit on rows, cells, or columns of
    the first row.
    """
    valid: list[Record] = []
    refused: list[RefusedRow] = []
    cells = 0
    for record in records:
        if is_blank(record.cells):
            continue
        reason = _fault(record)
        _check_size(source, record, first=not valid, reason=reason)
        cells += len(record.cells)
        _check_total(source, len(valid) + len(refused), cells)
        if reason:
            refused.append(RefusedRow(record.line, reason, record.start))
        else:
            valid.append(record)
    if not valid:
        raise unreadable(source, Problem(tr("fichier"), tr("aucune réponse"), tr(EXPECTED_TABLE)))
    return Rows(source, tuple(valid), tuple(refused), tuple(remarks))


def tabulate(rows: Rows, header: Sequence[str] | None = None) -> TextTable:
    """Return ``rows`` as a table with this header, by default their first row.

    Short rows are filled with empty cells, with a remark. Rows with answers beyond the header are refused. Columns
    without a header and without an answer are dropped.

    Raises SurveyError if two headers are equal after ``text_keys.fold``, if a column without a header has answers, or
    if every row below is longer than the header.
    """
    names = tuple(rows.records[0].cells if header is None else header)
    records = rows.records[1:] if header is None else rows.records
    width = len(names)
    fitting = [record for record in records if not _is_longer(record, width)]
    if records and not fitting:
        raise unreadable(rows.source, _all_longer(records[0], width))
    columns = [column for column, name in enumerate(names) if fold(name)]
    problems = [*_repeated_header_problems(names), *_missing_header_problems(names, fitting)]
    if problems:
        raise unreadable(rows.source, *problems)
    select = _column_selector(columns, width)
    return TextTable(
        rows.source,
        select(names),
        tuple(Record(record.line, select(record.cells)) for record in fitting),
        _sorted_by_line(rows.refused, (_too_long(record, width) for record in records if _is_longer(record, width))),
        (*rows.remarks, *(_too_short(record, width) for record in fitting if len(record.cells) < width)),
    )


def _column_selector(columns: Sequence[int], width: int) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def select(cells: tuple[str, ...]) -> tuple[str, ...]:
        filled = cells + ("",) * (width - len(cells))
        return filled if len(columns) == len(filled) else tuple(filled[column] for column in columns)

    return select


def _fault(record: Record) -> str:
    """Return the reason to refuse a row under any header, empty if there is none."""
    text = "".join(record.cells)
    if "\0" in text:
        return tr("La ligne contient un caractère nul : ce n'est pas du texte.")
    if len(text) > MAX_CELL_CHARACTERS and max(map(len, record.cells)) > MAX_CELL_CHARACTERS:
        return tr("Une cellule dépasse {most} caractères.", most=MAX_CELL_CHARACTERS)
    return ""


def _check_size(source: str, record: Record, *, first: bool, reason: str) -> None:
    if not first:
        return
    where = tr("ligne {line}", line=record.line)
    if reason:
        advice = tr("enregistrez le fichier en CSV UTF-8, ou indiquez son encodage")
        raise unreadable(source, Problem(where, reason.rstrip("."), tr("une ligne d'intitulés"), advice))
    if _count_used(record.cells) > MAX_COLUMNS:
        cause = tr("{count} colonnes", count=_count_used(record.cells))
        expected = tr("{most} au plus", most=MAX_COLUMNS)
        raise unreadable(source, Problem(where, cause, expected, tr("ne gardez que les questions utiles")))


def _check_total(source: str, rows: int, cells: int) -> None:
    if rows > MAX_ROWS:
        cause, expected = tr("plus de {most} lignes", most=MAX_ROWS), tr("{most} réponses au plus", most=MAX_ROWS)
        raise unreadable(source, Problem(tr("fichier"), cause, expected))
    if cells > MAX_CELLS:
        cause = tr("plus de {most} cellules", most=MAX_CELLS)
        raise unreadable(source, Problem(tr("fichier"), cause, tr("un fichier plus petit")))


def _count_used(cells: Sequence[str]) -> int:
    # Up to the last cell that is not blank
    return next((index for index in range(len(cells), 0, -1) if cells[index - 1].strip()), 0)


def _is_longer(record: Record, width: int) -> bool:
    return len(record.cells) > width and _count_used(record.cells) > width


def _all_longer(record: Record, width: int) -> Problem:
    cause = tr_n(
        "{count} cellules pour {width} intitulé, et toutes les lignes suivantes débordent aussi",
        "{count} cellules pour {width} intitulés, et toutes les lignes suivantes débordent aussi",
        width,
        count=_count_used(record.cells),
        width=width,
    )
    advice = tr(
        "ajoutez les intitulés manquants, ou mettez entre guillemets les réponses qui contiennent le séparateur"
    )
    return Problem(tr("ligne {line}", line=record.line), cause, tr("autant de cellules que d'intitulés"), advice)


def _too_long(record: Record, width: int) -> RefusedRow:
    sentence = tr_n(
        "La ligne a {count} cellules pour {width} intitulé.",
        "La ligne a {count} cellules pour {width} intitulés.",
        width,
        count=_count_used(record.cells),
        width=width,
    )
    return RefusedRow(record.line, sentence)


def _too_short(record: Record, width: int) -> TableRemark:
    count = len(record.cells)
    sentence = tr("La ligne s'arrête à la cellule {count} sur {width} ; la suite est vide.", count=count, width=width)
    return TableRemark(record.line, sentence)


def _sorted_by_line(refused: Iterable[RefusedRow], more: Iterable[RefusedRow]) -> tuple[RefusedRow, ...]:
    return tuple(sorted((*refused, *more), key=lambda row: row.line))


def _repeated_header_problems(names: Sequence[str]) -> list[Problem]:
    """Return a problem for each header of several columns."""
    columns_by_name: dict[str, list[int]] = defaultdict(list)
    for column, name in enumerate(names):
        columns_by_name[fold(name)].append(column)
    return [
        Problem(
            tr("colonnes {columns}", columns=_join_with_and(str(column + 1) for column in columns)),
            tr("le même intitulé {names}", names=_join_with_and(_quote_name(names[column]) for column in columns)),
            tr("des intitulés différents"),
            tr("renommez l'une des colonnes"),
        )
        for name, columns in columns_by_name.items()
        if name and len(columns) > 1
    ]


def _join_with_and(texts: Iterable[str]) -> str:
    return tr(" et ").join(texts)


def _quote_name(name: str) -> str:
    return tr("« {text} »", text=name[:60])


def _missing_header_problems(names: Sequence[str], records: Sequence[Record]) -> list[Problem]:
    """Return a problem for each column with answers and an empty header."""
    empty = [column for column, name in enumerate(names) if not fold(name)]
    firsts = ((column, _first_answer(records, column)) for column in empty)
    # Exports of several tools have lines of titles above the header
    return [
        Problem(
            tr("colonne {number}", number=column + 1),
            tr("pas d'intitulé, mais une réponse ligne {line}", line=line),
            tr("un intitulé"),
            tr("nommez la colonne, ou supprimez les lignes de titre au-dessus des intitulés"),
        )
        for column, line in firsts
        if line is not None
    ]


def _first_answer(records: Sequence[Record], column: int) -> int | None:
    return next((row.line for row in records if column < len(row.cells) and row.cells[column].strip()), None)
