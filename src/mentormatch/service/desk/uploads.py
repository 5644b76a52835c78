"""Uploaded files: names and bytes in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from mentormatch.base.strict_json import parse_json
from mentormatch.errors import MentorMatchError, Problem, ProgrammeError, RequestError, SurveyError
from mentormatch.examples import ANSWERS_FILE, PROGRAMME_FILE, contents
from mentormatch.fields import Side
from mentormatch.groups.rotation import MemberKeys, read_groups
from mentormatch.inspection.intake import Intake, report_on_tables
from mentormatch.languages.phrases import counted, decimal, thousands
from mentormatch.languages.translation import language, mark, tr
from mentormatch.operations.carry_over import CarryOver, with_history
from mentormatch.operations.proposal import ProposalRecord
from mentormatch.people.cohort import Cohort
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.enrolment import as_members, make_intake_plan, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import Decision
from mentormatch.report.texts import visible
from mentormatch.service.desk.desk_requests import FilePart, ProgrammeKind
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.intake import build_cohort, build_cohort_and_contacts
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.side_sheets import sheet_in_words, side_of_sheet
from mentormatch.survey.table_reader import TableSource, read_stream

EXAMPLE_FOLDERS: Mapping[ProgrammeKind, str] = {
    "pairs": "mentorat",
    "groups": "codeveloppement",
    "sessions": "groupe-de-travail",
}
# other operations are those of sessions
KIND_BY_OPERATION: Mapping[str, ProgrammeKind] = {"match": "pairs", "groups": "groups"}
ANSWER_PARTS: tuple[FilePart, ...] = ("answers", "mentors", "mentees")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MISSING_MESSAGES: Mapping[FilePart, str] = {
    "programme": mark("Il manque le programme"),
    "answers": mark("Il manque le fichier de réponses"),
    "mentors": mark("Il manque le fichier de réponses des mentor·es"),
    "mentees": mark("Il manque le fichier de réponses des mentoré·es"),
}
PART_LABELS: Mapping[FilePart, str] = {
    "programme": mark("Le programme"),
    "answers": mark("Les réponses au questionnaire"),
    "mentors": mark("Les réponses des mentor·es"),
    "mentees": mark("Les réponses des mentoré·es"),
}
PART_OF_SIDE: Mapping[Side | None, FilePart] = {"mentor": "mentors", "mentee": "mentees"}


@dataclass(frozen=True, slots=True, repr=False)
class UploadedFile:
    """A file with its name, without folders; ``name:sheet`` for a single sheet of a workbook."""

    name: str
    content: bytes

    @classmethod
    def of(cls, name: str, content: bytes) -> "UploadedFile":
        """Return a file with a printable name."""
        bare = PureWindowsPath(PurePosixPath(name).name).name
        return cls(visible(bare).strip() or "?", content)

    def read_table(self) -> TableSource:
        """Return the file as a source of answers. Raises SurveyError if it is empty or too large."""
        name = self.name if self.sheet is None else self.name.removesuffix(f":{self.sheet}")
        return replace(read_stream(name, BytesIO(self.content)), sheet=self.sheet)

    @property
    def sheet(self) -> str | None:
        """The single sheet to use, None for the whole file."""
        name, _, sheet = self.name.partition(":")
        return sheet if sheet and PurePosixPath(name.lower()).suffix in WORKBOOK_SUFFIXES else None

    @property
    def title(self) -> str:
        """The label on the page."""
        if self.sheet is None:
            return self.name
        return sheet_in_words(self.name.removesuffix(f":{self.sheet}"), self.sheet)

    def of_sheet(self, sheet: str) -> "UploadedFile":
        return UploadedFile(f"{self.name}:{sheet}", self.content)

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def size(self) -> str:
        """The size as text."""
        if len(self.content) < 1_000:
            return counted(len(self.content), "octet")
        return tr("{count}\u00a0ko", count=decimal(len(self.content) / 1_000, 0))


@dataclass(repr=False)
class UploadedFiles:
    """The uploaded files."""

    files: dict[FilePart, UploadedFile] = field(default_factory=dict)

    @staticmethod
    def example(kind: ProgrammeKind) -> dict[FilePart, UploadedFile]:
        example_files = contents(EXAMPLE_FOLDERS[kind])
        names: dict[FilePart, str] = {"programme": PROGRAMME_FILE, "answers": ANSWERS_FILE}
        return {part: UploadedFile(name, example_files[name]) for part, name in names.items()}

    @cached_property
    def kind_from_files(self) -> ProgrammeKind | None:
        """The kind of programme stated by the files: the programme, else files of an edition; None if unknown."""
        try:
            return kind_of(self.programme()) if "programme" in self.files else self._kind_before()
        except MentorMatchError:
            return None

    def _kind_before(self) -> ProgrammeKind | None:
        if "edition" in self.files:
            return "pairs" if has_json_key(self.files["edition"], "left_out") else "groups"
        return "pairs" if {"proposal", "mentors", "mentees"} & set(self.files) else None

    def with_file(self, part: FilePart, file: UploadedFile) -> dict[FilePart, UploadedFile]:
        """Return the files with one more, under the part that its content states, if it does."""
        target = detect_part(part, file)
        if target != "answers":
            return self.files | {target: file}
        return {
            name: existing for name, existing in self.files.items() if name not in ANSWER_PARTS
        } | self._answers_with(file)

    def _answers_with(self, file: UploadedFile) -> dict[FilePart, UploadedFile]:
        """Return the files of answers with one more, which completes the other side or replaces the answers."""
        sides = [part for part in ANSWER_PARTS[1:] if part in self.files]
        if len(sides) == 1:
            missing_side: FilePart = "mentees" if sides[0] == "mentors" else "mentors"
            return {sides[0]: self.files[sides[0]], missing_side: file}
        existing = self.files.get("answers")
        detected_sides = (side_of_sheet(existing.stem), side_of_sheet(file.stem)) if existing else (None, None)
        if existing and set(detected_sides) == set(PART_OF_SIDE):
            return {
                PART_OF_SIDE[side]: answers_file
                for side, answers_file in zip(detected_sides, (existing, file), strict=True)
                if side
            }
        return {"answers": file}

    @property
    def has_separate_files(self) -> bool:
        """Whether each side has a file."""
        return "mentors" in self.files or "mentees" in self.files

    def refuse_missing(self, kind: ProgrammeKind, *, apart: bool) -> None:
        """Raise SurveyError if a file of answers is missing, ProgrammeError if the programme of sessions is."""
        parts: tuple[FilePart, ...] = ("mentors", "mentees") if apart else ("answers",)
        missing = [part for part in parts if part not in self.files]
        if not missing and (kind != "sessions" or "programme" in self.files):
            return
        if not missing:
            problem = Problem(tr(PART_LABELS["programme"]), tr("aucun fichier"), tr("un fichier .toml"))
            raise ProgrammeError(tr(MISSING_MESSAGES["programme"]), [problem])
        sentence = tr(MISSING_MESSAGES[missing[0]]) if len(missing) == 1 else tr("Il manque des fichiers")
        raise SurveyError(
            sentence,
            [
                Problem(tr(PART_LABELS[part]), tr("aucun fichier"), tr("un fichier .csv, .xlsx ou .ods"))
                for part in missing
            ],
        )

    @property
    def stated_programme(self) -> bytes | None:
        """The bytes of the programme, None without one."""
        return self.files["programme"].content if "programme" in self.files else None

    def programme(self) -> Programme:
        """Return the programme. Raises ProgrammeError with all its errors."""
        file = self.files["programme"]
        return Programme.parse(file.content, file.name)

    def proposal(self) -> ProposalRecord | Decision | None:
        """Return the saved proposal or decision, None without one.

        Raises RequestError if the file is neither.
        """
        file = self.files.get("proposal")
        if file is None:
            return None
        return (Decision if has_json_key(file, "digests") else ProposalRecord).from_json(file.content)

    @property
    def has_decision(self) -> bool:
        """Whether a decision was uploaded, so that its pairs are running."""
        file = self.files.get("proposal")
        return file is not None and has_json_key(file, "digests")

    def read_carry_over(self) -> CarryOver | None:
        """Return the results of the previous edition of pairs, None without them. Raises RequestError if invalid."""
        file = self.files.get("edition")
        return CarryOver.from_json(file.content) if file else None

    def past_groups(self, cohort: Cohort) -> tuple[MemberKeys, ...]:
        """Return the groups of the previous edition, none without its file. Raises an error if it is invalid."""
        file = self.files.get("edition")
        return read_groups(file.read_table(), cohort) if file else ()

    def tables(self, programme: Programme | None, *, apart: bool, most: int) -> Tables:
        """Return the answers as tables, with their side (None for both).

        Raises SurveyError if a file cannot be read, or there are more than ``most`` rows.
        """
        parts: tuple[FilePart, ...] = ("mentors", "mentees") if apart else ("answers",)
        sources: dict[str, Any] = {part: self.files[part].read_table() for part in parts}
        tables = read_tables(**sources)
        refuse_too_many(sum(len(table.records) for table, _ in tables), most, mark("lignes de réponses"))
        return as_members(tables, programme) if programme else tables

    def apply_history(self, programme: Programme) -> Programme:
        """Return the programme with the results of the previous edition, if uploaded."""
        carried = self.read_carry_over() if kind_of(programme) == "pairs" else None
        return with_history(programme, carried) if carried else programme

    def build_cohort(self, programme: Programme, tables: Tables) -> tuple[Intake, Contacts]:
        """Build the intake and the contacts. Raises SurveyError with all errors of the tables."""
        applied = self.apply_history(programme)
        with language(applied.heading.language, unless_asked=True):
            plan = make_intake_plan(applied, per_side=tables[0][1] is not None)
            contacts = build_cohort_and_contacts(tables, plan)[1]
            return report_on_tables(applied, tables), contacts


class CohortCache:
    """The cohort of a programme, built again only if the programme reads answers in another way."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.cached: tuple[IntakePlan, Cohort] | None = None

    def cohort_for(self, programme: Programme) -> Cohort:
        """Return the cohort. Raises SurveyError with all errors of the files."""
        plan = make_intake_plan(programme, per_side=self.tables[0][1] is not None)
        if self.cached is None or self.cached[0] != plan:
            with language(programme.heading.language, unless_asked=True):
                self.cached = plan, build_cohort(self.tables, plan)
        return self.cached[1]


