"""Calendars are read back whole, keep the ids of what moves, hold no live line of a text, and are the same bytes."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

import mentormatch as mm
from mentormatch import choose_dates, schedule_turns
from mentormatch.errors import OutputError
from mentormatch.groups.calendar import SessionEvent, calendar_of
from mentormatch.groups.rotation import FileGroup
from mentormatch.groups.sessions import dates_of_groups
from mentormatch.results import Dates
from tests.groups.seasons import few
from tests.groups.test_led_groups import cohort as led_cohort
from tests.groups.test_led_groups import programme as led_programme

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 10, 13, 9, 30)
YEAR = [TUESDAY + timedelta(days=28 * number) for number in range(4)]


def events(starts: list[datetime]) -> list[SessionEvent]:
    return [SessionEvent(start, f"Séance {number}") for number, start in enumerate(starts, start=1)]


def read(content: bytes) -> list[Any]:
    calendar: Any = Calendar.from_ical(content)
    return list(calendar.walk("VEVENT"))


def live(content: bytes) -> dict[str, datetime]:
    return {str(one["uid"]): one.decoded("dtstart") for one in read(content) if str(one["status"]) == "CONFIRMED"}


def sequences(content: bytes) -> dict[str, int]:
    return {str(one["uid"]): int(one["sequence"]) for one in read(content)}


def test_a_session_is_at_the_hour_of_paris_in_winter_and_in_summer() -> None:
    starts = [TUESDAY, datetime(2027, 1, 12, 9, 30)]
    found = [one.decoded("dtstart") for one in read(calendar_of("Groupe", events(starts), now=NOW))]
    assert [one.astimezone(UTC).hour for one in found] == [7, 8]
    assert [one.replace(tzinfo=None) for one in found] == starts
    assert b"TZID:Europe/Paris" in calendar_of("Groupe", events(starts), now=NOW)


def test_a_session_that_lasts_a_day_has_no_hour() -> None:
    (one,) = read(calendar_of("Groupe", [SessionEvent(date(2026, 10, 13), "Journée")], now=NOW))
    assert (one.decoded("dtstart"), one.decoded("dtend")) == (date(2026, 10, 13), date(2026, 10, 14))


@few
@given(st.text(), st.text(), st.text())
def test_any_text_is_read_back_as_one_text_of_one_event(name: str, description: str, place: str) -> None:
    content = calendar_of(name, [SessionEvent(TUESDAY, "Séance", description, place)], now=NOW)
    (one,) = read(content)
    kept = str(one.get("description", "")).split()
    assert "".join(kept) == "".join(sign for word in description.split() for sign in word if sign in "".join(kept))
    assert len(Calendar.from_ical(content).subcomponents) == 2
    assert all(line.endswith(b"\r\n") for line in content.splitlines(keepends=True))


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\r\n ", "\\n", "\0"])
def test_no_text_adds_a_line_of_its_own(break_: str) -> None:
    injected = f"Bonjour{break_}END:VEVENT{break_}BEGIN:VEVENT{break_}ATTENDEE:mailto:x@y.example"
    event = SessionEvent(TUESDAY, injected, injected, injected)
    lines = calendar_of(injected, [event], now=NOW).replace(b"\r\n ", b"").split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == 1
    assert not any(line.startswith(b"ATTENDEE") for line in lines)


@pytest.mark.promise(12)
@few
@given(st.permutations(YEAR))
def test_the_same_sessions_give_the_same_bytes_in_any_order(starts: list[datetime]) -> None:
    named = {start: f"Séance {number}" for number, start in enumerate(YEAR)}
    contents = {calendar_of("G", [SessionEvent(one, named[one]) for one in order], now=NOW) for order in (starts, YEAR)}
    assert len(contents) == 1


def test_what_has_not_changed_keeps_its_bytes_when_it_is_written_again() -> None:
    first = calendar_of("G", [*events(YEAR), SessionEvent(date(2027, 6, 1), "Bilan")], now=NOW)
    assert calendar_of("G", [*events(YEAR), SessionEvent(date(2027, 6, 1), "Bilan")], former=first, now=LATER) == first


def test_a_session_that_moves_keeps_its_id_and_has_a_greater_sequence() -> None:
    first = calendar_of("G", events(YEAR), now=NOW)
    moved = [*YEAR[:2], YEAR[2] + timedelta(days=7), YEAR[3]]
    second = calendar_of("G", events(moved), former=first, now=LATER)
    assert live(first).keys() == live(second).keys()
    assert sorted(sequences(second).values()) == [0, 0, 0, 1]
    assert sorted(one.replace(tzinfo=None) for one in live(second).values()) == moved


def test_a_session_that_is_gone_is_cancelled_and_stays_so_until_it_is_back() -> None:
    first = calendar_of("G", events(YEAR), now=NOW)
    second = calendar_of("G", events(YEAR[:3]), former=first, now=LATER)
    assert len(live(second)) == 3
    assert sequences(second).keys() == sequences(first).keys()
    assert calendar_of("G", events(YEAR[:3]), former=second, now=LATER) == second
    assert live(calendar_of("G", events(YEAR), former=second, now=LATER)) == live(first)


def test_a_new_session_has_an_id_that_none_had() -> None:
    first = calendar_of("G", events(YEAR[:2]), now=NOW)
    moved = calendar_of("G", events([YEAR[0], YEAR[2]]), former=first, now=LATER)
    more = calendar_of("G", events([YEAR[0], YEAR[1], YEAR[2]]), former=moved, now=LATER)
    assert len(live(more)) == 3
    assert live(more).keys() > live(first).keys()


def test_ids_are_of_the_calendar_and_its_key_and_tell_of_nobody() -> None:
    ids = [
        list(live(calendar_of(name, events(YEAR[:1]), key=key, now=NOW)))
        for name, key in (("G", ""), ("H", ""), ("G", "k"))
    ]
    assert len({one for each in ids for one in each}) == 3
    assert all(uid.endswith("@mentormatch") and len(uid) == 46 for (uid,) in ids)


OLD = "0123456789abcdef0123456789abcde{}@mentormatch"
"""An id as calendars had them that were given out when an id was made of a name and a start."""


def given_out(starts: list[datetime], name: str = "G") -> bytes:
    """Return a calendar as it was given out then."""
    content = calendar_of(name, events(starts), now=NOW)
    for number, uid in enumerate(sorted(live(content), key=live(content).__getitem__)):
        content = content.replace(uid.encode(), OLD.format(number).encode())
    return content


def test_a_calendar_already_given_out_keeps_its_ids_also_where_a_session_moves() -> None:
    first = given_out(YEAR)
    assert calendar_of("G", events(YEAR), former=first, now=LATER) == first
    moved = [*YEAR[:2], YEAR[2] + timedelta(days=7), YEAR[3], YEAR[3] + timedelta(days=28)]
    second = calendar_of("G", events(moved), former=first, now=LATER)
    third = calendar_of("G", events(moved), former=second, now=LATER)
    assert third == second
    assert live(first).keys() < live(second).keys()
    assert len(live(second)) == 5


def test_sessions_of_two_groups_at_one_time_are_two_events_also_over_the_other_s_file() -> None:
    one, two = (
        [SessionEvent(start, f"G, groupe {group}", series=("G", group), number=n) for n, start in enumerate(YEAR, 1)]
        for group in ("1", "2")
    )
    first, second = calendar_of("G", one, now=NOW), calendar_of("G", two, now=NOW)
    assert not live(first).keys() & live(second).keys()
    over = calendar_of("G", two, former=first, now=LATER)
    assert live(over).keys() == live(second).keys()
    assert sequences(over).keys() == live(first).keys() | live(second).keys()


def test_the_group_stands_in_the_title_and_in_the_name_of_the_calendar() -> None:
    asked: Any = {"public": False, "zones": (), "name": "Codéveloppement"}
    dates = choose_dates({}, [YEAR[0]], 1, group_name=2, **asked)
    assert [str(one["summary"]) for one in read(dates.calendar(now=NOW))] == ["Codéveloppement, groupe 2 : séance 1"]
    assert "Codéveloppement\\, groupe 2" in dates.calendar(now=NOW).decode()
    turns = schedule_turns(["A"], [YEAR[0]], group_name=2, name="Codéveloppement")
    assert live(turns.calendar(now=NOW)).keys() == live(dates.calendar(now=NOW)).keys()


class Agenda:
    """An agenda that files are imported into, one after the other: by id, or by title and start (``twice``)."""

    def __init__(self) -> None:
        self.by_id: dict[str, tuple[int, str, datetime]] = {}
        self.imported: list[tuple[str, str, datetime]] = []

    def take(self, content: bytes) -> None:
        for one in read(content):
            uid, title, start = str(one["uid"]), str(one["summary"]), one.decoded("dtstart")
            if str(one["status"]) == "CONFIRMED":
                self.imported.append((uid, title, start))
            if int(one["sequence"]) >= self.by_id.get(uid, (0, "", start))[0]:
                self.by_id[uid] = (int(one["sequence"]), title, start)

    @property
    def twice(self) -> int:
        """How many events an agenda would take for one that it has: by their titles and starts."""
        return len(self.imported) - len({(title, start) for _, title, start in self.imported})


def programme_year() -> list[Dates]:
    """Return the dates of thirteen groups of seven facilitators, who lead at one hour, and of the example's pairs."""
    led = led_programme(number=6)
    always = "mm ma jm ja"
    people = led_cohort(led, **{f"F{n}": always for n in range(7)}, **{f"M{n}": always for n in range(26)})
    groups = [FileGroup(n + 1, (f"M{2 * n}", f"M{2 * n + 1}"), f"F{n % 7}") for n in range(13)]
    matching = mm.match(mm.examples.cohort(), mm.examples.programme(), seed=3)
    pairs = mm.meeting_dates(matching, 6, first=date(2026, 9, 7), last=date(2027, 6, 30))
    assert max(Counter(pair.mentor for pair in matching.pairs).values()) == 2
    return [*dates_of_groups(people, led, groups), *(each.dates for each in pairs if each.dates is not None)]


