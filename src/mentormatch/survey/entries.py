"""Tables and intake plan -> entries: the columns are located, each row is read, then accepted or rejected."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import SIDES, Answer, AnswerReading, AnyField, SeveralAnswers, Side
from mentormatch.fields.base import as_text, is_blank
from mentormatch.languages.phrases import listed, percent
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Remark, RowFate, RowStatus
from mentormatch.survey.contacts import asks_for_mail
from mentormatch.survey.headers import QuestionPlace, claims_by_field, locate_columns, separate_questions, split_part
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.table import NO_SENT_MOMENT, SentMoment, TextTable
from mentormatch.survey.tool import OTHER

NO_KEY_MESSAGE, NO_EMAIL_MESSAGE = mark("pas d'identifiant"), mark("pas de courriel, et pas d'autre identifiant")
NOT_ACCEPTED_MESSAGE = mark("la notice d'information n'est pas acceptée")


@dataclass(frozen=True, slots=True)
class Submission:
    """A row of a table for one side: the key, the e-mail, and the answers by field; ``side`` is None if unknown."""

    source: str
    line: int
    side: Side | None
    key: str
    email: str
    answers: Mapping[str, Answer]
    sent: SentMoment = NO_SENT_MOMENT


@dataclass(frozen=True, slots=True)
class SurveyEntry:
    """A valid row for one side: the answers, and their share of the weight of the criteria.

    ``readings`` are the answers to the fields ``names``. All people of a side share ``names``: a mapping per person
    would take more memory than the answers.
    """

    row: RowFate
    side: Side
    email: str
    names: tuple[str, ...]
    readings: tuple[AnswerReading, ...]
    contact: Mapping[str, str]
    share: float
    sent: SentMoment = NO_SENT_MOMENT

    @property
    def key(self) -> str:
        """The key of the person, in the form in which keys are compared."""
        return canonical(self.row.key)

    def value(self, name: str) -> object:
        """Return the value of the answer to a field, None if there is none."""
        return self.readings[self.names.index(name)].value if name in self.names else None


class Questionnaire:
    """The questions of a plan, by use, with a cached parser of the answers to each, apart from contact questions."""

    def __init__(self, plan: IntakePlan) -> None:
        self.plan = plan
        self.answer_readers = {side: answer_readers(plan.fields_for(side)) for side in SIDES}
        self.names = {side: tuple(questions) for side, questions in self.answer_readers.items()}
        consents = {name: field for name, field in plan.fields.items() if field.use == "consent"}
        self.consents = {
            side: answer_readers({name: field for name, field in consents.items() if field.asks(side)})
            for side in SIDES
        }
        self.contacts = [name for name, field in plan.fields.items() if field.use == "contact"]
        self.addresses = [
            name for name in self.contacts if name == plan.email or asks_for_mail(name, plan.fields[name])
        ]


def answer_readers(fields: Mapping[str, AnyField]) -> dict[str, Callable[[Answer], AnswerReading]]:
    """Return the parser of the answers to each field; equal names share one string."""
    names: dict[str, str] = {}
    return {name: answer_reader(field, names) for name, field in fields.items()}


def answer_reader(field: AnyField, names: dict[str, str]) -> Callable[[Answer], AnswerReading]:
    """Return the parser of the answers to ``field``, with a cache: most texts are repeated."""
    cached: dict[object, AnswerReading] = {}

    def read(answer: Answer) -> AnswerReading:
        if not isinstance(answer, str):
            return field.read(answer)
        text = answer if type(answer) is str else answer_key(answer)
        if text not in cached:
            cached[text] = with_names_once(field.read(answer), names)
        return cached[text]

    return read


def answer_key(answer: str) -> tuple[object, object]:
    # Texts of subclasses have parts or a type that their characters do not show
    return (answer.parts, answer.ordered) if isinstance(answer, SeveralAnswers) else (type(answer), answer)


def with_names_once(reading: AnswerReading, names: dict[str, str]) -> AnswerReading:
    """Return a reading of names with strings shared through ``names``; other readings unchanged."""
    if not isinstance(reading.value, tuple) or not all(isinstance(name, str) for name in reading.value):
        return reading
    return replace(reading, value=tuple([names.setdefault(name, name) for name in reading.value]))


def to_entry(submission: Submission, questionnaire: Questionnaire) -> SurveyEntry | RowFate:
    """Return the entry of a submission, or the rejected row with the reason."""
    plan = questionnaire.plan
    if plan.forgotten.holds(submission.key, submission.email):
        return RowFate(
            submission.source, submission.line, "rejected", reason=tr("effacée, à la demande de la personne")
        )
    reason = explain_rejection(submission, questionnaire)
    if reason or submission.side is None:
        return RowFate(submission.source, submission.line, "rejected", submission.key, submission.side, reason)
    readings = {
        name: read(submission.answers.get(name, ""))
        for name, read in questionnaire.answer_readers[submission.side].items()
    }
    share = share_answered(readings, plan.weights.get(submission.side, {}))
    fate, reason = compute_row_fate(share, plan) if submission.sent.whole else ("incomplete", tr("envoi non terminé"))
    row = RowFate(
        submission.source, submission.line, fate, submission.key, submission.side, reason, when=submission.sent.when
    )
    answers = questionnaire.names[submission.side], tuple(readings.values())
    return SurveyEntry(
        row,
        submission.side,
        canonical(submission.email),
        *answers,
        find_contact_answers(submission, questionnaire),
        share,
        submission.sent,
    )


def explain_rejection(submission: Submission, questionnaire: Questionnaire) -> str:
    """Return the reason to reject a row, empty if it is valid."""
    if submission.side is None:
        roles = questionnaire.plan.roles
        return tr(roles.neither) if roles else ""
    if not submission.key:
        return tr(NO_KEY_MESSAGE if questionnaire.plan.key else NO_EMAIL_MESSAGE)
    if any(
        read(submission.answers.get(name, "")).value != 1
        for name, read in questionnaire.consents[submission.side].items()
    ):
        return tr(NOT_ACCEPTED_MESSAGE)
    return ""


def compute_row_fate(share: float, plan: IntakePlan) -> tuple[RowStatus, str]:
    """Return the outcome of a valid row, and the reason."""
    if share >= plan.minimum_answered:
        return "taken", ""
    required = percent(plan.minimum_answered)
    return "incomplete", tr("{share} de réponses aux critères, {asked} demandés", share=percent(share), asked=required)


def find_contact_answers(submission: Submission, questionnaire: Questionnaire) -> dict[str, str]:
    """Return the contact answers that are not blank, by field."""
    answers = {name: submission.answers.get(name, "") for name in questionnaire.contacts}
    return {name: as_text(answer).strip() for name, answer in answers.items() if not is_blank(answer)}


def share_answered(readings: Mapping[str, AnswerReading], weights: Mapping[str, float]) -> float:
    """Return the share of the weight of the criteria that these answers cover, 1 if there is no weight."""
    total = sum(weights.values())
    answered = sum(weight for name, weight in weights.items() if name in readings and readings[name].value is not None)
    return answered / total if total else 1.0


type Sides = tuple[Side | None, ...]
NO_SIDE: Sides = (None,)


@dataclass(frozen=True, slots=True)
class SubmissionSheet:
    """A table with its side, None if a question states it, and the columns of each field."""

    table: TextTable
    side: Side | None
    places: Mapping[str, QuestionPlace]


def locate_fields(tables: Sequence[tuple[TextTable, Side | None]], plan: IntakePlan) -> list[SubmissionSheet]:
    """Return the tables with the columns of each field.

    Raises SurveyError with every problem of every header.
    """
    sheets, problems = [], []
    for source, table_side in tables:
        table, side = separate_questions(source, plan), table_side or (None if plan.roles else plan.only_side)
        located, header_problems = locate_columns(table, plan, side)
        sheets.append(SubmissionSheet(table, side, located))
        problems += [
            *header_problems,
            *find_identity_problems(table, located, plan),
            *find_role_problems(table, side, plan),
        ]
    if problems:  # remarks on a file, such as on its survey tool, may explain them
        explanations = [
            Problem(table.source, remark.text) for table, _ in tables for remark in table.remarks if remark.line is None
        ]
        raise SurveyError(tr("Les réponses ne peuvent pas être lues"), [*problems, *explanations])
    return sheets


def find_identity_problems(
    table: TextTable, located: Mapping[str, QuestionPlace], plan: IntakePlan
) -> Iterator[Problem]:
    if plan.key is None and plan.email not in located and not is_known_by_response(table, plan):
        cause = tr("ni identifiant ni courriel : on ne peut pas distinguer les personnes")
        advice = tr("ajoutez une colonne d'identifiant (usage « key ») ou de courriel (usage « contact »)")
        yield Problem(table.source, cause, advice=advice)


def is_known_by_response(table: TextTable, plan: IntakePlan) -> bool:
    # By the number that the survey tool gave to the response
    return plan.key is None and plan.email is None and table.numbered


def find_role_problems(table: TextTable, side: Side | None, plan: IntakePlan) -> Iterator[Problem]:
    if side is None and plan.roles is None:
        advice = tr("indiquez « role » dans [programme], ou donnez un fichier par côté")
        yield Problem(table.source, tr("rien ne distingue mentor·es et mentoré·es"), advice=advice)


def submissions(sheet: SubmissionSheet, plan: IntakePlan) -> Iterator[Submission]:
    """Yield the rows of a table, once per side of the person; once, with the side None, if the role is unknown."""
    sides_of = make_side_classifier(sheet, plan)
    for record in sheet.table.records:
        answers = {name: place.answer(record.cells) for name, place in sheet.places.items()}
        moment = sheet.table.sent.get(record.line, NO_SENT_MOMENT).read(plan.dates)
        email = "" if moment.borrowed else answer_text(answers, plan.email)
        is_known_by_email = plan.email and not moment.borrowed
        key = answer_text(answers, plan.key) if plan.key else email if is_known_by_email else moment.response
        for side in sides_of(answers):
            yield Submission(sheet.table.source, record.line, side, key, email, answers, moment)


def answer_text(answers: Mapping[str, Answer], name: str | None) -> str:
    """Return the answer to a field as text, empty if there is none."""
    return as_text(answers.get(name, "")).strip() if name else ""


def make_side_classifier(sheet: SubmissionSheet, plan: IntakePlan) -> Callable[[Mapping[str, Answer]], Sides]:
    """Return the function from answers to the sides of a row: one, both, or (None,) if its role is unknown."""
    roles = plan.roles
    if sheet.side is not None or roles is None:
        return lambda answers: (sheet.side,)
    field = plan.fields[roles.field]
    mentee, mentor = (role_in(field, answer) for answer in (roles.mentee, roles.mentor))
    both_value = role_in(field, roles.both) if isinstance(roles.both, str) else frozenset((mentee, mentor))
    sides: dict[object, Sides] = {both_value: ("mentor", "mentee")} if roles.both else {}
    sides |= {mentee: ("mentee",), mentor: ("mentor",)}
    sides.pop(None, None)  # a role of the programme that is no answer to its question
    sides_of = cache(lambda text: sides.get(role_in(field, text), NO_SIDE))

    def sides_for(answers: Mapping[str, Answer]) -> Sides:
        answer = answers.get(roles.field, "")
        return sides_of(answer) if isinstance(answer, str) else sides.get(role_in(field, answer), NO_SIDE)

    return sides_for


def role_in(field: AnyField, answer: Answer) -> object:
    """Return the value by which answers to the question of the role are compared; a text is folded.

    A single option of several is its own value, several options are a set: a shared option puts a person on no side,
    unless the programme states that people who tick both are on both.
    """
    value = field.read(answer).value
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else frozenset(value) or None
    return fold(value) if isinstance(value, str) else value


def find_refused_rows(sheets: Sequence[SubmissionSheet]) -> Iterator[RowFate]:
    """Yield the rows that the reader refused."""
    for sheet in sheets:
        for refused in sheet.table.refused:
            yield RowFate(sheet.table.source, refused.line, "rejected", reason=refused.reason)


def unread_items(place: QuestionPlace, table: TextTable) -> str:
    """Return the non-empty item columns of a question that also has a single column, as text: they are not read.

    The item for other answers is left out: it contains typed text.
    """
    items = place.parts.items() if place.column is not None else ()
    unread_parts = [
        part
        for part, column in items
        if fold(part) != fold(OTHER) and any(record.cells[column].strip() for record in table.records)
    ]
    return listed([f"[{part}]" for part in unread_parts])


def excluded_columns(table: TextTable, plan: IntakePlan) -> set[int]:
    """Return the columns of the questions that the programme forbids."""
    claims = claims_by_field(table.header, plan)
    forbidden = [claims[name] for name, field in plan.fields.items() if field.use == "forbidden" and name in claims]
    return {
        column_index for claim in forbidden for column_index in (*claim.whole, *(column for _, column in claim.items))
    }


def remarks_of(sheets: Sequence[SubmissionSheet], plan: IntakePlan) -> Iterator[Remark]:
    """Yield the remarks of the reader, missing columns of parts of questions, and columns without a question."""
    for sheet in sheets:
        source = sheet.table.source
        for name, place in sheet.places.items():
            absent = plan.fields[name].absent(list(place.parts)) if place.column is None else []
            if absent:
                parts = listed([f"[{part}]" for part in absent])
                yield Remark(source, None, tr("« {name} » : aucune colonne pour {parts}", name=name, parts=parts))
            if passed_over := unread_items(place, sheet.table):
                sentence = tr("« {name} » : sa colonne entière est lue, et non {parts}", name=name, parts=passed_over)
                yield Remark(source, None, sentence)
        yield from (Remark(source, remark.line, remark.text) for remark in sheet.table.remarks)
        if is_known_by_response(sheet.table, plan):
            yield Remark(
                source,
                None,
                tr(
                    "Ni identifiant ni courriel : chaque réponse est une personne, connue par le numéro que l'outil"
                    " lui a donné ; qui a répondu deux fois compte pour deux."
                ),
            )
        used = {place.column for place in sheet.places.values()} | sheet.table.own
        used |= {column for place in sheet.places.values() for column in place.parts.values()}
        excluded = excluded_columns(sheet.table, plan) - used
        for question in dict.fromkeys(sheet.table.header[at] for at in sorted(excluded)):
            sentence = tr("colonne exclue par le programme, jamais lue : « {question} »", question=question)
            yield Remark(source, None, sentence)
        used |= excluded
        unused = [split_part(text) or (text, "") for at, text in enumerate(sheet.table.header) if at not in used]
        for question in dict.fromkeys(question for question, _ in unused if question.strip()):
            yield Remark(source, None, tr("colonne non utilisée : « {question} »", question=question))
