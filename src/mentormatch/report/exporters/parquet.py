"""The pairs as a Parquet file, for a data team: typed columns under the stable English names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import BytesIO
from typing import Any, ClassVar

from mentormatch.errors import OutputError, Problem
from mentormatch.explanation.tables import CellValue, ResultSheet
from mentormatch.languages import tr
from mentormatch.operations.matching import Exporter, Matching
from mentormatch.record.seal import Seal
from mentormatch.report.texts import encodable

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
