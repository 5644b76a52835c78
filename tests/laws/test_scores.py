"""Laws of the score of a pair, whichever criteria make it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Cohort, Criterion
from mentormatch.explanation.pairs import explain_pair
from mentormatch.scoring import scores as scoring
from mentormatch.scoring.criteria import Closeness, Same
from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.scoring.scores import MILLION, contribution, normalise_weights, score
from tests.laws.extensions import criteria, criterion
from tests.laws.questionnaires import BLANK_FIELD, EQUAL_FIELD, cohort, parts_of, surveys

constants = st.sampled_from([Closeness(field=BLANK_FIELD, weight=7, neutral=0.9), Same(field=EQUAL_FIELD, weight=20)])


def scaled(rated: list[Criterion], factor: float) -> list[Criterion]:
    return [each.model_copy(update={"weight": each.weight * factor}) for each in rated]


@pytest.mark.promise(18)
@given(data=st.data())
def test_contributions_add_up_to_the_score_exactly(data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    rated = criteria(data.draw, survey)
    people = cohort(data.draw, survey, rated)
    table = score(people, rated)
    for i, k in np.ndindex(table.values.shape):
        pair = explain_pair(people, table, i, k)
        assert pair.score == table.values[i, k] == sum(part.share for part in pair.contributions)
        assert all(0 <= part.share <= part.full for part in pair.contributions)
        assert 0 <= pair.answered <= 1 + 1e-5
        assert all(part.reason for part in pair.contributions)


@given(data=st.data())
def test_scores_lie_between_0_and_100_points(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    rated = criteria(data.draw, survey)
    people = cohort(data.draw, survey, rated)
    table = score(people, rated)
    assert (table.values >= 0).all()
    assert (table.values <= MILLION + len(rated)).all()


@pytest.mark.promise(14)
@given(data=st.data(), power=st.integers(-8, 8), factor=st.floats(0.01, 1000))
def test_scaling_all_weights_changes_no_score(data: st.DataObject, power: int, factor: float) -> None:
    survey = data.draw(surveys())
    rated = criteria(data.draw, survey)
    people = cohort(data.draw, survey, rated)
    before = score(people, rated).values
    assert np.array_equal(before, score(people, scaled(rated, 2.0**power)).values)
    apart = np.abs(before - score(people, scaled(rated, factor)).values)
    assert (apart <= len(rated)).all()  # each share is rounded by itself


@pytest.mark.promise(14)
@given(data=st.data(), same_for_all=constants)
def test_a_criterion_that_is_the_same_for_all_turns_no_preference(data: st.DataObject, same_for_all: Criterion) -> None:
    survey = data.draw(surveys(1))
    rated = criteria(data.draw, survey)
    people = cohort(data.draw, survey, [*rated, same_for_all])
    before = score(people, rated).values.astype(np.int64).ravel()
    after = score(people, [*rated, same_for_all]).values.astype(np.int64).ravel()
    total = sum(each.weight for each in rated)
    kept = total / (total + same_for_all.weight)
    moved = np.subtract.outer(after, after) - kept * np.subtract.outer(before, before)
    assert (np.abs(moved) <= len(rated) + 1 + len(rated) * kept).all()  # the rounding of each share, before and after


@given(data=st.data(), kind=st.sampled_from(sorted(criteria_by_kind())))
def test_a_missing_answer_counts_at_neutral_with_its_full_weight(data: st.DataObject, kind: str) -> None:
    survey = data.draw(surveys())
    rated = [criterion(data.draw, survey, kind), *criteria(data.draw, survey, 2)]
    weight = normalise_weights(rated)[0]
    people = cohort(data.draw, survey, rated)
    left, right = people.mentors, people.mentees
    share, known = contribution(rated[0], weight, left, right)
    blank = np.isnan(rated[0].score(left, right))
    assert np.array_equal(known, ~blank)
    assert (share[blank] == round(rated[0].neutral * weight * MILLION)).all()


@given(data=st.data())
def test_what_is_answered_is_the_weight_of_the_criteria_that_both_answered(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    rated = [*criteria(data.draw, survey, 3), Closeness(field=BLANK_FIELD, weight=5)]
    people = cohort(data.draw, survey, rated)
    left, right = people.mentors, people.mentees
    parts = zip(rated, normalise_weights(rated), strict=True)
    told = np.add.reduce([weight * ~np.isnan(each.score(left, right)) for each, weight in parts])
    table = score(people, rated)
    for i, k in np.ndindex(table.values.shape):
        assert explain_pair(people, table, i, k).answered == pytest.approx(told[i, k], abs=1e-5)


@pytest.mark.promise(12)
@given(data=st.data())
def test_the_score_of_a_pair_does_not_depend_on_who_else_is_there(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    rated = criteria(data.draw, survey)
    people = cohort(data.draw, survey, rated)
    rows, columns = data.draw(parts_of(people.mentors)), data.draw(parts_of(people.mentees))
    some = Cohort(people.mentors.take(rows), people.mentees.take(columns))
    whole = score(people, rated).values[np.ix_(rows, columns)]
    assert score(some, rated).values.tolist() == whole.tolist()


@pytest.mark.parametrize("kind", sorted(criteria_by_kind()))
@given(data=st.data(), rows=st.integers(1, 3))
def test_people_who_are_scored_once_for_all_who_are_alike_score_the_same(
    kind: str, data: st.DataObject, rows: int
) -> None:
    survey = data.draw(surveys())
    rated = [criterion(data.draw, survey, kind), *criteria(data.draw, survey, 1)]
    people = cohort(data.draw, survey, rated)
    parts = zip(rated, normalise_weights(rated), strict=True)
    told = [contribution(each, weight, people.mentors, people.mentees)[0] for each, weight in parts]
    with pytest.MonkeyPatch.context() as patch:
        options = scoring.ScoringOptions(lookup_min_pairs=0, dedup_min_ratio=0, pairs_per_block=1, min_block_rows=rows)
        patch.setattr(scoring, "SCORING_OPTIONS", options)
        found = score(people, rated)
    assert np.array_equal(found.values, sum(told))


def test_weights_of_nothing_make_scores_of_nothing() -> None:
    assert normalise_weights([Same(field="x", weight=0), Same(field="y", weight=0)]) == (0.0, 0.0)
    assert normalise_weights([]) == ()
