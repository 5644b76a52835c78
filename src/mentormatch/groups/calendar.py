"""Sessions -> an iCalendar file (RFC 5545) whose event ids are stable, and the days without sessions.

The id of an event is a keyed digest of the programme, the group and the number of the session, so it identifies no
person. An event of the previous file with the same id is the same event. Older files have ids made of a name and a
start: an event that still starts at the same time keeps such an id, and moved events take over the other old ids in
order of time. The other events of the previous file are cancelled. SEQUENCE increases for changed events; unchanged
events keep their bytes. Times are local times of one time zone, which the file names.

Days without sessions are public holidays, school holidays by zone, and the black-outs of the programme.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.fields.clock import PARIS
from mentormatch.languages.phrases import figures, listed
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import FRENCH, spoken, tr, tr_n, typeset

if TYPE_CHECKING:
    from icalendar import Calendar


SESSION_MINUTES = 180


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """A session at a local time of ``zone``, or on a whole day.

    Its id is made of ``series``, the programme and the group (if both are empty: the name of the calendar), and of
    ``number`` among their sessions (0: its position in order of time, from 1).
    """

    start: date
    summary: str
    description: str = ""
    place: str = ""
    minutes: int = SESSION_MINUTES
    zone: str = PARIS
    series: tuple[str, str] = field(default=("", ""), compare=False)
    number: int = field(default=0, compare=False)

    @property
    def end(self) -> date:
        """The end of the session; the next day if it has no hour."""
        duration = timedelta(minutes=self.minutes) if isinstance(self.start, datetime) else timedelta(days=1)
        return self.start + duration


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event of an iCalendar file, with its id and its version."""

    uid: str
    event: SessionEvent
    status: str = "CONFIRMED"
    sequence: int = 0
    stamp: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def content(self) -> tuple[SessionEvent, str]:
        """The visible part of the entry."""
        return self.event, self.status


def calendar_of(
    name: str,
    events: Iterable[SessionEvent],
    *,
    key: str = "",
    former: bytes | None = None,
    now: datetime | None = None,
) -> bytes:
    """Return the iCalendar file; its bytes depend on the arguments only, if ``now`` is given.

    Parameters
    ----------
    name
        The name of the calendar.
    events
        All events, in any order.
    key
        A secret, without which an id cannot be traced to the programme and group.
    former
        The file as it was last published.
    now
        The time stamp of new and changed events; None: the current time.

    Raises
    ------
    OutputError
        The former file is not an iCalendar file of sessions, or the package ``icalendar`` is missing.
    """
    before = entries_of(former) if former is not None else ()
    stamp = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    ordered = sorted((clean_event(event) for event in events), key=sort_key)
    events_by_id = {session_id(event, name, position, key): event for position, event in enumerate(ordered, start=1)}
    entries = [settle_sequence(entry, before, stamp) for entry in assign_ids(events_by_id, before)]
    return calendar_file(name, sorted(entries, key=lambda entry: (sort_key(entry.event), entry.uid)))


def sort_key(event: SessionEvent) -> tuple[str, str, str]:
    return event.start.isoformat(), event.summary, event.description


def assign_ids(events: Mapping[str, SessionEvent], before: Sequence[CalendarEntry]) -> Iterator[CalendarEntry]:
    """Yield each event under its id, or under the old id of a previous file, then the cancelled entries."""
    known_ids = {entry.uid for entry in before}
    yield from (CalendarEntry(uid, event) for uid, event in events.items() if uid in known_ids)
    new = [uid for uid in events if uid not in known_ids]
    # Entries under former ids are matched by their start, then in the order of time
    former = [entry for entry in before if FORMER_ID.fullmatch(entry.uid)]
    moved = []
    for uid in new:
        match = next((entry for entry in former if entry.event.start == events[uid].start), None)
        if match is None:
            moved.append(uid)
        else:
            former.remove(match)
            yield CalendarEntry(match.uid, events[uid])
    unmatched = [entry for entry in former if entry.status == "CONFIRMED"]
    yield from (CalendarEntry(entry.uid, events[uid]) for entry, uid in zip(unmatched, moved, strict=False))
    yield from (CalendarEntry(uid, events[uid]) for uid in moved[len(unmatched) :])
    cancelled = [*unmatched[len(moved) :], *(entry for entry in before if not FORMER_ID.fullmatch(entry.uid))]
    yield from (CalendarEntry(entry.uid, entry.event, "CANCELLED") for entry in cancelled if entry.uid not in events)
    yield from (entry for entry in former if entry.status != "CONFIRMED")


FORMER_ID = re.compile(r"[0-9a-f]{32}@mentormatch")  # digest of the calendar's name and the start, in older files


