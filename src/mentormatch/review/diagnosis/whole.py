"""A whole diagnosis: what stands in the way of the rules of a programme, and the ways out, cheapest first."""

from collections.abc import Sequence
from time import monotonic

from mentormatch.assignment.progress import at_work
from mentormatch.assignment.rule import Rule
from mentormatch.assignment.solution import Status
from mentormatch.errors import EngineError
from mentormatch.people import Cohort
from mentormatch.review.diagnosis.arithmetic import by_counting
from mentormatch.review.diagnosis.conflict import conflict_of
from mentormatch.review.diagnosis.finding import Diagnosis, Finding
from mentormatch.review.diagnosis.posture import Posture
from mentormatch.review.diagnosis.shortage import by_reach
from mentormatch.review.diagnosis.trial import Trial
from mentormatch.review.diagnosis.ways_out import ways_out
from mentormatch.review.labels import KEYS, Labels
from mentormatch.review.unmatched import Case
from mentormatch.scoring.score import ScoreTable

VERDICTS = {True: Status.FEASIBLE, False: Status.INFEASIBLE, None: Status.STOPPED}
LIMIT_S = 30.0
"""How long a document waits for a diagnosis, counting aside."""


@at_work()
def diagnosed(
    cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], deadline: float | None = None, labels: Labels = KEYS
) -> Diagnosis:
    """Return whether rules can all hold for a cohort, what stands in the way, and ways out.

    ``deadline`` is the ``monotonic`` time after which nothing more is tried. Raises EngineError where a solver failed.
    """
    trial = Trial(cohort, scores, tuple(rules), deadline)
    findings = found(Posture.of(cohort, scores, rules, labels))
    hopeless = any(finding.decisive for finding in findings)
    status = Status.INFEASIBLE if hopeless else VERDICTS[trial.holds(trial.posed(trial.rules))]
    if status is not Status.INFEASIBLE:
        return Diagnosis(status, findings)
    conflict = conflict_of(trial, labels)
    return Diagnosis(status, findings, conflict, ways_out(trial, conflict.rules, labels))


def found(posture: Posture) -> tuple[Finding, ...]:
    """Return what counting and reach show, first what leaves no solution."""
    findings = [*by_counting(posture), *by_reach(posture)]
    return tuple(sorted(findings, key=lambda finding: not finding.decisive))


def diagnosis_of(case: Case) -> Diagnosis | None:
    """Return why a decision has no answer; None where it has one, or where it is not known why."""
    if case.solution.status is not Status.INFEASIBLE:
        return None
    try:
        return diagnosed(case.cohort, case.scores, case.rules, monotonic() + LIMIT_S, case.labels)
    except EngineError:
        return None
