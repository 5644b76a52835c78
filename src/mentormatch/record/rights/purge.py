"""The end of an edition: everything that tells who took part is deleted; what was decided stays, under opaque ids."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mentormatch.errors import OutputError
from mentormatch.languages import tr
from mentormatch.record.rights.documents import ours
from mentormatch.record.rights.edition import Edition
from mentormatch.record.rights.erasure import delete, write_down
from mentormatch.record.signatures import account, signed
from mentormatch.survey.privacy import forgotten_beside, secret_beside


def to_purge(edition: Edition) -> list[Path]:
    """Return the files that a purge deletes: answers, documents of ours, the secret and the list beside the programme.

    Without the secret every pseudonym is nobody's. The programme, decisions and logs stay.
    """
    beside = (secret_beside(edition.programme), forgotten_beside(edition.programme))
    made = (path for path in edition.documents() if ours(path))
    return [path for path in dict.fromkeys((*edition.files.values(), *made, *beside)) if path.is_file()]


def others_in(edition: Edition, deleted: Sequence[Path]) -> Iterator[Path]:
    """Yield the documents that a purge leaves because others made them: for people to look at."""
    yield from (path for path in edition.documents() if path not in deleted)


def purge(edition: Edition, *, who: str | None = None, why: str = "") -> tuple[Path, ...]:
    """Delete what ``to_purge`` returns, say so in each log, and return it.

    Raises OutputError, once all else is done, with every file that cannot be deleted and every log that cannot be
    written.
    """
    going = to_purge(edition)
    entry = signed("purge", {"files": str(len(going))}, who=account() if who is None else who, why=why)
    left = [*write_down(edition, [entry]), *delete(edition, going)]
    if left:
        raise OutputError(tr("Tout n'a pas pu être effacé"), left)
    return tuple(going)
