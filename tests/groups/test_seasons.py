"""A group's season from one survey: what the example tells comes out, and public documents name no wish."""

import json
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch import Cohort, Programme, ProgrammeError, RequestError, choose_dates, choose_topics, examples
from mentormatch.errors import OutputError
from mentormatch.groups.inputs import read_multiple_choice
from mentormatch.groups.result import Result
from mentormatch.groups.sessions import dates_of, topics_of, turns_of, year_of
from mentormatch.record.digests import digest_of_programme
from mentormatch.results import Dates, Topics, Turns

NAME = "groupe-de-travail"


@cache
def programme() -> Programme:
    return examples.programme(NAME)


@cache
def cohort() -> Cohort:
    return examples.cohort(NAME)


@cache
def topics() -> Topics:
    return topics_of(cohort(), programme())


@cache
def dates() -> Dates:
    return dates_of(cohort(), programme())


@cache
def turns() -> Turns:
    return turns_of(cohort(), programme(), dates=dates())


def results() -> tuple[Result, ...]:
    return topics(), dates(), turns()


@pytest.mark.promise(1)
def test_the_people_are_one_group_of_twenty_two_and_every_row_is_taken() -> None:
    assert (len(cohort().mentors), len(cohort().mentees)) == (0, 22)
    assert {row.fate for row in cohort().rows} == {"taken"}
    assert len(read_multiple_choice(cohort(), "sujets").options) == 18


def test_all_three_are_proved() -> None:
    assert [str(one.status) for one in results()] == ["proved"] * 3
    assert [violation for each in turns().certificates for violation in each.problems] == []


def test_nineteen_of_twenty_two_are_served_by_four_topics_and_six_would_serve_all_who_asked() -> None:
    codes = [one.code for one in topics().members]
    assert (codes.count("served"), codes.count("not_served"), codes.count("asked_nothing")) == (19, 2, 1)
    assert topics().enough == 6


def test_proportions_alone_would_serve_two_fewer() -> None:
    other = choose_topics(cohort(), 4, field="sujets", goals=("proportional", "approvals"))
    assert sum(one.served for one in other.members) == 17


def test_avignon_school_holidays_and_armistice_are_set_aside() -> None:
    assert [one.reason for one in dates().set_aside] == [
        "Vacances de la Toussaint, zone A",
        "Armistice",
        "Festival d'Avignon",
    ]
    assert [moment.day.isoformat() for moment in dates().chosen] == [
        "2026-09-15",
        "2026-11-17",
        "2027-01-14",
        "2027-03-16",
    ]


def test_nobody_presents_at_a_session_that_they_miss_and_urgent_cases_come_first() -> None:
    missed = {(one.member, name) for one in dates().missed for name in one.names}
    names = {moment.start.isoformat(timespec="minutes"): moment.name for moment in dates().chosen}  # type: ignore[call-arg]  # a start with its hour
    held = {turn.member: turn.session for turn in turns().turns}
    assert len(held) == 22
    assert not missed & {(member, names[session]) for member, session in held.items()}
    assert {held["A05"], held["A14"]} == {"2026-09-15T09:30"}


def test_calendars_say_how_long_and_where_as_the_programme_does() -> None:
    for result in (dates(), turns()):
        assert {(event.minutes, event.place) for event in result.events} == {(210, "Lyon")}
        assert result.calendar().count(b"LOCATION:Lyon") == 4


def test_turns_of_some_members_are_of_these_alone() -> None:
    some = turns_of(cohort(), programme(), ["A01", "A02"])
    assert {turn.member for turn in some.turns} == {"A01", "A02"}
    assert {turn.session for turn in some.turns} <= {"1", "2", "3", "4"}


def test_without_dates_turns_are_at_as_many_sessions_as_asked() -> None:
    section = programme().sessions
    assert section is not None
    undated = programme().model_copy(update={"sessions": section.model_copy(update={"dates": {}, "number": None})})
    when, some = year_of(cohort(), undated, ["A01", "A02"], number=2)
    assert when is None
    assert some is not None
    assert some.season.sessions == ("1", "2")


def test_turns_are_those_of_people_in_the_cohort_however_their_keys_are_spelled() -> None:
    some = turns_of(cohort(), programme(), ["a01", "A02"], dates=dates())
    assert some == turns_of(cohort(), programme(), ["A01", "A02"], dates=dates())
    with pytest.raises(RequestError, match="Personne inconnue"):
        turns_of(cohort(), programme(), ["A01", "A99"])


def test_the_only_question_about_dates_is_found_by_its_options() -> None:
    section = programme().sessions
    assert section is not None
    found = choose_dates(cohort(), section.dates, 1, zones=(), public=False)
    assert found.there.members == cohort().mentees.ids
    assert not found.there.known[12]


def test_slots_of_the_week_are_taken_for_dates_where_no_question_names_them() -> None:
    mentoring = examples.cohort()
    found = choose_dates(mentoring, ["2026-10-12T09:30", "2026-10-12T14:00"], 1, field="creneaux")
    said = read_multiple_choice(mentoring, "creneaux").answers
    wanted = [key for key, slots in said.items() if "lundi matin" in (slots or ())]
    at = [member for member, present in zip(found.there.members, found.there.present[:, 0], strict=True) if present]
    assert at == wanted != []


