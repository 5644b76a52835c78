"""Each criterion on people few enough to work out by hand: the value, and the reason in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from mentormatch import Criterion, People
from mentormatch.fields import (
    AnyField,
    Choice,
    Choices,
    Levels,
    ListOfNames,
    Number,
    Place,
    Ranking,
    Scale,
    Slots,
    YesNo,
)
from mentormatch.scoring.criterion import criteria_by_kind

TASKS = ["Budget", "Contrats", "Tournée"]
LEVELS = ["Non", "Les bases", "Je pratique", "Je forme"]
FIELDS: Mapping[str, AnyField] = {
    "offer": Levels(question="?", items=TASKS, levels=LEVELS, side="mentor"),
    "need": Ranking(question="?", options=TASKS, most=3, side="mentee"),
    "ticks": Choices(question="?", options=["Danse", "Théâtre", "Cirque"]),
    "ranks": Ranking(question="?", options=["Danse", "Théâtre", "Cirque"], most=3),
    "names": ListOfNames(question="?"),
    "style": Scale(question="?", options=["1", "2", "3", "4", "5"]),
    "years": Number(question="?"),
    "trade": Choice(question="?", options=["Production", "Diffusion"]),
    "career": YesNo(question="?"),
    "where": Place(question="?"),
    "slots": Slots(question="?", days=["lundi", "mardi", "jeudi"], moments=["matin", "soir"]),
}


def one(key: str, **answers: Any) -> People:
    """Return one person who answered these."""
    columns = {name: field.column([field.read(answers.get(name, "")).value]) for name, field in FIELDS.items()}
    return People((key,), columns, np.array([True]))


def rated(kind: str, **settings: Any) -> Criterion:
    return criteria_by_kind()[kind].model_validate({"kind": kind, **settings})


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def offer(*levels: str) -> dict[str, str]:
    return dict(zip(TASKS, levels, strict=True))


@pytest.mark.parametrize(
    ("criterion", "left", "right", "value", "reason"),
    [
        # needs weigh 3, 2 and 1; "Je pratique" is two thirds of what can be offered
        (
            rated("coverage", mentor="offer", mentee="need"),
            {"offer": offer("Je forme", "Je pratique", "Non")},
            {"need": "Budget;Contrats;Tournée"},
            (3 + 2 * 2 / 3) / 6,
            "2 sur 3 besoins",
        ),
        (
            rated("coverage", mentor="offer", mentee="need", neutral=0.25),
            {"offer": offer("", "Je forme", "Non")},
            {"need": "Budget;Contrats"},
            (3 * 0.25 + 2) / 5,
            "Contrats",
        ),
        (
            rated("coverage", mentor="offer", mentee="need"),
            {"offer": offer("Non", "Non", "Non")},
            {"need": "Budget"},
            0,
            "aucun",
        ),
        (rated("coverage", mentor="ticks", mentee="names"), {"ticks": "Théâtre"}, {"names": "théâtre; Ode"}, 0.5, "1"),
        (rated("overlap", field="ticks"), {"ticks": "Danse;Cirque"}, {"ticks": "Danse;Théâtre"}, 1 / 3, "Danse"),
        (rated("overlap", field="ticks"), {"ticks": "Danse"}, {"ticks": "Théâtre"}, 0, "rien"),
        # 3, 2 against 2, 3: the smaller are 2 and 2, the greater 3 and 3
        (rated("overlap", field="ranks"), {"ranks": "Danse;Cirque"}, {"ranks": "Cirque;Danse"}, 4 / 6, "Danse"),
        (rated("overlap", field="names"), {"names": "Le Relais"}, {"names": "LE RELAIS; Été"}, 0.5, "Le Relais"),
        (rated("overlap", field="names"), {"names": "Été"}, {"names": "Ete"}, 0, "rien"),
        (rated("overlap", field="names"), {"names": "aucun"}, {"names": "aucun"}, 0, "rien"),
        (rated("closeness", field="style"), {"style": "2"}, {"style": "5"}, 0.25, "2"),
        (rated("closeness", field="style", within=2), {"style": "2"}, {"style": "3"}, 0.5, "3"),
        (rated("closeness", field="years", within=10), {"years": "4,5"}, {"years": "2"}, 0.75, "4,5"),
        (rated("closeness", field="years"), {"years": "4"}, {"years": "7"}, 0, "7"),
        (rated("same", field="career"), {"career": "X"}, {"career": "Oui"}, 1, "Oui"),
        (rated("same", field="trade"), {"trade": "Production"}, {"trade": "Diffusion"}, 0, "Diffusion"),
        (rated("availability", field="slots"), {"slots": "lundi matin"}, {"slots": "lundi matin"}, 1 / 3, "1 créneau"),
        (
            rated("availability", field="slots", enough=1),
            {"slots": "lundi matin; jeudi soir"},
            {"slots": {"jeudi": "matin, soir", "lundi": "matin"}},
            1,
            "2 créneaux : lundi matin et jeudi soir",
        ),
        (
            rated("availability", field="slots"),
            {"slots": {"lundi": "matin, soir", "mardi": "matin, soir", "jeudi": "soir"}},
            {"slots": {"matin": "lundi, mardi", "soir": "lundi, mardi, jeudi"}},
            1,
            "5 créneaux : lundi matin, lundi soir, mardi matin et mardi soir (et 1 autre)",
        ),
        (rated("availability", field="slots"), {"slots": "lundi soir"}, {"slots": "jeudi soir"}, 0, "aucun créneau"),
        (
            rated("table", mentor="trade", mentee="career", cells=[
                {"mentor": "PRODUCTION", "mentee": "oui", "points": 0.4}
            ]),
            {"trade": "Production"}, {"career": "Oui"}, 0.4, "Production",
        ),
        (
            rated("table", mentor="trade", mentee="career", otherwise=0.1, cells=[
                {"mentor": "Production", "mentee": "Oui", "points": 1}
            ]),
            {"trade": "Production"}, {"career": "Non"}, 0.1, "Non",
        ),
        (rated("same", field="where"), {"where": "Vienne (38)"}, {"where": "Isère"}, 1, "Isère / Isère"),
        # 3.2 km as the crow flies from Lyon to Villeurbanne; at 30 km/h that is 8.32 minutes
        (rated("near", field="where", zero_at=32), {"where": "Lyon"}, {"where": "69100"}, 0.9,
         "Lyon / Villeurbanne, à 3 km"),
        (rated("near", field="where", zero_at=5.2, within=1.2), {"where": "Lyon"}, {"where": "69100"}, 0.5, "3 km"),
        (rated("near", field="where", zero_at=3), {"where": "Lyon"}, {"where": "Villeurbanne"}, 0, "3 km"),
        (rated("near", field="where", zero_at=9, within=4), {"where": "Lyon"}, {"where": "Villeurbanne"}, 1, "3 km"),
        (rated("near", field="where", zero_at=16.64, unit="minutes", speed=30), {"where": "Lyon"}, {"where": "69100"},
         0.5, "à 3 km, trajet estimé à 8 min"),
        (rated("near", field="where", zero_at=1), {"where": "69003"}, {"where": "Lyon 3"}, 1, "même lieu"),
        (rated("near", field="where", zero_at=1), {"where": "Isère"}, {"where": "38"}, 1, "même lieu, connu à"),
        (rated("near", field="where", zero_at=900), {"where": "Ajaccio"}, {"where": "974"}, 0, "km environ"),
        (rated("wishes", mentee="names"), {}, {"names": "M9; m1"}, 2 / 3, "n° 2"),
        (rated("wishes", mentee="names", most=1), {}, {"names": "M9; M1"}, 0, "pas demandé"),
        (rated("wishes", mentor="names", mentee="names"), {"names": "E1"}, {"names": "M8"}, 0.5, "n° 1"),
        (rated("wishes", mentee="names"), {}, {"names": "aucun"}, 0, "pas demandé"),
    ],
)  # fmt: skip
def test_a_pair_has_the_value_worked_out_by_hand_and_says_why(
    criterion: Criterion, left: dict[str, Any], right: dict[str, Any], value: float, reason: str
) -> None:
    mentor, mentee = one("M1", **left), one("E1", **right)
    assert criterion.score(mentor, mentee)[0, 0] == pytest.approx(value)
    assert reason in plain(criterion.reason(mentor.person(0), mentee.person(0)))


@pytest.mark.parametrize(
    ("criterion", "left", "right"),
    [
        (rated("coverage", mentor="offer", mentee="need"), {}, {"need": "Budget"}),
        (rated("coverage", mentor="offer", mentee="need"), {"offer": offer("Non", "", "")}, {}),
        (rated("overlap", field="ticks"), {"ticks": "Danse"}, {}),
        (rated("closeness", field="years"), {"years": "quatre ou cinq"}, {"years": "4"}),
        (rated("near", field="where", zero_at=50), {"where": "Saint-Denis"}, {"where": "Lyon"}),
        (rated("near", field="where", zero_at=50), {"where": "Lyon"}, {}),
        (rated("wishes", mentor="names", mentee="names"), {"names": "E1"}, {}),
    ],
)
def test_a_pair_in_which_somebody_gave_no_answer_has_no_value(
    criterion: Criterion, left: dict[str, Any], right: dict[str, Any]
) -> None:
    assert np.isnan(criterion.score(one("M1", **left), one("E1", **right))[0, 0])
