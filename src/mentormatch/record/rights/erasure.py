"""One person is forgotten (GDPR, article 17), or an edition ended: rows, documents that name them, every file to come.

Rows are cut out of a delimited file of answers; every other byte stays as it was.
"""

import codecs
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.generation import hold_folder
from mentormatch.base.manifest import MANIFEST_NAME, manifest_in
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.languages.phrases import listed, system_reason
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr, tr_n
from mentormatch.operations.carry_over import CarryOver
from mentormatch.record.log import LogEntry, account, append, sign
from mentormatch.record.rights.edition import LETTER, Edition, HeldData, find_held_data, mentions, ours, speaks_of
from mentormatch.survey.code_table import codes_beside, forget_codes
from mentormatch.survey.privacy import forgotten_beside, pseudonyms_for, remember_to_forget, secret_beside
from mentormatch.survey.table import Record, Refused
from mentormatch.survey.table_reader import Rows, TableSource, rows_in
from mentormatch.survey.text_decoder import physical_lines


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done to forget a person, and what is left for people to do.

    ``rows`` were taken out of files, ``documents`` were deleted. ``to_do`` says where the rows of workbooks, the files
    of other makers and the answers of other people stand that still hold or name them; never what they say. ``failed``
    is what could not be read, written or deleted.
    """

    rows: tuple[tuple[str, int], ...]
    documents: tuple[Path, ...]
    to_do: tuple[str, ...]
    failed: tuple[str, ...] = ()


def forget(edition: Edition, person: str, *, who: str | None = None, why: str = "") -> Erasure:
    """Forget the person with this key or e-mail address, and return what was done.

    From now on any file that names them is read as if their rows were nobody's. Their rows leave text files, of which
    every other byte stays; documents of ours that name them are deleted, to be made again, also those that were kept
    when others took their place. Decisions and logs stay: they know people by opaque ids. Each log says that it was
    done, by whom and why, under a keyed pseudonym. What cannot be done is told, and does not stop the rest.

    Raises SurveyError where no row is theirs, OutputError where the list of those who are forgotten cannot be written.
    """
    tables = [table for table, _ in edition.tables()]
    found = find_held_data(edition.load(), edition.tables(), person).also_as(pseudonyms_for(edition.programme))
    found = found.with_codes(edition)
    left = [
        tr("{source}, ligne {line}, « {header} »", source=source, line=line, header=header)
        for source, line, header in mentions(found, tables)
    ]
    remember_to_forget(edition.programme, *found.keys)
    naming, unread = naming_documents(edition, found)
    carried = [path for path in naming if without_pairs(path, found.keys)]
    gone = [path for path in naming if path not in carried and ours(path)]
    left += [path.name for path in naming if path not in carried and path not in gone]
    failed = [
        *unread,
        *delete(edition, gone, found),
        *write_down(edition, entries_of(edition, found, who=who, why=why)),
    ]
    forget_codes(edition.programme, found.keys)
    cut, kept = cut_rows(found, edition.files.values())
    named = (tr("{place} nomme cette personne", place=place) for place in left)
    deleted = tuple(path for path in gone if not path.exists())
    return Erasure(tuple(cut), deleted, (*kept, *named), tuple(map(str, failed)))


def naming_documents(edition: Edition, person: HeldData) -> tuple[list[Path], list[Problem]]:
    """Return the documents of an edition that name a person, and those that cannot be read.

    The answers are left out; the programme, which may name them in a rule, is among them. So are all letters beside a
    table that names somebody: one to a partner may call them by a name that is in no answer.
    """
    naming, unread = [], []
    documents = list(dict.fromkeys((*edition.documents(), edition.programme)))
    for path in documents:
        try:
            naming += [path] if speaks_of(path, person) else []
        except OSError as error:
            advice = tr("regardez s'il nomme cette personne")
            found = tr("ce document ne peut pas être lu ({error})", error=system_reason(error))
            unread.append(Problem(path.name, found, advice=advice))
    tables = {path.parent for path in naming if path.suffix.lower() == ".csv"}
    beside = [path for path in documents if path.suffix.lower() == LETTER and path.parent in tables]
    return list(dict.fromkeys((*naming, *beside))), unread


def delete(edition: Edition, paths: Sequence[Path], person: HeldData | None = None) -> list[Problem]:
    """Delete files, have the manifests tell of them no more, and return which cannot be, with what to do."""
    left = []
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            found = tr("ce fichier ne peut pas être effacé ({error})", error=system_reason(error))
            left.append(Problem(path.name, found, advice=tr("effacez-le, ou donnez le droit de le faire")))
    gone = {path.resolve() for path in paths if not path.exists()}
    for manifest in (path for folder in edition.places for path in sorted(folder.rglob(MANIFEST_NAME))):
        try:
            forget_documents(manifest, gone, person)
        except (OSError, OutputError) as error:
            left.append(Problem(manifest.name, str(error), advice=tr("refaites les documents")))
    return left


def forget_documents(path: Path, gone: set[Path], person: HeldData | None) -> None:
    """Have a manifest tell no more of documents that are gone, nor of any whose name is a person's."""
    with hold_folder(path.parent):
        manifest = manifest_in(path.parent)
        names = {*manifest.earlier, *(name for run in manifest.runs.values() for name in run.documents)}
        lost = {
            name
            for name in names
            if (path.parent / name).resolve() in gone or (person is not None and person.is_named_in(name))
        }
        if not lost:
            return
        after = manifest.without(lost)
        if after.earlier or any(run.documents for run in after.runs.values()):
            write_whole(path, after.encode())
        else:
            path.unlink()


