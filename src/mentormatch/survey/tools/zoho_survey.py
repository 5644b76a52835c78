"""Zoho Survey, not checked against a real export. The header of the moment states the order of day and month."""

import re
from collections.abc import Sequence

from mentormatch.survey.fact_tool import FactTool, OwnColumns
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Order, Rows, TextTable
from mentormatch.survey.tool import ToolPage

MOMENT_HEADER = re.compile(r"(?:Timestamp|Fecha y hora) \((?P<first>dd|MM|yyyy)[^()]*\)", re.IGNORECASE)


class ZohoSurvey(FactTool):
    """Responses of a Zoho survey."""

    kind = "zoho-survey"
    label = "Zoho Survey"
    marks = ("id de respuesta", "estado de la respuesta")
    expected = "Response ID, Timestamp (MM/dd/yyyy ...)"
    page = ToolPage(
        known_by="« Response ID » en premier, et « Timestamp (...) » (anglais, espagnol)",
        files="CSV, XLSX",
        sent="« Timestamp (...) », dans l'ordre que son intitulé dit",
        several="`a,b` ; ou une colonne par option",
        unconfirmed="tout : une remarque le rappelle",
    )
    facts = Facts(
        first=(("Response ID", "ID de respuesta"),),
        dropped=(
            *("Response ID", "ID de respuesta", "IP Address", "Dirección IP", "User-Agent", "Survey URL"),
            *("Response Status", "Estado de la respuesta"),
        ),
        prefixes=("Timestamp (", "Fecha y hora ("),
        number=("Response ID", "ID de respuesta"),
        states=(
            State(
                column=("Response Status", "Estado de la respuesta"),
                counts=("Completed", "Completada"),
                partial=("Partial", "Parcial"),
            ),
        ),
        joiner=" - ",
        from_memory=True,
    )

    def knows(self, rows: Rows) -> bool:
        """Return whether the number of the response is first, and a moment has its format in the header."""
        return super().knows(rows) and any(MOMENT_HEADER.fullmatch(cell.strip()) for cell in rows.records[0].cells)

    def moment_columns(self, table: TextTable, columns: OwnColumns) -> list[int]:
        return [at for at in columns.all if MOMENT_HEADER.fullmatch(table.header[at])]

    def order(self, table: TextTable, times: Sequence[int], columns: OwnColumns) -> Order | None:
        """Return the order of day and month in the header of the moment, None if the year is first."""
        first_parts = {
            match["first"].casefold() for at in times if (match := MOMENT_HEADER.fullmatch(table.header[at]))
        }
        return "day first" if first_parts == {"dd"} else "month first" if first_parts == {"mm"} else None
