"""Lists of phrases, and where they stand in what a question says.

Phrases are separated by commas; ``*`` ends a word that may go on, stands for up to four words between two, or for one
at the end, ``**`` for up to eight.
"""

import re
from functools import cache, lru_cache
from itertools import groupby

from mentormatch.text import fold


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Return a text as words between single spaces: no case, accents, signs, nor inclusive endings set apart.

    >>> plain("Êtes-vous reconnu·e travailleur handicapé ?")
    'etes vous reconnue travailleur handicape'
    """
    said = re.sub(r"(?<=\w)[·•∙⋅‧](?=\w)", "", text)
    said = re.sub(r"(?<=\w)\((s|[nlt]?e|es)\)", r"\1", said, flags=re.IGNORECASE)
    return " ".join(re.findall(r"[^\W_]+", fold(said)))


@cache
def within(phrases: str) -> re.Pattern[str]:
    """Return what finds one of these phrases among words; nothing where there is none."""
    return re.compile(rf"\b{alternatives(phrases)}(?!\w)" if phrases.strip() else r"(?!)")


@cache
def alternatives(phrases: str) -> str:
    """Return an expression for any of these phrases, those that begin alike together so that few are tried."""
    known = sorted({" ".join(phrase.split()) for phrase in phrases.split(",")} - {""})
    groups = [
        (start, [pattern(each)[len(start) :] for each in each_of]) for start, each_of in groupby(known, lambda p: p[:2])
    ]
    return (
        "(?:" + "|".join(f"{start}(?:{'|'.join(sorted(rest, key=len, reverse=True))})" for start, rest in groups) + ")"
    )


def pattern(phrase: str) -> str:
    """Return the expression of one phrase: ``*`` goes on in a word or stands for some words, a last ``**`` for more."""
    written = re.sub(r" \*\*$", r"(?: \\w+){0,8}", phrase)
    written = re.sub(r" \*$", r"(?: \\w+)?", written)
    written = written.replace(" * ", r" (?:\w+ ){0,4}")
    return re.sub(r"(?<=\w)\*(?!\))", r"\\w*", written)
