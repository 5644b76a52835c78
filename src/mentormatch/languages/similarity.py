"""How near two texts are, and which of several is nearest: for suggestions to people, never to decide by itself."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mentormatch.languages.text_keys import fold

NEAR = 0.6
"""From there on a name is worth suggesting."""
SHARED = 0.8
"""What the likeness of shared words alone counts: all words of a short question may stand in a long one by chance."""


@dataclass(frozen=True, slots=True)
class NearText:
    """A name that is near to a word, and its likeness: 1 for the same letters in the same order, 0 for none."""

    name: str
    likeness: float


def likenesses(words: Sequence[str], names: Sequence[str]) -> list[list[float]]:
    """Return how near each word is to each name, between 0 and 1; case, accents and punctuation left out.

    The likeness is the greatest of three: the share of letters that both have in the same order (normalised indel
    distance, as rapidfuzz computes it), the same with the words of each sorted, and that of the words they share
    (token set), which counts for less.

    >>> likenesses(["Disciplines artistiques"], ["Vos disciplines artistiques", "Courriel"])
    [[0.92, 0.26]]
    """
    from rapidfuzz import fuzz, process

    ours, theirs = [bare(word) for word in words], [bare(name) for name in names]
    if not ours or not theirs:
        return [[] for _ in words]
    in_order = process.cdist(ours, theirs, scorer=fuzz.ratio)
    sorted_words = process.cdist(ours, theirs, scorer=fuzz.token_sort_ratio)
    shared_words = process.cdist(ours, theirs, scorer=fuzz.token_set_ratio) * SHARED
    best = in_order.clip(min=sorted_words).clip(min=shared_words) / 100
    return [[round(float(value), 2) for value in row] for row in best]


def closest(word: object, names: Iterable[str], *, least: float = NEAR) -> NearText | None:
    """Return the name that is nearest to ``word``, None where none is as near as ``least``.

    >>> closest("disciplin", ["annees", "disciplines"])
    NearText(name='disciplines', likeness=0.9)
    """
    known = list(names)
    row = likenesses([str(word)], known)[0]
    best = max(range(len(known)), key=lambda place: row[place], default=None)
    return NearText(known[best], row[best]) if best is not None and row[best] >= least else None


def bare(text: str) -> str:
    """Return the words of ``text`` alone."""
    return re.sub(r"\W+", " ", fold(text)).strip()
