"""Texts -> their likeness, and the nearest of several names: for suggestions to people, never for decisions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mentormatch.languages.text_keys import fold

MIN_LIKENESS = 0.6  # of a name that is worth suggesting


@dataclass(frozen=True, slots=True)
class NearText:
    """A name near to a word, and its likeness: 1 for the same letters in the same order, 0 for no common letter."""

    name: str
    likeness: float


def likenesses(words: Sequence[str], names: Sequence[str]) -> list[list[float]]:
    """Return the likeness of each word to each name, between 0 and 1, ignoring case, accents and punctuation.

    The maximum of three likenesses counts. They are the share of letters common to both in the same order (normalised
    indel similarity, as in rapidfuzz), that share after sorting the words of each text, and 0.8 times that share for
    the words common to both (token set ratio).

    >>> likenesses(["Disciplines artistiques"], ["Vos disciplines artistiques", "Courriel"])
    [[0.92, 0.26]]
    """
    from rapidfuzz import fuzz, process

    ours, theirs = [strip_to_words(word) for word in words], [strip_to_words(name) for name in names]
    if not ours or not theirs:
        return [[] for _ in words]
    in_order = process.cdist(ours, theirs, scorer=fuzz.ratio)
    sorted_words = process.cdist(ours, theirs, scorer=fuzz.token_sort_ratio)
    # Weighted down, as a long question may contain all words of a short one by chance.
    shared_words = process.cdist(ours, theirs, scorer=fuzz.token_set_ratio) * 0.8
    best = in_order.clip(min=sorted_words).clip(min=shared_words) / 100
    return [[round(float(value), 2) for value in row] for row in best]


def closest(word: object, names: Iterable[str], *, least: float = MIN_LIKENESS) -> NearText | None:
    """Return the name nearest to ``word``, or None if no name has a likeness of ``least`` or more.

    >>> closest("disciplin", ["annees", "disciplines"])
    NearText(name='disciplines', likeness=0.9)
    """
    candidates = list(names)
    scores = likenesses([str(word)], candidates)[0]
    best = max(range(len(candidates)), key=lambda index: scores[index], default=None)
    return NearText(candidates[best], scores[best]) if best is not None and scores[best] >= least else None


def strip_to_words(text: str) -> str:
    return re.sub(r"\W+", " ", fold(text)).strip()
