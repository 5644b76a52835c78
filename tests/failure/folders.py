"""What is in a folder that was written, and what somebody changed there."""

from pathlib import Path
from zipfile import ZipFile

from mentormatch.base.manifest import MANIFEST_NAME, DocumentState, manifest_in


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return all that a folder holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def edited(path: Path) -> None:
    """Have somebody write in a document."""
    if path.suffix != ".xlsx":
        path.write_bytes(path.read_bytes() + b"\nune remarque")
        return
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with ZipFile(path, "w") as book:
        for name, part in parts.items():
            saved = part.replace(b'modified xsi:type="dcterms:W3CDTF">2000', b'modified xsi:type="dcterms:W3CDTF">2026')
            book.writestr(name, saved)


def told(out: Path) -> bool:
    """Say whether a folder is one generation, or says of itself that it is not."""
    for path in (out, *out.rglob("*")):
        if path.is_dir() and (path / MANIFEST_NAME).exists() and not path.name.endswith(".part"):
            states = {state for _, _, state in manifest_in(path).states(path)}
            if states - {DocumentState.SAME}:
                return False
    return True


def left(folder: Path) -> list[str]:
    """Return the drafts that are in a folder."""
    return [path.name for path in folder.rglob("*") if path.name.endswith(".part")]
