"""Routing, settings, time limits, silence, and what a solver is told."""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mentormatch import AssignmentProblem, RequestError, Row, Status, certify, solve
from mentormatch.assignment import engine
from mentormatch.assignment.engine import engines_by_kind, select_engine
from mentormatch.assignment.greedy import greedy_solution
from mentormatch.assignment.mip.column_program import ColumnProgram
from mentormatch.assignment.mip.dispatch import solve_program
from mentormatch.assignment.mip.program_model import Program, SolverResult, SolverStatus
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.model.solution import Solution, lexicographic_key
from mentormatch.errors import EngineError
from tests.conftest import DEEP
from tests.doors import substitute

pose = AssignmentProblem.from_scores


def coupled(size: int = 30, seed: int = 0) -> AssignmentProblem:
    """Return a problem with quotas and with minimums that bind who is used."""
    rng = np.random.default_rng(seed)
    none = np.zeros(size, dtype=np.int64)
    rows = tuple(Row(f"q{g}", (np.arange(size) % 5 == g).astype(np.int64)[:, None], most=size // 6) for g in range(3))
    return AssignmentProblem(
        DenseScores(rng.integers(0, 1_000_000, (size, size))),
        DegreeBounds(none + 2, none + 3, np.ones(size, dtype=bool)),
        DegreeBounds(none, none + 1, np.zeros(size, dtype=bool)),
        rows,
        goals=("matched", "total"),
    )


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (pose(np.ones((2, 2))), "plain"),
        (pose(np.ones((2, 2)), mentor_capacity=2, mentor_minimum=1), "plain"),
        (pose(np.ones((2, 2)), mentee_capacity=2), "plain"),
        (pose(np.ones((2, 2)), mentor_capacity=2, mentee_capacity=2), "milp"),
        (pose(np.ones((1, 2)), mentor_capacity=2, mentee_capacity=2), "plain"),
        (coupled(), "milp"),
    ],
)
def test_the_fastest_engine_that_takes_a_problem_is_asked(problem: AssignmentProblem, kind: str) -> None:
    assert select_engine(problem).kind == kind
    assert solve(problem).engine == kind


def test_people_with_very_many_places_are_not_copied_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "assignment", MAX_SINKS=0)
    problem = pose(np.random.default_rng(3).integers(0, 9, (2, 80)), mentor_capacity=40)
    spread = solve(problem)
    substitute(monkeypatch, "assignment", SLOT_CELLS=2 * 80 * 40 - 1)
    found = solve(problem)
    assert (spread.engine, found.engine) == ("plain", "milp")
    assert np.array_equal(found.pairs, spread.pairs)


def test_every_engine_has_a_rank_of_its_own() -> None:
    assert len({engine.rank for engine in engines_by_kind().values()}) == len(engines_by_kind())


@pytest.mark.parametrize(
    "settings",
    [
        {"seed": -1},
        {"seed": True},
        {"seed": 1.5},
        {"seed": 2**64},
        {"time_limit_s": 0},
        {"time_limit_s": float("nan")},
        {"time_limit_s": True},
        {"engine": "magic"},
    ],
)
def test_a_setting_out_of_range_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        solve(pose(np.ones((2, 2))), **settings)


def test_an_engine_that_does_not_take_the_problem_is_refused_by_name() -> None:
    with pytest.raises(RequestError, match="'plain' ne prend pas ce problème"):
        solve(coupled(), engine="plain")


@pytest.mark.parametrize("engine", ["plain", "milp"])
def test_nothing_is_printed_not_even_by_the_solver(engine: str, capfd: pytest.CaptureFixture[str]) -> None:
    solve(pose(np.arange(16).reshape(4, 4)), engine=engine)
    if engine == "milp":
        solve(coupled(), engine=engine)
    assert capfd.readouterr() == ("", "")


