"""Names of organisations -> those that may stand for one and the same: for people to join, never joined here."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from mentormatch.languages.similarity import likenesses
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts.lexicon import plain

MOST_NAMES = 200
"""Names that are compared with one another."""
MISSPELLED = 0.9
"""The likeness from which two names may differ by a slip of the pen alone."""
SHORTEST = 6
"""Letters of a name in which a slip is looked for."""


def pairs_that_may_be_one(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of names that may be of one organisation, the shorter first.

    >>> list(pairs_that_may_be_one(["DREAL Auvergne-Rhône-Alpes", "DREAL ARA", "DREAL Bretagne"]))
    [('DREAL ARA', 'DREAL Auvergne-Rhône-Alpes')]
    """
    known = sorted(names[:MOST_NAMES], key=lambda name: (len(name), name))
    yield from ((one, other) for one, other in combinations(known, 2) if may_be_one(one, other))


def may_be_one(one: str, other: str) -> bool:
    """Return whether two names may be of one organisation: by initials, by words left out, or by a slip of the pen.

    >>> may_be_one("CHU Grenoble", "CHU de Grenoble Alpes"), may_be_one("Lyon 1", "Lyon 2")
    (True, False)
    """
    short, long = sorted((telling_words(one), telling_words(other)), key=len)
    if not short or re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    shared = next((at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    return (
        short == long
        or is_acronym(short[shared:], long[shared:])
        or (shared > 0 and len(short) > 1 and set(short) < set(long))
        or is_misspelled(short, long)
    )


def telling_words(name: str) -> list[str]:
    """Return the words of a name without articles and prepositions."""
    small = vocabulary().survey.stop_words.words
    return [word for word in plain(name).split() if word not in small]


def is_acronym(short: Sequence[str], long: Sequence[str]) -> bool:
    """Return whether one word is made of the initials of two or more others."""
    return len(short) == 1 and len(long) > 1 and short[0] == "".join(word[0] for word in long)


def is_misspelled(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names of as many words are the same but for a letter or so."""
    ours, theirs = " ".join(one), " ".join(other)
    close = len(one) == len(other) and min(len(ours), len(theirs)) >= SHORTEST
    return close and likenesses([ours], [theirs])[0][0] >= MISSPELLED
