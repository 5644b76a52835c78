"""Alchemer, formerly SurveyGizmo. Boxes and grids are ``Option:Question``; a write-in has two columns of one name."""

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.tool import ToolPage


class Alchemer(FactTool):
    """Exports of Alchemer: CSV, XLSX."""

    kind = "alchemer"
    label = "Alchemer"
    marks = ("legacy comments", "extended referer", "extended user agent")
    expected = "Response ID, Time Started, Date Submitted, Status"
    page = ToolPage(
        files="CSV, XLSX",
        sent="« Date Submitted » (heure de New York)",
        several="`Option:Question`, qui répète son libellé",
        other="« Other - Write In », deux colonnes du même nom",
        ranking="une colonne par option",
        unconfirmed="la date en toutes lettres ; la langue des réponses d'un questionnaire en plusieurs langues",
    )
    facts = Facts(
        first=(("Response ID",), ("Time Started",), ("Date Submitted",), ("Status",)),
        dropped=(
            *("Response ID", "Time Started", "Date Submitted", "Status", "Contact ID", "Legacy Comments", "Comments"),
            *("Language", "Referer", "Extended Referer", "SessionID", "User Agent", "Extended User Agent", "Tags"),
            *("IP Address", "Link Name", "Longitude", "Latitude", "Country", "City", "State/Region", "Postal"),
        ),
        sent=("Date Submitted", "Time Started"),
        zone="America/New_York",
        number=("Response ID",),
        states=(
            State(column=("Status",), counts=("Complete",), partial=("Partial",), out=("Deleted", "Disqualified")),
        ),
        joiner=":",
        item_first=True,
        said=mark("Les moments sont lus à l'heure de New York, celle d'Alchemer sauf réglage du compte."),
    )
