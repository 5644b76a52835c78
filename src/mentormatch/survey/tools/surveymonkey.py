"""SurveyMonkey: two header rows, a question over the first of its columns, below it an option, a line or "Response".

Any of the tool's own columns may be missing: the second row is mark enough. Who left half-way with an end date is seen
by the share of answers alone, for nothing else tells. Where the second row was blank there is one header row.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.table import Order, Rows, TextTable, tabulate
from mentormatch.survey.tool import (
    Tool,
    ToolPage,
    ToolQuestion,
    columns_of,
    first_filled,
    header_of,
    leading_count,
    not_of,
    rows_below,
    with_submissions,
    without_columns,
    without_labels,
)

RESPONDENT = ("respondent id", "id du repondant", "identifiant du repondant", "id de repondant")
COLLECTOR = ("collector id", "id du collecteur", "identifiant du collecteur", "id de collecteur")
START = ("start date", "date de debut")
END = ("end date", "date de fin")
LEFT_OUT = frozenset({*COLLECTOR, *START, *END, "ip address", "adresse ip"})
STAYING = frozenset(
    {*RESPONDENT, "email address", "adresse e-mail", "adresse email", "adresse electronique"}
    | {"first name", "prenom", "last name", "nom", "nom de famille"}
    | {f"{words} {number}" for words in ("custom data", "donnees personnalisees") for number in range(1, 10)}
)
OPEN = frozenset({"open-ended response", "reponse libre", "reponse ouverte"})
WHOLE_ANSWER = OPEN | {"response", "reponse"}
HALF_DAY = re.compile(r"[0-9]\s?[ap]m", re.IGNORECASE)


class SurveyMonkey(Tool):
    """Exports of single answers of SurveyMonkey: CSV, XLSX."""

    kind: ClassVar[str] = "surveymonkey"
    label: ClassVar[str] = "SurveyMonkey"
    marks: ClassVar[Sequence[str]] = (*RESPONDENT, *COLLECTOR, *sorted(OPEN))
    expected: ClassVar[str] = mark("deux lignes d'intitulés : des questions, puis « Response » ou des options")
    page: ClassVar[ToolPage] = ToolPage(
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

    def knows(self, rows: Rows) -> bool:
        """Take two header rows: questions, and "Response" below; or ids of respondent and collector over one alone."""
        if len(rows.records) < 2:
            return False
        over, under = in_width(rows)
        own = {fold(cell) for cell in over[: leading_count(over, LEFT_OUT | STAYING)]}
        ids = [not own.isdisjoint(names) for names in (RESPONDENT, COLLECTOR)]
        if not has_items(over, under):
            return all(ids)
        said = {fold(item) for item in under}
        spread = any(item.strip() and not question.strip() for question, item in zip(over, under, strict=True))
        signs = [*ids, spread, not said.isdisjoint(WHOLE_ANSWER)]
        return sum(signs) > 1 or not said.isdisjoint(OPEN)

    def sort(self, rows: Rows) -> TextTable:
        if len(rows.records) < 2:
            raise not_of(rows, self)
        over, under = in_width(rows)
        above = 2 if has_items(over, under) else 1
        own = own_in(over, under) if above > 1 else leading_count(over, LEFT_OUT | STAYING)
        found = [*map(ToolQuestion, over[:own]), *questions_in(over, under if above > 1 else [""] * len(over), own)]
        table = replace(tabulate(rows_below(rows, above), header_of(found)), tool=self.kind, own=frozenset(range(own)))
        ends = columns_of(table, END, own)
        times = ends + columns_of(table, START, own)
        table = with_submissions(
            table,
            times,
            whole=lambda cells: all(cells[column].strip() for column in ends),
            certain=order_in(table, times),
            response=columns_of(table, RESPONDENT, own),
        )
        return without_columns(table, columns_of(table, LEFT_OUT, own))


def in_width(rows: Rows) -> tuple[Sequence[str], Sequence[str]]:
    """Return the first two rows, both as wide as the wider."""
    first, second = (row.cells for row in without_labels(rows).records[:2])
    width = max(len(first), len(second))
    return [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]


def has_items(over: Sequence[str], under: Sequence[str]) -> bool:
    """Tell whether the second row is of items: nothing stands below what the tool notes in the first column."""
    return fold(over[0]) not in {*LEFT_OUT, *RESPONDENT} or not under[0].strip()


def order_in(table: TextTable, times: Sequence[int]) -> Order | None:
    """Return that the month comes first, where the times are in English and of half a day."""
    english = {fold(table.header[column]) for column in times} <= {START[0], END[0]}
    first = next((text for record in table.records if (text := first_filled(record.cells, times))), "")
    return "month first" if english and HALF_DAY.search(first) else None


def own_in(over: Sequence[str], under: Sequence[str]) -> int:
    """Return how many of the first columns are the tool's own: those that it knows, with nothing below."""
    known = leading_count(over, LEFT_OUT | STAYING)
    return next((at for at, item in enumerate(under[:known]) if item.strip()), known)


def questions_in(over: Sequence[str], under: Sequence[str], own: int) -> Iterator[ToolQuestion]:
    """Yield the questions behind the tool's own columns, each with the items below it."""
    width = len(over)
    starts = [at for at in range(own, width) if at == own or over[at].strip()]
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        yield ToolQuestion(over[start], tuple(item_of(item) for item in under[start:end]))


def item_of(label: str) -> str | None:
    """Return the item of a column, None where it holds the whole answer."""
    return None if not label.strip() or fold(label) in WHOLE_ANSWER else label
