"""Questions with several answers: options ticked, options ranked, names typed."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.columns import Members, Names, Ranks
from mentormatch.fields.base import (
    Answer,
    Blank,
    Field,
    Labels,
    Reading,
    is_blank,
    places,
    position,
    spelled,
    split,
    without,
)
from mentormatch.fields.nobody import is_nobody
from mentormatch.fields.single import Options, ticked
from mentormatch.languages import mark, tr
from mentormatch.text import fold

OTHER = frozenset({"autre", "other"})
"""Items under which a text was typed beside the options."""
UNKNOWN_OPTION = mark("une réponse hors des options proposées, laissée de côté")


def find_options(options: Sequence[str], answer: Answer, joiner: str | None) -> tuple[list[int], bool]:
    """Return the positions of the options in ``answer``, in its order, and whether all of it was understood.

    Options may themselves hold the comma that joins them: the known options are looked for, longest first.
    """
    pieces = split(answer, joiner) if isinstance(answer, str) else [str(item) for item in cast(Sequence[str], answer)]
    exact = spelled(tuple(options))
    found: dict[int, None] = {}
    left_over = False
    for piece in pieces:
        if piece in exact:
            found[exact[piece]] = None
            continue
        indices, rest = peel(options, fold(piece))
        found.update(dict.fromkeys(indices))
        left_over |= bool(rest)
    return list(found), not left_over


def peel(options: Sequence[str], text: str) -> tuple[list[int], str]:
    """Take known options off the front of ``text``, commas between them; return them and what could not be read."""
    known = places(tuple(options))
    found: list[int] = []
    while text:
        option = next((option for option in known if starts(text, option)), None)
        if option is None:
            return found, text
        found.append(known[option])
        text = text[len(option) :].strip(" ,")
    return found, ""


def spread(values: Sequence[object]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the row, the item and the place in its row of each item that ``values`` hold, row by row.

    >>> [part.tolist() for part in spread([(2, 0), None, (1,)])]
    [[0, 0, 2], [2, 0, 1], [0, 1, 0]]
    """
    given = [cast(tuple[int, ...], value or ()) for value in values]
    counts = np.array([len(items) for items in given], dtype=np.int64)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    items = np.fromiter(chain.from_iterable(given), dtype=np.int64, count=int(counts.sum()))
    return np.repeat(np.arange(len(given)), counts), items, np.arange(len(items)) - before


def members(labels: Sequence[str], values: Sequence[object]) -> Members:
    """Return the column of the items that ``values`` hold, None for no answer."""
    rows, items, _ = spread(values)
    chosen = np.zeros((len(values), len(labels)), dtype=bool)
    chosen[rows, items] = True
    return Members(tuple(labels), chosen, np.array([value is not None for value in values], dtype=bool))


def starts(text: str, option: str) -> bool:
    """Say whether ``text`` begins with ``option`` as a whole."""
    return text == option or text.startswith((option + ",", option + " ,"))


def named(answer: Mapping[str, str], options: Sequence[str], joiner: str | None) -> list[str]:
    """Return the options whose boxes are ticked, and what was typed beside them: a text, not an option."""
    boxes = ticked(answer)
    typed = [part for part in boxes if fold(part) in OTHER and position(options, part) is None]
    return [
        *(part for part in boxes if part not in typed),
        *(one for part in typed for one in split(answer[part], joiner)),
    ]


class Choices(Options):
    """Several options, in any order; at most ``most`` of them where that is said."""

    kind: Literal["choices"] = "choices"
    most: int | None = Setting(default=None, ge=1)

    def read(self, answer: Answer) -> Reading:
        if is_blank(answer):
            return Blank
        given = named(answer, self.options, self.joiner) if isinstance(answer, Mapping) else self.pieces(answer)
        found, understood = find_options(self.options, given, self.joiner)
        if self.most is not None and len(found) > self.most:
            return Reading(tuple(found), tr("plus de {most} réponses, toutes gardées", most=self.most))
        return Reading(tuple(found) if found else None, "" if understood else tr(UNKNOWN_OPTION))

    def absent(self, parts: Sequence[str]) -> list[str]:
        return without(self.options, parts)

    def column(self, values: Sequence[object]) -> Members:
        return members(self.options, values)


