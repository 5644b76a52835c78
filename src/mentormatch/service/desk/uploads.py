"""The files that staff hand over: names and bytes, read from memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from mentormatch.errors import Problem, SurveyError
from mentormatch.examples import ANSWERS, PROGRAMME, folder_of
from mentormatch.inspection.intake import Intake, reported
from mentormatch.languages import language, mark, tr
from mentormatch.languages.phrases import counted, decimal, thousands
from mentormatch.operations.proposal import ProposalRecord
from mentormatch.people.cohort import Cohort
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.enrolment import plan_of, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.report.texts import visible
from mentormatch.service.desk.desk_requests import FilePart
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.intake import take_apart, take_in
from mentormatch.survey.plan import Plan
from mentormatch.survey.table_reader import TableSource, read_stream

EXAMPLE = "mentorat"
LINES = mark("lignes de réponses")
MISSING: Mapping[FilePart, str] = {
    "answers": mark("Il manque le fichier de réponses"),
    "mentors": mark("Il manque le fichier de réponses des mentor·es"),
    "mentees": mark("Il manque le fichier de réponses des mentoré·es"),
}
WANTED = mark("un fichier .csv, .xlsx ou .ods")
NAMES: Mapping[FilePart, str] = {
    "answers": mark("Les réponses au questionnaire"),
    "mentors": mark("Les réponses des mentor·es"),
    "mentees": mark("Les réponses des mentoré·es"),
}
SEVERAL = mark("Il manque des fichiers")


@dataclass(frozen=True, slots=True, repr=False)
class File:
    """A file by the name that it was handed over under, without a folder."""

    name: str
    content: bytes

    @classmethod
    def of(cls, name: str, content: bytes) -> "File":
        """Return a file whose name is fit to be shown."""
        bare = PureWindowsPath(PurePosixPath(name).name).name
        return cls(visible(bare).strip() or "?", content)

    def opened(self) -> TableSource:
        """Return it as answers are read; raises SurveyError where there is nothing in it."""
        return read_stream(self.name, BytesIO(self.content))

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
    def example() -> dict[FilePart, File]:
        """Return the files of the example."""
        folder = folder_of(EXAMPLE)
        names: dict[FilePart, str] = {"programme": PROGRAMME, "answers": ANSWERS}
        return {part: File(name, folder.joinpath(name).read_bytes()) for part, name in names.items()}

    def refuse_missing(self, *, apart: bool) -> None:
        """Raise SurveyError in words where a file of answers is not there yet; a programme may be missing."""
        parts: tuple[FilePart, ...] = ("mentors", "mentees") if apart else ("answers",)
        missing = [part for part in parts if part not in self.files]
        if not missing:
            return
        told = tr(MISSING[missing[0]]) if len(missing) == 1 else tr(SEVERAL)
        raise SurveyError(told, [Problem(tr(NAMES[part]), tr("aucun fichier"), tr(WANTED)) for part in missing])

    @property
    def stated_programme(self) -> bytes | None:
        """The bytes of the programme, None where there is none."""
        return self.files["programme"].content if "programme" in self.files else None

    def programme(self) -> Programme:
        """Return the programme; raises ProgrammeError with every mistake in it."""
        file = self.files["programme"]
        return Programme.parse(file.content, file.name)

    def proposal(self) -> ProposalRecord | None:
        """Return the proposal of an earlier day, None where there is none; raises RequestError where it is misread."""
        file = self.files.get("proposal")
        return ProposalRecord.from_json(file.content) if file else None

    def tables(self, *, apart: bool, most: int) -> Tables:
        """Return the answers as tables, each with its side, None for both.

        Raises SurveyError where one cannot be read, or they hold more than the ``most`` lines.
        """
        parts: tuple[FilePart, ...] = ("mentors", "mentees") if apart else ("answers",)
        sources: dict[str, Any] = {part: self.files[part].opened() for part in parts}
        tables = read_tables(**sources)
        refuse_too_many(sum(len(table.records) for table, _ in tables), most, LINES)
        return tables


def taken_in(programme: Programme, tables: Tables) -> tuple[Intake, Contacts]:
    """Return what came in, and how people are reached; raises SurveyError with every problem of the tables."""
    with language(programme.heading.language, unless_asked=True):
        contacts = take_apart(tables, plan_of(programme, apart=tables[0][1] is not None))[1]
        return reported(programme, tables), contacts


class PeopleReader:
    """Who takes part under a programme; read anew only where the programme takes answers otherwise than before."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.known: tuple[Plan, Cohort] | None = None

    def under(self, programme: Programme) -> Cohort:
        """Return who takes part; raises SurveyError with every problem of the files."""
        plan = plan_of(programme, apart=self.tables[0][1] is not None)
        if self.known is None or self.known[0] != plan:
            with language(programme.heading.language, unless_asked=True):
                self.known = plan, take_in(self.tables, plan)
        return self.known[1]


def refuse_too_many(found: int, most: int, what: str) -> None:
    """Raise SurveyError where there is more of something than this service takes."""
    if found > most:
        advice = tr("demandez à la personne qui tient le service d'en relever la limite, ou partagez le programme")
        problem = Problem(tr(what), thousands(found), tr("{most} au plus", most=thousands(most)), advice)
        raise SurveyError(tr("C'est plus que ce service ne prend"), [problem])
