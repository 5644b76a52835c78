"""The step of files: each file with its description and its question, and the upload area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from mentormatch.errors import MentorMatchError, Problem, SurveyError
from mentormatch.languages.phrases import counted, quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.enrolment import make_intake_plan, read_tables
from mentormatch.service.desk.desk_requests import (
    DropAside,
    FilePart,
    ProgrammeKind,
    ShowFiles,
    UploadFile,
    WorkspaceAction,
)
from mentormatch.service.desk.past_works import digest_of
from mentormatch.service.desk.step_tree import render_step
from mentormatch.service.desk.uploads import ANSWER_PARTS, WORKBOOK_SUFFIXES, UploadedFile, UploadedFiles, detect_part
from mentormatch.survey.headers import claims_by_field
from mentormatch.survey.table_reader import FileKind, read_table

SIDE_LABELS: Mapping[FilePart, str] = {"mentors": mark("les mentor·es"), "mentees": mark("les mentoré·es")}
FILE_LABELS: Mapping[FilePart, str] = {
    "programme": mark("le programme de l'an dernier"),
    "edition": mark("ce qui s'est fait l'an dernier"),
    "proposal": mark("la proposition d'un autre jour"),
}


@dataclass(frozen=True, slots=True, repr=False)
class FileNote:
    """The content of a file of answers: the reason if it cannot be read, or its tables and unassigned sheets."""

    refusal: str = ""
    tables: Tables = ()
    sheets: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, file: UploadedFile) -> "FileNote":
        """Read a file."""
        try:
            tables = read_tables(file.read_table())
            names = tables[0][0].manner.others if file.sheet is None else ()
            second_sheets = [read_table(file.read_table(), sheet=name) for name in names] if len(names) == 1 else []
        except SurveyError as error:
            return cls(refusal=format_refusal(error, file.name))
        if not any(table.records for table, _ in tables):
            return cls(refusal=tr("Une ligne de titres et aucune réponse. L'export a sans doute été fait trop tôt."))
        sheets = [tables[0][0], *second_sheets] if second_sheets else []
        return cls("", tables, tuple((str(table.manner.sheet), len(table.records)) for table in sheets))

    @property
    def people(self) -> int:
        """The number of rows of answers."""
        return sum(people for _, people in self.sheets) or sum(len(table.records) for table, _ in self.tables)

    @property
    def sentences(self) -> list[str]:
        """Descriptions: people and questions per sheet, and remarks on the whole file."""
        if self.sheets:
            sheets = [f"{quoted(name)} {counted(people, 'personne')}" for name, people in self.sheets]
            return [tr("{count} feuilles : {sheets}.", count=len(sheets), sheets=", ".join(sheets))]
        if len(self.tables) > 1:
            sheets = [
                f"{quoted(str(table.manner.sheet))} {counted(len(table.records), 'personne')}"
                for table, _ in self.tables
            ]
            descriptions = [
                tr("{count} feuilles : {sheets}. Une par côté.", count=len(sheets), sheets=", ".join(sheets))
            ]
        else:
            questions = counted(len(self.tables[0][0].header), "colonne")
            descriptions = [tr("{people}, {questions}.", people=counted(self.people, "personne"), questions=questions)]
        titles = [
            remark.text
            for table, _ in self.tables
            for remark in table.remarks
            if remark.line is not None and table.records and remark.line < table.records[0].line
        ]
        suffix = PurePath(self.tables[0][0].file).suffix.lower()
        is_text = suffix in WORKBOOK_SUFFIXES and self.tables[0][0].manner.sheet is None
        texts = (
            [tr("C'est un fichier texte dont le nom finit par {suffix} : il est lu.", suffix=suffix)] if is_text else []
        )
        return [*descriptions, *titles, *texts]


def format_refusal(error: SurveyError, name: str) -> str:
    """Return the reason why a file cannot be read, and the advice."""
    problem = next(iter(error.problems), Problem("", error.message))
    is_whole = problem.where in ("", tr("fichier"), tr("classeur"))
    reason = problem.found if is_whole else tr("{where} : {found}", where=problem.where, found=problem.found)
    suffix = PurePath(name).suffix
    if problem.found == tr(FileKind.IMAGE):
        return tr("C'est une photo dont le nom finit par {suffix}. Rien à y lire.", suffix=suffix)
    if problem.found == tr(FileKind.PDF):
        return tr("Un PDF se relit avec des erreurs. Demandez le même tableau en Excel ou en CSV.")
    if problem.expected == tr("un tableau de réponses"):
        reason = tr("C'est {what} dont le nom finit par {suffix}, pas un tableau", what=problem.found, suffix=suffix)
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in (reason, problem.advice) if text)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file with its label, its descriptions, and its question (empty without one)."""

    part: FilePart
    name: str
    called: str
    sentences: list[str]
    question: str = ""


