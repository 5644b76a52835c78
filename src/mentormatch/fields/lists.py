"""Questions with several answers: ticked options, ranked options, typed names.

And questions in a grid: a level per item, or times per day.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    options_missing,
    position,
    positions_by_option,
    split,
)
from mentormatch.fields.clock import SlotWeek, SlotZone, WeeklySlot, minutes_in, weekday_of
from mentormatch.fields.options import is_nobody, option_named
from mentormatch.fields.single_answers import Options, text_of_box, texts_of_boxes
from mentormatch.languages.phrases import joined
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr

OTHER_ITEMS = frozenset({"autre", "other"})  # labels of boxes for free text
UNKNOWN_OPTION = mark("une réponse hors des options proposées, laissée de côté")


def find_options(options: Sequence[str], pieces: Sequence[str], joiner: str | None) -> tuple[list[int], bool]:
    """Return the indices of the options in ``pieces``, in order, and whether every text was recognised.

    Options may contain the comma that joins them, so the longest known option is tried first.
    """
    index_by_spelling = options_by_spelling(tuple(options))
    marks = (",", joiner or ";")
    option_indices: dict[int, None] = {}
    has_unread = False
    for piece in pieces:
        if piece in index_by_spelling:
            option_indices[index_by_spelling[piece]] = None
            continue
        indices, unread = take_options(options, fold(piece), marks)
        option_indices.update(dict.fromkeys(indices))
        has_unread |= bool(unread)
    return list(option_indices), not has_unread


def pieces_of(answer: str, options: Sequence[str], joiner: str | None) -> list[str]:
    """Return the texts of an answer between joiners.

    If an option contains the joiner, only line breaks separate; with a ``joiner`` of the question, nothing does.
    """
    if isinstance(answer, SeveralAnswers) or not any((joiner or ";") in option for option in options):
        return split(answer, joiner)
    return [answer.strip()] if joiner else [line.strip() for line in answer.splitlines() if line.strip()]


def take_options(options: Sequence[str], text: str, marks: Sequence[str] = (",",)) -> tuple[list[int], str]:
    """Match known options from the front of ``text``, separated by marks.

    Return their indices and the unrecognised text. Text that is no option is skipped up to the next mark.
    """
    index_by_option = positions_by_option(tuple(options))
    indices: list[int] = []
    unread: list[str] = []
    between = "".join(marks) + " "
    text = text.strip(between)
    while text:
        option = next((option for option in index_by_option if starts_with_option(text, option, marks)), None)
        end = next_mark(text, marks) if option is None else len(option)
        index = index_by_option[option] if option is not None else option_named(options, text[:end])
        if index is None:
            unread.append(text[:end].strip())
        else:
            indices.append(index)
        text = text[end:].strip(between)
    return indices, ", ".join(unread)


def next_mark(text: str, marks: Sequence[str]) -> int:
    """Return the index of the first mark in a text that begins with none, or the length of the text."""
    return min((at for mark in marks if (at := text.find(mark)) > 0), default=len(text))


def flatten_items(values: Sequence[object]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the row, the item and the rank in its row of each item in ``values``, row by row.

    >>> [part.tolist() for part in flatten_items([(2, 0), None, (1,)])]
    [[0, 0, 2], [2, 0, 1], [0, 1, 0]]
    """
    item_lists = [cast(tuple[int, ...], value or ()) for value in values]
    counts = np.array([len(items) for items in item_lists], dtype=np.int64)
    row_starts = np.repeat(np.cumsum(counts) - counts, counts)
    items = np.fromiter(chain.from_iterable(item_lists), dtype=np.int64, count=int(counts.sum()))
    return np.repeat(np.arange(len(item_lists)), counts), items, np.arange(len(items)) - row_starts


def multi_choice_column(labels: Sequence[str], values: Sequence[object]) -> MultiChoice:
    """Return the multi-choice column of item indices, None for no answer."""
    rows, items, _ = flatten_items(values)
    is_chosen = np.zeros((len(values), len(labels)), dtype=bool)
    is_chosen[rows, items] = True
    return MultiChoice(tuple(labels), is_chosen, np.array([value is not None for value in values], dtype=bool))


