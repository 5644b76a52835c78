"""Nothing is final without a named person's validation: a line of the log, added only if the decision holds."""

from dataclasses import dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path

from mentormatch.errors import Problem, RequestError
from mentormatch.languages.phrases import listed
from mentormatch.languages.translation import tr
from mentormatch.record import log
from mentormatch.record.log import sign, validation_words
from mentormatch.record.seal import Seal
from mentormatch.record.verify import HEAD, Verification, journal_beside, verify

RENEWAL = "mentormatch.report.folder"
"""Renews the documents beside a decision; it stands above, and is found when needed."""


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
        said = [validation_words(self.entry.who, self.entry.when, self.entry.why), tr(HEAD, head=self.head)]
        if self.renewed:
            said.append(tr("Documents renouvelés : {names}.", names=listed([path.name for path in self.renewed])))
        if self.left:
            said += [tr("Non renouvelés, ils impriment encore l'empreinte d'avant :"), *map("  - {}".format, self.left)]
        return "\n".join(said)


def validate(
    path: str | PathLike[str], *, who: str, why: str = "", journal: str | PathLike[str] | None = None
) -> Validation:
    """Return the validation of a decision file by a person, now in its log.

    Everything is checked again first, without a solver; a decision that does not hold gets no line. The documents
    beside the decision that print the head of this log then print the new one, and by whom it was validated.

    Parameters
    ----------
    who, why
        The person who decides, and on what ground. Both stay in the log in clear.
    journal
        The log; None: the one beside the file, made if need be.

    Raises
    ------
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
    beside = journal_beside(Path(path)) if journal is None else Path(journal)
    if beside.exists() and log.check_chain(beside).torn:
        log.append(beside)
    verification = verify(path, journal=journal)
    if not verification.sound:
        raise RequestError(f"{tr("Rien n'a été validé.")}\n{verification.words}")
    entry = sign("validation", {"decision": verification.digest}, who=who, why=why)
    head = log.append(beside, entry)
    chain = log.check_chain(beside)
    seal = Seal.of(chain, verification.digest, head)
    printed = import_module(RENEWAL).renew(Path(path), chain, seal) if beside == journal_beside(Path(path)) else ()
    return Validation(verification, entry, seal, *printed)
