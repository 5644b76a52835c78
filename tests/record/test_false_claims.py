"""Decisions with rules of which one number was changed: none that claims something false is called verified."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Matching, Row, match
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.contract.response import VerifyResponse
from mentormatch.record.decision import Decision
from mentormatch.record.verify import verify_content
from tests.oracles.programmes import small
from tests.record.claims import Claims, Json, false_claims
from tests.record.decisions import coupled, example, posed

pytestmark = [pytest.mark.promise(29), pytest.mark.promise(11)]

KINDS = ("quotas", "proportions", "hours", "together", "minimums", "covers")
GOALS = (
    ("matched", "total"),
    ("matched", "priority", "total"),
    ("total",),
    ("matched", "floor", "total"),
    ("matched", "changes", "total"),
    ("matched", "floor_person", "total"),
    ("floor", "matched", "total"),
    ("matched", "leximin"),
)
A_DECISION = 20
"""Changes of one decision."""
KEPT = {"schema_version", "seed", "versions", "digests", "engine"}
"""Parts that say nothing of what was decided."""


def drawn(seed: int) -> AssignmentProblem:
    """Return a problem of four to seven people a side, with rules of one kind that couple pairs."""
    chance = np.random.default_rng(seed)
    n, m = chance.integers(4, 8, 2).tolist()
    kind, goals = KINDS[seed % len(KINDS)], GOALS[seed // len(KINDS) % len(GOALS)]
    allowed = chance.random((n, m)) < 0.8
    allowed[0, 0] = True
    most = chance.integers(1, 3, n)
    problem = AssignmentProblem.from_scores(
        chance.integers(0, 1_000_000, (n, m)),
        allowed,
        mentor_capacity=most,
        mentee_priority=chance.integers(0, 3, m),
        goals=goals,
    )
    if "changes" in goals:
        pairs = np.argwhere(allowed)
        former = pairs[chance.choice(len(pairs), min(m, len(pairs)), replace=False)].tolist()
        problem = replace(problem, former=tuple(sorted((i, k) for i, k in former)))
    if kind == "minimums":
        return replace(problem, mentors=DegreeBounds(np.minimum(2, most), most, np.ones(n, bool)))
    return replace(problem, rows=tuple(rows(kind, n, m, chance)))


def rows(kind: str, n: int, m: int, chance: np.random.Generator) -> Iterator[Row]:
    """Yield rows of a kind."""
    some, others = (chance.random((n, 1)) < 0.5), (chance.random((1, m)) < 0.6)
    same = (chance.integers(0, 2, n)[:, None] == chance.integers(0, 2, m)[None, :]).astype(np.int64)
    if kind == "quotas":
        yield Row("au plus deux", (some & others).astype(np.int64), most=2)
        yield Row("au plus trois", same, most=3)
    elif kind == "proportions":
        yield Row("la moitié", 2 * same - 1, least=0)
    elif kind == "hours":
        needed = chance.integers(2, 7, (1, m))
        yield from (Row(f"heures {i}", needed, most=int(chance.integers(5, 11)), mentor=i) for i in range(n))
    elif kind == "together":
        for _ in range(3):
            weights = np.zeros((n, m), np.int64)
            weights[chance.integers(0, n, 3), chance.integers(0, m, 3)] = 1
            yield Row("ensemble", weights, most=1)
    else:
        yield Row("au moins un", (some & others).astype(np.int64), least=min(1, int((some & others).sum())))


@cache
def decided(number: int) -> Json:
    """Return a decision with rules: of numbers alone, of a programme that was drawn, or of the example."""
    if number % 20 == 19:
        matching: Matching = [example(), posed(coupled())][number // 20 % 2]
    elif number % 5 == 4:
        drawn_programme = small(number)
        matching = match(drawn_programme.cohort, drawn_programme.programme)
    else:
        matching = posed(drawn(number))
    return json.loads(Decision.of(matching).to_json())


def numbers(content: Json, before: Sequence[str | int] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of each whole number, and of each bound that there is none of."""
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        if before or key not in KEPT:
            if (isinstance(value, int) and not isinstance(value, bool)) or value is None:
                yield (*before, key)
            yield from numbers(value, (*before, key))


def with_another_number(content: Json, chance: Random) -> Json:
    """Return the decision with one number changed, drawn by its part first: most numbers are scores."""
    places: dict[str | int, list[tuple[str | int, ...]]] = {}
    for place in numbers(content):
        places.setdefault(place[0], []).append(place)
    part = chance.choice(sorted(places, key=str))
    *inside, last = chance.choice(places[part])
    other = deepcopy(content)
    at = other
    for key in inside:
        at = at[key]
    now = at[last] or 0
    at[last] = chance.choice(
        [each for each in (now + 1, now - 1, 2 * now, 0, -now - 1, now + 1000) if each != at[last]]
    )
    return other


def told(content: Json) -> str:
    """Return how a file is called, and whether all that it claims is so, by a solver that only the test trusts."""
    found = VerifyResponse.of(verify_content(json.dumps(content).encode()))
    if found.outcome == "refused":
        return "refused"
    denied = not content["pairs"] and content["status"] == "infeasible"
    truth = ("false" if Claims(content).answer_of([]) else "true") if denied else _truth(content)
    return f"{'verified' if found.verified else found.outcome}, {truth}"


def _truth(content: Json) -> str:
    return "false" if false_claims(content) else "true"


def figures(count: int) -> Counter[str]:
    """Return how so many changed decisions are called."""
    found: Counter[str] = Counter()
    for number in range(count):
        found[told(with_another_number(decided(number // A_DECISION), Random(number)))] += 1
    return found


@pytest.mark.parametrize("count", [60, pytest.param(1_000, marks=pytest.mark.proof)])
def test_no_false_claim_is_verified_after_one_number_was_changed(
    count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = range((count - 1) // A_DECISION + 1)
    assert {told(decided(number)).rpartition(" ")[2] for number in decisions} == {"true"}
    found = figures(count)
    with capsys.disabled():
        sys.stdout.writelines(f"{what:24} {times:5}\n" for what, times in sorted(found.items()) if count > 60)
    assert sum(found.values()) == count
    assert found["verified, false"] == 0
    assert found["verified, true"]
    assert found["refused"]
