"""Moodle Questionnaire. Own columns in the language of the site, then ``Q01_name``, ``Q02_name->option``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import tr
from mentormatch.survey.fact_tool import FactTool, Layout, OwnColumns
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.moments import AmbiguousDate, parse_both_orders
from mentormatch.survey.table import Order, Rows, TableRemark, TextTable
from mentormatch.survey.tool import ToolPage, ToolQuestion
from mentormatch.survey.typed_texts import plain_words

NUMBERED_QUESTION = re.compile(r"Q(?P<number>[0-9]{2,3})_(?P<name>.+)", re.DOTALL)


class MoodleQuestionnaire(FactTool):
    """Responses of the plug-in Questionnaire."""

    kind = "moodle-questionnaire"
    label = "Moodle Questionnaire"
    marks = ("submitted on:",)
    expected = "Q01_..., Q02_..."
    page = ToolPage(
        known_by="`Q01_...`, `Q02_...` jusqu'à la dernière colonne, dans l'ordre",
        files="CSV, XLSX, ODS",
        sent="« Submitted on: », sous le nom qu'elle a dans la langue du site",
        refused="la ligne des moyennes est une ligne rejetée",
        several="`Q01_nom->option` : 1, 0",
        other="`Q01_nom->[Other:]`",
        grid="`Q01_nom->ligne` : le numéro du degré",
        ranking="le numéro du degré",
        response="la première colonne",
        unconfirmed="les intitulés de la langue du site",
    )
    facts = Facts(
        number=("Response",),
        states=(State(column=("Complete",), counts=("y",), partial=("n",)),),
        joiner="->",
        certain_joiner=True,
        unasked_boxes=True,
        summary=("Averages", "Moyennes", "Promedios", "Mittelwerte", "Durchschnitt", "Medie", "Médias", "Gemiddelden"),
    )

    def knows(self, rows: Rows) -> bool:
        """Return whether all named columns after the tool's own are Q01_..., Q02_..., in the order of the numbers."""
        names = [cell.strip() for cell in rows.records[0].cells]
        own_count = len(self.own_columns(names, rows))
        matches = [NUMBERED_QUESTION.fullmatch(name) for name in names[own_count:] if name]
        numbers = [int(match["number"]) for match in matches if match]
        return own_count > 0 and len(numbers) == len(matches) and numbers == sorted(numbers)

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        """Return the names without markup, with other answers as an item of their question, and the rows below."""
        names, body = super().headings(rows)
        return [re.sub(r"_(Other:)$", r"->[\1]", plain_words(unescape(name))) for name in names], body

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the columns before the first numbered one; the number of the response is in the first column."""
        first = next((at for at, name in enumerate(names) if NUMBERED_QUESTION.fullmatch(name.strip())), 0)
        return {at: fold(name) if at else "response" for at, name in enumerate(names[:first])}

    def is_dropped(self, name: str) -> bool:
        return True

    def joined_questions(self, layout: Layout) -> Iterator[ToolQuestion]:
        """Yield the questions without their numbers."""
        for question in super().joined_questions(layout):
            match = NUMBERED_QUESTION.fullmatch(question.question)
            yield replace(question, question=match["name"]) if match else question

    def answered(self, table: TextTable, columns: OwnColumns) -> TextTable:
        """Return the table with boxes of skipped questions empty, and a remark on each grid with numbers as levels."""
        table, remarks = super().answered(table, columns), list(table.remarks)
        for group in columns.items:
            texts = {row.cells[at] for row in table.records for at in group} - {""}
            if texts - {"0", "1"} and all(map(str.isdigit, texts)):
                question = table.header[group[0]].rpartition(" [")[0]
                sentence = tr(
                    "« {question} » : les numéros des degrés, et non leurs mots ; dites-les dans [mapping.options].",
                    question=question,
                )
                remarks.append(TableRemark(None, sentence))
        return replace(table, remarks=tuple(remarks))

    def moment_columns(self, table: TextTable, columns: OwnColumns) -> list[int]:
        """Return the first own column with only moments."""
        cells = {at: {row.cells[at] for row in table.records} - {""} for at in columns.all}
        return [
            at
            for at, texts in cells.items()
            if texts and all(parse_both_orders(text) != AmbiguousDate() for text in texts)
        ][:1]

    def order(self, table: TextTable, times: Sequence[int], columns: OwnColumns) -> Order | None:
        return "day first"
