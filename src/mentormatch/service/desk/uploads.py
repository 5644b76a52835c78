"""The files that staff hand over: names and bytes, read from memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from mentormatch.base.strict_json import parse_json
from mentormatch.errors import MentorMatchError, Problem, ProgrammeError, RequestError, SurveyError
from mentormatch.examples import ANSWERS, PROGRAMME, contents
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
from mentormatch.survey.intake import take_apart, take_in
from mentormatch.survey.plan import Plan
from mentormatch.survey.side_sheets import side_of_sheet
from mentormatch.survey.table_reader import TableSource, read_stream

EXAMPLES: Mapping[ProgrammeKind, str] = {
    "pairs": "mentorat",
    "groups": "codeveloppement",
    "sessions": "groupe-de-travail",
}
KINDS: Mapping[str, ProgrammeKind] = {"match": "pairs", "groups": "groups"}
"""What a programme is, by the operation that it asks for; any other decides on sessions."""
ANSWER_PARTS: tuple[FilePart, ...] = ("answers", "mentors", "mentees")
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
LINES = mark("lignes de réponses")
MISSING: Mapping[FilePart, str] = {
    "programme": mark("Il manque le programme"),
    "answers": mark("Il manque le fichier de réponses"),
    "mentors": mark("Il manque le fichier de réponses des mentor·es"),
    "mentees": mark("Il manque le fichier de réponses des mentoré·es"),
}
WANTED, WANTED_PROGRAMME = mark("un fichier .csv, .xlsx ou .ods"), mark("un fichier .toml")
NAMES: Mapping[FilePart, str] = {
    "programme": mark("Le programme"),
    "answers": mark("Les réponses au questionnaire"),
    "mentors": mark("Les réponses des mentor·es"),
    "mentees": mark("Les réponses des mentoré·es"),
}
PART_OF_SIDE: Mapping[Side | None, FilePart] = {"mentor": "mentors", "mentee": "mentees"}
SEVERAL = mark("Il manque des fichiers")


@dataclass(frozen=True, slots=True, repr=False)
class File:
    """A file by the name that it was handed over under, without a folder; a sheet of a workbook is named after it."""

    name: str
    content: bytes

    @classmethod
    def of(cls, name: str, content: bytes) -> "File":
        """Return a file whose name is fit to be shown."""
        bare = PureWindowsPath(PurePosixPath(name).name).name
        return cls(visible(bare).strip() or "?", content)

    def read_table(self) -> TableSource:
        """Return it as answers are read; raises SurveyError where there is nothing in it."""
        name = self.name if self.sheet is None else self.name.removesuffix(f":{self.sheet}")
        return replace(read_stream(name, BytesIO(self.content)), sheet=self.sheet)

    @property
    def sheet(self) -> str | None:
        """The sheet of the workbook that alone is meant, None if the file is meant as it is."""
        name, _, sheet = self.name.partition(":")
        return sheet if sheet and PurePosixPath(name.lower()).suffix in WORKBOOKS else None

    @property
    def title(self) -> str:
        """What the file is called on the page."""
        if self.sheet is None:
            return self.name
        return tr("{file}, feuille « {sheet} »", file=self.name.removesuffix(f":{self.sheet}"), sheet=self.sheet)

    def of_sheet(self, sheet: str) -> "File":
        """Return one sheet of a workbook."""
        return File(f"{self.name}:{sheet}", self.content)

    @property
    def stem(self) -> str:
        """The name without what it ends in."""
        return PurePosixPath(self.name).stem

    @property
    def size(self) -> str:
        """How large it is, in words."""
        if len(self.content) < 1_000:
            return counted(len(self.content), "octet")
        return tr("{count}\u00a0ko", count=decimal(len(self.content) / 1_000, 0))


@dataclass(repr=False)
class Handed:
    """What was handed over so far."""

    files: dict[FilePart, File] = field(default_factory=dict)

    @staticmethod
    def example(kind: ProgrammeKind) -> dict[FilePart, File]:
        """Return the files of the example of one kind."""
        held = contents(EXAMPLES[kind])
        names: dict[FilePart, str] = {"programme": PROGRAMME, "answers": ANSWERS}
        return {part: File(name, held[name]) for part, name in names.items()}

    @cached_property
    def stated(self) -> ProgrammeKind | None:
        """What the programme is, as the files tell: itself, or else what was dropped of an edition; None: nothing."""
        try:
            return kind_of(self.programme()) if "programme" in self.files else self._kind_before()
        except MentorMatchError:
            return None

    def _kind_before(self) -> ProgrammeKind | None:
        if "edition" in self.files:
            return "pairs" if is_object_with(self.files["edition"], "left_out") else "groups"
        return "pairs" if {"proposal", "mentors", "mentees"} & set(self.files) else None

    def taking(self, part: FilePart, file: File) -> dict[FilePart, File]:
        """Return the files with one more, at its own place where its content says which that is."""
        place = place_of(part, file)
        if place != "answers":
            return self.files | {place: file}
        return {name: one for name, one in self.files.items() if name not in ANSWER_PARTS} | self._answers_with(file)

    def _answers_with(self, file: File) -> dict[FilePart, File]:
        """Return the files of answers with one more: it completes that of the other side, or replaces what is there."""
        sides = [part for part in ANSWER_PARTS[1:] if part in self.files]
        if len(sides) == 1:
            other: FilePart = "mentees" if sides[0] == "mentors" else "mentors"
            return {sides[0]: self.files[sides[0]], other: file}
        known = self.files.get("answers")
        told = (side_of_sheet(known.stem), side_of_sheet(file.stem)) if known else (None, None)
        if known and set(told) == set(PART_OF_SIDE):
            return {PART_OF_SIDE[side]: one for side, one in zip(told, (known, file), strict=True) if side}
        return {"answers": file}

    @property
    def is_apart(self) -> bool:
        """Whether each side has a file of its own."""
        return "mentors" in self.files or "mentees" in self.files

    def refuse_missing(self, kind: ProgrammeKind, *, apart: bool) -> None:
        """Raise an error in words if a file is missing; answers propose a programme of pairs or of groups."""
        parts: tuple[FilePart, ...] = ("mentors", "mentees") if apart else ("answers",)
        missing = [part for part in parts if part not in self.files]
        if not missing and (kind != "sessions" or "programme" in self.files):
            return
        if not missing:
            problem = Problem(tr(NAMES["programme"]), tr("aucun fichier"), tr(WANTED_PROGRAMME))
            raise ProgrammeError(tr(MISSING["programme"]), [problem])
        sentence = tr(MISSING[missing[0]]) if len(missing) == 1 else tr(SEVERAL)
        raise SurveyError(sentence, [Problem(tr(NAMES[part]), tr("aucun fichier"), tr(WANTED)) for part in missing])

    @property
    def stated_programme(self) -> bytes | None:
        """The bytes of the programme, None where there is none."""
        return self.files["programme"].content if "programme" in self.files else None

    def programme(self) -> Programme:
        """Return the programme; raises ProgrammeError with every mistake in it."""
        file = self.files["programme"]
        return Programme.parse(file.content, file.name)

    def proposal(self) -> ProposalRecord | Decision | None:
        """Return the proposal or the decision of an earlier day, None where there is none.

        Raises RequestError where it is neither.
        """
        file = self.files.get("proposal")
        if file is None:
            return None
        return (Decision if is_object_with(file, "digests") else ProposalRecord).from_json(file.content)

    @property
    def has_decision(self) -> bool:
        """Whether the file of an earlier day is a decision, whose pairs run."""
        file = self.files.get("proposal")
        return file is not None and is_object_with(file, "digests")

    def read_carry_over(self) -> CarryOver | None:
        """Return what an edition of pairs before tells, None without its file; raises RequestError where it is none."""
        file = self.files.get("edition")
        return CarryOver.from_json(file.content) if file else None

    def past(self, cohort: Cohort) -> tuple[MemberKeys, ...]:
        """Return the groups of an edition before, none without its file; raises an error where it cannot be read."""
        file = self.files.get("edition")
        return read_groups(file.read_table(), cohort) if file else ()

    def tables(self, programme: Programme | None, *, apart: bool, most: int) -> Tables:
        """Return the answers as tables, each with its side, None for both.

        Raises SurveyError where one cannot be read, or they hold more than the ``most`` lines.
        """
        parts: tuple[FilePart, ...] = ("mentors", "mentees") if apart else ("answers",)
        sources: dict[str, Any] = {part: self.files[part].read_table() for part in parts}
        tables = read_tables(**sources)
        refuse_too_many(sum(len(table.records) for table, _ in tables), most, LINES)
        return as_members(tables, programme) if programme else tables

    def apply_history(self, programme: Programme) -> Programme:
        """Return a programme with what an edition of pairs before tells, if its file is there."""
        carried = self.read_carry_over() if kind_of(programme) == "pairs" else None
        return with_history(programme, carried) if carried else programme

    def take_in(self, programme: Programme, tables: Tables) -> tuple[Intake, Contacts]:
        """Return what came in, and how people are reached; raises SurveyError with every problem of the tables."""
        applied = self.apply_history(programme)
        with language(applied.heading.language, unless_asked=True):
            contacts = take_apart(tables, make_intake_plan(applied, apart=tables[0][1] is not None))[1]
            return report_on_tables(applied, tables), contacts


class PeopleReader:
    """Who takes part under a programme; read anew only where the programme takes answers otherwise than before."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.known: tuple[Plan, Cohort] | None = None

    def under(self, programme: Programme) -> Cohort:
        """Return who takes part; raises SurveyError with every problem of the files."""
        plan = make_intake_plan(programme, apart=self.tables[0][1] is not None)
        if self.known is None or self.known[0] != plan:
            with language(programme.heading.language, unless_asked=True):
                self.known = plan, take_in(self.tables, plan)
        return self.known[1]


