"""An edition and a person -> the rows, results and documents about that person (GDPR, article 15).

Documents of this library are recognised by a manifest, by a registered file name, or by their content. A person is
found by their keys, e-mail addresses, contact details, pseudonyms and codes, also in the rows of other people.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from errno import ENOENT
from functools import cached_property
from html import unescape
from itertools import compress
from operator import not_
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from mentormatch.base.generation import EXAMPLE, PART
from mentormatch.base.manifest import MANIFEST_NAME, OURS, UNREADABLE, manifest_in, properties_of
from mentormatch.base.strict_json import UTF16_MARKS
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.explanation.tables import pair_sheet
from mentormatch.fields import Side
from mentormatch.inspection.section import writers
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import LANGUAGES, language, tr
from mentormatch.operations.matching import exporters
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import make_intake_plan, read_contacts, read_survey, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import DECISION_SUFFIX
from mentormatch.record.log import LOG_SUFFIX
from mentormatch.record.seal import MAX_DOCUMENT_BYTES
from mentormatch.survey.code_table import codes_beside, read_code_rows
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.entries import SubmissionSheet, locate_fields, submissions
from mentormatch.survey.intake import words_in
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.privacy import Pseudonyms, pseudonyms_for, secret_beside
from mentormatch.survey.table import Record, TextTable


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row that a person sent, with its side and key."""

    table: TextTable
    record: Record
    side: Side | None
    key: str


@dataclass(frozen=True)
class PersonalData:
    """The data of a person in the files of answers.

    Attributes
    ----------
    keys
        The codes and e-mail addresses of the person.
    texts
        The keys, and the contact details that no other person gave; ``with_pseudonyms`` and ``with_codes`` add theirs.
        A document that contains a text of more than two characters names the person.
    codes
        The codes that documents use instead of the keys; empty before ``with_codes``.
    """

    rows: tuple[PersonRow, ...]
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    codes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"PersonalData({len(self.rows)} rows)"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression that finds the person in a canonical text, as complete words."""
        texts = {canonical(text) for text in self.texts}
        # A text of one or two characters occurs everywhere and identifies nobody.
        longest_first = sorted((text for text in texts if len(text) > 2), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if longest_first else r"(?!)")

    def with_pseudonyms(self, pseudonyms: Pseudonyms) -> "PersonalData":
        """Return the data with the pseudonyms of the person, the only identifiers in profiles and forms."""
        names = [pseudonyms.of(row.side, row.key) for row in self.rows if row.side]
        return replace(self, texts=tuple(dict.fromkeys((*self.texts, *names))))

    def with_codes(self, edition: "Edition") -> "PersonalData":
        """Return the data with the person's codes in documents. This first stores the codes of all people."""
        programme, keys = edition.load(), set(map(canonical, self.keys))
        programme.keep_codes(read_survey(programme, **edition.files, tool=edition.tool, encoding=edition.encoding))
        rows = read_code_rows(codes_beside(edition.programme))
        codes = tuple(dict.fromkeys(code for _, code, key in rows if canonical(key) in keys))
        return replace(self, texts=(*self.texts, *codes), codes=codes)

    def is_named_in(self, text: str) -> bool:
        """Return whether a text names the person."""
        return self.pattern.search(canonical(text)) is not None


