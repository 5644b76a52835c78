"""A decision and its log -> the seal printed on documents, and its stamp, which is read from the documents again.

A page, its summary, a workbook and a JSON file contain the digest of the decision, the head of the log and the
validations, as sentences for people and as a JSON stamp for checks: an attribute of the page, cells of the sheet of the
log, or ``record`` of the JSON. So a log can be compared with every document next to it, without a solver and without
the answers. A stamp is not a signature: an intruder who can rewrite the log may be able to rewrite the documents too.
"""

import html
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from mentormatch.base.strict_json import JsonMessage, parse_json
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import everywhere, mark, tr
from mentormatch.record.decision import DECISION_SUFFIX, Sha256
from mentormatch.record.log import LogChain, LogEntry, validation_words
from mentormatch.survey.census import DuplicateCellError, ReadingMismatchError, UnreadableError
from mentormatch.survey.spreadsheetml import WorkbookArchive, XlsxWorkbook

LOG_SHEET = mark("Journal")
"""The title of the sheet of the log in a workbook."""
STAMP_MARKER = "mentormatch:"
"""The cell before the cells of a stamp."""
MAX_DOCUMENT_BYTES = 100_000_000  # larger documents, and larger parts of an archive, are not read


class Signature(JsonMessage):
    """The author, time (ISO 8601 with an offset) and reason of a validation.

    ``unproved``: the optimum was accepted as stated, because the file does not prove it.
    """

    who: str
    when: str
    why: str
    unproved: bool = False

    @classmethod
    def of(cls, entry: LogEntry) -> Self:
        """Return the signature of a validation in the log."""
        return cls(who=entry.who, when=entry.when, why=entry.why, unproved=entry.unproved)

    @property
    def words(self) -> str:
        """The validation as a sentence."""
        return validation_words(self.who, self.when, self.why, unproved=self.unproved)


class Stamp(JsonMessage):
    """The record that a document contains: digest of the decision, head of its log, and validations."""

    decision: Sha256
    head: Sha256
    validations: list[Signature]

    @classmethod
    def from_json(cls, text: str | bytes) -> Self | None:
        """Parse a stamp; None if the text is not one."""
        try:
            return cls.model_validate(parse_json(text))
        except (ValidationError, RequestError):
            return None


@dataclass(frozen=True, slots=True)
class Seal:
    """The record that is printed on the documents next to a decision.

    ``decision`` is the SHA-256 digest of the decision file, ``head`` that of the last line of the log. ``validations``
    are empty if the decision is a proposal; ``journal`` contains the entries of the log up to the head.
    """

    decision: str
    head: str
    validations: tuple[Signature, ...] = ()
    journal: tuple[LogEntry, ...] = ()

    @classmethod
    def of(cls, chain: LogChain, decision: str, head: str) -> Self:
        """Return the seal of a decision and its log at a head."""
        log_at_head = chain.at_head(head)
        validations = log_at_head.validations(decision)
        return cls(
            decision,
            head,
            tuple(map(Signature.of, validations)),
            log_at_head.entries,
        )

    @property
    def stamp(self) -> Stamp:
        """The seal without the entries of the log."""
        return Stamp(decision=self.decision, head=self.head, validations=list(self.validations))

    @property
    def text(self) -> str:
        """The stamp as JSON text, in characters that neither pages nor spreadsheets change."""
        content = json.dumps(self.stamp.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
        return content.replace("_", "\\u005f")  # a spreadsheet takes _x0041_ for A

    @property
    def cells(self) -> tuple[str, ...]:
        """The text in pieces that fit into cells, after the marker."""
        length = 20_000  # a cell of a workbook contains up to 32,767 characters
        return STAMP_MARKER, *(self.text[start : start + length] for start in range(0, len(self.text), length))


def stamp_in_page(content: bytes) -> Stamp | None:
    """Return the stamp of a page, or None."""
    match = re.search(rb' data-seal="([^"]*)"', content)
    return Stamp.from_json(html.unescape(match[1].decode("utf-8", "replace"))) if match else None


def stamp_in_json(content: bytes) -> Stamp | None:
    """Return the stamp of a JSON file, or None."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    record = value.get("record") if isinstance(value, Mapping) else None
    return Stamp.from_json(json.dumps(record)) if isinstance(record, Mapping) else None


def stamp_in_workbook(content: bytes) -> Stamp | None:
    """Return the stamp of a workbook, or None."""
    for row in log_sheet_cells(content).values():
        cells = [row[column] for column in sorted(row)]
        if STAMP_MARKER in cells:
            return Stamp.from_json("".join(cells[cells.index(STAMP_MARKER) + 1 :]))
    return None


def log_sheet_cells(content: bytes) -> dict[int, dict[int, str]]:
    """Return the texts in the sheet of the log that are not empty, by row and column from 0.

    Returns an empty dict if there is no such sheet, or if the workbook is unreadable or too large.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_DOCUMENT_BYTES:
                return {}
            book = XlsxWorkbook(WorkbookArchive(archive))
            title = next((name for name in everywhere(LOG_SHEET) if name in book.parts), None)
            rows = book.inventory(title).rows if title else {}
    except (zipfile.BadZipFile, UnreadableError, DuplicateCellError, ReadingMismatchError):
        return {}
    return {
        row: {column: str(value) for column, value in cells.items() if value not in (None, "")}
        for row, cells in rows.items()
    }


STAMP_READERS: Mapping[str, Callable[[bytes], Stamp | None]] = {
    ".html": stamp_in_page,
    ".json": stamp_in_json,
    ".resume.html": stamp_in_page,
    ".xlsx": stamp_in_workbook,
}
"""The function that reads the stamp of a document, by the suffix of its file."""


def sealed_documents(path: Path) -> dict[str, bytes]:
    """Return the contents of the documents next to a decision file, by name; empty if unreadable or too large."""
    stem = path.name.removesuffix(DECISION_SUFFIX)
    paths = (path.with_name(stem + suffix) for suffix in STAMP_READERS)
    return {document.name: read_or_empty(document) for document in paths if document.is_file()}


def read_or_empty(path: Path) -> bytes:
    """Return the bytes of a file; empty if it is unreadable or too large."""
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_DOCUMENT_BYTES else b""
    except OSError:
        return b""


def stamp_in(name: str, content: bytes) -> Stamp | None:
    """Return the stamp of a document; None if it has no readable stamp, or a suffix not in ``STAMP_READERS``."""
    read_stamp = STAMP_READERS.get(Path(name).suffix)
    return read_stamp(content) if read_stamp else None


def unlogged_validations(name: str, stamp: Stamp, chain: LogChain) -> Iterator[Problem]:
    """Yield the validations that a document prints and the log does not contain."""
    logged = {Signature.of(entry) for entry in chain.validations(stamp.decision)}
    for signature in stamp.validations:
        if signature not in logged:
            sentence = validation_words(signature.who, signature.when, "").removesuffix(".")
            finding = tr("ce document dit « {said} », et le journal n'a pas cette ligne", said=sentence)
            yield Problem(name, finding, tr("la ligne de cette validation"))
