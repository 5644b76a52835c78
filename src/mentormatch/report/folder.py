"""A folder with all documents of a matching, the decision file and the log that they are held to."""

from pathlib import Path

from mentormatch.files import write_whole
from mentormatch.matching import Matching, Seal, Signature, exporters
from mentormatch.record.decision import SUFFIX
from mentormatch.record.digests import digest
from mentormatch.record.log import append, check_chain
from mentormatch.record.runs import entries_of, refuse_broken
from mentormatch.record.verify import journal_beside


def save_folder(matching: Matching, folder: Path, *, who: str | None, why: str) -> tuple[Path, ...]:
    """Write the decision file, then the log, then all documents, and return the files, the log among them.

    Where nobody is named or the log is not whole, nothing is written.
    """
    known = exporters()
    exporter = known.pop(SUFFIX)
    path, content = folder / exporter.filename, exporter.content(matching)
    decision, journal = digest(content), journal_beside(path)
    entries = entries_of(matching, decision, who=who, why=why)
    refuse_broken(journal)
    write_whole(path, content)
    seal = sealed(journal, decision, append(journal, *entries))
    documents = [each.save(matching, folder / each.filename, seal) for each in known.values()]
    return path, journal, *documents


def sealed(journal: Path, decision: str, head: str) -> Seal:
    """Return what the documents print of a decision and its log."""
    validations = check_chain(journal).validations(decision)
    return Seal(decision, head, tuple(Signature(one.who, one.when, one.why) for one in validations))
