"""Groups of up to nine people equal exhaustive search, over every rule and goal."""

from collections import Counter

import pytest

import mentormatch as mm
from mentormatch.results import Grouping
from mentormatch.rules import rules_by_kind
from tests.conftest import DEEP
from tests.groups.exhaustive import Game
from tests.groups.random_programmes import GOALS, RULES, Drawn, drawn
from tests.laws.extensions import promised

pytestmark = [pytest.mark.promise(9), pytest.mark.promise(13)]

CASES = 12_000 if DEEP else 20


def formed(made: Drawn, seed: int = 0) -> Grouping:
    return mm.form_groups(made.cohort, made.programme, past=made.past, seed=seed)


def test_every_rule_on_groups_that_is_promised_is_drawn() -> None:
    of_groups = {kind: rule for kind, rule in rules_by_kind().items() if rule.of_groups}
    assert promised(of_groups) <= RULES.keys() <= of_groups.keys()


def test_groups_equal_exhaustive_search() -> None:
    met: Counter[str] = Counter()
    for seed in range(CASES):
        made = drawn(seed)
        grouping = formed(made)
        best = Game(made, grouping).best()
        met.update(
            [
                str(grouping.status),
                *(rule.kind for rule in made.programme.rules),
                *(tier.goal for tier in grouping.tiers),
            ]
        )
        if best is None:
            assert str(grouping.status) == "infeasible", seed
            continue
        assert str(grouping.status) == "proved", (seed, grouping.tiers)
        values = {tier.goal: -tier.value if tier.goal == "meetings" else tier.value for tier in grouping.tiers}
        assert made.programme.groups is not None
        asked = made.programme.groups.goals
        assert [values.get(goal, 0) for goal in asked] == list(best[0]), seed
        rows = tuple(
            sorted(
                tuple(sorted(grouping.formulation.members[list(group)].tolist())) for group in grouping.solution.groups
            )
        )
        ids = made.cohort.members.ids
        assert rows in {tuple(sorted(tuple(sorted(group)) for group in groups)) for groups in best[1]}, (seed, ids)
    assert met.keys() >= {"proved", "infeasible", *RULES, *GOALS}
