"""A folder with all documents of a matching, the decision file and the log that they are held to."""

from pathlib import Path

from mentormatch.files import write_whole
from mentormatch.matching import Matching, documents_made, exporters
from mentormatch.record.decision import SUFFIX
from mentormatch.record.digests import digest
from mentormatch.record.log import append, check_chain
from mentormatch.record.runs import entries_of, refuse_broken
from mentormatch.record.seal import Seal
from mentormatch.record.validation import validate
from mentormatch.record.verify import journal_beside


def save_folder(matching: Matching, folder: Path, *, who: str | None, why: str) -> tuple[Path, ...]:
    """Write the decision file, then the log, then all documents, and return the files, the log among them.

    Where nobody is named or the log is not whole, nothing is written.
    """
    exporter = exporters()[SUFFIX]
    path, content = folder / exporter.filename, exporter.content(matching)
    decision, journal = digest(content), journal_beside(path)
    entries = entries_of(matching, decision, who=who, why=why)
    refuse_broken(journal)
    write_whole(path, content)
    head = append(journal, *entries)
    return path, journal, *documents(matching, folder, Seal.of(check_chain(journal), decision, head))


def validated(matching: Matching, folder: Path, *, who: str, why: str = "") -> Seal:
    """Write all documents of a matching, then validate the decision, which renews what they print of it.

    Return what they print. Nothing is written where nobody is named; see ``validate`` for what is refused.
    """
    path, *_ = save_folder(matching, folder, who=who, why=why)
    return validate(path, who=who, why=why).seal


def documents(matching: Matching, folder: Path, seal: Seal) -> list[Path]:
    """Write all documents that stand beside the decision file, and return them."""
    made = {kind: each for kind, each in documents_made().items() if kind != SUFFIX}
    return [each.save(matching, folder / each.filename, seal) for each in made.values()]
