"""Content -> a file that is complete or absent: written as a draft, then renamed."""

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

OWN_FILES = Path("/proc/self/fd")  # the open files of this process, including unnamed ones

_read: ContextVar[frozenset[tuple[int, int]]] = ContextVar("read", default=frozenset())


@contextmanager
def reading(paths: Iterable[Path]) -> Iterator[None]:
    """Mark files as the inputs of a ``with`` block, and no others: documents replace them only on request."""
    token = _read.set(frozenset(file_id for path in paths for file_id in file_ids(path)))
    try:
        yield
    finally:
        _read.reset(token)


def is_read(path: Path) -> bool:
    """Return whether a file is a protected input, also through a link or under another spelling."""
    return any(file_id in _read.get() for file_id in file_ids(path))


def file_ids(path: Path) -> Iterator[tuple[int, int]]:
    """Yield device and inode of a file; nothing if there is no file."""
    with suppress(OSError):
        status = path.stat()
        yield status.st_dev, status.st_ino


# Name of a draft: final name, machine, process, run, and a random number
DRAFT_PATTERN = re.compile(
    r"\.(?P<name>.+)\.(?P<machine>[0-9a-f]{12})\.(?P<process>[0-9]{1,10})\.(?P<run>[0-9a-f]{8})[0-9a-f]{16}\.part",
    re.DOTALL,
)
RUN_ID = secrets.token_hex(4)  # tells this process from earlier ones with the same number
LONGEST_WRITE_S = 86_400.0  # older drafts are deleted, also those of other machines
MAX_WRITERS = 4  # threads; concurrent calls of fsync share a flush of the disk


def write_whole(path: Path, content: bytes, *, private: bool = False, once: bool = False) -> None:
    """Write a file as a draft in its folder, then rename it: it is complete or absent.

    Only its owner can read a ``private`` file. Folders are made as needed. Raises OutputError if it cannot be written,
    and FileExistsError if ``once`` is set and the file exists; the former file is then unchanged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_drafts(path.parent)
        write_draft(path, content, private=private, once=once)
    except OSError as error:
        if once and isinstance(error, FileExistsError) and path.parent.is_dir():
            raise
        raise file_error(path, error) from None


def is_private(path: Path) -> bool:
    """Return whether only the owner of a file can read it; False on systems without such permissions."""
    return not path.stat().st_mode & 0o077


def write_all_whole(folder: Path, files: Mapping[str, tuple[bytes, bool]]) -> None:
    """Write files, each with whether it is private, into a folder that no other process writes into.

    Each is complete or absent. Several are written at once. Raises OutputError for the first that cannot be written,
    after the others are.
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

    with ThreadPoolExecutor(MAX_WRITERS) as writers:
        try:
            errors = list(writers.map(write, files))
        except RuntimeError:  # the system has no thread left
            errors = list(map(write, files))
    for name, error in zip(files, errors, strict=True):
        if error is not None:
            raise file_error(folder / name, error)


def write_draft(path: Path, content: bytes, *, private: bool = False, once: bool = False) -> None:
    """Write a file as a draft, then rename it. Raises OSError if that fails."""
    draft = draft_of(path)
    try:
        with open_draft(draft, 0o600 if private else 0o666) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            link_draft(file, draft)
        publish_draft(draft, path, once=once)
    finally:
        with suppress(OSError):  # after an error or a hard link; otherwise the draft has been renamed
            draft.unlink()


def draft_of(path: Path) -> Path:
    """Return a new draft name for a file or folder, in the same folder."""
    return path.parent / f".{path.name}.{machine_id()}.{os.getpid()}.{RUN_ID}{secrets.token_hex(8)}.part"


def file_error(path: Path, error: OSError) -> OutputError:
    return OutputError(
        tr("{file} : le fichier ne peut pas être écrit ({error})", file=path.name, error=system_reason(error))
    )


def clear_drafts(folder: Path) -> None:
    """Delete the drafts of files of killed writers in a folder.

    Only writers on this machine can be checked; every draft is deleted after a day.
    """
    for draft in folder.glob(".*.part"):
        with suppress(OSError):
            if place_of_dead(draft) and not draft.is_dir():
                draft.unlink()


def place_of_dead(draft: Path) -> Path | None:
    """Return the final path of a draft whose writer was killed or is over time; else None."""
    match = DRAFT_PATTERN.fullmatch(draft.name)
    if match is None or not (is_dead(match) or time() - draft.lstat().st_mtime > LONGEST_WRITE_S):
        return None
    return draft.with_name(match["name"])


def is_dead(draft: re.Match[str]) -> bool:
    """Return whether the writer of a draft ran on this machine and has ended."""
    process = int(draft["process"])
    if draft["machine"] != machine_id():
        return False
    return draft["run"] != RUN_ID if process == os.getpid() else not is_running(process)


@cache
def machine_id() -> str:
    """Return an identifier of the machine or container: process numbers are unique only within it."""
    namespace = Path("/proc/self/ns/pid")
    container = namespace.readlink() if namespace.is_symlink() else ""
    return sha256(f"{node()} {container}".encode("utf-8", "surrogateescape")).hexdigest()[:12]


def is_running(process: int) -> bool:
    """Return whether a process exists; True if the system cannot tell."""
    if sys.platform == "win32":
        return True  # os.kill ends the process on Windows
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def publish_draft(draft: Path, path: Path, *, once: bool) -> None:
    """Give a draft its final name. Raises FileExistsError if ``once`` is set and the name is taken.

    With ``once`` and on a file system with hard links, the draft also keeps its own name.
    """
    if once:
        with suppress(PermissionError, NotImplementedError):  # this file system has no links
            path.hardlink_to(draft)
            return
        if path.exists():
            raise FileExistsError(path)
    draft.replace(path)


def open_draft(draft: Path, mode: int) -> BinaryIO:
    """Open a draft, if possible without a name yet (O_TMPFILE): it then vanishes if this process is killed."""
    if OWN_FILES.is_dir():
        with suppress(OSError):
            nameless = getattr(os, "O_TMPFILE", 0) | os.O_WRONLY
            return os.fdopen(os.open(draft.parent, nameless, mode), "wb")
    unlinked = getattr(os, "O_NOFOLLOW", 0)  # "x": never opens an existing file
    return open(draft, "xb", opener=lambda path, flags: os.open(path, flags | unlinked, mode))


def link_draft(file: BinaryIO, draft: Path) -> None:
    """Link an unnamed draft to its name."""
    if not os.fstat(file.fileno()).st_nlink:
        os.link(OWN_FILES / str(file.fileno()), draft, src_dir_fd=file.fileno())  # without a folder no link is followed
