"""The PuLP model of a problem, solved by CBC and by HiGHS, equals exhaustive search and the engines.

The model is the oracle of other tests too: for that it must be right by itself, and use nothing of an engine.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulp.constants import LpSolveStatus

from mentormatch import AssignmentProblem, RequestError, Row, Solution, Status, certify, solve
from mentormatch.assignment.model.problem import GOALS, DegreeBounds
from mentormatch.assignment.model.scores import pack_scores
from tests.canaries import ANSWER, EMAIL, NAME
from tests.conftest import DEEP, some_of, some_seeds
from tests.failure.processes import endless
from tests.oracles.exhaustive import exhaustive
from tests.oracles.problems import problems, with_any_goals
from tests.oracles.test_exhaustive import agrees
from tests.oracles.test_published import GAP, hours_problems
from tests.programs import find_program
from tests.scale.markets import PROGRAMME, RULES, both, cohort

pytestmark = [pytest.mark.promise(13)]


@pytest.fixture(params=["HiGHS", "COIN_CMD"])
def solver(request: pytest.FixtureRequest) -> str:
    """Return a solver of PuLP."""
    name = str(request.param)
    if name == "COIN_CMD":
        find_program("cbc", advice="apt-get install --no-install-recommends coinor-cbc")
    return name


def draw_problem(seed: int, size: int = 4) -> AssignmentProblem:
    """Return a small problem with capacities, minimums, hours, rows, pins, priorities, and goals of any kind."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, size + 1, 2)
    values = int(rng.choice([1, 3, 50, 10**6, 10**8]))
    capacity = rng.integers(0, 4, n), rng.integers(0, 3, m)
    minimum = [np.minimum(rng.integers(0, 3, len(most)), most) * (rng.random(len(most)) < 0.4) for most in capacity]
    rows = [
        Row(f"row {number}", rng.integers(-1, 4, shape), *bounds)
        for number, shape, bounds in (
            (0, (n, m), (None, int(rng.integers(0, 5)))),
            (1, (n, 1), (int(rng.integers(-1, 3)), None)),
            (2, (1, m), (int(rng.integers(0, 2)), int(rng.integers(2, 6)))),
        )
        if rng.random() < 0.4
    ]
    if rng.random() < 0.4:
        hours = rng.integers(1, 6, (n, m))
        rows += [Row(f"hours {mentor}", hours, None, int(rng.integers(2, 9)), mentor=mentor) for mentor in range(n)]
    cells = [(mentor, mentee) for mentor in range(n) for mentee in range(m)]
    former = {cells[int(place)] for place in rng.integers(len(cells), size=3)}
    return AssignmentProblem(
        pack_scores(rng.integers(-values // 2, values + 1, (n, m)), rng.random((n, m)) < rng.choice([0.6, 0.9, 1])),
        DegreeBounds(minimum[0], capacity[0], rng.random(n) < 0.5),
        DegreeBounds(minimum[1], capacity[1], rng.random(m) < 0.5),
        tuple(rows),
        (cells[int(rng.integers(len(cells)))],) if rng.random() < 0.2 else (),
        tuple(rng.permutation(GOALS)[: rng.integers(1, len(GOALS) + 1)].tolist()),
        rng.integers(0, 3, n) if rng.random() < 0.6 else None,
        rng.integers(0, 3, m) if rng.random() < 0.6 else None,
        former=tuple(sorted(former)),
    )


@settings(max_examples=300 if DEEP else 4)
@given(with_any_goals(problems(size=3, most=(2, 2), coupled=2)), st.integers(0, 3))
def test_a_solver_of_pulp_equals_exhaustive_search(problem: AssignmentProblem, seed: int) -> None:
    find_program("cbc", advice="apt-get install --no-install-recommends coinor-cbc")
    best = exhaustive(problem, seed)
    for name in ("HiGHS", "COIN_CMD"):
        assert agrees(solve(problem, seed=seed, engine="pulp", solver=name), best), name


@pytest.mark.parametrize("seed", some_seeds(240))
def test_engines_equal_the_solvers_of_pulp_and_exhaustive_search(seed: int, solver: str) -> None:
    problem = draw_problem(seed)
    found, model = solve(problem, seed=seed), solve(problem, seed=seed, engine="pulp", solver=solver)
    assert agrees(found, exhaustive(problem, seed))
    assert (found.status, found.tiers, found.pairs.tolist()) == (model.status, model.tiers, model.pairs.tolist())


@pytest.mark.parametrize("seed", some_seeds(60))
def test_engines_equal_the_model_beyond_exhaustive_search(seed: int) -> None:
    problem = draw_problem(seed, size=9)
    found, model = solve(problem, seed=seed), solve(problem, seed=seed, engine="pulp")
    assert (found.status, found.tiers, found.pairs.tolist()) == (model.status, model.tiers, model.pairs.tolist())


@pytest.mark.parametrize("name", some_of(GAP))
def test_published_jobs_and_agents_have_their_optima(shared_data: Path, name: int, solver: str) -> None:
    """Generalised assignment with hours: OR-Library, gap1 to gap6."""
    jobs = hours_problems(shared_data / "instances" / "orlib-gap" / f"gap{name}.txt")
    found = [solve(problem, engine="pulp", solver=solver, ties="any") for problem in jobs]
    assert {solution.status for solution in found} == {Status.PROVED}
    assert [solution.tiers[0].value for solution in found] == GAP[name]


def test_published_assignments_have_their_optimum_and_our_pairs(shared_data: Path, solver: str) -> None:
    numbers = (shared_data / "instances" / "orlib-assign" / "assign100.txt").read_text().split()
    costs = np.array(numbers[1:], dtype=np.int64).reshape(100, 100)
    problem = AssignmentProblem.from_scores(costs, sense="min")
    found = solve(problem, engine="pulp", solver=solver, ties="canonical" if DEEP else "any")
    assert (found.status, found.tiers) == (Status.PROVED, solve(problem).tiers)
    assert found.tiers[-1].value == -305
    assert not found.canonical or found.pairs.tolist() == solve(problem).pairs.tolist()


def test_a_program_that_highs_called_infeasible_has_an_answer(solver: str) -> None:
    """With bounds on goal variables the presolve of HiGHS 1.15 lost the answer of these priorities and pins."""
    allowed = np.array([[1, 1, 1, 1], [1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1]], dtype=bool)
    scores = [[0, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [1, 1, 0, 1]]
    problem = replace(
        AssignmentProblem.from_scores(
            scores,
            allowed,
            mentor_capacity=[2, 4, 3, 2, 0],
            goals=("floor_person", "changes", "priority", "matched"),
            rows=[Row("quota", np.ones((1, 1), np.int64), most=2)],
        ),
        former=((0, 2), (1, 1), (1, 3), (2, 1), (3, 0)),
    )
    found = solve(problem, engine="pulp", solver=solver)
    assert [tier.value for tier in found.tiers] == [tier.value for tier in solve(problem).tiers]


def test_a_model_has_the_names_of_positions_alone() -> None:
    problem = AssignmentProblem.from_scores([[3, 1], [2, 2]], rows=[Row(ANSWER, np.ones((2, 1), np.int64), most=2)])
    program = replace(problem, mentor_keys=(NAME, "M2"), mentee_keys=(EMAIL, "E2"), goals=GOALS).to_pulp()
    names = [*(variable.name for variable in program.variables()), *(row.name for row in program.constraints())]
    assert {"x_0_0", "x_1_1", "goal_total", "goal_floor", "goal_leximin_pairs", "row_0_most"} <= set(names)
    assert not any(private in str(program) or private in " ".join(names) for private in (NAME, EMAIL, ANSWER, "E2"))


def test_the_goals_of_a_model_are_solved_in_turn_by_its_variables() -> None:
    problem = replace(draw_problem(7, size=8), goals=("matched", "total"))
    program, values = problem.to_pulp(), []
    for name in ("goal_matched", "goal_total"):
        goal = program.variablesDict()[name]
        program.setObjective(goal)
        program.solve(pulp.HiGHS(msg=False, gapRel=0))
        values.append(round(goal.value() or 0.0))
        program += goal >= values[-1]
    assert values == [tier.value for tier in solve(problem).tiers]


def test_scores_that_are_not_stored_are_no_model() -> None:
    problem = both(cohort(1, 12), PROGRAMME, RULES[:1], ("matched", "total"))[1]
    with pytest.raises(RequestError, match="calculés à la demande"):
        problem.to_pulp()
    with pytest.raises(RequestError, match="'pulp' ne prend pas ce problème"):
        solve(problem, engine="pulp")


SMALL = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]])


