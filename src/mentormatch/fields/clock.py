"""Slots of the week by the clock, where people live in several time zones.

A slot is a local time: « mardi matin » is another moment in Paris than in La Réunion, and the distance between the two
clocks changes in the course of a year. Two slots of two people are one common slot if they share enough minutes in
every week of the period, whatever the clocks do meanwhile; no hour is moved, and no clock is taken for the right one.

Days and moments as settings: dates by the clock on the wall, in TOML as such, in JSON as ISO 8601 writes them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolMatrix, Index, IntVector
from mentormatch.base.columns import NONE, Column, MultiChoice, SingleChoice, number_rows
from mentormatch.base.immutable_models import Entries, FrozenDict, Part
from mentormatch.base.scalars import FORMS, start_of
from mentormatch.languages.phrases import clock, listed
from mentormatch.languages.phrases import day as day_in_words
from mentormatch.languages.similarity import closest
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import everywhere, mark, tr
from mentormatch.places.gazetteer import DEPARTEMENTS


def moment_setting(value: object) -> date:
    """Return a date, or a moment by the clock on the wall; JSON, which has none, writes them as ISO 8601 does.

    Raises ValueError where it is neither.
    """
    found = start_of(value) if isinstance(value, str | date) else None
    if found is None:
        raise ValueError(tr("une date comme {form}, sans fuseau horaire", form=FORMS))
    return found


def date_setting(value: object) -> date:
    """Return a date without a time; raise ValueError where it is none."""
    found = moment_setting(value)
    if isinstance(found, datetime):
        raise ValueError(tr("une date sans heure"))
    return found


DAY = r"\d{4}-\d{2}-\d{2}"
TIME = r"\d{2}:\d{2}(:\d{2})?"
type Day = Annotated[date, BeforeValidator(date_setting), WithJsonSchema({"type": "string", "pattern": f"^{DAY}$"})]
type Moment = Annotated[
    datetime | date,
    BeforeValidator(moment_setting),
    WithJsonSchema({"type": "string", "pattern": f"^{DAY}(T{TIME})?$"}),
]


PARIS = "Europe/Paris"
DAYS = (
    *(mark("lundi"), mark("mardi"), mark("mercredi"), mark("jeudi"), mark("vendredi")),
    *(mark("samedi"), mark("dimanche")),
)
OVERSEAS: Mapping[str, str] = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
"""The time zones of the départements and territories that have not that of Paris; 987 is that of Tahiti."""
HOURS = re.compile(r"(\d{1,2}):([0-5]\d)\s*-\s*(\d{1,2}):([0-5]\d)")
DAY_MINUTES, WEEK = 1440, 7
FARTHEST = 2
"""Days: no two clocks on earth are farther apart."""
AROUND = 2 * FARTHEST
"""Days before and after a period on which one of two slots may be."""
LEAST_DAYS = 7
OVERRUN_MINUTES = 60
"""A session may go on for so long outside the slots that somebody chose: one of three hours at 9:30 is a morning."""


def require_zone(name: str) -> str:
    """Return the name of a time zone; raise ValueError, with the nearest that there are, where it is none."""
    try:
        if "/" in name or name == "UTC":  # any other may be what this machine calls its own
            ZoneInfo(name)
            return name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ValueError(tr("un fuseau horaire, par exemple {names}", names=listed(nearest_zones(name))))


def nearest_zones(name: str) -> list[str]:
    """Return the names of time zones that are near to a text, by their whole name or by that of their city.

    >>> nearest_zones("Indian/Réunion"), nearest_zones("Toronto")
    (['Indian/Reunion'], ['America/Toronto'])
    """
    zones = sorted(zone for zone in available_timezones() if "/" in zone)
    cities = {city_of(zone): zone for zone in zones}
    near = closest(name, zones), closest(name.rpartition("/")[2], cities)
    found = [near[0].name if near[0] else "", cities[near[1].name] if near[1] else ""]
    return list(dict.fromkeys(filter(None, found))) or [PARIS]


def city_of(zone: str) -> str:
    """Return the city by which a time zone is called."""
    return zone.rpartition("/")[2].replace("_", " ")


def hours_of(text: str) -> str:
    """Return hours of a day as they are written; raise ValueError where they are none, or end before they begin."""
    start, end = minutes_in(text)
    if not 0 <= start < end <= DAY_MINUTES:
        raise ValueError(tr("des heures comme « 09:00-12:00 », qui finissent le même jour"))
    return text


def minutes_in(text: str) -> tuple[int, int]:
    """Return the minutes of a day at which hours begin and end; the same twice where they are none."""
    found = HOURS.fullmatch(text.strip())
    if found is None:
        return 0, 0
    numbers = list(map(int, found.groups()))
    return 60 * numbers[0] + numbers[1], 60 * numbers[2] + numbers[3]


type ZoneName = Annotated[str, AfterValidator(require_zone)]
type HoursOfDay = Annotated[str, AfterValidator(hours_of)]


class SlotZone(Part):
    """By which clock people read the slots of a question, and which hours the slots are.

    ``field`` is the question that tells where they live: a place, or a choice, whose answers ``zones`` gives a time
    zone where they are not a territory by name. ``hours`` are those of each moment, on everybody's own clock; ``first``
    and ``last`` the days between which people meet. ``reference`` is the clock of who does not say where they live, and
    of the dates of sessions. A slot is common if so many ``minutes`` of it are.
    """

    field: str
    hours: Entries[str, HoursOfDay]
    first: Day = Setting(validation_alias="from", serialization_alias="from")
    last: Day = Setting(validation_alias="to", serialization_alias="to")
    reference: ZoneName = PARIS
    zones: Entries[str, ZoneName] = Setting(default_factory=FrozenDict)
    minutes: int = Setting(default=60, ge=1, le=DAY_MINUTES)

    def clocks(self, labels: Sequence[str]) -> tuple["Clock", ...]:
        """Return the clock of each answer to the question that tells where people live; last that of the reference.

        Of a place, all but the territories overseas have that of Paris.
        """
        said = {fold(answer): zone for answer, zone in self.zones.items()}
        known = {**overseas(), **said}
        own = (Clock(known[fold(label)], label) if fold(label) in known else Clock.of(PARIS) for label in labels)
        return (*own, Clock.of(self.reference))

    @property
    def place(self) -> str:
        """Where the clock of the reference is, as people read it."""
        return Clock.of(self.reference).place


@cache
def overseas() -> Mapping[str, str]:
    """Return the time zones of the territories that have not that of Paris, by their names."""
    return {fold(name): OVERSEAS[number] for number, name in DEPARTEMENTS if number in OVERSEAS}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time zone, and where people live by it, as they read it."""

    zone: str
    place: str

    @classmethod
    def of(cls, zone: str) -> Self:
        """Return the clock of a time zone, called by its territory or its city."""
        called = {OVERSEAS[number]: name for number, name in DEPARTEMENTS if number in OVERSEAS}
        return cls(zone, called.get(zone, city_of(zone)))


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """A slot of the week on anybody's clock: the day, 0 for Monday, and the minutes at which it begins and ends."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SlotWeek:
    """The slots of a question by the clock, through a period of days; a common slot has so many ``minutes``."""

    slots: tuple[WeeklySlot, ...]
    first: date
    last: date
    minutes: int
    reference: str

    def common(self, ours: str, theirs: str) -> BoolMatrix:
        """Return (k, k) bool: which slot in one time zone is, all through the period, common with which in another."""
        return common_slots(self, ours, theirs)

    def within(self, local: datetime, minutes: int) -> BoolMatrix:
        """Return (k, minutes) bool: which minutes from a local time on are within each slot."""
        passed = 60 * local.hour + local.minute + np.arange(minutes)
        weekdays, clock = (local.weekday() + passed // DAY_MINUTES) % WEEK, passed % DAY_MINUTES
        rows = [(weekdays == one.weekday) & (one.start <= clock) & (clock < one.end) for one in self.slots]
        return np.array(rows, dtype=bool).reshape(len(rows), minutes)

    def meetings(self, ours: str, theirs: str, pair: tuple[int, int]) -> Iterator[datetime]:
        """Yield when two slots begin to be common, in UTC, week by week."""
        (left, right), shift = (self.slots[place] for place in pair), self.shift(*pair)
        for day in self.days(left.weekday, shift):
            starts = (moment(day, left.start, ours), moment(day + timedelta(days=shift), right.start, theirs))
            yield max(starts)

    @property
    def edge(self) -> date:
        """The first day that is looked at: some days before the period."""
        return self.first - timedelta(days=AROUND)

    def place(self, day: date) -> int:
        """Return how many days after the first one that is looked at a day is."""
        return (day - self.edge).days

    def shift(self, left: int, right: int) -> int:
        """Return how many days later the right slot is on its calendar than the left one: -3 to 3, beyond 2 never."""
        apart = (self.slots[right].weekday - self.slots[left].weekday) % WEEK
        return apart if apart <= WEEK // 2 else apart - WEEK

    def days(self, weekday: int, shift: int) -> Iterator[date]:
        """Yield the days of the left slot for which it, or the right one, is within the period."""
        low, high = min(0, -shift), max(0, -shift)
        day = self.first + timedelta(days=low)
        day += timedelta(days=(weekday - day.weekday()) % WEEK)
        while day <= self.last + timedelta(days=high):
            if self.first <= day <= self.last or self.first <= day + timedelta(days=shift) <= self.last:
                yield day
            day += timedelta(days=WEEK)


def moment(day: date, minute: int, zone: str) -> datetime:
    """Return the moment at a minute of a day on the clock of a time zone, in UTC."""
    whole, rest = divmod(minute, DAY_MINUTES)
    there = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), ZoneInfo(zone))
    return there.astimezone(UTC)


@lru_cache(maxsize=1024)
def common_slots(week: SlotWeek, ours: str, theirs: str) -> BoolMatrix:
    """Return (k, k) bool: which two slots share minutes enough in every week of the period."""
    here, there = instants(week, ours), instants(week, theirs)
    found = np.zeros((len(week.slots), len(week.slots)), dtype=bool)
    for left, one in enumerate(week.slots):
        for right in range(len(week.slots)):
            shift = week.shift(left, right)
            days = np.array([week.place(day) for day in week.days(one.weekday, shift)], dtype=np.int64)
            if abs(shift) <= FARTHEST and len(days):
                mine, yours = here[days, left], there[days + shift, right]
                shared = np.minimum(mine[:, 1], yours[:, 1]) - np.maximum(mine[:, 0], yours[:, 0])
                found[left, right] = shared.min() >= week.minutes
    return found


@lru_cache(maxsize=128)
def instants(week: SlotWeek, zone: str) -> NDArray[np.int64]:
    """Return (days, k, 2): when each slot begins and ends, in minutes of UTC, on days of its own."""
    days = [week.edge + timedelta(days=step) for step in range((week.last - week.first).days + 2 * AROUND + 1)]
    found = np.zeros((len(days), len(week.slots), 2), dtype=np.int64)
    for place, day in enumerate(days):
        for at, slot in enumerate(week.slots):
            if slot.weekday == day.weekday():
                found[place, at] = [moment(day, each, zone).timestamp() // 60 for each in (slot.start, slot.end)]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class ZonedSlots(MultiChoice):
    """Slots of the week each, by the clock: ``zones`` (n,) int64 index into ``clocks`` says where everybody lives."""

    zones: IntVector = field(kw_only=True)
    clocks: tuple[Clock, ...] = field(kw_only=True)
    week: SlotWeek = field(kw_only=True)

    def take(self, index: Index) -> "ZonedSlots":
        """Return the slots of the people at ``index`` only."""
        return replace(self, values=self.values[index], known=self.known[index], zones=self.zones[index])

    def alike(self) -> IntVector:
        """Return (n,) int64: a number from 0 for each answer by the clock of its time zone."""
        return number_rows(np.column_stack([self.values, self.known, self.zones]))

    @property
    def lived(self) -> tuple[Clock, ...]:
        """By which clocks these people live, each once."""
        return tuple(dict.fromkeys(self.clocks[place] for place in np.unique(self.zones).tolist()))

    def clock(self, row: int) -> Clock:
        """Return by which clock one person lives."""
        return self.clocks[int(self.zones[row])]

    def apart(self, row: int, others: "ZonedSlots", other: int) -> bool:
        """Say whether one of these people and one of others live by two clocks."""
        return self.clock(row).zone != others.clock(other).zone

    def common(self, row: int, others: "ZonedSlots", other: int) -> list[tuple[int, int]]:
        """Return the common slots of one of these people and one of others: as places of slots."""
        both = self.week.common(self.clock(row).zone, others.clock(other).zone)
        found = np.argwhere(both & self.values[row][:, None] & others.values[other][None, :])
        return [(int(ours), int(theirs)) for ours, theirs in found]

    def numbers(self, others: "ZonedSlots") -> tuple[BoolMatrix, NDArray[np.int64], int]:
        """Return (n, k) bool and (m, k) whole numbers, of which the product is how many common slots each pair has.

        The third is more than no product.
        """
        here, own = np.unique(self.zones, return_inverse=True)
        ours = [self.clocks[place].zone for place in here]
        zones = tuple(dict.fromkeys(ours))
        lives = np.array([[zone == other for other in zones] for zone in ours], dtype=bool).reshape(-1, len(zones))[own]
        left = (lives[:, :, None] & self.values[:, None, :]).reshape(len(own), -1)
        places, at = np.unique(others.zones, return_inverse=True)
        tables = [[self.week.common(zone, others.clocks[place].zone) for zone in zones] for place in places]
        right = np.zeros((len(others.zones), len(zones) * self.values.shape[1]), dtype=np.int64)
        for place, table in enumerate(tables):
            rows = np.flatnonzero(at == place)
            right[rows] = others.values[rows].astype(np.int64) @ np.hstack([each.T for each in table]).astype(np.int64)
        most = max((int(each.sum()) for table in tables for each in table), default=0)
        return left, right, most

    def present(self, starts: Sequence[datetime], minutes: int) -> BoolMatrix:
        """Return (n, d) bool: in whose slots a session of ``minutes`` is, by the clock of the reference.

        It begins in a slot that they chose, and takes at most ``OVERRUN_MINUTES`` of slots that they did not choose and
        of the time after the last slot of the day. Time between two slots, such as lunch, is nobody's slot.
        """
        moments = [start.replace(tzinfo=ZoneInfo(self.week.reference)) for start in starts]
        found = np.zeros((len(self.values), len(starts)), dtype=bool)
        for place in np.unique(self.zones).tolist():
            rows = np.flatnonzero(self.zones == place)
            for column, moment in enumerate(moments):
                within = self.week.within(moment.astimezone(ZoneInfo(self.clocks[place].zone)), minutes)
                chosen = self.values[rows] @ within
                missed = within.any(axis=0) & ~chosen
                late = minutes - np.flatnonzero(within.any(axis=0)).max(initial=-1) - 1
                found[rows, column] = chosen[:, 0] & (missed.sum(axis=1) + late <= OVERRUN_MINUTES)
        return found


def with_zones(column: MultiChoice, where: Column, week: SlotWeek, zone: SlotZone) -> ZonedSlots:
    """Return a column of slots with where people live, by their answers to another question; none: the reference."""
    if not isinstance(where, SingleChoice):
        raise TypeError(f"a column of {type(where).__name__} tells no time zone")
    clocks = zone.clocks(where.labels)
    zones = np.where(where.values == NONE, len(clocks) - 1, where.values)
    return ZonedSlots(column.labels, column.values, column.known, zones=zones, clocks=clocks, week=week)


def weekday_of(name: str) -> int | None:
    """Return which day of the week a word names, in any language of ours; None where it is none."""
    words = {fold(one): place for place, day in enumerate(DAYS) for one in everywhere(day)}
    return words.get(fold(name))


def slots_in_words(ours: ZonedSlots, row: int, theirs: ZonedSlots, other: int) -> list[str]:
    """Return the common slots of two people in words, each with when it begins on both clocks."""
    clocks = ours.clock(row), theirs.clock(other)
    if not ours.apart(row, theirs, other):
        return [ours.labels[left] for left, _ in ours.common(row, theirs, other)]
    return [common_slot_in_words(ours.week, *clocks, pair) for pair in ours.common(row, theirs, other)]


@dataclass(frozen=True, slots=True)
class _Hours:
    """How a common slot begins on two clocks, in words."""

    words: str
    days: tuple[date, ...]


def common_slot_in_words(week: SlotWeek, ours: Clock, theirs: Clock, pair: tuple[int, int]) -> str:
    """Return when a common slot begins, on both clocks; and on which days otherwise, where a clock changes meanwhile.

    The hours of most weeks come first.
    """
    spans = list(spans_of(week, ours, theirs, pair))
    by_words: dict[str, list[_Hours]] = {}
    for span in spans:
        by_words.setdefault(span.words, []).append(span)
    ordered = sorted(by_words.items(), key=lambda one: -sum(len(span.days) for span in one[1]))
    first, *others = [words for words, _ in ordered]
    for words in others:
        when = listed([span_in_words(span, spans) for span in by_words[words]])
        first = tr("{usual}, et {hours} {when}", usual=first, hours=words, when=when)
    return first


def spans_of(week: SlotWeek, ours: Clock, theirs: Clock, pair: tuple[int, int]) -> Iterator[_Hours]:
    """Yield the stretches of weeks in which a common slot begins at the same hours on both clocks."""
    words, days = "", list[date]()
    for meeting in week.meetings(ours.zone, theirs.zone, pair):
        here, there = (meeting.astimezone(ZoneInfo(one.zone)) for one in (ours, theirs))
        now = on_both_clocks((here, ours), (there, theirs))
        if days and now != words:
            yield _Hours(words, tuple(days))
            days = []
        words, days = now, [*days, here.date()]
    if days:
        yield _Hours(words, tuple(days))


def span_in_words(span: _Hours, spans: Sequence[_Hours]) -> str:
    """Return from which day to which a stretch of weeks is, one of several."""
    first, last = day_in_words(span.days[0]), day_in_words(span.days[-1])
    if span is spans[0]:
        return tr("jusqu'au {day}", day=last)
    return tr("dès le {day}", day=first) if span is spans[-1] else tr("du {first} au {last}", first=first, last=last)


def on_both_clocks(one: tuple[datetime, Clock], other: tuple[datetime, Clock]) -> str:
    """Return one moment on two clocks: the day and the hour, the day of the other where it is another."""
    (here, ours), (there, theirs) = one, other
    same = here.date() == there.date()
    then = hour_in_words(there) if same else f"{tr(DAYS[there.weekday()])} {hour_in_words(there)}"
    return tr(
        "{day} {hour} ({place}), {then} ({elsewhere})",
        day=tr(DAYS[here.weekday()]),
        hour=hour_in_words(here),
        place=ours.place,
        then=then,
        elsewhere=theirs.place,
    )


def hour_in_words(when: datetime) -> str:
    """Return an hour in words, without minutes where there are none."""
    return clock(when) if when.minute else tr("{hour}\u00a0h", hour=when.hour)
