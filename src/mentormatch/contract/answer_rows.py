"""What people answered, as JSON values: by field, or the rows of an export, which are read as the file would be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field as Setting
from pydantic import ValidationError, WrapValidator
from pydantic_core import PydanticCustomError

from mentormatch.base.strict_json import Text
from mentormatch.fields import Answer as Told
from mentormatch.survey.table import MAX_CELL_CHARACTERS, MAX_COLUMNS, TextTable
from mentormatch.survey.table_reader import TableSource, read_table
from mentormatch.survey.values import cell_of

SOURCE = "rows"
"""What the file would be called. Lines are counted as in it: the headers stand in line 1, the first row in line 2."""

MOST_PARTS = 1_000


def one_mistake(value: Any, read: Callable[[Any], Any]) -> Any:
    """Return an answer; raise one error, not one for each type that it might have been."""
    try:
        return read(value)
    except ValidationError:
        raise PydanticCustomError("answer", "an answer") from None


type Said = Annotated[str, Setting(max_length=MAX_CELL_CHARACTERS)]
type SaidList = Annotated[list[Said], Setting(max_length=MOST_PARTS)]
type SaidLevels = Annotated[dict[str, Said], Setting(max_length=MOST_PARTS)]
type Answer = Annotated[Said | bool | int | float | SaidList | SaidLevels | None, WrapValidator(one_mistake)]
type Row = Annotated[dict[Text, Answer], Setting(max_length=MAX_COLUMNS)]


def table_of(rows: Sequence[Row]) -> TextTable:
    """Return rows as a table under the headers of all of them, in the order in which they come; see ``read_table``.

    Raises SurveyError where two headers are one, or the marks of a survey tool promise more than is there.
    """
    return read_table(TableSource(SOURCE, frame=rows))


def told_by(answer: Any) -> Told:
    """Return an answer in JSON as the cell, or the cells by item, of a file would hold it."""
    return {item: cell_of(text) for item, text in answer.items()} if isinstance(answer, Mapping) else cell_of(answer)
