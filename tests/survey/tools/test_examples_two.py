"""What Google, Microsoft Forms, Tally, Typeform and HelloAsso write in single cells and headers."""

from datetime import UTC, datetime

import pytest

from mentormatch import SurveyError
from mentormatch.fields.base import split
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import sort_by_tool
from tests.survey.tools.exports import as_read
from tests.survey.tools.made import Cell


def table_of(kind: str, *rows: list[Cell]) -> TextTable:
    return sort_by_tool(as_read(rows), kind)


def answers_in(table: TextTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.records]


# --- Google ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026/04/08 12:04:06 AM UTC+2", "2026-04-08T00:04:06+02:00"),
        ("2026/04/08 12:04:06 PM UTC", "2026-04-08T12:04:06+00:00"),
        ("2026/04/08 1:04:06 PM GMT-3:30", "2026-04-08T13:04:06-03:30"),
        ("08/04/2026 00:00:00", "2026-04-08T00:00:00"),
        ("04/31/2026 10:00:00", None),
    ],
)
def test_a_time_stamp_of_google_is_read_in_its_own_form_alone(written: str, told: str | None) -> None:
    when = table_of("google", ["Horodateur", "Nom"], [written, "Zoé"]).sent[2].when
    assert (when and when.isoformat()) == told


def test_a_score_is_left_out_only_where_it_is_that_of_a_quiz() -> None:
    quiz = table_of("google", ["Horodateur", "Score", "Nom", "Nom [Score]"], ["", "3 / 5", "Zoé", "1 / 1"])
    assert quiz.header == ("Nom",)
    asked = table_of("google", ["Horodateur", "Score", "Nom"], ["", "dix", "Zoé"])
    assert asked.header == ("Score", "Nom")


def test_two_questions_of_one_title_are_told_apart_by_their_place() -> None:
    table = table_of("google", ["Horodateur", "Pourquoi ?", "Pourquoi ?"], ["", "a", "b"])
    assert table.header == ("Pourquoi ?", "Pourquoi ? (2)")


# --- Microsoft Forms -------------------------------------------------------------------------------------------------

OWN: list[Cell] = ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom"]
NOTED: list[Cell] = [1.0, datetime(2026, 4, 8, 10), datetime(2026, 4, 8, 10, 4), "anonymous", ""]


def test_a_title_that_is_taken_loses_the_digit_that_tells_it_apart() -> None:
    table = table_of(
        "microsoft", [*OWN, "Nom2", "Pourquoi ?", "Pourquoi ?2", "Top 10"], [*NOTED, "Lefèvre", "a", "b", "c"]
    )
    assert table.header == ("Nom", "Pourquoi ?", "Pourquoi ? (2)", "Top 10")
    assert answers_in(table) == [("Lefèvre", "a", "b", "c")]


def test_the_account_is_kept_where_it_is_told_and_nobody_asks_for_it_again() -> None:
    known: list[Cell] = [*NOTED[:3], "zoe@lilas.fr", "Zoé"]
    table = table_of("microsoft", [*OWN, "Ville"], [*known, "Lyon"])
    assert table.header == ("Adresse de messagerie", "Nom", "Ville")


@pytest.mark.parametrize("mark", ["Points - Ville", "Feedback - Ville"])
def test_what_a_quiz_adds_to_a_question_is_left_out(mark: str) -> None:
    table = table_of("microsoft", [*OWN, "Ville", mark], [*NOTED, "Lyon", "1"])
    assert table.header == ("Ville",)


@pytest.mark.parametrize(
    ("cell", "read"),
    [('["lundi","mardi"]', "lundi; mardi"), ("lundi;mardi;", "lundi;mardi;"), ('["x', '["x'), ("[1]", "[1]")],
)
def test_several_choices_are_read_in_both_forms(cell: str, read: str) -> None:
    assert answers_in(table_of("microsoft", [*OWN, "Jours"], [*NOTED, cell])) == [(read,)]


def test_an_option_that_holds_the_joiner_stays_whole_in_a_list() -> None:
    ((cell,),) = answers_in(table_of("microsoft", [*OWN, "Jours"], [*NOTED, '["lundi ; matin","mardi"]']))
    assert split(cell, None) == ["lundi ; matin", "mardi"]


# --- Tally -----------------------------------------------------------------------------------------------------------

TALLY: list[Cell] = ["Submission ID", "Respondent ID", "Submitted at"]
SENT: list[Cell] = ["a", "b", "2026-03-07 02:55:06"]


