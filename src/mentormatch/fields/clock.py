"""Weekly slots in several time zones -> common slots, and their texts on both clocks; date and time settings.

A slot is a local time: « mardi matin » is not the same time in Paris and in La Réunion, and the offset between two
clocks changes during the year. Two slots of two people are common if they share enough minutes in every week of the
period, whatever the changes of the clocks; no slot is shifted, and no clock is taken as the standard.

Settings are local dates and times: TOML types, or ISO 8601 texts in JSON.
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
    """Return a date or local time; texts, as in JSON, are parsed as ISO 8601.

    Raises ValueError if the value is neither.
    """
    start = start_of(value) if isinstance(value, str | date) else None
    if start is None:
        raise ValueError(tr("une date comme {form}, sans fuseau horaire", form=FORMS))
    return start


def date_setting(value: object) -> date:
    """Return a date without a time. Raises ValueError if the value is none."""
    start = moment_setting(value)
    if isinstance(start, datetime):
        raise ValueError(tr("une date sans heure"))
    return start


DAY_PATTERN = r"\d{4}-\d{2}-\d{2}"
TIME_PATTERN = r"\d{2}:\d{2}(:\d{2})?"
type Day = Annotated[
    date, BeforeValidator(date_setting), WithJsonSchema({"type": "string", "pattern": f"^{DAY_PATTERN}$"})
]
type Moment = Annotated[
    datetime | date,
    BeforeValidator(moment_setting),
    WithJsonSchema({"type": "string", "pattern": f"^{DAY_PATTERN}(T{TIME_PATTERN})?$"}),
]


PARIS = "Europe/Paris"
DAYS = (
    *(mark("lundi"), mark("mardi"), mark("mercredi"), mark("jeudi"), mark("vendredi")),
    *(mark("samedi"), mark("dimanche")),
)
# Time zones of the départements and territories outside that of Paris; for 987, that of Tahiti
OVERSEAS_ZONES: Mapping[str, str] = {
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
DAY_MINUTES = 1440
WEEK_DAYS = 7  # days
MAX_CLOCK_DAYS = 2  # days; no two clocks on earth differ by more
MARGIN_DAYS = 2 * MAX_CLOCK_DAYS  # days before and after a period on which one of two slots may be
LEAST_DAYS = 7
OVERRUN_MINUTES = 60  # of a session outside chosen slots: three hours from 9:30 are still a morning


def require_zone(name: str) -> str:
    """Return the name of a time zone. Raises ValueError with the nearest known names if it is none."""
    try:
        if "/" in name or name == "UTC":  # other names may exist only on this machine
            ZoneInfo(name)
            return name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ValueError(tr("un fuseau horaire, par exemple {names}", names=listed(nearest_zones(name))))


def nearest_zones(name: str) -> list[str]:
    """Return the time zones with a name, or a city, near to a text; Paris if there are none.

    >>> nearest_zones("Indian/Réunion"), nearest_zones("Toronto")
    (['Indian/Reunion'], ['America/Toronto'])
    """
    zones = sorted(zone for zone in available_timezones() if "/" in zone)
    cities = {city_of(zone): zone for zone in zones}
    matches = closest(name, zones), closest(name.rpartition("/")[2], cities)
    names = [matches[0].name if matches[0] else "", cities[matches[1].name] if matches[1] else ""]
    return list(dict.fromkeys(filter(None, names))) or [PARIS]


def city_of(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def hours_of(text: str) -> str:
    """Return a text of hours unchanged. Raises ValueError if it is invalid, or the end is not after the start."""
    start, end = minutes_in(text)
    if not 0 <= start < end <= DAY_MINUTES:
        raise ValueError(tr("des heures comme « 09:00-12:00 », qui finissent le même jour"))
    return text


def minutes_in(text: str) -> tuple[int, int]:
    """Return the start and end of hours, in minutes of the day; (0, 0) if the text is invalid."""
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)\s*-\s*(\d{1,2}):([0-5]\d)", text.strip())
    if match is None:
        return 0, 0
    numbers = list(map(int, match.groups()))
    return 60 * numbers[0] + numbers[1], 60 * numbers[2] + numbers[3]


type ZoneName = Annotated[str, AfterValidator(require_zone)]
type HoursOfDay = Annotated[str, AfterValidator(hours_of)]


class SlotZone(Part):
    """The clock and the hours of the slots of a question.

    ``field`` is the question on the place of residence: a place, or a choice. ``zones`` maps its answers to time zones;
    overseas territories are known by name. ``hours`` are those of each moment, on each person's own clock; ``first``
    and ``last`` are the period of the meetings. ``reference`` is the clock of people who do not state their residence,
    and of the dates of sessions. A slot is common if it shares ``minutes`` or more.
    """

    field: str
    hours: Entries[str, HoursOfDay]
    first: Day = Setting(validation_alias="from", serialization_alias="from")
    last: Day = Setting(validation_alias="to", serialization_alias="to")
    reference: ZoneName = PARIS
    zones: Entries[str, ZoneName] = Setting(default_factory=FrozenDict)
    minutes: int = Setting(default=60, ge=1, le=DAY_MINUTES)

    def clocks(self, labels: Sequence[str]) -> tuple["Clock", ...]:
        """Return the clock of each answer to the question on residence, and last that of the reference.

        Answers without a known time zone have the clock of Paris.
        """
        stated_zones = {fold(answer): zone for answer, zone in self.zones.items()}
        zone_by_answer = {**overseas(), **stated_zones}
        answer_clocks = (
            Clock(zone_by_answer[fold(label)], label) if fold(label) in zone_by_answer else Clock.of(PARIS)
            for label in labels
        )
        return (*answer_clocks, Clock.of(self.reference))

    @property
    def place(self) -> str:
        """The place of the reference clock, for display."""
        return Clock.of(self.reference).place


@cache
def overseas() -> Mapping[str, str]:
    """Map the folded name of each overseas territory to its time zone."""
    return {fold(name): OVERSEAS_ZONES[number] for number, name in DEPARTEMENTS if number in OVERSEAS_ZONES}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time zone, and the place that represents it in texts."""

    zone: str
    place: str

    @classmethod
    def of(cls, zone: str) -> Self:
        """Return the clock of a time zone, named after its territory or its city."""
        names_by_zone = {OVERSEAS_ZONES[number]: name for number, name in DEPARTEMENTS if number in OVERSEAS_ZONES}
        return cls(zone, names_by_zone.get(zone, city_of(zone)))


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """A slot of the week in local time: weekday, 0 for Monday, and start and end in minutes of the day."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SlotWeek:
    """The slots of a question by the clock, in a period of days; a common slot shares ``minutes`` or more."""

    slots: tuple[WeeklySlot, ...]
    first: date
    last: date
    minutes: int
    reference: str

    def common(self, ours: str, theirs: str) -> BoolMatrix:
        """Return (k, k) bool: whether each slot in one time zone is common with each in another, in every week."""
        return common_slots(self, ours, theirs)

    def within(self, local: datetime, minutes: int) -> BoolMatrix:
        """Return (k, minutes) bool: whether each minute from a local time on is within each slot."""
        passed = 60 * local.hour + local.minute + np.arange(minutes)
        weekdays, clock = (local.weekday() + passed // DAY_MINUTES) % WEEK_DAYS, passed % DAY_MINUTES
        rows = [(weekdays == slot.weekday) & (slot.start <= clock) & (clock < slot.end) for slot in self.slots]
        return np.array(rows, dtype=bool).reshape(len(rows), minutes)

    def meetings(self, ours: str, theirs: str, pair: tuple[int, int]) -> Iterator[datetime]:
        """Yield the start of each common occurrence of two slots, in UTC, week by week."""
        (our_slot, their_slot), shift = (self.slots[index] for index in pair), self.shift(*pair)
        for day in self.days(our_slot.weekday, shift):
            starts = (to_utc(day, our_slot.start, ours), to_utc(day + timedelta(days=shift), their_slot.start, theirs))
            yield max(starts)

    @property
    def edge(self) -> date:
        """The first day of the scan, some days before the period."""
        return self.first - timedelta(days=MARGIN_DAYS)

    def place(self, day: date) -> int:
        """Return the number of days from the first day of the scan."""
        return (day - self.edge).days

    def shift(self, left: int, right: int) -> int:
        """Return the calendar days from the left slot to the right one: -3 to 3; beyond 2 they are never common."""
        difference = (self.slots[right].weekday - self.slots[left].weekday) % WEEK_DAYS
        return difference if difference <= WEEK_DAYS // 2 else difference - WEEK_DAYS

    def days(self, weekday: int, shift: int) -> Iterator[date]:
        """Yield the days of the left slot on which it, or the right one, is within the period."""
        low, high = min(0, -shift), max(0, -shift)
        day = self.first + timedelta(days=low)
        day += timedelta(days=(weekday - day.weekday()) % WEEK_DAYS)
        while day <= self.last + timedelta(days=high):
            if self.first <= day <= self.last or self.first <= day + timedelta(days=shift) <= self.last:
                yield day
            day += timedelta(days=WEEK_DAYS)


def to_utc(day: date, minute: int, zone: str) -> datetime:
    """Return a minute of a day in a time zone as UTC."""
    days, minute_of_day = divmod(minute, DAY_MINUTES)
    local = datetime.combine(day + timedelta(days=days), time(minute_of_day // 60, minute_of_day % 60), ZoneInfo(zone))
    return local.astimezone(UTC)


@lru_cache(maxsize=1024)
def common_slots(week: SlotWeek, ours: str, theirs: str) -> BoolMatrix:
    """Return (k, k) bool: whether two slots share enough minutes in every week of the period."""
    our_instants, their_instants = instants(week, ours), instants(week, theirs)
    are_common = np.zeros((len(week.slots), len(week.slots)), dtype=bool)
    for left, left_slot in enumerate(week.slots):
        for right in range(len(week.slots)):
            shift = week.shift(left, right)
            days = np.array([week.place(day) for day in week.days(left_slot.weekday, shift)], dtype=np.int64)
            if abs(shift) <= MAX_CLOCK_DAYS and len(days):
                our_spans, their_spans = our_instants[days, left], their_instants[days + shift, right]
                shared = np.minimum(our_spans[:, 1], their_spans[:, 1]) - np.maximum(our_spans[:, 0], their_spans[:, 0])
                are_common[left, right] = shared.min() >= week.minutes
    return are_common


@lru_cache(maxsize=128)
def instants(week: SlotWeek, zone: str) -> NDArray[np.int64]:
    """Return (days, k, 2): start and end of each slot, in UTC minutes; zero on days of other weekdays."""
    days = [week.edge + timedelta(days=step) for step in range((week.last - week.first).days + 2 * MARGIN_DAYS + 1)]
    spans = np.zeros((len(days), len(week.slots), 2), dtype=np.int64)
    for row, day in enumerate(days):
        for column, slot in enumerate(week.slots):
            if slot.weekday == day.weekday():
                spans[row, column] = [to_utc(day, minute, zone).timestamp() // 60 for minute in (slot.start, slot.end)]
    return spans


@dataclass(frozen=True, slots=True, eq=False)
class ZonedSlots(MultiChoice):
    """Slots of the week per person, by the clock: ``zones`` (n,) int64 index into ``clocks``, the residence."""

    zones: IntVector = field(kw_only=True)
    clocks: tuple[Clock, ...] = field(kw_only=True)
    week: SlotWeek = field(kw_only=True)

    def take(self, index: Index) -> "ZonedSlots":
        """Return the slots of the people at ``index`` only."""
        return replace(self, values=self.values[index], known=self.known[index], zones=self.zones[index])

    def alike(self) -> IntVector:
        """Return (n,) int64: a number per answer and time zone."""
        return number_rows(np.column_stack([self.values, self.known, self.zones]))

    @property
    def lived(self) -> tuple[Clock, ...]:
        """The distinct clocks of these people."""
        return tuple(dict.fromkeys(self.clocks[index] for index in np.unique(self.zones).tolist()))

    def clock(self, row: int) -> Clock:
        """Return the clock of one person."""
        return self.clocks[int(self.zones[row])]

    def apart(self, row: int, others: "ZonedSlots", other: int) -> bool:
        """Return whether two people live in different time zones."""
        return self.clock(row).zone != others.clock(other).zone

    def common(self, row: int, others: "ZonedSlots", other: int) -> list[tuple[int, int]]:
        """Return the common slots of two people, as pairs of slot indices."""
        are_common = self.week.common(self.clock(row).zone, others.clock(other).zone)
        pairs = np.argwhere(are_common & self.values[row][:, None] & others.values[other][None, :])
        return [(int(ours), int(theirs)) for ours, theirs in pairs]

    def numbers(self, others: "ZonedSlots") -> tuple[BoolMatrix, NDArray[np.int64], int]:
        """Return a bool matrix (n, q) and an int64 matrix (m, q); their product counts the common slots of each pair.

        q is the number of time zones of these people times that of slots. The third value is an upper bound on the
        counts.
        """
        our_clocks, our_zone = np.unique(self.zones, return_inverse=True)
        ours = [self.clocks[clock_index].zone for clock_index in our_clocks]
        zones = tuple(dict.fromkeys(ours))
        lives = np.array([[zone == column_zone for column_zone in zones] for zone in ours], dtype=bool).reshape(
            -1, len(zones)
        )[our_zone]
        left_factor = (lives[:, :, None] & self.values[:, None, :]).reshape(len(our_zone), -1)
        their_clocks, their_zone = np.unique(others.zones, return_inverse=True)
        tables = [
            [self.week.common(zone, others.clocks[clock_index].zone) for zone in zones] for clock_index in their_clocks
        ]
        right_factor = np.zeros((len(others.zones), len(zones) * self.values.shape[1]), dtype=np.int64)
        for clock_index, table in enumerate(tables):
            rows = np.flatnonzero(their_zone == clock_index)
            right_factor[rows] = others.values[rows].astype(np.int64) @ np.hstack(
                [common_matrix.T for common_matrix in table]
            ).astype(np.int64)
        upper = max((int(common_matrix.sum()) for table in tables for common_matrix in table), default=0)
        return left_factor, right_factor, upper

    def present(self, starts: Sequence[datetime], minutes: int) -> BoolMatrix:
        """Return (n, d) bool: whether each person can attend each session, at ``starts`` on the reference clock.

        A session must begin in a slot that the person chose. It may take up to ``OVERRUN_MINUTES`` of slots not chosen
        and of the time after the last slot of the day. Time between two slots, such as lunch, belongs to no slot.
        """
        moments = [start.replace(tzinfo=ZoneInfo(self.week.reference)) for start in starts]
        are_present = np.zeros((len(self.values), len(starts)), dtype=bool)
        for clock_index in np.unique(self.zones).tolist():
            rows = np.flatnonzero(self.zones == clock_index)
            for column, moment in enumerate(moments):
                within = self.week.within(moment.astimezone(ZoneInfo(self.clocks[clock_index].zone)), minutes)
                is_chosen = self.values[rows] @ within
                is_missed = within.any(axis=0) & ~is_chosen
                late_minutes = minutes - np.flatnonzero(within.any(axis=0)).max(initial=-1) - 1
                are_present[rows, column] = is_chosen[:, 0] & (is_missed.sum(axis=1) + late_minutes <= OVERRUN_MINUTES)
        return are_present


def with_zones(column: MultiChoice, where: Column, week: SlotWeek, zone: SlotZone) -> ZonedSlots:
    """Return a column of slots with time zones, from the answers on residence; no answer gives the reference."""
    if not isinstance(where, SingleChoice):
        raise TypeError(f"a column of {type(where).__name__} tells no time zone")
    clocks = zone.clocks(where.labels)
    zones = np.where(where.values == NONE, len(clocks) - 1, where.values)
    return ZonedSlots(column.labels, column.values, column.known, zones=zones, clocks=clocks, week=week)


def weekday_of(name: str) -> int | None:
    """Return the index of the weekday that a word names in a supported language, else None."""
    words = {fold(word): index for index, day in enumerate(DAYS) for word in everywhere(day)}
    return words.get(fold(name))


def slots_in_words(ours: ZonedSlots, row: int, theirs: ZonedSlots, other: int) -> list[str]:
    """Return the common slots of two people as texts; with the start on both clocks if these differ."""
    clocks = ours.clock(row), theirs.clock(other)
    if not ours.apart(row, theirs, other):
        return [ours.labels[our_slot] for our_slot, _ in ours.common(row, theirs, other)]
    return [common_slot_in_words(ours.week, *clocks, pair) for pair in ours.common(row, theirs, other)]


@dataclass(frozen=True, slots=True)
class _Hours:
    """The text of a common slot on two clocks, and its days."""

    words: str
    days: tuple[date, ...]


def common_slot_in_words(week: SlotWeek, ours: Clock, theirs: Clock, pair: tuple[int, int]) -> str:
    """Return the start of a common slot on both clocks, with the periods of other hours if a clock changes.

    The most frequent hours come first.
    """
    spans = list(spans_of(week, ours, theirs, pair))
    by_words: dict[str, list[_Hours]] = {}
    for span in spans:
        by_words.setdefault(span.words, []).append(span)
    ordered = sorted(by_words.items(), key=lambda item: -sum(len(span.days) for span in item[1]))
    text, *rarer = [words for words, _ in ordered]
    for words in rarer:
        when = listed([span_in_words(span, spans) for span in by_words[words]])
        text = tr("{usual}, et {hours} {when}", usual=text, hours=words, when=when)
    return text


def spans_of(week: SlotWeek, ours: Clock, theirs: Clock, pair: tuple[int, int]) -> Iterator[_Hours]:
    """Yield the periods of weeks in which the hours of a common slot are constant on both clocks."""
    words, days = "", list[date]()
    for meeting in week.meetings(ours.zone, theirs.zone, pair):
        our_time, their_time = (meeting.astimezone(ZoneInfo(side_clock.zone)) for side_clock in (ours, theirs))
        current = on_both_clocks((our_time, ours), (their_time, theirs))
        if days and current != words:
            yield _Hours(words, tuple(days))
            days = []
        words, days = current, [*days, our_time.date()]
    if days:
        yield _Hours(words, tuple(days))


def span_in_words(span: _Hours, spans: Sequence[_Hours]) -> str:
    """Return the first and last day of a period of weeks as a phrase; ``spans`` are all periods."""
    first, last = day_in_words(span.days[0]), day_in_words(span.days[-1])
    if span is spans[0]:
        return tr("jusqu'au {day}", day=last)
    return tr("dès le {day}", day=first) if span is spans[-1] else tr("du {first} au {last}", first=first, last=last)


def on_both_clocks(first: tuple[datetime, Clock], second: tuple[datetime, Clock]) -> str:
    """Return a time on two clocks as text: weekday and hour, and the second weekday if it differs."""
    (our_time, ours), (their_time, theirs) = first, second
    is_same_day = our_time.date() == their_time.date()
    their_text = (
        hour_in_words(their_time) if is_same_day else f"{tr(DAYS[their_time.weekday()])} {hour_in_words(their_time)}"
    )
    return tr(
        "{day} {hour} ({place}), {then} ({elsewhere})",
        day=tr(DAYS[our_time.weekday()]),
        hour=hour_in_words(our_time),
        place=ours.place,
        then=their_text,
        elsewhere=theirs.place,
    )


def hour_in_words(when: datetime) -> str:
    """Return a time of day as a text, without minutes if they are zero."""
    return clock(when) if when.minute else tr("{hour}\u00a0h", hour=when.hour)
