"""A nation on this machine: ``python -m benchmarks.bench_scale [PART ...]``, each part in a process of its own.

Cohorts are drawn by ``population`` from the questions, criteria and rules of the example programme, but for its quota.
Wall and processor seconds, and the greatest memory of the process, cohort included.
"""

import platform
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from resource import RUSAGE_SELF, getrusage
from time import monotonic, process_time

import numpy as np

import mentormatch as mm
from benchmarks.population import cohort_of
from mentormatch.assignment.certificate import certify
from mentormatch.assignment.engine import solve
from mentormatch.assignment.posing import pose_wide
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.progress import Progress, listening
from mentormatch.assignment.rules.capacity import Capacity
from mentormatch.assignment.rules.quota import Quota
from mentormatch.assignment.wide.computed import ComputedScores
from mentormatch.assignment.wide.scan import STRIP, Cut, look
from mentormatch.assignment.wide.swift import Swift
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.scoring.score import contribution, normalised

EXAMPLE = mm.examples.programme()
GOALS = ("matched", "total")


def say(line: str) -> None:
    """Write a line at once: parts are processes of their own."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def told(what: str, **figures: object) -> None:
    """Print a line of figures."""
    said = [
        f"{name} {figure:,.2f}" if isinstance(figure, float) else f"{name} {figure}" for name, figure in figures.items()
    ]
    say(f"{what}: " + ", ".join(said))


def memory() -> str:
    """Return the greatest memory of this process so far."""
    return f"{getrusage(RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"


def programme_of(*, tied: bool = False, single: bool = False) -> Programme:
    """Return the example programme without its quota; ``single``: everybody takes one; ``tied``: few scores differ."""
    rules = [
        rule for rule in EXAMPLE.rules if not isinstance(rule, Quota) and not (single and isinstance(rule, Capacity))
    ]
    criteria = [each for each in EXAMPLE.criteria if not tied or each.kind in ("same", "table", "closeness")]
    if tied:
        rules = [rule for rule in rules if rule.least_score is None]
    return EXAMPLE.model_copy(update={"rules": rules, "criteria": criteria})


def posed(people: Cohort, programme: Programme) -> AssignmentProblem:
    """Return the problem, the score of no pair being held."""
    return pose_wide(people, programme.criteria, programme.rules, GOALS)


def market(mentors: int, mentees: int, *, tied: bool = False, single: bool = False, check: bool = False) -> None:
    """Draw, pose, solve; and check the certificate again."""
    programme = programme_of(tied=tied, single=single)
    people = cohort_of(programme, mentors, mentees, seed=1)
    drawn, first = memory(), list[float]()
    begun, used = monotonic(), process_time()

    def listen(now: Progress) -> None:
        if now.value is not None and not first:
            first.append(now.seconds)

    problem = posed(people, programme)
    ready = monotonic() - begun
    with listening(listen):
        solution = solve(problem)
    wall, used = monotonic() - begun, process_time() - used
    name = f"{mentees:,} mentees x {mentors:,} mentors{' one to one' * single}{' tied' * tied}"
    told(
        name,
        status=solution.status,
        pairs=len(solution.pairs),
        posed_s=ready,
        first_answer_s=first[0] + ready if first else "-",
        wall_s=wall,
        processor_s=used,
        memory=memory(),
        of_which_people=drawn,
    )
    if check:
        begun, used = monotonic(), process_time()
        verdict = certify(problem, solution).verdict
        told(f"{name}, checked again", verdict=verdict, wall_s=monotonic() - begun, processor_s=process_time() - used)


def scoring() -> None:
    """Pairs a second on one core: plain, compiled; and criterion by criterion on objects and in a cross join."""
    people = cohort_of(EXAMPLE, 4_096, 60_000, seed=1)
    problem = posed(people, programme_of())
    assert isinstance(problem.scores, ComputedScores)
    tiles, (n, m) = problem.scores.tiles, problem.shape
    cut = Cut(np.full(n, 640_000), np.zeros(m, dtype=np.int64)).among(problem.scores.mentors, problem.scores.mentees)
    swift = Swift.of(tiles)
    swift.look(cut, 0, STRIP)
    ways: dict[str, Callable[[int], object]] = {
        "scores alone, NumPy": lambda start: tiles.rows(start, start + STRIP),
        "scores and the pairs worth listing, NumPy": lambda start: look(tiles, cut, start, start + STRIP),
        "scores and the pairs worth listing, compiled": lambda start: swift.look(cut, start, start + STRIP),
    }
    for name, way in ways.items():
        rates = []
        for _ in range(5):
            begun = process_time()
            for start in range(0, 1_024, STRIP):
                way(start)
            rates.append(1_024 * m / (process_time() - begun) / 1e6)
        told(name, million_pairs_a_second=float(np.median(rates)), least=min(rates), most=max(rates))
    one_by_one(people)


def one_by_one(people: Cohort) -> None:
    """The same criteria on one pair of people after the other."""
    begun, count = process_time(), 300
    for place in range(count):
        left, right = people.mentors.take([place]), people.mentees.take([place])
        for criterion, weight in zip(EXAMPLE.criteria, normalised(EXAMPLE.criteria), strict=True):
            contribution(criterion, weight, left, right)
    told("criteria on one pair after the other", million_pairs_a_second=count / (process_time() - begun) / 1e6)


def ten_thousand() -> None:
    """10,000 a side one to one, and scipy's bare assignment on the stored matrix of the same scores."""
    market(10_000, 10_000, single=True)
    market(10_000, 10_000, single=True)  # what is compiled is there now


