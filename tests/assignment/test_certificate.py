"""What a certificate proves, what it refuses, and that it is never wrong."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from mentormatch import AssignmentProblem, Row, Solution, Status, certify, solve
from mentormatch.assignment.engine import engines_by_kind
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, DegreeBounds
from mentormatch.assignment.model.solution import DualSolution, Links
from mentormatch.base.arrays import IntVector
from mentormatch.results import Certificate, Tier, Verdict
from tests.doors import substitute
from tests.oracles.exhaustive import choices, exhaustive, holds, tiers
from tests.oracles.problems import problems, random_problem

pytestmark = pytest.mark.promise(11)

pose = AssignmentProblem.from_scores


def certificates(problem: AssignmentProblem) -> list[tuple[Solution, Certificate]]:
    """Return the solutions of every engine that states duals and takes a problem, each with its certificate."""
    engines = {kind: engine for kind, engine in engines_by_kind().items() if not engine.takes_solver}
    kinds = [kind for kind, engine in engines.items() if engine().supports(problem)]
    solutions = [solve(problem, engine=kind) for kind in kinds]
    return [(solution, certify(problem, solution)) for solution in solutions]


def holds_for_every_engine(problem: AssignmentProblem) -> None:
    for solution, certificate in certificates(problem):
        if solution.status is Status.INFEASIBLE:
            assert certificate.verdict is Verdict.NO_ANSWER
        else:
            assert certificate.certified, certificate
            assert [tier.certified for tier in certificate.tiers] == [tier.value for tier in solution.tiers]


@given(problems(size=5, most=(1, 1)))
def test_every_proved_answer_of_one_to_one_is_certified(problem: AssignmentProblem) -> None:
    assume(not problem.has_side_constraints)
    holds_for_every_engine(problem)


@given(problems(size=5, most=(3, 1)))
def test_every_proved_answer_with_places_on_one_side_is_certified(problem: AssignmentProblem) -> None:
    assume(not problem.has_side_constraints)
    holds_for_every_engine(problem)


@given(problems(size=4, most=(3, 3)))
def test_every_proved_answer_with_places_on_both_sides_is_certified(problem: AssignmentProblem) -> None:
    assume(not problem.has_side_constraints)
    holds_for_every_engine(problem)


@pytest.mark.parametrize("seed", range(6))
def test_answers_with_many_ties_among_more_people_are_certified(seed: int) -> None:
    holds_for_every_engine(random_problem(default_rng(seed), 30, values=2, most=2))


@settings(max_examples=40)
@given(st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=10, max_size=10), st.lists(st.integers(0, 1), min_size=4))
def test_goals_that_take_several_stages_are_certified_stage_by_stage(scores: list[int], priority: list[int]) -> None:
    problem = pose(
        np.array([-1, 1, *scores]).reshape(4, 3) * 4 * 10**13,
        mentor_capacity=[1, 2, 1, 1],
        mentor_minimum=[1, 0, 0, 0],
        mentor_priority=priority[:4],
        goals=("priority", "matched", "total"),
    )
    holds_for_every_engine(problem)
    assert all(len(solution.prices) > 1 for solution, _ in certificates(problem))


def holds_one_goal_at_a_time(problem: AssignmentProblem) -> None:
    """Hold the certificates of a problem whose goals are not put together."""
    with pytest.MonkeyPatch.context() as alone:
        substitute(alone, "assignment", MAX_FLOAT64=0, MAX_SOLVER_WEIGHT=0)
        holds_for_every_engine(problem)
        assert all(len(solution.prices) in (0, len(problem.goals)) for solution, _ in certificates(problem))


@given(problems(size=5, most=(2, 2)))
def test_a_stage_for_each_goal_is_certified_on_what_the_stages_before_leave_open(problem: AssignmentProblem) -> None:
    assume(not problem.has_side_constraints)
    holds_one_goal_at_a_time(problem)


def test_a_pair_at_its_price_that_no_other_answer_takes_is_settled() -> None:
    allowed = np.array([[True, True], [False, True]])
    holds_one_goal_at_a_time(pose([[0, 10], [0, 0]], allowed))


def test_a_person_who_is_paired_at_a_loss_takes_no_more_in_later_goals() -> None:
    losses = pose([[-5, -5]], mentor_capacity=2, mentor_minimum=1, goals=("total", "matched"))
    holds_one_goal_at_a_time(losses)


OTHERS = [
    ("matched", "floor", "total"),
    ("floor", "total"),
    ("matched", "total", "floor"),
    ("priority", "floor", "matched", "total"),
    ("matched", "changes", "total"),
    ("floor", "changes"),
    ("total", "floor_person"),
    ("matched", "leximin", "total"),
]


def orders() -> st.SearchStrategy[tuple[str, ...] | None]:
    """Return a strategy for goals with others than the usual among them, None: the usual."""
    return st.sampled_from([None, None, *OTHERS])


def reordered(problem: AssignmentProblem, order: tuple[str, ...] | None) -> AssignmentProblem:
    """Return the problem with other goals, and former pairs on its diagonal."""
    former = tuple((place, place) for place in range(min(problem.shape)))
    return problem if order is None else replace(problem, goals=order, former=former)


@given(problems(size=3, most=(2, 2), coupled=1), orders(), st.data())
def test_no_prices_whatsoever_certify_more_or_less_than_the_truth(
    problem: AssignmentProblem, order: tuple[str, ...] | None, data: st.DataObject
) -> None:
    problem = reordered(problem, order)
    best = exhaustive(problem)
    assume(best is not None)
    answers = [pairs for pairs in choices(problem) if holds(problem, pairs)]
    claim = claimed(problem, data.draw(st.sampled_from(answers)), data.draw(stages(problem)))
    certificate = certify(problem, claim)
    assert best is not None
    for tier, value in zip(certificate.tiers, best.tiers, strict=False):
        sign = -1 if tier.goal == "changes" else 1
        assert tier.certified is None or sign * tier.certified >= sign * value
        if tier.value != value:
            assert not tier.proved
            break
    assert not certificate.certified or tuple(tier.value for tier in certificate.tiers) == best.tiers


def claimed(
    problem: AssignmentProblem, pairs: tuple[tuple[int, int], ...], prices: tuple[DualSolution, ...]
) -> Solution:
    """Return some pairs with some prices, and the claim that they are optimal."""
    listed = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    reached = [Tier(goal, value, value) for goal, value in zip(problem.goals, tiers(problem, pairs), strict=True)]
    return Solution(Status.PROVED, listed, tuple(reached), prices=prices)


def stages(problem: AssignmentProblem) -> st.SearchStrategy[tuple[DualSolution, ...]]:
    """Return a strategy for the prices of the optimum, moved here and there, and weights that may be too small."""
    step = st.sampled_from([0, 0, 0, 0, 0, 0, 1, -1, 10**6, -(10**6)])
    proved = solve(problem).prices or (nothing(problem),)
    n, m = problem.shape
    moves = st.lists(step, min_size=n + m + 4, max_size=n + m + 4).map(lambda ints: np.array(ints, dtype=np.int64))
    weights = st.sampled_from([None, None, 1, 2, 10**6])

    def moved(move: IntVector, weight: int | None, place: int) -> tuple[DualSolution, ...]:
        place %= len(proved)
        stage, more = proved[place], move[n + m :].tolist()
        changed = replace(
            stage,
            weights=stage.weights if weight is None else tuple((goal, weight) for goal, _ in stage.weights),
            mentors=stage.mentors + move[:n],
            mentees=stage.mentees + move[n : n + m],
            rows=tuple(price + more[0] for price in stage.rows),
            goal_duals=tuple((goal, price + more[1]) for goal, price in stage.goal_duals),
            linking_duals=(raised(stage.linking_duals[0], more[2]), raised(stage.linking_duals[1], more[2])),
            denominator=stage.denominator + abs(more[3]),
        )
        return (*proved[:place], changed, *proved[place + 1 :])

    return st.builds(moved, moves, weights, st.integers(0, 3))


def nothing(problem: AssignmentProblem) -> DualSolution:
    """Return prices of 0."""
    n, m = problem.shape
    return DualSolution((("matched", 1),), np.zeros(n, np.int64), np.zeros(m, np.int64))


def raised(links: Links, step: int) -> Links:
    """Return the links with every price moved."""
    return tuple((mentor, mentee, price + step) for mentor, mentee, price in links)


@given(problems(size=4, most=(2, 2), coupled=2), orders())
def test_what_is_proved_of_an_answer_with_coupled_pairs_bounds_every_answer(
    problem: AssignmentProblem, order: tuple[str, ...] | None
) -> None:
    problem = reordered(problem, order)
    for solution, certificate in certificates(problem):
        assert certificate.verdict is not Verdict.REFUSED, certificate
        for tier in certificate.tiers if solution.status is Status.PROVED else ():
            sign = -1 if tier.goal == "changes" else 1
            assert tier.certified is None or sign * tier.certified >= sign * tier.value


@pytest.mark.parametrize("order", [order for order in OTHERS if {*order} <= {*ADDITIVE_GOALS, "floor"}])
@pytest.mark.parametrize("seed", range(4))
def test_the_worst_pair_and_the_goals_after_it_are_certified(order: tuple[str, ...], seed: int) -> None:
    draw = default_rng(seed)
    problem = pose(
        draw.integers(0, 20, (6, 5)),
        draw.random((6, 5)) < 0.8,
        mentor_capacity=draw.integers(1, 3, 6),
        mentee_priority=draw.integers(0, 2, 5),
    )
    for _, certificate in certificates(reordered(problem, order)):
        assert certificate.certified, certificate


TWO = [(0, 1), (1, 2), (0, 2)]


def test_a_coupled_bound_that_no_whole_choice_reaches_is_stated_as_a_gap() -> None:
    either = [Row(f"either {a} or {b}", np.array([[int(i in (a, b))] for i in range(3)]), most=1) for a, b in TWO]
    problem = replace(pose(np.full((3, 3), 4)), rows=tuple(either))
    certificate = certify(problem, solve(problem, proofs="none"))
    assert certificate.verdict is Verdict.PARTLY
    assert [(tier.value, tier.stated, tier.certified) for tier in certificate.tiers] == [(1, 1, 1), (4, 4, 6)]
    assert certificate.words.endswith("(total des points, à 50\N{NO-BREAK SPACE}% près).")
    assert certify(problem, solve(problem)).certified


def test_the_prices_of_a_row_prove_what_it_costs() -> None:
    problem = replace(pose(SCORES), rows=(Row("r", np.ones((1, 1), dtype=np.int64), most=1),))
    solution = solve(problem)
    assert certify(problem, solution).certified
    assert any(any(stage.rows) for stage in solution.prices)
    without = replace(solution, prices=tuple(replace(stage, rows=()) for stage in solution.prices))
    assert not certify(problem, without).certified


@pytest.mark.parametrize(
    "change",
    [
        {"rows": (-1,)},
        {"rows": (1, 1)},
        {"goal_duals": (("matched", 1),)},
        {"goal_duals": (("total", -1),)},
        {"goal_duals": (("leximin", -1),)},
        {"linking_duals": (((0, 0, 1),), ())},
        {"linking_duals": ((), ((0, 9, 1),))},
        {"denominator": 0},
    ],
)
def test_prices_for_what_is_not_there_are_refused(change: dict[str, Any]) -> None:
    problem = replace(pose(SCORES), rows=(Row("r", np.ones((1, 1), dtype=np.int64), most=1),))
    solution = solve(problem)
    first, *rest = solution.prices
    wrong = replace(solution, prices=(replace(first, **change), *rest))
    assert certify(problem, wrong).verdict is Verdict.REFUSED


def test_the_links_of_a_mentor_who_takes_two_or_nobody_prove_the_optimum() -> None:
    mentors = DegreeBounds(np.array([2, 2]), np.array([2, 2]), np.array([True, True]))
    problem = replace(pose([[5, 4, 0], [3, 1, 4]]), mentors=mentors)
    assert certify(problem, solve(problem)).verdict in (Verdict.CERTIFIED, Verdict.PARTLY)
    links = [stage.linking_duals[0] for stage in solve(problem).prices]
    assert any(links)


@given(problems(size=4, most=(2, 1)), st.data())
def test_a_worse_matching_is_never_certified_with_the_prices_of_the_best(
    problem: AssignmentProblem, data: st.DataObject
) -> None:
    solution = solve(problem)
    answers = [pairs for pairs in choices(problem) if holds(problem, pairs)]
    best = max((tiers(problem, pairs) for pairs in answers), default=())
    worse = [pairs for pairs in answers if tiers(problem, pairs) != best]
    for pairs in data.draw(st.lists(st.sampled_from(worse), max_size=3)) if worse else ():
        claim = claimed(problem, pairs, solution.prices)
        verdict = certify(problem, claim).verdict
        assert verdict is not Verdict.CERTIFIED
        if not problem.has_side_constraints:
            assert verdict is (Verdict.REFUSED if solution.prices else Verdict.UNCERTIFIED)


SCORES = [[5, 4], [3, 1]]


def test_weights_that_let_a_later_goal_outweigh_an_earlier_one_prove_nothing() -> None:
    problem = pose([[9, -5], [-7, 0]], [[True, True], [True, False]])
    one = Solution(Status.PROVED, np.array([[0, 0]]), (Tier("matched", 1, 1), Tier("total", 9, 9)))
    prices = DualSolution((("matched", 1), ("total", 1)), np.array([10, 0]), np.array([0, 0]))
    assert certify(problem, replace(one, prices=(prices,))).verdict is Verdict.REFUSED
    assert solve(problem).tiers[0].value == 2


@pytest.mark.parametrize("great", [1 << 61, 1 << 62, -(1 << 62)])
def test_numbers_beyond_what_is_exact_prove_nothing(great: int) -> None:
    solution = solve(pose(SCORES))
    prices = solution.prices[0]
    moved = replace(prices, mentors=prices.mentors + great)
    heavy = replace(prices, weights=tuple((goal, abs(great)) for goal, _ in prices.weights))
    for each in (moved, heavy):
        assert certify(pose(SCORES), replace(solution, prices=(each,))).verdict is Verdict.REFUSED


@pytest.mark.parametrize("price", [-(1 << 62), -(1 << 63)])
def test_prices_that_would_run_over_do_not_make_a_pair_worthless(price: int) -> None:
    nothing = Solution(Status.PROVED, np.empty((0, 2), dtype=np.int64), (Tier("total", 0, 0),))
    prices = DualSolution((("total", 1),), np.array([price]), np.array([price]))
    certificate = certify(pose([[5]], goals=("total",)), replace(nothing, prices=(prices,)))
    assert certificate.verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("weights", "mentors"),
    [
        ((("total", 1),), 2),
        ((), 2),
        ((("matched", 0), ("total", 1)), 2),
        ((("matched", 100), ("total", 1), ("priority", 1)), 2),
        ((("matched", 100), ("total", 1)), 3),
    ],
)
def test_prices_of_another_problem_are_refused(weights: tuple[tuple[str, int], ...], mentors: int) -> None:
    solution = solve(pose(SCORES))
    wrong = DualSolution(weights, np.zeros(mentors, np.int64), np.zeros(2, np.int64))
    certificate = certify(pose(SCORES), replace(solution, prices=(wrong,)))
    assert certificate.verdict is Verdict.REFUSED
    assert certificate.problems


def test_an_answer_that_breaks_a_rule_is_refused_whatever_its_prices() -> None:
    solution = solve(pose(SCORES))
    certificate = certify(pose(SCORES, mentee_capacity=[1, 0]), solution)
    assert certificate.verdict is Verdict.REFUSED
    assert "mentee 1 takes 1, at most 0" in certificate.problems


def test_an_answer_that_claims_less_than_all_is_certified_in_part_with_the_bound_of_all_goals_together() -> None:
    problem = pose(SCORES)
    best = solve(problem)
    claim = Solution(Status.FEASIBLE, np.array([[0, 0], [1, 1]]), (Tier("matched", 2, None), Tier("total", 6, None)))
    certificate = certify(problem, replace(claim, prices=best.prices))
    assert certificate.verdict is Verdict.PARTLY
    assert [tier.certified for tier in certificate.tiers] == [2, best.tiers[1].value]
    assert not certificate.tiers[1].proved
    split = replace(claim, prices=(DualSolution((("matched", 1),), np.array([1, 1]), np.array([0, 0])),))
    assert certify(problem, split).tiers[0].proved


def test_without_prices_the_rules_and_the_values_are_certified_and_the_optimum_is_not() -> None:
    problem = replace(pose(SCORES), rows=(Row("r", np.ones((1, 1), dtype=np.int64), most=1),))
    certificate = certify(problem, replace(solve(problem), prices=()))
    assert certificate.verdict is Verdict.UNCERTIFIED
    assert [(tier.stated, tier.certified) for tier in certificate.tiers] == [(1, None), (5, None)]
    assert "pas certifiée" in certificate.words


def test_prices_prove_an_answer_under_a_coupling_row_that_costs_nothing() -> None:
    free = pose(SCORES)
    problem = replace(free, rows=(Row("r", np.ones((1, 1), dtype=np.int64), most=2),))
    certificate = certify(problem, replace(solve(problem), prices=solve(free).prices))
    assert certificate.certified


def test_from_a_goal_that_has_no_proof_on_nothing_is_certified() -> None:
    problem = pose([[5]], goals=("matched", "leximin", "total"))
    pairs, stated = np.array([[0, 0]]), (Tier("matched", 1, 1), Tier("leximin", 5, 5), Tier("total", 5, 5))
    first, last = (
        DualSolution(((goal, 1),), np.array([price]), np.array([0])) for goal, price in (("matched", 1), ("total", 5))
    )
    certificate = certify(problem, Solution(Status.PROVED, pairs, stated, prices=(first,)))
    assert certificate.verdict is Verdict.PARTLY
    assert [tier.certified for tier in certificate.tiers] == [1, None, None]
    assert certify(problem, Solution(Status.PROVED, pairs, stated, prices=(first, last))).verdict is Verdict.REFUSED
    assert certify(problem, Solution(Status.PROVED, pairs, stated)).verdict is Verdict.UNCERTIFIED


def test_stages_about_a_floor_in_another_order_are_refused() -> None:
    problem = pose([[5, 4], [3, 1]], goals=("matched", "floor", "changes", "total"))
    problem = replace(problem, former=((0, 0), (1, 1)))
    solution = solve(problem)
    assert certify(problem, solution).certified
    turned = [
        replace(stage, weights=stage.weights[::-1]) if stage.score_threshold == 3 else stage
        for stage in solution.prices
    ]
    assert certify(problem, replace(solution, prices=tuple(turned))).verdict is Verdict.REFUSED


def test_fewer_pairs_than_could_be_have_a_bound_of_each_goal() -> None:
    best = solve(pose(SCORES))
    (stage,) = best.prices
    one = Solution(Status.FEASIBLE, np.array([[0, 0]]), (Tier("matched", 1, None), Tier("total", 5, None)))
    certificate = certify(pose(SCORES), replace(one, prices=best.prices))
    paid = int(stage.mentors.sum() + stage.mentees.sum())  # for two pairs, of which one has the weight of its goal back
    assert [tier.certified for tier in certificate.tiers] == [2, paid - stage.weights[0][1]]


@pytest.mark.parametrize(("above", "proved"), [(6, None), (8, 7), (9, None)])
def test_no_better_worst_pair_is_proved_by_the_pairs_just_above_it_alone(above: int, proved: int | None) -> None:
    problem = pose([[5], [7]], goals=("matched", "floor"))
    matched = DualSolution((("matched", 1),), np.array([0, 0]), np.array([1]))
    above_it = replace(matched, mentees=np.array([0]), score_threshold=above)
    for mentor, floor in ((0, 5), (1, 7)):
        tiers = (Tier("matched", 1, 1), Tier("floor", floor, None))
        claim = Solution(Status.FEASIBLE, np.array([[mentor, 0]]), tiers, prices=(matched, above_it))
        assert certify(problem, claim).tiers[1].certified == (proved if floor == 7 else None)


def test_a_pair_that_exceeds_its_prices_by_one_adds_one_to_the_bound() -> None:
    nobody = Solution(Status.FEASIBLE, np.empty((0, 2), dtype=np.int64), (Tier("total", 0, None),))
    prices = DualSolution((("total", 1),), np.array([4]), np.array([0]))
    certificate = certify(pose([[5]], goals=("total",)), replace(nobody, prices=(prices,)))
    assert certificate.tiers[0].certified == 5
