"""Any of the optimal answers, where ties are not to be settled: as good, proved, and not called canonical."""

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AssignmentProblem, RequestError, Row, Status, examples, solve
from mentormatch.assignment.engine import Ties
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import DenseScores
from tests.cli.processes import run
from tests.conftest import some_seeds


def tied(seed: int) -> AssignmentProblem:
    """Return a problem with many ties, on every other seed with quotas, on every third with several places."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 12)), int(rng.integers(3, 12))
    group = rng.integers(0, 3, n)
    rows = tuple(Row(f"q{g}", (group == g).astype(np.int64)[:, None], most=2) for g in range(3))
    most = np.full(n, 1 + 2 * (seed % 3 == 0), dtype=np.int64)
    return AssignmentProblem(
        DenseScores(rng.integers(0, 3, (n, m))),
        DegreeBounds(np.zeros_like(most), most, np.zeros(n, dtype=bool)),
        DegreeBounds(np.zeros(m, dtype=np.int64), np.ones(m, dtype=np.int64), np.zeros(m, dtype=bool)),
        rows if seed % 2 else (),
        goals=[("matched", "total"), ("total",), ("matched", "floor", "total"), ("matched", "leximin")][seed % 4],
    )


@pytest.mark.parametrize("seed", some_seeds(120))
def test_it_is_as_good_as_the_one_that_ties_settle(seed: int) -> None:
    problem = tied(seed)
    settled, found = solve(problem, seed=seed), solve(problem, seed=seed, ties="any")
    assert (settled.status, settled.canonical) == (Status.PROVED, True)
    assert (found.status, found.canonical) == (Status.PROVED, False)
    assert found.tiers == settled.tiers
    assert len(found.pairs) == len(settled.pairs)


@pytest.mark.parametrize("ties", ["", "all", None, True])
def test_another_word_is_refused(ties: Any) -> None:
    with pytest.raises(RequestError, match="« canonical », « any »"):
        solve(tied(0), ties=cast("Ties", ties))


def test_a_matching_says_that_ties_were_not_settled() -> None:
    matching = mm.match(examples.cohort(), examples.programme(), ties="any")
    assert (matching.status, matching.solution.canonical) == (Status.PROVED, False)


def test_a_request_and_a_command_may_ask_for_it(tmp_path: Path) -> None:
    files = examples.copy_to(tmp_path)
    asked = ("match", files.answers, "-p", files.programme, "--json")
    told = [json.loads(run(*asked, *more, folder=tmp_path).stdout) for more in ((), ("--ties", "any"))]
    assert [each["canonical"] for each in told] == [True, False]
    assert run(*asked, "--ties", "some", folder=tmp_path).returncode == 2
