"""Exports as they were seen: each is recognised, and brought to one header with when each row was sent."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pandas import DataFrame

from mentormatch import Programme, read_survey
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import read_table
from mentormatch.survey.tool import tools_by_kind

SUMMER = timezone(timedelta(hours=2))
SENT = {
    "framaforms_default.tsv": [datetime(2026, 3, 1, 10, 4), datetime(2026, 3, 2, 9), datetime(2026, 3, 3, 18, 30)],
    "framaforms_semicolon_compact.csv": [datetime(2026, 3, 1, 10, 4)],
    "google_forms_direct_fr.csv": [
        datetime(2026, 4, 8, 10, 4, 6, tzinfo=SUMMER),
        datetime(2026, 4, 8, 13, 5, 6, tzinfo=SUMMER),
    ],
    "google_sheets_fr.csv": [datetime(2026, 4, 8, 10, 4, 6)],
    "helloasso.csv": [datetime(2026, 4, 8, 10, 4)],
    "limesurvey_codes.csv": [datetime(2026, 4, 8, 10, 4), datetime(2026, 4, 8, 11, 1)],
    "microsoft_forms_fr.xlsx": [datetime(2026, 4, 8, 10, 4), datetime(2026, 4, 8, 11, 4)],
    "nextcloud_forms.csv": [datetime(2026, 4, 8, 8, 4, tzinfo=UTC)],
    "tally.csv": [datetime(2026, 3, 7, 2, 55, 6)],
    "excel_fr_cp1252.csv": [None],
}
LEFT = {("framaforms_default.tsv", 5), ("limesurvey_codes.csv", 3)}
"""The rows of people who did not finish."""


@pytest.fixture
def surveys(shared_data: Path) -> Path:
    return shared_data / "surveys"


def kind_of(name: str) -> str:
    return next((kind for kind in tools_by_kind() if name.startswith(kind)), "plain")


def test_every_file_is_tried(surveys: Path) -> None:
    assert {file.name for file in surveys.iterdir() if file.suffix in {".csv", ".tsv", ".xlsx"}} == set(SENT)


@pytest.mark.parametrize("name", SENT)
def test_an_export_is_recognised_and_every_row_has_its_moment(surveys: Path, name: str) -> None:
    table = read_table(surveys / name)
    assert table.tool == kind_of(name)
    assert read_table(surveys / name, tool=table.tool) == table
    told = [table.sent.get(row.line) for row in table.records]
    assert [sent and sent.when for sent in told] == SENT[name]
    assert {(name, row.line) for row, sent in zip(table.records, told, strict=True) if sent and not sent.whole} <= LEFT
    assert {line for left, line in LEFT if left == name} == {
        line for line, sent in table.sent.items() if not sent.whole
    }


def column(table: TextTable, name: str) -> list[str]:
    at = table.header.index(name)
    return [row.cells[at] for row in table.records]


@pytest.mark.parametrize(
    ("name", "header", "cells"),
    [
        ("framaforms_default.tsv", "Disponibilités [Autre]", ["", "soir, week-end", ""]),
        ("framaforms_default.tsv", "Vos attentes [Technique]", ["Peu important", "", "Important"]),
        ("framaforms_semicolon_compact.csv", "Disponibilités", ["lundi,"]),
        ("google_forms_direct_fr.csv", "Vos attentes [Réseau]", ["Important", "Important"]),
        ("google_sheets_fr.csv", "Disponibilités", ["lundi, mardi, soir, après 18h"]),
        ("helloasso.csv", "Atelier voix", ["Oui"]),
        ("limesurvey_codes.csv", "role [Autre]", ["", "régie"]),
        ("limesurvey_codes.csv", "rang[1]", ["A2", ""]),
        ("microsoft_forms_fr.xlsx", "Nom", ["Lefèvre", "Noël"]),
        ("microsoft_forms_fr.xlsx", "Si non, pourquoi ? (2)", ["", ""]),
        ("nextcloud_forms.csv", "Vos attentes [Réseau]", ["Important"]),
        ("tally.csv", "Disponibilités [lundi]", ["true"]),
        ("excel_fr_cp1252.csv", "Note", ["4,5"]),
    ],
)
def test_an_answer_stands_under_its_question(surveys: Path, name: str, header: str, cells: list[str]) -> None:
    assert column(read_table(surveys / name), header) == cells


FIELDS: dict[str, dict[str, Any]] = {
    "prenom": {"question": "Prénom", "kind": "text", "use": "key"},
    "dispo": {"question": "Disponibilités", "kind": "choices", "options": ["lundi", "mardi", "soir, après 18h"]},
    "attentes": {
        "question": "Vos attentes",
        "kind": "levels",
        "items": ["Réseau", "Technique"],
        "levels": ["Peu important", "Important"],
    },
    "naissance": {"question": "Date de naissance", "kind": "text", "use": "display"},
}


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("framaforms_default.tsv", [[0], [1], [0, 1]]),
        ("framaforms_semicolon_compact.csv", [[0]]),
        ("google_sheets_fr.csv", [[0, 1, 2]]),
        ("nextcloud_forms.csv", [[0, 1]]),
        ("tally.csv", [[0, 1]]),
    ],
)
def test_one_programme_reads_the_exports_of_every_tool(surveys: Path, name: str, days: list[list[int]]) -> None:
    programme = Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS})
    nobody = DataFrame(columns=[field.question for field in programme.fields.values()], dtype=object)
    cohort = read_survey(programme, mentors=surveys / name, mentees=nobody)
    assert [list(row.nonzero()[0]) for row in cohort.mentors.members("dispo").values] == days
    assert [row.fate for row in cohort.rows] == [
        "incomplete" if (name, row.line) in LEFT else "taken" for row in cohort.rows
    ]


@pytest.mark.parametrize("name", ["framaforms_default.tsv", "framaforms_semicolon_compact.csv"])
def test_a_question_behind_a_grid_of_framaforms_is_its_own_where_the_programme_asks_it(
    surveys: Path, name: str
) -> None:
    programme = Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS})
    nobody = DataFrame(columns=[field.question for field in programme.fields.values()], dtype=object)
    mentors = read_survey(programme, mentors=surveys / name, mentees=nobody).mentors
    assert mentors.person(0)["naissance"] == "12/05/1980"
    assert mentors.grades("attentes").values[0].tolist() == [1, 0]
