"""Each operation on members says what the call of the library says; who asked for what only where that is asked for."""

import json
import tomllib
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import ProgrammeError, RequestError, Status, examples
from mentormatch.contract.group_response import GroupOut, GroupsResponse
from mentormatch.contract.member_requests import GroupsRequest
from mentormatch.contract.operation import ask
from mentormatch.examples import folder_of
from mentormatch.groups.inputs import session_name
from mentormatch.groups.partition import GroupShare
from mentormatch.groups.sessions import dates_of, topics_of, turns_of
from mentormatch.results import FormedGroup, Grouping
from tests.contract.bodies import example, texts
from tests.contract.sent import CODEV, TASK, request_of

TOGETHER, APART = [["C01", "C06"]], [["C02", "C05"]]
THREE = [{"id": f"C{number}", "answers": {}} for number in range(3)]


def told(kind: str, name: str = CODEV, **parts: Any) -> Any:
    return json.loads(ask(kind, {**request_of(name), **parts}).to_json())


def of(grouping: Grouping, seed: int = 0) -> Any:
    return json.loads(GroupsResponse.of(grouping, seed).to_json())


def people() -> tuple[mm.Cohort, mm.Programme]:
    return GroupsRequest.of(request_of(CODEV)).read()


@cache
def formed() -> Grouping:
    return mm.form_groups(*people(), seed=3, together=TOGETHER, apart=APART, past=[["C01", "C06", "C99"]])


def test_groups_are_those_of_the_library() -> None:
    answer = told("groups", seed=3, together=TOGETHER, apart=APART, past=[["C01", "C06", "C99"]])
    assert answer == of(formed(), 3)
    assert (answer["status"], answer["canonical"]) == ("proved", True)


def test_groups_are_canonical_where_they_are_proved_and_ties_are_settled() -> None:
    grouping = formed()
    stopped = replace(grouping, solution=replace(grouping.solution, status=Status.FEASIBLE))
    open_ties = replace(grouping, solution=replace(grouping.solution, settled=False))
    assert [(one.settled, of(one)["canonical"]) for one in (stopped, open_ties)] == [(True, False), (False, False)]


def test_what_is_told_of_groups_is_what_they_say() -> None:
    grouping = formed()
    answer = of(grouping, 3)
    assert [(tier["goal"], tier["value"], tier["bound"]) for tier in answer["tiers"]] == [
        (tier.goal, tier.value, tier.bound) for tier in grouping.tiers
    ]
    assert (answer["gap"], answer["repeats"], answer["seed"]) == (0, 1, 3)
    for group, one in zip(answer["groups"], grouping.groups, strict=True):
        assert (group["number"], group["members"], group["facilitator"]) == (one.number, list(one.members), None)
        assert (group["points"], group["score"]) == (one.points, one.score)
        assert sum(part["share"] for part in group["contributions"]) == group["score"]
        assert sum(part["points"] for part in group["contributions"]) == pytest.approx(one.points)
        assert sum(part["full"] for part in group["contributions"]) == pytest.approx(100)
        assert [(pair["one"], pair["other"]) for pair in group["met"]] == list(one.met)
        assert [
            (part["criterion"], part["kind"], part["group"], part["answered"]) for part in group["contributions"]
        ] == [(share.criterion, share.kind, share.group, share.answered) for share in one.contributions]
    placed = {key for group in answer["groups"] for key in group["members"]}
    left = {one["person"] for one in answer["unplaced"]}
    assert placed | left == set(grouping.cohort.members.ids)
    assert not placed & left


def test_a_conflict_is_told_with_its_ways_out() -> None:
    parts: dict[str, Any] = {"together": [["C01", "C02"]], "apart": [["C01", "C02"]]}
    whole = mm.form_groups(*people(), **parts)
    answer = told("groups", **parts)
    assert whole.conflict is not None
    assert answer["conflict"] == {
        "code": whole.conflict.code,
        "reason": whole.conflict.reason,
        "rules": list(whole.conflict.rules),
        "people": list(whole.conflict.people),
        "ways_out": list(whole.conflict.ways_out),
    }
    assert answer["conflict"]["people"] == ["C01", "C02"]