def find_personal_data(
    programme: Programme, tables: Sequence[tuple[TextTable, Side | None]], person: str
) -> PersonalData:
    """Return the data of the person with this key or e-mail address, in all rows with the same address and name.

    If no row is theirs but the person was forgotten, the data consist of the given text, as documents may still contain
    it. Else a missing row raises SurveyError, whose message does not repeat the given text.
    """
    plan = make_intake_plan(programme, per_side=all(side is not None for _, side in tables))
    all_answers = [answers for sheet in locate_fields(tables, plan) for answers in rows_of(sheet, plan)]
    canonical_person = canonical(person)
    identities = {answers.person for answers in all_answers if answers.is_from(canonical_person) and answers.person}
    is_theirs = [answers.is_from(canonical_person) or answers.person in identities for answers in all_answers]
    their_answers = list(compress(all_answers, is_theirs))
    if not their_answers and plan.forgotten.holds(canonical_person):
        return PersonalData((), (person,), (person,))
    if not their_answers:
        sources = ", ".join(table.source for table, _ in tables)
        expected = tr("son code, ou son courriel, tel que saisi")
        missing = Problem(sources, tr("aucune ligne n'est de cette personne"), expected)
        raise SurveyError(tr("Personne introuvable"), [missing])
    keys = dict.fromkeys(key for answers in their_answers for key in answers.keys if key)
    shared = {canonical(text) for answers in compress(all_answers, map(not_, is_theirs)) for text in answers.contact}
    unique = [text for answers in their_answers for text in answers.contact if text and canonical(text) not in shared]
    rows = tuple(answers.row for answers in their_answers)
    return PersonalData(rows, tuple(keys), tuple(dict.fromkeys((*keys, *unique))))


@dataclass(frozen=True, slots=True, repr=False)
class SentAnswers:
    """A row with the keys and contact details that identify its sender.

    ``keys`` are the key and the e-mail address. ``person`` are the canonical address and the words of the name, empty
    unless both are known: rows with the same ones are of the same person.
    """

    row: PersonRow
    keys: tuple[str, str]
    contact: tuple[str, ...]
    person: tuple[str, ...] = ()

    def is_from(self, person: str) -> bool:
        return person in map(canonical, self.keys)


def rows_of(sheet: SubmissionSheet, plan: IntakePlan) -> Iterator[SentAnswers]:
    """Yield the rows of a file with their senders."""
    records = {record.line: record for record in sheet.table.records}
    contacts = [name for name, field in plan.fields.items() if field.use == "contact"]
    for submission in submissions(sheet, plan):
        contact_texts = tuple(str(submission.answers.get(name, "")).strip() for name in contacts)
        name = sorted(words_in(str(submission.answers.get(field, "")) for field in plan.names))
        person = (canonical(submission.email), *name) if submission.email and name else ()
        row = PersonRow(sheet.table, records[submission.line], submission.side, submission.key)
        yield SentAnswers(row, (submission.key, submission.email), contact_texts, person)


def find_mentions(data: PersonalData, tables: Iterable[TextTable]) -> Iterator[tuple[str, int, str]]:
    """Yield the cells of other people's rows that name the person, as file, line and header, without their content."""
    their_rows = {(row.table.source, row.record.line) for row in data.rows}
    for table in tables:
        for record in table.records:
            if (table.source, record.line) not in their_rows:
                cells = zip(table.header, record.cells, strict=True)
                yield from ((table.source, record.line, header) for header, cell in cells if data.is_named_in(cell))


ZIPPED_SUFFIXES = (".xlsx", ".xlsm", ".ods", ".odt", ".docx")
LETTER_SUFFIX = ".eml"


def is_our_document(path: Path) -> bool:
    """Return whether a file is a document of this library; decisions and logs, which contain no names, are not."""
    if path.name.endswith((DECISION_SUFFIX, LOG_SUFFIX)):
        return False
    # Folders that were written before there were manifests have documents with these names.
    older_names = ("contacts.csv", "profils-", "publipostage.", "fiches.", "fiche-", "suivi.")
    has_known_name = path.name in names_of_writers() or path.name.startswith(older_names)
    return has_known_name or is_in_manifest(path) or looks_like_ours(path)


def is_in_manifest(path: Path) -> bool:
    """Return whether a manifest in the folder of a file, or in one of the two above, lists it as a document.

    The first files that an example writes do not count.
    """
    for folder in list(path.parents)[:3]:
        manifest, name = manifest_in(folder), path.relative_to(folder).as_posix()
        example_files = manifest.runs[EXAMPLE].documents if EXAMPLE in manifest.runs else {}
        if manifest.has_document(name) and name not in example_files:
            return True
    return False


def names_of_writers() -> set[str]:
    return {writer.filename for writer in exporters().values()} | {writer.filename for writer in writers().values()}