def test_a_date_that_no_question_asks_for_is_told() -> None:
    with pytest.raises(RequestError, match="ne demande pas toutes les dates"):
        choose_dates(cohort(), ["2026-01-01"], 1, field="dates")
    with pytest.raises(RequestError, match="quelle question lire"):
        choose_dates(cohort(), ["2026-01-01"], 1)


def test_a_question_that_is_not_there_or_is_of_another_kind_is_told() -> None:
    for field in ("structure", "sujet"):
        with pytest.raises(RequestError, match="ne convient pas"):
            choose_topics(cohort(), 1, field=field)
    with pytest.raises(RequestError, match="quelle question lire"):
        choose_topics(cohort(), 1)


@pytest.mark.promise(26)
def test_workbook_page_csv_json_and_frame_agree(tmp_path: Path) -> None:
    for result in results():
        files = {
            suffix: result.save(tmp_path / f"{result.kind}{suffix}") for suffix in (".xlsx", ".html", ".csv", ".json")
        }
        name, sheet = next(iter(result.sheets.items()))
        first = [str(row[0]) for row in sheet.rows]
        book = load_workbook(files[".xlsx"])
        assert [str(row[0].value) for row in list(book.worksheets[0].rows)[1:]] == first
        lines = files[".csv"].read_text(encoding="utf-8-sig").splitlines()[1:]
        assert [line.split(";")[0].strip('"') for line in lines] == first
        assert all(one in files[".html"].read_text() for one in first[:3])
        assert [str(one) for one in getattr(result.frames, name).iloc[:, 0]] == first
        told = json.loads(files[".json"].read_text())
        assert (told["schema_version"], told["kind"], len(told[name])) == (1, result.kind, len(first))


@pytest.mark.promise(25)
def test_what_is_for_the_team_is_in_no_public_document_and_in_theirs(tmp_path: Path) -> None:
    asked = {topic for one in topics().requests for topic in one.asked} - set(topics().chosen)
    for suffix in (".html", ".csv", ".json"):
        public, staff = (
            unescape(topics().save(tmp_path / f"{name}{suffix}", staff=name == "staff").read_text("utf-8-sig"))
            for name in ("public", "staff")
        )
        assert not any(topic in public for topic in asked)
        assert sum(topic in staff for topic in asked) == len(asked)
    assert "A13" not in dates().save(tmp_path / "dates.html").read_text()
    assert "A13" in dates().save(tmp_path / "equipe.html", staff=True).read_text()


def test_a_format_that_is_not_known_is_told_and_frames_have_no_other_tables(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Format inconnu"):
        topics().save(tmp_path / "sujets.pdf")
    with pytest.raises(AttributeError):
        _ = topics().frames.pairs
    assert dir(topics().frames) == ["counts", "members", "requests", "topics"]


def test_a_programme_without_sessions_or_a_number_is_told() -> None:
    with pytest.raises(ProgrammeError, match="ne dit rien de ses séances"):
        topics_of(cohort(), examples.programme())
    bare = Programme.read({"programme": {"name": "G"}, "sessions": {"topics": None}})
    with pytest.raises(ProgrammeError, match="combien"):
        topics_of(cohort(), bare)
    assert len(topics_of(cohort(), programme(), number=2).chosen) == 2


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"topics": "absent"}, "champ inconnu « absent »"),
        ({"topics": "code"}, "« code » est de genre « text »"),
        ({"attends": "code"}, "« code » est de genre « text »"),
        ({"wishes": {"field": "absent"}}, "sessions.wishes.field"),
        ({"urgent": {"field": "code", "in": ["Oui"]}}, "sessions.urgent.field"),
        ({"apart": [42, 21]}, "un minimum et un maximum de jours"),
        ({"zones": ["D"]}, "sessions.zones"),
        ({"number": 0}, "sessions.number"),
        ({"nombre": 4}, "nombre"),
        ({"blackouts": [{"from": "2027-07-25", "to": "2027-07-03"}]}, "sessions.blackouts"),
    ],
)
def test_a_mistake_in_the_section_is_told_where_it_stands(section: dict[str, Any], words: str) -> None:
    fields = {"code": {"question": "Code", "kind": "text", "use": "key"}}
    with pytest.raises(ProgrammeError) as refusal:
        Programme.read({"programme": {"name": "G"}, "fields": fields, "sessions": section})
    assert words in str(refusal.value)


def test_sessions_are_nothing_that_a_decision_on_pairs_rests_on() -> None:
    section = programme().sessions
    other = programme().model_copy(update={"sessions": None})
    assert section is not None
    assert digest_of_programme(other) == digest_of_programme(programme())


def test_the_season_is_told_in_english_too() -> None:
    made = results()  # in French: other tests read them as well
    with mm.language("en"):
        told = [line for one in made for line in (one.standing, one.title)]
        page = made[0]._repr_html_()
    assert told[0] == "This is proved optimal."
    assert "Topics chosen" in page
