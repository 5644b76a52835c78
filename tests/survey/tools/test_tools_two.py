"""Google, Microsoft Forms, Tally, Typeform, HelloAsso: exports of random programmes are read as the same people."""

import csv

from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Programme
from tests.survey.tools.made import (
    Answers,
    check_people,
    check_whole,
    delimited,
    few,
    programmes_with_answers,
    read_back,
    unfinished,
    workbook,
)
from tests.survey.tools.writers_two import (
    google,
    helloasso,
    microsoft,
    with_statements,
)

type Case = tuple[Programme, list[Answers]]

cases = programmes_with_answers()


@few
@given(case=cases)
def test_the_csv_of_a_google_form_is_read_as_the_same_people(case: Case) -> None:
    programme, people = case
    text = delimited(google(programme, people, sheet=False), ",")
    cohort = read_back(programme, text.encode(), "Mentorat.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, [False] * len(people))


@few
@given(case=cases)
def test_the_csv_of_a_google_sheet_is_read_as_the_same_people(case: Case) -> None:
    programme, people = case
    text = delimited(google(programme, people, sheet=True), ",", end="\r\n", quoting=csv.QUOTE_MINIMAL)
    cohort = read_back(programme, text.encode(), "Mentorat - Réponses au formulaire 1.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, [False] * len(people))


@few
@given(case=cases)
def test_the_workbook_of_a_google_sheet_is_read_as_the_same_people(case: Case) -> None:
    programme, people = case
    rows = google(programme, people, sheet=True, dated=True)
    cohort = read_back(programme, workbook(rows, "Réponses au formulaire 1"), "Mentorat.xlsx")
    check_people(cohort, programme, people)
    check_whole(cohort, [False] * len(people))


@few
@given(case=cases, form=st.sampled_from(["A;B;", '["A","B"]']), notes=st.sampled_from(["", "changes"]))
def test_the_workbook_of_a_microsoft_form_is_read_as_the_same_people(case: Case, form: str, notes: str) -> None:
    programme, people = case
    rows = microsoft(programme, people, listed=form != "A;B;", changes=bool(notes))
    cohort = read_back(with_statements(programme), workbook(rows, "Sheet1"), "Mentorat(1-8).xlsx")
    check_people(cohort, programme, people)
    check_whole(cohort, [False] * len(people))


@few
@given(case=cases, text=st.sampled_from(["utf-8", "utf-8-sig"]), delimiter=st.sampled_from(";,"))
def test_tickets_of_helloasso_are_read_as_the_same_people(case: Case, text: str, delimiter: str) -> None:
    programme, people = case
    rows = helloasso(programme, people, ["Validé"] * len(people))
    content = delimited(rows, delimiter, end="\r\n", quoting=csv.QUOTE_MINIMAL).encode(text)
    cohort = read_back(programme, content, "export-participants.csv")
    check_people(cohort, programme, people)
    check_whole(cohort, [False] * len(people))


@few
@given(case=cases, valid=unfinished)
def test_an_order_of_helloasso_that_is_not_valid_is_a_row_that_is_told(case: Case, valid: list[bool]) -> None:
    programme, people = case
    statuses = ["Validé" if whole else "Annulé" for whole in valid[: len(people)]]
    content = delimited(helloasso(programme, people, statuses), ";").encode()
    cohort = read_back(programme, content, "export-participants.csv")
    assert [row.fate == "taken" for row in cohort.rows] == valid[: len(people)]
    assert len(cohort.rows) == len(people)
