"""Why a programme has no solution for a cohort, in its own rules, and the cheapest ways out."""

from collections.abc import Iterable
from time import monotonic

from mentormatch.base.scalars import duration
from mentormatch.explanation.diagnosis.diagnose import diagnose_rules
from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.operations.instance import build_instance
from mentormatch.operations.matching import KeyPair, rules_by_hand
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme


def diagnose(
    cohort: Cohort,
    programme: Programme,
    *,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
) -> Diagnosis:
    """Return whether the rules of ``programme`` can all hold for ``cohort``, what stands in the way, and ways out.

    Parameters
    ----------
    cohort, programme, pins, bans
        As for ``match``.
    time_limit_s
        Seconds after which nothing more is tried: the conflict may then not be irreducible, and says so; ways out may
        be missing. Counting comes first and is not limited.

    Raises
    ------
    RequestError
        A rule, a pin or a ban names somebody who is not in the cohort.
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
    decided = programme.with_rules(rules_by_hand(cohort, pins, bans))
    return diagnose_rules(cohort, build_instance(cohort, decided)[0], decided.rules, deadline)
