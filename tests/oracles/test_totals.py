"""A total of partners over several editions: programmes with it equal exhaustive search."""

from collections import Counter
from random import Random

import pytest

from tests.conftest import DEEP
from tests.oracles.enumeration import best_of
from tests.oracles.programmes import small
from tests.oracles.recounted import game_of
from tests.oracles.test_programmes import agrees, solved, some_goals

pytestmark = [pytest.mark.promise(9), pytest.mark.promise(13)]

BLOCK = 25 if DEEP else 8
BLOCKS = 80 if DEEP else 1


@pytest.mark.parametrize("block", range(BLOCKS))
def test_programmes_with_a_total_over_editions_equal_exhaustive_search(block: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        made = small(seed, ("history", "capacity", "common", "priority", "quota"), first="history")
        goals = tuple(goal for goal in some_goals(Random(seed)) if goal != "changes") or ("total",)
        best = best_of(game_of(made.cohort, made.programme), goals, seed % 4)
        assert agrees(solved(made, goals, (), seed % 4), best, goals), seed
        met.update("total" for rule in made.stated["rules"] if rule["kind"] == "history" and "total" in rule)
        met["some" if best else "none"] += 1
    assert met["total"]
    assert met["some"]
