"""Why two people are no pair, as staff read it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mentormatch import Cohort, Programme, Status, match, solve
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.examples import cohort as example_cohort
from mentormatch.examples import programme as example_programme
from mentormatch.explanation.names import pseudonyms
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.explanation.why_not import alternatives, why_not
from mentormatch.results import WhyNot
from tests.explanation.diagnosis.people import cohort, programme

PEOPLE = cohort(
    [{"metier": "production", "employeurs": ["A"]}, {"metier": "diffusion"}],
    [{"metier": "production"}, {"metier": "diffusion", "employeurs": ["A"]}, {"niveau": "expert"}],
)
EMPLOYED = cohort([{"employeurs": ["A"]}, {}], [{"employeurs": ["A"]}, {}])
NOBODY_SHARED = {"kind": "different", "name": "pas le même employeur", "field": "employeurs"}


def case_of(people: Cohort, rules: Programme) -> SolvedInstance:
    matching = match(people, rules)
    return SolvedInstance(people, matching.programme.rules, matching.scores, matching.problem, matching.solution)


def case(*rules: Mapping[str, Any], people: Cohort = PEOPLE) -> SolvedInstance:
    return case_of(people, programme(*rules))


def moved(found: WhyNot) -> Sequence[str]:
    return [str(move) for move in found.moves]


def test_a_chosen_pair_costs_nothing_and_moves_nobody() -> None:
    found = why_not(case(), 0, 0)
    assert found.losses == (("matched", 0), ("priority", 0), ("total", 0))
    assert (found.moves, found.rules) == ((), ())
    assert str(found) == "Ce binôme est déjà dans la répartition."


def test_a_worse_pair_says_what_it_costs_and_who_moves() -> None:
    found = why_not(case(), 0, 1)
    assert found.losses == (("matched", 0), ("priority", 0), ("total", 1_000_000))
    assert moved(found) == ["M1 (E1 → E2)", "E2 (M2 → M1)", "M2 (E2 → E1)", "E1 (M1 → M2)"]
    assert found.reason.startswith("Former ce binôme ferait perdre 100,0 points au total ; ")


def test_a_tied_pair_costs_nothing_but_moves_people() -> None:
    whole = case(people=cohort([{}], [{}, {}]))
    other = 1 - int(whole.solution.pairs[0, 1])
    found = why_not(whole, 0, other)
    assert found.losses == (("matched", 0), ("priority", 0), ("total", 0))
    assert [move.person for move in found.moves] == ["M1", f"E{other + 1}", f"E{2 - other}"]
    assert found.reason.startswith("Former ce binôme ne coûterait rien")


def test_a_forbidden_pair_names_its_rules() -> None:
    found = why_not(case(NOBODY_SHARED), 0, 1)
    assert (found.losses, found.rules) == (None, ("pas le même employeur",))
    assert found.reason == "Ce binôme est exclu par « pas le même employeur »."


def test_somebody_who_is_set_aside_is_named_with_the_reason() -> None:
    people = cohort([{}], [{}, {"complete": False}])
    found = why_not(case(people=people), 0, 1)
    assert found.losses is None
    assert found.reason == "E2 : Trop peu de réponses pour être mis en relation."


def test_a_pin_that_fills_the_place_is_named() -> None:
    found = why_not(case({"kind": "pin", "mentor": "M1", "mentee": "E3"}, NOBODY_SHARED), 0, 0)
    assert found.losses is None
    assert found.rules == ("binôme imposé M1 - E3",)
    assert "Aucune répartition" in found.reason


def test_no_answer_has_no_prices() -> None:
    whole = case()
    stopped = replace(whole, solution=empty_solution(Status.STOPPED, "none"))
    assert why_not(stopped, 0, 0) == WhyNot(None, (), "Le calcul a été arrêté avant une première réponse.")
    assert alternatives(stopped, "mentor", 0) == ()


def quota(**bounds: int) -> Mapping[str, Any]:
    where = {"side": "mentee", "field": "metier", "in": ["diffusion"]}
    return {"kind": "quota", "name": "la diffusion", "where": [where], **bounds}


def test_a_pair_under_a_quota_is_priced_by_solving_again() -> None:
    whole = case(quota(least=1))
    found = why_not(whole, 1, 0)
    forced = solve(replace(whole.problem, pins=((1, 0),)))
    expected = [old.value - new.value for old, new in zip(whole.solution.tiers, forced.tiers, strict=True)]
    assert [loss for _, loss in found.losses or ()] == expected
    assert [move.person for move in found.moves[:2]] == ["M2", "E1"]


def test_a_quota_that_leaves_no_answer_is_named() -> None:
    found = why_not(case(quota(most=0)), 1, 1)
    assert (found.losses, found.rules) == (None, ("la diffusion",))
    assert found.reason == "Aucune répartition ne permet ce binôme sans enfreindre une règle : « la diffusion »."


def test_a_lost_pair_is_counted() -> None:
    found = why_not(case(NOBODY_SHARED, people=EMPLOYED), 1, 1)
    assert found.losses is not None
    assert found.losses[0] == ("matched", 1)
    assert found.reason.startswith("Former ce binôme ferait perdre 1\u00a0binôme ; ")


@pytest.mark.promise(18)
def test_every_price_in_the_example_equals_solving_again() -> None:
    whole = case_of(example_cohort(), example_programme())
    allowed = set(zip(*map(np.ndarray.tolist, whole.problem.scores.pairs()), strict=True))
    for mentor in range(0, whole.problem.shape[0], 4):
        for mentee in range(whole.problem.shape[1]):
            found = why_not(whole, mentor, mentee)
            if (mentor, mentee) not in allowed:
                assert found.losses is None
                continue
            forced = solve(replace(whole.problem, pins=tuple({*whole.problem.pins, (mentor, mentee)})))
            expected = [a.value - b.value for a, b in zip(whole.solution.tiers, forced.tiers, strict=True)]
            assert [loss for _, loss in found.losses or ()] == expected


@pytest.mark.promise(18)
def test_alternatives_say_the_same_as_why_not() -> None:
    whole = case_of(example_cohort(), example_programme())
    for row in range(0, whole.problem.shape[1], 5):
        found = alternatives(whole, "mentee", row, None)
        by_name = {one.partner: one for one in found}
        prices = [why_not(whole, mentor, row) for mentor in range(whole.problem.shape[0])]
        told = {
            whole.name("mentor", mentor): price.losses
            for mentor, price in enumerate(prices)
            if price.losses is not None and price.moves
        }
        assert {name: one.losses for name, one in by_name.items()} == told
        assert [one.losses for one in found] == sorted(one.losses for one in found)
        assert alternatives(whole, "mentee", row, 2) == found[:2]


def test_pseudonyms_stand_for_people_everywhere() -> None:
    whole = case()
    masked = replace(whole, labels=pseudonyms(whole.cohort))
    texts = [str(why_not(masked, i, k)) for i in range(2) for k in range(3)]
    texts += [str(one) for one in alternatives(masked, "mentor", 0)]
    assert any("M02" in text for text in texts)
    assert not any("M2" in text for text in texts)
