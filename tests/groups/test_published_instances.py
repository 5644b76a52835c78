"""Published instances of maximally diverse grouping, and rounds in which nobody meets twice."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mentormatch import GroupProblem, Status
from mentormatch.groups.resolvable_designs import construct_rounds
from mentormatch.groups.rotation import least_repeats, repeats_in, rotate_groups
from mentormatch.groups.solver import solve_groups
from tests.conftest import SHARED_DATA

pytestmark = pytest.mark.promise(13)

FOLDER = SHARED_DATA / "instances" / "mdgplib"
THOUSANDTHS = 1_000
LARGE = sorted(path.name for path in FOLDER.glob("*_n030_*.txt"))


def read(path: Path) -> GroupProblem:
    """Return an instance, distances in thousandths."""
    head, *lines = path.read_text().splitlines()
    count, groups, _, *bounds = head.split()
    worth = np.zeros((int(count), int(count)), dtype=np.int64)
    for left, right, distance in (line.split() for line in lines if line.strip()):
        worth[int(left), int(right)] = worth[int(right), int(left)] = round(float(distance) * THOUSANDTHS)
    sizes = [(int(bounds[2 * group]), int(bounds[2 * group + 1])) for group in range(int(groups))]
    return GroupProblem.from_scores(worth, sizes)


def optima(folder: Path) -> Iterator[tuple[str, int]]:
    for line in (folder / "optima_n010_n012.txt").read_text().splitlines():
        if line.strip():
            yield line.split()[0], round(float(line.split()[-1]) * THOUSANDTHS)


def test_all_published_optima_are_reached_and_proved(shared_data: Path) -> None:
    folder = shared_data / "instances" / "mdgplib"
    known = dict(optima(folder))
    assert len(known) == 24
    for name, optimum in known.items():
        solution = solve_groups(read(folder / name))
        assert (solution.status, solution.tiers[-1].value) == (Status.PROVED, optimum), name


@pytest.mark.proof
@pytest.mark.parametrize(
    "name", [name if name == "RanInt_n030_ds_01.txt" else pytest.param(name, marks=pytest.mark.proof) for name in LARGE]
)
def test_thirty_people_are_proved(shared_data: Path, name: str) -> None:
    solution = solve_groups(read(shared_data / "instances" / "mdgplib" / name))
    assert solution.status is Status.PROVED


def partitions(rounds: list[tuple[tuple[int, ...], ...]], people: int) -> bool:
    return all(sorted(person for group in each for person in group) == list(range(people)) for each in rounds)


@pytest.mark.parametrize(
    ("groups", "size", "rounds"),
    [(11, 10, 11), (7, 7, 8), (5, 5, 6), (4, 4, 5), (8, 4, 9), (9, 9, 10), (13, 13, 14), (12, 3, 13), (10, 2, 19)],
)
def test_constructed_rounds_never_have_two_people_meet_twice(groups: int, size: int, rounds: int) -> None:
    made = construct_rounds(groups, size)
    assert (len(made), repeats_in(made)) == (rounds, 0)
    assert partitions(made, groups * size)


@pytest.mark.parametrize(
    ("groups", "size", "known", "found"),
    [
        (3, 3, 4, 4),
        (4, 3, 4, 4),
        (5, 4, 5, 5),
        (6, 6, 3, 3),
        *(
            pytest.param(*case, marks=pytest.mark.proof)
            for case in [(5, 3, 7, 5), (6, 3, 8, 6), (7, 3, 10, 8), (6, 4, 7, 5), (7, 4, 9, 7), (6, 5, 6, 4)]
        ),
    ],
)
def test_rounds_without_a_repeat_are_as_many_as_found_beside_those_known(
    groups: int, size: int, known: int, found: int
) -> None:
    people = groups * size
    problem = GroupProblem.from_scores(np.zeros((people, people), dtype=np.int64), [(size, size)] * groups)
    first = tuple(tuple(range(start, start + size)) for start in range(0, people, size))
    rounds = rotate_groups(problem, first, found)
    assert found <= known
    assert (repeats_in(rounds), least_repeats(problem, rounds)) == (0, 0)
    assert rounds[0] == first
    assert partitions(rounds, people)
