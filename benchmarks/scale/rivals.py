"""mentor-match and a plain PuLP model beside ours, each in a process of its own, within a time that is told.

mentor-match is no dependency: it is measured where it is there, in environments of its own, of which
``MENTORMATCH_RIVALS`` names the interpreters. They may differ in munkres, which solves its matrices. Ours goes from the
people, met for the first time in each round, to pairs with a certificate that has been checked, and is asked what
mentor-match is: for the whole programme, or for two rules and three criteria. Compiled code is loaded beforehand, as in
a process that has solved before.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from pathlib import Path
from time import monotonic

import numba
import numpy as np
import pulp

import mentormatch as mm
from benchmarks.scale.as_rules import asked
from benchmarks.scale.cohorts import EXAMPLE, Market
from benchmarks.scale.measuring import alone, timed
from benchmarks.scale.records import Row
from mentormatch import Cohort, Programme, certify
from mentormatch.base.arrays import IntMatrix
from mentormatch.rules import Different, Gap, Require
from mentormatch.scoring.criteria import Closeness, Overlap, Same
from mentormatch.scoring.scores import score

COMPILING = numba.__version__
"""That compiled code is used, which it is where it is loaded."""
PATIENCE_S = 120.0
ROUNDS, REPEATED, BRIEF_S = 101, 3, 10.0
"""The median of so many rounds of ours counts, and of so many of theirs where one does not take longer than that."""
INTERPRETERS = "MENTORMATCH_RIVALS"
USUAL = (Path("build") / "rivals" / "bin" / "python", Path("build") / "rivals-then" / "bin" / "python")


def interpreters() -> list[Path]:
    """Return each Python that may have mentor-match."""
    told = os.environ.get(INTERPRETERS)
    return list(USUAL) if told is None else [Path(name) for name in told.split(os.pathsep)]


def by_mentormatch(market: Market, *, whole: bool = True) -> Row:
    """Return the median of some rounds from the people to certified pairs, on the way that ``mm.match`` takes."""
    programme = market.programme if whole else briefly(market.programme)
    mm.match(market.people, programme)

    def certified(people: Cohort) -> Row:
        matching = mm.match(people, programme)
        assert matching.certificate.verdict == "certified"
        total = next(tier.value for tier in matching.solution.tiers if tier.goal == "total")
        return {"pairs": len(matching.solution.pairs), "total": total}

    found, seconds = median_of(partial(certified, anew(market.people)) for _ in range(ROUNDS))
    name = f"{market.name}: mentormatch" + ("" if whole else ", two rules, three criteria")
    return {"name": name, **found, **seconds}


def median_of[R](works: Iterable[Callable[[], R]]) -> tuple[R, Row]:
    """Return what came of the work that took the median of seconds, and its seconds."""
    rounds = sorted((timed(work) for work in works), key=lambda round_: float(round_[1]["wall_s"]))
    return rounds[len(rounds) // 2]


def anew(people: Cohort) -> Cohort:
    """Return the same people as they are first met: nothing that was worked out of their answers is kept."""
    mentors, mentees = (side.take(np.arange(len(side))) for side in (people.mentors, people.mentees))
    return Cohort(mentors, mentees)


def briefly(programme: Programme) -> Programme:
    """Return what mentor-match is asked by its own kinds of rules: experience and employers; and three criteria."""
    rules = [rule for rule in programme.rules if isinstance(rule, (Require, Gap, Different))]
    criteria = [
        Overlap(field="disciplines", weight=10),
        Same(field="territoire", weight=3),
        Closeness(field="annees", weight=5),
    ]
    return programme.model_copy(update={"rules": rules, "criteria": criteria})


def from_matrix(market: Market) -> Row:
    """Return our own median from the matrix of scores to certified pairs: what PuLP is given, and does not certify."""
    values = score(market.people, EXAMPLE.criteria).values.astype(np.int64)

    def certified() -> int:
        problem = mm.AssignmentProblem.from_scores(values)
        solution = mm.solve(problem)
        assert certify(problem, solution).verdict == "certified"
        return len(solution.pairs)

    pairs, seconds = median_of([certified] * ROUNDS)
    return {"name": f"{market.name}: mentormatch, from the matrix", "pairs": pairs, **seconds}


SCRIPT = Path(__file__).with_name("mentor_match.py")


def by_mentor_match(market: Market, python: Path, *, whole: bool) -> Row:
    """Return what mentor-match takes from its people to pairs; the start of Python is not counted.

    ``whole``: it is asked for all criteria and rules of the programme.
    """
    what = "the whole programme" if whole else "two rules, three criteria"
    if not python.exists():
        result = f"not installed: there is no {python}; see {INTERPRETERS}"
        return {"name": f"{market.name}: mentor-match, {what}", "result": result}
    name = f"{market.name}: mentor-match with munkres {munkres_of(python)}, {what}"
    told = json.dumps(asked(market, whole=whole))
    try:
        found = [json.loads(said([str(python), "-W", "ignore", str(SCRIPT)], told))]
        while len(found) < REPEATED and found[0]["wall_s"] < BRIEF_S:
            found.append(json.loads(said([str(python), "-W", "ignore", str(SCRIPT)], told)))
    except subprocess.TimeoutExpired:
        return {"name": name, "result": f"not done after {PATIENCE_S:.0f} s"}
    median = sorted(found, key=lambda each: float(each["wall_s"]))[len(found) // 2]
    return {"name": name, **median, "pairs": len(median["pairs"])}


def munkres_of(python: Path) -> str:
    """Return the version of munkres there."""
    return said([str(python), "-c", "from importlib.metadata import version; print(version('munkres'))"]).strip()


def said(command: list[str], told: str = "") -> str:
    """Return what a command says to what it is told."""
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    return done.stdout


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
    same = {whole: alone(by_mentormatch, ruled, whole=whole) for whole in (False, True)}
    rows = [*same.values()]
    for python, whole in product(interpreters(), (False, True)):
        theirs = alone(by_mentor_match, ruled, python, whole=whole)
        rows.append(theirs | times(same[whole], theirs))
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
