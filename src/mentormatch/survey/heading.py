"""What the adapters of survey tools share: questions over their columns, and what a tool notes of a row.

Several header rows become one: each question is ``Asked`` with an item for each of its columns. Questions of the same
words are told apart by their position, and so are the items of one question.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mentormatch.languages import tr
from mentormatch.survey.table import Record, Remark, Rows, Sent, Table
from mentormatch.survey.tool import OTHER, numbered, part
from mentormatch.text import fold

OTHERS = frozenset({"autre", "other", "autre (veuillez preciser)", "other (please specify)"})
SECONDS = "%Y-%m-%d %H:%M:%S"
ISO = (SECONDS, f"{SECONDS}.%f", f"{SECONDS}%z", f"{SECONDS}.%f%z", "%Y-%m-%d")
"""How a real date of a workbook or of a frame is spelled, with its fraction of a second and its offset."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an export, and the item of each of its columns: None where one column holds the whole answer."""

    question: str
    items: tuple[str | None, ...] = (None,)


def header_of(questions: Iterable[Asked]) -> tuple[str, ...]:
    """Return one header for each column of these questions, all different.

    >>> header_of([Asked("Nom"), Asked("Jours", ("lundi", "Autre...")), Asked("Nom")])
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


def columns_of(table: Table, names: Collection[str], count: int) -> list[int]:
    """Return those of the first ``count`` columns whose header is among ``names``, which are folded."""
    return [column for column, name in enumerate(table.header[:count]) if fold(name) in names]


def below(rows: Rows, count: int = 1) -> Rows:
    """Return the rows below the first ``count``."""
    return replace(rows, records=rows.records[count:])


def retyped(table: Table, change: Callable[[int, str], str]) -> Table:
    """Return the table with each cell as ``change`` gives it from its column and its text."""
    records = (
        Record(record.line, tuple([change(column, cell) for column, cell in enumerate(record.cells)]))
        for record in table.records
    )
    return replace(table, records=tuple(records))


def moment(text: str, formats: Iterable[str]) -> datetime | None:
    """Return the moment that ``text`` writes in one of these formats of ``strptime``, None where it is in none.

    >>> moment("08/04/2026 - 10:04", ["%d/%m/%Y - %H:%M"])
    datetime.datetime(2026, 4, 8, 10, 4)
    """
    for form in formats:
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    return None


def noted(
    table: Table,
    columns: Sequence[int],
    read: Callable[[str], datetime | None],
    whole: Callable[[tuple[str, ...]], bool] = lambda cells: True,
) -> Table:
    """Return the table with when each row was sent and whether it is whole.

    The moment is what ``read`` makes of the first of ``columns`` that is not empty; one that it cannot read is
    remarked on, and counts as not told.
    """
    sent: dict[int, Sent] = {}
    unread: list[Remark] = []
    for record in table.records:
        text = next((record.cells[column] for column in columns if record.cells[column].strip()), "")
        when = read(text) if text else None
        sent[record.line] = Sent(when, whole(record.cells))
        if text and when is None:
            told = tr("La date d'envoi n'est pas lisible : elle n'est pas prise en compte.")
            unread.append(Remark(record.line, told))
    return replace(table, sent=sent, remarks=(*table.remarks, *unread))


def without(table: Table, columns: Collection[int]) -> Table:
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
