"""What is worth a look, and what was assumed, is told by line and never by the answer."""

import pytest

from mentormatch.inspection.section import DATE_SHAPE, day_of
from mentormatch.results import Intake
from tests.inspection.reports import CODE, EMAIL, NEEDS, OVERLAP, programme, report

NAME = {"question": "Nom", "kind": "text", "use": "contact"}
BORN = {"question": "Depuis quand", "kind": "text", "use": "display"}
RULES = programme({"code": CODE, "courriel": EMAIL, "nom": NAME, "depuis": BORN}, criteria=[])


def told(made: Intake) -> str:
    return "\n".join(map(str, made.remarks.told))


def test_a_test_row_the_same_e_mail_and_a_homograph_are_remarked_on() -> None:
    mentors = [
        {"code": "M1", "courriel": "zoe@x.fr", "nom": "Paul Roux"},
        {"code": "M2", "courriel": "zoe@x.fr", "nom": "Ana Blum"},
        {"code": "M3", "courriel": "c@x.fr", "nom": "Test Essai"},
        {"code": "M4", "courriel": "d@x.fr", "nom": "\u0420aul Roux"},
    ]
    made = report(RULES, mentors, [])
    assert "lignes 2 et 3 : même courriel" in told(made)
    assert "ligne 4 : ligne d’essai ?" in told(made)
    assert "lignes 2 et 5 : même nom à l’œil" in told(made)
    assert made.fates.counts == {"taken": 4}
    assert not {"zoe@x.fr", "Paul", "Essai"} & set(told(made).split())


@pytest.mark.parametrize(
    ("cell", "found"),
    [("31/02/2020", "date impossible"), ("00/01/2020", "date impossible"), ("bientôt", "date illisible"), ("", "")],
)
def test_an_impossible_date_is_told_by_its_line_where_the_other_answers_are_dates(cell: str, found: str) -> None:
    days = ["12/05/2020", "2021-02-01", "3.4.99", cell]
    made = report(RULES, [{"code": f"M{n}", "depuis": day} for n, day in enumerate(days)], [])
    assert (f"ligne 5 : « depuis » : {found}" in told(made)) == bool(found)
    assert "ligne 4" not in told(made)
    assert not cell or cell not in told(made)


def test_dates_of_which_most_have_the_month_first_are_read_so() -> None:
    days = ["05/25/2020", "02/29/2020", "03/04/2020", "30/02/2020"]
    made = report(RULES, [{"code": f"M{n}", "depuis": day} for n, day in enumerate(days)], [])
    assert [f"ligne {line} : « depuis »" in told(made) for line in (2, 3, 4, 5)] == [False, False, False, True]


def test_a_question_that_asks_for_no_dates_has_none_that_is_odd() -> None:
    days = ["12/05/2020", "toujours", "depuis peu", "31/02/2020"]
    assert "date" not in told(report(RULES, [{"code": f"M{n}", "depuis": day} for n, day in enumerate(days)], []))


@pytest.mark.parametrize(("text", "year"), [("01/02/49", 2049), ("01/02/51", 1951), ("1850-01-01", None)])
def test_a_year_of_two_figures_is_of_this_century_or_the_last(text: str, year: int | None) -> None:
    shape = DATE_SHAPE.match(text)
    assert shape is not None
    day = day_of(shape, "day first")
    assert (day.year if day else None) == year


def test_remarks_stand_in_the_order_of_the_lines() -> None:
    mentors = [{"code": f"M{n}", "courriel": "a@x.fr", "nom": "test" if n == 0 else f"N{n}"} for n in range(3)]
    lines = [remark.line or 0 for remark in report(RULES, mentors, []).remarks.told]
    assert lines == sorted(lines)
    assert len(lines) > 1


def test_what_was_assumed_is_said_in_sentences() -> None:
    consent = {"question": "Notice", "kind": "yesno", "use": "consent"}
    hidden = {"question": "Santé", "kind": "text", "use": "forbidden"}
    heading = {"name": "Essai", "minimum_answered": 0.4}
    fields = {"courriel": EMAIL, "notice": consent, "sante": hidden, "besoins": NEEDS}
    made = report(programme(fields, programme=heading, criteria=[OVERLAP]), [{"courriel": "a@x.fr"}], [])
    said = "\n".join(made.reading.assumed)
    for expected in (
        "reconnue par « Courriel »",
        "un seul côté",
        "« Notice »",
        "40",
        "compte pour moitié",
        "« Santé »",
    ):
        assert expected in said, expected
