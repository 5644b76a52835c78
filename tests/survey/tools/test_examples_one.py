"""What Framaforms, LimeSurvey, Nextcloud Forms and SurveyMonkey write in single cells and headers."""

from datetime import datetime

import pytest

from mentormatch import SurveyError
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import sort_by_tool
from tests.survey.tools.exports import as_read
from tests.survey.tools.made import Cell


def table_of(kind: str, *rows: list[Cell]) -> TextTable:
    return sort_by_tool(as_read(rows), kind)


def answers_in(table: TextTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.records]


# --- Framaforms ------------------------------------------------------------------------------------------------------

TITLE: list[Cell] = ["Mentorat 2026", "", "", "", ""]


def test_a_form_without_a_question_of_several_columns_has_a_blank_row_of_questions() -> None:
    table = table_of(
        "framaforms", TITLE, [""] * 5, ["SID", "Nom", "Courriel", "Rôle", "Ville"], ["1", "a", "b", "c", "d"]
    )
    assert table.header == ("SID", "Nom", "Courriel", "Rôle", "Ville")
    assert answers_in(table) == [("1", "a", "b", "c", "d")]


def test_columns_that_the_tool_was_told_to_leave_out_are_not_missed() -> None:
    rows: list[list[Cell]] = [TITLE, ["", "Jours", "", "", ""], ["Nom", "lundi", "mardi", "Autre...", "Ville"]]
    table = table_of("framaforms", *rows, ["Zoé", "X", "", "soir", "Lyon"])
    assert table.header == ("Nom", "Jours [lundi]", "Jours [mardi]", "Jours [Autre]", "Ville")
    assert table.sent[4].when is None
    assert table.sent[4].whole


def test_a_column_of_texts_behind_ticks_is_no_option() -> None:
    rows: list[list[Cell]] = [TITLE, ["", "Jours", "", "", ""], ["Nom", "lundi", "mardi", "Ville", "Pays"]]
    table = table_of("framaforms", *rows, ["Zoé", "X", "", "Lyon", "France"], ["Anne", "", "X", "", ""])
    assert table.header == ("Nom", "Jours [lundi]", "Jours [mardi]", "Ville", "Pays")


def test_keys_of_columns_stand_in_the_place_of_their_labels() -> None:
    rows: list[list[Cell]] = [TITLE, [""] * 5, ["webform_serial", "webform_sid", "webform_draft", "nom", "ville"]]
    table = table_of("framaforms", *rows, ["1", "101", "1", "Zoé", "Lyon"])
    assert table.header == ("webform_serial", "webform_sid", "nom", "ville")
    assert not table.sent[4].whole


def test_a_moment_that_cannot_be_read_is_remarked_on_and_the_row_kept() -> None:
    rows: list[list[Cell]] = [TITLE, [""] * 5, ["SID", "Heure de soumission", "Nom", "Rôle", "Ville"]]
    table = table_of("framaforms", *rows, ["1", "Mar 1 2026", "Zoé", "m", "Lyon"])
    assert table.sent[4].when is None
    assert [remark.line for remark in table.remarks] == [4]


# --- LimeSurvey ------------------------------------------------------------------------------------------------------

FULL: list[Cell] = ["ID de la réponse", "Date de soumission", "Dernière page"]


@pytest.mark.parametrize("written", ["1980-01-01 00:00:00", "1980-01-01"])
def test_the_moments_of_an_anonymous_survey_are_not_told(written: str) -> None:
    table = table_of("limesurvey", [*FULL, "Nom"], ["1", written, "3", "Zoé"])
    assert (table.sent[2].when, table.sent[2].whole) == (None, True)


def test_two_comments_under_one_header_are_told_apart_by_their_place() -> None:
    header: list[Cell] = [*FULL, "Rôle", "Rôle [Commentaire]", "Rôle [Commentaire]"]
    table = table_of("limesurvey", header, ["1", "2026-03-01 10:00:00", "3", "mentor", "un", "deux"])
    assert table.header[1:] == ("Rôle", "Rôle – commentaire", "Rôle – commentaire (2)")
    assert answers_in(table) == [("1", "mentor", "un", "deux")]


def test_boxes_that_were_not_shown_or_not_ticked_are_blank() -> None:
    header: list[Cell] = [*FULL, "Jours [lundi]", "Jours [mardi]"]
    day = "2026-03-01 10:00:00"
    rows: list[list[Cell]] = [
        ["1", day, "3", "Oui", "Non"],
        ["2", day, "3", "Non", "Non"],
        ["3", day, "3", "N/A", "N/A"],
    ]
    assert [cells[1:] for cells in answers_in(table_of("limesurvey", header, *rows))] == [
        ("Oui", "Non"),
        ("", ""),
        ("", ""),
    ]


