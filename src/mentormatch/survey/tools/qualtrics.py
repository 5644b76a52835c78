"""Qualtrics. Header rows are tags, questions, and ``{"ImportId": ...}``, which older exports do not have."""

import re
from collections.abc import Sequence

from mentormatch.errors import Problem
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import tr
from mentormatch.survey.fact_tool import FactTool, Layout
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Record, Rows, unreadable
from mentormatch.survey.tool import OTHER, ToolPage, not_an_export_error, rows_below
from mentormatch.survey.typed_texts import plain_words

IMPORT_ID = re.compile(r"\{\s*\"ImportId\"\s*:.*\}", re.DOTALL)
CHOICE_SUFFIX, TEXT_SUFFIX = " - Selected Choice", " - Text"


class Qualtrics(FactTool):
    """Exports of Qualtrics with choice text: CSV, TSV, XLSX."""

    kind = "qualtrics"
    label = "Qualtrics"
    marks = ("recipientlastname", "distributionchannel", "locationlatitude", "recordeddate")
    expected = 'ResponseId, Finished, {"ImportId":...}'
    page = ToolPage(
        known_by='une ligne de `{"ImportId":...}` sous les questions, ou « ResponseId » et « Finished »',
        files="CSV, TSV, XLSX",
        sent="« RecordedDate », au fuseau que dit la troisième ligne",
        several="`a,b` ; ou `Question - option`, qui répète son libellé",
        other="`Question - Other - Text`",
        ranking="une colonne par option",
        unconfirmed="les intitulés des colonnes d'options ; un export en nombres est refusé, faute de libellés",
    )
    facts = Facts(
        kept=("RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference"),
        dropped=(
            *("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished"),
            *("RecordedDate", "ResponseId", "LocationLatitude", "LocationLongitude", "LocationAccuracy"),
            *("DistributionChannel", "UserLanguage", "ResponseSet"),
        ),
        prefixes=("Q_",),
        sent=("RecordedDate", "EndDate", "StartDate"),
        number=("ResponseId",),
        states=(
            State(
                column=("Status",),
                counts=("IP Address", "Imported", "Offline"),
                out=("Survey Preview", "Survey Test", "Spam"),
            ),
            State(column=("Finished",), counts=("True",), partial=("False",)),
        ),
        joiner=" - ",
    )

    def knows(self, rows: Rows) -> bool:
        """Return whether there is a row of import ids below the questions, or the columns Finished and ResponseId."""
        names = {fold(cell) for cell in rows.records[0].cells}
        return len(rows.records) > 1 and (names >= {"finished", "responseid"} or count_above(rows) > 2)

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        """Return the tags of the tool's own columns and the texts of the questions, and the rows below.

        Raises SurveyError if it is no export, or if it contains numbers instead of the texts of answers.
        """
        tags = [cell.strip() for cell in rows.records[0].cells]
        own = self.own_columns(tags, rows)
        if len(rows.records) < 2 or not own:
            raise not_an_export_error(rows, self)
        words = [*map(plain_words, rows.records[1].cells), *[""] * len(tags)]
        body = rows_below(rows, count_above(rows))
        finished = [at for at in own if fold(tags[at]) == "finished"]
        if {row.cells[at] for row in body.records for at in finished if at < len(row.cells)} & {"0", "1"}:
            cause = tr("des nombres au lieu des réponses en toutes lettres")
            raise unreadable(
                rows.source,
                Problem(
                    tags[finished[0]],
                    cause,
                    "True, False",
                    tr("refaites l'export avec « Use choice text » ; pour lire les nombres tels quels : --tool plain"),
                ),
            )
        return [tag if at in own else heading(tag, words[at], tags) for at, tag in enumerate(tags)], body

    def leave_out(self, layout: Layout) -> None:
        """Record the questions with a column per option, and leave out the box "Other"."""
        words = map(plain_words, layout.rows.records[1].cells)
        layout.with_items |= {word.partition(CHOICE_SUFFIX)[0] for word in words if f"{CHOICE_SUFFIX} - " in word}
        super().leave_out(layout)

    def zone(self, rows: Rows) -> str:
        ids = rows.records[count_above(rows) - 1].cells
        return next((match[1] for cell in ids if (match := re.search(r"\"timeZone\"\s*:\s*\"([^\"]+)\"", cell))), "")


def count_above(rows: Rows) -> int:
    return 3 if any(is_of_imports(row) for row in rows.records[2:3]) else 2


def is_of_imports(row: Record) -> bool:
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    return bool(cells) and all(map(IMPORT_ID.fullmatch, cells))


def heading(tag: str, words: str, tags: Sequence[str]) -> str:
    """Return the header of a column. The box "Other" and the column of its text have the same one."""
    name = words.replace(CHOICE_SUFFIX, "", 1)
    if f"{tag}_TEXT" in tags or (tag.endswith("_TEXT") and words.endswith(TEXT_SUFFIX)):
        return f"{name.removesuffix(TEXT_SUFFIX).rpartition(' - ')[0]} - {OTHER}"
    return name or tag
