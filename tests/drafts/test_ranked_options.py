"""Exports with the rank of each option in a column of its own: one ranking, if each row has all ranks once."""

import json
import tomllib
from pathlib import Path

import pytest
from pandas import DataFrame

from mentormatch import Programme, read_survey
from mentormatch.fields import Ranking
from mentormatch.programme.drafts.item_columns import are_ranks
from mentormatch.programme.enrolment import read_tables
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.survey.table_reader import read_table

RANKED = Path(__file__).parent / "ranked"
EXPECTED = json.loads((RANKED / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPECTED)
def test_ranks_of_options_in_columns_are_one_ranking_and_levels_are_not(name: str) -> None:
    interview = DraftInterview.of(read_tables(RANKED / name))
    programme = Programme.read(tomllib.loads(interview.draft.text))
    rankings = {field.question: field for field in programme.fields.values() if isinstance(field, Ranking)}
    assert {question: list(field.options) for question, field in rankings.items()} == EXPECTED[name]["rankings"]
    assert {field.question for field in programme.fields.values()} >= set(EXPECTED[name]["separate"])


@pytest.mark.parametrize("name", EXPECTED)
def test_the_ranking_of_a_draft_reads_the_columns_of_the_file(name: str) -> None:
    programme = Programme.read(tomllib.loads(DraftInterview.of(read_tables(RANKED / name)).draft.text))
    cohort = read_survey(programme, RANKED / name)
    field = next(field for field, asked in programme.fields.items() if isinstance(asked, Ranking))
    assert [people.known(field).all() for people in (cohort.mentors, cohort.mentees)] == [True, True]
    options = EXPECTED[name]["rankings"][programme.fields[field].question]
    # The first mentor's row is 1, 2, 3, the first mentee's 2, 3, 1
    assert cohort.mentors.person(0)[field] == ", ".join(options)
    assert cohort.mentees.person(0)[field] == ", ".join([options[2], *options[:2]])


@pytest.mark.parametrize(
    ("rows", "are_certain"),
    [
        (["123", "231", "312"] * 2, True),
        (["123", "231", "312", "   "] * 2, True),
        (["123", "231", "312"], False),
        ([*["123", "231", "312"] * 2, "112"], False),
        ([*["123", "231", "312"] * 2, "12 "], False),
        (["12", "21"] * 6, False),
    ],
)
def test_only_complete_rankings_of_several_people_are_certain(rows: list[str], *, are_certain: bool) -> None:
    columns = [f"Classez vos priorités - {at}" for at in range(len(rows[0]))]
    table = read_table(DataFrame([["x", *row] for row in rows], columns=["Code", *columns], dtype=object))
    assert are_ranks(table, range(1, len(columns) + 1)) is are_certain
