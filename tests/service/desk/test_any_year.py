"""In whatever order staff answer, edit, move, let people leave, come and start again, nothing of theirs is lost."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mentormatch.operations.matching import keys_of
from mentormatch.service.desk.kept_state import save_parts
from tests.conftest import DEEP
from tests.service.desk.session import Sitting
from tests.service.desk.test_kept_sequences import ANSWERS, PAIRS, again, of_the_columns, of_the_form, shown

SIGNED: dict[str, Any] = {"who": "Claire Fontanel", "why": "comité", "validates": True}
HEADER, ROWS = "Code;Rôle;Métier;Thèmes", ANSWERS.splitlines()[1:]
NEW = ("M5;Mentor;Scène;Budget, Droit", "E5;Mentoré;Régie;Budget", "E6;Mentoré;Lumière;Tournée")
numbers = st.integers(0, 10_000)


class Season(RuleBasedStateMachine):
    """A desk with validated pairs, what was validated last, and what staff lost so far by their own word."""

    def __init__(self) -> None:
        super().__init__()
        self.sitting = Sitting()
        self.sitting.done("take", PAIRS.encode(), part="programme", name="programme.toml")
        self.sitting.done("take", "\n".join([HEADER, *ROWS]).encode(), part="answers", name="reponses.csv")
        self.sitting.done("read")
        self.sitting.done("form")
        self.last, self.plan = "", set[tuple[str, str]]()
        self.do("validate", **SIGNED)
        assert self.last

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """The pairs at present."""
        one = self.sitting.desk.round
        return set(keys_of(one.board.matching)) if one else set()

    def do(self, do: str, body: bytes = b"", *, choice: int = 1, **values: Any) -> None:
        """Ask for something; a question is answered by its ``choice``, 0 for the one that changes nothing."""
        before = self.sitting.done("look")
        answer = self.sitting.ask(do, body, **values)
        if answer.head.get("asks"):
            assert self.sitting.done("look") == before
            asked = json.loads(answer.body)
            if choice:
                sure = asked["choices"][(choice - 1) % len(asked["choices"])]["sure"]
                lost = self.marks
                assert not self.sitting.ask(do, body, **values, sure=sure).head.get("asks")
                assert lost <= self.marks  # what is not here any more stands in a former state
        elif answer.head.get("refused"):
            assert self.sitting.done("look") == before
        self.note()

    @property
    def marks(self) -> set[str]:
        """What identifies all that staff decided, here and in former states."""
        desk = self.sitting.desk
        return {*desk.former_state()["marks"], *(mark for work in desk.past.works for mark in work.marks)}

    def note(self) -> None:
        """Note a validation."""
        head = self.sitting.desk.validated_head
        if head:
            self.last, self.plan = head, self.pairs

    @rule(seed=numbers)
    def question(self, seed: int) -> None:
        """Answer one of the questions about the file if it is read and none of it is lost."""
        if self.sitting.desk.columns is not None and not self.sitting.desk.former_state()["head"]:
            of_the_columns(self.sitting, Random(seed))

    @rule(seed=numbers)
    def edit(self, seed: int) -> None:
        of_the_form(self.sitting, Random(seed))

    @rule(action=st.sampled_from(["pin", "ban", "undo", "redo"]), mentor=st.integers(1, 4), mentee=st.integers(1, 4))
    def move(self, action: str, mentor: int, mentee: int) -> None:
        people = {"mentor": f"m{mentor}", "mentee": f"e{mentee}"} if action in ("pin", "ban") else {}
        self.do("ask", json.dumps({"what": {"action": action, **people}}).encode(), validates=True)

    @rule(person=st.sampled_from([f"{side}{at}" for side in "me" for at in range(1, 5)]), undo=st.integers(0, 2))
    def leave(self, person: str, undo: int) -> None:
        self.do("apply", people=[person], undo=str(undo), **SIGNED)

    @rule(seed=numbers)
    def stop(self, seed: int) -> None:
        one = self.sitting.desk.round
        if one and self.pairs:
            mentor, mentee = sorted(self.pairs)[seed % len(self.pairs)]
            ids = f"{one.board.ground.id('mentor', mentor)}-{one.board.ground.id('mentee', mentee)}"
            self.do("apply", pairs=[ids], **SIGNED)

    @rule(gone=st.sets(st.integers(0, 7), max_size=2), new=st.sets(st.integers(0, 2)), choice=st.integers(0, 2))
    def arrive(self, gone: set[int], new: set[int], choice: int) -> None:
        rows = [row for at, row in enumerate(ROWS) if at not in gone] + [NEW[at] for at in sorted(new)]
        body = "\n".join([HEADER, *rows]).encode()
        self.do("take", body, part="answers", name="reponses.csv", choice=choice)

    @rule(do=st.sampled_from(["form", "validate", "unapply"]), choice=st.integers(0, 1))
    def other(self, do: str, choice: int) -> None:
        if do == "form" and self.sitting.desk.intake is None:
            self.sitting.ask("read")
        self.do(do, choice=choice, **(SIGNED if do == "validate" else {}))

    @rule()
    def restart(self) -> None:
        before = shown(self.sitting)
        assert shown(self.sitting) == before  # a reload
        self.sitting = again(self.sitting)
        assert shown(self.sitting) == before

    @invariant()
    def validated_version_is_reachable(self) -> None:
        """One request leads back to what was validated last, from a copy in another process."""
        desk = self.sitting.desk
        if desk.validated_head == self.last:
            assert self.pairs == self.plan
            return
        other = again(self.sitting)
        (work,) = (one for one in other.desk.past.find_validated(other.desk.validated_head) if one.head == self.last)
        answer = other.ask("back", id=work.id)
        if answer.head.get("asks"):
            answer = other.ask("back", id=work.id, sure=json.loads(answer.body)["sure"])
        assert not answer.head.get("refused"), answer.body
        assert other.desk.round
        assert set(keys_of(other.desk.round.board.matching)) == self.plan
        assert other.desk.validated_head == self.last

    def teardown(self) -> None:
        """Hold that the work can be kept at the end."""
        assert save_parts(self.sitting.desk, {})


def test_whatever_staff_do_nothing_is_lost_and_the_validated_version_is_one_click_away() -> None:
    long = settings(
        max_examples=100 if DEEP else 2,
        stateful_step_count=15 if DEEP else 8,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Season, settings=long)


def test_a_sequence_would_find_what_is_lost() -> None:
    season = Season()
    season.do("ask", json.dumps({"what": {"action": "ban", "mentor": "m1", "mentee": "e1"}}).encode(), validates=True)
    season.validated_version_is_reachable()
    season.sitting.desk.past.works.clear()
    with pytest.raises(ValueError, match="not enough values"):
        season.validated_version_is_reachable()