def session_id(event: SessionEvent, name: str, place: int, key: str) -> str:
    """Return a keyed digest of the series of an event, with its number; ``name`` and ``place`` if it states none."""
    secret = blake2b(key.encode("utf-8", "surrogatepass")).digest()
    series = event.series if any(event.series) else (name, "")
    identity = "\0".join(map(canonical, series)).encode("utf-8", "surrogatepass")
    digest = blake2b(identity, digest_size=16, key=secret).hexdigest()
    return f"{digest}.{event.number or place}@mentormatch"


def settle_sequence(entry: CalendarEntry, before: Sequence[CalendarEntry], stamp: datetime) -> CalendarEntry:
    """Return an entry with its sequence number: unchanged if the content is unchanged, else one more."""
    former = next((entry_before for entry_before in before if entry_before.uid == entry.uid), None)
    if former is not None and former.content == entry.content:
        return former
    sequence = 0 if former is None else former.sequence + 1
    return CalendarEntry(entry.uid, entry.event, entry.status, sequence, stamp)


def clean_event(event: SessionEvent) -> SessionEvent:
    """Return the event without control characters; the description keeps its line breaks, which are escaped later."""
    texts = one_line(event.summary), strip_control_characters(event.description), one_line(event.place)
    return replace(event, summary=texts[0], description=texts[1], place=texts[2])


def one_line(text: str) -> str:
    return " ".join(strip_control_characters(text).split())


def strip_control_characters(text: str) -> str:
    r"""Replace control characters and lone surrogates by spaces; line breaks become ``\n``."""
    lines = "\n".join(text.splitlines())
    return "".join(
        " " if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in lines
    ).strip()


def calendar_file(name: str, entries: Iterable[CalendarEntry]) -> bytes:
    entries, calendar = tuple(entries), import_icalendar().Calendar()
    calendar.add("prodid", "-//mentormatch//sessions//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", import_icalendar().vText(one_line(name)))
    for entry in entries:
        calendar.add_component(to_ical_event(entry))
    years = [entry.event.start.year for entry in entries]
    if years:
        calendar.add_missing_timezones(first_date=date(min(years), 1, 1), last_date=date(max(years) + 1, 1, 1))
    content: bytes = calendar.to_ical()
    return content


def to_ical_event(entry: CalendarEntry) -> Any:
    event, ical_event = entry.event, import_icalendar().Event()
    ical_event.add("uid", entry.uid)
    ical_event.add("dtstamp", entry.stamp)
    ical_event.add("sequence", entry.sequence)
    ical_event.add("status", entry.status)
    ical_event.add("dtstart", localise(event.start, event.zone))
    ical_event.add("dtend", localise(event.end, event.zone))
    ical_event.add("summary", event.summary)
    for name, text in (("description", event.description), ("location", event.place)):
        if text:
            ical_event.add(name, text)
    return ical_event


def localise(moment: date, zone: str) -> date:
    return moment.replace(tzinfo=ZoneInfo(zone)) if isinstance(moment, datetime) else moment


def entries_of(content: bytes) -> tuple[CalendarEntry, ...]:
    """Return the entries of a file. Raises OutputError if it is not an iCalendar file of sessions."""
    try:
        calendar: Calendar = import_icalendar().Calendar.from_ical(content)
        return tuple(entry_of(ical_event) for ical_event in calendar.walk("VEVENT"))
    except (ValueError, KeyError, TypeError, AttributeError):
        problem = Problem(tr("ancien calendrier"), tr("illisible"), advice=tr("choisissez un autre nom de fichier"))
        raise OutputError(tr("Le calendrier ne peut pas être mis à jour"), [problem]) from None


def entry_of(ical_event: Any) -> CalendarEntry:
    zone = zone_of(ical_event.decoded("dtstart"))
    start, end = (to_naive(ical_event.decoded(name), zone) for name in ("dtstart", "dtend"))
    minutes = (end - start) // timedelta(minutes=1) if isinstance(start, datetime) else SESSION_MINUTES
    texts = [str(ical_event.get(name, "")) for name in ("summary", "description", "location")]
    event, stamp = (
        SessionEvent(start, texts[0], texts[1], texts[2], minutes, zone),
        ical_event.decoded("dtstamp").astimezone(UTC),
    )
    return CalendarEntry(str(ical_event["uid"]), event, str(ical_event["status"]), int(ical_event["sequence"]), stamp)


def zone_of(moment: date) -> str:
    # Paris for days, and for offsets without a name
    return getattr(moment.tzinfo, "key", PARIS) if isinstance(moment, datetime) else PARIS


