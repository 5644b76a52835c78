"""Integer programs: by branch and bound, by PuLP and by trying every choice; given up, or out of time, on the way."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.assignment.mip import branch_and_bound, dispatch, pulp_backend
from mentormatch.assignment.mip.branch_and_bound import Pseudocosts, SearchTree, solve_integer_program
from mentormatch.assignment.mip.program_model import (
    INTEGRALITY_TOLERANCE,
    LinearConstraint,
    Program,
    SolverResult,
    SolverStatus,
)
from mentormatch.assignment.mip.simplex import DEFAULT_TOLERANCE, SimplexModel
from mentormatch.base.arrays import BoolVector
from mentormatch.errors import EngineError

GREATEST = 1_000_000


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Draw a program on few columns, whose rows hold or not, some of them with weights."""
    size = draw(st.integers(1, 7))
    worth = draw(st.lists(st.integers(-GREATEST, GREATEST), min_size=size, max_size=size))
    forced = draw(st.lists(st.sampled_from([False, False, False, True]), min_size=size, max_size=size))
    return whole(worth, forced, draw(rows(size)))


def whole(worth: list[int], forced: list[bool], sums: list[LinearConstraint]) -> Program:
    return Program([f"{place}" for place in range(len(worth))], np.array(worth), np.array(forced), sums, integral=True)


def rows(size: int) -> st.SearchStrategy[list[LinearConstraint]]:
    """Return rows on some columns, with a bound or two."""
    columns = st.lists(st.integers(0, size - 1), min_size=1, max_size=size, unique=True)
    return st.lists(columns.flatmap(row), max_size=4)


def row(columns: list[int]) -> st.SearchStrategy[LinearConstraint]:
    size = len(columns)
    weights = st.lists(st.integers(-3, 9), min_size=size, max_size=size)
    ends = st.lists(st.none() | st.integers(-2, 12), min_size=2, max_size=2)
    return st.builds(
        lambda weights, ends: LinearConstraint(np.array(columns), np.array(weights), *ordered(ends)), weights, ends
    )


def ordered(ends: list[int | None]) -> list[int | None]:
    return sorted(ends, key=lambda end: end or 0) if None not in ends else ends


def choices(program: Program) -> Iterator[BoolVector]:
    """Yield every choice that keeps all rows."""
    for taken in product((False, True), repeat=len(program.names)):
        choice = np.array(taken)
        if choice[program.lower_bounds].all() and all(each.holds(choice) for each in program.constraints):
            yield choice


def best(program: Program) -> int | None:
    return max((int(program.worth[choice].sum()) for choice in choices(program)), default=None)


def told(program: Program, answer: SolverResult | None) -> int | None:
    """Return what the answer is worth, None if there is none; its choice keeps every row."""
    assert answer is not None
    if answer.word is SolverStatus.INFEASIBLE:
        return None
    taken = answer.taken()
    assert answer.word is SolverStatus.OPTIMAL
    assert answer.holds(program)
    assert taken is not None
    assert taken[program.lower_bounds].all()
    return int(program.worth[taken].sum())


@pytest.mark.promise(9)
@given(programs())
def test_branch_and_bound_finds_the_best_of_all_choices(program: Program) -> None:
    assert told(program, solve_integer_program(program, None)) == best(program)


@pytest.mark.promise(9)
@given(programs())
def test_a_program_that_is_given_to_pulp_has_the_same_best_choice(program: Program) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(branch_and_bound, "MAX_NODES", 0)
        assert solve_integer_program(program, None) is None
        assert told(program, dispatch.solve_program(program, None)) == best(program)


@pytest.mark.promise(10)
@given(programs(), st.integers(0, 12))
def test_a_tree_that_is_stopped_has_a_bound_that_no_choice_exceeds(program: Program, parts: int) -> None:
    tree, simplex = SearchTree.of(program), SimplexModel(program, DEFAULT_TOLERANCE, again=True)
    for part, _ in zip(tree.nodes(), range(parts), strict=False):
        simplex.bound(part.least, part.most)
        if simplex.run(None, None if part.parent is None else part.parent.basis) is SolverStatus.OPTIMAL:
            assert tree.take(part, simplex.vertex())
    answer, most = tree.answer(SolverStatus.STOPPED), best(program)
    assert most is None or tree.bound >= most - 0.001
    assert answer.values is None or answer.holds(program)


def test_the_column_that_is_cut_is_in_doubt_by_no_less_than_what_is_taken_for_whole() -> None:
    values = np.array([0.0, 1.0, 1 - INTEGRALITY_TOLERANCE, 1.0])
    assert SolverResult(SolverStatus.OPTIMAL, values).taken() is None
    assert Pseudocosts.none(4).column(values) == 2


def test_no_time_is_no_answer() -> None:
    program = whole([3, 2], [False, False], [LinearConstraint(np.arange(2), np.ones(2, int), 0, 1)])
    answer = solve_integer_program(program, 0.0)
    assert answer is not None
    assert answer.word is SolverStatus.STOPPED


@pytest.mark.promise(20)
@pytest.mark.parametrize("fails", [1, 2])
def test_pulp_is_asked_once_more_when_the_solver_gives_up(fails: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left, run = iter(range(fails)), pulp_backend._run

    def give_up(model: pulp.LpProblem, *asked: Any) -> pulp.LpSolveStats:
        stats = run(model, *asked)
        if next(left, None) is not None:
            model.solverModel, stats.status = None, pulp.const.LpSolveStatus.Undefined
        return stats

    monkeypatch.setattr(branch_and_bound, "MAX_NODES", 0)
    monkeypatch.setattr(pulp_backend, "_run", give_up)
    program = whole([3, 2], [False, False], [LinearConstraint(np.arange(2), np.ones(2, int), 0, 1)])
    if fails == 1:
        assert told(program, dispatch.solve_program(program, None)) == 3
        return
    with pytest.raises(EngineError, match="gave up twice"):
        dispatch.solve_program(program, None)
