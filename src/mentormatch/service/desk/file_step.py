"""The step of the files: what each one is, in one line with its one question, and the place for all of them."""

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
from mentormatch.survey.table_reader import IMAGE, PDF, read_table

HEADERS_ONLY = mark("Une ligne de titres et aucune réponse. L'export a sans doute été fait trop tôt.")
ORDER: Sequence[FilePart] = (*ANSWER_PARTS, "programme", "edition", "proposal")
SIDES: Mapping[FilePart, str] = {"mentors": mark("les mentor·es"), "mentees": mark("les mentoré·es")}
CALLED: Mapping[FilePart, str] = {
    "programme": mark("le programme de l'an dernier"),
    "edition": mark("ce qui s'est fait l'an dernier"),
    "proposal": mark("la proposition d'un autre jour"),
}


@dataclass(frozen=True, slots=True, repr=False)
class FileNote:
    """What a file of answers is: why nothing can be read in it, or its tables, and a second sheet without a side."""

    refusal: str = ""
    tables: Tables = ()
    sheets: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, file: UploadedFile) -> "FileNote":
        """Return what a file is, read once."""
        try:
            tables = read_tables(file.read_table())
            names = tables[0][0].manner.others if file.sheet is None else ()
            others = [read_table(file.read_table(), sheet=name) for name in names] if len(names) == 1 else []
        except SurveyError as error:
            return cls(refusal=words_of_refusal(error, file.name))
        if not any(table.records for table, _ in tables):
            return cls(refusal=tr(HEADERS_ONLY))
        sheets = [tables[0][0], *others] if others else []
        return cls("", tables, tuple((str(table.manner.sheet), len(table.records)) for table in sheets))

    @property
    def people(self) -> int:
        """The number of rows of answers."""
        return sum(people for _, people in self.sheets) or sum(len(table.records) for table, _ in self.tables)

    @property
    def sentences(self) -> list[str]:
        """What was read: people and questions, sheet by sheet, and what the reader has to say of the whole file."""
        if self.sheets:
            sheets = [f"{quoted(name)} {counted(people, 'personne')}" for name, people in self.sheets]
            return [tr("{count} feuilles : {sheets}.", count=len(sheets), sheets=", ".join(sheets))]
        if len(self.tables) > 1:
            sheets = [
                f"{quoted(str(table.manner.sheet))} {counted(len(table.records), 'personne')}"
                for table, _ in self.tables
            ]
            told = [tr("{count} feuilles : {sheets}. Une par côté.", count=len(sheets), sheets=", ".join(sheets))]
        else:
            questions = counted(len(self.tables[0][0].header), "colonne")
            told = [tr("{people}, {questions}.", people=counted(self.people, "personne"), questions=questions)]
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
        return [*told, *titles, *texts]


