"""Why a programme has no solution for a cohort, in its own rules, and the cheapest ways out."""

from time import monotonic

from mentormatch.base.scalars import duration
from mentormatch.explanation.diagnosis.diagnose import diagnose_rules
from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.operations.instance import build_instance
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme


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
    seconds = duration("time_limit_s", time_limit_s)
    deadline = None if seconds is None else monotonic() + seconds
    return diagnose_rules(cohort, build_instance(cohort, programme)[0], programme.rules, deadline)
