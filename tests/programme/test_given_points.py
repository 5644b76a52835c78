"""Points for pairs that come from elsewhere: by each door, told with who gave them and when, or refused in words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mentormatch as mm
from mentormatch import Programme

FIELDS: Mapping[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "metier": {"question": "Métier", "kind": "choice", "options": ["a", "b"]},
}
SAME = {"kind": "same", "field": "metier", "weight": 1}
MENTORS = [{"Code": "M1", "Métier": "a"}, {"Code": "M2", "Métier": "a"}]
MENTEES = [{"Code": "E1", "Métier": "a"}, {"Code": "E2", "Métier": "a"}]
ROWS = [
    {"mentor": "m1", "mentee": "E2", "points": "4", "by": "Claire", "on": "12 mars 2026"},
    {"mentor": "M2", "mentee": "E1", "points": "2,5", "by": "", "on": ""},
    {"mentor": "M2", "mentee": "E9", "points": "5", "by": "", "on": ""},
    {"mentor": "M1", "mentee": "E1", "points": "", "by": "Claire", "on": ""},
]
TOML = """
[programme]
name = "Essai"
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.metier]
question = "Métier"
kind = "choice"
options = ["a", "b"]
[[criteria]]
kind = "same"
field = "metier"
[[criteria]]
kind = "given"
name = "entretiens"
most = 5
"""


def programme(**given: Any) -> Programme:
    criteria = [SAME, {"kind": "given", "name": "entretiens", "most": 5, **given}]
    return Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": criteria})


def matched(asked: Programme) -> mm.Matching:
    return mm.match(mm.read_survey(asked, mentors=MENTORS, mentees=MENTEES), asked)


def words(text: str) -> str:
    return text.replace("\u00a0", " ")


def beside(folder: Path, setting: str) -> Path:
    """Write a programme that takes its points from a file."""
    target = folder / "programme.toml"
    target.write_text(TOML + setting, encoding="utf-8")
    return target


def test_a_file_beside_the_programme_a_workbook_a_frame_and_records_give_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "notes.csv", sep=";", index=False)
    heads = {"mentor": "Code mentor", "mentee": "Code mentoré", "points": "Appréciation", "by": "Qui", "on": "Quand"}
    renamed = frame.rename(columns=heads)
    renamed.insert(0, "Autre", "x")
    with pd.ExcelWriter(tmp_path / "suivi.xlsx", engine="xlsxwriter") as book:
        renamed.to_excel(book, index=False)
    columns = "columns = { " + ", ".join(f'{name} = "{head}"' for name, head in heads.items()) + " }\n"
    asked = [
        Programme.load(beside(tmp_path, 'file = "notes.csv"\n')),
        Programme.load(beside(tmp_path, f'file = "suivi.xlsx"\n{columns}')),
        programme().with_points(tmp_path / "notes.csv"),
        programme().with_points(frame),
        programme(name="x").with_points(ROWS, criterion="x"),
        programme(
            pairs=[{"mentor": "M1", "mentee": "E2", "points": 4, "by": "Claire", "on": "12 mars 2026"}]
        ).with_points(ROWS[1:]),
    ]
    found = [matched(each) for each in asked]
    assert {tuple((pair.mentor, pair.mentee, pair.score) for pair in each.pairs) for each in found} == {
        (("M1", "E2", 900_000), ("M2", "E1", 750_000))
    }


def test_a_pair_is_told_who_gave_its_points_and_when_and_one_without_points_is_not_answered() -> None:
    matching = matched(programme().with_points(ROWS))
    told = {(pair.mentor, pair.mentee): pair.contributions[1] for pair in matching.pairs}
    assert words(told["M1", "E2"].reason) == "4 sur 5, par Claire, le 12 mars 2026"
    assert words(told["M2", "E1"].reason) == "2,5 sur 5"
    other = matching.explain("M1", "E1")
    assert other.answered == 0.5
    assert other.contributions[1].share == 250_000
    assert words(other.contributions[1].reason) == "pas de points donnés à ce binôme : compté à 50 %"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "mentor;mentee;points\nM1;E1;6\n",
            "notes.csv, ligne 2 : « points » n’est pas lu ; attendu : un nombre de 0 à 5",
        ),
        ("mentor;mentee;points\nM1;E1;-1\n", "ligne 2 : « points » n’est pas lu"),
        ("mentor;mentee;points\nM1;E1;bien\n", "ligne 2 : « points » n’est pas lu"),
        ("mentor;mentee;points\nM1;;4\n", "ligne 2 : il manque une personne"),
        ("mentor;mentee;points\nM1;E1;4\nm1;E1;2\n", "ligne 3 : des points pour le binôme de la ligne 2"),
        ("mentor;mentee\nM1;E1\n", "sans colonne points"),
        ("mentor;mentee;points\nM1;E1;\n", "aucune ligne avec des points"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_its_lines(tmp_path: Path, rows: str, told: str) -> None:
    (tmp_path / "notes.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(mm.ProgrammeError) as refused:
        Programme.load(beside(tmp_path, 'file = "notes.csv"\n'))
    assert told in words(str(refused.value))


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(mm.MentorMatchError, match=r"notes\.csv"):
        Programme.load(beside(tmp_path, 'file = "notes.csv"\n'))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"file": "notes.csv"}, "écrivez `pairs`"),
        ({"pairs": [{"mentor": "M1", "mentee": "E1", "points": 6}]}, "M1 - E1 : 6 points, plus que `most`"),
        ({"pairs": [{"mentor": "M1", "mentee": "E1", "points": 1}] * 2}, "M1 - E1 : deux fois des points"),
        ({"pairs": [{"mentor": "M1", "mentee": "E1", "points": -1}]}, "points"),
        ({"pairs": [{"mentor": "M1", "points": 1}]}, "mentee"),
        ({"most": 0}, "most"),
    ],
)
def test_points_that_cannot_be_used_are_refused_in_words(given: Mapping[str, Any], told: str) -> None:
    with pytest.raises(mm.ProgrammeError) as refused:
        programme(**given)
    assert told in words(str(refused.value))


def test_points_given_twice_by_two_doors_and_points_that_nobody_takes_are_refused() -> None:
    asked = programme().with_points(ROWS[:1])
    with pytest.raises(mm.ProgrammeError, match="deux fois des points"):
        asked.with_points(ROWS[:1])
    with pytest.raises(mm.RequestError, match="0 critères"):
        asked.with_points(ROWS[1:], criterion="autre")


def test_a_programme_that_took_its_points_from_a_file_is_saved_with_them(tmp_path: Path) -> None:
    pd.DataFrame(ROWS).to_csv(tmp_path / "notes.csv", sep=";", index=False)
    asked = Programme.load(beside(tmp_path, 'file = "notes.csv"\n'))
    saved = asked.save(tmp_path / "elsewhere.toml")
    (tmp_path / "notes.csv").unlink()
    assert Programme.load(saved) == asked
