"""The doors through which answers come in: each writes an edition in its own way and has the library read it."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import xlsxwriter
from odfdo import Document, Table
from openpyxl import Workbook

from mentormatch import Cohort, read_survey
from mentormatch.contract.requests import CohortRequest
from mentormatch.survey.sheets import text_of_value
from mentormatch.survey.table_reader import TableSource
from tests.laws.editions import KEY, STAMP, TOWNS, Edition
from tests.laws.questionnaires import SIDES

DAY_ZERO = datetime(1899, 12, 30)
"""The day from which sheets count."""

type Grid = tuple[list[str], list[list[Any]]]
"""A header, and rows of values: texts, numbers, truths, dates, lists of texts, None."""


def flat(edition: Edition) -> Grid:
    """Return an edition with a column for each item of its grids."""
    header: list[str] = []
    columns: list[list[Any]] = []
    for name, values in by_column(edition).items():
        parts = [value if isinstance(value, dict) else {} for value in values]
        items = dict.fromkeys(item for value in parts for item in value)
        header += [f"{name} [{item}]" for item in items] or [name]
        columns += [[value.get(item) for value in parts] for item in items] or [values]
    return header, [list(row) for row in zip(*columns, strict=True)]


def by_column(edition: Edition) -> dict[str, list[Any]]:
    """Return the values of an edition by header."""
    records = edition.records()
    return {name: [record[name] for record in records] for name in records[0]}


def joined(value: Any) -> Any:
    """Return a value as a cell can hold it that has no lists."""
    return "; ".join(value) if isinstance(value, list) else value


def typed(value: object) -> str:
    """Return a value as staff type it into a text file."""
    told = joined(value)
    if isinstance(told, bool):
        return "Oui" if told else "Non"
    if isinstance(told, float):
        return f"{told:g}".replace(".", ",")
    return "" if told is None else text_of_value(told)


def csv_file(edition: Edition) -> TableSource:
    """Return a CSV; a place is typed whole, a time stamp to the second, as Google shows it."""
    postcodes = {value: typed for typed, value in TOWNS.items() if isinstance(value, int)}
    header, rows = flat(edition)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    for row in rows:
        told = dict(zip(header, row, strict=True))
        if STAMP in told:
            told[STAMP] = f"{told[STAMP]:%d/%m/%Y %H:%M:%S}"
        place = edition.headers["place"]
        told[place] = postcodes.get(told[place], told[place])
        writer.writerow(map(typed, told.values()))
    return TableSource("reponses.csv", content=text.getvalue().encode())


def xlsx_by_xlsxwriter(edition: Edition) -> TableSource:
    """Return a workbook in which a moment is a number of days, as Google Sheets and Excel store it."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Réponses au formulaire 1")
        shown = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for row, cells in enumerate(with_header(edition)):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_number(row, column, (cell - DAY_ZERO) / timedelta(days=1), shown)
                else:
                    sheet.write(row, column, cell)
    return TableSource("reponses.xlsx", content=content.getvalue())


def xlsx_by_openpyxl(edition: Edition) -> TableSource:
    book, content = Workbook(), io.BytesIO()
    for cells in with_header(edition):
        book.active.append(cells)
    book.save(content)
    return TableSource("reponses.xlsx", content=content.getvalue())


def ods_by_odfdo(edition: Edition) -> TableSource:
    document, content = Document("spreadsheet"), io.BytesIO()
    table = Table("Réponses")
    table.set_values(list(with_header(edition)))
    document.body.clear()
    document.body.append(table)
    document.save(content)
    return TableSource("reponses.ods", content=content.getvalue())


def with_header(edition: Edition) -> Iterator[list[Any]]:
    """Yield the rows of a sheet, in which several answers stand in one cell."""
    header, rows = flat(edition)
    yield header
    yield from ([joined(value) for value in row] for row in rows)


def records(edition: Edition) -> Sequence[Mapping[str, Any]]:
    """Return a list of objects; who did not answer has no key, where others have."""
    given = edition.records()
    asked = {name for name in given[0] if any(record[name] is not None for record in given)}
    return [{name: value for name, value in one.items() if value is not None or name not in asked} for one in given]


def generated(edition: Edition) -> Iterator[Mapping[str, Any]]:
    """Yield the same by columns of items, a tuple for each list."""
    header, rows = flat(edition)
    for row in rows:
        yield {name: tuple(v) if isinstance(v, list) else v for name, v in zip(header, row, strict=True)}


def pandas_objects(edition: Edition) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in by_column(edition).items()})


def pandas_types(edition: Edition) -> pd.DataFrame:
    """Return a frame in which each column has the type that fits it; several answers are sets, arrays or tuples."""
    header, rows = flat(edition)
    columns = zip(*rows, strict=True)
    return pd.DataFrame({name: nullable(name, list(values)) for name, values in zip(header, columns, strict=True)})


