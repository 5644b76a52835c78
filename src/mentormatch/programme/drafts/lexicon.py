"""Texts -> words for comparison; lists of phrases -> regular expressions that match any of the phrases.

Phrases are separated by commas; braces contain alternatives. ``*`` at the end of a word matches any ending, before the
first word any beginning. As a word of its own it matches up to four words between others, one at the end of a phrase; a
last ``**`` matches up to eight.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby, product

from mentormatch.languages import text_keys

# Answers repeat, and each kind of question folds them again
fold = lru_cache(maxsize=1 << 18)(text_keys.fold)


@lru_cache(maxsize=16384)
def normalize_words(text: str) -> str:
    """Return the folded words of a text, separated by single spaces, with inclusive endings joined to their words.

    >>> normalize_words("Êtes-vous reconnu·e travailleur handicapé ?")
    'etes vous reconnue travailleur handicape'
    """
    joined = re.sub(r"(?<=\w)[·•∙⋅‧](?=\w)", "", text)
    joined = re.sub(r"(?<=\w)\((s|[nlt]?e|es)\)", r"\1", joined, flags=re.IGNORECASE)
    return " ".join(re.findall(r"[^\W_]+", fold(joined)))


def get_readings(answer: str) -> list[str]:
    """Return the distinct readings of an answer: all words, those before one of ``(:,-``, those after a number."""
    before_brackets = re.split(r"\s*[(:–—,]|\s-\s", answer.strip(), maxsplit=1)[0]
    after_number = re.sub(r"^\s*\d+\s*[-–—.:)=]\s*", "", answer)
    return list(dict.fromkeys(text for text in map(normalize_words, (answer, before_brackets, after_number)) if text))


@cache
def compile_phrases(phrases: str) -> re.Pattern[str]:
    """Return a pattern that matches any of these phrases as whole words; it matches nothing without phrases."""
    return re.compile(rf"\b{make_phrases_regex(phrases)}(?!\w)")


@cache
def make_phrases_regex(phrases: str) -> str:
    """Return a regular expression for any of these phrases.

    Phrases with the same first two letters form one group, so that few alternatives are tried.
    """
    expanded = sorted({phrase for text in split_phrases(phrases) for phrase in expand_braces(text)})
    if not expanded:
        return r"(?!)"
    groups = [
        (start, [make_phrase_regex(phrase)[len(start) :] for phrase in phrases_of_start])
        for start, phrases_of_start in groupby(expanded, lambda phrase: "" if phrase[0] == "*" else phrase[:2])
    ]
    return (
        "(?:"
        + "|".join(f"{start}(?:{'|'.join(sorted(endings, key=len, reverse=True))})" for start, endings in groups)
        + ")"
    )


def split_phrases(phrases: str) -> list[str]:
    """Return the phrases of a list; commas inside braces do not separate phrases.

    >>> split_phrases("born in {France, Peru}, native of *")
    ['born in {France, Peru}', 'native of *']
    """
    return [" ".join(phrase.split()) for phrase in re.findall(r"(?:\{[^}]*\}|[^,{])+", phrases) if phrase.strip()]


def expand_braces(phrase: str) -> list[str]:
    """Return the phrases that a phrase with alternatives in braces represents.

    >>> expand_braces("{born, live} in {France, Peru}")
    ['born in France', 'born in Peru', 'live in France', 'live in Peru']
    """
    parts = [part[1:-1].split(",") if part[0] == "{" else [part] for part in re.findall(r"\{[^}]*\}|[^{]+", phrase)]
    return [" ".join("".join(words).split()) for words in product(*parts)]


def make_phrase_regex(phrase: str) -> str:
    """Return the regular expression of one phrase, with its asterisks."""
    pattern = re.sub(r" \*\*$", r"(?: \\w+){0,8}", phrase)
    pattern = re.sub(r" \*$", r"(?: \\w+)?", pattern)
    pattern = pattern.replace(" * ", r" (?:\w+ ){0,4}")
    return re.sub(r"(?<=\w)\*(?!\))|^\*(?=\w)", r"\\w*", pattern)


@cache
def number_by_word(steps: Sequence[str]) -> Mapping[str, int]:
    """Map each word or phrase in a list of steps to the index of its step."""
    return {word: index for index, words in enumerate(steps) for word in split_phrases(words)}
