"""Hours of one person each: bounds by cuts of knapsacks, incumbents, answers at any moment."""

from dataclasses import replace

import highspy
import numpy as np
import pytest

from mentormatch import AssignmentProblem, Status, certify, solve
from mentormatch.assignment import side_constraints
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.mip.dispatch import solve_in_process
from mentormatch.assignment.pair_program import MANY_CONSTRAINTS, PairConstraint, PairModel
from mentormatch.assignment.side_constraints import BoundedSearch, PairSolver, cut_knapsacks, relax
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.results import Verdict
from tests.assignment.markets import assert_says_what_it_proves, ends, hours_market
from tests.conftest import DEEP, some_of


def scarce_hours(seed: int, mentors: int, mentees: int, top: int = 10**6) -> AssignmentProblem:
    """Return mentors of 3 to 8 hours each, and more mentees, of 1 to 4 hours each, than these have hours for."""
    rng = np.random.default_rng(seed)
    scores, needs = rng.integers(0, top, (mentors, mentees)), rng.integers(1, 5, mentees)
    hours = rng.integers(3, 9, mentors)
    return AssignmentProblem.from_scores(scores, mentor_capacity=6, goals=("total",), hours=needs, mentor_hours=hours)


def by_highs(problem: AssignmentProblem) -> int:
    """Return the optimum of one program with a binary a pair."""
    mentors, mentees = problem.scores.pairs()
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("mip_rel_gap", 0.0)
    scores = problem.scores.at(mentors, mentees).tolist()
    pairs = [model.addBinary(obj=-score) for score in scores]
    for people, bounds in ((mentors, problem.mentors), (mentees, problem.mentees)):
        for person, (least, most) in enumerate(zip(bounds.least.tolist(), bounds.most.tolist(), strict=True)):
            model.addConstr(least <= sum(pairs[place] for place in np.flatnonzero(people == person)) <= most)
    for row in problem.rows:
        needs = row.coefficients_of(mentors, mentees, problem.shape)
        model.addConstr(sum(int(needs[place]) * pairs[place] for place in np.flatnonzero(needs)) <= row.most)
    model.run()
    return -round(model.getInfo().objective_function_value)


def solver_of(problem: AssignmentProblem) -> PairSolver:
    """Return the solver of the programs of a problem, without a limit."""
    run = SolveOptions(KeyedTieBreaker(0, problem.mentor_keys, problem.mentee_keys))
    return PairSolver(lambda program: solve_in_process(program, None), run)


def relax_and_cut(problem: AssignmentProblem) -> tuple[BoundedSearch, BoundedSearch]:
    """Return the search after the linear relaxation, and after cuts."""
    pool, solver = PairModel.of(problem), solver_of(problem)
    worth = problem.scores.at(pool.mentors, pool.mentees)
    loose = relax(pool, worth, worth, None, solver)
    return loose, cut_knapsacks(loose, solver)


@pytest.mark.parametrize("seed", some_of(range(60), 3))
@pytest.mark.parametrize("top", [10, 10**6])
def test_the_bound_with_cuts_is_no_less_than_the_optimum_and_near_it(seed: int, top: int) -> None:
    problem = scarce_hours(seed, 5, 12, top)
    (loose, tight), best = relax_and_cut(problem), by_highs(problem)
    assert loose.bound is not None
    assert tight.bound is not None
    assert best <= tight.bound <= loose.bound
    assert tight.bound - best <= (loose.bound - best) // 2 + 1
    # Whatever pairs a cut leaves out, the best choice keeps it
    found = solve(problem)
    assert (found.status, found.tiers[0].value) == (Status.PROVED, best)
    assert certify(problem, found).verdict is not Verdict.REFUSED
    chosen = np.isin(tight.pool.keys(), found.pairs[:, 0] * problem.shape[1] + found.pairs[:, 1])
    assert all(limit.holds(chosen) for limit in tight.pool.constraints)


@pytest.mark.parametrize("top", [10**6, 10**12])
def test_cuts_are_found_whatever_the_size_of_profits(top: int) -> None:
    loose, tight = relax_and_cut(scarce_hours(1, 8, 20, top))
    assert tight.scaled_bound / tight.parts < loose.scaled_bound / loose.parts - top / 10


