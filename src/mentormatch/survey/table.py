"""Tables of text: what every reader hands over, and how a header is put above its records.

A reader gives ``Rows``: the rows that are not blank, each with its line. ``tabulate`` makes a ``TextTable`` of them.
Every row of a file ends exactly once: as a record, as a refused row, or as the header.
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
SHOWN_CHARACTERS = 60

type Order = Literal["day first", "month first"]
"""Which comes first in a date that is written in numbers and ends in the year."""

EXPECTED = mark("une ligne d'intitulés, puis une ligne par réponse")
# The form's own title lines stand above the header in several tools' exports.
TITLE_ADVICE = mark("nommez la colonne, ou supprimez les lignes de titre au-dessus des intitulés")


@dataclass(frozen=True, slots=True)
class Record:
    """One row: ``line`` is the row that a spreadsheet shows (1-based), or a frame's position + 2.

    ``start`` is the physical line of a text where the row starts, 0 if it is not known: cells may have several lines.
    """

    line: int
    cells: tuple[str, ...]
    start: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken, and why, in words; ``line`` and ``start`` as those of a record."""

    line: int
    reason: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class TableRemark:
    """Something worth a look, in words; nothing was lost. ``line`` is None where it concerns the whole file."""

    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Manner:
    """The way a source was read: its encoding and delimiter if it is text, its sheet if it is a workbook.

    ``others`` are the other sheets that contain cells. ``file`` is the name of the file, if the source is named after
    its sheet, too.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    others: tuple[str, ...] = ()
    file: str = ""


AS_IT_IS = Manner()


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a source that are not blank, before anyone has said which are headers, and how they were read."""

    source: str
    records: tuple[Record, ...]
    refused: tuple[Refused, ...] = ()
    remarks: tuple[TableRemark, ...] = ()
    manner: Manner = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Readings:
    """A moment in ``column`` that nothing in the file proves to be written day first, or month first: both."""

    column: str
    day_first: datetime
    month_first: datetime

    def of(self, order: Order) -> datetime:
        """Return the moment, day and month in this order."""
        return self.day_first if order == "day first" else self.month_first


@dataclass(frozen=True, slots=True)
class SentMoment:
    """What the survey tool noted of a row: when it was sent, None if that is not told, and whether it is ``whole``.

    ``readings`` are there where the order of day and month is not proved, ``when`` is then the likely one, if any;
    ``response`` is the number that the tool gave to the row, empty where it gave none. ``borrowed``: the address in the
    row is somebody else's, so that the number tells who it is.
    """

    when: datetime | None = None
    whole: bool = True
    readings: Readings | None = None
    response: str = ""
    borrowed: bool = False

    def read(self, order: Order | None) -> "SentMoment":
        """Return the same with its moment in this order of day and month, where the file does not prove another."""
        return self if self.readings is None or order is None else replace(self, when=self.at(order), readings=None)

    def in_zone(self, zone: tzinfo) -> "SentMoment":
        """Return the same with its moment in a time zone, where it has none of its own."""
        both = self.readings
        if both is not None:
            both = replace(
                both, day_first=put_in_zone(both.day_first, zone), month_first=put_in_zone(both.month_first, zone)
            )
        return replace(self, when=self.when and put_in_zone(self.when, zone), readings=both)

    def at(self, order: Order) -> datetime | None:
        """Return when it was sent, in this order of day and month where the file does not prove another."""
        return self.when if self.readings is None else self.readings.of(order)


WHOLE = SentMoment()