@pytest.mark.parametrize("question", ["Nom", "Ce que vous attendez [facultatif]"])
def test_what_somebody_wrote_stays_whether_or_not_the_question_ends_in_brackets(question: str) -> None:
    table = table_of("limesurvey", [*FULL, question], ["1", "2026-03-01 10:00:00", "3", "N/A"])
    assert answers_in(table)[0][-1] == "N/A"


def test_headers_with_underscores_or_codes_in_front_are_the_same_headers() -> None:
    plain = table_of("limesurvey", [*FULL, "Nom"], ["1", "2026-03-01 10:00:00", "3", "Zoé"])
    spaced: list[Cell] = ["ID_de_la_réponse", "Date_de_soumission", "Dernière_page", "Nom"]
    coded: list[Cell] = [
        "id. ID de la réponse",
        "submitdate. Date de soumission",
        "lastpage. Dernière page",
        "nom. Nom",
    ]
    for header in (spaced, coded):
        table = table_of("limesurvey", header, ["1", "2026-03-01 10:00:00", "3", "Zoé"])
        assert (table.header, table.sent) == (plain.header, plain.sent)


def test_boxes_exported_as_1_and_2_are_remarked_on() -> None:
    header: list[Cell] = [*FULL, "Jours [lundi]", "Jours [mardi]"]
    table = table_of("limesurvey", header, ["1", "2026-03-01 10:00:00", "3", "1", "2"])
    assert "refaites l’export" in table.remarks[0].text


def test_a_formula_that_was_guarded_is_as_it_was_typed() -> None:
    table = table_of("limesurvey", ["id", "submitdate", "lastpage", "nom"], ["1", "2026-03-01 10:00:00", "3", "'=1+1"])
    assert answers_in(table) == [("1", "=1+1")]


# --- Nextcloud Forms, SurveyMonkey -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "typed"), [("'=1+1", "=1+1"), ("'-5", "-5"), ("'quoted'", "'quoted'"), ("'", "'")])
def test_only_the_guard_of_a_formula_is_taken_off_in_nextcloud(cell: str, typed: str) -> None:
    table = table_of("nextcloud", ["ID de soumission", "Nom"], ["submission_id", "question-id-1"], ["7", cell])
    assert answers_in(table) == [("7", typed)]


def test_a_line_of_a_nextcloud_grid_may_hold_brackets() -> None:
    titles: list[Cell] = ["ID de soumission", "Attentes (Réseau (local))", "Vie (privée)"]
    table = table_of("nextcloud", titles, ["submission_id", "question-id-3-11", "question-id-4"], ["7", "a", "b"])
    assert table.header == ("ID de soumission", "Attentes [Réseau (local)]", "Vie (privée)")


OWN: list[Cell] = ["Respondent ID", "Collector ID", "Start Date", "End Date"]


def test_the_moment_of_surveymonkey_is_month_day_year_and_an_empty_end_is_no_end() -> None:
    rows: list[list[Cell]] = [[*OWN, "Nom"], ["", "", "", "", "Response"]]
    first: list[Cell] = ["1", "9", "03/01/2026 09:00:00 PM", "03/01/2026 10:04:06 PM", "Zoé"]
    second: list[Cell] = ["2", "9", "03/12/2026 09:00:00 AM", "", "Anne"]
    sent = table_of("surveymonkey", *rows, first, second).sent
    assert (sent[3].when, sent[3].whole) == (datetime(2026, 3, 1, 22, 4, 6), True)
    assert (sent[4].when, sent[4].whole) == (datetime(2026, 3, 12, 9), False)


def test_answers_of_surveymonkey_that_end_early_are_filled() -> None:
    rows: list[list[Cell]] = [
        [*OWN, "Jours", "", "Nom"],
        ["", "", "", "", "lundi", "Other (please specify)", "Response"],
    ]
    table = table_of("surveymonkey", *rows, ["1", "9", "", "", "lundi"])
    assert table.header == ("Respondent ID", "Jours [lundi]", "Jours [Autre]", "Nom")
    assert answers_in(table) == [("1", "lundi", "", "")]


@pytest.mark.parametrize("kind", ["framaforms", "limesurvey", "nextcloud", "surveymonkey"])
def test_a_file_of_another_tool_is_refused_in_words(kind: str) -> None:
    with pytest.raises(SurveyError, match=r"ligne 1 : pas un export de"):
        table_of(kind, ["Nom"])