def starts_with_option(text: str, option: str, marks: Sequence[str]) -> bool:
    """Return whether ``text`` is ``option``, or begins with it and a mark."""
    return text == option or text.startswith(tuple(f"{option}{gap}{mark}" for mark in marks for gap in ("", " ")))


def options_named(answer: Mapping[str, str], options: Sequence[str], joiner: str | None) -> list[str]:
    """Return the label or text of each ticked or filled box, then the pieces of the boxes for free text."""
    free_text_items = {part for part in answer if fold(part) in OTHER_ITEMS and position(options, part) is None}
    boxes = texts_of_boxes({part: text for part, text in answer.items() if part not in free_text_items})
    return [*boxes, *(piece for part in free_text_items for piece in pieces_of(answer[part], options, joiner))]


class Choices(Options):
    """Several options in any order; an answer with more than ``most`` is kept whole, with a note."""

    kind: Literal["choices"] = "choices"
    most: int | None = Setting(default=None, ge=1)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        settings = self.options, self.joiner
        pieces = options_named(answer, *settings) if isinstance(answer, Mapping) else pieces_of(answer, *settings)
        indices, understood = find_options(self.options, pieces, self.joiner)
        notes = [] if understood else [tr(UNKNOWN_OPTION)]
        if self.most is not None and len(indices) > self.most:
            notes.append(tr("plus de {most} réponses, toutes gardées", most=self.most))
        if not indices and not notes and not isinstance(answer, Mapping):
            notes.append(tr(UNKNOWN_OPTION))
        return AnswerReading(tuple(indices) if indices else None, joined(notes))

    def absent(self, parts: Sequence[str]) -> list[str]:
        return options_missing(self.options, parts)

    def column(self, values: Sequence[object]) -> MultiChoice:
        return replace(multi_choice_column(self.options, values), most=self.most)


class Ranking(Field):
    """Options in order of preference: those of the question, or the items of another question (``items_of``).

    Only the first ``most`` choices count, if given.
    """

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
        indices, understood = find_options(self.options, [text for _, text in ranked], self.joiner)
        counted = tuple(indices[: self.most])
        notes = [] if understood else [tr(UNKNOWN_OPTION)]
        ranks = [rank for rank, _ in ranked if rank]
        if len(set(ranks)) < len(ranks):
            notes.append(tr("deux réponses au même rang, laissées dans l'ordre des colonnes"))
        if len(counted) < len(indices):
            notes.append(tr("seuls les {most} premiers choix comptent", most=self.most))
        return AnswerReading(counted or None, joined(notes))

    def absent(self, parts: Sequence[str]) -> list[str]:
        if any(position(self.options, part) is not None for part in parts):
            return options_missing(self.options, parts)
        ranks = {rank_of(part) for part in parts}
        return [str(rank) for rank in range(1, max(ranks, default=0)) if rank not in ranks]

    def column(self, values: Sequence[object]) -> Ranks:
        ranks = np.zeros((len(values), len(self.options)), dtype=np.int64)
        rows, items, order = flatten_items(values)
        ranks[rows, items] = order + 1
        return Ranks(tuple(self.options), ranks, self.most or max(1, len(self.options)))


def by_rank(answer: Mapping[str, str], options: Sequence[str]) -> list[tuple[int, str]]:
    """Return ranks and options, sorted by rank, from columns named by rank (``1``, ``2e choix``) or by option.

    A cell with text instead of a rank is returned as an option, so that it is reported as unknown.
    """
    filled = [(part, text) for part, text in answer.items() if text.strip()]
    if any(position(options, part) is not None for part in answer):
        ranked = [(rank_of(text), part if rank_of(text) else text) for part, text in filled]
    else:
        ranked = [(rank_of(part), text) for part, text in filled]
    return sorted(ranked, key=lambda pair: pair[0])


