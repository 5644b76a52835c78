"""Rules about the mentors of one mentee: they differ, or cover the needs between them."""

from collections.abc import Mapping
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Programme

TASKS = ["Budget", "Contrats", "Tournée"]
FIELDS: Mapping[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "offre": {
        "question": "Offre",
        "kind": "levels",
        "side": "mentor",
        "items": TASKS,
        "levels": ["Non", "Les bases", "Je pratique"],
    },
    "besoins": {"question": "Besoins", "kind": "ranking", "side": "mentee", "options": TASKS},
    "coches": {"question": "Cochés", "kind": "choices", "side": "mentee", "options": [f"o{i}" for i in range(30)]},
    "metier": {"question": "Métier", "kind": "choice", "side": "mentor", "options": ["son", "lumière"]},
}
MENTORS = [
    {"Code": "M1", "Offre": "Budget : Je pratique; Contrats : Non", "Métier": "son"},
    {"Code": "M2", "Offre": "Budget : Je pratique; Contrats : Non", "Métier": "son"},
    {"Code": "M3", "Offre": "Budget : Non; Contrats : Je pratique", "Métier": "lumière"},
]
MENTEES = [{"Code": "E1", "Besoins": "Budget; Contrats"}]
TWO = {"kind": "capacity", "side": "mentee", "most": 2, "minimum": 2}
COVER = {"kind": "complementary", "mentee": "besoins", "mentor": "offre", "name": "besoins couverts"}


def programme(*rules: Mapping[str, Any]) -> Programme:
    criteria = [{"kind": "coverage", "mentee": "besoins", "mentor": "offre"}]
    stated = {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": criteria, "rules": list(rules)}
    return Programme.read(stated)


def mentors_of(*rules: Mapping[str, Any]) -> list[set[str]]:
    """Return every two mentors that E1 may have."""
    asked = programme(TWO, *rules)
    cohort = mm.read_survey(asked, mentors=MENTORS, mentees=MENTEES)
    sets = [{"M1", "M2"}, {"M1", "M3"}, {"M2", "M3"}]
    return [each for each in sets if not mm.evaluate(cohort, asked, [(key, "E1") for key in sorted(each)]).breaches]


def test_two_mentors_of_one_mentee_differ() -> None:
    assert mentors_of({"kind": "diversity", "field": "metier"}) == [{"M1", "M3"}, {"M2", "M3"}]


def test_two_mentors_of_one_mentee_cover_the_needs_between_them_or_some_of_them() -> None:
    assert mentors_of({**COVER, "level": 2}) == [{"M1", "M3"}, {"M2", "M3"}]
    assert len(mentors_of({**COVER, "first": 1})) == 3
    assert len(mentors_of({**COVER, "least": 1})) == 3
    assert mentors_of({**COVER, "least": 3}) == []


@pytest.mark.parametrize("needs", ["", "Budget"])
@pytest.mark.parametrize("least", [None, 1])
def test_a_mentee_has_no_more_mentors_than_the_most_whether_they_said_what_they_need_or_not(
    needs: str, least: int | None
) -> None:
    rule = {**COVER, "most": 2, "level": 1} | ({} if least is None else {"least": least})
    asked = programme({"kind": "capacity", "side": "mentee", "most": 3}, rule)
    cohort = mm.read_survey(asked, mentors=MENTORS, mentees=[{"Code": "E1", "Besoins": needs}])
    assert len(mm.match(cohort, asked).pairs) == 2
    assert mm.evaluate(cohort, asked, [(key, "E1") for key in ("M1", "M2", "M3")]).breaches


def test_what_is_broken_is_told_by_the_name_of_the_rule() -> None:
    asked = programme(TWO, {**COVER, "level": 2})
    cohort = mm.read_survey(asked, mentors=MENTORS, mentees=MENTEES)
    (breach,) = mm.evaluate(cohort, asked, [("M1", "E1"), ("M2", "E1")]).breaches
    assert "besoins couverts" in str(breach)
    matching = mm.match(cohort, asked, pins=[("M1", "E1")])
    assert {pair.mentor for pair in matching.pairs} == {"M1", "M3"}


def test_a_conflict_and_its_way_out_name_how_many_needs_are_asked_for() -> None:
    pins = [{"kind": "pin", "mentor": mentor, "mentee": "E1"} for mentor in ("M1", "M2")]
    asked = programme(TWO, {**COVER, "least": 2, "level": 2}, *pins)
    diagnosis = mm.diagnose(mm.read_survey(asked, mentors=MENTORS, mentees=MENTEES), asked)
    assert "lower_covers" in {way.code for way in diagnosis.ways_out}


def test_so_many_needs_that_they_cannot_be_posed_are_refused_in_words() -> None:
    rule = {"kind": "complementary", "mentee": "coches", "mentor": "offre", "least": 15}
    asked = programme(TWO, rule)
    many = [{**MENTEES[0], "Cochés": "; ".join(f"o{i}" for i in range(30))}]
    cohort = mm.read_survey(asked, mentors=MENTORS, mentees=many)
    with pytest.raises(mm.RequestError, match="trop nombreux"):
        mm.match(cohort, asked)


@pytest.mark.parametrize(
    ("setting", "told"),
    [({"level": 3}, "de 1 à 2, le niveau le plus haut"), ({"first": 1, "mentee": "coches"}, "« coches » est de genre")],
)
def test_what_the_rule_cannot_use_is_refused(setting: Mapping[str, Any], told: str) -> None:
    with pytest.raises(mm.ProgrammeError) as refused:
        programme({**COVER, **setting})
    assert told in str(refused.value).replace("\u00a0", " ")
