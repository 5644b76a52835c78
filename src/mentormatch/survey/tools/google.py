"""Google Forms: the CSV that the form itself gives, and the answers as a Google sheet keeps them (CSV, XLSX).

The CSV of the form joins several choices with ``;``. A sheet joins them with a comma and a space, which stand in
options as well: ``mentormatch.fields.lists`` finds the options that are known, longest first. What was typed beside
the options stands in the same cell, after them. A grid has a column a line, ``Question [Ligne]``. The address stays,
for a programme may use it; the time stamp and the score are left out.

Read as they are remembered, not confirmed: the joiner of a sheet; the columns ``Question [Score]`` and
``Question [Feedback]`` of a quiz, which are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import ClassVar

from mentormatch.languages import tr
from mentormatch.survey.heading import ISO, below, columns_of, moment, noted, without
from mentormatch.survey.table import Rows, Table, tabulate
from mentormatch.survey.tool import Tool, not_of, numbered, part
from mentormatch.text import fold

STAMPS = ("horodateur", "timestamp")
ADDRESSES = ("adresse e-mail", "email address", "nom d'utilisateur", "username")
SCORES = ("score", "score total", "total score")
FRONT = 3
"""How many columns at most are the tool's own: the time stamp, the address, the score."""
MARKS = ("Score", "Feedback", "Commentaires")
SHEET = ("%d/%m/%Y %H:%M:%S", *ISO)
FORM = re.compile(
    r"(?P<time>[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{1,2}:[0-9]{2}:[0-9]{2}) (?P<half>[AP])M"
    r" (?:UTC|GMT)(?:(?P<sign>[+-])(?P<hours>1[0-4]|0?[0-9])(?::(?P<minutes>[0-5][0-9]))?)?"
)
SCORE = re.compile(r"(?:[0-9]+(?:[.,][0-9]+)? / [0-9]+)?")


class Google(Tool):
    """Answers to a Google form."""

    kind: ClassVar[str] = "google"
    label: ClassVar[str] = "Google Forms"

    def knows(self, rows: Rows) -> bool:
        """Take what has the time stamp that Google sets in the first column."""
        return fold(rows.records[0].cells[0]) in STAMPS

    def sort(self, rows: Rows) -> Table:
        if not self.knows(rows):
            raise not_of(rows, self.label, tr("« Horodateur » en première colonne"))
        table = noted(tabulate(below(rows), numbered(rows.records[0].cells)), [0], sent_at)
        address = frozenset(columns_of(table, ADDRESSES, FRONT))
        return without(replace(table, tool=self.kind, own=address), {0, *scores(table)})


def sent_at(text: str) -> datetime | None:
    """Return the moment that the CSV of a form, or a sheet, writes; None where it is another text.

    >>> sent_at("2026/04/08 1:05:06 PM UTC+2").isoformat(), sent_at("08/04/2026 13:05:06").isoformat()
    ('2026-04-08T13:05:06+02:00', '2026-04-08T13:05:06')
    """
    found = FORM.fullmatch(text.strip())
    if not found:
        return moment(text, SHEET)
    morning = moment(found["time"], ["%Y/%m/%d %I:%M:%S"])
    return morning and morning.replace(tzinfo=zone(found)) + timedelta(hours=12 if found["half"] == "P" else 0)


def zone(found: re.Match[str]) -> timezone:
    """Return the time zone of a time stamp."""
    ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    return timezone(-ahead if found["sign"] == "-" else ahead)


def scores(table: Table) -> Iterator[int]:
    """Yield the columns that a quiz adds: the score, and the marks behind each question."""
    score = [column for column in columns_of(table, SCORES, FRONT) if is_score(table, column)]
    marks = {part(question, mark) for question in table.header for mark in MARKS if score}
    yield from (*score, *(column for column, name in enumerate(table.header) if name in marks))


def is_score(table: Table, column: int) -> bool:
    """Tell whether a column holds the points of a quiz, all of them out of some."""
    return all(SCORE.fullmatch(record.cells[column].strip()) for record in table.records)
