"""Decisions whose proofs are forged in many ways: none that claims something false is called verified."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row
from mentormatch.record.decision import Decision
from tests.record.claims import Claims
from tests.record.decisions import Json, posed
from tests.record.test_false_claims import drawn, told

pytestmark = [pytest.mark.promise(11), pytest.mark.promise(29)]

type Forge = Callable[[Json, Random], bool]
"""Forges a decision in place; returns whether there was anything of the kind to forge."""


def scarce(seed: int) -> AssignmentProblem:
    """Return hours so scarce that proofs need blocks, cuts or splits."""
    chance = np.random.default_rng(seed)
    n, m = chance.integers(4, 8, 2).tolist()
    needs = chance.integers(2, 11, (1, m))
    hours = [Row(f"heures {i}", needs, most=int(chance.integers(6, 16)), mentor=i) for i in range(n)]
    odd = [Row(f"trois {k}", chance.integers(0, 2, (n, m)), most=2) for k in range(3)]
    return AssignmentProblem.from_scores(
        chance.integers(0, 1_000_000, (n, m)), mentor_capacity=3, rows=[*hours, *odd][:: 1 + seed % 2]
    )


def heavy(seed: int) -> AssignmentProblem:
    """Return weights that couple all pairs, with room for so few that proofs need cuts of a knapsack."""
    chance = np.random.default_rng(seed)
    n, m = chance.integers(4, 8, 2).tolist()
    weights = chance.integers(3, 40, (n, m))
    return AssignmentProblem.from_scores(
        chance.integers(0, 1_000_000, (n, m)),
        mentor_capacity=2,
        rows=[Row("poids", weights, most=int(weights.mean() * min(n, m) * 0.6))],
        goals=("total",),
    )


def rounded(score: int) -> Json:
    """Return a decision on three pairs, each excluding the others, with a proof that rounds; no prover does."""
    twos = [Row(f"un des deux {k}", np.diag(np.arange(3) != k).astype(np.int64), most=1) for k in range(3)]
    problem = AssignmentProblem.from_scores(np.full((3, 3), score), np.eye(3, dtype=bool), rows=twos, goals=("total",))
    content = json.loads(Decision.of(posed(problem)).to_json())
    # Six rows are degrees, three are the rules, then comes the target, and the cut: one pair at most
    steps = [["round", [[6, 1], [7, 1], [8, 1]], 2], ["leaf", [[9, -1], [10, score]]]]
    content["proofs"] = [{"goal": "total", "bound": score, "systems": [{"steps": steps}]}]
    return content


NEEDING = (scarce(18), heavy(2), drawn(43), drawn(16))
"""Problems whose proofs need blocks, cuts, fixings that are kept, and splits."""
EACH_ROUNDED = 16
"""One decision of so many has a proof that rounds."""


@cache
def decided(number: int) -> Json:
    """Return a decision with proofs, None if a draw needs none; the first ones need each kind of step."""
    if number % EACH_ROUNDED == 0:
        return rounded(9 + number)
    draw = (drawn, drawn, scarce, drawn, heavy)[number % 5]
    problem = NEEDING[number - 1] if number <= len(NEEDING) else draw(number)
    content = json.loads(Decision.of(posed(problem)).to_json())
    return content if content.get("proofs") else None


def steps_of(content: Json, *kinds: str) -> list[tuple[list[Any], int]]:
    """Return the steps of some kinds: the list that each is in, and its place."""
    lists = [system["steps"] for proof in content["proofs"] for system in proof["systems"]]
    return [(steps, place) for steps in lists for place, step in enumerate(steps) if not kinds or step[0] in kinds]


PAID = ("leaf", "fix", "keep", "round")
"""The steps that have multipliers."""


def a_multiplier(content: Json, chance: Random) -> bool:
    found = [pair for steps, place in steps_of(content, *PAID) for pair in steps[place][1]]
    pair = chance.choice(found) if found else None
    if pair is not None:
        pair[chance.randrange(2)] = chance.choice([-pair[1], pair[1] * 10, pair[1] // 2 or 2, 0, 1 << 80])
    return pair is not None


def a_row_less(content: Json, chance: Random) -> bool:
    found = [steps[place][1] for steps, place in steps_of(content, *PAID) if len(steps[place][1]) > 1]
    if found:
        multipliers = chance.choice(found)
        del multipliers[chance.randrange(len(multipliers))]
    return bool(found)


def a_step_less(content: Json, chance: Random) -> bool:
    found = steps_of(content)
    if found:
        steps, place = chance.choice(found)
        del steps[place]
    return bool(found)


def a_step_twice(content: Json, chance: Random) -> bool:
    found = steps_of(content)
    if found:
        steps, place = chance.choice(found)
        steps.insert(place, deepcopy(steps[place]))
    return bool(found)


def a_split_elsewhere(content: Json, chance: Random) -> bool:
    found = steps_of(content, "split")
    if found:
        steps, place = chance.choice(found)
        steps[place][2] += chance.choice([-1, 1])
    return bool(found)


def a_step_kept(content: Json, chance: Random) -> bool:
    """A fixing, or a leaf, that is to hold for all systems that follow."""
    found = steps_of(content, "fix", "leaf")
    if found:
        steps, place = chance.choice(found)
        steps.insert(0, ["keep", steps[place][1]])
    return bool(found)


def a_tighter_cut(content: Json, chance: Random) -> bool:
    found = steps_of(content, "pack")
    if found:
        steps, place = chance.choice(found)
        steps[place][4] -= 1
    return bool(found)


def another_divisor(content: Json, chance: Random) -> bool:
    found = steps_of(content, "round")
    if found:
        steps, place = chance.choice(found)
        steps[place][2] = chance.choice([1, 3, 4, 0, -2])
    return bool(found)


def a_cut_instead(content: Json, chance: Random) -> bool:
    found = steps_of(content)
    if found:
        steps, _ = chance.choice(found)
        steps.insert(0, ["pack", 0, 1, [[0, 1]], 0])
    return bool(found)


def blocks_otherwise(content: Json, chance: Random) -> bool:
    found = [step for steps, place in steps_of(content, "leaf", "fix") if len(step := steps[place]) > 2]
    if found:
        blocks = chance.choice(found)[2]
        place = chance.randrange(len(blocks))
        change = chance.randrange(3)
        if change == 0:
            blocks.append(blocks[place])
        elif change == 1:
            blocks[0] = [*blocks[0], *blocks.pop()]
        else:
            blocks[place] = [row + 1 for row in blocks[place]]
    return bool(found)


def a_goal_less(content: Json, chance: Random) -> bool:
    del content["proofs"][chance.randrange(len(content["proofs"]))]
    content["schema_version"] = 2 if content["proofs"] else 1
    return True


def another_goal(content: Json, chance: Random) -> bool:
    chance.choice(content["proofs"])["goal"] = chance.choice([*content["goals"], "rules", "nothing"])
    return True


def another_bound(content: Json, chance: Random) -> bool:
    chance.choice(content["proofs"])["bound"] += chance.choice([-1, 1, 1000])
    return True


def a_pair_less(content: Json, chance: Random) -> bool:
    """A worse answer with its true values, and the old proofs and prices."""
    if not content["pairs"]:
        return False
    del content["pairs"][chance.randrange(len(content["pairs"]))]
    return with_true_values(content)


def another_pair(content: Json, chance: Random) -> bool:
    free = [(m, e) for m, line in content["scores"].items() for e in line if [m, e] not in content["pairs"]]
    if not content["pairs"] or not free:
        return False
    content["pairs"][chance.randrange(len(content["pairs"]))] = list(chance.choice(free))
    content["pairs"].sort(key=lambda pair: (int(pair[0][1:]), int(pair[1][1:])))
    return with_true_values(content)


def with_true_values(content: Json) -> bool:
    claims = Claims(content)
    for tier in content["tiers"]:
        tier["value"] = tier["bound"] = claims.value(tier["goal"])
        if tier["goal"] == "leximin":
            tier["vector"] = sorted(claims.score[pair] for pair in claims.chosen)
        for proof in content["proofs"]:
            if proof["goal"] == tier["goal"]:
                proof["bound"] = tier["value"]
    return True


def no_answer(content: Json, chance: Random) -> bool:
    """That nothing keeps the rules, shown by the proof of a goal."""
    proof = chance.choice(content["proofs"])
    content.update(pairs=[], tiers=[], prices=[], status="infeasible")
    content["proofs"] = [{"goal": "rules", "bound": 0, "systems": proof["systems"][:1]}]
    return True


def a_wider_rule(content: Json, chance: Random) -> bool:
    found = [row for row in content["rows"] if row["most"] is not None]
    if found:
        chance.choice(found)["most"] += chance.choice([1, 2, 10])
    return bool(found)


def a_place_more(content: Json, chance: Random) -> bool:
    chance.choice(content[chance.choice(["mentors", "mentees"])])["most"] += 1
    return True


KINDS: tuple[Forge, ...] = (
    a_multiplier,
    a_row_less,
    a_step_less,
    a_step_twice,
    a_split_elsewhere,
    a_step_kept,
    a_tighter_cut,
    another_divisor,
    a_cut_instead,
    blocks_otherwise,
    a_goal_less,
    another_goal,
    another_bound,
    a_pair_less,
    another_pair,
    no_answer,
    a_wider_rule,
    a_place_more,
)


def figures(count: int) -> dict[str, Counter[str]]:
    """Return how forged decisions are called, by kind."""
    found, number, made = {kind.__name__: Counter[str]() for kind in KINDS}, 0, 0
    while made < count:
        whole = decided(number)
        for kind in KINDS if whole else ():
            content = deepcopy(whole)
            if kind(content, Random(number)) and content != whole:
                found[kind.__name__][told(content)] += 1
                made += 1
        number += 1
    return found


def test_the_first_decisions_need_each_kind_of_step() -> None:
    kinds = ("round", "leaf", "fix", "keep", "pack", "split")
    for number, needed in enumerate(({"round"}, {"fix", "split"}, {"pack"}, {"keep"}, {"split"})):
        whole = decided(number)
        assert told(whole) == "verified, true"
        for kind in kinds:
            content = deepcopy(whole)
            for steps, place in reversed(steps_of(content, kind)):
                del steps[place]
            assert kind not in needed or told(content) == "refused", (number, kind)
    # Without its blocks, a leaf of the first of these closes nothing
    content = deepcopy(decided(1))
    for steps, place in steps_of(content, "leaf", "fix"):
        del steps[place][2:]
    assert told(content) == "refused"
    assert {step[place][0] for number in range(5) for step, place in steps_of(decided(number))} == {*kinds}


@pytest.mark.parametrize("count", [150, pytest.param(2_000, marks=pytest.mark.proof)])
def test_no_false_claim_is_verified_with_a_forged_proof(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(count)
    with capsys.disabled():
        sys.stdout.writelines(f"{kind:18} {dict(times)}\n" for kind, times in found.items() if count > 150)
    every = sum(found.values(), Counter[str]())
    assert every["verified, false"] == every["bounded, false"] == 0
    assert every["refused"] > count // 2
    assert all(found.values())
