"""The files of one edition, and all that they hold of one person, for that person (GDPR, article 15).

What speaks of a person: the documents in a folder, and the rows of files of answers.

Documents of ours are those that a manifest tells of, that bear the name of a registered document, or that are of a make
of ours. A person is found by all they are known by, in their own rows and in those of others that name them.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from functools import cached_property
from html import unescape
from itertools import compress
from operator import not_
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from mentormatch.base.generation import EXAMPLE, PART
from mentormatch.base.manifest import MANIFEST_NAME, OURS, UNREADABLE, manifest_in, properties_of
from mentormatch.errors import Problem, SurveyError
from mentormatch.explanation.tables import pair_sheet
from mentormatch.fields import Side
from mentormatch.inspection.section import writers
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import LANGUAGES, language, tr
from mentormatch.operations.matching import exporters
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import make_intake_plan, read_contacts, read_survey, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import DECISION_SUFFIX
from mentormatch.record.log import LOG_SUFFIX
from mentormatch.record.seal import MOST_BYTES
from mentormatch.survey.code_table import codes_beside, read_code_rows
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.entries import SubmissionSheet, locate_fields, submissions
from mentormatch.survey.intake import words_in
from mentormatch.survey.plan import Plan
from mentormatch.survey.privacy import Pseudonyms, pseudonyms_for, secret_beside
from mentormatch.survey.table import Record, TextTable


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row that a person sent: its file, its place, the side and the key under which it was sent."""

    table: TextTable
    record: Record
    side: Side | None
    key: str


@dataclass(frozen=True)
class HeldData:
    """All that files of answers hold of one person: ``keys`` are their codes and e-mail addresses.

    ``texts`` are those and the contact details that nobody else gave: what tells that a document speaks of them.
    ``codes`` are what documents call them instead of their keys.
    """

    rows: tuple[PersonRow, ...]
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    codes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Held({len(self.rows)} rows)"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the person in a text that is folded as keys are: whole words only."""
        texts = {canonical(text) for text in self.texts}
        # A text of one or two characters occurs everywhere and identifies nobody.
        longest_first = sorted((text for text in texts if len(text) > 2), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if longest_first else r"(?!)")

    def also_as(self, pseudonyms: Pseudonyms) -> "HeldData":
        """Return the same, to be found under their pseudonyms too: profiles and forms bear nothing else."""
        names = [pseudonyms.of(row.side, row.key) for row in self.rows if row.side]
        return replace(self, texts=tuple(dict.fromkeys((*self.texts, *names))))

    def with_codes(self, edition: "Edition") -> "HeldData":
        """Return the same, to be found under the codes of documents too; these are stored first, for all people."""
        programme, keys = edition.load(), set(map(canonical, self.keys))
        programme.keep_codes(read_survey(programme, **edition.files, tool=edition.tool, encoding=edition.encoding))
        rows = read_code_rows(codes_beside(edition.programme))
        codes = tuple(dict.fromkeys(code for _, code, key in rows if canonical(key) in keys))
        return replace(self, texts=(*self.texts, *codes), codes=codes)

    def is_named_in(self, text: str) -> bool:
        """Say whether a text names the person."""
        return self.pattern.search(canonical(text)) is not None


def find_held_data(programme: Programme, tables: Sequence[tuple[TextTable, Side | None]], person: str) -> HeldData:
    """Return what files hold of the person with this key or this e-mail address, also where they were forgotten.

    Of somebody who was forgotten, and has no row any more, that is what was asked for: documents may name them still.
    Raises SurveyError where no row is theirs; the message does not repeat what was asked for.
    """
    plan = make_intake_plan(programme, per_side=all(side is not None for _, side in tables))
    everybody = [each for sheet in locate_fields(tables, plan) for each in rows_of(sheet, plan)]
    sought = canonical(person)
    persons = {each.person for each in everybody if each.whose(sought) and each.person}
    mine = [each.whose(sought) or each.person in persons for each in everybody]
    found = list(compress(everybody, mine))
    if not found and plan.forgotten.holds(sought):
        return HeldData((), (person,), (person,))
    if not found:
        sources = ", ".join(table.source for table, _ in tables)
        expected = tr("son code, ou son courriel, tel que saisi")
        missing = Problem(sources, tr("aucune ligne n'est de cette personne"), expected)
        raise SurveyError(tr("Personne introuvable"), [missing])
    keys = dict.fromkeys(key for each in found for key in each.keys if key)
    others = {canonical(text) for each in compress(everybody, map(not_, mine)) for text in each.contact}
    own = [text for each in found for text in each.contact if text and canonical(text) not in others]
    return HeldData(tuple(each.row for each in found), tuple(keys), tuple(dict.fromkeys((*keys, *own))))


