"""Whoever leads a group is there at each of its sessions, and groups that one person leads never meet at one time."""

import json
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mentormatch as mm
from mentormatch import Cohort, Programme
from mentormatch.groups.rotation import FileGroup, read_file_groups
from mentormatch.groups.sessions import dates_of, dates_of_groups, years_of
from mentormatch.results import Dates
from tests.cli.processes import run

WEEKS = 16
TUESDAY = datetime(2026, 9, 8, 9, 30)
SLOTS = ("mardi matin", "mardi après-midi", "jeudi matin", "jeudi après-midi")
HOURS = (timedelta(0), timedelta(hours=4, minutes=30), timedelta(days=2), timedelta(days=2, hours=4, minutes=30))


def programme(number: int = 3, minutes: int = 180, days: tuple[int, int] = (21, 42), seats: int = 2) -> Programme:
    hours = HOURS if minutes < 300 else HOURS[::2]  # nobody is asked about evenings
    moments = [TUESDAY + timedelta(weeks=week) + hour for week in range(WEEKS) for hour in hours]
    dates = "\n".join(f'"{one:%d/%m %H:%M}" = {one.isoformat()}' for one in moments)
    return Programme.parse(
        f"""
[programme]
name = "Codéveloppement"
[groups]
least = 2
most = 3
facilitators = {{ field = "role", facilitator = "J'anime", member = "Je participe", seats = {seats} }}
[sessions]
number = {number}
minutes = {minutes}
attends = "creneaux"
public_holidays = false
zones = []
apart = [{days[0]}, {days[1]}]
[sessions.dates]
{dates}
[fields.code]
kind = "text"
use = "key"
[fields.role]
kind = "choice"
options = ["J'anime", "Je participe"]
[fields.creneaux]
kind = "choices"
options = {json.dumps(SLOTS, ensure_ascii=False)}
""".encode()
    )


def cohort(led: Programme, **answers: str) -> Cohort:
    """Return people by their code: who is called F leads; ``answers`` are slots by their initials, ``-`` for none."""
    short = dict(zip(("mm", "ma", "jm", "ja"), SLOTS, strict=True))
    rows = [
        {
            "code": code,
            "role": "J'anime" if code.startswith("F") else "Je participe",
            "creneaux": "; ".join(short[slot] for slot in said.split() if slot in short),
        }
        for code, said in answers.items()
    ]
    return mm.read_survey(led, pd.DataFrame(rows))


def groups(**led: str) -> list[FileGroup]:
    """Return groups by number and facilitator: ``g1_F1="A B"``."""
    return [
        FileGroup(int(name[1:].split("_")[0]), tuple(members.split()), name.split("_")[1])
        for name, members in led.items()
    ]


def starts(dates: Dates) -> list[datetime]:
    return [one.start for one in dates.chosen if isinstance(one.start, datetime)]


def coincide(one: Dates, other: Dates) -> bool:
    spans = [[(start, start + timedelta(minutes=each.minutes)) for start in starts(each)] for each in (one, other)]
    return any(a < d and c < b for a, b in spans[0] for c, d in spans[1])


def test_no_session_is_held_without_the_one_who_leads_it() -> None:
    led = programme()
    people = cohort(led, F1="mm", A="ja", B="ja mm")
    (found,) = dates_of_groups(people, led, groups(g1_F1="A B"))
    assert {(start.weekday(), start.hour) for start in starts(found)} == {(1, 9)}
    assert "Tout le monde est à toutes les séances." not in found.sentences
    alone = dates_of(people, led, ["A", "B", "F1"])
    assert starts(alone) == starts(found)


def test_where_the_one_who_leads_can_never_come_it_is_told_with_what_would_do() -> None:
    led = programme(number=9)
    people = cohort(led, F1="mm", A="ja", B="ja mm")
    (found,) = dates_of_groups(people, led, groups(g1_F1="A B"))
    assert str(found.status) == "infeasible"
    assert any("s’en tenir à" in sentence for sentence in found.diagnosis)


def test_groups_of_one_facilitator_never_meet_at_one_time_nor_on_hours_that_overlap() -> None:
    for minutes in (60, 180, 420):
        led = programme(number=4, minutes=minutes)
        people = cohort(led, F1="mm ma", F2="mm ma", A="mm ma", B="mm ma", C="mm ma", D="mm ma", E="mm", G="mm ma")
        found = dates_of_groups(people, led, groups(g1_F1="A B", g2_F1="C D", g3_F2="E G"))
        assert all(str(one.status) == "proved" for one in found)
        assert not coincide(found[0], found[1])