def test_no_session_of_a_year_is_lost_in_an_agenda_nor_when_it_moves_nor_in_another_language() -> None:
    year = programme_year()
    starts = [event.start for dates in year for event in dates.events]
    assert len(starts) > 140
    assert len(set(starts)) < len(starts) / 2
    moved = {start: start + timedelta(days=7) for start in set(starts[::3])}
    given_out, at = dict[int, bytes](), Agenda()
    for language in ("fr", "en"):
        agenda = Agenda()
        for number, dates in enumerate(year):
            told = replace(dates, language=language)
            content = told.calendar(former=given_out.get(number), now=NOW)
            agenda.take(content)
            at.take(content)
            given_out[number] = content
        assert len(agenda.by_id) == len(starts)
        assert agenda.twice == 0
        assert len(at.by_id) == len(starts)
    later = Agenda()
    for number, dates in enumerate(year):
        events = [replace(event, start=moved.get(event.start, event.start)) for event in dates.events]
        content = calendar_of("G", events, former=given_out[number], now=LATER)
        later.take(content)
        at.take(content)
    assert at.by_id.keys() == later.by_id.keys()
    assert len(later.by_id) == len(starts)
    assert later.twice == 0
    assert {title: start for _, title, start in at.by_id.values()} == {
        title: start for _, title, start in later.imported
    }