@dataclass(frozen=True, slots=True, repr=False)
class SentAnswers:
    """One row of anybody: by which key and e-mail address it is told whose it is, and the contact details in it.

    ``person`` are their address and name where both are known: who wrote the same on the other side is the same person.
    """

    row: PersonRow
    keys: tuple[str, str]
    contact: tuple[str, ...]
    person: tuple[str, ...] = ()

    def whose(self, person: str) -> bool:
        """Say whether this key, or e-mail address, is that of who sent the row."""
        return person in map(canonical, self.keys)


def rows_of(sheet: SubmissionSheet, plan: Plan) -> Iterator[SentAnswers]:
    """Yield every row of one file."""
    records = {record.line: record for record in sheet.table.records}
    contacts = [name for name, field in plan.fields.items() if field.use == "contact"]
    for sent in submissions(sheet, plan):
        contact_texts = tuple(str(sent.answers.get(name, "")).strip() for name in contacts)
        name = sorted(words_in(str(sent.answers.get(field, "")) for field in plan.names))
        person = (canonical(sent.email), *name) if sent.email and name else ()
        row = PersonRow(sheet.table, records[sent.line], sent.side, sent.key)
        yield SentAnswers(row, (sent.key, sent.email), contact_texts, person)


def mentions(held: HeldData, tables: Iterable[TextTable]) -> Iterator[tuple[str, int, str]]:
    """Yield where the rows of others name the person: file, line and header; never what they say."""
    mine = {(row.table.source, row.record.line) for row in held.rows}
    for table in tables:
        for record in table.records:
            if (table.source, record.line) not in mine:
                cells = zip(table.header, record.cells, strict=True)
                yield from ((table.source, record.line, header) for header, cell in cells if held.is_named_in(cell))


BOOKS = (".xlsx", ".xlsm", ".ods", ".odt", ".docx")
TEXTS = (".csv", ".tsv", ".txt", ".md", ".html", ".json", ".ipynb", ".ics")
LETTER = ".eml"


def ours(path: Path) -> bool:
    """Say whether a file is a document that this library wrote; decisions and logs, which know nobody, are none."""
    if path.name.endswith((DECISION_SUFFIX, LOG_SUFFIX)):
        return False
    # Folders that were written before there were manifests have documents with these names.
    older = ("contacts.csv", "profils-", "publipostage.", "fiches.", "fiche-", "suivi.")
    named = path.name in names_of_writers() or path.name.startswith(older)
    return named or is_in_manifest(path) or is_ours(path)


def is_in_manifest(path: Path) -> bool:
    """Say whether a manifest above a file tells that a run wrote it."""
    for folder in list(path.parents)[:3]:
        manifest, name = manifest_in(folder), path.relative_to(folder).as_posix()
        begun = manifest.runs[EXAMPLE].documents if EXAMPLE in manifest.runs else {}
        if manifest.has_document(name) and name not in begun:
            return True
    return False


def names_of_writers() -> set[str]:
    """Return the names under which writers of documents are registered."""
    return {each.filename for each in exporters().values()} | {each.filename for each in writers().values()}


def is_ours(path: Path) -> bool:
    """Say whether a file shows by itself that this library made it, whatever its name is and whoever saved it since."""
    look = MAKES.get(path.suffix.lower())
    try:
        return look is not None and path.stat().st_size <= MOST_BYTES and look(path.read_bytes())
    except OSError:
        return False


def book_of_ours(content: bytes) -> bool:
    """Say whether a workbook names this library as its author."""
    return OURS in properties_of(content)


def page_of_ours(content: bytes) -> bool:
    """Say whether a page ends with the version of this library that made it."""
    return re.search(r"mentormatch [0-9]+(\.[0-9]+)+\.?\s*</p>", content.decode("utf-8", "replace")) is not None


