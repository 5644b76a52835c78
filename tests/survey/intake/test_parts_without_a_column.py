"""A grid that lost a column on its way is told: nothing is missing in silence."""

from typing import Any

import pytest
from pandas import DataFrame

import mentormatch as mm

FIELDS: dict[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "grille": {"question": "Grille", "kind": "levels", "items": ["a", "b"], "levels": ["non", "oui"]},
    "rangs": {"question": "Rangs", "kind": "ranking", "options": ["x", "y", "z"]},
    "cases": {"question": "Cases", "kind": "choices", "options": ["x", "y"]},
    "jours": {"question": "Jours", "kind": "slots", "days": ["lundi", "mardi"], "moments": ["matin", "soir"]},
}


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (["Grille [a]"], "« grille » : aucune colonne pour [b]"),
        (["Rangs [2]", "Rangs [3]"], "« rangs » : aucune colonne pour [1]"),
        (["Rangs [x]"], "« rangs » : aucune colonne pour [y] et [z]"),
        (["Cases [y]"], "« cases » : aucune colonne pour [x]"),
        (["Jours [lundi]"], "« jours » : aucune colonne pour [mardi]"),
        (["Jours [soir]"], "« jours » : aucune colonne pour [matin]"),
        (["Jours [lundi matin]", "Jours [lundi soir]", "Jours [mardi soir]"], "aucune colonne pour [mardi matin]"),
    ],
)
def test_a_part_without_a_column_is_told(columns: list[str], told: str) -> None:
    assert any(told in text for text in remarks(columns))


@pytest.mark.parametrize(
    "columns",
    [
        ["Grille [a]", "Grille [b]"],
        ["Rangs [1]", "Rangs [2]"],
        ["Rangs"],
        ["Jours [lundi]", "Jours [mardi]"],
        ["Cases"],
    ],
)
def test_a_question_with_all_its_columns_is_not_remarked_on(columns: list[str]) -> None:
    assert not any("aucune colonne" in text for text in remarks(columns))


def remarks(columns: list[str]) -> list[str]:
    programme = mm.Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS})
    frame = DataFrame([["M1", *[""] * len(columns)]], columns=["Code", *columns])
    cohort = mm.read_survey(programme, mentors=frame, mentees=frame)
    return [remark.text for remark in cohort.remarks]
