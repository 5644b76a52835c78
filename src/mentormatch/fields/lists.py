"""Questions with several answers: options ticked, options ranked, names typed.

Questions in a grid: a level for each item, a moment for each day.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import chain
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.base.columns import NONE, Grades, MultiChoice, NameLists, Ranks
from mentormatch.fields.base import (
    Answer,
    AnswerReading,
    Blank,
    Field,
    Labels,
    SeveralAnswers,
    is_blank,
    options_by_spelling,
    places,
    position,
    split,
    without,
)
from mentormatch.fields.clock import SlotWeek, SlotZone, WeeklySlot, minutes_in, weekday_of
from mentormatch.fields.options import is_nobody, option_named
from mentormatch.fields.single_answers import Options, text_of_box, texts_of_boxes
from mentormatch.languages.phrases import joined
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr

OTHER = frozenset({"autre", "other"})
"""Items under which a text was typed beside the options."""
UNKNOWN_OPTION = mark("une réponse hors des options proposées, laissée de côté")


def find_options(options: Sequence[str], pieces: Sequence[str], joiner: str | None) -> tuple[list[int], bool]:
    """Return the positions of the options in ``pieces``, in their order, and whether all of them were understood.

    Options may themselves hold the comma that joins them: the known options are looked for, longest first.
    """
    exact = options_by_spelling(tuple(options))
    marks = (",", joiner or ";")
    found: dict[int, None] = {}
    left_over = False
    for piece in pieces:
        if piece in exact:
            found[exact[piece]] = None
            continue
        indices, rest = peel(options, fold(piece), marks)
        found.update(dict.fromkeys(indices))
        left_over |= bool(rest)
    return list(found), not left_over


def pieces_of(answer: str, options: Sequence[str], joiner: str | None) -> list[str]:
    """Return the texts in an answer between its joiners; an option may hold one, and a line is then not cut."""
    if isinstance(answer, SeveralAnswers) or not any((joiner or ";") in option for option in options):
        return split(answer, joiner)
    return [answer.strip()] if joiner else [line.strip() for line in answer.splitlines() if line.strip()]


def peel(options: Sequence[str], text: str, marks: Sequence[str] = (",",)) -> tuple[list[int], str]:
    """Take known options off the front of ``text``, marks between them; return them and what could not be read.

    What is no option is passed over up to the next mark.
    """
    known = places(tuple(options))
    found: list[int] = []
    lost: list[str] = []
    between = "".join(marks) + " "
    text = text.strip(between)
    while text:
        option = next((option for option in known if starts(text, option, marks)), None)
        end = next_mark(text, marks) if option is None else len(option)
        place = known[option] if option is not None else option_named(options, text[:end])
        if place is None:
            lost.append(text[:end].strip())
        else:
            found.append(place)
        text = text[end:].strip(between)
    return found, ", ".join(lost)


def next_mark(text: str, marks: Sequence[str]) -> int:
    """Return where the first mark stands in a text, its length where none does."""
    return min((at for mark in marks if (at := text.find(mark)) > 0), default=len(text))


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


def members(labels: Sequence[str], values: Sequence[object]) -> MultiChoice:
    """Return the column of the items that ``values`` hold, None for no answer."""
    rows, items, _ = spread(values)
    chosen = np.zeros((len(values), len(labels)), dtype=bool)
    chosen[rows, items] = True
    return MultiChoice(tuple(labels), chosen, np.array([value is not None for value in values], dtype=bool))


def starts(text: str, option: str, marks: Sequence[str]) -> bool:
    """Say whether ``text`` begins with ``option`` as a whole."""
    return text == option or text.startswith(tuple(f"{option}{space}{mark}" for mark in marks for space in ("", " ")))


def options_named(answer: Mapping[str, str], options: Sequence[str], joiner: str | None) -> list[str]:
    """Return the options whose boxes are ticked, and what was typed beside them: a text, not an option."""
    other = {part for part in answer if fold(part) in OTHER and position(options, part) is None}
    boxes = texts_of_boxes({part: text for part, text in answer.items() if part not in other})
    return [*boxes, *(one for part in other for one in pieces_of(answer[part], options, joiner))]


class Choices(Options):
    """Several options, in any order; at most ``most`` of them where that is said."""

    kind: Literal["choices"] = "choices"
    most: int | None = Setting(default=None, ge=1)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        setting = self.options, self.joiner
        given = options_named(answer, *setting) if isinstance(answer, Mapping) else pieces_of(answer, *setting)
        found, understood = find_options(self.options, given, self.joiner)
        notes = [] if understood else [tr(UNKNOWN_OPTION)]
        if self.most is not None and len(found) > self.most:
            notes.append(tr("plus de {most} réponses, toutes gardées", most=self.most))
        if not found and not notes and not isinstance(answer, Mapping):
            notes.append(tr(UNKNOWN_OPTION))
        return AnswerReading(tuple(found) if found else None, joined(notes))

    def absent(self, parts: Sequence[str]) -> list[str]:
        return without(self.options, parts)

    def column(self, values: Sequence[object]) -> MultiChoice:
        return replace(members(self.options, values), most=self.most)


class Ranking(Field):
    """Options in order of preference: those of the question itself, or the items of another (``items_of``)."""

    kind: Literal["ranking"] = "ranking"
    options: Labels = Setting(default_factory=tuple)
    items_of: str | None = None
    most: int | None = Setting(default=None, ge=1)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        if isinstance(answer, SeveralAnswers) and len(answer.parts) > 1 and not answer.ordered:
            return AnswerReading(None, tr("des choix dont rien ne dit l'ordre"))
        if isinstance(answer, Mapping):
            ranked = by_rank(answer, self.options)
        else:
            ranked = [(0, text) for text in pieces_of(answer, self.options, self.joiner)]
        found, understood = find_options(self.options, [text for _, text in ranked], self.joiner)
        kept = tuple(found[: self.most])
        notes = [] if understood else [tr(UNKNOWN_OPTION)]
        ranks = [rank for rank, _ in ranked if rank]
        if len(set(ranks)) < len(ranks):
            notes.append(tr("deux réponses au même rang, laissées dans l'ordre des colonnes"))
        if len(kept) < len(found):
            notes.append(tr("seuls les {most} premiers choix comptent", most=self.most))
        return AnswerReading(kept or None, joined(notes))

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


def by_rank(answer: Mapping[str, str], options: Sequence[str]) -> list[tuple[int, str]]:
    """Return options with their ranks, in order, from columns named by rank (``1``, ``2e choix``) or by option.

    A cell that should hold a rank and does not stands for itself, so that it is found to be no option.
    """
    given = [(part, text) for part, text in answer.items() if text.strip()]
    if any(position(options, part) is not None for part in answer):
        ranked = [(rank_of(text), part if rank_of(text) else text) for part, text in given]
    else:
        ranked = [(rank_of(part), text) for part, text in given]
    return sorted(ranked, key=lambda pair: pair[0])


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
RANKS = {word: rank for rank, words in enumerate(ORDINALS, start=1) for word in words}
OF_RANK = r"(?:choix|rang|priorite|voeu|position|place|choice|rank|priority|wish|preference|option)"
ORDINAL = re.compile(rf"(?:mon |ma |my )?({'|'.join(RANKS)})(?: {OF_RANK})?")


def rank_of(text: str) -> int:
    """Return the rank that a text tells: the first number in its figures, or an ordinal; 0 where it tells none.

    >>> [rank_of(text) for text in ("Classement 2", "1er", "2,0", "Third choice", "Choix 1 sur 3", "Danse")]
    [2, 1, 2, 3, 1, 0]
    """
    found = re.search(r"[0-9]{1,9}", text)
    if found:
        return int(found[0])
    ordinal = ORDINAL.fullmatch(fold(text))
    return RANKS[ordinal[1]] if ordinal else 0


LISTED = re.compile(r"""[\[({]\s*(?:(['"]).*\1)?\s*[\])}]""")
OF_A_PROGRAM = mark("une liste entre crochets, prise pour un nom : séparez les noms par « ; »")
"""Said of a text such as ``['a', 'b']``: the file was saved from a list, and its names are not told apart."""


class ListOfNames(Field):
    """Names of people or organisations, in the order typed, separated by ``;`` or line breaks.

    "Aucun", "néant" and the like are an answer that names nobody.
    """

    kind: Literal["names"] = "names"

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        texts = answer.values() if isinstance(answer, Mapping) else [answer]
        names = [name for text in texts for name in self.pieces(text) if not is_nobody(name)]
        notes = [tr(OF_A_PROGRAM)] if any(LISTED.fullmatch(name) for name in names) else []
        if isinstance(answer, SeveralAnswers) and len(names) > 1 and not answer.ordered:
            notes.append(tr("des noms dont rien ne dit l'ordre : rangés par ordre alphabétique"))
        return AnswerReading(tuple(names), joined(notes))

    def column(self, values: Sequence[object]) -> NameLists:
        return NameLists(tuple(cast("tuple[str, ...] | None", value) for value in values))


class Levels(Field):
    """One of ``levels``, the lowest first, for each of ``items``.

    The answer is one cell an item, or one cell that says ``item : level`` for each.
    """

    kind: Literal["levels"] = "levels"
    items: Labels = Setting(min_length=1)
    levels: Labels = Setting(min_length=2)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        grades = [NONE] * len(self.items)
        understood = once = True
        for item, text in self.cells(answer):
            row, level = position(self.items, item), option_named(self.levels, text)
            understood &= row is not None and level is not None
            if row is not None and level is not None:
                once &= grades[row] in (NONE, level)
                grades[row] = level
        known = any(grade != NONE for grade in grades)
        notes = [] if understood else [tr("un niveau ou une ligne inconnus")]
        if not once:
            notes.append(tr("deux niveaux pour une ligne, le dernier compte"))
        return AnswerReading(tuple(grades) if known else None, joined(notes))

    def cells(self, answer: Answer) -> Iterator[tuple[str, str]]:
        """Yield the items that were answered, each with its text."""
        if isinstance(answer, Mapping):
            yield from ((item, text) for item, text in answer.items() if text.strip())
            return
        for piece in self.pieces(answer):
            item, _, text = piece.rpartition(":")
            yield item, text

    def absent(self, parts: Sequence[str]) -> list[str]:
        return without(self.items, parts)

    def column(self, values: Sequence[object]) -> Grades:
        blank = (NONE,) * len(self.items)
        grades = [blank if value is None else cast(tuple[int, ...], value) for value in values]
        shaped = np.array(grades, dtype=np.int64).reshape(len(values), len(self.items))
        return Grades(tuple(self.items), tuple(self.levels), shaped)


@lru_cache(maxsize=64)
def slots_of(days: tuple[str, ...], moments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of all slots, day by day."""
    return tuple(f"{day} {moment}" for day in days for moment in moments)


class Slots(Field):
    """Moments of the week: each of ``days`` with each of ``moments``.

    The answer is one cell a day (the moments in it), one cell a slot (ticked), or one cell with all the slots. ``zone``
    says by which clock people read them, where they live in several time zones.
    """

    kind: Literal["slots"] = "slots"
    days: Labels = Setting(min_length=1)
    moments: Labels = Setting(min_length=1)
    zone: SlotZone | None = Setting(default=None, exclude_if=lambda zone: zone is None)

    @property
    def slots(self) -> list[str]:
        """The names of all slots, day by day."""
        return list(slots_of(tuple(self.days), tuple(self.moments)))

    @cached_property
    def week(self) -> SlotWeek | None:
        """The slots by the clock; None where nothing says which hours they are."""
        if self.zone is None:
            return None
        hours = {fold(moment): minutes_in(said) for moment, said in self.zone.hours.items()}
        slots = (WeeklySlot(weekday_of(day) or 0, *hours[fold(moment)]) for day in self.days for moment in self.moments)
        return SlotWeek(tuple(slots), self.zone.first, self.zone.last, self.zone.minutes, self.zone.reference)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        named = pieces_of(answer, self.slots, self.joiner) if isinstance(answer, str) else self.slots_named(answer)
        found, understood = find_options(self.slots, named, self.joiner)
        if not understood:
            return AnswerReading(tuple(sorted(found)) or None, tr(UNKNOWN_OPTION))
        return AnswerReading(tuple(sorted(found)))

    def slots_named(self, answer: Mapping[str, str]) -> list[str]:
        """Return the slots named in the cells of a grid."""
        return [slot for part, text in answer.items() for slot in self.in_cell(part, text)]

    def in_cell(self, part: str, text: str) -> list[str]:
        """Return the slots that one cell names: its column is a slot, a day, or a moment."""
        said = text_of_box(part, text)
        if position(self.slots, part) is not None:
            return [said] if said else []
        if not said:
            return []
        pieces = [word for piece in split(text, self.joiner) for word in piece.split(",")]
        if position(self.moments, part) is not None:
            return [f"{day.strip()} {part}" for day in pieces]
        return [f"{part} {moment.strip()}" for moment in pieces]

    def absent(self, parts: Sequence[str]) -> list[str]:
        named = next(
            (names for names in (self.days, self.moments) if len(without(names, parts)) < len(names)), self.slots
        )
        return without(named, parts)

    def column(self, values: Sequence[object]) -> MultiChoice:
        return members(self.slots, values)
