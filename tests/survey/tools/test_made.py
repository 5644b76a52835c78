"""The generator of programmes and answers is itself right: a plain table of them is read as what was drawn."""

import csv

from hypothesis import given

from mentormatch import Programme
from mentormatch.fields import fields_by_kind
from tests.survey.tools.made import (
    Answers,
    check_people,
    delimited,
    few,
    plain_table,
    programmes_with_answers,
    read_back,
    workbook,
)


@few
@given(case=programmes_with_answers())
def test_a_plain_csv_of_the_answers_is_read_as_the_same_people(case: tuple[Programme, list[Answers]]) -> None:
    programme, people = case
    text = delimited(plain_table(programme, people), ";", quoting=csv.QUOTE_MINIMAL)
    check_people(read_back(programme, text.encode(), "reponses.csv"), programme, people)


@few
@given(case=programmes_with_answers())
def test_every_kind_of_question_is_asked(case: tuple[Programme, list[Answers]]) -> None:
    assert {field.kind for field in case[0].fields.values()} == set(fields_by_kind())


@few
@given(case=programmes_with_answers())
def test_a_plain_workbook_of_the_answers_is_read_as_the_same_people(case: tuple[Programme, list[Answers]]) -> None:
    programme, people = case
    check_people(read_back(programme, workbook(plain_table(programme, people)), "reponses.xlsx"), programme, people)
