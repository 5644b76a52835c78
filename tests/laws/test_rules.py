"""What every rule must do, whichever it is."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Cohort, People, Rule, solve
from mentormatch.base.arrays import BoolVector
from mentormatch.fields import FieldRef
from mentormatch.rules import (
    Common,
    Different,
    Gap,
    Market,
    Require,
    forbidden_pairs,
    formulate,
    market_of,
    rules_by_kind,
)
from mentormatch.scoring.scores import MILLION, ScoreTable
from mentormatch.testing import (
    check_degree_bounds,
    check_entry_of_a_person,
    check_forbidden_pair,
    check_pairs,
    check_relaxations,
    check_rule,
    check_statement,
)
from tests.laws.extensions import rule, rules
from tests.laws.questionnaires import SIDES, Survey, cohort, parts_of, surveys

KINDS = sorted(rules_by_kind())
every_rule = pytest.mark.parametrize("kind", KINDS)
ON_PAIRS = ("common", "different", "gap")
"""Rules that compare one field of the two people of a pair, and say what a missing answer means."""
MUTUAL = ("apart", "common", "different", "meet", "veto")
"""Rules that ask the same of both sides."""


def market(data: st.DataObject, survey: Survey, asked: Sequence[Rule]) -> Market:
    """Draw the people whom these rules speak of, and their scores."""
    people = cohort(data.draw, survey, asked)
    shape = len(people.mentors), len(people.mentees)
    cells = data.draw(st.lists(st.integers(0, MILLION), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    return market_of(people, np.array(cells, dtype=np.int32).reshape(shape))


def unknown(asked: Rule, left: People, right: People) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return the pairs in which somebody left out an answer that the rule asks of both."""

    def known(people: People) -> BoolVector:
        return np.array([people.known(each.field) for each in asked.references()]).all(axis=0)

    return np.asarray(~(known(left)[:, None] & known(right)[None, :]))


def people_of(met: Market) -> Cohort:
    return Cohort(met.mentors, met.mentees)


def scores_of(met: Market) -> ScoreTable:
    return ScoreTable(met.scores, (), ())


@every_rule
def test_a_rule_is_found_among_the_kinds_of_rules(kind: str) -> None:
    assert rules_by_kind()[kind].__module__.startswith("mentormatch.rules.kinds.")


