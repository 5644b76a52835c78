"""The whole path, step by step: intake, scoring, solving, explaining, saving, at 11, 100 and 1,000 a side.

Beside the solving of each size stands scipy's bare assignment on the same matrix, in the same run; read the ratios.
"""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

import mentormatch as mm
from benchmarks.made import write_survey
from mentormatch import AssignmentProblem, Cohort, Matching, Programme, match, solve
from mentormatch.rules import formulate
from mentormatch.scoring.scores import ScoreTable, score

SIZES = [11, 100, 1000]
PLAIN = ("quota",)
"""Rules left out: they couple pairs, and another engine than the plain one is measured by itself."""


@cache
def programme() -> Programme:
    whole = mm.examples.programme()
    return whole.model_copy(update={"rules": [rule for rule in whole.rules if rule.kind not in PLAIN]})


@cache
def survey(size: int) -> Path:
    return write_survey(programme(), Path(mkdtemp()) / "reponses.csv", size, size)


@cache
def cohort(size: int) -> Cohort:
    return mm.read_survey(programme(), survey(size))


@cache
def scores(size: int) -> ScoreTable:
    return score(cohort(size), programme().criteria)


@cache
def problem(size: int) -> AssignmentProblem:
    return formulate(cohort(size), scores(size), programme().rules, programme().goals.order)


@cache
def matching(size: int) -> Matching:
    return Matching(cohort(size), programme(), scores(size), problem(size), solve(problem(size)))


@pytest.mark.parametrize("size", SIZES)
def test_intake(benchmark: BenchmarkFixture, size: int) -> None:
    taken = benchmark.pedantic(mm.read_survey, (programme(), survey(size)), rounds=3, warmup_rounds=1)
    assert len(taken.mentors) == size


@pytest.mark.parametrize("size", SIZES)
def test_scoring(benchmark: BenchmarkFixture, size: int) -> None:
    assert benchmark(score, cohort(size), programme().criteria).values.shape == (size, size)


@pytest.mark.parametrize("size", SIZES)
def test_posing(benchmark: BenchmarkFixture, size: int) -> None:
    posed = benchmark.pedantic(
        formulate, (cohort(size), scores(size), programme().rules, programme().goals.order), rounds=3, warmup_rounds=1
    )
    assert posed.shape == (size, size)


@pytest.mark.parametrize("size", SIZES)
def test_solving(benchmark: BenchmarkFixture, size: int) -> None:
    assert benchmark(solve, problem(size)).status == "proved"


@pytest.mark.parametrize("size", SIZES)
def test_bare_scipy_assignment(benchmark: BenchmarkFixture, size: int) -> None:
    cost = np.ascontiguousarray(-scores(size).values.astype(np.float64))
    assert len(benchmark(linear_sum_assignment, cost)[0]) == size


@pytest.mark.parametrize("size", SIZES)
def test_explaining(benchmark: BenchmarkFixture, size: int) -> None:
    def explain() -> int:
        fresh = Matching(cohort(size), programme(), scores(size), problem(size), matching(size).solution)
        return len(fresh.pairs) + len(fresh.unmatched)

    assert benchmark.pedantic(explain, rounds=3, warmup_rounds=1) >= size


@pytest.mark.parametrize("suffix", ["xlsx", "html", "csv", "json"])
@pytest.mark.parametrize("size", SIZES[:2])
def test_saving(benchmark: BenchmarkFixture, size: int, suffix: str, tmp_path: Path) -> None:
    (written,) = benchmark.pedantic(matching(size).save, (tmp_path / f"b.{suffix}",), rounds=3, warmup_rounds=1)
    assert written.stat().st_size > 0


def test_from_csv_to_result_at_11(benchmark: BenchmarkFixture) -> None:
    def path() -> Matching:
        result = match(mm.read_survey(programme(), survey(11)), programme())
        assert len(result.pairs) + len(result.unmatched) > 0
        return result

    assert benchmark(path).status == "proved"
