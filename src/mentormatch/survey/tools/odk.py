"""ODK Central and Briefcase: the names of the form without its words, several choices joined by spaces."""

import re

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, OwnColumns, split_choices
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import ToolPage

CODES = re.compile(r"[A-Za-z_][\w.-]*(?: [A-Za-z_][\w.-]*)*", re.ASCII)


class Odk(FactTool):
    """Submissions of a form of ODK; the files of repeats are not read."""

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
        """Return the table with the names in the cells of several choices apart from one another."""
        return split_choices(super().answered(table, columns), codes_in, all_recur=True)


def codes_in(cell: str) -> list[str]:
    """Return the names in a cell, the whole text if it is none.

    >>> codes_in("o1 o3"), codes_in("Ana de la Tour, 3")
    (['o1', 'o3'], ['Ana de la Tour, 3'])
    """
    return cell.split(" ") if CODES.fullmatch(cell) else [cell]
