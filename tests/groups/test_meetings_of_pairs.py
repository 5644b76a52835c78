"""Pairs meet in a slot that both have, about once a month and on no day off, or it is told why not."""

from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from random import Random

import pandas as pd
import pytest
from icalendar import Calendar

import mentormatch as mm
from mentormatch import Matching, RequestError, match, meeting_dates
from mentormatch.groups.inputs import read_multiple_choice
from mentormatch.languages.phrases import listed
from mentormatch.results import MeetingDates

FIRST, LAST = date(2026, 9, 7), date(2026, 12, 18)


@cache
def matching(seed: int = 0) -> Matching:
    return match(mm.examples.cohort(), mm.examples.programme(), seed=seed)


@cache
def meetings(n: int = 3, seed: int = 0) -> tuple[MeetingDates, ...]:
    return meeting_dates(matching(seed), n, first=FIRST, last=LAST, zones=["A"])


def test_each_pair_meets_in_a_slot_that_both_have_or_has_none() -> None:
    said = read_multiple_choice(matching().cohort, "creneaux").answers
    for one in meetings():
        both = set(said[one.pair.mentor] or ()) & set(said[one.pair.mentee] or ())
        assert (one.slot in both) if both else (one.code, one.reason) == ("no_slot", "aucun créneau en commun")
    assert [one.pair for one in meetings()] == list(matching().pairs)
    assert sum(one.code == "found" for one in meetings()) >= 10


def test_they_meet_three_times_always_in_that_slot_about_a_month_apart() -> None:
    for one in meetings():
        if one.dates is not None:
            starts = [moment.start for moment in one.dates.chosen]
            gaps = [(after - before).days for before, after in pairwise(starts)]
            assert len(starts) == 3
            assert all(21 <= gap <= 42 for gap in gaps)
            assert {moment.day.weekday() for moment in one.dates.chosen} == {one.dates.chosen[0].day.weekday()}


def test_pairs_do_not_all_take_the_same_slot() -> None:
    assert len({one.slot for one in meetings() if one.slot}) > 1


def test_more_meetings_than_the_year_has_room_for_are_told() -> None:
    told = meeting_dates(matching(), 9, first=FIRST, last=LAST, zones=["A"])
    assert {one.code for one in told} <= {"no_dates", "no_slot"}
    assert "on ne peut pas en garder 9" in next(one.reason for one in told if one.code == "no_dates")


def test_hours_are_those_that_are_asked_for() -> None:
    hours = {"morning": time(8, 0), "afternoon": time(15, 0), "evening": time(20, 0)}
    told = meeting_dates(matching(), 1, first=FIRST, last=LAST, hours=hours, zones=["A"])
    starts = {getattr(one.dates.chosen[0].start, "hour", None) for one in told if one.dates}
    assert starts <= {8, 15, 20} != set()


def test_a_question_about_something_else_is_refused() -> None:
    with pytest.raises(RequestError, match="ne convient pas"):
        meeting_dates(matching(), 1, first=FIRST, last=LAST, field="besoins")


def test_a_meeting_has_a_calendar() -> None:
    dates = next(one.dates for one in meetings() if one.dates)
    assert dates.calendar().count(b"BEGIN:VEVENT") == 3
    assert listed([moment.name for moment in dates.chosen])


@pytest.mark.parametrize("seed", range(5))
def test_nobody_meets_two_partners_at_one_time(seed: int) -> None:
    long = meeting_dates(matching(seed), 6, first=date(2025, 10, 1), last=date(2026, 6, 30), zones=["A"])
    overlaps_of_nobody(long)


def overlaps_of_nobody(told: tuple[MeetingDates, ...]) -> None:
    """Hold that no two meetings of one person overlap."""
    at: dict[str, list[datetime]] = {}
    for one in told:
        for key in {one.pair.mentor, one.pair.mentee} if one.dates else ():
            at.setdefault(key, []).extend(moment.start for moment in one.dates.chosen)  # type: ignore[misc,union-attr]
    for starts in at.values():
        assert all(after - before >= timedelta(minutes=180) for before, after in pairwise(sorted(starts)))


@pytest.mark.parametrize("seed", range(4))
def test_mentors_of_three_meet_each_apart_where_weeks_allow_it(seed: int) -> None:
    random = Random(seed)
    programme = mm.Programme(
        heading=mm.sections.Heading(name="Essai"),
        fields={"code": mm.fields.Text(use="key"), "when": mm.fields.Choices(options=["lundi matin", "mardi soir"])},
        rules=[mm.rules.Capacity(side="mentor", most=3), mm.rules.Capacity(side="mentee", most=2)],
    )
    said = ["lundi matin", "mardi soir", "lundi matin;mardi soir", ""]
    mentors, mentees = (
        pd.DataFrame({"code": [f"{side}{n}" for n in range(count)], "when": random.choices(said, k=count)})
        for side, count in {"M": 3, "E": 7}.items()
    )
    told = meeting_dates(
        match(mm.read_survey(programme, mentors=mentors, mentees=mentees), programme, seed=seed),
        2,
        first=FIRST,
        last=date(2026, 11, 1),
        public=False,
        zones=[],
    )
    overlaps_of_nobody(told)
    for one in told:
        silent = [key for key in (one.pair.mentor, one.pair.mentee) if said_nothing(key, mentors, mentees)]
        assert bool(silent) == ("dit" in one.reason)
        assert one.code in ("found", "no_slot")


def said_nothing(key: str, *sides: pd.DataFrame) -> bool:
    return any(bool((frame[frame["code"] == key]["when"] == "").any()) for frame in sides)


def test_the_calendars_of_a_mentor_of_two_have_no_event_in_common() -> None:
    found = [one.dates for one in meetings() if one.dates]
    uids = [str(event["uid"]) for dates in found for event in Calendar.from_ical(dates.calendar()).walk("VEVENT")]
    assert len(set(uids)) == len(uids) == 3 * len(found)


def test_a_part_of_the_day_without_an_hour_keeps_its_default() -> None:
    given = meeting_dates(matching(), 1, first=FIRST, last=LAST, hours={"morning": time(9, 30)}, zones=["A"])
    assert given == meeting_dates(matching(), 1, first=FIRST, last=LAST, zones=["A"])


def test_names_with_spaces_do_not_mix_up_pairs() -> None:
    programme = mm.Programme.read(
        {
            "programme": {"name": "Noms"},
            "fields": {
                "name": {"kind": "text", "use": "key"},
                "slots": {"kind": "slots", "days": ["lundi", "mardi"], "moments": ["matin"]},
            },
            "criteria": [{"kind": "availability", "field": "slots"}],
        }
    )
    sides = [
        [{"name": name, "slots": [slot]} for name, slot in zip(names, ("lundi matin", "mardi matin"), strict=True)]
        for names in (("Anne", "Anne Marie"), ("Marie Paul", "Paul"))
    ]
    made = match(mm.read_survey(programme, mentors=sides[0], mentees=sides[1]), programme)
    told = meeting_dates(made, 1, first=FIRST, last=LAST, zones=["A"])
    assert [one.pair for one in told] == list(made.pairs)
    assert {one.slot for one in told} == {"lundi matin", "mardi matin"}
