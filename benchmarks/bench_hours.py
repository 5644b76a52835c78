"""Hours a person and generalised assignment: ``mm.solve`` as users call it beside one HiGHS model with a binary a pair.

Families: ``hours``, 1,000 mentors with a limit each and 600 mentees; ``gap7`` to ``gap12``, drawn as those of the
OR-Library (Chu & Beasley 1997): profits 15 to 25, hours 5 to 25, four fifths of the mean load; types ``A`` to ``C`` by
the same authors: costs 10 to 50, looser or tighter hours. The optima are the same; HiGHS settles no ties.

``python -m benchmarks.bench_hours [folder of gap1.txt to gap6.txt]`` prints medians of processor time, children
included, every call in the same run.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.one_program import one_program
from mentormatch import AssignmentProblem, Status, solve
from mentormatch.assignment.mip.dispatch import SOLVER_PROCESS
from mentormatch.base.arrays import IntMatrix, IntVector

type Drawn = tuple[str, AssignmentProblem]

AGENTS_AND_JOBS = {7: (8, 40), 8: (8, 48), 9: (10, 30), 10: (10, 40), 11: (10, 50), 12: (10, 60)}
SIZES = ((5, 100), (10, 100), (20, 100))
MARKETS, SEEDS, TURNS, FEW_S = 4, 2, 3, 1.0


def jobs(worth: IntMatrix, hours: IntMatrix, limits: IntVector) -> AssignmentProblem:
    """Return generalised assignment: every job to one agent."""
    return AssignmentProblem.from_scores(
        worth, mentor_capacity=worth.shape[1], mentee_minimum=1, goals=("total",), hours=hours, mentor_hours=limits
    )


def of_the_library(name: int, seed: int) -> AssignmentProblem:
    """Return a problem drawn as gap7 to gap12 are."""
    draw = np.random.default_rng([name, seed])
    shape = AGENTS_AND_JOBS[name]
    worth, hours = draw.integers(15, 26, shape), draw.integers(5, 26, shape)
    return jobs(worth, hours, 4 * hours.sum(axis=1) // (5 * shape[0]))


def of_type(kind: str, agents: int, count: int, seed: int) -> AssignmentProblem:
    """Return a problem of type A, B or C, whose costs are to be small."""
    draw = np.random.default_rng([ord(kind), agents, count, seed])
    hours, costs = draw.integers(5, 26, (agents, count)), draw.integers(10, 51, (agents, count))
    if kind == "C":
        return jobs(-costs, hours, 4 * hours.sum(axis=1) // (5 * agents))
    cheapest = costs.argmin(axis=0)
    most = max(int(hours[agent, cheapest == agent].sum()) for agent in range(agents))
    limit = (0.6 * 15 * count / agents + 0.4 * most) * (0.7 if kind == "B" else 1)
    return jobs(-costs, hours, np.full(agents, int(limit)))


def market(seed: int, mentors: int = 1_000, mentees: int = 600, listed: int = 50) -> AssignmentProblem:
    """Return a market in which mentees need 2 to 10 hours, and mentors have 5 to 20 and take three at most."""
    draw = np.random.default_rng(seed)
    allowed = np.zeros((mentors, mentees), dtype=bool)
    for mentee in range(mentees):
        allowed[draw.choice(mentors, listed, replace=False), mentee] = True
    scores, hours = draw.integers(0, 1_000_000, (mentors, mentees)), draw.integers(2, 11, mentees)
    limits = draw.integers(5, 21, mentors)
    return AssignmentProblem.from_scores(
        scores, allowed, mentor_capacity=3, goals=("total",), hours=hours, mentor_hours=limits
    )


def of_files(folder: Path) -> Iterator[Drawn]:
    """Yield the problems of gap1 to gap6, from the files of the OR-Library."""
    for name in range(1, 7):
        numbers = iter(map(int, (folder / f"gap{name}.txt").read_text().split()))
        for place in range(next(numbers)):
            shape = next(numbers), next(numbers)
            worth, hours = (np.array([next(numbers) for _ in range(shape[0] * shape[1])]).reshape(shape) for _ in "wh")
            yield f"gap{name} {place + 1}", jobs(worth, hours, np.array([next(numbers) for _ in range(shape[0])]))


def families(folder: Path | None) -> Iterator[tuple[str, list[Drawn]]]:
    """Yield the families of problems by name."""
    yield "hours", [(f"market {seed}", market(seed)) for seed in range(1, MARKETS + 1)]
    if folder is not None:
        yield "gap1 to gap6", list(of_files(folder))
    drawn = [(f"gap{name} {seed}", of_the_library(name, seed)) for name in AGENTS_AND_JOBS for seed in range(SEEDS)]
    yield "drawn like gap7 to gap12", drawn
    for kind in "ABC":
        sizes = [(size, seed) for size in SIZES for seed in range(SEEDS)]
        yield f"type {kind}", [(f"{kind} {size} {seed}", of_type(kind, *size, seed)) for size, seed in sizes]


def ours(problem: AssignmentProblem) -> int:
    """Return the optimum, ties settled."""
    solution = solve(problem)
    assert solution.canonical
    return solution.tiers[0].value


def ours_of_any(problem: AssignmentProblem) -> int:
    """Return the optimum, ties left alone."""
    solution = solve(problem, ties="any")
    assert solution.status is Status.PROVED
    return solution.tiers[0].value


def one_mip(problem: AssignmentProblem) -> int | None:
    """Return the optimum by one HiGHS model with a binary a pair, loaded at once."""
    return one_program(problem).value


def processor_s() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    used = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in used)


def timed(method: Callable[[AssignmentProblem], int | None], problem: AssignmentProblem) -> tuple[float, int | None]:
    """Return processor seconds, the median of three where they are few, and the optimum."""
    found = list[tuple[float, int | None]]()
    while len(found) < TURNS and (not found or found[-1][0] < FEW_S):
        start = processor_s()
        value = method(problem)
        SOLVER_PROCESS.terminate()  # what it used counts once it has ended
        found.append((processor_s() - start, value))
    return median(seconds for seconds, _ in found), found[0][1]


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print a row a family: the medians, and the greatest ratio with ties."""
    tell("| family | cases | HiGHS | any ties | ties | any, median ratio | ties, median ratio | ties, greatest |")
    ours(of_type("A", 5, 100, 99))  # loads what is loaded once
    for name, drawn in families(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        rows = []
        for label, problem in drawn:
            (rival, best), (some, value), (tied, other) = (
                timed(method, problem) for method in (one_mip, ours_of_any, ours)
            )
            assert value == other == best, (label, value, other, best)
            rows.append((rival, some, tied, some / rival, tied / rival, label))
        middle = [median(column) for column in list(zip(*rows, strict=True))[:5]]
        worst = max(rows, key=lambda row: row[4])
        told = [*(f"{each:.3f}" for each in middle[:3]), *(f"{each:.2f}" for each in middle[3:])]
        tell(f"| {name} | {len(rows)} | {' | '.join(told)} | {worst[4]:.2f} ({worst[5]}) |")


@pytest.mark.parametrize("family", ["hours", "gap"])
@pytest.mark.parametrize("method", [ours, ours_of_any, one_mip], ids=["solve", "solve, any ties", "one MIP"])
def test_hours(benchmark: BenchmarkFixture, method: Callable[[AssignmentProblem], int | None], family: str) -> None:
    benchmark.group = f"{family}: hours of one person each"
    problems = [market(1)] if family == "hours" else [of_the_library(name, 0) for name in AGENTS_AND_JOBS]
    found = benchmark.pedantic(lambda: [method(problem) for problem in problems], rounds=3)
    assert found == [ours(problem) for problem in problems]


if __name__ == "__main__":
    main()
