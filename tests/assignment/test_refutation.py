"""Each step of a proof: a true one is taken and a just false one refused; whatever JSON it is, nothing else happens."""

from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.assignment.verification import refutation
from mentormatch.assignment.verification.refutation import ProofError, System, Work, narrow, refute

pytestmark = pytest.mark.promise(11)

HUGE = 1 << 62


def system(*rows: tuple[list[int], int | None, int | None], count: int = 4) -> System:
    """Return rows over 0-1 columns, each with all its coefficients."""
    found = System.free(count)
    for values, lower, upper in rows:
        columns = [place for place, value in enumerate(values) if value]
        found = found.with_row(columns, [values[place] for place in columns], lower, upper)
    return found


def solutions(of: System) -> set[tuple[int, ...]]:
    """Return all 0-1 solutions, by trying each choice."""
    found = set()
    for choice in product((0, 1), repeat=len(of.least)):
        sums = [0] * len(of.lower)
        for row, column, value in zip(of.rows.tolist(), of.columns.tolist(), of.values.tolist(), strict=True):
            sums[row] += value * choice[column]
        ends = zip(sums, of.lower, of.upper, strict=True)
        in_rows = all((lo is None or lo <= total) and (hi is None or total <= hi) for total, lo, hi in ends)
        in_box = all(lo <= x <= hi for x, lo, hi in zip(choice, of.least.tolist(), of.most.tolist(), strict=True))
        if in_rows and in_box:
            found.add(choice)
    return found


TWO_OF_ONE = system(([1, 1], None, 1), ([1, 1], 2, None), count=2)
"""One of two at most, and both."""


def test_a_leaf_closes_an_empty_box_and_no_other() -> None:
    assert refute(TWO_OF_ONE, [["leaf", [[0, 1], [1, -1]]]]) == 1
    for wrong in ([[0, 2], [1, -1]], [[0, 1]], [[1, -1]]):
        with pytest.raises(ProofError, match="not empty"):
            refute(TWO_OF_ONE, [["leaf", wrong]])


def test_a_leaf_that_is_tight_is_refused() -> None:
    both = system(([1, 1], None, 1), ([1, 1], 1, None), count=2)
    with pytest.raises(ProofError, match="not empty"):
        refute(both, [["leaf", [[0, 1], [1, -1]]]])


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ({}, "no list"),
        ([[]], "unknown"),
        ([3], "no list"),
        ([["leaf"]], "unknown"),
        ([["leaf", [], [], []]], "unknown"),
        ([["leaf", []]], "no list"),
        ([["leaf", [[0, 0]]]], "does not have"),
        ([["leaf", [[1, 0]]]], "does not have"),
        ([["leaf", [[0, 1], [0, 1]]]], "twice"),
        ([["leaf", [[2, 1]]]], "no row"),
        ([["leaf", [[-1, 1]]]], "no row"),
        ([["leaf", [[0, True]]]], "an integer"),
        ([["leaf", [[0, 1.0]]]], "an integer"),
        ([["leaf", [[False, 1]]]], "an integer"),
        ([["leaf", [[0, -1]]]], "does not have"),
        ([["leaf", [[1, 1]]]], "does not have"),
        ([["leaf", [[0, 1], [1, -1]], {}]], "blocks are no list"),
        ([], "left open"),
        ([["split", [[0, 1]], 0], ["leaf", [[0, 1], [1, -1]]]], "left open"),
        ([["leaf", [[0, 1], [1, -1]]], ["leaf", [[0, 1], [1, -1]]]], "last box"),
        ([["split", [[0, 1]], 0.0]], "integer"),
        ([["split", [[1, 1], [0, 1]], 0]], "ascend"),
        ([["split", [[0, 1], [0, 1]], 0]], "ascend"),
        ([["split", [[2, 1]], 0]], "no column"),
        ([["split", [[-1, 1]], 0]], "no column"),
        ([["split", [[0, HUGE]], 0]], "too great"),
        ([["split", [], 0]], "no list"),
        ([["split", [[-1, 1], [0, 1]], 0]], "no column"),
        ([["split", [[0, 1], [2, 1]], 0]], "no column"),
        ([["split", [[0, 1], [1, HUGE]], 0]], "too great"),
        ([["split", [[0, HUGE], [1, 1]], 0]], "too great"),
        ([["split", [[0, 1], [1, 1.0]], 0]], "an integer"),
        ([["split", [[0, 1.0], [1, 1]], 0]], "an integer"),
        ([["split", [(0, 1)], 0]], "an integer"),
        ([["round", [[0, 1]], 0]], "divisor"),
        ([["round", [[0, 1]], True]], "divisor"),
        ([["round", [[0, HUGE]], 1]], "too great"),
        ([["pack", 0, 1, [[0, 0]], 1]], "out of range"),
        ([["pack", 0, 1, [[0, 1001]], 1]], "out of range"),
        ([["pack", 0, True, [[0, 1]], 1]], "malformed"),
        ([["pack", 0, 2, [[0, 1]], 1]], "malformed"),
        ([["pack", 0, 1, [[0, 1]], 1.0]], "malformed"),
        ([["pack", 2, 1, [[0, 1]], 1]], "no row"),
        ([["pack", 0, -1, [[0, 1]], 1]], "does not have"),
        ([["fix", [[0, 1], [1, -1]]]], "is empty"),
    ],
)
def test_a_step_that_is_none_is_refused_by_name(steps: Any, message: str) -> None:
    with pytest.raises(ProofError, match=message):
        refute(TWO_OF_ONE, steps)


