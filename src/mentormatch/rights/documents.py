"""The documents in a folder that speak of people: those that this library wrote, and those that others did."""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from mentormatch.inspection.part import writers
from mentormatch.matching import exporters
from mentormatch.record.decision import SUFFIX as DECISION
from mentormatch.record.log import SUFFIX as JOURNAL
from mentormatch.rights.person import Held

CONTACTS = "contacts.csv"
STARTS = ("profils-", "publipostage.", "fiches.", "fiche-", "suivi.")
"""How the names of the other documents start."""
READ = frozenset({".csv", ".tsv", ".txt", ".md", ".html", ".json", ".ipynb", ".parquet", ".xlsx"})
MOST_BYTES = 100_000_000


def ours(path: Path) -> bool:
    """Say whether a file bears the name of a document that this library writes and can write again."""
    named = {exporter.filename for exporter in exporters().values()} | {
        writer.filename for writer in writers().values()
    }
    return path.name in {*named, CONTACTS} - {"binomes" + DECISION} or path.name.startswith(STARTS)


def documents(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, and of those in it, that may speak of people; a decision and its log do not."""
    for path in sorted(folder.rglob("*")):
        kept = path.name.endswith((DECISION, JOURNAL))
        if path.is_file() and path.suffix.lower() in READ and not kept and path.stat().st_size <= MOST_BYTES:
            yield path


def speaks_of(path: Path, held: Held) -> bool:
    """Say whether a document names a person."""
    return any(held.named_in(text) for text in texts(path))


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a document, without what its format puts around and inside them."""
    if path.suffix.lower() == ".xlsx":
        yield from parts(path)
        return
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    yield unescape(text) if path.suffix.lower() == ".html" else text
    if path.suffix.lower() in (".json", ".ipynb"):
        yield decoded(text)


def decoded(text: str) -> str:
    """Return a JSON text with its characters as such rather than as escapes, empty where it is not JSON."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return ""


def parts(path: Path) -> Iterator[str]:
    """Yield the texts inside a workbook."""
    try:
        with ZipFile(path) as archive:
            small = [one.filename for one in archive.infolist() if one.file_size <= MOST_BYTES]
            yield from (unescape(archive.read(name).decode("utf-8", "replace")) for name in small)
    except BadZipFile:
        return
