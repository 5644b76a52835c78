"""Rows of an export are read as the file would be."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import MatchRequest, RequestError, SurveyError
from mentormatch.contract.operation import ask
from mentormatch.contract.requests import table_of
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import TableSource, rows_in
from mentormatch.survey.tool import sort_by_tool

PROGRAMME: dict[str, Any] = {
    "programme": {"name": "Essai", "role": {"field": "role", "mentor": "Mentor", "mentee": "Mentoré"}},
    "fields": {
        "code": {"kind": "text", "question": "Code", "use": "key"},
        "role": {"kind": "choice", "question": "Rôle", "options": ["Mentor", "Mentoré"]},
        "langues": {"kind": "choices", "question": "Langues", "options": ["Français", "LSF"]},
    },
    "criteria": [{"kind": "overlap", "field": "langues"}],
    "mapping": {"questions": {"Vos langues": "langues"}, "options": {"langues": {"signes": "LSF"}}},
}
ROWS: list[dict[str, str | None]] = [
    {"Code": "M1", "Rôle": "Mentor", "Vos langues": "signes"},
    {"Code": "E1", "Rôle": "mentoré", "Vos langues": "LSF"},
    {"Code": "E2", "Rôle": "Mentoré"},
    {"Rôle": "Mentor", "Code": None, "Vos langues": "LSF"},
]
VALUES = "un texte, un nombre, true ou false, une liste de textes, un objet de textes, ou null"
cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)


def as_file(rows: list[dict[str, str]], header: list[str]) -> TextTable:
    """Return the table of a CSV file that holds these rows."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([header, *([row.get(name, "") for name in header] for row in rows)])
    content = text.getvalue().encode()
    return sort_by_tool(rows_in(TableSource("rows", content=content, encoding="utf-8", delimiter=",")))


def test_role_key_mapping_and_missing_cells_are_those_of_the_file() -> None:
    cohort, _ = MatchRequest.of({"programme": PROGRAMME, "rows": ROWS}).read()
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("M1",), ("E1", "E2"))
    assert np.array_equal(cohort.mentees.known("langues"), [True, False])
    assert [(row.source, row.line) for row in cohort.rejected] == [("rows", 5)]
    assert [(pair.mentor, pair.mentee) for pair in mm.answer_json({"programme": PROGRAMME, "rows": ROWS}).pairs] == [
        ("M1", "E1")
    ]


@given(
    header=st.lists(st.sampled_from(["Code", "Rôle", "Vos langues", "autre"]), min_size=1, unique=True),
    data=st.data(),
)
def test_any_rows_make_the_table_of_the_file(header: list[str], data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.tuples(*(cells for _ in header)), min_size=1, max_size=4))
    rows = [dict(zip(header, said, strict=True)) for said in drawn]
    try:
        of_file = as_file(rows, header)
    except SurveyError:
        return
    of_rows = table_of(rows)
    assert (of_rows.header, of_rows.tool) == (of_file.header, of_file.tool)
    assert [record.cells for record in of_rows.records] == [record.cells for record in of_file.records]


def test_rows_are_refused_as_the_file_would_be() -> None:
    twice = [{"Code": "M1", "Rôle": "Mentor"}, {"Code": "m1", "Rôle": "Mentor"}]
    with pytest.raises(RequestError):
        ask("match", {"programme": PROGRAMME, "rows": twice})
    alike = [{"Code": "M1", "code": "M1"}]
    with pytest.raises(RequestError, match="même intitulé"):
        ask("match", {"programme": PROGRAMME, "rows": alike})
    nowhere = {**PROGRAMME, "programme": {"name": "Essai"}}
    with pytest.raises(RequestError, match="rien ne distingue mentor·es et mentoré·es"):
        ask("match", {"programme": nowhere, "rows": ROWS})


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "$.rows : une liste ; attendu : 1\u00a0élément au moins"),
        ([{"Code": [["a"]]}], f"$.rows[0].Code : une liste ; attendu : {VALUES}"),
        ([{"Code": {"a": {"b": "c"}}}], f"$.rows[0].Code : un objet ; attendu : {VALUES}"),
        (["a"], "$.rows[0] : un texte ; attendu : un objet"),
    ],
)
def test_rows_are_answers_by_header(rows: list[Any], told: str) -> None:
    with pytest.raises(RequestError) as refused:
        ask("match", {"programme": PROGRAMME, "rows": rows})
    assert [str(problem) for problem in refused.value.problems] == [told]


def test_a_header_is_a_text_that_is_not_empty() -> None:
    with pytest.raises(RequestError):
        ask("match", {"programme": PROGRAMME, "rows": [{"": "x"}]})


def test_headers_stand_in_line_one() -> None:
    with pytest.raises(RequestError) as refused:
        ask("match", {"programme": PROGRAMME, "rows": [{"Code\0": "M1"}]})
    assert [problem.where for problem in refused.value.problems] == ["ligne 1"]