def contents_of(files: Mapping[FilePart, File]) -> dict[FilePart, bytes]:
    """Return the bytes of each file."""
    return {part: file.content for part, file in files.items()}


def kind_of(programme: Programme) -> ProgrammeKind:
    """Return what a programme is."""
    return KINDS.get(programme.served_by[0], "sessions")


def place_of(part: FilePart, file: File) -> FilePart:
    """Return at which place a file belongs: what mentormatch wrote of an edition, or of a day before, tells itself."""
    if file.name.lower().endswith(".toml") and part == "answers":
        return "programme"
    if not file.name.lower().endswith(".json"):
        return part
    if is_object_with(file, "first") and is_object_with(file, "second"):
        return "experiment"
    if is_object_with(file, "left_out") or is_object_with(file, "groups"):
        return "edition"
    is_earlier = is_object_with(file, "digests") or is_object_with(file, "rounds") or part == "answers"
    return "proposal" if is_earlier else part


def is_object_with(file: File, key: str) -> bool:
    """Say whether a file is a JSON object that has a key."""
    try:
        held = parse_json(file.content, by_person=True)
    except RequestError:
        return False
    return isinstance(held, dict) and key in held


def refuse_too_many(found: int, most: int, what: str) -> None:
    """Raise SurveyError where there is more of something than this service takes."""
    if found > most:
        advice = tr("demandez à la personne qui tient le service d'en relever la limite, ou partagez le programme")
        problem = Problem(tr(what), thousands(found), tr("{most} au plus", most=thousands(most)), advice)
        raise SurveyError(tr("C'est plus que ce service ne prend"), [problem])