def to_naive(moment: date, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if isinstance(moment, datetime) else moment


def import_icalendar() -> Any:
    """Return the package ``icalendar``. Raises OutputError if it is not installed."""
    try:
        import icalendar
    except ImportError:
        advice = tr("installez « mentormatch-engine[calendar] »")
        problem = Problem("icalendar", tr("absent"), advice=advice)
        raise OutputError(
            tr("Le paquet « icalendar » n'est pas installé : aucun calendrier ne peut être écrit"), [problem]
        ) from None
    return icalendar


SCHOOL_ZONES = ("A", "B", "C")
LAST_DECREED_DAY = date(2028, 8, 31)  # of the school calendars that are decreed; later ones are estimates


@dataclass(frozen=True, slots=True)
class Blackout:
    """A period without sessions, last day included, and its reason."""

    first: date
    last: date
    why: str = ""

    def among(self, days: Iterable[date]) -> Iterator[date]:
        """Yield the days that are in the period; the period itself may be too long to list."""
        yield from (day for day in days if self.first <= day <= self.last)


type BlackoutInput = Blackout | tuple[date | str, date | str] | tuple[date | str, date | str, str]
"""A black-out: first day, last day, and optionally the reason that is shown."""


def blackouts_of(periods: Iterable[BlackoutInput]) -> tuple[Blackout, ...]:
    """Return black-outs; a ``Blackout`` is not checked.

    Raises RequestError if a day of a tuple is invalid, or if its period ends before it begins.
    """
    return tuple(period if isinstance(period, Blackout) else blackout_of(period) for period in periods)


def blackout_of(period: tuple[date | str, ...]) -> Blackout:
    try:
        first, last = (day if isinstance(day, date) else date.fromisoformat(day) for day in period[:2])
    except (TypeError, ValueError):
        finding, expected = tr("pas deux jours"), tr("le premier et le dernier jour, comme 2026-07-04 et 2026-07-25")
        raise RequestError(tr("Cette période ne convient pas"), [Problem(tr("périodes"), finding, expected)]) from None
    if last < first:
        finding = tr("du {first} au {last}", first=figures(first), last=figures(last))
        raise RequestError(
            tr("Cette période ne convient pas"), [Problem(tr("périodes"), finding, tr("un début avant la fin"))]
        )
    return Blackout(first, last, str(period[2]) if len(period) > 2 else "")


def days_off(
    days: Iterable[date],
    *,
    public: bool = True,
    zones: Sequence[str] = SCHOOL_ZONES,
    blackouts: Iterable[Blackout] = (),
) -> dict[date, str]:
    """Return the days off in the years of ``days``, each with its reason; of ``blackouts``, only the days in ``days``.

    The reason of a black-out replaces other reasons. Raises RequestError for an unknown zone, or if the package
    ``holidays`` is needed and missing.
    """
    unknown_zones = [zone for zone in zones if zone not in SCHOOL_ZONES]
    if unknown_zones:
        raise RequestError(tr("Zone inconnue"), [Problem(tr("zones"), listed(unknown_zones), listed(SCHOOL_ZONES))])
    candidates = list(days)
    years = sorted({day.year for day in candidates})
    reasons = school_holidays(zones, years)
    reasons |= dict(holidays_of_france(years, "public")) if public and years else {}
    for blackout in blackouts:
        reasons |= dict.fromkeys(blackout.among(candidates), blackout.why or tr("période écartée par le programme"))
    return reasons


def school_holidays(zones: Sequence[str], years: Sequence[int]) -> dict[date, str]:
    """Return the days of school holidays of these years, each with its name and its zones."""
    holidays: dict[date, tuple[str, list[str]]] = {}
    for zone in sorted(set(zones)) if years else ():
        for day, name in holidays_of_france(years, "school", f"Zone {zone}").items():
            holidays.setdefault(day, (name, []))[1].append(zone)
    return {
        day: tr_n("{name}, zone {zones}", "{name}, zones {zones}", len(zone_names), name=name, zones=listed(zone_names))
        for day, (name, zone_names) in holidays.items()
    }


def holidays_of_france(years: Sequence[int], category: str, subdivision: str | None = None) -> Mapping[date, str]:
    return public_holidays(tuple(years), category, subdivision, spoken())


@cache
def public_holidays(
    years: tuple[int, ...], category: str, subdivision: str | None, language: str
) -> Mapping[date, str]:
    """Return the days of a category with their names, in French if the package lacks the language."""
    try:
        from holidays import country_holidays
    except ImportError:
        sentence = tr("Le paquet « holidays » n'est pas installé : les jours fériés ne sont pas connus")
        advice = tr("installez « mentormatch-engine[calendar] », ou demandez public=False et zones=()")
        raise RequestError(sentence, [Problem("holidays", tr("absent"), advice=advice)]) from None
    locales = country_holidays("FR").supported_languages
    locale = next((locale for locale in locales if locale.split("_")[0] == language), FRENCH)
    days = country_holidays("FR", subdiv=subdivision, categories=(category,), years=years, language=locale)
    return {day: typeset(name) for day, name in days.items()}
