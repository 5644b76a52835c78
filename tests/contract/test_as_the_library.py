"""Each operation says what the call of the library says, neither less nor something else."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import MatchResponse, RequestError, Status, examples, verify
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.contract.match_response import ChainOut, KeptPlacesOut, PairOut
from mentormatch.contract.operation import ask, operations_by_kind
from mentormatch.contract.operations.evidence import DrawnPartOut
from mentormatch.contract.operations.fairness import AccessGroupOut, IncentiveOut
from mentormatch.contract.operations.matching import PlansResponse
from mentormatch.contract.operations.recruit import MentorTraitOut, PlanGainOut
from mentormatch.contract.operations.repair import SturdyPlanOut
from mentormatch.contract.requests import split_arrived
from mentormatch.contract.response import VerifyResponse
from mentormatch.operations.matching import PairsByHand
from mentormatch.record.decision import save_decision
from mentormatch.record.log import append
from mentormatch.record.verify import entry_of, journal_beside
from mentormatch.results import (
    AccessGroup,
    AnswerGain,
    Chain,
    DrawnPart,
    Incentive,
    MentorTrait,
    PlanGain,
    ProportionEstimate,
    QuotaPrice,
    SturdyPlan,
)
from tests.contract.sent import request, rows, told
from tests.contract.test_people import PROGRAMME, person
from tests.explanation.diagnosis.people import alike, programme

PINS = [("M06", "E08")]
BANS = [("M04", "E05")]


def keys(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"mentor": mentor, "mentee": mentee} for mentor, mentee in pairs]


def of(matching: mm.Matching) -> Any:
    """Return what a matching says; rows that were sent bear no file's name."""
    told = MatchResponse.of(matching).to_json().replace("reponses.csv", "rows")
    return json.loads(told)


@pytest.fixture(scope="module")
def matching() -> mm.Matching:
    return mm.match(examples.cohort(), examples.programme(), seed=7, pins=PINS, bans=BANS)


def test_match(matching: mm.Matching) -> None:
    answer = told("match", seed=7, pins=keys(PINS), bans=keys(BANS), time_limit_s=60)
    assert answer == of(matching)


def test_what_is_told_of_a_matching_is_what_it_says(matching: mm.Matching) -> None:
    answer = told("match", seed=7, pins=keys(PINS), bans=keys(BANS))
    assert (answer["status"], answer["seed"], answer["gap"]) == ("proved", 7, 0)
    assert (answer["programme"], answer["engine"]) == (matching.programme.name, matching.solution.engine)
    assert [tuple(tier.values()) for tier in answer["tiers"]] == [
        (tier.goal, tier.value, tier.bound) for tier in matching.solution.tiers
    ]
    for pair, one in zip(answer["pairs"], matching.pairs, strict=True):
        assert (pair["mentor"], pair["mentee"], pair["score"]) == (one.mentor, one.mentee, one.score)
        assert (pair["points"], pair["answered"]) == (one.score / 10_000, one.answered)
        for part, share in zip(pair["contributions"], one.contributions, strict=True):
            assert (part["points"], part["full"]) == (share.share / 10_000, share.full / 10_000)
            assert (part["criterion"], part["kind"], part["group"]) == (share.criterion, share.kind, share.group)
            assert (part["answered"], part["reason"]) == (share.answered, share.reason)
    assert [(alone["person"], alone["side"], alone["code"], alone["reason"]) for alone in answer["unmatched"]] == [
        (alone.person, alone.side, alone.code, alone.reason) for alone in matching.unmatched
    ]
    changes = matching.smallest_changes
    assert [alone["change"] for alone in answer["unmatched"]] == [change and changed(change) for change in changes]
    assert any(changes)
    assert [(price["goal"], price["differences"]) for price in answer["goal_prices"]] == [
        (price.goal, price.differences) for price in matching.goal_prices
    ]
    assert answer["goal_prices"]


