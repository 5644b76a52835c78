"""What every criterion must do, whichever it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.base.arrays import BoolVector
from mentormatch.fields import Side
from mentormatch.people.cohort import People
from mentormatch.scoring.criterion import Criterion, criteria_by_kind
from tests.laws.extensions import CRITERIA, criterion, untried
from tests.laws.questionnaires import cohort, parts_of, surveys

KINDS = sorted(criteria_by_kind())
every_criterion = pytest.mark.parametrize("kind", KINDS)


def known(rated: Criterion, people: People, side: Side) -> BoolVector:
    """Return who answered all that the criterion asks of this side."""
    asked = [people.known(field) for field in rated.fields_of(side)]
    return np.logical_and.reduce(asked, axis=0) if asked else np.ones(len(people), dtype=bool)


def test_every_criterion_is_tried() -> None:
    assert untried(criteria_by_kind(), CRITERIA) == []


def test_a_criterion_that_is_not_tried_is_named_with_what_to_add() -> None:
    (sentence,) = untried({**criteria_by_kind(), "mirror": criteria_by_kind()["same"]}, CRITERIA)
    assert sentence.startswith("`mirror` has no settings")


@every_criterion
def test_a_criterion_is_named_like_its_file_and_has_a_title(kind: str) -> None:
    assert criteria_by_kind()[kind].__module__ == f"mentormatch.scoring.criteria.{kind}"
    assert criteria_by_kind()[kind].title


@every_criterion
@given(data=st.data())
def test_values_are_between_0_and_1_and_undefined_exactly_where_a_side_gave_no_answer(
    kind: str, data: st.DataObject
) -> None:
    survey = data.draw(surveys())
    rated = criterion(data.draw, survey, kind)
    people = cohort(data.draw, survey, [rated])
    left, right = people.mentors, people.mentees
    values = rated.score(left, right)
    answered = known(rated, left, "mentor")[:, None] & known(rated, right, "mentee")[None, :]
    assert values.shape == (len(left), len(right))
    assert values.dtype == np.float64
    assert np.array_equal(~np.isnan(values), answered)
    assert ((values[answered] >= 0) & (values[answered] <= 1)).all()


@pytest.mark.promise(12)
@every_criterion
@given(data=st.data())
def test_a_pair_has_the_same_value_in_every_block_and_every_order(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    rated = criterion(data.draw, survey, kind)
    people = cohort(data.draw, survey, [rated])
    left, right = people.mentors, people.mentees
    rows, columns = data.draw(parts_of(left)), data.draw(parts_of(right))
    whole = rated.score(left, right)[np.ix_(rows, columns)]
    part = rated.score(left.take(rows), right.take(columns))
    assert part.tobytes() == whole.tobytes()


@every_criterion
@given(data=st.data())
def test_a_reason_is_given_for_every_answered_pair_and_rests_on_these_two_alone(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    rated = criterion(data.draw, survey, kind)
    people = cohort(data.draw, survey, [rated])
    left, right = people.mentors, people.mentees
    for i, k in np.argwhere(~np.isnan(rated.score(left, right))).tolist():
        alone = rated.reason(left.take([i]).person(0), right.take([k]).person(0))
        assert isinstance(alone, str)
        assert alone.strip()
        assert rated.reason(left.person(i), right.person(k)) == alone


@every_criterion
@given(data=st.data())
def test_a_criterion_has_a_label_and_speaks_of_fields_that_are_there(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    rated = criterion(data.draw, survey, kind)
    assert rated.label
    assert rated.model_copy(update={"name": "le nom"}).label == "le nom"
    references = list(rated.references())
    assert references
    assert all(survey.fields[each.field].kind in each.ref.kinds for each in references)


@every_criterion
@given(data=st.data())
def test_a_criterion_reads_back_as_it_is_written(kind: str, data: st.DataObject) -> None:
    rated = criterion(data.draw, data.draw(surveys()), kind)
    assert type(rated).model_validate(rated.model_dump(by_alias=True)) == rated
