"""Texts of an export -> texts as typed: without apostrophes before formulas, HTML references, or markup in headers."""

import re
from dataclasses import replace
from html import unescape

from mentormatch.survey.table import Rows

MARKUP_TAG = re.compile(r"</?(?:strong|b|em|i|u|br ?/?|span|p|div)\b[^<>]*>", re.IGNORECASE)
"""The markup in the words of a question; other angle brackets are the author's."""
GUARDED_FORMULAS = ("'=", "'+", "'-", "'@", "'\t", "'\r")  # what would be a formula, with a sign before it


def without_tool_marks(rows: Rows) -> Rows:
    """Return rows without the changes that some tools make to all texts, if the whole file shows such a change.

    A ``'`` before the start of a formula is removed if no cell starts as a formula. HTML references (``&amp;``) become
    their characters if different cells contain some, and no cell contains another ``&``.
    """
    cells = [cell for row in rows.records for cell in row.cells if cell]
    has_guards = any(cell.startswith(GUARDED_FORMULAS) for cell in cells)
    is_guarded = has_guards and not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    marked = [cell for cell in cells if "&" in cell]
    is_escaped = len(set(marked)) > 1 and all(
        cell.count("&") == len(re.findall(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});", cell))
        for cell in marked
    )
    if not is_guarded and not is_escaped:
        return rows

    def typed(cell: str) -> str:
        if is_guarded and cell.startswith(GUARDED_FORMULAS):
            return cell[1:]
        return unescape(cell) if is_escaped and "&" in cell else cell

    return replace(rows, records=tuple(replace(row, cells=tuple(map(typed, row.cells))) for row in rows.records))


def without_markup(rows: Rows) -> Rows:
    """Return rows with a header without markup, if every ``<`` in it starts a tag of a form editor."""
    first, *rest = rows.records
    marked = [cell for cell in first.cells if "<" in cell]
    if not marked or any(cell.count("<") != len(MARKUP_TAG.findall(cell)) for cell in marked):
        return rows
    header = tuple(plain_words(cell) or cell if "<" in cell else cell for cell in first.cells)
    return replace(rows, records=(replace(first, cells=header), *rest))


def plain_words(text: str) -> str:
    """Return the words of a question in one line without markup.

    >>> plain_words("Tell us<br>about <strong>you</strong>")
    'Tell us about you'
    """
    return " ".join(MARKUP_TAG.sub("", re.sub(r"<br ?/?>", " ", text, flags=re.IGNORECASE)).split())
