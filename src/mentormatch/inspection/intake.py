"""Programme + files of answers -> what came in, before anything is solved."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mentormatch.base.generation import generation, write_document
from mentormatch.explanation.labels import KEYS
from mentormatch.fields import Side
from mentormatch.inspection.columns import Question, questions
from mentormatch.inspection.market import Prospects, prospects
from mentormatch.inspection.rows import Fates, FileReading, Remarks, in_order, lines_as_labels, odd_dates, read_as
from mentormatch.inspection.section import IntakeSection, writer_for, writers
from mentormatch.languages import language, mark, own_language, tr
from mentormatch.languages.phrases import listed, percent
from mentormatch.people.cohort import Cohort, Remark
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.programme.enrolment import AnswerSource, of_members, plan_of, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.survey.intake import take_apart
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import SubmissionSheet, laid_out
from mentormatch.survey.table import TextTable


def assumptions(programme: Programme, plan: Plan, sheets: Sequence[SubmissionSheet]) -> Iterator[str]:
    """Yield what was assumed: who is who, on which side, what sets a row aside, what a blank means."""
    yield identity(plan)
    yield sides(plan, sheets)
    consents = [quote_question(plan, name) for name in programme.fields_with("consent")]
    if consents:
        yield tr("Sans un oui à {questions}, une ligne est rejetée.", questions=listed(consents))
    if plan.minimum_answered:
        share = percent(plan.minimum_answered)
        yield tr("Sous {share} de réponses aux critères, une personne est mise de côté.", share=share)
    if programme.criteria:
        yield tr("Une réponse vide n'est ni un « non » ni un zéro : son critère compte à sa valeur neutre.")
    forbidden = [quote_question(plan, name) for name in programme.fields_with("forbidden")]
    if forbidden:
        yield tr("Jamais lu, même présent dans le fichier : {questions}.", questions=listed(forbidden))


def quote_question(plan: Plan, name: str) -> str:
    """Return the words of a question between quotes."""
    return tr("« {text} »", text=plan.fields[name].question)


def identity(plan: Plan) -> str:
    """Return by what people are told from one another."""
    if plan.key is not None:
        return tr("Chaque personne est reconnue par « {question} ».", question=plan.fields[plan.key].question)
    if plan.email is None:
        return tr("Faute de code et de courriel, chaque réponse est une personne.")
    return tr(
        "Faute de code, chaque personne est reconnue par « {question} » : sa dernière réponse complète compte.",
        question=plan.fields[plan.email].question,
    )


def sides(plan: Plan, sheets: Sequence[SubmissionSheet]) -> str:
    """Return by what mentors are told from mentees."""
    roles = plan.roles
    if roles is None or all(sheet.side is not None for sheet in sheets):
        return tr("Chaque fichier est celui d'un seul côté.")
    said = {"question": plan.fields[roles.field].question, "mentor": roles.mentor, "mentee": roles.mentee}
    if isinstance(roles.both, str):
        return tr(
            "« {question} » dit le côté : « {mentor} », « {mentee} », ou les deux : « {both} ».",
            both=roles.both,
            **said,
        )
    return tr("« {question} » dit le côté : « {mentor} » ou « {mentee} ».", **said)


UNDECLARED = mark(
    '« {name} » : donnée sensible (RGPD, article 9) ? déclarez « special » et « why », ou use = "forbidden"'
)
NOT_DECLARED = (None, "criminal record")
"""Subjects of no category that a field can declare: criminal records are of article 10."""


def find_undeclared(sheets: Sequence[SubmissionSheet], plan: Plan) -> Iterator[Remark]:
    """Yield the questions that are read, have words of article 9 (RGPD), and declare no special category."""
    for sheet in sheets:
        for name in sheet.places:
            field = plan.fields[name]
            if field.special is None and subject_of(field.question) not in NOT_DECLARED:
                yield Remark(sheet.table.source, None, tr(UNDECLARED, name=name))


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
        return report_on_tables(programme, of_members(tables, programme))


def report_on_tables(
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
        Remarks(in_order(*cohort.remarks, *odd_dates(sheets, plan), *find_undeclared(sheets, plan))),
        Questions(tuple(questions(cohort, contacts, plan, sheets))),
        prospects(cohort, programme, KEYS if keyed else lines_as_labels(cohort)),
    )
