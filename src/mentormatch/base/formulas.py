"""Texts -> cells of delimited files that no spreadsheet evaluates as formulas, and back."""

import re

_LIVE = re.compile("['\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20\u2212]")


def guard(text: str) -> str:
    """Return ``text`` with an apostrophe in front if a spreadsheet could evaluate it as a formula.

    Leading white space, invisible characters and full-width signs are recognised. A text that already looks guarded
    gets one more apostrophe, so that ``unguard`` restores every text.

    >>> guard("=1+1"), guard("'=1+1"), guard("D'Artagnan")
    ("'=1+1", "''=1+1", "D'Artagnan")
    """
    return f"'{text}" if _LIVE.match(text) else text


def unguard(text: str) -> str:
    """Return the original text of a guarded one.

    >>> unguard(guard("'=1+1"))
    "'=1+1"
    """
    return text[1:] if text.startswith("'") and _LIVE.match(text, 1) else text
