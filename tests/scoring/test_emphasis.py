"""Emphasis of a person's own: what they name weighs more in their pairs, and is told as theirs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import Programme
from tests.doors import substitute

FIELDS: Mapping[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "metier": {"question": "Métier", "kind": "choice", "options": ["a", "b"]},
    "lieu": {"question": "Lieu", "kind": "choice", "options": ["a", "b"]},
    "format": {"question": "Format", "kind": "choice", "options": ["a", "b"]},
    "compte": {"question": "Ce qui compte", "kind": "choices", "options": ["Le métier", "La rencontre"]},
    "premier": {"question": "D'abord", "kind": "choice", "side": "mentee", "options": ["le metier"]},
}
CRITERIA = [
    {"kind": "same", "field": "metier", "name": "Le métier", "weight": 2},
    {"kind": "same", "field": "lieu", "group": "la rencontre", "weight": 1},
    {"kind": "same", "field": "format", "group": "la rencontre", "weight": 1},
]
MENTORS = [
    {"Code": "M1", "Métier": "a", "Lieu": "b", "Format": "b", "Ce qui compte": ""},
    {"Code": "M2", "Métier": "b", "Lieu": "a", "Format": "a", "Ce qui compte": "La rencontre"},
]
MENTEES = [
    {"Code": "E1", "Métier": "a", "Lieu": "a", "Format": "a", "Ce qui compte": "Le métier", "D'abord": "Le métier"},
    {"Code": "E2", "Métier": "a", "Lieu": "a", "Format": "", "Ce qui compte": "La rencontre", "D'abord": ""},
]


def programme(**emphasis: Any) -> Programme:
    stated = {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": CRITERIA}
    return Programme.read({**stated, **({"emphasis": emphasis} if emphasis else {})})


def matched(asked: Programme) -> mm.Matching:
    return mm.match(mm.read_survey(asked, mentors=MENTORS, mentees=MENTEES), asked)


def words(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def shares(matching: mm.Matching, mentor: str, mentee: str) -> list[tuple[int, int]]:
    return [(part.share, part.full) for part in matching.explain(mentor, mentee).contributions]


def test_what_one_person_names_weighs_more_in_their_pairs_alone() -> None:
    matching = matched(programme(field="compte", times=3))
    assert shares(matching, "M1", "E1") == [(750_000, 750_000), (0, 125_000), (0, 125_000)]
    assert shares(matching, "M1", "E2") == [(250_000, 250_000), (0, 375_000), (187_500, 375_000)]
    assert shares(matching, "M2", "E1") == [(0, 500_000), (250_000, 250_000), (250_000, 250_000)]
    assert shares(matching, "M2", "E2")[0] == (0, 100_000)


def test_parts_add_up_to_the_score_of_every_pair_and_to_a_hundred_points_at_most() -> None:
    matching = matched(programme(field="compte", times=3))
    for (mentor, mentee), value in np.ndenumerate(matching.scores.values):
        pair = matching.explain(MENTORS[mentor]["Code"], MENTEES[mentee]["Code"])
        assert pair.score == value == sum(part.share for part in pair.contributions)
        assert sum(part.full for part in pair.contributions) == 1_000_000
    assert matching.explain("M1", "E2").answered == 0.625


def test_it_is_told_whose_emphasis_it_was() -> None:
    matching = matched(programme(field="compte"))
    told = {pair: matching.explain(*pair).contributions for pair in (("M1", "E1"), ("M2", "E1"), ("M2", "E2"))}
    assert words(told["M1", "E1"][0].reason) == "a / a ; compte 2 fois, priorité côté mentoré·e"
    assert told["M1", "E1"][1].reason == "b / a"
    assert told["M2", "E1"][1].reason.endswith("priorité côté mentor·e")
    assert told["M2", "E2"][1].reason.endswith("pour chacun, priorité des deux côtés")


def test_emphasis_can_change_who_is_paired_and_nobody_naming_anything_changes_nothing() -> None:
    plain, own = matched(programme()), matched(programme(field="compte", times=10))
    assert [pair.mentee for pair in plain.pairs] != [] != [pair.mentee for pair in own.pairs]
    silent = matched(programme(field="premier", times=10))
    assert silent.scores.values[:, 1].tolist() == plain.scores.values[:, 1].tolist()
    assert silent.scores.values[:, 0].tolist() != plain.scores.values[:, 0].tolist()


def test_how_solid_pairs_are_and_what_is_to_be_known_rest_on_the_same_weights() -> None:
    matching = matched(programme(field="compte", times=3))
    assert matching.robustness(samples=5, spread=0.0).trial.samples == 5
    assert matching.caveats == ()


def test_a_programme_and_a_request_say_it_alike() -> None:
    asked = programme(field="compte", times=3)
    assert Programme.read(asked.to_dict()) == asked
    ids = {field["question"]: name for name, field in FIELDS.items()}
    sides = [
        [{"id": row["Code"], "answers": {ids[head]: said for head, said in row.items() if said}} for row in rows]
        for rows in (MENTORS, MENTEES)
    ]
    request = {"schema_version": 1, "programme": asked.to_dict(), "mentors": sides[0], "mentees": sides[1]}
    answer = mm.answer_json(request)
    assert [(pair.mentor, pair.mentee, pair.score) for pair in answer.pairs] == [
        (pair.mentor, pair.mentee, pair.score) for pair in matched(asked).pairs
    ]


def test_a_programme_without_emphasis_is_written_as_before() -> None:
    assert "emphasis" not in programme().model_dump(by_alias=True)


@pytest.mark.parametrize(
    ("emphasis", "told"),
    [
        ({"field": "compt"}, "champ inconnu « compt »"),
        ({"field": "lieu"}, "l’option « a » de « lieu » ne nomme aucun critère"),
        ({"field": "code"}, "« code » est de genre « text »"),
        ({"field": "compte", "times": 1}, "times"),
        ({"field": "compte", "times": -2}, "times"),
        ({"field": "compte", "fois": 2}, "fois"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(emphasis: Mapping[str, Any], told: str) -> None:
    with pytest.raises(mm.ProgrammeError) as refused:
        programme(**emphasis)
    assert told in str(refused.value).replace("\u00a0", " ")


def test_a_criterion_with_a_mistake_is_not_also_told_as_one_that_no_option_names() -> None:
    stated = {**programme(field="compte").to_dict(), "criteria": [{**CRITERIA[0], "weight": -1}, *CRITERIA[1:]]}
    with pytest.raises(mm.ProgrammeError) as refused:
        Programme.read(stated)
    assert len(refused.value.problems) == 1


def test_more_pairs_than_are_held_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=3)
    with pytest.raises(mm.RequestError, match="trop de paires pour compter les priorités"):
        matched(programme(field="compte"))
