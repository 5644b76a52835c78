"""Erasure of one person (GDPR, article 17), and the end of an edition.

Rows are removed from delimited files of answers, where every other byte stays. Documents of this library that name the
person are deleted, and the person's rows in future files are rejected.
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
from mentormatch.record.log import LogEntry, append, get_account_name, make_entry
from mentormatch.record.rights.edition import (
    LETTER_SUFFIX,
    Edition,
    PersonalData,
    find_mentions,
    find_naming_documents,
    find_personal_data,
    is_our_document,
)
from mentormatch.survey.code_table import codes_beside, forget_codes
from mentormatch.survey.privacy import add_forgotten, forgotten_beside, pseudonyms_for, secret_beside
from mentormatch.survey.table import Record, RefusedRow
from mentormatch.survey.table_reader import Rows, TableSource, rows_in
from mentormatch.survey.text_decoder import physical_lines


@dataclass(frozen=True, slots=True)
class Erasure:
    """The result of an erasure, with the tasks that remain for staff.

    ``rows`` were removed from files, by file name and line, and ``documents`` deleted. ``to_do`` lists, by place only,
    rows that could not be removed, files of other origin and answers of other people that still contain the person's
    data. ``failed`` lists the other files that could not be read, searched, written or deleted, and
    folders that do not exist.
    """

    rows: tuple[tuple[str, int], ...]
    documents: tuple[Path, ...]
    to_do: tuple[str, ...]
    failed: tuple[str, ...] = ()


def forget(edition: Edition, person: str, *, who: str | None = None, why: str = "") -> Erasure:
    """Erase the person with this key or e-mail address from an edition.

    From now on the rows of this person are rejected in any file. Their rows are removed from text files; every other
    byte stays. Documents of this library that name them, backups included, are deleted and can be made again; the file
    for the next edition stays without the person. Decisions and logs stay, because they contain opaque ids only.
    Each log records the erasure, its author and reason, under a keyed pseudonym. A file that cannot be read, searched,
    written or deleted is reported and does not stop the other steps.

    Raises SurveyError if no row is theirs and they were not forgotten before, RequestError if the log refuses ``who``
    or ``why``, OutputError if the secret, the codes or the list of forgotten people cannot be written.
    """
    tables = [table for table, _ in edition.tables()]
    data = find_personal_data(edition.load(), edition.tables(), person).with_pseudonyms(
        pseudonyms_for(edition.programme)
    )
    data = data.with_codes(edition)
    entries = entries_of(edition, data, who=who, why=why)
    remaining = [
        tr("{source}, ligne {line}, « {header} »", source=source, line=line, header=header)
        for source, line, header in find_mentions(data, tables)
    ]
    add_forgotten(edition.programme, *data.keys)
    naming, unread = naming_documents(edition, data)
    carry_overs, unwritten = cut_from_carry_overs(naming, data.keys)
    doomed = [path for path in naming if path not in carry_overs and is_our_document(path)]
    remaining += [path.name for path in naming if path not in carry_overs and path not in doomed]
    failed = [
        *edition.missing_folders(),
        *unread,
        *unwritten,
        *delete(edition, doomed, data),
        *append_to_logs(edition, entries),
    ]
    forget_codes(edition.programme, data.keys)
    removed, requests = cut_rows(data, edition.files.values())
    to_do = (tr("{place} nomme cette personne", place=location) for location in remaining)
    deleted = tuple(path for path in doomed if not path.exists())
    return Erasure(tuple(removed), deleted, (*requests, *to_do), tuple(map(str, failed)))


def naming_documents(edition: Edition, person: PersonalData) -> tuple[list[Path], list[Problem]]:
    """Return the documents of an edition that name a person, and a problem per document that was not searched.

    The programme is included, as a rule may name a person; files of answers are not. All letters next to a table that
    names the person are included: a letter to a partner may use a name that is in no answer.
    """
    documents = list(dict.fromkeys((*edition.documents(), edition.programme)))
    naming, unread, unsearched = find_naming_documents(documents, person)
    tables = {path.parent for path in naming if path.suffix.lower() == ".csv"}
    letters = [path for path in documents if path.suffix.lower() == LETTER_SUFFIX and path.parent in tables]
    return list(dict.fromkeys((*naming, *letters))), [*unread, *unsearched]


def delete(edition: Edition, paths: Sequence[Path], person: PersonalData | None = None) -> list[Problem]:
    """Delete files and remove them from the manifests; return a problem with advice per failure.

    The names of files that name ``person`` are also removed from the manifests.
    """
    problems = []
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            finding = tr("ce fichier ne peut pas être effacé ({error})", error=system_reason(error))
            problems.append(Problem(path.name, finding, advice=tr("effacez-le, ou donnez le droit de le faire")))
    deleted = {path.resolve() for path in paths if not path.exists()}
    for manifest in (path for folder in edition.roots for path in sorted(folder.rglob(MANIFEST_NAME))):
        try:
            forget_documents(manifest, deleted, person)
        except (OSError, OutputError) as error:
            problems.append(Problem(manifest.name, str(error), advice=tr("refaites les documents")))
    return problems


def forget_documents(path: Path, deleted: set[Path], person: PersonalData | None) -> None:
    with hold_folder(path.parent):
        manifest = manifest_in(path.parent)
        names = {*manifest.earlier, *(name for run in manifest.runs.values() for name in run.documents)}
        removed = {
            name
            for name in names
            if (path.parent / name).resolve() in deleted or (person is not None and person.is_named_in(name))
        }
        if not removed:
            return
        new_manifest = manifest.without(removed)
        if new_manifest.earlier or any(run.documents for run in new_manifest.runs.values()):
            write_whole(path, new_manifest.encode())
        else:
            path.unlink()


def entries_of(edition: Edition, person: PersonalData, *, who: str | None, why: str) -> list[LogEntry]:
    """Return the log entries of an erasure, one per pseudonym of the person."""
    pseudonyms = pseudonyms_for(edition.programme)
    pseudonyms_of_person = dict.fromkeys(pseudonyms.of(row.side or "mentee", row.key) for row in person.rows)
    return [
        make_entry("erasure", {"person": name}, who=get_account_name() if who is None else who, why=why)
        for name in pseudonyms_of_person
    ]


def append_to_logs(edition: Edition, entries: Sequence[LogEntry]) -> list[Problem]:
    """Add entries to each log of an edition; return a problem per log that cannot be written."""
    problems = []
    for journal in edition.logs():
        try:
            append(journal, *entries)
        except OutputError as error:
            problems.append(
                Problem(journal.name, error.message, advice=tr("rendez ce journal à l'écriture, et recommencez"))
            )
    return problems


def cut_rows(person: PersonalData, files: Iterable[Path]) -> tuple[list[tuple[str, int]], list[str]]:
    """Remove a person's rows from text files; return file and line of each, and requests to staff for other rows."""
    removed: list[tuple[str, int]] = []
    requests: list[str] = []
    for file in dict.fromkeys(files):
        tables = {row.table.source: row.table for row in person.rows if row.table.file == file.name}
        for source, table in tables.items():
            lines = sorted({row.record.line for row in person.rows if row.table.source == source})
            try:
                if remove_rows_from_file(file, lines, table.manner.encoding):
                    removed += [(file.name, line) for line in lines]
                else:
                    requests.append(cut_instruction(source, lines))
            except OutputError as error:
                requests += [error.message, cut_instruction(source, lines)]
    return removed, requests