def test_a_split_on_a_column_covers_both_values() -> None:
    below, above = system(([1, 1], None, 1), count=2).split([[0, 1]], 0)
    assert solutions(below) | solutions(above) == {(0, 0), (0, 1), (1, 0)}
    assert solutions(below) == {(0, 0), (0, 1)}
    assert len(below.lower) == len(above.lower) == 1  # the box alone


@pytest.mark.parametrize(
    ("terms", "k"), [([[0, 1]], 1), ([[0, 1]], -1), ([[0, 2]], 0), ([[0, 1], [1, 1]], 0), ([[0, -1]], -1)]
)
def test_a_split_at_any_integer_covers_all(terms: list[list[int]], k: int) -> None:
    whole = system(([1, 1, 1], None, 2), count=3)
    below, above = whole.split(terms, k)
    assert solutions(below) | solutions(above) == solutions(whole)
    assert not solutions(below) & solutions(above)


def test_a_row_of_a_split_is_gone_when_its_box_is_closed() -> None:
    # The row of the second box has the number of that of the first, and its own bound
    steps = [["split", [[0, 1], [1, 1]], 1], ["leaf", [[1, -1], [2, 1]]], ["leaf", [[0, 1], [2, -1]]]]
    assert refute(TWO_OF_ONE, steps) == 2
    wrong = [["split", [[0, 1], [1, 1]], 1], ["leaf", [[1, -1], [2, 1]]], ["leaf", [[0, 1], [2, 1]]]]
    with pytest.raises(ProofError, match="does not have"):
        refute(TWO_OF_ONE, wrong)


def test_fixing_keeps_one_value_where_the_other_costs_more_than_the_room() -> None:
    # 5a + 3b + 2c <= 5 and a + b + c >= 1: by the first row alone nothing goes; a target of 2 takes a away
    of = system(([5, 3, 2], None, 5), ([1, 1, 1], 2, None), count=3)
    box = of.fix([[0, 1], [1, -2]], [], Work())
    assert solutions(box) == solutions(of) == {(0, 1, 1)}
    assert box.most.tolist() == [False, True, True]
    assert box.least.tolist() == [False, False, False]
    tighter = of.fix([[0, 1], [1, -4]], [], Work())
    assert solutions(tighter) == {(0, 1, 1)}


def test_fixing_at_the_very_room_changes_nothing() -> None:
    of = system(([2, 1], None, 2), count=2)
    assert of.fix([[0, 1]], [], Work()).most.tolist() == [True, True]  # 2 is no more than the room of 2
    assert system(([3, 1], None, 2), count=2).fix([[0, 1]], [], Work()).most.tolist() == [False, True]
    at_least = system(([-2, 1], None, -2), count=2)
    assert at_least.fix([[0, 1]], [], Work()).least.tolist() == [True, False]
    assert system(([-2, 1], None, 0), count=2).fix([[0, 1]], [], Work()).least.tolist() == [False, False]


def test_a_cut_of_rounding_is_rounded_down() -> None:
    odd = system(([1, 1, 0], None, 1), ([0, 1, 1], None, 1), ([1, 0, 1], None, 1), ([2, 2, 2], 3, None), count=3)
    steps = [["round", [[0, 1], [1, 1], [2, 1]], 2], ["leaf", [[3, -1], [4, 2]]]]
    assert refute(odd, steps) == 1
    with pytest.raises(ProofError, match="not empty"):
        refute(odd, [["leaf", [[0, 1], [1, 1], [2, 1], [3, -1]]]])  # the linear program alone does not
    negative = system(([-3, 1], None, -1), count=2).round([[0, 1]], 2)
    assert negative.values[negative.rows == 1].tolist() == [-2]  # floor, not truncation
    assert negative.upper[1] == -1


def test_a_cover_is_what_a_knapsack_implies() -> None:
    of = system(([5, 4, 3, 2], None, 7), count=4)
    assert len(of.pack(0, 1, [[0, 1], [1, 1], [2, 1]], 2, Work()).lower) == 2
    with pytest.raises(ProofError, match="room for more"):
        of.pack(0, 1, [[0, 1], [1, 1], [2, 1]], 1, Work())
    with pytest.raises(ProofError, match="room for more"):
        of.pack(0, 1, [[0, 1], [1, 1], [2, 2]], 2, Work())
    mirrored = system(([-5, -4, -3, -2], -7, None), count=4)
    assert mirrored.pack(0, -1, [[0, 1], [1, 1], [2, 1]], 2, Work()).upper[1] == 2


