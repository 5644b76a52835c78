"""A file is written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from mentormatch.errors import OutputError
from mentormatch.languages import tr

OWN_FILES = Path("/proc/self/fd")
"""Where the system shows the open files of this process, also those that have no name."""


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file beside its final place, then move it there, so that it is whole or absent.

    A ``private`` file can be read by its owner alone. Folders are made as needed. Raises OutputError where it cannot be
    written; what stood there before then stands.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafted(draft, 0o600 if private else 0o666) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            name(file, draft)
        draft.replace(path)
    except OSError as error:
        refused = tr("{file} : le fichier ne peut pas être écrit ({error})", file=path.name, error=error.strerror)
        raise OutputError(refused) from None
    finally:
        with suppress(OSError):  # an interrupt leaves no draft either; a whole file has moved away
            draft.unlink()


def drafted(draft: Path, mode: int) -> BinaryIO:
    """Open a draft, where the system can one that has no name yet: it is gone with this process, even if killed."""
    if OWN_FILES.is_dir():
        with suppress(OSError):
            nameless = getattr(os, "O_TMPFILE", 0) | os.O_WRONLY
            return os.fdopen(os.open(draft.parent, nameless, mode), "wb")
    return open(draft, "wb", opener=lambda path, flags: os.open(path, flags, mode))


def name(file: BinaryIO, draft: Path) -> None:
    """Give a draft its name, where it has none yet."""
    if not os.fstat(file.fileno()).st_nlink:
        draft.unlink(missing_ok=True)
        os.link(OWN_FILES / str(file.fileno()), draft, src_dir_fd=file.fileno())  # without a folder no link is followed