class Ranking(Field):
    """Options in order of preference: those of the question itself, or the items of another (``items_of``)."""

    kind: Literal["ranking"] = "ranking"
    options: Labels = Setting(default_factory=list)
    items_of: str | None = None
    most: int | None = Setting(default=None, ge=1)

    def read(self, answer: Answer) -> Reading:
        if is_blank(answer):
            return Blank
        ordered = in_order(answer, self.options) if isinstance(answer, Mapping) else self.pieces(answer)
        found, understood = find_options(self.options, ordered, self.joiner)
        kept = tuple(found[: self.most])
        note = "" if understood else tr(UNKNOWN_OPTION)
        if len(kept) < len(found):
            note = tr("seuls les {most} premiers choix comptent", most=self.most)
        return Reading(kept or None, note)

    def absent(self, parts: Sequence[str]) -> list[str]:
        if any(position(self.options, part) is not None for part in parts):
            return without(self.options, parts)
        ranks = {rank_of(part) for part in parts}
        return [str(rank) for rank in range(1, max(ranks, default=0)) if rank not in ranks]

    def column(self, values: Sequence[object]) -> Ranks:
        ranks = np.zeros((len(values), len(self.options)), dtype=np.int64)
        rows, items, at = spread(values)
        ranks[rows, items] = at + 1
        return Ranks(tuple(self.options), ranks, self.most or max(1, len(self.options)))


def in_order(answer: Mapping[str, str], options: Sequence[str]) -> list[str]:
    """Return the options in order, from columns named by rank (``1``, ``First choice``) or by option (cell: rank).

    A cell that should hold a rank and does not stands for itself, so that it is found to be no option.
    """
    if any(position(options, part) is not None for part in answer):
        ranked = [(rank_of(text), part if rank_of(text) else text) for part, text in answer.items() if text.strip()]
    else:
        ranked = [(rank_of(part), text) for part, text in answer.items() if text.strip()]
    return [option for _, option in sorted(ranked, key=lambda pair: pair[0])]


ORDINALS = (
    ("premier", "premiere", "first"),
    ("deuxieme", "second", "seconde"),
    ("troisieme", "third"),
    ("quatrieme", "fourth"),
    ("cinquieme", "fifth"),
    ("sixieme", "sixth"),
    ("septieme", "seventh"),
    ("huitieme", "eighth"),
    ("neuvieme", "ninth"),
    ("dixieme", "tenth"),
)
"""Words for ranks, the first rank first."""


def rank_of(text: str) -> int:
    """Return the rank that a text names, in figures or in a word; 0 where it names none.

    >>> rank_of("2e choix"), rank_of("First choice"), rank_of("autre")
    (2, 1, 0)
    """
    said = set(fold(text).replace("-", " ").split())
    return figures(text) or next((at for at, names in enumerate(ORDINALS, 1) if said & set(names)), 0)


def figures(text: str) -> int:
    """Return the number that the figures in ``text`` make, 0 where there are none."""
    return int("".join(figure for figure in text if figure in "0123456789")[:9] or 0)


class ListOfNames(Field):
    """Names of people or organisations, in the order typed, separated by ``;`` or line breaks.

    "Aucun", "néant" and the like are an answer that names nobody.
    """

    kind: Literal["names"] = "names"

    def read(self, answer: Answer) -> Reading:
        if is_blank(answer):
            return Blank
        given = list(answer.values()) if isinstance(answer, Mapping) else self.pieces(answer)
        names = [name.strip() for name in given]
        return Reading(tuple([name for name in names if name and not is_nobody(name)]))

    def column(self, values: Sequence[object]) -> Names:
        return Names(tuple(cast("tuple[str, ...] | None", value) for value in values))
