"""What was written into a folder: each run with its documents, their digests, and what became of them since.

The manifest lies beside the documents. It tells a document that stands as it was written from one that somebody
changed, and from one of an earlier run, whose digests it keeps.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

from mentormatch.base.version import __version__
from mentormatch.errors import Problem
from mentormatch.languages.translation import mark, tr

MANIFEST_NAME = "manifeste.json"
KEPT = 50
"""So many digests of earlier runs are kept of each document."""
PROPERTIES = "docProps/core.xml"
UNREADABLE = (
    BadZipFile,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What reading an archive may raise."""
OURS = b"<dc:creator>mentormatch</dc:creator>"


class DocumentState(StrEnum):
    """What became of a document since it was written."""

    SAME = "same"
    MISSING = "missing"
    EARLIER = "earlier"
    """It is a document of another run."""
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Document:
    """The SHA-256 and the size in bytes of a document as it was written."""

    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes) -> "Document":
        """Return those of some bytes."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True, slots=True)
class DocumentRun:
    """One run of a command: when, by which version, of which decision if any, its log if any, and its documents.

    ``caveats`` are what has to be known of the pairs in them, a sentence a code: not every document can hold that.
    """

    documents: Mapping[str, Document]
    decision: str = ""
    log: str = ""
    version: str = ""
    when: str = ""
    caveats: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Mapping[str, bytes], *, decision: str = "", log: str = "") -> "DocumentRun":
        """Return a run that writes these files now."""
        documents = {name: Document.of(content) for name, content in files.items()}
        return cls(documents, decision, log, __version__, datetime.now().astimezone().isoformat("T", "seconds"))

    def add_to(self, former: "DocumentRun") -> "DocumentRun":
        """Return the run whose documents stand among those of one before."""
        documents, caveats = {**former.documents, **self.documents}, self.caveats or former.caveats
        log, decision = self.log or former.log, self.decision or former.decision
        return DocumentRun(documents, decision, log, self.version, self.when, caveats)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last run of each kind in a folder, and digests that documents of the same names had in runs before.

    ``readable`` is false where there is a manifest that says nothing.
    """

    runs: Mapping[str, DocumentRun] = field(default_factory=dict)
    earlier: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readable: bool = True

    def has_document(self, name: str) -> bool:
        """Say whether a run wrote a document of this name."""
        return name in self.earlier or any(name in run.documents for run in self.runs.values())

    def digests(self, name: str) -> set[str]:
        """Return the digests under which a document of this name was ever written."""
        now = {run.documents[name].sha256 for run in self.runs.values() if name in run.documents}
        return now | set(self.earlier.get(name, ()))

    def after(self, kind: str, run: DocumentRun) -> "Manifest":
        """Return the manifest after a run of some kind; a run of which it writes every document anew is over."""
        over = [name for name, one in self.runs.items() if name == kind or one.documents.keys() <= run.documents.keys()]
        earlier = dict(self.earlier)
        for name, document in (pair for each in over for pair in self.runs[each].documents.items()):
            before = [one for one in earlier.get(name, ()) if one != document.sha256]
            earlier[name] = (*before, document.sha256)[-KEPT:]
        going_on = {name: one for name, one in self.runs.items() if name not in over}
        return Manifest({**going_on, kind: run}, earlier)

    def with_those_in(self, folder: Path, names: Iterable[str]) -> "Manifest":
        """Return the manifest with the files of these names that no run is known to have written."""
        there = [name for name in names if not self.has_document(name) and (folder / name).is_file()]
        found = {name: (Document.of((folder / name).read_bytes()).sha256,) for name in there}
        return replace(self, earlier={**self.earlier, **found})

    def without(self, names: Iterable[str]) -> "Manifest":
        """Return the manifest after documents were deleted, of which it says nothing any more."""
        gone = set(names)
        runs = {
            kind: replace(run, documents={name: one for name, one in run.documents.items() if name not in gone})
            for kind, run in self.runs.items()
        }
        return Manifest(runs, {name: entry for name, entry in self.earlier.items() if name not in gone})

    def states(self, folder: Path) -> Iterator[tuple[str, str, DocumentState]]:
        """Yield the kind of run, the name and the state of each document."""
        for kind, run in self.runs.items():
            for name, document in run.documents.items():
                yield kind, name, self.state(folder / name, name, document)

    def state(self, path: Path, name: str, written: Document) -> DocumentState:
        """Return what became of one document."""
        try:
            found = Document.of(path.read_bytes()).sha256
        except OSError:
            return DocumentState.MISSING
        if found == written.sha256:
            return DocumentState.SAME
        return DocumentState.EARLIER if found in self.digests(name) else DocumentState.CHANGED

    def is_edited(self, path: Path, name: str) -> bool:
        """Say whether a file holds what no run wrote: somebody has changed it, or it is none of ours.

        Of a document that no manifest knows only a workbook can tell: it says when it was last saved.
        """
        try:
            content = path.read_bytes()
        except OSError:
            return path.exists()
        if self.has_document(name):
            return hashlib.sha256(content).hexdigest() not in self.digests(name)
        return path.suffix.lower() == ".xlsx" and not as_made(content)

    def encode(self) -> bytes:
        """Return the manifest as a file."""
        content = {
            "schema_version": 1,
            "runs": [
                {
                    "kind": kind,
                    "version": run.version,
                    "when": run.when,
                    "decision": run.decision,
                    "log": run.log,
                    "caveats": dict(run.caveats),
                    "documents": [
                        {"name": name, "sha256": one.sha256, "size": one.size} for name, one in run.documents.items()
                    ],
                }
                for kind, run in self.runs.items()
            ],
            "earlier": {name: list(digests) for name, digests in self.earlier.items()},
        }
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogateescape")


