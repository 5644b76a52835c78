"""Questions in a grid: a level for each item, a moment for each day."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal, cast

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.columns import NONE, Grades, MultiChoice
from mentormatch.fields.base import Answer, AnswerReading, Blank, Field, Labels, is_blank, position, split, without
from mentormatch.fields.clock import SlotWeek, SlotZone, WeeklySlot, minutes_in, weekday_of
from mentormatch.fields.lists import UNKNOWN_OPTION, find_options, members, pieces_of
from mentormatch.fields.options import option_named
from mentormatch.fields.single import text_of_box
from mentormatch.languages import tr
from mentormatch.languages.phrases import joined
from mentormatch.languages.text_keys import fold


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
