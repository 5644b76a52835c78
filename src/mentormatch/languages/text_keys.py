"""How two texts are compared: four readings of one text, from the strictest to the loosest.

============  ==========================================  =====================================================
reading       for                                         takes as equal
============  ==========================================  =====================================================
canonical     keys and names                              case, composed or not, apostrophes, runs of white space
fold          headers of columns, options of a question   accents, dashes, ligatures, invisible characters as well
skeleton      finding look-alikes, never to merge them    letters of other alphabets and digits that look the same
============  ==========================================  =====================================================

``flags`` tells what in a text cannot be seen. What people typed is always shown as they typed it, but for control
characters, which are shown as escapes, so that no terminal obeys them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from mentormatch.languages import mark, tr

_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u02bb\u2032\u00b4`\uff07\u02b9"), "'")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_MINUS = "\u2212"
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OVERRIDDEN = re.compile("\u202e([^\u202c]*)\u202c?")
_WORD = re.compile(r"[^\W\d_]+")
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})

# Letter to the Cyrillic, Greek and other characters that most fonts draw alike (a part of confusables.txt, UTS 39).
_ALIKE = {
    "A": "\u0410\u0391",
    "a": "\u0430\u03b1\u0251",
    "B": "\u0412\u0392",
    "b": "\u0432",
    "C": "\u0421",
    "c": "\u0441",
    "d": "\u0501\u0111\u0110",
    "E": "\u0415\u0395",
    "e": "\u0435\u03b5",
    "G": "\u050c",
    "g": "\u0261",
    "H": "\u041d\u0397",
    "h": "\u04bb",
    "I": "\u0406\u0399",
    "i": "\u0456\u03b9\u0131",
    "J": "\u0408",
    "j": "\u0458",
    "K": "\u041a\u039a",
    "k": "\u043a\u03ba",
    "l": "\u04cf\u04c01\u0142\u0141",
    "M": "\u041c\u039c",
    "m": "\u043c",
    "N": "\u039d",
    "n": "\u03b7",
    "O": "\u041e\u039f",
    "o": "\u043e\u03bf0\u00f8\u00d8",
    "P": "\u0420\u03a1",
    "p": "\u0440\u03c1",
    "Q": "\u051a",
    "q": "\u051b",
    "S": "\u0405",
    "s": "\u0455",
    "T": "\u0422\u03a4",
    "t": "\u0442\u03c4",
    "u": "\u03c5",
    "v": "\u03bd",
    "W": "\u051c",
    "w": "\u051d\u03c9",
    "X": "\u0425\u03a7",
    "x": "\u0445\u03c7",
    "Y": "\u0423\u04ae\u03a5",
    "y": "\u0443\u04af\u03b3",
    "Z": "\u0396",
}
_CONFUSABLES = str.maketrans({like: letter for letter, alike in _ALIKE.items() for like in alike})


def canonical(text: str) -> str:
    """Return ``text`` as keys and names are compared: NFC, casefold, one apostrophe, single spaces.

    >>> canonical("  ZOE\u0301   d\u2019Arc ") == canonical("zo\u00e9 d'arc")
    True
    >>> canonical("007") == canonical("0007")
    False
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    lowered = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    composed = unicodedata.normalize("NFC", lowered).translate(_APOSTROPHES)
    return " ".join(composed.split())


def canonicals(texts: Sequence[str]) -> tuple[str, ...]:
    r"""Return texts as ``canonical`` does; all at once, where they are plain words.

    >>> canonicals(["M01", "m02"]), canonicals(["M01", "Zoe\u0301  d'Arc"])
    (('m01', 'm02'), ('m01', "zo\xe9 d'arc"))
    """
    lines = "\n".join(texts)
    words = lines.lower().replace("`", "'").split() if lines.isascii() else []
    if len(words) == len(texts) and len("\n".join(words)) == len(lines):
        return tuple(words)
    return tuple(map(canonical, texts))


