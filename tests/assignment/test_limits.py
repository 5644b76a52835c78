"""What saves time near a limit leaves answers as they are: rows looked at together, pairs that do not fit left out."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, RequestError, Row, Solution, Status, certify, solve
from mentormatch.assignment import engine, greedy, sparse_assignment
from mentormatch.assignment.bottleneck import solve_nonadditive_goals
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.greedy import binding_rows, choose_greedily
from mentormatch.assignment.model.rows import FittingRows, are_satisfied
from mentormatch.assignment.model.scores import SparseScores
from mentormatch.assignment.model.solution import Incumbent, IncumbentCallback, empty_solution, ignore_incumbent
from mentormatch.assignment.optimal_face import OptimalFace, exact_dot
from mentormatch.assignment.pair_program import PairModel
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.assignment.transportation import has_few_sinks
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.base.arrays import IntVector
from mentormatch.results import Tier, Verdict
from tests.conftest import some_seeds
from tests.doors import substitute
from tests.oracles.problems import problems


def with_hours(seed: int) -> AssignmentProblem:
    """Return a problem in which some mentors have hours for all whom they can take, and some have not."""
    draw = np.random.default_rng(seed)
    n, m = draw.integers(2, 30, 2).tolist()
    needs = draw.integers(-1 if seed % 3 == 0 else 1, 5, (1, m))
    rows = [Row(f"at most {i}", needs, None, int(draw.integers(0, 12)), mentor=i) for i in range(n)]
    rows += [Row(f"at least {k}", np.ones((n, 1), dtype=np.int64), 0, None, mentee=k) for k in range(m)]
    return AssignmentProblem.from_scores(
        draw.integers(-9, 99, (n, m)), draw.random((n, m)) < 0.7, mentor_capacity=draw.integers(1, 5, n), rows=rows
    )


def as_many_as_fit(problem: AssignmentProblem, seed: int) -> IntVector:
    """Return some pairs, by their places, of which nobody is in more than they may be."""
    mentors, mentees = problem.scores.pairs()
    left = [problem.mentors.most.copy(), problem.mentees.most.copy()]
    found = []
    for pair in np.random.default_rng(seed).permutation(len(mentors)).tolist():
        if left[0][mentors[pair]] > 0 and left[1][mentees[pair]] > 0:
            left[0][mentors[pair]] -= 1
            left[1][mentees[pair]] -= 1
            found.append(pair)
    return np.array(sorted(found), dtype=np.int64)


@given(problems(5, (3, 3), coupled=4), st.integers(0, 99))
def test_a_row_that_is_left_out_holds_for_any_pairs(problem: AssignmentProblem, seed: int) -> None:
    pairs = np.column_stack(problem.scores.pairs())
    chosen = pairs[as_many_as_fit(problem, seed)]
    binding = binding_rows(problem, *pairs.T)
    for place, row in enumerate(problem.rows):
        assert place in binding or row.is_satisfied_by(chosen, problem.shape)


@given(problems(5, (3, 3), coupled=4), st.integers(0, 99))
def test_rows_looked_at_together_hold_if_each_of_them_does(problem: AssignmentProblem, seed: int) -> None:
    pairs = np.column_stack(problem.scores.pairs())[as_many_as_fit(problem, seed)]
    assert are_satisfied(problem.rows, pairs, problem.shape) == all(
        row.is_satisfied_by(pairs, problem.shape) for row in problem.rows
    )


def test_most_cohorts_with_hours_have_rows_that_hold_anyway() -> None:
    left_out = [len(binding_rows(each, *each.scores.pairs())) < len(each.rows) for each in map(with_hours, range(10))]
    assert sum(left_out) > 5


@pytest.mark.parametrize("seed", some_seeds(80))
def test_greed_takes_the_same_pairs_without_the_rows_that_hold_anyway(seed: int) -> None:
    problem = with_hours(seed)
    worth = problem.scores.values_of_pairs()
    binding = binding_rows(problem, *problem.scores.pairs())
    few, all_rows = (choose_greedily(PairModel.of(problem, rows=rows), worth) for rows in (binding, None))
    assert few is not None
    assert all_rows is not None
    assert few.tolist() == all_rows.tolist()


@pytest.mark.parametrize("seed", some_seeds(80))
def test_greed_takes_the_same_pairs_whenever_those_that_never_fit_are_left_out(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, found = PairModel.of(problem := with_hours(seed)), []
    for step in (1, 3, 1 << 20):
        substitute(monkeypatch, "assignment", FILTER_INTERVAL=step)
        chosen = choose_greedily(pool, problem.scores.values_of_pairs())
        assert chosen is not None
        found.append(chosen.tolist())
    assert found[0] == found[1] == found[2]


@given(st.lists(st.tuples(st.integers(-9, 9), st.booleans()), max_size=12), st.integers(0, 14))
def test_the_leading_values_are_the_greatest_of_those_that_count(listed: list[tuple[int, bool]], count: int) -> None:
    values = np.array([value for value, _ in listed], dtype=np.int64)
    among = np.array([counts for _, counts in listed], dtype=bool)
    found = greedy._largest_positions(values, among, count)
    assert among[found].all()
    assert len(set(found.tolist())) == len(found)
    assert sorted(values[found], reverse=True) == sorted(values[among], reverse=True)[:count]


@given(st.lists(st.tuples(*[st.integers(-(1 << 62), 1 << 62) | st.integers(-9, 9)] * 2), max_size=6))
def test_a_sum_is_exact_whether_or_not_it_fits(listed: list[tuple[int, int]]) -> None:
    values = np.array([value for value, _ in listed], dtype=np.int64)
    for bits in (32, 53):
        times = np.array([often >> bits for _, often in listed], dtype=np.int64)
        assert exact_dot(values, times) == sum(value * (often >> bits) for value, often in listed)
    assert exact_dot(values) == sum(values.tolist())


def test_rows_that_were_read_are_told_by_their_places_and_kept_in_a_few_lists() -> None:
    problem = with_hours(3)
    kept = pickle.loads(pickle.dumps(problem))  # noqa: S301 - written here
    assert kept == problem
    assert FittingRows.fit(kept.rows, problem.shape)
    assert isinstance(problem.rows, FittingRows)
    named = problem.rows.renamed()
    assert [row.name for row in named] == [f"row {place}" for place in range(len(problem.rows))]
    assert [replace(row, name="") for row in named] == [replace(row, name="") for row in problem.rows]
    none = replace(problem, rows=())
    assert pickle.loads(pickle.dumps(none)) == none  # noqa: S301 - written here


def test_rows_that_fit_other_people_are_looked_at_again() -> None:
    rows = AssignmentProblem.from_scores(np.ones((3, 2)), rows=[Row("r", np.ones((1, 2), np.int64), mentor=2)]).rows
    with pytest.raises(RequestError):
        AssignmentProblem.from_scores(np.ones((2, 2)), rows=rows)


def test_a_limit_too_short_for_so_many_keys_leaves_ties_open(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = AssignmentProblem.from_scores(np.ones((6, 6)))
    whole = solve(problem, time_limit_s=60)
    substitute(monkeypatch, "assignment", ENGINE_LIMITS=replace(engine.ENGINE_LIMITS, keys_per_s=0))
    found = solve(problem, time_limit_s=60)
    assert (whole.canonical, found.status, found.canonical) == (True, Status.PROVED, False)
    assert found.tiers == whole.tiers
    assert solve(problem).canonical


def test_where_paths_between_few_people_take_too_long_greed_is_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    problem = AssignmentProblem.from_scores(draw.integers(0, 99, (3, 9_000)), mentor_capacity=2_000)
    whole = solve(problem, time_limit_s=60)
    substitute(monkeypatch, "assignment", PROVED_PAIRS_PER_S=1)
    found = solve(problem, time_limit_s=60)
    assert (whole.greedy, found.greedy) == (False, True)
    assert len(found.pairs) == len(whole.pairs) == 6_000
    assert not solve(problem).greedy


def test_an_optimum_that_happens_to_keep_the_rows_is_kept_where_the_canonical_one_breaks_them() -> None:
    told = set[bool]()
    for seed in range(40):
        draw = np.random.default_rng(seed)
        weights = draw.integers(0, 2, (1, 5))
        problem = AssignmentProblem.from_scores(np.ones((3, 5)), rows=[Row("r", weights, None, 2)])
        run = SolveOptions(KeyedTieBreaker(seed, problem.mentor_keys, problem.mentee_keys))
        so_far = Incumbent()
        found = engine._try_relaxation(problem, run, so_far)
        if so_far.latest is not None:
            assert found is None
            assert violations(problem, so_far.latest()) == []
            assert so_far.latest().tiers == solve(problem).tiers
        told.add(so_far.latest is not None)
    assert told == {True, False}


def test_a_threshold_search_ends_where_the_time_is_up() -> None:
    problem = AssignmentProblem.from_scores(np.arange(12).reshape(3, 4), goals=("matched", "floor"))
    asked = list[tuple[int, int]]()

    class Stopped:
        remaining_s = 0.0

        def __call__(
            self, problem: AssignmentProblem, *, ties: bool, report: IncumbentCallback = ignore_incumbent
        ) -> Solution:
            asked.append(problem.scores.shape)
            return empty_solution(Status.STOPPED, "none")

    found = solve_nonadditive_goals(problem, Stopped())
    assert found.status is Status.STOPPED
    assert len(asked) == 1


@pytest.mark.parametrize("seed", some_seeds(16))
def test_people_without_open_pairs_stay_out_of_the_paths_between_few(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "assignment", use_numba=lambda pairs: False)
    draw, n = np.random.default_rng(seed), 900
    allowed = draw.random((n, 2)) < 0.04
    problem = AssignmentProblem.from_scores(
        draw.integers(-3, 50, (n, 2)), allowed, mentee_capacity=[3, 9], goals=("total", "matched")
    )
    assert isinstance(problem.scores, SparseScores)
    face = OptimalFace.of(problem)
    assert face is not None
    assert sparse_assignment._suits_sink_paths(face)
    assert not has_few_sinks(face.right.most, n)
    assert solve(problem).tiers == solve(problem, engine="milp").tiers
    assert solve(problem).pairs.tolist() == solve(problem, engine="milp").pairs.tolist()
    least = allowed.any(axis=1).astype(np.int64)
    least[np.flatnonzero(least == 0)[0]] = 1
    needed = replace(problem, mentors=replace(problem.mentors, least=least))
    assert solve(needed).status is Status.INFEASIBLE


@pytest.mark.parametrize("mentees", [7, 70_000])
def test_listed_pairs_with_the_sides_exchanged_are_sorted_by_the_other_side(mentees: int) -> None:
    draw = np.random.default_rng(mentees)
    places = np.unique(draw.integers(0, 30 * mentees, 400))
    scores = SparseScores((30, mentees), *np.divmod(places, mentees), draw.integers(0, 9, len(places)))
    swapped = scores.swap_sides()
    assert sorted(zip(scores.mentees, scores.mentors, scores.values, strict=True)) == list(
        zip(swapped.mentors, swapped.mentees, swapped.values, strict=True)
    )
    assert swapped.shape == (mentees, 30)


def test_a_problem_of_so_many_keys_that_no_process_could_start_in_time_goes_to_greed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(1)
    rows = [Row("r", draw.integers(0, 5, (300, 300)), None, 90)]
    problem = AssignmentProblem.from_scores(draw.integers(0, 9, (300, 300)), rows=rows)
    slow = replace(engine.ENGINE_LIMITS, process_start_s=60.0)
    substitute(monkeypatch, "assignment", ENGINE_LIMITS=slow, IN_PROCESS_PAIRS=-1)
    monkeypatch.setattr(engine, "solve_in_subprocess", lambda *_: pytest.fail("a process was started"))
    found = solve(problem, time_limit_s=50)
    assert found.greedy
    assert len(found.pairs) > 0


def test_where_there_are_many_pairs_some_of_the_limit_is_set_aside_for_greed(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = AssignmentProblem.from_scores(np.arange(12).reshape(3, 4))
    assert engine._reserve_s(problem, 9.0) == 0.0
    few = replace(engine.ENGINE_LIMITS, reserve_min_pairs=11, pairs_per_s=4)
    substitute(monkeypatch, "assignment", ENGINE_LIMITS=few)
    assert engine._reserve_s(problem, 9.0) == 3.0
    assert engine._reserve_s(problem, 4.0) == 2.0
    assert solve(problem, time_limit_s=60).canonical


def test_a_result_below_the_greedy_one_is_replaced_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = AssignmentProblem.from_scores([[5, 3], [2, 9]], rows=[Row("both", np.ones((2, 2), np.int64), None, 2)])
    one = Tier("matched", 1, 2), Tier("total", 9, None)
    poor = Solution(Status.FEASIBLE, np.array([[1, 1]]), one, "milp", notes=("stopped",))
    monkeypatch.setattr(engine, "solve_unchecked", lambda *_: poor)
    found = solve(problem)
    assert (found.pairs.tolist(), found.engine, found.notes) == ([[0, 0], [1, 1]], "greedy", ("stopped",))
    # Its own bound of the first goal holds, that of the total was among answers with one pair
    assert [(tier.value, tier.bound) for tier in found.tiers] == [(2, 2), (14, None)]
    assert found.status is Status.FEASIBLE
    with_more = replace(poor, tiers=(Tier("matched", 1, 2), Tier("total", 9, 9)))
    monkeypatch.setattr(engine, "solve_unchecked", lambda *_: with_more)
    assert [tier.bound for tier in solve(problem).tiers] == [2, None]


@pytest.mark.parametrize("goal", ["floor", "floor_person"])
def test_every_answer_before_the_last_carries_no_duals_of_another_problem(goal: str) -> None:
    for seed in range(3):
        draw = np.random.default_rng(seed)
        needs, hours = draw.integers(2, 11, (1, 8)), draw.integers(5, 15, 6)
        rows = [Row(f"hours {i}", needs, most=int(hours[i]), mentor=i) for i in range(6)]
        problem = AssignmentProblem.from_scores(
            draw.integers(0, 1_000_000, (6, 8)), mentor_capacity=3, rows=rows, goals=("matched", goal, "total")
        )
        told = Incumbent()
        verdicts = list[Verdict]()
        told.on_solution = lambda solution, problem=problem, verdicts=verdicts: verdicts.append(
            certify(problem, solution).verdict
        )
        run = SolveOptions(KeyedTieBreaker(seed, problem.mentor_keys, problem.mentee_keys))
        engine.solve_goals(problem, None, replace(run, on_incumbent=told.report))
        assert verdicts
        assert Verdict.REFUSED not in verdicts