def led(people: int, seats: int) -> dict[str, Any]:
    """Return a request of groups of two that are led, each by somebody who leads so many."""
    sent = example("groups", past=[], apart=[])
    sent["programme"]["fields"]["role"] = {"kind": "choice", "question": "Rôle", "options": ["anime", "participe"]}
    leading = {"field": "role", "facilitator": "anime", "member": "participe", "seats": seats}
    sent["programme"]["groups"] |= {"facilitators": leading}
    return {**sent, "facilitators": [{"id": f"F{number}"} for number in range(people)]}


def test_who_leads_a_group_is_sent_beside_the_members() -> None:
    answer = json.loads(ask("groups", led(2, 1)).to_json())
    assert sorted(group["facilitator"] for group in answer["groups"]) == ["F0", "F1"]
    alone = json.loads(ask("groups", led(1, 1)).to_json())
    assert [group["facilitator"] for group in alone["groups"]] == ["F0"]
    assert {one["code"] for one in alone["unplaced"]} == {"full"}


def test_members_are_all_who_answered_where_nobody_leads() -> None:
    sent = example("groups", past=[])
    del sent["members"]
    sent["programme"]["fields"]["code"] = {"kind": "text", "question": "Code", "use": "key"}
    sent["rows"] = [{"Code": f"C0{number}", "Que pouvez-vous transmettre ?": "budget"} for number in range(1, 5)]
    assert json.loads(ask("groups", sent).to_json())["tiers"][0] == {"goal": "placed", "value": 4, "bound": 4}


def test_somebody_who_is_named_and_is_nobody_is_refused_but_for_former_groups() -> None:
    with pytest.raises(RequestError) as refused:
        told("groups", together=[["C01", "C98"]], apart=[["C99", "c01"]], past=[["C97", "C01"]])
    assert [(one.where, one.expected) for one in refused.value.problems] == [
        ("$.together[0][1]", "l’identifiant d’un membre de la demande"),
        ("$.apart[0][0]", "l’identifiant d’un membre de la demande"),
    ]


def test_a_group_of_one_has_no_points() -> None:
    alone = GroupOut.of(FormedGroup(1, "", ("M1",), 0, (GroupShare("Métier", "same", None, 0, 250_000, 0.0),)))
    assert (alone.points, alone.contributions[0].points, alone.contributions[0].full) == (0, 0, 25)


@pytest.mark.parametrize("kind", ["groups", "rotate"])
def test_groups_need_a_programme_that_forms_some(kind: str) -> None:
    with pytest.raises(RequestError, match=r"une section \[groups\]"):
        told(kind, TASK)


@pytest.mark.parametrize("kind", ["topics", "dates", "turns"])
def test_sessions_need_a_programme_that_holds_some(kind: str) -> None:
    silent = {name: part for name, part in request_of(CODEV)["programme"].items() if name != "sessions"}
    with pytest.raises(ProgrammeError, match="ne dit rien de ses séances"):
        told(kind, programme=silent)


@pytest.mark.parametrize(("rounds", "proved"), [(3, True), (4, False)])
def test_rotate_is_the_rotation_of_the_library(rounds: int, *, proved: bool) -> None:
    grouping = mm.form_groups(*people(), seed=1)
    whole = mm.rotate(grouping, rounds)
    answer = told("rotate", rounds=rounds, seed=1)
    assert answer["proved"] is proved
    assert answer["grouping"] == of(grouping, 1)
    assert answer["status"] == str(grouping.status)
    assert answer["rounds"] == [[list(group) for group in each] for each in whole.rounds]
    assert (answer["repeats"], answer["bound"], answer["proved"]) == (whole.repeats, whole.bound, whole.proved)
    assert answer["sentence"] == whole.explanation


def test_a_rotation_of_no_groups_is_an_answer_that_says_why() -> None:
    answer = json.loads(ask("rotate", example("rotate", members=THREE[:1])).to_json())
    assert answer["status"] == answer["grouping"]["status"]
    assert (answer["rounds"], answer["proved"], answer["repeats"], answer["bound"]) == ([], False, 0, 0)
    assert answer["grouping"]["conflict"]["code"] == "too_few"