def test_a_cover_counts_what_the_box_takes_and_what_costs_nothing() -> None:
    of = system(([5, -4, 3], None, 4), count=3)
    with pytest.raises(ProofError, match="room for more"):
        of.pack(0, 1, [[0, 1], [1, 1], [2, 1]], 2, Work())  # 5 - 4 + 3 = 4
    _, taken = of.split([[0, 1]], 0)
    _, taken = taken.split([[1, 1]], 0)
    with pytest.raises(ProofError, match="room for more"):
        taken.pack(0, 1, [[0, 1], [1, 1], [2, 1]], 2, Work())
    without, _ = of.split([[1, 1]], 0)
    assert without.pack(0, 1, [[0, 1], [2, 1]], 1, Work()).upper[1] == 1


def test_blocks_bound_what_a_table_of_each_allows() -> None:
    # Two people with 4 hours each; each has tasks of 3 and 3 hours: in halves both rows allow 8/3 tasks
    hours = ([3, 3, 0, 0], None, 4), ([0, 0, 3, 3], None, 4)
    of = system(*hours, ([1, 1, 1, 1], 3, None))
    with pytest.raises(ProofError, match="not empty"):
        refute(of, [["leaf", [[2, -1]]]])
    assert refute(of, [["leaf", [[2, -1]], [[0], [1]]]]) == 1
    two = system(*hours, ([1, 1, 1, 1], 2, None))
    with pytest.raises(ProofError, match="not empty"):
        refute(two, [["leaf", [[2, -1]], [[0], [1]]]])
    box = two.fix([[2, -1]], [[0], [1]], Work())
    assert box.most.all()
    assert not box.least.any()


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([[0], [0]], "share a column"),
        ([[0, 2]], "does not have"),
        ([[3]], "unknown row"),
        ([[-1]], "unknown row"),
        ([[True]], "unknown row"),
        ([[]], "no list of rows"),
        ([7], "no list of rows"),
        ([[0, 0]], "twice"),
    ],
)
def test_blocks_that_are_none_are_refused(blocks: Any, message: str) -> None:
    of = system(([3, 3, 0, 0], None, 4), ([0, 0, 3, 3], None, 4), ([1, 1, 1, 1], 3, None))
    with pytest.raises(ProofError, match=message):
        refute(of, [["leaf", [[2, -1]], blocks]])


def test_a_block_with_a_negative_coefficient_is_refused() -> None:
    of = system(([3, -1, 0, 0], None, 4), ([1, 1, 1, 1], 3, None))
    with pytest.raises(ProofError, match="below 0"):
        refute(of, [["leaf", [[1, -1]], [[0]]]])


def test_a_block_whose_required_columns_do_not_fit_is_empty() -> None:
    of = system(([3, 3], None, 4), ([1, 1], 1, None), count=2)
    _, first = of.split([[0, 1]], 0)
    _, both = first.split([[1, 1]], 0)
    assert refute(both, [["leaf", [[1, -1]], [[0]]]]) == 1


