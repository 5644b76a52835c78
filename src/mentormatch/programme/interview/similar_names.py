"""Names of structures -> the pairs of them that may be one structure, by initials, abbreviations and punctuation."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from mentormatch.languages.text_keys import fold

# French here is read, not said

SMALL = frozenset(re.findall(r"\w+", "a au aux d de des du el et for l la le les of the and und von y"))
SAME = (frozenset(("mairie", "ville", "commune", "municipalite")),)
"""Words that stand for one another before the name of a place."""
MIN_STEM = 3  # letters of a word that is cut short: Hosp., dépt
MIN_INITIALS = 2


def similar_names(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of names that may be one structure, each name with one other at most.

    >>> similar_names(["DREAL ARA", "DREAL Auvergne-Rhône-Alpes", "DREAL Bretagne", "C.C.A.S.", "CCAS"])
    [('DREAL ARA', 'DREAL Auvergne-Rhône-Alpes'), ('C.C.A.S.', 'CCAS')]
    """
    taken: set[str] = set()
    found: list[tuple[str, str]] = []
    for one, other in combinations(names, 2):
        if taken.isdisjoint((one, other)) and fold(one) != fold(other) and may_be_one(parts_of(one), parts_of(other)):
            found.append((one, other))
            taken |= {one, other}
    return found


def parts_of(name: str) -> list[str]:
    """Return the words of a name that tell it from others; letters with full stops between them are one word."""
    said = re.sub(r"\b(?:\w\.){2,}(?:\w\b)?", lambda found: found[0].replace(".", ""), fold(name))
    return [word for word in re.findall(r"\w+", said.replace("'s", "s")) if word not in SMALL]


def may_be_one(ones: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether two lists of words are the same but for initials, words cut short, and words for a town hall."""
    if not ones or not others:
        return False
    if "".join(ones) == "".join(others):
        return True
    return any(shortens(short, long) for short, long in ((ones, others), (others, ones)))


def shortens(short: Sequence[str], long: Sequence[str]) -> bool:
    """Return whether each word of a short name stands for the next words of a long one, to the end of both."""
    if not short or not long:
        return not short and not long
    return any(shortens(short[1:], long[taken:]) for taken in words_taken(short[0], long))


def words_taken(word: str, long: Sequence[str]) -> Iterator[int]:
    """Yield how many of the first words of a long name one word stands for: itself, a stem, a synonym, initials."""
    first = long[0]
    stem = len(word) >= MIN_STEM and first.startswith(word)
    if word == first or stem or any({word, first} <= same for same in SAME):
        yield 1
    taken = len(word)
    if taken >= MIN_INITIALS and word == "".join(part[0] for part in long[:taken]):
        yield taken
