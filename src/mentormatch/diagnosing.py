"""Why a programme has no solution for a cohort, in its own rules, and the cheapest ways out."""

from time import monotonic

from mentormatch.assignment.solution import Status
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.review.diagnosis.arithmetic import by_counting
from mentormatch.review.diagnosis.conflict import conflict_of
from mentormatch.review.diagnosis.finding import Diagnosis, Finding
from mentormatch.review.diagnosis.posture import Posture
from mentormatch.review.diagnosis.shortage import by_reach
from mentormatch.review.diagnosis.trial import Trial
from mentormatch.review.diagnosis.ways_out import ways_out
from mentormatch.scoring.score import score

VERDICTS = {True: Status.FEASIBLE, False: Status.INFEASIBLE, None: Status.STOPPED}


def diagnose(cohort: Cohort, programme: Programme, *, time_limit_s: float | None = None) -> Diagnosis:
    """Return whether the rules of ``programme`` can all hold for ``cohort``, what stands in the way, and ways out.

    Parameters
    ----------
    cohort, programme
        As for ``match``; pins and bans are rules of the programme (``programme.with_rules``).
    time_limit_s
        Seconds after which nothing more is tried: the conflict may then not be irreducible, and says so; ways out may
        be missing. Counting comes first and is not limited.

    Raises
    ------
    RequestError
        A rule names somebody who is not in the cohort.
    EngineError
        A solver failed.

    Examples
    --------
    >>> from mentormatch import examples
    >>> diagnosis = diagnose(examples.cohort(), examples.programme())
    >>> str(diagnosis.status), diagnosis.conflict, diagnosis.ways_out
    ('feasible', None, ())
    """
    deadline = None if time_limit_s is None else monotonic() + time_limit_s
    scores = score(cohort, programme.criteria)
    trial = Trial(cohort, scores, tuple(programme.rules), deadline)
    findings = found(Posture.of(cohort, scores, programme.rules))
    hopeless = any(finding.decisive for finding in findings)
    status = Status.INFEASIBLE if hopeless else VERDICTS[trial.holds(trial.posed(trial.rules))]
    if status is not Status.INFEASIBLE:
        return Diagnosis(status, findings)
    conflict = conflict_of(trial)
    return Diagnosis(status, findings, conflict, ways_out(trial, conflict.rules))


def found(posture: Posture) -> tuple[Finding, ...]:
    """Return what counting and reach show, first what leaves no solution."""
    findings = [*by_counting(posture), *by_reach(posture)]
    return tuple(sorted(findings, key=lambda finding: not finding.decisive))