def scipy_alone() -> None:
    """Scipy's bare assignment on the matrix of the same scores; forbidden pairs score 0."""
    from scipy.optimize import linear_sum_assignment

    problem = posed(cohort_of(EXAMPLE, 10_000, 10_000, seed=1), programme_of(single=True))
    assert isinstance(problem.scores, ComputedScores)
    tiles = problem.scores.tiles
    costs = np.empty(problem.shape)
    for start in range(0, len(costs), STRIP):
        rows = tiles.rows(start, min(start + STRIP, len(costs)))
        costs[start : start + STRIP] = np.where(rows < tiles.least, 0, -rows.astype(np.float64))
    begun, used = monotonic(), process_time()
    linear_sum_assignment(costs)
    told("scipy alone, 10,000 a side", wall_s=monotonic() - begun, processor_s=process_time() - used, memory=memory())


def sizes() -> None:
    """Time and memory as markets grow."""
    for mentees in (1_000, 3_000, 10_000, 30_000):
        subprocess.run([sys.executable, "-m", "benchmarks.bench_scale", f"slack:{mentees}"], check=True)


PARTS: dict[str, Callable[[], None]] = {
    "scoring": scoring,
    "ten-thousand": ten_thousand,
    "scipy": scipy_alone,
    "nation": lambda: market(60_000, 100_000, check=True),
    "tight": lambda: market(100_000, 100_000, single=True),
    "tied": lambda: market(6_000, 10_000, tied=True),
    "sizes": sizes,
}


def main() -> None:
    """Run the parts that are asked for, or all, one process after the other."""
    asked = sys.argv[1:] or list(PARTS)
    if len(asked) == 1 and asked[0].startswith("slack:"):
        mentees = int(asked[0].removeprefix("slack:"))
        market(mentees * 6 // 10, mentees)
    elif len(asked) == 1:
        PARTS[asked[0]]()
    else:
        packages = [f"{name} {version(name)}" for name in ("numpy", "scipy", "numba")]
        say(", ".join([platform.platform(), platform.python_version(), *packages]))
        for part in asked:
            subprocess.run([sys.executable, "-m", "benchmarks.bench_scale", part], check=True)


if __name__ == "__main__":
    main()
