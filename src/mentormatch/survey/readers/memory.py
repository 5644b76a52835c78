"""Data frames that narwhals supports (pandas, polars, pyarrow, ...), and lists of mappings -> rows of text.

narwhals is imported when a frame is read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mentormatch.errors import Problem
from mentormatch.languages.translation import tr
from mentormatch.survey.table import Rows, unreadable
from mentormatch.survey.table_reader import Reader, TableSource, unsupported_source_error
from mentormatch.survey.values import FIRST_LINE, ValueColumn, rows_of, values_of

if TYPE_CHECKING:
    from narwhals import Series


class FrameReader(Reader):
    """Reader of data frames. A named index of a pandas frame becomes the first columns."""

    kind: ClassVar[str] = "frame"

    def accepts(self, source: TableSource) -> bool:
        return hasattr(source.frame, "shape")

    def read(self, source: TableSource) -> Rows:
        return rows_of(source.name, _columns(source))


def _columns(source: TableSource) -> Iterator[ValueColumn]:
    """Yield the named levels of an index, then the columns by position, because labels may repeat."""
    import narwhals as nw

    frame = nw.to_native(source.frame, pass_through=True)
    if nw.dependencies.is_pandas_like_dataframe(frame):
        for level, name in enumerate(frame.index.names):
            if name is not None:
                yield _column(name, frame.index.get_level_values(level).to_series())
        for position, label in enumerate(frame.columns):
            yield _column(label, frame.iloc[:, position])
    elif nw.dependencies.is_pyarrow_table(frame):
        yield from map(_column, frame.column_names, frame.columns)
    else:
        for series in _open_frame(source).iter_columns():
            yield _column(series.name, series)


def _open_frame(source: TableSource) -> Any:
    """Return a frame as narwhals frame. Raises SurveyError if it is no frame or is lazy."""
    import narwhals as nw

    try:
        return nw.from_native(source.frame, eager_only=True)
    except TypeError:
        raise unsupported_source_error(source.frame) from None


def _column(label: object, series: Any) -> ValueColumn:
    import narwhals as nw

    frame: Series[Any] = nw.from_native(series, series_only=True)
    missing = frame.is_null().to_list()
    values = frame.to_numpy().astype(np.float32) if frame.dtype == nw.Float32 else frame.to_list()
    return ValueColumn(
        _label(label), [None if absent else value for value, absent in zip(values, missing, strict=True)]
    )


def _label(label: object) -> str:
    # The levels of a label of several levels are joined by a space
    return " ".join(filter(None, map(str, label))) if isinstance(label, tuple) else str(label)


class RecordsReader(Reader):
    """Reader of an iterable of mappings. The header is the keys of all records; an absent key is no answer."""

    kind: ClassVar[str] = "records"

    def accepts(self, source: TableSource) -> bool:
        return isinstance(source.frame, Iterable) and not hasattr(source.frame, "shape")

    def read(self, source: TableSource) -> Rows:
        records = list(source.frame)
        problems = [
            Problem(
                tr("ligne {line}", line=line),
                tr("une valeur de type {kind}", kind=type(record).__name__),
                tr("un objet : des réponses par question"),
            )
            for line, record in enumerate(records, start=FIRST_LINE)
            if not isinstance(record, Mapping)
        ]
        if problems:
            raise unreadable(source.name, *problems[:9])
        return rows_of(source.name, values_of(records))
