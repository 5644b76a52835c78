"""Slots of people in several time zones, recounted quarter by quarter of an hour on every day of a period."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import ProgrammeError, RequestError
from mentormatch.fields import Slots
from mentormatch.fields.clock import OVERSEAS_ZONES, Clock, SlotWeek, WeeklySlot, common_slot_in_words, nearest_zones
from mentormatch.people.changes import add_people
from tests.conftest import DEEP
from tests.doors import substitute
from tests.english import french_in

QUARTER = 15
ZONES = (
    *("Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "Pacific/Noumea", "Pacific/Tahiti", "America/Toronto"),
    *("Pacific/Kiritimati", "Asia/Kathmandu", "Pacific/Pago_Pago", "America/Santiago"),
)
AUTUMN = date(2025, 10, 13), date(2025, 11, 16)
"""Five weeks in which the clocks of Paris and Toronto go back, on two Sundays."""


def slots_of(random: Random) -> tuple[WeeklySlot, ...]:
    """Return some slots of the week, none within another."""
    found = []
    for weekday in random.sample(range(7), 3):
        bounds = sorted(random.sample(range(0, 97), 4))
        found += [WeeklySlot(weekday, QUARTER * a, QUARTER * b) for a, b in (bounds[:2], bounds[2:])]
    return tuple(found)


def quarters(slot: WeeklySlot, day: date, zone: str) -> set[datetime]:
    """Return each quarter of an hour of a slot on a day, as UTC knows it."""
    midnight = datetime(day.year, day.month, day.day)
    start, end = (
        (midnight + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for minute in (slot.start, slot.end)
    )
    return {start + timedelta(minutes=QUARTER * step) for step in range(int((end - start).total_seconds() // 900))}


def recounted(week: SlotWeek, ours: str, theirs: str) -> list[list[bool]]:
    """Return which slots are common: in each week of the period the two share quarters enough."""
    days = [week.first + timedelta(days=step) for step in range(-3, (week.last - week.first).days + 4)]
    inside = [week.first <= day <= week.last for day in days]

    def common(one: WeeklySlot, other: WeeklySlot) -> bool:
        mine = {day: quarters(one, day, ours) for day in days if day.weekday() == one.weekday}
        yours = {day: quarters(other, day, theirs) for day in days if day.weekday() == other.weekday}
        asked = dict(zip(days, inside, strict=True))
        for apart in range(-2, 3):
            meetings = [
                len(mine[day] & yours[day + timedelta(days=apart)]) * QUARTER
                for day in mine
                if day + timedelta(days=apart) in yours and (asked[day] or asked[day + timedelta(days=apart)])
            ]
            if meetings and min(meetings) >= week.minutes:
                return True
        return False

    return [[common(one, other) for other in week.slots] for one in week.slots]


@pytest.mark.parametrize("seed", range(60 if DEEP else 6))
def test_two_slots_are_common_if_they_share_minutes_enough_in_every_week(seed: int) -> None:
    random = Random(seed)
    week = SlotWeek(slots_of(random), *AUTUMN, random.choice([15, 45, 60, 120]), "Europe/Paris")
    ours, theirs = random.choice(ZONES), random.choice(ZONES)
    found = week.common(ours, theirs)
    assert found.tolist() == recounted(week, ours, theirs)
    assert found.T.tolist() == week.common(theirs, ours).tolist()


FIELDS: dict[str, Any] = {
    "code": {"kind": "text", "use": "key"},
    "lieu": {"kind": "place"},
    "creneaux": {
        "kind": "slots",
        "days": ["lundi", "mardi", "jeudi"],
        "moments": ["matin", "après-midi", "soir"],
        "zone": {
            "field": "lieu",
            "hours": {"matin": "09:00-12:00", "après-midi": "14:00-17:30", "soir": "18:00-21:00"},
            "from": "2025-10-01",
            "to": "2026-06-30",
        },
    },
}
STATED: dict[str, Any] = {
    "programme": {"name": "Outre-mer"},
    "fields": FIELDS,
    "criteria": [{"kind": "availability", "field": "creneaux", "enough": 2}],
    "rules": [{"kind": "common", "field": "creneaux", "missing": "forbid"}],
}
PLACES = ("Paris", "Isère", "974", "Guadeloupe", "973", "La Réunion", "988", "")
SLOTS = [f"{day} {moment}" for day in FIELDS["creneaux"]["days"] for moment in FIELDS["creneaux"]["moments"]]


def programme(**zone: Any) -> mm.Programme:
    """Return the programme with other settings of the time zone."""
    stated = deepcopy(STATED)
    stated["fields"]["creneaux"]["zone"] |= zone
    return mm.Programme.model_validate(stated)


def week_of(rules: mm.Programme) -> SlotWeek:
    """Return the slots of a programme by the clock."""
    asked = rules.fields["creneaux"]
    assert isinstance(asked, Slots)
    assert asked.week is not None
    return asked.week


def people(random: Random, letter: str, count: int, places: tuple[str, ...] = PLACES) -> list[dict[str, str]]:
    """Return the answers of some people, all of them with a slot or two but a few."""
    return [
        {
            "code": f"{letter}{number:02d}",
            "lieu": random.choice(places),
            "creneaux": "; ".join(random.sample(SLOTS, random.choice([0, 1, 2, 3, 5]))),
        }
        for number in range(count)
    ]


def zone_of(answer: Mapping[str, str]) -> str:
    """Return the time zone in which somebody lives."""
    known = {"974": "Indian/Reunion", "La Réunion": "Indian/Reunion", "Guadeloupe": "America/Guadeloupe"}
    return {**known, "973": "America/Cayenne", "988": "Pacific/Noumea"}.get(answer["lieu"], "Europe/Paris")


@pytest.mark.promise(9)
@pytest.mark.promise(13)
def test_points_rules_and_reasons_are_those_of_the_slots_that_two_people_share_by_the_clock() -> None:
    random = Random(1)
    mentors, mentees = people(random, "M", 9), people(random, "E", 11)
    rules = programme(to="2025-11-16")
    cohort = mm.read_survey(rules, mentors=mentors, mentees=mentees)
    matching = mm.match(cohort, rules)
    week = week_of(rules)
    tables = {zones: recounted(week, *zones) for zones in {(zone_of(i), zone_of(k)) for i in mentors for k in mentees}}
    allowed = np.zeros(matching.scores.values.shape, dtype=bool)
    for (i, mentor), (k, mentee) in product(enumerate(mentors), enumerate(mentees)):
        chosen = [[SLOTS.index(slot) for slot in one["creneaux"].split("; ") if slot] for one in (mentor, mentee)]
        table = tables[zone_of(mentor), zone_of(mentee)]
        shared = sum(table[ours][theirs] for ours, theirs in product(*chosen))
        answered = all(map(len, chosen))
        assert matching.scores.values[i, k] == (min(shared / 2, 1) if answered else 0.5) * 1_000_000
        allowed[i, k] = answered and shared > 0
        if answered:
            reason = matching.explain(mentor["code"], mentee["code"]).contributions[0].reason
            told = f"{shared}\u00a0créneau" if shared else "aucun créneau"
            assert reason.startswith(told)
    problem = matching.problem.scores.pairs()
    assert set(zip(*(each.tolist() for each in problem), strict=True)) == set(
        zip(*map(list, np.nonzero(allowed)), strict=True)
    )


def best_of(points: list[list[int]]) -> tuple[int, int]:
    """Return the most pairs, and the greatest sum of points that so many have, of all ways to pair; -1 forbids."""
    ways = (
        [(points[i][k]) for i, k in enumerate(order) if k < len(points[0]) and points[i][k] >= 0]
        for order in permutations(range(len(points[0]) + len(points)), len(points))
    )
    return max((len(way), sum(way)) for way in ways)


@pytest.mark.promise(13)
@pytest.mark.parametrize("seed", range(2_000 if DEEP else 4))
def test_pairs_are_the_best_of_all_by_the_slots_that_two_people_share(seed: int) -> None:
    random = Random(seed)
    rules = programme(minutes=random.choice([30, 60, 120]), to="2025-11-30")
    mentors, mentees = people(random, "M", 3), people(random, "E", 4)
    week, points = week_of(rules), [[-1] * 4 for _ in range(3)]
    for (i, mentor), (k, mentee) in product(enumerate(mentors), enumerate(mentees)):
        table = week.common(zone_of(mentor), zone_of(mentee))
        chosen = [[SLOTS.index(slot) for slot in one["creneaux"].split("; ") if slot] for one in (mentor, mentee)]
        shared = sum(bool(table[ours][theirs]) for ours, theirs in product(*chosen))
        points[i][k] = min(shared, 2) * 500_000 if shared else -1
    solution = mm.match(mm.read_survey(rules, mentors=mentors, mentees=mentees), rules).solution
    tiers = {tier.goal: tier.value for tier in solution.tiers}
    assert (tiers["matched"], tiers["total"]) == best_of(points)


def test_where_all_live_by_one_clock_nothing_changes() -> None:
    random = Random(2)
    both = [people(random, letter, 12, ("Paris", "Isère", "")) for letter in "ME"]
    stated = deepcopy(STATED)
    del stated["fields"]["creneaux"]["zone"]
    plain = mm.Programme.model_validate(stated)
    for rules in (programme(), programme(reference="Indian/Reunion")):
        places = [[{**one, "lieu": one["lieu"] or "Paris"} for one in side] for side in both]
        made = [
            mm.match(mm.read_survey(known, mentors=places[0], mentees=places[1]), known) for known in (rules, plain)
        ]
        assert made[0].scores.values.tolist() == made[1].scores.values.tolist()
        assert made[0].pairs == made[1].pairs
        assert made[0].unmatched == made[1].unmatched


def test_very_many_people_get_the_same_points_and_pairs_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    random, rules = Random(3), programme()
    cohort = mm.read_survey(rules, mentors=people(random, "M", 40), mentees=people(random, "E", 35))
    held = mm.match(cohort, rules)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unheld = mm.match(cohort, rules)
    assert not unheld.problem.scores.stored
    assert unheld.pairs == held.pairs
    assert [tier.value for tier in unheld.solution.tiers] == [tier.value for tier in held.solution.tiers]
    assert all(matching.certificate.certified for matching in (held, unheld))


def test_who_arrives_lives_by_a_clock_of_their_own_and_who_says_no_place_by_that_of_the_reference() -> None:
    random, rules = Random(4), programme()
    mentors, mentees = people(random, "M", 6), people(random, "E", 6)
    whole = mm.read_survey(rules, mentors=mentors, mentees=mentees)
    parts = [mm.read_survey(rules, mentors=mentors[:2], mentees=mentees[:4])]
    parts += [mm.read_survey(rules, mentors=mentors[2:], mentees=mentees[4:])]
    joined = add_people(*parts)
    for side in ("mentors", "mentees"):
        ours, theirs = (getattr(each, side).columns["creneaux"] for each in (joined, whole))
        assert [ours.clock(row) for row in range(6)] == [theirs.clock(row) for row in range(6)]
    lost = {remark.line for remark in whole.remarks if "lieu inconnu, créneaux lus" in remark.text}
    silent = {
        row for side in (mentors, mentees) for row, one in enumerate(side, 2) if not one["lieu"] and one["creneaux"]
    }
    assert lost == silent
    assert silent


CLOCKS = Clock("Europe/Paris", "Paris"), Clock("Indian/Reunion", "La Réunion")


def test_a_common_slot_is_told_on_both_clocks_and_when_it_is_otherwise() -> None:
    week = week_of(programme())
    afternoon, evening, morning = SLOTS.index("mardi après-midi"), SLOTS.index("mardi soir"), SLOTS.index("mardi matin")
    assert common_slot_in_words(week, *CLOCKS, (afternoon, evening)).replace("\u00a0", " ") == (
        "mardi 15 h (Paris), 18 h (La Réunion), et mardi 16 h (Paris), 18 h (La Réunion)"
        " jusqu’au 21 octobre 2025 et dès le 31 mars 2026"
    )
    winter = replace(week, first=date(2025, 11, 3), last=date(2026, 3, 1))
    assert common_slot_in_words(winter, *CLOCKS, (afternoon, evening)).replace("\u00a0", " ") == (
        "mardi 15 h (Paris), 18 h (La Réunion)"
    )
    far = Clock("Europe/Paris", "Paris"), Clock("Pacific/Tahiti", "Polynésie française")
    assert common_slot_in_words(winter, *far, (morning, SLOTS.index("lundi soir"))).replace("\u00a0", " ") == (
        "mardi 9 h (Paris), lundi 22 h (Polynésie française)"
    )
    half = Clock("Asia/Kathmandu", "Népal"), Clock("Europe/Paris", "Paris")
    assert "13 h 45 (Népal), 9 h (Paris)" in common_slot_in_words(winter, *half, (morning, morning)).replace(
        "\u00a0", " "
    )
    with mm.language("en"):
        told = common_slot_in_words(week, *CLOCKS, (afternoon, evening))
    assert french_in(told.replace("La Réunion", "")) == []
    assert told.startswith("Tuesday 15:00 (Paris), 18:00 (La Réunion), and Tuesday 16:00")


def dated_pairs() -> tuple[list[mm.results.MeetingDates], dict[str, dict[str, str]]]:
    """Return when pairs meet that have dates, for an hour and a half each, and what everybody answered."""
    random, rules = Random(5), programme(minutes=90)
    mentors, mentees = people(random, "M", 8), people(random, "E", 8)
    matching = mm.match(mm.read_survey(rules, mentors=mentors, mentees=mentees), rules)
    found = mm.meeting_dates(matching, 3, first=date(2025, 10, 1), last=date(2026, 5, 1))
    return [one for one in found if one.code == "found"], {one["code"]: one for one in (*mentors, *mentees)}


def test_dates_of_pairs_are_in_slots_of_both_by_their_own_clocks() -> None:
    met, said = dated_pairs()
    hours = {moment: hours.split("-") for moment, hours in FIELDS["creneaux"]["zone"]["hours"].items()}
    for one, key in [(pair, key) for pair in met for key in (pair.pair.mentor, pair.pair.mentee)]:
        for chosen in one.dates.chosen if one.dates else ():
            assert isinstance(chosen.start, datetime)
            start = chosen.start.replace(tzinfo=ZoneInfo("Europe/Paris"))
            here = start.astimezone(ZoneInfo(zone_of(said[key])))
            day = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")[here.weekday()]
            last = f"{here + timedelta(minutes=90):%H:%M}"
            within = [m for m, (begin, end) in hours.items() if begin <= f"{here:%H:%M}" and last <= end]
            assert any(f"{day} {moment}" in said[key]["creneaux"] for moment in within)


def test_dates_of_people_who_live_apart_are_told_on_both_clocks_also_in_a_calendar() -> None:
    met, said = dated_pairs()
    one = next(one for one in met if zone_of(said[one.pair.mentor]) != zone_of(said[one.pair.mentee]))
    assert one.dates is not None
    assert one.dates.minutes == 90
    assert one.slot.count("(") >= 2
    other = one.dates.chosen[0].clocks[0][0]
    event = one.dates.calendar(key="x", now=datetime(2025, 9, 1, tzinfo=UTC)).decode()
    assert other in one.dates.sentences[0]
    assert "DTSTART;TZID=Europe/Paris:" in event
    assert other in event


SESSIONS = {
    "attends": "creneaux",
    "number": 1,
    "apart": [1, 42],
    "dates": {"un": "2025-11-04T15:00", "deux": "2025-11-04T20:00", "trois": "2025-11-06T10:00"},
}


def test_sessions_are_attended_by_the_clock_of_each_member_and_the_calendar_names_the_time_zone() -> None:
    stated = deepcopy(STATED) | {"sessions": SESSIONS, "criteria": [], "rules": []}
    stated["fields"]["creneaux"]["zone"]["reference"] = "Indian/Reunion"
    rules = mm.Programme.model_validate(stated)
    # 15 h in La Réunion is 12 h in Paris and 7 h in Guadeloupe; 20 h there is 17 h and 12 h.
    answers = [
        {"code": "A", "lieu": "974", "creneaux": "mardi après-midi; mardi soir"},
        {"code": "B", "lieu": "Paris", "creneaux": "mardi après-midi"},
        {"code": "C", "lieu": "Guadeloupe", "creneaux": "mardi matin; jeudi matin"},
    ]
    cohort = mm.read_survey(rules, answers)
    days: Any = SESSIONS["dates"]
    dates = mm.choose_dates(cohort, days, 1, field="creneaux", minutes=60)
    assert [row.tolist() for row in dates.there.present] == [[True, True, False], [False, True, False], [False] * 3]
    assert dates.chosen[0].name == "deux"
    assert dates.chosen[0].elsewhere.replace("\u00a0", " ") == "Paris : 17 h et Guadeloupe : 12 h"
    assert dates.zone == "Indian/Reunion"
    first = dates.calendar(key="x", now=datetime(2025, 9, 1, tzinfo=UTC))
    assert b"DTSTART;TZID=Indian/Reunion:20251104T200000" in first
    assert dates.calendar(key="x", former=first, now=datetime(2025, 10, 1, tzinfo=UTC)) == first
    # Three hours from 20 h on outlast the slots of both by two
    long = mm.choose_dates(cohort, days, 1, field="creneaux", minutes=180)
    assert [row.tolist() for row in long.there.present] == [[True, False, False], [False] * 3, [False] * 3]
    with pytest.raises(RequestError, match="aucune heure pour"):
        mm.choose_dates(cohort, ["2025-11-04"], 1, field="creneaux")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ({"reference": "Europe/Pari"}, "un fuseau horaire, par exemple Europe/Paris"),
        ({"reference": "localtime"}, "un fuseau horaire"),
        ({"hours": {"matin": "9h-12h"}}, "09:00-12:00"),
        ({"hours": {"matin": "12:00-09:00"}}, "qui finissent le même jour"),
        ({"hours": {"matin": "09:00-12:00"}}, "sans heures : « après-midi », « soir »"),
        (
            {"hours": {**FIELDS["creneaux"]["zone"]["hours"], "soiree": "20:00-22:00"}},
            "moment inconnu « soiree »",
        ),
        (
            {"hours": {"matin": "09:00-12:00", "après-midi": "11:00-17:00", "soir": "18:00-21:00"}},
            "deux moments qui se recouvrent",
        ),
        ({"minutes": 181}, "un moment plus court"),
        ({"to": "2025-10-03"}, "une période de moins d'une semaine"),
        ({"field": "lieux"}, "vouliez-vous dire « lieu »"),
        ({"field": "creneaux"}, "« creneaux » est de genre « slots »"),
        ({"field": "code"}, "« code » est de genre « text »"),
        ({"zones": {"Isère": "Europe/Paris"}}, "des fuseaux pour un lieu"),
        ({"minuites": 10}, "minuites"),
    ],
)
def test_what_no_clock_can_be_read_from_is_refused_in_words(zone: dict[str, Any], told: str) -> None:
    stated = deepcopy(STATED)
    stated["fields"]["creneaux"]["zone"] |= zone
    with pytest.raises(ProgrammeError) as refused:
        mm.Programme.model_validate(stated)
    assert told in str(refused.value).replace("\u00a0", " ").replace("’", "'")
    with mm.language("en"), pytest.raises(ProgrammeError) as refused:
        mm.Programme.model_validate(stated)
    assert french_in(str(refused.value).replace("après-midi", "").replace("soiree", "")) == []


def test_a_choice_says_where_people_live_if_each_answer_has_a_time_zone() -> None:
    stated = deepcopy(STATED)
    stated["fields"]["lieu"] = {"kind": "choice", "options": ["Métropole", "La Réunion", "Québec"]}
    zones = {"Métropole": "Europe/Paris", "Québec": "America/Toronto"}
    stated["fields"]["creneaux"]["zone"]["zones"] = zones
    rules = mm.Programme.model_validate(stated)
    sides = [
        [{"code": f"{letter}1", "lieu": place, "creneaux": "mardi soir"}]
        for letter, place in (("M", "québec"), ("E", ""))
    ]
    cohort = mm.read_survey(rules, mentors=sides[0], mentees=sides[1])
    mentors, mentees = cohort.mentors.columns["creneaux"], cohort.mentees.columns["creneaux"]
    assert (mentors.clock(0), mentees.clock(0)) == (Clock("America/Toronto", "Québec"), Clock("Europe/Paris", "Paris"))  # type: ignore[attr-defined]  # slots by the clock
    del zones["Québec"]
    with pytest.raises(ProgrammeError, match="aucun fuseau pour la réponse « Québec »"):
        mm.Programme.model_validate(stated)
    zones |= {"Québec": "America/Tronto", "Ontario": "America/Toronto"}
    with pytest.raises(ProgrammeError, match="America/Toronto"):
        mm.Programme.model_validate(stated)
    zones["Québec"] = "America/Toronto"
    with pytest.raises(ProgrammeError, match="réponse inconnue « Ontario »"):
        mm.Programme.model_validate(stated)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"criteria": [{"kind": "overlap", "field": "creneaux"}]}, "qui comparent les heures"),
        ({"rules": [{"kind": "different", "field": "creneaux"}]}, "qui comparent les heures"),
        ({"groups": {"size": 3}}, "à l'heure d'un seul lieu"),
        ({"follow_up": {"months": [1], "fields": {"quand": FIELDS["creneaux"]}}}, "dans l'année"),
    ],
)
def test_what_does_not_read_slots_by_the_clock_is_refused(more: dict[str, Any], told: str) -> None:
    with pytest.raises(ProgrammeError) as refused:
        mm.Programme.model_validate(deepcopy(STATED) | more)
    assert told in str(refused.value).replace("\u00a0", " ").replace("’", "'")


def test_json_asks_the_same_and_a_saved_programme_is_the_same(tmp_path: Any) -> None:
    rules = programme(minutes=45)
    rules.save(tmp_path / "p.toml")
    assert mm.Programme.load(tmp_path / "p.toml") == rules
    random = Random(6)
    sides = {name: people(random, letter, 5) for name, letter in (("mentors", "M"), ("mentees", "E"))}
    matching = mm.match(mm.read_survey(rules, mentors=sides["mentors"], mentees=sides["mentees"]), rules)
    asked = {
        name: [{"id": one["code"], "answers": {"lieu": one["lieu"], "creneaux": one["creneaux"]}} for one in side]
        for name, side in sides.items()
    }
    answered = mm.answer_json({"schema_version": 1, "programme": rules.to_dict(), **asked})
    assert [(pair.mentor, pair.mentee) for pair in answered.pairs] == [
        (one.mentor, one.mentee) for one in matching.pairs
    ]


def test_every_territory_has_a_time_zone_that_this_machine_knows_and_near_ones_are_told() -> None:
    assert all(ZoneInfo(zone) for zone in OVERSEAS_ZONES.values())
    assert nearest_zones("Reunion") == ["Indian/Reunion"]
    assert nearest_zones("xxxxxxxxxx") == ["Europe/Paris"]
