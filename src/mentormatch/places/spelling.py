"""How the name of a place is compared: what people shorten, leave out or punctuate makes no difference."""

import re
from functools import cache

from mentormatch.departements import DEPARTEMENTS
from mentormatch.text import fold

_SHORT = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}
_SLASHED = re.compile(r"\bs/")
_WORD = re.compile(r"[^\W_]+")


def spelled(text: str) -> str:
    """Return the words of ``text`` as names of places are compared.

    Without case, accents, hyphens and apostrophes; *saint* and *sainte* as people shorten them, *s/* in full.

    >>> spelled("SAINT-ÉTIENNE"), spelled("Chalon s/ Saône")
    ('st etienne', 'chalon sur saone')
    """
    words = _WORD.findall(_SLASHED.sub("sur ", fold(text)))
    return " ".join(_SHORT.get(word, word) for word in words)


@cache
def departements_by_spelling() -> dict[str, int]:
    """Return every number and every name, as ``spelled``, with its position in ``DEPARTEMENTS``.

    >>> DEPARTEMENTS[departements_by_spelling()["isere"]]
    ('38', 'Isère')
    """
    found: dict[str, int] = {}
    for index, (number, name) in enumerate(DEPARTEMENTS):
        words = spelled(name)
        found |= dict.fromkeys((number.lower(), number.lower().lstrip("0"), words, words.removeprefix("la ")), index)
    rhone = found["69"]
    return found | {"69d": rhone, "rhone hors metropole": rhone}