def test_what_was_typed_beside_the_options_of_tally_is_what_is_left_of_the_joined_text() -> None:
    header: list[Cell] = [*TALLY, "Jours", "Jours (soir, après 18h)", "Jours (Autre)"]
    table = table_of("tally", header, [*SENT, "soir, après 18h, le matin", "true", "true"])
    assert table.header == ("Jours [soir, après 18h]", "Jours [Autre]")
    assert answers_in(table) == [("true", "le matin")]


@pytest.mark.parametrize("boxes", ["Jours (2) (lundi)", "Jours (lundi) (2)"])
def test_a_title_of_tally_that_comes_again_keeps_its_boxes(boxes: str) -> None:
    header: list[Cell] = [*TALLY, "Jours", "Jours (lundi)", "Jours (2)", boxes]
    table = table_of("tally", header, [*SENT, "lundi", "true", "", ""], [*SENT, "", "", "lundi", "true"])
    assert table.header == ("Jours [lundi]", "Jours (2) [lundi]")
    assert answers_in(table) == [("true", ""), ("", "true")]


def test_a_question_that_begins_like_another_is_no_box_of_it() -> None:
    table = table_of("tally", [*TALLY, "Ville", "Ville (d'origine)"], [*SENT, "Lyon", "Vienne"])
    assert table.header == ("Ville", "Ville (d'origine)")


# --- Typeform --------------------------------------------------------------------------------------------------------

END: list[Cell] = ["Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
TIMES: list[Cell] = ["2026-03-01 10:00:00", "2026-03-01 10:04:00", "n"]


def test_each_other_of_typeform_belongs_to_the_question_before_it() -> None:
    table = table_of("typeform", ["#", "Rôle", "Other", "Ville", "Other", *END], ["1", "", "régie", "Lyon", "", *TIMES])
    assert table.header == ("Rôle", "Rôle [Autre]", "Ville", "Ville [Autre]")
    assert table.sent[2].when == datetime(2026, 3, 1, 10, 4, tzinfo=UTC)


def test_the_type_of_a_response_says_whether_it_is_whole() -> None:
    rows: list[list[Cell]] = [["1", "Lyon", kind, *TIMES] for kind in ("completed", "partial", "")]
    table = table_of("typeform", ["#", "Ville", "Response Type", *END], *rows)
    assert table.header == ("Ville",)
    assert [table.sent[line].whole for line in (2, 3, 4)] == [True, False, True]


def test_a_response_that_was_never_submitted_has_the_moment_of_its_start() -> None:
    table = table_of("typeform", ["#", "Ville", *END], ["1", "Lyon", "2026-03-01 10:00:00", "", "n"])
    assert (table.sent[2].when, table.sent[2].whole) == (datetime(2026, 3, 1, 10, tzinfo=UTC), False)


def test_tags_in_titles_are_left_out_and_other_brackets_kept() -> None:
    table = table_of("typeform", ["#", "<strong>Ville</strong> <max.>", *END], ["1", "Lyon", *TIMES])
    assert table.header == ("Ville <max.>",)


# --- HelloAsso -------------------------------------------------------------------------------------------------------

ORDER: list[Cell] = ["Référence commande", "Date de la commande", "Statut de la commande", "Nom participant"]


@pytest.mark.parametrize("status", ["Annulé", "Remboursé", "En attente", ""])
def test_an_order_that_is_not_valid_is_told_and_not_taken(status: str) -> None:
    table = table_of("helloasso", ORDER, ["1", "08/04/2026", "Validé", "A"], ["2", "08/04/2026", status, "B"])
    assert [row.line for row in table.records] == [2]
    assert [row.line for row in table.refused] == [3]


def test_an_amount_is_left_out_only_beside_what_it_is_the_price_of() -> None:
    header: list[Cell] = [*ORDER, "Atelier", "Montant Atelier", "Montant demandé"]
    table = table_of("helloasso", header, ["1", "08/04/2026", "Validé", "A", "Oui", "5,00", "300"])
    assert table.header == ("Nom participant", "Atelier", "Montant demandé")


def test_an_address_that_paid_for_several_people_is_remarked_on_with_their_lines() -> None:
    header: list[Cell] = [*ORDER, "Email payeur"]
    rows: list[list[Cell]] = [[str(n), "08/04/2026", "Validé", name, "a@lilas.fr"] for n, name in enumerate("ABA")]
    (remark,) = table_of("helloasso", header, *rows).remarks
    assert "Lignes 2 et 3" in remark.text


@pytest.mark.parametrize("kind", ["google", "helloasso", "microsoft", "tally", "typeform"])
def test_a_file_of_another_tool_is_refused_in_words(kind: str) -> None:
    with pytest.raises(SurveyError, match=r"ligne 1 : pas un export de"):
        table_of(kind, ["Nom"], ["Zoé"])
