"""Groups of a former season come back from whatever file holds them, and what holds none is told."""

import json
from pathlib import Path

import pandas as pd
import pytest

import mentormatch as mm
from mentormatch import MentorMatchError, RequestError, SurveyError, read_groups
from mentormatch.results import Grouping
from mentormatch.survey.table_reader import TableSource
from tests.groups.examples import NAME, example_groups

COHORT = mm.examples.cohort(NAME)
SECRET = "Nadège Vialard"


@pytest.fixture(scope="module")
def grouping() -> Grouping:
    return example_groups()


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("suffix", [".json", ".csv", ".xlsx"])
@pytest.mark.parametrize("code", ["fr", "en"])
def test_groups_come_back_from_the_document_that_they_were_written_in(
    grouping: Grouping, suffix: str, code: str, tmp_path: Path, *, staff: bool
) -> None:
    if staff and suffix == ".csv":
        suffix = ".json"  # the sheet for the team is one of points
    with mm.language(code):
        path = grouping.save(tmp_path / f"groupes{suffix}", staff=staff)
    assert read_groups(path, COHORT) == tuple(group.members for group in grouping.groups)


def test_a_json_file_that_is_read_from_memory_holds_the_same_groups(grouping: Grouping, tmp_path: Path) -> None:
    content = grouping.save(tmp_path / "groupes.json").read_bytes()
    assert read_groups(TableSource("Groupes.JSON", content), COHORT) == tuple(one.members for one in grouping.groups)


@pytest.mark.parametrize("suffix", [".json", ".csv", ".xlsx"])
@pytest.mark.parametrize("code", ["fr", "en"])
def test_every_round_of_a_rotation_is_a_former_season(
    grouping: Grouping, suffix: str, code: str, tmp_path: Path
) -> None:
    rotation = mm.rotate(grouping, 2)
    with mm.language(code):
        path = rotation.save(tmp_path / f"tours{suffix}")
    assert read_groups(path, COHORT) == tuple(group for each in rotation.rounds for group in each)


def test_a_sheet_by_hand_may_have_its_columns_in_any_order_and_people_who_have_left() -> None:
    rows = [("note", "C01", "rouge"), ("", "C02", "Bleu"), ("", "P99", "ROUGE "), ("", "C03", ""), ("", "", "bleu")]
    sheet = pd.DataFrame(rows, columns=["Remarque", "Qui", "Groupe"])
    assert read_groups(sheet, COHORT) == (("C01", "P99"), ("C02",))
    assert read_groups(sheet[["Groupe", "Qui"]].rename(columns={"Groupe": "Table"}), COHORT) == (
        ("C01", "P99"),
        ("C02",),
    )


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (pd.DataFrame({"Groupe": ["1"], "Qui": [SECRET]}), "aucun code de membre"),
        (pd.DataFrame({"Table": ["1"], "Qui": ["C01"], "Note": [SECRET]}), "aucune colonne de groupes"),
        (pd.DataFrame({"Qui": ["C01"]}), "aucune colonne de groupes"),
    ],
)
def test_a_sheet_without_groups_is_told_without_what_it_holds(sheet: pd.DataFrame, words: str) -> None:
    with pytest.raises(SurveyError, match=words) as refused:
        read_groups(sheet, COHORT)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "told", [{}, [], {"groups": 3}, {"groups": [[1, 2]]}, {"groups": [[SECRET]]}, {"rounds": [{}]}]
)
def test_a_json_file_without_groups_of_these_people_is_told(told: object, tmp_path: Path) -> None:
    path = tmp_path / "groupes.json"
    path.write_text(json.dumps(told), "utf-8")
    with pytest.raises(RequestError, match="aucun groupe de ces personnes") as refused:
        read_groups(path, COHORT)
    assert SECRET not in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("absent.json", "absent.csv"):
        with pytest.raises(MentorMatchError, match=name):
            read_groups(tmp_path / name, COHORT)
