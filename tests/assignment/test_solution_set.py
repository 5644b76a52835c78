"""The answers that a proof leaves open: never without the best ones, and no wider than the prices make them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Solution, Status, certify, solve
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.reduced_costs import DualStage
from mentormatch.assignment.verification.solution_set import SolutionSet, _finishing_order, _strong_components
from mentormatch.results import Tier, Verdict
from tests.oracles.problems import problems

pytestmark = pytest.mark.promise(11)

pose = AssignmentProblem.from_scores
PAIR = np.array([[0, 0]])
GRAPHS = st.integers(1, 6).flatmap(
    lambda count: st.lists(st.lists(st.integers(0, count - 1), max_size=3), min_size=count, max_size=count)
)


def reach(graph: list[list[int]]) -> list[set[int]]:
    """Return the nodes that each node leads to, itself among them."""
    found = [{node, *heads} for node, heads in enumerate(graph)]
    for _ in graph:
        found = [set[int]().union(*(found[head] for head in heads)) for heads in found]
    return found


@given(GRAPHS)
def test_two_nodes_are_in_one_strong_part_if_each_leads_to_the_other(graph: list[list[int]]) -> None:
    part, leads = _strong_components(graph), reach(graph)
    for one, other in product(range(len(graph)), repeat=2):
        assert (part[one] == part[other]) is (other in leads[one] and one in leads[other])


@given(GRAPHS)
def test_a_search_in_depth_leaves_every_node_once_and_a_part_after_all_that_it_leads_to(graph: list[list[int]]) -> None:
    left, leads = _finishing_order(graph), reach(graph)
    assert sorted(left) == list(range(len(graph)))
    last = [max(left.index(other) for other in leads[one] if one in leads[other]) for one in range(len(graph))]
    for one, other in product(range(len(graph)), repeat=2):
        if other in leads[one] and one not in leads[other]:
            assert last[other] < last[one]


def test_all_pairs_are_looked_at_or_those_of_a_score() -> None:
    problem = pose([[5, 4], [3, 2]], [[True, True], [False, True]], mentor_capacity=2)
    every = SolutionSet.of(problem, PAIR)
    assert list(zip(every.mentors.tolist(), every.mentees.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]
    assert every.chosen.tolist() == [True, False, False]
    high = SolutionSet.of(problem, PAIR, 4)
    assert list(zip(high.mentors.tolist(), high.mentees.tolist(), strict=True)) == [(0, 0), (0, 1)]
    assert [part.tolist() for part in high.most] == [[2, 0], [1, 1]]


def test_nobody_takes_more_than_there_are_partners_and_the_scarcer_side_bounds_the_pairs() -> None:
    face = SolutionSet.of(pose([[5, 4, 3], [1, 1, 1]], mentor_capacity=[9, 1], mentee_capacity=2), PAIR)
    assert [part.tolist() for part in face.most] == [[3, 1], [2, 2, 2]]
    assert face.places == 4
    assert [part.tolist() for part in face.loads(face.chosen)] == [[1, 0], [1, 0, 0]]


def test_pins_are_settled_and_so_is_what_they_leave_no_place_for() -> None:
    problem = replace(pose(np.ones((3, 3), dtype=int), mentor_capacity=[1, 2, 1]), pins=((0, 0), (1, 1)))
    face = SolutionSet.of(problem, np.array([[0, 0], [1, 1], [2, 2]]))
    opened = ~face.fixed
    assert list(zip(face.mentors[opened].tolist(), face.mentees[opened].tolist(), strict=True)) == [(1, 2), (2, 2)]
    assert [part.tolist() for part in face.least] == [[1, 1, 0], [1, 1, 0]]


def priced(problem: AssignmentProblem, face: SolutionSet, prices: DualSolution) -> DualStage:
    found = DualStage.of(problem, prices, face, {"total": 0, "matched": 0})
    assert found is not None
    return found


def total(mentors: list[int], mentees: list[int]) -> DualSolution:
    return DualSolution((("total", 1),), np.array(mentors), np.array(mentees))


def test_the_bound_takes_what_is_settled_as_chosen_and_what_is_open_as_it_pays() -> None:
    problem = replace(pose([[-5, 4], [3, -2]], mentor_capacity=2, mentee_capacity=2), pins=((0, 0),))
    face = SolutionSet.of(problem, PAIR)
    assert face.bound(priced(problem, face, total([0, 0], [0, 0]))) == -5 + 4 + 3


@pytest.mark.parametrize(("price", "bound"), [(2, 2 * 2 + 2 * 3), (-2, -2 * 1 + 2 * 7), (0, 2 * 5)])
def test_a_person_counts_with_their_most_at_a_price_and_with_their_least_below_nothing(price: int, bound: int) -> None:
    problem = pose([[5, 5]], mentor_capacity=2, mentor_minimum=1)
    face = SolutionSet.of(problem, PAIR)
    assert face.bound(priced(problem, face, total([price], [0, 0]))) == bound
    turned = pose([[5], [5]], mentee_capacity=2, mentee_minimum=1)
    face = SolutionSet.of(turned, PAIR)
    assert face.bound(priced(turned, face, total([0, 0], [price]))) == bound


GREAT = (1 << 60) - 16


@pytest.mark.parametrize("places", [1, 7, 8, 15, 16])
@pytest.mark.parametrize("price", [GREAT, -GREAT])
def test_a_price_counts_in_full_however_many_places_it_is_for(places: int, price: int) -> None:
    prices = total([price], [0] * 16)
    for minimum in (0, places):
        problem = pose([[5] * 16], mentor_capacity=places, mentor_minimum=minimum, goals=("total",))
        face = SolutionSet.of(problem, PAIR)
        expected = max(minimum * price, places * price) + 16 * max(5 - price, 0)
        assert face.bound(priced(problem, face, prices)) == expected
        assert face.fix_by_reduced_profit(priced(problem, face, prices), 0).most[0].tolist() == [1]


def test_links_come_in_full_on_top_of_a_great_price() -> None:
    free = pose([[5] * 10], mentor_capacity=10, goals=("total",))
    problem = replace(free, mentors=DegreeBounds(np.array([2]), np.array([10]), np.array([True])))
    price, link = GREAT // 100 * 79, GREAT // 100 * 20
    face = SolutionSet.of(problem, PAIR)
    prices = replace(total([price], [0] * 10), linking_duals=(((0, 0, link),), ()))
    assert face.bound(priced(problem, face, prices)) == 10 * price + link > 1 << 63


def test_a_great_price_for_many_places_certifies_no_answer_that_could_be_better() -> None:
    problem = pose([[5] * 16], mentor_capacity=16, goals=("total",))
    nobody = Solution(Status.PROVED, np.empty((0, 2), dtype=np.int64), (Tier("total", 0, 0),))
    certificate = certify(problem, replace(nobody, prices=(total([GREAT], [0] * 16),)))
    assert certificate.verdict is Verdict.REFUSED


def waived(least: int = 2) -> AssignmentProblem:
    """Return one mentor who takes two or three of three mentees, or nobody."""
    free = pose([[-5, -4, 3]], goals=("total",), mentor_capacity=3)
    return replace(free, mentors=DegreeBounds(np.array([least]), np.array([3]), np.array([True])))


def test_who_need_not_be_used_never_counts_below_nothing() -> None:
    face = SolutionSet.of(waived(), np.empty((0, 2), dtype=np.int64))
    assert face.bound(priced(waived(), face, total([-6], [0, 0, 0]))) == 0 + 1 + 2 + 9
    used = SolutionSet.of(waived(), PAIR).fix_by_reduced_profit(priced(waived(), face, total([0], [0, 0, 0])), 4)
    assert used.least[0].tolist() == [1]
    assert used.bound(priced(waived(), used, total([-6], [0, 0, 0]))) == -6 + 1 + 2 + 9


@pytest.mark.parametrize(("link", "bound"), [(1, 0 + 1 + 8), (5, -12 + 15 + 4), (14, -12 + 42)])
def test_links_of_who_need_not_be_used_count_with_their_price(link: int, bound: int) -> None:
    face = SolutionSet.of(waived(), np.empty((0, 2), dtype=np.int64))
    linked = replace(total([-6], [0, 0, 0]), linking_duals=(tuple((0, mentee, link) for mentee in range(3)), ()))
    assert face.bound(priced(waived(), face, linked)) == bound


@pytest.mark.parametrize(("link", "most"), [(0, 0), (1, 0), (2, 3), (3, 0), (9, 0)])
def test_at_no_gap_the_load_of_who_need_not_be_used_is_settled_unless_using_them_costs_nothing(
    link: int, most: int
) -> None:
    face = SolutionSet.of(waived(), np.empty((0, 2), dtype=np.int64))
    linked = replace(total([-1], [0, 0, 0]), linking_duals=(((0, 0, link),), ()))
    stage = replace(priced(waived(), face, linked), reduced_profit=np.zeros(3, dtype=np.int64))
    assert face.fix_by_reduced_profit(stage, 0).most[0].tolist() == [most]


def test_at_no_gap_who_costs_something_and_has_nobody_is_left_alone() -> None:
    problem = pose([[2]], goals=("total",))
    face = SolutionSet.of(problem, np.empty((0, 2), dtype=np.int64))
    stage = replace(priced(problem, face, total([-2], [4])), reduced_profit=np.zeros(1, dtype=np.int64))
    assert [part.tolist() for part in face.fix_by_reduced_profit(stage, 0).most] == [[0], [0]]


@pytest.mark.parametrize(("gap", "settled"), [(0, 3), (1, 2), (2, 2), (3, 1), (6, 0)])
def test_a_pair_is_settled_if_its_surplus_is_further_from_nothing_than_the_gap(gap: int, settled: int) -> None:
    problem = pose([[1, -3, 6]], mentor_capacity=3, goals=("total",))
    face = SolutionSet.of(problem, np.array([[0, 0], [0, 2]]))
    assert int(face.fix_by_reduced_profit(priced(problem, face, total([0], [0, 0, 0])), gap).fixed.sum()) == settled


def test_at_no_gap_the_load_of_who_has_a_price_is_settled_and_of_others_is_not() -> None:
    problem = pose([[2, 2], [2, 2]], mentor_capacity=2, mentee_capacity=2, goals=("total",))
    chosen = np.array([[0, 0], [0, 1]])
    face = SolutionSet.of(problem, chosen)
    narrowed = face.fix_by_reduced_profit(priced(problem, face, total([2, 0], [0, 2])), 0)
    assert [part.tolist() for part in narrowed.least] == [[2, 0], [1, 1]]
    assert [part.tolist() for part in narrowed.most] == [[2, 2], [2, 1]]


def opened(face: SolutionSet) -> list[tuple[int, int]]:
    """Return the pairs that are not settled."""
    return list(zip(face.mentors[~face.fixed].tolist(), face.mentees[~face.fixed].tolist(), strict=True))


def test_a_pair_on_no_cycle_of_pairs_to_take_and_to_leave_is_settled() -> None:
    allowed = np.array([[True, True, False], [True, True, False], [False, True, True]])
    problem = pose(np.full((3, 3), 4), allowed, goals=("total",))
    face = SolutionSet.of(problem, np.array([[0, 0], [1, 1], [2, 2]]))
    narrowed = face.fix_by_reduced_profit(priced(problem, face, total([2, 2, 2], [2, 2, 2])), 0)
    assert opened(narrowed) == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("minimum", "mentors", "mentees", "pairs"),
    [
        (0, [4], [0, 0], [(0, 0), (0, 1)]),
        (0, [4], [0, 4], []),
        (0, [4], [4, 0], []),
        ([1, 0], [4], [0, 0], []),
    ],
)
def test_a_way_begins_and_ends_at_people_whose_loads_may_change(
    minimum: int | list[int], mentors: list[int], mentees: list[int], pairs: list[tuple[int, int]]
) -> None:
    wide = pose([[4, 4]], mentee_minimum=minimum, goals=("total",))
    high = pose([[4], [4]], mentor_minimum=minimum, goals=("total",))
    for problem, prices in ((wide, (mentors, mentees)), (high, (mentees, mentors))):
        face = SolutionSet.of(problem, PAIR)
        stage = replace(priced(problem, face, total(*prices)), reduced_profit=np.zeros(2, dtype=np.int64))
        found = opened(face.fix_by_reduced_profit(stage, 0))
        assert sorted(tuple(sorted(pair)) for pair in found) == pairs


@given(problems(size=4, most=(2, 2)), st.integers(2, 5))
def test_prices_in_parts_of_a_unit_prove_the_same(problem: AssignmentProblem, parts: int) -> None:
    assume(not problem.has_side_constraints)
    solution = solve(problem)
    finer = tuple(
        replace(
            stage,
            denominator=stage.denominator * parts,
            mentors=stage.mentors * parts,
            mentees=stage.mentees * parts,
            goal_duals=tuple((goal, price * parts) for goal, price in stage.goal_duals),
        )
        for stage in solution.prices
    )
    assert certify(problem, replace(solution, prices=finer)) == certify(problem, solution)


def test_a_bound_between_two_whole_numbers_is_the_lower_one() -> None:
    problem = pose([[5, 4], [3, 1]], goals=("matched", "total"))
    worse = Solution(Status.FEASIBLE, PAIR, (Tier("matched", 1, None), Tier("total", 5, None)))
    for parts, price, bound in ((1, 1, 2), (2, 2, 2), (2, 3, 3), (10, 14, 2), (10, 15, 3), (10, 19, 3), (10, 20, 4)):
        prices = DualSolution((("matched", 1),), np.full(2, price), np.zeros(2, dtype=np.int64), denominator=parts)
        assert [tier.certified for tier in certify(problem, replace(worse, prices=(prices,))).tiers] == [bound, None]


@pytest.mark.parametrize(("weight", "parts"), [(10, 1), (10, 3), (30, 2)])
def test_of_two_goals_in_one_stage_the_first_is_bounded_whatever_the_second_may_lack(weight: int, parts: int) -> None:
    problem = pose([[1, -2], [-2, -1]], goals=("matched", "total"))
    worse = Solution(Status.FEASIBLE, PAIR, (Tier("matched", 1, None), Tier("total", 1, None)))
    mentors = np.full(2, parts * (weight + 1))
    prices = DualSolution((("matched", weight), ("total", 1)), mentors, np.zeros(2, dtype=np.int64), denominator=parts)
    bound = (2 * (weight + 1) + 2 * 2) // weight
    assert [tier.certified for tier in certify(problem, replace(worse, prices=(prices,))).tiers] == [bound, None]


@pytest.mark.parametrize(("parts", "mentors", "bound"), [(1, (9, 9), 3), (3, (26, 25), 3), (3, (25, 25), 2)])
def test_what_a_second_goal_may_lack_is_counted_for_every_place_and_in_parts(
    parts: int, mentors: tuple[int, int], bound: int
) -> None:
    problem = pose([[1, -2], [-2, -1]], goals=("matched", "total"))
    worse = Solution(Status.FEASIBLE, PAIR, (Tier("matched", 1, None), Tier("total", 1, None)))
    prices = DualSolution(
        (("matched", 7), ("total", 1)), np.array(mentors), np.zeros(2, dtype=np.int64), denominator=parts
    )
    assert (sum(mentors) + 2 * 2 * parts) // (7 * parts) == bound
    assert [tier.certified for tier in certify(problem, replace(worse, prices=(prices,))).tiers] == [bound, None]


def floored(value: int, *prices: DualSolution) -> list[int | None]:
    """Return the bounds that prices prove of two pairs of which the worse has a score of ``value``."""
    problem = pose([[5, value], [value, 4]], goals=("matched", "floor"))
    stated = (Tier("matched", 2, 2), Tier("floor", value, None))
    pairs = np.array([[0, 1], [1, 0]])
    return [tier.certified for tier in certify(problem, Solution(Status.FEASIBLE, pairs, stated, prices=prices)).tiers]


COUNT = DualSolution((("matched", 1),), np.array([1, 1]), np.array([0, 0]))


def test_a_worst_pair_that_could_be_better_is_not_certified_whatever_stage_claims_it() -> None:
    above = replace(COUNT, score_threshold=3)
    assert floored(2, COUNT, above) == [2, None]
    assert floored(2, COUNT, replace(above, weights=(("matched", 1 << 61),))) == [2, None]
    assert floored(2, COUNT, replace(above, weights=(("total", 1),))) == [2, None]


def test_a_worst_pair_is_certified_by_the_pairs_above_it_being_too_few() -> None:
    above = DualSolution((("matched", 1),), np.array([1, 0]), np.array([0, 0]), score_threshold=5)
    problem = pose([[5, 3], [3, 4]], goals=("matched", "floor"))
    stated = (Tier("matched", 2, 2), Tier("floor", 4, 4))
    best = Solution(Status.PROVED, np.array([[0, 0], [1, 1]]), stated, prices=(COUNT, above))
    assert certify(problem, best).certified
    unproved = replace(best, prices=(COUNT, replace(above, mentors=np.array([2, 0]))))
    assert [tier.certified for tier in certify(problem, unproved).tiers] == [2, None]
    assert [tier.certified for tier in certify(problem, replace(best, prices=(COUNT,))).tiers] == [2, None]


def alone(floor: int) -> list[int | None]:
    """Return the bound proved of the floor, the only goal, by there being no pair above the only one there is."""
    problem = pose([[floor]], goals=("floor",))
    above = DualSolution((("matched", 1),), np.array([0]), np.array([0]), score_threshold=floor + 1)
    only = Solution(Status.FEASIBLE, PAIR, (Tier("floor", floor, None),), prices=(above,))
    return [tier.certified for tier in certify(problem, only).tiers]


@pytest.mark.parametrize(("floor", "proved"), [(3, 3), (0, 0), (-1, None)])
def test_a_worst_pair_below_nothing_is_not_certified_where_nobody_need_be_paired(
    floor: int, proved: int | None
) -> None:
    assert alone(floor) == [proved]


def test_a_stage_about_the_pairs_above_a_floor_bounds_no_goal_before_it() -> None:
    problem = pose([[5, 1], [1, 1]], goals=("matched", "floor"))
    worse = Solution(Status.FEASIBLE, PAIR, (Tier("matched", 1, None), Tier("floor", 5, None)))
    high = DualSolution((("matched", 1),), np.array([1, 0]), np.array([0, 0]), score_threshold=5)
    assert [tier.certified for tier in certify(problem, replace(worse, prices=(high,))).tiers] == [None, None]


def test_the_stage_that_refutes_a_better_floor_is_about_any_goal_before_it() -> None:
    problem = replace(pose([[5]], goals=("priority", "floor")), mentor_priority=np.array([6]))
    above = DualSolution((("matched", 1),), np.array([0]), np.array([0]), score_threshold=6)
    first = DualSolution((("priority", 1),), np.array([6]), np.array([0]))
    stated = (Tier("priority", 6, 6), Tier("floor", 5, 5))
    assert certify(problem, Solution(Status.PROVED, PAIR, stated, prices=(first, above))).certified
