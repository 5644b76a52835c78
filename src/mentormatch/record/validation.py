"""Nothing is final without a named person's validation: a line of the log, added only if the decision holds."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mentormatch.errors import RequestError
from mentormatch.languages import tr
from mentormatch.record import log
from mentormatch.record.signing import signed, validation_words
from mentormatch.record.verify import Verification, journal_beside, verify


@dataclass(frozen=True, slots=True)
class Validation:
    """A decision that a named person validated: what was checked before, the line of the log, and its new head."""

    verification: Verification
    entry: log.Entry
    head: str

    @property
    def words(self) -> str:
        """Return by whom the decision was validated, and the head to keep."""
        entry = self.entry
        head = tr("Empreinte du journal : {head}", head=self.head)
        return f"{validation_words(entry.who, entry.when, entry.why)}\n{head}"


def validate(
    path: str | PathLike[str], *, who: str, why: str = "", journal: str | PathLike[str] | None = None
) -> Validation:
    """Return the validation of a decision file by a person, now in its log.

    Everything is checked again first, without a solver; a decision that does not hold gets no line.

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
    entry = signed("validation", {"decision": verification.digest}, who=who, why=why)
    return Validation(verification, entry, log.append(beside, entry))
