"""Scans of pairs, in NumPy and in machine code: hits are what the scores say, and none is missed."""

import numpy as np
import pytest

from mentormatch import AssignmentProblem
from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.base.progress import no_deadline
from mentormatch.operations.instance import lazy_scores
from mentormatch.rules import formulate
from mentormatch.scale.columns.generation import INFINITE
from mentormatch.scale.scan.blocks import scan_block
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scan.simd import SimdOptions, SimdScanner, find_column_maxima
from mentormatch.scale.scan.workers import scan_range
from mentormatch.scale.scores.terms import CACHE_OPTIONS, CacheOptions
from tests.conftest import some_of
from tests.doors import substitute
from tests.scale.markets import GOALS, PROGRAMME, RULES, cohort


def hold_scans(problem: AssignmentProblem, seed: int, scale: int, share: float) -> None:
    """Have both scanners find what the scores say, from about such a share of the pairs on."""
    scores, random, (n, m) = problem.scores, np.random.default_rng(seed), problem.shape
    assert isinstance(scores, ImplicitScores)
    first, last = 3, n - 5
    told = scores.matrix.rows(first, last).astype(np.int64)
    limits, columns = random.integers(-100_000, 100_000, n), random.integers(-100_000, 100_000, m)
    limits += int(np.quantile(told, 1 - share))
    query = ScanQuery(scale * limits, scale * columns, scale, m).among(scores.mentors, scores.mentees)
    allowed = (told >= scores.matrix.floor) & scores.mentors[first:last, None] & scores.mentees
    worth = np.where(allowed, scale * told + scale * columns, -INFINITE)
    rows, mentees = np.nonzero(worth >= scale * limits[first:last, None])
    assert len(rows) > 100
    taking_part = scores.mentors[first:last] & allowed.any(axis=1)
    for seen in (
        scan_range(SimdScanner.of(scores.matrix).for_query, query, first, last),
        scan_block(scores.matrix, query, first, last),
    ):
        assert np.array_equal(seen.mentors, first + rows)
        assert np.array_equal(seen.mentees, mentees)
        assert np.array_equal(seen.scores, told[rows, mentees])
        assert np.array_equal(seen.row_best[taking_part], worth.max(axis=1)[taking_part])


@pytest.mark.parametrize("scale", [0, 1, 3, 5_000, 1 << 39])
@pytest.mark.parametrize("seed", range(2))
def test_a_scan_finds_what_pairs_are_worth_however_much_a_point_is(seed: int, scale: int) -> None:
    hold_scans(
        formulate(cohort(seed, 500), lazy_scores(cohort(seed, 500), PROGRAMME.criteria), RULES, GOALS),
        seed,
        scale,
        0.1,
    )


@pytest.mark.parametrize("how", ["compiled", "plain"])
@pytest.mark.parametrize("scale", [0, 1, 5_000, 1 << 39])
def test_the_most_that_a_mentor_has_with_each_mentee_is_what_the_scores_say(scale: int, how: str) -> None:
    problem, random = (
        formulate(cohort(0, 700), lazy_scores(cohort(0, 700), PROGRAMME.criteria), RULES, GOALS),
        np.random.default_rng(scale),
    )
    scores = problem.scores
    assert isinstance(scores, ImplicitScores)
    matrix = scores.matrix.select_mentors(np.arange(0, problem.shape[0], 5))
    own = scale * random.integers(-100_000, 100_000, matrix.shape[0])
    own[random.random(len(own)) < 0.2] = EXCLUDED
    told = matrix.rows(0, len(own)).astype(np.int64)
    worth = np.where((told >= matrix.floor) & (own != EXCLUDED)[:, None], scale * told + own[:, None], -INFINITE)
    assert np.array_equal(
        find_column_maxima(matrix, own, scale, no_deadline, compiled=how == "compiled"), worth.max(axis=0)
    )


@pytest.mark.parametrize("kinds", [{"availability"}, {"overlap"}, {"availability", "same", "table"}])
def test_a_scan_finds_the_same_where_all_is_counted_or_hardly_anything(
    kinds: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    criteria = [each for each in PROGRAMME.criteria if each.kind in kinds]
    for always_cells in (CACHE_OPTIONS.always_cells, 0):
        substitute(monkeypatch, "scale", CACHE_OPTIONS=CacheOptions(always_cells=always_cells))
        for rules in (RULES[:0], [each for each in RULES if each.kind in {"gap", "common"}]):
            hold_scans(formulate(cohort(0, 800), lazy_scores(cohort(0, 800), criteria), rules, GOALS), 1, 1, 0.2)


@pytest.mark.parametrize("size", some_of([300, 1_500]))
def test_a_scan_finds_the_same_in_runs_of_any_length(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for run, span in ((1, 1 << 19), (7, 100), (512, 1), (1 << 20, 1 << 19)):
        substitute(monkeypatch, "scale", SIMD_OPTIONS=SimdOptions(max_run_mentees=run, max_run_span=span))
        hold_scans(
            formulate(cohort(0, size), lazy_scores(cohort(0, size), PROGRAMME.criteria), RULES, GOALS), 2, 1, 0.1
        )
