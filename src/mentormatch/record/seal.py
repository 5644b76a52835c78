"""The seal: what the documents beside a decision print of it and of its log, and how it is found in them again.

A page, its summary, a workbook and a JSON file carry the digest of the decision, the head of the log and by whom the
decision was validated, in words for people and as a stamp in JSON for this check: as an attribute of a page, in cells
of the sheet of the log, as ``record`` of the JSON. So a log is held against every document that was made beside it,
without a solver and without the answers. A stamp is no signature: who may rewrite the log may rewrite these as well.
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
from mentormatch.survey.census import DifferenceError, DoubledError, UnreadableError
from mentormatch.survey.spreadsheetml import Archive, OfficeBook

JOURNAL = mark("Journal")
"""The sheet of the log in a workbook."""
STAMP = "mentormatch:"
"""What begins the cell before those of a stamp."""
MOST_BYTES = 100_000_000
"""Of a document, or of a part of one, that is looked at."""


class Signature(JsonMessage):
    """Who validated a decision, when (ISO 8601, with an offset) and why.

    ``unproved``: its optimum was accepted as stated, as its file does not prove it.
    """

    who: str
    when: str
    why: str
    unproved: bool = False

    @classmethod
    def of(cls, entry: LogEntry) -> Self:
        """Return the signature in a line of the log."""
        return cls(who=entry.who, when=entry.when, why=entry.why, unproved=entry.unproved)

    @property
    def words(self) -> str:
        """The same in words."""
        return validation_words(self.who, self.when, self.why, unproved=self.unproved)


class Stamp(JsonMessage):
    """What a document says of the decision beside it: its digest, the head of its log, and by whom it was validated."""

    decision: Sha256
    head: Sha256
    validations: list[Signature]

    @classmethod
    def from_json(cls, text: str | bytes) -> Self | None:
        """Return the stamp in a JSON text, None where it is none."""
        try:
            return cls.model_validate(parse_json(text))
        except (ValidationError, RequestError):
            return None


@dataclass(frozen=True, slots=True)
class Seal:
    """What a document prints of the record that it stands beside.

    ``decision`` is the SHA-256 of the decision file, ``head`` that of the last line of the log; ``validations`` are by
    whom the decision was validated, empty while it is a proposal; ``journal`` is the log up to that head.
    """

    decision: str
    head: str
    validations: tuple[Signature, ...] = ()
    journal: tuple[LogEntry, ...] = ()

    @classmethod
    def of(cls, chain: LogChain, decision: str, head: str) -> Self:
        """Return what documents print of a decision and its log, as this was when it had a head."""
        then = chain.until(head)
        signed = then.validations(decision)
        return cls(
            decision,
            head,
            tuple(map(Signature.of, signed)),
            then.entries,
        )

    @property
    def stamp(self) -> Stamp:
        """The same for a check, without the log."""
        return Stamp(decision=self.decision, head=self.head, validations=list(self.validations))

    @property
    def text(self) -> str:
        """The stamp in letters that no page and no spreadsheet changes."""
        content = json.dumps(self.stamp.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
        return content.replace("_", "\\u005f")  # a spreadsheet takes _x0041_ for A

    @property
    def cells(self) -> tuple[str, ...]:
        """The same as texts that each fit a cell, after the one by which they are found."""
        length = 20_000  # a cell of a workbook contains up to 32,767 characters
        return STAMP, *(self.text[start : start + length] for start in range(0, len(self.text), length))


def stamp_in_page(content: bytes) -> Stamp | None:
    """Return the stamp of a page, None where it has none."""
    found = re.search(rb' data-seal="([^"]*)"', content)
    return Stamp.from_json(html.unescape(found[1].decode("utf-8", "replace"))) if found else None


def stamp_in_json(content: bytes) -> Stamp | None:
    """Return the stamp of a JSON file, None where it has none."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    record = value.get("record") if isinstance(value, Mapping) else None
    return Stamp.from_json(json.dumps(record)) if isinstance(record, Mapping) else None


def stamp_in_workbook(content: bytes) -> Stamp | None:
    """Return the stamp of a workbook, None where it has none."""
    for row in sheet_in(content).values():
        cells = [row[column] for column in sorted(row)]
        if STAMP in cells:
            return Stamp.from_json("".join(cells[cells.index(STAMP) + 1 :]))
    return None


def sheet_in(content: bytes) -> dict[int, dict[int, str]]:
    """Return the texts of the sheet of the log, by row and column from 0; nothing where there is no such sheet."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
                return {}
            book = OfficeBook(Archive(archive))
            title = next((name for name in everywhere(JOURNAL) if name in book.parts), None)
            rows = book.census(title).rows if title else {}
    except (zipfile.BadZipFile, UnreadableError, DoubledError, DifferenceError):
        return {}
    return {
        row: {column: str(held) for column, held in cells.items() if held not in (None, "")}
        for row, cells in rows.items()
    }


READERS: Mapping[str, Callable[[bytes], Stamp | None]] = {
    ".html": stamp_in_page,
    ".json": stamp_in_json,
    ".resume.html": stamp_in_page,
    ".xlsx": stamp_in_workbook,
}
"""How the stamp of a document is found, by the suffix of its file."""


def sealed_documents(path: Path) -> dict[str, bytes]:
    """Return what stands in the documents beside a decision file, by their names; nothing of one that is not read."""
    stem = path.name.removesuffix(DECISION_SUFFIX)
    beside = (path.with_name(stem + suffix) for suffix in READERS)
    return {one.name: content_of(one) for one in beside if one.is_file()}


def content_of(path: Path) -> bytes:
    """Return the bytes of a document, none where it is too large, or not to be read."""
    try:
        return path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    except OSError:
        return b""


def stamp_in(name: str, content: bytes) -> Stamp | None:
    """Return the stamp of a document, None where it has none, or none that can be read."""
    return READERS[Path(name).suffix](content)


def unlogged_validations(name: str, stamp: Stamp, chain: LogChain) -> Iterator[Problem]:
    """Yield the validations that a document prints and the log does not have."""
    logged = {Signature.of(one) for one in chain.validations(stamp.decision)}
    for one in stamp.validations:
        if one not in logged:
            said = validation_words(one.who, one.when, "").removesuffix(".")
            gone = tr("ce document dit « {said} », et le journal n'a pas cette ligne", said=said)
            yield Problem(name, gone, tr("la ligne de cette validation"))