def test_a_plain_problem_never_loads_pulp() -> None:
    script = (
        "import sys, numpy as np\n"
        "from mentormatch import AssignmentProblem, solve\n"
        "assert str(solve(AssignmentProblem.from_scores(np.eye(3))).status) == 'proved'\n"
        "assert not {'pulp', 'highspy', 'pandas'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.promise(21)
def test_no_key_enters_a_solver_model(monkeypatch: pytest.MonkeyPatch) -> None:
    programs: list[bytes] = []
    ask = solve_program

    def listen(program: Program, *asked: Any) -> SolverResult:
        programs.append(pickle.dumps(program))
        return ask(program, *asked)

    substitute(monkeypatch, "assignment", solve_program=listen)
    small = coupled(6)
    keys = tuple(f"person{place}@example.org" for place in range(6))
    solve(AssignmentProblem(small.scores, small.mentors, small.mentees, small.rows, mentor_keys=keys, mentee_keys=keys))
    assert programs
    assert all(b"person" not in program for program in programs)


@pytest.mark.promise(20)
@pytest.mark.parametrize(("fails", "status"), [(1, Status.PROVED), (4, Status.FEASIBLE)])
def test_a_simplex_that_gives_up_is_asked_once_more_and_then_greed_and_says_so(
    fails: int, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, run = iter(range(fails)), ColumnProgram.solve_lp

    def give_up(program: ColumnProgram, *asked: Any) -> SolverStatus | None:
        return run(program, *asked) if next(left, None) is None else None

    monkeypatch.setattr(ColumnProgram, "solve_lp", give_up)
    solution = solve(coupled(6))
    assert solution.status is status
    assert list(solution.notes) == ["HiGHS gave up"] * (fails > 1)
    assert solution.greedy == (fails > 1)


@pytest.mark.promise(20)
@pytest.mark.parametrize("is_valid", [True, False])
def test_the_plan_found_before_an_engine_fails_is_returned_without_its_bounds_if_it_keeps_the_rules(
    monkeypatch: pytest.MonkeyPatch, *, is_valid: bool
) -> None:
    problem = coupled(6)
    best, greedy = solve(problem), greedy_solution(problem)
    assert greedy is not None
    assert lexicographic_key(greedy) < lexicographic_key(best)
    reported = best if is_valid else replace(best, pairs=best.pairs[:, ::-1])

    call_engine = engine._call_engine

    def fail(used: engine.Engine, problem: AssignmentProblem, run: engine.SolveOptions) -> Solution:
        if not problem.rows:
            return call_engine(used, problem, run)
        run.on_incumbent(lambda: reported)
        raise EngineError("HiGHS gave up")

    monkeypatch.setattr(engine, "_call_engine", fail)
    solution = solve(problem)
    assert (solution.status, solution.notes) == (Status.FEASIBLE, ("HiGHS gave up",))
    assert solution.pairs.tolist() == (best if is_valid else greedy).pairs.tolist()
    assert not (is_valid and any(tier.bound for tier in solution.tiers))


@pytest.mark.promise(10)
@pytest.mark.promise(20)
def test_a_solver_that_is_stopped_at_any_moment_leaves_a_true_answer_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, ask = coupled(7), solve_program
    whole = solve(problem)
    seen: set[Status] = set()
    for allowed in range(20) if DEEP else (0, 2, 8, 19):
        left = iter(range(allowed))

        def stopping(*asked: Any, left: Iterator[int] = left) -> SolverResult:
            return ask(*asked) if next(left, None) is not None else SolverResult(SolverStatus.STOPPED)

        substitute(monkeypatch, "assignment", solve_program=stopping)
        solution = solve(problem)
        seen.add(solution.status)
        if solution.status is Status.PROVED:
            assert solution.pairs.tolist() == whole.pairs.tolist()
        elif solution.status is Status.FEASIBLE:
            assert len(solution.tiers) == 2
            assert all(tier.bound is None or tier.bound >= tier.value for tier in solution.tiers)
        else:
            assert (solution.status, len(solution.pairs)) == (Status.STOPPED, 0)
    assert seen == {Status.PROVED, Status.FEASIBLE}  # greed finds pairs where the solver has none yet


@pytest.mark.promise(10)
@pytest.mark.parametrize("engine", ["plain", "milp"])
def test_a_time_limit_that_is_over_is_never_called_proved_without_a_proof(engine: str) -> None:
    alike, unlike = pose(np.zeros((40, 40))), pose(np.random.default_rng(0).random((40, 40)))
    assert solve(unlike, engine=engine, time_limit_s=1e-9).status is Status.FEASIBLE
    solution = solve(alike, engine=engine, time_limit_s=1e-9)
    assert (solution.status, solution.canonical) == (Status.PROVED, False)  # by counting alone
    assert certify(alike, solution).certified


def test_a_solution_says_how_long_it_took_and_what_its_tiers_are() -> None:
    solution = solve(pose([[0.5, 0.25]]))
    assert [(tier.goal, tier.value, tier.gap, tier.proved) for tier in solution.tiers] == [
        ("matched", 1, 0, True),
        ("total", 500_000, 0, True),
    ]
    assert solution.gap == 0
    assert solution.seconds > 0


@pytest.mark.promise(13)
@pytest.mark.parametrize(("most", "engine"), [(30, "plain"), (2, "milp")])
def test_rows_that_bind_nothing_need_no_integer_program(most: int, engine: str) -> None:
    scores = np.random.default_rng(5).integers(0, 5, (30, 30))
    rows = (Row("few", (np.arange(30) < 15).astype(np.int64)[:, None], most=most),)
    problem = replace(pose(scores), rows=rows)
    found, other = solve(problem), solve(problem, engine="milp")
    assert (found.status, found.engine) == (Status.PROVED, engine)
    assert (found.tiers, found.pairs.tolist()) == (other.tiers, other.pairs.tolist())
