"""Typeform: a CSV with what was typed beside the options in a column ``Other`` behind its question.

Several columns are called ``Other``: each belongs to the question before it. Tags of HTML in titles are left out.

Seen in headers alone: the columns ``Response Type``, ``Stage Date (UTC)``, ``Tags`` and ``Ending`` of newer exports.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import MARKUP_TAG, FactTool
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Rows
from mentormatch.survey.tool import OTHER, ToolPage, item_header, rows_below

NUMBER, RESPONSE = "#", "response type"
STARTED, SUBMITTED, NETWORK = "start date (utc)", "submit date (utc)", "network id"
BESIDE = re.compile(r"other(\.[0-9]+)?")
"""A number behind it is how pandas tells such columns apart."""


class Typeform(FactTool):
    """Answers to a Typeform."""

    kind = "typeform"
    label = "Typeform"
    marks = (STARTED, SUBMITTED, NETWORK)
    expected = mark("« # », « Start Date (UTC) », « Submit Date (UTC) »")
    page = ToolPage(
        known_by="« # », « Start Date (UTC) », « Submit Date (UTC) » : deux des trois",
        files="CSV",
        sent="« Submit Date », sinon « Start Date » (UTC)",
        unfinished="« Submit Date » est vide, ou « Response Type » n'est pas « completed »",
        several="une colonne par option, à nommer dans `[mapping.questions]`",
        other="`Other`, derrière sa question",
        grid="une question par ligne",
        ranking="la cellule, dans l'ordre",
        unconfirmed="la forme d'un classement",
        response="« # »",
    )
    facts = Facts(
        dropped=(NUMBER, RESPONSE, STARTED, SUBMITTED, NETWORK, "stage date (utc)", "tags", "ending"),
        sent=(SUBMITTED, STARTED),
        zone="UTC",
        number=(NUMBER,),
        states=(
            State(column=(SUBMITTED,), partial=("",), others="counts"),
            State(column=(RESPONSE,), counts=("", "completed"), others="partial"),
        ),
    )

    def knows(self, rows: Rows) -> bool:
        """Take what has the two times behind the questions, or one of them and the tool's number first."""
        cells = rows.records[0].cells
        return len({STARTED, SUBMITTED} & set(map(fold, cells))) + (cells[0].strip() == NUMBER) > 1

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        return [*name_others(MARKUP_TAG.sub("", cell) for cell in rows.records[0].cells)], rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return not {STARTED, SUBMITTED}.isdisjoint(own.values())

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the number in front, and the last columns of the tool's names, from the first time on."""
        known = list(map(fold, names))
        last = {name: at for at, name in enumerate(known)}
        first = min((last[name] for name in (STARTED, SUBMITTED) if name in last), default=len(known))
        number = [0] if names[0].strip() == NUMBER else []
        response = [first - 1] if first and known[first - 1] == RESPONSE else []
        behind = [at for at in range(first, len(known)) if self.is_dropped(known[at]) and last[known[at]] == at]
        return {at: known[at] for at in (*number, *response, *behind)}


def name_others(cells: Iterable[str]) -> Iterator[str]:
    """Yield the headers, each ``Other`` as the item "Autre" of the question before it."""
    question = ""
    for cell in cells:
        beside = BESIDE.fullmatch(fold(cell)) is not None and question not in ("", NUMBER)
        question = question if beside else cell.strip()
        yield item_header(question, OTHER) if beside else cell
