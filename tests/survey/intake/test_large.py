"""Many people are held in columns: what they take grows with their answers, not with objects for each."""

import pytest

from benchmarks import bench_people


def figure(told: dict[str, object], name: str) -> float:
    """Return a figure."""
    number = told[name]
    assert isinstance(number, int | float)
    return number


def hold(rows: int) -> None:
    told = bench_people.measured(rows)
    assert (told["people"], told["columns"]) == (rows, 60)
    most = bench_people.HELD_MB * rows / bench_people.ROWS
    assert figure(told, "held_mb") < most / 2 + 20
    assert figure(told, "peak_mb") - figure(told, "start_mb") < most + 40


@pytest.mark.proof
def test_five_hundred_rows_of_sixty_answers_take_their_share() -> None:
    hold(500)


@pytest.mark.proof
def test_a_hundred_thousand_rows_of_sixty_answers_are_held_in_half_a_gigabyte() -> None:
    hold(100_000)
