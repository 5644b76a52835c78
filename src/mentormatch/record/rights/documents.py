"""The documents in a folder that speak of people: those that this library wrote, and those that others did.

Ours are those that a manifest tells of, that bear the name of a registered document, or that are of a make of ours.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from zipfile import ZipFile

from mentormatch.base.generation import EXAMPLE
from mentormatch.base.manifest import FILENAME, OURS, UNREADABLE, manifest_in, properties_of
from mentormatch.explanation.tables import pair_sheet
from mentormatch.inspection.section import writers
from mentormatch.languages import LANGUAGES, language, tr
from mentormatch.operations.matching import exporters
from mentormatch.record.decision import SUFFIX as DECISION
from mentormatch.record.log import SUFFIX as JOURNAL
from mentormatch.record.rights.person import HeldData

BOOKS = (".xlsx", ".xlsm", ".ods", ".odt", ".docx")
TEXTS = (".csv", ".tsv", ".txt", ".md", ".html", ".json", ".ipynb", ".ics")
PARQUET = ".parquet"
READ = frozenset({*BOOKS, *TEXTS, PARQUET})
MOST_BYTES = 100_000_000
FOOT = re.compile(r"mentormatch [0-9]+(\.[0-9]+)+\.?\s*</p>")
MAKER = "mentormatch"
STARTS = ("contacts.csv", "profils-", "publipostage.", "fiches.", "fiche-", "suivi.")
"""How the names of the other documents start in folders that were written before there were manifests."""


def ours(path: Path) -> bool:
    """Say whether a file is a document that this library wrote; decisions and logs, which know nobody, are none."""
    if path.name.endswith((DECISION, JOURNAL)):
        return False
    named = path.name in registered() or path.name.startswith(STARTS)
    return named or told_of(path) or made_by_us(path)


def told_of(path: Path) -> bool:
    """Say whether a manifest above a file tells that a run wrote it."""
    for folder in list(path.parents)[:3]:
        manifest, name = manifest_in(folder), path.relative_to(folder).as_posix()
        begun = manifest.runs[EXAMPLE].documents if EXAMPLE in manifest.runs else {}
        if manifest.known(name) and name not in begun:
            return True
    return False


def registered() -> set[str]:
    """Return the names under which writers of documents are registered."""
    return {each.filename for each in exporters().values()} | {each.filename for each in writers().values()}


def made_by_us(path: Path) -> bool:
    """Say whether a file shows by itself that this library made it, whatever its name is and whoever saved it since."""
    look = MAKES.get(path.suffix.lower())
    try:
        return look is not None and path.stat().st_size <= MOST_BYTES and look(path.read_bytes())
    except OSError:
        return False


def book_of_ours(content: bytes) -> bool:
    """Say whether a workbook names this library as its author."""
    return OURS in properties_of(content)


def page_of_ours(content: bytes) -> bool:
    """Say whether a page ends with the version of this library that made it."""
    return FOOT.search(content.decode("utf-8", "replace")) is not None


def object_of_ours(content: bytes) -> bool:
    """Say whether a JSON object is a result: it has our version and no programme, as requests have."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("schema_version") == 1 and not isinstance(told.get("programme"), dict)


def table_of_ours(content: bytes) -> bool:
    """Say whether a CSV file has the headings of the pairs or of contacts, in one of our languages."""
    lines = content.decode("utf-8-sig", "replace").splitlines()[:1]
    heads = [row for row in (next(csv.reader(lines, delimiter=mark), []) for mark in ";,") if len(row) > 1]
    return any(head[: len(one)] == list(one) for head in heads for one in headings())


def headings() -> Iterator[tuple[str, ...]]:
    """Yield how the tables begin that have a name of the reader's own choice."""
    for code in LANGUAGES:
        with language(code):
            yield tuple(pair_sheet(()).titles)
            yield tr("Côté"), tr("Identifiant")


def calendar_of_ours(content: bytes) -> bool:
    """Say whether a calendar names this library as its maker."""
    return any(line.startswith("PRODID") and MAKER in line for line in content.decode("utf-8", "replace").splitlines())


MAKES: dict[str, Callable[[bytes], bool]] = {
    ".xlsx": book_of_ours,
    ".html": page_of_ours,
    ".json": object_of_ours,
    ".csv": table_of_ours,
    ".ics": calendar_of_ours,
}
"""What tells, by the suffix of a file, that it is of our make."""


def documents(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, and of those in it, that may speak of people; a decision and its log do not."""
    for path in sorted(folder.rglob("*")):
        kept = path.name.endswith((DECISION, JOURNAL)) or path.name == FILENAME
        if path.is_file() and path.suffix.lower() in READ and not kept:
            yield path


def speaks_of(path: Path, held: HeldData) -> bool:
    """Say whether a document names a person, or is one of ours that cannot be read here; raises OSError."""
    if path.suffix.lower() == PARQUET or path.stat().st_size > MOST_BYTES:
        return ours(path)
    return any(held.named_in(text) for text in texts(path))


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a document, without what its format puts around and inside them."""
    if path.suffix.lower() in BOOKS:
        yield from parts(path)
        return
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    yield unescape(text) if path.suffix.lower() == ".html" else text
    if path.suffix.lower() == ".ics":
        yield re.sub(r"\r?\n[ \t]", "", text)
    if path.suffix.lower() in (".json", ".ipynb"):
        yield decoded(text)


def decoded(text: str) -> str:
    """Return a JSON text with its characters as such rather than as escapes, empty where it is not JSON."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def parts(path: Path) -> Iterator[str]:
    """Yield the texts inside a workbook."""
    try:
        with ZipFile(path) as archive:
            small = [one.filename for one in archive.infolist() if one.file_size <= MOST_BYTES]
            yield from (unescape(archive.read(name).decode("utf-8", "replace")) for name in small)
    except UNREADABLE:
        return
