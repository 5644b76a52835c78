"""Points by rank, and sums over the greatest one that two questions allow."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Programme
from mentormatch.scoring.scores import MILLION

TASKS = ["Budget", "Contrats", "Tournée", "Presse"]
FIELDS: Mapping[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "classe": {"question": "Classés", "kind": "ranking", "side": "mentee", "options": TASKS, "most": 3},
    "coche": {"question": "Cochés", "kind": "choices", "side": "mentee", "options": TASKS, "most": 2},
    "nomme": {"question": "Nommés", "kind": "names", "side": "mentee"},
    "offre": {"question": "Offre", "kind": "choices", "side": "mentor", "options": TASKS[:3]},
    "rang": {"question": "Rangs", "kind": "ranking", "side": "mentor", "options": TASKS},
    "voulus": {"question": "Voulus", "kind": "names", "side": "mentee"},
}


def programme(**criterion: Any) -> Programme:
    return Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": [criterion]})


def coverage(mentee: str, mentor: str = "offre", **setting: Any) -> Programme:
    return programme(kind="coverage", mentee=mentee, mentor=mentor, **setting)


def value(asked: Programme, mentor: Mapping[str, str], mentee: Mapping[str, str]) -> float:
    """Return what the one pair gets, between 0 and 1."""
    cohort = mm.read_survey(asked, mentors=[{"Code": "M1", **mentor}], mentees=[{"Code": "E1", **mentee}])
    return mm.evaluate(cohort, asked, [("M1", "E1")]).pairs[0].score / MILLION


@pytest.mark.parametrize(
    ("ranked", "points", "expected"),
    [
        ("Budget; Presse; Contrats", [1, 0.6, 0.2], 1.2 / 1.8),
        ("Presse; Budget", [1, 0.6, 0.2], 0.6 / 1.6),
        ("Presse; Contrats; Budget", [1, 0.6], 0.6 / 1.6),
        ("Budget; Presse; Contrats", None, 4 / 6),
    ],
)
def test_a_need_counts_by_the_points_of_its_rank(ranked: str, points: Sequence[float] | None, expected: float) -> None:
    asked = coverage("classe", points=points) if points else coverage("classe")
    assert value(asked, {"Offre": "Budget; Contrats"}, {"Classés": ranked}) == pytest.approx(expected, abs=1e-6)
    named = coverage("nomme", points=points or [1, 2 / 3, 1 / 3])
    assert value(named, {"Offre": "Budget; Contrats"}, {"Nommés": ranked}) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("fields", "setting", "answers", "expected"),
    [
        (("classe", "offre"), {}, {"Classés": "Budget; Presse"}, 3 / 6),
        (("classe", "offre"), {"points": [1, 0.6, 0.2]}, {"Classés": "Budget; Presse"}, 1 / 1.8),
        (("classe", "offre"), {"points": [1, 0.6, 0.2, 0.1]}, {"Classés": "Budget; Contrats"}, 1.6 / 1.8),
        (("coche", "offre"), {}, {"Cochés": "Budget"}, 1 / 2),
        (("coche", "offre"), {}, {"Cochés": "Budget; Contrats; Tournée"}, 1.0),
        (("nomme", "offre"), {"points": [1, 0.5]}, {"Nommés": "Budget"}, 1 / 1.5),
        (("classe", "rang"), {}, {"Classés": "Budget; Contrats"}, (3 * 4 + 2 * 3) / (3 * 4 + 2 * 3 + 1 * 2)),
    ],
)
def test_a_sum_is_divided_by_the_greatest_one_that_two_questions_allow(
    fields: tuple[str, str], setting: Mapping[str, Any], answers: Mapping[str, str], expected: float
) -> None:
    asked = coverage(*fields, over="most", **setting)
    mentor = {"Offre": "Budget; Contrats; Tournée", "Rangs": "Budget; Contrats"}
    assert value(asked, mentor, answers) == pytest.approx(expected, abs=1e-6)


def test_a_wish_is_worth_the_points_of_its_rank_and_a_further_one_nothing() -> None:
    asked = programme(kind="wishes", mentee="voulus", points=[1, 0.6, 0.2])
    values = [value(asked, {}, {"Voulus": names}) for names in ("M1", "M8; M1", "M8; M9; M1", "M7; M8; M9; M1")]
    assert values == [1.0, 0.6, 0.2, 0.0]


@pytest.mark.parametrize(
    ("criterion", "told"),
    [
        ({"points": [0.2, 1]}, "qui ne montent pas"),
        ({"points": []}, "qui ne montent pas"),
        ({"points": [0, 0]}, "qui ne montent pas"),
        ({"points": [1.5, 1]}, "points"),
        ({"points": [1, -0.5]}, "points"),
        ({"points": [1, 0.5], "mentee": "coche"}, "« coche » est de genre « choices »"),
        ({"over": "most", "mentee": "nomme"}, "« nomme » est de genre « names »"),
        ({"over": "cohort"}, "over"),
        ({"kind": "wishes", "mentee": "voulus", "points": [0.2, 1]}, "qui ne montent pas"),
        ({"kind": "wishes", "mentee": "voulus", "points": [1, 0.5], "most": 3}, "autant que `most`"),
    ],
)
def test_points_that_cannot_be_used_are_refused_in_words(criterion: Mapping[str, Any], told: str) -> None:
    stated = {"kind": "coverage", "mentee": "classe", "mentor": "offre"} if "kind" not in criterion else {}
    with pytest.raises(mm.ProgrammeError) as refused:
        programme(**{**stated, **criterion})
    assert told in str(refused.value).replace("\u00a0", " ")


def test_what_is_not_stated_is_not_written_so_that_digests_of_earlier_programmes_stay() -> None:
    for asked in (coverage("classe"), programme(kind="wishes", mentee="voulus")):
        (criterion,) = asked.model_dump(by_alias=True)["criteria"]
        assert not {"points", "over"} & criterion.keys()
