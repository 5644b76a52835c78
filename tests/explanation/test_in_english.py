"""Every review speaks English where it is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from mentormatch import Matching, Status, diagnose, evaluate, language, match, repair
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.explanation.goal_prices import AMOUNT_TEXTS, GAIN_TEXTS, places_words, price_words
from mentormatch.explanation.names import pseudonyms
from mentormatch.explanation.unmatched_people import SolvedInstance, explain_unmatched
from mentormatch.explanation.why_not import LOSS_TEXTS, amount
from mentormatch.results import GoalPrice
from tests.english import french_in
from tests.explanation.diagnosis.people import METIERS, alike, cohort, counting, pin, programme
from tests.explanation.diagnosis.planting import planted

type Rules = list[dict[str, Any]]

STATED: list[Rules] = [
    [{"kind": "common", "field": "metier"}, {"kind": "capacity", "field": "places"}],
    [{"kind": "minimum_score", "points": 90}, {"kind": "ban", "mentor": "M1", "mentee": "E1"}],
    [{"kind": "capacity", "most": 2, "minimum": 2}, counting("mentee", *METIERS, most=2)],
    [{"kind": "require", "field": "metier", "in": ["production"]}, pin("M1", "E1")],
    [{"kind": "load", "weights": "places", "limit": 1.5}, {"kind": "gap", "field": "niveau", "least": 0, "most": 1}],
    [{"kind": "proportion", "field": "metier", "in": ["diffusion"], "least": 20, "most": 90}],
    [{"kind": "different", "field": "metier"}, {"kind": "priority", "people": ["E1"]}],
    [{"kind": "reserve", "places": 1, "where": {"field": "metier", "in": ["production"]}}],
    [{"kind": "reserve", "places": 1}],
    [{"kind": "history", "pairs": [{"mentor": "M1", "mentee": "E9"}], "total": 1}],
]
UNSOLVABLE: list[Rules] = [
    [{"kind": "capacity", "most": 3, "minimum": 2, "always": True}],
    [
        {"kind": "capacity", "most": 3, "minimum": 3, "always": True},
        {"kind": "capacity", "side": "mentee", "most": 3},
        {"kind": "common", "field": "metier"},
    ],
    [{"kind": "capacity", "most": 1, "minimum": 1, "always": True}, {"kind": "gap", "field": "niveau", "least": 2}],
    [{"kind": "capacity", "field": "places", "minimum": 2, "always": True}],
    [pin("M1", "E1"), pin("M1", "E2"), pin("M2", "E1")],
    [{"kind": "reserve", "places": 9}],
    [counting("mentee", "production", least=9), {"kind": "common", "field": "metier"}],
    [
        counting("mentee", *METIERS, least=3),
        {"kind": "different", "field": "metier"},
        counting("mentor", *METIERS, most=1),
    ],
]
LEVEL = {"niveau": "expert"}
MENTORS: list[dict[str, Any]] = [
    {**LEVEL, "metier": METIERS[0]},
    {**LEVEL, "metier": METIERS[1], "places": 2},
    {**LEVEL, "metier": METIERS[0], "places": 0},
]
MENTEES: list[dict[str, Any]] = [{**LEVEL, "metier": METIERS[row % 2]} for row in range(4)] + [
    {**LEVEL, "complete": False}
]


def matched(rules: Rules) -> Matching:
    return match(cohort(MENTORS, MENTEES), programme(*rules))


def reviewed(matching: Matching) -> Iterator[str]:
    """Yield all that is said of a matching."""
    people = matching.cohort
    for mentor, mentee in product(people.mentors.ids, people.mentees.ids):
        found = matching.why_not(mentor, mentee)
        yield from (str(found), *map(str, found.moves), str(matching.explain(mentor, mentee)))
        yield from map(str, matching.alternatives(mentee))
        yield from (breach.detail for breach in evaluate(people, matching.programme, [(mentor, mentee)]).breaches)
    yield from (rule.label for rule in matching.programme.rules)
    yield from map(str, matching.unmatched)
    yield from (change.sentence for change in matching.smallest_changes if change)
    yield from map(price_words, matching.goal_prices)
    yield from map(places_words, matching.kept_places)
    steady = matching.robustness(samples=3)
    yield from (str(steady), *map(str, steady.pairs))
    repaired = repair(matching, withdrawn=["M1"])
    yield from (str(repaired), *map(str, repaired.reserves), *map(str, repaired.ladder))


@pytest.mark.parametrize("rules", STATED)
def test_what_is_said_of_a_matching_is_english(rules: Rules) -> None:
    with language("en"):
        said = list(reviewed(matched(rules)))
    assert len(said) > 20
    assert not french_in(*said)


@pytest.mark.parametrize("rules", UNSOLVABLE)
def test_what_is_said_of_rules_that_cannot_hold_is_english(rules: Rules) -> None:
    with language("en"):
        found = diagnose(cohort(MENTORS, MENTEES), programme(*rules))
        assert found.status is Status.INFEASIBLE
        assert not french_in(*found.sentences)


@pytest.mark.parametrize("seed", range(10))
def test_every_planted_conflict_is_told_in_english(seed: int) -> None:
    case = planted(seed)
    with language("en"):
        assert not french_in(*diagnose(case.cohort, case.programme).sentences)


def test_more_people_than_places_is_told_in_english() -> None:
    with language("en"):
        assert not french_in(*diagnose(alike(1, 5), programme()).sentences)
        assert not french_in(*diagnose(alike(5, 1), programme()).sentences)


def test_every_price_of_a_goal_is_told_in_english() -> None:
    asked = dict.fromkeys(GAIN_TEXTS, 400_000)
    with language("en"):
        for goal, change in product(GAIN_TEXTS, (-30_000, 30_000, 10, -10)):
            unasked = {name: asked[name] + change * (1 if name == goal else -1) for name in GAIN_TEXTS}
            assert not french_in(*[price_words(GoalPrice(goal, asked, unasked))])
        assert not french_in(*[words(12) for words in AMOUNT_TEXTS.values()])
        assert not french_in(
            *[amount(goal, size) for goal in (*LOSS_TEXTS, "matched", "priority", "changes") for size in (1, 30_000)]
        )


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.STOPPED, Status.FAILED])
def test_that_there_is_no_answer_is_told_in_english(status: Status) -> None:
    found = matched([])
    case = SolvedInstance(
        found.cohort, found.programme.rules, found.scores, found.problem, empty_solution(status, "none")
    )
    with language("en"):
        told = explain_unmatched(replace(case, labels=pseudonyms(found.cohort)))
        assert not french_in(*map(str, told))
