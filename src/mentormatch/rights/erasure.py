"""One person is forgotten (RGPD, article 17): their rows, the documents that name them, and every file to come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mentormatch.errors import OutputError
from mentormatch.languages import tr, tr_n
from mentormatch.phrases import listed
from mentormatch.record.log import append
from mentormatch.record.signing import account, signed
from mentormatch.rights.documents import documents, ours, speaks_of
from mentormatch.rights.edition import Edition
from mentormatch.rights.person import Held, held, mentions
from mentormatch.rights.rewriting import without_rows
from mentormatch.survey.privacy import pseudonyms_for, remember_to_forget


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done to forget a person, and what is left for people to do.

    ``rows`` were taken out of files, ``documents`` were deleted. ``to_do`` says where the rows of workbooks, the files
    of other makers and the answers of other people stand that still hold or name them; never what they say.
    """

    rows: tuple[tuple[str, int], ...]
    documents: tuple[Path, ...]
    to_do: tuple[str, ...]


def forget(edition: Edition, person: str, *, who: str | None = None, why: str = "") -> Erasure:
    """Forget the person with this key or e-mail address, and return what was done.

    From now on any file that names them is read as if their rows were nobody's. Their rows leave text files, of which
    every other byte stays; documents of ours that name them are deleted, to be made again. Decisions and logs stay:
    they know people by opaque ids. Each log says that it was done, by whom and why, under a keyed pseudonym.

    Raises SurveyError where no row is theirs, OutputError where something cannot be written: what was not done then
    is done by asking again.
    """
    tables = [table for table, _ in edition.tables()]
    found = held(edition.load(), edition.tables(), person).also_as(pseudonyms_for(edition.programme))
    naming = list(naming_documents(edition, found))
    left = [
        tr("{source}, ligne {line}, « {header} »", source=source, line=line, header=header)
        for source, line, header in mentions(found, tables)
    ]
    left += [path.name for path in naming if not ours(path)]
    remember_to_forget(edition.programme, *found.keys)
    deleted = [delete(path) for path in naming if ours(path)]
    write_down(edition, found, who=who, why=why)
    cut, kept = cut_rows(found, edition.files.values())
    return Erasure(
        tuple(cut), tuple(deleted), (*kept, *(tr("{place} nomme cette personne", place=place) for place in left))
    )


def naming_documents(edition: Edition, person: Held) -> Iterator[Path]:
    """Yield the documents of an edition that name a person, the answers left out."""
    answers = {file.resolve() for file in edition.files.values()}
    for folder in edition.folders:
        named = (path for path in documents(folder) if path.resolve() not in answers)
        yield from (path for path in named if speaks_of(path, person))


def delete(path: Path) -> Path:
    """Delete a file and return where it was; raise OutputError where it cannot be."""
    try:
        path.unlink()
    except OSError as error:
        found = tr("{file} : le fichier ne peut pas être effacé ({error})", file=path.name, error=error.strerror)
        raise OutputError(found) from None
    return path


def write_down(edition: Edition, person: Held, *, who: str | None, why: str) -> None:
    """Add a line to each log of an edition: that somebody was forgotten, under a pseudonym."""
    pseudonyms = pseudonyms_for(edition.programme)
    names = dict.fromkeys(pseudonyms.of(row.side or "mentee", row.key) for row in person.rows)
    entries = [signed("erasure", {"person": name}, who=account() if who is None else who, why=why) for name in names]
    for journal in edition.logs():
        append(journal, *entries)


def cut_rows(person: Held, files: Iterable[Path]) -> tuple[list[tuple[str, int]], list[str]]:
    """Take a person's rows out of text files; return those that were, and the words for those that others must."""
    cut: list[tuple[str, int]] = []
    left: list[str] = []
    for file in dict.fromkeys(files):
        rows = [row for row in person.rows if row.table.source == file.name]
        lines = sorted(row.record.line for row in rows)
        if rows and without_rows(file, lines, rows[0].table.manner.encoding):
            cut += [(file.name, line) for line in lines]
        elif lines:
            left.append(to_cut(file, lines))
    return cut, left


def to_cut(file: Path, lines: Sequence[int]) -> str:
    """Return that people must take these rows out of a file."""
    return tr_n(
        "{file} : supprimez la ligne {lines}",
        "{file} : supprimez les lignes {lines}",
        len(lines),
        file=file.name,
        lines=listed([str(line) for line in lines]),
    )
