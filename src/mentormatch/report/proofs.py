"""Add missing proofs of optimality to a decision file before its validation."""

from os import PathLike
from sys import maxsize
from threading import Event
from time import monotonic

from mentormatch.assignment.proofs.prove import add_proofs
from mentormatch.assignment.proofs.tree import Budget
from mentormatch.base.arguments import checked
from mentormatch.base.scalars import duration
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr
from mentormatch.record.decision import read_decision
from mentormatch.record.digests import digest
from mentormatch.record.log import get_account_name, make_entry
from mentormatch.record.verify import Verification, VerificationOutcome, decision_in, verify
from mentormatch.report.folder import rewrite_decision


@checked
def prove(  # noqa: PLR0913 - the published signature; all but one are keywords
    path: str | PathLike[str],
    *,
    who: str | None = None,
    why: str = "",
    time_limit_s: float = 1_800.0,
    every_goal: bool = False,
    cancel: Event | None = None,
) -> Verification:
    """Search for the proofs that a decision file lacks, write them into the file, and verify it.

    If proofs are found, the digest of the file changes, its log gets an entry if there is a log, and the documents in
    its folder then get the new seal. The statements of these documents on the optimum do not change: the verification
    lists documents made before the proof.

    Parameters
    ----------
    path
        A decision file that is not validated, or a folder with one.
    who, why
        The person who adds the proofs and the reason, for the log; None: the current account.
    time_limit_s
        Seconds per goal.
    every_goal
        Whether goals that the duals in the file prove get a proof too, in the simplest steps only, for a checker that
        reads no duals and few kinds of steps.
    cancel
        The search ends when another thread sets it; proofs found until then are written.

    Raises
    ------
    RequestError
        The decision is refused, or already validated, or the log refuses ``who`` or ``why``.
    OutputError
        The file or its log cannot be written.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     decision, *_ = match(examples.cohort(), examples.programme(), proofs="none").save(folder, who="Dominique")
    ...     str(prove(decision, who="Dominique").outcome)
    'verified'
    """
    source = decision_in(path)
    before = verify(source)
    _refuse(before)
    if not every_goal and before.outcome not in (VerificationOutcome.UNPROVED, VerificationOutcome.NOTHING):
        return before
    author = get_account_name() if who is None else who
    make_entry("matching", {"decision": before.digest}, who=author, why=why)  # refuses a name before the search
    decision = read_decision(source)
    deadline = monotonic() + (duration("time_limit_s", time_limit_s) or 0.0)
    budget = Budget(deadline, cancel.is_set if cancel else (lambda: False), leaves=maxsize, work=maxsize)
    present = decision.solution()
    solution = add_proofs(decision.problem(), present, budget, every_goal=every_goal)
    if solution.proofs == present.proofs:
        return before
    content = decision.with_proofs(solution).to_json().encode()
    entry = make_entry("matching", {"decision": digest(content)}, who=author, why=why)
    rewrite_decision(source, content, entry)
    return verify(source)


def _refuse(verification: Verification) -> None:
    """Raise RequestError if a decision is refused or already validated."""
    message = tr("Rien n'a été démontré.")
    if verification.outcome is VerificationOutcome.REFUSED:
        raise RequestError(f"{message} {verification.sentence}", verification.problems)
    if verification.validations:
        advice = tr("une décision validée ne change plus : démontrez-la avant de la valider")
        raise RequestError(message, [Problem(tr("validation"), tr("cette décision est validée"), advice=advice)])
