"""Jotform, the table of submissions. Several choices are joined by line breaks."""

from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts
from mentormatch.survey.tool import ToolPage


class Jotform(FactTool):
    """Submissions of a Jotform."""

    kind = "jotform"
    label = "Jotform"
    marks = ("submission ip", "last update date")
    expected = "Submission Date, Submission ID"
    page = ToolPage(
        known_by="« Submission Date » en premier, et « Submission ID » ou « Submission IP »",
        files="CSV, XLSX",
        several="un choix par ligne de la cellule",
        unconfirmed="ce qui joint les choix et les lignes d'une grille ; la date, qui suit le compte",
    )
    facts = Facts(
        first=(("Submission Date",),),
        any_of=("Submission ID", "Submission IP"),
        place="anywhere",
        dropped=("Submission Date", "Submission IP", "Submission ID", "Last Update Date"),
        sent=("Last Update Date", "Submission Date"),
        number=("Submission ID",),
        joiner=" >> ",
        certain_joiner=True,
    )