def words_of_refusal(error: SurveyError, name: str) -> str:
    """Return in a sentence why nothing can be read in a file, and what to do."""
    problem = next(iter(error.problems), Problem("", error.message))
    is_whole = problem.where in ("", tr("fichier"), tr("classeur"))
    found = problem.found if is_whole else tr("{where} : {found}", where=problem.where, found=problem.found)
    suffix = PurePath(name).suffix
    if problem.found == tr(IMAGE):
        return tr("C'est une photo dont le nom finit par {suffix}. Rien à y lire.", suffix=suffix)
    if problem.found == tr(PDF):
        return tr("Un PDF se relit avec des erreurs. Demandez le même tableau en Excel ou en CSV.")
    if problem.expected == tr("un tableau de réponses"):
        found = tr("C'est {what} dont le nom finit par {suffix}, pas un tableau", what=problem.found, suffix=suffix)
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in (found, problem.advice) if text)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file as the step lists it: what it is called, what it is, and its question if it has one."""

    part: FilePart
    name: str
    called: str
    sentences: list[str]
    question: str = ""


@dataclass(repr=False)
class FileNotes:
    """What is known of the files of answers, by their digests, and why other files are of no use, by their names."""

    notes: dict[str, FileNote] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)

    def of(self, part: FilePart, file: UploadedFile) -> FileNote:
        """Return what a file is, worked out once; an empty note unless it is one of answers."""
        if detect_part(part, file) not in ANSWER_PARTS:
            return FileNote()
        if key_of(file) not in self.notes:
            self.notes[key_of(file)] = FileNote.of(file)
        return self.notes[key_of(file)]

    def split(self, files: dict[FilePart, UploadedFile], way: str) -> dict[FilePart, UploadedFile]:
        """Return the files with one sheet of the workbook per side; ``listed``: the first contains mentors."""
        sheets = [files["answers"].of_sheet(name) for name, _ in self.of("answers", files["answers"]).sheets]
        if len(sheets) != len(SIDES):
            return files
        others = {part: file for part, file in files.items() if part != "answers"}
        return others | dict(zip(SIDES, sheets if way == "listed" else sheets[::-1], strict=True))

    def keep(self, action: WorkspaceAction, body: bytes, handed: UploadedFiles) -> str:
        """Return why a file was not taken, noted; forget what is known of files that are not there any more."""
        told = ""
        if isinstance(action, UploadFile):
            file = UploadedFile.of(action.name, body)
            self.aside.pop(file.name, None)
            if refusal := self.of(action.part, file).refusal:
                self.aside[file.name] = refusal
                told = f"{file.name} : {refusal}"
        kept = {key_of(file) for file in handed.files.values()}
        self.notes = {key: note for key, note in self.notes.items() if key in kept}
        return told

    def step(self, action: ShowFiles | DropAside, handed: UploadedFiles, kind: ProgrammeKind) -> dict[str, Any]:
        """Return the step of the files."""
        if isinstance(action, DropAside):
            self.aside = {name: why for at, (name, why) in enumerate(self.aside.items()) if at != action.at}
        notes = {part: self.of(part, file) for part, file in handed.files.items() if part in ANSWER_PARTS}
        return file_step(handed, notes, self.aside, kind)


def key_of(file: UploadedFile) -> str:
    """Return what identifies a file by its name and content."""
    return digest_of(file.name.encode() + b"\0" + file.content)


def file_step(
    handed: UploadedFiles, notes: Mapping[FilePart, FileNote], aside: Mapping[str, str], kind: ProgrammeKind
) -> dict[str, Any]:
    """Return the step; ``notes`` are about the files of answers, ``aside`` why others are of no use, by name."""
    lines = [line_of(part, handed.files[part], notes) for part in ORDER if part in handed.files]
    people = sum(note.people for part, note in notes.items() if part in handed.files)
    return render_step(
        "files",
        lines=lines,
        people=people,
        questions=sum(bool(line.question) for line in lines),
        aside=list(aside.items()),
        kind=kind,
        stated=handed.kind_from_files,
        apart=handed.has_separate_files,
        readable=any(part in handed.files for part in ANSWER_PARTS),
    )


def line_of(part: FilePart, file: UploadedFile, notes: Mapping[FilePart, FileNote]) -> FileLine:
    """Return one file in words."""
    if part in notes:
        note = notes[part]
        question = tr("Une par côté ?") if note.sheets else ""
        return FileLine(part, file.title, tr(SIDES[part]) if part in SIDES else "", note.sentences, question)
    if part != "programme":
        return FileLine(part, file.name, tr(CALLED[part]), [])
    tables = [one for note in notes.values() for one in note.tables]
    try:
        programme = UploadedFiles({"programme": file}).programme()
        plan = make_intake_plan(programme, apart=any(side for _, side in tables))
    except MentorMatchError as error:
        return FileLine(part, file.name, tr(CALLED[part]), [f"{error.message}."])
    if not tables:
        return FileLine(part, file.name, tr(CALLED[part]), [])
    asked = [name for name, field in programme.fields.items() if field.use != "forbidden"]
    found = {name for table, _ in tables for name in claims_by_field(table.header, plan)}.intersection(asked)
    if len(found) == len(asked):
        return FileLine(
            part, file.name, tr(CALLED[part]), [tr("Toutes ses questions se retrouvent dans ces réponses.")]
        )
    sentence = tr(
        "{found} de ses {asked} se retrouvent dans ces réponses.",
        found=len(found),
        asked=counted(len(asked), "question"),
    )
    return FileLine(part, file.name, tr(CALLED[part]), [sentence], tr("Reprendre ses règles ?"))
