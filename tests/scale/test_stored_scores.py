"""Scores that are stored, solved as those of a nation: quotas as by an integer program, leximin as by stages."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, EngineError, Row, Status, certify, solve
from mentormatch.assignment.engine import select_engine
from mentormatch.assignment.engines import large
from mentormatch.assignment.engines.large import Large
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.results import Verdict
from tests.conftest import DEEP
from tests.doors import substitute
from tests.scale.markets import FEW, asked, free, market, needing, quotas, same, weighted

SEEDS = range(300 if DEEP else 4)


@pytest.fixture(autouse=True)
def of_few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have few pairs count as many, for which compiled code is used."""
    substitute(monkeypatch, "assignment", LARGE_PAIRS=0, LARGE_COUPLED_PAIRS=0, use_numba=lambda _: True)


def agree(problem: AssignmentProblem, seed: int) -> None:
    """Hold the answer against that of an integer program."""
    other, one = solve(problem, seed=seed, engine="milp"), solve(problem, seed=seed)
    assert one.engine in {"wide", "plain"}
    assert same(one, other) or one.status is other.status is Status.INFEASIBLE, (seed, one.status, other.status)
    if one.status is Status.PROVED:
        assert certify(problem, one).verdict in {Verdict.CERTIFIED, certify(problem, other).verdict}


@pytest.mark.parametrize("seed", SEEDS)
def test_quotas_among_stored_pairs_are_kept_by_the_pairs_of_an_integer_program(seed: int) -> None:
    problem, _ = asked(seed, quotas(seed))
    agree(problem, seed)


@pytest.mark.parametrize("seed", FEW)
def test_the_same_beside_minimums_and_imposed_pairs(seed: int) -> None:
    problem, _ = needing(market(seed), seed, 0.05)
    mentors, mentees = problem.scores.pairs()
    place = int(np.random.default_rng(seed).integers(len(mentors)))
    for pins in ((), ((int(mentors[place]), int(mentees[place])),)):
        agree(replace(problem, rows=tuple(quotas(seed)), pins=pins), seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_leximin_among_stored_pairs_is_that_of_stages(seed: int) -> None:
    problem = next(iter(needing(market(seed), seed, 0.05))) if seed % 3 == 0 else market(seed)[0]
    goals = (("matched", "leximin"), ("leximin",), ("matched", "priority", "leximin", "total"), ("total", "leximin"))
    mentors, mentees = problem.scores.pairs()
    place = int(np.random.default_rng(seed).integers(len(mentors)))
    pins = ((int(mentors[place]), int(mentees[place])),) if seed % 2 else ()
    asked_for = replace(problem, goals=goals[seed % 4], pins=pins)
    one, other = solve(asked_for, seed=seed), solve(asked_for, seed=seed, engine="plain")
    assert same(one, other) or one.status is other.status is Status.INFEASIBLE
    assert other.engine == "plain"
    assert one.engine == "wide" or one.status is Status.INFEASIBLE
    assert certify(asked_for, one).verdict is not Verdict.REFUSED


def binding() -> AssignmentProblem:
    """Return a problem with a quota that binds."""
    problem, pairs = market(3)[0], free(3).pairs
    own = np.arange(problem.shape[1]) % 2
    return replace(problem, rows=(Row("half", own[None, :], most=int(own[pairs[:, 1]].sum()) // 2),))


def test_who_solves_it_is_told_by_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert select_engine(binding()).kind == "wide"
    fair = replace(binding(), goals=("matched", "leximin"))
    assert select_engine(fair).kind == "milp"
    assert select_engine(replace(fair, rows=())).kind == "wide"
    few = AssignmentProblem.from_scores(np.arange(9).reshape(3, 3) % 4, goals=("matched", "leximin"))
    assert select_engine(few).kind == "plain"
    substitute(monkeypatch, "assignment", use_numba=lambda _: False)
    assert select_engine(replace(fair, rows=())).kind == "plain"
    both_sides = Row("both", np.ones(market(3)[0].shape, dtype=np.int64), most=3)
    for row in (both_sides, *weighted(3)):
        assert select_engine(replace(binding(), rows=(row,))).kind == "milp"
    assert select_engine(replace(binding(), rows=binding().rows * (large.LIMITS.max_rows + 1))).kind == "milp"
    substitute(monkeypatch, "assignment", LARGE_PAIRS=1 << 13)
    assert select_engine(binding()).kind == "milp"


@pytest.mark.parametrize("how", ["says so", "dies"])
def test_where_multipliers_fail_an_integer_program_is_asked(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> object:
        if how == "dies":
            raise EngineError("no multipliers")
        return empty_solution(Status.FAILED, "wide", ("no multipliers",))

    monkeypatch.setattr(Large, "solve", failing)
    found = solve(binding())
    assert (found.engine, found.status) == ("milp", Status.PROVED)
