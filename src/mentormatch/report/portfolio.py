"""All that a folder of documents would hold, in memory: nothing of it is ever on a disk."""

from dataclasses import dataclass, field
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mentormatch.errors import RequestError
from mentormatch.languages import tr
from mentormatch.operations.matching import Matching, documents_made, exporters
from mentormatch.record.decision import FILENAME, SUFFIX
from mentormatch.record.log import SUFFIX as JOURNAL
from mentormatch.record.log import chain_in, continued
from mentormatch.record.runs import entries_of
from mentormatch.record.seal import Seal
from mentormatch.record.signatures import signed
from mentormatch.record.verify import verify_content


@dataclass(repr=False)
class Portfolio:
    """The decision that was validated last, the documents that print it, and the log of all that were.

    ``files`` are the bytes of each by its name; empty while nothing was validated.
    """

    files: dict[str, bytes] = field(default_factory=dict)

    def validated(self, matching: Matching, *, who: str, why: str = "") -> Seal:
        """Check a decision again, validate it under a name, make all documents, and return what they print.

        Raises RequestError where nobody is named or the decision does not hold; all stays as it was then.
        """
        content = exporters()[SUFFIX].content(matching)
        verification = verify_content(content)
        if not verification.sound:
            raise RequestError(f"{tr("Rien n'a été validé.")}\n{verification.words}")
        decision, name = verification.digest, FILENAME.removesuffix(SUFFIX) + JOURNAL
        entries = entries_of(matching, decision, who=who, why=why)
        validation = signed("validation", {"decision": decision}, who=who, why=why)
        journal = self.files.get(name, b"")
        head, added = continued(journal, *entries, validation)
        seal = Seal.of(chain_in(journal + added), decision, head)
        self.files = {FILENAME: content, name: journal + added, **documents(matching, seal)}
        return seal


def documents(matching: Matching, seal: Seal | None = None) -> dict[str, bytes]:
    """Return all documents that stand beside the decision file, by their names."""
    made = {kind: each for kind, each in documents_made().items() if kind != SUFFIX}
    return {each.filename: each.content(matching, seal) for each in made.values()}


def packed(files: dict[str, bytes]) -> bytes:
    """Return files as one archive; the same files give the same bytes."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return stream.getvalue()
