"""The board of a desk, which writes into memory; it can go on from an earlier day, and from a workbook of staff."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from mentormatch.explanation.edits import Note
from mentormatch.languages.translation import language, mark, own_language, tr
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.record.seal import Seal
from mentormatch.report.folder import DecisionArchive
from mentormatch.report.texts import spaced
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.widgets.board.decisions import BoardDecision, BoardState, Imposed, SessionStep, SetAsideIn
from mentormatch.widgets.board.session import Board, people_of
from mentormatch.widgets.board.texts import board_words

WHERE = mark("Une fois la répartition validée, téléchargez les documents et le journal à la dernière étape.")
MOVE_S = 20.0
"""For each move."""


class KeptStep(SessionStep):
    """A step of an earlier day, whose pairs are solved anew once somebody comes back to it."""

    def __init__(
        self,
        decisions: tuple[BoardDecision, ...],
        matching: Matching | None = None,
        seal: Seal | None = None,
        board: BoardState | None = None,
    ) -> None:
        given = {"decisions": decisions, "matching": matching, "seal": seal, "board": board}
        vars(self).update({name: value for name, value in given.items() if value is not None or name == "seal"})

    def __getattr__(self, name: str) -> Any:
        if name != "matching":
            raise AttributeError(name)
        board, at = self.board, next(at for at, step in enumerate(self.board.steps) if step is self)
        running = board.running_pairs(self.decisions, at)
        return vars(self).setdefault(name, board.ground.apply_decisions(self.decisions, board.reasons, running))


class SealingBoard(Board):
    """A board that writes into a portfolio."""

    def __init__(self, matching: Matching, *, is_running: bool = False) -> None:
        super().__init__(matching, time_limit_s=MOVE_S)
        self.ground = replace(self.ground, is_running=is_running)
        self.portfolio = DecisionArchive()
        self.beside: Callable[[Matching], Matching] = lambda plan: plan
        """What is sealed of a plan: with how editions before went, where some were given."""

    def call(self, names: ViewNames) -> None:
        """Call people otherwise from now on."""
        with language(self.language):
            self.labels = get_view_labels(self.ground.base, names)

    def restate(self, restated: Callable[[Matching], Matching]) -> None:
        """Have every plan state its programme otherwise, under the same decisions; no step is validated any more."""
        self.ground = replace(self.ground, base=restated(self.ground.base))
        self.steps = [
            SessionStep(step.decisions, restated(step.matching))
            if "matching" in vars(step) or not isinstance(step, KeptStep)
            else KeptStep(step.decisions, board=self)
            for step in self.steps
        ]

    def refuse_unknown(self) -> None:
        """Raise RequestError where a decision is about nobody here, or the one at present cannot be."""
        for step in self.steps:
            for person in (person for one in step.decisions for person in people_of(one)):
                self.ground.key(person)
        self.choose(self.chosen)
        self.now.matching.pairs  # noqa: B018 - which solves it, where that is still to be done

    @own_language
    def review(self, pins: Iterable[KeyPair], bans: Iterable[KeyPair], notes: Iterable[Note]) -> None:
        """Take up what staff decided and wrote in a workbook, in one move; what they decided here before holds on.

        Raises RequestError in words where no plan keeps all of it, and then nothing has changed.
        """
        imposed, aside = ([self.ids(pair) for pair in pairs] for pairs in (pins, bans))
        decided: list[BoardDecision] = [Imposed(mentor=mentor, mentee=mentee) for mentor, mentee in imposed]
        decided += [SetAsideIn(mentor=mentor, mentee=mentee) for mentor, mentee in aside]
        about = {*imposed, *aside}
        others = [one for one in self.now.decisions if people_of(one) not in about]
        if {*others, *decided} != {*self.now.decisions}:
            self._go_to([*others, *decided])
        self.ground = replace(self.ground, base=self.ground.base.with_notes(notes))
        self.steps = [self.note(step) for step in self.steps]

    def note(self, step: SessionStep) -> SessionStep:
        """Return a step whose workbook has the notes; one that is not solved yet will have them."""
        if "matching" not in vars(step):
            return step
        return replace(step, matching=step.matching.with_notes(self.ground.base.notes))

    def ids(self, pair: KeyPair) -> tuple[str, ...]:
        """Return a pair by the opaque ids of its people."""
        return self.ground.id("mentor", pair[0]), self.ground.id("mentee", pair[1])

    def make_seal(self, who: str, why: str, *, accept_unproved: bool) -> Seal:
        plan = self.beside(self.matching)
        return self.portfolio.validate(plan, who=who, why=why, accept_unproved=accept_unproved)

    @own_language
    def words(self) -> dict[str, str]:
        """Return the texts of the board, in its language; there is no folder that they could speak of."""
        return board_words() | {"folder": spaced(tr(WHERE))}