@dataclass(repr=False)
class FileNotes:
    """Notes on files of answers by digest, and the reasons why other files are unused, by name."""

    notes: dict[str, FileNote] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)

    def note_on(self, part: FilePart, file: UploadedFile) -> FileNote:
        """Return the note on a file, computed once; empty if it is no file of answers."""
        if detect_part(part, file) not in ANSWER_PARTS:
            return FileNote()
        if compute_file_key(file) not in self.notes:
            self.notes[compute_file_key(file)] = FileNote.of(file)
        return self.notes[compute_file_key(file)]

    def split(self, files: dict[FilePart, UploadedFile], way: str) -> dict[FilePart, UploadedFile]:
        """Return the files with one sheet of the workbook per side; ``listed``: the first one contains mentors."""
        sheets = [files["answers"].of_sheet(name) for name, _ in self.note_on("answers", files["answers"]).sheets]
        if len(sheets) != len(SIDE_LABELS):
            return files
        other_files = {part: file for part, file in files.items() if part != "answers"}
        return other_files | dict(zip(SIDE_LABELS, sheets if way == "listed" else sheets[::-1], strict=True))

    def update(self, action: WorkspaceAction, body: bytes, uploads: UploadedFiles) -> str:
        """Set an upload aside if it cannot be read, and return the reason, else an empty text.

        Notes on files that are not used are forgotten.
        """
        notice = ""
        if isinstance(action, UploadFile):
            file = UploadedFile.of(action.name, body)
            self.aside.pop(file.name, None)
            if refusal := self.note_on(action.part, file).refusal:
                self.aside[file.name] = refusal
                notice = f"{file.name} : {refusal}"
        keys = {compute_file_key(file) for file in uploads.files.values()}
        self.notes = {key: note for key, note in self.notes.items() if key in keys}
        return notice

    def step(self, action: ShowFiles | DropAside, uploads: UploadedFiles, kind: ProgrammeKind) -> dict[str, Any]:
        """Return the step after an action."""
        if isinstance(action, DropAside):
            self.aside = {name: why for at, (name, why) in enumerate(self.aside.items()) if at != action.at}
        notes = {part: self.note_on(part, file) for part, file in uploads.files.items() if part in ANSWER_PARTS}
        return file_step(uploads, notes, self.aside, kind)


def compute_file_key(file: UploadedFile) -> str:
    return digest_of(file.name.encode() + b"\0" + file.content)


def file_step(
    uploads: UploadedFiles, notes: Mapping[FilePart, FileNote], aside: Mapping[str, str], kind: ProgrammeKind
) -> dict[str, Any]:
    """Render the step; ``notes`` are on files of answers, ``aside`` the reasons why others are unused, by name."""
    parts: Sequence[FilePart] = (*ANSWER_PARTS, "programme", "edition", "proposal")
    lines = [describe_file(part, uploads.files[part], notes) for part in parts if part in uploads.files]
    people = sum(note.people for part, note in notes.items() if part in uploads.files)
    return render_step(
        "files",
        lines=lines,
        people=people,
        questions=sum(bool(line.question) for line in lines),
        aside=list(aside.items()),
        kind=kind,
        stated=uploads.kind_from_files,
        apart=uploads.has_separate_files,
        readable=any(part in uploads.files for part in ANSWER_PARTS),
    )


def describe_file(part: FilePart, file: UploadedFile, notes: Mapping[FilePart, FileNote]) -> FileLine:
    if part in notes:
        note = notes[part]
        question = tr("Une par côté ?") if note.sheets else ""
        return FileLine(
            part, file.title, tr(SIDE_LABELS[part]) if part in SIDE_LABELS else "", note.sentences, question
        )
    if part != "programme":
        return FileLine(part, file.name, tr(FILE_LABELS[part]), [])
    tables = [table for note in notes.values() for table in note.tables]
    try:
        programme = UploadedFiles({"programme": file}).programme()
        plan = make_intake_plan(programme, per_side=any(side for _, side in tables))
    except MentorMatchError as error:
        return FileLine(part, file.name, tr(FILE_LABELS[part]), [f"{error.message}."])
    if not tables:
        return FileLine(part, file.name, tr(FILE_LABELS[part]), [])
    questions = [name for name, field in programme.fields.items() if field.use != "forbidden"]
    answered = {name for table, _ in tables for name in claims_by_field(table.header, plan)}.intersection(questions)
    if len(answered) == len(questions):
        return FileLine(
            part, file.name, tr(FILE_LABELS[part]), [tr("Toutes ses questions se retrouvent dans ces réponses.")]
        )
    sentence = tr(
        "{found} de ses {asked} se retrouvent dans ces réponses.",
        found=len(answered),
        asked=counted(len(questions), "question"),
    )
    return FileLine(part, file.name, tr(FILE_LABELS[part]), [sentence], tr("Reprendre ses règles ?"))
