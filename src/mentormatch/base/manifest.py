"""The manifest of a folder: its runs, the digests of their documents, and the state of each document since.

The manifest is a file in the same folder. It distinguishes unchanged documents, edited ones, and documents of earlier
runs, of which it stores the digests.
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
MAX_EARLIER_DIGESTS = 50  # digests of earlier versions per document
UNREADABLE = (  # raised by ``zipfile`` for broken archives
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
OURS = b"<dc:creator>mentormatch</dc:creator>"


class DocumentState(StrEnum):
    """The state of a document, compared with its digest in the manifest."""

    SAME = "same"
    MISSING = "missing"
    EARLIER = "earlier"  # the document of another run
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Document:
    """SHA-256 and size in bytes of the original content of a document."""

    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes) -> "Document":
        """Return the digest and size of some bytes."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True, slots=True)
class DocumentRun:
    """A run of a command: its time, version and documents, its decision and its log if it has them.

    ``caveats`` are the caveats of the pairs in the documents, one sentence per code: not every document can state them.
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
        """Return the run with the documents of a former one added; its own documents take precedence."""
        documents, caveats = {**former.documents, **self.documents}, self.caveats or former.caveats
        log, decision = self.log or former.log, self.decision or former.decision
        return DocumentRun(documents, decision, log, self.version, self.when, caveats)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last run of each kind in a folder, and the digests of former versions of its documents.

    ``readable`` is false if the file exists but is invalid.
    """

    runs: Mapping[str, DocumentRun] = field(default_factory=dict)
    earlier: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readable: bool = True

    def has_document(self, name: str) -> bool:
        """Return whether some run wrote a document of this name."""
        return name in self.earlier or any(name in run.documents for run in self.runs.values())

    def digests(self, name: str) -> set[str]:
        """Return all recorded digests of a document, current and former."""
        current = {run.documents[name].sha256 for run in self.runs.values() if name in run.documents}
        return current | set(self.earlier.get(name, ()))

    def after(self, kind: str, run: DocumentRun) -> "Manifest":
        """Return the manifest after a run, with the digests of each run that it replaces.

        It replaces the last run of its kind, and each run whose documents it all rewrites.
        """
        dropped = [
            name
            for name, former in self.runs.items()
            if name == kind or former.documents.keys() <= run.documents.keys()
        ]
        earlier = dict(self.earlier)
        for name, document in (pair for dropped_kind in dropped for pair in self.runs[dropped_kind].documents.items()):
            before = [former for former in earlier.get(name, ()) if former != document.sha256]
            earlier[name] = (*before, document.sha256)[-MAX_EARLIER_DIGESTS:]
        remaining = {name: former for name, former in self.runs.items() if name not in dropped}
        return Manifest({**remaining, kind: run}, earlier)

    def with_those_in(self, folder: Path, names: Iterable[str]) -> "Manifest":
        """Return the manifest with the digests of the existing files of these names that it did not list."""
        unlisted = [name for name in names if not self.has_document(name) and (folder / name).is_file()]
        digests = {name: (Document.of((folder / name).read_bytes()).sha256,) for name in unlisted}
        return replace(self, earlier={**self.earlier, **digests})

    def without(self, names: Iterable[str]) -> "Manifest":
        """Return the manifest without some documents, which were deleted."""
        deleted = set(names)
        runs = {
            kind: replace(
                run, documents={name: document for name, document in run.documents.items() if name not in deleted}
            )
            for kind, run in self.runs.items()
        }
        return Manifest(runs, {name: entry for name, entry in self.earlier.items() if name not in deleted})

    def states(self, folder: Path) -> Iterator[tuple[str, str, DocumentState]]:
        """Yield the kind of run, the name and the state of each document."""
        for kind, run in self.runs.items():
            for name, document in run.documents.items():
                yield kind, name, self.state(folder / name, name, document)

    def state(self, path: Path, name: str, written: Document) -> DocumentState:
        """Return the state of one document."""
        try:
            digest = Document.of(path.read_bytes()).sha256
        except OSError:
            return DocumentState.MISSING
        if digest == written.sha256:
            return DocumentState.SAME
        return DocumentState.EARLIER if digest in self.digests(name) else DocumentState.CHANGED

    def is_edited(self, path: Path, name: str) -> bool:
        """Return whether a file has content that no run wrote: it was edited, or is not a document of this library.

        A document that the manifest does not list can be judged only if it is a workbook, by its date of last saving.
        """
        try:
            content = path.read_bytes()
        except OSError:
            return path.exists()
        if self.has_document(name):
            return hashlib.sha256(content).hexdigest() not in self.digests(name)
        return path.suffix.lower() == ".xlsx" and not is_unmodified(content)

    def encode(self) -> bytes:
        """Return the content of the manifest file."""
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
                        {"name": name, "sha256": document.sha256, "size": document.size}
                        for name, document in run.documents.items()
                    ],
                }
                for kind, run in self.runs.items()
            ],
            "earlier": {name: list(digests) for name, digests in self.earlier.items()},
        }
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogateescape")


