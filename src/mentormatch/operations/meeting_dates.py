"""Pairs and their weekly slots -> meeting dates of each pair, about a month apart, on no day off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.scalars import whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.pairs import Pair
from mentormatch.fields.clock import DAYS, Clock, ZonedSlots, slots_in_words
from mentormatch.groups.calendar import SCHOOL_ZONES, SESSION_MINUTES, BlackoutInput
from mentormatch.groups.dates import (
    DEFAULT_GAP_DAYS,
    TAKEN_TEXT,
    Dates,
    choose_dates,
    choose_in_turn,
    overlapping_moments,
)
from mentormatch.groups.inputs import (
    DAY_PARTS,
    MultipleChoice,
    find_fields,
    moments_of,
    read_multiple_choice,
    require_single,
)
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import everywhere, language, tr, tr_n
from mentormatch.operations.matching import Matching
from mentormatch.people.cohort import Cohort

DEFAULT_HOURS = {"morning": time(9, 30), "afternoon": time(14, 0), "evening": time(18, 30)}
"""The default start of a meeting in each part of the day."""


@dataclass(frozen=True, slots=True)
class MeetingDates(VersionedPickle):
    """The ``slot`` of one pair and its dates, or the ``reason`` why there are none.

    ``code``: ``found``, ``no_slot`` (no common slot, or no answer of a person), or ``no_dates`` (too few free days in
    each of the common slots).
    """

    pair: Pair
    code: str
    slot: str = ""
    dates: Dates | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly slot with its name: the weekday, 0 for Monday, and the hour at which a meeting begins."""

    name: str
    weekday: int
    hour: time

    def within(self, first: date, last: date) -> Iterator[datetime]:
        """Yield the starts of the slot from the first to the last day, both included."""
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        while day <= last:
            yield datetime.combine(day, self.hour)
            day += timedelta(days=7)


def meeting_dates(  # noqa: PLR0913 - all but two are keywords
    matching: Matching,
    n: int,
    *,
    first: date,
    last: date,
    field: str | None = None,
    hours: Mapping[str, time] = DEFAULT_HOURS,
    apart: tuple[int, int] = DEFAULT_GAP_DAYS,
    public: bool = True,
    zones: Sequence[str] = SCHOOL_ZONES,
    blackouts: Sequence[BlackoutInput] = (),
) -> tuple[MeetingDates, ...]:
    """Return the dates of each pair, in the order of the pairs: ``n`` dates about a month apart, in one common slot.

    A person in several pairs has one meeting at a time. If several slots qualify, a keyed hash selects one,
    independent of the order of people.

    Parameters
    ----------
    matching
        The pairs; its seed breaks ties.
    n
        The number of meetings.
    first, last
        The first and the last possible day.
    field
        The question about weekly slots; None: the only one.
    hours
        The start of a meeting in the ``morning``, the ``afternoon`` and the ``evening``; a missing part keeps its
        default. Slots by the clock contain their hours, and a meeting begins once the slots of both people have begun.
    apart, public, zones, blackouts
        As for ``choose_dates``.

    Raises
    ------
    RequestError
        There is no question about slots, or ``choose_dates`` rejects a setting.

    See Also
    --------
    choose_dates : dates of one group.

    Examples
    --------
    >>> from datetime import date
    >>> import mentormatch as mm
    >>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    >>> calendars = mm.meeting_dates(matching, 3, first=date(2026, 9, 1), last=date(2026, 12, 20))
    >>> len(calendars) == len(matching.pairs)
    True
    """
    with language(matching.language, unless_asked=True):
        n, hours = whole_number(tr("rendez-vous"), n), {**DEFAULT_HOURS, **hours}
        choose = partial(
            choose_dates, {}, n=n, apart=apart, public=public, zones=zones, blackouts=blackouts, seed=matching.seed
        )
        name = field if field is not None else require_single(about_slots(matching.cohort, hours))
        mentors, mentees = matching.cohort.mentors.columns.get(name), matching.cohort.mentees.columns.get(name)
        slots: SharedSlots
        if isinstance(mentors, ZonedSlots) and isinstance(mentees, ZonedSlots):
            slots = ClockSlots(matching.cohort, mentors, mentees, first, last, choose)
        else:
            slot_answers = read_multiple_choice(matching.cohort, name)
            starts = {slot.name: tuple(slot.within(first, last)) for slot in slots_among(slot_answers.options, hours)}
            slots = NamedSlots(slot_answers, starts, choose)
        # Pairs with a common person choose one after another, so that meetings never overlap
        pairs = in_keyed_order(matching.pairs, list(map(name_of_pair, matching.pairs)), "", matching.seed)
        results = choose_in_turn(
            pairs,
            lambda pair: (pair.mentor, pair.mentee),
            lambda pair, before: meeting(pair, slots, before, matching),
            lambda meeting_result: meeting_result.dates,
        )
        result_by_pair = {(result.pair.mentor, result.pair.mentee): result for result in results}
        return tuple(result_by_pair[pair.mentor, pair.mentee] for pair in matching.pairs)


