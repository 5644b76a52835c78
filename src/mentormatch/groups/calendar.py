"""When sessions are held: an iCalendar file of them, and the days on which there are none.

Sessions as an iCalendar file (RFC 5545) that calendars can follow: events keep their ids when they move.

An id is a keyed digest of the programme and the group, with the number of the session: it tells of nobody. If a former
file is given, its event of this id is the same event. Ids were once made of a name and a start; files given out then
keep theirs: an event still at its time is the same one, others take over the ids of those that are gone, in order, as
moved ones. The remaining events of the former file are cancelled. What has changed has a greater SEQUENCE, what has not
keeps its bytes. Times are by the clock of one time zone, which the file names.

Days on which no session is held: public holidays, school holidays by zone, and the programme's own black-outs.
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


MAKER = "-//mentormatch//sessions//FR"
MINUTES = 180
LIVE, CANCELLED = "CONFIRMED", "CANCELLED"


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """One session: when it begins, by the clock of its ``zone``, or the day that it lasts; how long; what is told.

    Its id is made of its ``series``, the programme and the group, empty for the name of the calendar, and of its
    ``number`` among their sessions, 0 for its place in the order of time, from 1.
    """

    start: date
    summary: str
    description: str = ""
    place: str = ""
    minutes: int = MINUTES
    zone: str = PARIS
    series: tuple[str, str] = field(default=("", ""), compare=False)
    number: int = field(default=0, compare=False)

    @property
    def end(self) -> date:
        """Return when it ends."""
        long = timedelta(minutes=self.minutes) if isinstance(self.start, datetime) else timedelta(days=1)
        return self.start + long


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event as it stands in a file."""

    uid: str
    event: SessionEvent
    status: str = LIVE
    sequence: int = 0
    stamp: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def content(self) -> tuple[SessionEvent, str]:
        """Return what a reader sees of it."""
        return self.event, self.status


def calendar_of(
    name: str,
    events: Iterable[SessionEvent],
    *,
    key: str = "",
    former: bytes | None = None,
    now: datetime | None = None,
) -> bytes:
    """Return the file; the same arguments give the same bytes.

    Parameters
    ----------
    name
        What the calendar is called.
    events
        All its events, in any order.
    key
        A secret, so that nobody can tell from an id what it was made of.
    former
        The file as it was last given out.
    now
        When this is, for what is new or has changed; None: the time of the clock.

    Raises
    ------
    OutputError
        The former file is none, or the package ``icalendar`` is missing.
    """
    before = entries_of(former) if former is not None else ()
    stamp = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    ordered = sorted((clean_event(event) for event in events), key=in_order)
    own = {session_id(event, name, place, key): event for place, event in enumerate(ordered, start=1)}
    entries = [settle_sequence(entry, before, stamp) for entry in assign_ids(own, before)]
    return calendar_file(name, sorted(entries, key=lambda entry: (in_order(entry.event), entry.uid)))


def in_order(event: SessionEvent) -> tuple[str, str, str]:
    """Return what events are ordered by."""
    return event.start.isoformat(), event.summary, event.description


def assign_ids(own: Mapping[str, SessionEvent], before: Sequence[CalendarEntry]) -> Iterator[CalendarEntry]:
    """Yield each event under its id, or the one that it was given out with, and what is cancelled."""
    known = {entry.uid for entry in before}
    yield from (CalendarEntry(uid, event) for uid, event in own.items() if uid in known)
    new = [uid for uid in own if uid not in known]
    # Entries under former ids are matched by their start, then in the order of time
    former = [entry for entry in before if FORMER_ID.fullmatch(entry.uid)]
    moved = []
    for uid in new:
        same = next((entry for entry in former if entry.event.start == own[uid].start), None)
        if same is None:
            moved.append(uid)
        else:
            former.remove(same)
            yield CalendarEntry(same.uid, own[uid])
    gone = [entry for entry in former if entry.status == LIVE]
    yield from (CalendarEntry(entry.uid, own[uid]) for entry, uid in zip(gone, moved, strict=False))
    yield from (CalendarEntry(uid, own[uid]) for uid in moved[len(gone) :])
    left = [*gone[len(moved) :], *(entry for entry in before if not FORMER_ID.fullmatch(entry.uid))]
    yield from (CalendarEntry(entry.uid, entry.event, CANCELLED) for entry in left if entry.uid not in own)
    yield from (entry for entry in former if entry.status != LIVE)


FORMER_ID = re.compile(r"[0-9a-f]{32}@mentormatch")
"""An id made of the calendar's name and the start of the event, in files given out before ids had numbers."""


