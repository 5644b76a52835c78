"""Names of organisations -> pairs of similar names, for staff to join; this module joins none."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from mentormatch.languages.similarity import likenesses
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts.lexicon import fold, normalize_words

MAX_NAMES = 200  # compared with one another
MIN_SIMILARITY = 0.9  # of two names that may differ by a misspelling
MIN_MISSPELLED_LETTERS = 6  # a change of one letter in a shorter name makes another name
MIN_STEM_LETTERS = 3  # of an abbreviated word: Hosp., dépt.


def pairs_that_may_be_one(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of names that may be of one organisation, the shorter name first.

    >>> list(pairs_that_may_be_one(["DREAL Auvergne-Rhône-Alpes", "DREAL ARA", "DREAL Bretagne"]))
    [('DREAL ARA', 'DREAL Auvergne-Rhône-Alpes')]
    """
    ordered = sorted(names[:MAX_NAMES], key=lambda name: (len(name), name))
    yield from ((first, second) for first, second in combinations(ordered, 2) if may_be_one(first, second))


def may_be_one(first: str, second: str) -> bool:
    """Return whether two names may be of one organisation: abbreviated, with words left out, or misspelled.

    Names that are equal when folded are one name.

    >>> may_be_one("CHU Grenoble", "CHU de Grenoble Alpes"), may_be_one("St. Mary's Hosp.", "St Mary's Hospital")
    (True, True)
    >>> may_be_one("Lyon 1", "Lyon 2"), may_be_one("Mairie", "mairie")
    (False, False)
    """
    short, long = sorted((telling_words(first), telling_words(second)), key=len)
    if not short or fold(first) == fold(second) or re.findall(r"\d+", first) != re.findall(r"\d+", second):
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
    joined = re.sub(r"\b(?:\w\.){2,}(?:\w\b)?", lambda match: match[0].replace(".", ""), name)
    stop_words = vocabulary().survey.stop_words.words
    return [word for word in normalize_words(joined).split() if word not in stop_words]


def shortens(short: Sequence[str], long: Sequence[str]) -> bool:
    """Return whether each word of a short name abbreviates the next words of a long one, to the end of both."""
    if not short or not long:
        return not short and not long
    return any(shortens(short[1:], long[word_count:]) for word_count in words_taken(short[0], long))


def words_taken(word: str, long: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of leading words that one word may abbreviate: itself, a stem, a synonym, initials."""
    first = long[0]
    is_stem = len(word) >= MIN_STEM_LETTERS and first.startswith(word)
    if word == first or is_stem or {word, first} <= vocabulary().organisation.town_halls.words:
        yield 1
    length = len(word)
    if length > 1 and word == "".join(part[0] for part in long[:length]):
        yield length


def is_misspelled(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether two long names with equal numbers of words differ by about a letter."""
    first_text, second_text = " ".join(first), " ".join(second)
    is_long = len(first) == len(second) and min(len(first_text), len(second_text)) >= MIN_MISSPELLED_LETTERS
    return is_long and likenesses([first_text], [second_text])[0][0] >= MIN_SIMILARITY
