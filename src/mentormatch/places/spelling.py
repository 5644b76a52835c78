"""How the name of a place is compared: what people shorten, leave out or punctuate makes no difference."""

import re
from functools import cache

from mentormatch.languages.text_keys import fold
from mentormatch.places.departements import DEPARTEMENTS

_SHORT = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}
_SLASHED = re.compile(r"\bs/")
_DELIVERY = re.compile(r" ?\b(cedex( \d{1,2})?|(bp|cs|tsa) ?\d+|(?<!de )(?<!en )france$)")
_TITLE = re.compile(r"^(departement|dep|dept|dpt) (de la |de l |du |des |de |d )?")
_LINK = re.compile(r"( de| a| en)?( la| l)?$")
_WORD = re.compile(r"[^\W_]+")


def spelled(text: str) -> str:
    """Return the words of ``text`` as names of places are compared.

    Without case, accents, hyphens and apostrophes; *saint* and *sainte* as people shorten them, *s/* in full.

    >>> spelled("SAINT-ÉTIENNE"), spelled("Chalon s/ Saône")
    ('st etienne', 'chalon sur saone')
    """
    words = _WORD.findall(_SLASHED.sub("sur ", fold(text)))
    return " ".join(_SHORT.get(word, word) for word in words)


def bare(text: str) -> str:
    """Return the words of ``text``, without what only concerns the delivery of letters, and that it is a département.

    >>> bare("Département de l'Isère"), bare("38000 Grenoble CEDEX 9")
    ('isere', '38000 grenoble')
    """
    return _TITLE.sub("", " ".join(_DELIVERY.sub("", spelled(text)).split()))


def unlinked(words: str) -> str:
    """Return the words of a name without those that link it to what came behind it.

    >>> unlinked("st denis de la")
    'st denis'
    """
    return _LINK.sub("", words)


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
