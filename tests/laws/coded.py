"""Editions whose keys tell who people are, and where such a key is found."""

import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import mentormatch as mm

KEY = re.compile(r"\b([MECA])(\d\d)\b")


def in_keys(text: str, kind: str) -> str:
    """Return a text in which e-mail addresses, or names, stand for codes."""
    if kind == "name":
        letters = str.maketrans("0123456789", "abcdefghij")
        return KEY.sub(lambda found: f"Canari{found[1]} Cle{found[2].translate(letters)}", text)
    return KEY.sub(r"canari-\1\2@cle.example", text)


def rewrite(folder: Path, kind: str) -> None:
    """Have keys that tell who people are in all files of answers, programmes and pairs of a folder."""
    for path in folder.rglob("*"):
        if path.suffix in (".csv", ".toml") and path.is_file():
            path.write_text(in_keys(path.read_text("utf-8-sig"), kind), "utf-8")


def edition(folder: Path, kind: str) -> tuple[mm.Cohort, mm.Programme]:
    """Return the cohort of the example and its programme, read from files with such keys."""
    mm.examples.copy_to(folder)
    rewrite(folder, kind)
    programme = mm.Programme.load(folder / "programme.toml")
    return mm.read_survey(programme, folder / "reponses.csv"), programme


def texts(name: str, content: bytes) -> Iterator[str]:
    """Yield all that a file says: its name, its bytes, and those of what is packed in it."""
    yield name
    yield content.decode("utf-8", "replace")
    try:
        with ZipFile(BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from texts(inner, archive.read(inner))
    except BadZipFile:
        return


def tells(name: str, content: bytes) -> bool:
    """Return whether a file holds the key of anybody."""
    return any("canari" in text.casefold() for text in texts(name, content))


def telling(folder: Path) -> set[str]:
    """Return the files of a folder that hold the key of anybody."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and tells(path.name, path.read_bytes())
    }


def copied(source: Path, to: Path) -> Path:
    """Return a copy of a folder."""
    return Path(shutil.copytree(source, to))
