"""Nobody is their own partner, whatever operation makes the pairs, and whoever else may be."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Cohort, Matching, RequestError, Solution, match, solve, verify
from mentormatch.contract.operation import ask
from mentormatch.operations.instance import lazy_scores
from mentormatch.record.decision import save_decision
from mentormatch.rules import SELF_PAIRS, formulate
from tests.doors import substitute
from tests.laws.people import ANSWERS, Files, Told, files, frame, sent
from tests.oracles.exhaustive import exhaustive

type Places = set[tuple[int, int]]
type Keys = set[tuple[str, str]]


def pairs_of(solution: Solution) -> Places:
    """Return the pairs of an answer by position."""
    return {(mentor, mentee) for mentor, mentee in solution.pairs.tolist()}


def pairs(one: Matching) -> Places:
    """Return the pairs of a matching by position."""
    return pairs_of(one.solution)


def keys(cohort: Cohort, places: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
    """Return the keys of two people each."""
    return [(cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in places]


def allowed(one: Matching) -> Places:
    """Return the pairs that the problem allows."""
    return {(int(i), int(k)) for i, k in zip(*one.problem.scores.pairs(), strict=True)}


@given(files())
def test_exactly_the_pairs_of_a_person_with_themselves_are_absent_and_the_rest_is_optimal(two: Files) -> None:
    cohort, n, m = two.cohort, len(two.mentors), len(two.mentees)
    assert set(zip(*(side.tolist() for side in cohort.both), strict=True)) == two.both
    found = match(cohort, two.programme)
    assert allowed(found) == set(product(range(n), range(m))) - two.both
    best = exhaustive(found.problem)
    assert best is not None
    assert pairs(found) == set(best.pairs)
    assert any("de l’autre côté" in remark.text for remark in cohort.remarks) == bool(two.both)


@given(files())
def test_where_pairs_are_not_held_the_same_are_absent(two: Files) -> None:
    cohort, programme = two.cohort, two.programme
    wide = formulate(cohort, lazy_scores(cohort, programme.criteria), programme.rules, programme.goals.order)
    every = np.divmod(np.arange(prod(wide.shape)), wide.shape[1])
    absent = ~wide.scores.allows(*every)
    assert set(zip(*(side[absent].tolist() for side in every), strict=True)) == two.both


def hold_wide_against_held(two: Files) -> None:
    """Compare the pairs of the engine for pairs that are not held with those of the others."""
    cohort, programme = two.cohort, two.programme
    wide = solve(formulate(cohort, lazy_scores(cohort, programme.criteria), programme.rules, programme.goals.order))
    assert wide.pairs.tolist() == match(cohort, programme).solution.pairs.tolist()
    assert not pairs_of(wide) & two.both


def test_the_engine_for_pairs_that_are_not_held_gives_the_same_pairs() -> None:
    side = tuple(Told(f"{number}@x.fr", "", "", ANSWERS[number % 2]) for number in range(40))
    hold_wide_against_held(Files(side, side[20:] + side[:10], common=False))


@pytest.mark.proof
@given(files())
def test_the_engine_for_pairs_that_are_not_held_gives_the_same_pairs_to_anybody(two: Files) -> None:
    hold_wide_against_held(two)


def made(two: Files) -> Iterator[tuple[str, Keys]]:
    """Yield the pairs that each operation makes of two files, by keys."""
    cohort, programme = two.cohort, two.programme
    first = match(cohort, programme)
    yield "match", set(keys(cohort, pairs(first)))
    yield from (("plans", set(keys(cohort, pairs(plan)))) for plan in mm.plans(cohort, programme, 3))
    yield "alternatives", {(key, told.partner) for key in cohort.mentors.ids for told in first.alternatives(key)}
    yield "propose", {(pair.mentor, pair.mentee) for pair in mm.answer_json(two.request).pairs}
    told = ask("plans", {**two.request, "n": 2}).model_dump()
    yield "plans as JSON", {(pair["mentor"], pair["mentee"]) for pair in pairs_in(told)}
    given_pairs = keys(cohort, list(product(range(len(two.mentors)), range(len(two.mentees))))[:1])
    former = [{"mentor": mentor, "mentee": mentee} for mentor, mentee in given_pairs]
    repaired = ask("repair", {**two.request, "former": former, "reserves": True}).model_dump()
    yield "repair as JSON", {(pair["mentor"], pair["mentee"]) for pair in pairs_in(repaired["matching"])}
    yield "reserves", {(one["reserve"], one["mentee"]) for one in repaired["reserves"] if one["reserve"]}
    newcomers = mm.read_survey(programme, mentors=frame(two.mentors[1:]), mentees=frame(two.mentees))
    before = mm.read_survey(programme, mentors=frame(two.mentors[:1]), mentees=frame(()))
    started = match(before, programme)
    later = mm.repair(started, arrived=newcomers)
    yield "repair", {(pair.mentor, pair.mentee) for pair in later.matching.pairs}


def pairs_in(told: Any) -> Iterator[dict[str, Any]]:
    """Yield every pair that an answer in JSON tells of."""
    if isinstance(told, dict):
        if "mentor" in told and "mentee" in told:
            yield told
        told = list(told.values())
    if isinstance(told, list | tuple):
        for part in told:
            yield from pairs_in(part)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(files())
def test_no_operation_pairs_anybody_with_themselves(two: Files) -> None:
    barred = {(two.mentors[i].row()["code"].strip(), two.mentees[k].row()["code"].strip()) for i, k in two.both}
    assume(barred)
    for operation, found in made(two):
        assert not found & barred, operation


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(files(), st.sampled_from([40_000_000, 0]))
def test_such_a_pair_is_refused_as_a_pin_named_as_a_breach_and_told_as_a_reason(two: Files, held: int) -> None:
    assume(two.both)
    cohort, programme, (place, *_) = two.cohort, two.programme, sorted(two.both)
    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "operations", MAX_STORED_PAIRS=held)
        (pair,) = keys(cohort, [place])
        with pytest.raises(RequestError, match="en binôme avec soi-même"):
            match(cohort, programme, pins=[pair])
        with pytest.raises(RequestError, match="en binôme avec soi-même"):
            mm.answer_json({**two.request, "pins": [{"mentor": pair[0], "mentee": pair[1]}]})
        (breach,) = mm.evaluate(cohort, programme, [pair]).breaches
        assert (breach.rule, breach.people) == (SELF_PAIRS.label, pair)
        told = match(cohort, programme).why_not(*pair)
        assert told.losses is None
        assert told.rules == (SELF_PAIRS.label,)


@pytest.mark.parametrize("held", [40_000_000, 0])
@given(files())
def test_who_has_no_other_partner_is_told_that_it_is_the_same_person(held: int, two: Files) -> None:
    assume(two.both)
    (i, k), *_ = sorted(two.both)
    alone = replace(two, mentors=(two.mentors[i],), mentees=(two.mentees[k],))
    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "operations", MAX_STORED_PAIRS=held)
        found = match(alone.cohort, alone.programme)
    assert not found.pairs
    assert [one.code for one in found.unmatched] == ["excluded", "excluded"]
    assert all(SELF_PAIRS.label in one.reason for one in found.unmatched)
    assert found.smallest_changes == (None, None)


@given(two=files())
def test_a_decision_is_verified_against_the_answers_that_say_who_is_on_both_sides(
    two: Files, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume(two.both)
    found = match(two.cohort, two.programme)
    path = save_decision(found, tmp_path_factory.mktemp("decision"))
    assert verify(path).sound
    assert verify(path, against=(two.cohort, two.programme)).sound


def test_a_decision_rests_on_who_is_on_both_sides_beside_what_they_answered(tmp_path: Path) -> None:
    one = Told("1", "Ana B\u00e9", "maison@foyer.fr", "a")
    two = Files((one,), (replace(one, key="2"), replace(one, key="3", email="")), common=False)
    others = replace(two, mentees=(replace(one, key="2", email=""), replace(one, key="3", email="")))
    path = save_decision(match(two.cohort, two.programme), tmp_path)
    told = verify(path, against=(others.cohort, two.programme))
    assert "réponses" in [problem.where for problem in told.problems]


def test_two_files_numbered_alike_lose_no_pair() -> None:
    side = tuple(Told(str(number), "", "", "a") for number in (1, 2, 3))
    found = match(Files(side, side, common=False).cohort, Files(side, side, common=False).programme)
    assert len(allowed(found)) == 9


def test_a_shared_email_under_different_names_is_a_remark_and_forbids_nothing() -> None:
    two = Files(
        (Told("1", "Ana B\u00e9", "maison@foyer.fr", "a"),), (Told("1", "Zo Y", "maison@foyer.fr", "a"),), common=False
    )
    assert pairs(match(two.cohort, two.programme)) == {(0, 0)}
    assert ["même courriel" in remark.text for remark in two.cohort.remarks] == [True]


def test_nobody_leads_the_group_in_which_they_are() -> None:
    tables = Files((), (), common=True).tables
    tables["fields"]["role"] = {"question": "Rôle", "kind": "choice", "options": ["A", "M"]}
    tables["groups"] = {"size": 2, "facilitators": {"field": "role", "facilitator": "A", "member": "M"}}
    member = [
        {**one, "answers": {**one["answers"], "role": "M"}} for one in sent([Told(k, "", "", "a") for k in "123"])
    ]
    leader = [{**one, "answers": {**one["answers"], "role": "A"}} for one in sent([Told(k, "", "", "a") for k in "1"])]
    request = {"programme": tables, "members": member, "facilitators": leader}
    told = ask("groups", {**request, "members": member[1:]}).model_dump()
    assert told["status"] == "proved"
    assert len(told["groups"]) == 1
    stuck = ask("groups", {**request, "members": member[:2]}).model_dump()
    assert stuck["groups"] == []
    assert SELF_PAIRS.label in stuck["conflict"]["reason"]
