"""When each pair meets: a slot of the week that both have, about once a month, on no day off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.scalars import whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.pairs import Pair
from mentormatch.fields.clock import DAYS, Clock, ZonedSlots, slots_in_words
from mentormatch.groups.calendar import MINUTES, ZONES, Stated
from mentormatch.groups.dates import ANSWERED, APART, TAKEN, Dates, choose_dates, choose_in_turn, taken_moments
from mentormatch.groups.inputs import PARTS, MultipleChoice, find_fields, moments_of, only, read_multiple_choice
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import everywhere, language, tr, tr_n
from mentormatch.operations.matching import Matching
from mentormatch.people.cohort import Cohort

HOURS = {"morning": time(9, 30), "afternoon": time(14, 0), "evening": time(18, 30)}
"""When a meeting begins in each part of the day, unless said."""


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

    Nobody in several pairs has two meetings at one time. Of several slots that would do, a keyed hash takes one: the
    order of people never matters.

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
        mentors, mentees = matching.cohort.mentors.columns.get(name), matching.cohort.mentees.columns.get(name)
        slots: SharedSlots
        if isinstance(mentors, ZonedSlots) and isinstance(mentees, ZonedSlots):
            slots = ClockSlots(matching.cohort, mentors, mentees, first, last, choose)
        else:
            said = read_multiple_choice(matching.cohort, name)
            starts = {slot.name: tuple(slot.within(first, last)) for slot in slots_among(said.options, hours)}
            slots = NamedSlots(said, starts, choose)
        # Nobody meets two partners at once: pairs that share somebody choose in turn
        pairs = in_keyed_order(matching.pairs, list(map(name_of_pair, matching.pairs)), "", matching.seed)
        found = choose_in_turn(
            pairs,
            lambda pair: (pair.mentor, pair.mentee),
            lambda pair, before: meeting(pair, slots, before, matching),
            lambda each: each.dates,
        )
        at = {name_of_pair(one.pair): one for one in found}
        return tuple(at[name_of_pair(pair)] for pair in matching.pairs)


class SharedSlots(Protocol):
    """What both of a pair said of the slots of the week, and the dates in each slot."""

    def shared(self, pair: Pair) -> list[str]:
        """Return the slots that both have."""

    def silent(self, pair: Pair) -> list[str]:
        """Return who of the two did not answer."""

    def dates(self, pair: Pair, slot: str, before: Sequence[Dates]) -> Dates:
        """Return the dates of a pair in a slot, none at the time of those chosen ``before`` for one of the two."""


@dataclass(frozen=True, slots=True)
class NamedSlots:
    """Slots by their names, such as Monday morning: what people said, when each slot is, and what chooses dates."""

    said: MultipleChoice
    starts: Mapping[str, tuple[datetime, ...]]
    choose: Callable[..., Dates]
    known: dict[tuple[str, frozenset[date]], Dates] = field(default_factory=dict)

    def shared(self, pair: Pair) -> list[str]:
        """Return the slots that both have."""
        wanted = [set(self.said.answers.get(key) or ()) for key in (pair.mentor, pair.mentee)]
        return [slot for slot in self.starts if all(slot in each for each in wanted)]

    def silent(self, pair: Pair) -> list[str]:
        """Return who of the two did not answer."""
        return [key for key in (pair.mentor, pair.mentee) if self.said.answers.get(key) is None]

    def dates(self, pair: Pair, slot: str, before: Sequence[Dates]) -> Dates:
        """Return the dates of a pair in a slot; the same for all pairs for whom the same dates are taken."""
        taken = taken_moments(moments_of(self.starts[slot]), MINUTES, before)
        key = slot, frozenset(one.start for one in taken)
        if key not in self.known:
            self.known[key] = self.choose(self.starts[slot], others=before)
        return self.known[key]


@dataclass(frozen=True, slots=True)
class ClockSlots:
    """The slots of both sides by the clock, the days between which people meet, and what chooses their dates."""

    cohort: Cohort
    mentors: ZonedSlots
    mentees: ZonedSlots
    first: date
    last: date
    choose: Callable[..., Dates]

    def shared(self, pair: Pair) -> list[str]:
        """Return the slots that both have, with when each begins on both clocks where people live apart."""
        return list(self._common(pair))

    def silent(self, pair: Pair) -> list[str]:
        """Return who of the two did not answer."""
        row, other = self._rows(pair)
        known = (pair.mentor, self.mentors.known[row]), (pair.mentee, self.mentees.known[other])
        return [key for key, answered in known if not answered]

    def dates(self, pair: Pair, slot: str, before: Sequence[Dates]) -> Dates:
        """Return the dates of a pair in a slot, by the clock of the reference, told on both their clocks."""
        row, other = self._rows(pair)
        clocks = self.mentors.clock(row), self.mentees.clock(other)
        starts, week = self._starts(clocks, self._common(pair)[slot]), self.mentors.week
        return self.choose(starts, minutes=week.minutes, others=before).on_clocks(week.reference, clocks)

    def _rows(self, pair: Pair) -> tuple[int, int]:
        return self.cohort.mentors.find(pair.mentor), self.cohort.mentees.find(pair.mentee)

    def _common(self, pair: Pair) -> dict[str, tuple[int, int]]:
        row, other = self._rows(pair)
        common = self.mentors.common(row, self.mentees, other)
        return dict(zip(slots_in_words(self.mentors, row, self.mentees, other), common, strict=True))

    def _starts(self, clocks: tuple[Clock, Clock], slots: tuple[int, int]) -> Iterator[datetime]:
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


def name_of_pair(pair: Pair) -> str:
    """Return what tells a pair from the others of its matching."""
    return f"{pair.mentor} {pair.mentee}"


def in_keyed_order[T](items: Sequence[T], names: Sequence[str], row: str, seed: int) -> list[T]:
    """Return items in the order of a keyed hash of their names, another order for each ``row``."""
    hashes, columns = KeyedTieBreaker(seed, (row,), tuple(names)), np.arange(len(items))
    order = np.argsort(-hashes.of(np.zeros_like(columns), columns, 0), kind="stable") if len(items) else columns
    return [items[place] for place in order.tolist()]


def meeting(pair: Pair, slots: SharedSlots, before: Sequence[Dates], matching: Matching) -> MeetingDates:
    """Return when a pair meets: in the first of its slots, in an order of its own, that has dates enough."""
    shared, refused, labels = slots.shared(pair), list[Dates](), matching.labels
    for slot in in_keyed_order(shared, shared, name_of_pair(pair), matching.seed):
        dates = slots.dates(pair, slot, before)
        if dates.status in ANSWERED:
            called = replace(
                dates, name=matching.programme.name, group_name=" – ".join(labels.pair((pair.mentor, pair.mentee)))
            )
            return MeetingDates(pair, "found", slot, called)
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
    """Yield why there are no dates in a slot, first how many are taken by other meetings of the two."""
    taken = sum(one.reason == tr(TAKEN) for one in dates.set_aside)
    if taken:
        yield tr_n(
            "Une date est déjà prise par un autre rendez-vous de l'une des deux personnes.",
            "{number} dates sont déjà prises par d'autres rendez-vous de l'une des deux personnes.",
            taken,
            number=taken,
        )
    yield from dates.diagnosis
