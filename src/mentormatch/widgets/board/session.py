"""The board itself: decisions one after the other, each of which solves anew or says in words why it cannot be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import MentorMatchError, RequestError
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.names import Labels
from mentormatch.explanation.unmatched_people import Case, SideView, ineligibility, no_answer
from mentormatch.explanation.why_not import names_in_words, why_not
from mentormatch.languages.phrases import about
from mentormatch.languages.translation import language, mark, own_language, spoken, tr
from mentormatch.operations.matching import Matching, case_of
from mentormatch.record.seal import Seal
from mentormatch.report.folder import validate_matching
from mentormatch.rules.rule import SELF_PAIRS
from mentormatch.widgets.board.decisions import (
    Action,
    BoardDecision,
    BoardGround,
    BoardRequest,
    BoardState,
    Choose,
    Explain,
    Imposed,
    MayUndo,
    PlacesIn,
    Redo,
    Release,
    SessionStep,
    SetAsideIn,
    Undo,
    Validate,
    Withdrawal,
    place_fields,
    side_of,
)
from mentormatch.widgets.board.view import as_page_json, board_state

ANSWERED = (Status.PROVED, Status.FEASIBLE)
NO_QUESTION = {
    "mentor": mark(
        "Le programme ne demande pas aux mentor·es combien de places elles et ils offrent : ce nombre ne peut pas être"
        " changé ici."
    ),
    "mentee": mark(
        "Le programme ne demande pas aux mentoré·es combien de places elles et ils prennent : ce nombre ne peut pas"
        " être changé ici."
    ),
}
GONE = mark("{name} ne participe plus : annulez d'abord son départ.")
NO_PLAN = mark("Aucune répartition ne respecterait toutes les règles du programme.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A move: what was there before, the decision that was made (None: one was released), what came of it."""

    ground: BoardGround
    labels: Labels
    before: Matching
    made: BoardDecision | None

    def name(self, person: str) -> str:
        """Return what somebody is called."""
        return self.labels.person(side_of(person), self.ground.key(person))

    def case(self, matching: Matching) -> Case:
        """Return the case of a plan in which people have their labels."""
        return replace(case_of(matching), labels=self.labels)

    def refuse_idle(self) -> None:
        """Raise RequestError where the decision is about somebody who left or is paired with themselves, or is idle.

        Idle is a number that nobody is asked for.
        """
        for person in people_of(self.made):
            if not self.ground.there(person, self.before.cohort):
                raise RequestError(tr(GONE, name=self.name(person)))
        if isinstance(self.made, Imposed) and self._is_one_person(self.made):
            names = f"{self.name(self.made.mentor)} - {self.name(self.made.mentee)}"
            raise RequestError(about(names, SELF_PAIRS.label))
        if isinstance(self.made, PlacesIn):
            side = side_of(self.made.person)
            if not place_fields(self.ground.base.programme, side):
                raise RequestError(tr(NO_QUESTION[side]))

    def _is_one_person(self, made: Imposed) -> bool:
        cohort, keys = self.before.cohort, (self.ground.key(made.mentor), self.ground.key(made.mentee))
        pair = cohort.mentors.find(keys[0]), cohort.mentees.find(keys[1])
        return pair in zip(*cohort.both, strict=True)

    def refuse(self, after: Matching) -> None:
        """Raise RequestError where the move leads from a plan to none, or is not kept by it."""
        if after.status in ANSWERED and not after.solution.greedy:
            self._refuse_places(after)
        elif self.before.status in ANSWERED:
            raise RequestError(" ".join(self._obstacles(after)))

    def _refuse_places(self, after: Matching) -> None:
        """Raise RequestError where other rules give somebody fewer places than was decided."""
        if not isinstance(self.made, PlacesIn):
            return
        side, case = side_of(self.made.person), self.case(after)
        row = case.people(side).find(self.ground.key(self.made.person))
        if case.loads(side).most[row] == self.made.places:
            return
        loads = [(rule, rule.degree_bounds(case.people(side), side)) for rule in case.rules]
        tight = [case.labels.rule(rule) for rule, load in loads if load and load.most[row] < self.made.places]
        why = ineligibility(SideView.of(case, side), row)
        sentence = why[1] if why and not tight else tr("une règle l'exclut, {rules}.", rules=names_in_words(tight))
        raise RequestError(about(self.name(self.made.person), sentence))

    def _obstacles(self, after: Matching) -> Iterator[str]:
        if after.status is not Status.INFEASIBLE:
            # Greedy pairs are no plan to go on from
            yield from (no_answer(Status.STOPPED if after.solution.greedy else after.status) or ())[1:]
        elif isinstance(self.made, Imposed):
            pair = self.ground.key(self.made.mentor), self.ground.key(self.made.mentee)
            cohort = self.before.cohort
            yield why_not(self.case(self.before), cohort.mentors.find(pair[0]), cohort.mentees.find(pair[1])).reason
        else:
            diagnosis = diagnose_case(self.case(after))
            yield tr(NO_PLAN)
            if diagnosis and diagnosis.conflict:
                yield diagnosis.conflict.sentence
            yield from (finding.sentence for finding in diagnosis.findings if finding.decisive) if diagnosis else ()


