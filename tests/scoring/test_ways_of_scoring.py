"""Scores found in each of the ways there are, held against every pair scored by itself, to the bit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Cohort, Criterion, People, Person
from mentormatch.base.columns import Column, Grades, MultiChoice, NameLists, Ranks, SingleChoice
from mentormatch.fields import Side
from mentormatch.scoring import scores as scoring
from mentormatch.scoring.criteria import Availability, Coverage, Overlap, Same, Unlike, Wishes
from mentormatch.scoring.criterion import AnswerTally, Block, Named, criteria_by_kind
from mentormatch.scoring.scores import (
    ClassPoints,
    DirectScorer,
    LookupTable,
    ScoreOverrides,
    ScoringOptions,
    Share,
    contribution,
    normalise_weights,
    score,
    tabulate,
)
from tests.laws.extensions import criterion
from tests.laws.questionnaires import cohort, surveys

WAYS: dict[str, dict[str, int]] = {
    "looked up": {},
    "each by itself": {"max_table_points": 0, "dedup_min_ratio": 1 << 40},
    "one of each kind": {"max_table_points": 0, "dedup_min_ratio": 0},
    "one of each kind, though it could be looked up": {
        "dedup_min_pairs": 0,
        "dedup_min_ratio_lookup": 0,
    },
    "looked up where kinds are many": {"dedup_min_pairs": 0, "dedup_min_ratio_lookup": 1 << 40},
    "in narrow tables": {"max_wide_cells": 0, "max_uncompacted_kinds": 0},
    "nothing put together": {"merge_factor": 1 << 40, "max_table_points": 300},
}
RNG = partial(np.random.default_rng, 7)


@contextmanager
def scored(way: str, rows: int = 2) -> Iterator[None]:
    """Score so few people in a way that is meant for many, some rows at a time."""
    small: dict[str, int] = {"lookup_min_pairs": 0, "pairs_per_block": 1, "min_block_rows": rows}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "SCORING_OPTIONS", ScoringOptions(**{**small, **WAYS[way]}))
        yield


def one_by_one(people: Cohort, rated: Sequence[Criterion]) -> list[list[int]]:
    """Return the scores of pairs of which each is alone."""
    weighted = list(zip(rated, normalise_weights(rated), strict=True))
    left = [people.mentors.take([row]) for row in range(len(people.mentors))]
    right = [people.mentees.take([row]) for row in range(len(people.mentees))]
    return [[sum(int(contribution(*each, a, b)[0][0, 0]) for each in weighted) for b in right] for a in left]


def hold(people: Cohort, rated: Sequence[Criterion], way: str, rows: int = 2) -> None:
    """Compare all scores."""
    with scored(way, rows):
        found = score(people, rated).values
    assert found.dtype == np.int32
    assert found.tolist() == one_by_one(people, rated)


def people_with(count: int, **columns: Column) -> People:
    return People(tuple(f"P{row}" for row in range(count)), columns, np.ones(count, dtype=bool))


def ticks(count: int, items: int, seed: int) -> MultiChoice:
    """Return answers of which some are blank, some empty, and many the same."""
    draws = np.random.default_rng(seed)
    values = draws.random((count, items)) < draws.choice([0.0, 0.1, 0.5], (count, 1))
    known = draws.random(count) < 0.8
    return MultiChoice(tuple(f"item {item}" for item in range(items)), values & known[:, None], known)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", sorted(criteria_by_kind()))
@given(data=st.data(), rows=st.integers(1, 3))
def test_every_way_gives_what_each_pair_gets_by_itself(kind: str, way: str, data: st.DataObject, rows: int) -> None:
    survey = data.draw(surveys())
    others = data.draw(st.lists(st.sampled_from(sorted(criteria_by_kind())), max_size=3))
    rated = [criterion(data.draw, survey, each) for each in (kind, *others)]
    hold(cohort(data.draw, survey, rated), rated, way, rows)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("items", [1, 15, 64, 65, 200])
@pytest.mark.parametrize("weight", [0.0, 1.0, 3.7])
def test_any_number_of_items_is_counted(way: str, items: int, weight: float) -> None:
    people = Cohort(people_with(7, x=ticks(7, items, 1)), people_with(9, x=ticks(9, items, 2)))
    rated = [
        Availability(field="x", enough=2, weight=weight, neutral=0.1),
        Overlap(field="x", weight=weight, neutral=1.0),
        Unlike(field="x", weight=weight / 3, neutral=0.3),
        Coverage(mentor="x", mentee="x", weight=1, neutral=0.7),
    ]
    hold(people, rated, way)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_left_blank_in_a_grid_counts_at_neutral_by_item(way: str) -> None:
    grades = RNG().integers(-1, 4, (8, 5))
    grades[0] = -1
    tasks, levels = tuple("abcde"), tuple("0123")
    ranks = np.array([[1, 2, 3, 0, 0], [0, 0, 0, 0, 0], [0, 3, 0, 1, 2], [9, 0, 0, 0, 1]])
    people = Cohort(people_with(8, x=Grades(tasks, levels, grades)), people_with(4, x=Ranks(tasks[::-1], ranks, 3)))
    hold(people, [Coverage(mentor="x", mentee="x", neutral=0.35), Overlap(field="x")], way)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 4), (4, 0), (1, 1), (1, 5), (5, 1)])
def test_empty_sides_and_single_people_are_scored(way: str, n: int, m: int) -> None:
    names = NameLists((("P0", "P3"), None, (), ("P1",), ("Q",)))
    codes = SingleChoice(("a", "b"), np.array([0, -1, 1, 1, 0]))
    left = people_with(5, t=ticks(5, 6, 3), c=codes, w=names).take(range(n))
    right = people_with(5, t=ticks(5, 6, 4), c=codes, w=names).take(range(m))
    rated = [Overlap(field="t"), Same(field="c"), Wishes(mentor="w", mentee="w"), Overlap(field="w")]
    with scored(way):
        found = score(Cohort(left, right), rated).values
    assert found.shape == (n, m)
    assert found.tolist() == one_by_one(Cohort(left, right), rated)


class Plain(Criterion):
    """A criterion of which no more is known than what it scores."""

    title = "plain"
    kind: Literal["plain"] = "plain"
    field: str = "c"

    def score(self, left: People, right: People) -> Block:
        ours, theirs = left.codes(self.field), right.codes(self.field)
        apart = np.abs(ours.values[:, None] - theirs.values[None, :]) / 7
        return np.where(ours.known[:, None] & theirs.known[None, :], apart, np.nan)

    def reason(self, left: Person, right: Person) -> str:
        return ""

    def fields_of(self, side: Side) -> list[str]:
        return [self.field]


class Befriended(Plain):
    """One that names pairs, too: those that have the same key."""

    def score(self, left: People, right: People) -> Block:
        values, named = (
            np.where(np.isnan(Plain.score(self, left, right)), np.nan, 0.25),
            self.pairs_by_name(left, right),
        )
        values[named.left, named.right] = named.values
        return values

    def pairs_by_name(self, left: People, right: People) -> Named:
        same = np.array([[a == b != "" for b in right.ids] for a in left.ids], dtype=bool).reshape(len(left), -1)
        both = same & left.known(self.field)[:, None] & right.known(self.field)[None, :]
        named = both.nonzero()
        return Named(named[0], named[1], np.full(len(named[0]), 0.9))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [Plain, Befriended])
def test_a_criterion_that_does_no_more_than_score_is_scored_all_the_same(way: str, kind: type[Plain]) -> None:
    left, right = (SingleChoice(tuple("abcdef"), RNG().integers(-1, 6, count)) for count in (11, 13))
    people = Cohort(people_with(11, c=left), people_with(13, c=right))
    hold(people, [kind(weight=2, neutral=0.2), Same(field="c"), kind(weight=1)], way)


def addends(people: Cohort, rated: Criterion) -> list[type]:
    return [type(each) for each in scoring._parts(Share(rated, 0.5), people)]


def test_the_way_that_takes_least_is_taken() -> None:
    column: dict[str, Column] = {
        "x": ticks(300, 9, 5),
        "c": SingleChoice(("a", "b"), RNG().integers(-1, 2, 300)),
        "w": NameLists((None,) * 300),
    }
    people = Cohort(people_with(300, **column), people_with(300, **column))
    assert addends(people, Overlap(field="x")) == [LookupTable]
    assert addends(people, Same(field="c")) == [ClassPoints]
    assert addends(people, Wishes(mentor="w")) == [ClassPoints, ScoreOverrides]
    assert addends(people, Plain()) == [ClassPoints]
    few = Cohort(people.mentors.take(range(40)), people.mentees.take(range(40)))
    assert addends(few, Overlap(field="x")) == [DirectScorer]


def test_what_many_people_tick_in_few_ways_is_scored_once_for_each() -> None:
    count = 520
    column = ticks(20, 9, 5).take(RNG().integers(0, 20, count))
    people = Cohort(people_with(count, x=column), people_with(count, x=column))
    assert addends(people, Overlap(field="x")) == [ClassPoints]


def test_a_table_that_would_be_too_large_is_not_made() -> None:
    column = ticks(4, 9, 6)
    tally = Overlap(field="x").tally(people_with(4, x=column), people_with(4, x=column))
    assert isinstance(tabulate(tally, Share(Overlap(field="x"), 1.0).of), LookupTable)
    many = AnswerTally(tally.own, tally.known, tally.worth, tally.common * 12)
    assert tabulate(many, Share(Overlap(field="x"), 1.0).of) is None
