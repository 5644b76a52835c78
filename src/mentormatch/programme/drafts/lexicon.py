"""How texts are compared: text -> its words; a list of phrases -> the regular expression that finds one of them."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby, product

from mentormatch.languages import text_keys

fold = lru_cache(maxsize=1 << 18)(text_keys.fold)
"""Answers are given again and again, and read by each kind in turn."""


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
    """Return an expression that finds one of these phrases among words; it finds nothing if there is no phrase."""
    return re.compile(rf"\b{alternatives(phrases)}(?!\w)")


@cache
def alternatives(phrases: str) -> str:
    """Return an expression for any of these phrases, those that begin alike together so that few are tried."""
    known = sorted({phrase for text in split_phrases(phrases) for phrase in expand(text)})
    if not known:
        return r"(?!)"
    groups = [
        (start, [expression(phrase)[len(start) :] for phrase in of_start])
        for start, of_start in groupby(known, lambda phrase: "" if phrase[0] == "*" else phrase[:2])
    ]
    return (
        "(?:" + "|".join(f"{start}(?:{'|'.join(sorted(rest, key=len, reverse=True))})" for start, rest in groups) + ")"
    )


def split_phrases(phrases: str) -> list[str]:
    """Return the phrases of a list; commas inside braces separate none.

    >>> split_phrases("born in {France, Peru}, native of *")
    ['born in {France, Peru}', 'native of *']
    """
    return [" ".join(phrase.split()) for phrase in re.findall(r"(?:\{[^}]*\}|[^,{])+", phrases) if phrase.strip()]


def expand(phrase: str) -> list[str]:
    """Return the phrases that a phrase with alternatives in braces stands for.

    >>> expand("{born, live} in {France, Peru}")
    ['born in France', 'born in Peru', 'live in France', 'live in Peru']
    """
    parts = [part[1:-1].split(",") if part[0] == "{" else [part] for part in re.findall(r"\{[^}]*\}|[^{]+", phrase)]
    return [" ".join("".join(words).split()) for words in product(*parts)]


def expression(phrase: str) -> str:
    """Return the expression of one phrase: ``*`` goes on in a word or stands for some words, a last ``**`` for more."""
    written = re.sub(r" \*\*$", r"(?: \\w+){0,8}", phrase)
    written = re.sub(r" \*$", r"(?: \\w+)?", written)
    written = written.replace(" * ", r" (?:\w+ ){0,4}")
    return re.sub(r"(?<=\w)\*(?!\))|^\*(?=\w)", r"\\w*", written)


@cache
def number_by_word(steps: Sequence[str]) -> Mapping[str, int]:
    """Return the place of each word or phrase in a list of steps."""
    return {word: place for place, words in enumerate(steps) for word in split_phrases(words)}
