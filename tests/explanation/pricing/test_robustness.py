"""How often pairs stay when weights change, against matching again with those weights."""

from collections import Counter

import numpy as np
import pytest

from mentormatch import Matching, RequestError, match
from mentormatch.examples import cohort, programme
from mentormatch.explanation.robustness import SamplingPlan, robustness
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.results import Robustness


def matching(seed: int = 0) -> Matching:
    return match(cohort(), programme(), seed=seed)


def case_of(found: Matching) -> SolvedInstance:
    return SolvedInstance(found.cohort, found.programme.rules, found.scores, found.problem, found.solution)


def shares(found: Robustness) -> dict[tuple[str, str], float]:
    return {(pair.mentor, pair.mentee): pair.share for pair in found.pairs}


def test_shares_equal_matching_again_with_each_change_of_the_weights() -> None:
    trial, first = SamplingPlan(samples=12, spread=0.8, seed=3), matching()
    counts: Counter[tuple[str, str]] = Counter()
    for factors in trial.factors(len(first.programme.criteria)):
        criteria = [
            criterion.model_copy(update={"weight": criterion.weight * float(factor)})
            for criterion, factor in zip(first.programme.criteria, factors, strict=True)
        ]
        again = match(first.cohort, first.programme.model_copy(update={"criteria": criteria}))
        counts.update((pair.mentor, pair.mentee) for pair in again.pairs)
    found = shares(robustness(case_of(first), trial))
    assert found == {(pair.mentor, pair.mentee): counts[pair.mentor, pair.mentee] / 12 for pair in first.pairs}
    assert len(set(found.values())) > 1


@pytest.mark.parametrize("seed", [0, 5])
def test_without_any_change_every_pair_stays(seed: int) -> None:
    found = robustness(case_of(matching(seed)), SamplingPlan(samples=2, spread=0.0), seed=seed)
    assert {pair.share for pair in found.pairs} == {1.0}
    assert {pair.word for pair in found.pairs} == {"solide"}


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    draws = [SamplingPlan(samples=3, seed=seed).factors(4) for seed in (1, 1, 2)]
    assert (draws[0] == draws[1]).all()
    assert (draws[0] != draws[2]).all()
    assert (np.abs(draws[0] - 1) <= 0.2).all()


def test_the_most_fragile_pair_comes_first_and_is_told_in_words() -> None:
    found = robustness(case_of(matching()), SamplingPlan(samples=10, spread=0.9, seed=1))
    told = [pair.share for pair in found.pairs]
    assert told == sorted(told)
    assert {(pair.share >= 0.9, pair.share >= 0.6): pair.word for pair in found.pairs}.items() <= {
        (True, True): "solide",
        (False, True): "assez solide",
        (False, False): "fragile",
    }.items()
    assert str(found).startswith("Binômes sur 10 essais, poids à ±90\u00a0% : solide : ")
    assert str(found.pairs[0]).endswith("des essais")


@pytest.mark.parametrize(
    ("samples", "spread", "named"),
    [(0, 0.2, "samples"), (10_001, 0.2, "samples"), (5, -0.1, "spread"), (5, 1.5, "spread"), (5, np.nan, "spread")],
)
def test_a_trial_beyond_its_bounds_is_refused(samples: int, spread: float, named: str) -> None:
    with pytest.raises(RequestError, match=named):
        SamplingPlan(samples, spread)