@pytest.mark.parametrize("name", ["GUROBI_CMD", "no such solver", "", 3, pulp.getSolver("GUROBI_CMD", path="nowhere")])
def test_a_solver_that_is_not_there_is_refused_with_those_that_are(name: Any) -> None:
    with pytest.raises(RequestError, match=r"solver : .*attendu : un solveur que PuLP trouve ici : .*HiGHS"):
        solve(SMALL, engine="pulp", solver=name)


@pytest.mark.parametrize("kind", [None, "plain", "milp"])
def test_only_the_engine_of_pulp_takes_a_solver(kind: str | None) -> None:
    with pytest.raises(RequestError, match=r"engine : .*attendu : un de pulp"):
        solve(SMALL, engine=kind, solver="HiGHS")


def test_the_former_name_of_cbc_is_known(solver: str) -> None:
    found = solve(SMALL, engine="pulp", solver="PULP_CBC_CMD" if solver == "COIN_CMD" else None)
    assert (found.pairs.tolist(), found.status, found.engine) == ([[0, 1], [1, 0]], Status.PROVED, "pulp")


def test_an_answer_without_duals_is_certified_by_proofs_alone() -> None:
    found = solve(SMALL, engine="pulp", proofs="none")
    assert (found.canonical, certify(SMALL, found).certified, found.prices) == (True, False, ())
    assert certify(SMALL, solve(SMALL, engine="pulp")).certified


