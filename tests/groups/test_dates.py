"""Dates are those of exhaustive search, on no day off; where there are none, reasons and ways out are true."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import RequestError, choose_dates
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.results import Dates
from tests.groups.seasons import calendars, few, ways

APART = (21, 42)
type Said = dict[str, list[str]]
type Asked = tuple[Said, list[str], int]


def chosen(said: Any, days: Any, number: int, **asked: Any) -> Dates:
    """Return the dates chosen, every day being a working day."""
    return choose_dates(said, days, number, **{"public": False, "zones": (), **asked})


def names(dates: Dates) -> tuple[str, ...]:
    return tuple(moment.name for moment in dates.chosen)


@pytest.mark.promise(13)
@few
@given(calendars(), st.sampled_from([None, 0, 1, 2]))
def test_dates_are_the_best_of_all_that_are_as_asked(asked: Asked, most_missed: int | None) -> None:
    said, days, number = asked
    dates = chosen(said, days, number, most_missed=most_missed)
    every = ways(said, days, number, APART)
    alone = {member: min((way.missed[member] for way in every), default=0) for member in said}
    tries = range(number + 1) if most_missed is None else [most_missed]
    kept = [
        [
            way
            for way in every
            if all(way.missed[one] <= (max(k, alone[one]) if most_missed is None else k) for one in said)
        ]
        for k in tries
    ]
    fitting = next(filter(None, kept), [])
    if not fitting:
        assert str(dates.status) == "infeasible"
        return
    assert str(dates.status) == "proved"
    (found,) = [way for way in fitting if way.days == names(dates)]
    assert found.worth == max(way.worth for way in fitting)
    assert sum(dates.attendance) == found.attendance
    assert dates.most_missed == max(found.missed.values(), default=0)
    assert {one.member: len(one.names) for one in dates.missed} == dict(found.missed)


@pytest.mark.promise(17)
@few
@given(calendars(), st.integers(0, 2))
def test_where_there_are_none_each_way_out_is_one(asked: Asked, most_missed: int) -> None:
    said, days, number = asked
    dates = chosen(said, days, number, most_missed=most_missed)
    told = dates.diagnosis
    assert bool(told) == (str(dates.status) == "infeasible")
    if not told:
        return
    for more in range(most_missed + 1, number + 1):
        enough = any(max(way.missed.values(), default=0) <= more for way in ways(said, days, number, APART))
        if enough:
            assert any(f"{more}\xa0absence" in sentence for sentence in told)
            break
    else:
        assert not any("absence" in sentence for sentence in told)
    least = [
        fewer
        for fewer in range(number - 1, 0, -1)
        if any(max(way.missed.values(), default=0) <= most_missed for way in ways(said, days, fewer, APART))
    ]
    assert any(f"s’en tenir à {least[0]}\xa0séance" in sentence for sentence in told) if least else True


@pytest.mark.promise(12)
@few
@given(calendars(), st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_of_members_and_dates_changes_nothing(asked: Asked, random: Any, seed: int) -> None:
    said, days, number = asked
    shuffled = {member: said[member][::-1] for member in random.sample(list(said), len(said))}
    other = chosen(shuffled, random.sample(days, len(days)), number, seed=seed)
    assert names(chosen(said, days, number, seed=seed)) == names(other)


@pytest.mark.promise(14)
@few
@given(calendars(), st.data())
def test_one_more_absence_never_makes_it_better(asked: Asked, data: st.DataObject) -> None:
    said, days, number = asked
    who = [member for member, attends in said.items() if attends]
    if not who:
        return
    member = data.draw(st.sampled_from(who))
    gone = data.draw(st.sampled_from(said[member]))
    fewer = {**said, member: [one for one in said[member] if one != gone]}
    before, after = (chosen(each, days, number, most_missed=number) for each in (said, fewer))
    assert sum(after.attendance) <= sum(before.attendance)


@pytest.mark.promise(11)
@few
@given(calendars())
def test_the_choice_is_checked_without_a_solver(asked: Asked) -> None:
    dates = chosen(*asked)
    assert violations(dates.problem, dates.solution) == []


def test_no_date_is_on_a_public_holiday_in_school_holidays_or_in_a_black_out() -> None:
    days = ["2026-10-20", "2026-11-11", "2027-02-16", "2027-04-06", "2027-05-18", "2027-07-02"]
    dates = choose_dates(
        {"A": days}, days, 2, zones=["A"], blackouts=[("2027-07-01", "2027-07-25", "Festival d'Avignon")]
    )
    assert {one.moment.name: one.reason for one in dates.set_aside} == {
        "2026-10-20": "Vacances de la Toussaint, zone A",
        "2026-11-11": "Armistice",
        "2027-02-16": "Vacances d’hiver, zone A",
        "2027-07-02": "Festival d'Avignon",
    }
    assert names(dates) == ("2027-04-06", "2027-05-18")


def test_zones_that_share_a_holiday_are_named_together() -> None:
    dates = choose_dates({}, ["2027-02-16", "2026-10-20"], 0)
    assert [one.reason for one in dates.set_aside] == [
        "Vacances de la Toussaint, zones A, B et C",
        "Vacances d’hiver, zones A et C",
    ]


def test_who_did_not_answer_counts_neither_as_there_nor_as_away() -> None:
    days = ["2026-09-15", "2026-10-13"]
    dates = chosen({"A": days, "B": None}, days, 2, most_missed=0)
    assert dates.attendance == (1, 1)
    assert [one.member for one in dates.missed] == ["A"]
    assert dates.staff_sentences == ("B n’a pas dit ses disponibilités, et ne compte pas.",)
    assert not any("B" in sentence for sentence in dates.sentences)


def test_who_can_never_come_does_not_make_others_miss_more() -> None:
    days = ["2026-09-15", "2026-10-13", "2026-11-17"]
    dates = chosen({"A": days[:2], "B": days, "C": []}, days, 2)
    assert names(dates) == ("2026-09-15", "2026-10-13")
    assert [len(one.names) for one in dates.missed] == [0, 0, 2]


def test_members_who_cannot_all_be_there_are_named_and_no_other() -> None:
    days = ["2026-09-15", "2026-09-22"]
    dates = chosen({"A": days, "B": days[:1], "C": days[1:]}, days, 1, most_missed=0)
    assert dates.diagnosis == (
        "Quelles que soient les dates, quelqu’un parmi B et C manque 1\xa0séance au moins.",
        "Il suffirait d’accepter 1\xa0absence par personne au plus.",
    )


def test_a_member_who_misses_too_many_in_any_case_is_named() -> None:
    days = ["2026-09-15", "2026-10-13"]
    told = chosen({"A": [], "B": days}, days, 2, most_missed=1).diagnosis
    assert told[0] == "A manque 2\xa0séances au moins, quelles que soient les dates."


def test_dates_that_are_too_close_or_set_aside_are_told_with_what_would_do() -> None:
    days = ["2026-09-15", "2026-09-22", "2026-10-20"]
    dates = choose_dates({"A": days}, days, 2, zones=["A"])
    assert str(dates.status) == "infeasible"
    assert dates.diagnosis == (
        "Parmi 2\xa0dates possibles, on ne peut pas en garder 2 avec 21 à 42 jours de l’une à la suivante : 1 au plus.",
        "Il suffirait d’accepter de 7 à 56 jours entre deux séances.",
        "Il suffirait de s’en tenir à 1\xa0séance.",
        "Il suffirait de rouvrir la date écartée.",
    )


def test_after_the_last_calendar_that_is_decreed_dates_are_told_to_be_estimates() -> None:
    assert any("estimation" in sentence for sentence in choose_dates({}, ["2030-01-15"], 1).sentences)
    assert not any("estimation" in sentence for sentence in choose_dates({}, ["2027-01-15"], 1).sentences)


def test_public_sentences_and_tables_name_nobody() -> None:
    days = ["2026-09-15", "2026-09-22"]
    for most in (0, None):
        dates = chosen({"Zelda": days[:1], "Yves": days[1:]}, days, 1, most_missed=most)
        said = f"{dates.sentences} {dates.sheets} {dates.as_dict} {dates!r} {dates.there!r} {dates._repr_html_()}"
        assert "Zelda" not in said
        assert "Yves" not in said


def test_the_answer_of_a_survey_may_stand_for_a_date() -> None:
    dates = chosen({"A": ["Mardi 15 septembre"]}, {"mardi 15 septembre": "2026-09-15T09:30"}, 1)
    assert [moment.words for moment in dates.chosen] == ["15\xa0septembre 2026 à 9\xa0h\xa030"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"n": -1}, "un nombre entier"),
        ({"n": True}, "un nombre entier"),
        ({"most_missed": -1}, "un nombre entier"),
        ({"apart": (0, 4)}, "Cet écart"),
        ({"apart": (9, 4)}, "Cet écart"),
        ({"candidates": ["mardi"]}, "n’est pas une date"),
        ({"candidates": ["2026-09-15T09:30+02:00"]}, "n’est pas une date"),
        ({"candidates": ["2026-09-15", "2026-09-15"]}, "cité deux fois"),
        ({"availabilities": {"A": ["2026-01-01"]}}, "inconnu"),
        ({"availabilities": {"A": [], "a": []}}, "cité deux fois"),
        ({"zones": ["D"]}, "Zone inconnue"),
        ({"blackouts": [("2026-09-15", "2026-09-01")]}, "un début avant la fin"),
        ({"blackouts": [("juillet", "août")]}, "pas deux jours"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(changed: dict[str, Any], words: str) -> None:
    asked = {"availabilities": {"A": ["2026-09-15"]}, "candidates": ["2026-09-15"], "n": 1}
    with pytest.raises(RequestError, match=words):
        choose_dates(**{**asked, **changed})


def test_where_the_package_is_missing_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "holidays", None)
    with pytest.raises(RequestError, match=r"mentormatch-engine\[calendar\]"):
        choose_dates({}, ["1999-09-14"], 1)
    assert names(chosen({}, ["2026-09-15"], 1)) == ("2026-09-15",)


def test_dates_are_told_in_english_too() -> None:
    days = ["2026-09-15", "2026-09-22", "2026-10-20"]
    with mm.language("en"):
        dates = choose_dates({"A": days, "B": None}, days, 2, most_missed=0)
        fine = choose_dates({"A": days}, days, 1)
        told = " ".join([*dates.sentences, *dates.staff_sentences, *fine.sentences])
    assert not set("àâéèêç«»{}") & set(told)
    assert "October\xa020, 2026 (All Saints' Break, zones A, B, and C)" in told


def test_who_can_come_on_no_date_that_is_left_is_named_to_the_team_alone() -> None:
    days = ["2026-09-15", "2026-10-13", "2026-11-11"]
    dates = choose_dates({"A": days[:2], "B": days[2:], "C": [], "D": None}, days, 2, zones=())
    assert dates.there.unavailable == ("B", "C")
    assert any("B et C" in sentence and "aucune des dates possibles" in sentence for sentence in dates.staff_sentences)
    assert not any("B et C" in sentence for sentence in dates.sentences)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"A": ["2026-09-15"]}, "Tout le monde est à toutes les séances."),
        ({"A": ["2026-09-15"], "B": None}, "Toutes les personnes qui ont dit leurs disponibilités"),
        ({"A": None}, "Personne n’a dit ses disponibilités"),
        ({}, "Personne n’a dit ses disponibilités"),
    ],
)
def test_everybody_is_said_to_come_only_where_everybody_said_so(said: Any, sentence: str) -> None:
    assert any(one.startswith(sentence) for one in chosen(said, ["2026-09-15"], 1).sentences)


SLOTS = ("lundi matin", "lundi après-midi", "lundi soir")


@pytest.mark.parametrize(
    ("start", "minutes", "asked"),
    [
        ("09:30", 180, {"lundi matin"}),
        ("09:30", 420, {"lundi matin", "lundi après-midi"}),
        ("13:00", 420, {"lundi après-midi", "lundi soir"}),
        ("09:00", 720, set(SLOTS)),
        ("18:30", 420, {"lundi soir"}),
    ],
)
def test_a_session_is_in_every_part_of_the_day_through_which_it_lasts(
    start: str, minutes: int, asked: set[str]
) -> None:
    programme = mm.Programme(
        heading=mm.sections.Heading(name="Essai"),
        sessions=mm.sections.Sessions(number=1),
        fields={"code": mm.fields.Text(use="key"), "quand": mm.fields.Choices(options=list(SLOTS))},
    )
    every = [subset for n in range(4) for subset in combinations(SLOTS, n)]
    rows = [{"code": f"P{n}", "quand": ";".join(subset)} for n, subset in enumerate(every)]
    people = mm.read_survey(programme, rows)
    day = f"2026-09-14T{start}"
    found = chosen(people, [day], 1, minutes=minutes, field="quand")
    assert found.there.present[:, 0].tolist() == [asked <= set(subset) for subset in every]


def test_a_session_longer_than_what_is_asked_about_is_refused() -> None:
    programme = mm.Programme(
        heading=mm.sections.Heading(name="Essai"),
        sessions=mm.sections.Sessions(number=1),
        fields={"code": mm.fields.Text(use="key"), "quand": mm.fields.Choices(options=["lundi matin", "mardi matin"])},
    )
    people = mm.read_survey(programme, [{"code": "A", "quand": "lundi matin"}])
    assert chosen(people, ["2026-09-14T09:30"], 1, field="quand").there.present.all()
    with pytest.raises(RequestError, match="ne demande pas toutes les dates"):
        chosen(people, ["2026-09-14T09:30"], 1, field="quand", minutes=420)
