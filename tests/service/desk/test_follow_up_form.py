"""A programme that asks nothing during the year has a form to copy, whose answers come back by the same drop zone."""

import csv
from io import StringIO

import pytest

from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.kept_state import restore, save_parts
from tests.service.desk.session import Sitting
from tests.service.desk.test_turnover import ROWS, validated, year
from tests.service.desk.trees import element, elements, words

FORM = "formulaire-suivi.txt"


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return save_parts(validated().desk, {})


@pytest.fixture
def sitting(kept: dict[str, bytes]) -> Sitting:
    made = Sitting(Workspace())
    assert restore(made.desk, kept) == ""
    return made


def wave(sitting: Sitting, go_on: str = "Oui", sent: str = "") -> bytes:
    """Return the answers of two people to the form, as a tool exports them."""
    lines = sitting.content("hand", FORM).decode("utf-8-sig").split("\n\n")[2:]
    questions = [one.partition(". ")[2].partition("\n")[0] for one in lines]
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow([*(["Horodateur"] if sent else []), *questions])
    for row in ROWS[1:3]:
        writer.writerow([*([sent] if sent else []), row["Adresse e-mail"], "Oui", "Plutôt", go_on, "Non"])
    return text.getvalue().encode()


def test_the_form_is_five_questions_of_which_the_first_says_who_answers(sitting: Sitting) -> None:
    text = sitting.content("hand", FORM).decode("utf-8-sig")
    assert "Mentorat 2027" in text
    assert "1. Adresse e-mail" in text
    assert text.count("?") + text.count("Nous nous comprenons bien") == 4
    assert words(element(year(sitting), "pre")).split() == text.split()
    assert "toml" not in words(year(sitting))
    assert "[follow_up]" not in words(year(sitting))


def test_limesurvey_has_each_question_with_its_answers(sitting: Sitting) -> None:
    text = sitting.content("hand", "formulaire-suivi-limesurvey.txt").decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text), delimiter="\t"))
    assert [row["class"] for row in rows][:3] == ["S", "SL", "G"]
    asked = [row for row in rows if row["class"] == "Q"]
    assert (len(asked), len({row["name"] for row in asked})) == (5, 5)
    assert [row["type/scale"] for row in asked] == ["S", "L", "L", "L", "L"]
    assert {row["language"] for row in rows} == {"", "fr"}


def test_answers_to_the_form_come_back_and_say_whom_to_call(sitting: Sitting) -> None:
    sitting.done("wave", wave(sitting, "J'hésite"), month=3, name="trois.csv")
    assert "hésite à continuer" in words(year(sitting))
    assert "à appeler" in words(element(year(sitting), "p", "result"))


def test_answers_under_the_wrong_month_are_noticed(sitting: Sitting) -> None:
    told = sitting.done("wave", wave(sitting), month=3, name="a.csv")["tree"]
    assert not list(elements(told, "p", "warn"))
    told = sitting.done("wave", wave(sitting), month=6, name="b.csv")["tree"]
    assert "Les réponses à 3 et à 6 mois sont le même fichier." in words(told)
    sitting.done("unwave", month=3)
    told = sitting.done("wave", wave(sitting, sent="2099-12-01 10:00:00"), month=6, name="b.csv")["tree"]
    assert "Les réponses déposées à 6 mois datent du 1er\xa0décembre 2099\xa0: est-ce le point à 12 mois" in words(told)
