"""Every folder of exports is read as its ``expected.json`` says: which rows count, why not, and what they answered."""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from mentormatch import Cohort, Programme
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.survey.intake import build_cohort
from mentormatch.survey.table import Rows, TextTable
from mentormatch.survey.table_reader import read_rows, read_table
from tests.conftest import SHARED_DATA
from tests.survey.tools.made import delimited, table_in, workbook

BY_HAND = Path(__file__).parent / "by_hand"
MADE = SHARED_DATA / "surveys-made"
FOLDERS = [*sorted(file.parent for root in (MADE, BY_HAND) for file in root.glob("*/expected.json"))]
FATES = {"counts, incomplete": "incomplete", "counts": "taken", "replaced": "replaced", "asked": "replaced"}
"""What becomes of a row by the beginning of its verdict: others are left out."""

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")


class Case(NamedTuple):
    """An export, what is expected of it, and what is read."""

    expected: Mapping[str, Any]
    rows: Rows
    table: TextTable
    cohort: Cohort

    @property
    def header(self) -> Sequence[str]:
        """The row of the file that contains the words of the questions."""
        names = {column for question in self.expected["questions"] for column in question["columns"]}
        rows: list[Sequence[str]] = [row.cells for row in self.rows.records]
        return max(rows, key=lambda cells: len(names & set(cells)))

    def cells(self, row: int) -> Sequence[str]:
        """Return the raw cells of a row of the file, 1 for the first below the header."""
        answers: int = self.expected["rows_in_file"]
        return self.rows.records[len(self.rows.records) - answers + row - 1].cells

    def texts(self, row: int, columns: Sequence[str]) -> list[str]:
        """Return what some columns of the file contain in a row."""
        header = [name.partition("\n")[0] for name in self.header]
        return [self.cells(row)[header.index(column)] for column in columns]


def case_of(folder: Path) -> Case:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    file = folder / expected["file"]
    table = read_table(file)
    return Case(
        expected, read_rows(file), table, build_cohort([(table, None)], make_intake_plan(programme_of(expected, table)))
    )


def programme_of(expected: Mapping[str, Any], table: TextTable) -> Programme:
    """Return a programme that asks for the address, the role and every question with several choices."""
    addresses = [sum("@" in row.cells[at] for row in table.records) for at in range(len(table.header))]
    role, codes = expected["role"], expected.get("codes", {})
    asked = wording(expected, role["question"])
    roles = {side: codes.get(role[side], role[side]) for side in ("mentor", "mentee")}
    fields: dict[str, dict[str, Any]] = {
        "courriel": {"question": table.header[addresses.index(max(addresses))], "kind": "text", "use": "contact"},
        "role": {"question": asked, "kind": "choice", "options": list(roles.values())},
    }
    for number, question in enumerate(several(expected)):
        options = [codes.get(option, option) for option in question["options"]]
        name = wording(expected, question["question"])
        fields[f"several_{number}"] = {"question": name, "kind": "choices", "options": options}
    return Programme.read({"programme": {"name": "Essai", "role": {"field": "role", **roles}}, "fields": fields})


def wording(expected: Mapping[str, Any], question: str) -> str:
    """Return the words of a question as the file has them: its name where the file contains names alone."""
    columns = {each["question"]: each["columns"] for each in expected["questions"]}
    return columns[question][0] if "codes" in expected else question


