"""From one edition to the next: what is carried over, how it is kept in a file, and what it changes."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import (
    CarryOver,
    Matching,
    Programme,
    RequestError,
    carry_over,
    read_carry_over,
    read_contacts,
    with_history,
    write_carry_over,
)
from mentormatch.base.strict_json import Keys
from mentormatch.errors import OutputError
from mentormatch.operations.carry_over import LeftOut
from mentormatch.rules import Priority
from tests.operations.situations import cohort_of, keys, programme_of


@pytest.fixture(scope="module")
def first() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


def carried_pairs(carried: CarryOver) -> set[tuple[str, str]]:
    return {(pair.mentor, pair.mentee) for pair in carried.pairs}


def test_the_pairs_and_who_was_left_out_are_carried_over(first: Matching) -> None:
    carried = carry_over(first)
    assert carried.programme == first.programme.name
    assert carried_pairs(carried) == keys(first)
    codes = {(one.person, one.side): one.code for one in first.unmatched}
    left_out = {(one.person, one.side) for one in carried.left_out}
    assert left_out == {who for who, code in codes.items() if code in ("no_place", "excluded", "below_minimum")}
    assert {codes[who] for who in codes.keys() - left_out} == {"incomplete", "not_admitted", "no_capacity"}


def test_pairs_that_ended_during_the_year_are_carried_over_but_not_declined_ones(first: Matching) -> None:
    declined = ("M01", "E12")
    assert declined in keys(first)
    spring = mm.repair(first, withdrawn=["M04"], stopped=[("M06", "E08")], bans=[declined], undo=2)
    autumn = mm.repair(spring.matching, withdrawn=["M12"])
    ended = {*spring.ended, *spring.broken, *autumn.ended, *autumn.broken} - {declined}
    assert {("M04", "E05"), ("M06", "E08")} < ended
    assert carried_pairs(carry_over(autumn.matching)) == keys(autumn.matching) | ended


def test_what_is_written_is_read_back(first: Matching, tmp_path: Path) -> None:
    carried = carry_over(first)
    assert write_carry_over(carried, tmp_path / "suite" / "2025.json") == tmp_path / "suite" / "2025.json"
    assert read_carry_over(tmp_path / "suite" / "2025.json") == carried


def test_only_keys_are_carried_over(first: Matching, tmp_path: Path) -> None:
    text = write_carry_over(carry_over(first), tmp_path / "suite.json").read_text(encoding="utf-8")
    contacts = read_contacts(first.programme, mm.examples.copy_to(tmp_path / "exemple").answers)
    answers = {value for said in contacts.people.values() for value in said.values() if value}
    assert answers
    assert not [answer for answer in answers if answer in text]


@pytest.mark.promise(22)
def test_a_file_that_cannot_be_written_leaves_what_was_there(
    first: Matching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "suite.json"
    target.write_text("before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError):
        write_carry_over(carry_over(first), target)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


PAIR = {"mentor": "M1", "mentee": "E1"}


@pytest.mark.parametrize(
    "stated",
    [
        {"schema_version": 2},
        {"schema_version": "1"},
        {"programme": None},
        {"programme": 12},
        {"notes": []},
        {"pairs": [{**PAIR, "score": 1}]},
        {"pairs": [{"mentor": "M1"}]},
        {"pairs": [["M1", "E1"]]},
        {"left_out": [{"person": "E1", "side": "tutor"}]},
        {"left_out": ["E1"]},
    ],
)
def test_a_file_that_is_not_quite_one_of_ours_is_refused(stated: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    sound = {"schema_version": 1, "programme": "P", "pairs": [PAIR], "left_out": [{"person": "E2", "side": "mentee"}]}
    path.write_text(json.dumps(sound))
    assert read_carry_over(path).programme == "P"
    path.write_text(json.dumps(sound | stated))
    with pytest.raises(RequestError):
        read_carry_over(path)


def test_an_unknown_key_of_a_file_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    for stated in ({"Zoé": 1}, {"pairs": [{**PAIR, "Zoé": 1}]}):
        with pytest.raises(RequestError, match="extra_forbidden") as caught:
            CarryOver.from_json(json.dumps({"schema_version": 1, "programme": "P"} | stated))
        assert "Zoé" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", '{"programme": "P", "programme": "Q"}', '{"programme": NaN}', "[]", "\xff"])
def test_what_is_no_whole_json_object_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RequestError):
        read_carry_over(path)


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="absent"):
        read_carry_over(tmp_path / "absent.json")


@pytest.mark.promise(9)
def test_no_pair_comes_again_and_the_programme_is_otherwise_the_same(first: Matching) -> None:
    programme = with_history(first.programme, carry_over(first))
    second = mm.match(first.cohort, programme)
    assert second.status == "infeasible" or not keys(first) & keys(second)
    assert programme.rules[: len(first.programme.rules)] == first.programme.rules
    eased = programme.model_copy(update={"rules": [rule for rule in programme.rules if rule.kind != "quota"]})
    again = mm.match(first.cohort, eased)
    assert again.status == "proved"
    assert again.pairs
    assert not keys(first) & keys(again)


def test_a_pair_of_three_editions_ago_does_not_come_again() -> None:
    programme = programme_of([[900, 800, 700]])
    cohort = cohort_of(programme, [0], [0, 1, 2], [1])
    partners = []
    for _ in range(4):
        matching = mm.match(cohort, programme)
        partners += [pair.mentee for pair in matching.pairs]
        programme = with_history(programme_of([[900, 800, 700]]), carry_over(matching))
        assert len(carry_over(matching).pairs) == len(partners)
    assert sorted(partners) == ["E0", "E1", "E2"]


def test_who_was_left_out_comes_first_the_next_time() -> None:
    programme = programme_of([[900, 100], [900, 100]])
    first = mm.match(cohort_of(programme, [0], [0, 1], [1, 1]), programme)
    assert keys(first) == {("M0", "E0")}
    second = mm.match(cohort_of(programme, [1], [0, 1], [1, 1]), with_history(programme, carry_over(first)))
    assert keys(second) == {("M1", "E1")}


def test_people_who_are_not_in_the_new_cohort_are_not_concerned(first: Matching) -> None:
    elsewhere = CarryOver(
        programme="Ailleurs",
        pairs=[Keys(mentor="X1", mentee="E01"), Keys(mentor="M01", mentee="Y1")],
        left_out=[LeftOut(person="X1", side="mentor"), LeftOut(person="Y1", side="mentee")],
    )
    assert mm.match(first.cohort, with_history(first.programme, elsewhere)).pairs == first.pairs


def test_nothing_carried_over_changes_nothing(first: Matching) -> None:
    assert with_history(first.programme, CarryOver(programme="Neuf")) == first.programme


def test_each_side_that_was_left_out_has_a_priority_of_its_own(first: Matching) -> None:
    added = with_history(first.programme, carry_over(first)).rules[len(first.programme.rules) :]
    sides = {rule.side: rule.people for rule in added if isinstance(rule, Priority)}
    assert sides == {"mentor": ("M14",), "mentee": ("E01", "E07", "E10", "E16")}


def test_a_matching_without_an_answer_carries_nothing_over() -> None:
    programme = programme_of([[1]], bans=[("M0", "E0")], rules=[{"kind": "pin", "mentor": "M0", "mentee": "E0"}])
    matching = mm.match(cohort_of(programme, [0], [0], [1]), programme)
    with pytest.raises(RequestError):
        carry_over(matching)


@pytest.mark.parametrize(("text", "place"), [('{"a":', "ligne 1, colonne 6"), ("{}", "programme"), ("[]", "le tout")])
def test_a_file_of_another_kind_is_refused_in_french_with_its_place(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "2025.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match="Le fichier de l’année passée ne peut pas être relu") as refused:
        read_carry_over(path)
    assert f"2025.json, {place} : ne va pas" in str(refused.value)


ONE_EACH = {"kind": "history", "total": 1, "name": "une fois"}


def test_who_has_had_the_total_takes_nobody_in_the_next_edition_and_is_told_so() -> None:
    programme = programme_of([[900, 100], [800, 100]], rules=[ONE_EACH])
    first = mm.match(cohort_of(programme, [0, 1], [0], [2, 2]), programme)
    second = mm.match(cohort_of(programme, [0, 1], [0, 1], [2, 2]), with_history(programme, carry_over(first)))
    assert keys(first) == {("M0", "E0")}
    assert keys(second) == {("M1", "E0")}
    (mentor,) = (one for one in second.unmatched if one.side == "mentor")
    assert (mentor.person, mentor.code) == ("M0", "no_capacity")
    assert mentor.reason == "Ne prend personne cette année : « une fois », et les éditions précédentes comptent."
    third = mm.match(cohort_of(programme, [0, 1], [1], [2, 2]), with_history(second.programme, carry_over(second)))
    assert not third.pairs


def test_a_total_below_what_there_has_been_leaves_no_place_and_is_no_error() -> None:
    past = [{"mentor": "M0", "mentee": f"E{number}"} for number in (3, 4, 5, 5)]
    for total, pairs in ((2, 0), (3, 0), (4, 1), (5, 2)):
        programme = programme_of([[900, 800]], rules=[{"kind": "history", "pairs": past, "total": total}])
        assert len(mm.match(cohort_of(programme, [0], [0, 1], [3]), programme).pairs) == pairs


def test_a_total_gives_nobody_more_places_than_they_have() -> None:
    programme = programme_of([[900, 800]], rules=[{"kind": "history", "total": 5}])
    bare = programme.model_copy(update={"rules": [rule for rule in programme.rules if rule.kind == "history"]})
    assert len(mm.match(cohort_of(programme, [0], [0, 1], [3]), bare).pairs) == 1


def test_a_total_may_be_of_mentees_too() -> None:
    past = [{"mentor": "M1", "mentee": "E0"}]
    programme = programme_of([[900, 800]], rules=[{"kind": "history", "pairs": past, "total": 1, "side": "mentee"}])
    assert keys(mm.match(cohort_of(programme, [0], [0, 1], [2]), programme)) == {("M0", "E1")}


def test_past_pairs_go_to_the_rule_that_counts_them_and_to_no_second_one() -> None:
    programme = programme_of([[900, 100]], rules=[ONE_EACH])
    first = mm.match(cohort_of(programme, [0], [0], [1]), programme)
    once = with_history(programme, carry_over(first))
    assert [rule.kind for rule in once.rules].count("history") == 1
    assert with_history(once, carry_over(first)) == once
    assert Programme.read(once.to_dict()) == once


def test_a_pair_beyond_the_total_is_a_conflict_with_a_way_out() -> None:
    past = [{"mentor": "M0", "mentee": "E5"}]
    asked = [{"kind": "history", "pairs": past, "total": 1}, {"kind": "pin", "mentor": "M0", "mentee": "E0"}]
    programme = programme_of([[900]], rules=asked)
    diagnosis = mm.diagnose(cohort_of(programme, [0], [0], [1]), programme)
    assert "raise_total" in {change.code for change in diagnosis.ways_out}
    assert "drop_rule" in {change.code for change in diagnosis.ways_out}


def test_a_history_of_nothing_is_refused() -> None:
    with pytest.raises(mm.ProgrammeError, match="total"):
        programme_of([[900]], rules=[{"kind": "history"}])
