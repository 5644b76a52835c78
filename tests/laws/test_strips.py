"""What every criterion and every rule must do strip by strip: the same as on the whole block, to the bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Cohort, Criterion, People, Rule
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.fields import Choices
from mentormatch.rules import forbidden_pairs, market_of, rules_by_kind
from mentormatch.scale.scan.simd import SimdScanner
from mentormatch.scale.scan.workers import scan_range
from mentormatch.scale.scores.matrix import ScoreMatrix, build_matrix
from mentormatch.scale.scores.terms import CACHE_OPTIONS, CacheOptions
from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.scoring.scores import Points, score
from tests.doors import substitute
from tests.laws.extensions import criterion, rule
from tests.laws.questionnaires import cohort, surveys


def hold_strips_against_the_block(people: Cohort, criteria: list[Criterion], rules: list[Rule]) -> None:
    """Compare scores, and which pairs are allowed, with those of the block, whether or not tables are kept."""
    for options in (CACHE_OPTIONS, CacheOptions(always_cells=0), CacheOptions(always_cells=0, max_coded_cells=0)):
        with pytest.MonkeyPatch.context() as patch:
            substitute(patch, "scale", CACHE_OPTIONS=options)
            compare(people, criteria, rules)


def compare(people: Cohort, criteria: list[Criterion], rules: list[Rule]) -> None:
    """Compare with the whole block; what a forbidden pair scores is nothing."""
    whole = score(people, criteria).values
    barred = forbidden_pairs(rules, market_of(people, whole))
    strips, (n, m) = build_matrix(people, criteria, rules), whole.shape
    found = np.concatenate([strips.rows(row, row + 1) for row in range(n)]) if n else whole
    assert np.array_equal(found < strips.floor, barred)
    assert np.array_equal(found[~barred], whole[~barred])
    mentors, mentees = np.divmod(np.arange(n * m)[::-1], max(m, 1))
    assert np.array_equal(strips.at(mentors, mentees), found[mentors, mentees])
    some = np.arange(m)[::2]
    assert np.array_equal(strips.select_mentees(some).rows(0, n), found[:, some])
    assert np.array_equal(strips.swap_sides().rows(0, m).T, found)
    compare_looks(strips, found)


def compare_looks(strips: ScoreMatrix, found: Points) -> None:
    """Compare what compiled code sees from the middle of the scores on with what the scores say."""
    n, m = strips.shape
    limits, columns = np.full(n, int(np.median(found)) if n * m else 0), np.arange(m) % 3
    seen = scan_range(SimdScanner.of(strips).for_query, ScanQuery(limits, columns, per_row=n * m), 0, n)
    mentors, mentees = np.nonzero((found >= strips.floor) & (found + columns >= limits[:, None]))
    assert np.array_equal(seen.mentors, mentors)
    assert np.array_equal(seen.mentees, mentees)
    assert np.array_equal(seen.scores, found[mentors, mentees])


@pytest.mark.parametrize("kind", sorted(criteria_by_kind()))
@given(data=st.data())
def test_a_criterion_adds_the_same_in_a_strip_as_in_the_block(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    kinds = (kind, data.draw(st.sampled_from(sorted(criteria_by_kind()))))
    rated = [criterion(data.draw, survey, each) for each in kinds]
    hold_strips_against_the_block(cohort(data.draw, survey, rated), rated, [])


@pytest.mark.parametrize("ticked", [None, (0,)])
def test_questions_with_more_options_and_fewer_that_are_answered_alike_add_up(ticked: tuple[int, ...] | None) -> None:
    asked = {"many": Choices(question="?", options=["a", "b", "c", "d"]), "few": Choices(question="?", options=["a"])}
    columns = {name: field.column([ticked, None]) for name, field in asked.items()}
    mentors, mentees = (People((f"{side}1", f"{side}2"), columns, np.ones(2, dtype=np.bool_)) for side in "ME")
    rated = [criteria_by_kind()["availability"].model_validate({"field": name}) for name in asked]
    hold_strips_against_the_block(Cohort(mentors, mentees), rated, [])


@pytest.mark.parametrize("kind", sorted(kind for kind, each in rules_by_kind().items() if each.of_pairs))
@given(data=st.data())
def test_a_rule_forbids_the_same_in_a_strip_as_in_the_block(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    ruled, rated = rule(data.draw, survey, kind), criterion(data.draw, survey, "same")
    hold_strips_against_the_block(cohort(data.draw, survey, [rated, ruled]), [rated], [ruled])