def several(expected: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the questions with several choices."""
    return [each for each in expected["questions"] if each["kind"] in ("choices", "slots") and "options" in each]


def chosen(case: Case, question: Mapping[str, Any], row: int) -> set[str]:
    """Return the options that a row of the file contains, by a reading of its own."""
    codes, options = case.expected.get("codes", {}), question["options"]
    split = {option: [name for name in question["columns"] if option in name] for option in options}
    if all(split.values()):
        return {option for option, names in split.items() if case.texts(row, names[:1])[0] not in ("", "0")}
    (text,) = case.texts(row, question["columns"][:1])
    return {option for option in options if codes.get(option, option) in text}


def fate(verdict: str) -> str:
    return next((known for start, known in FATES.items() if verdict.startswith(start)), "rejected")


def certain_columns(case: Case) -> Iterator[str]:
    """Yield the headers that the questions of a tool that is known with certainty must have."""
    for question in case.expected["questions"]:
        words, columns = wording(case.expected, question["question"]), question["columns"]
        if len(columns) == 1:
            yield words
        elif "options" in question:
            yield from (f"{words} [{option}]" for option in question["options"])
        elif all(words in column for column in columns):
            items = [re.sub(r"^Q[0-9]+_", "", column).replace(words, "").strip(" :>-[]") for column in columns]
            yield from (f"{words} [{item}]" for item in items)


@each_folder
def test_the_tool_is_known_where_that_is_certain(folder: Path) -> None:
    case = case_of(folder)
    assert case.table.tool == (case.expected["tool"] if case.expected["known_with_certainty"] else "plain")


@each_folder
def test_each_row_becomes_what_is_expected_of_it(folder: Path) -> None:
    case = case_of(folder)
    rows = sorted(case.cohort.rows, key=lambda row: row.line)
    found = [
        (number, row.fate, row.side if row.fate in ("taken", "incomplete") else None)
        for number, row in enumerate(rows, 1)
    ]
    assert found == [(row["row"], fate(row["verdict"]), row.get("side")) for row in case.expected["rows"]]
    assert all(row.reason for row in rows if row.fate != "taken")
    counts = [len(case.cohort.mentors.ids), len(case.cohort.mentees.ids)]
    assert counts == [case.expected["mentors"], case.expected["mentees"]]
    assert sum(counts) == case.expected["rows_that_count"]


@each_folder
def test_the_later_answer_is_known_by_its_moment_where_the_tool_is_known(folder: Path) -> None:
    case = case_of(folder)
    replaced = [row for row in case.cohort.rows if row.fate == "replaced"]
    assert replaced
    if case.expected["known_with_certainty"] and "odk" not in case.table.tool and case.table.tool != "jotform":
        assert all("plus récente" in row.reason for row in replaced)


@each_folder
def test_several_choices_are_read_as_they_were_ticked(folder: Path) -> None:
    case = case_of(folder)
    rows = sorted(case.cohort.rows, key=lambda row: row.line)
    for side in ("mentor", "mentee"):
        people = case.cohort.side(side)
        numbers = {
            row.key: number
            for number, row in enumerate(rows, 1)
            if row.fate in ("taken", "incomplete") and row.side == side
        }
        for at, question in enumerate(several(case.expected)):
            values = people.members(f"several_{at}").values
            for person, key in enumerate(people.ids):
                read = {option for option, ticked in zip(question["options"], values[person], strict=True) if ticked}
                assert read == chosen(case, question, numbers[key]), (question["question"], numbers[key])


@each_folder
def test_no_column_of_the_tool_is_a_question_and_no_question_is_lost(folder: Path) -> None:
    case = case_of(folder)
    if case.expected["known_with_certainty"]:
        questions = [name for at, name in enumerate(case.table.header) if at not in case.table.own]
        assert set(questions).isdisjoint({*case.expected["own_columns"]} - {case.expected["role"]["question"]})
        bare = {name.partition(" (")[0] for name in case.table.header}
        assert set(certain_columns(case)) <= {*case.table.header, *bare}


@each_folder
def test_texts_stay_as_they_were_typed(folder: Path) -> None:
    case = case_of(folder)
    lines = sorted([*(row.line for row in case.table.records), *(row.line for row in case.table.refused)])
    typed = [each for each in case.expected["questions"] if each["kind"] == "text" and len(each["columns"]) == 1]
    for question in typed if case.expected["known_with_certainty"] else []:
        asked = wording(case.expected, question["question"])
        column = next(at for at, name in enumerate(case.table.header) if name.startswith(asked))
        for row in case.table.records:
            number = lines.index(row.line) + 1
            borrowed = case.expected["rows"][number - 1].get("why", "").startswith(("second ticket", "for "))
            assert borrowed or [row.cells[column]] == case.texts(number, question["columns"])


@each_folder
def test_an_export_is_read_the_same_as_a_frame_and_as_a_workbook(folder: Path) -> None:
    table = case_of(folder).table
    rows = read_rows(folder / json.loads((folder / "expected.json").read_text(encoding="utf-8"))["file"])
    cells = [row.cells for row in rows.records]
    others = [table_in(workbook(cells), "export.xlsx")]
    if rows.manner.delimiter:
        text = delimited(cells, ",")
        others.append(read_table(pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)))
    for other in others:
        assert (other.tool, other.header) == (table.tool, table.header)
        assert [row.cells for row in other.records] == [row.cells for row in table.records]
        assert len(other.refused) == len(table.refused)