def put_in_zone(when: datetime, zone: tzinfo) -> datetime:
    """Return a moment in a time zone, where it has none of its own."""
    return when if when.tzinfo else when.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class TextTable:
    """A header and the records below it, each exactly as wide as the header; every cell is text as typed.

    ``sent`` is by line, for the rows of which a survey tool noted something; ``tool`` is its kind. ``own`` are the
    columns that it adds to those of the form: a programme may name them, and nobody misses them. ``alone`` is the
    header of a column in case it is no item of the question before it but one of its own: the tool does not tell.
    """

    source: str
    header: tuple[str, ...]
    records: tuple[Record, ...]
    refused: tuple[Refused, ...] = ()
    remarks: tuple[TableRemark, ...] = ()
    sent: Mapping[int, SentMoment] = field(default_factory=dict)
    tool: str = "plain"
    own: frozenset[int] = frozenset()
    alone: Mapping[int, str] = field(default_factory=dict)
    manner: Manner = AS_IT_IS

    @property
    def file(self) -> str:
        """The name of the file that contains the table."""
        return self.manner.file or self.source

    @property
    def numbered(self) -> bool:
        """Whether the survey tool gave numbers to responses."""
        return any(sent.response for sent in self.sent.values())


def unreadable(source: str, *problems: Problem) -> SurveyError:
    """Return the error that says why ``source`` cannot be taken."""
    return SurveyError(tr("Le fichier « {file} » ne peut pas être lu.", file=source), problems)


def is_blank(cells: Iterable[str]) -> bool:
    """Tell whether a row holds nothing but white space: it is passed over and not counted."""
    return not "".join(cells).strip()


def gather(source: str, records: Iterable[Record], remarks: Iterable[TableRemark] = ()) -> Rows:
    """Return the rows of ``records`` that are not blank, those that hold a NUL or a giant cell set apart.

    Raises
    ------
    SurveyError
        Where nothing is left, the first row cannot be a header, or a limit on rows, columns or cells is passed.
    """
    taken: list[Record] = []
    refused: list[Refused] = []
    cells = 0
    for record in records:
        if is_blank(record.cells):
            continue
        reason = _fault(record)
        _check_size(source, record, first=not taken, reason=reason)
        cells += len(record.cells)
        _check_total(source, len(taken) + len(refused), cells)
        if reason:
            refused.append(Refused(record.line, reason, record.start))
        else:
            taken.append(record)
    if not taken:
        raise unreadable(source, Problem(tr("fichier"), tr("aucune réponse"), tr(EXPECTED)))
    return Rows(source, tuple(taken), tuple(refused), tuple(remarks))


def tabulate(rows: Rows, header: Sequence[str] | None = None) -> TextTable:
    """Return ``rows`` as a table below ``header``, by default their first row.

    Short rows are filled with empty cells and remarked on; rows with answers beyond the header are refused. Columns
    without a header and without an answer are dropped.

    Raises
    ------
    SurveyError
        Two headers that ``text_keys.fold`` takes as equal, answers below an empty header, or every row longer
        than the header.
    """
    names = tuple(rows.records[0].cells if header is None else header)
    records = rows.records[1:] if header is None else rows.records
    width = len(names)
    fitting = [record for record in records if not _is_longer(record, width)]
    if records and not fitting:
        raise unreadable(rows.source, _all_longer(records[0], width))
    kept = [column for column, name in enumerate(names) if fold(name)]
    problems = [*_find_doubled(names), *_nameless(names, fitting)]
    if problems:
        raise unreadable(rows.source, *problems)
    take = _taker(kept, width)
    return TextTable(
        rows.source,
        take(names),
        tuple(Record(record.line, take(record.cells)) for record in fitting),
        _in_order(rows.refused, (_too_long(record, width) for record in records if _is_longer(record, width))),
        (*rows.remarks, *(_too_short(record, width) for record in fitting if len(record.cells) < width)),
    )


def _taker(kept: Sequence[int], width: int) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def take(cells: tuple[str, ...]) -> tuple[str, ...]:
        filled = cells + ("",) * (width - len(cells))
        return filled if len(kept) == len(filled) else tuple(filled[column] for column in kept)

    return take