def people_of(decision: BoardDecision | None) -> tuple[str, ...]:
    """Return whom a decision is about."""
    match decision:
        case Imposed() | SetAsideIn():
            return decision.mentor, decision.mentee
        case Withdrawal() | PlacesIn():
            return (decision.person,)
    return ()


class Board(BoardState):
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
    >>> from mentormatch.widgets.board.decisions import SetAsideIn
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
        with language(matching.language, unless_asked=True):
            self.language = spoken()
            called = matching.labels if labels is None else labels
        super().__init__(BoardGround(matching, time_limit_s), Path(folder), called, [SessionStep((), matching)])

    @own_language
    def decide(self, decision: BoardDecision) -> None:
        """Solve anew under one more decision; raises RequestError in words where no plan keeps it, or the rules."""
        if decision in self.now.decisions:
            raise RequestError(tr("Cette décision est déjà prise"))
        others = [one for one in self.now.decisions if not supersedes(one, decision)]
        self._go_to((*others, decision), decision)

    @own_language
    def decide_all(self, decisions: Iterable[BoardDecision]) -> None:
        """Solve anew under several more decisions, as one move; raises RequestError as ``decide``."""
        made = [one for one in decisions if one not in self.now.decisions]
        others = [one for one in self.now.decisions if not any(supersedes(one, new) for new in made)]
        self._go_to((*others, *made))
        self.moments |= dict.fromkeys(made, datetime.now().astimezone())

    @own_language
    def release(self, number: int) -> None:
        """Solve anew without one of the decisions, by its place among them from 1."""
        lifted = self._decision(number)
        self._go_to([one for one in self.now.decisions if one != lifted])

    def explain(self, number: int, why: str) -> None:
        """Note why a decision was made, by its place from 1; the log has it. What was validated is a proposal again."""
        decision = self._decision(number)
        self.reasons[decision] = why.strip()
        self.steps[:] = [self._add_reasons(step) if decision in step.decisions else step for step in self.steps]

    def _add_reasons(self, step: SessionStep) -> SessionStep:
        edits = tuple(self.ground.edits(step.decisions, step.matching.cohort, self.reasons))
        return SessionStep(step.decisions, replace(step.matching, edits=edits))

    @own_language
    def _decision(self, number: int) -> BoardDecision:
        if not 1 <= number <= len(self.now.decisions):
            raise RequestError(tr("Il n'y a pas de décision numéro {number}", number=number))
        return self.now.decisions[number - 1]

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
    def validate(self, who: str, why: str = "", *, accept_unproved: bool = False) -> None:
        """Write all documents, the decision and its log, then make the decision final under a name.

        Raises UnprovedError where the decision file does not prove the optimum that it states, and that is not
        accepted; RequestError where nobody is named or there is no plan; OutputError where a file cannot be written.
        """
        if self.matching.status not in ANSWERED:
            raise RequestError(tr("Il n'y a aucune répartition à valider"))
        self.steps[self.at] = replace(self.now, seal=self.make_seal(who, why, accept_unproved=accept_unproved))

    def make_seal(self, who: str, why: str, *, accept_unproved: bool) -> Seal:
        """Return what seals the plan at present, once all that vouches for it is kept: here, written in the folder."""
        return validate_matching(self.matching, self.folder, who=who, why=why, accept_unproved=accept_unproved)

    def do(self, action: Action) -> None:
        """Do what an action says; raises MentorMatchError where it is refused, and then nothing has changed."""
        match action:
            case Undo():
                self.undo()
            case Redo():
                self.redo()
            case Release(number=number):
                self.release(number)
            case Explain(number=number, why=why):
                self.explain(number, why)
            case Choose(person=person):
                self.choose(person)
            case Validate(who=who, why=why, accept_unproved=accept_unproved):
                self.validate(who, why, accept_unproved=accept_unproved)
            case _:
                self.decide(action)

    def seals_lost_by(self, message: str | bytes | Mapping[str, Any] | None) -> list[Seal]:
        """Return the seals that no step would have any more after a request; None stands for a move of several parts.

        A move drops the steps that were undone, a reason makes another decision of every step that it is given in.
        """
        if message is None:
            return seals_in(self.steps[self.at + 1 :])
        try:
            action = BoardRequest.of(message).action
        except RequestError:
            return []
        match action:
            case Undo() | Redo() | Choose() | Validate():
                return []
            case Explain(number=number) if number <= len(self.now.decisions):
                decision = self.now.decisions[number - 1]
                return seals_in(step for step in self.steps if decision in step.decisions)
            case Explain():
                return []
        return seals_in(self.steps[self.at + 1 :])

    @own_language
    def answer(self, message: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
        """Return the board as JSON after an action in JSON (``BoardRequest``), with why one was refused."""
        turn, refusal = 0, ""
        done: Action | None = None
        try:
            request = BoardRequest.of(message)
            turn = request.turn
            done = request.action
            self.do(done)
        except MentorMatchError as error:
            refusal = str(error)
        return as_page_json(board_state(self, done, turn, refusal))

    @own_language
    def state(self) -> dict[str, Any]:
        """Return the board as JSON, as it is first seen."""
        return as_page_json(board_state(self, None))

    def _go_to(self, decisions: Sequence[BoardDecision], made: BoardDecision | None = None) -> None:
        attempt = Attempt(self.ground, self.labels, self.matching, made)
        attempt.refuse_idle()
        running = self.running_pairs(decisions, self.at + 1)
        matching = self.ground.apply_decisions(decisions, self.reasons, running)
        attempt.refuse(matching)
        self.steps[self.at + 1 :] = [SessionStep(tuple(decisions), matching)]
        if made is not None:
            self.moments[made] = datetime.now().astimezone()
        self._turn_to(self.at + 1, "")

    @own_language
    def _turn_to(self, step: int, otherwise: str) -> None:
        if not 0 <= step < len(self.steps):
            raise RequestError(tr(otherwise))
        self.seen, self.at = self.at, step


def seals_in(steps: Iterable[SessionStep]) -> list[Seal]:
    """Return the seals that some steps have."""
    return [step.seal for step in steps if step.seal]


def supersedes(old: BoardDecision, new: BoardDecision) -> bool:
    """Return whether a decision replaces another: one number of places per person, of pairs to undo per step."""
    if isinstance(old, MayUndo) and isinstance(new, MayUndo):
        return True
    return isinstance(old, PlacesIn) and isinstance(new, PlacesIn) and old.person == new.person
