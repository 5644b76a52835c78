"""People held in memory: frames of any kind that narwhals knows (pandas, polars, pyarrow, ...), and lists of objects.

narwhals is imported when a frame is read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mentormatch.errors import Problem
from mentormatch.languages.translation import tr
from mentormatch.survey.table import Rows, unreadable
from mentormatch.survey.table_reader import Reader, TableSource, no_source
from mentormatch.survey.values import FIRST_LINE, ValueColumn, rows_of, values_of

if TYPE_CHECKING:
    from narwhals import Series


class FrameReader(Reader):
    """Columns of a frame; the index of a pandas frame is kept, as first columns, only where it has a name."""

    kind: ClassVar[str] = "frame"

    def takes(self, source: TableSource) -> bool:
        """Take what is held in memory as columns of one length."""
        return hasattr(source.frame, "shape")

    def read(self, source: TableSource) -> Rows:
        """Return the labels, then the rows, as text: missing values empty, whole numbers without a point."""
        return rows_of(source.name, _columns(source))


def _columns(source: TableSource) -> Iterator[ValueColumn]:
    """Yield the named levels of an index, then the columns, by their position: labels may come twice."""
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
    """Return a frame as narwhals has it; raise SurveyError where it is none, or is not held in memory."""
    import narwhals as nw

    try:
        return nw.from_native(source.frame, eager_only=True)
    except TypeError:
        raise no_source(source.frame) from None


def _column(label: object, series: Any) -> ValueColumn:
    import narwhals as nw

    frame: Series[Any] = nw.from_native(series, series_only=True)
    missing = frame.is_null().to_list()
    values = frame.to_numpy().astype(np.float32) if frame.dtype == nw.Float32 else frame.to_list()
    return ValueColumn(
        _label(label), [None if absent else value for value, absent in zip(values, missing, strict=True)]
    )


def _label(label: object) -> str:
    """Return the label of a column; the levels of a layered one are joined by a space."""
    return " ".join(filter(None, map(str, label))) if isinstance(label, tuple) else str(label)


class RecordsReader(Reader):
    """Any iterable of mappings, read once; a key that a record has not is no answer."""

    kind: ClassVar[str] = "records"

    def takes(self, source: TableSource) -> bool:
        """Take what can be gone through and has no shape."""
        return isinstance(source.frame, Iterable) and not hasattr(source.frame, "shape")

    def read(self, source: TableSource) -> Rows:
        """Return the keys of all records, then their values as text."""
        records = list(source.frame)
        others = [
            Problem(
                tr("ligne {line}", line=line),
                tr("une valeur de type {kind}", kind=type(record).__name__),
                tr("un objet : des réponses par question"),
            )
            for line, record in enumerate(records, start=FIRST_LINE)
            if not isinstance(record, Mapping)
        ]
        if others:
            raise unreadable(source.name, *others[:9])
        return rows_of(source.name, values_of(records))
