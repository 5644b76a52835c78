"""Column generation over implicit scores: the same pairs as where they are stored, proved, and certified."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import RequestError, Solution, Status, certify, solve
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.scores import DenseScores, SparseScores
from mentormatch.operations.instance import lazy_scores
from mentormatch.results import Verdict
from mentormatch.rules import Quota, formulate
from mentormatch.scale.columns import master
from mentormatch.scale.columns.generation import SiftingOptions
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from tests.conftest import DEEP, some_of
from tests.doors import substitute
from tests.scale.markets import FLOORS, GOALS, PROGRAMME, RULES, both, coarse, cohort, needing, same

SEEDS = 200 if DEEP else 2
FEW = 4 if DEEP else 2


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", some_of(range(SEEDS), 2))
def test_pairs_are_those_of_the_whole_block(seed: int) -> None:
    for programme in (PROGRAMME, coarse(PROGRAMME)):
        rules = RULES if programme is PROGRAMME else [rule for rule in RULES if rule.least_score is None]
        held, unheld = both(cohort(seed), programme, rules, (GOALS, *FLOORS)[seed % 4])
        assert same(solve(held, seed=seed), solve(unheld, seed=seed))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("goals", FLOORS, ids=["floor first", "people first", "after priority"])
@pytest.mark.parametrize("seed", some_of(range(FEW)))
def test_the_worst_pair_is_as_good_as_in_the_whole_block_and_certified(seed: int, goals: Sequence[str]) -> None:
    programme = PROGRAMME if seed % 4 < 2 else coarse(PROGRAMME)
    held, unheld = both(cohort(seed), programme, RULES, goals)
    found = solve(unheld, seed=seed)
    assert same(solve(held, seed=seed), found)
    assert certify(unheld, found).verdict is Verdict.CERTIFIED


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", range(FEW))
def test_minimums_are_kept_as_in_the_whole_block_or_said_to_be_impossible(seed: int) -> None:
    share = (0.02, 0.05, 0.2)[seed % 3]
    for goals in (GOALS, ("total",), FLOORS[1]):
        held, unheld = needing(both(cohort(seed), PROGRAMME, RULES, goals), seed, share)
        one, other = solve(held, seed=seed), solve(unheld, seed=seed)
        assert one.status is other.status
        assert same(one, other) or one.status is Status.INFEASIBLE
        assert certify(unheld, other).verdict is certify(held, one).verdict


def test_minimums_that_cannot_be_are_known_where_the_numbers_of_all_goals_are_too_great(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    substitute(monkeypatch, "scale", find_spec=lambda _: None)
    _, unheld = needing(both(cohort(2), PROGRAMME, RULES), 2, 0.2)
    assert solve(unheld).status is Status.INFEASIBLE
    assert solve(replace(unheld, goals=("total",))).status is Status.INFEASIBLE


@pytest.mark.usefixtures("way")
def test_an_answer_is_certified_over_all_pairs_and_a_price_that_is_too_low_refused() -> None:
    _, problem = both(cohort(3), PROGRAMME, RULES)
    found = solve(problem)
    assert certify(problem, found).verdict is Verdict.CERTIFIED
    (prices,) = found.prices
    lower = replace(prices, mentees=np.maximum(prices.mentees - 1, 0))
    assert certify(problem, replace(found, prices=(lower,))).verdict is Verdict.REFUSED


@pytest.mark.usefixtures("way")
def test_an_answer_in_time_keeps_the_rules_and_its_bounds_hold() -> None:
    held, problem = both(cohort(2, 300), PROGRAMME, RULES)
    best = {tier.goal: tier.value for tier in solve(held).tiers}
    heard: list[Solution] = []

    class Once(RestrictedMaster):
        """Is out of time after its first answer."""

        def report(self, *answer: object) -> None:
            super().report(*answer)  # type: ignore[arg-type]  # whatever it is told
            heard.append(self.incumbent)  # type: ignore[arg-type]  # it is there now
            raise TimeLimitReached

    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "scale", RestrictedMaster=Once, SIFTING_OPTIONS=SiftingOptions(candidates_per_person=1))
        found = solve(problem)
    assert (found.status, found.canonical) == (Status.PROVED, False)  # its prices prove all but the order of ties
    assert [tier.value for tier in found.tiers] == [*best.values()]
    assert len(heard) == 1
    first = found.tiers[0]
    assert first.bound is not None
    assert first.value <= best["matched"] <= first.bound
    assert certify(problem, found).verdict is Verdict.UNCERTIFIED


def test_without_time_for_a_first_answer_there_is_none() -> None:
    _, problem = both(cohort(2), PROGRAMME, RULES)
    assert solve(problem, time_limit_s=1e-9).status is Status.STOPPED


@pytest.mark.proof
def test_a_rule_about_both_people_of_a_pair_is_kept_by_the_answer_or_there_is_none() -> None:
    people = cohort(5)
    placed = len(solve(formulate(people, lazy_scores(people, PROGRAMME.criteria), RULES, GOALS)).pairs)
    where = [{"side": side, "field": "reconversion", "in": ["Oui", "Non"]} for side in ("mentor", "mentee")]
    easy, hard = (Quota.model_validate({"kind": "quota", "where": where, "least": n}) for n in (1, placed + 1))
    held, unheld = both(people, PROGRAMME, [*RULES, easy])
    assert same(solve(held), solve(unheld))
    none = solve(formulate(people, lazy_scores(people, PROGRAMME.criteria), [*RULES, hard], GOALS))
    assert none.status is Status.INFEASIBLE
    refused = solve(formulate(people, lazy_scores(people, PROGRAMME.criteria), [*RULES, hard], ("matched", "leximin")))
    assert refused.status is Status.FAILED
    assert "couples pairs" in refused.notes[0]


def test_goals_whose_numbers_are_too_great_are_refused_and_the_extra_named_where_it_helps(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("MAX_EXACT_PROFIT", "MAX_FLOAT64"):
        monkeypatch.setattr(master, limit, 1 << 20)
    refused = solve(both(cohort(1), PROGRAMME, RULES)[1])
    assert refused.status is Status.FAILED
    assert ("'scale'" in refused.notes[0]) == (way == "plain")


def test_a_matching_of_very_many_people_has_the_same_pairs_and_says_why_others_have_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = cohort(4)
    programme = PROGRAMME.model_copy(update={"rules": list(RULES)})
    held = mm.match(people, programme)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unheld = mm.match(people, programme)
    assert isinstance(held.problem.scores, DenseScores | SparseScores)
    assert isinstance(unheld.problem.scores, ImplicitScores)
    assert unheld.pairs == held.pairs
    assert unheld.unmatched == held.unmatched
    assert unheld.explain("M000001", "E000001") == held.explain("M000001", "E000001")
    with pytest.raises(RequestError, match="trop de paires"):
        _ = unheld.scores.values
