"""Programme + files of answers -> what came in, before anything is solved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mentormatch.base.generation import generation, write_document
from mentormatch.explanation.labels import KEYS
from mentormatch.fields import Side
from mentormatch.inspection.assumptions import assumptions
from mentormatch.inspection.columns import Question, questions
from mentormatch.inspection.dates import odd_dates
from mentormatch.inspection.market import Prospects, prospects
from mentormatch.inspection.rows import Fates, FileReading, Remarks, in_order, lines_as_labels, read_as
from mentormatch.inspection.section import IntakeSection, writer_for, writers
from mentormatch.inspection.sensitive_questions import undeclared
from mentormatch.languages import language, own_language
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import AnswerSource, plan_of, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.survey.intake import take_apart
from mentormatch.survey.submissions import laid_out
from mentormatch.survey.table import TextTable

KIND = "intake"
"""Of which kind of run these are the documents."""

type Later = Callable[[Cohort], Cohort]


@dataclass(frozen=True, slots=True, repr=False)
class Questions(IntakeSection):
    """Every question of the programme, with how it was answered."""

    macro = "questions"

    asked: tuple[Question, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Intake(IntakeSection):
    """What came in: the people, and each part of the report on them; every part shows itself in a notebook.

    No free text and no contact of anybody is in a part. People are named by their keys, or by their lines where the
    programme has no key field and e-mail addresses stand for it.
    """

    macro = "intake"

    programme: Programme
    cohort: Cohort
    reading: FileReading
    fates: Fates
    remarks: Remarks
    questions: Questions
    market: Prospects

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.programme.heading.language

    @own_language
    def _repr_html_(self) -> str:
        return IntakeSection._repr_html_(self)

    @own_language
    def save(self, target: str | PathLike[str], *, replace: bool = False) -> tuple[Path, ...]:
        """Write the report and return the files: one by its suffix (.html, .json), or all of them into a folder.

        Raises OutputError where the suffix is unknown, a file cannot be written, or somebody wrote in the one that is
        there and it is not to be ``replaced``.
        """
        path = Path(target)
        if path.suffix and not path.is_dir():
            return (write_document(path, writer_for(path.name).content(self), KIND, replace=replace),)
        with generation(path, KIND, replace=replace) as draft:
            for writer in writers().values():
                draft.put(writer.filename, writer.content(self))
        return tuple(path / writer.filename for writer in writers().values())


def intake(  # noqa: PLR0913 - what can be said of files is its contract
    programme: Programme,
    answers: AnswerSource | None = None,
    *,
    mentors: AnswerSource | None = None,
    mentees: AnswerSource | None = None,
    tool: str | None = None,
    encoding: str | None = None,
) -> Intake:
    """Return the report on answers, in one file or frame for both sides or one each, before any pair is formed.

    Raises SurveyError with every problem of the files where they cannot be taken; see ``read_survey``.

    >>> import tempfile
    >>> import mentormatch as mm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = mm.examples.copy_to(folder)
    ...     report = mm.intake(mm.Programme.load(files.programme), files.answers)
    >>> report.fates.counts, report.market.possible
    ({'taken': 30, 'incomplete': 2, 'rejected': 2}, 51)
    """
    with language(programme.heading.language, unless_asked=True):
        tables = read_tables(answers, mentors=mentors, mentees=mentees, tool=tool, encoding=encoding)
        return reported(programme, tables)


def reported(
    programme: Programme, tables: Sequence[tuple[TextTable, Side | None]], *, later: Later | None = None
) -> Intake:
    """Return the report on tables of answers; ``later`` adds to the cohort what people answered elsewhere."""
    plan = plan_of(programme, apart=tables[0][1] is not None)
    sheets = laid_out(tables, plan)
    cohort, contacts = take_apart(tables, plan)
    cohort = later(cohort) if later else cohort
    keyed = bool(programme.fields_with("key"))
    return Intake(
        programme,
        cohort,
        FileReading(tuple(read_as(sheet, plan) for sheet in sheets), tuple(assumptions(programme, plan, sheets))),
        Fates(cohort.rows, keyed),
        Remarks(in_order(*cohort.remarks, *odd_dates(sheets, plan), *undeclared(sheets, plan))),
        Questions(tuple(questions(cohort, contacts, plan, sheets))),
        prospects(cohort, programme, KEYS if keyed else lines_as_labels(cohort)),
    )
