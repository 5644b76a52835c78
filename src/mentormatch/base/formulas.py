"""Texts -> cells of delimited files that no spreadsheet takes for formulas, and back."""

import re

_LIVE = re.compile("['\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20\u2212]")


def guard(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: an apostrophe before what could start one.

    White space, invisible characters and full-width signs are seen through. A text that already looks guarded gets
    one more apostrophe, so that ``unguard`` gives every text back.

    >>> guard("=1+1"), guard("'=1+1"), guard("D'Artagnan")
    ("'=1+1", "''=1+1", "D'Artagnan")
    """
    return f"'{text}" if _LIVE.match(text) else text


def unguard(text: str) -> str:
    """Return the text that ``guard`` was given.

    >>> unguard(guard("'=1+1"))
    "'=1+1"
    """
    return text[1:] if text.startswith("'") and _LIVE.match(text, 1) else text
