"""The board itself: decisions one after the other, each of which solves anew or says in words why it cannot be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

from mentormatch.errors import MentorMatchError, RequestError
from mentormatch.explanation.labels import Labels
from mentormatch.languages import language, mark, own_language, spoken, tr
from mentormatch.operations.matching import Matching
from mentormatch.record.seal import Seal
from mentormatch.report.folder import validated
from mentormatch.report.view import labels_for_notebook
from mentormatch.widgets.board.actions import (
    Action,
    BoardDecision,
    BoardRequest,
    Choose,
    PlacesIn,
    Redo,
    Release,
    Undo,
    Validate,
    side_of,
)
from mentormatch.widgets.board.decisions import BoardGround
from mentormatch.widgets.board.refusals import ANSWERED, Attempt
from mentormatch.widgets.board.view import dressed, shown


@dataclass(frozen=True)
class SessionStep:
    """The decisions that hold, the matching under them, and what seals it once somebody has validated it."""

    decisions: tuple[BoardDecision, ...]
    matching: Matching
    seal: Seal | None = None


class Board:
    """A session over one matching, which itself never changes.

    Every move makes a new plan, optimal by the goals of the programme under the decisions that hold, whatever their
    order; one that cannot be is refused in words, and all stays as it was.

    Parameters
    ----------
    matching
        What the session begins with.
    folder
        Where ``validate`` writes the documents, the decision and its log.
    labels
        What people are called; None: their codes, or pseudonyms where keys are e-mail addresses.
    time_limit_s
        For each solve.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from mentormatch.widgets.board.actions import SetAsideIn
    >>> board = Board(match(examples.cohort(), examples.programme()))
    >>> first = board.now
    >>> board.decide(SetAsideIn(mentor="m1", mentee="e1"))
    >>> board.undo()
    >>> board.now is first
    True
    """

    def __init__(
        self,
        matching: Matching,
        folder: str | PathLike[str] = "binomes",
        *,
        labels: Labels | None = None,
        time_limit_s: float | None = None,
    ) -> None:
        self.ground = BoardGround(matching, time_limit_s)
        self.folder = Path(folder)
        with language(matching.language, unless_asked=True):
            self.language = spoken()
            self.labels = labels_for_notebook(matching) if labels is None else labels
        self.steps = [SessionStep((), matching)]
        self.at = 0
        self.chosen: str | None = None
        self.seen = 0
        """The step that the present one is compared with: the one that was shown before it."""

    @property
    def now(self) -> SessionStep:
        """What holds at present."""
        return self.steps[self.at]

    @property
    def matching(self) -> Matching:
        """The plan at present; it can be saved, explained and compared like any other."""
        return self.now.matching

    @own_language
    def decide(self, decision: BoardDecision) -> None:
        """Solve anew under one more decision; raises RequestError in words where no plan keeps it, or the rules."""
        if decision in self.now.decisions:
            raise RequestError(tr("Cette décision est déjà prise"))
        others = [one for one in self.now.decisions if not superseded(one, decision)]
        self._go_to((*others, decision), decision)

    @own_language
    def release(self, number: int) -> None:
        """Solve anew without one of the decisions, by its place among them from 1."""
        decisions = self.now.decisions
        if not 1 <= number <= len(decisions):
            raise RequestError(tr("Il n'y a pas de décision numéro {number}", number=number))
        self._go_to(decisions[: number - 1] + decisions[number:])

    def undo(self) -> None:
        """Take the last move back; raises RequestError where there is none."""
        self._turn_to(self.at - 1, mark("Il n'y a rien à annuler"))

    def redo(self) -> None:
        """Make the move again that was taken back last; raises RequestError where there is none."""
        self._turn_to(self.at + 1, mark("Il n'y a rien à rétablir"))

    def choose(self, person: str | None) -> None:
        """Look at somebody, by opaque id, or at nobody."""
        if person is not None:
            self.ground.key(person)
        self.chosen = person

    @own_language
    def validate(self, who: str, why: str = "") -> None:
        """Write all documents, the decision and its log, then make the decision final under a name.

        Raises RequestError where nobody is named or there is no plan; OutputError where a file cannot be written.
        """
        if self.matching.status not in ANSWERED:
            raise RequestError(tr("Il n'y a aucune répartition à valider"))
        self.steps[self.at] = replace(self.now, seal=self.sealed(who, why))

    def sealed(self, who: str, why: str) -> Seal:
        """Return what seals the plan at present, once all that vouches for it is kept: here, written in the folder."""
        return validated(self.matching, self.folder, who=who, why=why)

    def do(self, action: Action) -> None:
        """Do what an action says; raises MentorMatchError where it is refused, and then nothing has changed."""
        match action:
            case Undo():
                self.undo()
            case Redo():
                self.redo()
            case Release(number=number):
                self.release(number)
            case Choose(person=person):
                self.choose(person)
            case Validate(who=who, why=why):
                self.validate(who, why)
            case _:
                self.decide(action)

    @own_language
    def answer(self, asked: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
        """Return the board as JSON after an action in JSON (``BoardRequest``), with why one was refused."""
        turn, refusal = 0, ""
        done: Action | None = None
        try:
            request = BoardRequest.of(asked)
            turn = request.turn
            done = request.action
            self.do(done)
        except MentorMatchError as error:
            refusal = str(error)
        return dressed(shown(self, done, turn, refusal))

    @own_language
    def state(self) -> dict[str, Any]:
        """Return the board as JSON, as it is first seen."""
        return dressed(shown(self, None))

    def name(self, person: str) -> str:
        """Return what somebody is called, by opaque id."""
        return self.labels.person(side_of(person), self.ground.key(person))

    def _go_to(self, decisions: Sequence[BoardDecision], made: BoardDecision | None = None) -> None:
        attempt = Attempt(self.ground, self.labels, self.matching, made)
        attempt.refuse_idle()
        matching = self.ground.decided(decisions)
        attempt.refuse(matching)
        self.steps[self.at + 1 :] = [SessionStep(tuple(decisions), matching)]
        self._turn_to(self.at + 1, "")

    @own_language
    def _turn_to(self, step: int, otherwise: str) -> None:
        if not 0 <= step < len(self.steps):
            raise RequestError(tr(otherwise))
        self.seen, self.at = self.at, step


def superseded(old: BoardDecision, new: BoardDecision) -> bool:
    """Say whether a decision replaces another: the places of one person are told once."""
    return isinstance(old, PlacesIn) and isinstance(new, PlacesIn) and old.person == new.person