def session_id(event: SessionEvent, name: str, place: int, key: str) -> str:
    """Return a keyed digest of the series of an event, with its number; ``name`` and ``place`` if it states none."""
    secret = blake2b(key.encode("utf-8", "surrogatepass")).digest()
    series = event.series if any(event.series) else (name, "")
    identity = "\0".join(map(canonical, series)).encode("utf-8", "surrogatepass")
    digest = blake2b(identity, digest_size=16, key=secret).hexdigest()
    return f"{digest}.{event.number or place}@mentormatch"


def settle_sequence(entry: CalendarEntry, before: Sequence[CalendarEntry], stamp: datetime) -> CalendarEntry:
    """Return an entry with its sequence: as it was where nothing has changed, one more where something has."""
    former = next((one for one in before if one.uid == entry.uid), None)
    if former is not None and former.content == entry.content:
        return former
    sequence = 0 if former is None else former.sequence + 1
    return CalendarEntry(entry.uid, entry.event, entry.status, sequence, stamp)


def clean_event(event: SessionEvent) -> SessionEvent:
    """Return an event whose texts hold no control character but line breaks, which the format escapes."""
    texts = one_line(event.summary), plain(event.description), one_line(event.place)
    return replace(event, summary=texts[0], description=texts[1], place=texts[2])


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Return a text without what no calendar can hold."""
    lines = "\n".join(text.splitlines())
    return "".join(
        " " if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in lines
    ).strip()


def calendar_file(name: str, entries: Iterable[CalendarEntry]) -> bytes:
    """Return the file of these entries."""
    entries, calendar = tuple(entries), library().Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", library().vText(one_line(name)))
    for entry in entries:
        calendar.add_component(component(entry))
    years = [entry.event.start.year for entry in entries]
    if years:
        calendar.add_missing_timezones(first_date=date(min(years), 1, 1), last_date=date(max(years) + 1, 1, 1))
    content: bytes = calendar.to_ical()
    return content


def component(entry: CalendarEntry) -> Any:
    """Return an entry as the library holds it."""
    event, made = entry.event, library().Event()
    made.add("uid", entry.uid)
    made.add("dtstamp", entry.stamp)
    made.add("sequence", entry.sequence)
    made.add("status", entry.status)
    made.add("dtstart", local(event.start, event.zone))
    made.add("dtend", local(event.end, event.zone))
    made.add("summary", event.summary)
    for name, text in (("description", event.description), ("location", event.place)):
        if text:
            made.add(name, text)
    return made


def local(moment: date, zone: str) -> date:
    """Return a moment in its time zone; a day stays a day."""
    return moment.replace(tzinfo=ZoneInfo(zone)) if isinstance(moment, datetime) else moment


def entries_of(content: bytes) -> tuple[CalendarEntry, ...]:
    """Return the entries of a file; raise OutputError where it is none of ours."""
    try:
        calendar: Calendar = library().Calendar.from_ical(content)
        return tuple(entry_of(made) for made in calendar.walk("VEVENT"))
    except (ValueError, KeyError, TypeError, AttributeError):
        found = Problem(tr("ancien calendrier"), tr("illisible"), advice=tr("choisissez un autre nom de fichier"))
        raise OutputError(tr("Le calendrier ne peut pas être mis à jour"), [found]) from None


def entry_of(made: Any) -> CalendarEntry:
    """Return an entry as it stands in a file."""
    zone = zone_of(made.decoded("dtstart"))
    start, end = (naive(made.decoded(name), zone) for name in ("dtstart", "dtend"))
    minutes = (end - start) // timedelta(minutes=1) if isinstance(start, datetime) else MINUTES
    texts = [str(made.get(name, "")) for name in ("summary", "description", "location")]
    event, stamp = (
        SessionEvent(start, texts[0], texts[1], texts[2], minutes, zone),
        made.decoded("dtstamp").astimezone(UTC),
    )
    return CalendarEntry(str(made["uid"]), event, str(made["status"]), int(made["sequence"]), stamp)


def zone_of(moment: date) -> str:
    """Return the name of the time zone of a moment, Paris where it has none that can be named."""
    return getattr(moment.tzinfo, "key", PARIS) if isinstance(moment, datetime) else PARIS


def naive(moment: date, zone: str) -> date:
    """Return a moment as the local time that it is in a time zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if isinstance(moment, datetime) else moment