def test_places_that_are_kept_are_told_with_what_they_cost_where_that_is_known() -> None:
    reserve = {"kind": "reserve", "places": 2, "name": "deux pour mars"}
    kept = mm.match(alike(3, 3), programme({"kind": "capacity", "field": "places", "most": 3}, reserve))
    (left,) = kept.kept_places
    (answer,) = of(kept)["kept_places"]
    assert (answer["known"], answer["differences"]) == (True, left.differences)
    unknown = KeptPlacesOut.of(replace(left, asked={}, unasked={}))
    assert (unknown.known, unknown.differences) == (False, {})


def changed(change: Any) -> dict[str, Any]:
    return {"code": change.code, "sentence": change.sentence, "cost": change.cost, "people": list(change.people)}


def test_evaluate() -> None:
    plan = [("M01", "E01"), ("M04", "E05"), ("M01", "E02")]
    whole = mm.evaluate(examples.cohort(), examples.programme(), plan)
    answer = told("evaluate", pairs=keys(plan))
    assert answer["total"] == whole.total
    assert answer["pairs"] == [PairOut.of(pair).model_dump() for pair in whole.pairs]
    assert [(one["rule"], one["people"], one["detail"]) for one in answer["breaches"]] == [
        (one.rule, list(one.people), one.detail) for one in whole.breaches
    ]
    more = told("evaluate", pairs=keys(plan), pins=keys(PINS), bans=keys(BANS))["breaches"]
    assert [one["people"] for one in more if one not in answer["breaches"]] == [["M04", "E05"], ["M06", "E08"]]
    mine = mm.evaluate(examples.cohort(), examples.programme(), plan, pins=PINS, bans=BANS)
    assert [list(one.people) for one in mine.breaches] == [one["people"] for one in more]


def test_the_best_stands_beside_a_plan_where_it_is_asked_for() -> None:
    plan = [("M01", "E01")]
    whole = mm.evaluate(examples.cohort(), examples.programme(), plan)
    best = mm.match(examples.cohort(), examples.programme(), seed=2, bans=BANS)
    answer = told("evaluate", pairs=keys(plan), best=True, seed=2, bans=keys(BANS), time_limit_s=60)
    assert answer["best"] == {"status": "proved", "tiers": tiers(best)}
    assert answer["tiers"] == tiers(whole.matching)
    assert told("evaluate", pairs=keys(plan))["best"] is None


def tiers(matching: mm.Matching) -> list[dict[str, Any]]:
    return [{"goal": tier.goal, "value": tier.value, "bound": tier.bound} for tier in matching.solution.tiers]


@pytest.mark.parametrize("pair", [("M01", "E01"), ("M04", "E05"), ("M06", "E08"), ("M13", "E02")])
def test_why_not(matching: mm.Matching, pair: tuple[str, str]) -> None:
    why = matching.why_not(*pair)
    answer = told("why-not", mentor=pair[0], mentee=pair[1], seed=7, pins=keys(PINS), bans=keys(BANS))
    assert (answer["mentor"], answer["mentee"]) == pair
    assert answer["status"] == str(matching.status)
    assert (answer["reason"], answer["rules"]) == (why.reason, list(why.rules))
    assert answer["losses"] == (
        None if why.losses is None else [{"goal": goal, "loss": loss} for goal, loss in why.losses]
    )
    assert [tuple(move.values()) for move in answer["moves"]] == [
        (move.side, move.person, list(move.before), list(move.after), str(move)) for move in why.moves
    ]


@pytest.mark.parametrize(("person", "most"), [("M04", 2), ("E05", None), ("e08", 10)])
def test_alternatives(matching: mm.Matching, person: str, most: int | None) -> None:
    found = matching.alternatives(person, most)
    answer = told("alternatives", person=person, most=most, seed=7, pins=keys(PINS), bans=keys(BANS))
    assert (answer["person"], answer["side"]) == (person, "mentor" if person[0] == "M" else "mentee")
    assert [(one["partner"], one["reason"]) for one in answer["alternatives"]] == [
        (one.partner, one.reason) for one in found
    ]
    assert [tuple((loss["goal"], loss["loss"]) for loss in one["losses"]) for one in answer["alternatives"]] == [
        one.losses for one in found
    ]
    assert [len(one["moves"]) for one in answer["alternatives"]] == [len(one.moves) for one in found]


