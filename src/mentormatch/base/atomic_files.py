"""A file is written whole or not at all."""

import os
import re
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from pathlib import Path
from platform import node
from time import time
from typing import BinaryIO

from mentormatch.errors import OutputError
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.translation import tr

OWN_FILES = Path("/proc/self/fd")
"""Where the system shows the open files of this process, also those that have no name."""


_read: ContextVar[frozenset[tuple[int, int]]] = ContextVar("read", default=frozenset())


@contextmanager
def reading(paths: Iterable[Path]) -> Iterator[None]:
    """Know in a ``with`` block which files are read: no document takes their place, whatever name it has."""
    token = _read.set(frozenset(number for path in paths for number in numbers(path)))
    try:
        yield
    finally:
        _read.reset(token)


def is_read(path: Path) -> bool:
    """Say whether a file is one of those that are read, also by a link or under another spelling."""
    return any(number in _read.get() for number in numbers(path))


def numbers(path: Path) -> Iterator[tuple[int, int]]:
    """Yield by which numbers the system knows a file, nothing where there is none."""
    with suppress(OSError):
        status = path.stat()
        yield status.st_dev, status.st_ino


DRAFT = re.compile(
    r"\.(?P<name>.+)\.(?P<machine>[0-9a-f]{12})\.(?P<process>[0-9]{1,10})\.(?P<run>[0-9a-f]{8})[0-9a-f]{16}\.part",
    re.DOTALL,
)
"""The name of a draft: of which file, on which machine, by which process and run, and a random number."""
RUN = secrets.token_hex(4)  # tells this process from earlier ones of its number
LONGEST_WRITE_S = 86_400.0
WRITERS = 4
"""So many files are written at once: what several wait for goes to the disk together, not one by one."""


def write_whole(path: Path, content: bytes, *, private: bool = False, once: bool = False) -> None:
    """Write a file beside its final place, then move it there, so that it is whole or absent.

    A ``private`` file can be read by its owner alone. Folders are made as needed. Raises OutputError where it cannot be
    written, and FileExistsError where it is to be written ``once`` and is there; what stood there before then stands.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_drafts(path.parent)
        write_draft(path, content, private=private, once=once)
    except OSError as error:
        if once and isinstance(error, FileExistsError) and path.parent.is_dir():
            raise
        raise unwritten_file(path, error) from None


def is_private(path: Path) -> bool:
    """Say whether a file can be read by its owner alone; not where a system knows no such thing."""
    return not path.stat().st_mode & 0o077


def write_all_whole(folder: Path, files: Mapping[str, tuple[bytes, bool]]) -> None:
    """Write files, each with whether it is private, whole or not at all, into a folder that nobody else writes into.

    Several are written at once. Raises OutputError where one cannot be written.
    """
    from concurrent.futures import ThreadPoolExecutor

    def write(name: str) -> OSError | None:
        content, private = files[name]
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_draft(folder / name, content, private=private)
        except OSError as error:
            return error
        return None

    with ThreadPoolExecutor(WRITERS) as writers:
        try:
            errors = list(writers.map(write, files))
        except RuntimeError:  # no thread to be had
            errors = list(map(write, files))
    for name, error in zip(files, errors, strict=True):
        if error is not None:
            raise unwritten_file(folder / name, error)


def write_draft(path: Path, content: bytes, *, private: bool = False, once: bool = False) -> None:
    """Write a file under the name of a draft, and then give it its own; raises OSError where that fails."""
    draft = draft_of(path)
    try:
        with open_draft(draft, 0o600 if private else 0o666) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            name(file, draft)
        move(draft, path, once=once)
    finally:
        with suppress(OSError):  # an interrupt leaves no draft either; a whole file has moved away
            draft.unlink()


def draft_of(path: Path) -> Path:
    """Return a new name for the draft of a file or folder, beside it."""
    return path.parent / f".{path.name}.{machine_id()}.{os.getpid()}.{RUN}{secrets.token_hex(8)}.part"


def unwritten_file(path: Path, error: OSError) -> OutputError:
    """Return in words that a file cannot be written."""
    return OutputError(
        tr("{file} : le fichier ne peut pas être écrit ({error})", file=path.name, error=system_reason(error))
    )


def clear_drafts(folder: Path) -> None:
    """Delete the drafts in a folder whose writers were killed while the drafts had a name.

    Whether a writer runs can be told of this machine alone: drafts of others are deleted once they are a day old.
    """
    for left in folder.glob(".*.part"):
        with suppress(OSError):
            if place_of_dead(left) and not left.is_dir():
                left.unlink()


def place_of_dead(draft: Path) -> Path | None:
    """Return which file or folder a draft was to be, if it is one and its writer was killed."""
    found = DRAFT.fullmatch(draft.name)
    if found is None or not (is_dead(found) or time() - draft.lstat().st_mtime > LONGEST_WRITE_S):
        return None
    return draft.with_name(found["name"])


def is_dead(draft: re.Match[str]) -> bool:
    """Return whether the writer of a draft ran on this machine and has ended."""
    process = int(draft["process"])
    if draft["machine"] != machine_id():
        return False
    return draft["run"] != RUN if process == os.getpid() else not is_running(process)


@cache
def machine_id() -> str:
    """Return what identifies the machine, or the container: process numbers are known within it alone."""
    own = Path("/proc/self/ns/pid")
    within = own.readlink() if own.is_symlink() else ""
    return sha256(f"{node()} {within}".encode("utf-8", "surrogateescape")).hexdigest()[:12]


def is_running(process: int) -> bool:
    """Say whether there is a process of this number, where the system tells; else that there is."""
    if sys.platform == "win32":
        return True  # to ask there would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def move(draft: Path, path: Path, *, once: bool) -> None:
    """Give a draft its final name; raises FileExistsError where another file may not lose it."""
    if once:
        with suppress(PermissionError, NotImplementedError):  # this file system has no links
            path.hardlink_to(draft)
            return
        if path.exists():
            raise FileExistsError(path)
    draft.replace(path)


def open_draft(draft: Path, mode: int) -> BinaryIO:
    """Open a draft, where the system can one that has no name yet: it is gone with this process, even if killed."""
    if OWN_FILES.is_dir():
        with suppress(OSError):
            nameless = getattr(os, "O_TMPFILE", 0) | os.O_WRONLY
            return os.fdopen(os.open(draft.parent, nameless, mode), "wb")
    unlinked = getattr(os, "O_NOFOLLOW", 0)  # "x": nothing that is there is opened
    return open(draft, "xb", opener=lambda path, flags: os.open(path, flags | unlinked, mode))


def name(file: BinaryIO, draft: Path) -> None:
    """Give a draft its name, where it has none yet."""
    if not os.fstat(file.fileno()).st_nlink:
        os.link(OWN_FILES / str(file.fileno()), draft, src_dir_fd=file.fileno())  # without a folder no link is followed