def object_of_ours(content: bytes) -> bool:
    """Say whether a JSON object is a result: it has our version and no programme, as requests have."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("schema_version") == 1 and not isinstance(value.get("programme"), dict)


def table_of_ours(content: bytes) -> bool:
    """Say whether a CSV file has the headings of the pairs or of contacts, in one of our languages."""
    lines = content.decode("utf-8-sig", "replace").splitlines()[:1]
    heads = [row for row in (next(csv.reader(lines, delimiter=mark), []) for mark in ";,") if len(row) > 1]
    return any(head[: len(one)] == list(one) for head in heads for one in headings())


def headings() -> Iterator[tuple[str, ...]]:
    """Yield how the tables begin that have a name of the reader's own choice."""
    for code in LANGUAGES:
        with language(code):
            yield tuple(pair_sheet(()).titles)
            yield tr("Côté"), tr("Identifiant")


def calendar_of_ours(content: bytes) -> bool:
    """Say whether a calendar names this library as its maker."""
    lines = content.decode("utf-8", "replace").splitlines()
    return any(line.startswith("PRODID") and "mentormatch" in line for line in lines)


MAKES: dict[str, Callable[[bytes], bool]] = {
    ".xlsx": book_of_ours,
    ".html": page_of_ours,
    ".json": object_of_ours,
    ".csv": table_of_ours,
    ".ics": calendar_of_ours,
}
"""What tells, by the suffix of a file, that it is of our make."""


