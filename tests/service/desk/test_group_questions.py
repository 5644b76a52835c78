"""Groups of peers from a survey alone: five questions that the file answers, each with its effect beside it."""

import re
from datetime import datetime
from typing import Any

import pytest

from mentormatch.programme.programme import Programme
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.kept_state import restore, save_parts
from tests.browser import codev
from tests.service.desk.session import Sitting
from tests.service.desk.trees import element, elements, words

SURVEY = codev.FILE.read_bytes()


def read(survey: bytes = SURVEY) -> Sitting:
    """Return a desk that has read a survey for groups."""
    sitting = Sitting()
    sitting.done("kind", kind="groups")
    sitting.done("take", survey, part="answers", name="codev.csv")
    assert sitting.done("read")["five"]
    return sitting


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return save_parts(read().desk, {})


@pytest.fixture
def sitting(kept: dict[str, bytes]) -> Sitting:
    made = Sitting(Workspace())
    assert restore(made.desk, kept) == ""
    return made


def answers(sitting: Sitting, **other: Any) -> dict[str, Any]:
    """Return the answers on the page, some of them changed."""
    tree = sitting.done("five")["tree"]
    fields = [one[1] for one in elements(tree, "input") if one[1].get("name")]
    asked: dict[str, Any] = {one["name"]: one.get("value", "") for one in fields if one["type"] in ("date", "text")}
    asked |= {one["name"]: int(one["value"]) for one in fields if one["type"] == "number"}
    asked["apart"] = [one["value"] for one in fields if one["name"] == "apart" and "checked" in one]
    asked["attends"] = next(one["value"] for one in fields if one["name"] == "attends" and "checked" in one)
    asked["presents"] = any(one["name"] == "presents" and "checked" in one for one in fields)
    for select in elements(tree, "select"):
        chosen = [one[1]["value"] for one in elements(select, "option") if "selected" in one[1]]
        asked[select[1]["name"]] = chosen[0] if chosen else ""
    return asked | other


def programme(sitting: Sitting) -> Programme:
    """Return the programme that the answers make."""
    content = sitting.desk.uploads.stated_programme
    assert content is not None
    return Programme.parse(content)


def test_the_drawn_survey_is_what_its_script_draws() -> None:
    assert codev.draw().encode() == SURVEY


def test_the_file_answers_the_five_questions_and_says_what_that_gives(sitting: Sitting) -> None:
    tree = sitting.done("five")["tree"]
    assert [words(one)[:2] for one in elements(tree, "h3")][:5] == [f"{number}." for number in range(1, 6)]
    assert "3 groupes" in words(tree).replace("\xa0", " ")
    assert "24 sur 24" in words(element(tree, "dl", "sums")).replace("\xa0", " ")
    page = words(tree)
    assert not re.search(r"toml|\[\[|_employeuse", page, re.IGNORECASE)


def test_somebody_who_answered_twice_is_one_person_of_the_groups() -> None:
    rows = codev.draw(16).splitlines()
    again = read("\n".join([*rows, *(rows[1].replace(" 10:00:00", " 18:00:00"),), *rows[2:3]]).encode() + b"\n")
    assert "16 sur 16" in words(element(again.done("five")["tree"], "dl", "sums")).replace("\xa0", " ")
    again.done("form")
    assert [len(one["members"]) for one in again.done("groups")["groups"]] == [8, 8]


def test_the_answer_that_hinders_is_named_with_what_would_do(sitting: Sitting) -> None:
    tree = sitting.done("set_five", **answers(sitting, least=7, most=7))["tree"]
    said = "Avec 7 au plus, 3 personnes restent seules : passer à 8 ?"
    assert words(element(tree, "p", "note")).replace("\xa0", " ") == said
    few = read(codev.draw(8).encode())
    tree = few.done("set_five", **answers(few, least=12, most=12))["tree"]
    said = "Il n’y a pas assez de personnes pour un groupe de 12."
    assert words(element(tree, "p", "note")).replace("\xa0", " ") == said


def test_another_answer_makes_another_programme_and_is_kept(sitting: Sitting) -> None:
    other = {"apart": [], "rhythm": "fortnight", "zone": "C", "name": "Codev 2027", "presents": False}
    asked = answers(sitting, least=5, most=6, begin="2027-01-04", end="2027-06-29", **other)
    sitting.done("set_five", **asked)
    made = programme(sitting)
    assert (made.groups and made.groups.sizes, made.name, made.rules) == ((5, 6), "Codev 2027", ())
    assert made.sessions
    assert (made.sessions.zones, made.sessions.apart, made.sessions.number) == (("C",), (12, 18), None)
    again = Sitting(Workspace())
    assert restore(again.desk, save_parts(sitting.desk, {})) == ""
    assert answers(again) == asked


def test_groups_formed_keep_people_of_one_organisation_apart_and_have_a_calendar(sitting: Sitting) -> None:
    sitting.done("form")
    groups = sitting.done("groups")["groups"]
    assert sum(len(one["members"]) for one in groups) == 24
    year = sitting.done("year")
    assert all(lane["calendar"] and not lane["trouble"] for lane in year["lanes"])
    sitting.done("wish", way="apart", people=[groups[0]["members"][0]["id"], groups[0]["members"][1]["id"]])
    assert "demande de réunir" in sitting.asks("set_five", **answers(sitting, least=6))["words"]


def test_answers_that_cross_are_refused_and_change_nothing(sitting: Sitting) -> None:
    before = answers(sitting)
    assert sitting.refused("set_five", **before | {"least": 9, "most": 8})["title"]
    assert sitting.refused("set_five", **before | {"begin": "2027-06-01", "end": "2027-01-01"})["title"]
    assert answers(sitting) == before


def test_a_programme_written_by_hand_has_no_five_questions() -> None:
    sitting = Sitting()
    sitting.done("kind", kind="groups")
    sitting.done("example")
    assert not sitting.done("read")["five"]
    assert "écrit à la main" in sitting.refused("five")["title"]


@pytest.mark.parametrize(
    ("names", "when", "slots"),
    [
        ("Full name;Email address", "When are you available?", ("Monday evening", "Tuesday morning")),
        ("Nombre y apellidos;Correo electrónico", "¿Cuándo está disponible?", ("lunes noche", "martes mañana")),
    ],
)
def test_sessions_begin_at_the_moments_of_the_language_of_the_file(
    names: str, when: str, slots: tuple[str, str]
) -> None:
    rows = [f"{names};{when}", *(f"Name {at};p{at}@a.example;{slots[at % 2]}" for at in range(8))]
    sessions = programme(read("\r\n".join(rows).encode("utf-8"))).sessions
    assert sessions is not None
    starts = {(moment.weekday(), moment.hour) for moment in sessions.dates.values() if isinstance(moment, datetime)}
    assert starts == {(day, hour) for day in (0, 1) for hour in (9, 18)}