def _fault(record: Record) -> str:
    """Return why a row cannot be taken, whatever its header; empty where it can."""
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
        found, expected = (
            tr("{count} colonnes", count=_count_used(record.cells)),
            tr("{most} au plus", most=MAX_COLUMNS),
        )
        raise unreadable(source, Problem(where, found, expected, tr("ne gardez que les questions utiles")))


def _check_total(source: str, rows: int, cells: int) -> None:
    if rows > MAX_ROWS:
        found, expected = tr("plus de {most} lignes", most=MAX_ROWS), tr("{most} réponses au plus", most=MAX_ROWS)
        raise unreadable(source, Problem(tr("fichier"), found, expected))
    if cells > MAX_CELLS:
        found = tr("plus de {most} cellules", most=MAX_CELLS)
        raise unreadable(source, Problem(tr("fichier"), found, tr("un fichier plus petit")))


def _count_used(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last that is not empty."""
    return next((index for index in range(len(cells), 0, -1) if cells[index - 1].strip()), 0)


def _is_longer(record: Record, width: int) -> bool:
    return len(record.cells) > width and _count_used(record.cells) > width


def _all_longer(record: Record, width: int) -> Problem:
    found = tr_n(
        "{count} cellules pour {width} intitulé, et toutes les lignes suivantes débordent aussi",
        "{count} cellules pour {width} intitulés, et toutes les lignes suivantes débordent aussi",
        width,
        count=_count_used(record.cells),
        width=width,
    )
    advice = tr(
        "ajoutez les intitulés manquants, ou mettez entre guillemets les réponses qui contiennent le séparateur"
    )
    return Problem(tr("ligne {line}", line=record.line), found, tr("autant de cellules que d'intitulés"), advice)


def _too_long(record: Record, width: int) -> Refused:
    sentence = tr_n(
        "La ligne a {count} cellules pour {width} intitulé.",
        "La ligne a {count} cellules pour {width} intitulés.",
        width,
        count=_count_used(record.cells),
        width=width,
    )
    return Refused(record.line, sentence)


def _too_short(record: Record, width: int) -> TableRemark:
    count = len(record.cells)
    sentence = tr("La ligne s'arrête à la cellule {count} sur {width} ; la suite est vide.", count=count, width=width)
    return TableRemark(record.line, sentence)


def _in_order(refused: Iterable[Refused], more: Iterable[Refused]) -> tuple[Refused, ...]:
    return tuple(sorted((*refused, *more), key=lambda row: row.line))


def _find_doubled(names: Sequence[str]) -> list[Problem]:
    """Return one problem for each header that several columns bear."""
    columns: dict[str, list[int]] = defaultdict(list)
    for column, name in enumerate(names):
        columns[fold(name)].append(column)
    return [
        Problem(
            tr("colonnes {columns}", columns=_together(str(column + 1) for column in same)),
            tr("le même intitulé {names}", names=_together(_quote_name(names[column]) for column in same)),
            tr("des intitulés différents"),
            tr("renommez l'une des colonnes"),
        )
        for name, same in columns.items()
        if name and len(same) > 1
    ]


def _together(texts: Iterable[str]) -> str:
    return tr(" et ").join(texts)


def _quote_name(name: str) -> str:
    return tr("« {text} »", text=name[:SHOWN_CHARACTERS])


def _nameless(names: Sequence[str], records: Sequence[Record]) -> list[Problem]:
    """Return one problem for each column that holds answers below an empty header."""
    empty = [column for column, name in enumerate(names) if not fold(name)]
    firsts = ((column, _first_answer(records, column)) for column in empty)
    return [
        Problem(
            tr("colonne {number}", number=column + 1),
            tr("pas d'intitulé, mais une réponse ligne {line}", line=line),
            tr("un intitulé"),
            tr(TITLE_ADVICE),
        )
        for column, line in firsts
        if line is not None
    ]


def _first_answer(records: Sequence[Record], column: int) -> int | None:
    return next((row.line for row in records if column < len(row.cells) and row.cells[column].strip()), None)
