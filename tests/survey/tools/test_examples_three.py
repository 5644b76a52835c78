"""What tools that are tables of facts write in single cells and headers, and what is said of it."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mentormatch import SurveyError
from mentormatch.fields.base import split
from mentormatch.survey.moments import MONTHS_BY_LANGUAGE, month_named, parse_both_orders
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import read_table
from mentormatch.survey.tool import sort_by_tool
from tests.survey.tools.exports import as_read
from tests.survey.tools.made import Cell

DAY = "2026-03-03 10:04:00"


def table_of(*rows: list[Cell], kind: str | None = None) -> TextTable:
    return sort_by_tool(as_read(rows), kind)


def told(table: TextTable) -> str:
    return "\n".join([remark.text for remark in table.remarks] + [row.reason for row in table.refused])


# --- moments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *(
            "mardi 3 mars 2026, 10:04",
            "mar. 3 mars 2026 à 10:04",
            "Tuesday, 3 March 2026, 10:04 AM",
            "Mar 03, 2026 10:04 AM",
        ),
        *("3. März 2026, 10:04", "martes, 3 de marzo de 2026, 10:04", "terça-feira, 3 de março de 2026, 10:04"),
        *("dinsdag 3 maart 2026, 10:04", "3 mrt 2026 10:04", "3 marzo 2026 10.04"),
    ],
)
def test_a_moment_that_names_its_month_is_read_in_any_language(text: str) -> None:
    found = parse_both_orders(text)
    assert found.day == found.month == datetime(2026, 3, 3, 10, 4)


@pytest.mark.parametrize(
    "text", ["3 mois 2026", "jui 3, 2026", "Mar 1 2026", "March 2026", "32 mars 2026", "m 3, 2026"]
)
def test_what_names_no_month_for_certain_is_no_moment(text: str) -> None:
    assert parse_both_orders(text).day is None


def test_no_name_of_a_month_is_that_of_another_in_any_language() -> None:
    for names in MONTHS_BY_LANGUAGE.values():
        assert [month_named(name) for name in names.split()] == list(range(1, 13))


def test_times_with_dots_are_read() -> None:
    assert parse_both_orders("12/02/2026 19.07.17").day == datetime(2026, 2, 12, 19, 7, 17)
    assert parse_both_orders("12/02/2026 19.07:17").day is None


# --- states ----------------------------------------------------------------------------------------------------------

ALCHEMER: list[Cell] = ["Response ID", "Time Started", "Date Submitted", "Status", "Nom"]


def test_a_state_that_the_tool_does_not_write_is_asked_about_and_never_quoted() -> None:
    table = table_of(ALCHEMER, ["1", DAY, DAY, "Anaïs Lefèvre", "Zoé"], ["2", DAY, DAY, "", "Ana"])
    assert [row.line for row in table.records] == [2, 3]
    assert "ligne 2" in told(table).replace("\u00a0", " ")
    assert "Lefèvre" not in told(table)


def test_a_word_that_leaves_a_row_out_is_said_with_its_column() -> None:
    table = table_of(ALCHEMER, ["1", DAY, DAY, "deleted", "Zoé"], ["2", DAY, DAY, "Complete", "Ana"])
    assert ([row.line for row in table.records], [row.line for row in table.refused]) == ([3], [2])
    assert "Deleted" in table.refused[0].reason


def test_moments_of_alchemer_are_in_new_york_time() -> None:
    table = table_of(ALCHEMER, ["1", DAY, DAY, "Complete", "Zoé"])
    assert table.sent[2].when == datetime(2026, 3, 3, 10, 4, tzinfo=ZoneInfo("America/New_York"))
    assert "New York" in told(table)


# --- columns of one question -----------------------------------------------------------------------------------------


def test_a_question_of_alchemer_that_contains_the_joiner_is_shared_by_its_columns() -> None:
    header: list[Cell] = [*ALCHEMER[:4], "lundi:Jours: lesquels", "mardi:Jours: lesquels", "Note: libre"]
    table = table_of(header, ["1", DAY, DAY, "Complete", "lundi", "", "x"])
    assert table.header == ("Jours: lesquels [lundi]", "Jours: lesquels [mardi]", "Note: libre")


def test_columns_of_free_text_are_questions_of_their_own() -> None:
    header: list[Cell] = ["Nom", "Adresse: rue", "Adresse: ville", "Contribution Id", "Creation Date"]
    people: list[list[Cell]] = [[f"P{n}", f"{n} rue", f"Ville {n}", str(n), f"0{n}/03/2026 10:04"] for n in range(1, 9)]
    assert table_of(header, *people).header == ("Nom", "Adresse: rue", "Adresse: ville")


def test_what_was_typed_beside_a_single_choice_is_an_item_of_its_question() -> None:
    tags: list[Cell] = ["ResponseId", "Finished", "Q1", "Q1_3_TEXT", "Q2"]
    words: list[Cell] = ["Response ID", "Finished", "Rôle - Selected Choice", "Rôle - Autre, précisez - Text", "Ville"]
    table = table_of(tags, words, ["R_1", "True", "Autre, précisez", "chef", "Lyon"])
    assert table.header == ("Rôle", "Rôle [Autre]", "Ville")
    header: list[Cell] = [*ALCHEMER[:4], "Rôle", "Other - Write In:Rôle", "Ville"]
    assert table_of(header, ["1", DAY, DAY, "Complete", "", "chef", "Lyon"]).header == ("Rôle", "Rôle [Autre]", "Ville")


KOBO: list[Cell] = ["_id", "_uuid", "_submission_time"]


def test_questions_of_one_group_of_kobo_are_no_boxes() -> None:
    table = table_of(["g/Ville", "g/Âge", *KOBO], ["Lyon", "30", "1", "u", "2026-03-03T10:04:00"])
    assert table.header == ("g/Ville", "g/Âge")
    assert table.sent[2].when == datetime(2026, 3, 3, 10, 4, tzinfo=UTC)


def test_a_stroke_between_words_of_kobo_joins_no_option() -> None:
    header: list[Cell] = ["L'essentiel / le reste [a]", "L'essentiel / le reste [b]", "Nom", *KOBO]
    table = table_of(header, ["1", "", "Zoé", "1", "u", "2026-03-03T10:04:00"])
    assert table.header == ("L'essentiel / le reste [a]", "L'essentiel / le reste [b]", "Nom")


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("true", "false"), ("True", "False")])
def test_boxes_of_kobo_that_were_not_ticked_are_blank(yes: str, no: str) -> None:
    header: list[Cell] = ["Jours", "Jours/lundi", "Jours/mardi", *KOBO]
    rows: list[list[Cell]] = [
        ["lundi", yes, no, "1", "u", ""],
        ["", no, no, "2", "v", ""],
        ["", "", "", "3", "w", ""],
    ]
    table = table_of(header, *rows)
    assert table.header == ("Jours [lundi]", "Jours [mardi]")
    assert [row.cells for row in table.records] == [(yes, no), ("", ""), ("", "")]


def test_a_grid_of_moodle_has_numbers_and_that_is_said() -> None:
    table = table_of(["Response", "Q01_nom", "Q02_attentes->Conseil", "Q02_attentes->Écoute"], ["7", "Zoé", "3", "2"])
    assert table.header == ("nom", "attentes [Conseil]", "attentes [Écoute]")
    assert "[mapping.options]" in told(table)
    assert table.sent[2].response == "7"


def test_an_export_of_qualtrics_in_numbers_is_refused_with_the_export_to_ask_for(shared_data: Path) -> None:
    with pytest.raises(SurveyError, match="Use choice text"):
        read_table(shared_data / "surveys-made" / "qualtrics" / "qualtrics-numeric.csv")
    assert read_table(shared_data / "surveys-made" / "qualtrics" / "qualtrics-numeric.csv", tool="plain").records


def test_an_older_export_of_qualtrics_has_two_header_rows() -> None:
    rows: list[list[Cell]] = [["ResponseId", "Finished", "Q1"], ["Response ID", "Finished", "Votre ville ?"]]
    table = table_of(*rows, ["R_1", "True", "Lyon"], ["R_2", "False", ""])
    assert (table.header, len(table.records)) == (("Votre ville ?",), 2)
    assert [table.sent[line].whole for line in (3, 4)] == [True, False]


@pytest.mark.parametrize(
    ("header", "question"),
    [
        ([*ALCHEMER[:4], "City", "City", "Nom"], "City"),
        (["SubmissionDate", "status", "nom", "KEY", "Status"], "status"),
        (["start", "username", "start", "nom", *KOBO], "start"),
        (["Clé", "Nom", "CLE", "DATE_SAISIE", "DATE_ENREG", "PROGRESSION", "Progression"], "Clé"),
        (["Nom", "Languages", "Contribution Id", "Creation Date", "Languages"], "Languages"),
    ],
)
def test_a_question_named_as_a_column_of_the_tool_is_no_such_column(header: list[Cell], question: str) -> None:
    table = table_of(header, [f"{at}" if at else DAY for at in range(len(header))])
    assert table.tool != "plain"
    assert question in table.header


# --- several choices in one cell -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "choices"),
    [
        (['"Budget, paie",Réseau', '"Budget, paie"'], [["Budget, paie", "Réseau"], ["Budget, paie"]]),
        (['"Budget, paie", Réseau', "Réseau"], [["Budget, paie", "Réseau"], ["Réseau"]]),
        (['dit "oui", puis non', 'dit "oui"'], [['dit "oui", puis non'], ['dit "oui"']]),
        (['"oui, mais", dit-elle', "autre chose"], [['"oui, mais", dit-elle'], ["autre chose"]]),
    ],
)
def test_a_row_of_csv_in_a_cell_is_several_choices_where_they_recur(cells: list[str], choices: list[list[str]]) -> None:
    table = table_of(["Nom", "Thèmes"], ["a", cells[0]], ["b", cells[1]])
    assert [split(row.cells[1], ";") for row in table.records] == choices


ODK: list[Cell] = ["SubmissionDate", "themes", "mot", "KEY"]


def test_names_of_odk_are_apart_and_texts_are_not() -> None:
    rows = [("o1 o2", "bonne idée"), ("o2", "bonne idée"), ("o1", "de la Tour"), ("o2 o1", "")]
    answers: list[list[Cell]] = [[f"2026-03-0{n}T10:04:00Z", *cells, str(n)] for n, cells in enumerate(rows, 1)]
    table = table_of(ODK, *answers)
    assert [split(row.cells[0], ";") for row in table.records] == [["o1", "o2"], ["o2"], ["o1"], ["o2", "o1"]]
    assert [row.cells[1] for row in table.records] == [cells[1] for cells in rows]


# --- addresses of others ---------------------------------------------------------------------------------------------


def test_the_second_participant_of_an_order_is_known_by_the_ticket() -> None:
    header: list[Cell] = ["Order #", "Order Date", "First Name", "Email", "Attendee #", "Attendee Status"]
    rows: list[list[Cell]] = [
        ["1", DAY, name, "a@lilas.fr", number, "Attending"] for name, number in (("Ana", "8"), ("Bo", "9"))
    ]
    table = table_of(header, *rows)
    assert [table.sent[line].borrowed for line in (2, 3)] == [False, True]
    assert [remark.line for remark in table.remarks] == [3]


@pytest.mark.parametrize(
    "kind", ["alchemer", "eventbrite", "jotform", "odk-central", "qualtrics", "sphinx", "zoho-survey"]
)
def test_a_file_of_another_tool_is_refused_in_words(kind: str) -> None:
    with pytest.raises(SurveyError, match=r"ligne 1 : pas un export de"):
        table_of(["Nom"], ["Zoé"], kind=kind)


def test_what_is_known_from_memory_says_so_and_how_to_read_it_otherwise() -> None:
    table = table_of(["Response ID", "Timestamp (MM/dd/yyyy)", "Nom"], ["1", "03/04/2026", "Zoé"])
    assert (table.tool, table.sent[2].when) == ("zoho-survey", datetime(2026, 3, 4))
    assert "--tool plain" in told(table)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("framaforms_default.tsv", ["1", "2", "3"]),
        ("helloasso.csv", ["98765"]),
        ("limesurvey_codes.csv", ["1", "2"]),
        ("microsoft_forms_fr.xlsx", ["1", "2"]),
        ("nextcloud_forms.csv", ["7"]),
        ("tally.csv", ["2EMpQVg"]),
    ],
)
def test_the_number_of_a_response_is_that_of_the_first_column_with_one(
    shared_data: Path, name: str, numbers: list[str]
) -> None:
    assert [sent.response for sent in read_table(shared_data / "surveys" / name).sent.values()] == numbers
