"""Places that are kept: pairs, price and repairs equal exhaustive search."""

from collections import Counter
from random import Random

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import Cohort, Programme, Status
from tests.conftest import DEEP
from tests.oracles.enumeration import Best, best_of
from tests.oracles.programmes import Small, small
from tests.oracles.recounted import game_of
from tests.oracles.test_programmes import agrees, solved, some_goals

pytestmark = [pytest.mark.promise(9), pytest.mark.promise(13)]

OTHERS = ("reserve", "capacity", "common", "priority", "quota", "require")
BLOCK = 25 if DEEP else 8
BLOCKS = 80 if DEEP else 1
every_block = pytest.mark.parametrize("block", range(BLOCKS))


def with_rules(programme: Programme, *, keeping: bool) -> Programme:
    """Return a programme with the rules that keep places, or without."""
    return programme.model_copy(
        update={"rules": [rule for rule in programme.rules if keeping or not rule.keeps_places]}
    )


def best(made: Small, programme: Programme, goals: tuple[str, ...], seed: int = 0) -> Best | None:
    return best_of(game_of(made.cohort, programme), goals, seed)


@every_block
def test_pairs_beside_kept_places_and_their_price_equal_exhaustive_search(block: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        made = small(seed, OTHERS, first="reserve")
        goals = tuple(goal for goal in some_goals(Random(seed)) if goal not in ("changes", "leximin")) or ("total",)
        found = best(made, made.programme, goals, seed % 4)
        assert agrees(solved(made, goals, (), seed % 4), found, goals), seed
        stated = {**made.stated, "goals": {"order": goals}}
        matching = mm.match(made.cohort, Programme.read(stated))
        met["none" if found is None else "some"] += 1
        keeping = [rule for rule in made.programme.rules if rule.keeps_places]
        assert len(matching.kept_places) == (len(keeping) if found else 0)
        if found is None or len(keeping) > 1:
            continue
        (left,) = matching.kept_places
        without = best(made, with_rules(made.programme, keeping=False), goals)
        assert without is not None
        assert left.asked == dict(zip(goals, found.values, strict=True)), seed
        assert left.unasked == dict(zip(goals, without.values, strict=True)), seed
        assert left.left + taken_by_latecomers(matching) >= left.kept
        met["costs" if left.differences else "free"] += 1
    assert met["some"]
    assert block or met["costs"]


def taken_by_latecomers(matching: mm.Matching) -> int:
    """Return how many pairs latecomers of the one rule that keeps places are in."""
    (people,) = (rule.model_dump().get("people", ()) for rule in matching.programme.rules if rule.keeps_places)
    return sum(pair.mentee in people for pair in matching.pairs)


def parted(made: Small, random: Random) -> tuple[Cohort, Cohort]:
    """Return who was there, and who arrives."""
    sides = made.cohort.mentors, made.cohort.mentees
    late = [
        np.array([random.random() < chance for _ in side.ids], dtype=bool)
        for side, chance in zip(sides, (0.1, 0.4), strict=True)
    ]

    def of(*, new: bool) -> Cohort:
        mentors, mentees = (side.take(np.flatnonzero(some == new)) for side, some in zip(sides, late, strict=True))
        return Cohort(mentors, mentees)

    return of(new=False), of(new=True)


@every_block
def test_a_repair_gives_kept_places_out_and_is_never_refused_because_of_them(block: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        made, random = small(seed, OTHERS, first="reserve"), Random(seed)
        before, arrived = parted(made, random)
        matching = mm.match(before, made.programme)
        if matching.status is not Status.PROVED:
            continue
        left = [pair.mentor for pair in matching.pairs if random.random() < 0.2]
        repaired = mm.repair(matching, withdrawn=dict.fromkeys(left), arrived=arrived)
        game = game_of(repaired.matching.cohort, with_rules(repaired.matching.programme, keeping=False))
        assert (repaired.status is Status.INFEASIBLE) == (best_of(game, ("matched",)) is None), seed
        if repaired.status is not Status.PROVED:
            met["none"] += 1
            continue
        met["given up" if not any(rule.keeps_places for rule in repaired.matching.programme.rules) else "kept"] += 1
        met.update("drawn" for drawn in repaired.drawn_places if drawn.left < drawn.before)
        asked = best_of(game_of(repaired.matching.cohort, repaired.matching.programme), ("matched",))
        assert asked is not None
        assert len(repaired.matching.pairs) == asked.values[0]
    assert met["kept"] > met["given up"]
    assert block or met["drawn"]


@every_block
def test_who_arrives_alone_and_may_have_a_kept_place_gets_one_and_nobody_is_moved(block: int) -> None:
    served = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        made = small(seed, ("common", "different", "gap"), first="reserve")
        *others, last = range(len(made.cohort.mentees))
        before = Cohort(made.cohort.mentors, made.cohort.mentees.take(others))
        matching = mm.match(before, made.programme)
        if matching.status is not Status.PROVED:
            continue
        newcomer = Cohort(made.cohort.mentors.take([]), made.cohort.mentees.take([last]))
        repaired = mm.repair(matching, arrived=newcomer)
        key = newcomer.mentees.ids[0]
        free = {mentor for left in matching.kept_places for mentor, _ in left.free}
        possible = {mentor for mentor in free if not repaired.matching.why_not(mentor, key).rules}
        if possible and newcomer.mentees.complete[0]:
            assert any(pair.mentee == key for pair in repaired.matching.pairs), seed
            more = len(repaired.matching.pairs) - len(matching.pairs)
            assert not repaired.broken or more > 1, seed  # two places of the newcomer, or of a mentor nobody could have
            served += 1
    assert block or served