@pytest.mark.parametrize("seed", some_of(range(2), 1))
def test_scarce_hours_have_a_good_answer_before_the_proof(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The incumbent of a dive, and the pairs next to it, are near the best choice."""
    best = (67_965_067, 68_107_381)[seed]

    def stop(work: BoundedSearch, *_: object) -> BoundedSearch:
        return work

    monkeypatch.setattr(side_constraints, "solve_restricted_programs", stop)
    found = solve(scarce_hours(seed, 30, 80), ties="any")
    assert found.status is Status.FEASIBLE
    assert best * 999 // 1000 <= found.tiers[0].value <= best <= (found.tiers[0].bound or 0)


def test_a_thousand_limits_on_hours_are_met_and_proved() -> None:
    found = solve(hours_market(1, 1_000, 600, 50))
    assert (found.status, [tier.value for tier in found.tiers]) == (
        Status.PROVED,
        [585655733],
    )  # as one HiGHS model says


@pytest.mark.promise(12)
def test_a_solve_with_hours_that_is_ended_at_any_moment_says_what_it_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    told = set[str]()
    for seed in range(20 if DEEP else 1):
        problem = hours_market(seed, 8, 12, 4)
        best = solve(problem)
        for found in ends(problem, monkeypatch):
            assert_says_what_it_proves(found, best)
            told.add(str(found.status))
    assert {"proved", "feasible"} <= told


@pytest.mark.parametrize("goals", [("matched", "priority", "total"), ("total",)])
def test_goals_of_a_new_programme_are_proved_with_hours(goals: tuple[str, ...]) -> None:
    rng = np.random.default_rng(3)
    problem = AssignmentProblem.from_scores(
        rng.integers(0, 10**6, (40, 27)),
        mentor_capacity=3,
        hours=rng.integers(1, 6, 27),
        mentor_hours=rng.integers(2, 9, 40),
        mentee_priority=rng.integers(0, 3, 27),
        goals=goals,
    )
    found, model = solve(problem), solve(problem, engine="pulp")
    assert (found.status, found.tiers, found.pairs.tolist()) == (model.status, model.tiers, model.pairs.tolist())


@pytest.mark.parametrize("count", [MANY_CONSTRAINTS - 1, MANY_CONSTRAINTS])
def test_many_constraints_in_one_pass_are_those_one_by_one(count: int) -> None:
    draw = np.random.default_rng(count)
    pool = PairModel.of(AssignmentProblem.from_scores(draw.integers(0, 9, (12, 15)), mentor_capacity=15))

    def constraint(place: int) -> PairConstraint:
        # The first has no pair, and the sum of all running sums is beyond int64
        pairs = np.flatnonzero(draw.random(len(pool)) < min(place, 1) * 0.1)
        return PairConstraint(pairs, draw.integers(-(1 << 57), 1 << 57, len(pairs)), None, (1 << 57) - (1 << 53))

    pool = replace(pool, constraints=tuple(constraint(place) for place in range(count)))
    remaining = draw.random(len(pool)) < 0.5
    numbers = np.cumsum(remaining) - 1
    for fast, limit in zip(pool.constraints_on(remaining), pool.constraints, strict=True):
        slow = limit.restrict(remaining, numbers)
        assert fast.pairs.tolist() == slow.pairs.tolist()
        assert fast.weights.tolist() == slow.weights.tolist()
        assert (fast.least, fast.most, fast.origin, fast.key) == (slow.least, slow.most, slow.origin, slow.key)
    choices = [np.eye(len(pool), dtype=bool)[place] for place in range(len(pool))]
    choices += [draw.random(len(pool)) < 0.03 for _ in range(60)]
    for chosen in choices:
        degrees = [np.bincount(people[chosen], minlength=1).max() for people in pool.people()]
        expected = degrees[1] <= 1 and all(limit.holds(chosen) for limit in pool.constraints)
        assert pool.holds(chosen) == expected
    assert {pool.holds(chosen) for chosen in choices} == {True, False}