def contents_of(files: Mapping[FilePart, UploadedFile]) -> dict[FilePart, bytes]:
    return {part: file.content for part, file in files.items()}


def kind_of(programme: Programme) -> ProgrammeKind:
    return KIND_BY_OPERATION.get(programme.served_by[0], "sessions")


def detect_part(part: FilePart, file: UploadedFile) -> FilePart:
    """Return the part of a file; JSON files of mentormatch state it themselves, and a TOML file has no answers."""
    if file.name.lower().endswith(".toml") and part == "answers":
        return "programme"
    if not file.name.lower().endswith(".json"):
        return part
    if has_json_key(file, "first") and has_json_key(file, "second"):
        return "experiment"
    if has_json_key(file, "left_out") or has_json_key(file, "groups"):
        return "edition"
    is_earlier = has_json_key(file, "digests") or has_json_key(file, "rounds") or part == "answers"
    return "proposal" if is_earlier else part


def has_json_key(file: UploadedFile, key: str) -> bool:
    """Return whether a file is a JSON object with a key."""
    try:
        content = parse_json(file.content, by_person=True)
    except RequestError:
        return False
    return isinstance(content, dict) and key in content


def refuse_too_many(count: int, limit: int, noun: str) -> None:
    """Raise SurveyError if a count exceeds the limit."""
    if count > limit:
        advice = tr("demandez à la personne qui tient le service d'en relever la limite, ou partagez le programme")
        problem = Problem(tr(noun), thousands(count), tr("{most} au plus", most=thousands(limit)), advice)
        raise SurveyError(tr("C'est plus que ce service ne prend"), [problem])
