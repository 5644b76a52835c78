"""After a departure nothing is undone unless it is chosen: each choice against every plan there is, one by one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import mentormatch as mm
from mentormatch import RequestError, repair
from mentormatch.explanation.names import Labels
from mentormatch.operations.matching import KeyPair
from mentormatch.operations.repair import RepairChoice
from mentormatch.results import Repair
from mentormatch.rules import Pin
from mentormatch.widgets.board.session import Board
from tests.operations.foreign_markets import clubs, matched, offices
from tests.operations.situations import Situation, cohort_of, keys, posed, programme_of, situation, situations
from tests.oracles.exhaustive import choices, holds, tiers


def made(drawn: Situation, undo: int | None = None) -> Repair:
    before = mm.match(drawn.cohort, drawn.programme)
    return repair(before, withdrawn=drawn.withdrawn, arrived=drawn.arrived, undo=undo)


def running(repaired: Repair) -> set[KeyPair]:
    """Return the former pairs of people who are both there."""
    here = {*repaired.matching.cohort.mentors.ids}, {*repaired.matching.cohort.mentees.ids}
    return {pair for pair in keys(repaired.before) if pair[0] in here[0] and pair[1] in here[1]}


def best_by_undone(repaired: Repair) -> list[tuple[int, ...] | None]:
    """Return the best values of the goals over all plans that undo at most 0, 1, 2 ... running pairs, None: no plan."""
    former, cohort = running(repaired), repaired.matching.cohort
    problem = replace(posed(repaired.matching), goals=(*repaired.matching.programme.goals.order,))
    values: list[tuple[int, tuple[int, ...]]] = []
    for plan in choices(problem):
        if holds(problem, plan):
            chosen = {(cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in plan}
            values.append((len(former - chosen), tiers(problem, plan)))
    by_number = ([value for undone, value in values if undone <= most] for most in range(len(former) + 1))
    return [max(some, default=None) for some in by_number]


def reached(repaired: Repair) -> tuple[int, ...] | None:
    return tuple(tier.value for tier in repaired.matching.solution.tiers if tier.goal != "changes") or None


def gaining(best: list[tuple[int, ...] | None]) -> Iterator[tuple[int, ...]]:
    """Yield the values that are better than those for fewer pairs."""
    for number, value in enumerate(best):
        if value is not None and value not in best[:number]:
            yield value


@given(situations())
def test_each_choice_is_the_best_of_all_plans_for_its_number(drawn: Situation) -> None:
    repaired = made(drawn)
    best = best_by_undone(repaired)
    assert [reached(repaired.undoing(number)) for number in range(len(best))] == best
    found = repaired.choices()
    assert [reached(choice.repair) for choice in found if choice.has_plan] == list(gaining(best))
    assert found[0].has_plan is (best[0] is not None)
    assert all(choice.undone <= choice.at_most for choice in found)


@given(situations())
def test_no_running_pair_is_ever_undone_if_nothing_is_to_be(drawn: Situation) -> None:
    repaired = made(drawn, undo=0)
    assert repaired.broken == ()
    if repaired.matching.pairs:
        assert running(repaired) <= keys(repaired.matching)
    assert keys(repaired.choices(0)[0].repair.matching) == keys(repaired.matching)


@given(situations())
def test_more_pairs_to_undo_are_never_worse(drawn: Situation) -> None:
    values = [reached(made(drawn).undoing(number)) for number in range(4)]
    assert values == sorted(values, key=lambda value: value or ())


@given(situations())
def test_letters_change_for_those_alone_whose_partners_do(drawn: Situation) -> None:
    repaired = made(drawn, undo=0)
    told = {(change.side, change.person) for change in repaired.letter_changes}
    for side in ("mentor", "mentee"):
        place = 0 if side == "mentor" else 1
        for key in {*repaired.before.cohort.side(side).ids, *repaired.matching.cohort.side(side).ids}:
            had, has = (
                {pair for pair in keys(plan) if pair[place] == key} for plan in (repaired.before, repaired.matching)
            )
            arrived = not repaired.before.cohort.side(side).has(key)
            assert ((side, key) in told) is (had != has or arrived)


@pytest.mark.parametrize("market", [offices, clubs])
def test_a_departure_of_another_programme_undoes_nothing_and_each_plan_is_proved(market: Callable[[], Any]) -> None:
    before = matched(market())
    gone = [before.pairs[0].mentor, before.pairs[1].mentee]
    stopped = [(before.pairs[4].mentor, before.pairs[4].mentee)]
    repaired = repair(before, withdrawn=gone, stopped=stopped, undo=0)
    assert repaired.broken == ()
    assert set(repaired.ended) == {pair for pair in keys(before) if {*pair} & {*gone} or pair in stopped}
    assert keys(before) - set(repaired.ended) <= keys(repaired.matching)
    assert not set(stopped) & keys(repaired.matching)
    found = repaired.choices()
    assert {choice.status for choice in found} == {"proved"}
    assert len({reached(choice.repair) for choice in found}) == len(found) > 1
    assert found[-1].repair.matching.solution.tiers[0].value == len(found[-1].repair.matching.pairs)


def chain() -> mm.Matching:
    """M0 takes E0, whom alone M1 could take; E1 could go to M0 alone."""
    programme = programme_of([[900, 100], [50, 0]], bans=[("M1", "E1")])
    return mm.match(cohort_of(programme, [0], [0, 1], [1, 1]), programme)


def lines(choice: RepairChoice) -> list[str]:
    return str(choice).replace("\u00a0", " ").split("\n")


def test_a_choice_says_by_name_what_it_gains_and_costs() -> None:
    before = chain()
    nothing, one = repair(before, arrived=cohort_of(before.programme, [1], [], [1, 1])).choices()
    assert lines(nothing) == [
        "Ne rien défaire",
        "  attend : E1",
        "  en tout : 1 binôme, 1 personne attend, 90,0 points",
    ]
    assert lines(one) == [
        "Défaire 1 binôme",
        "  défait : M0 et E0, 90,0 points",
        "  gagne : E1 est placé·e, avec M0 : 10,0 points",
        "  perd : E0 avec M1 : 5,0 points",
        "  en tout : 2 binômes, 0 personne attend, 15,0 points ;"
        " 1 binôme de plus et 75,0 points de moins que ne rien défaire",
    ]
    labels = Labels({("mentee", "e1"): "Lucie Pons"})
    assert next(line.text for line in replace(nothing, labels=labels).lines) == "Lucie Pons"


def test_one_more_place_is_advised_where_that_places_who_waits_without_undoing() -> None:
    before = chain()
    advice = repair(before, arrived=cohort_of(before.programme, [1], [], [1, 1]), undo=0).advice
    assert [(place.mentor, place.mentee, place.score) for place in advice] == [("M0", "E1", 100_000)]
    assert str(advice[0]) == "Une place de plus chez M0, sans rien défaire : E1 y aurait 10,0 points."


def test_an_excluded_running_pair_is_not_undone_in_silence() -> None:
    before = chain()
    repaired = repair(before, bans=[("M0", "E0")], undo=0)
    assert repaired.status == "infeasible"
    assert repaired.matching.diagnosis is not None
    nothing, *others = repaired.choices()
    assert not nothing.has_plan
    assert lines(nothing)[1] == "  impossible : Les règles du programme excluent de garder tous ces binômes."
    assert (nothing.undone, nothing.broken, others[0].undone) == (0, (), 1)


def test_pairs_kept_by_one_repair_are_not_required_afterwards(tmp_path: Path) -> None:
    before = mm.match(mm.examples.cohort(), mm.examples.programme())
    kept = repair(before, withdrawn=["M04"], undo=0).matching
    assert not [rule for rule in kept.programme.rules if isinstance(rule, Pin)]
    assert repair(kept, withdrawn=["M12"]).matching.problem.pins == ()
    assert not [pair for pair in Board(kept).state()["pairs"] if pair["held"]]
    kept.save(tmp_path / "après")
    decision = tmp_path / "après" / "binomes.decision.json"
    assert str(mm.verify(decision, against=(kept.cohort, before.programme)).outcome) == "verified"


def test_a_pair_that_stops_is_ended_and_does_not_come_back() -> None:
    before = chain()
    repaired = repair(before, stopped=[("m0", "E0")])
    assert (repaired.ended, repaired.broken, repaired.new) == ((("M0", "E0"),), (), (("M0", "E1"),))
    again = repair(repaired.matching, withdrawn=["E1"])
    assert again.matching.pairs == ()


@pytest.mark.parametrize(
    "wrong", [{"stopped": [("M0", "E1")]}, {"undo": -1}, {"undo": True}, {"stopped": [("X", "E0")]}]
)
def test_wrong_arguments_are_refused_in_words(wrong: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        repair(chain(), **wrong)  # type: ignore[arg-type]


def test_a_comparison_that_no_repair_made_has_no_choices() -> None:
    before = chain()
    with pytest.raises(RequestError, match="repair"):
        Repair(before, before).choices()


def test_a_choice_can_be_taken_and_repaired_again() -> None:
    drawn = situation(12)
    for choice in made(drawn).choices():
        if choice.has_plan:
            again = repair(choice.repair.matching, undo=0)
            assert keys(again.matching) >= keys(choice.repair.matching)
            assert np.array_equal(again.before.solution.pairs, choice.repair.matching.solution.pairs)
