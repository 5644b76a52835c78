"""When each pair meets: a slot of the week that both have, about once a month, on no day off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.scalars import whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.pairs import Pair
from mentormatch.fields.clock import DAYS, Clock, ZonedSlots, slots_in_words
from mentormatch.groups.calendar import ZONES, Stated
from mentormatch.groups.dates import APART, Dates, choose_dates
from mentormatch.groups.inputs import PARTS, MultipleChoice, find_fields, only, read_multiple_choice
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import everywhere, language, tr
from mentormatch.operations.matching import Matching
from mentormatch.people.cohort import Cohort

HOURS = {"morning": time(9, 30), "afternoon": time(14, 0), "evening": time(18, 30)}
"""When a meeting begins in each part of the day, unless said."""
ANSWERED = (Status.PROVED, Status.FEASIBLE)


@dataclass(frozen=True, slots=True)
class MeetingDates(VersionedPickle):
    """When one pair meets: the ``slot`` that both have and its dates, or ``reason``, why they have none.

    ``code``: ``found``, ``no_slot`` (no slot that both have), or ``no_dates`` (too few days in those that they have).
    """

    pair: Pair
    code: str
    slot: str = ""
    dates: Dates | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of the week as it is called: the day, 0 for Monday, and the hour at which a meeting begins."""

    name: str
    weekday: int
    hour: time

    def within(self, first: date, last: date) -> Iterator[datetime]:
        """Yield when it is, from a first to a last day."""
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
    hours: Mapping[str, time] = HOURS,
    apart: tuple[int, int] = APART,
    public: bool = True,
    zones: Sequence[str] = ZONES,
    blackouts: Sequence[Stated] = (),
) -> tuple[MeetingDates, ...]:
    """Return when each pair meets: ``n`` dates about a month apart, always in the same slot, which both have.

    Of several slots that would do, a keyed hash takes one: the order of people never matters.

    Parameters
    ----------
    matching
        The pairs; its seed settles ties.
    n
        How often they meet.
    first, last
        The days from which, and until which, they do.
    field
        The question about slots of the week; None: the only one.
    hours
        When a meeting begins in the ``morning``, the ``afternoon`` and the ``evening``; slots that are read by the
        clock have hours of their own, and a meeting begins when those of both have begun.
    apart, public, zones, blackouts
        As for ``choose_dates``.

    Raises
    ------
    RequestError
        There is no question about slots, or a setting is refused by ``choose_dates``.
    """
    with language(matching.language, unless_asked=True):
        n = whole_number(tr("rendez-vous"), n)
        choose = partial(
            choose_dates, {}, n=n, apart=apart, public=public, zones=zones, blackouts=blackouts, seed=matching.seed
        )
        name = field if field is not None else only(about_slots(matching.cohort, hours))
        columns = matching.cohort.mentors.columns.get(name), matching.cohort.mentees.columns.get(name)
        if isinstance(columns[0], ZonedSlots) and isinstance(columns[1], ZonedSlots):
            apart_by = ClockMeetings(columns[0], columns[1], first, last, choose)
            return tuple(apart_by.meeting(pair, matching) for pair in matching.pairs)
        said = read_multiple_choice(matching.cohort, name)
        dates = {slot.name: choose(slot.within(first, last)) for slot in slots_among(said.options, hours)}
        return tuple(
            meeting(pair, in_own_order(pair, shared_slots(pair, said, tuple(dates)), matching.seed), dates)
            for pair in matching.pairs
        )