def cut_instruction(source: str, lines: Sequence[int]) -> str:
    return tr_n(
        "{file} : supprimez la ligne {lines}",
        "{file} : supprimez les lignes {lines}",
        len(lines),
        file=source,
        lines=listed([str(line) for line in lines]),
    )


def find_files_to_purge(edition: Edition) -> list[Path]:
    """Return the files that a purge deletes: answers, documents of this library, and the secret with its lists.

    Pseudonyms cannot be computed without the secret. The programme, decisions and logs stay.
    """
    secret_files = (
        secret_beside(edition.programme),
        forgotten_beside(edition.programme),
        codes_beside(edition.programme),
    )
    documents = (path for path in edition.documents() if is_our_document(path))
    return [path for path in dict.fromkeys((*edition.files.values(), *documents, *secret_files)) if path.is_file()]


def find_foreign_documents(edition: Edition, deleted: Sequence[Path]) -> Iterator[Path]:
    """Yield the documents of other origin that a purge leaves, for staff to review."""
    yield from (path for path in edition.documents() if path not in deleted)


def purge(edition: Edition, *, who: str | None = None, why: str = "") -> tuple[Path, ...]:
    """Delete the files that ``find_files_to_purge`` returns, record the purge in each log, and return the files.

    Raises OutputError at the end, with every folder that does not exist, every file that could not be deleted and every
    log that could not be written.
    """
    files = find_files_to_purge(edition)
    entry = make_entry("purge", {"files": str(len(files))}, who=get_account_name() if who is None else who, why=why)
    problems = [*edition.missing_folders(), *append_to_logs(edition, [entry]), *delete(edition, files)]
    if problems:
        raise OutputError(tr("Tout n'a pas pu être effacé"), problems)
    return tuple(files)


