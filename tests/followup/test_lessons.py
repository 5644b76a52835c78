"""What editions teach: exact to the last deal, honest about few, and right as often as is said."""

from collections.abc import Sequence
from itertools import combinations
from logging import getLogger
from math import comb, exp, inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio

import mentormatch as mm
from mentormatch.base.inference import (
    CAUSE_STEPS,
    LEAST_SHOWN,
    ExactEffect,
    Stratum,
    people_needed,
    permutation_distribution,
)
from mentormatch.followup.lessons import RESULTS_KEY
from tests.followup.years import frame, year

FIGURES = getLogger(__name__)
KNOWN = st.lists(st.tuples(st.integers(0, CAUSE_STEPS), st.booleans()), min_size=1, max_size=7)


def stratum(told: Sequence[tuple[int, bool]]) -> Stratum:
    return np.array([steps / CAUSE_STEPS for steps, _ in told]), np.array([went for _, went in told], dtype=bool)


@given(st.lists(KNOWN, min_size=1, max_size=2))
def test_the_chances_are_those_of_every_deal(told: list[list[tuple[int, bool]]]) -> None:
    effect, sums = ExactEffect.of(list(map(stratum, told))), [0]
    for each in told:
        reached = sum(went for _, went in each)
        deals = [sum(deal) for deal in combinations([steps for steps, _ in each], reached)]
        sums = [one + other for one in sums for other in deals]
    below, above = (np.mean([sign * one <= sign * effect.total for one in sums]) for sign in (1, -1))
    assert effect.at_most(0.0) == pytest.approx(below)
    assert effect.level == pytest.approx(min(1.0, 2 * min(below, above)))


@pytest.mark.parametrize("reached", [3, 1198])
def test_a_few_of_more_than_a_thousand_have_chances(reached: int) -> None:
    chances = permutation_distribution(np.array([0] * 1200 + [1]), reached)
    assert chances == pytest.approx([1 - reached / 1201, reached / 1201])


@given(st.lists(st.tuples(st.sampled_from([0, CAUSE_STEPS]), st.booleans()), min_size=2, max_size=40))
def test_with_two_values_the_interval_is_that_of_fisher(told: list[tuple[int, bool]]) -> None:
    table = [[told.count((steps, went)) for went in (True, False)] for steps in (CAUSE_STEPS, 0)]
    low, high = ExactEffect.of([stratum(told)]).log_odds
    expected = odds_ratio(table).confidence_interval(0.95)
    if all(map(sum, table)) and all(map(sum, zip(*table, strict=True))):
        assert exp(low) if low > -inf else pytest.approx(expected.low, rel=1e-4) == 0.0
        assert (exp(high) if high < inf else inf) == pytest.approx(expected.high, rel=1e-4)
        one_sided = [fisher_exact(table, alternative=way).pvalue for way in ("less", "greater")]
        assert ExactEffect.of([stratum(told)]).level == pytest.approx(min(1.0, 2 * min(one_sided)))


def test_an_effect_and_its_opposite_are_mirrored() -> None:
    told = [(0, False), (3, False), (9, True), (11, False), (14, True), (20, True)]
    there = ExactEffect.of([stratum(told)])
    back = ExactEffect.of([stratum([(CAUSE_STEPS - steps, went) for steps, went in told])])
    assert there.level == pytest.approx(back.level)
    assert there.interval == pytest.approx([1 - bound for bound in reversed(back.interval)])


def test_what_is_the_same_for_all_teaches_nothing() -> None:
    effect = ExactEffect.of([stratum([(7, True), (7, False)])])
    assert (effect.level, effect.interval) == (1.0, (0.0, 1.0))
    assert people_needed([np.array([0.35, 0.35])], 0.5, 1) is None


CRITERIA = 10
PAIRS, EDITIONS = 22, 5