@pytest.mark.parametrize("number", [None, 2])
def test_topics_are_those_of_the_library(number: int | None) -> None:
    whole = topics_of(examples.cohort(TASK), examples.programme(TASK), number=number, seed=5)
    answer = told("topics", TASK, number=number, seed=5, staff=True)
    assert {key: answer[key] for key in whole.as_dict_for_staff} == whole.as_dict_for_staff
    assert answer["sentences"] == list(whole.sentences)
    assert [(tier["goal"], tier["value"], tier["bound"]) for tier in answer["tiers"]] == [
        (tier.goal, tier.value, tier.bound) for tier in whole.tiers
    ]
    assert (answer["seed"], answer["gap"]) == (5, whole.solution.gap)


@pytest.mark.parametrize("number", [None, 3])
def test_dates_are_those_of_the_library(number: int | None) -> None:
    whole = dates_of(examples.cohort(TASK), examples.programme(TASK), number=number, seed=5)
    answer = told("dates", TASK, number=number, seed=5, staff=True)
    same = {key: part for key, part in whole.as_dict_for_staff.items() if key != "dates"}
    assert {key: answer[key] for key in same} == same
    assert [(one["name"], one["start"], one["attendance"]) for one in answer["dates"]] == [
        (one.name, session_name(one.start), present)
        for one, present in zip(whole.chosen, whole.attendance, strict=True)
    ]
    assert answer["sentences"] == list(whole.sentences)
    assert answer["silent"] == [
        member for member, known in zip(whole.there.members, whole.there.known, strict=True) if not known
    ]


def test_turns_are_those_of_the_library_at_the_best_dates() -> None:
    cohort, programme = examples.cohort(TASK), examples.programme(TASK)
    dates = dates_of(cohort, programme, seed=5)
    whole = turns_of(cohort, programme, dates=dates, seed=5)
    answer = told("turns", TASK, seed=5)
    assert {key: answer[key] for key in whole.as_dict} == whole.as_dict
    assert answer["sentences"] == [*dates.sentences, *whole.sentences]
    assert [one["name"] for one in answer["dates"]] == [one.name for one in dates.chosen]
    assert {turn["session"] for turn in answer["turns"]} <= {one["start"] for one in answer["dates"]}


def test_turns_at_dates_that_the_team_chose_are_those_at_the_same_dates() -> None:
    best = told("turns", TASK)
    chosen = [one["name"] for one in best["dates"]]
    answer = told("turns", TASK, dates=chosen[::-1])
    assert (answer["turns"], answer["without"]) == (best["turns"], best["without"])
    assert answer["dates"] is None
    other = told("turns", TASK, dates=["Mardi 6 octobre 2026"])
    assert {turn["session"] for turn in other["turns"]} == {"2026-10-06T09:30"}
    with pytest.raises(RequestError) as refused:
        told("turns", TASK, dates=["lundi", chosen[0], chosen[0]])
    assert [one.found for one in refused.value.problems] == [
        "« lundi » est inconnu",
        f"« {chosen[0]} » est cité deux fois",
    ]


def test_turns_of_one_group_are_of_its_members_however_their_keys_are_written() -> None:
    whole = told("turns", TASK, group=["A01", "A02", "A03"])
    assert {turn["member"] for turn in whole["turns"]} == {"A01", "A02", "A03"}
    assert told("turns", TASK, group=["a01", "a02 ", "a03"]) == whole
    with pytest.raises(RequestError) as refused:
        told("turns", TASK, group=["A01", "Z9"])
    assert [one.where for one in refused.value.problems] == ["$.group[1]"]


def test_sessions_without_dates_are_numbered() -> None:
    sent = example("turns", dates=None)
    del sent["programme"]["sessions"]["dates"]
    answer = json.loads(ask("turns", sent).to_json())
    assert answer["dates"] is None
    assert {turn["session"] for turn in answer["turns"]} == {"1", "2"}