def remove_rows_from_file(path: Path, lines: Collection[int], encoding: str | None = None) -> bool:
    """Remove rows, given by their numbers in a spreadsheet, from a text file; return whether it is a text file.

    Raises OutputError, and leaves the file unchanged, if it cannot be written or the other rows would be read
    differently.
    """
    content = path.read_bytes()
    old_rows = rows_in(TableSource(path.name, content, encoding=encoding))
    if old_rows.manner.delimiter is None:
        return False
    new_content = drop_lines(content, old_rows, lines)
    remaining = [record.cells for record in old_rows.records if record.line not in lines]
    new_rows = rows_in(
        TableSource(path.name, new_content, encoding=old_rows.manner.encoding, delimiter=old_rows.manner.delimiter)
    )
    if [record.cells for record in new_rows.records] != remaining:
        raise OutputError(
            tr(
                "{file} : lignes non effacées, le reste du fichier ne se lirait plus de la même façon",
                file=path.name,
            )
        )
    write_whole(path, new_content)
    return True


def cut_from_carry_overs(paths: Iterable[Path], keys: Collection[str]) -> tuple[list[Path], list[Problem]]:
    """Remove a person from files for the next edition; return those among ``paths``, and a problem per failure."""
    carry_overs, problems = [], []
    for path in paths:
        try:
            carry_overs += [path] if remove_person_from_carry_over(path, keys) else []
        except OutputError as error:
            carry_overs.append(path)
            problems.append(Problem(path.name, error.message, advice=tr("regardez s'il nomme cette personne")))
    return carry_overs, problems


def remove_person_from_carry_over(path: Path, keys: Collection[str]) -> bool:
    """Remove a person from the data that an edition passes to the next one; return whether the file contains such data.

    A file that cannot be read contains none. Raises OutputError if it cannot be written.
    """
    if path.suffix.lower() != ".json":
        return False
    try:
        carry_over = CarryOver.from_json(path.read_bytes())
    except (OSError, RequestError):
        return False
    erased = set(map(canonical, keys))
    pairs = [pair for pair in carry_over.pairs if not erased & {canonical(pair.mentor), canonical(pair.mentee)}]
    left_out = [rejection for rejection in carry_over.left_out if canonical(rejection.person) not in erased]
    write_whole(path, carry_over.model_copy(update={"pairs": pairs, "left_out": left_out}).to_json().encode())
    return True


def drop_lines(content: bytes, rows: Rows, lines: Collection[int]) -> bytes:
    """Return the content without the physical lines of these rows."""
    utf16 = {codecs.BOM_UTF16_LE: "utf-16le", codecs.BOM_UTF16_BE: "utf-16be"}
    encoding = utf16.get(content[:2], rows.manner.encoding or "utf-8")
    physical = list(physical_lines(content.decode(encoding)))
    records: tuple[Record | RefusedRow, ...] = (*rows.records, *rows.refused)
    starts = {record.line: record.start or record.line for record in records}
    first_lines = sorted(starts.values())
    ends = dict(zip(first_lines, [*first_lines[1:], len(physical) + 1], strict=True))
    removed = {line for row in lines for line in range(starts[row], ends[starts[row]])}
    return "".join(text for line, text in enumerate(physical, 1) if line not in removed).encode(encoding)