def manifest_in(folder: Path) -> Manifest:
    """Return the manifest of a folder; one that says nothing where it has none, or none that can be read."""
    try:
        content = (folder / MANIFEST_NAME).read_bytes()
    except OSError:
        return Manifest()
    try:
        value = json.loads(content.decode("utf-8", "surrogateescape"))
        earlier = {within(name): tuple(map(str, digests)) for name, digests in value["earlier"].items()}
        return Manifest({str(one["kind"]): run_in(one) for one in value["runs"]}, earlier)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Manifest(readable=False)


WORDS = {
    DocumentState.MISSING: mark("{name} : ce document n'est plus là."),
    DocumentState.CHANGED: mark("{name} : changé à la main depuis qu'il a été fait."),
    DocumentState.EARLIER: mark("{name} : ce document est d'un autre calcul."),
}


def check_documents(decision: Path) -> tuple[list[str], list[Problem]]:
    """Return what became of the documents beside a decision file, and what of that is wrong: they are of another run.

    A document that is missing, or that somebody changed, is told, and is no reason to refuse the decision.
    """
    manifest = manifest_in(decision.parent)
    if not manifest.readable:
        return [], [Problem(MANIFEST_NAME, tr("ne peut pas être lu"), advice=tr("refaites les documents"))]
    sentences, problems = [], []
    for kind, name, state in manifest.states(decision.parent):
        own = decision.name in manifest.runs[kind].documents
        if own and (state is DocumentState.EARLIER or (state is DocumentState.CHANGED and name == decision.name)):
            found, advice = tr("n'est pas du même calcul que les autres documents"), tr("refaites les documents")
            problems.append(Problem(name, found, advice=advice))
        elif state is not DocumentState.SAME:
            sentences.append(tr(WORDS[state], name=name))
    own_run = any(decision.name in run.documents for run in manifest.runs.values())
    whole = [tr("Documents : ceux de cette décision, tels qu'ils ont été faits.")] if own_run else []
    return sentences if sentences or problems else whole, problems


def documents_with_caveat(decision: Path, code: str) -> list[str]:
    """Return the documents of the run of a decision file if they were made with this caveat."""
    runs = [run for run in manifest_in(decision.parent).runs.values() if decision.name in run.documents]
    return [name for run in runs if code in run.caveats for name in run.documents]


def run_in(entry: Mapping[str, Any]) -> DocumentRun:
    """Return one run as a manifest tells it."""
    documents = {within(one["name"]): Document(str(one["sha256"]), int(one["size"])) for one in entry["documents"]}
    decision, log, by, when = (str(entry[name]) for name in ("decision", "log", "version", "when"))
    caveats = {str(code): str(sentence) for code, sentence in entry.get("caveats", {}).items()}
    return DocumentRun(documents, decision, within(log) if log else "", by, when, caveats)


def within(name: str) -> str:
    """Return the name of a document; raises ValueError where it would be none of the folder's."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise ValueError("not in the folder")
    return name


def as_made(workbook: bytes) -> bool:
    """Say whether a workbook is as this library made it: every spreadsheet dates what it saves."""
    properties = properties_of(workbook)
    made, saved = (between(properties, b"<dcterms:" + name) for name in (b"created", b"modified"))
    return OURS in properties and made == saved != b""


def properties_of(workbook: bytes) -> bytes:
    """Return what a workbook says of who made it and when, empty where it cannot be read."""
    try:
        with ZipFile(BytesIO(workbook)) as archive:
            return archive.read(PROPERTIES)
    except UNREADABLE:
        return b""


def between(text: bytes, tag: bytes) -> bytes:
    """Return what stands in the first element of this tag, empty where there is none."""
    _, _, rest = text.partition(tag)
    return rest.partition(b">")[2].partition(b"<")[0]
