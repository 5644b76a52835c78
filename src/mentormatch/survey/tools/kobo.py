"""KoboToolbox. ``Question`` joins choices by spaces and is left out; ``Question/Option`` contains 1 or 0."""

from collections.abc import Sequence
from dataclasses import replace

from mentormatch.languages.translation import tr
from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Rows, TableRemark
from mentormatch.survey.tool import ToolPage, rows_below


class Kobo(FactTool):
    """The sheet of the form in an export of KoboToolbox; the sheets of repeated groups are not read."""

    kind = "kobotoolbox"
    label = "KoboToolbox"
    marks = ("_submission_time", "_uuid", "_validation_status", "_submitted_by")
    expected = "_id, _uuid, _submission_time"
    page = ToolPage(
        files="CSV, XLSX",
        sent="« _submission_time » (UTC), sinon « end »",
        several="`Question/option` : 1, 0 ; la cellule jointe est laissée",
        other="une question à part",
        ranking="une question par rang",
        unconfirmed="les mots de « _validation_status » ; le fuseau de « _submission_time »",
    )
    facts = Facts(
        among=(("_id",), ("_uuid",), ("_submission_time",)),
        place="around",
        dropped=(
            *("start", "end", "today", "deviceid", "username", "_id", "_uuid", "_submission_time"),
            *("_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags", "_index"),
        ),
        sent=("_submission_time", "end", "start"),
        zone="UTC",
        number=("_id", "_uuid"),
        states=(State(column=("_validation_status",), counts=("Approved",), out=("Not Approved",)),),
        joiner="/",
        boxes=True,
    )

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        """Return the names, and the rows below the header and a row of tags (#...), if there is one."""
        names, body = super().headings(rows)
        cells = [cell for cell in body.records[0].cells if cell.strip()] if body.records else []
        if not cells or not all(cell.startswith("#") for cell in cells):
            return names, body
        remark = TableRemark(body.records[0].line, tr("Une ligne d'étiquettes (#...) n'est pas lue."))
        return names, replace(rows_below(body), remarks=(*body.remarks, remark))
