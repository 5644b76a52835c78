"""Frames: any pandas DataFrame, without importing pandas."""

from collections.abc import Iterator
from typing import Any, ClassVar

from mentormatch.survey.reading import Frame, Reader, Source
from mentormatch.survey.sheets import spelled
from mentormatch.survey.table import Record, Rows, gather


class FrameReader(Reader):
    """Columns of a DataFrame; the index is kept, as first column, only where it has a name."""

    kind: ClassVar[str] = "frame"

    def takes(self, source: Source) -> bool:
        """Take what has columns, an index and positions."""
        return source.frame is not None

    def read(self, source: Source) -> Rows:
        """Return the labels, then the rows, as text: missing values empty, whole numbers without a point."""
        return gather(source.name, _records(source.frame))


def _records(frame: Frame) -> Iterator[Record]:
    labels, columns = zip(*_columns(frame), strict=True) if len(frame.columns) else ((), ())
    yield Record(1, tuple(map(_label, labels)))
    for position, cells in enumerate(zip(*columns, strict=True)):
        yield Record(position + 2, cells)


def _columns(frame: Frame) -> Iterator[tuple[object, list[str]]]:
    """Yield label and texts of each named level of the index, then of each column."""
    for level, name in enumerate(frame.index.names):
        if name is not None:
            yield name, _texts(frame.index.get_level_values(level))
    for position, label in enumerate(frame.columns):
        yield label, _texts(frame.iloc[:, position])


def _texts(values: Any) -> list[str]:
    missing = values.isna().tolist()
    return ["" if absent else spelled(value) for value, absent in zip(values.tolist(), missing, strict=True)]


def _label(label: object) -> str:
    """Return the label of a column; the levels of a layered one are joined by a space."""
    return " ".join(filter(None, map(str, label))) if isinstance(label, tuple) else str(label)
