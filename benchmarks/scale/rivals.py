"""mentor-match and a plain PuLP model beside ours, each in a process of its own, within a time that is told.

mentor-match is no dependency: it is measured where it is there, in an environment of its own, of which
``MENTORMATCH_RIVALS`` is the interpreter. Ours goes from the people to pairs with a certificate that has been checked.
"""

import json
import os
import subprocess
from pathlib import Path
from time import monotonic

import numpy as np
import pulp

import mentormatch as mm
from benchmarks.scale.cohorts import EXAMPLE, Market
from benchmarks.scale.measuring import alone, timed
from benchmarks.scale.records import Row
from mentormatch.assignment.certificate import certify
from mentormatch.assignment.scores import IntMatrix
from mentormatch.people import People
from mentormatch.scoring.score import score

PATIENCE_S = 120.0
ROUNDS = 5
INTERPRETER = "MENTORMATCH_RIVALS"
USUAL = Path("build") / "rivals" / "bin" / "python"


def interpreter() -> Path:
    """Return the Python that has mentor-match."""
    return Path(os.environ.get(INTERPRETER, USUAL))


def by_mentormatch(market: Market) -> Row:
    """Return the median of some rounds from the people to certified pairs, on the way that ``mm.match`` takes."""
    people, programme = market.people, market.programme
    mm.match(market.shrunk(10).people, programme)

    def certified() -> mm.Matching:
        matching = mm.match(people, programme)
        assert matching.certificate.verdict == "certified"
        return matching

    rounds = sorted((timed(certified) for _ in range(ROUNDS)), key=lambda round_: float(round_[1]["wall_s"]))
    matching, seconds = rounds[ROUNDS // 2]
    total = next(tier.value for tier in matching.solution.tiers if tier.goal == "total")
    return {"name": f"{market.name}: mentormatch", "pairs": len(matching.solution.pairs), "total": total, **seconds}


def from_matrix(market: Market) -> Row:
    """Return our own median from the matrix of scores to certified pairs: what PuLP is given, and does not certify."""
    values = score(market.people, EXAMPLE.criteria).values.astype(np.int64)

    def certified() -> int:
        problem = mm.AssignmentProblem.from_scores(values)
        solution = mm.solve(problem)
        assert certify(problem, solution).verdict == "certified"
        return len(solution.pairs)

    rounds = sorted((timed(certified) for _ in range(ROUNDS)), key=lambda round_: float(round_[1]["wall_s"]))
    pairs, seconds = rounds[ROUNDS // 2]
    return {"name": f"{market.name}: mentormatch, from the matrix", "pairs": pairs, **seconds}


MENTOR_MATCH = """
import json, sys, time
from importlib.metadata import version
from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import process_data
from matching.rules.rule import Disqualify, Equivalent, Grade

asked = json.load(sys.stdin)
begun = time.monotonic()
mentors = [Mentor(**person) for person in asked["mentors"]]
mentees = [Mentee(**person) for person in asked["mentees"]]
rules = [
    Disqualify(lambda match: match.mentor.grade - match.mentee.grade < 2),
    Disqualify(lambda match: match.mentor.organisation == match.mentee.organisation),
    Equivalent("profession", {True: 10, False: 0}),
    Equivalent("role", {True: 3, False: 0}),
    Grade(3, lambda apart, wanted: apart <= wanted, {True: 5, False: 0}),
]
process_data(mentors, mentees, [rules])
seconds = time.monotonic() - begun
pairs = sum(len(mentor.mentees) for mentor in mentors)
print(json.dumps({"wall_s": seconds, "pairs": pairs, "version": version("mentor-match")}))
"""
"""One round of it: two rules and three criteria of its own kinds, fewer than the programme asks for."""


def persons(people: People) -> list[dict[str, object]]:
    """Return people as mentor-match knows them: a grade, an organisation, a profession, a role."""
    years, employers = people.codes("annees").values, people.names("employeurs").values
    return [
        {
            "email": key,
            "grade": max(int(years[row]), 0),
            "organisation": next(iter(employers[row] or ()), key),
            "profession": people.shown("disciplines", row).split(",")[0],
            "role": people.shown("territoire", row),
        }
        for row, key in enumerate(people.ids)
    ]


def by_mentor_match(market: Market) -> Row:
    """Return what mentor-match takes for one round, from its people to pairs; the start of Python is not counted."""
    name, people = f"{market.name}: mentor-match", market.people
    if not interpreter().exists():
        return {"name": name, "result": f"not installed: {INTERPRETER} names no Python that has it"}
    asked = json.dumps({"mentors": persons(people.mentors), "mentees": persons(people.mentees)})
    command = [str(interpreter()), "-W", "ignore", "-c", MENTOR_MATCH]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return {"name": name, "result": f"not done after {PATIENCE_S:.0f} s"}
    return {"name": name, **json.loads(done.stdout.splitlines()[-1])}


def by_pulp(market: Market, solver: str) -> Row:
    """Return what PuLP takes with a binary a pair that is allowed, from the matrix of scores: building and solving."""
    name = f"{market.name}: PuLP, {solver}"
    if solver not in pulp.listSolvers(onlyAvailable=True):
        return {"name": name, "result": "solver not installed"}
    values = score(market.people, EXAMPLE.criteria).values.astype(np.int64)
    begun = monotonic()
    model, taken = modelled(values)
    built = monotonic() - begun
    stats, seconds = timed(lambda: model.solve(pulp.getSolver(solver, msg=False, timeLimit=PATIENCE_S - built)))
    chosen = [pair for pair, variable in taken.items() if (variable.varValue or 0) > 0.5]
    row: Row = {"name": name, "pairs": len(chosen), "total": int(sum(values[pair] for pair in chosen))}
    told = "done" if built + seconds["wall_s"] < PATIENCE_S else f"not done after {PATIENCE_S:.0f} s"
    return row | {"result": told, "status": str(stats.status), "built_s": built, "wall_s": built + seconds["wall_s"]}


def modelled(values: IntMatrix) -> tuple[pulp.LpProblem, dict[tuple[int, int], pulp.LpVariable]]:
    """Return the model that one would first write: a binary a pair, a constraint a person, the sum of the points."""
    model, (n, m) = pulp.LpProblem("pairs", pulp.LpMaximize), values.shape
    taken = {(i, k): model.add_variable(f"x_{i}_{k}", cat="Binary") for i in range(n) for k in range(m)}
    model += pulp.lpSum(int(values[pair]) / 1e4 * variable for pair, variable in taken.items())
    for i in range(n):
        model += pulp.lpSum(taken[i, k] for k in range(m)) <= 1
    for k in range(m):
        model += pulp.lpSum(taken[i, k] for i in range(n)) <= 1
    return model, taken


def beside(size: int) -> list[Row]:
    """Return all figures at one size: mentor-match on the programme with its rules, PuLP on its criteria alone."""
    ruled, free = Market(size, size, "tight"), Market(size, size, "tight", open=True)
    ours, theirs = alone(by_mentormatch, ruled), alone(by_mentor_match, ruled)
    rows = [ours, theirs | times(ours, theirs)]
    ours, solving = alone(by_mentormatch, free), alone(from_matrix, free)
    rows += [ours, solving]
    for solver in ("HiGHS", "COIN_CMD"):
        theirs = alone(by_pulp, free, solver)
        rows.append(theirs | times(ours, theirs) | times(solving, theirs, "times_from_matrix"))
    return rows


def times(ours: Row, theirs: Row, name: str = "times") -> Row:
    """Return how many times longer theirs took; where it was not done, at least so many times."""
    late = str(theirs.get("result", "")).startswith("not done")
    seconds = PATIENCE_S if late else theirs.get("wall_s")
    return {} if seconds is None else {f"{name}_at_least" if late else name: seconds / ours["wall_s"]}