def test_alternatives_of_who_stands_on_both_sides_are_of_the_side_asked_for() -> None:
    people = {"mentors": [person("X"), person("M1")], "mentees": [person("X"), person("E1")]}
    asked = {"programme": PROGRAMME, **people, "person": "X"}
    for side in ("mentor", "mentee"):
        assert json.loads(ask("alternatives", {**asked, "side": side}).to_json())["side"] == side


def test_who_arrives_is_taken_apart_and_nobody_where_nobody_does() -> None:
    cohort = examples.cohort()
    assert split_arrived(cohort, []) == (cohort, None)
    here, arrived = split_arrived(cohort, ["M01", "e02"])
    assert arrived is not None
    assert (*arrived.mentors.ids, *arrived.mentees.ids) == ("M01", "E02")
    assert {*here.mentors.ids} == {*cohort.mentors.ids} - {"M01"}
    assert {*here.mentees.ids} == {*cohort.mentees.ids} - {"E02"}
    with pytest.raises(RequestError) as refused:
        split_arrived(cohort, ["M01", "nobody"])
    assert [problem.where for problem in refused.value.problems] == ["$.arrived[1]"]


def test_plans() -> None:
    by_hand: PairsByHand = {"pins": PINS, "bans": BANS}
    found = mm.plans(examples.cohort(), examples.programme(), 3, differ_by=2, seed=1, **by_hand)
    answer = told("plans", n=3, differ_by=2, seed=1, pins=keys(PINS), bans=keys(BANS))
    assert [plan["matching"] for plan in answer["plans"]] == list(map(of, found))
    assert answer["all_told"] is False
    pairs = [{(pair.mentor, pair.mentee) for pair in plan.pairs} for plan in found]
    assert all(held >= {*PINS} and not held & {*BANS} for held in pairs)
    assert [plan["gives_up"] for plan in answer["plans"]] == [
        [len(before - held) for before in pairs[:place]] for place, held in enumerate(pairs)
    ]


def test_plans_say_where_there_are_no_others() -> None:
    programme = {
        "programme": {"name": "Essai"},
        "fields": {"a": {"kind": "yesno", "question": "A ?"}},
        "criteria": [{"kind": "same", "field": "a"}],
    }
    people = {"mentors": [{"id": "M1"}], "mentees": [{"id": "E1"}]}
    answer = json.loads(ask("plans", {"programme": programme, **people, "n": 5}).to_json())
    assert [len(plan["matching"]["pairs"]) for plan in answer["plans"]] == [1, 0]
    assert answer["all_told"] is True
    enough = json.loads(ask("plans", {"programme": programme, **people, "n": 2}).to_json())
    assert (len(enough["plans"]), enough["all_told"]) == (2, False)


def test_plans_that_were_not_looked_for_to_the_end_are_not_all_told(matching: mm.Matching) -> None:
    stopped = replace(matching, solution=empty_solution(Status.STOPPED, "plain"))
    assert PlansResponse.of((matching, stopped), 3).all_told is False
    assert PlansResponse.of((matching, matching), 3).all_told is True
    assert PlansResponse.of((matching, matching), 2).all_told is False