def test_a_group_that_finds_no_date_left_goes_first() -> None:
    led = programme(number=5, days=(7, 21))
    # A and B can be led on any day, C and D on five Tuesdays alone
    people = cohort(led, F1="mm ja", A="mm ja", B="mm", C="mm", D="mm")
    tight = replace_dates(led, 5)
    found = dates_of_groups(people, tight, groups(g1_F1="A", g2_F1="C D"))
    assert [str(one.status) for one in found] == ["proved", "proved"]
    assert not coincide(*found)


def replace_dates(led: Programme, weeks: int) -> Programme:
    text = led.to_dict()
    last = TUESDAY + timedelta(weeks=weeks)
    text["sessions"]["dates"] = {
        name: start for name, start in text["sessions"]["dates"].items() if str(start) < last.isoformat()
    }
    return Programme.read(text)


def test_one_who_leads_and_said_nothing_is_told_and_hinders_nothing() -> None:
    led = programme()
    people = cohort(led, F1="", A="ja", B="ja")
    (found,) = dates_of_groups(people, led, groups(g1_F1="A B"))
    assert str(found.status) == "proved"
    assert any(sentence.startswith("F1 n’a pas dit") for sentence in found.staff_sentences)
    assert "Tout le monde est à toutes les séances." not in found.sentences


def test_who_leads_presents_nothing() -> None:
    led = programme(number=3)
    people = cohort(led, F1="mm", A="mm", B="mm ja")
    for dates, turns in years_of(people, led, groups(g1_F1="A B")):
        assert dates is not None
        assert turns is not None
        assert {turn.member for turn in turns.turns} == {"A", "B"}


@pytest.mark.parametrize("seed", range(6))
def test_any_market_of_several_facilitators_has_no_clash(seed: int) -> None:
    random = __import__("random").Random(seed)
    led = programme(number=2, minutes=random.choice([90, 180, 420]))
    said = {f"F{n}": " ".join(random.sample(["mm", "ma", "jm", "ja"], random.randint(2, 4))) for n in range(3)}
    said |= {f"M{n}": " ".join(random.sample(["mm", "ma", "jm", "ja"], random.randint(0, 4))) for n in range(12)}
    people = cohort(led, **said)
    planned = [FileGroup(n + 1, (f"M{2 * n}", f"M{2 * n + 1}"), f"F{n % 3}") for n in range(6)]
    found = dates_of_groups(people, led, planned, seed=seed)
    for (one, mine), (other, theirs) in combinations(zip(planned, found, strict=True), 2):
        assert one.facilitator != other.facilitator or not coincide(mine, theirs)
    for group, dates in zip(planned, found, strict=True):
        where = dates.there.members.index(group.facilitator)
        assert dates.there.present[where, list(dates.places)].all()


@pytest.mark.parametrize("suffix", [".json", ".csv", ".xlsx"])
def test_a_file_of_groups_tells_who_leads_each(suffix: str, tmp_path: Path) -> None:
    led = programme(number=4, seats=2)
    people = cohort(led, F1="mm ja", A="mm", B="mm", C="ja", D="ja mm")
    formed = mm.form_groups(people, led)
    read = read_file_groups(formed.save(tmp_path / f"groupes{suffix}"), people)
    assert [(one.number, one.facilitator, one.members) for one in read] == [
        (one.number, one.facilitator, one.members) for one in formed.groups
    ]


def test_the_command_gives_each_group_of_a_file_dates_of_its_own(tmp_path: Path) -> None:
    led = programme(number=4)
    rows = [("F1", "J'anime", "mardi matin;jeudi après-midi")]
    rows += [(code, "Je participe", "mardi matin;jeudi après-midi") for code in "ABCD"]
    pd.DataFrame(rows, columns=["code", "role", "creneaux"]).to_csv(tmp_path / "r.csv", index=False)
    led.save(tmp_path / "p.toml")
    planned = [
        {"number": n + 1, "facilitator": "F1", "members": keys} for n, keys in enumerate((["A", "B"], ["C", "D"]))
    ]
    (tmp_path / "g.json").write_text(json.dumps({"groups": planned}), "utf-8")
    at: list[set[Any]] = []
    for number in ("1", "2"):
        told = run("dates", "r.csv", "-p", "p.toml", "--groups", "g.json", "--group", number, "--json", folder=tmp_path)
        assert told.returncode == 0, told.stderr
        at.append({one["start"] for one in json.loads(told.stdout)["dates"]})
    assert not at[0] & at[1]