def documents(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, and of those in it, that may speak of people; a decision and its log do not."""
    suffixes = {*BOOKS, *TEXTS, ".parquet", LETTER}
    for path in sorted(folder.rglob("*")):
        kept = path.name.endswith((DECISION_SUFFIX, LOG_SUFFIX)) or path.name == MANIFEST_NAME
        if path.is_file() and path.suffix.lower() in suffixes and not kept:
            yield path


def speaks_of(path: Path, held: HeldData) -> bool:
    """Say whether a document names a person, or is one of ours that cannot be read here; raises OSError."""
    if path.suffix.lower() == ".parquet" or path.stat().st_size > MOST_BYTES:
        return ours(path)
    return any(held.is_named_in(text) for text in texts(path))


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a document, without what its format puts around and inside them."""
    if path.suffix.lower() in (*BOOKS, LETTER):
        yield from (letter_parts if path.suffix.lower() == LETTER else parts)(path)
        return
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    yield unescape(text) if path.suffix.lower() == ".html" else text
    if path.suffix.lower() == ".ics":
        yield re.sub(r"\r?\n[ \t]", "", text)
    if path.suffix.lower() in (".json", ".ipynb"):
        yield decode_json(text)


def letter_parts(path: Path) -> Iterator[str]:
    """Yield whom a letter is to, its subject and its texts."""
    letter = message_from_bytes(path.read_bytes(), policy=default)
    yield from map(str, letter.values())
    yield from (str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text")


def decode_json(text: str) -> str:
    """Return a JSON text with its characters as such rather than as escapes, empty where it is not JSON."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def parts(path: Path) -> Iterator[str]:
    """Yield the texts inside a workbook."""
    try:
        with ZipFile(path) as archive:
            small = [one.filename for one in archive.infolist() if one.file_size <= MOST_BYTES]
            yield from (unescape(archive.read(name).decode("utf-8", "replace")) for name in small)
    except UNREADABLE:
        return


DATED = re.compile(r" \([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}h[0-9]{2}(?: [0-9]+)?\)$")
"""How the names end of what was kept."""


def replaced_files(folder: Path) -> Iterator[Path]:
    """Yield what was kept beside a folder when it was replaced, and what a run that was killed left there."""
    whole = folder.resolve()
    for path in whole.parent.iterdir():
        kept = path.name.startswith(whole.name) and DATED.fullmatch(path.name.removeprefix(whole.name))
        left = path.name.startswith(f".{whole.name}.") and path.name.endswith(PART)
        if kept or left:
            yield path


def homes_beside(programme: Path) -> tuple[Path, ...]:
    """Return where documents of an edition lie without anybody saying so: by its programme, or in a folder there."""
    home = programme.parent
    inside = sorted(path for path in home.iterdir() if path.is_dir()) if home.is_dir() else []
    return tuple(path for path in (home, *inside) if (path / MANIFEST_NAME).is_file())


@dataclass(frozen=True, slots=True)
class Edition:
    """Where an edition lies: ``files`` are ``answers``, or ``mentors`` and ``mentees``, as one ``tool`` wrote them."""

    programme: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    tool: str | None = None
    encoding: str | None = None

    def load(self) -> Programme:
        """Return the programme."""
        return Programme.load(self.programme)

    def tables(self) -> list[tuple[TextTable, Side | None]]:
        """Return the files of answers as tables, each with the side that answered it, None for both."""
        return read_tables(**self.files, tool=self.tool, encoding=self.encoding)

    def cohort(self) -> Cohort:
        """Return the cohort that answered."""
        return read_survey(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    def contacts(self) -> Contacts:
        """Return how the people who answered are reached."""
        return read_contacts(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    @property
    def places(self) -> list[Path]:
        """The folders, each once and none within another, with what runs kept or left beside them."""
        named = [each for folder in self.folders for each in (folder, *replaced_files(folder))]
        places = {folder.resolve(): folder for folder in reversed(named) if folder.is_dir()}
        alone = [place for place in places if not any(other in place.parents for other in places)]
        return [places[place] for place in sorted(alone)]

    def documents(self) -> Iterator[Path]:
        """Yield the documents in the folders, the answers left out."""
        answers = {file.resolve() for file in self.files.values()}
        for folder in self.places:
            yield from (path for path in documents(folder) if path.resolve() not in answers)

    def logs(self) -> list[Path]:
        """Return the logs in the folders, but for those that were kept with what was replaced: they are over."""
        inside = (path for folder in self.places for path in sorted(folder.rglob(f"*{LOG_SUFFIX}")))
        return [path for path in inside if not DATED.search(path.parent.name)]


@dataclass(frozen=True, slots=True, repr=False)
class Export:
    """What is held of a person: the ``rows`` they sent with their fate, ``results``, and ``documents`` that name them.

    Nothing of it is about others but the codes of the people they were paired with.
    """

    rows: tuple[dict[str, Any], ...]
    results: tuple[dict[str, Any], ...]
    documents: tuple[str, ...]

    def to_json(self) -> str:
        """Return it as a JSON text that people can read."""
        content = {"schema_version": 1, "rows": self.rows, "results": self.results, "documents": self.documents}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def export_person(edition: Edition, person: str) -> Export:
    """Return all that the answers and the documents of an edition hold of the person with this key or e-mail address.

    Raises SurveyError where no row is theirs.
    """
    found, cohort = find_held_data(edition.load(), edition.tables(), person).with_codes(edition), edition.cohort()
    if secret_beside(edition.programme).exists():
        found = found.also_as(pseudonyms_for(edition.programme))
    naming = [path for path in edition.documents() if speaks_of(path, found)]
    results = [result for path in naming if path.name == "binomes.json" for result in results_in(path, found)]
    results = [result for place, result in enumerate(results) if result not in results[:place]]
    rows = {(id(one.table), one.record.line): row(one, cohort) for one in found.rows}
    return Export(tuple(rows.values()), tuple(results), tuple(path.name for path in naming))


def row(sent: PersonRow, cohort: Cohort) -> dict[str, Any]:
    """Return one row as it was sent, by its headers, with what became of it."""
    place = (sent.table.source, sent.record.line)
    fate = next(one for one in cohort.rows if (one.source, one.line) == place)
    cells = zip(sent.table.header, sent.record.cells, strict=True)
    return {
        "file": place[0],
        "line": place[1],
        "side": "both" if fate.side == "both" else sent.side,
        "fate": fate.fate,
        "reason": fate.reason,
        "sent": fate.when.isoformat() if fate.when else None,
        "answers": {header: cell for header, cell in cells if cell.strip()},
    }


def results_in(path: Path, person: HeldData) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a person, and that they have none with the reason, from a result that was written."""
    content = json.loads(path.read_text(encoding="utf-8"))
    keys = {canonical(key) for key in (*person.keys, *person.codes)}
    for pair in content["pairs"]:
        if keys & {canonical(pair["mentor"]), canonical(pair["mentee"])}:
            yield {name: pair[name] for name in ("mentor", "mentee", "points", "answered")}
    yield from ({"unmatched": one["code"]} for one in content["unmatched"] if canonical(one["person"]) in keys)