def fold(text: str) -> str:
    """Return ``text`` as headers and options are compared: only what a reader would call the same words is left.

    NFKC, casefold, no accents, one kind of apostrophe, dash and space, no invisible characters.

    >>> fold("Numéro\u00a0d\u2019adhérent\u200b  (École)")
    "numero d'adherent (ecole)"
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().replace("`", "'").split())
    return " ".join(unicodedata.normalize("NFKC", text.translate(_FOLDED)).split())


def skeleton(text: str) -> str:
    """Return what ``text`` looks like, in letters and digits: equal skeletons are worth a look, never a merge.

    >>> skeleton("\u0420aul") == skeleton("Pau\u200bl") == skeleton("\u202eluaP") == skeleton("Paul")
    True
    """
    if text.isascii():
        return "".join(filter(str.isalnum, text.translate(_CONFUSABLES).lower()))
    seen = _bare(_OVERRIDDEN.sub(lambda match: match[1][::-1], text))
    alike = _bare(seen.translate(_CONFUSABLES).translate(_LIGATURES).casefold())
    return "".join(character for character in alike if character.isalnum())


def flags(text: str) -> tuple[str, ...]:
    """Return, in words, what in ``text`` a reader cannot see or would take for something else.

    >>> flags("Pau\u200bl")
    ('caractère invisible',)
    >>> flags("Zoé")
    ()
    """
    if text.isascii() and text.isprintable():
        return ()
    found = {
        mark("caractère invisible"): any(_is_invisible(character) and character not in _BIDI for character in text),
        mark("marque de sens d'écriture"): not _BIDI.isdisjoint(text),
        mark("alphabets mélangés dans un mot"): any(len(_alphabets(word)) > 1 for word in _WORD.findall(text)),
        mark("caractères pleine chasse"): any(unicodedata.east_asian_width(character) == "F" for character in text),
    }
    return tuple(tr(flag) for flag, present in found.items() if present)


def _bare(text: str) -> str:
    """Return ``text`` decomposed (NFKD), without accents and without invisible characters."""
    return unicodedata.normalize("NFKD", text).translate(_DRAWN)


class _Drawn(dict[int, int | None]):
    """For ``str.translate``: what is drawn by itself stays, marks and invisible characters go; filled as they come."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        self[code] = None if _is_mark(character) or _is_invisible(character) else code
        return self[code]


class _Folded(dict[int, str]):
    """For ``str.translate``: each character as ``fold`` compares it; filled as they come."""

    def __missing__(self, code: int) -> str:
        lowered = _bare(chr(code).translate(_APOSTROPHES)).casefold()
        plain = _bare(lowered).translate(_LIGATURES).translate(_APOSTROPHES)
        self[code] = "".join(map(_plain_dash, plain))
        return self[code]


_DRAWN, _FOLDED = _Drawn(), _Folded()


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me"}


def _is_invisible(character: str) -> bool:
    """Tell whether nothing is drawn: zero width, fillers, variation selectors, controls that are not white space."""
    category = unicodedata.category(character)
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return category == "Cf" or character in _FILLERS or selector or (category == "Cc" and not character.isspace())


def _plain_dash(character: str) -> str:
    return "-" if character == _MINUS or unicodedata.category(character) == "Pd" else character


def _alphabets(word: Iterable[str]) -> set[str]:
    return {unicodedata.name(character, "?").split(" ", 1)[0] for character in word} & _ALPHABETS


_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BREAKS = re.compile("[\t\n]")


def escape_controls(text: str) -> str:
    r"""Return a text that steers no terminal: each character that would is shown as an escape.

    >>> escape_controls("M01\x1b[2J\tPau\u202el\r\n")
    'M01\\u001b[2J\tPau\\u202el\n'
    """
    return _STEERING.sub(_escape, text.replace("\r\n", "\n"))


def on_one_line(text: str) -> str:
    r"""Return a text that steers no terminal and takes one line and no column, whatever stands in it.

    >>> on_one_line("M01\nErreur")
    'M01\\u000aErreur'
    """
    return _BREAKS.sub(_escape, _STEERING.sub(_escape, text))


def row_text(*cells: object) -> str:
    """Return one row of a table, each cell within its column."""
    return "\t".join(on_one_line(str(cell)) for cell in cells)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
