"""What every survey tool must do, whichever it is."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mentormatch import Cohort, Programme, SurveyError
from mentormatch.errors import Problem
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.survey.intake import build_cohort, build_cohort_and_contacts
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.tool import sort_by_tool, tools_by_kind
from mentormatch.testing import check_known_rows, check_named_tool, check_tool, find_recognizing_tools
from tests.conftest import DEEP
from tests.laws.questionnaires import SIDES
from tests.survey.tools.exports import EXPORTS, STATED, WRITERS, as_read, export_of
from tests.survey.tools.made import (
    EMAIL,
    KEY,
    ROLE,
    Answers,
    Cell,
    check_columns,
    check_people,
    check_whole,
    delimited,
    programmes_with_answers,
    read_back,
    unfinished,
    workbook,
)
from tests.survey.tools.writers_one import LIMESURVEY, NEXTCLOUD_IDS, SURVEYMONKEY
from tests.survey.tools.writers_two import HELLOASSO, MICROSOFT, TALLY, TYPEFORM_END

KINDS = sorted(tools_by_kind())
type Case = tuple[Programme, list[Answers]]

every_tool = pytest.mark.parametrize("kind", KINDS)
every_export = pytest.mark.parametrize(("kind", "source"), EXPORTS)
every_writer = pytest.mark.parametrize("kind", sorted(WRITERS))
FRONTS = (LIMESURVEY, SURVEYMONKEY, MICROSOFT, TALLY, HELLOASSO, ("#", *TYPEFORM_END), ("Horodateur",))
few = settings(max_examples=500 if DEEP else 3)
cases = programmes_with_answers()


def cohort_of(table: TextTable, programme: Programme) -> Cohort:
    return build_cohort([(table, None)], make_intake_plan(programme))


def check_same_people(found: Cohort, expected: Cohort) -> None:
    """Check that two cohorts hold the same people with the same answers, in any order."""
    for side in SIDES:
        ours, theirs = found.side(side), expected.side(side)
        places = [ours.ids.index(key) for key in theirs.ids]
        assert len(ours.ids) == len(theirs.ids)
        for name, column in theirs.columns.items():
            check_columns(ours.columns[name].take(places), column, name)


def test_every_tool_is_tried() -> None:
    assert {kind for kind, _ in EXPORTS} == set(KINDS)
    assert set(WRITERS) >= {"framaforms", "google", "helloasso", "limesurvey", "microsoft"}
    assert set(WRITERS) >= {"nextcloud", "plain", "surveymonkey", "tally", "typeform"}


@pytest.mark.parametrize("kind", sorted(STATED))
def test_the_example_of_a_tool_keeps_the_laws(kind: str) -> None:
    check_tool(STATED[kind])


@every_writer
@few
@given(case=cases, unfinished=unfinished)
def test_an_export_is_read_as_the_same_people(kind: str, case: Case, unfinished: list[bool]) -> None:
    programme, people = case
    export = WRITERS[kind]
    assume(export.clear(programme, people))
    left = [export.partial and gone for gone in unfinished[: len(people)]]
    rows = export.write(programme, people, left)
    typed = any(not isinstance(cell, str) for row in rows for cell in row)
    name = "export.xlsx" if typed else "export.csv"
    content = workbook(rows) if typed else delimited(rows, ",", quoting=csv.QUOTE_MINIMAL).encode()
    cohort = read_back(export.prepare(programme), content, name)
    check_people(cohort, programme, people)
    if export.dated:
        check_whole(cohort, left)


@every_tool
def test_a_tool_says_what_staff_call_it(kind: str) -> None:
    assert tools_by_kind()[kind].label
    assert sum(tool.label == tools_by_kind()[kind].label for tool in tools_by_kind().values()) == 1


def test_one_tool_alone_takes_what_no_other_knows() -> None:
    assert [tool.kind for tool in tools_by_kind().values() if tool.last] == ["plain"]


@few
@given(case=cases)
def test_a_tool_knows_its_own_exports_and_no_other_does(case: Case) -> None:
    for kind, source in EXPORTS:
        check_known_rows(kind, export_of(kind, source).rows(*case))


@few
@given(case=cases)
def test_a_tool_that_is_named_reads_what_it_reads_when_it_is_recognised(case: Case) -> None:
    for kind, source in EXPORTS:
        check_named_tool(kind, export_of(kind, source).rows(*case))


@few
@given(case=cases)
def test_people_are_reached_as_they_told_whatever_the_tool(case: Case) -> None:
    programme, people = case
    told = {(SIDES[int(str(one[ROLE]))], one[KEY]): {EMAIL: one[EMAIL]} for one in people}
    for kind, export in WRITERS.items():
        table = sort_by_tool(export.rows(programme, people))
        assert (
            build_cohort_and_contacts([(table, None)], make_intake_plan(export.prepare(programme)))[1].people == told
        ), kind


@few
@given(case=cases, titles=st.lists(st.sampled_from(["Mentorat 2026", "Export, 12/03"]), min_size=1, max_size=3))
def test_a_title_above_an_export_is_never_its_header(case: Case, titles: Sequence[str]) -> None:
    for kind, export in WRITERS.items():
        rows = [list(row) for row in export.write(*case)]
        expected, found = sort_by_tool(as_read(rows)), titled_or_refused([*([title] for title in titles), *rows])
        if isinstance(found, str):
            assert kind == "plain"
            assert f"si les intitulés sont à la ligne {len(titles) + 1}" in found
        else:
            assert (found.tool, found.header) == (expected.tool, expected.header)
            assert [row.cells for row in found.records] == [row.cells for row in expected.records]
            assert [row.line - len(titles) for row in found.records] == [row.line for row in expected.records]


def titled_or_refused(rows: Sequence[Sequence[Cell]]) -> TextTable | str:
    try:
        return sort_by_tool(as_read(rows))
    except SurveyError as error:
        return str(error)


@every_tool
def test_a_tool_is_near_where_one_of_its_marks_stands_among_the_headers(kind: str) -> None:
    tool = tools_by_kind()[kind]
    assert bool(tool.marks) == bool(tool.expected) == (not tool.last)
    for mark in tool.marks:
        table = sort_by_tool(as_read([["Nom", "Ville", mark, "Pays"], ["Zoé", "Lyon", "x", "F"]]))
        assert table.tool == "plain"
        assert any(f"--tool {kind}" in remark.text for remark in table.remarks), mark


@every_export
@few
@given(case=cases, random=st.randoms())
def test_the_order_of_the_rows_changes_nobody(kind: str, source: str, case: Case, random: Random) -> None:
    programme, people = case
    export = export_of(kind, source)
    rows = export.rows(programme, people)
    above, answers = list(rows.records[: export.above]), list(rows.records[export.above :])
    random.shuffle(answers)
    shuffled = replace(rows, records=(*above, *answers))
    prepared = export.prepare(programme)
    found, expected = sort_by_tool(shuffled), sort_by_tool(rows)
    assert found.header == expected.header
    assert found.sent == expected.sent
    assert sorted(found.records, key=line_of) == list(expected.records)
    check_same_people(cohort_of(found, prepared), cohort_of(expected, prepared))


def test_a_file_that_is_refused_is_told_of_which_tool_it_seems_to_be() -> None:
    programme = Programme.read({"programme": {"name": "Essai"}, "fields": {"mot": {"kind": "text", "question": "Mot"}}})
    table = sort_by_tool(as_read([["Nom", "Ville", TALLY[0], "Pays"], ["Zoé", "Lyon", "x", "F"]]))
    with pytest.raises(SurveyError, match=r"--tool tally"):
        build_cohort([(table, "mentor")], make_intake_plan(programme))


def line_of(record: Record) -> int:
    return record.line


@every_writer
@few
@given(case=cases, random=st.randoms())
def test_the_order_of_the_questions_changes_nobody(kind: str, case: Case, random: Random) -> None:
    programme, people = case
    export = WRITERS[kind]
    asked = list(programme.fields.items())
    random.shuffle(asked)
    other = programme.model_copy(update={"fields": dict(asked)})
    found, expected = (
        cohort_of(sort_by_tool(export.rows(form, people)), export.prepare(form)) for form in (other, programme)
    )
    check_same_people(found, expected)


@every_export
@few
@given(case=cases, extra=st.lists(st.sampled_from(["long", "short", "nul", "gone"]), max_size=4))
def test_every_row_is_taken_or_its_fate_is_told(kind: str, source: str, case: Case, extra: Sequence[str]) -> None:
    programme, people = case
    export = export_of(kind, source)
    rows = [list(row) for row in export.write(programme, people)]
    width = max(map(len, rows))
    odd = {"long": ["x"] * (width + 2), "short": ["x"], "nul": ["\0", *["x"] * width], "gone": ["?"] * width}
    lines = range(export.above + 1, len(rows) + len(extra) + 1)
    table = sort_by_tool(as_read([*rows, *(odd[name] for name in extra)]))
    assert sorted([*map(line_of, table.records), *(row.line for row in table.refused)]) == list(lines)
    cohort = cohort_of(table, export.prepare(programme))
    assert sorted(row.line for row in cohort.rows) == list(lines)


@every_export
@given(rows=st.lists(st.lists(st.sampled_from(["", "x", "#", "ID"]), min_size=1, max_size=4), min_size=1, max_size=4))
def test_rows_of_something_else_are_sorted_or_refused_in_words(kind: str, source: str, rows: list[list[str]]) -> None:
    table, refused = sorted_or_not(rows, kind)
    assert (table is None) == bool(refused)
    if table is not None:
        above = sum(any(row) for row in rows) - len(table.records) - len(table.refused)
        assert 0 <= above <= export_of(kind, source).above
        assert all(len(record.cells) == len(table.header) for record in table.records)


def sorted_or_not(rows: list[list[str]], kind: str) -> tuple[TextTable | None, Sequence[Problem]]:
    try:
        return sort_by_tool(as_read(rows), kind), ()
    except SurveyError as error:
        return None, error.problems


@given(above=st.permutations(FRONTS))
def test_rows_with_the_marks_of_several_tools_are_refused_naming_them(above: list[Sequence[str]]) -> None:
    header = [name for front in above for name in front]
    ids = [*NEXTCLOUD_IDS, *(f"question-id-{number}" for number in range(len(NEXTCLOUD_IDS), len(header)))]
    rows = as_read([header, ids, ["x"] * len(header)])
    claims = find_recognizing_tools(rows)
    assert "nextcloud" in claims
    if claims == ["nextcloud"]:
        return
    with pytest.raises(SurveyError) as refusal:
        sort_by_tool(rows)
    assert all(f"« {kind} »" in str(refusal.value) for kind in claims)
    assert sort_by_tool(rows, "nextcloud").tool == "nextcloud"
