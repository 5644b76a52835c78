"""Dates that cannot be: in a text question that most people answer with one."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from mentormatch.languages import tr
from mentormatch.people.cohort import Remark
from mentormatch.survey.moments import ORDERS
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import SubmissionSheet
from mentormatch.survey.table import Order

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