def test_numbers_beyond_int64_are_exact() -> None:
    of = system(([HUGE // 2, HUGE // 2], None, HUGE // 2), ([1, 1], 2, None), count=2)
    assert refute(of, [["leaf", [[0, 1], [1, -(HUGE // 2)]]]]) == 1
    assert refute(of, [["leaf", [[0, 1 << 80], [1, -(HUGE // 2) << 80]]]]) == 1
    even = system(([HUGE // 2, HUGE // 2], None, HUGE), ([1, 1], 2, None), count=2)
    for scale in (1, 1 << 80):
        with pytest.raises(ProofError, match="not empty"):
            refute(even, [["leaf", [[0, scale], [1, -(HUGE // 2) * scale]]]])


def test_a_proof_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refutation, "MAX_STEPS", 1)
    with pytest.raises(ProofError, match="too many steps"):
        refute(TWO_OF_ONE, [["split", [[0, 1]], 0]] * 2)
    monkeypatch.undo()
    monkeypatch.setattr(refutation, "MAX_WORK", 3)
    with pytest.raises(ProofError, match="too long"):
        refute(TWO_OF_ONE, [["split", [[0, 1]], 0]] * 4)
    monkeypatch.undo()
    monkeypatch.setattr(refutation, "MAX_OPEN_BYTES", 10)
    with pytest.raises(ProofError, match="open"):
        refute(TWO_OF_ONE, [["split", [[0, 1]], 0]])
    monkeypatch.undo()
    monkeypatch.setattr(refutation, "MAX_BLOCK_STATES", 1)
    with pytest.raises(ProofError, match="states"):
        refute(system(([3, 2], None, 4), ([1, 1], 2, None), count=2), [["leaf", [[1, -1]], [[0]]]])


numbers = st.integers(-4, 4)
dual_lists = st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=4)
term_lists = st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2), min_size=1, max_size=3)
block_lists = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=2), max_size=2)
step_lists = st.lists(
    st.one_of(
        st.tuples(st.just("leaf"), dual_lists).map(list),
        st.tuples(st.just("leaf"), dual_lists, block_lists).map(list),
        st.tuples(st.just("fix"), dual_lists).map(list),
        st.tuples(st.just("fix"), dual_lists, block_lists).map(list),
        st.tuples(st.just("round"), dual_lists, st.integers(0, 4)).map(list),
        st.tuples(st.just("pack"), st.integers(0, 3), st.sampled_from([1, -1]), term_lists, st.integers(0, 5)).map(
            list
        ),
        st.tuples(st.just("split"), term_lists, st.integers(-1, 2)).map(list),
    ),
    min_size=1,
    max_size=6,
)
systems = st.lists(
    st.tuples(st.lists(numbers, min_size=3, max_size=3), st.none() | numbers, st.none() | numbers), max_size=3
).map(lambda rows: system(*rows, count=3))


@given(systems, step_lists)
def test_no_list_of_steps_refutes_a_system_that_has_a_solution(of: System, steps: list[Any]) -> None:
    try:
        refute(of, steps)
    except ProofError:
        return
    assert not solutions(of)


@given(systems, step_lists)
def test_every_step_keeps_all_solutions(of: System, steps: list[Any]) -> None:
    for kind, *parts in steps:
        try:
            if kind == "fix":
                after = of.fix(parts[0], parts[1] if len(parts) > 1 else [], Work())
            elif kind == "round":
                after = of.round(*parts)
            elif kind == "pack":
                row, sign, terms, most = parts
                after = of.pack(row, sign, terms, most, Work())
            else:
                continue
        except ProofError:
            continue
        assert solutions(after) == solutions(of)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=12,
)
kinds = st.sampled_from(["leaf", "fix", "round", "pack", "split", "keep"])


@given(st.lists(st.tuples(kinds, json_values, json_values, json_values).map(list) | json_values, max_size=3))
def test_any_json_is_refused_and_nothing_else_is_raised(steps: list[Any]) -> None:
    with pytest.raises(ProofError):
        refute(system(([1, 1], None, 1), count=2), steps)


def test_terms_of_columns_that_are_gone_are_dropped() -> None:
    of = system(([9, 9, 9, 1], None, 8), ([1, 1, 1, 1], 2, None))
    box = of.fix([[0, 1]], [], Work())
    assert np.unique(box.columns).tolist() == [3]
    assert refute(of, [["fix", [[0, 1]]], ["leaf", [[1, -1]]]]) == 1


def random_system(random: Random, columns: int = 4, *, signs: bool = True) -> System:
    """Return one to three rows with small coefficients, in a box that may have closed and required columns."""
    found = System.free(columns)
    for _ in range(random.randint(1, 3)):
        values = [random.randint(-4 if signs else 0, 5) for _ in range(columns)]
        lower = random.choice([None, random.randint(-4, 3)])
        places = [place for place, value in enumerate(values) if value]
        found = found.with_row(places, [values[place] for place in places], lower, random.randint(-2, 9))
    states = [random.choice(["free", "free", "free", "zero", "one"]) for _ in range(columns)]
    return found.within(np.array([each == "one" for each in states]), np.array([each != "zero" for each in states]))


def box_points(of: System) -> list[tuple[int, ...]]:
    ends = zip(of.least.tolist(), of.most.tolist(), strict=True)
    return list(product(*([x for x in (0, 1) if lo <= x <= hi] for lo, hi in ends)))


def row_sum(of: System, row: int, point: tuple[int, ...]) -> int:
    terms = zip(of.rows.tolist(), of.columns.tolist(), of.values.tolist(), strict=True)
    return sum(value * point[column] for place, column, value in terms if place == row)


@pytest.mark.parametrize("scale", [1, 1 << 70])
def test_slack_and_fixing_are_what_enumeration_of_the_box_gives(scale: int) -> None:
    random = Random(1)
    for _ in range(400):
        of = random_system(random)
        multipliers = []
        for row in range(len(of.lower)):
            dual = random.randint(-3, 3)
            if dual and (of.upper[row] if dual > 0 else of.lower[row]) is not None:
                multipliers.append([row, dual * scale])
        if not multipliers:
            continue
        ceiling = sum(dual * ((of.upper[row] if dual > 0 else of.lower[row]) or 0) for row, dual in multipliers)

        def cost(point: tuple[int, ...], of: System = of, multipliers: list[list[int]] = multipliers) -> int:
            return sum(dual * row_sum(of, row, point) for row, dual in multipliers)

        total, slack = of.slack(multipliers, [], Work())
        assert slack == ceiling - min(map(cost, box_points(of)))
        unit = [tuple(int(place == column) for place in range(4)) for column in range(4)]
        assert total.tolist() == [cost(each) if of.most[column] else total[column] for column, each in enumerate(unit)]
        if slack < 0:
            with pytest.raises(ProofError, match="is empty"):
                of.fix(multipliers, [], Work())
            assert not solutions(of)
            continue
        box = of.fix(multipliers, [], Work())
        for column in range(4):
            free = of.most[column] and not of.least[column]
            change = cost(unit[column])
            assert box.most[column] == (of.most[column] and not (free and change > slack))
            assert box.least[column] == (of.least[column] or (free and -change > slack))


def test_slack_with_blocks_is_what_enumeration_of_the_blocks_gives() -> None:
    random, told = Random(2), set[str]()
    for _ in range(600):
        own, theirs = ([random.randint(0, 4) for _ in range(2)] for _ in range(2))
        degrees, hours = random.randint(0, 2), random.randint(0, 6)
        of = system(
            ([1, 1, 0, 0], None, degrees),
            ([*own, 0, 0], None, hours),
            ([0, 0, *theirs], None, random.randint(0, 6)),
            ([random.randint(-3, 3) for _ in range(4)], random.randint(-3, 3), random.randint(3, 6)),
        )
        states = [random.choice(["free", "free", "free", "zero", "one"]) for _ in range(4)]
        of = of.within(np.array([each == "one" for each in states]), np.array([each != "zero" for each in states]))
        dual = random.choice([-2, -1, 1, 2])
        multipliers, blocks = [[3, dual]], [[0, 1], [2]]
        within = [
            point
            for point in box_points(of)
            if all(row_sum(of, row, point) <= (of.upper[row] or 0) for row in (0, 1, 2))
        ]
        ceiling = dual * ((of.upper[3] if dual > 0 else of.lower[3]) or 0)
        _, slack = of.slack(multipliers, blocks, Work())
        if not within:
            assert slack == -1
            told.add("no load")
            continue
        least = min(dual * row_sum(of, 3, point) for point in within)
        assert slack == ceiling - least
        told.add("closed" if slack < 0 else "open")
        if slack >= 0:
            box = of.fix(multipliers, blocks, Work())
            assert solutions(box) == solutions(of)
            assert box.least.tolist() == of.least.tolist()
            for column in range(4):
                free = of.most[column] and not of.least[column]
                change = dual * row_sum(of, 3, tuple(int(place == column) for place in range(4)))
                assert box.most[column] == (of.most[column] and not (free and change > slack))
    assert told == {"no load", "closed", "open"}


def test_the_least_cost_of_a_set_is_that_of_the_best_of_all_sets() -> None:
    random = Random(3)
    for _ in range(400):
        limits = [random.randint(0, 7) for _ in range(random.randint(1, 2))]
        items = [
            ([random.randint(0, 4) for _ in limits], random.randint(-5, 5), random.random() < 0.3)
            for _ in range(random.randint(0, 5))
        ]
        costs = [
            sum(cost for taken, (_, cost, _) in zip(choice, items, strict=True) if taken)
            for choice in product((0, 1), repeat=len(items))
            if all(taken or not required for taken, (_, _, required) in zip(choice, items, strict=True))
            and all(
                sum(uses[place] for taken, (uses, _, _) in zip(choice, items, strict=True) if taken) <= limit
                for place, limit in enumerate(limits)
            )
        ]
        assert refutation.cheapest_within(items, limits, Work()) == min(costs, default=None)


def test_a_cover_is_taken_from_the_very_most_that_its_row_allows() -> None:
    random = Random(4)
    for _ in range(600):
        of = random_system(random, signs=random.random() < 0.5)
        sign = random.choice([1, -1])
        if (of.upper[0] if sign > 0 else of.lower[0]) is None:
            continue
        terms = [[column, random.randint(1, 4)] for column in range(4) if random.random() < 0.8]
        keeping = [
            point
            for point in box_points(of)
            if (
                row_sum(of, 0, point) <= (of.upper[0] or 0) if sign > 0 else row_sum(of, 0, point) >= (of.lower[0] or 0)
            )
        ]
        if not terms or not keeping:
            continue
        most = max(sum(worth * point[column] for column, worth in terms) for point in keeping)
        made = of.pack(0, sign, terms, most, Work())
        assert (made.upper[-1], made.lower[-1]) == (most, None)
        assert made.values[made.rows == len(of.lower)].tolist() == [worth for _, worth in terms]
        with pytest.raises(ProofError, match="room for more"):
            of.pack(0, sign, terms, most - 1, Work())


def test_cuts_of_rounding_are_floors_of_the_combination() -> None:
    random = Random(5)
    for _ in range(200):
        of = random_system(random)
        row, dual, divisor = random.randrange(len(of.lower)), random.choice([-3, -2, -1, 1, 2, 3]), random.randint(1, 4)
        end = of.upper[row] if dual > 0 else of.lower[row]
        if end is None:
            continue
        made = of.round([[row, dual]], divisor)
        new = made.rows == len(of.lower)
        found = dict(zip(made.columns[new].tolist(), made.values[new].tolist(), strict=True))
        mine = of.rows == row
        terms = zip(of.columns[mine].tolist(), of.values[mine].tolist(), strict=True)
        assert found == {column: cut for column, value in terms if (cut := dual * value // divisor)}
        assert (made.lower[-1], made.upper[-1]) == (None, dual * end // divisor)


def test_python_integers_take_over_where_int64_may_not_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    of = system(([3, -2, 5], -7, 9), ([1, 1, 1], 1, 2), count=3)
    multipliers = [[0, -4], [1, 6]]
    exact = 6 * 5 * (2 + 1) * (3 + 1)  # greatest dual, greatest coefficient, duals + 1, columns + 1
    for limit, kind in ((exact + 1, np.int64), (exact, object)):
        monkeypatch.setattr(refutation, "EXACT_INT64", limit)
        total, ceiling = of.combine(multipliers)
        assert total.dtype == kind
        assert (total.tolist(), ceiling) == ([-6, 14, -14], -4 * -7 + 6 * 2)
    empty = System.free(1).with_row([], [], 1, None)
    monkeypatch.setattr(refutation, "EXACT_INT64", 1 * 1 * 2 * 2)
    assert empty.combine([[0, -1]])[0].dtype == object
    monkeypatch.setattr(refutation, "EXACT_INT64", 1 * 1 * 2 * 2 + 1)
    assert empty.combine([[0, -1]])[0].dtype == np.int64
    assert refute(empty, [["leaf", [[0, -1]]]]) == 1


def test_limits_are_the_greatest_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    great = refutation.MAX_COEFFICIENT
    for of in (great, -great):
        assert TWO_OF_ONE.split([[0, of]], 0)[0].values[-1] == of
        with pytest.raises(ProofError, match="too great"):
            TWO_OF_ONE.split([[0, of + (1 if of > 0 else -1)]], 0)
    assert TWO_OF_ONE.round([[0, great]], 1).values[-1] == great
    with pytest.raises(ProofError, match="too great"):
        TWO_OF_ONE.round([[0, great + 1]], 1)
    with pytest.raises(ProofError, match="too great"):
        system(([1, great + 1], None, 1), count=2).round([[0, 1]], 1)
    top = refutation.MAX_PACK_COEFFICIENT
    assert TWO_OF_ONE.pack(0, 1, [[0, top]], top, Work()).upper[-1] == top
    for terms in ([[0, top + 1], [1, 1]], [[0, 1], [1, top + 1]], [[0, 0], [1, 1]]):
        with pytest.raises(ProofError, match="out of range"):
            TWO_OF_ONE.pack(0, 1, terms, 5000, Work())
    leaf = ["leaf", [[0, 1], [1, -1]]]
    monkeypatch.setattr(refutation, "MAX_STEPS", 3)
    assert refute(TWO_OF_ONE, [["split", [[0, 1]], 0], leaf, leaf]) == 2
    monkeypatch.setattr(refutation, "MAX_STEPS", 2)
    with pytest.raises(ProofError, match="too many steps"):
        refute(TWO_OF_ONE, [["split", [[0, 1]], 0], leaf, leaf])


def test_work_is_steps_and_terms_and_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf, split = ["leaf", [[0, 1], [1, -1]]], ["split", [[0, 1]], 0]
    monkeypatch.setattr(refutation, "TERMS_PER_WORK", 2)  # four terms: 1 + 2 a step
    for limit, is_enough in ((9, True), (8, False)):
        monkeypatch.setattr(refutation, "MAX_WORK", limit)
        if is_enough:
            assert refute(TWO_OF_ONE, [split, leaf, leaf]) == 2
            continue
        with pytest.raises(ProofError, match="takes too long"):
            refute(TWO_OF_ONE, [split, leaf, leaf])
    items = [([1], -1, False)] * 3
    tables: list[Callable[[Work], object]] = [
        lambda work: refutation.cheapest_within(items, [3], work),  # 1 + 2 + 3 states
        lambda work: refutation.greatest_worth([(1, 1)] * 3, 3, work),
    ]
    for table in tables:
        monkeypatch.setattr(refutation, "MAX_WORK", 6)
        work = Work()
        table(work)
        assert work.done == 6
        monkeypatch.setattr(refutation, "MAX_WORK", 5)
        with pytest.raises(ProofError, match="takes too long"):
            table(Work())
    monkeypatch.undo()
    monkeypatch.setattr(refutation, "MAX_BLOCK_STATES", 4)
    assert refutation.cheapest_within(items, [3], Work()) == -3
    monkeypatch.setattr(refutation, "MAX_BLOCK_STATES", 3)
    with pytest.raises(ProofError, match="too many states"):
        refutation.cheapest_within(items, [3], Work())


def test_columns_that_only_add_to_the_cost_take_no_work() -> None:
    of = system(([1, 1, 1, 1], None, 2), ([-1, -1, 1, 0], None, 0))
    box = of.within(np.array([False, False, False, True]), of.most)
    for least, count in ((of.least, 1 + 2), (box.least, 1 + 2 + 3)):  # states before each column
        work = Work()
        of.within(least, of.most).slack([[1, 1]], [[0]], work)
        assert work.done == count


def test_memory_is_that_of_the_boxes_that_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TWO_OF_ONE.size_bytes == 24 * 4 + 2 * 2
    assert system(([1, 1, 1, 1, 1], None, 1), count=5).size_bytes == 24 * 5 + 2 * 5
    leaf, split = ["leaf", [[0, 1], [1, -1]]], ["split", [[0, 1]], 0]
    nested = [split, split, leaf, leaf, leaf]
    in_turn = [split, leaf, split, leaf, leaf]
    monkeypatch.setattr(refutation, "MAX_OPEN_BYTES", 200)
    assert refute(TWO_OF_ONE, in_turn) == 3
    with pytest.raises(ProofError, match="too many boxes are open"):
        refute(TWO_OF_ONE, nested)
    monkeypatch.setattr(refutation, "MAX_OPEN_BYTES", 199)
    with pytest.raises(ProofError, match="too many boxes are open"):
        refute(TWO_OF_ONE, in_turn)
    monkeypatch.setattr(refutation, "MAX_OPEN_BYTES", 300)
    assert refute(TWO_OF_ONE, nested) == 3


def test_terms_are_dropped_if_half_of_them_or_more_are_closed() -> None:
    of = system(([1, 1, 1, 1], None, 2))
    for closed, kept in ((0, 4), (1, 4), (2, 2), (3, 1), (4, 0)):
        most = np.arange(4) >= closed
        assert len(of.within(of.least, most).columns) == kept
    wide = system(([1] * 8, None, 2), count=8)
    for closed, kept in ((3, 8), (4, 4)):
        assert len(wide.within(wide.least, np.arange(8) >= closed).columns) == kept
    assert System.free(3).rows.tolist() == System.free(3).columns.tolist() == []
    assert System.free(3).most.tolist() == [True] * 3
    assert not System.free(3).least.any()


@pytest.mark.parametrize(
    "value", [None, "ab", {0: 1}, 3, (0, 1), [], [[]], [[0]], [[0, 1, 2]], [(0, 1)], ["ab"], [[0, "1"]]]
)
def test_what_is_no_list_of_pairs_is_refused(value: Any) -> None:
    for step in (["leaf", value], ["fix", value], ["round", value, 1], ["split", value, 0], ["pack", 0, 1, value, 5]):
        with pytest.raises(ProofError):
            refute(TWO_OF_ONE, [step])


@pytest.mark.parametrize("row", [-1, 2, None, True, "0", 0.0])
def test_a_row_that_is_none_is_refused(row: Any) -> None:
    with pytest.raises(ProofError, match="no row"):
        TWO_OF_ONE.pack(row, 1, [[0, 1]], 1, Work())
    with pytest.raises(ProofError, match="unknown row"):
        TWO_OF_ONE.slack([[0, 1]], [[row]], Work())
    with pytest.raises(ProofError):
        TWO_OF_ONE.combine([[row, 1]])
    with pytest.raises(ProofError, match="unknown row"):
        TWO_OF_ONE.slack([[0, 1]], [[0, row]], Work())


def test_a_bound_of_0_is_a_bound() -> None:
    none = system(([1, 1], None, 0), ([1, 1], 1, None), count=2)
    assert refute(none, [["leaf", [[0, 1], [1, -1]]]]) == 1
    assert none.pack(0, 1, [[0, 1], [1, 1]], 0, Work()).upper[-1] == 0
    with pytest.raises(ProofError, match="room for more"):
        none.pack(0, 1, [[0, 1], [1, 1]], -1, Work())
    at_least = system(([-1, -1], 0, None), count=2)
    assert at_least.pack(0, -1, [[0, 1], [1, 1]], 0, Work()).upper[-1] == 0
    assert none.slack([[0, 1]], [[0]], Work())[1] == 0


def test_blocks_may_share_no_open_column_and_may_share_a_closed_one() -> None:
    of = system(([1, 1, 1], None, 1), ([0, 1, 1], None, 1), ([1, 1, 1], 3, None), count=3)
    with pytest.raises(ProofError, match="share a column"):
        of.slack([[2, -1]], [[0], [1]], Work())
    most = np.array([True, False, False])
    assert of.within(of.least, most).slack([[2, -1]], [[0], [1]], Work())[1] == -2


def test_a_split_of_one_column_is_of_its_values_only_at_0() -> None:
    for k in (-2, -1, 1, 2):
        below, above = TWO_OF_ONE.split([[0, 1]], k)
        assert (below.upper[-1], above.lower[-1]) == (k, k + 1)
        assert (below.lower[-1], above.upper[-1]) == (None, None)
        assert below.most.tolist() == above.most.tolist() == [True, True]


def test_a_box_without_a_value_for_a_column_is_closed_by_any_leaf() -> None:
    split = ["split", [[0, 1]], 0]
    free = System.free(2)
    # x0 = 0, then x0 = 0 again, and x0 = 1 in that box; then x0 = 1 for the first time
    with pytest.raises(ProofError, match="no list"):
        refute(free, [split, split, ["leaf", []]])
    zero, _ = free.split([[0, 1]], 0)
    _, neither = zero.split([[0, 1]], 0)
    assert neither.is_empty
    assert not zero.is_empty
    assert not free.is_empty
    assert refute(neither, [["leaf", []]]) == 1
    one = free.split([[0, 1]], 0)[1]
    assert not one.is_empty
    assert refute(one.split([[0, 1]], 0)[0], [["leaf", []]]) == 1


def test_the_greatest_worth_is_that_of_the_best_of_all_sets() -> None:
    random = Random(6)
    for _ in range(400):
        items = [(random.randint(1, 4), random.randint(1, 5)) for _ in range(random.randint(0, 6))]
        room = random.randint(0, 9)
        best = max(
            sum(worth for taken, (worth, _) in zip(choice, items, strict=True) if taken)
            for choice in product((0, 1), repeat=len(items))
            if sum(weight for taken, (_, weight) in zip(choice, items, strict=True) if taken) <= room
        )
        assert refutation.greatest_worth(items, room, Work()) == best


def test_a_block_may_be_the_last_row() -> None:
    of = system(([1, 1], 2, None), ([3, 3], None, 4), count=2)
    assert refute(of, [["leaf", [[0, -1]], [[1]]]]) == 1


def test_limits_are_those_that_were_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    for great in (1 << 38, -1 << 38):
        assert TWO_OF_ONE.split([[0, great]], 0)[0].values[-1] == great
        with pytest.raises(ProofError, match="too great"):
            TWO_OF_ONE.split([[0, great + (1 if great > 0 else -1)]], 0)
    assert TWO_OF_ONE.pack(0, 1, [[0, 1_000]], 1_000, Work()).upper[-1] == 1_000
    with pytest.raises(ProofError, match="out of range"):
        TWO_OF_ONE.pack(0, 1, [[0, 1_001]], 1_001, Work())
    with pytest.raises(ProofError, match="unknown"):  # of the first step, as these are not too many
        refute(TWO_OF_ONE, [[]] * 200_000)
    with pytest.raises(ProofError, match="too many steps"):
        refute(TWO_OF_ONE, [[]] * 200_001)
    work = Work()
    work.add(50_000_000)
    with pytest.raises(ProofError, match="too long"):
        work.add(1)
    # Sums of powers of two are all numbers up to the limit of the row
    items = [([1 << place], -1, False) for place in range(17)]
    assert refutation.cheapest_within(items, [99_999], Work()) == -16
    with pytest.raises(ProofError, match="too many states"):
        refutation.cheapest_within(items, [100_000], Work())
    one = system(([1], 0, 1), count=1)
    for dual, kind in (((1 << 60) - 1, np.int64), (1 << 60, object)):  # times one duals more, and a column more
        assert one.combine([[0, dual]])[0].dtype == kind
    monkeypatch.setattr(refutation, "MAX_WORK", 1)
    for terms, reason in ((49, "unknown"), (50, "too long")):
        with pytest.raises(ProofError, match=reason):
            refute(system(([1] * terms, None, 1), count=terms), [[]])


def test_open_boxes_have_half_a_gibibyte() -> None:
    terms = np.broadcast_to(np.int64(0), (1 << 28) // 24)
    for count, reason in ((8, "left open"), (9, "too many boxes are open")):
        box = System(terms, terms, terms, (None,), (1,), np.zeros(count, dtype=bool), np.ones(count, dtype=bool))
        assert box.size_bytes == (1 << 28) - 16 + 2 * count
        with pytest.raises(ProofError, match=reason):
            refute(box, [["split", [[0, 1]], 0]])


def test_no_more_rows_leave_a_system_as_it_is() -> None:
    assert TWO_OF_ONE.with_rows([]) is TWO_OF_ONE


KEPT = ["keep", [[0, 1], [1, -1]]]
"""Of the rows below: what one more pair than two would take."""


def kept_rows() -> System:
    """Return three columns: two at most, and two at least of the first and twice the last, which must be chosen."""
    return system(([1, 1, 1], None, 2), ([1, 0, 2], 3, None), count=3)


def test_a_leading_fixing_is_kept_for_what_follows() -> None:
    of = kept_rows()
    kept, steps = narrow(of, [["keep", [[1, -1]]], KEPT, ["leaf", []], ["leaf", []], ["keep", [[1, -1]]]])
    assert steps == [["leaf", []], ["leaf", []], ["keep", [[1, -1]]]]
    assert solutions(kept) == solutions(of) == {(1, 0, 1)}
    assert kept.least.tolist() == [True, False, True]
    # It comes first or not at all
    with pytest.raises(ProofError, match="unknown"):
        refute(kept, steps[2:])


@pytest.mark.parametrize(
    "steps", [[], {}, None, 3, [3], [[]], [["keep"]], [["keep", [[0, 1]], []]], [["fix", [[0, 1]]]]]
)
def test_steps_that_keep_nothing_are_left_as_they_are(steps: Any) -> None:
    of = kept_rows()
    assert narrow(of, steps) == (of, steps)


@pytest.mark.parametrize(
    "duals", [[], {}, [[2, 1]], [[0, -1]], [[0, 0]], [[0, 1], [0, 1]], [[0, True]], [[1, -1], [0, 9]]]
)
def test_a_fixing_to_keep_is_one_of_the_rows_that_are_held(duals: Any) -> None:
    if duals == [[1, -1], [0, 9]]:  # true, and fixes nothing
        assert solutions(narrow(kept_rows(), [["keep", duals]])[0]) == {(1, 0, 1)}
        return
    with pytest.raises(ProofError):
        narrow(kept_rows(), [["keep", duals]])


@given(systems, dual_lists)
def test_what_is_kept_leaves_all_solutions(of: System, duals: list[Any]) -> None:
    try:
        kept, _ = narrow(of, [["keep", duals]])
    except ProofError:
        return
    assert solutions(kept) == solutions(of)


def test_fixings_that_are_kept_are_counted_as_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refutation, "TERMS_PER_WORK", 2)  # five terms: 1 + 2 a step
    of, steps = kept_rows(), [KEPT, KEPT]
    for limit, enough in ((6, True), (5, False)):
        monkeypatch.setattr(refutation, "MAX_WORK", limit)
        if enough:
            narrow(of, steps)
        else:
            with pytest.raises(ProofError, match="too long"):
                narrow(of, steps)
