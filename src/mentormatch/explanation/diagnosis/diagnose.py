"""A whole diagnosis: what stands in the way of the rules of a programme, and the ways out, cheapest first."""

from collections.abc import Sequence
from time import monotonic

from mentormatch.assignment.model.solution import Status
from mentormatch.base.progress import track
from mentormatch.errors import EngineError
from mentormatch.explanation.diagnosis.conflict import conflict_of
from mentormatch.explanation.diagnosis.counting_bounds import check_counts
from mentormatch.explanation.diagnosis.feasibility_oracle import FeasibilityOracle
from mentormatch.explanation.diagnosis.findings import Diagnosis, Finding
from mentormatch.explanation.diagnosis.hall_violators import find_hall_violators
from mentormatch.explanation.diagnosis.instance import RuleInstance
from mentormatch.explanation.diagnosis.minimal_relaxations import ways_out
from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.explanation.unmatched import Case
from mentormatch.languages import tr
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import Rule
from mentormatch.scoring.score import ScoreTable

VERDICTS = {True: Status.FEASIBLE, False: Status.INFEASIBLE, None: Status.STOPPED}
LIMIT_S = 30.0
"""How long a document waits for a diagnosis, counting aside."""


@track()
def diagnose_rules(
    cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], deadline: float | None = None, labels: Labels = KEYS
) -> Diagnosis:
    """Return whether rules can all hold for a cohort, what stands in the way, and ways out.

    Where no scores are held, what stands in the way is told as far as counting shows it. ``deadline`` is the
    ``monotonic`` time after which nothing more is tried. Raises EngineError where a solver failed.
    """
    trial = FeasibilityOracle(cohort, scores, tuple(rules), deadline)
    findings = find_findings(RuleInstance.of(cohort, scores, rules, labels))
    hopeless = any(finding.decisive for finding in findings)
    status = Status.INFEASIBLE if hopeless else VERDICTS[trial.holds(trial.posed(trial.rules))]
    if status is not Status.INFEASIBLE:
        return Diagnosis(status, findings)
    if not scores.held:
        return Diagnosis(status, (*findings, counted_only()))
    conflict = conflict_of(trial, labels)
    return Diagnosis(status, findings, conflict, ways_out(trial, conflict.rules, labels))


def find_findings(posture: RuleInstance) -> tuple[Finding, ...]:
    """Return what counting and reach show, first what leaves no solution."""
    findings = [*check_counts(posture), *(find_hall_violators(posture) if posture.scores.held else ())]
    return tuple(sorted(findings, key=lambda finding: not finding.decisive))


def counted_only() -> Finding:
    """Return that more than counting takes too long for so many pairs."""
    sentence = tr(
        "Il y a trop de paires pour chercher quelles règles se contredisent et ce qui suffirait : seuls les effectifs,"
        " les places et les binômes imposés ont été vérifiés. Essayez avec une partie des personnes."
    )
    return Finding("too_many_pairs", sentence, 0, decisive=False)


def diagnose_case(case: Case) -> Diagnosis | None:
    """Return why a decision has no answer; None where it has one, or where it is not known why."""
    if case.solution.status is not Status.INFEASIBLE:
        return None
    try:
        return diagnose_rules(case.cohort, case.scores, case.rules, monotonic() + LIMIT_S, case.labels)
    except EngineError:
        return None