def test_turns_at_no_dates_are_as_impossible_as_the_dates() -> None:
    sent = example("turns", dates=None)
    sent["programme"]["sessions"] |= {"number": 3}
    answer = json.loads(ask("turns", sent).to_json())
    assert (answer["status"], answer["dates"], answer["turns"]) == ("infeasible", [], [])


def without(sent: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: part for key, part in sent.items() if key not in names}


FOR_THE_TEAM = {"topics": ["requests"], "dates": ["missed", "diagnosis", "silent", "unavailable"]}


@pytest.mark.parametrize("kind", sorted(FOR_THE_TEAM))
def test_what_is_for_the_team_alone_is_told_where_that_is_asked_for(kind: str) -> None:
    for_all, for_staff = told(kind, TASK), told(kind, TASK, staff=True)
    kept = FOR_THE_TEAM[kind]
    assert [for_all[name] for name in kept] == [None] * len(kept)
    assert all(for_staff[name] is not None for name in kept)
    assert without(for_all, *kept) == without(for_staff, *kept)
    assert for_all == told(kind, TASK, staff=False)


def test_nothing_that_all_may_see_tells_who_asked_for_a_topic_that_is_not_chosen() -> None:
    answer = told("topics", TASK)
    offered = set(request_of(TASK)["programme"]["fields"]["sujets"]["options"])
    assert (offered - set(answer["topics"])) & set(texts(answer)) == set()


def test_nothing_that_all_may_see_tells_why_there_are_no_dates_by_naming_people() -> None:
    sent = request_of(TASK)
    sessions = {**sent["programme"]["sessions"], "most_missed": 0}
    strict = {**sent["programme"], "sessions": sessions}
    public, staff = told("dates", TASK, programme=strict), told("dates", TASK, programme=strict, staff=True)
    keys = set(examples.cohort(TASK).members.ids)
    assert public["status"] == "infeasible"
    assert any(key in sentence for key in keys for sentence in staff["diagnosis"])
    assert not any(key in text for key in keys for text in texts(without(public, "rejected", "remarks")))


def test_dates_of_a_programme_are_written_as_iso_8601_does_or_are_dates_already() -> None:
    folder = folder_of(TASK)
    native = tomllib.loads((folder / "programme.toml").read_text(encoding="utf-8"))
    assert told("dates", TASK, programme=native) == told("dates", TASK)


@pytest.mark.parametrize("wrong", ["demain", "2026-09-15T09:30+02:00", 20260915, None, ["2026-09-15"], ""])
def test_what_is_no_date_is_refused_with_its_place(wrong: Any) -> None:
    sent = example("dates")
    sent["programme"]["sessions"]["dates"]["13 octobre"] = wrong
    with pytest.raises(ProgrammeError) as refused:
        ask("dates", sent)
    (problem,) = refused.value.problems
    assert problem.where == "sessions.dates.13 octobre"
    assert problem.found == "une date comme 2026-10-13, 2026-10-13T09:30, sans fuseau horaire"


def test_a_period_off_is_of_whole_days_and_may_be_all_of_time() -> None:
    sent = example("dates")
    sent["programme"]["sessions"]["blackouts"] = [{"from": "2026-09-15T09:30", "to": "2026-09-16"}]
    with pytest.raises(ProgrammeError, match="une date sans heure"):
        ask("dates", sent)
    sent["programme"]["sessions"]["blackouts"] = [{"from": "0001-01-01", "to": "9999-12-31"}]
    answer = json.loads(ask("dates", sent).to_json())
    assert [one["name"] for one in answer["set_aside"]] == ["13 octobre", "11 novembre", "17 novembre"]
    assert answer["status"] == "infeasible"


@pytest.mark.parametrize(("name", "most"), [("number", 366), ("rounds", 366)])
def test_no_more_sessions_nor_rounds_are_taken_than_a_year_has_days(name: str, most: int) -> None:
    sent = example("turns", dates=None)
    sent["programme"]["sessions"] |= {name: most + 1, "dates": {}}
    with pytest.raises(ProgrammeError, match=f"sessions.{name} : valeur hors des limites"):
        ask("turns", sent)
    sent["programme"]["sessions"] |= {name: most}
    assert json.loads(ask("turns", sent).to_json())["turns"]
