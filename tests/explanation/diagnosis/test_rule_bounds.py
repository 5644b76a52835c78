"""Each number of each rule that can be moved: how far, by what steps, at what cost, and in which words."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mentormatch import Cohort
from mentormatch.languages.phrases import quoted
from mentormatch.rules import Relaxation, kinds, market_of
from mentormatch.scoring.scores import score
from tests.conftest import ROOT
from tests.explanation.diagnosis.people import alike, cohort, counting, programme, words

PAGE = ROOT / "docs" / "reference" / "criteria-and-rules.md"
HUNDREDTHS = {"kind": "proportion", "field": "metier", "in": ["production"]}


def knobs(people: Cohort, rule: Mapping[str, Any]) -> list[Relaxation]:
    asked = programme(rule)
    return list(asked.rules[0].relaxations(market_of(people, score(people, asked.criteria).values), quoted("règle")))


def told(knob: Relaxation, steps: int) -> str:
    return words(knob.sentence(steps))


def setting(knob: Relaxation, steps: int, name: str) -> object:
    """Return a setting of the rule after some steps."""
    return knob.after(steps).model_dump()[name]


def test_the_least_of_a_quota_goes_down_to_nothing_by_pairs() -> None:
    (knob,) = knobs(alike(2, 3), counting("mentee", "production", least=4))
    assert (knob.code, knob.furthest, knob.cost(3)) == ("lower_quota", 4, 3)
    assert setting(knob, 3, "least") == 1
    assert told(knob, 3) == "Abaisser « règle » de 4 à 1 binôme au moins."


def test_the_most_of_a_quota_goes_up_to_all_pairs() -> None:
    (knob,) = knobs(alike(2, 3), counting("mentee", "production", most=1))
    assert (knob.code, knob.furthest, knob.cost(2)) == ("raise_quota", 5, 2)
    assert setting(knob, 2, "most") == 3
    assert told(knob, 2) == "Relever « règle » de 1 à 3 binômes au plus."


def test_a_quota_that_asks_for_nothing_or_allows_all_has_nothing_to_move() -> None:
    assert knobs(alike(2, 3), counting("mentee", "production", least=0, most=6)) == []
    assert [knob.code for knob in knobs(alike(2, 3), counting("mentee", "production", least=1, most=5))] == [
        "lower_quota",
        "raise_quota",
    ]


def test_a_minimum_goes_down_by_places_to_none() -> None:
    (knob,) = knobs(alike(2, 3), {"kind": "capacity", "most": 3, "minimum": 2})
    assert (knob.code, knob.furthest, knob.cost(1)) == ("lower_minimum", 2, 1)
    assert setting(knob, 1, "minimum") == 1
    assert told(knob, 1) == "Abaisser le minimum de « règle » de 2 à 1 par personne."
    assert knobs(alike(2, 3), {"kind": "capacity", "most": 3}) == []


@pytest.mark.parametrize(
    ("points", "furthest", "first", "sentence"),
    [
        (80, 800, 79.9, "Abaisser « règle » de 80 à 79,9 points."),
        (2.55, 26, 2.5, "Abaisser « règle » de 2,55 à 2,5 points."),
        (0.1, 1, 0.0, "Abaisser « règle » de 0,1 à 0 points."),
        (2.2000002, 23, 2.2, "Abaisser « règle » de 2,2000002 à 2,2 points."),
        (2.20000002, 22, 2.1, "Abaisser « règle » de 2,20000002 à 2,1 points."),
    ],
)
def test_points_go_down_to_the_tenth_below(points: float, furthest: int, first: float, sentence: str) -> None:
    (knob,) = knobs(alike(1, 1), {"kind": "minimum_score", "points": points})
    assert (knob.code, knob.furthest) == ("lower_score", furthest)
    assert setting(knob, 1, "points") == first
    assert told(knob, 1) == sentence


def test_points_cost_one_for_each_point_begun() -> None:
    (knob,) = knobs(alike(1, 1), {"kind": "minimum_score", "points": 80})
    assert [knob.cost(steps) for steps in (1, 10, 11, 20)] == [1, 1, 2, 2]
    assert knobs(alike(1, 1), {"kind": "minimum_score", "points": 0}) == []


AHEAD = cohort([{"places": 10}, {"places": 12}], [{"places": 3}, {"places": 7}])
"""The mentors are ahead by 3 to 9."""


def test_the_advance_that_is_asked_for_goes_down_to_the_smallest_there_is() -> None:
    (knob,) = knobs(AHEAD, {"kind": "gap", "field": "places", "least": 7.5})
    assert (knob.code, knob.furthest, knob.cost(2)) == ("lower_gap", 5, 2)
    assert setting(knob, 2, "least") == 5.5
    assert told(knob, 2) == "Abaisser l’avance demandée par « règle » de 7,5 à 5,5."


def test_the_advance_that_is_allowed_goes_up_to_the_greatest_there_is() -> None:
    _, knob = knobs(AHEAD, {"kind": "gap", "field": "places", "least": 4, "most": 5.5})
    assert (knob.code, knob.furthest, knob.cost(2)) == ("raise_gap", 4, 2)
    assert setting(knob, 2, "most") == 7.5
    assert told(knob, 2) == "Relever l’avance permise par « règle » de 5,5 à 7,5."


def test_an_advance_that_everybody_has_is_not_moved() -> None:
    assert knobs(AHEAD, {"kind": "gap", "field": "places", "least": 3, "most": 9}) == []
    assert knobs(AHEAD, {"kind": "gap", "field": "places", "least": 2}) == []


def test_an_advance_counts_those_alone_who_answered() -> None:
    people = cohort([{"niveau": "expert"}, {"niveau": ""}], [{"niveau": "débutant"}, {"niveau": ""}])
    (knob,) = knobs(people, {"kind": "gap", "field": "niveau", "least": 4})
    assert knob.furthest == 2
    assert knobs(cohort([{"niveau": ""}], [{}]), {"kind": "gap", "field": "niveau"}) == []


def test_answers_in_common_go_down_to_one() -> None:
    (knob,) = knobs(alike(1, 1), {"kind": "common", "field": "employeurs", "least": 3})
    assert (knob.code, knob.furthest, knob.cost(2)) == ("lower_common", 2, 2)
    assert setting(knob, 2, "least") == 1
    assert told(knob, 2) == "Demander 1 réponse en commun au lieu de 3 pour « règle »."
    assert knobs(alike(1, 1), {"kind": "common", "field": "employeurs"}) == []


def test_a_proportion_goes_down_to_none_and_up_to_all() -> None:
    least, most = knobs(alike(1, 1), {**HUNDREDTHS, "least": 40, "most": 60})
    assert (least.code, least.furthest, least.cost(10)) == ("lower_proportion", 40, 10)
    assert (most.code, most.furthest, most.cost(10)) == ("raise_proportion", 40, 10)
    assert setting(least, 10, "least") == 30
    assert setting(most, 10, "most") == 70
    assert told(least, 10) == "Abaisser « règle » de 40 à 30 % au moins."
    assert told(most, 10) == "Relever « règle » de 60 à 70 % au plus."
    assert knobs(alike(1, 1), {**HUNDREDTHS, "least": 0, "most": 100}) == []


def test_hours_go_up_to_all_that_is_asked_by_whole_hours() -> None:
    people = cohort([{}], [{"places": 3}, {"places": 2.5}, {"places": float("nan")}])
    (knob,) = knobs(people, {"kind": "load", "weights": "places", "limit": 3.2})
    assert (knob.code, knob.furthest, knob.cost(2)) == ("raise_load", 3, 2)
    assert setting(knob, 2, "limit") == 5.2
    assert told(knob, 2) == "Relever « règle » de 3,2 à 5,2 au plus par mentor·e."


@pytest.mark.parametrize(("limit", "furthest"), [(4.5, 1), (4.49, 2), (3.5, 2)])
def test_hours_that_nobody_stated_count_for_nothing(limit: float, furthest: int) -> None:
    people = cohort([{}], [{"places": 5.5}, {"places": float("nan")}])
    (knob,) = knobs(people, {"kind": "load", "weights": "places", "limit": limit})
    assert knob.furthest == furthest


def test_hours_that_are_enough_or_of_each_mentor_are_not_moved() -> None:
    people = cohort([{"places": 1}], [{"places": 3}, {"places": 2}])
    assert knobs(people, {"kind": "load", "weights": "places", "limit": 5}) == []
    assert knobs(people, {"kind": "load", "weights": "places", "limit": "places"}) == []
    assert knobs(cohort([{}], []), {"kind": "load", "weights": 2, "limit": 1}) == []


def test_a_rule_without_a_number_has_nothing_to_move() -> None:
    assert knobs(alike(1, 1), {"kind": "different", "field": "employeurs"}) == []


def test_the_reference_tells_every_way_out_of_a_rule() -> None:
    code = "".join(path.read_text("utf-8") for folder in kinds.__path__ for path in Path(folder).glob("*.py"))
    codes = set(re.findall(r'Relaxation\(\s*"(\w+)"', code))
    assert "lower_quota" in codes
    told = re.findall(r"^Ways out.*: (.*)\.$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert codes == set(re.findall(r"`(\w+)`", " ".join(told)))