def entries_of(edition: Edition, person: HeldData, *, who: str | None, why: str) -> list[LogEntry]:
    """Return the lines for the logs: that somebody was forgotten, under a pseudonym."""
    pseudonyms = pseudonyms_for(edition.programme)
    names = dict.fromkeys(pseudonyms.of(row.side or "mentee", row.key) for row in person.rows)
    return [sign("erasure", {"person": name}, who=account() if who is None else who, why=why) for name in names]


def write_down(edition: Edition, entries: Sequence[LogEntry]) -> list[Problem]:
    """Add lines to each log of an edition, and return which logs do not take them."""
    left = []
    for journal in edition.logs():
        try:
            append(journal, *entries)
        except OutputError as error:
            left.append(
                Problem(journal.name, error.message, advice=tr("rendez ce journal à l'écriture, et recommencez"))
            )
    return left


def cut_rows(person: HeldData, files: Iterable[Path]) -> tuple[list[tuple[str, int]], list[str]]:
    """Take a person's rows out of text files; return those that were, and the words for those that others must."""
    cut: list[tuple[str, int]] = []
    left: list[str] = []
    for file in dict.fromkeys(files):
        tables = {row.table.source: row.table for row in person.rows if row.table.file == file.name}
        for source, table in tables.items():
            lines = sorted({row.record.line for row in person.rows if row.table.source == source})
            try:
                if without_rows(file, lines, table.manner.encoding):
                    cut += [(file.name, line) for line in lines]
                else:
                    left.append(to_cut(source, lines))
            except OutputError as error:
                left += [error.message, to_cut(source, lines)]
    return cut, left


def to_cut(source: str, lines: Sequence[int]) -> str:
    """Return the request to staff to delete these rows of a file or of a sheet."""
    return tr_n(
        "{file} : supprimez la ligne {lines}",
        "{file} : supprimez les lignes {lines}",
        len(lines),
        file=source,
        lines=listed([str(line) for line in lines]),
    )


def to_purge(edition: Edition) -> list[Path]:
    """Return the files that a purge deletes: answers, documents of ours, the secret, the list and the codes beside it.

    Without the secret every pseudonym is nobody's. The programme, decisions and logs stay.
    """
    beside = (secret_beside(edition.programme), forgotten_beside(edition.programme), codes_beside(edition.programme))
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
    entry = sign("purge", {"files": str(len(going))}, who=account() if who is None else who, why=why)
    left = [*write_down(edition, [entry]), *delete(edition, going)]
    if left:
        raise OutputError(tr("Tout n'a pas pu être effacé"), left)
    return tuple(going)


def without_rows(path: Path, lines: Collection[int], encoding: str | None = None) -> bool:
    """Take rows, named by the lines where they start, out of a text file; say whether it is one.

    Raises OutputError, and leaves the file as it is, where the rest would not be read as before.
    """
    content = path.read_bytes()
    before = rows_in(TableSource(path.name, content, encoding=encoding))
    if before.manner.delimiter is None:
        return False
    after = cut(content, before, lines)
    kept = [record.cells for record in before.records if record.line not in lines]
    again = rows_in(TableSource(path.name, after, encoding=before.manner.encoding, delimiter=before.manner.delimiter))
    if [record.cells for record in again.records] != kept:
        raise OutputError(
            tr(
                "{file} : lignes non effacées, le reste du fichier ne se lirait plus de la même façon",
                file=path.name,
            )
        )
    write_whole(path, after)
    return True


def without_pairs(path: Path, keys: Collection[str]) -> bool:
    """Take a person out of what an edition hands on to the next; say whether the file is such.

    Raises OutputError where it cannot be written.
    """
    if path.suffix.lower() != ".json":
        return False
    try:
        carried = CarryOver.from_json(path.read_bytes())
    except (OSError, RequestError):
        return False
    gone = set(map(canonical, keys))
    pairs = [pair for pair in carried.pairs if not gone & {canonical(pair.mentor), canonical(pair.mentee)}]
    left_out = [one for one in carried.left_out if canonical(one.person) not in gone]
    write_whole(path, carried.model_copy(update={"pairs": pairs, "left_out": left_out}).to_json().encode())
    return True


def cut(content: bytes, rows: Rows, lines: Collection[int]) -> bytes:
    """Return the content without the physical lines of these rows."""
    utf16 = {codecs.BOM_UTF16_LE: "utf-16le", codecs.BOM_UTF16_BE: "utf-16be"}
    encoding = utf16.get(content[:2], rows.manner.encoding or "utf-8")
    physical = list(physical_lines(content.decode(encoding)))
    taken: tuple[Record | Refused, ...] = (*rows.records, *rows.refused)
    starts = {one.line: one.start or one.line for one in taken}
    places = sorted(starts.values())
    ends = dict(zip(places, [*places[1:], len(physical) + 1], strict=True))
    gone = {line for row in lines for line in range(starts[row], ends[starts[row]])}
    return "".join(text for line, text in enumerate(physical, 1) if line not in gone).encode(encoding)
