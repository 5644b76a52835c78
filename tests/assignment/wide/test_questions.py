"""What a matching of which no scores are held answers: the same as where they are held, whatever it is asked."""

from functools import cache

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import matching as route
from mentormatch.assignment.scores import DenseScores, SparseScores
from mentormatch.assignment.solution import Status
from mentormatch.assignment.wide.computed import ComputedScores
from mentormatch.matching import Matching
from tests.assignment.wide.test_same_pairs import PROGRAMME, RULES, coarse, cohort
from tests.conftest import DEEP

SEEDS = 40 if DEEP else 4
PROGRAMMES = {
    "untied": PROGRAMME.model_copy(update={"rules": list(RULES)}),
    "tied": coarse(PROGRAMME).model_copy(update={"rules": [rule for rule in RULES if rule.least_score is None]}),
}

every_market = pytest.mark.parametrize(("seed", "kind"), [(seed, kind) for seed in range(SEEDS) for kind in PROGRAMMES])


@cache
def both(seed: int, kind: str, size: int = 60) -> tuple[Matching, Matching]:
    """Return a matching of which the scores are held, and the same of which they are not."""
    people = cohort(seed, size)
    held = mm.match(people, PROGRAMMES[kind], seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(route, "MOST_HELD", 0)
        unheld = mm.match(people, PROGRAMMES[kind], seed=seed)
    assert isinstance(held.problem.scores, DenseScores | SparseScores)
    assert isinstance(unheld.problem.scores, ComputedScores)
    assert {held.status, unheld.status} == {Status.PROVED}
    return held, unheld


def some_pairs(matching: Matching, seed: int, count: int) -> list[tuple[str, str]]:
    """Return so many pairs of people at random, those that are chosen, or could be, being among them."""
    random, (n, m) = np.random.default_rng(seed), matching.problem.shape
    ids = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    drawn = [
        (ids[0][i], ids[1][k]) for i, k in zip(random.integers(0, n, count), random.integers(0, m, count), strict=True)
    ]
    mixed = [(one.mentor, other.mentee) for one, other in zip(matching.pairs, matching.pairs[1:], strict=False)]
    return [*drawn, *mixed[:count], *((pair.mentor, pair.mentee) for pair in matching.pairs[:2])]


@every_market
def test_what_forcing_a_pair_costs_and_whom_it_moves(seed: int, kind: str) -> None:
    held, unheld = both(seed, kind)
    told = [(held.why_not(*pair), unheld.why_not(*pair)) for pair in some_pairs(held, seed, 20)]
    assert all(one == other for one, other in told)
    assert any(one.losses is None for one, _ in told)
    assert any(one.losses and len(one.moves) > 2 for one, _ in told)


@every_market
@pytest.mark.parametrize("most", [0, 1, 3, 10, None])
def test_whom_else_somebody_could_have(seed: int, kind: str, most: int | None) -> None:
    held, unheld = both(seed, kind)
    people = [*held.cohort.mentors.ids[:4], *held.cohort.mentees.ids[:4]]
    told = [(held.alternatives(one, most), unheld.alternatives(one, most)) for one in people]
    assert all(one == other for one, other in told)
    assert most == 0 or any(one for one, _ in told)


@every_market
def test_why_everybody_else_has_no_partner_and_what_would_place_them(seed: int, kind: str) -> None:
    held, unheld = both(seed, kind)
    assert held.unmatched
    assert unheld.unmatched == held.unmatched
    assert unheld.smallest_changes == held.smallest_changes
