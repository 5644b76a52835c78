"""The benchmarks of a nation compare the same work: other ways give the same points, and the same optimum."""

import doctest
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks.population import ALIKE, APART, cohort_of
from benchmarks.scale import as_rules, bare, cross_join, one_by_one, rivals
from benchmarks.scale.cohorts import EXAMPLE, KINDS, Kind, Market, census, matrix_of
from benchmarks.scale.pointed import VALUES
from benchmarks.scale.records import begun, keep, kept, newest
from benchmarks.scale.solving import solved
from mentormatch import Cohort, solve
from mentormatch.fields import SIDES
from mentormatch.operations.instance import lazy_scores
from mentormatch.rules import formulate
from mentormatch.scoring.scores import MILLION, score

FEW = Market(40, 50, "tight")


@pytest.mark.parametrize("kind", KINDS)
def test_the_loop_and_the_cross_join_give_every_pair_the_points_that_we_give_it(kind: Kind) -> None:
    people = Market(40, 50, kind).people
    ours = score(people, EXAMPLE.criteria).values
    assert len(np.unique(ours)) > 1_000
    assert np.array_equal(ours, one_by_one.scores(*one_by_one.objects(people)))
    assert np.array_equal(ours.ravel(), cross_join.scores(*cross_join.joined(people)))


def placed(market: Market) -> float:
    problem = market.posed()
    return float(census(problem, len(solve(problem).pairs))["placed"])


