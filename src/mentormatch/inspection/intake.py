"""Programme + files of answers -> what came in, before anything is solved.

Each question of the programme: where it was found, how many answered it, and how the answers are spread.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from mentormatch.base.arguments import checked
from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NumberColumn, Ranks, SingleChoice
from mentormatch.base.generation import write_document, write_generation
from mentormatch.explanation.names import KEYS
from mentormatch.fields import SIDES, AnyField, Side
from mentormatch.inspection.market import Prospects, prospects
from mentormatch.inspection.section import (
    Fates,
    FileReading,
    IntakeSection,
    Remarks,
    in_order,
    lines_as_labels,
    odd_dates,
    read_as,
    writer_for,
    writers,
)
from mentormatch.languages.phrases import listed, percent
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import language, mark, own_language, tr
from mentormatch.people.codes import tells_who
from mentormatch.people.cohort import Cohort, Remark
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.programme.enrolment import AnswerSource, of_members, plan_of, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.entries import SubmissionSheet, laid_out
from mentormatch.survey.headers import QuestionPlace
from mentormatch.survey.intake import take_apart
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import TextTable

BY_SIDE = (mark("mentor·es"), mark("mentoré·es"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One option, or one line of a grid, with how many people for each entry of the legend."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many people in all."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class AnswerSpread:
    """The least, the median and the greatest of some numbers."""

    least: float
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Fill:
    """How many people of one side answered a question, of those who were asked."""

    side: Side
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the programme as the files answer it.

    ``headers`` are the columns where it was found, ``how`` says by what. ``legend`` and ``bars`` hold the counts of
    options; ``spread`` is that of numbers. Of free texts, names and contacts nothing is told but how many there are.
    """

    name: str
    question: str
    kind: str
    use: str
    headers: tuple[str, ...]
    how: str
    fills: tuple[Fill, ...]
    legend: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    spread: AnswerSpread | None = None


def questions(cohort: Cohort, contacts: Contacts, plan: Plan, sheets: Sequence[SubmissionSheet]) -> Iterator[Question]:
    """Yield every question of the programme, in its order."""
    for name, field in plan.fields.items():
        columns = {side: found for side in SIDES if (found := cohort.side(side).columns.get(name)) is not None}
        headers = tuple(dict.fromkeys(header for sheet in sheets for header in headers_of(sheet, name)))
        legend, bars = spread_of_options(columns)
        yield Question(
            name,
            field.question,
            field.kind,
            field.use,
            headers,
            how_found(headers, name, field, plan),
            tuple(fills(cohort, contacts, name, field)),
            legend,
            tuple(bars),
            spread_of_numbers(list(columns.values())),
        )


def headers_of(sheet: SubmissionSheet, name: str) -> list[str]:
    """Return the headers of the columns in which one file answers a question."""
    place = sheet.places.get(name, QuestionPlace(None, {}))
    columns = [place.column] if place.column is not None else list(place.parts.values())
    return [sheet.table.header[column] for column in columns]


def how_found(headers: Sequence[str], name: str, field: AnyField, plan: Plan) -> str:
    """Return by what a question was found, as a code: its words, its id, or the mapping; empty where it was not."""
    if not headers:
        return ""
    said = fold(headers[0])
    if said.startswith(fold(field.question)):
        return "texte"
    return "identifiant" if said.startswith(fold(name)) else "correspondance"


def fills(cohort: Cohort, contacts: Contacts, name: str, field: AnyField) -> Iterator[Fill]:
    """Yield, for each side that was asked, how many answered."""
    for side in SIDES:
        people = cohort.side(side)
        if not field.asks(side) or field.use == "forbidden":
            continue
        if field.use == "contact":
            given = contacts.count_answers(side, name)
        elif field.use == "consent":
            given = len(people)  # without it a row is rejected
        else:
            given = int(people.known(name).sum()) if name in people.columns else 0
        yield Fill(side, given, len(people))


def spread_of_options(columns: Mapping[Side, Column]) -> tuple[tuple[str, ...], list[Bar]]:
    """Return how often each option was given, side by side; of a grid, how often each level on each of its lines."""
    grids = [column for column in columns.values() if isinstance(column, Grades)]
    if grids:
        return grids[0].levels, grid(grids)
    counts = {side: option_counts(column) for side, column in columns.items()}
    labels = dict.fromkeys(label for count in counts.values() for label in count)
    legend = tuple(tr(BY_SIDE[SIDES.index(side)]) for side in columns) if labels else ()
    bars = [Bar(label, tuple(counts[side].get(label, 0) for side in columns)) for label in labels]
    long = any(isinstance(column, SingleChoice) and len(column.labels) > len(labels) for column in columns.values())
    return legend, [bar for bar in bars if bar.total] if long or len(bars) > MOST_EMPTY else bars


MOST_EMPTY = 30
"""Of longer lists only the options that somebody gave are told."""


def option_counts(column: Column) -> dict[str, int]:
    """Return how many people gave each option, empty for answers that are no options."""
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
    """Return how many people gave each level to each line of a grid."""
    first = columns[0]
    values = np.concatenate([column.values for column in columns])
    counts = [(values == level).sum(axis=0) for level in range(len(first.levels))]
    return [Bar(label, tuple(int(count[line]) for count in counts)) for line, label in enumerate(first.labels)]


def spread_of_numbers(columns: Sequence[Column]) -> AnswerSpread | None:
    """Return the least, the median and the greatest number given, None where there is none."""
    given = [column.values[column.known] for column in columns if isinstance(column, NumberColumn)]
    numbers = np.concatenate(given) if given else np.array([])
    if not len(numbers):
        return None
    return AnswerSpread(float(numbers.min()), float(np.median(numbers)), float(numbers.max()))


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

    @checked
    @own_language
    def save(self, target: str | PathLike[str], *, replace: bool = False) -> tuple[Path, ...]:
        """Write the report and return the files: one by its suffix (.html, .json), or all of them into a folder.

        Raises OutputError where the suffix is unknown, a file cannot be written, or somebody wrote in the one that is
        there and it is not to be ``replaced``.
        """
        path = Path(target)
        if path.suffix and not path.is_dir():
            return (write_document(path, writer_for(path.name).content(self), KIND, replace=replace),)
        with write_generation(path, KIND, replace=replace) as draft:
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
    keyed = not any(tells_who(row.key) for row in cohort.rows)
    return Intake(
        programme,
        cohort,
        FileReading(tuple(read_as(sheet, plan) for sheet in sheets), tuple(assumptions(programme, plan, sheets))),
        Fates(cohort.rows, keyed),
        Remarks(in_order(*cohort.remarks, *odd_dates(sheets, plan), *find_undeclared(sheets, plan))),
        Questions(tuple(questions(cohort, contacts, plan, sheets))),
        prospects(cohort, programme, KEYS if keyed else lines_as_labels(cohort)),
    )
