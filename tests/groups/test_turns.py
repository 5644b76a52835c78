"""Turns are those of exhaustive search, keep every absence, and say why somebody has none."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import RequestError, schedule_turns
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.groups.turns import Wish
from mentormatch.results import Turns
from tests.groups.seasons import Asked, asked, few

YEAR = ["2026-10-13", "2026-11-10", "2026-12-08", "2027-01-12"]


def scheduled(what: Asked, rounds: int = 1, seed: int = 0) -> Turns:
    return schedule_turns(
        what.members,
        what.sessions,
        per_session=what.per_session,
        rounds=rounds,
        absences=what.absences,
        wishes=cast("dict[str, Wish]", what.wishes),
        urgent=what.urgent,
        seed=seed,
    )


def first_turns(turns: Turns) -> dict[str, int]:
    return {turn.member: int(turn.session) - 1 for turn in turns.turns if turn.round == 1}


def placed(turns: Turns) -> set[tuple[str, str, int]]:
    return {(turn.session, turn.member, turn.round) for turn in turns.turns}


@pytest.mark.promise(13)
@few
@given(asked())
def test_turns_are_the_best_of_all_there_are(what: Asked) -> None:
    turns = scheduled(what)
    found = first_turns(turns)
    assert str(turns.status) == "proved"
    assert what.allows(found)
    assert what.worth(found) == what.best()


@pytest.mark.promise(9)
@few
@given(asked(), st.integers(1, 3))
def test_nobody_presents_again_before_everybody_has_presented(what: Asked, rounds: int) -> None:
    turns = scheduled(what, rounds)
    order = [(int(turn.session), turn.round, turn.member) for turn in turns.turns]
    for session, number, member in order:
        assert str(session) not in what.absences[member]
        earlier = [(at, who) for at, again, who in order if again == number - 1]
        assert all(at <= session for at, _ in earlier)
        assert (session, member) not in earlier
    cases = [turn.session for turn in turns.turns]
    assert all(cases.count(session) <= what.per_session for session in cases)
    later = {turn.member for turn in turns.turns if turn.round == 2}
    could = {member for member in what.members if len(what.absences[member]) < what.sessions}
    assert not later or {turn.member for turn in turns.turns if turn.round == 1} == could


@few
@given(asked(), st.integers(1, 3))
def test_everybody_has_each_turn_or_a_reason(what: Asked, rounds: int) -> None:
    turns = scheduled(what, rounds)
    had = [(turn.member, turn.round) for turn in turns.turns]
    left = [(one.member, one.round) for one in turns.without]
    assert sorted([*had, *left]) == sorted((member, 1 + n) for member in what.members for n in range(rounds))
    assert all(one.reason and one.code in ("absent", "no_place", "waits") for one in turns.without)


@few
@given(asked())
def test_who_has_no_turn_is_away_from_all_sessions_or_in_a_crowd_with_too_few_places(what: Asked) -> None:
    turns = scheduled(what)
    for one in turns.without:
        away = len(what.absences[one.member]) == what.sessions
        assert one.code == ("absent" if away else "no_place")
    crowded = sum(one.code == "no_place" for one in turns.without)
    assert len(turns.ways_out) == (crowded > 0)


@few
@given(asked())
def test_one_case_more_for_each_who_lacks_a_turn_is_enough_and_so_many_are_needed(what: Asked) -> None:
    lacking = sum(one.code == "no_place" for one in scheduled(what).without)
    wider = Asked(what.members, what.sessions, what.per_session + lacking, what.absences, what.wishes, what.urgent)
    assert not any(one.code == "no_place" for one in scheduled(wider).without)


@pytest.mark.promise(12)
@few
@given(asked(5), st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_of_the_members_changes_nothing(what: Asked, random: Any, seed: int) -> None:
    shuffled = Asked(
        tuple(random.sample(what.members, len(what.members))),
        what.sessions,
        what.per_session,
        dict(random.sample(list(what.absences.items()), len(what.absences))),
        what.wishes,
        what.urgent[::-1],
    )
    assert placed(scheduled(what, 2, seed)) == placed(scheduled(shuffled, 2, seed))


@pytest.mark.promise(14)
@few
@given(asked(), st.data())
def test_one_more_absence_never_makes_it_better(what: Asked, data: st.DataObject) -> None:
    if not what.members or not what.sessions:
        return
    member = data.draw(st.sampled_from(what.members))
    session = str(data.draw(st.integers(1, what.sessions)))
    more = {**what.absences, member: tuple({*what.absences[member], session})}
    worse = Asked(what.members, what.sessions, what.per_session, more, what.wishes, what.urgent)
    assert what.worth(first_turns(scheduled(worse))) <= what.worth(first_turns(scheduled(what)))


@pytest.mark.promise(11)
@few
@given(asked(), st.integers(1, 2))
def test_each_round_is_checked_and_certified_without_a_solver(what: Asked, rounds: int) -> None:
    turns = scheduled(what, rounds)
    assert all(not violations(each.problem, each.solution) for each in turns.rounds)
    assert all(certificate.certified for certificate in turns.certificates)


def test_three_who_can_only_come_to_two_sessions_are_told_with_those_sessions() -> None:
    away = dict.fromkeys(("A", "B", "C"), YEAR[2:])
    turns = schedule_turns(["A", "B", "C", "D"], YEAR, absences=away)
    (one,) = turns.without
    assert one.code == "no_place"
    assert "A, B et C ne peuvent présenter qu’à ces séances" in one.reason
    assert "13\xa0octobre 2026 et 10\xa0novembre 2026" in one.reason
    assert "2\xa0places pour 3 personnes" in one.reason
    assert turns.ways_out == (f"Il suffirait d’un cas de plus à une séance : {one.member}, 13\xa0octobre 2026.",)


def test_who_misses_everything_is_told_so_and_holds_up_nobody() -> None:
    turns = schedule_turns(["A", "B"], 4, rounds=2, absences={"A": ["1", "2", "3", "4"]})
    assert [(turn.session, turn.member, turn.round) for turn in turns.turns] == [("1", "B", 1), ("2", "B", 2)]
    assert {one.reason for one in turns.without} == {"A manque toutes les séances qui restent."}


def test_a_second_round_waits_for_the_first() -> None:
    turns = schedule_turns(["A", "B", "C"], 2, rounds=2)
    assert [one.code for one in turns.without] == ["no_place", "waits", "waits", "waits"]


def test_a_group_is_anything_that_has_members() -> None:
    class Table:
        members = ("A", "B")

    assert {turn.member for turn in schedule_turns(Table(), 2).turns} == {"A", "B"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sessions": ["1", "1"]}, "cité deux fois"),
        ({"sessions": -1}, "un nombre entier"),
        ({"sessions": True}, "un nombre entier"),
        ({"per_session": 0}, "un nombre entier"),
        ({"rounds": 0}, "un nombre entier"),
        ({"absences": {"Z": []}}, "inconnu"),
        ({"absences": {"A": ["9"]}}, "inconnu"),
        ({"wishes": {"A": "soon"}}, "wishes"),
        ({"wishes": {"Z": "late"}}, "inconnu"),
        ({"urgent": ["Z"]}, "inconnu"),
        ({"group": ["A", "a"]}, "cité deux fois"),
        ({"group": ["A", " "]}, "un nom est vide"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        schedule_turns(**{"group": ["A", "B"], "sessions": 2, **changed})


def test_a_name_is_the_same_whatever_its_case() -> None:
    turns = schedule_turns(["Ana"], ["Rentrée", "Bilan"], absences={"ANA": ["rentrée"]}, wishes={"ana": "early"})
    assert [turn.session for turn in turns.turns] == ["Bilan"]


def test_turns_are_told_in_english_too() -> None:
    away = dict.fromkeys(("A", "B", "C"), YEAR[2:])
    with mm.language("en"):
        turns = schedule_turns(["A", "B", "C", "D"], YEAR, rounds=2, absences={**away, "D": YEAR})
        told = " ".join([*turns.sentences, *(one.reason for one in turns.without)])
    assert not set("àâéèêç«»{}") & set(told)
    assert "can only present at these sessions" in told


def test_who_presents_at_the_last_session_is_not_said_to_miss_it() -> None:
    turns = schedule_turns(["A", "B"], 1, per_session=3, rounds=2, absences={"B": ["1"]})
    assert [(one.member, one.round, one.reason) for one in turns.without] == [
        ("B", 1, "B manque toutes les séances qui restent."),
        ("A", 2, "A présente déjà aux séances qui restent, ou les manque."),
        ("B", 2, "B manque toutes les séances qui restent."),
    ]
