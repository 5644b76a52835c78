"""What every criterion must do, whichever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.testing import check_criterion, check_reasons, check_statement, check_value_of_a_pair, check_values
from tests.laws.extensions import criterion
from tests.laws.questionnaires import cohort, parts_of, surveys

KINDS = sorted(criteria_by_kind())
every_criterion = pytest.mark.parametrize("kind", KINDS)


@every_criterion
def test_a_criterion_is_found_among_the_criteria_and_has_a_title(kind: str) -> None:
    assert criteria_by_kind()[kind].__module__.startswith("mentormatch.scoring.criteria.")
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
    check_values(rated, left, right)


@pytest.mark.promise(12)
@every_criterion
@given(data=st.data())
def test_a_pair_has_the_same_value_in_every_block_and_every_order(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys())
    rated = criterion(data.draw, survey, kind)
    people = cohort(data.draw, survey, [rated])
    left, right = people.mentors, people.mentees
    rows, columns = data.draw(parts_of(left)), data.draw(parts_of(right))
    check_value_of_a_pair(rated, left, right, rows, columns)


@every_criterion
@given(data=st.data())
def test_a_reason_is_given_for_every_answered_pair_and_rests_on_these_two_alone(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    rated = criterion(data.draw, survey, kind)
    people = cohort(data.draw, survey, [rated])
    check_reasons(rated, people.mentors, people.mentees)


@every_criterion
@given(data=st.data())
def test_a_criterion_has_a_label_speaks_of_fields_that_are_there_and_reads_back_as_it_is_written(
    kind: str, data: st.DataObject
) -> None:
    survey = data.draw(surveys())
    rated = criterion(data.draw, survey, kind)
    assert rated.label
    assert [*rated.references()] or rated.takes_table
    check_statement(rated, survey.fields)


@every_criterion
def test_the_check_of_a_criterion_passes_on_what_it_states_for_the_example(kind: str) -> None:
    check_criterion(criteria_by_kind()[kind])