def looks_like_ours(path: Path) -> bool:
    """Return whether the content of a file shows that this library made it, even if it was renamed or saved again."""
    is_made_here = FORMAT_CHECKS.get(path.suffix.lower())
    try:
        return (
            is_made_here is not None and path.stat().st_size <= MAX_DOCUMENT_BYTES and is_made_here(path.read_bytes())
        )
    except OSError:
        return False


def book_of_ours(content: bytes) -> bool:
    return OURS in properties_of(content)


def page_of_ours(content: bytes) -> bool:
    return re.search(r"mentormatch [0-9]+(\.[0-9]+)+\.?\s*</p>", content.decode("utf-8", "replace")) is not None


def object_of_ours(content: bytes) -> bool:
    """Return whether a JSON object is a result: it has schema version 1 and, unlike requests, no programme."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("schema_version") == 1 and not isinstance(value.get("programme"), dict)


def table_of_ours(content: bytes) -> bool:
    """Return whether a CSV file starts with the headings of pairs or contacts, in a supported language."""
    lines = content.decode("utf-8-sig", "replace").splitlines()[:1]
    headers = [
        header for header in (next(csv.reader(lines, delimiter=delimiter), []) for delimiter in ";,") if len(header) > 1
    ]
    return any(header[: len(heading)] == list(heading) for header in headers for heading in headings())


def headings() -> Iterator[tuple[str, ...]]:
    """Yield the first headings of tables whose file names users choose, in each language."""
    for code in LANGUAGES:
        with language(code):
            yield tuple(pair_sheet(()).titles)
            yield tr("Côté"), tr("Identifiant")


def calendar_of_ours(content: bytes) -> bool:
    lines = content.decode("utf-8", "replace").splitlines()
    return any(line.startswith("PRODID") and "mentormatch" in line for line in lines)


FORMAT_CHECKS: dict[str, Callable[[bytes], bool]] = {
    ".xlsx": book_of_ours,
    ".html": page_of_ours,
    ".json": object_of_ours,
    ".csv": table_of_ours,
    ".ics": calendar_of_ours,
}
"""Recognises documents of this library by their content, per suffix."""


def documents(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, at any depth, whose format can be searched or is ``.parquet``, in order.

    Decisions, logs and manifests contain no names and are left out.
    """
    text_suffixes = (".csv", ".tsv", ".txt", ".md", ".html", ".json", ".ipynb", ".ics")
    suffixes = {*ZIPPED_SUFFIXES, *text_suffixes, ".parquet", LETTER_SUFFIX}
    for path in sorted(folder.rglob("*")):
        is_nameless = path.name.endswith((DECISION_SUFFIX, LOG_SUFFIX)) or path.name == MANIFEST_NAME
        if path.is_file() and path.suffix.lower() in suffixes and not is_nameless:
            yield path


class UnsearchableError(Exception):
    """A document of other origin cannot be searched: it is damaged, encrypted, too large, or a Parquet file."""


def names_person(path: Path, data: PersonalData) -> bool:
    """Return whether a document names a person, or is of this library and cannot be searched.

    Raises OSError if it cannot be read, UnsearchableError if it is of other origin and cannot be searched.
    """
    if path.suffix.lower() != ".parquet" and path.stat().st_size <= MAX_DOCUMENT_BYTES:
        try:
            return any(data.is_named_in(text) for text in texts(path))
        except OSError:
            raise
        except UNREADABLE:
            pass
    if is_our_document(path):
        return True
    raise UnsearchableError(path.name)


