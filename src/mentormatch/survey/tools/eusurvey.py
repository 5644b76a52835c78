"""EUSurvey. Lines of titles are above the header; the tool's own columns are after the questions."""

from collections.abc import Sequence

from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts
from mentormatch.survey.table import Rows
from mentormatch.survey.tool import MAX_TITLE_ROWS, ToolPage, count, rows_below


class EUSurvey(FactTool):
    """Exports of EUSurvey: XLS, XLSX, ODS, CSV."""

    kind = "eusurvey"
    label = "EUSurvey"
    marks = ("contribution id", "invitation number")
    expected = "Contribution Id, Creation Date"
    page = ToolPage(
        known_by="« Contribution Id » et « Creation Date » parmi les dernières colonnes, sous quelques lignes de titre",
        files="XLS, XLSX, ODS, CSV",
        several="`a;b`",
        other="une question à part",
        unconfirmed="les intitulés en d'autres langues que l'anglais ; un questionnaire anonyme",
    )
    facts = Facts(
        among=(("Contribution Id",), ("Creation Date",)),
        place="last",
        dropped=(
            *("Invitation Number", "Contribution Id", "User Name", "Creation Date", "Last Update", "Languages"),
            "Total Score",
        ),
        sent=("Last Update", "Creation Date"),
        day_first=("Last Update", "Creation Date"),
        number=("Contribution Id",),
        joiner=": ",
    )

    def knows(self, rows: Rows) -> bool:
        below = below_titles(rows)
        return super().knows(below) and len(self.own_columns(below.records[0].cells, rows)) > 1

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        return super().headings(below_titles(rows))


def below_titles(rows: Rows) -> Rows:
    """Return the rows from the header on: the first with at least twice as many cells as each row above it.

    All rows if there is none, or if a row above it has more than two cells.
    """
    counts = [count(row.cells) for row in rows.records[: MAX_TITLE_ROWS + 1]]
    above = next((at for at in range(1, len(counts)) if counts[at] >= 2 * max(counts[:at])), 0)
    return rows_below(rows, above) if max(counts[:above], default=0) <= 2 else rows
