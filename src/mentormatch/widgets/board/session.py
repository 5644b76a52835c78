"""The board: a sequence of decisions; each is solved, or refused with an explanation."""

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
from mentormatch.explanation.unmatched_people import SideView, SolvedInstance, ineligibility, no_answer
from mentormatch.explanation.why_not import names_in_words, why_not
from mentormatch.languages.phrases import about
from mentormatch.languages.translation import language, mark, own_language, spoken, tr
from mentormatch.operations.matching import Matching, case_of
from mentormatch.record.seal import Seal
from mentormatch.report.folder import validate_matching
from mentormatch.rules.rule import SELF_PAIRS
from mentormatch.widgets.board.decisions import (
    BannedPair,
    BoardAction,
    BoardBaseline,
    BoardDecision,
    BoardRequest,
    BoardState,
    BoardVersion,
    CapacityChange,
    MayUndo,
    PinnedPair,
    Redo,
    RemoveDecision,
    SelectPerson,
    SetReason,
    Undo,
    Validate,
    Withdrawal,
    place_fields,
    side_of,
)
from mentormatch.widgets.board.view import as_page_json, board_state

SOLVED_STATUSES = (Status.PROVED, Status.FEASIBLE)
NO_PLACE_QUESTION = {
    "mentor": mark(
        "Le programme ne demande pas aux mentor·es combien de places elles et ils offrent : ce nombre ne peut pas être"
        " changé ici."
    ),
    "mentee": mark(
        "Le programme ne demande pas aux mentoré·es combien de places elles et ils prennent : ce nombre ne peut pas"
        " être changé ici."
    ),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A move: the plan before it, and the new decision ``made`` (None for a removal, or several new decisions)."""

    ground: BoardBaseline
    labels: Labels
    before: Matching
    made: BoardDecision | None

    def name(self, person: str) -> str:
        """Return the label of a person."""
        return self.labels.person(side_of(person), self.ground.key(person))

    def case(self, matching: Matching) -> SolvedInstance:
        """Return the solved case with the labels of the board."""
        return replace(case_of(matching), labels=self.labels)

    def refuse_without_effect(self) -> None:
        """Raise RequestError if the decision has no effect.

        It is about a person who left, it pairs a person with themselves, or it sets places that the programme does not
        ask for.
        """
        for person in people_of(self.made):
            if not self.ground.there(person, self.before.cohort):
                raise RequestError(tr("{name} ne participe plus : annulez d'abord son départ.", name=self.name(person)))
        if isinstance(self.made, PinnedPair) and self._is_one_person(self.made):
            names = f"{self.name(self.made.mentor)} - {self.name(self.made.mentee)}"
            raise RequestError(about(names, SELF_PAIRS.label))
        if isinstance(self.made, CapacityChange):
            side = side_of(self.made.person)
            if not place_fields(self.ground.base.programme, side):
                raise RequestError(tr(NO_PLACE_QUESTION[side]))

    def _is_one_person(self, pair_decision: PinnedPair) -> bool:
        cohort, keys = (
            self.before.cohort,
            (self.ground.key(pair_decision.mentor), self.ground.key(pair_decision.mentee)),
        )
        pair = cohort.mentors.find(keys[0]), cohort.mentees.find(keys[1])
        return pair in zip(*cohort.both, strict=True)

    def refuse(self, after: Matching) -> None:
        """Raise RequestError if the move leads from a plan to none, or if other rules override it."""
        if after.status in SOLVED_STATUSES and not after.solution.greedy:
            self._refuse_places(after)
        elif self.before.status in SOLVED_STATUSES:
            raise RequestError(" ".join(self._obstacles(after)))

    def _refuse_places(self, after: Matching) -> None:
        """Raise RequestError if other rules limit the person to fewer places than decided."""
        if not isinstance(self.made, CapacityChange):
            return
        side, case = side_of(self.made.person), self.case(after)
        row = case.people(side).find(self.ground.key(self.made.person))
        if case.loads(side).most[row] == self.made.places:
            return
        loads = [(rule, rule.degree_bounds(case.people(side), side)) for rule in case.rules]
        tight = [case.labels.rule(rule) for rule, load in loads if load and load.most[row] < self.made.places]
        reason = ineligibility(SideView.of(case, side), row)
        sentence = (
            reason[1] if reason and not tight else tr("une règle l'exclut, {rules}.", rules=names_in_words(tight))
        )
        raise RequestError(about(self.name(self.made.person), sentence))

    def _obstacles(self, after: Matching) -> Iterator[str]:
        if after.status is not Status.INFEASIBLE:
            # Greedy pairs are no plan to go on from
            yield from (no_answer(Status.STOPPED if after.solution.greedy else after.status) or ())[1:]
        elif isinstance(self.made, PinnedPair):
            pair = self.ground.key(self.made.mentor), self.ground.key(self.made.mentee)
            cohort = self.before.cohort
            yield why_not(self.case(self.before), cohort.mentors.find(pair[0]), cohort.mentees.find(pair[1])).reason
        else:
            diagnosis = diagnose_case(self.case(after))
            yield tr("Aucune répartition ne respecterait toutes les règles du programme.")
            if diagnosis and diagnosis.conflict:
                yield diagnosis.conflict.sentence
            yield from (finding.sentence for finding in diagnosis.findings if finding.decisive) if diagnosis else ()


def people_of(decision: BoardDecision | None) -> tuple[str, ...]:
    """Return the people of a decision."""
    match decision:
        case PinnedPair() | BannedPair():
            return decision.mentor, decision.mentee
        case Withdrawal() | CapacityChange():
            return (decision.person,)
    return ()


class Board(BoardState):
    """A session on a matching, which itself never changes.

    Each new decision makes a new plan, optimal within the time limit for the goals of the programme under the present
    decisions, whatever their order; after a validation, running pairs are preserved. An impossible move is refused with
    an explanation and changes nothing.

    Parameters
    ----------
    matching
        The initial plan.
    folder
        The folder in which ``validate`` writes the documents, the decision and its log.
    labels
        The labels of people; None: codes, or pseudonyms if keys are e-mail addresses.
    time_limit_s
        The limit per solve.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from mentormatch.widgets.board.decisions import BannedPair
    >>> board = Board(match(examples.cohort(), examples.programme()))
    >>> first = board.now
    >>> board.decide(BannedPair(mentor="m1", mentee="e1"))
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
            person_labels = matching.labels if labels is None else labels
        super().__init__(
            BoardBaseline(matching, time_limit_s), Path(folder), person_labels, [BoardVersion((), matching)]
        )

    @own_language
    def decide(self, decision: BoardDecision) -> None:
        """Solve with one more decision.

        Raises RequestError, with an explanation, if no plan satisfies it and the rules.
        """
        if decision in self.now.decisions:
            raise RequestError(tr("Cette décision est déjà prise"))
        kept_decisions = [old for old in self.now.decisions if not supersedes(old, decision)]
        self._solve_with((*kept_decisions, decision), decision)

    @own_language
    def decide_all(self, decisions: Iterable[BoardDecision]) -> None:
        """Solve with several more decisions as one move; decisions that hold already are skipped.

        Raises RequestError if no plan satisfies all of them. A decision without effect is not refused.
        """
        new_decisions = [decision for decision in decisions if decision not in self.now.decisions]
        kept_decisions = [
            decision for decision in self.now.decisions if not any(supersedes(decision, new) for new in new_decisions)
        ]
        self._solve_with((*kept_decisions, *new_decisions))
        self.moments |= dict.fromkeys(new_decisions, datetime.now().astimezone())

    @own_language
    def release(self, number: int) -> None:
        """Solve without a decision, given by its number from 1."""
        lifted = self._decision(number)
        self._solve_with([decision for decision in self.now.decisions if decision != lifted])

    def explain(self, number: int, why: str) -> None:
        """Set the reason of a decision, by number from 1, for the log.

        Validated versions with this decision become proposals again.
        """
        decision = self._decision(number)
        self.reasons[decision] = why.strip()
        self.steps[:] = [self._add_reasons(step) if decision in step.decisions else step for step in self.steps]

    def _add_reasons(self, step: BoardVersion) -> BoardVersion:
        edits = tuple(self.ground.edits(step.decisions, step.matching.cohort, self.reasons))
        return BoardVersion(step.decisions, replace(step.matching, edits=edits))

    @own_language
    def _decision(self, number: int) -> BoardDecision:
        if not 1 <= number <= len(self.now.decisions):
            raise RequestError(tr("Il n'y a pas de décision numéro {number}", number=number))
        return self.now.decisions[number - 1]

    def undo(self) -> None:
        """Undo the last move. Raises RequestError if there is none."""
        self._move_to(self.at - 1, mark("Il n'y a rien à annuler"))

    def redo(self) -> None:
        """Redo the last undone move. Raises RequestError if there is none."""
        self._move_to(self.at + 1, mark("Il n'y a rien à rétablir"))

    def choose(self, person: str | None) -> None:
        """Select a person by opaque id, or none."""
        if person is not None:
            self.ground.key(person)
        self.chosen = person

    @own_language
    def validate(self, who: str, why: str = "", *, accept_unproved: bool = False) -> None:
        """Write all documents, the decision and its log, then validate the decision in a person's name.

        Raises UnprovedError if the decision file does not prove its optimum and that is not accepted, RequestError if
        no person is named or there is no plan, and OutputError if a file cannot be written.
        """
        if self.matching.status not in SOLVED_STATUSES:
            raise RequestError(tr("Il n'y a aucune répartition à valider"))
        self.steps[self.at] = replace(self.now, seal=self.make_seal(who, why, accept_unproved=accept_unproved))

    def make_seal(self, who: str, why: str, *, accept_unproved: bool) -> Seal:
        """Store everything that the seal of the current plan refers to, here in the folder, and return the seal."""
        return validate_matching(self.matching, self.folder, who=who, why=why, accept_unproved=accept_unproved)

    def do(self, action: BoardAction) -> None:
        """Run an action. Raises MentorMatchError, with nothing changed, if it is refused."""
        match action:
            case Undo():
                self.undo()
            case Redo():
                self.redo()
            case RemoveDecision(number=number):
                self.release(number)
            case SetReason(number=number, why=why):
                self.explain(number, why)
            case SelectPerson(person=person):
                self.choose(person)
            case Validate(who=who, why=why, accept_unproved=accept_unproved):
                self.validate(who, why, accept_unproved=accept_unproved)
            case _:
                self.decide(action)

    def seals_lost_by(self, message: str | bytes | Mapping[str, Any] | None) -> list[Seal]:
        """Return the seals that no version would have after a request; None means a move of several decisions.

        A move drops undone versions; a reason replaces every version with its decision.
        """
        if message is None:
            return seals_in(self.steps[self.at + 1 :])
        try:
            action = BoardRequest.of(message).action
        except RequestError:
            return []
        match action:
            case Undo() | Redo() | SelectPerson() | Validate():
                return []
            case SetReason(number=number) if number <= len(self.now.decisions):
                decision = self.now.decisions[number - 1]
                return seals_in(step for step in self.steps if decision in step.decisions)
            case SetReason():
                return []
        return seals_in(self.steps[self.at + 1 :])

    @own_language
    def answer(self, message: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
        """Return the board as JSON after a JSON request (``BoardRequest``), with the reason if it is refused."""
        turn, refusal = 0, ""
        action: BoardAction | None = None
        try:
            request = BoardRequest.of(message)
            turn = request.turn
            action = request.action
            self.do(action)
        except MentorMatchError as error:
            refusal = str(error)
        return as_page_json(board_state(self, action, turn, refusal))

    @own_language
    def state(self) -> dict[str, Any]:
        """Return the initial board as JSON."""
        return as_page_json(board_state(self, None))

    def _solve_with(self, decisions: Sequence[BoardDecision], decision: BoardDecision | None = None) -> None:
        attempt = Attempt(self.ground, self.labels, self.matching, decision)
        attempt.refuse_without_effect()
        running = self.running_pairs(decisions, self.at + 1)
        matching = self.ground.apply_decisions(decisions, self.reasons, running)
        attempt.refuse(matching)
        self.steps[self.at + 1 :] = [BoardVersion(tuple(decisions), matching)]
        if decision is not None:
            self.moments[decision] = datetime.now().astimezone()
        self._move_to(self.at + 1, "")

    @own_language
    def _move_to(self, step: int, otherwise: str) -> None:
        if not 0 <= step < len(self.steps):
            raise RequestError(tr(otherwise))
        self.seen, self.at = self.at, step


def seals_in(steps: Iterable[BoardVersion]) -> list[Seal]:
    return [step.seal for step in steps if step.seal]


def supersedes(old: BoardDecision, new: BoardDecision) -> bool:
    """Return whether a decision replaces another: one number of places per person, one permission to undo pairs."""
    if isinstance(old, MayUndo) and isinstance(new, MayUndo):
        return True
    return isinstance(old, CapacityChange) and isinstance(new, CapacityChange) and old.person == new.person
