"""A workbook with a sheet per side is read as one table per side, or refused; no sheet is left out without a word."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame, ExcelWriter

import mentormatch as mm
from mentormatch import SurveyError
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.enrolment import read_tables
from mentormatch.survey.side_sheets import side_of_sheet
from tests.cli.processes import run

MENTORS = [
    "Mentors",
    "Mentor·e·s",
    "Mentor·es 2026",
    "Réponses mentors",
    "PARRAINS",
    "Tuteurs et tutrices",
    "Mentorinnen",
    "Student mentors",
    "Parrains-marraines",
    "Mentors-2026",
]
MENTEES = ["Mentees", "Mentoré·es", "mentoré.e.s", "Mentorés", "Filleul·es", "Protégés", "Tutoré-es", "2_mentees"]
MENTEES += ["Filleul-les", "Filleuls-filleules", "mentoré(e)s"]
MENTEES += ["Students", "Pupils 2026", "Étudiant·es", "Etudiants", "Élèves"]
NEITHER = [
    "Feuil1",
    "Réponses",
    "Mentors et étudiants mentorés",
    "Mentorat",
    "Mentoring",
    "mentores",
    "Mentors et mentorés",
    "Paires mentor-mentee",
    "",
]
PROGRAMME = {
    "programme": {"name": "Essai"},
    "fields": {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "area": {"question": "Area", "kind": "choice", "options": ["Art", "Music"]},
    },
    "criteria": [{"kind": "same", "field": "area", "weight": 1}],
}


@pytest.mark.parametrize("name", MENTORS)
def test_names_of_mentors(name: str) -> None:
    assert side_of_sheet(name) == "mentor"


@pytest.mark.parametrize("name", MENTEES)
def test_names_of_mentees(name: str) -> None:
    assert side_of_sheet(name) == "mentee"


@pytest.mark.parametrize("name", NEITHER)
def test_names_that_tell_no_side(name: str) -> None:
    assert side_of_sheet(name) is None


def people(letter: str, count: int) -> DataFrame:
    """Return the answers of some people."""
    rows = range(count)
    return DataFrame({"Code": [f"{letter}{row}" for row in rows], "Area": [("Art", "Music")[row % 2] for row in rows]})


def workbook(folder: Path, **sheets: DataFrame) -> Path:
    """Return the path of a workbook with these sheets, in their order."""
    path = folder / "two.xlsx"
    with ExcelWriter(path, engine="xlsxwriter") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return path


@given(order=st.permutations(["Mentors", "Mentoré·es", "Notes"]))
def test_each_side_is_read_from_its_sheet_whatever_their_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    frames = {"Mentors": people("M", 3), "Mentoré·es": people("E", 5), "Notes": DataFrame({"note": ["to do"]})}
    path = workbook(tmp_path_factory.mktemp("w"), **{name: frames[name] for name in order})
    programme = mm.Programme.read(PROGRAMME)
    for sources in (
        {"answers": path},
        {"mentors": path, "mentees": path},
        {"mentors": (path, "Mentors"), "mentees": (path, "Mentoré·es")},
    ):
        cohort = mm.read_survey(programme, **sources)
        assert cohort.mentors.ids == ("M0", "M1", "M2")
        assert cohort.mentees.ids == ("E0", "E1", "E2", "E3", "E4")
        assert {row.source for row in cohort.rows} == {
            f"two.xlsx, feuille « {name} »" for name in ("Mentors", "Mentoré·es")
        }
        told = " ".join(str(remark) for remark in cohort.remarks)
        assert ("Notes" in told) == (type(sources.get("mentors")) is not tuple)
        assert ("Une feuille par côté" in told.replace("\u00a0", " ")) == ("answers" in sources)


@given(order=st.permutations(["Tuteurs", "Mentorés", "Étudiants"]))
def test_sheets_of_students_are_of_mentees_unless_another_is_named_after_mentees(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    frames = {"Tuteurs": people("M", 3), "Mentorés": people("E", 5), "Étudiants": people("S", 4)}
    folder = tmp_path_factory.mktemp("w")
    (mentors, _), (mentees, side) = read_tables(workbook(folder, **{name: frames[name] for name in order}))
    assert (len(mentors.records), len(mentees.records), side) == (3, 5, "mentee")
    assert "Étudiants" in " ".join(remark.text for remark in mentors.remarks)
    (_, mentors_side), (students, side) = read_tables(
        workbook(folder, **{name: frames[name] for name in order if name != "Mentorés"})
    )
    assert (len(students.records), mentors_side, side) == (4, "mentor", "mentee")


def test_one_side_alone_is_read_from_its_sheet_and_the_other_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, Mentors=people("M", 3), Mentees=people("E", 5))
    ((table, side),) = read_tables(mentees=path)
    assert (side, len(table.records), table.file) == ("mentee", 5, "two.xlsx")
    assert "Mentors" in table.remarks[0].text


def test_a_sheet_named_after_one_side_is_not_read_for_the_other(tmp_path: Path) -> None:
    path = workbook(tmp_path, Mentors=people("M", 3), Feuil2=people("E", 5))
    with pytest.raises(SurveyError):
        read_tables(mentors=path, mentees=path)


def test_the_same_sheet_is_not_read_for_both_sides(tmp_path: Path) -> None:
    path = workbook(tmp_path, Feuil1=people("M", 3), Feuil2=people("E", 5))
    with pytest.raises(SurveyError) as refused:
        read_tables(mentors=path, mentees=path)
    (problem,) = refused.value.problems
    assert "two.xlsx" in problem.where
    assert "Feuil2" in problem.found
    assert "« Mentors »" in problem.advice.replace("\u00a0", " ")
    named = read_tables(mentors=(path, "Feuil1"), mentees=(path, "Feuil2"))
    assert [(len(table.records), side) for table, side in named] == [(3, "mentor"), (5, "mentee")]
    with pytest.raises(SurveyError):
        read_tables(mentors=(path, "Feuil3"))


def test_a_sheet_alone_may_be_both_sides(tmp_path: Path) -> None:
    path = workbook(tmp_path, Feuil1=people("M", 3))
    assert [side for _, side in read_tables(mentors=path, mentees=path)] == ["mentor", "mentee"]


def test_sheets_that_tell_no_side_are_read_as_before_and_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, Feuil1=people("M", 3), Mentees=people("E", 5))
    ((table, side),) = read_tables(path)
    assert (side, len(table.records), table.source) == (None, 3, "two.xlsx")
    assert "Mentees" in table.remarks[0].text


def test_a_draft_of_two_sheets_is_one_of_two_sides(tmp_path: Path) -> None:
    path = workbook(tmp_path, Mentors=people("M", 6), Mentees=people("E", 8))
    made = make_draft(read_tables(path))
    assert made.dry_run.fates == {"taken": 14}
    assert made.outline.per_side


def test_a_draft_tells_of_sheets_in_the_language_of_the_answers(tmp_path: Path) -> None:
    mentors = people("M", 6).rename(columns={"Area": "Which area do you work in?"})
    mentees = people("E", 8).rename(columns={"Area": "Which area do you work in?"})
    path = workbook(tmp_path, Tutors=mentors, Tutees=mentees)
    done = run("draft", path.name, "-o", "p.toml", folder=tmp_path)
    assert 'language = "en"' in (tmp_path / "p.toml").read_text("utf-8")
    assert "One sheet per side: “Tutors” for the mentors" in done.stderr
    assert "feuille" not in done.stderr


def test_the_command_line_chooses_a_sheet_by_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, Feuil1=people("M", 3), Feuil2=people("E", 5))
    done = run(
        "draft", "--mentors", f"{path.name}:Feuil1", "--mentees", f"{path.name}:Feuil2", "-o", "p.toml", folder=tmp_path
    )
    assert "3 lignes" in done.stderr.replace("\u00a0", " ").replace("\u202f", " ")
    assert "5 lignes" in done.stderr.replace("\u00a0", " ").replace("\u202f", " ")
    missing = run("draft", "--mentors", f"{path.name}:Feuil3", "-o", "q.toml", folder=tmp_path)
    assert missing.returncode != 0
    assert "feuille\u00a0: introuvable" in missing.stderr