class SharedSlots(Protocol):
    """The common slots of both people of a pair, and the dates in each slot."""

    def shared(self, pair: Pair) -> list[str]:
        """Return the slots that both people have."""

    def silent(self, pair: Pair) -> list[str]:
        """Return the people of the pair without an answer."""

    def dates(self, pair: Pair, slot: str, before: Sequence[Dates]) -> Dates:
        """Return the dates of a pair in a slot, without overlap with the dates ``before`` of either person."""


@dataclass(frozen=True, slots=True)
class NamedSlots:
    """Slots by name, such as Monday morning: the answers, the starts of each slot, and the selection of dates."""

    answers: MultipleChoice
    starts: Mapping[str, tuple[datetime, ...]]
    choose: Callable[..., Dates]
    dates_by_slot: dict[tuple[str, frozenset[date]], Dates] = field(default_factory=dict)

    def shared(self, pair: Pair) -> list[str]:
        slots_by_person = [set(self.answers.answers.get(key) or ()) for key in (pair.mentor, pair.mentee)]
        return [slot for slot in self.starts if all(slot in slots for slots in slots_by_person)]

    def silent(self, pair: Pair) -> list[str]:
        return [key for key in (pair.mentor, pair.mentee) if self.answers.answers.get(key) is None]

    def dates(self, pair: Pair, slot: str, before: Sequence[Dates]) -> Dates:
        """Return the dates of a pair in a slot; cached for pairs with the same occupied dates."""
        occupied = overlapping_moments(moments_of(self.starts[slot]), SESSION_MINUTES, before)
        key = slot, frozenset(moment.start for moment in occupied)
        if key not in self.dates_by_slot:
            self.dates_by_slot[key] = self.choose(self.starts[slot], others=before)
        return self.dates_by_slot[key]


@dataclass(frozen=True, slots=True)
class ClockSlots:
    """Slots of both sides by the clock, the range of days, and the selection of dates."""

    cohort: Cohort
    mentors: ZonedSlots
    mentees: ZonedSlots
    first: date
    last: date
    choose: Callable[..., Dates]

    def shared(self, pair: Pair) -> list[str]:
        """Return the common slots, with the start on both clocks if the people are in different time zones."""
        return list(self._common(pair))

    def silent(self, pair: Pair) -> list[str]:
        row, mentee_row = self._rows(pair)
        is_answered = (pair.mentor, self.mentors.known[row]), (pair.mentee, self.mentees.known[mentee_row])
        return [key for key, answered in is_answered if not answered]

    def dates(self, pair: Pair, slot: str, before: Sequence[Dates]) -> Dates:
        """Return the dates of a pair in a slot, by the reference clock, and stated on both people's clocks."""
        row, mentee_row = self._rows(pair)
        clocks = self.mentors.clock(row), self.mentees.clock(mentee_row)
        starts, week = self._starts(clocks, self._common(pair)[slot]), self.mentors.week
        return self.choose(starts, minutes=week.minutes, others=before).on_clocks(week.reference, clocks)

    def _rows(self, pair: Pair) -> tuple[int, int]:
        return self.cohort.mentors.find(pair.mentor), self.cohort.mentees.find(pair.mentee)

    def _common(self, pair: Pair) -> dict[str, tuple[int, int]]:
        row, mentee_row = self._rows(pair)
        common = self.mentors.common(row, self.mentees, mentee_row)
        return dict(zip(slots_in_words(self.mentors, row, self.mentees, mentee_row), common, strict=True))

    def _starts(self, clocks: tuple[Clock, Clock], slots: tuple[int, int]) -> Iterator[datetime]:
        week = self.mentors.week
        for moment in week.meetings(clocks[0].zone, clocks[1].zone, slots):
            reference_time = moment.astimezone(ZoneInfo(week.reference)).replace(tzinfo=None)
            if self.first <= reference_time.date() <= self.last:
                yield reference_time


