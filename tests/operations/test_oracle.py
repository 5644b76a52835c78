"""Repairs of small matchings, against every plan there is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import repair
from mentormatch.operations.matching import KeyPair
from mentormatch.results import Repair
from tests.conftest import DEEP
from tests.operations.situations import Situation, all_plans, keys, named_in, points_of, situations

small = settings(max_examples=500 if DEEP else 20)


def repaired(situation: Situation, data: st.DataObject | None = None) -> Repair:
    """Return the repair of what was matched before, some of it begun."""
    before = mm.match(situation.cohort, situation.programme)
    staying = sorted(pair for pair in keys(before) if not {*pair} & {*situation.withdrawn})
    keep = [pair for pair in staying if data and data.draw(st.sampled_from([False, False, True]))]
    return repair(before, withdrawn=situation.withdrawn, arrived=situation.arrived, keep=keep)


def broken_by(plan: frozenset[KeyPair], fixed: Repair) -> int:
    """Count the former pairs of people who are still there and that a plan does not hold."""
    here = {*fixed.matching.cohort.mentors.ids, *fixed.matching.cohort.mentees.ids}
    return sum({*pair} <= here and pair not in plan for pair in keys(fixed.before))


def rank(plan: frozenset[KeyPair], fixed: Repair) -> tuple[int, int, int, int]:
    after = fixed.matching
    return len(plan), -broken_by(plan, fixed), named_in(after, plan), points_of(after, plan)


@small
@given(situation=situations(), data=st.data())
def test_a_repair_places_most_then_breaks_fewest_then_scores_best(situation: Situation, data: st.DataObject) -> None:
    fixed = repaired(situation, data)
    plans = list(all_plans(fixed.matching))
    assert (fixed.status == "proved") == bool(plans)
    assert str(fixed.status) in ("proved", "infeasible")
    if plans:
        chosen = keys(fixed.matching)
        assert chosen in plans
        assert rank(chosen, fixed) == max(rank(plan, fixed) for plan in plans)
        assert broken_by(chosen, fixed) == len(fixed.broken)


@pytest.mark.promise(9)
@small
@given(situation=situations(), data=st.data())
def test_a_repair_breaks_no_rule_and_keeps_what_has_begun(situation: Situation, data: st.DataObject) -> None:
    before = mm.match(situation.cohort, situation.programme)
    staying = sorted(pair for pair in keys(before) if not {*pair} & {*situation.withdrawn})
    keep = [pair for pair in staying if data.draw(st.booleans())]
    fixed = repair(before, withdrawn=situation.withdrawn, arrived=situation.arrived, keep=keep)
    if fixed.status == "proved":
        chosen = keys(fixed.matching)
        assert {*keep} <= chosen
        assert mm.evaluate(fixed.matching.cohort, situation.programme, chosen).breaches == ()
        assert not {key for pair in chosen for key in pair} & {*situation.withdrawn}


@small
@given(situation=situations())
def test_every_pair_before_and_after_is_told_once(situation: Situation) -> None:
    fixed = repaired(situation)
    assert sorted([*fixed.kept, *fixed.broken, *fixed.ended]) == sorted(keys(fixed.before))
    assert sorted([*fixed.kept, *fixed.new]) == sorted(keys(fixed.matching))
    assert all({*pair} & {*situation.withdrawn} for pair in fixed.ended)


@small
@given(situation=situations())
def test_each_rung_of_the_ladder_is_the_best_plan_with_so_many_broken_pairs(situation: Situation) -> None:
    fixed = repaired(situation)
    plans = list(all_plans(fixed.matching))
    for rung in fixed.ladder:
        within = [plan for plan in plans if broken_by(plan, fixed) <= rung.at_most]
        assert (rung.status == "proved") == bool(within)
        if within:
            best = max((len(plan), named_in(fixed.matching, plan), points_of(fixed.matching, plan)) for plan in within)
            assert (rung.matched, rung.total) == (best[0], best[2])
        else:
            assert (rung.matched, rung.total, rung.broken) == (None, None, None)
    assert [rung.at_most for rung in fixed.ladder] == list(range(len(fixed.ladder)))


@small
@given(situation=situations())
def test_the_ladder_ends_where_more_broken_pairs_buy_nothing(situation: Situation) -> None:
    fixed = repaired(situation)
    plans = list(all_plans(fixed.matching))
    ranks = {plan: (len(plan), named_in(fixed.matching, plan), points_of(fixed.matching, plan)) for plan in plans}
    best = [plan for plan in plans if ranks[plan] == max(ranks.values())]
    fewest = min((broken_by(plan, fixed) for plan in best), default=0)
    assert len(fixed.ladder) == fewest + 1


@small
@given(situation=situations())
def test_a_reserve_is_the_best_mentor_who_could_take_over(situation: Situation) -> None:
    fixed = repaired(situation)
    chosen = keys(fixed.matching)
    assert sorted((each.mentor, each.mentee) for each in fixed.reserves) == sorted(chosen)
    for each in fixed.reserves:
        others = [other for other in fixed.matching.cohort.mentors.ids if (other, each.mentee) not in chosen]
        rest, plans = chosen - {(each.mentor, each.mentee)}, set(all_plans(fixed.matching, each.mentor))
        able = {
            other: points_of(fixed.matching, [(other, each.mentee)])
            for other in others
            if rest | {(other, each.mentee)} in plans
        }
        assert (each.reserve is None) == (not able)
        assert each.score == max(able.values(), default=None)
        assert each.reserve is None or able[each.reserve] == each.score
