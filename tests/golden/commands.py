"""The command line, run in this process: what a command said, how it ended, and the files that it wrote."""

import csv
import io
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import load_workbook

import mentormatch as mm
from mentormatch.cli import main
from mentormatch.languages.translation import LANGUAGES
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind

SOFT = (
    (re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)"), "<moment>"),
    (re.compile(r"\d+(?:er)?\s\w+\s\d{4}\sà\s\d+\sh\s\d{2}\sUTC"), "<moment>"),
    (re.compile(r"\w+\s\d+,\s\d{4}\sat\s\d+:\d{2}\sUTC"), "<moment>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<sha256>"),
    (re.compile(r'"versions": ?\{[^}]*\}'), '"versions": {}'),
    (re.compile(r"DTSTAMP:\w+"), "DTSTAMP:<moment>"),
    (re.compile(r'"person": ?"[ME]-\w+"'), '"person": "<pseudonym>"'),
    (re.compile(r'"size": ?[0-9]+'), '"size": 0'),
    (re.compile(r'"(seconds|\w+_s)": ?[0-9.e+-]+'), r'"\1": 0'),
    (re.compile(r"<style>.*?</style>", re.DOTALL), "<style></style>"),
    (re.compile(r"'sha256-[\w+/=]+'"), "'<sha256>'"),
    (re.compile(re.escape("|".join(LANGUAGES)) + r"\s+"), "<languages> "),
    (re.compile(r"\b" + re.escape(mm.__version__) + r"\b"), "<version>"),
)
"""What differs between two runs of the same: moments, digests of what holds versions, seconds; and style sheets."""
LISTED = re.compile(r"(?:[«“]\s?\w+\s?[»”], ){9,}[«“]\s?\w+\s?[»”]")
"""Ten names or more, one after the other: where all are kinds of rules or criteria, a new kind may be one of them."""
NOTHING: Mapping[str, bytes] = {}


class Kept(BytesIO):
    """Bytes that are still there when the stream over them is closed."""

    def close(self) -> None:
        """Stay open."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it wrote on stdout and on stderr."""

    code: int
    out: str
    err: str

    def told(self) -> str:
        """Return all of it as one text."""
        return f"exit {self.code}\n--- stderr\n{self.err}\n--- stdout\n{self.out}"


def normalised(text: str, folder: Path | None = None) -> str:
    """Return a text without what differs between two runs."""
    if folder is not None:
        text = text.replace(str(folder), "<folder>")
    for pattern, put in SOFT:
        text = pattern.sub(put, text)
    text = LISTED.sub(without_kinds, text)
    today = datetime.now(UTC).date()
    return text.replace(today.isoformat(), "<today>").replace(f"{today:%d/%m/%Y}", "<today>")


def without_kinds(listed: re.Match[str]) -> str:
    """Return an enumeration as it stands, or that it was one of kinds."""
    names = set(re.findall(r"\w+", listed[0]))
    return "<kinds>" if names <= {*rules_by_kind(), *criteria_by_kind()} else listed[0]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Have a command leave this process as it was: its streams, its signals, what it lets nobody import."""
    modules: dict[str, Any] = sys.modules
    handler, idle = signal.getsignal(signal.SIGINT), {name for name in modules if modules[name] is None}
    try:
        with patch.dict(os.environ, COLUMNS="100", LOGNAME="golden"):
            yield
    finally:
        signal.signal(signal.SIGINT, handler)
        for name in [name for name in modules if modules[name] is None and name not in idle]:
            del modules[name]


def done(*words: object, given: str = "") -> Done:
    """Return what comes of a command line."""
    out, err = Kept(), Kept()
    streams = {"stdin": Kept(given.encode()), "stdout": out, "stderr": err}
    held: dict[str, Any] = {name: TextIOWrapper(stream, "utf-8") for name, stream in streams.items()}
    code = 0
    argv = ["mentormatch", *map(str, words)]
    started = patch.object(sys.modules["__main__"], "__package__", "")  # of which help makes a name of the program
    with undisturbed(), started, patch.multiple(sys, argv=argv, **held):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    return Done(code, out.getvalue().decode(), err.getvalue().decode())


def cells(content: bytes) -> str:
    """Return the cells of a workbook as text, sheet by sheet, with their notes, widths of columns and hidden sheets."""
    told = StringIO()
    writer = csv.writer(told, lineterminator="\n")
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        writer.writerow([f"# {sheet.title}", sheet.sheet_state, sheet.freeze_panes, sheet.auto_filter.ref])
        for row in sheet.iter_rows():
            notes = [f"{cell.coordinate}: {cell.comment.text}" for cell in row if cell.comment]
            writer.writerow([*("" if cell.value is None else cell.value for cell in row), *notes])
        for check in sheet.data_validations.dataValidation:
            writer.writerow(["validation", str(check.sqref), check.type, check.formula1])
    return told.getvalue()


def text_of(path: Path) -> str:
    """Return what a document says, as text."""
    content = path.read_bytes()
    return cells(content) if path.suffix == ".xlsx" else content.decode("utf-8")


def written(folder: Path, before: Mapping[str, bytes] = NOTHING) -> dict[str, str]:
    """Return the texts of the files below a folder by their names, but those that were there ``before``."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {str(path.relative_to(folder)): path for path in found}
    fresh = {name: path for name, path in named.items() if before.get(name) != path.read_bytes()}
    return {name: normalised(text_of(path), folder.parent) for name, path in fresh.items()}
