"""SurveyMonkey: two header rows, a question over the first of its columns, below it an option, a line or "Response".

Any of the tool's own columns may be missing: the second row is mark enough. Who left half-way with an end date is seen
by the share of answers alone, for nothing else tells. Where the second row was blank there is one header row.
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

RESPONDENT = ("respondent id", "id du repondant", "identifiant du repondant", "id de repondant")
COLLECTOR = ("collector id", "id du collecteur", "identifiant du collecteur", "id de collecteur")
START, END = ("start date", "date de debut"), ("end date", "date de fin")
LEFT_OUT = (*COLLECTOR, *START, *END, "ip address", "adresse ip")
STAYING = (
    *(*RESPONDENT, "email address", "adresse e-mail", "adresse email", "adresse electronique"),
    *("first name", "prenom", "last name", "nom", "nom de famille"),
    *(f"{words} {number}" for words in ("custom data", "donnees personnalisees") for number in range(1, 10)),
)
OPEN = frozenset({"open-ended response", "reponse libre", "reponse ouverte"})
WHOLE_ANSWER = OPEN | {"response", "reponse"}
HALF_DAY = re.compile(r"[0-9]\s?[ap]m", re.IGNORECASE)


class SurveyMonkey(FactTool):
    """Exports of single answers of SurveyMonkey: CSV, XLSX."""

    kind = "surveymonkey"
    label = "SurveyMonkey"
    marks = (*RESPONDENT, *COLLECTOR, *sorted(OPEN))
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
        dropped=LEFT_OUT,
        kept=STAYING,
        sent=END + START,
        number=RESPONDENT,
        states=(State(column=END, partial=("",), others="counts"),),
    )

    def knows(self, rows: Rows) -> bool:
        """Take two header rows: questions, and "Response" below; or ids of respondent and collector over one alone."""
        if len(rows.records) < 2:
            return False
        over, under = in_width(rows)
        own = {fold(cell) for cell in over[: leading_count(over, LEFT_OUT + STAYING)]}
        ids = [not own.isdisjoint(names) for names in (RESPONDENT, COLLECTOR)]
        if not has_items(over, under):
            return all(ids)
        if any(
            fold(item) in WHOLE_ANSWER and under[at + 1 :] and not over[at + 1].strip() for at, item in enumerate(under)
        ):
            return False  # a whole answer has one column: the first row is a title
        said = {fold(item) for item in under}
        spread = any(item.strip() and not question.strip() for question, item in zip(over, under, strict=True))
        signs = [*ids, spread, not said.isdisjoint(WHOLE_ANSWER)]
        return sum(signs) > 1 or not said.isdisjoint(OPEN)

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        if len(rows.records) < 2:
            raise not_an_export_error(rows, self)
        over, under = in_width(rows)
        return over, rows_below(rows, 2 if has_items(over, under) else 1)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return True

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the first columns that the tool knows, with nothing below."""
        own, (over, under) = super().own_columns(names, rows), in_width(rows)
        first = next((at for at in own if under[at].strip()), len(own)) if has_items(over, under) else len(own)
        return {at: known for at, known in own.items() if at < first}

    def questions(self, layout: Layout) -> list[ToolQuestion]:
        """Return the questions behind the tool's own columns, each with the items below it."""
        over, under = in_width(layout.rows)
        items = [item_of(item) for item in under] if has_items(over, under) else [None] * len(over)
        starts = [at for at in layout.asked() if at == len(layout.own) or over[at].strip()]
        ends = [*starts[1:], len(over)]
        return [
            ToolQuestion(over[start], tuple(items[start:end])) for start, end in zip(starts, ends, strict=bool(starts))
        ]

    def order(self, table: TextTable, times: Sequence[int], columns: OwnColumns) -> Order | None:
        """Return that the month comes first, where the times are in English and of half a day."""
        english = {columns.names[column] for column in times} <= {START[0], END[0]}
        first = next((text for record in table.records if (text := first_filled(record.cells, times))), "")
        return "month first" if english and HALF_DAY.search(first) else None


def in_width(rows: Rows) -> tuple[Sequence[str], Sequence[str]]:
    """Return the first two rows, both as wide as the wider."""
    first, second = (row.cells for row in without_labels(rows).records[:2])
    width = max(len(first), len(second))
    return [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]


def has_items(over: Sequence[str], under: Sequence[str]) -> bool:
    """Tell whether the second row is of items: nothing stands below what the tool notes in the first column."""
    return fold(over[0]) not in {*LEFT_OUT, *RESPONDENT} or not under[0].strip()


def item_of(label: str) -> str | None:
    """Return the item of a column, None where it holds the whole answer."""
    return None if not label.strip() or fold(label) in WHOLE_ANSWER else label
