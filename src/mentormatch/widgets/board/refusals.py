"""Why a move cannot be: which rule forbids it, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import RequestError
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.labels import Labels
from mentormatch.explanation.unmatched import Case, SideView, ineligibility, no_answer
from mentormatch.explanation.why_not import names_in_words, why_not
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import about
from mentormatch.operations.matching import Matching
from mentormatch.rules.formulation import SELF_PAIRS
from mentormatch.widgets.board.actions import BoardDecision, Imposed, PlacesIn, SetAsideIn, Withdrawal, side_of
from mentormatch.widgets.board.decisions import BoardGround, asked

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
GONE = mark("{name} n'est plus dans cette édition : levez d'abord son retrait.")
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
        return replace(matching.case, labels=self.labels)

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
            if not asked(self.ground.base.programme, side):
                raise RequestError(tr(NO_QUESTION[side]))

    def _is_one_person(self, made: Imposed) -> bool:
        cohort, keys = self.before.cohort, (self.ground.key(made.mentor), self.ground.key(made.mentee))
        pair = cohort.mentors.find(keys[0]), cohort.mentees.find(keys[1])
        return pair in zip(*cohort.both, strict=True)

    def refuse(self, after: Matching) -> None:
        """Raise RequestError where the move leads from a plan to none, or is not kept by it."""
        if after.status in ANSWERED:
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
        told = why[1] if why and not tight else tr("une règle l'exclut, {rules}.", rules=names_in_words(tight))
        raise RequestError(about(self.name(self.made.person), told))

    def _obstacles(self, after: Matching) -> Iterator[str]:
        if after.status is not Status.INFEASIBLE:
            yield from (no_answer(after.status) or ())[1:]
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
