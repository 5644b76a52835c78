"""One run in the log: a line for each edit by hand, then one for the decision that came of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mentormatch.errors import OutputError, Problem
from mentormatch.languages import tr
from mentormatch.languages.phrases import about
from mentormatch.record.decision import SUFFIX as DECISION
from mentormatch.record.log import START, Chain, LogEntry, check_chain
from mentormatch.record.log import SUFFIX as JOURNAL
from mentormatch.record.seal import sealed_documents, stamp_in, unlogged_validations
from mentormatch.record.signatures import account, signed

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching


def entries_of(matching: "Matching", decision: str, *, who: str | None = None, why: str = "") -> tuple[LogEntry, ...]:
    """Return the lines of a matching: what staff changed by hand, in opaque ids, and the decision.

    ``decision`` is the SHA-256 of its decision file; ``who`` None stands for the account at work. Raises RequestError
    where nobody is named.
    """
    name = account() if who is None else who
    edits = [{**edit.entry, "decision": decision} for edit in matching.edits]
    return (
        *(signed("edit", what, who=name, why=why) for what in edits),
        signed("matching", {"decision": decision}, who=name, why=why),
    )


def refuse_broken(journal: Path) -> None:
    """Raise OutputError where there is a log that is not whole: what goes on from it would never be confirmed.

    Nor where the documents beside it print a validation that it does not have: they are all that is left of it. A last
    line whose writing was interrupted is no reason: the next line sets it aside.
    """
    chain = check_chain(journal) if journal.exists() else Chain((), START)
    problems = [*chain.problems[: -1 if chain.torn else None], *lost_validations(journal, chain)]
    if problems:
        told = tr("rien n'a été écrit, le journal du dossier n'est pas intact")
        raise OutputError(about(journal.name, told), problems)


def lost_validations(journal: Path, chain: Chain) -> Iterator[Problem]:
    """Yield the validations that the documents beside a log print, and that it does not have."""
    decision = journal.with_name(journal.name.removesuffix(JOURNAL) + DECISION)
    for name, content in sealed_documents(decision).items():
        stamp = stamp_in(name, content)
        yield from unlogged_validations(name, stamp, chain) if stamp else ()