def library() -> Any:
    """Return the package that speaks iCalendar."""
    try:
        import icalendar
    except ImportError:
        advice = tr("installez « mentormatch-engine[calendar] »")
        found = Problem("icalendar", tr("absent"), advice=advice)
        raise OutputError(
            tr("Le paquet « icalendar » n'est pas installé : aucun calendrier ne peut être écrit"), [found]
        ) from None
    return icalendar


ZONES = ("A", "B", "C")
DECREED = date(2028, 8, 31)
"""The last day of the school calendars that are decreed (2027-2028, on 21 July 2026); later ones are estimates."""


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which the programme holds no session, the last included, and why: Avignon in July."""

    first: date
    last: date
    why: str = ""

    def among(self, days: Iterable[date]) -> Iterator[date]:
        """Yield those of some days that are among them: a period may be all of time."""
        yield from (day for day in days if self.first <= day <= self.last)


type Stated = Blackout | tuple[date | str, date | str] | tuple[date | str, date | str, str]
"""A black-out: first day, last day, and why if that is to be told."""


def blackouts_of(stated: Iterable[Stated]) -> tuple[Blackout, ...]:
    """Return black-outs; raise RequestError where one has no first day, no last day, or ends before it begins."""
    return tuple(one if isinstance(one, Blackout) else blackout_of(one) for one in stated)


def blackout_of(stated: tuple[date | str, ...]) -> Blackout:
    """Return one black-out."""
    try:
        first, last = (one if isinstance(one, date) else date.fromisoformat(one) for one in stated[:2])
    except (TypeError, ValueError):
        found, expected = tr("pas deux jours"), tr("le premier et le dernier jour, comme 2026-07-04 et 2026-07-25")
        raise RequestError(tr("Cette période ne convient pas"), [Problem(tr("périodes"), found, expected)]) from None
    if last < first:
        found = tr("du {first} au {last}", first=figures(first), last=figures(last))
        raise RequestError(
            tr("Cette période ne convient pas"), [Problem(tr("périodes"), found, tr("un début avant la fin"))]
        )
    return Blackout(first, last, str(stated[2]) if len(stated) > 2 else "")


def days_off(
    days: Iterable[date], *, public: bool = True, zones: Sequence[str] = ZONES, blackouts: Iterable[Blackout] = ()
) -> dict[date, str]:
    """Return the days off in the years of ``days``, each with its reason; of ``blackouts``, which come first, ``days``.

    Raises RequestError where a zone is unknown, or the package ``holidays`` is missing and needed.
    """
    lost = [zone for zone in zones if zone not in ZONES]
    if lost:
        raise RequestError(tr("Zone inconnue"), [Problem(tr("zones"), listed(lost), listed(ZONES))])
    wanted = list(days)
    years = sorted({day.year for day in wanted})
    reasons = school_holidays(zones, years)
    reasons |= dict(calendar(years, "public")) if public and years else {}
    for blackout in blackouts:
        reasons |= dict.fromkeys(blackout.among(wanted), blackout.why or tr("période écartée par le programme"))
    return reasons


def school_holidays(zones: Sequence[str], years: Sequence[int]) -> dict[date, str]:
    """Return the days of school holidays of these years, each with its name and the zones that have it."""
    found: dict[date, tuple[str, list[str]]] = {}
    for zone in sorted(set(zones)) if years else ():
        for day, name in calendar(years, "school", f"Zone {zone}").items():
            found.setdefault(day, (name, []))[1].append(zone)
    return {
        day: tr_n("{name}, zone {zones}", "{name}, zones {zones}", len(having), name=name, zones=listed(having))
        for day, (name, having) in found.items()
    }


def calendar(years: Sequence[int], category: str, subdivision: str | None = None) -> Mapping[date, str]:
    """Return a calendar of France, each day with its name."""
    return public_holidays(tuple(years), category, subdivision, spoken())


@cache
def public_holidays(
    years: tuple[int, ...], category: str, subdivision: str | None, language: str
) -> Mapping[date, str]:
    """Return a calendar of France in a language, in French where the package does not have it."""
    try:
        from holidays import country_holidays
    except ImportError:
        sentence = tr("Le paquet « holidays » n'est pas installé : les jours fériés ne sont pas connus")
        advice = tr("installez « mentormatch-engine[calendar] », ou demandez public=False et zones=()")
        raise RequestError(sentence, [Problem("holidays", tr("absent"), advice=advice)]) from None
    locales = country_holidays("FR").supported_languages
    locale = next((each for each in locales if each.split("_")[0] == language), FRENCH)
    found = country_holidays("FR", subdiv=subdivision, categories=(category,), years=years, language=locale)
    return {day: typeset(name) for day, name in found.items()}