def simulated(effects: Sequence[float], seed: int, pairs: int = PAIRS) -> list[mm.results.EditionResults]:
    """Return editions in each of which pairs go well by the effects (log odds) of criteria, and by its own luck."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(EDITIONS):
        shares = rng.integers(0, 5, (pairs, len(effects))) / 4
        odds = rng.normal(0.5, 0.5) + (shares - 0.5) @ np.array(effects)
        well = rng.random(pairs) < 1 / (1 + np.exp(-odds))
        told = [
            mm.results.PairResult(shares={f"c{place}": share for place, share in enumerate(line)}, well=went)
            for line, went in zip(shares.tolist(), well.tolist(), strict=True)
        ]
        found.append(mm.results.EditionResults(programme="Avant", pairs=told))
    return found


def test_a_great_effect_is_found_and_no_other() -> None:
    found = mm.lessons(simulated([4.0, *[0.0] * (CRITERIA - 1)], seed=7))
    assert [one.criterion for one in found.effects if one.clear] == ["c0"]
    low = found.effects[0].low
    assert low is not None
    assert low > 0.5


@pytest.mark.proof
def test_intervals_hold_the_effect_as_often_as_they_say() -> None:
    """Coverage of 2,000 intervals, their mean width told in the log."""
    rng, held, widths = np.random.default_rng(20_260), [], []
    for seed in range(2_000):
        effect = float(rng.uniform(-3, 3))
        (one,) = mm.lessons(simulated([effect], seed)).effects
        if one.low is not None and one.high is not None:
            held.append(one.low <= 1 / (1 + exp(-effect)) <= one.high)
            widths.append(one.high - one.low)
    FIGURES.info("%s, coverage %.4f, mean width %.1f points", len(held), np.mean(held), 100 * np.mean(widths))
    assert len(held) > 1_900
    assert np.mean(held) >= 0.94


@pytest.mark.proof
def test_programmes_without_effect_raise_few_false_alarms() -> None:
    """False alarms among 1,000 programmes of ten criteria, told in the log."""
    alarms = [any(one.clear for one in mm.lessons(simulated([0.0] * CRITERIA, seed)).effects) for seed in range(1_000)]
    FIGURES.info("false alarms %.4f", np.mean(alarms))
    assert np.mean(alarms) <= 0.064


@pytest.mark.proof
def test_with_as_many_pairs_as_it_says_the_effect_is_seen_about_four_times_in_five() -> None:
    """The share of 400 programmes in which the effect that it speaks of is seen, told in the log."""
    rng = np.random.default_rng(5)
    many = people_needed([rng.integers(0, 5, 400) / 4], 0.6, 3)
    assert many is not None
    seen = [
        mm.lessons(simulated([float(np.log(4)), 0.0, 0.0], seed, -(-many // EDITIONS))).effects[0].clear
        for seed in range(400)
    ]
    FIGURES.info("%s pairs, seen %.3f", many, np.mean(seen))
    assert 0.7 < np.mean(seen) < 0.92


def result(share: float | None, went: bool | None) -> mm.results.PairResult:  # noqa: FBT001 - what became of it
    return mm.results.PairResult(shares={"souhaits": share}, well=went)


@pytest.mark.parametrize(("well", "badly"), [(11, 0), (LEAST_SHOWN - 1, 20), (20, LEAST_SHOWN - 1)])
def test_nothing_is_told_of_fewer_than_five_pairs(well: int, badly: int) -> None:
    pairs = [result(place % 2, place < well) for place in range(well + badly)]
    found = mm.lessons([mm.results.EditionResults(programme="Avant", pairs=pairs)])
    (one,) = found.effects
    assert (found.well, one.low, one.high, one.level) == (None, None, None, 1.0)
    assert one.more
    assert "désignerait" in found.sentences[1]


def test_pairs_of_whom_a_side_did_not_answer_count_for_no_effect() -> None:
    told = [result(place % 2, place < 10) for place in range(20)]
    more = [*told, *[result(None, went) for went in (True, False, None)]]
    one, other = (
        mm.lessons([mm.results.EditionResults(programme="Avant", pairs=pairs)]).effects for pairs in (told, more)
    )
    assert one == other
    assert one[0].level == pytest.approx(1.0)


def test_a_pair_went_well_if_it_lasts_and_is_content() -> None:
    waves = {3: frame(("M1", "E1", "Oui", "bien"), ("M1", "E2", "Oui", "mal"), ("E3", "", "Oui"))}
    found = mm.results.EditionResults.of(year(waves))
    mentees = [pair.mentee for pair in year(waves).pairs]
    assert {key: one.well for key, one in zip(mentees, found.pairs, strict=True)} == {
        "E1": True,
        "E2": False,
        "E3": None,
    }
    stopped = mm.results.EditionResults.of(year({3: frame(("E3", "", "Non", "bien"))}))
    assert dict(zip(mentees, (one.well for one in stopped.pairs), strict=True))["E3"] is False


def test_the_file_of_a_follow_up_is_read_back_and_holds_nobody(tmp_path: Path) -> None:
    made = year({3: frame(("M1", "E1", "Oui", "bien"))})
    made.save(tmp_path / "suivi")
    read = mm.read_results(tmp_path / "suivi" / "suivi.json")
    assert read == mm.results.EditionResults.of(made)
    assert not [key for key in ("M1", "E1", "E2") if key in read.to_json()]
    for text in ("{}", "[]", "{", f'{{"{RESULTS_KEY}": {{"programme": "x"}}}}'):
        (tmp_path / "autre.json").write_text(text, "utf-8")
        with pytest.raises(mm.RequestError, match=r"autre\.json"):
            mm.read_results(tmp_path / "autre.json")
    with pytest.raises(mm.RequestError, match="ne peut pas être lu"):
        mm.read_results(tmp_path / "absent.json")


def test_no_edition_and_too_many_are_refused() -> None:
    for count in (0, 51):
        with pytest.raises(mm.RequestError, match="éditions dont apprendre"):
            mm.lessons([mm.results.EditionResults(programme="Avant", pairs=[])] * count)


def test_the_ways_to_deal_many_do_not_overflow() -> None:
    rng = np.random.default_rng(1)
    many = [
        (int(steps), bool(went)) for steps, went in zip(rng.integers(0, 21, 400), rng.random(400) < 0.5, strict=True)
    ]
    low, high = ExactEffect.of([stratum(many)] * 2).log_odds
    assert -inf < low < high < inf
    assert comb(400, 200) > 1e118