ORDINAL_WORDS = (
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
RANK_OF_WORD = {word: rank for rank, words in enumerate(ORDINAL_WORDS, start=1) for word in words}
RANK_NOUNS = r"(?:choix|rang|priorite|voeu|position|place|choice|rank|priority|wish|preference|option)"
ORDINAL_PATTERN = re.compile(rf"(?:mon |ma |my )?({'|'.join(RANK_OF_WORD)})(?: {RANK_NOUNS})?")


def rank_of(text: str) -> int:
    """Return the rank in a text: its first number in digits, or an ordinal; 0 if it has none.

    >>> [rank_of(text) for text in ("Classement 2", "1er", "2,0", "Third choice", "Choix 1 sur 3", "Danse")]
    [2, 1, 2, 3, 1, 0]
    """
    match = re.search(r"[0-9]{1,9}", text)
    if match:
        return int(match[0])
    ordinal = ORDINAL_PATTERN.fullmatch(fold(text))
    return RANK_OF_WORD[ordinal[1]] if ordinal else 0


class ListOfNames(Field):
    """Names of people or organisations, in the order typed, separated by ``;`` or line breaks.

    "Aucun", "néant" and the like are an answer with no names.
    """

    kind: Literal["names"] = "names"

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        texts = answer.values() if isinstance(answer, Mapping) else [answer]
        names = [name for text in texts for name in self.pieces(text) if not is_nobody(name)]
        note = tr("une liste entre crochets, prise pour un nom : séparez les noms par « ; »")
        # A text such as ``['a', 'b']``: a list that a program wrote as one name
        notes = [note] if any(re.fullmatch(r"""[\[({]\s*(?:(['"]).*\1)?\s*[\])}]""", name) for name in names) else []
        if isinstance(answer, SeveralAnswers) and len(names) > 1 and not answer.ordered:
            notes.append(tr("des noms dont rien ne dit l'ordre : rangés par ordre alphabétique"))
        return AnswerReading(tuple(names), joined(notes))

    def column(self, values: Sequence[object]) -> NameLists:
        return NameLists(tuple(cast("tuple[str, ...] | None", value) for value in values))


class Levels(Field):
    """One of ``levels``, the lowest first, for each of ``items``.

    The answer is one cell per item, or one cell with ``item : level`` for each.
    """

    kind: Literal["levels"] = "levels"
    items: Labels = Setting(min_length=1)
    levels: Labels = Setting(min_length=2)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        grades = [NONE] * len(self.items)
        understood = is_consistent = True
        for item, text in self.cells(answer):
            row, level = position(self.items, item), option_named(self.levels, text)
            understood &= row is not None and level is not None
            if row is not None and level is not None:
                is_consistent &= grades[row] in (NONE, level)
                grades[row] = level
        has_level = any(grade != NONE for grade in grades)
        notes = [] if understood else [tr("un niveau ou une ligne inconnus")]
        if not is_consistent:
            notes.append(tr("deux niveaux pour une ligne, le dernier compte"))
        return AnswerReading(tuple(grades) if has_level else None, joined(notes))

    def cells(self, answer: Answer) -> Iterator[tuple[str, str]]:
        """Yield each answered item with its text."""
        if isinstance(answer, Mapping):
            yield from ((item, text) for item, text in answer.items() if text.strip())
            return
        for piece in self.pieces(answer):
            item, _, text = piece.rpartition(":")
            yield item, text

    def absent(self, parts: Sequence[str]) -> list[str]:
        return options_missing(self.items, parts)

    def column(self, values: Sequence[object]) -> Grades:
        blank = (NONE,) * len(self.items)
        grades = [blank if value is None else cast(tuple[int, ...], value) for value in values]
        shaped = np.array(grades, dtype=np.int64).reshape(len(values), len(self.items))
        return Grades(tuple(self.items), tuple(self.levels), shaped)


@lru_cache(maxsize=64)
def slots_of(days: tuple[str, ...], moments: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{day} {moment}" for day in days for moment in moments)


def pair_days_with_moments(
    texts: Sequence[str], *, is_day: Callable[[str], bool], is_moment: Callable[[str], bool]
) -> list[tuple[str, str]]:
    """Return each day with each moment listed after it; a day without moments, and any other text, with an empty one.

    >>> listed = ["Mon", "am", "pm", "Sat"]
    >>> pair_days_with_moments(listed, is_day=lambda text: text in ("Mon", "Sat"), is_moment=lambda text: "m" in text)
    [('Mon', 'am'), ('Mon', 'pm'), ('Sat', '')]
    """
    pairs: list[tuple[str, str]] = []
    for text in texts:
        day, moment = pairs[-1] if pairs else ("", "")
        if not is_moment(text) or not is_day(day):
            pairs.append((text, ""))
        elif moment:
            pairs.append((day, text))
        else:
            pairs[-1] = (day, text)
    return pairs


class Slots(Field):
    """Times of the week: each of ``days`` with each of ``moments``.

    The answer is one cell per day (its moments), per moment (its days) or per slot (ticked), or one cell with all
    slots. ``zone`` is the clock of the slots if people live in several time zones.
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
        """The slots by the clock; None if their hours are not given."""
        if self.zone is None:
            return None
        hours = {fold(moment): minutes_in(hours_text) for moment, hours_text in self.zone.hours.items()}
        slots = (WeeklySlot(weekday_of(day) or 0, *hours[fold(moment)]) for day in self.days for moment in self.moments)
        return SlotWeek(tuple(slots), self.zone.first, self.zone.last, self.zone.minutes, self.zone.reference)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        named = self.slots_listed(answer) if isinstance(answer, str) else self.slots_named(answer)
        indices, understood = find_options(self.slots, named, self.joiner)
        if not understood:
            return AnswerReading(tuple(sorted(indices)) or None, tr(UNKNOWN_OPTION))
        return AnswerReading(tuple(sorted(indices)))

    def slots_listed(self, answer: str) -> list[str]:
        """Return the slots named in one cell; a day without a moment means all its moments."""
        pieces = pieces_of(answer, self.slots, self.joiner)
        if all(position(self.days, word) is None for piece in pieces for word in piece.split(",")):
            return pieces
        named = pair_days_with_moments(
            [word.strip() for piece in pieces for word in piece.split(",")],
            is_day=lambda word: position(self.days, word) is not None,
            is_moment=lambda word: position(self.moments, word) is not None,
        )
        return [
            f"{day} {moment}" if moment else day
            for day, stated_moment in named
            for moment in ([stated_moment] if stated_moment or position(self.days, day) is None else self.moments)
        ]

    def slots_named(self, answer: Mapping[str, str]) -> list[str]:
        """Return the slots that the cells of an answer name, cell by cell; ``answer`` maps columns to cells."""
        return [slot for part, text in answer.items() for slot in self.in_cell(part, text)]

    def in_cell(self, part: str, text: str) -> list[str]:
        """Return the slots that one cell names; its column is a slot, a day or a moment."""
        box_text = text_of_box(part, text)
        if position(self.slots, part) is not None:
            return [box_text] if box_text else []
        if not box_text:
            return []
        if fold(box_text) == fold(part) and position(self.days, part) is not None:
            return [f"{part} {moment}" for moment in self.moments]
        pieces = [word for piece in split(text, self.joiner) for word in piece.split(",")]
        if position(self.moments, part) is not None:
            return [f"{day.strip()} {part}" for day in pieces]
        return [f"{part} {moment.strip()}" for moment in pieces]

    def absent(self, parts: Sequence[str]) -> list[str]:
        named = next(
            (names for names in (self.days, self.moments) if len(options_missing(names, parts)) < len(names)),
            self.slots,
        )
        return options_missing(named, parts)

    def column(self, values: Sequence[object]) -> MultiChoice:
        return multi_choice_column(self.slots, values)
