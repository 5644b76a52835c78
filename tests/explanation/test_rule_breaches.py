"""Which rules a plan breaks that was made by hand."""

from typing import Any

import pytest
from pandas import DataFrame

from mentormatch import Cohort, Programme, RequestError, evaluate, match, read_survey
from mentormatch.results import Evaluation

FIELDS: dict[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "metier": {"question": "Métier", "kind": "choice", "options": ["a", "b"]},
    "places": {"question": "Places", "kind": "number", "side": "mentor"},
}
RULES: list[dict[str, Any]] = [
    {"kind": "common", "field": "metier", "name": "même métier"},
    {"kind": "capacity", "field": "places", "most": 2, "minimum": 2, "name": "places"},
    {"kind": "require", "field": "metier", "in": ["a", "b"], "name": "métier dit"},
    {
        "kind": "quota", "most": 1, "name": "un seul b",
        "where": {"side": "mentee", "field": "metier", "in": ["b"]},
    },
    {"kind": "pin", "mentor": "M1", "mentee": "E1", "name": "décidé"},
]  # fmt: skip
PROGRAMME = Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS, "rules": RULES})


def cohort() -> Cohort:
    mentors = DataFrame([["M1", "a", "2"], ["M2", "b", "2"], ["M3", "", "1"]], columns=["Code", "Métier", "Places"])
    mentees = DataFrame([["E1", "a"], ["E2", "a"], ["E3", "b"], ["E4", "b"], ["E5", "b"]], columns=["Code", "Métier"])
    return read_survey(PROGRAMME, mentors=mentors, mentees=mentees)


def evaluated(*pairs: tuple[str, str]) -> Evaluation:
    return evaluate(cohort(), PROGRAMME, [("M1", "E1"), *pairs])


def broken(*pairs: tuple[str, str]) -> set[tuple[str, tuple[str, ...]]]:
    return {(breach.rule, breach.people) for breach in evaluated(*pairs).breaches}


def test_a_plan_that_keeps_the_rules_breaks_none() -> None:
    assert broken(("M1", "E2")) == set()


def test_a_plan_of_our_own_breaks_none() -> None:
    matching = match(cohort(), PROGRAMME)
    assert matching.pairs
    assert evaluate(cohort(), PROGRAMME, [(pair.mentor, pair.mentee) for pair in matching.pairs]).breaches == ()


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "ban", "mentor": "M1", "mentee": "E2"},
        {"kind": "apart", "people": ["M1", "E2"]},
        {"kind": "history", "pairs": [{"mentor": "M1", "mentee": "E2"}]},
    ],
    ids=lambda rule: str(rule["kind"]),
)
def test_a_pair_that_may_not_be_is_found_among_all_pairs_of_a_person(rule: dict[str, Any], *, backwards: bool) -> None:
    programme = Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS, "rules": [rule]})
    pairs = [("M1", "E1"), ("M1", "E2"), ("M2", "E2")]
    found = evaluate(cohort(), programme, pairs[::-1] if backwards else pairs).breaches
    assert ("M1", "E2") in [breach.people for breach in found]


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([("M1", "E3")], {("même métier", ("M1", "E3"))}),
        ([], {("nombre de places", ("M1",))}),
        ([("M1", "E2"), ("M2", "E3"), ("M2", "E4")], {("un seul b", ())}),
        ([("M1", "E2"), ("M3", "E3")], {("participation", ("M3",))}),
        ([("M1", "E2"), ("M2", "E2")], {("même métier", ("M2", "E2")), ("nombre de places", ("E2",))}),
    ],
)
def test_each_broken_rule_names_the_people_concerned(
    pairs: list[tuple[str, str]], found: set[tuple[str, tuple[str, ...]]]
) -> None:
    assert found <= broken(*pairs)


def test_a_decided_pair_that_is_absent_is_told() -> None:
    told = evaluate(cohort(), PROGRAMME, [("M1", "E2")]).breaches
    assert ("décidé", ("M1", "E1")) in {(breach.rule, breach.people) for breach in told}


def test_pairs_are_explained_in_the_order_given_whatever_they_break() -> None:
    found = evaluated(("M2", "E2"), ("M1", "E3"))
    assert [(pair.mentor, pair.mentee) for pair in found.pairs] == [("M1", "E1"), ("M2", "E2"), ("M1", "E3")]
    assert found.total == sum(pair.score for pair in found.pairs)


def test_a_pair_that_comes_twice_or_names_nobody_is_refused() -> None:
    with pytest.raises(RequestError):
        evaluated(("m1", "E1"))
    with pytest.raises(RequestError, match="M9"):
        evaluated(("M9", "E1"))
