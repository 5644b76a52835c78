"""SurveyMonkey. Two header rows: a question above its first column, then an option, a row of a grid or "Response".

Any of the tool's own columns may be absent: the second row is enough to recognise an export. A response that was not
finished may have an end date: only its low share of answers shows it. If the second header row is blank in the file,
the table has one header row.
"""

import re
from collections.abc import Mapping, Sequence

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout, OwnColumns
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Order, Rows, TextTable
from mentormatch.survey.tool import (
    ToolPage,
    ToolQuestion,
    first_filled,
    leading_count,
    not_an_export_error,
    rows_below,
    without_labels,
)

RESPONDENT_HEADERS = ("respondent id", "id du repondant", "identifiant du repondant", "id de repondant")
COLLECTOR_HEADERS = ("collector id", "id du collecteur", "identifiant du collecteur", "id de collecteur")
START_HEADERS, END_HEADERS = ("start date", "date de debut"), ("end date", "date de fin")
DROPPED_COLUMNS = (*COLLECTOR_HEADERS, *START_HEADERS, *END_HEADERS, "ip address", "adresse ip")
KEPT_COLUMNS = (
    *(*RESPONDENT_HEADERS, "email address", "adresse e-mail", "adresse email", "adresse electronique"),
    *("first name", "prenom", "last name", "nom", "nom de famille"),
    *(f"{words} {number}" for words in ("custom data", "donnees personnalisees") for number in range(1, 10)),
)
OPEN_ANSWER = frozenset({"open-ended response", "reponse libre", "reponse ouverte"})
WHOLE_ANSWER = OPEN_ANSWER | {"response", "reponse"}


class SurveyMonkey(FactTool):
    """Exports of single answers of SurveyMonkey: CSV, XLSX."""

    kind = "surveymonkey"
    label = "SurveyMonkey"
    marks = (*RESPONDENT_HEADERS, *COLLECTOR_HEADERS, *sorted(OPEN_ANSWER))
    expected = mark("deux lignes d'intitulés : des questions, puis « Response » ou des options")
    page = ToolPage(
        known_by=(
            "une seconde ligne d'intitulés, « Response », « Open-Ended Response » ou des options ; ou « "
            "Respondent ID » et « Collector ID »"
        ),
        files="CSV, XLSX",
        sent="« End Date », sinon « Start Date »",
        unfinished="« End Date » est vide",
        own="Respondent ID, adresse, noms, « Custom Data »",
        several="une colonne par option, qui répète son libellé",
        other="« Other (please specify) », « Autre »",
        grid="une colonne par ligne",
        ranking="une colonne par option",
        unconfirmed="les libellés français ; les dates en mois/jour/année, en anglais avec AM ou PM",
        response="« Respondent ID »",
    )

    facts = Facts(
        dropped=DROPPED_COLUMNS,
        kept=KEPT_COLUMNS,
        sent=END_HEADERS + START_HEADERS,
        number=RESPONDENT_HEADERS,
        states=(State(column=END_HEADERS, partial=("",), others="counts"),),
    )

    def knows(self, rows: Rows) -> bool:
        """Return whether the second row contains items such as "Response", or both ids are in the first row.

        With two header rows, a typical text such as "Open-Ended Response" is enough; otherwise two signs are required.
        """
        if len(rows.records) < 2:
            return False
        over, under = in_width(rows)
        first_names = {fold(cell) for cell in over[: leading_count(over, DROPPED_COLUMNS + KEPT_COLUMNS)]}
        has_ids = [not first_names.isdisjoint(names) for names in (RESPONDENT_HEADERS, COLLECTOR_HEADERS)]
        if not has_items(over, under):
            return all(has_ids)
        if any(
            fold(item) in WHOLE_ANSWER and under[at + 1 :] and not over[at + 1].strip() for at, item in enumerate(under)
        ):
            return False  # "Response" has one column: the first row is a title
        items = {fold(item) for item in under}
        has_several_items = any(
            item.strip() and not question.strip() for question, item in zip(over, under, strict=True)
        )
        signs = [*has_ids, has_several_items, not items.isdisjoint(WHOLE_ANSWER)]
        return sum(signs) > 1 or not items.isdisjoint(OPEN_ANSWER)

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        if len(rows.records) < 2:
            raise not_an_export_error(rows, self)
        over, under = in_width(rows)
        return over, rows_below(rows, 2 if has_items(over, under) else 1)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return True

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the tool's own columns, up to the first with an item in the second row."""
        own, (over, under) = super().own_columns(names, rows), in_width(rows)
        first = next((at for at in own if under[at].strip()), len(own)) if has_items(over, under) else len(own)
        return {at: name for at, name in own.items() if at < first}

    def questions(self, layout: Layout) -> list[ToolQuestion]:
        """Return the questions after the tool's own columns, each with its items from the second row."""
        over, under = in_width(layout.rows)
        items = [item_of(item) for item in under] if has_items(over, under) else [None] * len(over)
        starts = [at for at in layout.asked() if at == len(layout.own) or over[at].strip()]
        ends = [*starts[1:], len(over)]
        return [
            ToolQuestion(over[start], tuple(items[start:end])) for start, end in zip(starts, ends, strict=bool(starts))
        ]

    def order(self, table: TextTable, times: Sequence[int], columns: OwnColumns) -> Order | None:
        """Return "month first" if the labels are English and the first time has a.m. or p.m., else None."""
        is_english = {columns.names[column] for column in times} <= {START_HEADERS[0], END_HEADERS[0]}
        first = next((text for record in table.records if (text := first_filled(record.cells, times))), "")
        return "month first" if is_english and re.search(r"[0-9]\s?[ap]m", first, re.IGNORECASE) else None


def in_width(rows: Rows) -> tuple[Sequence[str], Sequence[str]]:
    """Return the first two rows, filled to the same width."""
    first, second = (row.cells for row in without_labels(rows).records[:2])
    width = max(len(first), len(second))
    return [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]


def has_items(over: Sequence[str], under: Sequence[str]) -> bool:
    # Answers have a text below the first column of the tool
    return fold(over[0]) not in {*DROPPED_COLUMNS, *RESPONDENT_HEADERS} or not under[0].strip()


def item_of(label: str) -> str | None:
    """Return the item of a column, None for a column with the complete answer."""
    return None if not label.strip() or fold(label) in WHOLE_ANSWER else label