@dataclass(frozen=True, slots=True)
class ClockMeetings:
    """The slots of both sides by the clock, the days between which people meet, and what chooses their dates."""

    mentors: ZonedSlots
    mentees: ZonedSlots
    first: date
    last: date
    choose: Callable[..., Dates]

    def meeting(self, pair: Pair, matching: Matching) -> MeetingDates:
        """Return when a pair meets, by the clock of the reference and, where they live apart, on both their clocks."""
        row, other = matching.cohort.mentors.find(pair.mentor), matching.cohort.mentees.find(pair.mentee)
        clocks = self.mentors.clock(row), self.mentees.clock(other)
        common = self.mentors.common(row, self.mentees, other)
        slots = dict(zip(slots_in_words(self.mentors, row, self.mentees, other), common, strict=True))
        reference, found = self.mentors.week.reference, dict[str, Dates]()
        for slot in (ordered := in_own_order(pair, tuple(slots), matching.seed)):
            starts, minutes = self.starts(clocks, slots[slot]), self.mentors.week.minutes
            found[slot] = self.choose(starts, minutes=minutes).on_clocks(reference, clocks)
            if found[slot].status in ANSWERED:
                break
        return meeting(pair, [slot for slot in ordered if slot in found], found)

    def starts(self, clocks: tuple[Clock, Clock], slots: tuple[int, int]) -> Iterator[datetime]:
        """Yield when two slots begin to be common, by the clock of the reference, within the days."""
        week = self.mentors.week
        for moment in week.meetings(clocks[0].zone, clocks[1].zone, slots):
            there = moment.astimezone(ZoneInfo(week.reference)).replace(tzinfo=None)
            if self.first <= there.date() <= self.last:
                yield there


def about_slots(cohort: Cohort, hours: Mapping[str, time]) -> list[str]:
    """Return the questions that have slots of the week among their options."""
    return [
        name
        for name, column in find_fields(cohort)
        if isinstance(column, ZonedSlots) or any(slot_of(label, hours) for label in column.labels)
    ]


def slots_among(options: Sequence[str], hours: Mapping[str, time]) -> list[Slot]:
    """Return the slots of the week among options; raise RequestError where there is none."""
    slots = [slot for option in options if (slot := slot_of(option, hours))]
    if not slots:
        found = Problem("field", tr("aucun créneau de la semaine"), tr("comme {form}", form=quoted(tr("lundi matin"))))
        raise RequestError(tr("Cette question ne convient pas"), [found])
    return slots


def slot_of(option: str, hours: Mapping[str, time]) -> Slot | None:
    """Return the slot that an option is, None where it is none."""
    found = slot_names().get(fold(option))
    return None if found is None else Slot(option, found[0], hours[found[1]])


@cache
def slot_names() -> dict[str, tuple[int, str]]:
    """Return the day and the part of the day of each slot, by what it is called in each language."""
    return {
        fold(f"{one} {other}"): (weekday, part)
        for weekday, day in enumerate(DAYS)
        for part, words in PARTS.items()
        for word in words
        for one in everywhere(day)
        for other in everywhere(word)
    }


def shared_slots(pair: Pair, said: MultipleChoice, slots: Sequence[str]) -> list[str]:
    """Return the slots that both of a pair have."""
    wanted = [set(said.answers.get(key) or ()) for key in (pair.mentor, pair.mentee)]
    return [option for option in slots if all(option in each for each in wanted)]


def in_own_order(pair: Pair, both: Sequence[str], seed: int) -> list[str]:
    """Return the slots that both of a pair have in an order that is theirs alone."""
    hashes = KeyedTieBreaker(seed, (f"{pair.mentor} {pair.mentee}",), tuple(both))
    places = np.arange(len(both))
    order = np.argsort(-hashes.of(np.zeros_like(places), places, 0), kind="stable") if both else places
    return [both[place] for place in order.tolist()]


def meeting(pair: Pair, slots: Sequence[str], dates: Mapping[str, Dates]) -> MeetingDates:
    """Return when a pair meets: in the first of its slots that has dates enough."""
    if not slots:
        return MeetingDates(pair, "no_slot", reason=tr("aucun créneau en commun"))
    for slot in slots:
        if dates[slot].status in ANSWERED:
            return MeetingDates(pair, "found", slot, dates[slot])
    return MeetingDates(pair, "no_dates", reason=" ".join([*dates[slots[0]].diagnosis]))
