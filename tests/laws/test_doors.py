"""The same answers are the same people, whatever door they come in by."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from mentormatch import Cohort, People, SurveyError
from mentormatch.base.columns import Column
from mentormatch.survey import values
from mentormatch.survey.readers import memory
from mentormatch.survey.values import ValueColumn
from tests.conftest import DEEP
from tests.doors import substitute
from tests.laws.doors import DOORS, json_people, records_by_side, through
from tests.laws.editions import Edition, Row, editions
from tests.laws.questionnaires import SIDES

type Cell = Callable[[Any], str]


class DifferenceError(Exception):
    """Where a door differs from what was answered: never an answer."""


def content(column: Column) -> tuple[object, ...]:
    """Return all that a column holds, as it can be compared."""
    held = (getattr(column, one.name) for one in fields(column))  # type: ignore[arg-type]  # columns are dataclasses
    return type(column), *(repr(np.asarray(part).tolist() if isinstance(part, np.ndarray) else part) for part in held)


def counting(edition: Edition) -> list[Row]:
    """Return the row that counts of each person, those who refused the notice left out."""
    last: dict[tuple[str, object], Row] = {}
    for number, row in enumerate(edition.rows):
        who = (row.side, row.given[edition.identity] if edition.stamped else number)
        if row.accepted:
            last[who] = max(last.get(who, row), row, key=lambda one: one.sent)
    return list(last.values())


def expected_fates(edition: Edition) -> list[tuple[int, str, str]]:
    kept = counting(edition)
    fate = ["rejected" if not row.accepted else "taken" if row in kept else "replaced" for row in edition.rows]
    keys = [str(row.given[edition.identity]) for row in edition.rows]
    return [(line, *told) for line, told in enumerate(zip(fate, keys, strict=True), start=2)]


def moments(cohort: Cohort) -> list[str]:
    """Return when each row was sent, by the clock where it was, to the second."""
    return [f"{row.when:%Y-%m-%d %H:%M:%S}" if row.when else "" for row in cohort.rows]


def differences(edition: Edition, cohort: Cohort) -> Iterator[str]:
    """Yield what of a cohort is not what was answered."""
    told = [(row.line, row.fate, row.key) for row in cohort.rows]
    if told != expected_fates(edition):
        yield "rows"
    stamped = [row.accepted and edition.stamped for row in edition.rows]
    if moments(cohort) != [
        f"{row.sent:%Y-%m-%d %H:%M:%S}" * noted for row, noted in zip(edition.rows, stamped, strict=True)
    ]:
        yield "moments"
    for side in SIDES:
        rows = [row for row in counting(edition) if row.side == side]
        yield from (f"{side}: {name}" for name in unlike(edition, rows, cohort.side(side)))


def unlike(edition: Edition, rows: Sequence[Row], people: People) -> Iterator[str]:
    """Yield the fields in which people are not as they answered."""
    if people.ids != tuple(str(row.given[edition.identity]) for row in rows) or not people.complete.all():
        yield "ids"
        return
    for name, column in people.columns.items():
        meant = edition.programme.fields[name].column([row.known[name] for row in rows])
        if content(column) != content(meant):
            yield name


def said_of(cohort: Cohort) -> set[tuple[int | None, str]]:
    """Return the remarks on a cohort, wherever it was read."""
    return {(remark.line, remark.text) for remark in cohort.remarks}


def hold(edition: Edition, doors: Iterable[str]) -> None:
    """Raise DifferenceError where a door gives other people, or other remarks, than what was answered."""
    cohorts = {door: through(door, edition) for door in doors}
    for door, cohort in cohorts.items():
        for found in differences(edition, cohort):
            raise DifferenceError(f"{door}: {found}")
        if said_of(cohort) != said_of(cohorts["CSV"]):
            raise DifferenceError(f"{door}: remarks")


def hold_side_by_side(edition: Edition) -> None:
    """Raise DifferenceError where people who come in side by side are others than those who come in together."""
    doors = {"records by side": records_by_side} | ({} if edition.stamped else {"JSON people": json_people})
    for door, read in doors.items():
        cohort = read(edition)
        for side in SIDES:
            for found in unlike(edition, [row for row in counting(edition) if row.side == side], cohort.side(side)):
                raise DifferenceError(f"{door}: {side}: {found}")


SEARCH = settings(max_examples=500 if DEEP else 12, phases=[Phase.generate], report_multiple_bugs=False)
"""An edition is not made smaller: what differs names the door and the field."""


@pytest.mark.promise(31)
@SEARCH
@given(edition=editions())
def test_the_same_answers_are_the_same_people_through_every_door(edition: Edition) -> None:
    hold(edition, DOORS)
    hold_side_by_side(edition)


def with_lists_as_text(cell_of: Cell) -> Cell:
    return lambda value: str(value) if isinstance(value, list | tuple | np.ndarray) else cell_of(value)


def with_one_of_several(cell_of: Cell) -> Cell:
    return lambda value: cell_of(list(value)[:1] if isinstance(value, list | tuple | set) else value)


def without_times(cell_of: Cell) -> Cell:
    return lambda value: cell_of(value.date() if isinstance(value, datetime.datetime) else value)


def without_dates(cell_of: Cell) -> Cell:
    return lambda value: "" if isinstance(value, datetime.date) else cell_of(value)


def with_english_truths(cell_of: Cell) -> Cell:
    return lambda value: f"is {value}" if isinstance(value, bool) else cell_of(value)


def with_whole_numbers(cell_of: Cell) -> Cell:
    return lambda value: cell_of(int(value) if isinstance(value, float) else value)


FAULTS = (
    with_lists_as_text,
    with_one_of_several,
    without_times,
    without_dates,
    with_english_truths,
    with_whole_numbers,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_door_that_misreads_a_value_is_seen(monkeypatch: pytest.MonkeyPatch, fault: Callable[[Cell], Cell]) -> None:
    substitute(monkeypatch, "survey", cell_of=fault(values.cell_of))
    with pytest.raises(DifferenceError):
        law_of_some_doors()


def test_a_door_that_drops_a_mask_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    read = memory._column

    def unmasked(label: object, series: Any) -> ValueColumn:
        column = read(label, series)
        counts = any(type(value) is int for value in column.values)
        return ValueColumn(column.label, [0 if counts and value is None else value for value in column.values])

    substitute(monkeypatch, "survey", _column=unmasked)
    with pytest.raises(DifferenceError, match="pandas, types"):
        law_of_some_doors()


def test_a_door_that_drops_a_grid_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "survey", expand_items=lambda column, problems: iter([column]))
    with pytest.raises((DifferenceError, SurveyError)):
        law_of_some_doors()


@SEARCH
@given(edition=editions())
def law_of_some_doors(edition: Edition) -> None:
    """Hold the doors that are quick."""
    hold(edition, ["CSV", "records", "pandas, types", "polars"])
