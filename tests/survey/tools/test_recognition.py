"""Exports that lack a column or stand below a title: recognised, or told which tool is near, never read by a title."""

import io
from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import SurveyError
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import read_table
from mentormatch.survey.tool import sort_by_tool
from tests.survey.tools.exports import as_read
from tests.survey.tools.made import Cell, table_in, workbook

QUESTIONS: list[Cell] = ["Nom", "Jours", "", "Ville"]
ITEMS: list[Cell] = ["Open-Ended Response", "lundi", "Other (please specify)", "Response"]
ZOE: list[Cell] = ["Zoé", "lundi", "", "Lyon"]
ASKED = ("Nom", "Jours [lundi]", "Jours [Autre]", "Ville")


def table_of(*rows: list[Cell], kind: str | None = None) -> TextTable:
    return sort_by_tool(as_read(rows), kind)


def sent(table: TextTable, line: int = 2) -> datetime | None:
    """Return when a row was sent, by the clock."""
    when = table.sent[line].when
    return when and when.replace(tzinfo=None)


def written(rows: Sequence[Sequence[Cell]], delimiter: str) -> str:
    """Return rows as text without any quotes but their own."""
    return "\n".join(delimiter.join(map(str, row)) for row in rows)


def told(table: TextTable) -> str:
    return "\n".join(remark.text for remark in table.remarks)


# --- SurveyMonkey ----------------------------------------------------------------------------------------------------

FRONT: dict[str, Cell] = {
    "Respondent ID": "118",
    "Collector ID": "4",
    "Start Date": "03/14/2026 09:00:00 AM",
    "End Date": "03/14/2026 09:30:00 AM",
    "IP Address": "",
    "Email Address": "z@lilas.fr",
    "First Name": "",
    "Custom Data 1": "",
}


@given(kept=st.sets(st.sampled_from(sorted(FRONT))))
def test_surveymonkey_is_known_whichever_of_its_own_columns_are_left(kept: set[str]) -> None:
    own = [name for name in FRONT if name in kept]
    table = table_of([*own, *QUESTIONS], [*[""] * len(own), *ITEMS], [*(FRONT[name] for name in own), *ZOE])
    assert table.tool == "surveymonkey"
    assert table.header[-4:] == ASKED
    assert [row.cells[-4:] for row in table.records] == [("Zoé", "lundi", "", "Lyon")]
    assert (table.sent[3].when is not None) == bool(kept & {"Start Date", "End Date"})
    assert table.sent[3].response == ("118" if "Respondent ID" in kept else "")


def test_surveymonkey_in_french_is_known() -> None:
    own: list[Cell] = ["ID du répondant", "Date de début", "Date de fin", "Adresse e-mail", "Prénom", "Nom"]
    table = table_of([*own, "Ville"], [*[""] * 6, "Réponse ouverte"], ["1", "13/02/2026 9:37", "", "", "", "", "Lyon"])
    assert (table.tool, table.header[-1], table.sent[3].when) == ("surveymonkey", "Ville", datetime(2026, 2, 13, 9, 37))


def test_surveymonkey_with_one_header_row_is_known_by_both_ids() -> None:
    header: list[Cell] = ["Respondent ID", "Collector ID", "End Date", "Ville"]
    table = table_of(header, ["118", "4", "3/14/2026 9:37:00 PM", "Lyon"])
    assert (table.tool, table.header) == ("surveymonkey", ("Respondent ID", "Ville"))
    assert [row.cells for row in table.records] == [("118", "Lyon")]
    assert table.sent[2].when == datetime(2026, 3, 14, 21, 37)


def test_columns_that_pandas_calls_unnamed_are_those_of_the_question_before() -> None:
    text = "Respondent ID,Nom,Jours,\n,Open-Ended Response,lundi,mardi\n118,Zoé,lundi,\n"
    table = read_table(pd.read_csv(io.StringIO(text)))
    assert (table.tool, table.header) == ("surveymonkey", ("Respondent ID", "Nom", "Jours [lundi]", "Jours [mardi]"))


# --- the other tools, where a column lacks ---------------------------------------------------------------------------

DAY = "2026-03-14 10:00:00"