def manifest_in(folder: Path) -> Manifest:
    """Return the manifest of a folder: empty if there is none or the system refuses it, not ``readable`` if invalid."""
    try:
        content = (folder / MANIFEST_NAME).read_bytes()
    except OSError:
        return Manifest()
    try:
        value = json.loads(content.decode("utf-8", "surrogateescape"))
        earlier = {check_inside_folder(name): tuple(map(str, digests)) for name, digests in value["earlier"].items()}
        return Manifest({str(entry["kind"]): run_in(entry) for entry in value["runs"]}, earlier)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Manifest(readable=False)


STATE_MESSAGES = {
    DocumentState.MISSING: mark("{name} : ce document n'est plus là."),
    DocumentState.CHANGED: mark("{name} : changé à la main depuis qu'il a été fait."),
    DocumentState.EARLIER: mark("{name} : ce document est d'un autre calcul."),
}


def check_documents(decision: Path) -> tuple[list[str], list[Problem]]:
    """Return messages on the documents in the folder of a decision file, and problems.

    Problems are documents of the decision's run that another run has replaced, an edited decision file, and an
    unreadable manifest. Other replaced, missing or edited documents are reported in a message, and are no reason to
    refuse the decision.
    """
    manifest = manifest_in(decision.parent)
    if not manifest.readable:
        return [], [Problem(MANIFEST_NAME, tr("ne peut pas être lu"), advice=tr("refaites les documents"))]
    sentences, problems = [], []
    for kind, name, state in manifest.states(decision.parent):
        is_of_run = decision.name in manifest.runs[kind].documents
        if is_of_run and (state is DocumentState.EARLIER or (state is DocumentState.CHANGED and name == decision.name)):
            finding, advice = tr("n'est pas du même calcul que les autres documents"), tr("refaites les documents")
            problems.append(Problem(name, finding, advice=advice))
        elif state is not DocumentState.SAME:
            sentences.append(tr(STATE_MESSAGES[state], name=name))
    has_run = any(decision.name in run.documents for run in manifest.runs.values())
    unchanged = [tr("Documents : ceux de cette décision, tels qu'ils ont été faits.")] if has_run else []
    return sentences if sentences or problems else unchanged, problems


def documents_with_caveat(decision: Path, code: str) -> list[str]:
    """Return the documents of the run of a decision file if they were made with this caveat, else none."""
    runs = [run for run in manifest_in(decision.parent).runs.values() if decision.name in run.documents]
    return [name for run in runs if code in run.caveats for name in run.documents]


def run_in(entry: Mapping[str, Any]) -> DocumentRun:
    """Return the run that an entry of a manifest file describes."""
    documents = {
        check_inside_folder(document["name"]): Document(str(document["sha256"]), int(document["size"]))
        for document in entry["documents"]
    }
    decision, log, version, when = (str(entry[name]) for name in ("decision", "log", "version", "when"))
    caveats = {str(code): str(sentence) for code, sentence in entry.get("caveats", {}).items()}
    return DocumentRun(documents, decision, check_inside_folder(log) if log else "", version, when, caveats)


def check_inside_folder(name: str) -> str:
    """Return the name of a document. Raises ValueError if it is outside the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise ValueError("not in the folder")
    return name


def is_unmodified(workbook: bytes) -> bool:
    """Return whether this library wrote a workbook and no program has saved it since, which updates its date."""
    properties = properties_of(workbook)
    created, saved = (element_text(properties, b"<dcterms:" + name) for name in (b"created", b"modified"))
    return OURS in properties and created == saved != b""


def properties_of(workbook: bytes) -> bytes:
    """Return the core properties of a workbook; empty if it cannot be read."""
    try:
        with ZipFile(BytesIO(workbook)) as archive:
            return archive.read("docProps/core.xml")
    except UNREADABLE:
        return b""


def element_text(text: bytes, tag: bytes) -> bytes:
    """Return the text of the first element with this tag; empty if there is none."""
    _, _, remainder = text.partition(tag)
    return remainder.partition(b">")[2].partition(b"<")[0]
