"""The rule ``covers``, from answers to pairs, reasons and ways out."""

from collections.abc import Mapping
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Cohort, Programme

FIELDS: Mapping[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "offre": {
        "question": "Offre",
        "kind": "levels",
        "side": "mentor",
        "items": ["Budget", "Contrats", "Tournée"],
        "levels": ["Non", "Les bases", "Je pratique", "Je forme"],
    },
    "besoins": {"question": "Besoins", "kind": "ranking", "side": "mentee", "items_of": "offre", "most": 3},
    "langues": {"question": "Langues", "kind": "choices", "options": ["français", "breton"]},
}
MENTORS = [
    {"Code": "M1", "Offre": "Budget : Je forme; Contrats : Les bases; Tournée : Non", "Langues": "français"},
    {"Code": "M2", "Offre": "Budget : Non; Contrats : Je pratique", "Langues": "breton"},
]
MENTEES = [
    {"Code": "E1", "Besoins": "Contrats; Budget", "Langues": "français"},
    {"Code": "E2", "Besoins": "Tournée; Contrats", "Langues": "breton"},
]
ASKED = {"kind": "covers", "mentee": "besoins", "mentor": "offre"}


def programme(**setting: Any) -> Programme:
    rule = {**ASKED, **setting}
    criteria = [{"kind": "overlap", "field": "langues"}]
    return Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": criteria, "rules": [rule]})


def people(asked: Programme) -> Cohort:
    return mm.read_survey(asked, mentors=MENTORS, mentees=MENTEES)


def allowed(**setting: Any) -> list[str]:
    """Return the pairs that the rule leaves."""
    asked = programme(**setting)
    cohort = people(asked)
    pairs = [(mentor, mentee) for mentor in cohort.mentors.ids for mentee in cohort.mentees.ids]
    broken = {pair: mm.evaluate(cohort, asked, [pair]).breaches for pair in pairs}
    return [f"{mentor}-{mentee}" for (mentor, mentee), found in broken.items() if not found]


@pytest.mark.parametrize(
    ("setting", "pairs"),
    [
        ({}, ["M1-E1", "M1-E2", "M2-E1", "M2-E2"]),
        ({"level": 2}, ["M1-E1", "M2-E1", "M2-E2"]),
        ({"level": 2, "first": 1}, ["M2-E1", "M2-E2"]),
        ({"level": 2, "first": 1, "missing": "forbid"}, ["M2-E1"]),
        ({"least": 2}, ["M1-E1", "M2-E2"]),
        ({"least": 3}, []),
        ({"level": 3}, ["M1-E1", "M2-E2"]),
    ],
)
def test_a_mentor_covers_needs_by_rank_and_level(setting: Mapping[str, Any], pairs: list[str]) -> None:
    assert allowed(**setting) == pairs


def test_who_is_left_without_a_pair_is_told_which_needs_were_asked_for() -> None:
    asked = programme(level=2, first=1, missing="forbid")
    matching = mm.match(people(asked), asked)
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [("M2", "E1")]
    told = {each.person: each.reason.replace("\u00a0", " ") for each in matching.unmatched}
    rule = "« offre » répond à au moins 1 besoin de « besoins », jusqu’au rang 1, au niveau 2 ou plus"
    assert told["E2"] == f"Sur 2 mentor·es, aucun n’est possible : « {rule} » en exclut 2."
    assert rule in matching.why_not("M1", "E2").reason.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("setting", "way_out"),
    [
        ({"least": 3}, ("lower_covers", "Demander 2 besoins au lieu de 3 pour « besoins ».", 1)),
        ({"level": 3, "first": 1}, ("lower_level", "Abaisser le niveau demandé par « besoins » de 3 à 1.", 2)),
        ({"level": 3, "first": 1}, ("raise_first", "Étendre « besoins » jusqu’au rang 2 au lieu de 1.", 1)),
    ],
)
def test_each_number_of_the_rule_is_a_way_out(setting: Mapping[str, Any], way_out: tuple[str, str, int]) -> None:
    asked = programme(**setting, missing="forbid", name="besoins")
    must = [{"kind": "pin", "mentor": "M1", "mentee": "E1"}]
    stated = asked.model_dump(by_alias=True)
    impossible = Programme.read({**stated, "rules": [*stated["rules"], *must]})
    diagnosis = mm.diagnose(people(impossible), impossible)
    found = [(way.code, way.sentence.replace("\u00a0", " "), way.cost) for way in diagnosis.ways_out]
    assert way_out in found


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"level": 4}, "rules n° 1 : level : 4 ; attendu : de 1 à 3, le niveau le plus haut"),
        ({"level": 2, "mentor": "langues"}, "rules n° 1 : mentor : « langues » est de genre « choices »"),
        ({"first": 1, "mentee": "langues"}, "rules n° 1 : mentee : « langues » est de genre « choices »"),
        ({"level": 0}, "rules n° 1 : level"),
        ({"least": 0}, "rules n° 1 : least"),
        ({"first": 0}, "rules n° 1 : first"),
        ({"mentor": "ofre"}, "rules n° 1 : mentor : champ inconnu « ofre »"),
    ],
)
def test_what_the_rule_cannot_use_is_refused_in_words(setting: Mapping[str, Any], told: str) -> None:
    with pytest.raises(mm.ProgrammeError) as refused:
        programme(**setting)
    assert told in str(refused.value).replace("\u00a0", " ")