def about_slots(cohort: Cohort, hours: Mapping[str, time]) -> list[str]:
    return [
        name
        for name, column in find_fields(cohort)
        if isinstance(column, ZonedSlots) or any(slot_of(label, hours) for label in column.labels)
    ]


def slots_among(options: Sequence[str], hours: Mapping[str, time]) -> list[Slot]:
    """Return the weekly slots among options. Raises RequestError if there are none."""
    slots = [slot for option in options if (slot := slot_of(option, hours))]
    if not slots:
        problem = Problem(
            "field", tr("aucun créneau de la semaine"), tr("comme {form}", form=quoted(tr("lundi matin")))
        )
        raise RequestError(tr("Cette question ne convient pas"), [problem])
    return slots


def slot_of(option: str, hours: Mapping[str, time]) -> Slot | None:
    """Return the slot that an option names; None if it names none."""
    day_and_part = slot_names().get(fold(option))
    return None if day_and_part is None else Slot(option, day_and_part[0], hours[day_and_part[1]])


@cache
def slot_names() -> dict[str, tuple[int, str]]:
    return {
        fold(f"{day_name} {part_name}"): (weekday, part)
        for weekday, day in enumerate(DAYS)
        for part, words in DAY_PARTS.items()
        for word in words
        for day_name in everywhere(day)
        for part_name in everywhere(word)
    }


def name_of_pair(pair: Pair) -> str:
    return f"{pair.mentor} {pair.mentee}"


def in_keyed_order[T](items: Sequence[T], names: Sequence[str], row: str, seed: int) -> list[T]:
    """Return items in the order of a keyed hash of their names; the order depends on ``row``."""
    hashes, columns = KeyedTieBreaker(seed, (row,), tuple(names)), np.arange(len(items))
    order = np.argsort(-hashes.of(np.zeros_like(columns), columns, 0), kind="stable") if len(items) else columns
    return [items[index] for index in order.tolist()]


def meeting(pair: Pair, slots: SharedSlots, before: Sequence[Dates], matching: Matching) -> MeetingDates:
    """Return the dates of a pair: its common slots are tried in a pseudo-random order, until one has enough dates."""
    shared, refused, labels = slots.shared(pair), list[Dates](), matching.labels
    for slot in in_keyed_order(shared, shared, name_of_pair(pair), matching.seed):
        dates = slots.dates(pair, slot, before)
        if dates.status in (Status.PROVED, Status.FEASIBLE):
            named_dates = replace(
                dates, name=matching.programme.name, group_name=" – ".join(labels.pair((pair.mentor, pair.mentee)))
            )
            return MeetingDates(pair, "found", slot, named_dates)
        refused.append(dates)
    if refused:
        return MeetingDates(pair, "no_dates", reason=" ".join(reasons_against(refused[0])))
    if silent := slots.silent(pair):
        reason = tr_n(
            "{names} n'a pas dit ses créneaux",
            "{names} n'ont pas dit leurs créneaux",
            len(silent),
            names=listed([labels.anybody(None, key) for key in silent]),
        )
        return MeetingDates(pair, "no_slot", reason=reason)
    return MeetingDates(pair, "no_slot", reason=tr("aucun créneau en commun"))


def reasons_against(dates: Dates) -> Iterator[str]:
    """Yield the reasons why a slot has no dates, first the number occupied by other meetings of the pair."""
    occupied = sum(rejected.reason == tr(TAKEN_TEXT) for rejected in dates.set_aside)
    if occupied:
        yield tr_n(
            "Une date est déjà prise par un autre rendez-vous de l'une des deux personnes.",
            "{number} dates sont déjà prises par d'autres rendez-vous de l'une des deux personnes.",
            occupied,
            number=occupied,
        )
    yield from dates.diagnosis
