"""How texts that people typed leave safely, and how ours keep French typography."""

import re

from mentormatch.languages import FRENCH, spoken
from mentormatch.languages.phrases import NO_BREAK

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LIVE = re.compile("['\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20\u2212]")
_BEFORE = re.compile(r" (?=[:;?!%»])")
_AFTER = re.compile(r"(?<=[«°]) ")


def visible(text: str) -> str:
    r"""Return ``text`` with the characters that XML and UTF-8 cannot hold, or that nothing shows, as escapes.

    >>> visible("a\x1ab\ud800")
    'a\\x1ab\\ud800'
    """
    return _UNSEEN.sub(_escape, text.replace("\r\n", "\n"))


def encodable(text: str) -> str:
    r"""Return ``text`` with the halves of surrogate pairs, which UTF-8 cannot hold, as escapes; the rest as typed.

    >>> encodable("a\x1a\udfff")
    'a\x1a\\udfff'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


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


def spaced(text: str) -> str:
    r"""Return ``text`` with no-break spaces where French typography asks for them; as it is in another language.

    >>> spaced("« Non » : 40 %")
    '«\xa0Non\xa0»\xa0: 40\xa0%'
    """
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text)) if spoken() == FRENCH else text


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