@every_rule
@given(data=st.data())
def test_what_a_rule_says_of_pairs_has_a_cell_a_pair(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    asked = rule(data.draw, survey, kind)
    check_pairs(asked, market(data, survey, [asked]))


@every_rule
@given(data=st.data())
def test_what_a_rule_says_of_people_has_an_entry_a_person_and_rests_on_that_person(
    kind: str, data: st.DataObject
) -> None:
    survey = data.draw(surveys())
    asked = rule(data.draw, survey, kind)
    people = cohort(data.draw, survey, [asked])
    for side in SIDES:
        group = people.side(side)
        some = data.draw(parts_of(group))
        check_entry_of_a_person(asked, group, side, some)


@every_rule
@given(data=st.data())
def test_how_many_a_rule_lets_each_person_take_rests_on_that_person(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    asked = rule(data.draw, survey, kind)
    people = cohort(data.draw, survey, [asked])
    for side in SIDES:
        group = people.side(side)
        some = data.draw(parts_of(group))
        check_degree_bounds(asked, group, side, some)


@pytest.mark.promise(12)
@every_rule
@given(data=st.data())
def test_a_pair_is_forbidden_in_every_block_and_every_order_or_in_none(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    asked = rule(data.draw, survey, kind)
    met = market(data, survey, [asked])
    rows, columns = data.draw(parts_of(met.mentors)), data.draw(parts_of(met.mentees))
    check_forbidden_pair(asked, met, rows, columns)


@pytest.mark.promise(14)
@pytest.mark.parametrize("kind", MUTUAL)
@given(data=st.data())
def test_a_mutual_rule_forbids_the_same_pairs_when_the_sides_are_swapped(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    asked = rule(data.draw, survey, kind)
    met = market(data, survey, [asked])
    swapped = Market(met.mentees, met.mentors, met.scores.T)
    ours, theirs = asked.forbidden(met), asked.forbidden(swapped)
    assert ours is not None
    assert theirs is not None
    assert ours.tolist() == theirs.T.tolist()


@pytest.mark.parametrize("kind", ON_PAIRS)
@given(data=st.data())
def test_a_pair_that_is_not_known_is_allowed_or_forbidden_as_the_rule_says(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    asked = rule(data.draw, survey, kind)
    met = market(data, survey, [asked])
    block = asked.forbidden(met)
    assert isinstance(asked, Common | Different | Gap)
    assert block is not None
    assert (block[unknown(asked, met.mentors, met.mentees)] == (asked.missing == "forbid")).all()


def test_the_rules_that_compare_two_answers_are_all_among_those_asked_about_missing_ones() -> None:
    of_pairs = [kind for kind, rule in rules_by_kind().items() if rule.of_pairs and forbids(rule)]
    compared = {kind for kind in of_pairs if [each.side for each in refs(rules_by_kind()[kind])] == ["both"]}
    assert compared == set(ON_PAIRS)


def forbids(kind: type[Rule]) -> bool:
    """Return whether a rule forbids pairs, whatever else it does."""
    return kind.forbidden is not Rule.forbidden


@every_rule
def test_a_rule_that_knows_all_it_asks_has_no_setting_for_missing_answers(kind: str) -> None:
    asks = kind in {"common", "complementary", "covers", "different", "gap", "load", "meet", "require", "diversity"}
    assert ("missing" in rules_by_kind()[kind].model_fields) == asks


def refs(kind: type[Rule]) -> list[FieldRef]:
    return [mark for info in kind.model_fields.values() for mark in info.metadata if isinstance(mark, FieldRef)]


@given(data=st.data())
def test_an_answer_not_given_is_admitted_or_not_as_the_requirement_says(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    asked = rule(data.draw, survey, "require")
    assert isinstance(asked, Require)
    (reference,) = asked.references()
    people = cohort(data.draw, survey, [asked])
    for side in SIDES:
        group = people.side(side)
        admits = asked.eligible(group, side)
        assert (admits is None) == (not survey.fields[reference.field].asks(side))
        if admits is not None:
            assert (admits[~group.known(reference.field)] == (asked.missing == "allow")).all()


@every_rule
@given(data=st.data())
def test_a_rule_says_in_a_phrase_what_it_asks(kind: str, data: st.DataObject) -> None:
    asked = rule(data.draw, data.draw(surveys()), kind)
    assert asked.describe().strip() == asked.label


@every_rule
@given(data=st.data())
def test_a_rule_has_the_name_it_is_given_speaks_of_fields_that_are_there_and_reads_back(
    kind: str, data: st.DataObject
) -> None:
    survey = data.draw(surveys())
    check_statement(rule(data.draw, survey, kind), survey.fields)


@every_rule
@given(data=st.data())
def test_a_relaxed_rule_is_of_the_same_kind_and_forbids_nothing_more(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    asked = rule(data.draw, survey, kind)
    check_relaxations(asked, market(data, survey, [asked]))


@every_rule
def test_the_check_of_a_rule_passes_on_what_it_states_for_the_example(kind: str) -> None:
    check_rule(rules_by_kind()[kind])


@pytest.mark.promise(9)
@given(data=st.data())
def test_a_forbidden_pair_is_absent_from_the_problem_and_never_chosen(data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    asked = rules(data.draw, survey)
    met = market(data, survey, asked)
    problem = formulate(people_of(met), scores_of(met), asked, ["matched", "priority", "total"])
    barred = forbidden_pairs(asked, met)
    absent = np.argwhere(barred)
    assert not problem.scores.allows(absent[:, 0], absent[:, 1]).any()
    solution = solve(problem)
    assert str(solution.status) in ("proved", "infeasible")
    assert not any(barred[mentor, mentee] for mentor, mentee in solution.pairs)


@pytest.mark.promise(9)
@given(data=st.data())
def test_who_is_set_aside_is_in_no_pair(data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    asked = [rule(data.draw, survey, "require"), *rules(data.draw, survey, 2)]
    met = market(data, survey, asked)
    problem = formulate(people_of(met), scores_of(met), asked, ["matched", "priority", "total"])
    solution = solve(problem)
    for axis, (side, loads) in enumerate(zip(SIDES, (problem.mentors, problem.mentees), strict=True)):
        group = met.side(side)
        refusing = [~admits for each in asked if (admits := each.eligible(group, side)) is not None]
        aside = np.logical_or.reduce([~group.complete, *refusing])
        assert (loads.most[aside] == 0).all()
        assert (problem.scores.degrees[axis][aside] == 0).all()
        assert not np.isin(solution.pairs[:, axis], np.flatnonzero(aside)).any()


@pytest.mark.promise(14)
@given(data=st.data())
def test_a_person_who_takes_no_part_changes_no_pair_of_the_others(data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    met = market(data, survey, [])
    mentors = replace(met.mentors, complete=np.array([False, *met.mentors.complete[1:]], dtype=bool))
    rest = np.arange(1, len(mentors))
    everyone = np.arange(len(met.mentees))
    with_them = Cohort(mentors, met.mentees)
    without = Cohort(mentors.take(rest), met.mentees)
    goals = ["matched", "total"]
    before = solve(formulate(with_them, scores_of(met), [], goals)).pairs
    after = solve(formulate(without, scores_of(met.part(rest, everyone)), [], goals)).pairs
    assert (before - [1, 0]).tolist() == after.tolist()
