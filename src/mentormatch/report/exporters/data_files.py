"""The matching as files for other programs: CSV, JSON and Parquet.

The pairs as a CSV file that a spreadsheet of its language opens as it is, and that holds no live formula.

The matching as JSON: the decision file, without a name in it, and what ``--json`` and HTTP answer.

The pairs as a Parquet file, for a data team: typed columns under the stable English names.
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


class DelimitedExporter(NamedExporter):
    """UTF-8 with a mark, every cell in quotes and guarded; ``;`` and decimal commas, in English commas and points."""

    kind: ClassVar[str] = ".csv"
    filename: ClassVar[str] = "binomes.csv"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        return to_csv(sheets_of(matching, names)["pairs"])


def to_csv(table: ResultSheet) -> bytes:
    """Return a table as such a file."""
    text = StringIO(newline="")
    writer = csv.writer(
        text, delimiter=";" if decimal_mark() == "," else ",", lineterminator="\r\n", quoting=csv.QUOTE_ALL
    )
    rows = ([tenths(name, cell) for name, cell in zip(table.names, row, strict=True)] for row in table.rows)
    writer.writerows([spell_cell(cell) for cell in row] for row in (table.titles, *rows))
    return text.getvalue().encode("utf-8-sig")


def tenths(column: str, cell: CellValue) -> CellValue:
    """Return a cell as it is read: points with one decimal, as everywhere."""
    return round(cell, 1) if column == "points" and isinstance(cell, float) else cell


def decimal_mark() -> str:
    """Return what stands before decimals in the language that is spoken, as a spreadsheet of this language reads it."""
    return decimal(0.1, 1)[1]


def spell_cell(cell: CellValue) -> str:
    """Return one cell as the file holds it.

    >>> spell_cell(73.42), spell_cell("=1+1")
    ('73,42', "'=1+1")
    """
    if isinstance(cell, str):
        return guard(encodable(cell))
    return str(cell).replace(".", decimal_mark())


class DecisionExporter(Exporter):
    """``Decision`` as a file."""

    kind: ClassVar[str] = DECISION_SUFFIX
    filename: ClassVar[str] = DECISION_NAME

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return Decision.of(matching).to_json().encode()


class ResponseExporter(Exporter):
    """``MatchResponse`` as a file."""

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
    """Return what is told of a matching, with what it stands beside."""
    return response.model_copy(update={"record": seal.stamp if seal else None}).to_json().encode()


NUMBERS = frozenset({"points", "answered"})
"""The columns that hold numbers; all others hold text."""
CAVEATS = "mentormatch.caveats"
"""The key of the metadata: a list of codes and sentences, empty where there is nothing to know."""


class ParquetExporter(Exporter):
    """The columns hold the pairs and nothing else; what has to be known of them is metadata of the schema, as JSON.

    Neither packed nor coded, so that a search for whom it names finds them; a folder gets it only by its
    name.
    """

    kind: ClassVar[str] = ".parquet"
    filename: ClassVar[str] = "binomes.parquet"
    apart: ClassVar[bool] = True

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        caveats = json.dumps([asdict(caveat) for caveat in matching.caveats], ensure_ascii=False)
        return pack_table(matching.sheets["pairs"], {CAVEATS: caveats})


def pack_table(table: ResultSheet, said: Mapping[str, str]) -> bytes:
    """Return a table as such a file, with what is said of it beside its columns."""
    arrow = door()
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.names)
    made = {name: column(arrow, name, cells) for name, cells in zip(table.names, columns, strict=True)}
    stream = BytesIO()
    arrow.parquet.write_table(arrow.table(made, metadata=said), stream, compression="none", use_dictionary=False)
    return stream.getvalue()


def column(arrow: Any, name: str, cells: Sequence[CellValue]) -> Any:
    """Return one column with its type."""
    if name in NUMBERS:
        return arrow.array(cells, arrow.float64())
    return arrow.array([encodable(str(cell)) for cell in cells], arrow.string())


def door() -> Any:
    """Return pyarrow; raises OutputError, with what to install, where it is not there."""
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        advice = tr("installez « mentormatch-engine[parquet] »")
        finding = tr("Un fichier Parquet a besoin du paquet « pyarrow »")
        raise OutputError(finding, [Problem("pyarrow", tr("absent"), advice=advice)]) from None
    return pyarrow