@pytest.mark.parametrize(
    ("kind", "header", "cells"),
    [
        ("typeform", ["Ville", "Start Date (UTC)", "Submit Date (UTC)"], ["Lyon", DAY, DAY]),
        ("typeform", ["#", "Ville", "Submit Date (UTC)", "Tags"], ["f0", "Lyon", DAY, ""]),
        ("tally", ["Submission ID", "Submitted at", "Ville"], ["s", DAY, "Lyon"]),
        ("limesurvey", ["ID de la réponse", "Date de soumission", "Ville"], ["1", DAY, "Lyon"]),
        ("microsoft", ["ID", "Hora de inicio", "Hora de finalización", "Nombre", "Ville"], ["1", DAY, DAY, "", "Lyon"]),
        ("microsoft", ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Ville"], ["1", DAY, DAY, "", "Lyon"]),
        ("google", ["Marca temporal", "Dirección de correo electrónico", "Ville"], [DAY, "", "Lyon"]),
    ],
)
def test_a_tool_is_known_with_a_column_less_or_in_another_language(
    kind: str, header: list[Cell], cells: list[Cell]
) -> None:
    table = table_of(header, cells)
    assert (table.tool, table.header[-1], sent(table)) == (kind, "Ville", datetime(2026, 3, 14, 10))


@pytest.mark.parametrize(
    ("kind", "header", "cells"),
    [
        ("google", ["N°", "Horodateur", "Ville"], ["1", DAY, "Lyon"]),
        ("typeform", ["Ville", "Submit Date (UTC)"], ["Lyon", DAY]),
        ("microsoft", ["Start time", "Completion time", "Ville"], [DAY, DAY, "Lyon"]),
        ("tally", ["Respondent ID", "Submitted at", "Ville"], ["r", DAY, "Lyon"]),
    ],
)
def test_a_tool_that_is_near_is_told_and_reads_the_file_where_it_is_named(
    kind: str, header: list[Cell], cells: list[Cell]
) -> None:
    table = table_of(header, cells)
    assert table.tool == "plain"
    assert f"--tool {kind}" in told(table)
    named = table_of(header, cells, kind=kind)
    assert sent(named) == datetime(2026, 3, 14, 10)
    assert named.header[-1] == "Ville"
    assert told(named) == ""


@pytest.mark.parametrize(
    "header", [["ID", "Nom", "Email"], ["Start time", "End time"], ["Nom", "Langue", "Score"], ["Date de début", "SID"]]
)
def test_a_table_of_ones_own_is_near_no_tool(header: list[Cell]) -> None:
    assert table_of(header, ["x"] * len(header)).remarks == ()


def test_framaforms_whose_title_was_deleted_is_known() -> None:
    questions: list[Cell] = ["Détails de la soumission", "", "", "Jours", ""]
    labels: list[Cell] = ["Séquentiel", "Heure de soumission", "Nom", "lundi", "mardi"]
    table = table_of(questions, labels, ["7", "13/04/2026 - 10:00", "Zoé", "X", ""])
    assert (table.tool, table.header) == ("framaforms", ("Séquentiel", "Nom", "Jours [lundi]", "Jours [mardi]"))
    assert (table.sent[3].when, table.sent[3].response) == (datetime(2026, 4, 13, 10), "7")


def test_the_workbook_of_a_google_form_with_fractions_below_a_title_is_read() -> None:
    rows: list[list[Cell]] = [["Mentorat"], [], ["Timestamp", "Email Address", "Nom"]]
    rows.append([datetime(2026, 3, 7, 2, 55, 6, 123_000), "z@lilas.fr", "Zoé"])
    table = table_in(workbook(rows), "Mentorat.xlsx")
    assert (table.tool, table.header) == ("google", ("Email Address", "Nom"))
    assert table.sent[4].when == datetime(2026, 3, 7, 2, 55, 6, 123_000)
    assert "à la ligne 3" in told(table)


# --- titles above a table --------------------------------------------------------------------------------------------

TABLE: list[list[Cell]] = [["Nom", "Courriel", "Ville"], ["Zoé", "z@lilas.fr", "Lyon"], ["Ana", "a@lilas.fr", "Pau"]]


@pytest.mark.parametrize("title", ["Mentorat 2026", "Réponses, au 12 mars"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("padded", ["padded", "bare"])
def test_a_title_above_a_table_is_passed_over_in_texts(title: str, delimiter: str, padded: str) -> None:
    first: list[Cell] = [f'"{title}"', *[""] * (2 if padded == "padded" else 0)]
    table = table_in(written([first, *TABLE], delimiter).encode(), "reponses.csv")
    assert table.header == ("Nom", "Courriel", "Ville")
    assert [row.line for row in table.records] == [3, 4]
    assert "Les intitulés sont à la ligne 2" in told(table)


def test_a_title_that_holds_another_delimiter_does_not_say_how_the_table_is_cut() -> None:
    text = written([["Mentorat ; promotion 2026"], *TABLE], ",")
    assert table_in(text.encode(), "reponses.csv").header == ("Nom", "Courriel", "Ville")


def test_a_title_above_a_table_is_passed_over_in_workbooks_and_frames() -> None:
    rows: list[list[Cell]] = [["Mentorat 2026"], [], *TABLE]
    assert table_in(workbook(rows), "reponses.xlsx").header == ("Nom", "Courriel", "Ville")
    text = written([["Mentorat 2026", "", ""], *TABLE], ",")
    assert read_table(pd.read_csv(io.StringIO(text))).header == ("Nom", "Courriel", "Ville")


@pytest.mark.parametrize(
    "rows",
    [
        [["Mentorat"], ["Nom", "Rôle", "Ville"], ["Zoé", "m", "Lyon"], ["Ana", "e", "Pau"]],
        [["Mentorat"], ["Zoé", "z@lilas.fr", "Lyon"], ["Ana", "a@lilas.fr", "Pau"]],
        [["Mentorat"] * 3, *TABLE],
        [["Mentorat", "2026"], ["Nom", "Courriel", "Ville", "Pays"], ["Zoé", "z@lilas.fr", "Lyon", "F"]],
    ],
)
def test_where_it_is_not_sure_which_row_is_the_header_the_file_is_refused_and_the_row_suggested(
    rows: list[list[Cell]],
) -> None:
    with pytest.raises(SurveyError, match="si les intitulés sont à la ligne 2"):
        table_of(*rows)


def test_a_table_of_one_column_has_no_title() -> None:
    assert table_of(["Code"], ["M01"], ["M02"]).header == ("Code",)


def test_several_columns_called_other_belong_each_to_the_question_before() -> None:
    table = table_of(["Rôle", "Other", "Ville", "Autre"], ["m", "régie", "", "Pau"])
    assert table.header == ("Rôle", "Rôle [Autre]", "Ville", "Ville [Autre]")
    assert "« Rôle [Autre] »" in told(table)
    assert table_of(["Rôle", "Autre"], ["m", "x"]).header == ("Rôle", "Autre")
