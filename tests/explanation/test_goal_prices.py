"""What a goal costs those after it is what the same people get without it, and is told in words."""

from typing import Any

import numpy as np
import pytest

from mentormatch import EngineError, Matching, Programme, Status, examples, match
from mentormatch.explanation import goal_prices, unmatched_people
from mentormatch.explanation.goal_prices import price_words
from mentormatch.results import GoalPrice
from tests.conftest import DEEP, some_of
from tests.doors import substitute
from tests.explanation.diagnosis.people import programme, words
from tests.explanation.diagnosis.planting import random_cohort


def with_goals(*order: str) -> Matching:
    data = examples.programme().model_dump(by_alias=True)
    data["goals"] = {"order": list(order)}
    return match(examples.cohort(), Programme.read(data))


def values(matching: Matching) -> dict[str, int]:
    return {tier.goal: tier.value for tier in matching.solution.tiers}


@pytest.mark.parametrize(
    "order", [("matched", "priority", "total"), ("floor", "matched", "total"), ("matched", "floor", "total")]
)
def test_a_price_is_what_the_same_people_get_without_the_goal(order: tuple[str, ...]) -> None:
    matching = with_goals(*order)
    for goal in order:
        without = values(with_goals(*(other for other in order if other != goal)))
        changes = {name: values(matching)[name] - value for name, value in without.items()}
        told = next((price for price in matching.goal_prices if price.goal == goal), None)
        found = {} if told is None else {name: change for name, change in told.differences.items() if name != goal}
        assert found == {name: change for name, change in changes.items() if change}


def test_goals_that_change_nothing_are_left_out_and_the_others_say_something() -> None:
    matching = with_goals("matched", "priority", "total")
    assert [price.goal for price in matching.goal_prices] == ["priority", "total"]
    assert all(price.differences for price in matching.goal_prices)
    assert matching.goal_prices is matching.goal_prices


def price(goal: str, asked: dict[str, int], unasked: dict[str, int]) -> str:
    return words(price_words(GoalPrice(goal, asked, unasked)))


@pytest.mark.parametrize(
    ("goal", "asked", "unasked", "said"),
    [
        (
            "matched",
            {"matched": 14, "total": 8_000_000},
            {"matched": 12, "total": 9_000_000},
            "Former 14 binômes au lieu de 12 coûte 11,1 % du total (100,0 points).",
        ),
        (
            "total",
            {"total": 9_000_000, "changes": 1},
            {"total": 8_000_000, "changes": 3},
            "Porter le total de 800,0 à 900,0 points ne coûte rien aux autres objectifs et apporte 2 binômes défaits de"
            " moins.",
        ),
        (
            "priority",
            {"priority": 3, "floor": 250_000, "total": 10_000},
            {"priority": 1, "floor": 300_000, "total": 0},
            "Donner 3 places à des personnes prioritaires au lieu de 1 coûte 5,0 points au binôme le plus faible"
            " et apporte 1,0 point du total.",
        ),
        (
            "floor",
            {"floor": 450_000, "total": 9_930_000},
            {"floor": 370_000, "total": 10_000_000},
            "Relever le binôme le plus faible de 37,0 à 45,0 points coûte 0,7 % du total (7,0 points).",
        ),
        (
            "floor_person",
            {"floor_person": 10, "matched": 3},
            {"floor_person": 0, "matched": 4},
            "Relever la personne la moins bien servie de 0,0 à 0,0 points coûte 1 binôme.",
        ),
        (
            "leximin",
            {"leximin": 500_000, "total": 9_999_999},
            {"leximin": 500_000, "total": 10_000_000},
            "Relever les binômes les plus faibles coûte moins de 0,1 % du total (moins de 0,1 point).",
        ),
        (
            "total",
            {"matched": 2, "total": 1_500_000},
            {"matched": 2, "total": 1_000_000},
            "Porter le total de 100,0 à 150,0 points ne coûte rien aux autres objectifs.",
        ),
        (
            "changes",
            {"changes": 1, "priority": 2},
            {"changes": 3, "priority": 4},
            "Défaire 1 binôme au lieu de 3 coûte 2 places à des personnes prioritaires.",
        ),
        (
            "priority",
            {"priority": 2, "changes": 3},
            {"priority": 1, "changes": 1},
            "Donner 2 places à des personnes prioritaires au lieu de 1 coûte 2 binômes défaits de plus.",
        ),
    ],
)
def test_a_price_is_told_in_the_unit_of_each_goal(
    goal: str, asked: dict[str, int], unasked: dict[str, int], said: str
) -> None:
    assert price(goal, asked, unasked) == said


def test_every_price_of_random_programmes_has_words() -> None:
    told, capacity = 0, {"kind": "capacity", "field": "places"}
    orders = [["floor", "matched", "total"], ["floor_person", "leximin", "total"]]
    for seed in some_of(range(40), 16):
        data: dict[str, Any] = programme(capacity).model_dump(by_alias=True)
        rules = Programme.read({**data, "goals": {"order": orders[seed % 2]}})
        matching = match(random_cohort(np.random.default_rng(seed)), rules)
        sentences = [price_words(one) for one in matching.goal_prices]
        assert all(sentence.endswith(".") and " coûte " in sentence for sentence in sentences)
        told += len(sentences)
    assert told > (10 if DEEP else 4)


def test_they_wait_until_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def prices(*given: object, **_: object) -> tuple[GoalPrice, ...]:
        asked.append(given)
        return ()

    substitute(monkeypatch, "explanation", price_goals=prices)
    matching = with_goals("matched", "total")
    assert (len(matching.pairs), len(asked)) == (12, 0)
    assert (matching.goal_prices, len(asked)) == ((), 1)


def test_what_is_not_proved_or_cannot_be_solved_again_has_no_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise EngineError("not solved")

    substitute(monkeypatch, "explanation", price_goals=failing)
    assert with_goals("matched", "total").goal_prices == ()
    monkeypatch.undo()
    done = with_goals("matched", "priority", "total")
    unproved = type(done.solution)(Status.FEASIBLE, done.solution.pairs, done.solution.tiers)
    assert Matching(done.cohort, done.programme, done.scores, done.problem, unproved).goal_prices == ()


@pytest.mark.parametrize(
    ("room", "limit"), [(unmatched_people, "MAX_PEOPLE_FOR_SOLVES"), (goal_prices, "MAX_COUPLED_PEOPLE")]
)
def test_beyond_so_many_people_there_are_none(monkeypatch: pytest.MonkeyPatch, room: object, limit: str) -> None:
    matching = with_goals("matched", "priority", "total")
    assert matching.problem.rows
    monkeypatch.setattr(room, limit, max(matching.problem.shape) - 1)
    assert matching.goal_prices == ()
    monkeypatch.setattr(room, limit, max(matching.problem.shape))
    assert with_goals("matched", "priority", "total").goal_prices != ()


def test_no_price_is_told_where_it_is_not_found_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "explanation", PRICE_LIMIT_S=1e-9)
    assert match(examples.cohort(), examples.programme()).goal_prices == ()
