"""What the adapters of survey tools share: questions over their columns, and what a tool notes of a row.

Several header rows become one: each question is ``ToolQuestion`` with an item for each of its columns. Questions of the
same words are told apart by their position, and so are the items of one question.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from mentormatch.languages import tr
from mentormatch.languages.text_keys import fold
from mentormatch.survey.moments import moments
from mentormatch.survey.table import Order, Record, Rows, SentMoment, TableRemark, TextTable
from mentormatch.survey.tool import OTHER, numbered, part

OTHERS = frozenset({"autre", "other", "autre (veuillez preciser)", "other (please specify)"})


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """One question of an export, and the item of each of its columns: None where one column holds the whole answer."""

    question: str
    items: tuple[str | None, ...] = (None,)


def header_of(questions: Iterable[ToolQuestion]) -> tuple[str, ...]:
    """Return one header for each column of these questions, all different.

    >>> header_of([ToolQuestion("Nom"), ToolQuestion("Jours", ("lundi", "Autre...")), ToolQuestion("Nom")])
    ('Nom', 'Jours [lundi]', 'Jours [Autre]', 'Nom (2)')
    """
    asked = list(questions)
    names = numbered([question.question for question in asked])
    columns = [(name, item) for name, one in zip(names, asked, strict=True) for item in one.items]
    return numbered([name if item is None else part(name, item_name(item)) for name, item in columns])


def item_name(label: str) -> str:
    """Return the name of an item: whatever the tool calls what was typed beside the options, it is ``Autre`` here."""
    return OTHER if fold(label).rstrip(" .:") in OTHERS else label


def leading(cells: Sequence[str], known: Collection[str]) -> int:
    """Return how many of the first cells are among ``known``, which is folded."""
    return next((at for at, cell in enumerate(cells) if fold(cell) not in known), len(cells))


def columns_of(table: TextTable, names: Collection[str], count: int) -> list[int]:
    """Return those of the first ``count`` columns whose header is among ``names``, which are folded."""
    return [column for column, name in enumerate(table.header[:count]) if fold(name) in names]


def below(rows: Rows, count: int = 1) -> Rows:
    """Return the rows below the first ``count``."""
    return replace(rows, records=rows.records[count:])


def retyped(table: TextTable, change: Callable[[int, str], str]) -> TextTable:
    """Return the table with each cell as ``change`` gives it from its column and its text."""
    records = (
        Record(record.line, tuple([change(column, cell) for column, cell in enumerate(record.cells)]))
        for record in table.records
    )
    return replace(table, records=tuple(records))


def noted(
    table: TextTable,
    columns: Sequence[int],
    *,
    whole: Callable[[tuple[str, ...]], bool] = lambda cells: True,
    certain: Order | None = None,
    response: Sequence[int] = (),
) -> TextTable:
    """Return the table with what the tool noted of each row: when it was sent, whether it is whole, its number.

    The moment is the first of ``columns`` that is not empty; one that cannot be read is remarked on, and not told.
    ``certain`` is the order of day and month that the tool is sure to write in the language of the file. The number of
    a response is the first of the columns ``response`` that is not empty.
    """
    texts = [filled(record.cells, columns) for record in table.records]
    rows = zip(texts, table.records, strict=True)
    beside = (record.cells[at] for text, record in rows for at in columns if record.cells[at].strip() != text)
    name = table.header[columns[0]] if columns else ""
    found, fault = moments(name, texts, beside, certain)
    sent = {
        record.line: SentMoment(moment.when, whole(record.cells), moment.readings, filled(record.cells, response))
        for record, moment in zip(table.records, found, strict=True)
    }
    lines = [line for text, (line, one) in zip(texts, sent.items(), strict=True) if text and not is_told(one)]
    unread = [
        TableRemark(line, tr("La date d'envoi n'est pas lisible : elle n'est pas prise en compte.")) for line in lines
    ]
    odd = [TableRemark(None, tr(fault, column=name))] if fault else []
    return replace(table, sent=sent, remarks=(*table.remarks, *odd, *unread))


def in_zone(table: TextTable, zone: tzinfo) -> TextTable:
    """Return the table with the moments that have no time zone of their own in this one."""
    return replace(table, sent={line: sent.zoned(zone) for line, sent in table.sent.items()})


def filled(cells: Sequence[str], columns: Sequence[int]) -> str:
    """Return the first of some cells that is not empty, without the space around it."""
    return next((cells[column].strip() for column in columns if cells[column].strip()), "")


def is_told(sent: SentMoment) -> bool:
    """Tell whether it is known when a row was sent, one way or two."""
    return sent.when is not None or sent.readings is not None


def without(table: TextTable, columns: Collection[int]) -> TextTable:
    """Return the table without these columns; what it says of the others stays true of them."""
    kept = [column for column in range(len(table.header)) if column not in columns]
    places = {column: at for at, column in enumerate(kept)}
    return replace(
        table,
        header=tuple(table.header[column] for column in kept),
        records=tuple(Record(row.line, tuple([row.cells[column] for column in kept])) for row in table.records),
        own=frozenset(places[column] for column in table.own if column in places),
        alone={places[column]: name for column, name in table.alone.items() if column in places},
    )