class Liar(pulp.LpSolver):
    """A solver that states a status, a bound and pairs of its own."""

    name = "LIAR"

    def __init__(self, pairs: tuple[str, ...], status: LpSolveStatus, bound: float | None = None) -> None:
        super().__init__(timeLimit=7.0)
        self.pairs, self.status, self.bound = pairs, status, bound
        self.limits: list[float | None] = []

    def available(self) -> bool:
        return True

    def actualSolve(self, lp: pulp.LpProblem, **options: Any) -> pulp.LpSolveStats:  # noqa: N802 - PuLP's name
        self.limits.append(self.timeLimit)
        for variable in lp.variables():
            variable.varValue = float(variable.name in self.pairs)
        return self.buildStats(lp, self.status, bool(self.pairs), start=(0.0, 0.0), best_bound=self.bound)


def asked(liar: Liar, **options: Any) -> Solution:
    return solve(SMALL, engine="pulp", solver=liar, **options)


def test_pairs_that_break_a_rule_are_refused() -> None:
    found = asked(Liar(("x_0_0", "x_0_1"), LpSolveStatus.Optimal, 2.0), ties="any")
    assert found.status is Status.FAILED
    assert not len(found.pairs)


@pytest.mark.parametrize(("beyond", "gap"), [(None, None), (1.0, 1), (0.9999, 1)])
def test_an_optimum_is_what_the_stated_bound_proves(beyond: float | None, gap: int | None) -> None:
    problem, value = replace(SMALL, goals=("total",)), 1_500_000  # the greedy pairs are worth 1,000,000
    liar = Liar(("x_0_1", "x_1_0"), LpSolveStatus.Optimal, None if beyond is None else value + beyond)
    found = solve(problem, engine="pulp", solver=liar, ties="any")
    assert (found.tiers[0].value, found.tiers[0].gap) == (value, gap)
    assert found.status is Status.FEASIBLE


def test_ties_are_settled_only_by_hashes_that_a_solver_proves() -> None:
    weights = np.random.default_rng(1).integers(1, 9, (3, 6, 6))
    rows = [Row(f"row {place}", part, most=12) for place, part in enumerate(weights)]
    problem = AssignmentProblem.from_scores(
        np.zeros((6, 6), np.int64), mentor_capacity=2, mentee_capacity=2, rows=rows, goals=("total",)
    )
    exact, loose = (solve(problem, engine="pulp", solver=pulp.HiGHS(msg=False, gapRel=gap)) for gap in (0, 0.9))
    assert exact.canonical
    assert (loose.status, loose.canonical) == (Status.PROVED, False)
    assert loose.pairs.tolist() != exact.pairs.tolist()


def test_a_solver_that_gives_up_on_ties_leaves_the_goals_proved() -> None:
    """HiGHS ends some of these with an error that says nothing of the goals."""
    weights = np.random.default_rng(3).integers(1, 9, (3, 6, 6))
    rows = [Row(f"{part}", each, most=12) for part, each in enumerate(weights)]
    scores = np.zeros((6, 6), dtype=int)
    problem = AssignmentProblem.from_scores(scores, mentor_capacity=2, mentee_capacity=2, goals=("total",), rows=rows)
    found = solve(problem, engine="pulp")
    assert (found.status, found.canonical, found.engine) == (Status.PROVED, False, "pulp")


def test_whatever_else_a_solver_says_leaves_a_greedy_answer_with_a_note() -> None:
    for status in (LpSolveStatus.NumericalError, LpSolveStatus.Unbounded):
        found = asked(Liar((), status))
        assert (found.greedy, found.notes) == (True, (f"LIAR gave up: {status.name}",))
    assert asked(Liar((), LpSolveStatus.TimeLimit)).status is Status.FEASIBLE
    assert asked(Liar((), LpSolveStatus.Infeasible)).status is Status.INFEASIBLE


def test_the_limit_is_the_shorter_one_and_the_object_stays_as_it_was() -> None:
    liar = Liar(("x_0_0",), LpSolveStatus.Optimal, 2.0)
    asked(liar, ties="any")
    asked(liar, ties="any", time_limit_s=3)
    assert (liar.limits[0], liar.timeLimit) == (7.0, 7.0)
    assert all(limit is not None and limit <= 3 for limit in liar.limits[2:])


def test_a_limit_ends_a_solve_that_would_go_on(solver: str) -> None:
    found = solve(endless(40, exact=False), engine="pulp", solver=solver, time_limit_s=0.5)
    assert found.status is Status.FEASIBLE
    assert found.gap != 0
