"""A survey tool that the project does not know, as another package has it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.survey.table import Rows, TextTable, tabulate
from mentormatch.survey.tool import Tool, rows_below


class Slips(Tool):
    """Answers on slips of paper, typed by hand under the words of each question."""

    kind: ClassVar[str] = "slips"
    label: ClassVar[str] = "Bulletins"
    marks: ClassVar[Sequence[str]] = ("bulletins du jour",)
    expected: ClassVar[str] = "« Bulletins du jour » d'abord"

    def knows(self, rows: Rows) -> bool:
        """Tell whether the day's title stands above everything."""
        return rows.records[0].cells[0] == "Bulletins du jour"

    def sort(self, rows: Rows) -> TextTable:
        return replace(tabulate(rows_below(rows)), tool=self.kind)
