"""How texts are compared: text -> its words; a list of phrases -> the regular expression that finds one of them.

Phrases are separated by commas; ``*`` ends a word that may go on, stands for up to four words between two, or for one
at the end, ``**`` for up to eight.
"""

import re
from functools import cache, lru_cache
from itertools import groupby, product

from mentormatch.languages import text_keys

fold = lru_cache(maxsize=1 << 18)(text_keys.fold)
"""Answers are given again and again, and looked at by each kind in turn."""


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Return a text as words between single spaces: no case, accents, signs, nor inclusive endings set apart.

    >>> plain("Êtes-vous reconnu·e travailleur handicapé ?")
    'etes vous reconnue travailleur handicape'
    """
    said = re.sub(r"(?<=\w)[·•∙⋅‧](?=\w)", "", text)
    said = re.sub(r"(?<=\w)\((s|[nlt]?e|es)\)", r"\1", said, flags=re.IGNORECASE)
    return " ".join(re.findall(r"[^\W_]+", fold(said)))


def heads(answer: str) -> list[str]:
    """Return the words of an answer: all of them, those before brackets, a dash or a colon, those behind a number."""
    cut = re.split(r"\s*[(:–—,]|\s-\s", answer.strip(), maxsplit=1)[0]
    behind = re.sub(r"^\s*\d+\s*[-–—.:)=]\s*", "", answer)
    return list(dict.fromkeys(text for text in map(plain, (answer, cut, behind)) if text))


@cache
def within(phrases: str) -> re.Pattern[str]:
    """Return what finds one of these phrases among words; nothing where there is none."""
    return re.compile(rf"\b{alternatives(phrases)}(?!\w)" if phrases.strip() else r"(?!)")


@cache
def alternatives(phrases: str) -> str:
    """Return an expression for any of these phrases, those that begin alike together so that few are tried."""
    known = sorted({" ".join(phrase.split()) for phrase in phrases.split(",")} - {""})
    groups = [
        (start, [expression(each)[len(start) :] for each in each_of])
        for start, each_of in groupby(known, lambda p: p[:2])
    ]
    return (
        "(?:" + "|".join(f"{start}(?:{'|'.join(sorted(rest, key=len, reverse=True))})" for start, rest in groups) + ")"
    )


def combine(starts: str, ends: str) -> str:
    """Return the phrases that begin with one of these and end with one of those.

    >>> combine("born in, live in", "France, Peru")
    'born in France, born in Peru, live in France, live in Peru'
    """
    pairs = product(*(filter(None, (" ".join(part.split()) for part in text.split(","))) for text in (starts, ends)))
    return ", ".join(map(" ".join, pairs))


def expression(phrase: str) -> str:
    """Return the expression of one phrase: ``*`` goes on in a word or stands for some words, a last ``**`` for more."""
    written = re.sub(r" \*\*$", r"(?: \\w+){0,8}", phrase)
    written = re.sub(r" \*$", r"(?: \\w+)?", written)
    written = written.replace(" * ", r" (?:\w+ ){0,4}")
    return re.sub(r"(?<=\w)\*(?!\))", r"\\w*", written)
