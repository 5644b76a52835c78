"""Typeform: a CSV with what was typed beside the options in a column ``Other`` behind its question.

Several columns are called ``Other``: each belongs to the question before it. Tags of HTML in titles are left out.

Seen in headers alone: the columns ``Response Type``, ``Stage Date (UTC)``, ``Tags`` and ``Ending`` of newer exports.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import ClassVar

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.table import Rows, TextTable, tabulate
from mentormatch.survey.tool import (
    OTHER,
    Tool,
    ToolPage,
    not_of,
    number_repeats,
    part,
    rows_below,
    with_submissions,
    with_zone,
    without_columns,
)

NUMBER = "#"
STARTED, SUBMITTED, NETWORK = "start date (utc)", "submit date (utc)", "network id"
RESPONSE, COMPLETED = "response type", ("", "completed")
OWN = (STARTED, SUBMITTED, NETWORK, "stage date (utc)", "tags", "ending")
BESIDE = re.compile(r"other(\.[0-9]+)?")
"""A number behind it is how pandas tells such columns apart."""
TAG = re.compile(r"</?(?:strong|b|em|i|u|br ?/?|span|p)>", re.IGNORECASE)


class Typeform(Tool):
    """Answers to a Typeform."""

    kind: ClassVar[str] = "typeform"
    label: ClassVar[str] = "Typeform"
    marks: ClassVar[Sequence[str]] = (STARTED, SUBMITTED, NETWORK)
    expected: ClassVar[str] = mark("« # », « Start Date (UTC) », « Submit Date (UTC) »")
    page: ClassVar[ToolPage] = ToolPage(
        known_by="« # », « Start Date (UTC) », « Submit Date (UTC) » : deux des trois",
        files="CSV",
        sent="« Submit Date », sinon « Start Date » (UTC)",
        unfinished="« Submit Date » est vide, ou « Response Type » n'est pas « completed »",
        several="une colonne par option, à nommer dans `[mapping.questions]`",
        other="`Other`, derrière sa question",
        grid="une question par ligne",
        ranking="la cellule, dans l'ordre",
        unconfirmed="la forme d'un classement",
        response="« # »",
    )

    def knows(self, rows: Rows) -> bool:
        """Take what has the two times behind the questions, or one of them and the tool's number first."""
        cells = rows.records[0].cells
        return len({STARTED, SUBMITTED} & set(map(fold, cells))) + (cells[0].strip() == NUMBER) > 1

    def sort(self, rows: Rows) -> TextTable:
        table = tabulate(
            rows_below(rows), number_repeats([*name_others(TAG.sub("", cell) for cell in rows.records[0].cells)])
        )
        names = list(map(fold, table.header))
        submitted, started, response = (last(names, name) for name in (SUBMITTED, STARTED, RESPONSE))
        if not submitted + started:
            raise not_of(rows, self)
        first = min(submitted + started)
        response = [column for column in response if column == first - 1]

        def whole(cells: Sequence[str]) -> bool:
            done = all(fold(cells[column]) in COMPLETED for column in response)
            return done and all(cells[column].strip() for column in submitted)

        number = [0] if table.header[0].strip() == NUMBER else []
        own = {*number, *response, *(column for column in range(first, len(names)) if names[column] in OWN)}
        table = with_submissions(table, submitted + started, whole=whole, response=number)
        return without_columns(replace(with_zone(table, UTC), tool=self.kind), own)


def name_others(cells: Iterable[str]) -> Iterator[str]:
    """Yield the headers, each ``Other`` as the item "Autre" of the question before it."""
    question = ""
    for cell in cells:
        beside = BESIDE.fullmatch(fold(cell)) is not None and question not in ("", NUMBER)
        question = question if beside else cell.strip()
        yield part(question, OTHER) if beside else cell


def last(names: Sequence[str], name: str) -> list[int]:
    """Return the last column of this name, where there is one: the tool's own come behind the questions."""
    return [column for column, other in enumerate(names) if other == name][-1:]
