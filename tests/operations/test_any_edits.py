"""Any sequence of edits, done, undone and done again: after each the result is as right as one made at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import mentormatch as mm
from mentormatch import Cohort, Matching
from mentormatch.base.columns import NumberColumn
from mentormatch.operations.matching import KeyPair
from tests.conftest import DEEP
from tests.operations.programme import LATE, PROGRAMME, first, only
from tests.oracles.enumeration import Best, Places, best_of
from tests.oracles.recounted import game_of

SEED = 5
NOBODY: frozenset[KeyPair] = frozenset()


@dataclass(frozen=True)
class State:
    """A result, how it was made, the pairs before it where a repair made it, and what was asked of it.

    ``rows`` counts the rows that came in until then, ``gone`` holds who has withdrawn.
    """

    matching: Matching
    made: Callable[[], Matching]
    rows: int
    before: Matching | None = None
    pins: frozenset[KeyPair] = NOBODY
    bans: frozenset[KeyPair] = NOBODY
    gone: tuple[str, ...] = LATE

    @property
    def cohort(self) -> Cohort:
        """Who is there."""
        return self.matching.cohort

    @property
    def people(self) -> list[str]:
        """The keys of who is there."""
        return [*self.cohort.mentors.ids, *self.cohort.mentees.ids]

    def matched(
        self, cohort: Cohort | None = None, pins: Iterable[KeyPair] = (), bans: Iterable[KeyPair] = ()
    ) -> "State":
        """Return the state after all was matched anew, with more pairs pinned and forbidden."""
        people, pinned, banned = cohort or self.cohort, self.pins | {*pins}, self.bans | {*bans}

        def made() -> Matching:
            return mm.match(people, PROGRAMME, seed=SEED, pins=sorted(pinned), bans=sorted(banned))

        return replace(self, matching=made(), made=made, before=None, pins=pinned, bans=banned)

    def repaired(self, withdrawn: Iterable[str] = (), arrived: str = "", keep: Iterable[KeyPair] = ()) -> "State":
        """Return the state after a repair; who leaves takes along what was asked of their pairs."""
        left, kept, before = frozenset(withdrawn), frozenset(keep), self.matching

        def made() -> Matching:
            newcomer = only(arrived) if arrived else None
            return mm.repair(before, withdrawn=sorted(left), arrived=newcomer, keep=sorted(kept)).matching

        pins, bans = (
            frozenset(pair for pair in asked if not left & {*pair}) for asked in (self.pins | kept, self.bans)
        )
        gone = tuple(sorted({*self.gone, *left} - {arrived}))
        return State(made(), made, self.rows + bool(arrived), before, pins, bans, gone)


def beginning() -> State:
    """Return what is matched before any edit."""
    cohort = first()

    def made() -> Matching:
        return mm.match(cohort, PROGRAMME, seed=SEED)

    return State(made(), made, len(cohort.rows))


def chosen(matching: Matching) -> frozenset[KeyPair]:
    """Return the pairs by key."""
    return frozenset((pair.mentor, pair.mentee) for pair in matching.pairs)


def former(state: State) -> frozenset[Places]:
    """Return the pairs before a repair, by position, of people who are still there."""
    ids = state.cohort.mentors.ids, state.cohort.mentees.ids
    pairs = chosen(state.before) if state.before else NOBODY
    return frozenset((ids[0].index(i), ids[1].index(k)) for i, k in pairs if i in ids[0] and k in ids[1])


def best(state: State) -> Best | None:
    """Return the best of all answers."""
    matching = state.matching
    ids = state.cohort.mentors.ids, state.cohort.mentees.ids
    scores = [[matching.explain(mentor, mentee).score for mentee in ids[1]] for mentor in ids[0]]
    return best_of(game_of(state.cohort, matching.programme, former(state), scores), matching.problem.goals, SEED)


class Edits(RuleBasedStateMachine):
    """Somebody who edits a result; ``done`` ends with the present one, ``undone`` with the last that was undone."""

    def __init__(self) -> None:
        super().__init__()
        self.done, self.undone = [beginning()], list[State]()

    @property
    def now(self) -> State:
        """The present result."""
        return self.done[-1]

    def do(self, state: State) -> None:
        """Go on from the present result."""
        self.done.append(state)
        self.undone.clear()

    def pair(self, data: st.DataObject) -> KeyPair:
        """Draw two people who are there."""
        mentors, mentees = self.now.cohort.mentors, self.now.cohort.mentees
        return data.draw(st.sampled_from(mentors.ids)), data.draw(st.sampled_from(mentees.ids))

    @property
    def both(self) -> bool:
        """Whether somebody is there on each side."""
        return bool(self.now.cohort.mentors.ids and self.now.cohort.mentees.ids)

    @precondition(lambda self: self.both)
    @rule(data=st.data())
    def pin(self, data: st.DataObject) -> None:
        self.do(self.now.matched(pins=[self.pair(data)]))

    @precondition(lambda self: self.both)
    @rule(data=st.data())
    def ban(self, data: st.DataObject) -> None:
        self.do(self.now.matched(bans=[self.pair(data)]))

    @precondition(lambda self: self.now.matching.pairs)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        pair = data.draw(st.sampled_from(sorted(chosen(self.now.matching))))
        self.do(self.now.repaired(keep=[pair]))

    @precondition(lambda self: self.now.people)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        self.do(self.now.repaired(withdrawn=[data.draw(st.sampled_from(self.now.people))]))

    @precondition(lambda self: self.now.gone)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        self.do(self.now.repaired(arrived=data.draw(st.sampled_from(self.now.gone))))

    @precondition(lambda self: self.now.cohort.mentors.ids)
    @rule(data=st.data(), places=st.integers(0, 3))
    def set_capacity(self, data: st.DataObject, places: int) -> None:
        mentors = self.now.cohort.mentors
        said = mentors.numbers("places").values.copy()
        said[data.draw(st.integers(0, len(said) - 1))] = places
        people = replace(mentors, columns={**mentors.columns, "places": NumberColumn(said)})
        self.do(self.now.matched(replace(self.now.cohort, mentors=people)))

    @precondition(lambda self: len(self.done) > 1)
    @rule()
    def undo(self) -> None:
        self.undone.append(self.done.pop())
        self.comes_back()

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        self.done.append(self.undone.pop())
        self.comes_back()

    def comes_back(self) -> None:
        """Hold that what is made again from the same parts is what it was, to the last word."""
        again, state = self.now.made(), self.now.matching
        assert (again.status, again.pairs, again.unmatched) == (state.status, state.pairs, state.unmatched)

    @invariant()
    def the_result_is_the_best_of_all_that_keep_the_rules_or_says_that_there_is_none(self) -> None:
        found, matching = best(self.now), self.now.matching
        assert str(matching.status) == ("proved" if found else "infeasible")
        if found:
            assert tuple(map(tuple, matching.solution.pairs.tolist())) == found.pairs
            assert tuple(tier.value for tier in matching.solution.tiers) == found.values
            assert self.now.pins <= chosen(matching)
            assert not self.now.bans & chosen(matching)
            assert mm.evaluate(matching.cohort, matching.programme, chosen(matching)).breaches == ()

    @invariant()
    def fewest_pairs_are_broken_right_after_most_are_placed(self) -> None:
        repaired = self.now.before is not None
        assert self.now.matching.problem.goals[: 1 + repaired] == ("matched", "changes")[: 1 + repaired]

    @invariant()
    def every_row_and_everybody_ends_once(self) -> None:
        matching = self.now.matching
        alone = [one.person for one in matching.unmatched]
        paired = {key for pair in chosen(matching) for key in pair}
        assert sorted([*alone, *paired]) == sorted(self.now.people)
        assert len(alone) + len(paired) + len(matching.rejected) == self.now.rows
        assert all([*(one.reason for one in matching.unmatched), *(row.reason for row in matching.rejected)])
        assert not {*self.now.gone} & {*self.now.people}

    @invariant()
    def explanations_add_up(self) -> None:
        matching = self.now.matching
        for pair in matching.pairs:
            assert pair.score == sum(part.share for part in pair.contributions)
            assert pair == matching.explain(pair.mentor, pair.mentee)
        reached = {tier.goal: tier.value for tier in matching.solution.tiers}
        if reached:
            scores = [pair.score for pair in matching.pairs]
            assert (reached["matched"], reached["total"]) == (len(scores), sum(scores))
            assert reached["floor"] == min(scores, default=0)
        assert len(matching.frames.pairs) == len(matching.pairs)


@pytest.mark.promise(19)
@pytest.mark.promise(9)
@pytest.mark.promise(1)
def test_any_sequence_of_edits_keeps_every_promise() -> None:
    long = settings(max_examples=500 if DEEP else 4, stateful_step_count=15 if DEEP else 8)
    run_state_machine_as_test(Edits, settings=long)
