"""A file is written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from mentormatch.errors import OutputError
from mentormatch.languages import tr


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file beside its final place, then move it there, so that it is whole or absent.

    A ``private`` file can be read by its owner alone. Folders are made as needed. Raises OutputError where it cannot be
    written; what stood there before then stands.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(draft, "wb", opener=for_owner if private else None) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        refused = tr("{file} : le fichier ne peut pas être écrit ({error})", file=path.name, error=error.strerror)
        raise OutputError(refused) from None
    finally:
        with suppress(OSError):  # an interrupt leaves no draft either; a whole file has moved away
            draft.unlink()


def for_owner(path: str, flags: int) -> int:
    """Open a file that only its owner can read and write."""
    return os.open(path, flags, 0o600)
