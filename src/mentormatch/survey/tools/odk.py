"""ODK Central and Briefcase. Cells contain the names of the form, without its texts; choices are joined by spaces."""

import re

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, OwnColumns, split_choices
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import ToolPage


class Odk(FactTool):
    """Submissions of an ODK form; the files of repeated groups are not read."""

    kind = "odk-central"
    label = "ODK Central"
    marks = ("submissiondate", "meta-instanceid", "attachmentsexpected", "reviewstate")
    expected = "SubmissionDate, KEY"
    page = ToolPage(
        known_by="« SubmissionDate » en premier, et « KEY »",
        files="CSV",
        several="des noms séparés par des espaces ; `question/nom` : 1, 0",
        other="une question à part",
        ranking="des noms séparés par des espaces",
    )
    facts = Facts(
        first=(("SubmissionDate",),),
        among=(("KEY",),),
        place="around",
        dropped=(
            *("SubmissionDate", "meta-instanceID", "instanceID", "KEY", "SubmitterID", "SubmitterName", "isValidated"),
            *("AttachmentsPresent", "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"),
            *("meta-instanceName", "instanceName"),
        ),
        sent=("SubmissionDate",),
        number=("KEY",),
        states=(State(column=("ReviewState",), counts=("approved", "edited", "received"), out=("rejected",)),),
        joiner="/",
        boxes=True,
        said=mark(
            "Le fichier a les noms du formulaire, et non ses questions ni ses réponses en toutes lettres : dites-les"
            " dans le programme, d'après le XLSForm."
        ),
    )

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        return split_choices(super().answered(table, columns), names_in, all_recur=True)


def names_in(cell: str) -> list[str]:
    """Return the names in a cell, the text unchanged if it is no list of names.

    >>> names_in("o1 o3"), names_in("Ana de la Tour, 3")
    (['o1', 'o3'], ['Ana de la Tour, 3'])
    """
    return cell.split(" ") if re.fullmatch(r"[A-Za-z_][\w.-]*(?: [A-Za-z_][\w.-]*)*", cell, re.ASCII) else [cell]
