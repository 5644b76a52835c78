"""Any table: one header row, one row a person."""

from typing import ClassVar

from mentormatch.languages import mark
from mentormatch.survey.table import Rows, Table, tabulate
from mentormatch.survey.tool import Tool


class Plain(Tool):
    """A table made by hand, or by a tool that is not known."""

    kind: ClassVar[str] = "plain"
    label: ClassVar[str] = mark("un tableau")
    last: ClassVar[bool] = True

    def knows(self, rows: Rows) -> bool:
        """Take any rows."""
        return True

    def sort(self, rows: Rows) -> Table:
        return tabulate(rows)
