"""Names of organisations -> pairs of names that may be of one organisation: for people to join, never joined here."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from mentormatch.languages.similarity import likenesses
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts.lexicon import fold, plain

MOST_NAMES = 200
"""Names that are compared with one another."""
MISSPELLED = 0.9
"""The least similarity of two names that may differ by a misspelling."""
SHORTEST = 6
"""Letters of a name in which a slip is looked for."""
MIN_STEM = 3
"""Letters of a word that is cut short: Hosp., dépt."""


def pairs_that_may_be_one(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of names that may be of one organisation, the shorter first.

    >>> list(pairs_that_may_be_one(["DREAL Auvergne-Rhône-Alpes", "DREAL ARA", "DREAL Bretagne"]))
    [('DREAL ARA', 'DREAL Auvergne-Rhône-Alpes')]
    """
    known = sorted(names[:MOST_NAMES], key=lambda name: (len(name), name))
    yield from ((one, other) for one, other in combinations(known, 2) if may_be_one(one, other))


def may_be_one(one: str, other: str) -> bool:
    """Return whether two names may be of one organisation: shortened, with words left out, or with a slip of the pen.

    Names that every comparison of answers takes for the same are not two names.

    >>> may_be_one("CHU Grenoble", "CHU de Grenoble Alpes"), may_be_one("St. Mary's Hosp.", "St Mary's Hospital")
    (True, True)
    >>> may_be_one("Lyon 1", "Lyon 2"), may_be_one("Mairie", "mairie")
    (False, False)
    """
    short, long = sorted((telling_words(one), telling_words(other)), key=len)
    if not short or fold(one) == fold(other) or re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    return (
        "".join(short) == "".join(long)
        or shortens(short, long)
        or shortens(long, short)
        or (short[0] == long[0] and len(short) > 1 and set(short) < set(long))
        or is_misspelled(short, long)
    )


def telling_words(name: str) -> list[str]:
    """Return the words of a name without articles and prepositions; letters with full stops are one word."""
    joined = re.sub(r"\b(?:\w\.){2,}(?:\w\b)?", lambda found: found[0].replace(".", ""), name)
    small = vocabulary().survey.stop_words.words
    return [word for word in plain(joined).split() if word not in small]


def shortens(short: Sequence[str], long: Sequence[str]) -> bool:
    """Return whether each word of a short name abbreviates the next words of a long one, to the end of both."""
    if not short or not long:
        return not short and not long
    return any(shortens(short[1:], long[taken:]) for taken in words_taken(short[0], long))


def words_taken(word: str, long: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of leading words that one word may abbreviate: itself, a stem, a synonym, initials."""
    first = long[0]
    stem = len(word) >= MIN_STEM and first.startswith(word)
    if word == first or stem or {word, first} <= vocabulary().organisation.town_halls.words:
        yield 1
    taken = len(word)
    if taken > 1 and word == "".join(part[0] for part in long[:taken]):
        yield taken


def is_misspelled(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names of as many words are the same but for a letter or so."""
    ours, theirs = " ".join(one), " ".join(other)
    close = len(one) == len(other) and min(len(ours), len(theirs)) >= SHORTEST
    return close and likenesses([ours], [theirs])[0][0] >= MISSPELLED
