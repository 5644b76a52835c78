"""The pairs as a CSV file that a spreadsheet of its language opens as it is, and that holds no live formula."""

import csv
from io import StringIO
from typing import ClassVar

from mentormatch.explanation.names import NamesByPerson
from mentormatch.explanation.tables import CellValue, ResultSheet
from mentormatch.languages.phrases import decimal
from mentormatch.operations.matching import Matching, NamedExporter
from mentormatch.record.seal import Seal
from mentormatch.report.texts import encodable, guard


class DelimitedExporter(NamedExporter):
    """UTF-8 with a mark, every cell in quotes and guarded; ``;`` and decimal commas, in English commas and points."""

    kind: ClassVar[str] = ".csv"
    filename: ClassVar[str] = "binomes.csv"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        return to_csv(matching.named_sheets(names)["pairs"])


def to_csv(table: ResultSheet) -> bytes:
    """Return a table as such a file."""
    text = StringIO(newline="")
    writer = csv.writer(
        text, delimiter=";" if decimal_mark() == "," else ",", lineterminator="\r\n", quoting=csv.QUOTE_ALL
    )
    writer.writerows([spell_cell(cell) for cell in row] for row in (table.titles, *table.rows))
    return text.getvalue().encode("utf-8-sig")


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
