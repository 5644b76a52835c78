"""Integer programs: by branch and bound, by the MIP solver in losses, by trying every choice; stopped on the way."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.assignment.mip import highs
from mentormatch.assignment.mip.branch_and_bound import solve_integer_program
from mentormatch.assignment.mip.dispatch import solve_program
from mentormatch.assignment.mip.presolve import DualBounds, presolve
from mentormatch.assignment.mip.program_model import (
    Effort,
    LinearConstraint,
    Program,
    SolverResult,
    SolverStatus,
    SparseRows,
    Stop,
    never,
)
from mentormatch.assignment.mip.simplex import SimplexModel
from mentormatch.base.arrays import BoolVector
from tests.doors import substitute

GREATEST = 1_000_000


@st.composite
def programs(draw: st.DrawFn, greatest: int = GREATEST) -> Program:
    """Draw a program on few columns, whose rows hold or not, some of them with weights, at times great ones."""
    size = draw(st.integers(1, 7))
    worth = draw(st.lists(st.integers(-greatest, greatest), min_size=size, max_size=size))
    forced = draw(st.lists(st.sampled_from([False, False, False, True]), min_size=size, max_size=size))
    return whole(worth, forced, draw(rows(size)))


def whole(worth: list[int], forced: list[bool], sums: list[LinearConstraint]) -> Program:
    return Program(np.array(worth), np.array(forced), sums, integral=True)


def rows(size: int) -> st.SearchStrategy[list[LinearConstraint]]:
    """Return rows on some columns, with a bound or two."""
    columns = st.lists(st.integers(0, size - 1), min_size=1, max_size=size, unique=True)
    return st.lists(columns.flatmap(row), max_size=4)


def row(columns: list[int]) -> st.SearchStrategy[LinearConstraint]:
    size = len(columns)
    weights = st.lists(st.integers(-3, 9), min_size=size, max_size=size) | st.just([1] * size)
    ends = st.lists(st.none() | st.integers(-2, 12), min_size=2, max_size=2) | st.just([1, 1])
    return st.builds(
        lambda weights, ends, unit: LinearConstraint(
            np.array(columns), unit * np.array(weights), *(end if end is None else unit * end for end in ordered(ends))
        ),
        weights,
        ends,
        st.sampled_from([1, 1, 10**11 + 7]),
    )


def ordered(ends: list[int | None]) -> list[int | None]:
    return sorted(ends, key=lambda end: end or 0) if None not in ends else ends


def choices(program: Program) -> Iterator[BoolVector]:
    """Yield every choice that keeps all rows."""
    for taken in product((False, True), repeat=len(program.profit)):
        choice = np.array(taken)
        if choice[program.lower_bounds].all() and all(each.holds(choice) for each in program.constraints):
            yield choice


def best(program: Program) -> int | None:
    return max((int(program.profit[choice].sum()) for choice in choices(program)), default=None)


def told(program: Program, answer: SolverResult) -> int | None:
    """Return what the answer is worth, None if there is none; its choice keeps every row."""
    if answer.status is SolverStatus.INFEASIBLE:
        return None
    taken = answer.integral_choice()
    assert answer.status is SolverStatus.OPTIMAL
    assert answer.holds(program)
    assert taken is not None
    assert taken[program.lower_bounds].all()
    return int(program.profit[taken].sum())


@pytest.mark.promise(9)
@given(programs())
def test_branch_and_bound_finds_the_best_of_all_choices(program: Program) -> None:
    assert told(program, solve_integer_program(program, None)) == best(program)


def handed(program: Program, known: BoolVector | None = None, stopped: Stop = never) -> SolverResult:
    """Return what the MIP solver says of a program."""
    return solve_integer_program(replace(program, effort=Effort.MIP, known=known), None, stopped)


def assert_true(program: Program, answer: SolverResult) -> None:
    """Assert that nothing false is said of a program, of which the best choice need not be found."""
    most = best(program)
    if answer.status is SolverStatus.STOPPED:
        assert most is None or answer.bound is None or answer.bound >= most
        assert answer.values is None or answer.holds(program)
    else:
        assert told(program, answer) == most


@pytest.mark.promise(9)
@given(programs(), st.integers(0, 200))
def test_a_program_that_is_handed_over_has_the_same_best_choice(program: Program, place: int) -> None:
    every = list(choices(program))
    known = every[place % len(every)] if every else None
    for answer in (handed(program), handed(program, known)):
        assert_true(program, answer)
        if max((int(np.abs(row.coefficients).max()) for row in program.constraints), default=0) < GREATEST:
            assert answer.status is not SolverStatus.STOPPED


@pytest.mark.promise(12)
@given(programs(greatest=10**13))
def test_losses_beyond_the_digits_of_the_solver_prove_nothing_false(program: Program) -> None:
    assert_true(program, handed(program))


@given(programs(), st.integers(-3, 3))
def test_below_the_target_the_mip_solver_looks_for_nothing(program: Program, more: int) -> None:
    most = best(program)
    answer = handed(replace(program, target=(most or 0) + more))
    if answer.status is not SolverStatus.STOPPED:
        assert told(program, answer) == (most if more <= 0 else None)


@pytest.mark.promise(9)
def test_a_tree_that_grows_too_large_is_given_up_and_the_program_is_handed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = hard(5)
    substitute(monkeypatch, "assignment", MAX_NODES=0)
    assert solve_integer_program(program, None).status is SolverStatus.STALLED
    assert told(program, solve_program(program, None)) == best(program)
    assert solve_program(program, 60.0, lambda: True).status is SolverStatus.STOPPED
    assert solve_program(replace(program, effort=Effort.TREE), None).status is SolverStatus.STALLED


def hard(size: int) -> Program:
    """Return a program of two knapsacks that no first vertex solves."""
    draw = np.random.default_rng(size)
    weights = draw.integers(3, 10, (2, size))
    limits = [LinearConstraint(np.arange(size), row, None, int(row.sum() // 2)) for row in weights]
    return whole(draw.integers(5, 10, size).tolist(), [False] * size, limits)


@pytest.mark.promise(10)
def test_a_mip_solver_that_is_interrupted_keeps_what_it_has_and_is_used_again() -> None:
    program = hard(40)
    whole_answer = handed(program)
    assert whole_answer.status is SolverStatus.OPTIMAL
    answer = handed(program, stopped=(True for _ in iter(int, 1)).__next__)
    assert answer.status is SolverStatus.STOPPED
    assert answer.bound is None or answer.bound >= whole_answer.profit(program)
    assert handed(program).profit(program) == whole_answer.profit(program)


def test_an_error_while_the_mip_solver_works_ends_it_and_is_raised() -> None:
    program, looks = hard(40), iter(range(3))

    def stopped() -> bool:
        if next(looks, None) is None:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        handed(program, stopped=stopped)


@given(programs(), st.integers(-3, 3))
def test_choices_below_the_target_are_not_looked_for(program: Program, more: int) -> None:
    most = best(program)
    asked = replace(program, target=(most or 0) + more)
    found = told(asked, solve_integer_program(asked, None))
    assert found == (most if more <= 0 else None)


@pytest.mark.promise(10)
@given(programs(), st.integers(0, 12))
def test_a_tree_that_is_stopped_has_a_bound_that_no_choice_exceeds(program: Program, looks: int) -> None:
    left = iter(range(looks))
    answer, most = solve_integer_program(program, None, lambda: next(left, None) is None), best(program)
    if answer.status is SolverStatus.STOPPED:
        assert answer.bound is not None
        assert most is None or answer.bound >= most
        assert answer.values is None or answer.holds(program)
    else:
        assert told(program, answer) == most


@pytest.mark.promise(12)
@given(programs(greatest=2), st.sampled_from([Effort.FULL, Effort.MIP]))
def test_every_best_choice_is_in_a_box_that_the_tree_puts_aside(program: Program, effort: Effort) -> None:
    answer, most = solve_integer_program(replace(program, effort=effort), None), best(program)
    if most is not None and answer.boxes is not None:
        for choice in choices(program):
            if int(program.profit[choice].sum()) == most:
                assert any((least <= choice).all() and (choice <= top).all() for least, top in answer.boxes)


@given(programs())
def test_presolve_keeps_every_choice_and_its_worth(program: Program) -> None:
    reduced, kept = (
        presolve(program),
        {choice.tobytes(): int(program.profit[choice].sum()) for choice in choices(program)},
    )
    if reduced is None:
        assert not kept
        return
    found = {}
    for taken in product((False, True), repeat=len(reduced.profit)):
        choice = np.array(taken, dtype=bool)
        if reduced.rows.hold(choice).all():
            columns = reduced.origin.box(choice, choice)[0]
            found[columns.tobytes()] = reduced.constant + reduced.unit * int(reduced.profit[choice].sum())
    assert found == kept


@given(programs(), st.data())
def test_any_duals_bound_every_choice(program: Program, data: st.DataObject) -> None:
    rows = SparseRows.of(program)
    numbers = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 0.5, 1.0, float("inf"), float("nan")])
    duals = np.array([data.draw(numbers) for _ in program.constraints], dtype=np.float64)
    least, most = program.lower_bounds, np.ones(len(program.profit), dtype=bool)
    bounds = DualBounds.of(program.profit, rows)
    found, values = (
        bounds.bound_from_duals(duals, least, most),
        [int(program.profit[choice].sum()) for choice in choices(program)],
    )
    assert all(value <= found.units for value in values)
    assert not (values and bounds.proves_infeasible(np.nan_to_num(duals), least, most))
    for value in values:
        low, high = found.fix_by_reduced_costs(least, most, value)
        for choice in choices(program):
            if int(program.profit[choice].sum()) >= value:
                assert (low <= choice).all()
                assert (choice <= high).all()


@pytest.mark.promise(9)
def test_a_solver_whose_vertices_break_rows_and_whose_bounds_are_wrong_misleads_no_one() -> None:
    """The weights differ in their last digits, far below the tolerance of the solver."""
    weights = 10**11 + np.array([1, 2, 3, 4, 5, 6])
    for most in (3 * 10**11 + 6, 3 * 10**11 + 9, 3 * 10**11 + 15):
        program = whole([3, 4, 5, 6, 7, 9], [False] * 6, [LinearConstraint(np.arange(6), weights, None, most)])
        assert told(program, solve_integer_program(program, None)) == best(program)


def test_an_empty_node_that_no_ray_proves_is_branched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimplexModel, "dual_ray", lambda simplex: None)
    halves = LinearConstraint(np.arange(3), np.array([2, 2, 2]), 3, 3)
    none = whole([1, 2, 3], [False] * 3, [halves, LinearConstraint(np.arange(2), np.array([1, 1]), 1, 1)])
    assert told(none, solve_integer_program(none, None)) is None


def test_no_time_is_no_answer() -> None:
    program = whole([3, 2], [False, False], [LinearConstraint(np.arange(2), np.ones(2, int), 0, 1)])
    answer = solve_integer_program(program, 0.0)
    assert answer.status is SolverStatus.STOPPED


def test_a_second_match_makes_no_solver_of_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    programme, cohort = mm.examples.programme(), mm.examples.cohort()
    first, made = mm.match(cohort, programme), list[highspy.Highs]()
    make: Callable[[], highspy.Highs] = highspy.Highs

    def counted() -> highspy.Highs:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(highspy, "Highs", counted)
    gc.disable()  # what is in no cycle is freed at once
    try:
        assert mm.match(cohort, programme).pairs == first.pairs
    finally:
        gc.enable()
    assert not made


def test_a_solver_that_was_part_of_a_cycle_is_not_used_again() -> None:
    rows = SparseRows(*(np.zeros(1, dtype=np.int64) for _ in range(2)), *(np.ones(1, dtype=np.int64) for _ in range(3)))
    highs.IDLE.solvers.clear()
    for in_cycle, kept in ((False, 1), (True, 0)):
        model = SimplexModel(np.ones(1), np.zeros(1, dtype=bool), rows, 1e-6)
        if in_cycle:
            model.itself = model  # type: ignore[attr-defined]  # such a cycle stands for that of a traceback
        del model
        gc.collect()
        assert len(highs.IDLE.solvers) == kept
        for solver in highs.IDLE.solvers:
            solver.cbMipInterrupt.subscribe(print)
            solver.cbMipInterrupt.unsubscribe(print)
        highs.IDLE.solvers.clear()
