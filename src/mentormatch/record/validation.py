"""Validation of a decision by a named person: checks the decision again, then adds a line to its log."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mentormatch.errors import Problem, RequestError, UnprovedError
from mentormatch.languages.phrases import listed
from mentormatch.languages.translation import tr
from mentormatch.record import log
from mentormatch.record.log import make_entry
from mentormatch.record.seal import Seal, Signature
from mentormatch.record.verify import HEAD_TEXT, Verification, VerificationOutcome, decision_in, journal_beside, verify


@dataclass(frozen=True, slots=True)
class Validation:
    """A decision that a named person validated: the check before it, the line of the log, and the new seal.

    ``renewed`` are the documents that print the new seal; ``left`` explains why the others were not rewritten. Both are
    empty if the log is not the one next to the decision.
    """

    verification: Verification
    entry: log.LogEntry
    seal: Seal
    renewed: tuple[Path, ...] = ()
    left: tuple[Problem, ...] = ()

    @property
    def head(self) -> str:
        """The new head of the log."""
        return self.seal.head

    @property
    def words(self) -> str:
        """The validation, the head to keep, and the documents that were renewed or not, one sentence per line."""
        lines = [Signature.of(self.entry).words, tr(HEAD_TEXT, head=self.head)]
        if self.renewed:
            lines.append(tr("Documents renouvelés : {names}.", names=listed([path.name for path in self.renewed])))
        if self.left:
            lines += [
                tr("Non renouvelés, ils impriment encore l'empreinte d'avant :"),
                *map("  - {}".format, self.left),
            ]
        return "\n".join(lines)


def validate(
    path: str | PathLike[str],
    *,
    who: str,
    why: str = "",
    journal: str | PathLike[str] | None = None,
    accept_unproved: bool = False,
) -> Validation:
    """Validate a decision file in the name of a person, and add the validation to its log.

    The decision is checked again first, without a solver, and refused if the check fails. If the log is the one next to
    the decision, the documents there that print its head then print the new head and the validation.

    Parameters
    ----------
    path
        A decision file, or a folder with one, such as ``match`` writes.
    who, why
        The person who decides, and the reason, one line each. Both stay in the log in clear text.
    journal
        The log; None: the log next to the file, which is created if needed.
    accept_unproved
        Whether to validate a decision even if the file does not prove the optimum that it states. The log and the
        documents then say so.

    Raises
    ------
    UnprovedError
        The file does not prove the optimum that it states, and ``accept_unproved`` is False.
    RequestError
        The check failed, the decision has no solution, the log has problems, or ``make_entry`` refuses the name or the
        reason.
    OutputError
        The log cannot be written.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     decision, *_ = match(examples.cohort(), examples.programme()).save(folder, who="Dominique")
    ...     validated = validate(decision, who="Camille Roux", why="comité du 1er mars")
    ...     [entry.who for entry in verify(decision, head=validated.head).validations]
    ['Camille Roux']
    """
    decision = decision_in(path)
    log_path = journal_beside(decision) if journal is None else Path(journal)
    if log_path.exists() and log.check_chain(log_path).is_truncated:
        log.append(log_path)
    verification = verify(decision, journal=journal)
    entry = sign_validation(verification, who=who, why=why, accept_unproved=accept_unproved)
    is_logged = verification.chain is not None and verification.chain.matches(verification.digest)
    head = log.append(log_path, *(() if is_logged else (_unlogged_matching(verification),)), entry)
    chain = log.check_chain(log_path)
    seal = Seal.of(chain, verification.digest, head)
    from mentormatch.report.folder import reseal_documents  # a higher layer

    reseal_results = reseal_documents(decision, chain, seal) if log_path == journal_beside(decision) else ()
    return Validation(verification, entry, seal, *reseal_results)


def sign_validation(verification: Verification, *, who: str, why: str, accept_unproved: bool) -> log.LogEntry:
    """Return the log entry of a validation. Raises the errors of ``validate`` if the decision may not be validated."""
    refuse_unverified(verification, accept_unproved=accept_unproved)
    unproved = {} if verification.verified else {log.OPTIMALITY_KEY: log.UNPROVED_VALUE}
    return make_entry("validation", {"decision": verification.digest, **unproved}, who=who, why=why)


def refuse_unverified(verification: Verification, *, accept_unproved: bool) -> None:
    """Raise RequestError if the check failed or there is no solution, UnprovedError if the optimum is unproved.

    An unproved optimum raises nothing if it is accepted.
    """
    has_solution = verification.outcome is not VerificationOutcome.NOTHING
    if has_solution and (verification.verified or (verification.rules_hold and accept_unproved)):
        return
    message = f"{tr("Rien n'a été validé.")} {verification.sentence}"
    if not has_solution or not verification.rules_hold:
        raise RequestError(message, verification.problems)
    advice = tr(
        "pour la valider telle quelle, acceptez-le (« --accept-unproved ») : le journal et les documents le diront"
    )
    raise UnprovedError(message, [Problem(tr("optimalité"), tr("affirmée, non contrôlable"), advice=advice)])


def _unlogged_matching(verification: Verification) -> log.LogEntry:
    """Return the log entry of a matching whose author is unknown, as the decision came without a log."""
    why = tr("décision reçue sans journal")
    return make_entry("matching", {"decision": verification.digest}, who=log.SELF_SIGNER, why=why)
