"""Zoho Survey, which we know from memory: the header of the time states the order of day and month."""

import re
from collections.abc import Sequence

from mentormatch.survey.fact_tool import FactTool, OwnColumns
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Order, Rows, TextTable
from mentormatch.survey.tool import ToolPage

TIME = re.compile(r"(?:Timestamp|Fecha y hora) \((?P<first>dd|MM|yyyy)[^()]*\)", re.IGNORECASE)


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
        """Take what has the number of the response first, and a time with its format."""
        return super().knows(rows) and any(TIME.fullmatch(cell.strip()) for cell in rows.records[0].cells)

    def moment_columns(self, table: TextTable, columns: OwnColumns) -> list[int]:
        return [at for at in columns.all if TIME.fullmatch(table.header[at])]

    def order(self, table: TextTable, times: Sequence[int], columns: OwnColumns) -> Order | None:
        """Return the order that the header of the time states."""
        stated = {found["first"].casefold() for at in times if (found := TIME.fullmatch(table.header[at]))}
        return "day first" if stated == {"dd"} else "month first" if stated == {"mm"} else None
