"""A result with sentences or a table -> its short view in a notebook, at most forty lines."""

from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import language, spoken

if TYPE_CHECKING:
    from mentormatch.explanation.tables import CellValue, ResultSheet

MAX_LINES = 40  # sentences and rows of a view
OPENING = '<div lang="{}" class="mentormatch mathjax_ignore tex2jax_ignore">'
"""The tag around all that is displayed: a text with dollar signs is not a formula."""


class NotebookView:
    """A result that a notebook displays by its ``sentences`` and ``sheet``, as far as it has them."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        with language(getattr(self, "language", spoken()), unless_asked=True):
            sentences: tuple[str, ...] = getattr(self, "sentences", ())
            paragraphs = [f"<p>{escape(sentence)}</p>" for sentence in sentences[:MAX_LINES]]
            sheet: ResultSheet | None = getattr(self, "sheet", None)
            lines = MAX_LINES - len(paragraphs)
            table = [] if sheet is None or not sheet.rows else _table(sheet, lines)
            return "".join([OPENING.format(spoken()), *paragraphs, *table, "</div>"])


def _table(sheet: "ResultSheet", lines: int) -> Iterable[str]:
    yield f"<table><thead>{_row('th', sheet.titles)}</thead><tbody>"
    yield from (_row("td", row) for row in islice(sheet.rows, lines))
    yield "</tbody></table>"
    if len(sheet.rows) > lines:
        yield f"<p>… {escape(counted(len(sheet.rows) - lines, 'ligne'))}</p>"


def _row(tag: str, cells: "Iterable[CellValue]") -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"
