"""Every rule, recounted pair by pair in plain Python from what its docstring says."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Person, Row, Rule
from mentormatch.fields import Side
from mentormatch.languages.text_keys import fold
from mentormatch.rules import (
    BothRoles,
    Capacity,
    History,
    Load,
    Market,
    MinimumScore,
    Pin,
    Priority,
    Proportion,
    Quota,
    Require,
    ReservedPlaces,
    Together,
    keeping_row,
    market_of,
    rules_by_kind,
)
from mentormatch.scoring.scores import MILLION
from tests.laws.extensions import promised, rule
from tests.laws.questionnaires import SIDES, cohort, surveys
from tests.laws.recount import FORBID, SETS, holds, hours, hours_of_pair
from tests.oracles.exhaustive import times

OTHERS = {
    "both_roles",
    "capacity",
    "composition",
    "pin",
    "priority",
    "proportion",
    "quota",
    "require",
    "reserve",
    "together",
    "diversity",
}


def drawn(data: st.DataObject, kind: str) -> tuple[Rule, Market]:
    """Draw a rule and a market for it."""
    survey = data.draw(surveys(1))
    asked = rule(data.draw, survey, kind)
    people = cohort(data.draw, survey, [asked])
    shape = len(people.mentors), len(people.mentees)
    scores = data.draw(st.lists(st.integers(0, MILLION), min_size=1, max_size=4))
    return asked, market_of(people, np.resize(np.array(scores, dtype=np.int32), shape))


def test_every_rule_that_is_promised_is_recounted() -> None:
    assert promised(rules_by_kind()) <= FORBID.keys() | OTHERS <= rules_by_kind().keys()


@pytest.mark.parametrize("kind", sorted(FORBID))
@given(data=st.data())
def test_a_pair_is_forbidden_where_the_two_people_break_the_rule(kind: str, data: st.DataObject) -> None:
    asked, met = drawn(data, kind)
    block = asked.forbidden(met)
    assert block is not None
    for (mentor, mentee), forbidden in np.ndenumerate(block):
        left, right = met.mentors.person(mentor), met.mentees.person(mentee)
        assert forbidden == FORBID[kind](asked, left, right, int(met.scores[mentor, mentee]))


@pytest.mark.parametrize(("points", "least"), [(35, 350_000), (33.3, 333_000), (35.00004, 350_001), (1e-5, 1)])
def test_points_with_more_decimals_than_scores_have_are_not_undercut(points: float, least: int) -> None:
    assert MinimumScore(points=points).least_score == least


@pytest.mark.parametrize("kind", sorted(OTHERS))
@given(data=st.data())
def test_a_rule_that_is_not_about_pairs_forbids_none(kind: str, data: st.DataObject) -> None:
    asked, met = drawn(data, kind)
    assert asked.forbidden(met) is None


@given(data=st.data())
def test_who_is_admitted_gave_one_of_the_answers_required(data: st.DataObject) -> None:
    asked, met = drawn(data, "require")
    assert isinstance(asked, Require)
    for side in SIDES:
        people = met.side(side)
        admits = asked.eligible(people, side)
        for row, admitted in enumerate([] if admits is None else admits):
            said = people.person(row).parts(asked.field)
            assert admitted == (said[0] in asked.among if said else asked.missing == "allow")


@given(data=st.data())
def test_priority_goes_to_the_people_named_and_to_those_who_gave_an_answer(data: st.DataObject) -> None:
    asked, met = drawn(data, "priority")
    assert isinstance(asked, Priority)
    for side in SIDES:
        people = met.side(side)
        weights = asked.priority(people, side)
        assert (weights is None) == (side != asked.side)
        for row, weight in enumerate([] if weights is None else weights):
            parts = people.person(row).parts(asked.field) if asked.field else ()
            assert weight == int(bool({*parts} & {*asked.among}) or people.ids[row] in asked.people)


@given(data=st.data())
def test_a_quota_counts_the_pairs_for_which_all_its_conditions_hold(data: st.DataObject) -> None:
    asked, met = drawn(data, "quota")
    assert isinstance(asked, Quota)
    (row,) = asked.side_constraints(met)
    assert (row.least, row.most) == (asked.least, asked.most)
    weights = np.broadcast_to(row.weights * (1 if row.factor is None else row.factor), met.shape)
    for (mentor, mentee), weight in np.ndenumerate(weights):
        pair: dict[Side, Person] = {"mentor": met.mentors.person(mentor), "mentee": met.mentees.person(mentee)}
        assert weight == all(holds(condition, pair[condition.side]) for condition in asked.where)


@given(data=st.data())
def test_a_reserve_keeps_places_of_the_mentors_for_whom_its_conditions_hold(data: st.DataObject) -> None:
    asked, met = drawn(data, "reserve")
    assert isinstance(asked, ReservedPlaces)
    kept = asked.kept_places(met)
    assert kept.number == asked.places
    for row, counted in enumerate(kept.mentors):
        assert counted == all(holds(condition, met.mentors.person(row)) for condition in asked.where)
    assert [met.mentees.ids[row] in asked.people for row in range(met.shape[1])] == kept.latecomers.tolist()
    places = np.array([data.draw(st.integers(0, 3)) for _ in range(met.shape[0])], dtype=np.int64)
    chosen = [cell for cell in np.ndindex(met.shape) if data.draw(st.booleans())]
    taken = sum(bool(kept.mentors[i] and not kept.latecomers[k]) for i, k in chosen)
    fine = taken <= sum(places[row] for row in np.flatnonzero(kept.mentors)) - asked.places
    assert keeps(keeping_row("reserve", kept, places), met, chosen) == fine


@given(data=st.data())
def test_a_proportion_weighs_the_pairs_with_the_answers_against_all_pairs(data: st.DataObject) -> None:
    asked, met = drawn(data, "proportion")
    assert isinstance(asked, Proportion)
    cells = list(np.ndindex(met.shape))
    chosen = [cell for cell in cells if data.draw(st.booleans())]
    people = {
        "mentor": [met.mentors.person(i) for i, _ in chosen],
        "mentee": [met.mentees.person(k) for _, k in chosen],
    }
    wanted = set(map(fold, asked.among))
    counted = sum(bool(wanted & set(map(fold, person.parts(asked.field)))) for person in people[asked.side])
    fine = [counted * 100 >= (asked.least or 0) * len(chosen)]
    fine += [] if asked.most is None else [counted * 100 <= asked.most * len(chosen)]
    assert all(keeps(row, met, chosen) for row in asked.side_constraints(met)) == all(fine)


@given(data=st.data())
def test_the_hours_of_the_mentees_of_one_mentor_stay_within_the_limit(data: st.DataObject) -> None:
    asked, met = drawn(data, "load")
    assert isinstance(asked, Load)
    block = asked.forbidden(met)
    assert block is not None
    chosen = [cell for cell in np.ndindex(met.shape) if not block[cell] and data.draw(st.booleans())]
    fine = True
    for mentor in range(met.shape[0]):
        limit = hours(asked.limit, met.mentors.person(mentor))
        held = met.mentors.person(mentor)
        asking = [hours_of_pair(asked, held, met.mentees.person(k)) or 0 for i, k in chosen if i == mentor]
        fine &= limit is None or sum(asking) <= limit
    assert all(keeps(row, met, chosen) for row in asked.side_constraints(met)) == fine


def keeps(row: Row, met: Market, chosen: Sequence[tuple[int, ...]]) -> bool:
    """Say whether these pairs stay within the bounds of a coupling row."""
    weights = np.broadcast_to(row.weights * (1 if row.factor is None else row.factor), met.shape)
    total = sum(int(weights[cell]) * times(row, *cell) for cell in chosen)
    return (row.least is None or total >= row.least) and (row.most is None or total <= row.most)


@pytest.mark.parametrize("kind", sorted(SETS))
@given(data=st.data())
def test_the_mentors_of_one_mentee_are_asked_together(kind: str, data: st.DataObject) -> None:
    asked, met = drawn(data, kind)
    block = asked.forbidden(met)
    chosen = [cell for cell in np.ndindex(met.shape) if (block is None or not block[cell]) and data.draw(st.booleans())]
    fine = True
    for mentee in range(met.shape[1]):
        theirs = [met.mentors.person(i) for i, k in chosen if k == mentee]
        fine &= SETS[kind](asked, theirs, met.mentees.person(mentee))
    assert all(keeps(row, met, chosen) for row in asked.side_constraints(met)) == fine


@given(data=st.data())
def test_people_who_stay_together_have_the_same_partners(data: st.DataObject) -> None:
    asked, met = drawn(data, "together")
    assert isinstance(asked, Together)
    chosen = [cell for cell in np.ndindex(met.shape) if data.draw(st.booleans())]
    at = 0 if asked.side == "mentor" else 1
    ids = met.side(asked.side).ids
    partners = {key: {cell[1 - at] for cell in chosen if ids[cell[at]] == key} for key in asked.people}
    alike = len({frozenset(theirs) for theirs in partners.values()}) == 1
    assert all(keeps(row, met, chosen) for row in asked.side_constraints(met)) == alike


@given(data=st.data())
def test_people_in_both_roles_keep_to_the_limit_and_are_not_each_others(data: st.DataObject) -> None:
    asked, met = drawn(data, "both_roles")
    assert isinstance(asked, BothRoles)
    ids = met.mentors.ids, met.mentees.ids
    count = min(map(len, ids))
    numbers = [np.zeros((len(side), 2), dtype=np.uint64) for side in ids]
    for side in numbers:
        side[:count, 0] = np.arange(1, count + 1)
    met = replace(
        met, mentors=replace(met.mentors, persons=numbers[0]), mentees=replace(met.mentees, persons=numbers[1])
    )
    chosen = [(i, k) for i, k in np.ndindex(met.shape) if i != k and data.draw(st.booleans())]
    held = [
        sum(cell[0] == person for cell in chosen) + sum(cell[1] == person for cell in chosen) for person in range(count)
    ]
    fine = asked.most is None or max(held, default=0) <= asked.most
    fine &= asked.reciprocal or not any((k, i) in chosen for i, k in chosen)
    assert all(keeps(row, met, chosen) for row in asked.side_constraints(met)) == fine


@given(data=st.data())
def test_people_take_as_many_as_they_said_within_the_bounds_of_the_rule(data: st.DataObject) -> None:
    asked, met = drawn(data, "capacity")
    assert isinstance(asked, Capacity)
    assert asked.most is not None
    people = met.side(asked.side)
    loads = asked.degree_bounds(people, asked.side)
    assert loads is not None
    for row in range(len(people)):
        said = asked.most if asked.field is None else float(people.numbers(asked.field).values[row])
        places = min(asked.default if isnan(said) else int(said), asked.most)
        assert loads.most[row] == places
        assert loads.least[row] == (asked.minimum if asked.always else min(asked.minimum, places))
        assert loads.optional[row] == (not asked.always)


@given(data=st.data())
def test_people_have_so_many_partners_at_most_over_all_editions(data: st.DataObject) -> None:
    asked, met = drawn(data, "history")
    assert isinstance(asked, History)
    for side in SIDES:
        people = met.side(side)
        loads = asked.degree_bounds(people, side)
        assert (loads is None) == (asked.total is None or side != asked.side)
        for row, key in enumerate(people.ids if loads else ()):
            had = {(past.mentor, past.mentee) for past in asked.pairs if getattr(past, side) == key}
            assert loads is not None
            assert loads.most[row] == max(0, (asked.total or 0) - len(had))
            assert (loads.least[row], loads.optional[row]) == (0, True)


@given(data=st.data())
def test_a_pin_points_at_its_two_people(data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    asked = rule(data.draw, survey, "pin")
    assert isinstance(asked, Pin)
    people = cohort(data.draw, survey, [])
    met = market_of(people, np.zeros((len(people.mentors), len(people.mentees)), dtype=np.int32))
    ((mentor, mentee),) = asked.pins(met)
    assert (people.mentors.ids[mentor], people.mentees.ids[mentee]) == (asked.mentor, asked.mentee)
