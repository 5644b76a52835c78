"""Published optima, through ``solve``."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mentormatch import AssignmentProblem, Row, Solution, Status, solve
from tests.conftest import some_of

pytestmark = pytest.mark.promise(13)

MILLION = 1_000_000


@pytest.fixture(scope="module")
def instances(shared_data: Path) -> Path:
    return shared_data / "instances"


def total(solution: Solution) -> int:
    assert solution.status is Status.PROVED
    return {tier.goal: tier.value for tier in solution.tiers}["total"]


@pytest.mark.parametrize(("name", "cost"), [("assign100", 305), ("assign500", 991)])
@pytest.mark.parametrize("engine", ["plain", "milp"])
def test_or_library_assignment(instances: Path, name: str, cost: int, engine: str) -> None:
    numbers = np.array((instances / "orlib-assign" / f"{name}.txt").read_text().split(), dtype=np.int64)
    size, costs = int(numbers[0]), numbers[1:].reshape(numbers[0], numbers[0])
    solution = solve(AssignmentProblem.from_scores(101 - costs), engine=engine)
    assert len(solution.pairs) == size
    assert 101 * size - total(solution) == cost


def midl(instances: Path, name: str) -> NDArray[np.float64]:
    loaded: NDArray[np.float64] = np.load(instances / "fair-matching-midl" / f"{name}.npy")
    return loaded


@pytest.mark.parametrize(("minimum", "optimum"), [(False, 201.8849), (True, 150.0431)])
def test_midl_reviewers_and_papers(instances: Path, minimum: bool, optimum: float) -> None:  # noqa: FBT001 - a case
    papers = midl(instances, "covs")
    problem = AssignmentProblem.from_scores(
        midl(instances, "scores"),
        mentor_capacity=midl(instances, "loads"),
        mentor_minimum=midl(instances, "loads-lb") if minimum else 0,
        mentee_capacity=papers,
        mentee_minimum=papers,
    )
    assert round(total(solve(problem)) / MILLION, 4) == optimum


@pytest.mark.parametrize(
    ("minimum", "optimum"), [(False, 201_768_731), pytest.param(True, 141_958_809, marks=pytest.mark.proof)]
)
def test_midl_papers_are_served_as_fairly_as_can_be_at_the_least_cost(
    instances: Path,
    minimum: bool,  # noqa: FBT001 - a case
    optimum: int,
) -> None:
    """Kobren, Saha & McCallum (KDD 2019) publish 197.67 at .94 and 201.83 at .93; this is better in both.

    With minimums many answers are tied, and the canonical one is not found in time; the goals are proved all the same.
    """
    papers = midl(instances, "covs")
    problem = AssignmentProblem.from_scores(
        midl(instances, "scores"),
        mentor_capacity=midl(instances, "loads"),
        mentor_minimum=midl(instances, "loads-lb") if minimum else 0,
        mentee_capacity=papers,
        mentee_minimum=papers,
        goals=("matched", "floor_person", "total"),
    )
    solution = solve(problem, time_limit_s=120)
    assert all(tier.proved for tier in solution.tiers)
    reached = {tier.goal: tier.value for tier in solution.tiers}
    assert reached["total"] == pytest.approx(optimum, abs=10)
    assert reached["floor_person"] == pytest.approx(944_839, abs=2)


@pytest.mark.parametrize(("name", "most", "optimum"), [("aamas2015", 12, 1406.25), ("preflib1", 6, 124.25)])
def test_reviewer_bids(instances: Path, name: str, most: int, optimum: float) -> None:
    words = (instances / "reviewer-bids" / f"{name}.in").read_text().split()
    bids = np.array(words[2:], dtype=np.float64).reshape(int(words[0]), int(words[1]))
    problem = AssignmentProblem.from_scores(bids.T, mentor_capacity=most, mentee_capacity=3, mentee_minimum=3)
    solution = solve(problem)
    assert len(solution.pairs) == 3 * len(bids)
    assert total(solution) == optimum * MILLION


GAP = {
    1: [336, 327, 339, 341, 326],
    2: [434, 436, 420, 419, 428],
    3: [580, 564, 573, 570, 564],
    4: [656, 644, 673, 647, 664],
    5: [563, 558, 564, 568, 559],
    6: [761, 759, 758, 752, 747],
}


@pytest.mark.parametrize("name", some_of(GAP, 3))
def test_or_library_jobs_and_agents_with_hours(instances: Path, name: int) -> None:
    found = [total(solve(problem)) for problem in hours_problems(instances / "orlib-gap" / f"gap{name}.txt")]
    assert found == GAP[name]


def hours_problems(path: Path) -> Iterator[AssignmentProblem]:
    """Yield each case of a file: every job goes to one agent, whose hours for their jobs are limited."""
    numbers = iter(map(int, path.read_text().split()))
    for _ in range(next(numbers)):
        agents, jobs = next(numbers), next(numbers)
        worth, hours = (np.array([next(numbers) for _ in range(agents * jobs)]).reshape(agents, jobs) for _ in range(2))
        problem = AssignmentProblem.from_scores(worth, mentor_capacity=jobs, mentee_minimum=1, goals=("total",))
        own = [np.where(np.arange(agents)[:, None] == agent, hours, 0) for agent in range(agents)]
        rows = tuple(Row(f"agent {agent}", mine, None, next(numbers)) for agent, mine in enumerate(own))
        yield replace(problem, rows=rows)
