"""Groups of people of whom 40 % share an organisation with somebody: time, gap, and never two colleagues together.

The same by the call that users make, on surveys with more rules: people who are to be together, how many of a kind a
group has, and organisations with one person for each group. And published instances, against the best values known.

With team-formation (CP-SAT) in the same run where it can be imported: it is no dependency. There colleagues cost
points, as it has no rule that forbids; how many pairs of colleagues it leaves together is told beside its time.
"""

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mentormatch as mm
from mentormatch import Cohort, GroupProblem, People, Programme
from mentormatch.base.arrays import IntVector
from mentormatch.groups.check import violations
from mentormatch.groups.problem import Group, SizeRange
from mentormatch.groups.replica_exchange import GroupSearch
from mentormatch.groups.solver import solve_groups

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
    problem = GroupProblem.from_scores(np.triu(worth, 1) + np.triu(worth, 1).T, [(sizes.least, sizes.most)] * groups)
    return replace(problem, apart=apart, spans=(sizes,)), where


def collisions(groups: tuple[Group, ...], where: IntVector) -> int:
    """Return how many pairs of colleagues are in one group."""
    return sum(bool(where[left] == where[right]) for group in groups for left, right in combinations(group, 2))


@pytest.mark.parametrize("people", PEOPLE)
def test_groups(benchmark: BenchmarkFixture, people: int) -> None:
    problem, where = market(people)
    benchmark.group = f"{people} people"
    solution = benchmark.pedantic(lambda: solve_groups(problem, time_limit_s=PATIENCE_S), rounds=1)
    total = solution.tiers[-1]
    assert total.bound is not None
    told = {"status": str(solution.status), "gap": f"{(total.bound - total.value) / total.bound:.2%}"}
    benchmark.extra_info.update(told | {"collisions": collisions(solution.groups, where)})
    assert list(violations(problem, solution)) == []
    assert collisions(solution.groups, where) == 0


FIELDS = {
    "metier": {"kind": "choice", "question": "Métier", "options": ["scène", "production", "diffusion"]},
    "annees": {"kind": "scale", "question": "Années", "options": ["0", "1", "2", "3", "4"]},
    "sujet": {"kind": "choice", "question": "Sujet", "options": [f"sujet {place}" for place in range(10)]},
    "taches": {"kind": "choices", "question": "Tâches", "options": [f"tâche {place}" for place in range(8)]},
    "employeur": {"kind": "names", "question": "Employeur"},
    "ville": {"kind": "choice", "question": "Où", "options": ["ville", "campagne"]},
}
CRITERIA = [
    {"kind": "same", "field": "metier", "weight": 35},
    {"kind": "unlike", "field": "sujet", "weight": 25},
    {"kind": "closeness", "field": "annees", "weight": 20},
    {"kind": "unlike", "field": "taches", "weight": 20},
]
KINDS = ("apart", "together and counts", "tight")
COHORTS = 5
"""So many cohorts of each size, apart from other rules: the figure is their median."""


