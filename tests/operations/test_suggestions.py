"""Suggestions: short lists that reach everybody who can be reached, as full and as good as can be."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Status
from tests.operations.situations import cohort_of, programme_of

type Drawn = tuple[list[list[int]], list[int], set[tuple[int, int]]]


@st.composite
def markets(draw: st.DrawFn, most: int = 4) -> Drawn:
    """Draw points a pair, the places of mentors, and the pairs that must not be."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    points = [[draw(st.sampled_from([100, 400, 400, 900])) for _ in range(m)] for _ in range(n)]
    bans = {(i, k) for i in range(n) for k in range(m) if draw(st.booleans())}
    return points, [draw(st.sampled_from([0, 1, 1, 2])) for _ in range(n)], bans


def suggested(drawn: Drawn, each: int, most_shown: int | None) -> mm.results.Suggestions:
    points, places, bans = drawn
    n, m = len(points), len(points[0])
    programme = programme_of(points, bans=[(f"M{i}", f"E{k}") for i, k in bans])
    return mm.suggest(cohort_of(programme, range(n), range(m), places), programme, each=each, most_shown=most_shown)


def plans(drawn: Drawn, each: int, most_shown: int) -> Iterator[frozenset[tuple[int, int]]]:
    """Yield every set of lists that is no longer than allowed."""
    points, places, bans = drawn
    open_pairs = [(i, k) for i in range(len(points)) for k in range(len(points[0])) if places[i] and (i, k) not in bans]
    for size in range(len(open_pairs) + 1):
        for chosen in combinations(open_pairs, size):
            shown = np.bincount([i for i, _ in chosen], minlength=1), np.bincount([k for _, k in chosen], minlength=1)
            if shown[0].max() <= most_shown and shown[1].max() <= each:
                yield frozenset(chosen)


def reach(chosen: frozenset[tuple[int, int]]) -> tuple[int, int]:
    return len({i for i, _ in chosen}), len({k for _, k in chosen})


@settings(max_examples=40)
@given(drawn=markets(3), each=st.integers(1, 3), most_shown=st.integers(1, 3))
def test_lists_are_the_best_of_all_there_are(drawn: Drawn, each: int, most_shown: int) -> None:
    found = suggested(drawn, each, most_shown)
    assert found.status is Status.PROVED
    every = list(plans(drawn, each, most_shown))
    chosen = frozenset(map(tuple, found.solution.pairs.tolist()))
    assert chosen in every
    # As many of each side as can be, both at once
    assert reach(chosen) == (max(reach(one)[0] for one in every), max(reach(one)[1] for one in every))
    inside = {i for i, _ in chosen}, {k for _, k in chosen}
    rivals = [one for one in every if inside[0] == {i for i, _ in one} and inside[1] == {k for _, k in one}]
    points = np.array(drawn[0])
    best = max((len(one), sum(points[i, k] for i, k in one)) for one in rivals)
    assert best == (len(chosen), sum(points[i, k] for i, k in chosen))


@settings(max_examples=30)
@given(drawn=markets(5), each=st.integers(1, 4))
def test_both_sides_see_the_same_pairs_and_nobody_is_lost(drawn: Drawn, each: int) -> None:
    found = suggested(drawn, each, None)
    of_mentors = {(person, other) for person, own in found.keys["mentor"].items() for other in own}
    of_mentees = {(other, person) for person, own in found.keys["mentee"].items() for other in own}
    assert of_mentors == of_mentees
    listed = {person for lists in found.keys.values() for person, own in lists.items() if own}
    assert listed | {one.person for one in found.without} == {*found.cohort.mentors.ids, *found.cohort.mentees.ids}
    assert not listed & {one.person for one in found.without}
    for own in (own for lists in found.lists.values() for own in lists.values()):
        assert [pair.score for pair in own] == sorted((pair.score for pair in own), reverse=True)


@pytest.mark.parametrize(("mentors", "mentees"), [(30, 20), (20, 30), (60, 40)])
def test_lists_of_a_large_market_equal_the_model_of_pulp(mentors: int, mentees: int) -> None:
    draw = np.random.default_rng(mentors)
    allowed, scores = draw.random((mentors, mentees)) < 0.2, draw.integers(0, 1_000, (mentors, mentees))
    found = market_lists(scores, allowed, each=5, most_shown=4)
    ours = mm.solve(found)
    assert ours.tiers == mm.solve(found, engine="pulp", ties="any").tiers


def market_lists(scores: np.ndarray, allowed: np.ndarray, each: int, most_shown: int) -> mm.AssignmentProblem:
    """Return the problem of lists of a market in which everybody who has a partner at all can be reached."""
    return mm.AssignmentProblem.from_scores(
        scores,
        allowed,
        mentor_capacity=most_shown,
        mentee_capacity=each,
        mentor_minimum=np.minimum(1, allowed.sum(axis=1)),
        mentee_minimum=np.minimum(1, allowed.sum(axis=0)),
    )


def test_a_pinned_pair_is_all_that_its_people_see() -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    pinned = programme.with_rules([mm.rules.Pin(mentor="M06", mentee="E08")])
    found = mm.suggest(cohort, pinned, each=3)
    assert found.keys["mentee"]["E08"] == ("M06",)


@pytest.mark.parametrize("wrong", [{"each": 0}, {"each": 1.5}, {"most_shown": 0}, {"time_limit_s": -1}])
def test_lengths_are_whole_numbers_from_one_on_and_limits_positive(wrong: dict[str, Any]) -> None:
    with pytest.raises(mm.RequestError):
        mm.suggest(mm.examples.cohort(), mm.examples.programme(), **wrong)


def test_the_frame_has_a_row_for_each_line_of_each_list() -> None:
    found = mm.suggest(mm.examples.cohort(), mm.examples.programme(), each=3)
    assert list(found.frame.columns) == ["side", "person", "rank", "partner", "points", "reasons"]
    assert len(found.frame) == 2 * len(found.pairs) > 40
    assert repr(found) == f"Suggestions({len(found.pairs)} pairs, proved)"


def test_lists_that_may_reach_more_people_are_not_called_proved() -> None:
    found = mm.suggest(mm.examples.cohort(), mm.examples.programme(), time_limit_s=60)
    assert found.status is Status.PROVED
    assert replace(found, all_reached=False).status is Status.FEASIBLE


def test_lists_are_made_when_the_time_is_up() -> None:
    found = mm.suggest(mm.examples.cohort(), mm.examples.programme(), time_limit_s=1e-6)
    assert found.pairs
