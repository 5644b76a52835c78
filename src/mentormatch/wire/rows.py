"""The rows of an export, as a web form hands them over: header to text, read as the file would be."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field as Setting

from mentormatch.strictjson import Text
from mentormatch.survey.table import MAX_CELL_CHARACTERS, MAX_COLUMNS, Record, Table, gather
from mentormatch.survey.tool import sorted_by_tool

SOURCE = "rows"
"""What the file would be called. Lines are counted as in it: the headers stand in line 1, the first row in line 2."""

type Said = Annotated[str, Setting(max_length=MAX_CELL_CHARACTERS)]
type Row = Annotated[dict[Text, Said | None], Setting(max_length=MAX_COLUMNS)]


def table_of(rows: Sequence[Row]) -> Table:
    """Return rows as a table under the headers of all of them, in the order in which they come.

    Raises SurveyError where two headers are one, or the marks of a survey tool promise more than is there.
    """
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    below = (Record(line, tuple(row.get(name) or "" for name in header)) for line, row in enumerate(rows, start=2))
    return sorted_by_tool(gather(SOURCE, [Record(1, header), *below]))
