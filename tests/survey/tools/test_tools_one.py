"""Framaforms, LimeSurvey, Nextcloud Forms, SurveyMonkey: exports of random programmes are read as the same people."""

import csv
from datetime import datetime
from typing import Literal

from hypothesis import assume, given
from hypothesis import strategies as st

from mentormatch import Programme
from tests.survey.tools.exports import limesurvey_is_clear
from tests.survey.tools.made import (
    Answers,
    Cell,
    check_people,
    check_whole,
    delimited,
    few,
    programmes_with_answers,
    read_back,
    unfinished,
    workbook,
)
from tests.survey.tools.writers_one import (
    framaforms,
    limesurvey,
    limesurvey_codes,
    nextcloud,
    surveymonkey,
    with_codes,
)

type Case = tuple[Programme, list[Answers]]

cases = programmes_with_answers()
FORMS = st.sampled_from(["Séparé", "Compact"])


@few
@given(case=cases, drafts=unfinished, form=FORMS, delimiter=st.sampled_from("\t;,|"))
def test_a_framaforms_text_is_read_as_the_same_people(
    case: Case, drafts: list[bool], form: str, delimiter: str
) -> None:
    programme, people = case
    rows = framaforms(programme, people, drafts[: len(people)], compact=form == "Compact")
    cohort = read_back(programme, delimited(rows, delimiter).encode(), "resultats.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, drafts[: len(people)])


@few
@given(case=cases, drafts=unfinished)
def test_an_old_xls_of_framaforms_is_text_in_utf_16_and_read_as_the_same_people(case: Case, drafts: list[bool]) -> None:
    programme, people = case
    text = delimited(framaforms(programme, people, drafts[: len(people)], compact=False), "\t")
    cohort = read_back(programme, b"\xff\xfe" + text.encode("utf-16-le"), "resultats.xls")
    check_people(cohort, programme, people)
    check_whole(cohort, drafts[: len(people)])


@few
@given(case=cases, drafts=unfinished, form=FORMS)
def test_a_framaforms_workbook_with_real_dates_is_read_as_the_same_people(
    case: Case, drafts: list[bool], form: str
) -> None:
    programme, people = case
    rows = framaforms(programme, people, drafts[: len(people)], compact=form == "Compact")
    dated: list[list[Cell]] = [[*map(dated_cell, row[:6]), *row[6:]] for row in rows]
    cohort = read_back(programme, workbook(dated), "resultats.xlsx")
    check_people(cohort, programme, people)
    check_whole(cohort, drafts[: len(people)])


def dated_cell(cell: str) -> str | datetime:
    return datetime.strptime(cell, "%d/%m/%Y - %H:%M") if " - " in cell else cell


@few
@given(case=cases, partial=unfinished, delimiter=st.sampled_from(",;"))
def test_full_answers_of_limesurvey_are_read_as_the_same_people(
    case: Case, partial: list[bool], delimiter: str
) -> None:
    programme, people = case
    assume(limesurvey_is_clear(programme, people))
    rows = limesurvey(programme, people, partial[: len(people)])
    text = "\ufeff" + delimited(rows, delimiter, end="\r\n") + "\r\n"
    cohort = read_back(programme, text.encode(), "results-survey1.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, partial[: len(people)])


@few
@given(case=cases, partial=unfinished, frame=st.sampled_from(["[{}]", "_{}"]))
def test_coded_answers_of_limesurvey_are_read_as_the_same_people_through_the_mapping(
    case: Case, partial: list[bool], frame: Literal["[{}]", "_{}"]
) -> None:
    programme, people = case
    rows = limesurvey_codes(programme, people, partial[: len(people)], frame)
    text = "\ufeff" + delimited(rows, ",", end="\r\n") + "\r\n"
    cohort = read_back(with_codes(programme), text.encode(), "results-survey1.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, partial[: len(people)])


@few
@given(case=cases)
def test_a_nextcloud_text_is_read_as_the_same_people(case: Case) -> None:
    programme, people = case
    text = "\ufeff" + delimited(nextcloud(programme, people, guarded=True), ",")
    cohort = read_back(programme, text.encode(), "reponses.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, [False] * len(people))


@few
@given(case=cases)
def test_a_nextcloud_workbook_is_read_as_the_same_people(case: Case) -> None:
    programme, people = case
    cohort = read_back(programme, workbook(nextcloud(programme, people, guarded=False)), "reponses.xlsx")
    check_people(cohort, programme, people)
    check_whole(cohort, [False] * len(people))


@few
@given(case=cases, unended=unfinished, encoding=st.sampled_from(["utf-8", "cp1252"]))
def test_a_surveymonkey_text_is_read_as_the_same_people(case: Case, unended: list[bool], encoding: str) -> None:
    programme, people = case
    rows = surveymonkey(programme, people, unended[: len(people)])
    text = delimited(rows, ",", end="\r\n", quoting=csv.QUOTE_MINIMAL)
    cohort = read_back(programme, text.encode(encoding), "Sheet_1.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, unended[: len(people)])