def find_naming_documents(
    paths: Iterable[Path], person: PersonalData
) -> tuple[list[Path], list[Problem], list[Problem]]:
    """Return the documents that name a person, a problem per unreadable document, and one per unsearchable document."""
    naming, unread, unsearched = [], [], []
    advice = tr("regardez s'il nomme cette personne")
    for path in paths:
        try:
            naming += [path] if names_person(path, person) else []
        except OSError as error:
            finding = tr("ce document ne peut pas être lu ({error})", error=system_reason(error))
            unread.append(Problem(path.name, finding, advice=advice))
        except UnsearchableError:
            finding = tr("le contenu de ce document ne peut pas être examiné")
            unsearched.append(Problem(path.name, finding, advice=advice))
    return naming, unread, unsearched


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a document: markup stays, entities are decoded.

    Calendars are also yielded with their lines unfolded, and JSON also without escapes.
    """
    if path.suffix.lower() in (*ZIPPED_SUFFIXES, LETTER_SUFFIX):
        yield from (letter_parts if path.suffix.lower() == LETTER_SUFFIX else zip_texts)(path)
        return
    content = path.read_bytes()
    text = content.decode("utf-16" if content.startswith(UTF16_MARKS) else "utf-8-sig", "replace")
    yield unescape(text) if path.suffix.lower() == ".html" else text
    if path.suffix.lower() == ".ics":
        yield re.sub(r"\r?\n[ \t]", "", text)
    if path.suffix.lower() in (".json", ".ipynb"):
        yield decode_json(text)


def letter_parts(path: Path) -> Iterator[str]:
    """Yield the values of the headers of a letter, then its texts."""
    letter = message_from_bytes(path.read_bytes(), policy=default)
    yield from map(str, letter.values())
    yield from (letter_text(part) for part in letter.walk() if part.get_content_maintype() == "text")


def letter_text(part: EmailMessage) -> str:
    """Return the text of a part of a letter, as UTF-8 if its encoding is unknown."""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        content = part.get_payload(decode=True)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def decode_json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def zip_texts(path: Path) -> Iterator[str]:
    """Yield the parts of an archive; raise BadZipFile at the end if a part was too large to be read."""
    with ZipFile(path) as archive:
        parts = archive.infolist()
        names = [part.filename for part in parts if part.file_size <= MAX_DOCUMENT_BYTES]
        yield from (unescape(archive.read(name).decode("utf-8", "replace")) for name in names)
    if len(names) < len(parts):
        raise BadZipFile(path.name)


BACKUP_DATE = re.compile(r" \([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}h[0-9]{2}(?: [0-9]+)?\)$")
"""The date at the end of the name of a backup."""


def replaced_files(folder: Path) -> Iterator[Path]:
    """Yield the backups next to a folder, and the drafts of interrupted runs; the folder itself need not exist."""
    target = folder.resolve()
    for path in target.parent.iterdir() if target.parent.is_dir() else ():
        is_backup = path.name.startswith(target.name) and BACKUP_DATE.fullmatch(path.name.removeprefix(target.name))
        is_draft = path.name.startswith(f".{target.name}.") and path.name.endswith(PART)
        if is_backup or is_draft:
            yield path


def get_document_folders(programme: Path) -> tuple[Path, ...]:
    """Return the folders with a manifest, among the folder of a programme and its direct subfolders."""
    home = programme.parent
    subfolders = sorted(path for path in home.iterdir() if path.is_dir()) if home.is_dir() else []
    return tuple(path for path in (home, *subfolders) if (path / MANIFEST_NAME).is_file())


@dataclass(frozen=True, slots=True)
class Edition:
    """The paths of an edition: ``files`` are ``answers``, or ``mentors`` and ``mentees``, as written by ``tool``."""

    programme: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    tool: str | None = None
    encoding: str | None = None

    def load(self) -> Programme:
        return Programme.load(self.programme)

    def tables(self) -> list[tuple[TextTable, Side | None]]:
        """Return the files of answers as tables, each with its side, or None for both."""
        return read_tables(**self.files, tool=self.tool, encoding=self.encoding)

    def cohort(self) -> Cohort:
        return read_survey(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    def contacts(self) -> Contacts:
        return read_contacts(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    @property
    def roots(self) -> list[Path]:
        """The folders with their backups and drafts, each once and none inside another."""
        paths = [path for folder in self.folders for path in (folder, *replaced_files(folder))]
        folders = {folder.resolve(): folder for folder in reversed(paths) if folder.is_dir()}
        outermost = [
            resolved for resolved in folders if not any(other_folder in resolved.parents for other_folder in folders)
        ]
        return [folders[resolved] for resolved in sorted(outermost)]

    def missing_folders(self) -> list[Problem]:
        """Return a problem per folder that does not exist, whose documents are therefore not found."""
        finding = system_reason(OSError(ENOENT, ""))
        return [Problem(folder.name, finding) for folder in self.folders if not folder.is_dir()]

    def documents(self) -> Iterator[Path]:
        """Yield the documents in the folders, without the files of answers."""
        answers = {file.resolve() for file in self.files.values()}
        for folder in self.roots:
            yield from (path for path in documents(folder) if path.resolve() not in answers)

    def logs(self) -> list[Path]:
        """Return the logs in the folders, except the logs of backups, which no run extends."""
        logs = (path for folder in self.roots for path in sorted(folder.rglob(f"*{LOG_SUFFIX}")))
        return [path for path in logs if not BACKUP_DATE.search(path.parent.name)]


@dataclass(frozen=True, slots=True, repr=False)
class Export:
    """The data of a person: ``rows`` sent, with outcomes, ``results``, and the names of ``documents`` on the person.

    The only data about other people, outside the answers of the person, are the codes of the partners.
    """

    rows: tuple[dict[str, Any], ...]
    results: tuple[dict[str, Any], ...]
    documents: tuple[str, ...]

    def to_json(self) -> str:
        """Return the data as indented JSON."""
        content = {"schema_version": 1, "rows": self.rows, "results": self.results, "documents": self.documents}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def export_person(edition: Edition, person: str) -> Export:
    """Return the data of the person with this key or e-mail address in the answers and documents of an edition.

    Documents of other origin that cannot be searched are left out. Raises SurveyError if no row is theirs, unless the
    person was forgotten: then only the documents are searched. Raises RequestError if documents cannot be read
    or a folder does not exist.
    """
    data, cohort = find_personal_data(edition.load(), edition.tables(), person).with_codes(edition), edition.cohort()
    if secret_beside(edition.programme).exists():
        data = data.with_pseudonyms(pseudonyms_for(edition.programme))
    naming, unread, _ = find_naming_documents(edition.documents(), data)
    unread += edition.missing_folders()
    results: list[dict[str, Any]] = []
    for path in (path for path in naming if path.name == "binomes.json"):
        try:
            results += results_in(path, data)
        except (ValueError, KeyError, TypeError, RecursionError):
            unread.append(Problem(path.name, tr("le fichier est abîmé")))
    if unread:
        raise RequestError(tr("Le fichier ne peut pas être lu"), unread)
    results = [result for index, result in enumerate(results) if result not in results[:index]]
    rows = {(id(person_row.table), person_row.record.line): export_row(person_row, cohort) for person_row in data.rows}
    return Export(tuple(rows.values()), tuple(results), tuple(path.name for path in naming))


def export_row(person_row: PersonRow, cohort: Cohort) -> dict[str, Any]:
    """Return the cells of a row that are not blank, unchanged, by header, with its outcome."""
    line_id = (person_row.table.source, person_row.record.line)
    outcome = next(row for row in cohort.rows if (row.source, row.line) == line_id)
    cells = zip(person_row.table.header, person_row.record.cells, strict=True)
    return {
        "file": line_id[0],
        "line": line_id[1],
        "side": "both" if outcome.side == "both" else person_row.side,
        "fate": outcome.fate,
        "reason": outcome.reason,
        "sent": outcome.when.isoformat() if outcome.when else None,
        "answers": {header: cell for header, cell in cells if cell.strip()},
    }


def results_in(path: Path, person: PersonalData) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a person in a written result, or the reason why they have none."""
    content = json.loads(path.read_text(encoding="utf-8"))
    keys = {canonical(key) for key in (*person.keys, *person.codes)}
    for pair in content["pairs"]:
        if keys & {canonical(pair["mentor"]), canonical(pair["mentee"])}:
            yield {name: pair[name] for name in ("mentor", "mentee", "points", "answered")}
    yield from (
        {"unmatched": unmatched["code"]} for unmatched in content["unmatched"] if canonical(unmatched["person"]) in keys
    )