def nullable(name: str, values: list[Any]) -> "pd.Series[Any]":
    kinds = {type(value) for value in values if value is not None}
    if kinds == {list}:
        return pd.Series([value if value is None else collection(name, value) for value in values], dtype=object)
    if kinds == {datetime}:
        moments = pd.Series(pd.to_datetime(pd.Series(values)))
        return moments.dt.tz_localize("Europe/Paris") if name == STAMP else moments
    dtypes = {frozenset({int}): "Int64", frozenset({bool}): "boolean", frozenset({float}): "Float64"}
    if kinds == {str}:
        return pd.Series(values, dtype="category" if len(set(values)) < len(values) else "string")
    return pd.Series(values, dtype=dtypes.get(frozenset(kinds), "object"))


def collection(name: str, values: list[str]) -> object:
    """Return values as another collection than a list: a set where their order says nothing."""
    if "choices" in name or "slots" in name:
        return frozenset(values) if len(values) % 2 else set(values)
    return np.array(values, dtype=object) if len(values) % 2 else tuple(values)


def pandas_of_arrow(edition: Edition) -> pd.DataFrame:
    table = arrow(edition)
    return pd.DataFrame(
        {
            name: pd.Series(pd.arrays.ArrowExtensionArray(values))
            for name, values in zip(table.column_names, table.columns, strict=True)
        }
    )


def polars(edition: Edition) -> pl.DataFrame:
    return pl.DataFrame([series(name, values) for name, values in by_column(edition).items()])


def series(name: str, values: list[Any]) -> pl.Series:
    said = [value for value in values if value is not None]
    if said and all(isinstance(value, str) for value in said):
        named = sorted(set(said))
        return pl.Series(name, values, dtype=pl.Enum(named) if len(named) % 2 else pl.Categorical())
    if said and all(isinstance(value, float) for value in said):
        return pl.Series(name, [value if value is None else Decimal(f"{value:.2f}") for value in values])
    if said and all(isinstance(value, list) for value in said):
        return pl.Series(name, values, dtype=pl.List(pl.Categorical()))
    if said and isinstance(said[0], dict):
        items = dict.fromkeys(item for value in said for item in value)  # polars takes those of the first for all
        return pl.Series(name, [value and {item: value.get(item) for item in items} for value in values])
    return pl.Series(name, values, strict=False) if mixed(said) else pl.Series(name, values)


def mixed(said: list[Any]) -> bool:
    return len({type(value) for value in said}) > 1


def arrow(edition: Edition) -> pa.Table:
    columns = by_column(edition)
    return pa.table({name: arrow_array(values) for name, values in columns.items()})


def arrow_array(values: list[Any]) -> pa.Array:
    if mixed([value for value in values if value is not None]):
        values = [value if value is None else str(value) for value in values]
    made = pa.array(values)
    return made.dictionary_encode() if pa.types.is_string(made.type) else made


def json_rows(edition: Edition) -> Cohort:
    """Return what the contract reads in rows: dates are texts in JSON."""
    rows = [{name: as_json(value) for name, value in record.items()} for record in records(edition)]
    return CohortRequest.of({"programme": edition.stated, "rows": rows}).read()[0]


def json_people(edition: Edition) -> Cohort:
    """Return what the contract reads of people who are sent side by side, known by their key."""
    sent: dict[str, list[dict[str, Any]]] = {"mentors": [], "mentees": []}
    for row in edition.rows:
        answers = {name: as_json(value) for name, value in row.given.items()}
        sent[f"{row.side}s"].append({"id": str(row.given[KEY]), "answers": answers})
    return CohortRequest.of({"programme": edition.stated, **sent}).read()[0]


def records_by_side(edition: Edition) -> Cohort:
    """Return what is read of records of each side, of one side alone where the other has nobody."""
    told = list(zip(edition.rows, edition.records(), strict=True))
    sides: dict[str, Any] = {f"{side}s": [record for row, record in told if row.side == side] for side in SIDES}
    return read_survey(edition.programme, **{name: given for name, given in sides.items() if given})


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {item: typed(part) for item, part in value.items()}
    return typed(value) if isinstance(value, date) else value


DOORS: Mapping[str, Callable[[Edition], Any]] = {
    "CSV": csv_file,
    "XLSX by xlsxwriter": xlsx_by_xlsxwriter,
    "XLSX by openpyxl": xlsx_by_openpyxl,
    "ODS by odfdo": ods_by_odfdo,
    "JSON rows": json_rows,
    "records": records,
    "generated records": generated,
    "pandas, objects": pandas_objects,
    "pandas, types": pandas_types,
    "pandas, pyarrow": pandas_of_arrow,
    "polars": polars,
    "pyarrow": arrow,
}


def through(door: str, edition: Edition) -> Cohort:
    """Return the cohort that comes in through a door."""
    written = DOORS[door](edition)
    return written if isinstance(written, Cohort) else read_survey(edition.programme, written)
