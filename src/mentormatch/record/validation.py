"""Nothing is final without a named person's validation: a line of the log, added only if the decision holds."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mentormatch.errors import Problem, RequestError, UnprovedError
from mentormatch.languages.phrases import listed
from mentormatch.languages.translation import tr
from mentormatch.record import log
from mentormatch.record.log import sign
from mentormatch.record.seal import Seal, Signature
from mentormatch.record.verify import HEAD, Verification, VerificationOutcome, decision_in, journal_beside, verify


@dataclass(frozen=True, slots=True)
class Validation:
    """A decision that a named person validated: what was checked before, the line of the log, and what documents print.

    ``renewed`` are the documents that print it now, ``left`` those that still print what they did, with why.
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
        """Return by whom the decision was validated, the head to keep, and which documents print them now."""
        said = [Signature.of(self.entry).words, tr(HEAD, head=self.head)]
        if self.renewed:
            said.append(tr("Documents renouvelés : {names}.", names=listed([path.name for path in self.renewed])))
        if self.left:
            said += [tr("Non renouvelés, ils impriment encore l'empreinte d'avant :"), *map("  - {}".format, self.left)]
        return "\n".join(said)


def validate(
    path: str | PathLike[str],
    *,
    who: str,
    why: str = "",
    journal: str | PathLike[str] | None = None,
    accept_unproved: bool = False,
) -> Validation:
    """Return the validation of a decision file by a person, now in its log.

    Everything is checked again first, without a solver; a decision that does not hold gets no line. The documents
    beside the decision that print the head of this log then print the new one, and by whom it was validated.

    Parameters
    ----------
    path
        A decision file, or a folder with one, such as ``match`` writes.
    who, why
        The person who decides, and on what ground, one line each. Both stay in the log in clear.
    journal
        The log; None: the one beside the file, made if need be.
    accept_unproved
        Whether a decision is validated of which the file states an optimum and does not prove it. The log and the
        documents state that then.

    Raises
    ------
    UnprovedError
        The file does not prove the optimum that it states, and that is not accepted.
    RequestError
        The decision is refused, or has no pairs, or its log is not whole, or nobody is named.
    OutputError
        The log cannot be written.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     decision, *_ = match(examples.cohort(), examples.programme()).save(folder, who="Dominique")
    ...     validated = validate(decision, who="Camille Roux", why="comité du 1er mars")
    ...     [one.who for one in verify(decision, head=validated.head).validations]
    ['Camille Roux']
    """
    decision = decision_in(path)
    beside = journal_beside(decision) if journal is None else Path(journal)
    if beside.exists() and log.check_chain(beside).torn:
        log.append(beside)
    verification = verify(decision, journal=journal)
    entry = sign_validation(verification, who=who, why=why, accept_unproved=accept_unproved)
    made = () if verification.chain and verification.chain.matches(verification.digest) else (_unlogged(verification),)
    head = log.append(beside, *made, entry)
    chain = log.check_chain(beside)
    seal = Seal.of(chain, verification.digest, head)
    from mentormatch.report.folder import reseal_documents  # a higher layer

    printed = reseal_documents(decision, chain, seal) if beside == journal_beside(decision) else ()
    return Validation(verification, entry, seal, *printed)


def sign_validation(verification: Verification, *, who: str, why: str, accept_unproved: bool) -> log.LogEntry:
    """Return the line of a validation; raises as ``validate`` if the decision may not get one."""
    refuse_unverified(verification, accept_unproved=accept_unproved)
    unproved = {} if verification.verified else {log.OPTIMALITY: log.UNPROVED}
    return sign("validation", {"decision": verification.digest, **unproved}, who=who, why=why)


def refuse_unverified(verification: Verification, *, accept_unproved: bool) -> None:
    """Raise RequestError if a decision does not hold, UnprovedError if its optimum is unproved and not accepted."""
    has_pairs = verification.outcome is not VerificationOutcome.NOTHING
    if has_pairs and (verification.verified or (verification.rules_hold and accept_unproved)):
        return
    message = f"{tr("Rien n'a été validé.")} {verification.sentence}"
    if not has_pairs or not verification.rules_hold:
        raise RequestError(message, verification.problems)
    advice = tr(
        "pour la valider telle quelle, acceptez-le (« --accept-unproved ») : le journal et les documents le diront"
    )
    raise UnprovedError(message, [Problem(tr("optimalité"), tr("affirmée, non contrôlable"), advice=advice)])


def _unlogged(verification: Verification) -> log.LogEntry:
    """Return the line of a matching for a decision that came without a log: nobody is known to have made it."""
    why = tr("décision reçue sans journal")
    return sign("matching", {"decision": verification.digest}, who=log.ENGINE, why=why)