def survey(people: int, kind: str, cohort: int = 0) -> tuple[Cohort, Programme]:
    """Return so many people who answered, one of many ``cohort``, and a programme of groups of about eight.

    No two of one organisation meet. With more rules: one person in ten is to be with another, and each group has two to
    five people from the country. Tight: organisations have one person for each group, and 40 % of the people.
    """
    draw, groups = np.random.default_rng(people + 1_000 * cohort), -(-people // 8)
    where = organisations(people, groups, draw)
    if kind == "tight":
        where = draw.permutation(
            np.where(np.arange(people) < 0.4 * people // groups * groups, np.arange(people) // groups, -1)
        )
    employers = [(f"Compagnie {each}",) if (where == each).sum() > 1 and each >= 0 else () for each in where.tolist()]
    ticked = draw.random((people, 8)) < 0.3
    country = draw.random(people) < 0.42
    said = {
        "metier": draw.integers(0, 3, people).tolist(),
        "annees": draw.integers(0, 5, people).tolist(),
        "sujet": draw.integers(0, 10, people).tolist(),
        "taches": [tuple(np.flatnonzero(row).tolist()) for row in ticked],
        "employeur": employers,
        "ville": country.astype(int).tolist(),
    }
    rules: list[dict[str, object]] = [{"kind": "different", "field": "employeur"}]
    keys = [f"P{row:04}" for row in range(people)]
    if kind == "together and counts":
        some = [row for row in draw.permutation(people).tolist() if not employers[row]]
        pairs = [some[start : start + 2] for start in range(0, people // 10, 2)]
        rules += [{"kind": "together", "people": [keys[row] for row in pair]} for pair in pairs]
        rules.append({"kind": "composition", "field": "ville", "in": ["campagne"], "least": 2, "most": 5})
    sizes = {"least": people // groups, "most": -(-people // groups), "number": groups}
    programme = Programme.read(
        {"programme": {"name": kind}, "fields": FIELDS, "groups": sizes, "criteria": CRITERIA, "rules": rules}
    )
    columns = {name: programme.fields[name].column(answers) for name, answers in said.items()}
    nobody = People((), {name: programme.fields[name].column([]) for name in said}, np.zeros(0, dtype=bool))
    return Cohort(nobody, People(tuple(keys), columns, np.ones(people, dtype=bool))), programme


def cohorts(kind: str) -> int:
    """Return how many cohorts of a kind are formed into groups."""
    return COHORTS if kind == "apart" else 1


@pytest.mark.parametrize(
    ("people", "kind", "number"),
    [(people, kind, each) for people in (50, 100, 200, 400) for kind in KINDS for each in range(cohorts(kind))],
)
def test_surveys(benchmark: BenchmarkFixture, people: int, kind: str, number: int) -> None:
    cohort, programme = survey(people, kind, number)
    benchmark.group = f"{kind}, by form_groups, {SURVEY_S:.0f} s"
    began = process_time()
    grouping = benchmark.pedantic(
        lambda: mm.form_groups(cohort, programme, time_limit_s=SURVEY_S), rounds=1, warmup_rounds=0
    )
    total = grouping.tiers[-1]
    assert total.goal == "total"
    assert total.bound is not None
    assert list(violations(grouping.formulation.problem, grouping.solution)) == []
    assert not grouping.unplaced
    told = {"points": f"{total.value / 10_000:.1f}", "gap": f"{(total.bound - total.value) / total.bound:.2%}"}
    benchmark.extra_info.update(told | {"processor": f"{process_time() - began:.1f} s"})


SURVEY_S = 20.0
PUBLISHED = Path(__file__).parents[2] / "shared" / "data" / "instances" / "mdgplib"
SECONDS = {"n060": 2.5, "n120": 20.0}
SEEDS = 3


def published() -> dict[str, int]:
    """Return the best value known of each instance that is there, in thousandths."""
    known = PUBLISHED / "best_found_n060_n120.txt"
    lines = [line.split() for line in known.read_text().splitlines() if line[:1] != "#"] if known.exists() else []
    return {name: round(float(value) * 1_000) for name, value in lines}


@pytest.mark.parametrize("name", published())
def test_published_instances(benchmark: BenchmarkFixture, name: str) -> None:
    limit = next(seconds for size, seconds in SECONDS.items() if size in name)
    benchmark.group = "mdgplib, against the best values known"
    problem, best = read(PUBLISHED / name), published()[name]
    GroupSearch(problem).run(1, None)  # compiles what is to be compiled once
    began = process_time()
    found = benchmark.pedantic(
        lambda: [solve_groups(replace(problem, seed=seed), time_limit_s=limit) for seed in range(SEEDS)], rounds=1
    )
    off = [f"{solution.tiers[-1].value / best - 1:+.3%}" for solution in found]
    benchmark.extra_info.update({"seconds": limit, "off": off, "processor": f"{process_time() - began:.1f} s"})
    assert all(solution.tiers[-1].value >= 0.997 * best for solution in found)


def read(path: Path) -> GroupProblem:
    """Return an instance of mdgplib, distances in thousandths."""
    head, *lines = path.read_text().splitlines()
    count, groups, _, *bounds = head.split()
    worth = np.zeros((int(count), int(count)), dtype=np.int64)
    for left, right, distance in (line.split() for line in lines if line.strip()):
        worth[int(left), int(right)] = worth[int(right), int(left)] = round(float(distance) * 1_000)
    sizes = [(int(bounds[2 * group]), int(bounds[2 * group + 1])) for group in range(int(groups))]
    return GroupProblem.from_scores(worth, sizes)


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