def test_a_former_file_that_is_none_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "seances.ics"
    path.write_text("Bonjour")
    dates = choose_dates({}, ["2026-10-13T09:30"], 1, public=False, zones=())
    with pytest.raises(OutputError, match="ne peut pas être mis à jour"):
        dates.save(path)
    assert path.read_text() == "Bonjour"


def test_dates_are_saved_and_saved_again(tmp_path: Path) -> None:
    path = tmp_path / "seances.ics"
    days = ["2026-10-13T09:30", "2026-11-10T14:00"]
    choose_dates({}, days, 2, name="Codéveloppement", public=False, zones=()).save(path)
    first = path.read_bytes()
    choose_dates({}, days, 2, name="Codéveloppement", public=False, zones=()).save(path)
    assert path.read_bytes() == first
    assert [str(one["summary"]) for one in read(first)] == ["Codéveloppement : séance 1", "Codéveloppement : séance 2"]
    assert read(first)[1].decoded("dtstart") == datetime(2026, 11, 10, 14, tzinfo=ZoneInfo("Europe/Paris"))


def test_turns_say_in_the_calendar_who_presents() -> None:
    turns = schedule_turns(["A", "B"], YEAR[:3], wishes={"B": "late"}, minutes=90, place="Lyon")
    found = [str(one.get("description", "")) for one in read(turns.calendar(now=NOW))]
    assert found == ["Présente : A", "", "Présente : B"]
    assert read(turns.calendar(now=NOW))[0].decoded("dtend").hour == 11


def test_sessions_without_dates_make_no_calendar(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="par leurs dates"):
        schedule_turns(["A"], 1).save(tmp_path / "tours.ics")


def test_where_the_package_is_missing_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "icalendar", None)
    with pytest.raises(OutputError, match=r"mentormatch-engine\[calendar\]"):
        calendar_of("G", events(YEAR), now=NOW)