def test_diagnose() -> None:
    programme = examples.programme()
    pair = [("M01", "E01")]
    found = mm.diagnose(examples.cohort(), programme, pins=pair, bans=pair)
    answer = told("diagnose", pins=keys(pair), bans=keys(pair), time_limit_s=60)
    assert answer["status"] == str(found.status) == "infeasible"
    assert found.conflict is not None
    assert answer["diagnosis"]["conflict"] == {
        "rules": [rule.label for rule in found.conflict.rules],
        "sentence": found.conflict.sentence,
        "proved": found.conflict.proved,
    }
    assert answer["diagnosis"]["sentences"] == list(found.sentences)
    assert answer["diagnosis"]["ways_out"] == list(map(changed, found.ways_out))
    assert [tuple(map(told_as, one.values())) for one in answer["diagnosis"]["findings"]] == [
        (one.code, one.sentence, one.missing, one.people, one.rules, one.decisive) for one in found.findings
    ]
    assert told("match", pins=keys(pair), bans=keys(pair))["diagnosis"] == answer["diagnosis"]
    fine = told("diagnose")
    assert (fine["status"], fine["diagnosis"]["conflict"], fine["diagnosis"]["ways_out"]) == ("feasible", None, [])


def told_as(part: Any) -> Any:
    return tuple(part) if isinstance(part, list) else part


@pytest.fixture(scope="module")
def former() -> mm.Matching:
    return mm.match(examples.cohort(), examples.programme())


@pytest.mark.parametrize("listed", [True, False])
def test_repair(former: mm.Matching, *, listed: bool) -> None:
    pairs = [(pair.mentor, pair.mentee) for pair in former.pairs]
    keep = [pair for pair in pairs if "M04" not in pair][:2]
    declined = [pair for pair in pairs if "M04" not in pair and pair not in keep][:1]
    by_hand: PairsByHand = {"pins": [("M11", "E05"), ("M04", "E01")], "bans": [*declined, ("M04", "E05")]}
    whole = mm.repair(former, withdrawn=["M04"], keep=keep, seed=3, **by_hand)
    assert ("M11", "E05") in whole.new
    assert {*declined} <= {*whole.broken}
    here = [row for row in rows() if listed or row["Code participant"] != "M04"]
    parts = {"former": keys(pairs), "withdrawn": ["M04"], "keep": keys(keep), "seed": 3, "steps": [0, 2]}
    parts |= {"pins": keys(by_hand["pins"]), "bans": keys(by_hand["bans"])}
    answer = told("repair", **{"rows": here, **parts, "ladder": True, "reserves": True})
    for what in ("kept", "broken", "ended", "new"):
        assert sorted(map(tuple, map(dict.values, answer[what]))) == sorted(getattr(whole, what)), what
    assert answer["ended"] == [{"mentor": "M04", "mentee": "E05"}]
    assert answer["sentence"] == str(whole)
    rows_aside: dict[str, Any] = {} if listed else {"rejected": [], "remarks": []}
    assert answer["matching"] | rows_aside == of(whole.matching) | rows_aside
    assert [step["sentence"] for step in answer["ladder"]] == list(map(str, whole.ladder))
    assert [tuple(map(tuple, step["reached"])) for step in answer["ladder"]] == [rung.reached for rung in whole.ladder]
    assert [step["at_most"] for step in answer["steps"]] == [0, 2]
    assert answer["steps"] == [rung_of(whole, step) for step in (0, 2)]
    assert [one["sentence"] for one in answer["reserves"]] == list(map(str, whole.reserves))


def test_the_choices_of_a_repair(former: mm.Matching) -> None:
    pairs = [(pair.mentor, pair.mentee) for pair in former.pairs]
    stopped = [pairs[2]]
    whole = mm.repair(former, withdrawn=["M12"], stopped=stopped, undo=0)
    parts = {"former": keys(pairs), "withdrawn": ["M12"], "stopped": keys(stopped), "undo": 0}
    answer = told("repair", **parts, choices=50)
    assert sorted(map(tuple, map(dict.values, answer["ended"]))) == sorted(whole.ended)
    assert [(one["side"], one["person"], one["code"]) for one in answer["letters"]] == [
        (one.side, one.person, one.code) for one in whole.letter_changes
    ]
    found = whole.choices()
    assert len(found) > 1
    assert [one["sentence"] for one in answer["choices"]] == list(map(str, found))
    for one, choice in zip(answer["choices"], found, strict=True):
        assert one["kept"] == len(choice.repair.kept)
        assert one["waiting"] == list(choice.repair.waiting)
        assert [line["text"] for line in one["lines"]] == [line.text for line in choice.lines]
    assert [one["sentence"] for one in answer["advice"]] == list(map(str, found[0].repair.advice))
    assert told("repair", **parts)["choices"] is None


