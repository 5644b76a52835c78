"""Programme + files of answers -> a report on the answers, before any matching.

For each question of the programme: the columns that contain it, the number of answers, and their distribution.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from mentormatch.base.arguments import checked
from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NumberColumn, Ranks, SingleChoice
from mentormatch.base.generation import write_document, write_generation
from mentormatch.explanation.names import KEY_LABELS
from mentormatch.fields import SIDES, AnyField, Side
from mentormatch.inspection.market import Prospects, prospects
from mentormatch.inspection.section import (
    Fates,
    FileReading,
    IntakeSection,
    Remarks,
    date_remarks,
    lines_as_labels,
    read_as,
    sort_remarks,
    writer_for,
    writers,
)
from mentormatch.languages.phrases import listed, percent
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import language, own_language, tr
from mentormatch.people.codes import tells_who
from mentormatch.people.cohort import Cohort, Remark
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.programme.enrolment import AnswerSource, as_members, make_intake_plan, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.entries import SubmissionSheet, locate_fields
from mentormatch.survey.headers import QuestionPlace
from mentormatch.survey.intake import build_cohort_and_contacts
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.table import TextTable


@dataclass(frozen=True, slots=True)
class Bar:
    """An option, or a line of a grid, with the number of people for each entry of the legend."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The number of people in total."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class AnswerSpread:
    """The minimum, the median and the maximum of some numbers."""

    least: float
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """The number of answers to a question by one side, and the number of people asked."""

    side: Side
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the programme, as the files answer it.

    ``headers`` are the columns that contain it, ``how`` the way in which they were recognised. ``legend`` and ``bars``
    are the counts of options, ``spread`` summarises numbers. For free texts, names and contacts only the number of
    answers is given.
    """

    name: str
    question: str
    kind: str
    use: str
    headers: tuple[str, ...]
    how: str
    fills: tuple[ResponseCount, ...]
    legend: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    spread: AnswerSpread | None = None


def questions(
    cohort: Cohort, contacts: Contacts, plan: IntakePlan, sheets: Sequence[SubmissionSheet]
) -> Iterator[Question]:
    """Yield every question of the programme, in order."""
    for name, field in plan.fields.items():
        columns = {side: column for side in SIDES if (column := cohort.side(side).columns.get(name)) is not None}
        headers = tuple(dict.fromkeys(header for sheet in sheets for header in headers_of(sheet, name)))
        legend, bars = spread_of_options(columns)
        yield Question(
            name,
            field.question,
            field.kind,
            field.use,
            headers,
            how_found(headers, name, field, plan),
            tuple(response_counts(cohort, contacts, name, field)),
            legend,
            tuple(bars),
            spread_of_numbers(list(columns.values())),
        )


def headers_of(sheet: SubmissionSheet, name: str) -> list[str]:
    """Return the headers of the columns of one file that contain a question."""
    place = sheet.places.get(name, QuestionPlace(None, {}))
    columns = [place.column] if place.column is not None else list(place.parts.values())
    return [sheet.table.header[column] for column in columns]


def how_found(headers: Sequence[str], name: str, field: AnyField, plan: IntakePlan) -> str:
    """Return a code for the way a question was recognised: its text, its id, or the mapping. Empty without headers."""
    if not headers:
        return ""
    header = fold(headers[0])
    if header.startswith(fold(field.question)):
        return "texte"
    return "identifiant" if header.startswith(fold(name)) else "correspondance"


def response_counts(cohort: Cohort, contacts: Contacts, name: str, field: AnyField) -> Iterator[ResponseCount]:
    """Yield the response count of each side that the question is put to; none for a question never read."""
    for side in SIDES:
        people = cohort.side(side)
        if not field.asks(side) or field.use == "forbidden":
            continue
        if field.use == "contact":
            answered = contacts.count_answers(side, name)
        elif field.use == "consent":
            answered = len(people)  # without it a row is rejected
        else:
            answered = int(people.known(name).sum()) if name in people.columns else 0
        yield ResponseCount(side, answered, len(people))


def spread_of_options(columns: Mapping[Side, Column]) -> tuple[tuple[str, ...], list[Bar]]:
    """Return a legend, and the counts of each option by side; of a grid, the counts of each level by line."""
    grids = [column for column in columns.values() if isinstance(column, Grades)]
    if grids:
        return grids[0].levels, grid(grids)
    counts = {side: option_counts(column) for side, column in columns.items()}
    labels = dict.fromkeys(label for count in counts.values() for label in count)
    label_by_side: dict[Side, str] = {"mentor": tr("mentor·es"), "mentee": tr("mentoré·es")}
    legend = tuple(label_by_side[side] for side in columns) if labels else ()
    bars = [Bar(label, tuple(counts[side].get(label, 0) for side in columns)) for label in labels]
    long = any(isinstance(column, SingleChoice) and len(column.labels) > len(labels) for column in columns.values())
    # Of a longer list, only the options that were given are reported
    return legend, [bar for bar in bars if bar.total] if long or len(bars) > 30 else bars


def option_counts(column: Column) -> dict[str, int]:
    """Return the number of people who gave each option. Empty for answers without options."""
    match column:
        case SingleChoice(_, values):
            labels = column.spoken_labels
            counts = np.bincount(values[values != NONE], minlength=len(labels))
        case MultiChoice(labels, values, _):
            counts = values.sum(axis=0)
        case Ranks(labels, values, _):
            counts = (values > 0).sum(axis=0)
        case _:
            return {}
    return {label: int(count) for label, count in zip(labels, counts, strict=True)}


def grid(columns: Sequence[Grades]) -> list[Bar]:
    """Return the number of people who gave each level, for each line of a grid, on all sides together."""
    first = columns[0]
    values = np.concatenate([column.values for column in columns])
    counts = [(values == level).sum(axis=0) for level in range(len(first.levels))]
    return [Bar(label, tuple(int(count[line]) for count in counts)) for line, label in enumerate(first.labels)]


def spread_of_numbers(columns: Sequence[Column]) -> AnswerSpread | None:
    """Return the minimum, median and maximum of the numbers given. None if there are none."""
    arrays = [column.values[column.known] for column in columns if isinstance(column, NumberColumn)]
    numbers = np.concatenate(arrays) if arrays else np.array([])
    if not len(numbers):
        return None
    return AnswerSpread(float(numbers.min()), float(np.median(numbers)), float(numbers.max()))


def assumptions(programme: Programme, plan: IntakePlan, sheets: Sequence[SubmissionSheet]) -> Iterator[str]:
    """Yield sentences on what was assumed: identities, sides, rejected rows, and the meaning of blanks."""
    yield identity_text(plan)
    yield sides_text(plan, sheets)
    consents = [quote_question(plan, name) for name in programme.fields_with("consent")]
    if consents:
        yield tr("Sans un oui à {questions}, une ligne est rejetée.", questions=listed(consents))
    if plan.minimum_answered:
        share = percent(plan.minimum_answered)
        yield tr("Sous {share} de réponses aux critères, une personne est mise de côté.", share=share)
    if programme.criteria:
        yield tr(
            "Une réponse vide n'est ni un « non » ni un zéro : son critère compte pour moitié, ou pour la part que le"
            " programme a choisie."
        )
    forbidden = [quote_question(plan, name) for name in programme.fields_with("forbidden")]
    if forbidden:
        yield tr("Jamais lu, même présent dans le fichier : {questions}.", questions=listed(forbidden))


def quote_question(plan: IntakePlan, name: str) -> str:
    """Return the text of a question in quotation marks."""
    return tr("« {text} »", text=plan.fields[name].question)


def identity_text(plan: IntakePlan) -> str:
    """Return a sentence on how people are identified: by key, by e-mail address, or not at all."""
    if plan.key is not None:
        return tr("Chaque personne est reconnue par « {question} ».", question=plan.fields[plan.key].question)
    if plan.email is None:
        return tr("Faute de code et de courriel, chaque réponse est une personne.")
    return tr(
        "Faute de code, chaque personne est reconnue par « {question} » : sa dernière réponse complète compte.",
        question=plan.fields[plan.email].question,
    )


def sides_text(plan: IntakePlan, sheets: Sequence[SubmissionSheet]) -> str:
    """Return a sentence on how mentors and mentees are distinguished."""
    roles = plan.roles
    if roles is None or all(sheet.side is not None for sheet in sheets):
        return tr("Chaque fichier est celui d'un seul côté.")
    blanks = {"question": plan.fields[roles.field].question, "mentor": roles.mentor, "mentee": roles.mentee}
    if isinstance(roles.both, str):
        return tr(
            "« {question} » dit le côté : « {mentor} », « {mentee} », ou les deux : « {both} ».",
            both=roles.both,
            **blanks,
        )
    return tr("« {question} » dit le côté : « {mentor} » ou « {mentee} ».", **blanks)


def find_undeclared(sheets: Sequence[SubmissionSheet], plan: IntakePlan) -> Iterator[Remark]:
    """Yield a remark for each question read that seems sensitive (article 9 GDPR) but declares no category."""
    for sheet in sheets:
        for name in sheet.places:
            field = plan.fields[name]
            # Criminal records fall under article 10, which has no category
            if field.special is None and subject_of(field.question) not in (None, "criminal record"):
                yield Remark(
                    sheet.table.source,
                    None,
                    tr(
                        "« {name} » : donnée sensible (RGPD, article 9) ? déclarez « special » et « why », ou use ="
                        ' "forbidden"',
                        name=name,
                    ),
                )


RUN_KIND = "intake"  # of the run that writes these documents

type AddLaterAnswers = Callable[[Cohort], Cohort]


@dataclass(frozen=True, slots=True, repr=False)
class Questions(IntakeSection):
    """Every question of the programme, with its answers."""

    macro = "questions"

    asked: tuple[Question, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Intake(IntakeSection):
    """The report on incoming answers: the people, and parts that can each be displayed in a notebook.

    No part contains free text or contact details. People are named by their keys; if a key identifies a person, by
    their lines.
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

    @checked
    @own_language
    def save(self, target: str | PathLike[str], *, replace: bool = False) -> tuple[Path, ...]:
        """Write the report and return the files: one, by its suffix (.html, .json, .txt, .xlsx), or all into a folder.

        Raises OutputError if the suffix is unknown, a file cannot be written, or an existing file was edited and
        ``replace`` is False.
        """
        path = Path(target)
        if path.suffix and not path.is_dir():
            return (write_document(path, writer_for(path.name).content(self), RUN_KIND, replace=replace),)
        with write_generation(path, RUN_KIND, replace=replace) as draft:
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
    """Return the report on answers, before matching; the answers are one file or frame, or one for each side.

    Raises SurveyError with every problem of the files if they cannot be read; see ``read_survey``.

    See Also
    --------
    read_survey : the cohort that it reports on.

    Examples
    --------
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
        return report_on_tables(programme, as_members(tables, programme))


def report_on_tables(
    programme: Programme, tables: Sequence[tuple[TextTable, Side | None]], *, later: AddLaterAnswers | None = None
) -> Intake:
    """Return the report on tables of answers; ``later`` adds answers from another source to the cohort."""
    plan = make_intake_plan(programme, per_side=tables[0][1] is not None)
    sheets = locate_fields(tables, plan)
    cohort, contacts = build_cohort_and_contacts(tables, plan)
    cohort = later(cohort) if later else cohort
    keyed = not any(tells_who(row.key) for row in cohort.rows)
    return Intake(
        programme,
        cohort,
        FileReading(tuple(read_as(sheet, plan) for sheet in sheets), tuple(assumptions(programme, plan, sheets))),
        Fates(cohort.rows, keyed),
        Remarks(sort_remarks(*cohort.remarks, *date_remarks(sheets, plan), *find_undeclared(sheets, plan))),
        Questions(tuple(questions(cohort, contacts, plan, sheets))),
        prospects(cohort, programme, KEY_LABELS if keyed else lines_as_labels(cohort)),
    )
