"""Groups of people of whom 40 % share an organisation with somebody: time, gap, and never two colleagues together.

With team-formation (CP-SAT) in the same run where it can be imported: it is no dependency. There colleagues cost
points, as it has no rule that forbids; how many pairs of colleagues it leaves together is told beside its time.
"""

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from itertools import combinations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from mentormatch.base.arrays import IntVector
from mentormatch.groups.check import mistakes
from mentormatch.groups.problem import Group, GroupProblem, SizeRange
from mentormatch.groups.solver import solve

PEOPLE = {22: 8, 40: 8, 50: 8, 100: 8, 200: 8}
"""How many people, and of how many a group is at most."""
PATIENCE_S = 10.0


def organisations(people: int, groups: int, draw: np.random.Generator) -> IntVector:
    """Return where each works: 40 % in organisations of two to four, no more of one than there are groups."""
    where, place = np.arange(people) + people, 0
    while place < 0.4 * people:
        size = int(min(draw.integers(2, 5), groups))
        where[place : place + size] = place
        place += size
    return draw.permutation(where[:people])


def market(people: int) -> tuple[GroupProblem, IntVector]:
    """Return the problem of so many people, and where they work."""
    draw, most = np.random.default_rng(people), PEOPLE[people]
    groups = -(-people // most)
    job, years, theme = draw.integers(0, 3, people), draw.integers(0, 5, people), draw.integers(0, 10, people)
    ticked = (draw.random((people, 8)) < 0.3).astype(np.int64)
    either = np.maximum(ticked.sum(axis=1)[:, None] + ticked.sum(axis=1)[None, :] - ticked @ ticked.T, 1)
    worth = 350_000 * (job[:, None] == job) + 250_000 * (theme[:, None] != theme)
    worth = worth + np.rint(200_000 * (1 - np.abs(years[:, None] - years) / 4)).astype(np.int64)
    worth += np.rint(200_000 * (1 - ticked @ ticked.T / either)).astype(np.int64)
    where = organisations(people, groups, draw)
    apart = (where[:, None] == where) & ~np.eye(people, dtype=bool)
    sizes = SizeRange(people // groups, -(-people // groups))
    problem = GroupProblem.of(np.triu(worth, 1) + np.triu(worth, 1).T, [(sizes.least, sizes.most)] * groups)
    return replace(problem, apart=apart, spans=(sizes,)), where


def collisions(groups: tuple[Group, ...], where: IntVector) -> int:
    """Return how many pairs of colleagues are in one group."""
    return sum(bool(where[left] == where[right]) for group in groups for left, right in combinations(group, 2))


@pytest.mark.parametrize("people", PEOPLE)
def test_groups(benchmark: BenchmarkFixture, people: int) -> None:
    problem, where = market(people)
    benchmark.group = f"{people} people"
    solution = benchmark.pedantic(lambda: solve(problem, time_limit_s=PATIENCE_S), rounds=1)
    total = solution.tiers[-1]
    assert total.bound is not None
    told = {"status": str(solution.status), "gap": f"{(total.bound - total.value) / total.bound:.2%}"}
    benchmark.extra_info.update(told | {"collisions": collisions(solution.groups, where)})
    assert list(mistakes(problem, solution)) == []
    assert collisions(solution.groups, where) == 0


TEAM_FORMATION = """
import json, sys
import pandas as pd
from team_formation.team_assignment import TeamAssignment

asked = json.load(sys.stdin)
weights = [("where", "different", 10), ("job", "cluster", 3)]
constraints = pd.DataFrame(weights, columns=["attribute", "type", "weight"])
teams = TeamAssignment(pd.DataFrame(asked["people"]), constraints, asked["most"], less_than_target=True)
teams.solve(max_time_in_seconds=asked["seconds"])
print(json.dumps(teams.participants["team_num"].tolist() if teams.solution_found else []))
"""
"""Forms teams in a process of its own: OR-tools and highspy cannot be loaded side by side."""


def by_team_formation(people: int) -> tuple[Group, ...]:
    """Return what team-formation forms, colleagues costing more than what it is to make alike."""
    _, where = market(people)
    jobs = np.random.default_rng(people).integers(0, 3, people)
    told = {"people": {"job": [f"j{job}" for job in jobs], "where": [f"o{each}" for each in where]}}
    asked = json.dumps({**told, "most": PEOPLE[people], "seconds": 2 * PATIENCE_S})
    command = [sys.executable, "-W", "ignore", "-c", TEAM_FORMATION]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    number = np.array(json.loads(done.stdout.splitlines()[-1]))
    return tuple(tuple(np.flatnonzero(number == team).tolist()) for team in np.unique(number))


@pytest.mark.parametrize("people", PEOPLE)
def test_team_formation(benchmark: BenchmarkFixture, people: int) -> None:
    if find_spec("team_formation") is None:
        pytest.skip("team-formation is not installed: no dependency, measured beside where it is there")
    benchmark.group = f"{people} people"
    groups = benchmark.pedantic(lambda: by_team_formation(people), rounds=1)
    benchmark.extra_info["collisions"] = collisions(groups, market(people)[1]) if groups else "no teams in time"