def rung_of(repaired: mm.results.Repair, step: int) -> dict[str, Any]:
    rung = repaired.rung(step)
    return {
        "at_most": rung.at_most,
        "status": str(rung.status),
        "broken": rung.broken,
        "matched": rung.matched,
        "total": rung.total,
        "reached": list(map(list, rung.reached)),
        "sentence": str(rung),
    }


def test_who_arrives_stands_among_the_others(former: mm.Matching) -> None:
    before = [row for row in rows() if row["Code participant"] not in ("M14", "E16")]
    programme = examples.programme()
    first = ask("match", request(rows=before))
    assert isinstance(first, MatchResponse)
    pairs = [(pair.mentor, pair.mentee) for pair in first.pairs]
    answer = told("repair", former=keys(pairs))
    assert answer["broken"] == answer["ended"] == []
    assert (answer["ladder"], answer["reserves"], answer["steps"]) == (None, None, [])
    assert answer["matching"]["programme"] == programme.name
    assert {tuple(pair.values()) for pair in answer["kept"]} == set(pairs)


def test_a_former_pair_of_nobody_is_refused_unless_they_left() -> None:
    pair = {"mentor": "M99", "mentee": "E98"}
    with pytest.raises(RequestError) as refused:
        told("repair", former=[pair], withdrawn=["m99"])
    assert [problem.where for problem in refused.value.problems] == ["$.former[0].mentee"]
    assert told("repair", former=[pair], withdrawn=["M99", "E98"])["ended"] == [pair]


def test_who_left_and_is_missing_on_one_side_leaves_the_other_too() -> None:
    pair = {"mentor": "E16", "mentee": "E05"}
    answer = told("repair", former=[pair], withdrawn=["E16"])
    assert answer["ended"] == [pair]
    assert [row["key"] for row in answer["matching"]["rejected"]].count("E16") == 1
    assert "E16" not in [one["person"] for one in answer["matching"]["unmatched"]]
    assert "E16" not in [one["mentee"] for one in answer["matching"]["pairs"]]


def test_a_former_pair_that_comes_twice_is_refused() -> None:
    with pytest.raises(RequestError, match="deux fois"):
        told("repair", former=keys([("M01", "E01"), ("m01", "E01")]))


def recorded(matching: mm.Matching, folder: Path) -> tuple[Path, str]:
    """Write the decision file of a matching and its log; return the one, and what stands in the other."""
    path = save_decision(matching, folder)
    append(journal_beside(path), entry_of(path, who="Zoé", why="essai"))
    return path, journal_beside(path).read_text("utf-8")


def test_verify(former: mm.Matching, tmp_path: Path) -> None:
    path, journal = recorded(former, tmp_path)
    text, whole = path.read_text("utf-8"), verify(path)
    sent = {"decision": text, "log": journal, "head": whole.chain.head if whole.chain else ""}
    answer = json.loads(ask("verify", sent).to_json())
    assert answer["verified"] is True
    assert answer["log"]["since"] == 0
    assert answer["log"]["lines"] == len(journal.splitlines())
    mine = json.loads(VerifyResponse.of(verify(path, head=sent["head"])).to_json())
    assert answer == mine
    assert json.loads(ask("verify", {"decision": text}).to_json())["log"] is None


