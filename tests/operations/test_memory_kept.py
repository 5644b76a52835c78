"""A budget of memory is kept by a process of its own, or refused before anything is begun."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def measured(*words: object) -> dict[str, object]:
    """Return what a fresh process says of one market."""
    asked = [sys.executable, "-m", "benchmarks.bench_estimate", *map(str, words)]
    answer = subprocess.run(asked, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=600).stdout
    told: dict[str, object] = json.loads(answer)
    return told


def number(told: dict[str, object], name: str) -> float:
    """Return a figure."""
    figure = told[name]
    assert isinstance(figure, int | float)
    return figure


def hold_to_what_was_expected(told: dict[str, object]) -> None:
    """Memory stays below what was expected, and comes to half of it at least."""
    assert told["status"] == "proved"
    assert number(told, "peak_mb") <= number(told, "expected_mb") <= 2 * number(told, "peak_mb")


def test_memory_is_below_what_was_expected_and_not_under_half_of_it() -> None:
    hold_to_what_was_expected(measured(600, 1_000))


@pytest.mark.proof
def test_a_budget_for_ten_thousand_people_is_kept_with_shorter_lists() -> None:
    told = measured(6_000, 10_000, 440)
    assert told["shorter"] != 1
    assert number(told, "peak_mb") <= 440
    hold_to_what_was_expected(told)


def test_a_budget_that_nothing_fits_in_is_refused_before_anything_is_begun() -> None:
    told = measured(6_000, 10_000, 200)
    assert told["status"] == "refused"
    assert number(told, "seconds") < 1
    assert number(told, "peak_mb") <= 200


@pytest.mark.proof
@pytest.mark.parametrize("mentees", [3_000, 10_000, 30_000])
def test_time_and_memory_of_larger_markets_are_as_expected(mentees: int) -> None:
    told = measured(mentees * 6 // 10, mentees)
    hold_to_what_was_expected(told)
    assert number(told, "least_s") / 1.5 <= number(told, "seconds") <= 1.5 * number(told, "most_s")


@pytest.mark.proof
def test_a_budget_that_the_scores_do_not_fit_in_is_kept() -> None:
    told = measured(4_000, 6_600, 450)
    assert told["way"] == "wide"
    assert number(told, "peak_mb") <= 450 < number(told, "usual_mb")
    hold_to_what_was_expected(told)
