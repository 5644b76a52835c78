"""Typeform, a CSV with the other answers to a question in a column ``Other`` after it.

Several columns are called ``Other``: each belongs to the question before it. HTML tags in titles are removed.

The columns ``Response Type``, ``Stage Date (UTC)``, ``Tags`` and ``Ending`` of newer exports are known only by name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.table import Rows
from mentormatch.survey.tool import OTHER, ToolPage, part, rows_below
from mentormatch.survey.typed_texts import MARKUP_TAG

NUMBER_HEADER, RESPONSE_TYPE = "#", "response type"
START_HEADER, SUBMIT_HEADER, NETWORK_HEADER = "start date (utc)", "submit date (utc)", "network id"


class Typeform(FactTool):
    """Answers to a Typeform."""

    kind = "typeform"
    label = "Typeform"
    marks = (START_HEADER, SUBMIT_HEADER, NETWORK_HEADER)
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
        dropped=(
            NUMBER_HEADER,
            RESPONSE_TYPE,
            START_HEADER,
            SUBMIT_HEADER,
            NETWORK_HEADER,
            "stage date (utc)",
            "tags",
            "ending",
        ),
        sent=(SUBMIT_HEADER, START_HEADER),
        zone="UTC",
        number=(NUMBER_HEADER,),
        states=(
            State(column=(SUBMIT_HEADER,), partial=("",), others="counts"),
            State(column=(RESPONSE_TYPE,), counts=("", "completed"), others="partial"),
        ),
    )

    def knows(self, rows: Rows) -> bool:
        """Return whether at least two of three columns exist: the start date, the submit date, and the number first."""
        cells = rows.records[0].cells
        return len({START_HEADER, SUBMIT_HEADER} & set(map(fold, cells))) + (cells[0].strip() == NUMBER_HEADER) > 1

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        return [*name_others(MARKUP_TAG.sub("", cell) for cell in rows.records[0].cells)], rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        return not {START_HEADER, SUBMIT_HEADER}.isdisjoint(own.values())

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the number if it is first, and the tool's own columns at the end.

        These are the last ones of their names, from the first date on, or from the response type just before it.
        """
        folded = list(map(fold, names))
        last = {name: at for at, name in enumerate(folded)}
        first = min((last[name] for name in (START_HEADER, SUBMIT_HEADER) if name in last), default=len(folded))
        number = [0] if names[0].strip() == NUMBER_HEADER else []
        response = [first - 1] if first and folded[first - 1] == RESPONSE_TYPE else []
        at_end = [at for at in range(first, len(folded)) if self.is_dropped(folded[at]) and last[folded[at]] == at]
        return {at: folded[at] for at in (*number, *response, *at_end)}


def name_others(cells: Iterable[str]) -> Iterator[str]:
    """Yield the headers, each ``Other`` as the item "Autre" of the question before it."""
    question = ""
    for cell in cells:
        # pandas adds numbers to equal names
        is_other = re.fullmatch(r"other(\.[0-9]+)?", fold(cell)) is not None and question not in ("", NUMBER_HEADER)
        question = question if is_other else cell.strip()
        yield part(question, OTHER) if is_other else cell
