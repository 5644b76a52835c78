"""SurveyMonkey: two header rows, a question over the first of its columns, below it an option, a line or "Response".

A ticked option repeats its label in the cell. E-mail, names and custom data stay, for a programme may use them, and so
does the id of the respondent; the collector, the dates and the IP address are left out. Who has no end date did not
finish; who left half-way with one is seen by the share of answers alone, for nothing else tells.

Read as it is remembered, not confirmed: the French labels, and dates as month, day, year with AM or PM; other forms of
dates are remarked on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from mentormatch.languages import tr
from mentormatch.survey.heading import ISO, Asked, below, columns_of, header_of, leading, moment, noted, without
from mentormatch.survey.table import Rows, Table, tabulate
from mentormatch.survey.tool import Tool, not_of
from mentormatch.text import fold

RESPONDENT = ("respondent id", "id du repondant")
COLLECTOR = ("collector id", "id du collecteur")
START = ("start date", "date de debut")
END = ("end date", "date de fin")
LEFT_OUT = frozenset({*COLLECTOR, *START, *END, "ip address", "adresse ip"})
STAYING = frozenset(
    {*RESPONDENT, "email address", "adresse e-mail", "first name", "prenom", "last name", "nom de famille"}
    | {f"{words} {number}" for words in ("custom data", "donnees personnalisees") for number in range(1, 10)}
)
WHOLE_ANSWER = frozenset({"response", "open-ended response", "reponse", "reponse libre"})
FORMATS = ("%m/%d/%Y %I:%M:%S %p", *ISO)


class SurveyMonkey(Tool):
    """Exports of single answers of SurveyMonkey: CSV, XLSX."""

    kind: ClassVar[str] = "surveymonkey"
    label: ClassVar[str] = "SurveyMonkey"

    def knows(self, rows: Rows) -> bool:
        """Take the ids of respondent and collector, with nothing below them in a second header row."""
        if len(rows.records) < 2:
            return False
        questions, items = (row.cells for row in rows.records[:2])
        names = [fold(cell) for cell in questions[: own_in(questions, items)]]
        return bool(names) and names[0] in RESPONDENT and any(name in COLLECTOR for name in names)

    def sort(self, rows: Rows) -> Table:
        if len(rows.records) < 2:
            raise not_of(rows, self.label, tr("deux lignes d'intitulés"))
        questions, items = (row.cells for row in rows.records[:2])
        own = own_in(questions, items)
        asked = [*map(Asked, questions[:own]), *asked_in(questions, items, own)]
        table = replace(tabulate(below(rows, 2), header_of(asked)), tool=self.kind, own=frozenset(range(own)))
        ends = columns_of(table, END, own)
        times = ends + columns_of(table, START, own)
        table = noted(table, times, sent_at, lambda cells: all(cells[column].strip() for column in ends))
        return without(table, columns_of(table, LEFT_OUT, own))


def sent_at(text: str) -> datetime | None:
    """Return the moment that a cell of the tool writes."""
    return moment(text, FORMATS)


def own_in(questions: Sequence[str], items: Sequence[str]) -> int:
    """Return how many of the first columns are the tool's own: those that it knows, with nothing below."""
    known = leading(questions, LEFT_OUT | STAYING)
    return next((at for at, item in enumerate(items[:known]) if item.strip()), known)


def asked_in(questions: Sequence[str], items: Sequence[str], own: int) -> Iterator[Asked]:
    """Yield the questions behind the tool's own columns, each with the items below it."""
    width = max(len(questions), len(items))
    over, under = ((*cells, *("",) * (width - len(cells))) for cells in (questions, items))
    starts = [at for at in range(own, width) if at == own or over[at].strip()]
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        yield Asked(over[start], tuple(item_of(item) for item in under[start:end]))


def item_of(label: str) -> str | None:
    """Return the item of a column, None where it holds the whole answer."""
    return None if not label.strip() or fold(label) in WHOLE_ANSWER else label
