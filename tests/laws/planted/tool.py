"""A survey tool that the project does not know, as another package has it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.survey.table import Rows, TextTable, tabulate
from mentormatch.survey.tool import Tool, ToolPage, rows_below, with_submissions, without_columns


class Slips(Tool):
    """Answers on slips of paper, typed by hand under the words of each question, behind when and whether they ended."""

    kind: ClassVar[str] = "slips"
    label: ClassVar[str] = "Bulletins"
    marks: ClassVar[Sequence[str]] = ("bulletins du jour",)
    expected: ClassVar[str] = "« Bulletins du jour » d'abord"
    page: ClassVar[ToolPage] = ToolPage(sent="« Rendu »", unfinished="« Fini » n'est pas « oui »")
    mapping: ClassVar[Mapping[str, str]] = {"Réseau": "attentes [Réseau]", "Technique": "attentes [Technique]"}
    example: ClassVar[Sequence[Sequence[str]]] = tuple(
        zip(
            ("Bulletins du jour", "Rendu", "9/3/2026 10:04", "10/3/2026", "14/3/2026 9:00", ""),
            ("", "Fini", "oui", "oui", "oui", "non"),
            ("", "Code", "M1", "M2", "E1", "E2"),
            ("", "Rôle", "Mentor·e", "Mentor·e", "Mentoré·e", "Mentoré·e"),
            ("", "Courriel", "ana@lilas.fr", "bo@lilas.fr", "zoe@lilas.fr", "eli@lilas.fr"),
            ("", "Métier", "Administration", "Production, diffusion", "Production, diffusion", "Administration"),
            ("", "Domaines", "Contrats, paie\nBudget", "Tournées\ncirque", "", ""),
            ("", "Réseau", "Beaucoup", "Peu", "", ""),
            ("", "Technique", "Peu", "Peu", "Beaucoup", ""),
            (
                "",
                "Priorités",
                "Conseil; Écoute; Contacts",
                "Contacts; Conseil; Écoute",
                "Écoute; Conseil; Contacts",
                "",
            ),
            ("", "Années", "12,5", "3", "0", ""),
            ("", "À distance", "Oui", "Non", "Oui", ""),
            ("", "Un mot", 'D\'accord ; "vite", donc', "", "première ligne\nseconde ligne", ""),
            strict=True,
        )
    )

    def knows(self, rows: Rows) -> bool:
        """Tell whether the day's title stands above everything."""
        return rows.records[0].cells[0] == "Bulletins du jour"

    def sort(self, rows: Rows) -> TextTable:
        table = with_submissions(tabulate(rows_below(rows)), [0], whole=lambda cells: cells[1] == "oui")
        return without_columns(replace(table, tool=self.kind), [0, 1])
