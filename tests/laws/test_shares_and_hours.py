"""A share of the pairs, and hours rather than heads: from the programme file to the pairs, against every plan."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Cohort, Matching, People, Programme, ProgrammeError, SurveyError
from tests.operations.situations import MENTEES, all_plans, cohort_of, keys, points_of, programme_of

few = settings(max_examples=10)
points = st.lists(st.lists(st.integers(0, 1000), min_size=4, max_size=4), min_size=3, max_size=3)


def matched(scores: list[list[int]], places: list[int], rule: dict[str, Any]) -> tuple[Matching, list[Any]]:
    """Return the matching under a rule, and every plan without it."""
    cohort = cohort_of(programme_of(scores), range(3), range(4), places)
    return mm.match(cohort, programme_of(scores, rules=[rule])), list(all_plans(mm.match(cohort, programme_of(scores))))


@few
@given(scores=points, least=st.integers(0, 100), some=st.integers(1, 3), more=st.booleans())
def test_the_best_plan_in_proportion_is_chosen(scores: list[list[int]], least: int, some: int, *, more: bool) -> None:
    named = MENTEES[:some]
    rule = {"kind": "proportion", "field": "e", "in": named, "least" if more else "most": least}
    matching, plans = matched(scores, [1, 1, 2], rule)
    counts = {plan: 100 * sum(mentee in named for _, mentee in plan) for plan in plans}
    fine = [
        plan for plan in plans if (counts[plan] >= least * len(plan) if more else counts[plan] <= least * len(plan))
    ]
    chosen = keys(matching)
    assert matching.status == "proved"
    assert chosen in fine
    rank = (len(chosen), points_of(matching, chosen))
    assert rank == max((len(plan), points_of(matching, plan)) for plan in fine)


@few
@given(scores=points, limit=st.sampled_from([0.0, 1.0, 1.5, 3.0]), weight=st.sampled_from([0.0, 0.5, 0.75, 1.5]))
def test_the_best_plan_within_the_hours_is_chosen(scores: list[list[int]], limit: float, weight: float) -> None:
    matching, plans = matched(scores, [2, 2, 3], {"kind": "load", "weights": weight, "limit": limit})
    fine = [plan for plan in plans if all(weight * held <= limit for held in per_mentor(plan))]
    chosen = keys(matching)
    assert chosen in fine
    rank = (len(chosen), points_of(matching, chosen))
    assert rank == max((len(plan), points_of(matching, plan)) for plan in fine)


@few
@given(scores=points, limit=st.sampled_from([1.0, 1.5, 3.0]), data=st.data())
def test_the_best_plan_within_hours_that_differ_by_pair_is_chosen(
    scores: list[list[int]], limit: float, data: st.DataObject
) -> None:
    hours = {
        (f"M{mentor}", mentee): data.draw(st.sampled_from([0.0, 0.5, 1.0, 2.25]))
        for mentor in range(2)
        for mentee in MENTEES
    }
    cells = [{"mentor": mentor, "mentee": mentee, "hours": each} for (mentor, mentee), each in hours.items()]
    rule = {"kind": "load", "weights": 0.75, "limit": limit, "mentor": "m", "mentee": "e", "cells": cells}
    matching, plans = matched(scores, [2, 2, 3], rule)
    taken = {
        plan: {mentor: sum(hours.get(pair, 0.75) for pair in plan if pair[0] == mentor) for mentor, _ in plan}
        for plan in plans
    }
    fine = [plan for plan in plans if all(each <= limit for each in taken[plan].values())]
    chosen = keys(matching)
    assert chosen in fine
    assert (len(chosen), points_of(matching, chosen)) == max((len(plan), points_of(matching, plan)) for plan in fine)


def per_mentor(plan: frozenset[tuple[str, str]]) -> list[int]:
    mentors = [mentor for mentor, _ in plan]
    return [mentors.count(mentor) for mentor in mentors]


def hours_programme() -> Programme:
    fields = {
        "veut": {"kind": "number", "question": "Heures souhaitées", "side": "mentee"},
        "peut": {"kind": "number", "question": "Heures possibles", "side": "mentor"},
    }
    rules = [
        {"kind": "capacity", "side": "mentor", "most": 3},
        {"kind": "load", "weights": "veut", "limit": "peut", "name": "heures"},
    ]
    return Programme.read({"programme": {"name": "Heures"}, "fields": fields, "rules": rules})


def hours_cohort(can: list[float | None], want: list[float | None]) -> Cohort:
    fields = hours_programme().fields
    mentors, mentees = (np.ones(len(said), dtype=bool) for said in (can, want))
    return Cohort(
        People(tuple(f"M{n}" for n in range(len(can))), {"peut": fields["peut"].column(can)}, mentors),
        People(tuple(f"E{n}" for n in range(len(want))), {"veut": fields["veut"].column(want)}, mentees),
    )


@pytest.mark.parametrize(("second", "pairs"), [(2.0, 2), (2.01, 1)])
def test_hours_count_to_the_hundredth(second: float, pairs: int) -> None:
    assert len(mm.match(hours_cohort([4], [2, second]), hours_programme()).pairs) == pairs


def test_mentees_share_the_hours_of_their_mentor() -> None:
    matching = mm.match(hours_cohort([4, 1.5], [2, 2, 1.5, 3]), hours_programme())
    assert len(matching.pairs) == 3
    assert {pair.mentee for pair in matching.pairs if pair.mentor == "M1"} == {"E2"}


def test_who_asks_more_than_any_mentor_has_is_told_by_which_rule() -> None:
    matching = mm.match(hours_cohort([2, 2], [5]), hours_programme())
    (mentee,) = (one for one in matching.unmatched if one.side == "mentee")
    assert mentee.code == "excluded"
    assert "« heures » en exclut 2" in mentee.reason


def test_unknown_hours_bind_nobody_unless_the_rule_says_so() -> None:
    cohort, programme = hours_cohort([1, None], [None, 9]), hours_programme()
    assert len(mm.match(cohort, programme).pairs) == 2
    strict = [
        rule.model_copy(update={"missing": "forbid"}) if rule.kind == "load" else rule for rule in programme.rules
    ]
    assert mm.match(cohort, programme.model_copy(update={"rules": strict})).pairs == ()


def test_a_negative_number_of_hours_is_refused_by_key() -> None:
    with pytest.raises(SurveyError) as refusal:
        mm.match(hours_cohort([1, -2], [1]), hours_programme())
    assert [problem.where for problem in refusal.value.problems] == ["M1"]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "proportion", "field": "e", "in": ["E0"]},
        {"kind": "proportion", "field": "e", "in": ["E0"], "least": 60, "most": 40},
        {"kind": "proportion", "field": "e", "in": ["E0"], "least": 101},
        {"kind": "proportion", "field": "e", "in": ["Personne"], "least": 10},
        {"kind": "proportion", "side": "mentor", "field": "e", "in": ["E0"], "least": 10},
        {"kind": "load", "weights": "e", "limit": 3},
        {"kind": "load", "weights": 1, "limit": -3},
        {"kind": "load", "weights": "inconnu", "limit": 3},
        {"kind": "load", "weights": 1},
        {"kind": "load", "weights": 1, "limit": 3, "mentor": "m", "mentee": "e"},
        {"kind": "load", "weights": 1, "limit": 3, "cells": [{"mentor": "M0", "mentee": "E0", "hours": 2}]},
        {
            "kind": "load",
            "weights": 1,
            "limit": 3,
            "mentor": "m",
            "mentee": "e",
            "cells": [{"mentor": "M0", "mentee": "Personne", "hours": 2}],
        },
        {"kind": "history", "pairs": []},
        {"kind": "history", "pairs": [{"mentor": "M0"}]},
    ],
)
def test_what_makes_no_rule_is_a_mistake_in_the_programme(rule: dict[str, Any]) -> None:
    with pytest.raises(ProgrammeError):
        programme_of([[1]], rules=[rule])
