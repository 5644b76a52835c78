"""Matching -> CSV, JSON and Parquet files for other programs.

CSV is written for a spreadsheet in the current language, without live formulas. JSON is the decision file, which has no
names, and the response of ``--json`` and HTTP. Parquet has typed columns under the stable English names.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import BytesIO, StringIO
from typing import Any, ClassVar

from pydantic import ValidationError

from mentormatch.base.formulas import guard
from mentormatch.contract.match_response import MatchResponse
from mentormatch.errors import OutputError, Problem
from mentormatch.explanation.names import NamesByPerson
from mentormatch.explanation.tables import CellValue, ResultSheet
from mentormatch.languages.phrases import decimal
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import Exporter, Matching, NamedExporter, sheets_of
from mentormatch.record.decision import DECISION_NAME, DECISION_SUFFIX, Decision
from mentormatch.record.seal import Seal
from mentormatch.report.texts import encodable


class CsvExporter(NamedExporter):
    """UTF-8 with a byte order mark, quoted and guarded cells; separator and decimal mark follow the language."""

    kind: ClassVar[str] = ".csv"
    filename: ClassVar[str] = "binomes.csv"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        return to_csv(sheets_of(matching, names)["pairs"])


def to_csv(table: ResultSheet) -> bytes:
    """Return a table as CSV."""
    text = StringIO(newline="")
    writer = csv.writer(
        text, delimiter=";" if decimal_mark() == "," else ",", lineterminator="\r\n", quoting=csv.QUOTE_ALL
    )
    rows = ([round_points(name, cell) for name, cell in zip(table.names, row, strict=True)] for row in table.rows)
    writer.writerows([format_csv_cell(cell) for cell in row] for row in (table.titles, *rows))
    return text.getvalue().encode("utf-8-sig")


def round_points(column: str, cell: CellValue) -> CellValue:
    return round(cell, 1) if column == "points" and isinstance(cell, float) else cell


def decimal_mark() -> str:
    return decimal(0.1, 1)[1]


def format_csv_cell(cell: CellValue) -> str:
    """Return the text of a cell in the file.

    >>> format_csv_cell(73.42), format_csv_cell("=1+1")
    ('73,42', "'=1+1")
    """
    if isinstance(cell, str):
        return guard(encodable(cell))
    return str(cell).replace(".", decimal_mark())


class DecisionExporter(Exporter):
    """The decision file, without names."""

    kind: ClassVar[str] = DECISION_SUFFIX
    filename: ClassVar[str] = DECISION_NAME

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return Decision.of(matching).to_json().encode()


class ResponseExporter(Exporter):
    """The response of ``--json`` and HTTP."""

    kind: ClassVar[str] = ".json"
    filename: ClassVar[str] = "binomes.json"

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return to_sealed_json(MatchResponse.of(matching, matching.labels), seal)

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        try:
            response = MatchResponse.model_validate_json(content)
        except ValidationError:
            return None
        return to_sealed_json(response, seal)


def to_sealed_json(response: MatchResponse, seal: Seal | None) -> bytes:
    return response.model_copy(update={"record": seal.stamp if seal else None}).to_json().encode()


# Metadata key for a JSON list of codes and sentences
CAVEATS_METADATA_KEY = "mentormatch.caveats"


class ParquetExporter(Exporter):
    """The pairs as columns, and the caveats as JSON in the metadata of the schema.

    Cells are neither compressed nor dictionary-encoded, so that a text search finds the people in the file. It is not
    part of a folder.
    """

    kind: ClassVar[str] = ".parquet"
    filename: ClassVar[str] = "binomes.parquet"
    apart: ClassVar[bool] = True

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        caveats = json.dumps([asdict(caveat) for caveat in matching.caveats], ensure_ascii=False)
        return make_parquet_bytes(matching.sheets["pairs"], {CAVEATS_METADATA_KEY: caveats})


def make_parquet_bytes(table: ResultSheet, metadata: Mapping[str, str]) -> bytes:
    """Return a table as Parquet bytes."""
    pyarrow = import_pyarrow()
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.names)
    columns_by_name = {
        name: make_arrow_column(pyarrow, name, cells) for name, cells in zip(table.names, columns, strict=True)
    }
    stream = BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table(columns_by_name, metadata=metadata), stream, compression="none", use_dictionary=False
    )
    return stream.getvalue()


def make_arrow_column(arrow: Any, name: str, cells: Sequence[CellValue]) -> Any:
    if name in ("points", "answered"):
        return arrow.array(cells, arrow.float64())
    return arrow.array([encodable(str(cell)) for cell in cells], arrow.string())


def import_pyarrow() -> Any:
    """Return pyarrow. Raises OutputError with installation advice if it is absent."""
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        advice = tr("installez « mentormatch-engine[parquet] »")
        finding = tr("Un fichier Parquet a besoin du paquet « pyarrow »")
        raise OutputError(finding, [Problem("pyarrow", tr("absent"), advice=advice)]) from None
    return pyarrow