def test_what_is_wrong_with_a_decision_is_told(former: mm.Matching, tmp_path: Path) -> None:
    path, journal = recorded(former, tmp_path)
    path.write_text(path.read_text("utf-8").replace('"seed": 0', '"seed": 1'), "utf-8")
    whole = verify(path)
    answer = json.loads(ask("verify", {"decision": path.read_text("utf-8"), "log": journal}).to_json())
    assert (answer["verified"], answer["outcome"]) == (False, "refused")
    assert [tuple(one.values()) for one in answer["problems"]] == [
        (one.where, one.found, one.expected, one.advice) for one in whole.problems
    ]
    assert answer["sentences"] == whole.words.splitlines()
    headless = json.loads(ask("verify", {"decision": path.read_text("utf-8"), "head": "0" * 63 + "1"}).to_json())
    assert headless["outcome"] == "refused"
    empty = json.loads(ask("verify", {"decision": "", "log": ""}).to_json())
    assert (empty["outcome"], empty["certificate"], empty["log"]["lines"]) == ("refused", None, 0)


def test_points_of_other_plans_are_told_out_of_a_hundred(matching: mm.Matching) -> None:
    assert MentorTraitOut.of(MentorTrait("metier", "Métier", "diffusion", 250_000)).points == 25
    assert PlanGainOut.of(PlanGain(Status.PROVED, 1, ("E01",), -1_230_000)).points == -123
    assert SturdyPlanOut.of(SturdyPlan(matching, 1_230_000, 1, 1.5)).price == 123


def test_lots_and_groups_of_answers_are_told_whole() -> None:
    for second, drawn in ((True, "second"), (False, "first")):
        part = DrawnPartOut.of(DrawnPart((("M1", "E1"),), (("M1", "E2"),), second))
        assert (part.first[0].mentee, part.second[0].mentee, part.drawn) == ("E1", "E2", drawn)
    share, price = ProportionEstimate(1, 4, 0.1, 0.7), QuotaPrice(2, Status.PROVED, 1, 20_000)
    bare = AccessGroup(("oui",), "oui", share, share, share, None, None, 0.5)
    told = AccessGroupOut.of(bare)
    assert (told.answers, told.placed.of, told.points, told.wished, told.price) == (["oui"], 4, None, None, None)
    full = AccessGroupOut.of(replace(bare, points=250_000, wished=share, price=price))
    assert full.wished is not None
    assert full.price is not None
    assert (full.points, full.wished.count, full.price.points, full.level) == (25, 1, 2, 0.5)


def test_chains_are_told_whole() -> None:
    chain = Chain(("M1", "M2"), ("B1",), ("E1",))
    assert ChainOut.of(chain).model_dump() == {
        "mentors": ["M1", "M2"],
        "people": ["B1"],
        "mentees": ["E1"],
        "loop": False,
        "sentence": str(chain),
    }


def test_the_most_that_one_person_gains_is_told_out_of_a_hundred() -> None:
    gains = (AnswerGain("E1", "shorter", 0, 250_000), AnswerGain("E2", "shorter", 1, 0))
    told = IncentiveOut.of(Incentive("needs", "Besoins", "mentee", gains, ("Besoins couverts",), None))
    assert (told.field, told.side, told.people, told.changes) == ("needs", "mentee", 2, ["shorter"])
    assert (told.placed, told.points, told.parts, told.closing) == (1, 25, ["Besoins couverts"], None)


def test_who_declined_whom_is_told() -> None:
    sent = operations_by_kind()["reply"].example()
    answer = ask("reply", {**sent, "replies": [{"person": "E02", "answer": "declined", "reason": "distance"}]})
    (told,) = json.loads(answer.to_json())["declined"]
    assert told == {"mentor": "M02", "mentee": "E02", "round": 1, "side": "mentee", "reason": "distance"}


def test_who_is_in_no_list_has_none_among_the_suggestions() -> None:
    answer, whole = told("suggest"), mm.suggest(examples.cohort(), examples.programme())
    lists = {one["person"]: one["partners"] for one in answer["lists"]}
    assert all(lists.values())
    assert set(lists) == {person for own in whole.lists.values() for person, pairs in own.items() if pairs}
    assert any(not pairs for own in whole.lists.values() for pairs in own.values())
