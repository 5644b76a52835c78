"""Typeform: a CSV with what was typed beside the options in a column ``Other`` behind its question.

Several columns are called ``Other``: each belongs to the question before it. Times are UTC; a row without the time when
it was submitted is not whole, and its moment is then that of its start; nor is one whose ``Response Type`` is not
``completed``. Tags of HTML in titles are left out, and so are the tool's own columns.

A question with several choices has a column an option, named by the option alone; the programme says in
``[mapping.questions]`` to which question each belongs.

Read as they are remembered, not confirmed: the columns ``Response Type``, ``Stage Date (UTC)``, ``Tags`` and ``Ending``
of newer exports.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from mentormatch.languages import tr
from mentormatch.survey.heading import ISO, below, moment, noted, without
from mentormatch.survey.table import Rows, Table, tabulate
from mentormatch.survey.tool import OTHER, Tool, not_of, numbered, part
from mentormatch.text import fold

NUMBER = "#"
STARTED, SUBMITTED, NETWORK = "start date (utc)", "submit date (utc)", "network id"
RESPONSE, COMPLETED = "response type", ("", "completed")
OWN = (STARTED, SUBMITTED, NETWORK, "stage date (utc)", "tags", "ending")
BESIDE = "other"
TAG = re.compile(r"</?(?:strong|b|em|i|u|br ?/?|span|p)>", re.IGNORECASE)


class Typeform(Tool):
    """Answers to a Typeform."""

    kind: ClassVar[str] = "typeform"
    label: ClassVar[str] = "Typeform"

    def knows(self, rows: Rows) -> bool:
        """Take what has a number first, and the times and the network behind the questions."""
        cells = rows.records[0].cells
        return cells[0].strip() == NUMBER and {STARTED, SUBMITTED, NETWORK} <= set(map(fold, cells))

    def sort(self, rows: Rows) -> Table:
        if not self.knows(rows):
            raise not_of(rows, self.label, tr("« # », « Start Date (UTC) », « Submit Date (UTC) »..."))
        table = tabulate(below(rows), numbered([*headed(TAG.sub("", cell) for cell in rows.records[0].cells)]))
        names = list(map(fold, table.header))
        started, submitted = last(names, STARTED), last(names, SUBMITTED)
        response = started - 1 if names[started - 1] == RESPONSE else None

        def whole(cells: Sequence[str]) -> bool:
            done = response is None or fold(cells[response]) in COMPLETED
            return done and bool(cells[submitted].strip())

        own = {0, *(column for column in range(started, len(names)) if names[column] in OWN)}
        left_out = own if response is None else {*own, response}
        return without(replace(noted(table, [submitted, started], sent_at, whole), tool=self.kind), left_out)


def headed(cells: Iterable[str]) -> Iterator[str]:
    """Yield the headers, each ``Other`` as the item "Autre" of the question before it."""
    question = NUMBER
    for cell in cells:
        beside = fold(cell) == BESIDE and question != NUMBER
        question = question if beside else cell
        yield part(question, OTHER) if beside else cell


def sent_at(text: str) -> datetime | None:
    """Return the moment, in UTC, that an export writes; None where it is another text."""
    found = moment(text, ISO)
    return found and found.replace(tzinfo=UTC)


def last(names: Sequence[str], name: str) -> int:
    """Return the last column of this name: the tool's own come behind the questions."""
    return len(names) - 1 - names[::-1].index(name)
