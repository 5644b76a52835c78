"""Records: people as a list of objects, question or id of a field to answer."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from mentormatch.errors import Problem
from mentormatch.languages import tr
from mentormatch.survey.table import Rows, unreadable
from mentormatch.survey.table_reader import Reader, TableSource
from mentormatch.survey.values import FIRST_LINE, rows_of, values_of


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
