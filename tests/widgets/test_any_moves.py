"""Any sequence of moves on the board: each keeps every rule, or is refused in words and leaves all as it was."""

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import mentormatch as mm
from mentormatch import Matching, Status
from mentormatch.widgets.board.decisions import (
    BannedPair,
    BoardDecision,
    BoardRequest,
    CapacityChange,
    PinnedPair,
    Withdrawal,
)
from mentormatch.widgets.board.session import Board
from tests.conftest import DEEP
from tests.operations.programme import PROGRAMME, first
from tests.oracles.enumeration import Best, best_of
from tests.oracles.recounted import game_of

MENTORS = [f"m{place}" for place in range(1, len(first().mentors) + 1)]
MENTEES = [f"e{place}" for place in range(1, len(first().mentees) + 1)]
BEGINNING = mm.match(first(), PROGRAMME, seed=5)
PASSING = {"turn", "undo", "redo", "refusal", "headline", "said"}
"""What the board says of the last move, and not of the plan."""


def best(matching: Matching) -> Best | None:
    """Return the best of all answers to the problem of a matching."""
    ids = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    scores = [[matching.explain(mentor, mentee).score for mentee in ids[1]] for mentor in ids[0]]
    return best_of(game_of(matching.cohort, matching.programme, frozenset(), scores), matching.problem.goals, 5)


def plan(told: dict[str, Any]) -> dict[str, Any]:
    """Return what the board says of its plan and its decisions."""
    pairs = [{**pair, "new": None} for pair in told["pairs"]]
    return {name: value for name, value in told.items() if name not in PASSING} | {"pairs": pairs}


class Moves(RuleBasedStateMachine):
    """Somebody at the board; ``done`` are the plans from the first to the present one, ``undone`` those taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.board = Board(BEGINNING)
        self.done, self.undone = [plan(self.board.state())], list[dict[str, Any]]()

    def ask(self, **what: Any) -> dict[str, Any]:
        """Return the board's answer to an action, both as JSON text."""
        told: dict[str, Any] = json.loads(json.dumps(self.board.answer(json.dumps({"turn": 3, "what": what}))))
        assert told["turn"] == 3
        return told

    def move(self, **what: Any) -> None:
        """Make a move, and hold that it was made or refused as a whole."""
        told = self.ask(**what)
        if told["refusal"]:
            assert told["said"] == told["refusal"]
            assert plan(told) == self.done[-1]
            self.cannot_be(what)
        else:
            self.done.append(plan(told))
            self.undone.clear()
            assert told["headline"]
            assert told["said"]

    def cannot_be(self, what: dict[str, Any]) -> None:
        """Hold that no plan keeps a decision that was refused, where it is of people who are there."""
        made = BoardRequest.of({"what": what}).action
        people = {person for person in what.values() if person in MENTORS + MENTEES}
        here = {one["id"] for one in self.board.state()["people"] if one["here"]}
        if isinstance(made, PinnedPair | BannedPair | Withdrawal) and people <= here:
            decisions: list[BoardDecision] = [*self.board.now.decisions, made]
            if made not in self.board.now.decisions:
                assert best(self.board.ground.apply_decisions(decisions)) is None

    @rule(mentor=st.sampled_from(MENTORS), mentee=st.sampled_from(MENTEES))
    def pin(self, mentor: str, mentee: str) -> None:
        self.move(action="pin", mentor=mentor, mentee=mentee)

    @rule(mentor=st.sampled_from(MENTORS), mentee=st.sampled_from(MENTEES))
    def ban(self, mentor: str, mentee: str) -> None:
        self.move(action="ban", mentor=mentor, mentee=mentee)

    @rule(person=st.sampled_from(MENTORS + MENTEES))
    def withdraw(self, person: str) -> None:
        self.move(action="withdraw", person=person)

    @rule(person=st.sampled_from(MENTORS + MENTEES[:1]), places=st.integers(0, 4))
    def set_capacity(self, person: str, places: int) -> None:
        self.move(action="capacity", person=person, places=places)

    @precondition(lambda self: self.board.now.decisions)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        self.move(action="release", number=data.draw(st.integers(1, len(self.board.now.decisions))))

    @rule(person=st.sampled_from(MENTORS + MENTEES))
    def choose(self, person: str) -> None:
        told = self.ask(action="choose", person=person)
        for one in [*self.done, *self.undone]:
            one["chosen"] = None  # who is looked at is no part of the plan
        assert (told["refusal"], told["chosen"]["person"]) == ("", person)
        self.board.choose(None)
        assert plan(self.board.state()) == self.done[-1]

    @precondition(lambda self: len(self.done) > 1)
    @rule()
    def undo(self) -> None:
        self.undone.append(self.done.pop())
        assert plan(self.ask(action="undo")) == self.done[-1]

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        self.done.append(self.undone.pop())
        assert plan(self.ask(action="redo")) == self.done[-1]

    @precondition(lambda self: len(self.done) == 1)
    @rule()
    def undo_nothing(self) -> None:
        told = self.ask(action="undo")
        assert (told["refusal"], plan(told)) == ("Il n’y a rien à annuler", self.done[-1])

    @invariant()
    def the_plan_is_the_best_of_all_that_keep_the_rules_and_the_decisions(self) -> None:
        matching, found = self.board.matching, best(self.board.matching)
        assert matching.status is Status.PROVED
        assert found is not None
        assert tuple(map(tuple, matching.solution.pairs.tolist())) == found.pairs
        pairs = [(pair.mentor, pair.mentee) for pair in matching.pairs]
        assert mm.evaluate(matching.cohort, matching.programme, pairs).breaches == ()

    @invariant()
    def every_decision_on_people_who_are_there_is_kept(self) -> None:
        told = self.board.state()
        pairs = {(pair["mentor"], pair["mentee"]) for pair in told["pairs"]}
        here = {one["id"]: one for one in told["people"] if one["here"]}
        for decision in self.board.now.decisions:
            match decision:
                case PinnedPair(mentor=mentor, mentee=mentee):
                    assert (mentor, mentee) in pairs or not {mentor, mentee} <= here.keys()
                case BannedPair(mentor=mentor, mentee=mentee):
                    assert (mentor, mentee) not in pairs
                case Withdrawal(person=person):
                    assert person not in here
                case CapacityChange(person=person, places=places):
                    assert person not in here or here[person]["places"] == places

    @invariant()
    def everybody_is_in_a_pair_or_alone_or_gone(self) -> None:
        told = self.board.state()
        paired = {pair[side] for pair in told["pairs"] for side in ("mentor", "mentee")}
        alone = {one["person"] for one in told["alone"]}
        assert not paired & alone
        assert {one["id"] for one in told["people"] if one["here"]} == paired | alone

    @invariant()
    def the_order_of_the_decisions_does_not_matter(self) -> None:
        decisions = self.board.now.decisions
        again = self.board.ground.apply_decisions(decisions[::-1])
        assert again.solution.pairs.tolist() == self.board.matching.solution.pairs.tolist()
        assert again.solution.tiers == self.board.matching.solution.tiers


@pytest.mark.promise(19)
def test_any_sequence_of_moves_keeps_the_rules_or_says_what_forbids_it() -> None:
    long = settings(max_examples=300 if DEEP else 2, stateful_step_count=15 if DEEP else 8)
    run_state_machine_as_test(Moves, settings=long)