@pytest.mark.parametrize("tied", [False, True])
def test_nearly_everybody_can_be_placed_in_a_tight_market_and_half_in_a_scarce_one(tied: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert placed(Market(400, 400, "tight", tied=tied)) > 0.95
    assert placed(Market(400, 400, "scarce", tied=tied, single=True)) < 0.8


def test_in_a_tight_market_taking_the_best_partner_left_places_fewer() -> None:
    problem = Market(300, 300, "tight").posed()
    tiles = matrix_of(problem)
    scores, taken = tiles.rows(0, 300), np.zeros(300, dtype=bool)
    for column in scores.T:
        best = np.where(taken | (column < tiles.floor), -1, column).argmax()
        taken[best] |= not taken[best] and column[best] >= tiles.floor
    assert np.count_nonzero(taken) < len(solve(problem).pairs)


def test_few_criteria_tie_most_pairs_and_all_of_them_do_not() -> None:
    markets = [Market(300, 300, "tight", tied=tied) for tied in (False, True)]
    untied, tied = (census(market.posed(), 0) for market in markets)
    assert (untied["tie_rate"] < 0.3, tied["tie_rate"] > 0.9) == (True, True)
    assert untied["tied_best"] < 0.1 < tied["tied_best"]


def test_mentors_of_a_slack_market_have_up_to_three_places() -> None:
    assert Market(100, 100, "slack").posed().mentors.most.max() == 3
    assert Market(100, 100, "tight").posed().mentors.most.max() == 1


@pytest.mark.proof
def test_a_market_of_kinds_has_so_many_sets_of_answers_a_side_and_reaches_what_it_does_where_scores_are_held() -> None:
    market = Market(60, 80, "tight", alike=5)
    for people in (market.people.mentors, market.people.mentees):
        told = np.column_stack([people.codes(name).values for name in ("annees", "format", "dates_collectives")])
        assert len(people) > len(np.unique(told, axis=0)) <= 5
    held = formulate(
        market.people, score(market.people, market.programme.criteria), market.programme.rules, market.goals
    )
    assert np.array_equal(solve(held).pairs, solve(market.posed()).pairs)


def test_people_who_answer_alike_are_those_that_other_tests_draw() -> None:
    cohorts = cohort_of(EXAMPLE, 20, 30, 1), *(cohort_of(EXAMPLE, 20, 30, 1, manner=each) for each in (ALIKE, APART))
    years = [people.mentors.codes("annees").values.tolist() for people in cohorts]
    assert years[0] == years[1] != years[2]


@pytest.mark.parametrize("market", [FEW, Market(40, 50, single=True), Market(40, 40, "tight", open=True)])
def test_scipy_asked_for_most_pairs_first_reaches_what_we_reach(market: Market) -> None:
    solution = solve(market.posed())
    found = bare.by_scipy(market, places_first=True)
    assert [tier.value for tier in solution.tiers] == [found["pairs"], found["total"]]


def test_the_figures_of_a_market_say_what_the_engine_did() -> None:
    row = solved(Market(120, 120, "tight"), check=True)
    assert (row["status"], row["certificate"]) == ("proved", "certified")
    assert row["scans"] >= 2
    assert row["solves"] >= 1
    assert 120 < row["listed"] < 120 * 120
    assert 0 < row["scans_s"] + row["solves_s"] <= row["wall_s"]


def test_pulp_reaches_our_total_on_the_same_matrix() -> None:
    market = Market(12, 12, "tight", open=True)
    row = rivals.by_pulp(market, "HiGHS")
    scores = score(market.people, EXAMPLE.criteria).values.astype(np.int64)
    problem = formulate(market.people, lazy_scores(market.people, EXAMPLE.criteria), [], ("matched", "total"))
    assert row["total"] == solve(problem).tiers[-1].value == int(scores[tuple(solve(problem).pairs.T)].sum())


def points_of(asked: as_rules.Asked, ours: as_rules.Answer, theirs: as_rules.Answer) -> int:
    if ours is None or theirs is None:
        return round(asked.neutral * asked.weight * MILLION)
    ours, theirs = (set(side) if asked.kind == "availability" else side for side in (ours, theirs))
    return round(VALUES[asked.kind](ours, theirs, asked.scale, asked.neutral) * asked.weight * MILLION)


def test_mentor_match_is_asked_for_the_points_that_we_give() -> None:
    market = Market(30, 40, "tight")
    mentors, mentees = (as_rules.taking_part(market, side) for side in SIDES)
    asked = as_rules.criteria(market.programme, mentors, mentees)
    ours = score(Cohort(mentors, mentees), market.programme.criteria).values
    told = [
        [sum(points_of(each, each.mentors[i], each.mentees[k]) for each in asked) for k in range(len(mentees))]
        for i in range(len(mentors))
    ]
    assert ours.tolist() == told


def test_a_rival_that_is_not_there_is_told_and_no_ratio_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rivals.INTERPRETERS, "no-such-python")
    [python] = rivals.interpreters()
    row = rivals.by_mentor_match(FEW, python, whole=True)
    assert "not installed" in row["result"]
    assert rivals.times({"wall_s": 1.0}, row) == {}


def test_a_rival_that_is_not_done_takes_at_least_the_time_it_had() -> None:
    late = {"result": "not done after 900 s", "wall_s": 950.0}
    assert rivals.times({"wall_s": 2.0}, late) == {"times_at_least": rivals.PATIENCE_S / 2}


def test_the_newest_record_of_a_part_counts(tmp_path: Path) -> None:
    path = tmp_path / "figures" / "scale.jsonl"
    for part, figure in (("one", 1), ("other", 2), ("one", 3)):
        record = begun(part, [1])
        record.rows.append({"name": "x", "figure": figure})
        keep(record, path)
    assert [record.rows[0]["figure"] for record in kept(path)] == [1, 2, 3]
    assert {part: record.rows[0]["figure"] for part, record in newest(path).items()} == {"one": 3, "other": 2}
    assert newest(path)["one"].versions.keys() >= {"python", "numpy", "scipy"}


@pytest.mark.parametrize("module", ["farther", "growth", "measuring", "tables"])
def test_examples_hold(module: str) -> None:
    found = doctest.testmod(import_module(f"benchmarks.scale.{module}"))
    assert (found.failed, found.attempted > 0) == (0, True)
